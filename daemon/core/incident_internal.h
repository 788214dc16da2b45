/* incident_internal.h - what the files of the incident share, and nobody else sees.
 *
 * Owns:  one step on its way: the event, the world, the new record, what comes of it.
 * Files: incident.c (table, entering a state, people's acts)   incident_alarm.c (opening, joining)
 *        incident_plan.c (the plan and all deadlines)          incident_close.c (closing, reopening)
 *        job.c, offer.c (their tables and acts)                line.c (timeline and texts)
 *        incident_query.c (what is derived)                    incident_valid.c (what must hold)
 *        incident_desk.c (taking, hold, transfer, escalate)    handover.c (to 120, 119, 110)
 *        incident_old.c (records of older versions)      incident_bind.c (the home of an unknown device)
 */
#ifndef CORE_INCIDENT_INTERNAL_H
#define CORE_INCIDENT_INTERNAL_H

#include "core/incident.h"
#include "core/people.h"

struct rule {
	enum verdict verdict;
	unsigned to;
};

struct step_now {
	const struct event *ev;
	struct world *world;
	const struct policy *policy;
	ms_t now_ms;
	struct incident *inc; /* the new record, in work */
	struct outcome_of_step *out;
	enum incident_state to; /* where the table sends it; a handler may say otherwise, and why */
	bool opens;             /* there was no incident before */
	bool supervisor_after;  /* the supervisor rings once the state is entered */
	bool enter_again;       /* enter `to` even from itself: waiting anew, or another owner */
	bool ring_owner;        /* once entered, it rings at its owner until he has seen it */
};

/* The plan of this incident at this hour. */
static inline const struct plan *step_plan(const struct step_now *s)
{
	return policy_plan(s->policy, s->inc->class, s->inc->kind, s->inc->area, s->now_ms);
}

/* Always REFUSE, so that a handler can return it. */
enum verdict step_refuse(struct step_now *s, enum refusal why);
enum verdict step_refuse_held(struct step_now *s, enum refusal why, const char *who, ms_t since_ms);

void step_outbox(struct step_now *s, enum outbox_what what, const char *target, uint32_t number, uint32_t job);

/* `from` is an id that has been checked, so it fits. */
void id_set(char to[ID_MAX], const char *from);
bool id_is(const char *a, const char *b);

/* ---- line.c ---- */

/* Adds a line with the step's time and command. The caller fills in the rest; the pointer holds until the next line. */
struct line *line_add(struct step_now *s, enum line_code code, const char *who);

/* Gives the newest line its sealed text; the oldest texts go when there is no room. */
void line_text(struct step_now *s, struct line *line, const uint8_t *text, uint16_t len);

/* A request with this id stands on the timeline. */
bool line_has_cmd(const struct incident *inc, uint64_t cmd);

/* Lets the oldest lines go until the record fits its budget; never one of this step. */
void line_trim(struct step_now *s);

/* The same for any record, as far as more than `keep` lines are left. */
void line_fit(struct incident *inc, uint32_t keep);

/* ---- incident.c ---- */

/* Sets the clock of the owner's attention anew. */
void incident_watch(struct step_now *s);

/* The owner has done something: the clock of his attention starts again. */
void incident_attended(struct step_now *s);

/* True for the owner, and for a supervisor. */
bool incident_acts_for(const struct step_now *s);
enum verdict incident_refuse_stranger(struct step_now *s);

/* It rings at its owner; unseen for a while it rings everybody. */
void incident_ring_owner(struct step_now *s);

/* The supervisor's screen rings too, if there is one. Adds a line when it does. */
bool incident_ring_supervisor(struct step_now *s);

/* Calls by telephone those who stand above: nobody on a screen is left to ask. */
void incident_call_above(struct step_now *s);

/* A closing that waits for a second person waits no longer. */
void incident_forget_asked(struct step_now *s);

/* The incident is now of this class: contacts are told where that is due. */
void incident_set_class(struct step_now *s, enum incident_class class);

/* Someone has spoken to the resident, or stands before her. */
void incident_contact(struct step_now *s, bool spoke);

/* True if a voice is expected after answering. */
bool incident_wants_voice(const struct incident *inc);

/* ---- incident_alarm.c ---- */

/* True for what changes nothing: a copy, a test, a restore of nothing. */
bool incident_alarm_settled(const struct incident *before, const struct alarm *a, enum verdict *ret);
enum verdict incident_on_alarm(struct step_now *s);

/* The digits at the head of it: a division code, or as much as can be read of one. */
struct slice incident_area_digits(const char area[16]);

/* Among the last alarms that this incident has swallowed. */
void incident_remember(struct step_now *s, const struct alarm *a);

/* ---- area_wide.c: technical alarms of one kind in one area ---- */

/* The device of the alarm is out. */
void area_wide_out(struct step_now *s);
enum verdict area_wide_on_alarm(struct step_now *s);

/* The battery of the device that has been out the longest ends soon. */
enum verdict area_wide_battery_due(struct step_now *s);
enum verdict incident_on_cancel(struct step_now *s);

/* ---- incident_plan.c ---- */

/* Begins at the first step. Needs waiting_since_ms. */
void plan_start(struct step_now *s);
enum verdict incident_on_deadline(struct step_now *s);

/* ---- incident_desk.c: hold, transfer, escalate ---- */
bool incident_desk_event_valid(const struct event *ev);
enum verdict incident_on_desk(struct step_now *s);
enum verdict incident_on_claim(struct step_now *s);
enum verdict incident_on_seen_repeat(struct step_now *s);

/* The hold is over: `who` ended it; empty = by rule. */
void incident_hold_end(struct step_now *s, const char *who);

/* Its time has run out: it rings at its owner again. */
void incident_hold_over(struct step_now *s);

/* After any step: whoever works on a held call has it in hand again, and a supervisor who came need not be asked in. */
void incident_desk_after(struct step_now *s);

/* ---- handover.c: to 120, 119, 110 ---- */
bool incident_handover_event_valid(const struct event *ev);
enum verdict incident_on_handover(struct step_now *s);

/* Not confirmed in time: reminded, by another channel, for as long as nobody there has it. */
void incident_handover_overdue(struct step_now *s, struct handover *h);

/* The incident is closed another way: nobody waits for a confirmation any more. */
void incident_handovers_cancel(struct step_now *s);
/* What they confirmed was another state of affairs: handed over is only what they confirm again. */
void incident_handovers_reopened(struct incident *inc);
bool incident_handed_over(const struct incident *inc);

/* ---- contacts.c: family told and asked, and what they answer ---- */

/* The contacts hear of it: it is opened, or a more urgent matter than they heard of. */
void incident_contacts_opened(struct step_now *s);

/* Tells them of what this step has brought. */
void incident_contacts_after(struct step_now *s, const struct incident *before);

/* Asks them to go. False when there is nobody to ask. */
bool incident_contacts_ask(struct step_now *s);
bool incident_contact_event_valid(const struct event *ev);
enum verdict incident_on_contact_answer(struct step_now *s);

/* ---- aside.c: shelving, and what a storm holds back ---- */
bool incident_aside_event_valid(const struct event *ev);
enum verdict incident_on_aside(struct step_now *s);

/* Its time aside is over. */
enum verdict incident_on_aside_over(struct step_now *s);

/* A storm covers it: class 3 or 4, see world.storm_until_ms. */
void incident_hold_back(struct step_now *s);

/* Whatever happens brings it back into the queue; after the handler, before the state is entered. */
void incident_aside_after(struct step_now *s, const struct incident *before);

/* ---- recall.c: the resident is called back while help is on its way ---- */
bool incident_wants_recall(const struct incident *inc);
void incident_on_recall_due(struct step_now *s);
void incident_recall_after(struct step_now *s);

/* ---- device_work.c: the 2 h rule, a substitute ---- */
bool incident_may_be_device_work(const struct incident *inc);
void incident_on_repair_due(struct step_now *s);
void incident_device_work_after(struct step_now *s, const struct incident *before);
bool incident_device_work_event_valid(const struct event *ev);
enum verdict incident_on_device_work(struct step_now *s);

/* ---- follow_up.c: the next day's call-back ---- */
void incident_follow_up_after(struct step_now *s, const struct incident *before);
void incident_on_follow_up_due(struct step_now *s);
bool incident_follow_up_valid(const struct incident *inc);
enum verdict incident_on_follow_up(struct step_now *s);

/* ---- incident_bind.c: the home of an unknown device ---- */
bool incident_bind_event_valid(const struct event *ev);
enum verdict incident_on_bound(struct step_now *s);

/* ---- incident_close.c ---- */
enum verdict incident_on_close(struct step_now *s);
enum verdict incident_on_reopen(struct step_now *s);

/* ---- job.c ---- */
bool job_lives(const struct job *job);
const struct job *job_first_live(const struct incident *inc);
/* A live job that is of help for what the incident is about now: a technician who comes for the unit is none when she calls
 * for help. NULL when there is none. */
const struct job *job_first_help(const struct incident *inc);
uint32_t job_live_count(const struct incident *inc);
enum verdict incident_on_dispatch(struct step_now *s);

/* True for late and foreign answers, and for what is no event of a job: then *ret is left alone and false comes back. */
bool job_settled(struct step_now *s, const struct incident *before, enum verdict *ret);
enum verdict incident_on_job(struct step_now *s);

/* Makes a job by rule and asks the first wave. False, and nothing changed, when nobody can be asked. */
bool job_dispatch_unattended(struct step_now *s);

/* Offers of this job have had no receipt from the phone in time. */
void job_on_receipt_due(struct step_now *s, struct job *job);

/* The deadline of this job has come. */
void job_on_deadline(struct step_now *s, struct job *job);

/* Every live job ends: the incident is closed. */
void job_cancel_all(struct step_now *s);

/* Those that somebody has taken end; offers that are out stay out. */
void job_cancel_taken(struct step_now *s);

/* Asks the next wave, or fails the job when nobody is left. */
void job_next_wave(struct step_now *s, struct job *job);

/* ---- offer.c ---- */
bool offer_open(const struct offer *offer);
uint32_t offer_open_count(const struct job *job);

/* An open offer that has not gone to the telephone, and should: it waits for the phone's receipt, or a life is at stake. */
bool offer_uncalled(const struct incident *inc, const struct offer *offer);

/* Calls by telephone whoever has such an offer. */
void offer_call_all(struct step_now *s, struct job *job);

/* Sets, keeps or stops the clock of the receipts. */
void offer_clock(struct step_now *s, struct job *job);

/* It is a matter of life now: offers that went to a page only are called too, at once. */
void offer_life(struct step_now *s);

/* Asks the best of those who may be asked, `want` at most; returns how many were asked. A wave asks either those who have
 * the very skill, or those who may stand in for them. */
uint32_t offer_wave(struct step_now *s, struct job *job, uint32_t want);
void offer_make(struct step_now *s, struct job *job, const struct candidate *c);

/* Applies the table to one offer; the verdict it gave. */
enum verdict offer_apply(struct step_now *s, struct offer *offer, enum event_type event);

/* Takes back every open offer but `keep` (may be NULL), with a line for each. */
void offer_withdraw_others(struct step_now *s, struct job *job, const struct offer *keep);

/* A job that has ended keeps only its last few offers, the accepted one among them. */
void offer_keep_last(struct job *job);

#endif
