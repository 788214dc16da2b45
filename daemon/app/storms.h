/* storms.h - what storms.c shares with the projection, with decisions and with the screens. */
#ifndef APP_STORMS_H
#define APP_STORMS_H

#include "app/internal.h"

enum storm_act {
	STORM_BEGIN, /* or go on, for longer or for more kinds */
	STORM_END,   /* a person ends it */
	STORM_OVER   /* its time is up */
};

/* What is asked of a storm's record. */
struct storm_ask {
	enum storm_act act;
	uint64_t cmd; /* 0 = by rule */
	uint32_t seconds;
	struct storm storm; /* area, kinds, by, reason */
};

/* False: refused for a bound. */
bool storm_ask(struct app *app, const struct storm_ask *ask, struct waiter waiter);
/* MOVE: *ret is the record to write. */
enum verdict storm_decide(struct app *app, struct change *ch, struct storm *ret);
/* What the record says; NULL when it is gone or unreadable. */
const struct storm *storm_find(const struct record *rec);
/* How many it has put aside so far. */
uint32_t storm_held(const struct record *rec);

/* What stood in a slot before its record was read anew. */
struct slot_before {
	bool held_back;
	enum kind kind;
	char area[16];
	uint32_t signals;
};

void storm_read(struct app *app, struct record *rec);
void storms_slot(struct app *app, struct incident_slot *slot, const struct slot_before *before);
/* A storm holds this kind back here until then; 0 = none does. */
ms_t storm_until_ms(struct app *app, enum kind kind, const char *area);
void storms_turn(struct app *app);
void storms_free(struct app *app);

#endif
