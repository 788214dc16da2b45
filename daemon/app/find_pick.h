/* find_pick.h - homes of which something is known exactly: a number, a name, a resident's id, a unit; by their ids, a page at a time.
 *
 * Owns:   the ids of one page, made in slices by whoever steps it.
 * Knows:  the texts of find.h; nothing of it is on disk or asked of the store.
 * Result: the homes behind a given one, in the order of their ids. Two pages are made apart: who comes meanwhile is met or not, who
 *         stays is met once. Numbers are their digits, names their characters or their pinyin, capitals and blanks aside.
 * Bounds: PICK_MAX ids; a slice as in find.h.
 */
#ifndef APP_FIND_PICK_H
#define APP_FIND_PICK_H

#include "app/app.h"
#include "pingan/v1/record.pb-c.h"

#define PICK_MAX 500

/* NULL = not asked for. */
struct home_wanted {
	const char *area; /* it lies there */
	const char *phone, *name, *resident, *device;
};

struct app_pick;

/* free() ends it; NULL without memory. One at least of phone, name, resident, device is asked for. */
struct app_pick *app_pick_new(const struct home_wanted *wanted, const char *after, size_t max) MUST_USE;
/* A slice; true at the end. Homes that `who` does not cover are left out. */
bool app_pick_step(struct app *app, struct app_pick *pick, const struct who *who);
/* The n-th; NULL behind the last. */
const char *app_pick_id(const struct app_pick *pick, size_t n);
/* There are more behind these. */
bool app_pick_more(const struct app_pick *pick);

/* This home is all that is wanted. May be asked while it is handed out (listing.h). */
bool app_home_wanted(struct app *app, const Pingan__V1__Household *h, const struct home_wanted *wanted);

#endif
