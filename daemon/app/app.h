/* app.h - the daemon without its sockets: takes events, keeps the one rule of the house (store before promise), and tells
 * devices and screens what came back from the log.
 *
 * Owns:   the projection (every record of the cell in memory), commits in flight, links of devices and screens,
 *         deadlines, alarms that could not be stored yet.
 * Knows:  no socket, file, clock or Redis: ports.h.
 * Result: nothing is said to anybody before the log entry that makes it true has come back, and, where there is a replica,
 *         the replica has it (the gate).
 * Bounds: app/limits.h.
 * Use:    io calls app_*() as things happen; each call takes in and answers at most what needs no store (heartbeats). Then
 *         app_turn(), once a turn of the loop, decides, commits and tells.
 *         No call here may be made from inside a port call.
 */
#ifndef APP_APP_H
#define APP_APP_H

#include "app/ports.h"
#include "core/beats.h"
#include "core/installed.h"
#include "core/people.h"
#include "core/scope.h"
#include "wire/codes.h"

struct app;

struct app_config {
	char daemon[ID_MAX]; /* this process; new at every start */
	char build[ID_MAX];
	char host[64]; /* its machine, for administrators */
	uint32_t pid;
	struct policy policy;
	const struct codes *codes; /* event codes of panels; borrowed until app_codes(). NULL = CODES_PRESET */
	char root_area[16];        /* quarantine rings here: "4401" */
	char desk_phone[32];       /* shown on phones */
	uint32_t heartbeat_s;      /* told to devices: 10 to 86400 */
	struct beats_config beats; /* when it is told longer; every_s is heartbeat_s */
	struct unit_settings {     /* how native units behave; see Configure in device.proto */
		char language[8];
		uint32_t prompts;
		uint32_t number_count; /* 4 at most; 0 = desk_phone, if it is a number */
		char numbers[4][22];
	} units;
	struct wall_settings {   /* walls of the hall */
		uint32_t distance_m; /* of the farthest seat; 0 = not said */
		uint32_t pixel_um;   /* likewise */
		int64_t login_ms;    /* how long a wall's log-in lasts, counted anew while it is on */
	} wall;
	struct login_settings { /* how long log-ins may be idle when their people are not on duty; 0 = for ever */
		int64_t desk_ms, field_ms, technician_ms, office_ms;
	} logins;
	bool demo;
	bool serve_devices;
	bool serve_screens;
};

struct audit;

struct app *app_new(const struct app_config *config, const struct ports *ports) MUST_USE;
void app_free(struct app *app);

/* Swaps the policy; applies to new steps only. */
void app_policy(struct app *app, const struct policy *policy);
/* Swaps the tables of event codes; borrowed until the next call, or for as long as the app lives. */
void app_codes(struct app *app, const struct codes *codes);
/* Swaps how native units are to behave; those that are linked are told, a few a turn. */
void app_units(struct app *app, const struct unit_settings *units);
/* Swaps what walls are told of themselves. */
void app_wall(struct app *app, const struct wall_settings *wall);
/* Swaps how long log-ins may be idle. */
void app_logins(struct app *app, const struct login_settings *logins);

/* One turn: decides what came in, commits, sends what is safe. Returns when it wants to be called again at the latest:
 * milliseconds from now, 0 = at once, never more than 1,000. */
int64_t app_turn(struct app *app);

/* ------------------------------------------------------------ store */

enum attach_result {
	ATTACH_TAIL,  /* my last entry is there: entries follow from the next one */
	ATTACH_EMPTY, /* nothing known: load first */
	ATTACH_CUT,   /* my last entry is not there: history was cut. Load again */
	ATTACH_THERE  /* the entry that was looked for is there; nothing follows */
};

void app_store_attached(struct app *app, enum attach_result result, bool replicated);
void app_store_down(struct app *app);
void app_store_answer(struct app *app, uint64_t commit, const struct store_answer *answer);
void app_store_entry(struct app *app, const struct store_entry *entry);
/* Everything up to `id` is as safe as this cell asks for (at once without a replica). */
void app_store_safe(struct app *app, uint64_t id);
/* A replica is down by a majority of Sentinels: one copy counts. */
void app_store_one_copy(struct app *app, bool one_copy);

void app_store_seen_put(struct app *app, bool ok);
void app_store_seen(struct app *app, const struct store_seen *list, size_t count);

void app_load_begin(struct app *app);
void app_load_record(struct app *app, const struct store_record *record);
/* The load holds for log entry `id` with its `commit` (0, 0 = empty log). Newer entries may have been read in already:
 * applying them again changes nothing. `stale_ms`: age of a local snapshot, 0 when it came from the store. */
void app_load_end(struct app *app, uint64_t id, uint64_t commit, int64_t stale_ms);

/* Walks every record that a local snapshot keeps (registry, people, log-ins, areas, open incidents). */
void app_records(struct app *app, void (*each)(void *ctx, const struct store_record *record), void *ctx);

/* ------------------------------------------------------------ links */

/* A device's connection. `device`: the PSK identity (app_device_key) already proved by TLS, or NULL when Hello must prove it (native), or a
 * DC-09 peer. `peer` is for logs and limits: "127.0.0.1". */
void app_device_up(struct app *app, link_t link, enum protocol protocol, const char *device, const char *peer);
/* Bytes as they came. Returns how many were used up (whole frames); the rest is to be shown again with what follows. */
size_t app_device_bytes(struct app *app, link_t link, struct slice bytes);
/* It has shown whose it is: greeted, or a frame of an account that we know, with its key where it has one. */
bool app_device_proved(struct app *app, link_t link);
/* Pre-shared key of an identity: a device id, or one that came with a key given over the link. False when unknown or retired. */
bool app_device_key(struct app *app, const char *identity, uint8_t ret_key[32]);

/* What a device's attempts came to, as it counts them itself, since this daemon started. */
struct device_tally {
	uint64_t acks_first_try; /* alarms acknowledged at the first attempt */
	uint64_t acks_later_try;
	uint64_t tries_lost;  /* attempts of these that nothing answered */
	uint64_t frames_lost; /* of any kind */
	uint64_t connects_failed;
};

/* False: nothing is known of it. */
bool app_device_tally(const struct app *app, const char *device, struct device_tally *ret);

/* One request of a vendor's cloud, 1 to POST_ALARMS_MAX alarms. They are taken in whatever happens to the request, and shown
 * like any other. Port post_done(tag) follows, in a later app_turn(): when all of them are safe, or when the store has kept
 * us waiting for POST_WAIT_MS, or as soon as a bound has refused one. `tag` is not 0 and used once. */
void app_post(struct app *app, uint64_t tag, const struct alarm *alarms, uint32_t count);
/* Nobody waits for the answer any more. */
void app_post_forget(struct app *app, uint64_t tag);
/* The registry has this device as one of a vendor's cloud, in a household. */
bool app_post_known(struct app *app, const char *device);
/* A vendor's cloud has heard of this device: it lives. battery_pct 255, signal_dbm 0: it didn't say. */
void app_post_heard(struct app *app, const char *device, uint8_t battery_pct, int32_t signal_dbm);

/* A screen's connection, after the HTTP upgrade. */
void app_screen_up(struct app *app, link_t link, const char *login);
/* One whole WebSocket message. */
void app_screen_message(struct app *app, link_t link, struct slice message);

/* From where it came (enum audit_from, wire/audit.h); before its first message. */
void app_screen_from(struct app *app, link_t link, uint32_t from);

void app_link_down(struct app *app, link_t link);
void app_link_drained(struct app *app, link_t link);

/* ------------------------------------------------------------ log-ins */

#define PASSWORD_HASH_MAX 128
#define TOTP_KEY_MAX 32
#define RECOVERY_MAX 10

struct account {
	char person[ID_MAX];
	char account[ID_MAX]; /* what is typed */
	char name[64];
	enum role {
		ROLE_NONE,
		ROLE_OPERATOR,
		ROLE_SUPERVISOR,
		ROLE_CAREGIVER,
		ROLE_TECHNICIAN,
		ROLE_ADMINISTRATOR,
		ROLE_AUDITOR,
		ROLE_WALLBOARD,
		ROLE_MACHINE, /* another system, by its token */
		ROLE_COUNT
	} role;
	char password_hash[PASSWORD_HASH_MAX];
	uint32_t totp_key_len; /* 0 = log-in asks for no code */
	uint8_t totp_key[TOTP_KEY_MAX];
	int64_t totp_step; /* of the last code used */
	bool once;         /* somebody else made the password */
	ms_t password_ms;  /* since when it stands; 0 = not known */
	uint32_t recovery_count;
	uint8_t recovery[RECOVERY_MAX][32]; /* hashes of codes that each open once */
};

/* What is done to an account, by somebody who looks after it; the last two by its person. */
enum account_act {
	ACCOUNT_NONE,
	ACCOUNT_SHUT,       /* out: no log-in, no session */
	ACCOUNT_OPEN,       /* in again */
	ACCOUNT_LOGOUT,     /* every session ends */
	ACCOUNT_RESET,      /* a password for once */
	ACCOUNT_RESET_CODE, /* likewise, and its key for codes goes: the telephone is lost */
	ACCOUNT_OTHERS,     /* every session but this one ends */
	ACCOUNT_SECOND      /* a key for codes, where there is none */
};
#define ACCOUNT_BIT(act) (1u << (act))

/* What a log-in, or a new password, does to the records of its session and its person. */
struct login_ask {
	enum account_act act;
	char by[ID_MAX]; /* who acts; "" = the person */
	uint8_t second_key[20];
	uint8_t second_codes[RECOVERY_MAX][32]; /* hashes */
	uint32_t second_count;
	char person[ID_MAX];
	int64_t length_ms; /* of a wall's log-in the configuration says it (wall_settings) */
	bool prolong;      /* a log-in that there is; of a wall */
	bool used;         /* likewise: its person does something */
	bool on_duty;      /* likewise, and only their duty keeps it alive */
	char address[48];
	int64_t totp_step; /* the code that was shown is of this step; 0 = none was */
	bool recovery;     /* or it was this one of the recovery codes */
	uint8_t recovery_hash[32];
	char password_old[PASSWORD_HASH_MAX]; /* NEW PASSWORD: in place of this one */
	char password_new[PASSWORD_HASH_MAX];
};

/* A log-in that failed, or was right: under each of these names all daemons of the cell count it (io/ratelimit.h). */
#define GUESS_NAMES_MAX 3
#define GUESS_FORGET_MS MINUTES(1)           /* one failure */
#define GUESS_KNOWN_MS MINUTES(30 * 24 * 60) /* who comes back from a holiday is known */
struct guess_ask {
	uint64_t names[GUESS_NAMES_MAX];
	uint32_t count;
	bool good; /* names[0] was: its failures are forgotten, and it is known */
};

/* What stands under one name. */
struct guess_count {
	uint64_t name;
	uint32_t fails;        /* that are not forgotten yet */
	int64_t faded_ago_ms;  /* since when none of these was forgotten */
	int64_t failed_ago_ms; /* the last of them */
	int64_t known_ago_ms;  /* since it was right; < 0: never */
};

/* Whoever asks for something over HTTP. */
#define WHO_AREAS_MAX 32
#define WHO_MUST_PASSWORD 1u /* take a password of their own */
#define WHO_MUST_SECOND 2u   /* take a key for codes */
struct who {
	char id[ID_MAX]; /* person id; of a machine "token." and the token's id */
	char name[64];
	enum role role;
	uint32_t must;   /* WHO_MUST_*: until then they may nothing else */
	char login[33];  /* name of their session's record; "" = a token */
	uint64_t scopes; /* bits of enum api_scope (core/scope.h): what the role may, or this token */
	uint32_t area_count;
	char areas[WHO_AREAS_MAX][16]; /* division codes; cover what lies below */
};

/* By the record's name of a log-in. False when unknown, expired, disabled. */
bool app_who_login(struct app *app, const char *login, struct who *ret);
/* By a token's id and the secret behind it. False when unknown, expired or revoked, or the secret is another. */
bool app_who_token(struct app *app, const char *id, struct slice secret, struct who *ret);
bool who_may(const struct who *who, enum api_scope scope);
/* The area, or something around it, is one of theirs: they may see what lies in it. */
bool who_covers(const struct who *who, const char *area);
/* The same, or one of theirs lies in it. */
bool who_near(const struct who *who, const char *area);
/* ---- find.c: a search by whoever steps it; free() ends it. */
struct app_search;
/* NULL when there is not enough to look for (two signs at least), or no memory. */
struct app_search *app_search_new(const char *typed) MUST_USE;
/* A slice; true when every text has been looked through. Homes that `who` does not cover are left out. */
bool app_search_step(struct app *app, struct app_search *search, const struct who *who);
/* Household of the n-th best, and what it was found by; NULL behind the last, and there are never more than 20. */
const char *app_search_hit(const struct app_search *search, size_t n, const char **ret_by);
/* There are more than these. */
bool app_search_more(const struct app_search *search);
/* Every home has been read. */
bool app_search_complete(const struct app *app);

/* By the record's name: its person does something, which is written down when it has not been for a while. What a page asks by
 * itself is no use. */
void app_login_used(struct app *app, const char *login);
/* It is open: not ended, not run out. What a listing has just told stays as it is. */
bool app_login_open(struct app *app, const char *login);
/* When it ends by itself (core/login_end.h); LOGIN_NEVER while on duty, 0 = it is over. *ret_idle_ms: how long it may be idle. */
ms_t app_login_ends(struct app *app, const char *login, int64_t *ret_idle_ms);
/* How long the log-in of this role may be idle (rights.c). */
int64_t rights_idle_ms(const struct login_settings *s, enum role role);

/* What this role may ask the API for (rights.c); a machine: nothing but what its token says. */
uint64_t rights_scopes(enum role role);
/* "operator", "machine", ...; "none". */
const char *role_name(enum role role);

/* Another system, or a person over HTTP, corrects a record: a home, an area, a station, a person, a unit. */
struct record_edit {
	const char *key;       /* "household:h0001" */
	const struct who *who; /* that may do it at all is judged already; here: in which areas */
	uint64_t expected;     /* commit id of the record that was edited; 0 = it is new */
	uint64_t cmd;          /* the same request again changes nothing twice; 0 = none */
	bool health;           /* health notes are part of it; else they stay */
	struct slice body;     /* the record as it shall be, packed; what belongs to others in it is not looked at */
};
/* Port record_done(tag) follows, here or in a later app_turn(). */
void app_record_edit(struct app *app, uint64_t tag, const struct record_edit *edit);
/* That `who` looks at the record (`key`, `health`) goes into the log and the audit chain; port record_done(tag) follows: SAVED
 * when it stands there. */
void app_record_look(struct app *app, uint64_t tag, const struct record_edit *look);

/* By what is typed at log-in. False when there is none or it is disabled. */
bool app_account(struct app *app, const char *account, struct account *ret);
/* Log-in records are named by the hash of the cookie's token: 32 hex digits. False when unknown, expired, disabled. */
bool app_login_find(struct app *app, const char *login, struct account *ret);
/* Stores the log-in, and with it that its code is used up; port login_done(tag) follows. Of two log-ins with one code one
 * is stored. */
void app_login_begin(struct app *app, uint64_t tag, const char *login, const struct login_ask *ask);
/* The person of this session has another password; every other session of theirs is over. Port login_done(tag) follows. */
void app_password(struct app *app, uint64_t tag, const char *login, const struct login_ask *ask);
/* ask->act at this person's account, by ask->by; port login_done(tag) follows. */
void app_account_act(struct app *app, uint64_t tag, const struct login_ask *ask);
/* ACCOUNT_BIT() of what `who` may do there. */
uint32_t app_account_may(struct app *app, const char *person, const struct who *who);
/* Counters that move when sessions, or accounts and their failed log-ins, are others than before. */
void app_account_changes(const struct app *app, uint64_t *ret_sessions, uint64_t *ret_accounts);
/* Ends it everywhere; port login_done(tag) follows. */
void app_login_end(struct app *app, uint64_t tag, const char *login);
/* This person (or machine) was refused something of the API for want of rights: counted, and on record. `called`: method and path
 * as the API's table has it, "GET/homes/{id}": no ids, no query. `about`: key of the record that was asked for, "" = none in particular. */
void app_refused(struct app *app, const char *person, const char *called, const char *about);

/* Somebody tries to log in: sees that there is a key for the names, so that it is there when the password has been checked. */
void app_guess_key(struct app *app);
/* Every daemon shall know of this log-in. `audit`: of an account that there is, goes on record with it; NULL = nothing does. Where
 * neither store nor key is there, only the record is tried. */
void app_guess(struct app *app, const struct guess_ask *ask, const struct audit *audit);

/* Puts a look at somebody's data on record, or what else has no commit of its own (wire/audit.h; `daemon` is filled in).
 * False: it can't be now. Whoever can wait shows nothing then; whoever helps somebody in need goes on. */
bool app_audit(struct app *app, const struct audit *a);

/* ------------------------------------------------------------ state of the process */

/* Homes of the city, its districts and sub-districts, by how they stand: rows for it; then, once they have the targets of the areas,
 * the figures as they stand. There is one for a sub-district: no home is walked. */
void app_installed_begin(struct app *app, struct home_rows *ret);
void app_installed_counts(struct app *app, struct home_rows *rows);
/* False: no such area, or its name is longer. What was read before in this turn is gone. */
bool app_area_name(struct app *app, const char *area, char *ret, size_t size) MUST_USE;

/* The local snapshot, as it stands: every daemon says so in its proof of life. Returns how many have been wished for since
 * the start (a home was erased, an administrator wants one): when that has grown, it is to be written anew at once. */
uint64_t app_snapshot(struct app *app, bool keeps, uint64_t entry);

/* ---- drain.c: this daemon leaves ---- */

struct app_leaving {
	bool leaves;        /* it was told to, and others can serve: nobody is taken in any more */
	uint32_t units;     /* links of devices still here, */
	uint32_t datagrams; /* units without a link: answered to the last, */
	uint32_t screens;
	uint32_t in_hand; /* and what is not yet safe and answered */
	bool empty;       /* nothing of this is left */
};

/* The process is to end: everybody is sent elsewhere within so long, and what is in hand is brought to its end. */
void app_leave(struct app *app, int64_t within_ms);
void app_leaving(const struct app *app, struct app_leaving *ret);
/* Whether the ports that were shut for a drain are open again, all of them. While they are not, nobody is sent here. */
void app_listens(struct app *app, bool on);
/* This device has no connection that could be closed (UDP): it is answered for as long as we run. */
void app_device_datagrams(struct app *app, link_t link);

/* The name under which this daemon writes. */
const char *app_daemon(const struct app *app);
/* True on the daemon that does first what one of them has to do, `what` being any number that stands for it. */
bool app_first(struct app *app, uint64_t what);

struct app_health {
	bool store_up;    /* attached and loaded */
	bool alive;       /* our proof of life came back within 3 s */
	bool loaded;      /* projection usable, from the store or from a snapshot */
	int64_t stale_ms; /* age of the snapshot it runs on; 0 = from the store */
	uint64_t newest;  /* log id */
	uint64_t safe;
};

void app_health(const struct app *app, struct app_health *ret);

/* Counters and gauges, one table for /metrics: name, help, whether it only grows. */
struct app_metric {
	const char *name; /* "pingan_alarms_received_total" */
	const char *help;
	bool counter;
	uint64_t value;
};

/* The n-th, or false past the end. */
bool app_metric(const struct app *app, size_t n, struct app_metric *ret);

#endif
