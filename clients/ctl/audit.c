#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit_file.h"
#include "audit_part.h"
#include "io/audit_check.h"
#include "io/config.h"

#define DAY_MS INT64_C(86400000)
#define ANCHORS_MAX 2000000

/* ------------------------------------------------------------ keys and seals */

struct keys {
	char cell[32];
	struct config config;
	struct audit_key key;
	bool has_key; /* the secret half */
	uint8_t trusted[AUDIT_KEYS_MAX][AUDIT_KEY_LEN];
	size_t trusted_count;
	struct audit_seal *anchors;
	size_t anchor_count;
};

static int complain(const char *what)
{
	fprintf(stderr, "pinganctl: %s\n", what);
	return 1;
}

static void keys_free(struct keys *k)
{
	audit_key_wipe(&k->key);
	free(k->anchors);
	free(k);
}

static bool anchors_read(struct keys *k, const char *path)
{
	char line[1024];
	FILE *from = fopen(path, "re");
	size_t size = 0, bad = 0;

	if (from == NULL && errno == ENOENT)
		return true; /* nothing was sealed yet */
	if (from == NULL)
		return complain(strerror(errno)) == 0;
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

/* What the configuration and the options name. `need`: the secret half too. NULL with one line on standard error. */
static struct keys *keys_of(const struct cell *cell, const struct audit_options *o, bool need)
{
	struct keys *k = calloc(1, sizeof *k);
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
			(void)complain(why);
		keys_free(k);
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
		return complain(config == NULL ? "say --config FILE, with audit.key_file in it" : why);
	if (c.audit.key_file[0] == '\0')
		return complain("audit.key_file is not set: nothing is sealed");
	if (!audit_key_read(c.audit.key_file, true, &key, why))
		return complain(why);
	printf("audit key %s, public %s\n", c.audit.key_file,
	       sodium_bin2hex(hex, sizeof hex, key.public_key, AUDIT_KEY_LEN));
	audit_key_wipe(&key);
	return 0;
}

/* ------------------------------------------------------------ is it whole */

static void text_out(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text != '\0'; text++)
		if (*text == '"' || *text == '\\')
			fprintf(to, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			fprintf(to, "\\u%04x", (unsigned)(unsigned char)*text);
		else
			fputc(*text, to);
	fputc('"', to);
}

static void found(void *ctx, uint64_t entry, const char *what)
{
	if (*(const bool *)ctx) {
		printf("{\"entry\":%" PRIu64 ",\"finding\":", entry);
		text_out(stdout, what);
		puts("}");
	} else {
		printf("entry %" PRIu64 ": %s\n", entry, what);
	}
}

static bool check_entry(void *ctx, const struct store_audit *e)
{
	audit_check_entry(ctx, e, NULL);
	return true;
}

static void check_unreadable(void *ctx, uint64_t entry)
{
	audit_check_unreadable(ctx, entry);
}

/* The log goes on after the chain's end, and names an entry that the chain does not have. */
static bool end_look(struct cell *cell, struct audit_check *c)
{
	uint64_t from = c->last + 1;

	for (;;) {
		redisReply *r = cell_ask(cell, "XRANGE %slog %llu-0 + COUNT 200", cell->prefix, (unsigned long long)from);
		size_t n = r == NULL ? 0 : r->elements;
		static struct store_entry e;

		if (r == NULL)
			return false;
		for (size_t i = 0; i < n; i++) {
			if (commit_entry_read(r->element[i], &e) && e.audit[0] != '\0') {
				c->findings++;
				c->found(c->ctx, e.id, "is not there, but the log names it: the end of the chain was cut off");
				freeReplyObject(r);
				return true;
			}
			from = commit_entry_number(r->element[i]) + 1;
		}
		freeReplyObject(r);
		if (n == 0)
			return true;
	}
}

/* Streams that the store set aside because no entry would go into them. */
static bool aside_look(struct cell *cell, struct audit_check *c)
{
	size_t count;
	char **keys = cell_keys(cell, "audit_broken_", &count);

	if (keys == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		c->findings++;
		c->found(
			c->ctx, strtoull(keys[i] + strlen("audit_broken_"), NULL, 10),
			"the stream before it took no more entries, by somebody's hand; the store set it aside as audit_broken_N");
	}
	cell_keys_free(keys, count);
	return true;
}

static void summary(const struct audit_check *c, const struct keys *k, bool json, ms_t now_ms)
{
	int64_t waits_s = c->unsealed_ms == 0 || now_ms == 0 ? 0 : (now_ms - c->unsealed_ms) / 1000;

	if (json) {
		printf("{\"entries\":%" PRIu64 ",\"first\":%" PRIu64 ",\"last\":%" PRIu64 ",\"seals\":%" PRIu64
		       ",\"sealed\":%" PRIu64 ",\"unsealed\":%" PRIu64 ",\"unsealed_s\":%" PRId64
		       ",\"seals_checked\":%s,\"anchors\":%zu,\"findings\":%" PRIu64 "}\n",
		       c->entries, c->first, c->last, c->seals, c->sealed, c->unsealed, waits_s,
		       k->trusted_count != 0 ? "true" : "false", k->anchor_count, c->findings);
		return;
	}
	if (c->findings > AUDIT_FINDINGS_MAX)
		printf("and %" PRIu64 " more\n", c->findings - AUDIT_FINDINGS_MAX);
	printf("%" PRIu64 " entries, %" PRIu64 " to %" PRIu64 "; %" PRIu64
	       " seals, the newest good one up to entry %" PRIu64 "; %" PRIu64 " not sealed yet",
	       c->entries, c->first, c->last, c->seals, c->sealed, c->unsealed);
	if (c->unsealed != 0)
		printf(", for %" PRId64 " s", waits_s);
	printf("; %zu seals kept outside\n", k->anchor_count);
	if (k->trusted_count == 0)
		puts("seals were NOT checked: no audit key is known here (audit.key_file, --public-key FILE)");
	puts(c->findings == 0 ? "whole" : "NOT whole");
}

static bool check_begin(struct audit_check *c, struct keys *k, bool *json)
{
	*c = (struct audit_check){.cell = k->cell,
	                          .key_count = k->trusted_count,
	                          .anchors = k->anchors,
	                          .anchor_count = k->anchor_count,
	                          .found = found,
	                          .ctx = json};
	memcpy(c->keys, k->trusted, sizeof c->keys);
	return audit_check_begin(c);
}

static bool verify_redis(struct cell *cell, struct audit_check *c)
{
	const struct audit_reader reader = {c, check_entry, check_unreadable};
	char head[STORE_HASH_SIZE], again[STORE_HASH_SIZE];
	uint64_t head_id, again_id;
	bool ok = audit_read_head(cell, head, &head_id) && audit_read_redis(cell, 0, &reader);

	/* People go on working meanwhile: what came since is read too, until nothing does. */
	for (int i = 0; ok && i < 100; i++) {
		ok = audit_read_head(cell, again, &again_id);
		if (!ok || again_id <= c->last || c->last == 0)
			break;
		ok = audit_read_redis(cell, c->last + 1, &reader);
	}
	if (!ok)
		return false;
	audit_check_end(c, again, again_id);
	return end_look(cell, c) && aside_look(cell, c);
}

static bool verify_file(const char *path, const struct keys *k, struct audit_check *c)
{
	const struct audit_reader reader = {c, check_entry, check_unreadable};
	struct audit_seal end;

	/* A seal over the past of this file is within it; those kept outside may be about what came later. */
	c->anchor_count = 0;
	if (!audit_read_file(path, k->cell, &reader, &end))
		return false;
	/* It may begin anywhere: it is the seal of its end that counts. */
	memcpy(c->before, STORE_HASH_NONE, sizeof c->before);
	audit_check_end(c, NULL, 0);
	if (end.entry != c->last || strcmp(end.hash, c->hash) != 0) {
		c->findings++;
		found(c->ctx, c->last, "is the last, but the file's seal vouches for another");
	} else if (!audit_seal_good(k->cell, false, &end)) {
		c->findings++;
		found(c->ctx, c->last, "forged: the signature of the file's seal is not good");
	}
	return true;
}

int audit_verify(struct cell *cell, const struct audit_options *o)
{
	struct keys *k = keys_of(cell, o, false);
	struct audit_check *c = calloc(1, sizeof *c);
	bool json = o->json, ok;
	int failed = 1;

	ENSURE(c != NULL);
	if (k == NULL || !check_begin(c, k, &json)) {
		free(c);
		return 1;
	}
	ok = o->file != NULL ? verify_file(o->file, k, c) : verify_redis(cell, c);
	if (ok) {
		summary(c, k, json, cell_now_ms(cell));
		failed = c->findings != 0;
	}
	audit_check_free(c);
	free(c);
	keys_free(k);
	return failed;
}

/* ------------------------------------------------------------ taken out, and trimmed behind it */

struct out {
	FILE *to;
	uint64_t entries;
	struct store_audit last; /* without its body */
	struct audit_check *check;
};

static bool out_entry(void *ctx, const struct store_audit *e)
{
	struct out *out = ctx;

	audit_check_entry(out->check, e, NULL);
	audit_file_entry(out->to, e);
	out->entries++;
	out->last = *e;
	return true;
}

static void out_unreadable(void *ctx, uint64_t entry)
{
	audit_check_unreadable(((struct out *)ctx)->check, entry);
}

static int export_to(struct cell *cell, FILE *to, struct keys *k, struct audit_check *c, uint64_t *ret_count)
{
	struct out out = {.to = to, .check = c};
	const struct audit_reader reader = {&out, out_entry, out_unreadable};
	struct audit_seal seal = {0};
	char head[STORE_HASH_SIZE];
	uint64_t head_id;

	audit_file_begin(to, k->cell);
	if (!audit_read_redis(cell, 0, &reader) || !audit_read_head(cell, head, &head_id))
		return 1;
	if (out.entries == 0)
		return complain("there is nothing to export: the chain is empty");
	/* While it is read the chain grows: its head is looked at by verify. */
	audit_check_end(c, NULL, 0);
	seal.entry = out.last.id;
	memcpy(seal.hash, out.last.hash, sizeof seal.hash);
	seal.at_ms = cell_now_ms(cell);
	audit_key_sign(&k->key, k->cell, false, &seal);
	audit_file_end(to, out.entries, &seal);
	*ret_count = out.entries;
	if (c->findings == 0)
		return 0;
	return complain("the chain is not whole: nothing was exported. pinganctl audit verify says more");
}

int audit_export(struct cell *cell, const char *path, const struct audit_options *o)
{
	const struct audit about = {.what = AUDIT_EXPORTED, .note = "audit"};
	struct keys *k = keys_of(cell, o, true);
	struct audit_check *c = calloc(1, sizeof *c);
	uint64_t count = 0;
	bool json = o->json;
	int fd, failed = 1;
	FILE *to;

	ENSURE(c != NULL);
	if (k == NULL || !check_begin(c, k, &json)) {
		free(c);
		return 1;
	}
	c->anchor_count = 0;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	to = fd < 0 ? NULL : fdopen(fd, "w");
	if (to == NULL) {
		fprintf(stderr, "pinganctl: %s: %s\n", path, strerror(errno));
	} else {
		failed = audit_note(cell, &about) ? export_to(cell, to, k, c, &count) : 1;
		if (fflush(to) != 0 || fsync(fd) != 0 || fclose(to) != 0)
			failed = complain("the file could not be written");
		if (failed)
			(void)unlink(path);
		else
			printf("%" PRIu64 " entries, sealed\n", count);
	}
	audit_check_free(c);
	free(c);
	keys_free(k);
	return failed;
}

struct trim {
	struct audit_check *check;
	ms_t before_ms;
	uint64_t entry; /* last that may go */
	char hash[STORE_HASH_SIZE];
};

static bool trim_entry(void *ctx, const struct store_audit *e)
{
	struct trim *t = ctx;

	audit_check_entry(t->check, e, NULL);
	if (e->at_ms < t->before_ms) {
		t->entry = e->id;
		memcpy(t->hash, e->hash, sizeof t->hash);
	}
	return true;
}

static void trim_unreadable(void *ctx, uint64_t entry)
{
	audit_check_unreadable(((struct trim *)ctx)->check, entry);
}

struct one {
	char hash[STORE_HASH_SIZE];
	uint64_t id;
};

static bool one_entry(void *ctx, const struct store_audit *e)
{
	struct one *one = ctx;

	one->id = e->id;
	memcpy(one->hash, e->hash, sizeof one->hash);
	return false;
}

static void one_unreadable(void *ctx, uint64_t entry)
{
	(void)ctx;
	(void)entry;
}

static int trim_do(struct cell *cell, struct keys *k, const struct trim *t)
{
	struct audit a = {.what = AUDIT_TRIMMED};
	struct one one = {0};
	const struct audit_reader reader = {&one, one_entry, one_unreadable};
	redisReply *r;

	if (t->entry == 0)
		return complain("nothing in that file is older than audit.keep_days");
	if (!audit_read_redis(cell, t->entry, &reader))
		return 1;
	if (one.id != t->entry || strcmp(one.hash, t->hash) != 0)
		return complain(
			"Redis has another entry, or none, where that file ends: trimmed already, or not of this chain");
	a.seal.entry = t->entry;
	memcpy(a.seal.hash, t->hash, sizeof a.seal.hash);
	a.seal.at_ms = cell_now_ms(cell);
	audit_key_sign(&k->key, k->cell, true, &a.seal);
	/* Said first: if it ends here, more is there than need be. */
	if (!audit_note(cell, &a))
		return 1;
	r = cell_ask(cell, "XTRIM %saudit MINID %llu-0", cell->prefix, (unsigned long long)t->entry + 1);
	if (r == NULL)
		return 1;
	printf("%lld entries trimmed, up to %" PRIu64 "\n", r->integer, t->entry);
	freeReplyObject(r);
	return 0;
}

int audit_trim(struct cell *cell, const char *path, const struct audit_options *o)
{
	struct keys *k = keys_of(cell, o, true);
	struct audit_check *c = calloc(1, sizeof *c);
	struct trim t = {.check = c};
	const struct audit_reader reader = {&t, trim_entry, trim_unreadable};
	struct audit_seal end;
	bool json = false;
	int failed = 1;

	ENSURE(c != NULL);
	if (k == NULL || !check_begin(c, k, &json)) {
		free(c);
		return 1;
	}
	c->anchor_count = 0;
	t.before_ms = cell_now_ms(cell) - k->config.audit.keep_days * DAY_MS;
	if (audit_read_file(path, k->cell, &reader, &end)) {
		memcpy(c->before, STORE_HASH_NONE, sizeof c->before);
		audit_check_end(c, NULL, 0);
		if (c->findings != 0 || end.entry != c->last || strcmp(end.hash, c->hash) != 0 ||
		    !audit_seal_good(k->cell, false, &end))
			(void)complain("that file is not whole: nothing was trimmed");
		else
			failed = trim_do(cell, k, &t);
	}
	audit_check_free(c);
	free(c);
	keys_free(k);
	return failed;
}
