/* desks.c - operators: what they press by themselves, well or badly, and what a test lets them press. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/kit.h"

#define THINK_MS 1000

static uint64_t ask(struct desk *d, Pingan__V1__Request *q, uint64_t incident, bool keep)
{
	return sim_screen_request(&d->screen, q, incident, keep);
}

#define REQUEST(q, field, type_init, type)             \
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT; \
	type field = type_init;                            \
	q.field = &field

static uint64_t do_claim(struct desk *d, uint64_t incident)
{
	REQUEST(q, claim, PINGAN__V1__CLAIM__INIT, Pingan__V1__Claim);

	const struct row *row = sim_screen_row(&d->screen, incident);

	q.what_case = PINGAN__V1__REQUEST__WHAT_CLAIM;
	claim.incident = incident;
	if (row != NULL)
		claim.from = row->row->owner; /* as the screen shows it */
	if (d->supervisor && claim.from[0] != '\0' && (d->screen.sim->setup.by_hand || !prng_chance(&d->screen.prng, 100)))
		claim.reason = (char *)MARK_TEXT " the operator is alone with three of them";
	sim_note(d->screen.sim, "%s takes", d->screen.person);
	return ask(d, &q, incident, true);
}

static uint64_t do_open(struct desk *d, uint64_t incident)
{
	REQUEST(q, open, PINGAN__V1__OPEN_INCIDENT__INIT, Pingan__V1__OpenIncident);

	q.what_case = PINGAN__V1__REQUEST__WHAT_OPEN;
	open.incident = incident;
	sim_note(d->screen.sim, "%s looks", d->screen.person);
	return ask(d, &q, incident, false);
}

static uint64_t do_spoke(struct desk *d, uint64_t incident)
{
	REQUEST(q, spoke, PINGAN__V1__SPOKE__INIT, Pingan__V1__Spoke);

	q.what_case = PINGAN__V1__REQUEST__WHAT_SPOKE;
	spoke.incident = incident;
	sim_note(d->screen.sim, "%s has spoken", d->screen.person);
	return ask(d, &q, incident, true);
}

static uint64_t do_telephone(struct desk *d, uint64_t incident, unsigned contact, enum call_result result)
{
	REQUEST(q, call, PINGAN__V1__RECORD_CALL__INIT, Pingan__V1__RecordCall);

	q.what_case = PINGAN__V1__REQUEST__WHAT_CALL;
	call.incident = incident;
	call.contact = contact;
	call.result = (Pingan__V1__CallResult)result;
	sim_note(d->screen.sim, "%s has called contact %u, result %d", d->screen.person, contact, (int)result);
	return ask(d, &q, incident, true);
}

static uint64_t do_say(struct desk *d, uint64_t incident, const char *text)
{
	REQUEST(q, note, PINGAN__V1__ADD_NOTE__INIT, Pingan__V1__AddNote);

	q.what_case = PINGAN__V1__REQUEST__WHAT_NOTE;
	note.incident = incident;
	note.text = (char *)text;
	sim_note(d->screen.sim, "%s notes", d->screen.person);
	return ask(d, &q, incident, true);
}

static uint64_t do_dispatch(struct desk *d, uint64_t incident, const char *caregiver)
{
	REQUEST(q, dispatch, PINGAN__V1__DISPATCH__INIT, Pingan__V1__Dispatch);
	char *list[] = {(char *)caregiver};

	q.what_case = PINGAN__V1__REQUEST__WHAT_DISPATCH;
	dispatch.incident = incident;
	if (caregiver != NULL) {
		dispatch.n_caregivers = 1;
		dispatch.caregivers = list;
	}
	sim_note(d->screen.sim, "%s sends %s", d->screen.person, caregiver == NULL ? "the best" : caregiver);
	return ask(d, &q, incident, true);
}

static uint64_t do_close(struct desk *d, uint64_t incident, enum outcome outcome)
{
	static const char *const WORDS[OUTCOME_COUNT] = {"no outcome", "helped at home", "to hospital", "handed over",
	                                                 "advice",     "false alarm",    "test",        "family helped",
	                                                 "technical",  "no contact",     "died"};
	REQUEST(q, close, PINGAN__V1__CLOSE__INIT, Pingan__V1__Close);

	q.what_case = PINGAN__V1__REQUEST__WHAT_CLOSE;
	close.incident = incident;
	close.outcome = (Pingan__V1__Outcome)outcome;
	close.text = (char *)"";
	sim_note(d->screen.sim, "%s closes: %s", d->screen.person, WORDS[outcome]);
	return ask(d, &q, incident, true);
}

static uint64_t do_seen(struct desk *d, uint64_t incident)
{
	REQUEST(q, seen_repeat, PINGAN__V1__SEEN_REPEAT__INIT, Pingan__V1__SeenRepeat);

	q.what_case = PINGAN__V1__REQUEST__WHAT_SEEN_REPEAT;
	seen_repeat.incident = incident;
	return ask(d, &q, incident, false);
}

static uint64_t do_calling(struct desk *d, uint64_t incident)
{
	REQUEST(q, calling, PINGAN__V1__CALLING__INIT, Pingan__V1__Calling);

	q.what_case = PINGAN__V1__REQUEST__WHAT_CALLING;
	calling.incident = incident;
	sim_note(d->screen.sim, "%s says: I am calling", d->screen.person);
	return ask(d, &q, incident, false);
}

static void do_call(struct desk *d, uint64_t incident)
{
	REQUEST(q, call, PINGAN__V1__RECORD_CALL__INIT, Pingan__V1__RecordCall);

	q.what_case = PINGAN__V1__REQUEST__WHAT_CALL;
	call.incident = incident;
	call.contact = (uint32_t)prng_below(&d->screen.prng, 3);
	call.result = PINGAN__V1__CALL_RESULT__CALL_SPOKE + (Pingan__V1__CallResult)prng_below(&d->screen.prng, 4);
	sim_note(d->screen.sim, "%s has called number %u", d->screen.person, call.contact);
	ask(d, &q, incident, true);
}

static void do_candidates(struct desk *d, uint64_t incident)
{
	REQUEST(q, candidates, PINGAN__V1__CANDIDATES__INIT, Pingan__V1__Candidates);

	q.what_case = PINGAN__V1__REQUEST__WHAT_CANDIDATES;
	candidates.incident = incident;
	ask(d, &q, incident, false);
}

static void do_close_detail(struct desk *d, uint64_t incident)
{
	REQUEST(q, close_detail, PINGAN__V1__CLOSE_DETAIL__INIT, Pingan__V1__CloseDetail);

	q.what_case = PINGAN__V1__REQUEST__WHAT_CLOSE_DETAIL;
	close_detail.incident = incident;
	ask(d, &q, incident, false);
}

static uint64_t do_ready(struct desk *d, bool on)
{
	REQUEST(q, ready, PINGAN__V1__SET_READY__INIT, Pingan__V1__SetReady);

	q.what_case = PINGAN__V1__REQUEST__WHAT_READY;
	ready.ready = on;
	sim_note(d->screen.sim, "%s is %s", d->screen.person, on ? "ready" : "not ready");
	return ask(d, &q, 0, true);
}

static uint64_t do_reopen(struct desk *d, uint64_t incident)
{
	REQUEST(q, reopen, PINGAN__V1__REOPEN__INIT, Pingan__V1__Reopen);

	q.what_case = PINGAN__V1__REQUEST__WHAT_REOPEN;
	reopen.incident = incident;
	sim_note(d->screen.sim, "%s reopens", d->screen.person);
	return ask(d, &q, incident, true);
}

static uint64_t do_cancel_job(struct desk *d, uint64_t incident, uint32_t job)
{
	REQUEST(q, cancel_job, PINGAN__V1__CANCEL_JOB__INIT, Pingan__V1__CancelJob);

	q.what_case = PINGAN__V1__REQUEST__WHAT_CANCEL_JOB;
	cancel_job.incident = incident;
	cancel_job.job = job;
	sim_note(d->screen.sim, "%s cancels job %u", d->screen.person, job);
	return ask(d, &q, incident, true);
}

/* ------------------------------------------------------------ by themselves */

static struct task *task_of(struct desk *d, uint64_t incident)
{
	for (size_t i = 0; i < d->task_count; i++) {
		if (d->tasks[i].incident == incident)
			return &d->tasks[i];
	}
	if (d->task_count == TASKS_MAX)
		memmove(d->tasks, d->tasks + 1, --d->task_count * sizeof d->tasks[0]);
	d->tasks[d->task_count] = (struct task){.incident = incident};
	return &d->tasks[d->task_count++];
}

/* Seconds that a person takes, given in milliseconds; nobody dawdles once all is healed. */
static int64_t a_while(struct desk *d, int64_t lo, int64_t hi)
{
	if (d->screen.sim->healed)
		return prng_between(&d->screen.prng, 500, 3000);
	return prng_between(&d->screen.prng, lo, hi);
}

static bool waits_for_reply(struct desk *d, uint64_t incident)
{
	for (size_t i = 0; i < d->screen.request_count; i++) {
		const struct request *r = &d->screen.requests[i];

		if (r->incident == incident && r->result == 0 && r->keep)
			return true;
	}
	return false;
}

/* What one also does with a call now and then. */
static bool fiddle(struct desk *d, const Pingan__V1__IncidentRow *row)
{
	const struct known_incident *k = sim_truth_incident(d->screen.sim, row->id);

	switch (prng_below(&d->screen.prng, 12)) {
	case 0:
		do_call(d, row->id);
		return true;
	case 1:
		do_candidates(d, row->id);
		return true;
	case 2:
		do_close_detail(d, row->id);
		return true;
	case 3:
		if (k == NULL || k->inc.job_count == 0 || !prng_chance(&d->screen.prng, 300))
			return false;
		do_cancel_job(d, row->id, k->inc.jobs[k->inc.job_count - 1].number);
		return true;
	default:
		return false;
	}
}

/* Whoever is not ready goes on with what is theirs; and a call closed too early comes back. */
static void moods(struct desk *d)
{
	struct sim *sim = d->screen.sim;
	struct prng *p = &d->screen.prng;

	if (sim->setup.orderly)
		return;
	sim_desk_weather(d);
	sim_desk_plans(d);
	if (d->unready_until != 0 && (sim->healed || d->unready_until <= sim->now) && d->screen.up) {
		d->unready_until = 0;
		(void)do_ready(d, true);
	} else if (!sim->healed && d->unready_until == 0 && prng_chance(p, 3)) {
		d->unready_until = sim->now + prng_between(p, 5000, 60000);
		sim_saw(SEEN_OPERATOR_NOT_READY);
		(void)do_ready(d, false);
	}
	if (!sim->healed && sim->truth.count != 0 && prng_chance(p, 4)) {
		const struct incident *inc = &sim->truth.incidents[prng_below(p, sim->truth.count)]->inc;

		if (inc->state == INCIDENT_CLOSED)
			do_reopen(d, inc->id);
	}
}

/* Works on a call that is this operator's own. */
static void work(struct desk *d, struct task *t, const Pingan__V1__IncidentRow *row)
{
	struct prng *p = &d->screen.prng;
	struct sim *sim = d->screen.sim;
	bool life = row->class_ == PINGAN__V1__INCIDENT_CLASS__CLASS_LIFE;

	if (t->opened && !sim->setup.orderly && (sim_desk_act(d, row) || (!sim->healed && fiddle(d, row)))) {
		t->next_at = sim->now + a_while(d, 1000, 5000);
	} else if (!t->opened) {
		t->opened = true;
		do_open(d, row->id);
		t->next_at = sim->now + a_while(d, 2000, 10000);
	} else if (row->rerung) {
		do_seen(d, row->id);
		t->next_at = sim->now + 2000;
	} else if (!t->spoke && !row->silent && (sim->healed || prng_chance(p, 700))) {
		t->spoke = true;
		do_spoke(d, row->id);
		t->next_at = sim->now + a_while(d, 5000, 60000);
	} else if (!t->noted && prng_chance(p, 400)) {
		t->noted = true;
		do_say(d, row->id, MARK_TEXT " she fell in the kitchen");
		t->next_at = sim->now + a_while(d, 1000, 10000);
	} else if (!t->dispatched && (life || prng_chance(p, 300)) && row->progress == PINGAN__V1__JOB_STATE__JOB_NONE &&
	           !sim->healed && prng_chance(p, 600)) {
		t->dispatched = true;
		do_dispatch(d, row->id,
		            prng_chance(p, 300) && sim->setup.phones != 0
		                ? sim_phone_person((unsigned)prng_below(p, sim->setup.phones))
		                : NULL);
		t->next_at = sim->now + a_while(d, 5000, 30000);
	} else if (row->progress != PINGAN__V1__JOB_STATE__JOB_NONE && row->progress != PINGAN__V1__JOB_STATE__JOB_DONE &&
	           row->progress != PINGAN__V1__JOB_STATE__JOB_ARRIVED &&
	           (!sim->healed || sim->now - sim->healed_at < MINUTES(5))) {
		t->next_at = sim->now + a_while(d, 5000, 20000); /* help is on its way */
	} else {
		enum outcome outcome = row->class_ == PINGAN__V1__INCIDENT_CLASS__CLASS_DEVICE ? OUTCOME_TECHNICAL
		                       : t->spoke                                              ? OUTCOME_ADVICE
		                                                                               : OUTCOME_HELPED_AT_HOME;

		if (prng_chance(p, 50) && !sim->healed)
			outcome = OUTCOME_HANDED_OVER;
		else if (!t->spoke && prng_chance(p, 300))
			outcome = prng_chance(p, 200) ? OUTCOME_FALSE_ALARM : OUTCOME_NO_CONTACT;
		do_close(d, row->id, outcome);
		t->asked = true;
		t->next_at = sim->now + a_while(d, 5000, 20000);
	}
}

/* Another person asked to close this one: a second pair of eyes. */
static void second(struct desk *d, const Pingan__V1__IncidentRow *row)
{
	const struct known_incident *k = sim_truth_incident(d->screen.sim, row->id);

	if (k == NULL || k->inc.asked_by[0] == '\0' || strcmp(k->inc.asked_by, d->screen.person) == 0)
		return;
	do_close(d, row->id, k->inc.asked_outcome);
}

static void think(struct sim *sim, void *who, uint64_t arg)
{
	struct desk *d = who;
	struct screen *s = &d->screen;
	struct prng *p = &s->prng;

	(void)arg;
	sim_after(sim, THINK_MS + (int64_t)prng_below(p, 200), think, d, 0);
	if (!s->on || !s->have_rows || sim->paused || d->asleep_until > sim->now)
		return;
	moods(d);
	for (size_t i = 0; i < s->row_count; i++) {
		const Pingan__V1__IncidentRow *row = s->rows[i].row;
		struct task *t = task_of(d, row->id);

		if (t->next_at > sim->now || waits_for_reply(d, row->id))
			continue;
		if (row->not_stored) {
			if (prng_chance(p, 100)) {
				sim_saw(SEEN_CALLING_WITHOUT_STORE);
				do_calling(d, row->id);
			}
			continue;
		}
		if (row->close_asked && strcmp(row->owner, s->person) != 0) {
			second(d, row);
			t->next_at = sim->now + a_while(d, 3000, 30000);
		} else if (row->aside != PINGAN__V1__ASIDE__ASIDE_NONE && !sim->healed && !prng_chance(p, 20)) {
			t->next_at = sim->now + 5000; /* it will come back by itself */
			(void)sim_desk_act(d, row);
		} else if (row->state == PINGAN__V1__INCIDENT_STATE__INCIDENT_WAITING) {
			if (t->step == 0) { /* saw it just now */
				t->step = 1;
				t->next_at = sim->now + a_while(d, 1000, 25000);
				continue;
			}
			t->step = 0;
			do_claim(d, row->id);
			if (prng_chance(p, 100))
				sim_screen_again(s, s->cmd_last); /* double click, same request */
			else if (prng_chance(p, 100)) {
				sim_saw(SEEN_DOUBLE_CLICK);
				do_claim(d, row->id); /* double click, two requests */
			}
			t->opened = t->asked = false;
			t->next_at = sim->now + 2000;
		} else if (strcmp(row->owner, s->person) == 0) {
			if (row->hold_until_ms != 0 && !sim->healed && !prng_chance(p, 200))
				t->next_at = sim->now + a_while(d, 5000, 20000);
			else if (row->close_asked && t->asked && prng_chance(p, 900))
				t->next_at = sim->now + a_while(d, 5000, 20000);
			else
				work(d, t, row);
		}
		if (prng_chance(p, 5) && !sim->healed && !sim->setup.orderly)
			do_claim(d, row->id); /* takes what is another's: a clear no */
	}
}

static void ready_again(struct sim *sim, void *who, uint64_t arg)
{
	struct desk *d = who;

	(void)sim;
	if (d->screen.on && d->screen.generation == arg)
		(void)do_ready(d, d->unready_until == 0);
}

void sim_desk_reply(struct desk *d, const struct request *r)
{
	struct task *t;

	/* Not taken: says it again, as every greeting does. */
	if (r->what == PINGAN__V1__REQUEST__WHAT_READY && r->result != PINGAN__V1__RESULT__RESULT_OK)
		sim_after(d->screen.sim, 2000, ready_again, d, d->screen.generation);
	sim_desk_record_reply(d, r);
	if (d->screen.sim->setup.by_hand || r->incident == 0)
		return;
	t = task_of(d, r->incident);
	if (r->result == PINGAN__V1__RESULT__RESULT_NEEDS_CONTACT)
		t->spoke = false;
	if (r->result == PINGAN__V1__RESULT__RESULT_NEEDS_SECOND)
		t->asked = true;
	if (r->result != PINGAN__V1__RESULT__RESULT_OK && r->what == PINGAN__V1__REQUEST__WHAT_DISPATCH)
		t->dispatched = true;
}

void sim_desks_init(struct sim *sim)
{
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		struct desk *d = &sim->desks[i];

		sim_screen_init(sim, &d->screen, NODE_DESK, i, sim_desk_person(i));
		d->supervisor = sim->setup.desks >= 2 && i == sim->setup.desks - 1;
		if (!sim->setup.by_hand)
			sim_after(sim, 1000 + 100 * i, think, d, 0);
	}
}

/* ------------------------------------------------------------ for tests */

static uint64_t incident_of(const struct sim *sim, unsigned home)
{
	const struct incident *inc = sim_incident(sim, home);

	return inc == NULL ? 0 : inc->id;
}

void sim_desk_up(struct sim *sim, unsigned desk)
{
	sim_screen_on(&sim->desks[desk].screen);
}

void sim_desk_down(struct sim *sim, unsigned desk)
{
	sim_note(sim, "%s shuts the page", sim->desks[desk].screen.person);
	sim_screen_off(&sim->desks[desk].screen, true, true);
}

void sim_desk_reloaded(struct desk *d)
{
	sim_note(d->screen.sim, "%s reloads the page", d->screen.person);
	sim_screen_off(&d->screen, true, true);
	sim_screen_on(&d->screen);
}

void sim_desk_sleep(struct sim *sim, unsigned desk, bool asleep)
{
	sim_note(sim, "%s %s", sim->desks[desk].screen.person, asleep ? "shuts the lid" : "opens the lid");
	if (asleep)
		sim_screen_off(&sim->desks[desk].screen, false, false);
	else
		sim_screen_on(&sim->desks[desk].screen);
}

void sim_desk_only(struct sim *sim, unsigned desk, unsigned daemon)
{
	struct screen *s = &sim->desks[desk].screen;

	s->node.only = daemon;
	if (s->node.link != 0 && daemon < SIM_DAEMONS_MAX && s->server != daemon)
		sim_link_break(sim, s->node.link);
}

void sim_desk_half_open(struct sim *sim, unsigned desk)
{
	sim_note(sim, "%s has a dead link", sim->desks[desk].screen.person);
	sim_link_stick(sim, sim->desks[desk].screen.node.link);
}

const char *sim_desk_login(const struct sim *sim, unsigned desk)
{
	return sim->desks[desk].screen.login;
}

bool sim_desk_live(const struct sim *sim, unsigned desk)
{
	const struct screen *s = &sim->desks[desk].screen;

	return s->on && s->up && s->have_rows;
}

const Pingan__V1__IncidentRow *sim_desk_row(const struct sim *sim, unsigned desk, unsigned home)
{
	char resident[64], device[ID_MAX];
	const struct row *r;

	sim_home_resident(resident, home);
	sim_home_device(device, home);
	r = sim_screen_row_of(&sim->desks[desk].screen, resident, device);
	return r == NULL ? NULL : r->row;
}

bool sim_desk_rings(const struct sim *sim, unsigned desk, unsigned home)
{
	const Pingan__V1__IncidentRow *row = sim_desk_row(sim, desk, home);

	return row != NULL && sim_screen_ringing(&sim->desks[desk].screen, row->id);
}

unsigned sim_desk_row_count(const struct sim *sim, unsigned desk)
{
	return (unsigned)sim->desks[desk].screen.row_count;
}

bool sim_desk_one_copy(const struct sim *sim, unsigned desk)
{
	return sim->desks[desk].screen.one_copy;
}

bool sim_desk_store_up(const struct sim *sim, unsigned desk)
{
	return sim->desks[desk].screen.store_up;
}

uint64_t sim_desk_claim(struct sim *sim, unsigned desk, unsigned home)
{
	return do_claim(&sim->desks[desk], incident_of(sim, home));
}

uint64_t sim_desk_open(struct sim *sim, unsigned desk, unsigned home)
{
	return do_open(&sim->desks[desk], incident_of(sim, home));
}

uint64_t sim_desk_spoke(struct sim *sim, unsigned desk, unsigned home)
{
	return do_spoke(&sim->desks[desk], incident_of(sim, home));
}

uint64_t sim_desk_call(struct sim *sim, unsigned desk, unsigned home, unsigned contact, enum call_result result)
{
	return do_telephone(&sim->desks[desk], incident_of(sim, home), contact, result);
}

uint64_t sim_desk_say(struct sim *sim, unsigned desk, unsigned home, const char *note)
{
	return do_say(&sim->desks[desk], incident_of(sim, home), note);
}

uint64_t sim_desk_dispatch(struct sim *sim, unsigned desk, unsigned home, unsigned phone)
{
	return do_dispatch(&sim->desks[desk], incident_of(sim, home),
	                   phone < SIM_PHONES_MAX ? sim_phone_person(phone) : NULL);
}

uint64_t sim_desk_close(struct sim *sim, unsigned desk, unsigned home, enum outcome outcome)
{
	return do_close(&sim->desks[desk], incident_of(sim, home), outcome);
}

uint64_t sim_desk_claim_id(struct sim *sim, unsigned desk, uint64_t incident)
{
	return do_claim(&sim->desks[desk], incident);
}

uint64_t sim_desk_spoke_id(struct sim *sim, unsigned desk, uint64_t incident)
{
	return do_spoke(&sim->desks[desk], incident);
}

uint64_t sim_desk_close_id(struct sim *sim, unsigned desk, uint64_t incident, enum outcome outcome)
{
	return do_close(&sim->desks[desk], incident, outcome);
}

uint64_t sim_desk_reopen(struct sim *sim, unsigned desk, uint64_t incident)
{
	return do_reopen(&sim->desks[desk], incident);
}

uint64_t sim_desk_cancel_job(struct sim *sim, unsigned desk, unsigned home, uint32_t job)
{
	return do_cancel_job(&sim->desks[desk], incident_of(sim, home), job);
}

uint64_t sim_desk_calling(struct sim *sim, unsigned desk, unsigned home)
{
	const Pingan__V1__IncidentRow *row = sim_desk_row(sim, desk, home);

	return do_calling(&sim->desks[desk], row == NULL ? 0 : row->id);
}

uint64_t sim_desk_ready(struct sim *sim, unsigned desk, bool on)
{
	sim->desks[desk].unready_until = on ? 0 : SIM_NEVER;
	return do_ready(&sim->desks[desk], on);
}

void sim_desk_slow(struct sim *sim, unsigned desk, int64_t ms)
{
	sim_note(sim, "%s reads nothing", sim->desks[desk].screen.person);
	sim->desks[desk].screen.node.slow_until = sim->now + ms;
}

unsigned sim_desk_snapshots(const struct sim *sim, unsigned desk)
{
	return (unsigned)sim->desks[desk].screen.snapshots;
}

void sim_desk_again(struct sim *sim, unsigned desk, uint64_t cmd)
{
	sim_screen_again(&sim->desks[desk].screen, cmd);
}

uint32_t sim_desk_result(const struct sim *sim, unsigned desk, uint64_t cmd, char ret_who[ID_MAX])
{
	const struct request *r = sim_screen_asked((struct screen *)&sim->desks[desk].screen, cmd);

	if (ret_who != NULL)
		snprintf(ret_who, ID_MAX, "%s", r == NULL ? "" : r->who);
	return r == NULL ? 0 : r->result;
}
