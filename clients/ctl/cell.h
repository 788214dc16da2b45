/* cell.h - the command line's connection to the Redis of a cell.
 *
 * Owns:   one blocking connection and the name of the cell.
 * Result: changes go through the same commit and log as the daemon's, so every daemon hears of them.
 * Bounds: one command at a time, five seconds each.
 */
#ifndef CTL_CELL_H
#define CTL_CELL_H

#include "base/table.h"
#include "core/device_life.h"
#include "io/redis_commit.h"

#define CELL_LINKS_MAX 4
#define CELL_PATIENCE_S 5
#define CELL_TROUBLE_MAX 256

struct cell {
	redisContext *redis;
	redisContext *links[CELL_LINKS_MAX]; /* for many commits at once; opened when first wanted, [0] is `redis` */
	char socket[108], tcp[256], user[64], password[128]; /* where it is: "" = not so */
	char prefix[PREFIX_MAX + 1];
	const struct device_event *events; /* said in the log with the next put, and then forgotten */
	uint32_t event_count;
	struct slice event;    /* likewise: further fields of its LogEvent, packed; borrowed */
	struct table *offline; /* records of the local snapshot, read only; NULL = Redis is asked (cell_offline.c) */
	uint64_t stored, kept; /* commits that changed something, and that found it there already */
};

/* Where the cell is: a configuration file, or a Unix socket and a name. False with one line on standard error. */
bool cell_open(struct cell *cell, const char *config_path, const char *socket_path, const char *name) MUST_USE;
/* The same to look only: the commit function stays as it is found. cell_close() also when it is false. */
bool cell_reach(struct cell *cell, const char *config_path, const char *socket_path, const char *name) MUST_USE;
void cell_close(struct cell *cell);

/* Out of the daemon's local snapshot, without Redis: cell_get(), cell_keys() and cell_now_ms() answer, nothing is changed.
 * *ret_saved_ms: as of when. False with one line on standard error. */
bool cell_open_offline(struct cell *cell, const char *config_path, const char *name, ms_t *ret_saved_ms) MUST_USE;

/* Why it did not go well: an error that Redis answered, or (`r` NULL) no answer on this connection; and what to do. At once
 * after the call: errno says of a lost connection how. */
const char *cell_trouble(const redisContext *link, const redisReply *r, char ret[CELL_TROUBLE_MAX]);
/* Redis' socket or address, for what is said of it. */
const char *cell_where(const struct cell *cell);
/* Does it answer, and let us ask? False with *ret. */
bool cell_ping(struct cell *cell, char ret[CELL_TROUBLE_MAX]) MUST_USE;

/* Opens the other connections. False with one line on standard error. */
bool cell_links(struct cell *cell) MUST_USE;

/* True if the record exists. Counts it as kept. */
bool cell_has(struct cell *cell, const char *key);

/* Writes a record that does not exist yet; one that does is left as it is. False with one line on standard error. */
bool cell_put_new(struct cell *cell, const char *key, struct slice body) MUST_USE;

/* One record as it stands; rev 0 = there is none. False with one line on standard error. */
struct cell_record {
	uint64_t rev;
	uint64_t newest; /* what the next put must name */
	size_t len;
	uint8_t body[STORE_BODY_MAX];
};
bool cell_get(struct cell *cell, const char *key, struct cell_record *ret) MUST_USE;

/* Writes the record that was read as `from` anew. False with one line on standard error, also when somebody else was
 * faster: then nothing is written. */
bool cell_put(struct cell *cell, const char *key, const struct cell_record *from, struct slice body) MUST_USE;

/* Removes the record that was read as `from`. Likewise. */
bool cell_remove(struct cell *cell, const char *key, const struct cell_record *from) MUST_USE;

/* Removes the record whatever it says by now: who changes it at this moment keeps nothing. True, and *ret_mine whether this
 * was what removed it, when it is there no more. False with one line on standard error. */
bool cell_remove_now(struct cell *cell, const char *key, bool *ret_mine) MUST_USE;

/* Keys that begin so ("person:"), without the cell's prefix, each once, sorted. NULL with one line on standard error. */
char **cell_keys(struct cell *cell, const char *type, size_t *ret_count) MUST_USE;
void cell_keys_free(char **keys, size_t count);

/* The store's clock; 0 with one line on standard error. */
ms_t cell_now_ms(struct cell *cell);

/* Any command; `fmt` as hiredis has it. NULL with one line on standard error. The caller frees the reply. */
redisReply *cell_ask(struct cell *cell, const char *fmt, ...) MUST_USE;

#endif
