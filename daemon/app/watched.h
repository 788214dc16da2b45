/* watched.h - every unit of the registry, as supervision looks at it: what seen.c (when was it last heard), supervision.c (which
 * are silent) and upkeep.c (low batteries, missed tests) share.
 *
 *   any frame of any protocol ─> device_heard() ─> memory, every FLUSH_MS ─> sorted set `seen` in the store
 *                                                                               │ asked when a unit comes due
 *   rule: LINK <── silent for its class, and heard by no daemon of the cell <───┘
 *
 * Owns:   struct unit, one for each device record (record->live); carriers.
 * Bounds: no allocation and no look at the store for a beat. One put and one question on the way at a time,
 *         STORE_SEEN_MAX units each. CARRIERS_MAX carriers: of further ones nothing is known as a whole.
 */
#ifndef APP_WATCHED_H
#define APP_WATCHED_H

#include "app/installed.h"
#include "app/supervision.h"
#include "wire/vitals.h"

#define FLUSH_MS 400
#define CARRIERS_MAX 64
#define DAEMONS_ASKED_MAX 16

struct carrier {
	char code[ID_MAX];
	ms_t heard_ms; /* any unit of it, by anybody, as far as we know */
	bool dirty;
	uint32_t units;   /* in service */
	uint64_t per_day; /* beats that these owe a day, all together */
	/* Units that fell silent of late, one by one. */
	ms_t window_ms;
	uint32_t fell;
	uint32_t area_count;
	char areas[3][16];
};

enum unit_queue { UNIT_CLEAN, UNIT_DIRTY, UNIT_FLYING };

struct unit {
	struct heap_item due;      /* in units->due while it is watched */
	struct heap_item test_due; /* in units->test_due while its tests are */
	struct record *record;
	struct carrier *carrier;       /* NULL = not known */
	struct vitals *vitals;         /* owned; NULL = none heard here */
	struct installed_unit counted; /* among the homes of its area */
	enum unit_queue queue;
	TAILQ_ENTRY(unit) link;      /* in units->dirty or units->flying */
	TAILQ_ENTRY(unit) back_link; /* in units->back */
	bool heard_again;            /* while it was flying */
	bool vitals_dirty;
	bool in_back;
	bool in_service;
	bool silent;       /* the log lists it as out, found by us */
	uint8_t silent_as; /* enum report_class in which it is counted as silent */
	bool dark;         /* the log lists it as without mains, found by us; or that is on its way */
	int32_t low_day;   /* its battery was said to be low, here, on this day; 0 = it is not */
	enum protocol protocol;
	uint32_t report_s, test_s;
	uint64_t beats_a_day; /* as counted for its carrier */
	ms_t heard_ms;        /* by us, or as the store last said; 0 = not known */
	ms_t state_ms;
	ms_t tested_ms; /* last test of the whole chain, or when it came into service */
	ms_t again_ms;  /* a person closed it and it is still silent: not said again before */
	ms_t dark_ms;   /* since when it has no mains, as far as we heard */
	mono_t back_at; /* when it was last said to be heard again */
};
TAILQ_HEAD(unit_list, unit);

/* What is asked of the store. */
enum asking { ASK_NONE, ASK_CELL, ASK_DUE, ASK_LOOK };

struct units {
	struct unit_list dirty, flying, back;
	struct heap due, test_due;
	struct table carriers; /* code -> struct carrier */
	size_t carrier_count;
	size_t in_service, silent[REPORT_COUNT];
	/* seen.c */
	bool putting;
	mono_t put_at;
	struct store_seen put[STORE_SEEN_MAX];
	uint8_t put_vitals[STORE_SEEN_MAX][VITALS_MAX];
	char forget[16][STORE_SEEN_NAME_MAX];
	size_t forget_count;
	bool telling_break, put_more;
	char look[32][ID_MAX]; /* asked for by screens */
	size_t look_count;
	/* supervision.c */
	enum asking asking;
	mono_t asked_at;
	struct store_seen asked[STORE_SEEN_MAX];
	size_t asked_count, asked_units;
	bool hears;             /* we know since when the cell hears: what is due may be judged */
	bool tell_break;        /* it stopped hearing for a while: to be told to all */
	bool cut;               /* history was */
	ms_t gone_ms, since_ms; /* nobody heard anything from .. to */
	int64_t clock_ahead_ms; /* store's clock minus our monotonic one, as last read */
	mono_t turned_at, looked_at, judge_at, tests_at;
	char daemons[DAEMONS_ASKED_MAX][STORE_KEY_MAX]; /* keys of the others that were alive when last looked at */
	size_t daemon_count;
};

struct unit *unit_find(struct app *app, const char *device);
static inline const char *unit_id(const struct unit *u)
{
	return u->record->key + strlen("device:");
}

/* seen.c */
void seen_turn(struct app *app);
void seen_down(struct app *app);
void seen_forget(struct app *app, const char *name);
/* An answer to ASK_LOOK. */
void seen_looked(struct app *app, const struct store_seen *list, size_t count);
/* Takes what the store says of a unit. */
void seen_believe(struct app *app, struct unit *u, const struct store_seen *s);

/* supervision.c */
void supervision_turn(struct app *app);
/* When its silence would be for too long, by what is known. */
ms_t unit_due_ms(const struct app *app, const struct unit *u);
int64_t unit_report_ms(const struct app *app, const struct unit *u);
/* Puts it among those that are watched, or takes it out. */
void unit_watch(struct app *app, struct unit *u);
void supervision_down(struct app *app);
/* Counted among the silent, or not any more. */
void unit_silent(struct app *app, struct unit *u, bool is_silent);
/* Heard, and listed as silent: its restore is on its way. */
void unit_back(struct app *app, struct unit *u);

/* upkeep.c */
void upkeep_turn(struct app *app);
void upkeep_watch(struct app *app, struct unit *u);
void upkeep_tested(struct app *app, struct unit *u);
void upkeep_vitals(struct app *app, struct unit *u, const struct vitals *v);

/* A signal by a rule of ours, about this unit. False: no room now. */
bool unit_signal(struct app *app, const struct unit *u, enum kind kind, enum collect group, bool restore, uint64_t id);

#endif
