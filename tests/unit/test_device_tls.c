/* Handshakes of home devices: by key, by certificate, by ticket; two ends in memory, no socket. */
#include "support/unit.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/device_ticket.h"
#include "io/device_tls.h"

static char certificate[2][64], key_file[2][64]; /* two of each: of this cell, and of another */
static const uint8_t KEY[32] = "of d1, known to us and to it";
static int64_t now_s;

static bool find(void *conn, const char *identity, uint8_t ret_key[32])
{
	(void)conn;
	if (strcmp(identity, "d1") != 0)
		return false;
	memcpy(ret_key, KEY, sizeof KEY);
	return true;
}

static int64_t utc_s(void *conn)
{
	(void)conn;
	return now_s;
}

static const struct device_tls TLS = {.find = find, .utc_s = utc_s};

static FILE *temporary(char path[64])
{
	int fd;

	strcpy(path, "/tmp/pingan-device-tls-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	return fdopen(fd, "w");
}

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		EVP_PKEY *key = EVP_EC_gen("P-256");
		X509 *x = X509_new();
		FILE *f;

		X509_gmtime_adj(X509_getm_notBefore(x), -60);
		X509_gmtime_adj(X509_getm_notAfter(x), 86400);
		(void)ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
		assert_int_equal(X509_set_pubkey(x, key), 1);
		assert_true(X509_sign(x, key, EVP_sha256()) > 0);
		f = temporary(certificate[i]);
		assert_int_equal(PEM_write_X509(f, x), 1);
		fclose(f);
		f = temporary(key_file[i]);
		assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
		fclose(f);
		X509_free(x);
		EVP_PKEY_free(key);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		(void)unlink(certificate[i]);
		(void)unlink(key_file[i]);
	}
	return 0;
}

/* A daemon of cell `cell`; -1: one without a certificate. */
static SSL_CTX *daemon_of(int cell)
{
	char error[256] = "";
	SSL_CTX *ctx = device_tls_new(cell < 0 ? "" : certificate[cell], cell < 0 ? "" : key_file[cell], &TLS, error);

	if (ctx == NULL)
		fail_msg("%s", error);
	now_s = 1795336200;
	return ctx;
}

/* ------------------------------------------------------------ the device */

static SSL_SESSION *kept; /* the ticket that it was given last */

static int keep(SSL *ssl, SSL_SESSION *session)
{
	(void)ssl;
	SSL_SESSION_free(kept);
	kept = session;
	return 1;
}

static SSL_SESSION *forget(void)
{
	SSL_SESSION *session = kept;

	kept = NULL;
	return session;
}

/* What it says who it is by: SSL app data. NULL: nothing, the server shows its certificate. */
struct device {
	const char *identity;
	const uint8_t *key;
};

static int use(SSL *ssl, const EVP_MD *md, const unsigned char **id, size_t *id_len, SSL_SESSION **ret)
{
	static const unsigned char SUITE[2] = {0x13, 0x01};
	const struct device *d = SSL_get_app_data(ssl);

	(void)md;
	*ret = NULL;
	if (d == NULL)
		return 1;
	*ret = SSL_SESSION_new();
	assert_int_equal(SSL_SESSION_set1_master_key(*ret, d->key, 32), 1);
	assert_int_equal(SSL_SESSION_set_cipher(*ret, SSL_CIPHER_find(ssl, SUITE)), 1);
	assert_int_equal(SSL_SESSION_set_protocol_version(*ret, TLS1_3_VERSION), 1);
	*id = (const unsigned char *)d->identity;
	*id_len = strlen(d->identity);
	return 1;
}

struct outcome {
	bool opened;
	bool keyed;   /* as the daemon sees it */
	bool resumed; /* a session went on, by key or by ticket */
	bool ticket;  /* the device was given one */
};

static struct outcome shake(SSL_CTX *server, const struct device *device, SSL_SESSION *ticket)
{
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	struct outcome ret = {0};
	SSL *one, *other;
	BIO *up = BIO_new(BIO_s_mem()), *down = BIO_new(BIO_s_mem());
	uint8_t byte;

	SSL_CTX_set_session_cache_mode(client, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(client, keep);
	SSL_CTX_set_psk_use_session_callback(client, use);
	one = SSL_new(client);
	other = SSL_new(server);
	BIO_up_ref(up);
	BIO_up_ref(down);
	SSL_set_bio(one, down, up);
	SSL_set_bio(other, up, down);
	SSL_set_app_data(one, (void *)(uintptr_t)device);
	if (ticket != NULL)
		assert_int_equal(SSL_set_session(one, ticket), 1);
	SSL_set_connect_state(one);
	SSL_set_accept_state(other);
	SSL_SESSION_free(forget());
	for (int i = 0; i < 8; i++) {
		(void)SSL_do_handshake(one);
		(void)SSL_do_handshake(other);
	}
	ret.opened = SSL_is_init_finished(one) && SSL_is_init_finished(other);
	if (ret.opened) {
		assert_int_equal(SSL_version(other), TLS1_3_VERSION);
		(void)SSL_write(other, "x", 1);
		assert_int_equal(SSL_read(one, &byte, 1), 1); /* and with it the ticket */
		ret.keyed = device_tls_keyed(other);
		ret.resumed = SSL_session_reused(other);
		ret.ticket = kept != NULL;
	}
	/* An SSL that was not shut down spoils its session. */
	(void)SSL_shutdown(one);
	(void)SSL_shutdown(other);
	SSL_free(one);
	SSL_free(other);
	SSL_CTX_free(client);
	return ret;
}

static const struct device ITS_OWN = {"d1", KEY};

/* ------------------------------------------------------------ tests */

static void test_a_key_opens_and_gets_no_ticket(void **state)
{
	static const int CELLS[] = {-1, 0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CELLS); i++) {
		SSL_CTX *daemon = daemon_of(CELLS[i]);
		struct outcome o = shake(daemon, &ITS_OWN, NULL);

		assert_true(o.opened && o.keyed);
		assert_false(o.ticket);
		SSL_CTX_free(daemon);
	}
}

static void test_a_wrong_key_opens_nothing(void **state)
{
	static const uint8_t OTHER[32] = "somebody else's";
	static const struct device WRONG = {"d1", OTHER}, NOBODY = {"d2", KEY};
	SSL_CTX *with = daemon_of(0), *without = daemon_of(-1);

	(void)state;
	assert_false(shake(with, &WRONG, NULL).opened);
	assert_false(shake(without, &WRONG, NULL).opened);
	assert_false(shake(without, &NOBODY, NULL).opened);
	assert_false(shake(without, NULL, NULL).opened);
	/* A stranger gets as far as the certificate, and is nobody yet. */
	assert_true(shake(with, &NOBODY, NULL).opened);
	assert_false(shake(with, &NOBODY, NULL).keyed);
	SSL_CTX_free(with);
	SSL_CTX_free(without);
}

static void test_a_ticket_resumes_and_says_nothing_of_who_it_is(void **state)
{
	SSL_CTX *daemon = daemon_of(0);
	struct outcome o = shake(daemon, NULL, NULL);
	SSL_SESSION *ticket = forget();

	(void)state;
	assert_true(o.opened && o.ticket);
	assert_false(o.resumed || o.keyed);
	o = shake(daemon, NULL, ticket);
	assert_true(o.opened && o.resumed && o.ticket);
	assert_false(o.keyed);
	assert_int_equal(SSL_SESSION_get_max_early_data(ticket), 0);
	SSL_SESSION_free(ticket);
	/* The new one is as good. */
	ticket = forget();
	assert_true(shake(daemon, NULL, ticket).resumed);
	SSL_SESSION_free(ticket);
	SSL_CTX_free(daemon);
}

/* Whoever has a ticket (anybody can have one) and names a device besides is not that device. */
static void test_a_ticket_is_nobodys_key(void **state)
{
	static const uint8_t OTHER[32] = "somebody else's";
	static const struct device LIAR = {"d1", OTHER};
	SSL_CTX *daemon = daemon_of(0);
	struct outcome o = shake(daemon, NULL, NULL);
	SSL_SESSION *ticket = forget();

	(void)state;
	o = shake(daemon, &LIAR, ticket);
	assert_true(o.opened && o.resumed);
	assert_false(o.keyed);
	SSL_SESSION_free(ticket);
	SSL_CTX_free(daemon);
}

/* Another daemon of the cell, or the same one after a restart: same certificate, nothing handed over. */
static void test_every_daemon_of_the_cell_opens_it(void **state)
{
	SSL_CTX *one = daemon_of(0), *two = daemon_of(0), *stranger = daemon_of(1);
	SSL_SESSION *ticket;

	(void)state;
	assert_true(shake(one, NULL, NULL).ticket);
	ticket = forget();
	SSL_CTX_free(one);
	assert_true(shake(two, NULL, ticket).resumed);
	/* Where it is not known it costs a whole handshake, no more. */
	assert_true(shake(stranger, NULL, ticket).opened);
	assert_false(shake(stranger, NULL, ticket).resumed);
	SSL_SESSION_free(ticket);
	SSL_CTX_free(two);
	SSL_CTX_free(stranger);
}

static void test_a_ticket_grows_old(void **state)
{
	static const struct {
		int64_t later_s;
		bool resumes;
	} CASES[] = {
		{0, true},
		{TICKET_KEY_S, true},       /* the key before the present one */
		{2 * TICKET_KEY_S, false},  /* and no older one */
		{-TICKET_KEY_S, true},      /* a daemon whose clock is a little behind */
		{-2 * TICKET_KEY_S, false}, /* not one that is days behind */
		{100 * TICKET_KEY_S, false},
		{INT64_MAX / 8, false}, /* no clock at all */
	};
	SSL_CTX *daemon = daemon_of(0);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		int64_t then = now_s;
		struct outcome o = shake(daemon, NULL, NULL);
		SSL_SESSION *ticket = forget();

		now_s += CASES[i].later_s;
		o = shake(daemon, NULL, ticket);
		assert_true(o.opened);
		assert_int_equal(o.resumed, CASES[i].resumes);
		SSL_SESSION_free(ticket);
		now_s = then;
	}
	SSL_CTX_free(daemon);
}

static void test_a_ticket_that_was_changed_is_none(void **state)
{
	SSL_CTX *daemon = daemon_of(0);
	SSL_SESSION *ticket, *changed;
	unsigned char *der = NULL;
	const unsigned char *at, *bytes;
	size_t len;
	int der_len;

	(void)state;
	assert_true(shake(daemon, NULL, NULL).ticket);
	ticket = forget();
	SSL_SESSION_get0_ticket(ticket, &bytes, &len);
	der_len = i2d_SSL_SESSION(ticket, &der);
	for (int i = 0; i + (int)len <= der_len; i++)
		if (memcmp(der + i, bytes, len) == 0) {
			der[i + (int)len - 1] ^= 1;
			break;
		}
	at = der;
	changed = d2i_SSL_SESSION(NULL, &at, der_len);
	assert_non_null(changed);
	assert_true(shake(daemon, NULL, changed).opened);
	assert_false(shake(daemon, NULL, changed).resumed);
	OPENSSL_free(der);
	SSL_SESSION_free(changed);
	SSL_SESSION_free(ticket);
	SSL_CTX_free(daemon);
}

static void test_what_can_not_be_read_is_said(void **state)
{
	char error[256] = "";

	(void)state;
	assert_null(device_tls_new("/nonexistent/cert.pem", key_file[0], &TLS, error));
	assert_non_null(strstr(error, "/nonexistent/cert.pem"));
	assert_null(device_tls_new(certificate[0], key_file[1], &TLS, error));
	assert_non_null(strstr(error, "key"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_key_opens_and_gets_no_ticket),
		cmocka_unit_test(test_a_wrong_key_opens_nothing),
		cmocka_unit_test(test_a_ticket_resumes_and_says_nothing_of_who_it_is),
		cmocka_unit_test(test_a_ticket_is_nobodys_key),
		cmocka_unit_test(test_every_daemon_of_the_cell_opens_it),
		cmocka_unit_test(test_a_ticket_grows_old),
		cmocka_unit_test(test_a_ticket_that_was_changed_is_none),
		cmocka_unit_test(test_what_can_not_be_read_is_said),
	};
	int failed = cmocka_run_group_tests_name("device_tls", tests, setup, teardown);

	SSL_SESSION_free(forget());
	return failed;
}
