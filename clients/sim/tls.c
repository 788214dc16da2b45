/* tls.c - the device's side of TLS: its own key, or the server's certificate checked against a CA. */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "io/address.h"
#include "sim.h"

static int peer_at = -1; /* where an SSL object has its struct tls_peer */

static int use_session(SSL *ssl, const EVP_MD *md, const unsigned char **id, size_t *id_len, SSL_SESSION **ret)
{
	static const unsigned char SUITE[2] = {0x13, 0x01}; /* TLS_AES_128_GCM_SHA256 */
	const struct device_row *row = SSL_get_app_data(ssl);
	const struct tls_peer *peer = SSL_get_ex_data(ssl, peer_at);
	const uint8_t *key = peer != NULL ? peer->key->key : row->key;
	const char *name = peer != NULL ? peer->key->identity : row->device;
	SSL_SESSION *session;

	*ret = NULL;
	/* Asked again with the chosen hash after a HelloRetryRequest. */
	if (md != NULL && EVP_MD_get_type(md) != NID_sha256)
		return 1;
	session = SSL_SESSION_new();
	if (session == NULL || !SSL_SESSION_set1_master_key(session, key, DEVICE_KEY_LEN) ||
	    !SSL_SESSION_set_cipher(session, SSL_CIPHER_find(ssl, SUITE)) ||
	    !SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION)) {
		SSL_SESSION_free(session);
		return 0;
	}
	*id = (const unsigned char *)name;
	*id_len = strlen(name);
	*ret = session;
	return 1;
}

/* The server gave a ticket: the next connection need not look at its certificate again. A copy, because OpenSSL spoils the
 * session of a link that ended without a word, as most links of a home do; TLS since 1.1 does not ask for that. */
static int keep_ticket(SSL *ssl, SSL_SESSION *session)
{
	struct tls_peer *peer = SSL_get_ex_data(ssl, peer_at);

	if (peer == NULL)
		return 0;
	SSL_SESSION_free(peer->ticket);
	peer->ticket = SSL_SESSION_dup(session);
	return 0; /* the session stays theirs */
}

bool target_tls(struct target *t)
{
	if (peer_at < 0)
		peer_at = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
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
	SSL_CTX_set_session_cache_mode(t->tls, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(t->tls, keep_ticket);
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

SSL *target_ssl_of(const struct target *t, uint8_t path, struct tls_peer *peer)
{
	SSL *ssl = target_ssl(t, path, NULL);

	if (ssl == NULL)
		return NULL;
	if (!SSL_set_ex_data(ssl, peer_at, peer)) {
		SSL_free(ssl);
		return NULL;
	}
	if (peer->ticket != NULL && SSL_SESSION_is_resumable(peer->ticket))
		(void)SSL_set_session(ssl, peer->ticket);
	return ssl;
}
