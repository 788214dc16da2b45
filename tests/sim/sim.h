/* sim.h - a whole city in one process: real daemons (struct app) with simulated homes, panels, consoles, phones, links,
 * clocks and a store that crashes and lies. Virtual time; the same seed gives the same history, line for line.
 *
 * Owns:   everything of one history. Nothing is shared between two of them.
 * Result: after every step the promises of DESIGN §2 are checked (promises.c). A broken one prints the seed, the end of
 *         the history and the promise, and aborts the test. PINGAN_SIM_SEED=N plays one seed again, PINGAN_SIM_TRACE=1
 *         prints the history as it goes.
 * Bounds: SIM_*_MAX below.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "app/app.h"

#define SIM_DAEMONS_MAX 3
#define SIM_HOMES_MAX 1200
#define SIM_PANELS_MAX 8
#define SIM_DESKS_MAX 8
#define SIM_PHONES_MAX 16

/* What may go wrong, each as a chance in 1,000 for every second of virtual time, unless it says otherwise. */
struct sim_weather {
	uint32_t daemon_crash;          /* kill -9; comes back after 1 to 20 s */
	uint32_t daemon_stall;          /* the loop stands still for up to 3 s */
	uint32_t store_away;            /* for everybody, 1 to 40 s */
	uint32_t store_crash;           /* kill -9 of Redis */
	uint32_t store_cut_off;         /* for one daemon */
	uint32_t store_failover;        /* promotes the replica; what it had not is gone */
	uint32_t daemon_frozen;         /* for 4 to 40 s */
	uint32_t crash_in_commit;       /* of 1,000 commits: the daemon dies before it hears the answer */
	uint32_t store_crash_in_commit; /* of 1,000 commits: the store dies with it on its way */
	uint32_t store_full;            /* its disk, 1 to 20 s */
	uint32_t old_primary;           /* of 1,000 failovers: one daemon stays on the old one for up to 40 s */
	uint32_t failover_told;         /* two faults: a second of what was told is gone; with setup.lossy */
	uint32_t store_call_lost;       /* of 1,000 commits */
	uint32_t store_answer_lost;     /* of 1,000 commits */
	uint32_t store_answer_late;     /* of 1,000 commits */
	uint32_t store_answer_twice;    /* of 1,000 commits */
	uint32_t store_lag;             /* one daemon's log tail is late for some seconds */
	uint32_t partition;             /* one client and one daemon can't hear each other, 1 to 60 s */
	uint32_t half_open;             /* a connection dies and nobody is told */
	uint32_t cut;                   /* a connection breaks, both sides see it */
	uint32_t clock_jump;            /* of one daemon's wall clock, or of the store's */
	uint32_t clock_drift;           /* of 1,000 daemon starts, and of the store's clock: up to 2 % too fast or slow */
	uint32_t slow_screen;           /* stops reading for some seconds */
	uint32_t device_reboot;
	uint32_t press;          /* a home presses */
	uint32_t panel;          /* a DC-09 panel sends */
	uint32_t panel_replaced; /* by a new one, whose counter starts again */
	uint32_t desk_sleep;     /* an operator does not react for up to 3 min */
	uint32_t desk_reload;
	uint32_t phone_walks; /* a phone leaves coverage for up to 3 min */
	uint32_t one_copy;    /* the replica goes away for a while */
};

/* Nothing goes wrong, nobody presses: for scenarios told by hand. */
extern const struct sim_weather SIM_FAIR;
/* People and machines as usual. */
extern const struct sim_weather SIM_USUAL;
/* Everything at once. */
extern const struct sim_weather SIM_BAD_DAY;

struct sim_setup {
	unsigned daemons; /* 1 to 3 */
	unsigned homes;
	unsigned panels;
	unsigned desks; /* operators; the last one is the supervisor when there are two or more */
	unsigned phones;
	bool replicated;      /* one replica: the gate counts */
	bool by_hand;         /* people do nothing by themselves; the test does */
	bool exact;           /* links take 10 ms, nobody hesitates at random: for histories written out in a test */
	bool orderly;         /* people do what they should: no double clicks, no moods, nothing tried for once */
	uint32_t heartbeat_s; /* of devices; 0 = 60 */
	bool commissioning;   /* every third home has a unit whose button nobody has proved yet */
	bool supervised;      /* devices that say nothing are missed: else a scenario about something else is left alone */
	const struct sim_weather *weather;
	unsigned
		stationed; /* caregiver n (1, 2, ...) works from a station at home 0, and nobody's phone tells where it is; 0 = none */
	bool changes;  /* duties, rosters, absences and homes change while calls run; a home may be erased */
	bool office;   /* log-ins end, accounts change, tables are entered, what is old is taken out while calls run */
	bool lossy;    /* two faults at once: history is cut where no single fault could, what was told may go */
	bool overload; /* bounds are reached on purpose: what was refused need not be shown */
};

struct sim;

struct sim *sim_new(uint64_t seed, const struct sim_setup *setup);
void sim_free(struct sim *sim);

/* Lets virtual time pass. */
void sim_run(struct sim *sim, int64_t ms);
/* Until `done` says so; false when `max_ms` have passed before. */
bool sim_until(struct sim *sim, bool (*done)(struct sim *sim, uint64_t arg), uint64_t arg, int64_t max_ms);
int64_t sim_now(const struct sim *sim);
/* Store time now. */
ms_t sim_store_now(const struct sim *sim);

/* Everything works again, nobody sleeps; no new faults or presses. */
void sim_heal(struct sim *sim);
/* After sim_heal(): waits until all is quiet and every promise about the end is kept. Aborts the test if it never is. */
void sim_settle(struct sim *sim);

/* One whole random history: made, run under some weather, healed, settled. Returns its hash. */
uint64_t sim_play(uint64_t seed);

uint64_t sim_seed(const struct sim *sim);
/* Hash of every line so far. */
uint64_t sim_history_hash(const struct sim *sim);
/* Compares the lines since the last call with `text`, line by line; prints both and aborts when they differ. */
void sim_expect(struct sim *sim, const char *text);
/* The lines since the last sim_expect(), of a history with setup.exact; stands until the next line. */
const char *sim_story(const struct sim *sim);
/* Everybody is switched off for so long: daemons stopped, pages shut, homes silent; then all start again. */
void sim_skip(struct sim *sim, int64_t ms);
/* Adds a line. */
void sim_note(struct sim *sim, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A promise is broken: prints and aborts. */
_Noreturn void sim_broken(struct sim *sim, const char *promise, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* For tests: a condition that must hold, said with the history's end when it does not. */
#define SIM_MUST(sim, cond) \
	((cond) ? (void)0 : sim_broken(sim, "expected here", "%s (%s:%d)", #cond, __FILE__, __LINE__))

/* ------------------------------------------------------------ daemons and store */

void sim_daemon_crash(struct sim *sim, unsigned daemon);
void sim_daemon_start(struct sim *sim, unsigned daemon);
bool sim_daemon_up(const struct sim *sim, unsigned daemon);
/* An administrator takes it out of service, or back; nothing while the store is away. */
void sim_daemon_drain(struct sim *sim, unsigned daemon, bool on);
/* It does so: nobody new comes in. */
bool sim_daemon_leaves(struct sim *sim, unsigned daemon);
/* The loop does nothing for so long. */
void sim_daemon_stall(struct sim *sim, unsigned daemon, int64_t ms);
/* The log reaches this daemon so much later; 0 = as usual. */
void sim_daemon_lag(struct sim *sim, unsigned daemon, int64_t ms);
struct app *sim_app(struct sim *sim, unsigned daemon);
/* Of the daemon's own metrics, by name; aborts when there is none. */
uint64_t sim_metric(struct sim *sim, unsigned daemon, const char *name);
/* How often this log code was said by all daemons. */
unsigned sim_logged(const struct sim *sim, const char *code);

void sim_store_away(struct sim *sim, bool away);
void sim_store_cut_off(struct sim *sim, unsigned daemon, bool away);
void sim_store_crash(struct sim *sim);
/* The replica stands still: the gate is shut. */
void sim_replica(struct sim *sim, bool runs);
/* The replica is promoted: what it had not is gone. `lose` 0: only that; else so many entries (setup.lossy). */
void sim_failover(struct sim *sim, unsigned lose);
/* The same, but this daemon does not hear of it: it stays on the old primary until sim_old_primary_ends(). */
void sim_failover_without(struct sim *sim, unsigned daemon, unsigned lose);
void sim_old_primary_ends(struct sim *sim, unsigned daemon);
/* Entries of the last `ms` of the store's time. */
unsigned sim_entries_since(const struct sim *sim, int64_t ms);
/* Nothing can be written, reading goes on. */
void sim_store_full(struct sim *sim, bool full);
/* The store's clock steps, as at the promotion of a machine whose clock is another. */
void sim_store_clock(struct sim *sim, int64_t step_ms);
/* Fails the next n calls of commit before they reach the store. */
void sim_store_fail_commits(struct sim *sim, unsigned n);
/* The answer to this daemon's next commit never comes. */
void sim_store_lose_answer(struct sim *sim, unsigned daemon);

/* The n-th call of a port, counted over all daemons from the start, fails; 0 = none. */
enum sim_port {
	SIM_PORT_SEND_GONE,
	SIM_PORT_SEND_FULL,
	SIM_PORT_SEAL,
	SIM_PORT_COMMIT_LOST,
	SIM_PORT_COMMIT_DROPS_LINK,
	SIM_PORT_COUNT
};
void sim_fail_port(struct sim *sim, enum sim_port port, uint64_t n);
/* How often it was called. */
uint64_t sim_port_calls(const struct sim *sim, enum sim_port port);
/* True while the daemon's own code runs and not the simulator: whose allocations a test may let fail. */
extern bool sim_inside_app;

/* The main story, told by people who try again when they are told no or hear nothing: under any single failure it must
 * come to its end. One home, one panel; ends with both calls closed. Aborts the test when it does not. */
void sim_tough_story(struct sim *sim);

/* Log-ins. `tag` is 1 to 15; sim_login_done(): 0 = no answer yet, 1 = ok, 2 = failed. */
void sim_login_begin(struct sim *sim, unsigned daemon, uint64_t tag, const char *login, const char *person,
                     int64_t length_ms);
void sim_login_end(struct sim *sim, unsigned daemon, uint64_t tag, const char *login);
int sim_login_done(const struct sim *sim, uint64_t tag);
/* The log-in that this person's page uses. */
const char *sim_desk_login(const struct sim *sim, unsigned desk);

/* ------------------------------------------------------------ homes */

#define SIM_HOME_NONE ((unsigned)-1)

/* Presses; returns the alarm's id. */
uint64_t sim_press(struct sim *sim, unsigned home, enum kind kind);
/* The resident cancels the newest alarm. */
void sim_cancel(struct sim *sim, unsigned home);
/* Step that the device last heard for its newest alarm. */
enum step sim_heard(struct sim *sim, unsigned home);
/* True once the newest alarm has been acknowledged. */
bool sim_acked(struct sim *sim, unsigned home);
/* Alarms the device still keeps. */
unsigned sim_held(struct sim *sim, unsigned home);
void sim_home_reboot(struct sim *sim, unsigned home);
/* Daemon that serves it now; SIM_DAEMONS_MAX = none. */
unsigned sim_home_daemon(struct sim *sim, unsigned home);
/* Nothing passes between this home and any daemon, or all is well again. */
void sim_home_dark(struct sim *sim, unsigned home, bool dark);
/* The home reaches only this daemon from now on; SIM_DAEMONS_MAX = all. */
void sim_home_only(struct sim *sim, unsigned home, unsigned daemon);
/* Sends bytes as they are on a connection of this home, TLS identity proved (its link is made if there is none). */
void sim_home_raw(struct sim *sim, unsigned home, struct slice bytes);

/* A DC-09 panel sends this body ("ADM-CID"0001L0#...[...]); header and check sum are made. Repeated until answered
 * when `keep`. */
void sim_panel_send(struct sim *sim, unsigned panel, const char *body, bool keep);
/* The panel reaches only this daemon from now on. */
void sim_panel_only(struct sim *sim, unsigned panel, unsigned daemon);
/* Another one under the same account: what it had not told is gone with it, its numbers start at 0001. */
void sim_panel_replaced(struct sim *sim, unsigned panel);
/* Contact ID event of this panel with the given number. */
void sim_panel_event(struct sim *sim, unsigned panel, unsigned number, const char *event, bool keep);
/* Frames answered so far; *ret_last = token of the last reply ("ACK"). */
unsigned sim_panel_answers(const struct sim *sim, unsigned panel, char ret_last[16]);

/* ------------------------------------------------------------ incidents, as the store has them */

/* Open incident of a home (or its last one); NULL when there never was one. */
const struct incident *sim_incident(const struct sim *sim, unsigned home);
const struct incident *sim_panel_incident(const struct sim *sim, unsigned panel);
const struct incident *sim_incident_by_id(const struct sim *sim, uint64_t id);
/* "waiting", "answered", "closed" with the job's state behind it: "answered/en_route". "none" before. */
const char *sim_state(const struct sim *sim, unsigned home);
unsigned sim_incident_count(const struct sim *sim);
unsigned sim_open_count(const struct sim *sim);
/* Outbox entries of this kind for an incident. */
unsigned sim_outbox_count(const struct sim *sim, uint64_t incident, enum outbox_what what);
uint64_t sim_log_newest(const struct sim *sim);
/* What failovers cut has been written down again by whoever had read it and lives. */
bool sim_cuts_are_written(const struct sim *sim);

/* ------------------------------------------------------------ consoles */

void sim_desk_up(struct sim *sim, unsigned desk);
void sim_desk_down(struct sim *sim, unsigned desk); /* shuts the page */
/* The page sleeps, with all that it knows: its computer's lid is shut. */
void sim_desk_sleep(struct sim *sim, unsigned desk, bool asleep);
void sim_desk_only(struct sim *sim, unsigned desk, unsigned daemon);
/* The link is dead and nobody is told. */
void sim_desk_half_open(struct sim *sim, unsigned desk);
bool sim_desk_live(const struct sim *sim, unsigned desk);
const char *sim_desk_person(unsigned desk);
/* What the console shows for a home: NULL when there is no row. */
struct Pingan__V1__IncidentRow;
const struct Pingan__V1__IncidentRow *sim_desk_row(const struct sim *sim, unsigned desk, unsigned home);
bool sim_desk_rings(const struct sim *sim, unsigned desk, unsigned home);
unsigned sim_desk_row_count(const struct sim *sim, unsigned desk);
bool sim_desk_one_copy(const struct sim *sim, unsigned desk);
bool sim_desk_store_up(const struct sim *sim, unsigned desk);

/* Requests; each returns its cmd. `home` names the incident. */
uint64_t sim_desk_claim(struct sim *sim, unsigned desk, unsigned home);
uint64_t sim_desk_open(struct sim *sim, unsigned desk, unsigned home);
uint64_t sim_desk_spoke(struct sim *sim, unsigned desk, unsigned home);
/* Telephoned; contact 0 = the resident. */
uint64_t sim_desk_call(struct sim *sim, unsigned desk, unsigned home, unsigned contact, enum call_result result);
uint64_t sim_desk_say(struct sim *sim, unsigned desk, unsigned home, const char *note);
uint64_t sim_desk_dispatch(struct sim *sim, unsigned desk, unsigned home,
                           unsigned phone); /* SIM_PHONES_MAX = the best */
uint64_t sim_desk_close(struct sim *sim, unsigned desk, unsigned home, enum outcome outcome);
/* The same by the incident's id: panels have no home. */
uint64_t sim_desk_claim_id(struct sim *sim, unsigned desk, uint64_t incident);
uint64_t sim_desk_spoke_id(struct sim *sim, unsigned desk, uint64_t incident);
uint64_t sim_desk_close_id(struct sim *sim, unsigned desk, uint64_t incident, enum outcome outcome);
uint64_t sim_desk_reopen(struct sim *sim, unsigned desk, uint64_t incident);
uint64_t sim_desk_cancel_job(struct sim *sim, unsigned desk, unsigned home, uint32_t job);
uint64_t sim_desk_calling(struct sim *sim, unsigned desk, unsigned home);
uint64_t sim_desk_ready(struct sim *sim, unsigned desk, bool on);
/* The same request once more, with the same cmd. */
/* The page reads nothing for so long. */
void sim_desk_slow(struct sim *sim, unsigned desk, int64_t ms);
/* How often it was given a whole picture, and how often it went on from where it was. */
unsigned sim_desk_snapshots(const struct sim *sim, unsigned desk);
void sim_desk_again(struct sim *sim, unsigned desk, uint64_t cmd);
/* Result of a request: 0 while there is none. who: of LOST_RACE and the like. */
uint32_t sim_desk_result(const struct sim *sim, unsigned desk, uint64_t cmd, char ret_who[ID_MAX]);

/* ------------------------------------------------------------ phones */

void sim_phone_up(struct sim *sim, unsigned phone);
void sim_phone_down(struct sim *sim, unsigned phone);
void sim_phone_coverage(struct sim *sim, unsigned phone, bool covered);
const char *sim_phone_person(unsigned phone);
bool sim_phone_live(const struct sim *sim, unsigned phone);
/* True if the phone shows an offer for this home. */
bool sim_phone_offered(const struct sim *sim, unsigned phone, unsigned home);
/* Incident of the job in hand as the phone shows it; 0 = none. */
uint64_t sim_phone_job(const struct sim *sim, unsigned phone);
uint64_t sim_phone_duty(struct sim *sim, unsigned phone, bool on);
uint64_t sim_phone_answer(struct sim *sim, unsigned phone, unsigned home, bool accept);
uint64_t sim_phone_progress(struct sim *sim, unsigned phone, enum job_state to);
uint64_t sim_phone_give_back(struct sim *sim, unsigned phone);
uint32_t sim_phone_result(const struct sim *sim, unsigned phone, uint64_t cmd, char ret_who[ID_MAX]);
void sim_phone_again(struct sim *sim, unsigned phone, uint64_t cmd);

#endif
