/* find.h - which home is meant: by telephone number, name, pinyin or its initials, address, device or id.
 *
 * Owns:   one text for each home and each device, kept by the log, and searches on their way.
 * Knows:  the registry as it stands in memory: no round trip to the store, and it works with the store away.
 * Result: a search goes through every text, in slices, a turn of the loop each; the best FIND_HITS_MAX come back, best first,
 *         of homes in the person's areas only.
 * Bounds: FIND_SLICE_BYTES looked through a turn, FIND_INDEX_SLICE texts made a turn; FIND_AT_ONCE searches; about 450 bytes
 *         a home.
 */
#ifndef APP_FIND_H
#define APP_FIND_H

#include "app/internal.h"

#define FIND_TEXT_MAX 64 /* bytes of what is typed */
#define FIND_HITS_MAX 20
#define FIND_AT_ONCE 16
#define FIND_INDEX_SLICE 128
#define FIND_SLICE_BYTES (1u << 20)

struct find;
struct session;

struct find *find_new(void) MUST_USE;
void find_free(struct app *app);

/* A household or device record came, changed or went. */
void find_touch(struct app *app, struct record *rec);
/* It leaves memory. */
void find_forget(struct app *app, struct record *rec);

/* Searches for this person; the Reply follows when every text has been looked through. */
void find_ask(struct app *app, struct session *s, uint64_t cmd, const char *text);

/* A slice of a walk through every text that can have all of these runs, from place *at on; true behind the last. `each`
 * says whether it has looked at the home too. */
typedef bool find_each(void *ctx, const char *household, struct slice text);
struct find_grams;
bool find_walk(const struct app *app, const struct find_grams *grams, uint32_t *at, find_each *each, void *ctx);

void find_turn(struct app *app);
/* True if there is more to do: the loop turns again at once. */
bool find_behind(const struct app *app);
/* Texts that are still to be made. */
size_t find_waiting(const struct app *app);

#endif
