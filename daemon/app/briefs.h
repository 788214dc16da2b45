/* briefs.h - the few words of a registry record that every alarm asks for, taken out of its body once.
 *
 * Owns:   record->brief of homes, devices and areas, made when somebody first asks and dropped with the body that it was made from.
 * Result: what a full unpacking would say, without one: an alarm asks some ten times.
 * Bounds: about a hundred bytes a record that was ever asked for.
 */
#ifndef APP_BRIEFS_H
#define APP_BRIEFS_H

#include "app/internal.h"

struct home_brief {
	char id[ID_MAX]; /* as the record says it; empty when that is unfit for a record of ours */
	char area[16];   /* empty when it says none, or one that is too long */
	ms_t test_until_ms;
	uint32_t risk; /* home_risk() */
	bool tells;    /* a contact is to be told */
};

struct device_brief {
	char household[STORE_KEY_MAX]; /* empty when it is longer than any key */
	char carrier[ID_MAX];          /* empty when it is unfit for a record */
	ms_t test_until_ms;
};

struct area_brief {
	uint32_t arrival_due_min; /* 0 = as further up */
};

/* NULL = none, or unreadable (counted, logged). Good until the next entry of the log, or what ends the arena. */
const struct home_brief *home_brief(struct app *app, const char *id);
const struct device_brief *device_brief(struct app *app, const char *id);
const struct area_brief *area_brief(struct app *app, const char *code);

#endif
