#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "audit_file.h"
#include "audit_keys.h"
#include "audit_part.h"
#include "audit_verify.h"
#include "io/audit_check.h"
#include "io/config.h"

#define DAY_MS INT64_C(86400000)
#define TRIM_SLICE 10000 /* numbers; there are fewer entries in it */

/* ------------------------------------------------------------ taken out, and trimmed behind it */

struct out {
	FILE *to;
	ms_t before_ms; /* entries from then on stay; 0 = all go out */
	bool over;
	uint64_t entries;
	struct store_audit last; /* without its body */
	struct audit_check *check;
};

static bool out_entry(void *ctx, const struct store_audit *e)
{
	struct out *out = ctx;

	audit_check_entry(out->check, e, NULL);
	/* What is younger stays, but the chain is looked at to its end: nothing leaves one that is not whole. */
	out->over = out->over || (out->before_ms != 0 && e->at_ms >= out->before_ms);
	if (out->over)
		return true;
	audit_file_entry(out->to, e);
	out->entries++;
	out->last = *e;
	return true;
}

static void out_unreadable(void *ctx, uint64_t entry)
{
	audit_check_unreadable(((struct out *)ctx)->check, entry);
}

static int export_to(struct cell *cell, FILE *to, struct audit_keys *k, struct audit_check *c, ms_t before_ms,
                     uint64_t *ret_count)
{
	struct out out = {.to = to, .check = c, .before_ms = before_ms};
	const struct audit_reader reader = {&out, out_entry, out_unreadable};
	struct audit_seal seal = {0};
	char head[STORE_HASH_SIZE];
	uint64_t head_id;

	audit_file_begin(to, k->cell);
	if (!audit_read_redis(cell, 0, &reader) || !audit_read_head(cell, head, &head_id))
		return 1;
	if (out.entries == 0)
		return audit_complain("there is nothing to export: the chain is empty");
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
	return audit_complain("the chain is not whole: nothing was exported. pinganctl audit verify says more");
}

static int export_before(struct cell *cell, const char *path, ms_t before_ms, const struct audit_options *o)
{
	const struct audit about = {.what = AUDIT_EXPORTED, .note = "audit"};
	struct audit_keys *k = audit_keys_of(cell, o, true);
	struct audit_check *c = calloc(1, sizeof *c);
	uint64_t count = 0;
	bool json = o->json;
	int fd, failed = 1;
	FILE *to;

	ENSURE(c != NULL);
	if (k == NULL || !audit_check_of(c, k, &json)) {
		free(c);
		return 1;
	}
	c->anchor_count = 0;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	to = fd < 0 ? NULL : fdopen(fd, "w");
	if (to == NULL) {
		fprintf(stderr, "pinganctl: %s: %s\n", path, strerror(errno));
	} else {
		failed = audit_note(cell, &about) ? export_to(cell, to, k, c, before_ms, &count) : 1;
		if (fflush(to) != 0 || fsync(fd) != 0 || fclose(to) != 0)
			failed = audit_complain("the file could not be written");
		if (failed)
			(void)unlink(path);
		else
			printf("%" PRIu64 " entries, sealed\n", count);
	}
	audit_check_free(c);
	free(c);
	audit_keys_free(k);
	return failed;
}

int audit_export(struct cell *cell, const char *path, const struct audit_options *o)
{
	return export_before(cell, path, 0, o);
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
	ms_t at_ms;
};

static bool one_entry(void *ctx, const struct store_audit *e)
{
	struct one *one = ctx;

	one->id = e->id;
	one->at_ms = e->at_ms;
	memcpy(one->hash, e->hash, sizeof one->hash);
	return false;
}

static void one_unreadable(void *ctx, uint64_t entry)
{
	(void)ctx;
	(void)entry;
}

/* The oldest entry there is, or the first from `from` on; id 0 = there is none. */
static bool one_read(struct cell *cell, uint64_t from, struct one *ret)
{
	const struct audit_reader reader = {ret, one_entry, one_unreadable};

	*ret = (struct one){0};
	return audit_read_redis(cell, from, &reader);
}

/* In slices, so that no commit waits long behind one of them. */
static bool trim_slices(struct cell *cell, uint64_t upto, uint64_t *ret_count)
{
	struct one one;

	*ret_count = 0;
	if (!one_read(cell, 0, &one))
		return false;
	for (uint64_t next = one.id; next <= upto;) {
		redisReply *r;

		next = upto - next < TRIM_SLICE ? upto + 1 : next + TRIM_SLICE;
		r = cell_ask(cell, "XTRIM %saudit MINID %llu-0", cell->prefix, (unsigned long long)next);
		if (r == NULL)
			return false;
		*ret_count += (uint64_t)r->integer;
		if (r->integer != 0)
			(void)nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
		freeReplyObject(r);
	}
	return true;
}

static int trim_do(struct cell *cell, struct audit_keys *k, const struct trim *t)
{
	struct audit a = {.what = AUDIT_TRIMMED};
	struct one one;
	uint64_t count;

	if (t->entry == 0)
		return audit_complain("nothing in that file is older than audit.keep_days");
	if (!one_read(cell, t->entry, &one))
		return 1;
	if (one.id != t->entry || strcmp(one.hash, t->hash) != 0)
		return audit_complain(
			"Redis has another entry, or none, where that file ends: trimmed already, or not of this chain");
	a.seal.entry = t->entry;
	memcpy(a.seal.hash, t->hash, sizeof a.seal.hash);
	a.seal.at_ms = cell_now_ms(cell);
	audit_key_sign(&k->key, k->cell, true, &a.seal);
	/* Said first: if it ends here, more is there than need be. */
	if (!audit_note(cell, &a))
		return 1;
	if (!trim_slices(cell, t->entry, &count))
		return 1;
	printf("%" PRIu64 " entries trimmed, up to %" PRIu64 "\n", count, t->entry);
	return 0;
}

int audit_trim(struct cell *cell, const char *path, const struct audit_options *o)
{
	struct audit_keys *k = audit_keys_of(cell, o, true);
	struct audit_check *c = calloc(1, sizeof *c);
	struct trim t = {.check = c};
	const struct audit_reader reader = {&t, trim_entry, trim_unreadable};
	struct audit_seal end;
	bool json = false;
	int failed = 1;

	ENSURE(c != NULL);
	if (k == NULL || !audit_check_of(c, k, &json)) {
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
			(void)audit_complain("that file is not whole: nothing was trimmed");
		else
			failed = trim_do(cell, k, &t);
	}
	audit_check_free(c);
	free(c);
	audit_keys_free(k);
	return failed;
}

/* ------------------------------------------------------------ kept as configured */

static const char *archive_of(const struct audit_options *o, struct config *c)
{
	char why[CONFIG_WHY_MAX];

	if (o->config == NULL || !config_load(o->config, c, why)) {
		(void)audit_complain(o->config == NULL ? "say --config FILE, with audit.archive_dir in it" : why);
		return NULL;
	}
	return c->audit.archive_dir;
}

static bool folder_sync(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* The segment is in its folder, whole, before anything leaves Redis. One that stands there is of a run that broke off. */
static int segment_make(struct cell *cell, const char *dir, const char *path, ms_t before_ms,
                        const struct audit_options *o)
{
	char part[1100];

	if (access(path, F_OK) == 0)
		return 0;
	snprintf(part, sizeof part, "%s.part", path);
	(void)unlink(part);
	if (export_before(cell, part, before_ms, o) != 0)
		return 1;
	if (rename(part, path) != 0 || !folder_sync(dir)) {
		fprintf(stderr, "pinganctl: %s: %s\n", path, strerror(errno));
		return 1;
	}
	return 0;
}

/* Nothing was to be done, and why. */
static void kept_all(const struct audit_options *o, const char *code, const char *words)
{
	if (o->json)
		printf("{\"trimmed\":0,\"because\":\"%s\"}\n", code);
	else
		puts(words);
}

int audit_keep(struct cell *cell, const struct audit_options *o)
{
	struct config *c = calloc(1, sizeof *c);
	const char *dir;
	char path[1024];
	struct one oldest;
	ms_t before_ms;
	int failed = 1;

	ENSURE(c != NULL);
	config_preset(c);
	dir = archive_of(o, c);
	before_ms = cell_now_ms(cell) - (ms_t)c->audit.keep_days * DAY_MS;
	if (dir != NULL && dir[0] == '\0') {
		kept_all(o, "no_archive_dir", "audit.archive_dir is not set: nothing is trimmed");
		failed = 0;
	} else if (dir != NULL && one_read(cell, 0, &oldest)) {
		/* In the order of their names. */
		snprintf(path, sizeof path, "%.500s/" AUDIT_SEGMENT "%s-%020" PRIu64 ".txt", dir, c->cell, oldest.id);
		if (oldest.id == 0 || oldest.at_ms >= before_ms) {
			(void)snprintf(path, sizeof path, "nothing is older than %" PRIu32 " days", c->audit.keep_days);
			kept_all(o, "nothing_older", path);
			failed = 0;
		} else {
			failed = segment_make(cell, dir, path, before_ms, o) != 0 || audit_trim(cell, path, o) != 0;
		}
		/* What the log forgets is known from here on. */
		failed = failed || audit_checkpoint(cell, o) != 0;
	}
	free(c);
	return failed;
}
