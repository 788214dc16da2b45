#include "audit_keys.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ANCHORS_MAX 2000000

int audit_complain(const char *what)
{
	fprintf(stderr, "pinganctl: %s\n", what);
	return 1;
}

void audit_keys_free(struct audit_keys *k)
{
	audit_key_wipe(&k->key);
	free(k->anchors);
	free(k);
}

static bool anchors_read(struct audit_keys *k, const char *path)
{
	char line[1024];
	FILE *from = fopen(path, "re");
	size_t size = 0, bad = 0;

	if (from == NULL && errno == ENOENT)
		return true; /* nothing was sealed yet */
	if (from == NULL)
		return audit_complain(strerror(errno)) == 0;
	while (fgets(line, sizeof line, from) != NULL && k->anchor_count < ANCHORS_MAX) {
		struct audit_seal seal;

		if (!audit_anchor_read(line, &seal) || !audit_seal_good(k->cell, false, &seal)) {
			bad++;
			continue;
		}
		if (k->anchor_count == size) {
			size = size * 2 + 1024;
			k->anchors = realloc(k->anchors, size * sizeof *k->anchors);
			ENSURE(k->anchors != NULL);
		}
		k->anchors[k->anchor_count++] = seal;
	}
	fclose(from);
	if (bad != 0)
		fprintf(stderr, "pinganctl: %s: %zu lines are no seals of this cell\n", path, bad);
	return true;
}

static int by_entry(const void *a, const void *b)
{
	const struct audit_seal *x = a, *y = b;

	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

struct audit_keys *audit_keys_of(const struct cell *cell, const struct audit_options *o, bool need)
{
	struct audit_keys *k = calloc(1, sizeof *k);
	char why[AUDIT_KEY_WHY_MAX > CONFIG_WHY_MAX ? AUDIT_KEY_WHY_MAX : CONFIG_WHY_MAX] = "", beside[512];
	const char *file, *anchors;
	bool ok = true;

	ENSURE(k != NULL);
	snprintf(k->cell, sizeof k->cell, "%.*s", (int)strlen(cell->prefix) - 1, cell->prefix);
	config_preset(&k->config);
	if (o->config != NULL)
		ok = config_load(o->config, &k->config, why);
	file = o->key_file != NULL ? o->key_file : k->config.audit.key_file;
	anchors = o->anchors != NULL ? o->anchors : k->config.audit.anchor_file;
	if (ok && file[0] != '\0' && (need || access(file, R_OK) == 0)) {
		ok = k->has_key = audit_key_read(file, false, &k->key, why);
		if (ok)
			memcpy(k->trusted[k->trusted_count++], k->key.public_key, AUDIT_KEY_LEN);
	}
	/* And those before it. */
	snprintf(beside, sizeof beside, "%.500s.pub", file);
	if (ok && file[0] != '\0' && access(beside, R_OK) == 0)
		ok = audit_public_read(beside, k->trusted, &k->trusted_count, why);
	if (ok && o->public_key != NULL)
		ok = audit_public_read(o->public_key, k->trusted, &k->trusted_count, why);
	if (ok && need && !k->has_key) {
		ok = false;
		snprintf(why, sizeof why, "the audit key is needed: audit.key_file in --config FILE, or --key-file FILE");
	}
	if (ok && anchors[0] != '\0')
		ok = anchors_read(k, anchors);
	if (!ok) {
		if (why[0] != '\0')
			(void)audit_complain(why);
		audit_keys_free(k);
		return NULL;
	}
	if (k->anchor_count != 0)
		qsort(k->anchors, k->anchor_count, sizeof *k->anchors, by_entry);
	return k;
}

bool audit_key_wanted(const char *config)
{
	static struct config c;
	char why[CONFIG_WHY_MAX];

	return config_load(config, &c, why) && c.audit.key_file[0] != '\0';
}

int audit_key_ensure(const char *config)
{
	static struct config c;
	char why[AUDIT_KEY_WHY_MAX > CONFIG_WHY_MAX ? AUDIT_KEY_WHY_MAX : CONFIG_WHY_MAX], hex[2 * AUDIT_KEY_LEN + 1];
	struct audit_key key;

	if (config == NULL || !config_load(config, &c, why))
		return audit_complain(config == NULL ? "say --config FILE, with audit.key_file in it" : why);
	if (c.audit.key_file[0] == '\0')
		return audit_complain("audit.key_file is not set: nothing is sealed");
	if (!audit_key_read(c.audit.key_file, true, &key, why))
		return audit_complain(why);
	printf("audit key %s, public %s\n", c.audit.key_file,
	       sodium_bin2hex(hex, sizeof hex, key.public_key, AUDIT_KEY_LEN));
	audit_key_wipe(&key);
	return 0;
}
