/* supervision.h - what the rest of the app tells of units, and may ask: last seen (seen.c), silent (supervision.c), batteries,
 * mains and tests (upkeep.c), and their records (watched.c).
 *
 * Owns:   when each unit was last heard, and what it last said of itself.
 * Knows:  the registry, through the projection; the store's last-seen times (store.h).
 * Result: what is found is a technical alarm by rule, through the same door as any other (intake.c).
 * Bounds: as in watched.h; nothing here walks all units.
 */
#ifndef APP_SUPERVISION_H
#define APP_SUPERVISION_H

#include "app/internal.h"

struct vitals;

/* A frame of this device came, whatever it says: it lives. No allocation, and no look at the store. */
void device_heard(struct app *app, const char *device);
/* What it said of itself beside; what is not known in `v` stays as it was. */
void device_vitals(struct app *app, const char *device, const struct vitals *v);

/* What is known here of when a device was last heard. */
struct device_seen {
	ms_t heard_ms;               /* 0 = not known here, or never */
	const struct vitals *vitals; /* NULL = likewise. Lives until the next call that acts */
	bool silent;                 /* listed as silent */
};
/* False: no such device. */
bool device_seen(struct app *app, const char *device, struct device_seen *ret);
/* Asks the store, for a device that another daemon serves; its home's details are sent again when it has answered. */
void device_seen_ask(struct app *app, const char *device);

/* The ladder of EN 50136 reporting times; a unit's own counts as the next longer one. */
enum report_class { REPORT_20S, REPORT_180S, REPORT_5H, REPORT_25H, REPORT_COUNT };

bool watched_new(struct app *app) MUST_USE;
void watched_free(struct app *app);
/* A device record came or changed / is about to go. */
void unit_read(struct app *app, struct record *rec);
void unit_forget(struct app *app, struct record *rec);
/* A device is out by our own finding, or not any more. */
void unit_out(struct app *app, const struct out *out, bool is_out);
void watched_turn(struct app *app);
/* For how many ms nothing is due. */
ms_t watched_wait(const struct app *app);
void watched_down(struct app *app);
/* History was cut: what was written last may be gone. */
void watched_cut(struct app *app);
/* Silent devices in this area and below; an empty area: all. Walks only who is silent. */
uint32_t watched_silent(struct app *app, const char *area);
/* Of the whole cell. */
uint32_t watched_in_service(const struct app *app);
uint32_t watched_silent_of(const struct app *app, enum report_class of);

#endif
