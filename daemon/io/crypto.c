#include "io/crypto.h"

#include <openssl/evp.h>
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

bool crypto_aes_cbc(void *ctx, bool encrypt, struct slice key, struct slice in, uint8_t *ret)
{
	static const uint8_t ZEROS[16];
	const EVP_CIPHER *cipher = key.len == 16   ? EVP_aes_128_cbc()
	                           : key.len == 24 ? EVP_aes_192_cbc()
	                           : key.len == 32 ? EVP_aes_256_cbc()
	                                           : NULL;
	EVP_CIPHER_CTX *c;
	int len = 0, tail = 0;
	bool ok;

	(void)ctx;
	if (cipher == NULL || in.len == 0 || in.len % 16 != 0 || in.len > INT16_MAX)
		return false;
	c = EVP_CIPHER_CTX_new();
	ok = c != NULL && EVP_CipherInit_ex(c, cipher, NULL, key.at, ZEROS, encrypt) == 1 &&
	     EVP_CIPHER_CTX_set_padding(c, 0) == 1 && EVP_CipherUpdate(c, ret, &len, in.at, (int)in.len) == 1 &&
	     EVP_CipherFinal_ex(c, ret + len, &tail) == 1 && (size_t)len + (size_t)tail == in.len;
	EVP_CIPHER_CTX_free(c);
	return ok;
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
