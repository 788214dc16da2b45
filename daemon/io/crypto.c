#include "io/crypto.h"

#include <sodium.h>

bool crypto_start(void)
{
	return sodium_init() >= 0;
}

size_t crypto_seal(void *ctx, const uint8_t key[32], struct slice plain, uint8_t *ret, size_t size)
{
	(void)ctx;
	if (size < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES ||
	    plain.len > size - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES)
		return 0;
	randombytes_buf(ret, crypto_secretbox_NONCEBYTES);
	ENSURE(crypto_secretbox_easy(ret + crypto_secretbox_NONCEBYTES, plain.at, plain.len, ret, key) == 0);
	return crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.len;
}

size_t crypto_unseal(void *ctx, const uint8_t key[32], struct slice sealed, uint8_t *ret, size_t size)
{
	size_t len;

	(void)ctx;
	if (sealed.len < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)
		return 0;
	len = sealed.len - crypto_secretbox_NONCEBYTES;
	if (len - crypto_secretbox_MACBYTES > size ||
	    crypto_secretbox_open_easy(ret, sealed.at + crypto_secretbox_NONCEBYTES, len, sealed.at, key) != 0)
		return 0;
	return len - crypto_secretbox_MACBYTES;
}

bool crypto_token_matches(void *ctx, struct slice token, struct slice hash)
{
	uint8_t ours[32];

	(void)ctx;
	crypto_generichash(ours, sizeof ours, token.at, token.len, NULL, 0);
	return hash.len == sizeof ours && sodium_memcmp(ours, hash.at, sizeof ours) == 0;
}

uint64_t crypto_random(void *ctx)
{
	uint64_t n = 0;

	(void)ctx;
	while (n == 0)
		randombytes_buf(&n, sizeof n);
	return n;
}
