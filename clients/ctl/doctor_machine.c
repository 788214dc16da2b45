#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "doctor.h"
#include "io/audit_key.h"
#include "io/snapshot_file.h"
#include "io/vendor.h"

#define CERT_SOON_DAYS 21

/* ------------------------------------------------------------ files */

static void secret_file(struct doctor *d, const char *check, const char *path)
{
	struct stat st;

	if (path[0] == '\0')
		return;
	if (stat(path, &st) != 0)
		doctor_say(d, FINDING_WRONG, check, "put it there, or correct its name in the configuration", "%s: %s", path,
		           strerror(errno));
	else if ((st.st_mode & 027) != 0)
		doctor_say(d, FINDING_WRONG, check, "chmod 600; whoever could read it may have: renew what it holds",
		           "%s: mode %04o, others may read or change a secret", path, (unsigned)st.st_mode & 07777);
	else
		doctor_say(d, FINDING_OK, check, "", "%s", path);
}

static void plain_file(struct doctor *d, const char *check, const char *path)
{
	struct stat st;

	if (path[0] == '\0')
		return;
	if (stat(path, &st) != 0)
		doctor_say(d, FINDING_WRONG, check, "put it there, or correct its name in the configuration", "%s: %s", path,
		           strerror(errno));
	else if ((st.st_mode & 022) != 0 && !S_ISDIR(st.st_mode))
		doctor_say(d, FINDING_WRONG, check, "chmod go-w", "%s: mode %04o, others may change it", path,
		           (unsigned)st.st_mode & 07777);
	else
		doctor_say(d, FINDING_OK, check, "", "%s", path);
}

/* ------------------------------------------------------------ TLS */

static void certificate(struct doctor *d, const char *check, const struct listen_config *l)
{
	FILE *cert_file = fopen(l->cert, "re"), *key_file = fopen(l->key, "re");
	X509 *cert = cert_file == NULL ? NULL : PEM_read_X509(cert_file, NULL, NULL, NULL);
	EVP_PKEY *key = key_file == NULL ? NULL : PEM_read_PrivateKey(key_file, NULL, NULL, NULL);
	int days = 0, seconds = 0;

	if (cert == NULL || key == NULL)
		doctor_say(d, FINDING_WRONG, check, "cert is a PEM chain, key its private key, both readable by the daemon",
		           "%s can't be read", cert == NULL ? l->cert : l->key);
	else if (X509_check_private_key(cert, key) != 1)
		doctor_say(d, FINDING_WRONG, check, "install the key that belongs to this certificate",
		           "%s is not the key of %s", l->key, l->cert);
	else if (ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert)) != 1)
		doctor_say(d, FINDING_WRONG, check, "install another certificate", "%s: no end that can be read", l->cert);
	else
		doctor_say(d,
		           days < 0 || seconds < 0 ? FINDING_WRONG
		           : days < CERT_SOON_DAYS ? FINDING_WARNING
		                                   : FINDING_OK,
		           check, "renew it, then systemctl reload pingand", "%s %s, %d days %s", l->cert,
		           days < 0 || seconds < 0 ? "has expired" : "is good", days < 0 ? -days : days,
		           days < 0 || seconds < 0 ? "ago" : "left");
	X509_free(cert);
	EVP_PKEY_free(key);
	if (cert_file != NULL)
		fclose(cert_file);
	if (key_file != NULL)
		fclose(key_file);
}

static void listener(struct doctor *d, const char *check, const struct listen_config *l)
{
	if (l->address.kind == ADDRESS_NONE || !l->tls)
		return;
	if (l->cert[0] == '\0') {
		doctor_say(d, FINDING_OK, check, "", "by keys of the devices alone, no certificate");
		return;
	}
	secret_file(d, "tls key", l->key);
	certificate(d, check, l);
}

/* ------------------------------------------------------------ keys, snapshot, helper */

static void audit_key_look(struct doctor *d)
{
	struct audit_key key;
	char why[AUDIT_KEY_WHY_MAX];

	if (d->config->audit.key_file[0] == '\0') {
		doctor_say(d, FINDING_WARNING, "audit key", "name audit.key_file, then pinganctl audit key",
		           "none: whoever may write to Redis could rewrite who did what");
		return;
	}
	if (audit_key_read(d->config->audit.key_file, false, &key, why))
		doctor_say(d, FINDING_OK, "audit key", "", "%s", d->config->audit.key_file);
	else
		doctor_say(d, FINDING_WRONG, "audit key", "pinganctl audit key makes one; all daemons of a cell have the same",
		           "%s", why);
	audit_key_wipe(&key);
}

static void snapshot_look(struct doctor *d)
{
	uint8_t key[SNAPSHOT_KEY_LEN];
	char why[CONFIG_WHY_MAX] = "";
	const char *path = d->config->snapshot.path, *wrong;
	ms_t saved_ms = 0, age_s;
	int fd;

	if (path[0] == '\0') {
		doctor_say(d, FINDING_WARNING, "snapshot", "name snapshot.path and snapshot.key_file",
		           "none: a daemon that starts while Redis is away knows nobody");
		return;
	}
	if (!snapshot_key_read(d->config->snapshot.key_file, key, why, sizeof why)) {
		doctor_say(d, FINDING_WRONG, "snapshot", "64 hex digits in a file of mode 0600: openssl rand -hex 32", "%s",
		           why);
		return;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		doctor_say(d, FINDING_WARNING, "snapshot",
		           "a daemon that serves writes it; look for SNAPSHOT_ lines of its log", "%s: none is written yet",
		           path);
	} else {
		wrong = fd < 0 ? strerror(errno) : snapshot_read(fd, key, d->config->cell, NULL, NULL, &saved_ms);
		age_s = (ms_t)time(NULL) - saved_ms / 1000;
		if (wrong != NULL)
			doctor_say(d, FINDING_WRONG, "snapshot", "remove it: it is written anew; ask who touched it", "%s: %s",
			           path, wrong);
		else
			doctor_say(d, age_s > 3 * (ms_t)d->config->snapshot.every_s + 60 ? FINDING_WARNING : FINDING_OK, "snapshot",
			           "is the daemon alive? Is its disk full? Look for SNAPSHOT_ lines of its log",
			           "%s is whole, %" PRId64 " s old", path, age_s);
	}
	if (fd >= 0)
		close(fd);
	sodium_memzero(key, sizeof key);
}

static void helper_look(struct doctor *d)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const char *path = d->config->authd.socket;
	struct sockaddr *address;
	void *any = &at;
	int fd;

	if (!d->config->serve_screens)
		return;
	address = any;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || !text_copy(at.sun_path, sizeof at.sun_path, slice_str(path)) || connect(fd, address, sizeof at) != 0)
		doctor_say(d, FINDING_WRONG, "authd", "systemctl status pingan-authd; look at authd.socket",
		           "%s: %s: nobody can log in", path, strerror(errno));
	else
		doctor_say(d, FINDING_OK, "authd", "", "%s answers", path);
	if (fd >= 0)
		close(fd);
}

static void vendors_look(struct doctor *d)
{
	const char *path = d->config->vendor_file;
	char why[VENDORS_WHY_MAX];
	struct vendors *vendors;
	struct stat st;

	if (path[0] == '\0')
		return;
	vendors = vendors_load(path, true, why);
	if (vendors == NULL)
		doctor_say(d, FINDING_WRONG, "vendors", "mend that line; pingand --check-config FILE looks at it again", "%s",
		           why);
	else if (stat(path, &st) == 0 && (st.st_mode & 022) != 0)
		doctor_say(d, FINDING_WRONG, "vendors", "chmod go-w", "%s: mode %04o, others may change it", path,
		           (unsigned)st.st_mode & 07777);
	else
		doctor_say(d, FINDING_OK, "vendors", "", "%s", path);
	vendors_free(vendors);
}

static void pages_look(struct doctor *d)
{
	static const char *const PAGES[] = {"console", "caregiver"};
	char path[SETTING_TEXT_MAX + 32];

	if (d->config->web.root[0] == '\0')
		return; /* said to serve none */
	for (size_t i = 0; i < COUNT_OF(PAGES); i++) {
		snprintf(path, sizeof path, "%s/%s/index.html", d->config->web.root, PAGES[i]);
		if (access(path, R_OK) == 0)
			continue;
		doctor_say(d, FINDING_WRONG, "web pages", "install them (cmake --install after ./dev web), or correct web.root",
		           "%s: %s", path, strerror(errno));
		return;
	}
	doctor_say(d, FINDING_OK, "web pages", "", "%s", d->config->web.root);
}

void doctor_machine(struct doctor *d)
{
	const struct config *c = d->config;

	plain_file(d, "configuration mode", d->o->config);
	if (c->demo)
		doctor_say(d, FINDING_WARNING, "demo", "take `demo: on` out of the configuration, and restart",
		           "every screen says that nothing here is real");
	else
		doctor_say(d, FINDING_OK, "demo", "", "off");
	plain_file(d, "policy", c->policy_file);
	plain_file(d, "codes", c->codes_file);
	vendors_look(d);
	secret_file(d, "redis password", c->redis.password_file);
	if (c->serve_screens)
		pages_look(d);
	listener(d, "tls web", &c->listen.web);
	listener(d, "tls devices", &c->listen.devices);
	listener(d, "tls webhook", &c->listen.webhook);
	audit_key_look(d);
	snapshot_look(d);
	helper_look(d);
}
