/* internal.h - what the files of app share. Nothing outside daemon/app includes it.
 *
 *   device_link.c, dc09_link.c ─> intake.c ─┐
 *   screens.c ─> requests.c ────────────────┼─> change.c ─> store      (decide, commit, answer)
 *   deadlines.c, alive.c ───────────────────┘
 *   store ─> feed.c (log) ─> projection.c ─> devices.c, screens.c, phone.c   (tell)
 */
#ifndef APP_INTERNAL_H
#define APP_INTERNAL_H

#include <stdlib.h>
#include <sys/queue.h>

#include "app/app.h"
#include "app/counters.h"
#include "app/deadlines.h"
#include "app/drain.h"
#include "app/limits.h"
#include "base/heap.h"
#include "base/table.h"
#include "core/device_life.h"
#include "core/duty.h"
#include "core/shift.h"
#include "pingan/v1/console.pb-c.h"
#include "pingan/v1/device.pb-c.h"
#include "pingan/v1/record.pb-c.h"
#include "wire/arena.h"
#include "wire/record.h"

/* ------------------------------------------------------------ records (projection.c) */

enum record_type {
	RECORD_OTHER,
	RECORD_INCIDENT,
	RECORD_CAREGIVER,
	RECORD_OPERATOR,
	RECORD_DAEMON,
	RECORD_LOGIN,
	RECORD_PERSON,
	RECORD_HOUSEHOLD,
	RECORD_DEVICE,
	RECORD_AREA,
	RECORD_OUT,
	RECORD_STORM,
	RECORD_ROSTER,
	RECORD_ABSENCE,
	RECORD_REMINDER,
	RECORD_TOKEN,
	RECORD_STATION,
	RECORD_GUESS,
	RECORD_DRAIN,
	RECORD_WISH,
	RECORD_TYPE_COUNT
};

struct change;
struct storm_ask;
struct record_ask;
struct shift_ask;
struct audit;
TAILQ_HEAD(change_list, change);

/* One record of the cell in memory. Lives as long as the store has it, or a change waits for it. */
struct record {
	char key[STORE_KEY_MAX];
	enum record_type type;
	uint64_t rev;                         /* 0 = not in the store (yet, or any more) */
	uint64_t commits[STORE_COMMITS_KEPT]; /* newest first */
	uint8_t *body;                        /* owned */
	uint32_t body_len;
	uint64_t log_id;            /* entry that brought it; 0 = loaded */
	mono_t since;               /* when that was */
	uint64_t generation;        /* of the load that saw it last */
	struct change *busy;        /* decided, not yet back from the log */
	struct change_list waiting; /* to be decided after it, in order */
	uint32_t waiting_count;
	uint32_t settling;  /* changes of it in app->settled: it must not go before they are answered */
	bool ready;         /* in app->ready, or */
	bool ready_first;   /* in app->ready_first */
	uint64_t await_log; /* refused as stale: decide again when the log has moved past this; 0 = free */
	TAILQ_ENTRY(record) ready_link;
	bool find_waits;  /* its text is to be made (find.c) */
	uint32_t find_at; /* where it stands there, from 1; 0 = it has none */
	TAILQ_ENTRY(record) find_link;
	TAILQ_ENTRY(record) of_type; /* all records of this type */
	struct incident_slot *slot;  /* RECORD_INCIDENT only; owned */
	void *live;                  /* owned. OPERATOR: struct operator; CAREGIVER: struct caregiver; PERSON: the
	                              * account as text, key in app->accounts; DAEMON: struct peer_daemon; DRAIN: bool force */
	void *brief;                 /* owned; briefs.h */
};
TAILQ_HEAD(record_list, record);

struct desk;

/* What is asked of every incident at every turn, taken out of its body once. */
struct incident_slot {
	struct heap_item due; /* in app->deadlines while it is open */
	struct record *record;
	uint64_t id;
	enum incident_class class;
	enum incident_state state;
	enum kind kind;
	enum job_state progress;
	char household[ID_MAX];
	char open_key[STORE_KEY_MAX]; /* incident_open_key(); key in app->open while open */
	char area[16];
	char owner[ID_MAX];
	bool ring_neighbours, ring_supervisor, rerung, rerung_all, quarantine;
	bool drill;       /* left out of the day's figures */
	enum aside aside; /* rings nobody, and is counted apart */
	ms_t aside_until_ms;
	ms_t held_at;                         /* when a storm last put it aside, as far as this daemon saw */
	enum kind last_kind;                  /* of its last alarm */
	uint32_t signals;                     /* alarms it has swallowed; area-wide: devices that went out */
	bool untested;                        /* a test of the whole chain is missing */
	bool area_wide;                       /* open_key is "area/<area>/<kind>" */
	bool has_jobs;                        /* phones may have to be told */
	bool opening_counted, answer_counted; /* in the day's figures (day.c) */
	ms_t waiting_since_ms, opened_ms, answered_ms;
	uint8_t order[ORDER_LEN];
	uint64_t told; /* commit of the state that the only unit here that waits for word has heard; 0 = none */
	bool dirty;    /* in app->dirty: devices, screens and phones have not been told */
	TAILQ_ENTRY(incident_slot) dirty_link;
	uint64_t touched; /* log id of the last change: screens resume by it */
	ms_t next_due_ms;
	bool kept; /* closed and in app->closed; while a call-back is due it stays in memory outside that list */
	TAILQ_ENTRY(incident_slot) closed_link; /* in app->closed */
	bool held;                              /* laid aside by its owner */
	bool escalated;                         /* a supervisor has been asked in, and has not come */
	bool returned;                          /* waits again: its owner's console is gone, or it was raised */
	char first[8];     /* faces only: rings first at who speaks this; empty = at everybody (speakers.c) */
	ms_t taken_ms;     /* when somebody last took it, or was given it */
	bool given;        /* and that was a transfer */
	struct desk *desk; /* whose list it is in; NULL = nobody's */
	char listed[33];   /* where it stands in its listing; "" = not in it */
	TAILQ_ENTRY(incident_slot) desk_link;
};
TAILQ_HEAD(slot_list, incident_slot);

struct record *record_find(struct app *app, const char *key);
/* Finds, or makes a placeholder with rev 0. NULL without memory. */
struct record *record_want(struct app *app, const char *key);
/* "incident:<16 hex>" and so on; ids longer than they may be give an empty key. */
void record_key(char ret[STORE_KEY_MAX], const char *type, const char *id);
void incident_key(char ret[STORE_KEY_MAX], uint64_t id);
struct record *incident_find(struct app *app, uint64_t id);
/* Open incident of a household, or NULL. Quarantine: household is "quarantine/<device>". */
struct record *incident_of_household(struct app *app, const char *household);
/* What there is one open incident of: the household, "quarantine/<device>"; or, for one with a
 * list, "area/<area>/<kind>", "carrier/<carrier>/<kind>", "away/<area>/<kind>". */
void incident_open_key(const struct incident *inc, char ret[STORE_KEY_MAX]);
/* The same of one that is collected. */
void group_key(enum collect group, const char *area, const char *carrier, enum kind kind, char ret[STORE_KEY_MAX]);
/* Decodes into `ret`; false (counted, logged) when the body is unreadable: the record is then in quarantine. */
bool incident_read(struct app *app, const struct record *rec, struct incident *ret);
const struct operator* operator_find(struct app *app, const char *person);
const struct caregiver *caregiver_find(struct app *app, const char *person);
/* Unpacked registry records; they live in app->arena until the end of the turn or call. NULL = none or unreadable. */
const Pingan__V1__Person *person_find(struct app *app, const char *id);
const Pingan__V1__Household *household_find(struct app *app, const char *id);
/* Risk points of the home: those of the resident who has most. NULL = 0. */
uint32_t home_risk(const Pingan__V1__Household *h);
const Pingan__V1__Device *device_find(struct app *app, const char *id);
const Pingan__V1__Area *area_find(struct app *app, const char *code);
const Pingan__V1__Station *station_find(struct app *app, const char *id);
/* Name of a person for screens; empty when unknown. */
const char *person_name(struct app *app, const char *id);
/* Something found no memory: what we hold lacks something that the store has. All is read again once there is memory. */
void projection_incomplete(struct app *app, const char *what);
/* Applies one record of the log or of a load; false when it is older than what stands there. */
bool projection_apply(struct app *app, const struct store_record *from, uint64_t log_id);
void projection_free(struct app *app);
/* Drops a placeholder that nothing waits for. */
void record_release(struct app *app, struct record *rec);
/* Closed incidents beyond CLOSED_KEPT leave memory. Only between decisions. */
void projection_trim(struct app *app);
/* A load begins and ends: records that it did not bring are gone from the store. */
void projection_load_begin(struct app *app);
void projection_load_end(struct app *app, uint64_t id);

/* ------------------------------------------------------------ changes (change.c) */

/* Who waits for the answer to a change. */
enum waiter_type { WAITER_NONE, WAITER_ALARM, WAITER_REQUEST, WAITER_LOGIN, WAITER_POST, WAITER_RECORD };

struct waiter {
	enum waiter_type type;
	link_t link;
	uint64_t tag; /* ALARM: native id, or the DC-09 link's reply slot; REQUEST: cmd; LOGIN: io's tag; POST: none,
	                 * all that wait for the same press are told */
};

enum change_kind {
	CHANGE_INCIDENT, /* ev, alarm */
	CHANGE_OPERATOR,
	CHANGE_CAREGIVER,
	CHANGE_LOGIN,
	CHANGE_DAEMON,
	CHANGE_NEW,      /* a record that must exist: body; nothing if it does */
	CHANGE_STORM,    /* storm */
	CHANGE_SHIFT,    /* shift */
	CHANGE_ON_TEST,  /* ev: who, seconds, text */
	CHANGE_KEY,      /* number: the key that a unit has taken */
	CHANGE_DEVICE,   /* device; ev.text: why */
	CHANGE_BIND,     /* ev: who, cmd; device.household: the call of an unknown device gets this home */
	CHANGE_PROOF,    /* an alarm that is the proof of its unit (commission.h) */
	CHANGE_CUT,      /* ev: an entry that a failover cut (cut.c) */
	CHANGE_AUDIT,    /* a look, a seal: an entry of the audit chain without a record (audit.h) */
	CHANGE_OUT_GONE, /* a device that was out of an incident that has been closed: its record goes */
	CHANGE_REFUSED,  /* somebody asked for what they may not (refused.h): a log entry only */
	CHANGE_RECORD,   /* edit: a record of the registry is corrected, or looked at (registry.c) */
	CHANGE_TOKEN,    /* a token was used today */
	CHANGE_GUESS,    /* guess: a log-in failed, or was right (guesses.h); audit */
	CHANGE_SIGNAL    /* an alarm that opens nothing (test, restore, cancel of nothing): a log entry only */
};

/* One thing that happened to one record: waiting to be decided, or decided and on its way through store and log. */
struct change {
	TAILQ_ENTRY(change) link; /* in record->waiting, or app->settled; neither while it is record->busy */
	enum change_kind kind;
	struct record *record;
	struct event ev;
	struct alarm *alarm; /* owned; NULL unless the event has one */
	struct waiter waiter;
	uint64_t salt;            /* ALARM without an id: the same bytes as an incident long closed */
	uint32_t tries;           /* how often it was decided */
	bool remove;              /* LOGIN, DAEMON: ends it */
	bool new_session;         /* OPERATOR: counts a session even when nothing else changes */
	bool keep_ready;          /* OPERATOR: says nothing of being ready; what stands when it is decided stays */
	struct operator op;       /* OPERATOR: what it is to become */
	enum duty_event duty;     /* CAREGIVER: what happens to the duty */
	ms_t duty_made_ms;        /* with ANSWER: which test offer */
	struct storm_ask *storm;  /* STORM: what is asked; owned */
	struct record_ask *edit;  /* RECORD: likewise */
	struct shift_ask *shift;  /* SHIFT: likewise */
	struct audit *audit;      /* AUDIT, GUESS: what goes on record; owned */
	struct guess_ask *guess;  /* GUESS: NULL = the set goes, for all of it is forgotten. Owned */
	struct device_ask device; /* DEVICE */
	struct login_ask *login;  /* LOGIN: what is asked; NULL = it ends. Owned */
	uint8_t *body;            /* DAEMON, NEW: new body; owned */
	uint32_t body_len;
	char check_key[STORE_KEY_MAX]; /* RETURN: the operator's record must still stand so. REFUSED: whose data it was */
	uint64_t check_expect;
	struct flight *flight; /* the commit on its way; NULL before */
	uint64_t settle_id;    /* log entry that must be safe before the waiter is told */
	enum refusal answer;   /* what it is told */
	char who[ID_MAX];
	ms_t at_ms;
	uint32_t number;
	bool follow_up_due;                /* DEADLINE of a closed incident: the next day's call-back is to be made */
	bool rerouted;                     /* decide found that it belongs to another record */
	bool message_anew;                 /* the message's older incident is closed: a new press */
	bool shown_unstored;               /* screens show it from memory */
	bool duplicate;                    /* the store knew the message */
	char duplicate_of[STORE_KEY_MAX];  /* key of the incident that has it */
	mono_t since;                      /* when it came in */
	bool pending;                      /* in app->alarms and app->pending */
	char press[17];                    /* alarm_hash in hex: key in app->pending */
	TAILQ_ENTRY(change) unstored_link; /* in app->alarms while it is an alarm not yet back from the log */
};

/* Takes a change in. NULL when a bound is reached (counted; the caller tells the peer) or without memory.
 * The event and alarm are copied. Decided in app_turn(), after what waits for the same record. */
struct change *change_submit(struct app *app, enum change_kind kind, const char *record_key, const struct event *ev,
                             const struct alarm *alarm, struct waiter waiter);
/* The incident that an alarm has become part of; 0 = none. */
uint64_t change_incident(const struct change *ch);
void changes_turn(struct app *app);
/* Something can be decided now. */
bool changes_ready(const struct app *app);
/* The store came back with history intact, or after a load: sends again everything that was on its way. */
void changes_resend(struct app *app);
/* After a load that showed a cut: what waited for the gate is decided again. */
void changes_cut(struct app *app);
/* A log entry came: if it is one of ours, its change is settled when the entry is safe. */
void changes_entry(struct app *app, uint64_t commit, uint64_t log_id);
/* Tells waiters whose entries are safe. */
void changes_settle(struct app *app);
void changes_free(struct app *app);

/* ------------------------------------------------------------ intake (intake.c) */

/* Where an alarm belongs, as the registry knows its device. */
struct place {
	bool known;             /* device in the registry, its household too */
	bool area_wide;         /* a technical alarm that is collected by its area */
	char household[ID_MAX]; /* empty unless known */
	char area[16];          /* of the incident that it would open */
	char carrier[ID_MAX];   /* of the incident that it would open; empty = none */
	bool away;
	char open_key[STORE_KEY_MAX];
};

void intake_place(struct app *app, const struct alarm *a, struct place *ret);
/* Area of the home that a device stands in; empty when nobody knows. */
void home_area(struct app *app, const char *device, char ret[16]);
/* One alarm, checked by its codec. The waiter is told by devices.c when it is durable, never before.
 * False: refused for a bound; the device repeats. */
bool intake_alarm(struct app *app, const struct alarm *a, struct waiter waiter);
/* One that a person entered; `ev` carries the request and the sealed text. False: refused for a bound. */
bool intake_manual(struct app *app, const struct alarm *a, const struct event *ev, struct waiter waiter);
/* Resident's cancel of alarm `id`. */
void intake_cancel(struct app *app, const char *device, uint64_t id, struct waiter waiter);

/* ------------------------------------------------------------ on_test.c */

/* A press that is a trial of its button: thanked and logged, and no call. */
bool on_test(struct app *app, const struct alarm *a, const struct place *p);
void on_test_entry(struct app *app, const struct store_entry *e);
/* MOVE: *ret holds the record's new body. */
enum verdict on_test_decide(struct app *app, struct change *ch, struct buf *ret);
void on_test_free(struct app *app);

/* ------------------------------------------------------------ commission.c, proofs.c: units on their way into service */

/* A press that is the proof of its unit: thanked, shown to its technician, and no call. */
bool proof_press(struct app *app, const struct alarm *a, const struct place *p);
enum verdict proof_decide(struct app *app, struct change *ch);
enum verdict device_decide(struct app *app, struct change *ch);
/* A device record came or changed (`d` is its body), or is about to go (NULL). */
void proof_record(struct app *app, const struct record *rec, const Pingan__V1__Device *d, bool loaded);
/* A change has settled: perhaps the call that an unconfirmed press has become. */
void proofs_settled(struct app *app, const struct change *ch);
/* These bytes are the frame of a proof that waits to be confirmed, sent again. */
bool proof_copy(struct app *app, const struct change *ch);
void proofs_turn(struct app *app);
ms_t proofs_wait(const struct app *app);
void proofs_free(struct app *app);

/* ------------------------------------------------------------ devices (device_link.c, dc09_link.c, devices.c) */

/* An alarm of this link is durable (or was before): acknowledge. incident 0 = kind opens none. `closed`: tell so at once. */
void devices_alarm_stored(struct app *app, const struct change *ch, uint64_t incident);
/* False: devices_touch() would have nobody to tell. */
bool devices_watch(struct app *app, uint64_t incident);
/* The address at the other end; "" when there is none. */
const char *devices_peer(struct app *app, link_t link);
/* An incident changed and is safe: tell the devices behind it their step. */
void devices_touch(struct app *app, const struct incident *inc);
void devices_down(struct app *app, link_t link);
/* An alarm is on the screens and not in the store: its unit may say so. */
void devices_not_stored(struct app *app, const struct change *ch);
/* A household or device of the registry changed. */
void devices_registry(struct app *app, const struct record *rec);
/* So many times longer than usual units are told to wait between heartbeats. */
uint64_t devices_beats_slowed(const struct app *app);
/* The app wants to be called again in so long. */
void devices_wait(struct app *app, int64_t wait_ms);
/* MOVE: *ret holds the record's new body, *ret_event the LogEvent. */
enum verdict unit_key_decide(struct app *app, struct change *ch, struct buf *ret, struct buf *ret_event);
/* Our store link is not fresh: devices with open alarms are sent to the next address. */
void devices_not_fresh(struct app *app);
bool devices_new(struct app *app) MUST_USE;
/* Time-outs of links; called every turn, does its work once a second. */
void devices_turn(struct app *app);
void devices_free(struct app *app);

/* ------------------------------------------------------------ posts.c: requests of vendors' clouds */

struct posts;

bool posts_new(struct app *app) MUST_USE;
void posts_free(struct app *app);
/* An alarm of some of them is durable, or was refused. */
void posts_stored(struct app *app, const struct change *ch);
/* Those that have waited long enough are told so. */
void posts_turn(struct app *app);

/* ------------------------------------------------------------ screens (screens.c, requests.c, rows.c, phone.c, rights.c) */

/* An incident changed (also: not stored yet). Rows and details go out in screens_turn(), class 1 at once. */
void screens_touch(struct app *app, struct incident_slot *slot);
/* This incident leaves memory: let go of every reference to the slot. */
void screens_forget(struct app *app, struct incident_slot *slot);
/* A log entry has been applied: what unknown devices sent is kept for whoever opens the incident. */
void screens_entry(struct app *app, const struct store_entry *e);
/* An alarm that is not stored yet appeared, changed or is gone. */
void screens_unstored(struct app *app);
/* A person's duty, readiness, link or record changed. */
void screens_presence(struct app *app);
/* A household or device of the registry changed: who has a call of that home open sees it. */
void details_home(struct app *app, const struct record *rec);
/* A device record changed: who has its card open sees it. */
void cards_touch(struct app *app, const char *device);
/* A roster changed, or people are missing elsewhere than before. */
void screens_roster(struct app *app);
/* A storm began, changed, ended, or holds back more. */
void screens_storms(struct app *app);
/* A caregiver's offers or job may have changed: `person` NULL = all phones. */
void phones_touch(struct app *app, const char *person);
/* Store came, went; or a load replaced everything: fresh snapshots. */
void screens_store_state(struct app *app);
void screens_reload(struct app *app);
void screens_turn(struct app *app);
void screens_down(struct app *app, link_t link);
/* Answer to a request: after the gate. */
void screens_answer(struct app *app, const struct change *ch);
/* A login ended: its screens go. */
void screens_login_gone(struct app *app, const char *login);
/* A person's record changed: their screens whose session is over go. */
void screens_person(struct app *app, const char *person);
/* True if this person has a live screen on this daemon. */
bool screens_reachable(const struct app *app, const char *person);
/* True if this person's console is served here. */
bool screens_console_here(const struct app *app, const char *person);
/* True if it is, and has said something at or after `since`. What it last said of being ready goes to *ret_ready. */
bool screens_console_heard(const struct app *app, const char *person, mono_t since, bool *ret_ready);
/* Who is ready has changed: what rings only at some may have to ring at all. */
void screens_ready_changed(struct app *app);
/* Person ids of the consoles served here, for the proof of life; returns how many. */
size_t screens_operators(const struct app *app, char (*ret)[ID_MAX], size_t max);
bool screens_new(struct app *app) MUST_USE;
/* True if something waits to go out: the loop turns again soon. */
bool screens_pending(const struct app *app);
/* True if screens wait to be served, more than one turn could: the loop turns again at once. */
bool screens_behind(const struct app *app);
/* Screens connected (at most LINKS_MAX). */
size_t screens_count(const struct app *app);
void screens_free(struct app *app);

/* ------------------------------------------------------------ people (operators.c), candidates (candidates.c) */

/* A console of this operator came up, or one that we served is gone. Commits the change of their record. */
void operator_up(struct app *app, const char *person, bool ready);
void operator_left(struct app *app, const char *person);
/* False: refused for a bound. */
bool operator_ready(struct app *app, const char *person, bool ready, struct waiter waiter);
void operators_turn(struct app *app);
/* True if the owner's console is gone: amber everywhere. */
bool operator_gone(struct app *app, const char *person);
/* Fills world from the projection for an incident in `area`. */
void world_fill(struct app *app, const struct incident *inc, const struct event *ev, struct world *w);
/* Last known position, from the phone; forgotten after 5 min. */
void position_set(struct app *app, const char *person, int32_t lat_e6, int32_t lon_e6);

/* ------------------------------------------------------------ desks (desks.c): load, flood, interruption */

struct desks;

struct desks *desks_new(void) MUST_USE;
void desks_free(struct desks *desks);
/* An incident was read anew: it goes to the desk of whoever took it last. */
void desk_enter(struct app *app, struct incident_slot *slot, const struct incident *inc);
void desk_leave(struct incident_slot *slot);
/* A claim came back from the log: what its owner has in hand that is less urgent is laid aside. */
void desk_interrupt(struct app *app, const struct incident_slot *taken);
/* New calls of this person within the policy's window. */
uint32_t desk_load(struct app *app, const char *person, bool *ret_flood);
void desks_turn(struct app *app);

/* ------------------------------------------------------------ rights (rights.c): the one place */

#define RIGHTS_AREAS_MAX 32
#define LANGUAGES_MAX 6

/* What a person may see, taken out of the Person record once. */
struct rights {
	char person[ID_MAX];
	enum role role;
	uint32_t area_count;
	char areas[RIGHTS_AREAS_MAX][16];
	char languages[LANGUAGES_MAX][8]; /* none: nobody wrote them down */
};

void rights_of(const Pingan__V1__Person *p, struct rights *ret);
/* The home lies in one of the person's areas; or the person's area lies in the incident's, when nobody knows more exactly
 * where it is (quarantine). */
bool rights_covers(const struct rights *r, const char *area);
/* Neighbour of an area: by its list, else among its siblings. Never true for who covers it. */
bool rights_neighbour(struct app *app, const struct rights *r, const char *area);
/* May this person's console show this incident, and ask for things of it. */
bool rights_sees(struct app *app, const struct rights *r, const struct incident_slot *slot);
/* May their screen have its row: a console's, or a wall's without a person in it (disclose.h). */
bool rights_shows(struct app *app, const struct rights *r, const struct incident_slot *slot);
/* Would it ring there, if the person is ready: then and there only. */
bool rights_rings(struct app *app, const struct rights *r, const struct incident_slot *slot);
/* True also for whoever's languages nobody wrote down. */
bool rights_speaks(const struct rights *r, const char *language);
/* May this person look at, or correct, a record of the registry that lies in `area`. */
enum record_act { RECORD_LOOK, RECORD_LOOK_HEALTH, RECORD_EDIT };
bool rights_record(const struct rights *r, enum record_type type, const char *area, enum record_act act);
/* May this role send this kind of request at all (what = Request.what_case). */
bool rights_may(enum role role, int what);
/* May stand at this post. */
bool rights_post(const struct rights *r, enum shift_post post);
/* Some area of theirs is one of the other's, or lies in it, or holds it. */
bool rights_meet(const struct rights *r, const struct rights *other);
/* The whole of this area is theirs. */
bool rights_covers_whole(const struct rights *r, const char *area);
/* Goes on duty and takes jobs: caregivers, and technicians. */
bool rights_fields(enum role role);
/* Has the console: operators and supervisors. */
bool rights_desk(enum role role);
/* May this role open this page (ScreenHello.Page). */
bool rights_page(enum role role, int page);

/* ------------------------------------------------------------ people as the daemon knows them (roster.c) */

struct roster;

struct roster *roster_new(void) MUST_USE;
void roster_free(struct roster *roster);
/* A record changed: person NULL-safe, by id. */
void roster_person(struct app *app, const char *person);
void roster_caregiver(struct app *app, const char *person);
void roster_station(struct app *app, const char *station);
void roster_operators(struct app *app);
void roster_area(struct app *app);

/* ------------------------------------------------------------ the app */

struct tail_entry {
	uint64_t id;
	uint64_t commit;
	uint32_t key_count;
	uint64_t incidents[2]; /* incidents it touched; 0 = none */
	uint64_t event_at;     /* its LogEvent (cut.c) */
	uint32_t event_len;    /* 0 = not kept */
	bool quiet;            /* a daemon's proof of life */
	bool there;            /* after a cut: still is */
};

struct devices;
struct screens;

/* The audit chain as the log brought it (audit.c). */
struct audit_head {
	uint64_t id; /* newest entry; 0 = not heard of yet */
	char hash[STORE_HASH_SIZE];
	uint64_t act;      /* newest entry that is no seal */
	uint64_t unsealed; /* such entries since the last seal */
	mono_t since;      /* the first of them came */
	mono_t full;       /* as many were there as wait for a seal at most */
	uint64_t want;     /* to be sealed once it is safe; 0 = none */
	char want_hash[STORE_HASH_SIZE];
	mono_t again; /* nothing is put on record by ourselves before */
	bool start;   /* that we follow the log is to be put on record */
};

struct app {
	struct audit_head audit;
	struct app_config config;
	struct ports ports;
	struct now now; /* read once at the start of each call that acts */

	/* projection.c */
	struct table records;  /* key -> struct record */
	struct table open;     /* household -> struct record of its open incident */
	struct table accounts; /* account -> struct record of the person */
	struct record_list of_type[RECORD_TYPE_COUNT];
	size_t count_of_type[RECORD_TYPE_COUNT];
	size_t quarantine_count;
	struct heap deadlines; /* incident_slot.due */
	struct slot_list dirty;
	struct slot_list closed; /* (closed_link) closed incidents still in memory, oldest first */
	size_t closed_count;
	uint64_t load_generation;
	uint64_t snapshot_wishes; /* since the start: a home was erased and must be forgotten, or somebody wants one */
	bool keeps_snapshot;
	uint64_t snapshot_entry; /* as told by app_snapshot() */
	bool loading;
	bool incomplete; /* a record or index found no memory: load again */
	mono_t reloaded_at;
	bool loaded;
	int64_t stale_ms;

	/* outages.c */
	struct table outages; /* incident id in hex -> struct outage */
	mono_t outages_at;

	/* on_test.c */
	struct table test_presses; /* device -> struct test_press */
	TAILQ_HEAD(, test_press) test_press_order;
	struct table record_hands; /* key of a record -> struct record_hand */
	size_t record_hand_count;
	size_t test_press_count;

	/* installed.c */
	struct table installed_homes; /* household -> struct home */
	struct table installed_areas; /* sub-district -> struct area_count */

	/* quarantine.c: the newest calls of unknown devices, and where they came from */
	struct {
		char peer[46];
		ms_t at_ms;
	} quarantined[QUARANTINE_MAX];
	size_t quarantined_at;

	/* proofs.c */
	struct table proofs; /* device -> struct proof */

	/* storms.c */
	struct table storm_watches; /* "<area>/<kind>" -> struct storm_watch */
	size_t storm_watch_count;
	int64_t held_back; /* incidents put aside by storms */
	mono_t storms_at, storms_pass_at, storm_watched_at;
	bool storms_more;

	/* shifts.c, duty.c */
	struct shifts *shifts;
	struct shift_room shift_room; /* of use for one decision */
	mono_t duty_looked_at;
	ms_t duty_looked_ms;

	/* feed.c */
	bool store_up; /* attached, loaded, entries flow */
	bool attach_wanted;
	bool cut; /* the load under way follows a cut of history */
	bool replicated;
	bool one_copy;
	ms_t store_since_ms;
	uint64_t newest, newest_commit; /* log read and applied up to here */
	uint64_t safe;                  /* told to be safe up to here */
	struct tail_entry tail[TAIL_MAX];
	size_t tail_len, tail_at;

	/* change.c */
	struct record_list ready;       /* (ready_link) records whose next change can be decided */
	struct record_list ready_first; /* likewise: what is urgent goes first */
	struct change_list settled;     /* back from the log, waiting for the gate */
	struct change_list alarms;      /* alarms not yet back from the log, oldest first (unstored_link) */
	struct change *unshown;         /* the first of them that is not shown from memory; NULL = none */
	struct table pending;           /* alarm_hash in hex -> the change of that alarm in `alarms` */
	struct record_list awaiting;    /* (ready_link) refused as stale: waiting for the log */
	mono_t awaiting_since;          /* since when the log has not moved while something waited for it */
	mono_t retry_at;                /* when commits without an answer were last looked at */
	bool reading_stopped;
	size_t change_count;
	size_t deadlines_taken;           /* of these, deadlines that ring */
	struct table flights;             /* commit id in hex -> struct flight */
	size_t flight_count, flights_may; /* on their way, and how many may be (change.c) */
	mono_t flights_cut;
	uint64_t flight_order;

	/* alive.c, drain.c */
	struct drain drain;
	uint64_t logins_rev,
		accounts_rev; /* how often log-ins began or went, and records of people and failed log-ins came anew */
	mono_t alive_sent, alive_back, operators_at, logins_at, guesses_at, strangers_at;
	uint32_t strangers; /* failed log-ins of accounts that are none, since strangers_at */
	bool alive_pending;
	bool fresh;
	ms_t started_ms;

	struct devices *devices;
	struct units *units;
	struct posts *posts;
	struct cuts *cuts;
	struct screens *screens;
	struct roster *roster;
	struct find *find;
	struct listings *listings; /* NULL: nobody has read any */
	struct desks *desks;
	struct refusals *refusals;
	struct alarm *recent; /* ring of RECENT_ALARMS */
	ms_t *recent_ms;
	size_t recent_at;

	/* Scratch for one step; 25 KiB each, so not on the stack. */
	struct incident before, after, reading;
	uint8_t encode[STORE_PUTS_MAX * STORE_BODY_MAX];
	struct candidate candidates[512];
	struct arena arena; /* unpacked registry records, reset at each call that acts */
	_Alignas(max_align_t) uint8_t arena_memory[1 << 20];
	struct arena scratch; /* decoding of one record; of use only until the next */
	_Alignas(max_align_t) uint8_t scratch_memory[RECORD_SCRATCH];
	uint64_t counters[COUNTER_COUNT];
};

/* Reads the clocks and empties the arena: first thing in each app_*() that acts. */
void app_begin(struct app *app);

/* feed.c */
void feed_turn(struct app *app);
/* What we hold can't be trusted: read every record again. */
void feed_reload(struct app *app);
/* quarantine.c: sees that the household record QUARANTINE exists. */
#define QUARANTINE "quarantine"
void quarantine_turn(struct app *app);
/* A call of an unknown device may open: there is a place for it, and `link` has not had more than its share. Counts it. */
bool quarantine_may(struct app *app, link_t link);
/* who.c */
enum verdict token_decide(struct app *app, struct change *ch);
/* logins.c */
enum verdict login_decide(struct app *app, struct change *ch);
/* Whose session this is; NULL when it is over. In app->arena. */
const Pingan__V1__Person *login_person(struct app *app, const char *login);
/* A wall is on: its log-in lasts from now on as long as walls' do. False: not taken in. */
bool login_prolong(struct app *app, const char *login);
void logins_turn(struct app *app);
void alive_back(struct app *app);
static inline void count(struct app *app, enum counter c)
{
	app->counters[c]++;
}

#define APP_LOG(app, code, ...) (app)->ports.log((app)->ports.ctx, code, __VA_ARGS__)

#endif
