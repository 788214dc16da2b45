#include "snapshot_save.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "act.h"
#include "audit_part.h"
#include "drain.h"
#include "io/config.h"
#include "io/snapshot_file.h"
#include "snapshot_read.h"
#include "snapshot_show.h"
#include "wire/record.h"

#define WISH_KEY "snapshot:cell"

/* ------------------------------------------------------------ by the daemons */

uint64_t snapshot_wish(struct cell *cell)
{
	struct store_commit c = {.put_count = 1};
	Pingan__V1__SnapshotWish m = PINGAN__V1__SNAPSHOT_WISH__INIT;
	struct cell_record *rec = calloc(1, sizeof *rec);
	uint8_t event[LOG_EVENT_MAX], audit[AUDIT_MAX], body[128];
	struct buf b = buf_of(event, sizeof event);
	struct store_answer answer = {0};
	bool ok;

	ENSURE(rec != NULL);
	m.by = (char *)(uintptr_t)audit_user();
	m.at_ms = cell_now_ms(cell);
	ENSURE(pingan__v1__snapshot_wish__get_packed_size(&m) <= sizeof body);
	ok = m.at_ms != 0 && cell_get(cell, WISH_KEY, rec);
	snprintf(c.puts[0].key, sizeof c.puts[0].key, WISH_KEY);
	c.puts[0].expect = rec->newest;
	c.puts[0].body = slice_of(body, pingan__v1__snapshot_wish__pack(&m, body));
	log_event_encode("pinganctl", WISH_KEY, NULL, 0, NULL, slice_of(NULL, 0), "", &b);
	c.event = slice_of(b.at, b.len);
	c.audit = audit_of_commit(&c, AUDIT_NONE, audit);
	ok = ok && act_send(cell, &c, &answer);
	free(rec);
	if (ok && answer.result != STORE_STORED)
		fprintf(stderr, "pinganctl: somebody else asks for a snapshot at this moment; try again\n");
	return ok && answer.result == STORE_STORED ? answer.log_id : 0;
}

static bool keeps(const struct daemon_seen *d)
{
	return d->alive && d->m->keeps_snapshot;
}

static void told(const struct daemon_seen *d, bool json)
{
	json_t *o;

	if (!json) {
		printf("%s on %s: written as of entry %" PRIu64 "\n", d->m->id, d->m->host, d->m->snapshot_entry);
		return;
	}
	o = json_pack("{s:s, s:s, s:I}", "daemon", d->m->id, "host", d->m->host, "entry", (json_int_t)d->m->snapshot_entry);
	ENSURE(o != NULL);
	(void)json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static int by_daemons(struct cell *cell, const struct snapshot_options *o)
{
	uint32_t limit_s = o->wait_s == 0 ? SNAPSHOT_WAIT_S : o->wait_s;
	struct daemon_list all;
	uint64_t entry;
	ms_t begun_ms;
	size_t keepers = 0;

	if (!daemons_read(cell, &all))
		return 1;
	for (size_t i = 0; i < all.count; i++)
		keepers += keeps(&all.at[i]);
	daemons_free(&all);
	if (keepers == 0) {
		fprintf(stderr, "pinganctl: no daemon of this cell that lives keeps a snapshot (snapshot.path): name a FILE\n");
		return 1;
	}
	begun_ms = cell_now_ms(cell);
	entry = begun_ms == 0 ? 0 : snapshot_wish(cell);
	if (entry == 0)
		return 1;
	for (;;) {
		const struct daemon_seen *late = NULL;
		ms_t now_ms = cell_now_ms(cell);

		if (now_ms == 0 || !daemons_read(cell, &all))
			return 1;
		for (size_t i = 0; i < all.count; i++)
			if (keeps(&all.at[i]) && all.at[i].m->snapshot_entry < entry)
				late = &all.at[i];
		if (late == NULL)
			break;
		if (now_ms - begun_ms >= SECONDS(limit_s)) {
			fprintf(stderr,
			        "pinganctl: %s on %s has written none after %" PRIu32 " s (its last stands as of entry %" PRIu64
			        "): look for SNAPSHOT_FAILED in its log\n",
			        late->m->id, late->m->host, limit_s, late->m->snapshot_entry);
			daemons_free(&all);
			return 1;
		}
		daemons_free(&all);
		drain_pause();
	}
	for (size_t i = 0; i < all.count; i++)
		if (keeps(&all.at[i]))
			told(&all.at[i], o->json);
	daemons_free(&all);
	return 0;
}

/* ------------------------------------------------------------ into a file */

/* The key: of the file that was named, else of the configuration's; made when it is not there. */
static bool key_of(const struct snapshot_options *o, uint8_t key[SNAPSHOT_KEY_LEN], char name[32])
{
	struct config *config = calloc(1, sizeof *config);
	char why[CONFIG_WHY_MAX] = "";
	const char *path;
	bool ok;

	ENSURE(config != NULL);
	config_preset(config);
	ok = o->config == NULL || config_load(o->config, config, why);
	path = o->key_file != NULL ? o->key_file : config->snapshot.key_file;
	if (ok && path[0] == '\0') {
		snprintf(why, sizeof why, "the configuration names no snapshot.key_file: --key-file FILE");
		ok = false;
	}
	ok = ok && (access(path, F_OK) != 0 && errno == ENOENT ? snapshot_key_make(path, key, why, sizeof why)
	                                                       : snapshot_key_read(path, key, why, sizeof why));
	snprintf(name, 32, "%s", o->cell != NULL ? o->cell : config->cell);
	sodium_memzero(config->redis.password, sizeof config->redis.password);
	free(config);
	if (!ok)
		fprintf(stderr, "pinganctl: %s\n", why);
	return ok;
}

static void put(void *ctx, const struct store_record *record)
{
	snapshot_write_record(ctx, record);
}

/* Written beside, synced. False with one line on standard error. */
static bool write_beside(const char *beside, const struct snapshot_copy *copy, const uint8_t key[SNAPSHOT_KEY_LEN],
                         const char *cell, uint64_t *ret_records)
{
	static struct snapshot_writer w;
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && fchmod(fd, 0600) == 0;

	if (ok) {
		snapshot_write_begin(&w, fd, key, cell, copy->at_ms);
		snapshot_copy_each(copy, put, &w);
		ok = snapshot_write_end(&w);
		errno = ok ? 0 : w.error;
		ok = ok && fsync(fd) == 0;
		*ret_records = w.records;
	}
	if (!ok)
		fprintf(stderr, "pinganctl: %s: %s\n", beside, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

/* Read again from the disk as a daemon would. */
static bool whole(const char *beside, const uint8_t key[SNAPSHOT_KEY_LEN], const char *cell, uint64_t records)
{
	struct snapshot_held held = {0};
	ms_t saved_ms = 0;
	const char *wrong = snapshot_look(beside, key, cell, &held, &saved_ms);

	if (wrong == NULL && held.all != records)
		wrong = "it does not hold what was written";
	if (wrong != NULL)
		fprintf(stderr, "pinganctl: %s: %s\n", beside, wrong);
	return wrong == NULL;
}

static void folder_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[512];
	int fd;

	snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : (int)(slash - path + (slash == path)),
	         slash == NULL ? "." : path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd); /* the new name, too, must outlive a power cut */
	close(fd);
}

static int into_file(struct cell *cell, const char *path, const struct snapshot_options *o)
{
	struct audit a = {.what = AUDIT_EXPORTED, .note = "snapshot"};
	uint8_t key[SNAPSHOT_KEY_LEN];
	struct snapshot_copy copy = {0};
	char beside[512], name[32];
	uint64_t records = 0;
	bool ok;

	if ((size_t)snprintf(beside, sizeof beside, "%s.new", path) >= sizeof beside) {
		fprintf(stderr, "pinganctl: the name of the file is too long\n");
		return 1;
	}
	ok = key_of(o, key, name) && snapshot_copy_read(cell, &copy) && write_beside(beside, &copy, key, name, &records) &&
	     whole(beside, key, name, records);
	a.count = (uint32_t)records;
	/* It has its name when it is on record who took it. */
	ok = ok && audit_note(cell, &a);
	if (ok && rename(beside, path) != 0) {
		fprintf(stderr, "pinganctl: %s: %s\n", path, strerror(errno));
		ok = false;
	}
	if (ok)
		folder_sync(path);
	else
		(void)unlink(beside);
	if (ok && o->json)
		printf("{\"records\":%" PRIu64 ",\"entry\":%" PRIu64 ",\"saved_ms\":%" PRId64 "}\n", records, copy.entry,
		       copy.at_ms);
	else if (ok)
		printf("%s is written and whole: %" PRIu64 " records as of entry %" PRIu64 "\n", path, records, copy.entry);
	sodium_memzero(key, sizeof key);
	snapshot_copy_free(&copy);
	return !ok;
}

int snapshot_save_run(struct cell *cell, const char *path, const struct snapshot_options *o)
{
	return path == NULL ? by_daemons(cell, o) : into_file(cell, path, o);
}
