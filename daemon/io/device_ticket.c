#include "io/device_ticket.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LEN 16
#define CIPHER_LEN 32
#define MAC_LEN 32

struct tickets {
	int64_t (*utc_s)(void *conn);
	uint8_t secret[crypto_kdf_KEYBYTES];
};

struct ticket_key {
	uint8_t name[NAME_LEN];
	uint8_t cipher[CIPHER_LEN];
	uint8_t mac[MAC_LEN];
};

static int tickets_at = -1; /* where a context has its struct tickets */

static void tickets_free(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl, void *argp)
{
	(void)parent, (void)ad, (void)idx, (void)argl, (void)argp;
	if (ptr != NULL)
		sodium_memzero(ptr, sizeof(struct tickets));
	free(ptr);
}

/* The key of one period; the same on every daemon that has the same private key. */
static void key_of(const struct tickets *t, int64_t period, struct ticket_key *ret)
{
	uint64_t n = (uint64_t)period * 4;

	(void)crypto_kdf_derive_from_key(ret->name, sizeof ret->name, n, "pingatkt", t->secret);
	(void)crypto_kdf_derive_from_key(ret->cipher, sizeof ret->cipher, n + 1, "pingatkt", t->secret);
	(void)crypto_kdf_derive_from_key(ret->mac, sizeof ret->mac, n + 2, "pingatkt", t->secret);
}

static bool mac_begin(EVP_MAC_CTX *mac, const struct ticket_key *k)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)(uintptr_t)k->mac, sizeof k->mac),
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};

	return EVP_MAC_CTX_set_params(mac, params) == 1;
}

static int seal(const struct tickets *t, int64_t period, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                EVP_MAC_CTX *mac)
{
	struct ticket_key k;
	int good;

	key_of(t, period, &k);
	memcpy(name, k.name, sizeof k.name);
	good = RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 &&
	       EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, k.cipher, iv) == 1 && mac_begin(mac, &k);
	sodium_memzero(&k, sizeof k);
	return good ? 1 : -1;
}

/* 2: opens it, and a new one is given, so that none is used twice; 0: not of ours, or too old: a whole handshake then. */
static int unseal(const struct tickets *t, int64_t period, const unsigned char *name, unsigned char *iv,
                  EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
	/* The present one, the one before it, and that of a daemon whose clock is a little ahead. */
	static const int64_t AGO[] = {0, 1, -1};

	for (size_t i = 0; i < sizeof AGO / sizeof *AGO; i++) {
		struct ticket_key k;
		int good;

		key_of(t, period - AGO[i], &k);
		if (sodium_memcmp(name, k.name, sizeof k.name) != 0)
			continue;
		good = EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, k.cipher, iv) == 1 && mac_begin(mac, &k);
		sodium_memzero(&k, sizeof k);
		return good ? 2 : -1;
	}
	return 0;
}

static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
                     int sealing)
{
	const struct tickets *t = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), tickets_at);
	int64_t period = t->utc_s(SSL_get_app_data(ssl)) / TICKET_KEY_S;

	return sealing ? seal(t, period, name, iv, cipher, mac) : unseal(t, period, name, iv, cipher, mac);
}

/* What nobody has who has not the private key itself; with it they could be the server anyway. */
static bool secret_of(SSL_CTX *ctx, uint8_t ret[crypto_kdf_KEYBYTES])
{
	static const char LABEL[] = "pingan device tickets";
	unsigned char *der = NULL;
	int len = i2d_PrivateKey(SSL_CTX_get0_privatekey(ctx), &der);

	if (len <= 0)
		return false;
	(void)crypto_generichash(ret, crypto_kdf_KEYBYTES, der, (unsigned long long)len, (const uint8_t *)LABEL,
	                         sizeof LABEL - 1);
	OPENSSL_clear_free(der, (size_t)len);
	return true;
}

bool device_ticket_use(SSL_CTX *ctx, int64_t (*utc_s)(void *conn))
{
	struct tickets *t;

	if (tickets_at < 0)
		tickets_at = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, NULL, NULL, NULL, tickets_free);
	t = tickets_at < 0 ? NULL : calloc(1, sizeof *t);
	if (t == NULL || !secret_of(ctx, t->secret) || !SSL_CTX_set_ex_data(ctx, tickets_at, t)) {
		free(t);
		return false;
	}
	t->utc_s = utc_s;
	(void)SSL_CTX_clear_options(ctx, SSL_OP_NO_TICKET);
	(void)SSL_CTX_set_num_tickets(ctx, 1);
	(void)SSL_CTX_set_max_early_data(ctx, 0);
	(void)SSL_CTX_set_timeout(ctx, 2 * TICKET_KEY_S);
	return SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket) == 1;
}
