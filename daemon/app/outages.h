/* outages.h - who is out of power or link, as the records out:* say, behind each incident with a list.
 *
 * Owns:   the members of each list, in memory (record->live).
 * Knows:  the projection, nothing of why somebody is out.
 * Result: each device stands in at most one list of a kind; a closed incident's members are swept away.
 * Bounds: OUT_PAGE members a page; SWEEP_MAX removed a second (outages.c).
 */
#ifndef APP_OUTAGES_H
#define APP_OUTAGES_H

#include "app/internal.h"

/* A record out:* came, changed or is about to go. */
void outage_read(struct app *app, struct record *rec);
void outage_forget(struct app *app, struct record *rec);
void outage_key(char ret[STORE_KEY_MAX], const char *device, enum kind kind);
/* The open area-wide incident that this device is out of, or NULL. */
struct record *outage_of(struct app *app, const char *device, enum kind kind);
/* How this device is out, or NULL. */
const struct out *outage_member(struct app *app, const char *device, enum kind kind);
/* What a record out:* says, or NULL. */
const struct out *outage_out(const struct record *rec);
bool incident_is_open(struct app *app, uint64_t id);
/* What the core may know of who is out. */
void outage_world(struct app *app, const struct incident *inc, const struct event *ev, struct world *w);
/* Devices still listed as out of incidents that have been closed are swept away. */
void outages_turn(struct app *app);
enum verdict outage_gone(struct app *app, const struct change *ch);
/* One page of who is out, longest out first; returns how many. */
#define OUT_PAGE 50
uint32_t outage_list(struct app *app, uint64_t incident, uint32_t from, struct out ret[OUT_PAGE], uint32_t *ret_total);
void outages_free(struct app *app);

#endif
