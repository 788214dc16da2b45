/* promises.c - DESIGN §2, as checks (told.c: what devices are told). Entries are judged as they are applied, words as a
 * daemon says them, and what must be so after a while by a sweep a few times a second of virtual time. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/kit.h"

#define SHOWN_MS 2000    /* a press is on every live console of its daemon within this */
#define OVERDUE_MS 15000 /* a deadline is kept within this while any daemon is well */
#define SWEEP_MS 250
#define CLOCK_ERROR_MS 6000
#define BLINK_MS 400

/* ------------------------------------------------------------ entries: P8, P9 */

static void p8_on_record(struct sim *sim, const struct store_entry *e)
{
	const struct truth *t = &sim->truth;

	if (e->id != t->newest + 1)
		sim_broken(sim, "P8 on record", "entry %llu after %llu", (unsigned long long)e->id,
		           (unsigned long long)t->newest);
	if (e->prev != (t->newest == 0 ? 0 : t->commits[t->newest]))
		sim_broken(sim, "P8 on record", "entry %llu does not follow the one before it", (unsigned long long)e->id);
	if (e->at_ms < t->newest_ms)
		sim_broken(sim, "P8 on record", "store time steps back at entry %llu", (unsigned long long)e->id);
}

static void p9_private_records(struct sim *sim, const struct store_entry *e)
{
	static const char *const public_keys[] = {"incident:", "caregiver:", "operator:", "daemon:"};

	if (sim_has_mark(e->event.at, e->event.len))
		sim_broken(sim, "P9 private", "entry %llu says personal data", (unsigned long long)e->id);
	for (uint32_t i = 0; i < e->record_count; i++) {
		for (size_t k = 0; k < COUNT_OF(public_keys); k++) {
			if (strncmp(e->records[i].key, public_keys[k], strlen(public_keys[k])) == 0 &&
			    sim_has_mark(e->records[i].body.at, e->records[i].body.len))
				sim_broken(sim, "P9 private", "%s keeps personal data", e->records[i].key);
		}
	}
}

/* Behind whatever a person did stands an entry of the audit chain, chained to the one before; behind an alarm, none. */
static void p8_in_the_chain(struct sim *sim, const struct store_entry *e, const Pingan__V1__LogEvent *event)
{
	const char *who = "";
	struct store_audit audit;

	for (size_t i = 0; i < event->n_lines && who[0] == '\0'; i++)
		who = event->lines[i]->who;
	for (size_t i = 0; i < event->n_devices && who[0] == '\0'; i++)
		who = event->devices[i]->who;
	for (size_t i = 0; i < event->n_rosters && who[0] == '\0'; i++)
		who = event->rosters[i]->who;
	if (event->edit != NULL && who[0] == '\0')
		who = event->edit->who;
	if (who[0] != '\0' && e->audit[0] == '\0')
		sim_broken(sim, "P8 in the audit chain", "entry %llu is an act of %s", (unsigned long long)e->id, who);
	if (event->alarm != NULL && who[0] == '\0' && e->audit[0] != '\0')
		sim_broken(sim, "P8 in the audit chain", "entry %llu is an alarm", (unsigned long long)e->id);
	if (e->audit[0] != '\0' && (!store_sim_audit(sim->store, e->id, &audit) || strcmp(audit.hash, e->audit) != 0 ||
	                            (sim_has_mark(audit.body.at, audit.body.len))))
		sim_broken(sim, "P8 in the audit chain", "entry %llu", (unsigned long long)e->id);
}

void sim_promise_entry(struct sim *sim, const struct store_entry *e, const Pingan__V1__LogEvent *event)
{
	sim_never_entry(sim, event);
	p8_on_record(sim, e);
	p9_private_records(sim, e);
	p8_in_the_chain(sim, e, event);
}

void sim_promise_logline(struct sim *sim, const char *text)
{
	if (sim_has_mark(text, strlen(text)))
		sim_broken(sim, "P9 private", "a log line says personal data: %s", text);
}

/* ------------------------------------------------------------ changes of an incident: P4, P5, P7, P8 */

static const Pingan__V1__Line *line_of(const Pingan__V1__LogEvent *event, Pingan__V1__LineCode code)
{
	for (size_t i = 0; i < event->n_lines; i++) {
		if (event->lines[i]->code == code)
			return event->lines[i];
	}
	return NULL;
}

static void p4_a_clock_runs(struct sim *sim, const struct incident *inc)
{
	if (!incident_valid(inc))
		sim_broken(sim, "P4 a clock runs", "incident %016llx is not valid", (unsigned long long)inc->id);
	if (inc->state != INCIDENT_CLOSED && incident_next_due(inc) == 0)
		sim_broken(sim, "P4 a clock runs", "incident %016llx waits without a deadline", (unsigned long long)inc->id);
}

static bool supervises(const struct sim *sim, const char *person)
{
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		if (sim->desks[i].supervisor && strcmp(sim_desk_person(i), person) == 0)
			return true;
	}
	return false;
}

/* The machine waits as long as the policy says, whatever a daemon's clock shows. */
static void p4_never_early(struct sim *sim, const struct store_entry *e, const struct incident *before,
                           const Pingan__V1__LogEvent *event)
{
	const Pingan__V1__Line *first = event->n_lines == 0 ? NULL : event->lines[0];

	if (before == NULL || first == NULL || first->who[0] != '\0' || event->alarm_device[0] != '\0')
		return;
	switch (first->code) {
	case PINGAN__V1__LINE_CODE__LINE_RUNG_NEIGHBOURS:
	case PINGAN__V1__LINE_CODE__LINE_RUNG_SUPERVISOR:
	case PINGAN__V1__LINE_CODE__LINE_DISPATCHED_UNATTENDED:
	case PINGAN__V1__LINE_CODE__LINE_CONTACTS_ASKED:
	case PINGAN__V1__LINE_CODE__LINE_DUTY_PHONES:
	case PINGAN__V1__LINE_CODE__LINE_OFFER_EXPIRED:
	case PINGAN__V1__LINE_CODE__LINE_NO_VOICE:
	case PINGAN__V1__LINE_CODE__LINE_REMINDER:
	case PINGAN__V1__LINE_CODE__LINE_OVERDUE_DEPARTURE:
	case PINGAN__V1__LINE_CODE__LINE_OVERDUE_ARRIVAL:
	case PINGAN__V1__LINE_CODE__LINE_HOLD_OVER:
	case PINGAN__V1__LINE_CODE__LINE_HANDOVER_OVERDUE:
		if (incident_next_due(before) > e->at_ms)
			sim_broken(sim, "P4 never early", "%s: %lld ms before its time", sim_incident_place(sim, before),
			           (long long)(incident_next_due(before) - e->at_ms));
		break;
	default: /* not a deadline's first line */
		break;
	}
}

/* From one to another a call goes in the first seconds, when its owner does not look although it rings, when he passes it
 * on, or to a supervisor who says why. */
static bool may_go_over(const struct sim *sim, const struct store_entry *e, const struct incident *before,
                        const struct incident *after, const Pingan__V1__LogEvent *event)
{
	const Pingan__V1__Line *claimed = line_of(event, PINGAN__V1__LINE_CODE__LINE_CLAIMED);
	const Pingan__V1__Line *passed = line_of(event, PINGAN__V1__LINE_CODE__LINE_TRANSFERRED);
	ms_t decided_ms;

	if (passed != NULL)
		return strcmp(passed->subject, after->owner) == 0 && passed->text.len != 0 &&
		       (strcmp(passed->who, before->owner) == 0 || supervises(sim, passed->who));
	if (claimed == NULL || strcmp(claimed->subject, before->owner) != 0)
		return false;
	/* As the daemon that decided saw the clock; clocks jump, and what it decided may be stored later. */
	decided_ms = claimed->at_ms < e->at_ms ? claimed->at_ms : e->at_ms;
	return before->rerung_all ||
	       decided_ms - before->answered_ms <= SECONDS(POLICY_DEFAULT.takeover_s) + CLOCK_ERROR_MS ||
	       (supervises(sim, after->owner) && claimed->text.len != 0);
}

static void p5_one_owner(struct sim *sim, const struct store_entry *e, const struct incident *before,
                         const struct incident *after, const Pingan__V1__LogEvent *event)
{
	if (before != NULL && before->owner[0] != '\0' && after->owner[0] != '\0' &&
	    strcmp(before->owner, after->owner) != 0 && !may_go_over(sim, e, before, after, event))
		sim_broken(sim, "P5 one owner", "incident %016llx goes from %s to %s at once", (unsigned long long)after->id,
		           before->owner, after->owner);
	for (uint32_t i = 0; i < after->job_count; i++) {
		unsigned takers = 0;

		for (uint32_t k = 0; k < after->jobs[i].offer_count; k++)
			takers += after->jobs[i].offers[k].state == OFFER_ACCEPTED;
		if (takers > 1)
			sim_broken(sim, "P5 one taker", "job %u of %016llx has %u", after->jobs[i].number,
			           (unsigned long long)after->id, takers);
	}
}

/* A console back before anyone took the call keeps it. */
static void p5_back_in_time_keeps_it(struct sim *sim, const Pingan__V1__LogEvent *event)
{
	const Pingan__V1__Line *line = line_of(event, PINGAN__V1__LINE_CODE__LINE_RETURNED);

	for (unsigned i = 0; line != NULL && i < sim->setup.desks; i++) {
		if (strcmp(line->subject, sim_desk_person(i)) == 0 && sim->truth.operators[i].link == LINK_UP)
			sim_broken(sim, "P5 back in time keeps it", "a call of %s is given back, the console is there",
			           line->subject);
	}
}

static void p7_a_person_closes(struct sim *sim, const struct incident *before, const struct incident *after,
                               const Pingan__V1__LogEvent *event)
{
	const Pingan__V1__Line *line;
	bool person = false;

	/* Only what was a drill becomes what it then is. */
	if (before != NULL && before->state != INCIDENT_CLOSED && after->class > before->class &&
	    (!before->drill || after->drill))
		sim_broken(sim, "P7 never hidden", "incident %016llx sinks from class %d to %d", (unsigned long long)after->id,
		           (int)before->class, (int)after->class);
	if (before != NULL && after->repeats < before->repeats)
		sim_broken(sim, "P7 never merged away", "repeats of %016llx shrink", (unsigned long long)after->id);
	if (after->state != INCIDENT_CLOSED || (before != NULL && before->state == INCIDENT_CLOSED))
		return;
	line = line_of(event, PINGAN__V1__LINE_CODE__LINE_CLOSED);
	for (unsigned i = 0; line != NULL && i < sim->setup.desks; i++)
		person = person || strcmp(line->who, sim_desk_person(i)) == 0;
	if (!person || after->outcome == OUTCOME_NONE || strcmp(after->closed_by, line->who) != 0)
		sim_broken(sim, "P7 a person closes", "incident %016llx was closed by \"%s\", outcome %d",
		           (unsigned long long)after->id, line == NULL ? "nobody" : line->who, (int)after->outcome);
	if (after->class == CLASS_LIFE && !after->spoke && !after->seen &&
	    (before == NULL || before->asked_by[0] == '\0' || before->asked_outcome != after->outcome ||
	     strcmp(before->asked_by, after->closed_by) == 0))
		sim_broken(sim, "P7 a second person", "incident %016llx closed without contact by one",
		           (unsigned long long)after->id);
}

static void p8_has_lines(struct sim *sim, const struct incident *before, const struct incident *after,
                         const Pingan__V1__LogEvent *event)
{
	uint64_t had = before == NULL ? 0 : before->lines_total;

	if (event->n_lines == 0)
		sim_broken(sim, "P8 on record", "incident %016llx changes without a line", (unsigned long long)after->id);
	if (after->lines_total - had != event->n_lines)
		sim_broken(sim, "P8 on record", "incident %016llx: %llu lines before, %llu after, %zu in the entry",
		           (unsigned long long)after->id, (unsigned long long)had, (unsigned long long)after->lines_total,
		           event->n_lines);
}

void sim_promise_change(struct sim *sim, const struct store_entry *e, const struct incident *before,
                        const struct incident *after, const Pingan__V1__LogEvent *event)
{
	p4_never_early(sim, e, before, event);
	p4_a_clock_runs(sim, after);
	p5_one_owner(sim, e, before, after, event);
	p5_back_in_time_keeps_it(sim, event);
	p7_a_person_closes(sim, before, after, event);
	p8_has_lines(sim, before, after, event);
	sim_never_aside(sim, before, after, event);
}

static bool works(const struct job *j)
{
	return j->state == JOB_ACCEPTED || j->state == JOB_EN_ROUTE || j->state == JOB_ARRIVED;
}

/* P5 for caregivers: one job in hand, and the record of the person says the same as the incident. */
void sim_promise_people(struct sim *sim)
{
	for (unsigned i = 0; i < sim->setup.phones; i++) {
		const struct known_caregiver *c = &sim->truth.caregivers[i];
		const char *id = sim_phone_person(i);
		const struct incident *in_hand = NULL;
		uint32_t number = 0;

		for (size_t n = 0; n < sim->truth.count; n++) {
			const struct incident *inc = &sim->truth.incidents[n]->inc;

			for (uint32_t k = 0; k < inc->job_count; k++) {
				if (!works(&inc->jobs[k]) || strcmp(inc->jobs[k].caregiver, id) != 0)
					continue;
				if (in_hand != NULL)
					sim_broken(sim, "P5 one job in hand", "%s has two", id);
				in_hand = inc;
				number = inc->jobs[k].number;
			}
		}
		if ((in_hand == NULL ? 0 : in_hand->id) != (c->there ? c->cg.incident : 0) ||
		    (c->there && c->cg.incident != 0 && c->cg.job != number))
			sim_broken(sim, "P5 one job in hand", "%s works on %016llx, the record says %016llx", id,
			           (unsigned long long)(in_hand == NULL ? 0 : in_hand->id),
			           (unsigned long long)(c->there ? c->cg.incident : 0));
	}
}

/* ------------------------------------------------------------ what screens are told: P5, P6, P9 */

/* Behind a cut of two faults a yes was true when it was decided: whoever has lost the call is told within 5 s. */
static void p5_a_yes_is_true(struct sim *sim, struct screen *s, const Pingan__V1__Reply *m)
{
	struct request *r = sim_screen_asked(s, m->cmd);
	const struct known_incident *k;

	if (r == NULL || r->incident == 0 || sim_behind_a_cut(sim, s->server))
		return;
	k = sim_truth_incident(sim, r->incident);
	if (m->result == PINGAN__V1__RESULT__RESULT_LOST_RACE && strcmp(m->who, s->person) == 0)
		sim_broken(sim, "P5 a clear no", "%s lost the race to itself", s->person);
	if (m->result == PINGAN__V1__RESULT__RESULT_LOST_RACE && m->who[0] == '\0')
		sim_broken(sim, "P5 a clear no", "%s lost the race to nobody", s->person);
	if (m->result != PINGAN__V1__RESULT__RESULT_OK)
		return;
	if (sim_truth_cmd(sim, r->cmd) != NULL && !sim_safe_entry(sim, sim_truth_cmd(sim, r->cmd)->entry))
		sim_broken(sim, "P5 a yes is true", "%s hears yes before entry %llu is safe", s->person,
		           (unsigned long long)sim_truth_cmd(sim, r->cmd)->entry);
	if (k == NULL && (r->what == PINGAN__V1__REQUEST__WHAT_CALLING || r->what == PINGAN__V1__REQUEST__WHAT_OPEN ||
	                  r->what == PINGAN__V1__REQUEST__WHAT_CLOSE_DETAIL))
		return; /* not stored yet, and nobody says otherwise */
	if (k == NULL)
		sim_broken(sim, "P5 a yes is true", "%s hears ok about nothing", s->person);
	if (r->what == PINGAN__V1__REQUEST__WHAT_CLAIM && !sim_truth_owned(k, s->person))
		sim_broken(sim, "P5 a yes is true", "%s is told that the call is theirs, it never was", s->person);
	if (r->what == PINGAN__V1__REQUEST__WHAT_NOTE && sim_truth_cmd(sim, r->cmd) == NULL)
		sim_broken(sim, "P8 on record", "%s is told that the note is kept, it is not", s->person);
	if (r->what == PINGAN__V1__REQUEST__WHAT_CLOSE && k->furthest < STEP_CLOSED)
		sim_broken(sim, "P5 a yes is true", "%s is told closed, it is not", s->person);
}

static void p5_an_accepted_offer_is_true(struct sim *sim, struct screen *s, const Pingan__V1__Reply *m)
{
	struct request *r = sim_screen_asked(s, m->cmd);
	const struct known_incident *k;
	Pingan__V1__ToDaemon *asked;

	if (r == NULL || m->result != PINGAN__V1__RESULT__RESULT_OK || r->what != PINGAN__V1__REQUEST__WHAT_ANSWER ||
	    sim_behind_a_cut(sim, s->server))
		return;
	asked = pingan__v1__to_daemon__unpack(NULL, r->len, r->bytes);
	ENSURE(asked != NULL);
	k = sim_truth_incident(sim, r->incident);
	if (asked->request->answer->accept &&
	    (k == NULL || sim_truth_took(k, asked->request->answer->job, s->person) == 0 ||
	     !sim_safe_entry(sim, sim_truth_took(k, asked->request->answer->job, s->person))))
		sim_broken(sim, "P5 a yes is true", "%s is told to go, the job is not theirs", s->person);
	pingan__v1__to_daemon__free_unpacked(asked, NULL);
}

static void p6_a_row_is_true(struct sim *sim, struct screen *s, const Pingan__V1__IncidentRow *row)
{
	const struct known_incident *k = sim_truth_incident(sim, row->id);

	if (row->not_stored || (k == NULL && row->not_safe) || sim_behind_a_cut(sim, s->server))
		return; /* marked: it may never come true */
	if (k == NULL)
		sim_broken(sim, "P6 the screen tells the truth", "%s is shown %016llx, which is not there", s->person,
		           (unsigned long long)row->id);
	if (row->rev != k->rev) /* an older one: this daemon has not read on */
		return;
	if (row->not_safe && (sim->daemons[s->server].old != NULL || sim->now - sim->last_cut < CUT_SHOWN_MS ||
	                      sim->now - sim->daemons[s->server].disturbed < CUT_SHOWN_MS))
		return; /* the same number in another history: marked, and soon gone */
	if (!row->not_safe && !sim_safe_entry(sim, k->entry))
		sim_broken(sim, "P1 not safe is marked", "%s is shown entry %llu without a mark", s->person,
		           (unsigned long long)k->entry);
	if ((int)row->state != (int)k->inc.state || strcmp(row->owner, k->inc.owner) != 0 ||
	    (int)row->class_ != (int)k->inc.class || (int)row->progress != (int)incident_progress(&k->inc))
		sim_broken(sim, "P6 the screen tells the truth", "%s is shown %016llx as state %d of %s", s->person,
		           (unsigned long long)row->id, (int)row->state, row->owner);
}

/* Of a home that was erased: its call, or what its unit began in its area. Units are home9, homes are h9 (registry.c). */
static bool of_erased(const struct sim *sim, const struct incident *inc)
{
	if (sim->erased[0] == '\0')
		return false;
	return strcmp(inc->household, sim->erased) == 0 ||
	       (inc->area_wide && strncmp(inc->device, "home", 4) == 0 && strcmp(inc->device + 4, sim->erased + 1) == 0);
}

/* A console has the rows of its areas, of neighbours once they are rung, and what its operator took. */
static void p9_rows_by_right(struct sim *sim, struct screen *s, const Pingan__V1__IncidentRow *row)
{
	const struct known_incident *k = sim_truth_incident(sim, row->id);

	/* A list that belongs to the whole cell is everybody's; whose home stands there, only as far as their areas go. */
	if (k == NULL || k->inc.quarantine || k->inc.away || k->inc.carrier[0] != '\0' ||
	    sim_desk_covers(sim, s->node.index, k->inc.area) || row->rings_neighbours || strcmp(row->owner, s->person) == 0)
		return;
	/* Nobody knows any more whose it is: it calls as from an unknown home, and that is everybody's. A daemon that was away
	 * when it was erased may still have opened the call in the home's own area. */
	if (of_erased(sim, &k->inc) && row->resident[0] == '\0')
		return;
	sim_broken(sim, "P9 private", "%s is shown %s, which is none of theirs", s->person,
	           sim_incident_place(sim, &k->inc));
}

static void p9_looked_is_on_record(struct sim *sim, unsigned daemon, struct screen *s,
                                   const Pingan__V1__IncidentDetail *d)
{
	if (d->gone || d->health_notes[0] == '\0' || sim_behind_a_cut(sim, daemon))
		return;
	if (!sim_truth_looked(sim, d->incident, s->person))
		sim_broken(sim, "P8 who looked is on record", "%s sees health notes, the log does not say so", s->person);
}

static uint64_t k_entry(const struct known_incident *k)
{
	return k == NULL ? SIM_NEVER : k->entry;
}

static void p9_phone(struct sim *sim, unsigned daemon, struct screen *s, const Pingan__V1__PhoneState *state)
{
	const struct known_incident *k;
	struct app_health health;
	const struct job *job;
	uint8_t bytes[4096];
	bool behind = sim_behind_a_cut(sim, daemon); /* made, told, and gone: soon off */

	app_health(sim->daemons[daemon].app, &health);

	for (size_t i = 0; i < state->n_offers; i++) {
		size_t len = pingan__v1__phone_offer__get_packed_size(state->offers[i]);

		if (len > sizeof bytes)
			sim_broken(sim, "P9 private", "an offer of %zu bytes", len);
		pingan__v1__phone_offer__pack(state->offers[i], bytes);
		if (sim_has_mark(bytes, len))
			sim_broken(sim, "P9 private", "%s sees personal data in an offer", s->person);
		k = sim_truth_incident(sim, state->offers[i]->incident);
		job = k == NULL ? NULL : incident_job(&k->inc, state->offers[i]->job);
		if (health.newest >= k_entry(k) && job != NULL && job->ended_ms == 0 && job_offer(job, s->person) == NULL &&
		    !behind)
			sim_broken(sim, "P9 private", "%s sees an offer that was never made to them", s->person);
		if (k == NULL && !behind)
			sim_broken(sim, "P9 private", "%s sees an offer of nothing", s->person);
	}
	if (state->job == NULL || behind)
		return;
	k = sim_truth_incident(sim, state->job->incident);
	if (k == NULL || sim_truth_took(k, state->job->job, s->person) == 0 ||
	    !sim_safe_entry(sim, sim_truth_took(k, state->job->job, s->person)))
		sim_broken(sim, "P9 private", "%s sees a job that was never theirs", s->person);
	for (uint32_t i = 0; i < k->inc.job_count; i++) {
		const struct job *j = &k->inc.jobs[i];

		if (sim->setup.overload && sim->now - k->changed_at < 3000)
			continue; /* a daemon without memory reads all again first */
		if (j->number == state->job->job && !works(j) && health.newest >= k->entry && health.safe >= k->entry)
			sim_broken(sim, "P9 private", "%s still sees the home after job %u has ended", s->person, j->number);
	}
}

static void rows_told(struct sim *sim, struct screen *s, const Pingan__V1__IncidentRow *row)
{
	p6_a_row_is_true(sim, s, row);
	p9_rows_by_right(sim, s, row);
}

void sim_promise_screen(struct sim *sim, unsigned daemon, struct node *node, struct slice message)
{
	struct screen *s = node->kind == NODE_DESK ? &sim->desks[node->index].screen : &sim->phones[node->index].screen;
	Pingan__V1__ToScreen *m = pingan__v1__to_screen__unpack(NULL, message.len, message.at);

	if (m == NULL)
		sim_broken(sim, "frames can be read", "%s is sent bytes that are no ToScreen", s->person);
	switch (m->body_case) {
	case PINGAN__V1__TO_SCREEN__BODY_REPLY:
		if (s->console)
			p5_a_yes_is_true(sim, s, m->reply);
		else
			p5_an_accepted_offer_is_true(sim, s, m->reply);
		break;
	case PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT:
		for (size_t i = 0; i < m->snapshot->n_rows; i++)
			rows_told(sim, s, m->snapshot->rows[i]);
		break;
	case PINGAN__V1__TO_SCREEN__BODY_DELTA:
		for (size_t i = 0; i < m->delta->n_upserts; i++)
			rows_told(sim, s, m->delta->upserts[i]);
		break;
	case PINGAN__V1__TO_SCREEN__BODY_DETAIL:
		p9_looked_is_on_record(sim, daemon, s, m->detail);
		break;
	case PINGAN__V1__TO_SCREEN__BODY_PHONE:
		p9_phone(sim, daemon, s, m->phone);
		break;
	default: /* the rest promises nothing */
		break;
	}
	if (!s->console && m->body_case != PINGAN__V1__TO_SCREEN__BODY_PHONE && sim_has_mark(message.at, message.len))
		sim_broken(sim, "P9 private", "%s is sent personal data outside its job", s->person);
	pingan__v1__to_screen__free_unpacked(m, NULL);
}

/* ------------------------------------------------------------ sweeps: P2, P4 */

/* True if this console has heard this daemon without disturbance for a while. */
static bool follows(const struct sim *sim, const struct screen *s, unsigned daemon)
{
	const struct sim_link *l = sim_link_of((struct sim *)sim, s->node.link);

	return s->on && s->up && s->have_rows && s->server == daemon && l != NULL && l->at_daemon && l->at_client &&
	       !l->stuck && s->node.slow_until < sim->now - SHOWN_MS && sim->now - s->up_since > SHOWN_MS &&
	       sim->blocked_until[s->node.number][daemon] < sim->now - SHOWN_MS;
}

static void p2_pressed_is_shown(struct sim *sim, unsigned home, struct press *p)
{
	bool missing = false;
	char resident[64], device[ID_MAX], area[16];
	const struct known_press *known;

	sim_home_resident(resident, home);
	sim_home_device(device, home);
	sim_home_area(area, home);
	for (unsigned d = 0; d < sim->setup.daemons; d++) {
		const struct daemon *at = &sim->daemons[d];

		if (p->reached_at[d] == SIM_NEVER || sim->now - p->reached_at[d] < SHOWN_MS || !at->up ||
		    sim->now - at->disturbed < SHOWN_MS + 3000)
			continue;
		known = sim_truth_press(sim, device, p->id);
		if (known != NULL && sim_truth_incident(sim, known->incident)->inc.state == INCIDENT_CLOSED)
			continue;
		for (unsigned i = 0; i < sim->setup.desks; i++) {
			const struct screen *s = &sim->desks[i].screen;

			if (!follows(sim, s, d) || !sim_desk_covers(sim, i, area) || sim_screen_row_of(s, resident, device) != NULL)
				continue;
			/* Its row may give way to that of the call which it has joined: not for longer than a blink. */
			missing = true;
			if (p->missing_since != 0 && sim->now - p->missing_since > BLINK_MS)
				sim_broken(sim, "P2 pressed is shown", "home %u pressed %s, daemon %u has it, %s shows nothing", home,
				           kind_name(p->kind), d, s->person);
		}
	}
	if (!missing)
		p->missing_since = 0;
	else if (p->missing_since == 0)
		p->missing_since = sim->now;
}

static void p4_deadlines_are_kept(struct sim *sim)
{
	bool well = false;

	for (unsigned i = 0; i < sim->setup.daemons; i++) {
		const struct daemon *d = &sim->daemons[i];

		well = well || (d->up && d->well_since != SIM_NEVER && sim->now - d->well_since > 5000 &&
		                sim->now - d->disturbed > 5000);
	}
	for (size_t n = 0; n < sim->truth.count; n++) {
		struct known_incident *k = sim->truth.incidents[n];
		ms_t due = k->inc.state == INCIDENT_CLOSED ? 0 : incident_next_due(&k->inc);

		if (!well || due == 0 || due > sim_store_now(sim)) {
			k->stuck_at = SIM_NEVER;
			continue;
		}
		if (k->stuck_at == SIM_NEVER)
			k->stuck_at = sim->now;
		if (sim->now - k->stuck_at > OVERDUE_MS)
			sim_broken(sim, "P4 a deadline is kept", "%s %s was due %lld ms ago", sim_incident_place(sim, &k->inc),
			           sim_incident_words(&k->inc), (long long)(sim_store_now(sim) - due));
	}
}

void sim_promises_step(struct sim *sim)
{
	struct press *p;

	sim_never_step(sim);
	if (sim->now - sim->swept_at < (sim->setup.homes > 128 ? 20 * SWEEP_MS : SWEEP_MS))
		return;
	sim->swept_at = sim->now;
	for (unsigned i = 0; i < sim->setup.homes; i++) {
		for (size_t n = 0; (p = sim_home_press(sim, i, n)) != NULL; n++) {
			/* Power cuts of an area are one row of the area's. */
			if (!p->acked && kind_class(p->kind) != CLASS_NONE && p->kind != KIND_POWER && !sim->setup.overload &&
			    !sim_home_tried(p) && !(sim->setup.lossy && p->pushed_out))
				p2_pressed_is_shown(sim, i, p);
		}
	}
	p4_deadlines_are_kept(sim);
}
