#include "audit_verify.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "audit_file.h"
#include "audit_log.h"
#include "audit_part.h"

#define SEGMENTS_MAX 10000

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
	} else if (entry == 0) {
		printf("record %s\n", what);
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

struct sought {
	uint64_t entry;
	bool there;
};

static bool has(void *ctx, const struct store_audit *e)
{
	struct sought *s = ctx;

	s->there = e->id == s->entry;
	return false;
}

static void has_none(void *ctx, uint64_t entry)
{
	(void)ctx;
	(void)entry;
}

/* Somebody may have acted since the chain was read: both are written in one step, so it has it by now. */
static bool chain_has(struct cell *cell, uint64_t entry, bool *ret)
{
	struct sought s = {.entry = entry};
	const struct audit_reader reader = {&s, has, has_none};
	bool ok = audit_read_redis(cell, entry, &reader);

	*ret = s.there;
	return ok;
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
				bool there, ok = chain_has(cell, e.id, &there);

				if (ok && !there)
					audit_find(c, e.id, "is not there, but the log names it: the end of the chain was cut off");
				freeReplyObject(r);
				return ok;
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

static void records_summary(const struct audit_records *r)
{
	const struct record_check *rc = &r->rc;

	printf("%" PRIu64 " records stand as the chain says, %" PRIu64 " as the log does, %" PRIu64
	       " as the checkpoint after entry %" PRIu64 " does; %" PRIu64 " open calls have their names\n",
	       rc->good[RECORD_BY_CHAIN], rc->good[RECORD_BY_LOG], rc->good[RECORD_BY_POINT], r->point.entry, r->names);
	if (rc->unbound != 0)
		printf("%" PRIu64 " records were written before there were hashes: only their commit was looked at\n",
		       rc->unbound);
	if (rc->before != 0)
		printf("%" PRIu64
		       " records are from before all that is left of the log, and no checkpoint has them: they were NOT "
		       "checked. pinganctl audit checkpoint makes one\n",
		       rc->before);
	if (r->points != NULL && r->point.entry == 0 && r->said != 0)
		printf("entry %" PRIu64 " tells of a checkpoint after entry %" PRIu64
		       ", and %s has none: it was taken away, or is on "
		       "another machine\n",
		       r->said_by, r->said, r->points);
}

static void summary(const struct audit_check *c, const struct audit_keys *k, const struct audit_records *r, bool json,
                    ms_t now_ms)
{
	int64_t waits_s = c->unsealed_ms == 0 || now_ms == 0 ? 0 : (now_ms - c->unsealed_ms) / 1000;

	if (json) {
		printf("{\"entries\":%" PRIu64 ",\"first\":%" PRIu64 ",\"last\":%" PRIu64 ",\"seals\":%" PRIu64
		       ",\"sealed\":%" PRIu64 ",\"unsealed\":%" PRIu64 ",\"unsealed_s\":%" PRId64
		       ",\"seals_checked\":%s,\"anchors\":%zu,\"findings\":%" PRIu64,
		       c->entries, c->first, c->last, c->seals, c->sealed, c->unsealed, waits_s,
		       k->trusted_count != 0 ? "true" : "false", k->anchor_count, c->findings);
		if (r->looked)
			printf(",\"records\":{\"chain\":%" PRIu64 ",\"log\":%" PRIu64 ",\"checkpoint\":%" PRIu64
			       ",\"unbound\":%" PRIu64 ",\"before\":%" PRIu64 ",\"open\":%" PRIu64 ",\"point\":%" PRIu64 "}",
			       r->rc.good[RECORD_BY_CHAIN], r->rc.good[RECORD_BY_LOG], r->rc.good[RECORD_BY_POINT], r->rc.unbound,
			       r->rc.before, r->names, r->point.entry);
		puts("}");
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
	if (r->looked)
		records_summary(r);
	puts(c->findings == 0 ? "whole" : "NOT whole");
}

bool audit_check_of(struct audit_check *c, struct audit_keys *k, bool *json)
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

struct upto {
	struct audit_check *check;
	uint64_t entry;
};

static bool check_upto(void *ctx, const struct store_audit *e)
{
	struct upto *u = ctx;

	if (e->id > u->entry)
		return false;
	audit_check_entry(u->check, e, NULL);
	return true;
}

static void unreadable_upto(void *ctx, uint64_t entry)
{
	struct upto *u = ctx;

	if (entry <= u->entry)
		audit_check_unreadable(u->check, entry);
}

/* People go on working meanwhile: what came since is read too, up to what the head names, and not beyond it. */
static bool end_read(struct cell *cell, struct audit_check *c)
{
	struct upto u = {.check = c};
	const struct audit_reader reader = {&u, check_upto, unreadable_upto};
	char head[STORE_HASH_SIZE];

	if (!audit_read_head(cell, head, &u.entry) ||
	    (u.entry > c->last && !audit_read_redis(cell, c->last + 1, &reader)))
		return false;
	audit_check_end(c, head, u.entry);
	return true;
}

static bool verify_redis(struct cell *cell, struct audit_check *c, struct audit_records *records)
{
	const struct audit_reader reader = {c, check_entry, check_unreadable};

	return audit_read_redis(cell, 0, &reader) && end_read(cell, c) && end_look(cell, c) &&
	       audit_log_look(cell, c, records) && aside_look(cell, c) && audit_records_look(records);
}

static bool verify_file(const char *path, const struct audit_keys *k, struct audit_check *c)
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
		c->found(c->ctx, c->last, "is the last, but the file's seal vouches for another");
	} else if (!audit_seal_good(k->cell, false, &end)) {
		c->findings++;
		c->found(c->ctx, c->last, "forged: the signature of the file's seal is not good");
	}
	return true;
}

static int segment_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int segment_is(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return strncmp(d->d_name, AUDIT_SEGMENT, strlen(AUDIT_SEGMENT)) == 0 && len > 4 &&
	       strcmp(d->d_name + len - 4, ".txt") == 0;
}

/* What a segment says that Redis, or the segment before it, has said already is not looked at twice. */
static bool check_newer(void *ctx, const struct store_audit *e)
{
	struct audit_check *c = ctx;

	if (e->id > c->last)
		audit_check_entry(c, e, NULL);
	return true;
}

static bool segments_read(const char *dir, struct dirent **list, int count, const struct audit_keys *k,
                          struct audit_check *c)
{
	const struct audit_reader reader = {c, check_newer, check_unreadable};
	char path[1024];

	for (int i = 0; i < count; i++) {
		struct audit_seal end;

		snprintf(path, sizeof path, "%.500s/%.255s", dir, list[i]->d_name);
		if (!audit_read_file(path, k->cell, &reader, &end))
			return false;
		if (end.entry != c->last || strcmp(end.hash, c->hash) != 0 || !audit_seal_good(k->cell, false, &end)) {
			c->findings++;
			c->found(c->ctx, end.entry, "the seal at the end of its segment is not good, or vouches for another");
		}
	}
	return true;
}

/* All segments of the folder one behind the other, and then what is in Redis: one chain from its first entry on. */
static bool verify_all(struct cell *cell, const char *dir, struct audit_keys *k, struct audit_check *c,
                       struct audit_records *records)
{
	const struct audit_reader reader = {c, check_newer, check_unreadable};
	struct dirent **list = NULL;
	int count = scandir(dir, &list, segment_is, segment_order);
	bool ok = count >= 0 && count <= SEGMENTS_MAX;

	if (!ok)
		fprintf(stderr, "pinganctl: %s: %s\n", dir, count < 0 ? strerror(errno) : "too many segments");
	ok = ok && segments_read(dir, list, count, k, c) && audit_read_redis(cell, c->last + 1, &reader) &&
	     end_read(cell, c);
	for (int i = 0; i < count; i++)
		free(list[i]);
	free(list);
	return ok && end_look(cell, c) && audit_log_look(cell, c, records) && aside_look(cell, c) &&
	       audit_records_look(records);
}

static bool is_folder(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

/* Where the checkpoints are: in the configured folder, or beside the segments. */
static bool point_take(struct audit_records *records, const char *dir, const struct audit_keys *k,
                       struct audit_check *c)
{
	if (dir[0] == '\0' || k->trusted_count == 0 || !is_folder(dir))
		return true;
	records->points = dir;
	records->cell_name = k->cell;
	return audit_point_find(dir, k, c, &records->point);
}

static bool verify(struct cell *cell, const struct audit_options *o, struct audit_keys *k, struct audit_check *c,
                   struct audit_records *records)
{
	bool folder = o->file != NULL && is_folder(o->file);

	if (o->file != NULL && !folder)
		return verify_file(o->file, k, c);
	records->dir = folder ? o->file : NULL;
	return point_take(records, folder ? o->file : k->config.audit.archive_dir, k, c) &&
	       (folder ? verify_all(cell, o->file, k, c, records) : verify_redis(cell, c, records));
}

int audit_verify(struct cell *cell, const struct audit_options *o)
{
	struct audit_keys *k = audit_keys_of(cell, o, false);
	struct audit_check *c = calloc(1, sizeof *c);
	struct audit_records records;
	bool json = o->json;
	int failed = 1;

	ENSURE(c != NULL);
	if (k == NULL || !audit_check_of(c, k, &json)) {
		free(c);
		return 1;
	}
	if (audit_records_begin(&records, cell, c)) {
		c->read = audit_records_chain;
		c->read_ctx = &records;
		if (verify(cell, o, k, c, &records)) {
			summary(c, k, &records, json, cell_now_ms(cell));
			failed = c->findings != 0;
		}
		audit_records_free(&records);
	}
	audit_check_free(c);
	free(c);
	audit_keys_free(k);
	return failed;
}

/* ------------------------------------------------------------ how every record stands, kept outside */

static int checkpoint_end(struct cell *cell, const struct audit_keys *k, struct audit_check *c,
                          struct audit_records *records)
{
	struct audit about = {.what = AUDIT_EXPORTED, .note = "records"};
	bool whole = c->findings == 0;
	struct audit_point made;

	/* Only what is whole is vouched for. */
	if (audit_point_end(records->out, k, cell_now_ms(cell), whole, &made) != 0)
		return whole ? 1 : audit_complain("not whole: no checkpoint was made. pinganctl audit verify says more");
	/* It is there before it is on record: whoever verifies meanwhile misses none. */
	about.number = (int64_t)made.entry;
	about.count = made.count > UINT32_MAX ? UINT32_MAX : (uint32_t)made.count;
	if (!audit_note(cell, &about))
		return 1;
	if (*(const bool *)c->ctx) {
		printf("{\"records\":%" PRIu64 ",\"entry\":%" PRIu64 ",\"before\":%" PRIu64 ",\"file\":", made.count,
		       made.entry, records->rc.before);
		text_out(stdout, made.path);
		puts("}");
		return 0;
	}
	printf("%" PRIu64 " records as of entry %" PRIu64 ", sealed: %s\n", made.count, made.entry, made.path);
	if (records->rc.before != 0)
		printf("%" PRIu64 " of them rest on nothing older: they are taken as they stand\n", records->rc.before);
	return 0;
}

static int checkpoint_in(struct cell *cell, const char *dir, struct audit_keys *k, struct audit_check *c,
                         struct audit_records *records)
{
	struct audit_point made;

	records->keys = k;
	records->point_dir = dir;
	if (point_take(records, dir, k, c) && verify_redis(cell, c, records))
		return checkpoint_end(cell, k, c, records);
	if (records->out != NULL)
		(void)audit_point_end(records->out, k, 0, false, &made);
	return 1;
}

int audit_checkpoint(struct cell *cell, const struct audit_options *o)
{
	struct audit_keys *k = audit_keys_of(cell, o, true);
	struct audit_check *c = calloc(1, sizeof *c);
	struct audit_records records;
	bool json = o->json;
	int failed = 1;

	ENSURE(c != NULL);
	if (k == NULL || !audit_check_of(c, k, &json)) {
		free(c);
		return 1;
	}
	if (k->config.audit.archive_dir[0] == '\0') {
		(void)audit_complain("audit.archive_dir is not set: there is no place for a checkpoint");
	} else if (audit_records_begin(&records, cell, c)) {
		c->read = audit_records_chain;
		c->read_ctx = &records;
		failed = checkpoint_in(cell, k->config.audit.archive_dir, k, c, &records);
		audit_records_free(&records);
	}
	audit_check_free(c);
	free(c);
	audit_keys_free(k);
	return failed;
}
