/* installed.h - homes by how they stand, counted as units come, change and go.
 *
 * Owns:   the units of each home, and the figures of each sub-district.
 * Knows:  the registry, through the projection. A unit whose home the registry does not know is in no figure.
 * Result: what app_installed_counts() tells is as the log stands; nothing walks all homes.
 * Bounds: one entry a home and one a sub-district.
 */
#ifndef APP_INSTALLED_H
#define APP_INSTALLED_H

#include "app/internal.h"
#include "core/installed.h"

/* How one unit was counted. */
struct installed_unit {
	char household[ID_MAX]; /* empty = in no home */
	enum device_state state;
	bool silent;
};

/* This unit is counted so from now on; household "" = it is gone. `as` is what it was counted as. */
void installed_set(struct app *app, struct installed_unit *as, const char *household, enum device_state state,
                   bool silent);
/* A household's record came, changed or went. */
void installed_home(struct app *app, const struct record *rec);
void installed_free(struct app *app);

#endif
