/* device_tls.c - TLS of the native link: keys of devices first, a certificate beside them where there is one. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

#include "io/device_server.h"
#include "io/device_ticket.h"
#include "wire/device.h"

/* What a session that a device's key has opened says of itself; one that a ticket brings back does not have it. */
static const char KEYED[] = "key";

/* An identity that we do not know is no error: the handshake goes on with the certificate, or fails for want of one. */
static int find_session(SSL *ssl, const unsigned char *identity, size_t len, SSL_SESSION **ret)
{
	static const unsigned char SUITE[2] = {0x13, 0x01}; /* TLS_AES_128_GCM_SHA256: names the key's hash */
	const struct device_tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	SSL_SESSION *session = NULL;
	uint8_t key[32];
	char id[DEVICE_IDENTITY_MAX];

	*ret = NULL;
	if (len == 0 || !text_copy(id, sizeof id, slice_of(identity, len)) || !tls->find(SSL_get_app_data(ssl), id, key))
		return 1;
	session = SSL_SESSION_new();
	if (session == NULL || !SSL_SESSION_set1_master_key(session, key, sizeof key) ||
	    !SSL_SESSION_set_cipher(session, SSL_CIPHER_find(ssl, SUITE)) ||
	    !SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) ||
	    !SSL_SESSION_set1_ticket_appdata(session, KEYED, sizeof KEYED)) {
		SSL_SESSION_free(session);
		explicit_bzero(key, sizeof key);
		return 0;
	}
	explicit_bzero(key, sizeof key);
	(void)SSL_set_num_tickets(ssl, 0); /* it has its key */
	*ret = session;
	return 1;
}

bool device_tls_keyed(SSL *ssl)
{
	void *said = NULL;
	size_t len = 0;

	return SSL_session_reused(ssl) && SSL_SESSION_get0_ticket_appdata(SSL_get0_session(ssl), &said, &len) == 1 &&
	       len == sizeof KEYED && memcmp(said, KEYED, len) == 0;
}

static void why(char error[256], const char *what, const char *file)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(code);

	(void)snprintf(error, 256, "%s %s: %s", what, file, reason == NULL ? "failed" : reason);
	ERR_clear_error();
}

SSL_CTX *device_tls_new(const char *certificate, const char *key, const struct device_tls *tls, char error[256])
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL) {
		why(error, "TLS", "context");
		return NULL;
	}
	SSL_CTX_set_app_data(ctx, (void *)tls);
	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	/* Every suite with the keys' hash; one with another hash would shut the key out. */
	if (!SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256") ||
	    !SSL_CTX_set1_groups_list(ctx, "X25519:P-256")) {
		why(error, "TLS", "suites");
		goto fail;
	}
	/* None without a certificate: a key of its own costs a device and us less than a ticket does. */
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx,
	                 SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_psk_find_session_callback(ctx, find_session);
	if (certificate != NULL && certificate[0] != '\0') {
		if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1) {
			why(error, "certificate", certificate);
			goto fail;
		}
		if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ctx) != 1) {
			why(error, "key", key);
			goto fail;
		}
		if (tls->utc_s != NULL && !device_ticket_use(ctx, tls->utc_s)) {
			why(error, "tickets", "");
			goto fail;
		}
	}
	return ctx;
fail:
	SSL_CTX_free(ctx);
	return NULL;
}
