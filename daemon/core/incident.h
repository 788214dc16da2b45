/* incident.h - the life of one call for help, from the first alarm to closure.
 *
 * Owns:   the state of an incident with its jobs and offers, and every lawful way to change it.
 * Knows:  no socket, no store, no clock, no log, no allocation. Time and the world outside come in as arguments.
 * Result: a new record, the timeline lines it adds, changes of caregivers' records, and what must leave the system.
 * Bounds: JOBS_MAX jobs of which JOBS_LIVE_MAX live, OFFERS_MAX offers a job, LINES_MAX lines kept (all are in the log),
 *         TEXT_MAX bytes of sealed text kept, ALARMS_MAX alarms kept. A job that has ended keeps only its last OFFERS_KEPT
 *         offers. So the encoded record stays below 16 KiB (a test fills one to the brim).
 */
#ifndef CORE_INCIDENT_H
#define CORE_INCIDENT_H

#include "base/ensure.h"
#include "core/alarm.h"
#include "core/policy.h"

#define JOBS_MAX 8
#define JOBS_LIVE_MAX 4
#define OFFERS_MAX 16
#define OFFERS_KEPT 4
#define LINES_MAX 64
#define TEXT_MAX 4096
#define NOTE_SEALED_MAX 600 /* 480 bytes of text and the seal */
#define ALARMS_MAX 8
#define HANDOVERS_MAX 4
#define AREA_LINES_MAX 8 /* of devices that come and go, in an area-wide record; all are in the log */
#define ADDED_MAX \
	40 /* lines of one step; the most: closing with JOBS_LIVE_MAX jobs whose WAVE_MAX offers are taken back, and hand-overs */
#define OUTBOX_MAX 8 /* outbox entries of one step */
#define CANDIDATES_MAX 20
#define CHOSEN_MAX 4 /* caregivers an operator may name at once */
#define WAVE_MAX 6   /* caregivers asked in one wave: with each goes an outbox entry */
#define BODY_BUDGET \
	16000 /* bytes of the encoded record, reckoned from above: lines are let go before it grows past this */

enum incident_state { INCIDENT_NONE, INCIDENT_WAITING, INCIDENT_ANSWERED, INCIDENT_CLOSED, INCIDENT_STATE_COUNT };

enum job_state {
	JOB_NONE,
	JOB_OFFERING,
	JOB_ACCEPTED,
	JOB_EN_ROUTE,
	JOB_ARRIVED,
	JOB_DONE,
	JOB_FAILED,
	JOB_CANCELLED,
	JOB_STATE_COUNT
};

enum offer_state {
	OFFER_NONE,
	OFFER_MADE,
	OFFER_DELIVERED,
	OFFER_SEEN,
	OFFER_ACCEPTED,
	OFFER_DECLINED,
	OFFER_EXPIRED,
	OFFER_WITHDRAWN,
	OFFER_STATE_COUNT
};

enum outcome {
	OUTCOME_NONE,
	OUTCOME_HELPED_AT_HOME,
	OUTCOME_TO_HOSPITAL,
	OUTCOME_HANDED_OVER,
	OUTCOME_ADVICE,
	OUTCOME_FALSE_ALARM,
	OUTCOME_TEST,
	OUTCOME_FAMILY_HELPED,
	OUTCOME_TECHNICAL,
	OUTCOME_NO_CONTACT,
	OUTCOME_DIED,
	OUTCOME_DRILL,
	OUTCOME_JOINED,
	OUTCOME_COUNT
};

/* Values equal SpokeTo, Service, HandoverState, Channel, CardLine, ContactAnswer, Skill, Aside of common.proto. */
enum spoke_to {
	SPOKE_TO_NONE,
	SPOKE_TO_RESIDENT,
	SPOKE_TO_CONTACT,
	SPOKE_TO_CAREGIVER,
	SPOKE_TO_SERVICE,
	SPOKE_TO_NOBODY,
	SPOKE_TO_COUNT
};

enum service { SERVICE_NONE, SERVICE_120, SERVICE_119, SERVICE_110, SERVICE_COUNT };

enum handover_state { HANDOVER_NONE, HANDOVER_OPEN, HANDOVER_CONFIRMED, HANDOVER_CANCELLED, HANDOVER_STATE_COUNT };

enum channel { CHANNEL_NONE, CHANNEL_APP, CHANNEL_VOICE, CHANNEL_SECOND_LINE, CHANNEL_MESSAGE, CHANNEL_COUNT };

enum card_line {
	CARD_LINE_NONE,
	CARD_LINE_WHO,
	CARD_LINE_ADDRESS,
	CARD_LINE_ACCESS,
	CARD_LINE_WHAT,
	CARD_LINE_HEARD,
	CARD_LINE_HEALTH,
	CARD_LINE_MEDICINES,
	CARD_LINE_CALL_BACK,
	CARD_LINE_COUNT
};

enum contact_answer {
	CONTACT_ANSWER_NONE,
	CONTACT_ANSWER_GOING,
	CONTACT_ANSWER_CANNOT,
	CONTACT_ANSWER_ALL_RIGHT,
	CONTACT_ANSWER_COUNT
};

enum skill { SKILL_NONE, SKILL_CARE, SKILL_NURSE, SKILL_TECHNICIAN, SKILL_COUNT };

/* Waits out of sight for a while: class 3 and 4 only. */
enum aside { ASIDE_NONE, ASIDE_SHELVED, ASIDE_STORM, ASIDE_COUNT };

/* Values equal DeclineReason, CallResult and JobResult of common.proto. */
enum decline_reason {
	DECLINE_NONE,
	DECLINE_BUSY,
	DECLINE_TOO_FAR,
	DECLINE_NO_TRANSPORT,
	DECLINE_UNWELL,
	DECLINE_OTHER,
	DECLINE_COUNT
};

enum call_result { CALL_NONE, CALL_SPOKE, CALL_NO_ANSWER, CALL_BUSY, CALL_FAILED, CALL_COUNT };

enum job_result {
	JOB_RESULT_NONE,
	JOB_RESULT_HELPED,
	JOB_RESULT_NOT_NEEDED,
	JOB_RESULT_NO_ENTRY,
	JOB_RESULT_TO_HOSPITAL,
	JOB_RESULT_OTHER,
	JOB_RESULT_COUNT
};

/* Values equal LineCode of common.proto, name for name; see there for what each line carries. */
enum line_code {
	LINE_NONE,
	LINE_ALARM,
	LINE_REPEAT,
	LINE_RESIDENT_CANCEL,
	LINE_RESTORE,
	LINE_RAISED,
	LINE_RESTORED,
	LINE_RUNG_OPERATORS,
	LINE_RUNG_NEIGHBOURS,
	LINE_RUNG_SUPERVISOR,
	LINE_STEP_SKIPPED,
	LINE_CLAIMED,
	LINE_RETURNED,
	LINE_OWNER_GONE,
	LINE_CALLED,
	LINE_SPOKE_RESIDENT,
	LINE_NO_VOICE,
	LINE_NOTE,
	LINE_JOB,
	LINE_DISPATCHED_UNATTENDED,
	LINE_OFFERED,
	LINE_OFFER_DELIVERED,
	LINE_OFFER_SEEN,
	LINE_OFFER_ACCEPTED,
	LINE_OFFER_DECLINED,
	LINE_OFFER_EXPIRED,
	LINE_OFFER_WITHDRAWN,
	LINE_NEXT_WAVE,
	LINE_JOB_FAILED,
	LINE_DEPARTED,
	LINE_ARRIVED,
	LINE_DONE,
	LINE_GIVEN_BACK,
	LINE_JOB_CANCELLED,
	LINE_OVERDUE_DEPARTURE,
	LINE_OVERDUE_ARRIVAL,
	LINE_CONTACT_TOLD,
	LINE_CONTACTS_ASKED,
	LINE_DUTY_PHONES,
	LINE_REMINDER,
	LINE_CLOSED,
	LINE_CLOSE_ASKED,
	LINE_REOPENED,
	LINE_QUARANTINED,
	LINE_SEEN_NOT_IN_FORCE,
	LINE_OPENED,
	LINE_UNKNOWN_CODE,
	LINE_HELD,
	LINE_HOLD_OVER,
	LINE_TRANSFERRED,
	LINE_ESCALATED,
	LINE_HANDOVER_OPENED,
	LINE_HANDOVER_TRIED,
	LINE_HANDOVER_TOLD,
	LINE_HANDOVER_CONFIRMED,
	LINE_HANDOVER_OVERDUE,
	LINE_HANDOVER_CANCELLED,
	LINE_RECALL_DUE,
	LINE_CONTACT_ANSWERED,
	LINE_SHELVED,
	LINE_HELD_BACK,
	LINE_BACK_IN_QUEUE,
	LINE_DRILL,
	LINE_DRILL_ENDED,
	LINE_REPAIR_OVERDUE,
	LINE_SUBSTITUTE,
	LINE_AREA_JOINED,
	LINE_AREA_LEFT,
	LINE_AREA_OVER,
	LINE_BATTERY_DUE,
	LINE_OFFER_CALLED,
	LINE_FOLLOW_UP_DUE,
	LINE_FOLLOW_UP_MADE,
	LINE_TEST_PRESS,
	LINE_UNIT_SAYS,
	LINE_BOUND,
	LINE_REFUSED,
	LINE_CODE_COUNT
};

struct line {
	enum line_code code;
	ms_t at_ms;
	ms_t stored_ms;   /* set when recorded later than at_ms */
	char who[ID_MAX]; /* empty: the system or the device */
	char subject[ID_MAX];
	uint32_t job;
	int64_t number;
	enum kind kind;
	enum protocol protocol;
	uint32_t call; /* CallResult */
	uint32_t count;
	enum channel channel;
	uint64_t cmd;     /* request that caused it; 0 = none */
	uint16_t text_at; /* into incident.text; meaningless when text_len is 0 */
	uint16_t text_len;
};

struct offer {
	char caregiver[ID_MAX];
	enum offer_state state;
	uint32_t wave;
	ms_t made_ms;
	ms_t until_ms;
	ms_t changed_ms;
	uint32_t reason; /* DeclineReason */
	uint32_t distance_m;
	uint32_t travel_s;
	uint32_t channels; /* bits of enum channel by which it went out */
};

struct job {
	uint32_t number; /* 1, 2, ... */
	enum job_state state;
	char caregiver[ID_MAX]; /* set exactly in ACCEPTED, EN_ROUTE, ARRIVED, DONE */
	char by[ID_MAX];        /* operator who made it; empty when unattended */
	ms_t made_ms;
	ms_t accepted_ms;
	ms_t departed_ms;
	ms_t arrived_ms;
	ms_t ended_ms;
	ms_t arrival_due_ms;
	ms_t deadline_ms; /* set exactly while the job lives (OFFERING to ARRIVED) */
	uint32_t wave;
	uint32_t result; /* JobResult */
	bool unattended;
	bool depart_overdue;
	bool arrive_overdue;
	enum skill skill;    /* what it needs */
	ms_t receipt_due_ms; /* OFFERING: offers without a receipt by then go to the next channel; 0 = not running */
	uint32_t offer_count;
	struct offer offers[OFFERS_MAX];
};

/* Hand-over to a public service: tracked until a human there confirms. */
struct handover {
	uint32_t number; /* 1, 2, ... */
	enum service service;
	enum handover_state state;
	ms_t opened_ms;
	ms_t due_ms; /* set exactly while OPEN */
	uint32_t tries;
	enum channel channel; /* to use next */
	uint32_t told;        /* bits of enum card_line */
	char by[ID_MAX];
	ms_t ended_ms;
};

struct alarm_ref {
	char device[ID_MAX];
	uint64_t alarm; /* native id, else hash of the raw bytes */
	enum kind kind;
	uint32_t zone;
	int64_t raised_ms;
	enum protocol protocol;
	ms_t received_ms;
};

/* Plain data. Large (about 25 KiB): one or two at a time, the projection keeps encoded bodies. */
struct incident {
	uint64_t id;
	char household[ID_MAX]; /* empty in quarantine */
	char device[ID_MAX];
	char area[16]; /* division code */
	enum kind kind;
	enum incident_class class;
	enum incident_state state;
	ms_t opened_ms;
	ms_t waiting_since_ms;
	ms_t answered_ms;
	char owner[ID_MAX]; /* set exactly in ANSWERED */
	char former_owner[ID_MAX];
	uint32_t repeats;
	ms_t last_alarm_ms;
	bool ring_neighbours;
	bool ring_supervisor;
	enum plan_step plan_step;
	ms_t plan_due_ms;
	ms_t voice_due_ms;
	ms_t attention_due_ms;
	ms_t rerung_ms;     /* a repeat press rings at its owner since; 0 = seen */
	ms_t rerung_due_ms; /* unseen by then it rings everybody; 0 = not running */
	bool rerung_all;    /* and does: anybody may take the incident over now */
	bool spoke;         /* voice contact with the resident since it was opened, raised or reopened */
	bool seen;          /* likewise, a caregiver stands before the resident */
	bool reminded;      /* the owner was reminded; next time the supervisor rings */
	bool no_voice;
	bool silent;
	bool quarantine;
	bool restored;
	bool resident_cancelled;
	bool unattended;
	enum step
		reached; /* the furthest that its devices may have been told: what tells a forgotten step from a lost owner */
	enum outcome outcome;
	ms_t closed_ms;
	char closed_by[ID_MAX];
	enum outcome asked_outcome;
	char asked_by[ID_MAX];
	uint32_t duty_turn;
	char protocol_code[ALARM_CODE_MAX];
	uint32_t risk;         /* points from the resident's risk flags, 0 to 255 */
	ms_t hold_until_ms;    /* ANSWERED and held; 0 = not */
	bool escalated;        /* the owner has asked the supervisor in */
	uint32_t calls;        /* attempts to reach the resident */
	ms_t recall_due_ms;    /* ANSWERED, help on its way: call the resident back by then; 0 = not running */
	bool recall;           /* and it is time */
	enum aside aside;      /* WAITING, class 3 or 4: its plan rests */
	ms_t aside_until_ms;   /* set exactly while aside */
	char aside_by[ID_MAX]; /* set exactly while SHELVED */
	bool drill;
	ms_t repair_due_ms; /* device work; 0 = not running */
	bool repair_overdue;
	bool area_wide;   /* technical alarms of one kind in one area; household is empty */
	uint32_t out_now; /* devices of it that are still out */
	uint32_t out_total;
	ms_t battery_due_ms;   /* 0 = not running */
	ms_t follow_up_due_ms; /* CLOSED only; 0 = none */
	uint64_t follow_up_of; /* 0 = none */
	enum spoke_to spoke_to;
	enum contact_answer contact_answer; /* the latest */
	uint32_t contact_answer_by;         /* order of that contact */
	char carrier[ID_MAX];               /* area_wide: of this carrier or gateway; empty = of the area */
	bool away;                          /* area_wide: not heard again since we could not hear */
	bool untested;                      /* a test of the whole chain is missing: not closed without contact */
	uint32_t told;                      /* enum tell_when, or'ed: contacts have been told */
	uint32_t handover_count;
	struct handover handovers[HANDOVERS_MAX];
	uint64_t lines_total;
	uint32_t alarm_count;
	uint32_t job_count;
	uint32_t line_count;
	uint32_t text_len;
	struct alarm_ref alarms[ALARMS_MAX];
	struct job jobs[JOBS_MAX];
	struct line lines[LINES_MAX];
	uint8_t text[TEXT_MAX];
};

/* Holds nothing. Beyond its counts an incident is never looked at, and so not cleared nor copied: it is 26 KB. */
static inline void incident_clear(struct incident *inc)
{
	memset(inc, 0, offsetof(struct incident, alarms));
}

static inline void incident_copy(struct incident *to, const struct incident *from)
{
	memcpy(to, from, offsetof(struct incident, alarms));
	memcpy(to->alarms, from->alarms, from->alarm_count * sizeof from->alarms[0]);
	memcpy(to->jobs, from->jobs, from->job_count * sizeof from->jobs[0]);
	memcpy(to->lines, from->lines, from->line_count * sizeof from->lines[0]);
	memcpy(to->text, from->text, from->text_len);
}

/* Everything that can happen to an incident. What each uses of struct event stands behind it. */
enum event_type {
	EVENT_NONE,
	EVENT_ALARM,            /* alarm: opens, joins, or is a copy already swallowed */
	EVENT_CANCEL,           /* alarm.id: the resident pressed cancel */
	EVENT_DEADLINE,         /* due_ms: the deadline that rang (see incident_next_due) */
	EVENT_CLAIM,            /* who; from: owner that their screen showed, empty = it waited */
	EVENT_RETURN,           /* who = owner whose console has been gone for 30 s */
	EVENT_NOTE,             /* who, text; job may be set */
	EVENT_CALL,             /* who, contact (0 = the resident), call */
	EVENT_SPOKE,            /* who */
	EVENT_SEEN_REPEAT,      /* who = owner */
	EVENT_OPENED,           /* who: looked at the detail (audit) */
	EVENT_DISPATCH,         /* who; chosen (may be empty: the best) */
	EVENT_CLOSE,            /* who, outcome, text */
	EVENT_REOPEN,           /* who */
	EVENT_OFFER_DELIVERED,  /* who = caregiver, job */
	EVENT_OFFER_SEEN,       /* who, job */
	EVENT_OFFER_ACCEPT,     /* who, job; world.actor_busy */
	EVENT_OFFER_DECLINE,    /* who, job, reason */
	EVENT_JOB_DEPART,       /* who, job, at_ms */
	EVENT_JOB_ARRIVE,       /* who, job, at_ms, saw_resident */
	EVENT_JOB_DONE,         /* who, job, at_ms, result, saw_resident */
	EVENT_JOB_GIVE_BACK,    /* who, job, reason */
	EVENT_JOB_CANCEL,       /* who = operator, job */
	EVENT_HOLD,             /* who = owner, seconds (0 = the policy's); count = 1: interrupted by a more urgent call */
	EVENT_UNHOLD,           /* who */
	EVENT_TRANSFER,         /* who, chosen[0] = new owner, text; world.target_ready */
	EVENT_ESCALATE,         /* who, text */
	EVENT_HANDOVER_OPEN,    /* who, service */
	EVENT_HANDOVER_TRY,     /* who, handover, channel, call */
	EVENT_HANDOVER_TELL,    /* who, handover, told */
	EVENT_HANDOVER_CONFIRM, /* who, handover, text */
	EVENT_HANDOVER_CANCEL,  /* who, handover */
	EVENT_CONTACT_ANSWER,   /* contact, answer; who = person who wrote it down, empty = the contact */
	EVENT_SHELVE,           /* who, seconds, text */
	EVENT_UNSHELVE,         /* who */
	EVENT_STORM_ASIDE,      /* world.storm_until_ms: storm mode began, or goes on longer */
	EVENT_STORM_RETURN,     /* storm mode is over; who = who ended it, empty = the time was up */
	EVENT_SUBSTITUTE,       /* who, text */
	EVENT_CUT,              /* entry, cmd = its commit id, who, from = its subject, count = its line_code, text: a failover cut it */
	EVENT_FOLLOW_UP_MADE,   /* the next day's call-back stands as an incident of its own */
	EVENT_BIND,             /* who; world.household, world.area, world.risk: the home of an unknown device */
	EVENT_JOINED,           /* who, joined: likewise, and that home's open call has taken it in */
	EVENT_COUNT
};

struct event {
	enum event_type type;
	char who[ID_MAX];
	char from[ID_MAX];
	uint64_t cmd; /* request id; 0 = none. A cmd that stands on a kept line means: done already, STAY */
	ms_t at_ms;   /* when it happened, if earlier than now; 0 = now. ALARM: when it was heard */
	ms_t due_ms;
	uint32_t job;
	uint32_t reason;
	uint32_t result;
	uint32_t contact;
	uint32_t call;
	uint32_t seconds;
	uint32_t count;
	uint64_t entry; /* CUT: of the log */
	enum service service;
	uint32_t handover; /* Handover.number */
	uint64_t joined;   /* incident that it has become part of */
	enum channel channel;
	uint32_t told;
	enum contact_answer answer;
	enum spoke_to spoke_to;
	enum skill skill;
	enum outcome outcome;
	bool saw_resident;
	uint32_t chosen_count;
	char chosen[CHOSEN_MAX][ID_MAX];
	uint16_t text_len;
	uint8_t text[NOTE_SEALED_MAX]; /* sealed */
	const struct alarm *alarm;     /* borrowed for the step; NULL unless ALARM, CANCEL */
};

/* One caregiver as a candidate: filled in by app from roster, duty, positions and links. */
struct candidate {
	char caregiver[ID_MAX];
	uint32_t distance_m;
	uint32_t travel_s;
	bool reachable;      /* phone connected and alive */
	bool busy;           /* job in hand */
	bool speaks;         /* the resident's language */
	uint32_t skills;     /* bits of enum skill: what this person can do */
	uint32_t jobs_taken; /* since the duty began */
	bool knows;
	uint32_t position_age_s; /* 0 = no fresh position: from the station, else the base address */
	bool by_station;         /* distance and time are counted from the station of this person */
	bool
		asked; /* set by dispatch_rank: holds an offer or a job of this incident, or let one of a job pass that still looks */
	bool declined; /* set by dispatch_rank: said no to this incident, or gave it back */
	bool skilled;  /* set by dispatch_rank: has the very skill that the job needs */
	bool able;     /* set by dispatch_rank: may do such a job at all */
	int32_t score; /* set by dispatch_rank */
	uint32_t why;  /* set by dispatch_rank: bit n = CandidateList.Why n */
};

/* What the incident may know of the world outside, read once for this step. */
struct world {
	ms_t now_ms;
	const struct policy *policy;
	bool operators_ready; /* somebody would be rung */
	bool neighbours_ready;
	bool supervisor_ready;
	bool actor_busy;          /* the caregiver who acts has a job elsewhere */
	bool actor_supervisor;    /* the person who acts is a supervisor */
	uint32_t arrival_due_min; /* of the area */
	bool has_contacts;        /* the household names somebody to tell */
	bool target_ready;        /* TRANSFER: the one named is ready and may have it */
	uint32_t risk;            /* likewise: points from the resident's risk flags, 0 to 255 */
	bool area_wide; /* for opening: a technical alarm that belongs to its area; `household` is empty, `area` its own */
	ms_t storm_until_ms;          /* storm mode that covers this kind here ends then; 0 = none */
	bool device_out;              /* area-wide: the device of the alarm is among those that are out */
	ms_t battery_due_ms;          /* area-wide: after this step the next battery falls due then; 0 = none */
	char household[ID_MAX];       /* for opening, and BIND; empty = device unknown: quarantine */
	char carrier[ID_MAX];         /* for opening, area_wide: it is this carrier; empty = the area */
	bool away;                    /* for opening, area_wide: not heard again since we could not hear */
	char area[16];                /* for opening, and BIND */
	struct candidate *candidates; /* borrowed; ranked in place */
	uint32_t candidate_count;
};

enum verdict { UNDECIDED, MOVE, STAY, REFUSE };

/* Why a peer may not do this now. Values equal Result of console.proto. */
enum refusal {
	REFUSAL_NONE = 0,
	REFUSAL_OK = 1,
	REFUSAL_LOST_RACE = 2,
	REFUSAL_NOT_OWNER = 3,
	REFUSAL_EXPIRED = 4,
	REFUSAL_WRONG_STATE = 5,
	REFUSAL_FORBIDDEN = 6,
	REFUSAL_RATE = 7,
	REFUSAL_NOT_FOUND = 8,
	REFUSAL_BAD_REQUEST = 9,
	REFUSAL_NO_STORE = 10,
	REFUSAL_NEEDS_SECOND = 11,
	REFUSAL_NEEDS_CONTACT = 12,
	REFUSAL_BUSY = 13,
	REFUSAL_OVERLOAD = 14,
	REFUSAL_WITHDRAWN = 15,
	REFUSAL_LIMIT = 16,
	REFUSAL_NEEDS_REASON = 17,
	REFUSAL_NEEDS_CONFIRMATION = 18,
	REFUSAL_CALL_FOR_HELP = 19,
	REFUSAL_CONFLICT = 20,
	REFUSAL_INVALID = 21,
	REFUSAL_COUNT
};

/* Values equal Outbox.What of record.proto. */
enum outbox_what {
	OUTBOX_NONE,
	OUTBOX_CONTACT_TOLD,
	OUTBOX_CONTACT_ASKED,
	OUTBOX_CAREGIVER_CALL,
	OUTBOX_SUPERVISOR_CALL,
	OUTBOX_DUTY_PHONE,
	OUTBOX_EMERGENCY_CALL,
	OUTBOX_EMERGENCY_MESSAGE,
	OUTBOX_CAREGIVER_MESSAGE,
	OUTBOX_SHIFT_REMINDER, /* by the roster, of no incident */
	OUTBOX_WHAT_COUNT
};

struct outbox_item {
	enum outbox_what what;
	char target[ID_MAX];
	uint32_t number;
	uint32_t job;
	uint32_t tell; /* with CONTACT_TOLD: enum tell_when */
};

/* What came of one step, beside the new record. */
struct outcome_of_step {
	enum verdict verdict;
	enum refusal refusal; /* with REFUSE; and NEEDS_SECOND with MOVE and STAY: the closing waits for another person */
	char who[ID_MAX];     /* with LOST_RACE, NOT_OWNER, WITHDRAWN: who has it */
	ms_t at_ms;           /* since when */
	uint32_t number;      /* with LIMIT: the bound */
	uint32_t added;       /* with MOVE: the last `added` lines of the new record are new */
	char taken[ID_MAX];   /* caregiver whose record now says: busy with (incident, taken_job) */
	uint32_t taken_job;
	uint32_t freed_count;
	char freed[JOBS_LIVE_MAX][ID_MAX]; /* caregivers whose record now says: free */
	uint32_t outbox_count;
	struct outbox_item outbox[OUTBOX_MAX];
};

/* Applies one event to `before` (all zero: no incident yet). On MOVE `after` holds the new record; on STAY and REFUSE
 * `after` is not to be used. `before` and `after` must not overlap. */
void incident_step(const struct incident *before, const struct event *ev, struct world *world, struct incident *after,
                   struct outcome_of_step *out);

/* The tables, for the test that proves them total. */
enum verdict incident_verdict(unsigned state, unsigned event);
enum verdict job_verdict(unsigned state, unsigned event);
enum verdict offer_verdict(unsigned state, unsigned event);

/* Bytes that the record takes at most when encoded, whatever its numbers are. */
uint32_t incident_weight(const struct incident *inc);

/* True if every promise of this module holds: an open incident and a live job have a running deadline, ANSWERED has an
 * owner and nobody else has, one accepted offer at most a job, counts within bounds, ... The tests call it after every step. */
bool incident_valid(const struct incident *inc);

/* Gives a record of an older version the clocks that have been added since. Before incident_valid(), after every count has
 * been found within its bounds. */
void incident_catch_up(struct incident *inc);

/* Shelved or held back by a storm: class 3 or 4, out of sight, with a clock. */
bool incident_is_aside(const struct incident *inc);

/* The hand-over that waits for its confirmation the longest, or NULL. */
const struct handover *incident_handover_open(const struct incident *inc);

/* Which service's card lies open first: 110 for a silent call, 119 for fire, smoke, heat, gas; else 120. A hint, no rule. */
enum service incident_service_hint(const struct incident *inc);

/* The earliest deadline of the incident and its jobs; 0 when none runs (closed). */
ms_t incident_next_due(const struct incident *inc);

/* Furthest job state of the incident, by progress (JOB_ARRIVED above JOB_OFFERING; ended jobs count by what they
 * reached, FAILED and CANCELLED as none). JOB_NONE when there is none. */
enum job_state incident_progress(const struct incident *inc);

/* What the device is told now, and minutes to arrival (0 = not known). */
enum step incident_device_step(const struct incident *inc, ms_t now_ms, uint32_t *ret_eta_min);

/* The job that made the progress, or NULL. */
const struct job *incident_lead_job(const struct incident *inc);

/* NULL when there is no such job, or no offer of it to this caregiver. */
const struct job *incident_job(const struct incident *inc, uint32_t number);
const struct offer *job_offer(const struct job *job, const char *caregiver);

/* Sort key of the queue, big-endian bytes: class; returned before waiting before answered; age with the head start that
 * score.h gives; then id. Smaller stands higher. */
#define ORDER_LEN 20
void incident_order(const struct incident *inc, uint8_t ret[ORDER_LEN]);

/* Short, speakable, the same on every daemon: a letter that can't be taken for a digit, and six digits. */
#define INCIDENT_NUMBER_LEN 7
void incident_number(uint64_t id, char ret[INCIDENT_NUMBER_LEN + 1]);

#endif
