/* kit.h - what the simulator's own files share. Tests include sim/sim.h only.
 *
 *   world.c     time, chance, the order of events        history.c  what happened, line by line, and its hash
 *   net.c       connections between clients and daemons  daemons.c  the real app behind simulated ports
 *   registry.c  who lives and works here                 faults.c   what goes wrong, by the weather
 *   stores.c    the store and the ways to it             seen.c     what really happened, over many histories
 *   homes.c     native devices                           panels.c   DC-09 panels
 *   screens.c   what console and phone pages share       desks.c, phones.c  the people before them
 *   people.c    duties, rosters and homes that change     office.c  log-ins, tables, areas, retention
 *   drains.c    a daemon taken out of service while people act
 *   oracle.c    the truth: the store's log, followed     promises.c, never.c, ends.c  what must hold at each step, and at
 *                                                                                     the end
 */
#ifndef SIM_KIT_H
#define SIM_KIT_H

#include "base/heap.h"
#include "base/table.h"
#include "pingan/v1/console.pb-c.h"
#include "pingan/v1/device.pb-c.h"
#include "pingan/v1/record.pb-c.h"
#include "sim/chance.h"
#include "sim/office.h"
#include "sim/seen.h"
#include "sim/sim.h"
#include "sim/store_sim.h"
#include "wire/record.h"

#define EPOCH_MS INT64_C(1795334400000) /* store's clock at virtual time 0: a Sunday morning */
#define HISTORY_KEPT 400
#define REQUESTS_MAX 128
#define NODES_MAX (SIM_HOMES_MAX + SIM_PANELS_MAX + SIM_DESKS_MAX + SIM_PHONES_MAX)
#define LINKS_SIM_MAX 4096
#define SIM_NEVER INT64_MAX

/* Planted wherever personal data is, so that a leak can be searched for as bytes. */
#define MARK_NAME "Zq1Name"
#define MARK_ADDRESS "Zq2Addr"
#define MARK_HEALTH "Zq3Heal"
#define MARK_PHONE "Zq4Phon"
#define MARK_TEXT "Zq5Text"

/* ------------------------------------------------------------ clients */

enum node_kind { NODE_HOME, NODE_PANEL, NODE_DESK, NODE_PHONE };

/* One client: where it stands in the net. */
struct node {
	enum node_kind kind;
	unsigned index;
	unsigned number;    /* among all nodes */
	unsigned only;      /* daemon that it uses; SIM_DAEMONS_MAX = any */
	link_t link;        /* its connection, or one in the making; 0 = none */
	bool open;          /* the client's side believes in it */
	int64_t slow_until; /* reads nothing before */
};

/* ------------------------------------------------------------ net */

struct segment {
	struct segment *next;
	int64_t ready_at;
	bool close;
	size_t len;
	uint8_t bytes[];
};

struct pipe {
	struct segment *head, *tail;
	size_t queued;
	int64_t last_ready;
	int64_t pump_at; /* SIM_NEVER: no pump is scheduled */
};

struct sim_link {
	link_t id; /* 0 = free */
	uint32_t generation;
	struct node *node;
	unsigned daemon;
	bool at_daemon;   /* the daemon knows it */
	bool at_client;   /* the client counts on it */
	bool stuck;       /* nothing passes, nobody is told */
	bool drain;       /* the daemon was told FULL */
	unsigned session; /* log-in that it was opened with (office.h) */
	int64_t at_daemon_since;
	int64_t heard_at; /* the daemon last got something */
	uint8_t *rest;    /* bytes shown and not used up */
	size_t rest_len;
	struct pipe up, down;
};

/* ------------------------------------------------------------ daemons */

struct kept_record {
	struct store_record record;
	uint8_t *body;
};

struct daemon {
	struct sim *sim;
	unsigned index;
	bool up;
	uint32_t boot;
	struct app *app;
	struct store_sim_daemon *store;
	struct prng prng;
	int64_t born;         /* virtual time of the start: zero of its monotonic clock */
	int64_t utc_error;    /* of its wall clock */
	int64_t store_error;  /* of what it thinks the store's clock shows */
	int64_t store_offset; /* store clock minus its own time, as last heard */
	int64_t drift_ppm;    /* its own machine's clock runs so much too fast */
	int64_t turn_at;      /* SIM_NEVER: none scheduled */
	int64_t stalled_until;
	int64_t spin_at;
	unsigned spin;
	bool reading;
	bool cut_off;            /* from the store, until told otherwise */
	struct store_sim *old;   /* owned: the primary that was cut off and that it stays on; NULL */
	uint64_t old_newest;     /* newest entry when the histories parted */
	struct read_entry *read; /* owned: entries that came to it one by one since it last loaded */
	size_t read_count, read_size;
	unsigned unanswered;          /* commits on their way */
	int64_t well_since;           /* attached, loaded and fresh since; SIM_NEVER = is not */
	int64_t unwell_since;         /* runs, and is not, since; SIM_NEVER = is */
	int64_t disturbed;            /* last time a fault touched it */
	struct kept_record *snapshot; /* its local file */
	size_t snapshot_count, snapshot_size;
	int64_t snapshot_at;
};

/* ------------------------------------------------------------ cuts.c */

struct read_entry {
	uint64_t id, commit;
	uint64_t about_id, about; /* the entry itself; or the cut one that it is about, and its commit */
};

struct cut_entry {
	uint64_t id, commit;
	unsigned readers; /* bits: daemons that had read it, and have not died since */
};

/* ------------------------------------------------------------ homes */

struct press {
	uint64_t id; /* alarm id */
	enum kind kind;
	int64_t pressed_at;
	int64_t reached_at[SIM_DAEMONS_MAX]; /* first whole frame at that daemon's present life; SIM_NEVER */
	unsigned first_daemon;               /* that it ever reached; SIM_DAEMONS_MAX: none */
	uint64_t incident;                   /* as acknowledged; 0 = not yet, or none for this kind */
	bool acked;
	bool tried;    /* while its home was wanted on test */
	bool was_safe; /* stored, as safe as it can be, when two faults cut history: who had read it may still say so */
	int64_t missing_since; /* from a console that should show it; 0 = is not */
	enum step heard;
	enum step told; /* furthest that any daemon sent */
	int64_t acked_at;
	bool pushed_out; /* the device held as many as it can, and a newer press took its place */
};

struct home;  /* homes.c */
struct panel; /* panels.c */

/* ------------------------------------------------------------ screens */

struct row {
	uint64_t id;
	Pingan__V1__IncidentRow *row; /* owned, unpacked */
	uint8_t *bytes;               /* owned, as packed again */
	size_t len;
	int64_t since; /* first shown */
};

struct request {
	uint64_t cmd;
	uint64_t incident;
	uint32_t what;  /* Request.what_case */
	uint8_t *bytes; /* packed ToDaemon; owned */
	size_t len;
	int64_t made_at, sent_at;
	uint32_t result; /* 0 = waits */
	char who[ID_MAX];
	bool keep; /* sent again after a reconnect until answered */
};

/* What console and phone pages have in common. */
struct screen {
	struct sim *sim;
	struct node node;
	char person[ID_MAX];
	char login[40];
	bool console;
	bool on;             /* the page is open */
	bool up;             /* Welcome has come on this link */
	uint64_t generation; /* of the page: timers of an older one do nothing */
	unsigned next_daemon;
	unsigned backoff;
	unsigned server;    /* daemon of the link */
	unsigned served_by; /* that last greeted it; SIM_DAEMONS_MAX = none */
	bool resumed;       /* this link was asked to go on, and has brought nothing yet */
	int64_t heard_at, beat_at, up_since;
	uint64_t resume_id, resume_commit;
	uint64_t newest; /* by heartbeats */
	bool store_up, one_copy;
	struct prng prng;
	struct request requests[REQUESTS_MAX];
	size_t request_count;
	uint64_t cmd_last;
	/* console */
	struct row *rows; /* owned, row_max of them */
	size_t row_count, row_max;
	struct row *staged; /* owned; snapshot in the making */
	size_t staged_count;
	bool have_rows; /* a snapshot is complete */
	bool resync;    /* a delta did not fit: waits for a snapshot */
	uint64_t ringing[64];
	size_t ringing_count;
	uint64_t snapshots, deltas;
	uint64_t holds[64];
	size_t hold_count;
	int64_t storm_until; /* that this person began; 0 = none */
	char storm_area[16];
	/* phone */
	Pingan__V1__PhoneState *phone; /* owned; NULL before the first */
};

/* A call in hand or looked at by one operator. */
struct task {
	uint64_t incident;
	int64_t next_at;
	uint32_t step;
	bool opened, spoke, noted, dispatched, asked;
};

#define TASKS_MAX 64

struct desk {
	struct screen screen;
	bool supervisor;
	char area[16]; /* of the log-in, once the office has moved somebody; empty = as ever */
	int64_t asleep_until;
	int64_t unready_until; /* 0 = ready */
	struct task tasks[TASKS_MAX];
	size_t task_count;
	/* people.c: the home that is being corrected */
	uint8_t *card; /* owned; as it was shown; NULL = none */
	size_t card_len;
	char card_key[STORE_KEY_MAX];
	uint64_t card_cmd, card_commit, edit_entry;
	int64_t edit_at;
};

struct phone {
	struct screen screen;
	bool covered;
	int64_t uncovered_until;
	uint64_t offer; /* considers this one */
	uint32_t offer_job;
	int64_t decide_at;
	int decision; /* 0 ignore, 1 accept, 2 decline */
	uint64_t job; /* works on this one, as the phone knows it */
	uint32_t job_number;
	enum job_state doing; /* as far as the person has got, stored or not */
	int64_t next_at;
	int64_t position_at;
	/* people.c */
	ms_t rang_ms;      /* the test offer that rings */
	int64_t check_at;  /* when it is answered; SIM_NEVER */
	int64_t off_until; /* wants no duty before */
	int64_t off_since; /* by the record; SIM_NEVER = on duty */
	ms_t answered[64]; /* test offers that were: a failover may bring an old one back */
	size_t answered_count;
	size_t receipt_count; /* that the phone itself has sent; the last ones: */
	struct {
		uint64_t incident;
		uint32_t job;
	} receipts[64];
};

/* ------------------------------------------------------------ truth */

struct known_incident {
	struct incident inc;
	uint64_t rev;
	uint64_t entry;          /* that brought it */
	char owners[16][ID_MAX]; /* that it ever had in force, newest last */
	uint32_t owner_count;
	enum step furthest;              /* that a device may lawfully have been told */
	uint64_t step_entry[STEP_COUNT]; /* entry that first got so far; 0 = none did */
	struct {
		uint32_t job;
		char who[ID_MAX];
		uint64_t entry;
	} takers[16]; /* that ever had a job of it in force */
	uint32_t taker_count;
	int64_t changed_at; /* virtual time */
	int64_t stuck_at;   /* overdue with healthy daemons since; SIM_NEVER */
};

struct known_press {
	char device[ID_MAX];
	uint64_t alarm, incident, entry;
};

struct known_cmd {
	uint64_t cmd, entry;
};

struct known_raw {
	uint8_t *bytes;
	size_t len;
	uint64_t entry;
};

struct known_look {
	uint64_t incident;
	char who[ID_MAX];
};

struct known_caregiver {
	struct caregiver cg;
	bool there;
};

struct truth {
	uint64_t newest;
	uint64_t *commits; /* of every entry, from 1 */
	size_t commits_size;
	ms_t newest_ms;
	struct known_incident **incidents; /* in order of appearance */
	size_t count, size;
	struct known_caregiver caregivers[SIM_PHONES_MAX];
	struct {
		enum link_state link;
		bool ready;
		int64_t link_since, ready_since; /* virtual time of the last change */
	} operators[SIM_DESKS_MAX];          /* as their records say */
	struct known_press *presses;         /* every press found in the log, in force */
	size_t press_count, press_size;
	struct known_cmd *cmds; /* requests that changed something */
	size_t cmd_count, cmd_size;
	struct known_look *looks; /* lines OPENED */
	size_t look_count, look_size;
	struct known_raw *raws; /* raw bytes of alarms */
	size_t raw_count, raw_size;
	bool replaying; /* after a cut: known already, not judged again */
};

/* ------------------------------------------------------------ the whole */

struct event_item {
	struct heap_item item;
	void (*run)(struct sim *sim, void *who, uint64_t arg);
	void *who;
	uint64_t arg;
};

struct sim {
	uint64_t seed;
	struct sim_setup setup;
	struct sim_weather weather;
	struct prng prng; /* the world's own */
	int64_t now;
	uint64_t sequence;
	struct heap events;
	struct store_sim *store;
	bool healed;
	bool paused; /* people keep their hands still */
	int64_t healed_at;
	bool ending; /* sim_free() runs */

	/* history.c */
	char *lines[HISTORY_KEPT];
	uint64_t line_count;
	uint64_t history_hash;
	char *expected; /* lines since the last sim_expect() */
	size_t expected_len, expected_size;
	bool trace;
	struct {
		char code[32];
		unsigned count;
	} codes[256];
	size_t code_count;

	/* net.c */
	struct sim_link links[LINKS_SIM_MAX];
	int64_t blocked_until[NODES_MAX][SIM_DAEMONS_MAX];
	unsigned node_count;
	uint64_t port_calls[SIM_PORT_COUNT];
	uint64_t fail_port_at[SIM_PORT_COUNT]; /* the n-th call fails; 0 = none */
	unsigned fail_commits;                 /* the next n */

	struct daemon daemons[SIM_DAEMONS_MAX];
	struct home *homes;
	struct panel *panels;
	struct desk desks[SIM_DESKS_MAX];
	struct phone phones[SIM_PHONES_MAX];

	struct office office;

	/* people.c */
	char erased[ID_MAX]; /* household whose key is gone; empty = none */

	/* faults.c */
	int64_t store_back_at; /* SIM_NEVER: stays as it is */
	int64_t replica_back_at;
	int64_t clock_jumped_at;
	int login_done[16]; /* by tag */
	int64_t last_fault;
	int64_t last_cut; /* history was cut then */
	uint64_t
		safe_before_cut; /* while two faults cut it: the newest entry that one fault could not have taken; else 0 */

	/* cuts.c */
	struct cut_entry *cuts; /* owned: cut, and not written down */
	size_t cut_count, cut_size;

	/* oracle.c */
	struct truth truth;
	struct arena arena;
	uint8_t *arena_memory;
	int64_t swept_at;
	int64_t never_at;
};

/* ------------------------------------------------------------ world.c */

void sim_at(struct sim *sim, int64_t at, void (*run)(struct sim *, void *, uint64_t), void *who, uint64_t arg);
static inline void sim_after(struct sim *sim, int64_t ms, void (*run)(struct sim *, void *, uint64_t), void *who,
                             uint64_t arg)
{
	sim_at(sim, sim->now + ms, run, who, arg);
}
void *sim_memory(size_t size); /* zeroed, or the test ends */
void *sim_copy(const void *at, size_t len);
/* What the ports of the simulator have sealed. */
size_t sim_unseal(struct slice sealed, uint8_t *ret, size_t size);

/* ------------------------------------------------------------ history.c */

void sim_history_free(struct sim *sim);
void sim_history_dump(const struct sim *sim);
void sim_code(struct sim *sim, const char *code);

/* ------------------------------------------------------------ net.c */

void sim_node_init(struct sim *sim, struct node *node, enum node_kind kind, unsigned index);
/* Starts a connection; sim_node_opened() or sim_node_closed() follows. */
link_t sim_connect(struct sim *sim, struct node *node, unsigned daemon);
void sim_client_send(struct sim *sim, link_t link, struct slice bytes);
/* The client goes away; `told`: the daemon sees it, else half-open. */
void sim_client_close(struct sim *sim, link_t link, bool told);
/* Both sides see it break. */
void sim_link_break(struct sim *sim, link_t link);
void sim_link_stick(struct sim *sim, link_t link);
struct sim_link *sim_link_of(struct sim *sim, link_t link);
/* True while nothing passes between them. */
bool sim_blocked(const struct sim *sim, const struct node *node, unsigned daemon);
void sim_links_of_daemon_gone(struct sim *sim, unsigned daemon);
void sim_net_free(struct sim *sim);
enum send_result sim_net_send(struct sim *sim, unsigned daemon, link_t link, struct slice bytes);
void sim_net_close(struct sim *sim, link_t link);
void sim_net_wake(struct sim *sim, unsigned daemon);

/* Told to clients (by net.c to homes.c, panels.c, screens.c). */
void sim_home_opened(struct sim *sim, unsigned home);
void sim_home_closed(struct sim *sim, unsigned home);
void sim_home_bytes(struct sim *sim, unsigned home, struct slice bytes);
void sim_panel_opened(struct sim *sim, unsigned panel);
void sim_panel_closed(struct sim *sim, unsigned panel);
void sim_panel_bytes(struct sim *sim, unsigned panel, struct slice bytes);
void sim_screen_opened(struct screen *s);
void sim_screen_closed(struct screen *s);
void sim_screen_bytes(struct screen *s, struct slice message);

/* ------------------------------------------------------------ daemons.c */

/* Counts a call of this port; true when it is the one to fail. */
bool sim_port_fails(struct sim *sim, enum sim_port port);

void sim_daemon_init(struct sim *sim, unsigned daemon);
void sim_daemons_free(struct sim *sim);
/* Around every call of the app: marks that its code runs, plans the turn after it. */
void sim_enter(struct daemon *d);
void sim_leave(struct daemon *d);
void sim_daemon_wake(struct daemon *d);
bool sim_daemon_stalled(const struct daemon *d);
void sim_daemon_disturbed(struct sim *sim, unsigned daemon);
void sim_daemon_join(struct daemon *d, bool again);
/* Last seen (daemons_seen.c). */
/* daemons_snapshot.c: written now and then; read by a daemon that starts without its store. */
void sim_snapshot_begin(struct daemon *d);
void sim_snapshot_forget(struct daemon *d);
void sim_port_seen_put(void *ctx, const struct store_seen *list, size_t count);
void sim_port_seen_ask(void *ctx, const struct store_seen *list, size_t count, bool vitals);

/* ------------------------------------------------------------ stores.c */

void sim_old_primary_forget(struct daemon *d);

/* ------------------------------------------------------------ registry.c */

void sim_registry(struct sim *sim);
void sim_home_device(char ret[ID_MAX], unsigned home);
void sim_home_household(char ret[ID_MAX], unsigned home);
void sim_home_resident(char ret[64], unsigned home);
void sim_home_area(char ret[16], unsigned home);
void sim_panel_account(char ret[ID_MAX], unsigned panel);
void sim_device_key(uint8_t ret[32], const char *device);
void sim_person_login(char ret[40], const char *person);
/* The home of a household or device id; SIM_HOME_NONE. */
unsigned sim_home_of(const struct sim *sim, const char *name);
int32_t sim_place_lat(unsigned n);
int32_t sim_place_lon(unsigned n);
bool sim_desk_covers(const struct sim *sim, unsigned desk, const char *area);
/* That it has at the beginning, and at the end. */
const char *sim_desk_area(const struct sim *sim, unsigned desk);

/* ------------------------------------------------------------ homes.c, panels.c */

void sim_homes_init(struct sim *sim);
void sim_homes_start(struct sim *sim);
void sim_homes_free(struct sim *sim);
void sim_homes_off(struct sim *sim, bool off);
void sim_home_on_test(struct sim *sim, unsigned home, uint32_t seconds);
/* A press that may have been a test: thanked, and in no incident. */
bool sim_home_tried(const struct press *p);
void sim_home_fiddle(struct sim *sim, unsigned home);
struct node *sim_home_node(struct sim *sim, unsigned home);
/* The n-th press of a home, oldest first; NULL past the end. */
struct press *sim_home_press(const struct sim *sim, unsigned home, size_t n);
struct press *sim_home_press_by_id(const struct sim *sim, unsigned home, uint64_t alarm);
/* Ids that the device still keeps; returns how many. */
size_t sim_home_keeps(const struct sim *sim, unsigned home, uint64_t *ret, size_t max);
/* The daemon has this whole frame of a home; the daemon sends this frame to it. Called by net.c. */
void sim_home_reached(struct sim *sim, unsigned home, unsigned daemon, const Pingan__V1__Up *up);
void sim_panels_init(struct sim *sim);
void sim_panels_free(struct sim *sim);
void sim_panel_random(struct sim *sim, unsigned panel);
/* What this panel waits to hear answered under that number; NULL. */
const char *sim_panel_body(const struct sim *sim, unsigned panel, const char *number);
/* Frames still waiting for an answer. */
unsigned sim_panels_waiting(const struct sim *sim);
struct node *sim_panel_node(struct sim *sim, unsigned panel);

/* ------------------------------------------------------------ screens.c, desks.c, phones.c */

void sim_screen_init(struct sim *sim, struct screen *s, enum node_kind kind, unsigned index, const char *person);
void sim_screen_on(struct screen *s);
/* `told`: the daemon sees the connection close. `forget`: the page is reloaded and knows nothing. */
void sim_screen_off(struct screen *s, bool told, bool forget);
void sim_screen_free(struct screen *s);
/* Sends a request; kept and sent again after a reconnect when `keep`. 0 when there is no room. */
uint64_t sim_screen_request(struct screen *s, Pingan__V1__Request *request, uint64_t incident, bool keep);
void sim_screen_again(struct screen *s, uint64_t cmd);
struct request *sim_screen_asked(struct screen *s, uint64_t cmd);
const struct row *sim_screen_row(const struct screen *s, uint64_t incident);
const struct row *sim_screen_row_of(const struct screen *s, const char *resident, const char *device);
bool sim_screen_ringing(const struct screen *s, uint64_t incident);
void sim_desks_init(struct sim *sim);
/* desk_acts.c: does something else with this call, if it comes to mind. */
bool sim_desk_act(struct desk *d, const Pingan__V1__IncidentRow *row);
/* Begins storm mode, or ends it. */
void sim_desk_weather(struct desk *d);
void sim_desk_reply(struct desk *d, const struct request *r);
void sim_desk_reloaded(struct desk *d);
void sim_phones_init(struct sim *sim);
void sim_phone_state(struct phone *p);
void sim_phone_reply(struct phone *p, const struct request *r);
static inline struct desk *sim_desk_of(struct screen *s)
{
	return &s->sim->desks[s->node.index];
}
static inline struct phone *sim_phone_of(struct screen *s)
{
	return &s->sim->phones[s->node.index];
}

/* ------------------------------------------------------------ faults.c */

void sim_faults_start(struct sim *sim);
/* This daemon has just sent a commit: it, or the store, may die before the answer. */
void sim_faults_commit(struct daemon *d);
/* How wrong the clock of a daemon that starts now runs. */
int64_t sim_faults_drift(struct sim *sim);

/* ------------------------------------------------------------ oracle.c */

/* Follows the store's log; notices a cut. */
void sim_truth_follow(struct sim *sim);
void sim_truth_free(struct sim *sim);
struct known_incident *sim_truth_incident(const struct sim *sim, uint64_t id);
const struct known_press *sim_truth_press(const struct sim *sim, const char *device, uint64_t alarm);
const struct known_cmd *sim_truth_cmd(const struct sim *sim, uint64_t cmd);
const struct known_raw *sim_truth_raw(const struct sim *sim, const char *body);
bool sim_truth_looked(const struct sim *sim, uint64_t incident, const char *who);
/* The entry by which this person got that job; 0 = never. */
uint64_t sim_truth_took(const struct known_incident *k, uint32_t job, const char *who);
bool sim_truth_owned(const struct known_incident *k, const char *who);
/* "answered/en_route" */
const char *sim_incident_words(const struct incident *inc);
/* "home 3", "panel 1", or the device. */
const char *sim_incident_place(const struct sim *sim, const struct incident *inc);

/* ------------------------------------------------------------ told.c, promises.c */

#define CUT_SHOWN_MS 3000 /* what a cut took away is off the screens within this */

/* Bytes hold one of the marks that stand wherever personal data is. */
bool sim_has_mark(const void *at, size_t len);
/* No single fault can take this entry away. */
bool sim_safe_entry(const struct sim *sim, uint64_t entry);
/* Two faults took what was told, and this daemon does not know it yet, or has only just read what is there instead. */
bool sim_behind_a_cut(const struct sim *sim, unsigned daemon);

/* What a new log entry must keep. `before` is NULL for a new incident. */
void sim_promise_entry(struct sim *sim, const struct store_entry *e, const Pingan__V1__LogEvent *event);
void sim_promise_change(struct sim *sim, const struct store_entry *e, const struct incident *before,
                        const struct incident *after, const Pingan__V1__LogEvent *event);
/* After all records of an entry are known. */
void sim_promise_people(struct sim *sim);
/* What a daemon says to a client. */
void sim_promise_device(struct sim *sim, unsigned daemon, struct node *node, struct slice bytes);
void sim_promise_screen(struct sim *sim, unsigned daemon, struct node *node, struct slice message);
void sim_promise_logline(struct sim *sim, const char *text);
/* After every step; most is looked at a few times a second of virtual time. */
void sim_promises_step(struct sim *sim);
/* History was cut: what had been told must still be so. */
void sim_promise_cut(struct sim *sim);
/* It is about to be. */
void sim_promise_before_cut(struct sim *sim);

/* ------------------------------------------------------------ people.c */

/* Once a second: what they do beside the calls. */
void sim_phone_plans(struct phone *p);
void sim_desk_plans(struct desk *d);
void sim_desk_card(struct desk *d, const Pingan__V1__RecordCard *card);
void sim_desk_record_reply(struct desk *d, const struct request *r);
/* What a new entry must keep. */
void sim_people_edit(struct sim *sim, const struct store_entry *e, const Pingan__V1__LogEvent *event);
void sim_people_caregiver(struct sim *sim, unsigned phone, const struct caregiver *cg);
void sim_people_offers(struct sim *sim, const struct incident *before, const struct incident *after);
void sim_people_free(struct sim *sim);

/* ------------------------------------------------------------ cuts.c */

/* A daemon was given this entry, and has loaded anew; it ended, and knows nothing more. */
void sim_cut_read(struct daemon *d, const struct store_entry *e);
void sim_cut_loaded(struct daemon *d);
void sim_cut_forgets(struct daemon *d);
/* The log says that an entry was seen and is not in force. */
void sim_cut_entry(struct sim *sim, const Pingan__V1__Line *l);
/* One that somebody has still to write down; NULL. */
const struct cut_entry *sim_cut_unwritten(const struct sim *sim);

/* ------------------------------------------------------------ never.c */

void sim_phone_told(struct phone *p, uint64_t incident, uint32_t job);
void sim_never_entry(struct sim *sim, const Pingan__V1__LogEvent *event);
void sim_never_change(struct sim *sim, const struct known_incident *k);
/* After every change of an incident. */
void sim_never_aside(struct sim *sim, const struct incident *before, const struct incident *after,
                     const Pingan__V1__LogEvent *event);
void sim_never_step(struct sim *sim);

/* ------------------------------------------------------------ ends.c */

bool sim_quiet(struct sim *sim);

/* Room for one more in an owned array. */
#define GROW(array, count, size)                                  \
	do {                                                          \
		if ((count) == (size)) {                                  \
			(size) = (size) == 0 ? 64 : 2 * (size);               \
			(array) = realloc((array), (size) * sizeof *(array)); \
			ENSURE((array) != NULL);                              \
		}                                                         \
	} while (0)

static inline bool bytes_have(const void *at, size_t len, const char *mark)
{
	return len != 0 && memmem(at, len, mark, strlen(mark)) != NULL;
}

#endif
