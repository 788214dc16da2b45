/* The sealed local copy: whole or not at all, and nothing believed that was cut, altered or is somebody else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/snapshot.h"
#include "io/snapshot_file.h"

#define RECORDS 3000

struct rig {
	char dir[64], path[96], key[96];
	struct event_base *base;
	struct clock *clock;
	struct metrics metrics;
	struct snapshot *snapshot;
	uint32_t records;   /* the source has so many */
	bool current, dies; /* dies: the process that writes is killed half way */
	uint32_t begun, ended, heard;
	bool wrong;
	int64_t stale_ms;
};

static void make_record(uint32_t i, struct store_record *r, uint8_t body[STORE_BODY_MAX])
{
	memset(r, 0, sizeof *r);
	snprintf(r->key, sizeof r->key, "household:h%06u", i);
	r->rev = i + 1;
	for (size_t k = 0; k < STORE_COMMITS_KEPT && k <= i; k++)
		r->commits[k] = (uint64_t)i << 32 | (k + 1);
	/* Of all lengths, the longest included. */
	r->body = slice_of(body, i == 7 ? STORE_BODY_MAX : (i * 37) % 900);
	for (size_t k = 0; k < r->body.len; k++)
		body[k] = (uint8_t)(k * 31 + i);
}

static void walk(void *ctx, void (*each)(void *, const struct store_record *), void *each_ctx)
{
	struct rig *g = ctx;
	static uint8_t body[STORE_BODY_MAX];
	struct store_record r = {0};

	for (uint32_t i = 0; i < g->records; i++) {
		if (g->dies && i == g->records / 2)
			raise(SIGKILL);
		make_record(i, &r, body);
		each(each_ctx, &r);
	}
}

static bool current(void *ctx)
{
	return ((struct rig *)ctx)->current;
}

static void on_begin(void *ctx)
{
	((struct rig *)ctx)->begun++;
}

static void on_record(void *ctx, const struct store_record *r)
{
	struct rig *g = ctx;
	static uint8_t body[STORE_BODY_MAX];
	struct store_record want;

	make_record(g->heard++, &want, body);
	g->wrong |= strcmp(want.key, r->key) != 0 || want.rev != r->rev ||
	            memcmp(want.commits, r->commits, sizeof want.commits) != 0 || !slice_equal(want.body, r->body);
}

static void on_end(void *ctx, uint64_t id, uint64_t commit, int64_t stale_ms)
{
	struct rig *g = ctx;

	assert_int_equal(id, 0);
	assert_int_equal(commit, 0);
	g->ended++;
	g->stale_ms = stale_ms;
}

static struct snapshot *open_for(struct rig *g, const char *cell, const char *key, char why[SNAPSHOT_WHY_MAX])
{
	struct snapshot_config config = {.path = g->path, .key_file = key, .cell = cell, .every_s = 60};
	struct snapshot_source source = {.ctx = g, .records = walk, .current = current};

	source.sink.ctx = g;
	source.sink.load_begin = on_begin;
	source.sink.load_record = on_record;
	source.sink.load_end = on_end;
	return snapshot_new(g->base, &config, &source, g->clock, NULL, &g->metrics, why);
}

static int setup(void **state)
{
	struct rig *g = calloc(1, sizeof *g);
	char why[SNAPSHOT_WHY_MAX];

	assert_non_null(g);
	assert_true(sodium_init() >= 0);
	snprintf(g->dir, sizeof g->dir, "/tmp/pingan-test-XXXXXX");
	assert_non_null(mkdtemp(g->dir));
	snprintf(g->path, sizeof g->path, "%s/snapshot", g->dir);
	snprintf(g->key, sizeof g->key, "%s/key", g->dir);
	g->base = event_base_new();
	g->clock = clock_new();
	g->records = RECORDS;
	g->current = true;
	g->snapshot = open_for(g, "pa", g->key, why);
	assert_non_null(g->snapshot);
	*state = g;
	return 0;
}

static int teardown(void **state)
{
	struct rig *g = *state;

	snapshot_free(g->snapshot);
	unlink(g->path);
	unlink(g->key);
	assert_int_equal(rmdir(g->dir), 0); /* nothing is left aside */
	clock_free(g->clock);
	event_base_free(g->base);
	free(g);
	return 0;
}

static bool load(struct rig *g, struct snapshot *s)
{
	g->begun = g->ended = g->heard = 0;
	g->wrong = false;
	return snapshot_load(s);
}

static void assert_whole(struct rig *g)
{
	assert_true(load(g, g->snapshot));
	assert_int_equal(g->begun, 1);
	assert_int_equal(g->ended, 1);
	assert_int_equal(g->heard, RECORDS);
	assert_false(g->wrong);
	assert_true(g->stale_ms >= 1);
}

static void assert_refused(struct rig *g, struct snapshot *s)
{
	struct snapshot_stats before, after;

	snapshot_stats(s, &before);
	assert_false(load(g, s));
	snapshot_stats(s, &after);
	assert_int_equal(after.refused, before.refused + 1);
	assert_int_equal(g->begun + g->ended + g->heard, 0);
}

static uint8_t *file_read(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = malloc(16 << 20);

	assert_true(f != NULL && bytes != NULL);
	*ret_len = fread(bytes, 1, 16 << 20, f);
	fclose(f);
	return bytes;
}

static void file_write(const char *path, const uint8_t *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fclose(f);
}

/* ------------------------------------------------------------ cases */

static void test_round_trip(void **state)
{
	struct rig *g = *state;
	struct stat st;
	size_t len;
	uint8_t *bytes;

	assert_false(load(g, g->snapshot)); /* none yet: no complaint */
	assert_int_equal(g->metrics.values[METRIC_SNAPSHOT_FAILED], 0);
	assert_true(snapshot_save(g->snapshot));
	assert_whole(g);
	assert_int_equal(stat(g->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(g->key, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* No key of a record stands there to be read. */
	bytes = file_read(g->path, &len);
	assert_null(memmem(bytes, len, "household", 9));
	free(bytes);
	/* Its age is told. */
#ifdef PINGAN_TEST_BUILD
	clock_test_advance(g->clock, MINUTES(5));
	clock_read(g->clock, &(struct now){0});
	assert_whole(g);
	assert_true(g->stale_ms >= MINUTES(5) && g->stale_ms < MINUTES(6));
#endif
}

static void wait_written(struct rig *g, uint64_t saved, uint64_t failed)
{
	struct snapshot_stats stats;

	do {
		event_base_loop(g->base, EVLOOP_ONCE);
		snapshot_stats(g->snapshot, &stats);
	} while (stats.saved < saved || stats.failed < failed);
	assert_int_equal(stats.saved, saved);
	assert_int_equal(stats.failed, failed);
	assert_false(stats.writing);
}

/* The child writes while the loop goes on; one that is killed leaves the file as it was. */
static void test_child_writes(void **state)
{
	struct rig *g = *state;
	struct snapshot_config config = {.path = g->path, .key_file = g->key, .cell = "pa", .every_s = 1};
	struct snapshot_source source = {.ctx = g, .records = walk, .current = current};
	char why[SNAPSHOT_WHY_MAX], aside[112];

	snapshot_free(g->snapshot);
	source.sink.ctx = g;
	source.sink.load_begin = on_begin;
	source.sink.load_record = on_record;
	source.sink.load_end = on_end;
	g->snapshot = snapshot_new(g->base, &config, &source, g->clock, NULL, &g->metrics, why);
	assert_non_null(g->snapshot);
	snapshot_start(g->snapshot);
	wait_written(g, 1, 0);
	assert_whole(g);
	g->dies = true;
	g->records = 2 * RECORDS;
	wait_written(g, 1, 1);
	assert_whole(g);
	assert_int_equal(g->metrics.values[METRIC_SNAPSHOT_SAVED], 1);
	assert_int_equal(g->metrics.values[METRIC_SNAPSHOT_FAILED], 1);
	/* What the dead one left aside goes with the next one. */
	g->dies = false;
	g->records = RECORDS;
	wait_written(g, 2, 1);
	snprintf(aside, sizeof aside, "%s.new", g->path);
	assert_int_equal(access(aside, F_OK), -1);
}

static void test_only_what_is_current(void **state)
{
	struct rig *g = *state;

	assert_true(snapshot_save(g->snapshot));
	g->current = false;
	g->records = 1;
	assert_false(snapshot_save(g->snapshot));
	assert_whole(g);
}

/* Somebody was erased while the store was away for a moment, or the disk was full: the copy forgets them as soon as it can, and
 * not at its next time. */
static void test_a_wish_is_kept_until_it_is_done(void **state)
{
	struct rig *g = *state;
	struct snapshot_stats stats;

	assert_true(snapshot_save(g->snapshot));
	g->current = false;
	snapshot_now(g->snapshot);
	snapshot_turn(g->snapshot);
	snapshot_stats(g->snapshot, &stats);
	assert_false(stats.writing);
	g->current = true;
	g->dies = true;
	snapshot_turn(g->snapshot);
	wait_written(g, 1, 1);
	/* It failed, and is tried again; wanted once more while it is written, it is written once more. */
	g->dies = false;
	g->records = RECORDS / 2;
	for (;;) {
		snapshot_turn(g->snapshot);
		snapshot_stats(g->snapshot, &stats);
		if (stats.writing)
			break;
		usleep(1000);
	}
	/* The one at work is done, and the other begins behind it. */
	snapshot_now(g->snapshot);
	do {
		event_base_loop(g->base, EVLOOP_ONCE);
		snapshot_stats(g->snapshot, &stats);
	} while (stats.saved < 1);
	if (stats.saved < 2)
		assert_true(stats.writing);
	wait_written(g, 3, 1);
	snapshot_turn(g->snapshot);
	snapshot_stats(g->snapshot, &stats);
	assert_false(stats.writing);
	assert_int_equal(stats.records, RECORDS / 2);
}

#ifdef PINGAN_TEST_BUILD
/* To write it the whole daemon is copied: a disk that stays full must not cost that every second. */
static void test_a_wish_that_fails_on_and_on_waits_longer(void **state)
{
	struct rig *g = *state;
	struct snapshot_stats stats;

	g->dies = true;
	snapshot_now(g->snapshot);
	for (int second = 0; second < 300; second++) {
		do {
			event_base_loop(g->base, EVLOOP_NONBLOCK);
			snapshot_stats(g->snapshot, &stats);
		} while (stats.writing);
		clock_test_advance(g->clock, SECONDS(1));
		snapshot_turn(g->snapshot);
	}
	assert_in_range(stats.failed, 5, 12);
	/* As soon as there is room it is written, within a minute. */
	g->dies = false;
	clock_test_advance(g->clock, MINUTES(1));
	snapshot_turn(g->snapshot);
	do {
		event_base_loop(g->base, EVLOOP_NONBLOCK);
		snapshot_stats(g->snapshot, &stats);
	} while (stats.writing);
	assert_int_equal(stats.saved, 1);
}
#endif

static void test_cut_is_refused(void **state)
{
	struct rig *g = *state;
	uint8_t *bytes;
	size_t len;

	assert_true(snapshot_save(g->snapshot));
	bytes = file_read(g->path, &len);
	for (size_t cut = 0; cut < len; cut += cut < 100 || cut + 100 > len ? 1 : len / 40) {
		file_write(g->path, bytes, cut);
		assert_refused(g, g->snapshot);
	}
	file_write(g->path, bytes, len);
	assert_whole(g);
	/* And one that is longer. */
	bytes[len] = 'x';
	file_write(g->path, bytes, len + 1);
	assert_refused(g, g->snapshot);
	free(bytes);
}

static void test_altered_is_refused(void **state)
{
	struct rig *g = *state;
	uint8_t *bytes;
	size_t len;

	assert_true(snapshot_save(g->snapshot));
	bytes = file_read(g->path, &len);
	for (size_t at = 0; at < len; at += at < 100 ? 1 : len / 60) {
		bytes[at] ^= (uint8_t)(1 << (at % 8));
		file_write(g->path, bytes, len);
		assert_refused(g, g->snapshot);
		bytes[at] ^= (uint8_t)(1 << (at % 8));
	}
	free(bytes);
}

static void test_foreign_is_refused(void **state)
{
	struct rig *g = *state;
	char why[SNAPSHOT_WHY_MAX], other[96];
	struct snapshot *s;

	assert_true(snapshot_save(g->snapshot));
	s = open_for(g, "pb", g->key, why);
	assert_non_null(s);
	assert_refused(g, s);
	snapshot_free(s);
	snprintf(other, sizeof other, "%s/other", g->dir);
	s = open_for(g, "pa", other, why);
	assert_non_null(s);
	assert_refused(g, s);
	snapshot_free(s);
	assert_int_equal(unlink(other), 0);
	file_write(g->path, (const uint8_t *)"hello", 5);
	assert_refused(g, g->snapshot);
}

static void test_key_file(void **state)
{
	struct rig *g = *state;
	char why[SNAPSHOT_WHY_MAX];

	assert_int_equal(chmod(g->key, 0640), 0);
	assert_null(open_for(g, "pa", g->key, why));
	assert_non_null(strstr(why, "chmod 600"));
	assert_int_equal(chmod(g->key, 0600), 0);
	file_write(g->key, (const uint8_t *)"abcd\n", 5);
	assert_null(open_for(g, "pa", g->key, why));
	assert_non_null(strstr(why, "64 hex digits"));
	assert_null(open_for(g, "pa", "/nowhere/at/all", why));
}

static void test_cannot_write(void **state)
{
	struct rig *g = *state;
	char key[96], path[96], why[SNAPSHOT_WHY_MAX];
	struct snapshot *s;

	snprintf(key, sizeof key, "%s", g->key);
	snprintf(path, sizeof path, "%s", g->path);
	snprintf(g->path, sizeof g->path, "%s/missing/snapshot", g->dir);
	s = open_for(g, "pa", key, why);
	assert_non_null(s);
	assert_false(snapshot_save(s));
	assert_int_equal(g->metrics.values[METRIC_SNAPSHOT_FAILED], 1);
	snapshot_free(s);
	snprintf(g->path, sizeof g->path, "%s", path);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_round_trip),           CASE(test_child_writes),
		CASE(test_only_what_is_current), CASE(test_a_wish_is_kept_until_it_is_done),
#ifdef PINGAN_TEST_BUILD
		CASE(test_only_what_is_current), CASE(test_a_wish_that_fails_on_and_on_waits_longer),
#endif
		CASE(test_cut_is_refused),       CASE(test_altered_is_refused),
		CASE(test_foreign_is_refused),   CASE(test_key_file),
		CASE(test_cannot_write),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
