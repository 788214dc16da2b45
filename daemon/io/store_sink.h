/* store_sink.h - who hears what a store says: the app, or a test or tool in its place.
 *
 * Owns: the list; it is the store half of app/app.h, word for word.
 */
#ifndef IO_STORE_SINK_H
#define IO_STORE_SINK_H

#include "app/app.h"

struct store_sink {
	void *ctx;
	void (*attached)(void *ctx, enum attach_result result, bool replicated);
	void (*down)(void *ctx);
	void (*answer)(void *ctx, uint64_t commit, const struct store_answer *answer);
	void (*entry)(void *ctx, const struct store_entry *entry);
	void (*safe)(void *ctx, uint64_t id);
	void (*load_begin)(void *ctx);
	/* A record may come again as a newer entry made it, or as removed (rev 0): the last word counts. */
	void (*load_record)(void *ctx, const struct store_record *record);
	/* Every record stands exactly as of entry `id`. */
	void (*load_end)(void *ctx, uint64_t id, uint64_t commit, int64_t stale_ms);
	void (*seen_put)(void *ctx, bool ok);
	void (*seen)(void *ctx, const struct store_seen *list, size_t count);
};

/* Everything goes to this app. */
struct store_sink store_sink_app(struct app *app);

#endif
