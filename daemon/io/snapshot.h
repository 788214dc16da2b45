/* snapshot.h - a sealed local copy of what the app knows, so that a daemon started while Redis is away still knows every
 * home: it receives and shows, and does not acknowledge.
 *
 * Owns:   the file (mode 0600), its key file, and the process that writes it.
 * Knows:  records as bytes; not what they mean. Which of them are kept is the source's word (app_records()).
 * Result: the file is there whole or not at all (written aside, synced, renamed). What is cut, altered, of another key, cell
 *         or form is refused whole, with one log line and a count; nothing of it is believed. Its age goes with it.
 * Bounds: SNAPSHOT_WRITE_MAX_MS for a write, then it is given up. A write is a forked child: the loop stands still only for
 *         the fork (about 30 ms for each GiB the daemon has in memory; it is logged), a copy of 100 MB would stop it as long
 *         and slices would tear it. At a clean stop it is written in place.
 */
#ifndef IO_SNAPSHOT_H
#define IO_SNAPSHOT_H

#include <event2/event.h>

#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"
#include "io/store_sink.h"

#define SNAPSHOT_WRITE_MAX_MS 60000
#define SNAPSHOT_WHY_MAX 256

struct snapshot;

/* Where the records come from and go to. */
struct snapshot_source {
	void *ctx;
	/* Walks every record that is kept. */
	void (*records)(void *ctx, void (*each)(void *each_ctx, const struct store_record *record), void *each_ctx);
	/* True when what it knows is from the store, and the store is there: only that is worth keeping. */
	bool (*current)(void *ctx);
	/* Newest log entry that it knows; NULL = it knows none. */
	uint64_t (*newest)(void *ctx);
	struct store_sink sink; /* load_begin, load_record, load_end */
};
struct snapshot_source snapshot_source_app(struct app *app);

struct snapshot_config {
	const char *path;
	const char *key_file; /* 64 hex digits; made when it is missing. Refused when others may read it */
	const char *cell;     /* a snapshot of another cell is not ours */
	uint32_t every_s;
};

/* clock, log and metrics are borrowed; log and metrics may be NULL. NULL with a sentence in `why`. */
struct snapshot *snapshot_new(struct event_base *base, const struct snapshot_config *config,
                              const struct snapshot_source *source, struct clock *clock, struct log *log,
                              struct metrics *metrics, char why[SNAPSHOT_WHY_MAX]) MUST_USE;
/* Accepts NULL. A child at work is ended; the file stays as it was. */
void snapshot_free(struct snapshot *s);

/* Gives all of the file to the sink, or nothing. False when there is none that can be used. */
bool snapshot_load(struct snapshot *s);
/* Begins to write: as soon as what it knows is from the store, then every every_s seconds. */
void snapshot_start(struct snapshot *s);
/* Writes as soon as it can: somebody was erased, and the file must not remember them. Repeated until one is written that was
 * begun after this. */
void snapshot_now(struct snapshot *s);
/* Every turn of the loop: what was wanted and could not be done at that moment (one was being written, the store was away, the
 * disk full) is done when it can be. */
void snapshot_turn(struct snapshot *s);
/* Writes here and now (at a clean stop). False when it is not current or could not be written. */
bool snapshot_save(struct snapshot *s);

struct snapshot_stats {
	uint64_t saved, failed, refused; /* refused: files that could not be believed */
	uint64_t records, bytes;         /* of the last one written */
	uint64_t entry;                  /* log entry as of which it stands */
	int64_t fork_us;                 /* how long the loop stood still for it */
	bool writing;
};
void snapshot_stats(const struct snapshot *s, struct snapshot_stats *ret);

#endif
