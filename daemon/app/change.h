/* change.h - what change.c (a change on its way), change_order.c, decide.c (what each becomes) and intake.c (where an alarm
 * belongs) share. */
#ifndef APP_CHANGE_H
#define APP_CHANGE_H

#include "app/internal.h"
#include "app/open_name.h"

/* A commit on its way. Keeps its bytes, so that the very same commit can be sent again. */
struct flight {
	char hex[17]; /* key in app->flights */
	struct store_commit commit;
	struct change *change;
	uint64_t order; /* flights are sent again in the order they were decided */
	bool failed;    /* the store had no answer: sent again at retry_at */
	bool stored;    /* said to be stored; the log will tell */
	mono_t retry_at;
	mono_t sent;
	uint8_t bytes[];
};

/* decide.c: asks the core and builds the commit. MOVE: change_fly() was called. REFUSE with ch->rerouted: it belongs to
 * another record. Answers for the waiter are left in the change. */
enum verdict change_decide(struct app *app, struct change *ch);

/* Sends the commit of ch; its bytes are copied. */
void change_fly(struct app *app, struct change *ch, struct store_commit *c);

void change_move(struct app *app, struct change *ch, struct record *to);

/* An empty commit; and its next record, whose new body stands in `bytes` from `from` on. */
void commit_begin(struct store_commit *c);
/* When its alarm came in, by the store's clock; it may have waited for the store since. */
ms_t change_received_ms(const struct app *app, const struct change *ch);
/* raw.c. Appended to its log entry: what its alarm says, if it brings one, and its raw bytes, sealed. */
void change_alarm_put(struct app *app, const struct change *ch, struct buf *bytes);
/* Raw bytes of the alarm in a log entry, opened; returns how many. 0: none, or their key is gone. */
size_t raw_open(struct app *app, const Pingan__V1__LogEvent *ev, uint8_t ret[ALARM_RAW_MAX]);
void commit_put(struct store_commit *c, const struct record *rec, struct buf *bytes, size_t from);
void commit_link(struct store_commit *c, enum store_link_op op, const char *name, const char *value);

/* decide.c: what a step from app->before to app->after did becomes one commit; and parts of such a commit. */
void incident_fly(struct app *app, struct change *ch, const struct outcome_of_step *out);
void caregiver_put(struct app *app, struct store_commit *c, struct buf *bytes, const char *person, uint64_t incident,
                   uint32_t job);
void outbox_put(struct app *app, struct store_commit *c, struct buf *bytes, const struct outbox_item *item);

/* ---- change_order.c: who is decided first ---- */

/* It can't wait behind telemetry: a call for help, what a person does, our own proof of life. */
bool change_urgent(const struct change *ch);
/* As many wait for this record as may. Who stands behind the street counts only those before it. */
bool change_line_full(const struct record *rec, const struct change *ch);
/* Into the record's line: in the order they came, but nobody stands behind the street. */
void change_line_up(struct record *rec, struct change *ch);
/* The record's next change can be decided: it takes its place among the others that can. */
void record_ready(struct app *app, struct record *rec);

/* intake.c: finds the record that an alarm belongs to now, and puts the change in its line. */
void intake_route(struct app *app, struct change *ch);

/* Id of the incident that this alarm would open. */
uint64_t intake_incident(struct app *app, const struct alarm *a, uint64_t salt);

/* An alarm of a device that forgets at our acknowledgement was acknowledged: kept for RECENT_MS. After a failover that cut
 * history all of them are committed again (copies are known as such). */
void intake_remember(struct app *app, const struct alarm *a);
void intake_recommit(struct app *app);

/* follow_up.c: a change has settled. Yesterday's calls lead to call-backs, and learn that they stand. */
void follow_up_settled(struct app *app, const struct change *ch);

/* The household that a call-back is for, whatever has become of the unit since; NULL when the alarm is no call-back. */
const char *follow_up_household(struct app *app, const struct alarm *a);

/* True if the record handed back with STALE is an incident that is not closed. */
bool incident_still_open(struct app *app, const struct store_answer *a);

#endif
