/* listing.h - records of one type in their order, for whoever reads them page by page.
 *
 * Owns:   an index for each listing, made in slices when somebody first asks for it and kept by the log from then on.
 * Knows:  the records as they stand in memory; who may see which is asked of rights by who reads.
 * Result: homes, units, people, areas, sessions by id; calls by when they were opened, the newest first. A record that stays
 *         while somebody walks is met once. What is handed out may not be safe yet: `log_id` says from which entry on it is.
 * Bounds: LISTING_SLICE records put into an index a turn; a step hands out as many as it was asked for, passes over LISTING_SKIP
 *         at most, and allocates nothing. Of closed calls only those in memory are here (CLOSED_KEPT).
 */
#ifndef APP_LISTING_H
#define APP_LISTING_H

#include <protobuf-c/protobuf-c.h>

#include "app/app.h"

#define LISTING_SLICE 256
#define LISTING_SKIP 256
#define LISTING_KEY_MAX STORE_KEY_MAX

enum listing {
	LISTING_HOMES,     /* Household */
	LISTING_DEVICES,   /* Device */
	LISTING_PEOPLE,    /* Person */
	LISTING_AREAS,     /* Area */
	LISTING_STATIONS,  /* Station */
	LISTING_ROSTERS,   /* Roster */
	LISTING_ABSENCES,  /* Absences */
	LISTING_SESSIONS,  /* Login */
	LISTING_INCIDENTS, /* Incident */
	LISTING_COUNT
};

struct listed {
	const char *key;   /* of the record: "household:h1" */
	const char *id;    /* household id, device id, ...; of an incident 16 hex digits */
	const char *place; /* what to ask behind to come to the next one */
	const ProtobufCMessage *body;
	uint64_t rev, commit; /* its newest commit id: what stands for this state of it, and no other */
	uint64_t log_id;      /* app_health.safe must have come so far */
	char area[16]; /* where it is, for rights: of a home, of a unit its home's, of a call; "" = nowhere in particular */
};

/* False while its index is being made: again in a later turn. */
bool app_listing_ready(struct app *app, enum listing which);
/* Looks at up to `max` records behind `after` ("" = from the first), hands each that can be read to `each`, which may ask the app
 * for what stands at the end of this file and no more; it says false to stop behind this one. Returns true when the end was
 * reached. *ret_place says up to where it has looked, "" when nowhere. What is handed out lives until each() returns. */
typedef bool listing_each(void *ctx, const struct listed *one);
bool app_listing_walk(struct app *app, enum listing which, const char *after, size_t max, listing_each *each, void *ctx,
                      char ret_place[LISTING_KEY_MAX]);
/* The same of those alone that an entry behind `since` has brought or changed; 0 = of all. Since this daemon has read the cell anew
 * every record counts as changed by the newest entry of then: there is never one too few. */
bool app_listing_walk_since(struct app *app, enum listing which, const char *after, uint64_t since, size_t max,
                            listing_each *each, void *ctx, char ret_place[LISTING_KEY_MAX]);
/* One of them; false when there is none that can be read. Lives until the next call of the app. */
bool app_listing_find(struct app *app, enum listing which, const char *id, struct listed *ret);
/* Every call that was ever closed is still in memory. */
bool app_listing_whole(const struct app *app);

/* ---- may be asked while a record is handed out ---- */

/* They have an area in common: one of the person's, or around it, is one of who asks; or the other way round. */
bool app_person_near(struct app *app, const char *person, const struct who *who);

/* One of their areas is this one, in it, or around it. */
bool app_person_in(struct app *app, const char *person, const char *area);

/* The home of this unit is that one. */
bool app_device_home(struct app *app, const char *device, const char *household);

/* How somebody who works stands now. */
struct person_now {
	bool field; /* goes on duty */
	bool on_duty;
	ms_t duty_since_ms;
	uint64_t incident; /* job in hand; 0 = free */
	bool desk;         /* sits at a console */
	bool ready;
};

void app_person_now(struct app *app, const char *person, struct person_now *ret);

/* How a unit stands now, as supervision knows it. */
struct device_now {
	bool silent;   /* its reporting time is over */
	ms_t heard_ms; /* by this daemon, or as the store last said; 0 = not known */
};

void app_device_now(struct app *app, const char *device, struct device_now *ret);

/* The open call of a home; 0 = none. */
uint64_t app_home_incident(struct app *app, const char *household);

#endif
