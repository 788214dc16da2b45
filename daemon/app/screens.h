/* screens.h - what the files behind the screens share. Nothing else includes it.
 *
 *   screens.c   sessions: from the upgrade to the last frame       requests.c  what people ask for, and the answers
 *   shown.c     which incidents are shown, from which entry on     hold.c      what a screen believed to own
 *   fanout.c    snapshot, resume, delta; who is served when        presence.c  people
 *   views.c     counts and ringing, once for equal rights          rows.c, detail.c   messages from records
 *   day.c       the day's figures                                  wall.c      numbers for a hall's wall
 *   phone.c     everything a caregiver's phone shows           welcome.c   the first words
 *
 * Owns:   a session for each screen, a `shown` for each incident that is or was just on some screen.
 * Knows:  no socket. What is sent comes from the projection, and only as far as it is safe (shown.c is the gate).
 * Bounds: a session keeps DETAILS_MAX details, REPLIES_KEPT replies, HOLDS_MAX holds; frames are OUT_MAX bytes at most.
 */
#ifndef APP_SCREENS_H
#define APP_SCREENS_H

#include "app/disclose.h"
#include "app/internal.h"
#include "app/roster.h"
#include "wire/audit.h"
#include "wire/console.h"

#define DETAILS_MAX 4
#define REPLIES_KEPT 16
#define OUT_MAX (512 * 1024) /* a snapshot chunk or a detail at its largest is below 300 KiB */
#define ROW_MAX 2048
#define DELTA_ROWS_MAX 800 /* more changes than this: a snapshot is shorter */
#define DELTA_REMOVED_MAX 4096
#define SNAPSHOT_CHUNKS 4      /* of one session in one turn */
#define VISITS_MAX 4096        /* sessions looked at in one turn; FANOUT_SLICE of them may be sent something */
#define BLOCKED_MS SECONDS(30) /* reads nothing for so long: closed */
#define RATE_BURST 60          /* requests at once, and then so many a second: no hand is faster */
#define RATE_PER_S 10
#define RATE_ABUSE 400       /* refused in a row: not a person */
#define PRESENCE_MS 250      /* people are told of people no more often */
#define ENDED_MS MINUTES(10) /* how long a phone shows what ended without it */

struct view;

/* Calls for help of a day. */
struct day_count {
	uint32_t opened, answered, in_10s, in_60s;
};

struct day_area {
	char area[16];
	struct day_count count;
};

/* A press that this daemon has and the store has not. */
struct press {
	uint32_t count; /* 0 = none */
	char device[ID_MAX];
	char household[ID_MAX];       /* empty: device unknown */
	char open_key[STORE_KEY_MAX]; /* household, or "quarantine/<device>" */
	char area[16];
	char code[ALARM_CODE_MAX];
	enum kind kind;
	bool silent; /* one of them is duress */
	ms_t first_ms, last_ms;
	uint64_t round; /* of shown_unstored() that saw it last */
	uint16_t raw_len;
	uint8_t raw[ALARM_RAW_MAX];
};

/* One incident as the screens know it. Lives while it is open, watched, or its end has not reached every screen. */
struct shown {
	char key[17];
	uint64_t id;
	struct incident_slot *slot;      /* NULL: known from memory only, or gone from it */
	TAILQ_ENTRY(shown) changed_link; /* screens->changed, in the order of seq */
	TAILQ_ENTRY(shown) pending_link; /* screens->pending */
	TAILQ_ENTRY(shown) rerung_link;  /* screens->rerung */
	TAILQ_ENTRY(shown) press_link;   /* screens->presses */
	TAILQ_ENTRY(shown) gone_link;    /* screens->gone */
	bool pending; /* touched; waits for its entry to be safe, or to be old enough to be shown marked */
	TAILQ_ENTRY(shown) choosy_link; /* screens->choosy */
	bool rerung, gone, choosy;      /* in those lists */
	uint64_t seq;                   /* counts every release to the screens */
	struct incident_slot face; /* as released: what rights, counts and ringing go by. NONE or CLOSED: not on screens */
	bool marked;               /* the row says not safe or not stored */
	uint64_t released;         /* log id that the face was released from */
	uint64_t mark;             /* of the walk that saw it last */
	uint8_t *row;              /* packed; owned; NULL = to be made when somebody needs it */
	uint32_t row_len;
	uint8_t *masked; /* the same without a person in it, for walls; owned; NULL = to be made */
	uint32_t masked_len;
	uint64_t row_rev;
	bool row_ahead;          /* made while it waited to be released: what then says the same is news to others */
	struct press *press;     /* owned; NULL = everything of it is stored */
	char note_owner[ID_MAX]; /* says "I am calling" while the store is away */
	ms_t note_ms;
	uint8_t *raw; /* quarantine: what it sent last, from the log; owned */
	uint16_t raw_len;
	uint32_t watchers; /* details open on screens */
};
TAILQ_HEAD(shown_list, shown);

struct detail_open {
	uint64_t incident;
	uint64_t cmd; /* request that opened it */
	bool anew;    /* history was cut since: a request of our own says that this person looks */
	bool audited; /* that this person looks is on record: health may be shown */
	bool asked;   /* its record is on its way */
	bool dirty;
};

struct kept_reply {
	uint64_t cmd;
	enum refusal result;
	char who[ID_MAX];
	ms_t at_ms;
	uint32_t number;
	uint64_t incident; /* OPEN_MANUAL: that it opened or joined */
	uint64_t commit;   /* EDIT_RECORD: of the record after it */
	char field[64];    /* INVALID: which, */
	const char *why;   /* and what is wrong with it; NULL = nothing */
};

struct session {
	TAILQ_ENTRY(session) link_all;
	TAILQ_ENTRY(session) link_due;
	bool due;
	link_t link;
	char key[17]; /* link in hex, key in screens->by_link */
	char login[40];
	char name[64];
	struct rights rights; /* with the person's id and role */
	enum audit_from from;
	uint64_t person_commit; /* of the Person record that the rights were taken from */
	int page;               /* ScreenHello.Page; 0 before Hello */
	mono_t heard;           /* last word of it */
	bool ready;             /* what it last said of its operator; consoles */
	bool blocked;           /* reads too slowly: nothing is sent before app_link_drained() */
	mono_t blocked_since;
	bool unsaid; /* a Welcome, Reply or picture could not be said: the page must connect again and ask again */
	/* the stream */
	struct view *view;         /* consoles and walls */
	bool streaming;            /* has a whole picture: deltas follow */
	uint64_t sent_id;          /* of the last Snapshot or Delta */
	uint64_t seq;              /* everything released up to here has been sent or passed over */
	Pingan__V1__Counts counts; /* as sent */
	uint64_t ring_hash;
	uint64_t *snapshot; /* ids still to be sent; owned; NULL = none on its way */
	size_t snapshot_len, snapshot_at;
	uint64_t snapshot_id, snapshot_commit;
	uint32_t mine; /* incidents that this person has */
	uint64_t store_rev, presence_rev, storms_rev, roster_rev;
	struct detail_open details[DETAILS_MAX];
	size_t detail_count;
	uint64_t holds[CONSOLE_HOLDS_MAX]; /* said at Hello; looked at once the store is there */
	size_t hold_count;
	char device[ID_MAX]; /* whose card is open; empty = none */
	bool device_dirty, device_audited;
	uint64_t device_cmd, card_hash;
	bool wall_dirty;
	uint64_t wall_hash;  /* of what it was told last */
	mono_t prolonged_at; /* a wall's log-in; 0 = not yet */
	bool phone_dirty;
	uint64_t phone_job; /* incident of the job in hand, as sent */
	/* requests */
	int64_t tokens_x1000;
	mono_t tokens_at;
	uint32_t abuse;
	uint64_t asked_cmd; /* the last request: which, what for, and about what; for refused.h */
	int asked;
	char asked_about[STORE_KEY_MAX];
	struct kept_reply replies[REPLIES_KEPT];
	size_t reply_at;
};
TAILQ_HEAD(session_list, session);

TAILQ_HEAD(view_list, view);

struct screens {
	struct session_list all;
	struct session_list due; /* something is to be sent; served in this order */
	size_t count, console_count;
	struct table by_link;
	struct table consoles, phones; /* person -> session with that page */
	mono_t looked_at;              /* dead screens were looked for */

	struct table shown;
	struct shown_list changed, pending, rerung, presses;
	struct shown_list gone; /* in `changed` too, but no longer open: their end is still to be told */
	size_t pending_count;
	struct shown_list choosy; /* rings only at those who speak the resident's language */
	size_t choosy_count;
	bool ready_changed;
	mono_t choosy_at;    /* when it was looked at whether they are still there */
	bool release_behind; /* more may go out than one turn lets out */
	uint64_t seq;        /* newest release */
	uint64_t mark;
	size_t marked_count; /* rows marked: while there are any, no screen may resume from here */
	size_t note_count;
	bool flush_due, flush_urgent; /* something was released and not yet marked for all */
	mono_t flush_at;
	bool unstored_dirty;
	mono_t presses_at; /* when they were last looked at */
	bool reloaded;
	uint64_t unstored_round;

	struct view_list views;
	uint64_t views_generation; /* of the roster that the views were counted with */
	struct table day_areas;    /* area -> struct day_area: the day's figures */
	int64_t day;               /* local */
	ms_t day_since_ms;         /* they are whole from here on; 0 = nothing has been read yet */
	mono_t walls_at;           /* when walls were last told */

	uint64_t store_rev, presence_rev, storms_rev, roster_rev;
	bool roster_dirty;
	mono_t roster_sent_at;
	bool storms_dirty;
	int64_t storms_day; /* local */
	mono_t storms_sent_at;
	bool presence_dirty;
	mono_t presence_at;

	size_t card_count; /* sessions with a unit's card open */
	mono_t cards_looked_at;
	bool cards_wait; /* some card waits for its entry to be safe */
	uint64_t cards_safe;

	struct table phone_of; /* caregiver -> incidents of theirs */
	mono_t phones_looked_at;
	bool phones_wait; /* some phone waits for its entries to be safe */
	uint64_t phones_safe;

	struct incident inc; /* scratch; of use until the next read */
	struct slice rows[DELTA_ROWS_MAX];
	uint64_t removed[DELTA_REMOVED_MAX];
	uint64_t ringing[CONSOLE_RINGING_MAX];
	uint8_t out[OUT_MAX];
	uint8_t row[ROW_MAX];
};

/* ---- screens.c ---- */

void hex_key(char ret[17], uint64_t n);
struct session *session_find(const struct app *app, link_t link);
struct session *session_console(const struct app *app, const char *person);
struct session *session_phone(const struct app *app, const char *person);
/* Something is to be sent to this one. */
void session_due(struct app *app, struct session *s);
/* Which sort of screen it is; one that has not said is told least. */
enum audience session_audience(const struct session *s);
/* What this screen may not be told is emptied first (disclose.h). False when it was not taken; a screen that reads too slowly is
 * marked, and gets a fresh picture when it has drained. */
bool session_send(struct app *app, struct session *s, Pingan__V1__ToScreen *m);
/* For what nobody would say again: texts are cleaned; if it can't be sent the session ends soon, and the page asks again. */
void session_say(struct app *app, struct session *s, Pingan__V1__ToScreen *m);
bool session_send_bytes(struct app *app, struct session *s, struct slice bytes);
/* The state of the store, as it is now. */
void session_store(struct app *app, struct session *s);
/* Says why, closes the link and forgets the session. `told`: also that the operator's console is gone. */
void session_away(struct app *app, struct session *s, Pingan__V1__GoAway__Why why, bool lost);
/* This daemon leaves, and another serves: at once. */
void session_elsewhere(struct app *app, struct session *s);
/* welcome.c */
void session_welcome(struct app *app, struct session *s, Pingan__V1__Lost **lost, size_t lost_count);
/* The Person record has changed: rights are taken again. False when the session has ended by that. */
bool session_rights(struct app *app, struct session *s);
bool store_usable(const struct app *app);

/* ---- shown.c ---- */

struct shown *shown_find(const struct app *app, uint64_t id);
struct shown *shown_want(struct app *app, uint64_t id);
static inline bool shown_open(const struct shown *sh)
{
	return sh->face.state == INCIDENT_WAITING || sh->face.state == INCIDENT_ANSWERED;
}
/* Packed row; empty without memory. */
struct slice shown_row(struct app *app, struct shown *sh);
/* The same for a wall. */
struct slice shown_masked(struct app *app, struct shown *sh);
/* Lets what is safe, or has waited long enough, out to the screens. */
void shown_turn(struct app *app);
/* Puts one out again because something beside its record has changed. */
void shown_again(struct app *app, struct shown *sh);
/* Forgets those that ended and have been told to everybody. */
void shown_sweep(struct app *app);
void shown_free(struct app *app);
/* The first one who says so. */
void shown_note(struct app *app, struct shown *sh, const char *person);
/* Marks "I am calling" become claims: the store is back. */
void shown_calling(struct app *app);
/* True if what this record says may be shown as it is; else it has to be marked. */
bool record_safe(const struct app *app, const struct record *rec);

/* ---- speakers.c: who is rung first ---- */

/* The face is new: at whom does it ring first? */
void speakers_face(struct app *app, struct shown *sh, const struct incident_slot *before);
void speakers_forget(struct screens *sc, struct shown *sh);
void speakers_turn(struct app *app);

/* ---- views.c ---- */

struct view *view_join(struct app *app, const struct rights *rights);
void view_leave(struct app *app, struct view *view);
/* An incident is to be counted as `after` instead of `before`. */
void views_change(struct app *app, struct shown *sh, const struct incident_slot *before);
void views_people(struct app *app);
void views_reload(struct app *app);
void view_counts(struct app *app, struct view *view, Pingan__V1__Counts *ret);
/* Ids that would ring for ready people with these rights, most urgent first. */
size_t view_ringing(struct app *app, struct view *view, uint64_t ret[CONSOLE_RINGING_MAX]);
void views_free(struct app *app);

void views_day_add(struct app *app, const char *area, const struct day_count *one);
void views_day_clear(struct app *app);

/* ---- day.c: the day's figures ---- */

/* A new day begins, if it is one. */
void day_turn(struct app *app);
/* The screens hear of it: opened, or answered, today? Each once. */
void day_count(struct app *app, struct shown *sh);
/* Everything was loaded anew: counted from what is in memory. */
void day_read(struct app *app);
void day_sum(struct day_count *to, const struct day_count *more);
void day_free(struct app *app);

/* ---- wall.c ---- */

/* Once a second walls are looked at; what has changed is told. */
void walls_turn(struct app *app);
/* True if something was sent. */
bool wall_send(struct app *app, struct session *s);

/* ---- fanout.c ---- */

void fanout_turn(struct app *app);
/* A fresh picture, from the start. */
void snapshot_begin(struct app *app, struct session *s);
/* What this screen missed since (id, commit), or a snapshot. */
void stream_begin(struct app *app, struct session *s, uint64_t id, uint64_t commit);
/* Commit id of log entry `id`; 0 when it is not known here. */
uint64_t tail_commit(const struct app *app, uint64_t id);

/* ---- the others ---- */

void presence_turn(struct app *app);
/* device_card.c */
void cards_turn(struct app *app);
/* storm_screens.c */
void storm_screens_turn(struct app *app);
bool storms_send(struct app *app, struct session *s);
/* shift_screens.c */
void roster_screens_turn(struct app *app);
bool roster_send(struct app *app, struct session *s);
bool roster_page_send(struct app *app, struct session *s, const Pingan__V1__RosterLook *look);
/* One's own shifts, swaps and absences; and the test offer. In app->arena. */
void phone_roster(struct app *app, const char *person, Pingan__V1__PhoneState *ret);
void phone_duty(struct app *app, const struct caregiver *c, Pingan__V1__PhoneState *ret);
bool presence_send(struct app *app, struct session *s);

void hold_hello(struct app *app, struct session *s, const Pingan__V1__ScreenHello *hello);
/* The store is there: claims that it has forgotten are made again, and what somebody else has is said. */
void hold_turn(struct app *app, struct session *s);
/* History was cut, perhaps: what this console was told to own is looked at again. */
void hold_reload(struct app *app, struct session *s);

/* Everything in `ret` lives in app->arena. */
void row_fill(struct app *app, const struct shown *sh, const struct record *rec, const struct incident *inc,
              Pingan__V1__IncidentRow *ret);
/* The incident that this press will open, as far as the order of the queue goes by it. */
void press_incident(struct app *app, const struct press *p, uint64_t id, struct incident *ret);
void row_fill_press(struct app *app, const struct shown *sh, Pingan__V1__IncidentRow *ret);
/* At most `max` bytes of a text, cut between characters; in app->arena. Never NULL. */
char *text_cut(struct app *app, const char *text, size_t max);
/* Room for so many pointers (one more) in app->arena: protobuf-c's lists of messages and texts. NULL when it is full. */
void *pointers_take(struct app *app, size_t count);
/* Name in zh-CN of the area, or of the nearest one above that has one; empty when none has. `level`: digits wanted. */
const char *area_name(struct app *app, const char *code, size_t level);
uint32_t age_years(const struct app *app, uint32_t birth_year);
Pingan__V1__DetailResident **residents_fill(struct app *app, const Pingan__V1__Household *h, bool silent,
                                            size_t *ret_count);
Pingan__V1__DetailContact **contacts_fill(struct app *app, const Pingan__V1__Household *h, bool keys_only,
                                          size_t *ret_count);
Pingan__V1__DetailLine *line_fill(struct app *app, const struct incident *inc, const struct line *line,
                                  const uint8_t *key);
/* Key that seals the texts of an incident (32 bytes, in app->arena); NULL when there is none. Of an unknown home it is the
 * key of the household record "quarantine": texts are never kept in the clear, and that key can be destroyed too. */
/* unit_words.c: what the unit's code means, and what its own clock says. */
void unit_words_fill(struct app *app, const struct incident *inc, Pingan__V1__IncidentDetail *d);
const uint8_t *seal_key(struct app *app, const char *household);

bool detail_send(struct app *app, struct session *s, struct detail_open *d);

/* ---- console_event.c: what a request of a console becomes ---- */

/* The stored incident, or NULL. */
struct record *request_incident(struct app *app, uint64_t id);
void request_event(struct event *ev, enum event_type type, const struct session *s, uint64_t cmd);
/* Free text is sealed with the household's key before it goes anywhere. */
enum refusal request_seal(struct app *app, uint64_t id, const char *text, struct event *ev);
/* The incident that the request names, or 0 when it is of another sort. */
uint64_t console_incident(const Pingan__V1__Request *r);
enum refusal console_event(struct app *app, const struct session *s, const Pingan__V1__Request *r, struct event *ev);

/* ---- requests_area.c: what is asked of an area or a home instead of one incident ---- */

/* True if it was one of these: it has been answered, or will be. */
bool request_of_area(struct app *app, struct session *s, const Pingan__V1__Request *r);
void request_refuse(struct app *app, struct session *s, const struct kept_reply *no);
void request_reply_records(struct app *app, struct session *s, uint64_t cmd, Pingan__V1__RecordList *list);
/* shift_requests.c: likewise, of rosters, absences and duty. */
bool request_of_shift(struct app *app, struct session *s, const Pingan__V1__Request *r);
/* device_requests.c: likewise, of units on their way into service. */
bool request_of_device(struct app *app, struct session *s, const Pingan__V1__Request *r);
/* Seals a text with this home's key into `ev`. */
enum refusal request_seal_home(struct app *app, const char *household, const char *text, struct event *ev);
/* The answer, with a list of devices or NULL. */
void request_reply(struct app *app, struct session *s, uint64_t cmd, enum refusal result, Pingan__V1__OutListed *out);
/* OK, with the homes that were found. */
void request_reply_found(struct app *app, struct session *s, uint64_t cmd, Pingan__V1__FoundHomes *found);

/* r NULL: over the rate, only `cmd` is answered. `lawful`: else BAD_REQUEST. */
void request_take(struct app *app, struct session *s, const Pingan__V1__Request *r, bool lawful, uint64_t cmd);
/* Puts on record that this person looks, if that is still to be done and can be. */
void detail_audit(struct app *app, struct session *s, struct detail_open *d);
/* The store came or went: looking is recorded where that was not possible when it began, and shown where it is not. */
void requests_store_changed(struct app *app, struct session *s);

bool phone_send(struct app *app, struct session *s);
/* Learns which caregivers this incident concerns. */
void phones_index(struct app *app, const struct incident *inc);
void phones_turn(struct app *app);
void phones_free(struct app *app);

#endif
