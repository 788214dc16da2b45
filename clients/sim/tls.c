/* tls.c - the device's side of TLS: its own key, or the server's certificate checked against a CA. */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "io/address.h"
#include "sim.h"

static int use_session(SSL *ssl, const EVP_MD *md, const unsigned char **id, size_t *id_len, SSL_SESSION **ret)
{
	static const unsigned char SUITE[2] = {0x13, 0x01}; /* TLS_AES_128_GCM_SHA256 */
	const struct device_row *row = SSL_get_app_data(ssl);
	SSL_SESSION *session;

	*ret = NULL;
	/* Asked again with the chosen hash after a HelloRetryRequest. */
	if (md != NULL && EVP_MD_get_type(md) != NID_sha256)
		return 1;
	session = SSL_SESSION_new();
	if (session == NULL || !SSL_SESSION_set1_master_key(session, row->key, sizeof row->key) ||
	    !SSL_SESSION_set_cipher(session, SSL_CIPHER_find(ssl, SUITE)) ||
	    !SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION)) {
		SSL_SESSION_free(session);
		return 0;
	}
	*id = (const unsigned char *)row->device;
	*id_len = strlen(row->device);
	*ret = session;
	return 1;
}

bool target_tls(struct target *t)
{
	if (t->mode == MODE_PLAIN)
		return true;
	t->tls = SSL_CTX_new(TLS_client_method());
	if (t->tls == NULL)
		return false;
	SSL_CTX_set_min_proto_version(t->tls, TLS1_3_VERSION);
	SSL_CTX_set_mode(t->tls, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_options(t->tls, SSL_OP_IGNORE_UNEXPECTED_EOF);
	if (t->mode == MODE_PSK) {
		SSL_CTX_set_psk_use_session_callback(t->tls, use_session);
		return true;
	}
	SSL_CTX_set_verify(t->tls, SSL_VERIFY_PEER, NULL);
	if (SSL_CTX_load_verify_locations(t->tls, t->ca, NULL) == 1)
		return true;
	fprintf(stderr, "pingan-sim: %s: %s\n", t->ca, ERR_reason_error_string(ERR_get_error()));
	return false;
}

SSL *target_ssl(const struct target *t, uint8_t path, const struct device_row *row)
{
	SSL *ssl = t->tls == NULL ? NULL : SSL_new(t->tls);
	struct address a;

	if (ssl == NULL)
		return NULL;
	SSL_set_app_data(ssl, (void *)row);
	if (t->mode == MODE_CERTIFICATE && address_parse(t->addresses[path], &a))
		(void)X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), a.host);
	return ssl;
}
