/* phones.c - caregivers: what the phone confirms by itself, what the person decides, and the walk out of coverage. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/kit.h"

static uint64_t ask(struct phone *p, Pingan__V1__Request *q, uint64_t incident, bool keep)
{
	return sim_screen_request(&p->screen, q, incident, keep);
}

static uint64_t do_duty(struct phone *p, bool on)
{
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT;
	Pingan__V1__Duty duty = PINGAN__V1__DUTY__INIT;

	q.what_case = PINGAN__V1__REQUEST__WHAT_DUTY;
	q.duty = &duty;
	duty.on = on;
	duty.check = on && p->screen.sim->setup.changes && prng_chance(&p->screen.prng, 700);
	return ask(p, &q, 0, true);
}

static void do_receipt(struct phone *p, uint64_t incident, uint32_t job, bool seen)
{
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT;
	Pingan__V1__OfferReceipt receipt = PINGAN__V1__OFFER_RECEIPT__INIT;

	q.what_case = PINGAN__V1__REQUEST__WHAT_RECEIPT;
	q.receipt = &receipt;
	receipt.incident = incident;
	receipt.job = job;
	receipt.seen = seen;
	sim_phone_told(p, incident, job);
	ask(p, &q, 0, false);
}

static uint64_t do_answer(struct phone *p, uint64_t incident, uint32_t job, bool accept)
{
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT;
	Pingan__V1__OfferAnswer answer = PINGAN__V1__OFFER_ANSWER__INIT;

	q.what_case = PINGAN__V1__REQUEST__WHAT_ANSWER;
	q.answer = &answer;
	answer.incident = incident;
	answer.job = job;
	answer.accept = accept;
	answer.reason = accept ? PINGAN__V1__DECLINE_REASON__DECLINE_NONE : PINGAN__V1__DECLINE_REASON__DECLINE_TOO_FAR;
	sim_note(p->screen.sim, "%s says %s", p->screen.person, accept ? "yes" : "no");
	return ask(p, &q, incident, true);
}

static uint64_t do_progress(struct phone *p, uint64_t incident, uint32_t job, enum job_state to)
{
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT;
	Pingan__V1__JobProgress progress = PINGAN__V1__JOB_PROGRESS__INIT;
	static const char *const words[] = {
		[JOB_EN_ROUTE] = "is on the way", [JOB_ARRIVED] = "has arrived", [JOB_DONE] = "is done"};

	q.what_case = PINGAN__V1__REQUEST__WHAT_PROGRESS;
	q.progress = &progress;
	progress.incident = incident;
	progress.job = job;
	progress.to = (Pingan__V1__JobState)to;
	if (!p->screen.up) { /* offline: it happened now, it is told later */
		sim_saw(SEEN_CAREGIVER_OFFLINE_PROGRESS);
		progress.occurred_ms = sim_store_now(p->screen.sim) - 1;
	}
	progress.saw_resident = to != JOB_EN_ROUTE;
	if (to == JOB_DONE)
		progress.result = PINGAN__V1__JOB_RESULT__JOB_RESULT_HELPED;
	sim_note(p->screen.sim, "%s %s%s", p->screen.person, words[to], p->screen.up ? "" : " (offline)");
	return ask(p, &q, incident, true);
}

static uint64_t do_give_back(struct phone *p, uint64_t incident, uint32_t job)
{
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT;
	Pingan__V1__GiveBack give = PINGAN__V1__GIVE_BACK__INIT;

	q.what_case = PINGAN__V1__REQUEST__WHAT_GIVE_BACK;
	q.give_back = &give;
	give.incident = incident;
	give.job = job;
	give.reason = PINGAN__V1__DECLINE_REASON__DECLINE_UNWELL;
	sim_note(p->screen.sim, "%s gives the job back", p->screen.person);
	return ask(p, &q, incident, true);
}

static void do_position(struct phone *p)
{
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT;
	Pingan__V1__Position position = PINGAN__V1__POSITION__INIT;

	q.what_case = PINGAN__V1__REQUEST__WHAT_POSITION;
	q.position = &position;
	position.lat_e6 = sim_place_lat((unsigned)prng_below(&p->screen.prng, 100));
	position.lon_e6 = sim_place_lon((unsigned)prng_below(&p->screen.prng, 100));
	position.accuracy_m = 20;
	ask(p, &q, 0, false);
}

static void do_job_note(struct phone *p)
{
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT;
	Pingan__V1__AddJobNote note = PINGAN__V1__ADD_JOB_NOTE__INIT;

	q.what_case = PINGAN__V1__REQUEST__WHAT_JOB_NOTE;
	q.job_note = &note;
	note.incident = p->job;
	note.job = p->job_number;
	note.text = (char *)MARK_TEXT " she is on the floor";
	sim_note(p->screen.sim, "%s notes", p->screen.person);
	ask(p, &q, p->job, true);
}

/* ------------------------------------------------------------ by themselves */

static bool waits_for_reply(const struct phone *p, uint32_t what)
{
	for (size_t i = 0; i < p->screen.request_count; i++) {
		const struct request *r = &p->screen.requests[i];

		if (r->result == 0 && r->keep && r->what == what)
			return true;
	}
	return false;
}

static int64_t a_while(struct phone *p, int64_t lo, int64_t hi)
{
	if (p->screen.sim->healed)
		return prng_between(&p->screen.prng, 500, 3000);
	return prng_between(&p->screen.prng, lo, hi);
}

static void consider_offers(struct phone *p)
{
	const Pingan__V1__PhoneState *state = p->screen.phone;
	struct prng *r = &p->screen.prng;
	struct sim *sim = p->screen.sim;

	for (size_t i = 0; i < state->n_offers; i++) {
		const Pingan__V1__PhoneOffer *o = state->offers[i];
		uint64_t chance;

		if (o->state == PINGAN__V1__OFFER_STATE__OFFER_MADE)
			do_receipt(p, o->incident, o->job, false);
		if (p->offer != 0)
			continue;
		p->offer = o->incident;
		p->offer_job = o->job;
		chance = prng_below(r, 10);
		p->decision = sim->healed ? 1 : chance < 6 ? 1 : chance < 8 ? 2 : 0;
		p->decide_at = sim->now + a_while(p, 2000, 40000);
		if (o->state != PINGAN__V1__OFFER_STATE__OFFER_SEEN)
			do_receipt(p, o->incident, o->job, true);
	}
}

static void forget_offer(struct phone *p)
{
	const Pingan__V1__PhoneState *state = p->screen.phone;

	for (size_t i = 0; i < state->n_offers; i++) {
		if (state->offers[i]->incident == p->offer && state->offers[i]->job == p->offer_job)
			return;
	}
	p->offer = 0;
}

static void work(struct phone *p)
{
	struct sim *sim = p->screen.sim;
	struct prng *r = &p->screen.prng;
	enum job_state next;

	if (p->screen.up && p->doing < JOB_ARRIVED && p->position_at <= sim->now && sim->setup.stationed == 0) {
		p->position_at = sim->now + 10000;
		do_position(p);
	}
	if (p->next_at > sim->now)
		return;
	if (!sim->healed && prng_chance(r, 50)) {
		do_job_note(p);
		p->next_at = sim->now + 2000;
		return;
	}
	if (!sim->healed && p->doing == JOB_ACCEPTED && prng_chance(r, 30)) {
		do_give_back(p, p->job, p->job_number);
		p->next_at = sim->now + 60000;
		return;
	}
	if (p->doing == JOB_DONE)
		return;
	next = p->doing == JOB_ACCEPTED ? JOB_EN_ROUTE : p->doing == JOB_EN_ROUTE ? JOB_ARRIVED : JOB_DONE;
	do_progress(p, p->job, p->job_number, next);
	p->doing = next;
	p->next_at = sim->now + (next == JOB_EN_ROUTE ? a_while(p, 60000, 300000) : a_while(p, 20000, 120000));
	if (next == JOB_EN_ROUTE && !sim->healed && prng_chance(r, 50))
		p->next_at = sim->now + prng_between(r, MINUTES(16), MINUTES(20)); /* the bridge is closed */
}

static void think(struct sim *sim, void *who, uint64_t arg)
{
	struct phone *p = who;
	struct screen *s = &p->screen;

	(void)arg;
	sim_after(sim, 1000 + (int64_t)prng_below(&s->prng, 200), think, p, 0);
	if (!s->on || s->phone == NULL || sim->paused)
		return;
	sim_phone_plans(p);
	if (s->up && s->phone->on_duty == 0 && (sim->healed || p->off_until <= sim->now) &&
	    !waits_for_reply(p, PINGAN__V1__REQUEST__WHAT_DUTY))
		do_duty(p, true);
	if (p->job != 0)
		work(p);
	if (p->offer == 0 || p->decide_at > sim->now || waits_for_reply(p, PINGAN__V1__REQUEST__WHAT_ANSWER))
		return;
	if (p->decision != 0) {
		do_answer(p, p->offer, p->offer_job, p->decision == 1);
		if (prng_chance(&s->prng, 100))
			sim_screen_again(s, s->cmd_last);
	} else {
		sim_saw(SEEN_CAREGIVER_IGNORES);
	}
	p->decide_at = SIM_NEVER;
}

void sim_phone_state(struct phone *p)
{
	const Pingan__V1__PhoneState *state = p->screen.phone;
	struct sim *sim = p->screen.sim;

	if (state->job == NULL) {
		if (p->job != 0)
			sim_note(sim, "%s has no job any more", p->screen.person);
		p->job = 0;
	} else if (p->job != state->job->incident || p->job_number != state->job->job) {
		sim_note(sim, "%s has a job", p->screen.person);
		p->job = state->job->incident;
		p->job_number = state->job->job;
		p->doing = (enum job_state)state->job->state;
		p->next_at = sim->now + a_while(p, 3000, 60000);
	}
	if (sim->setup.by_hand)
		return;
	if (p->offer != 0)
		forget_offer(p);
	consider_offers(p);
}

void sim_phone_reply(struct phone *p, const struct request *r)
{
	if (r->what == PINGAN__V1__REQUEST__WHAT_PROGRESS && r->result != PINGAN__V1__RESULT__RESULT_OK &&
	    p->screen.phone != NULL && p->screen.phone->job != NULL) {
		/* Refused: what the desk shows is what counts. */
		p->doing = (enum job_state)p->screen.phone->job->state;
		p->next_at = p->screen.sim->now + 5000;
	}
}

static void duty_first(struct sim *sim, void *who, uint64_t arg)
{
	(void)sim;
	(void)arg;
	do_duty(who, true);
}

void sim_phones_init(struct sim *sim)
{
	for (unsigned i = 0; i < sim->setup.phones; i++) {
		struct phone *p = &sim->phones[i];

		sim_screen_init(sim, &p->screen, NODE_PHONE, i, sim_phone_person(i));
		p->covered = true;
		if (!sim->setup.by_hand)
			sim_after(sim, 1500 + 50 * i, think, p, 0);
		else
			sim_after(sim, 500 + 20 * i, duty_first, p, 0);
	}
}

/* ------------------------------------------------------------ for tests */

void sim_phone_up(struct sim *sim, unsigned phone)
{
	sim_screen_on(&sim->phones[phone].screen);
}

void sim_phone_down(struct sim *sim, unsigned phone)
{
	sim_note(sim, "%s shuts the page", sim->phones[phone].screen.person);
	sim_screen_off(&sim->phones[phone].screen, true, true);
}

void sim_phone_coverage(struct sim *sim, unsigned phone, bool covered)
{
	struct phone *p = &sim->phones[phone];

	sim_note(sim, "%s is %s coverage", p->screen.person, covered ? "back in" : "out of");
	p->covered = covered;
	for (unsigned i = 0; i < SIM_DAEMONS_MAX; i++)
		sim->blocked_until[p->screen.node.number][i] = covered ? 0 : SIM_NEVER;
}

bool sim_phone_live(const struct sim *sim, unsigned phone)
{
	return sim->phones[phone].screen.up;
}

static const Pingan__V1__PhoneOffer *offer_of(const struct sim *sim, unsigned phone, unsigned home)
{
	const Pingan__V1__PhoneState *state = sim->phones[phone].screen.phone;
	const struct incident *inc = sim_incident(sim, home);

	for (size_t i = 0; state != NULL && inc != NULL && i < state->n_offers; i++) {
		if (state->offers[i]->incident == inc->id)
			return state->offers[i];
	}
	return NULL;
}

bool sim_phone_offered(const struct sim *sim, unsigned phone, unsigned home)
{
	return offer_of(sim, phone, home) != NULL;
}

uint64_t sim_phone_job(const struct sim *sim, unsigned phone)
{
	const Pingan__V1__PhoneState *state = sim->phones[phone].screen.phone;

	return state == NULL || state->job == NULL ? 0 : state->job->incident;
}

uint64_t sim_phone_duty(struct sim *sim, unsigned phone, bool on)
{
	return do_duty(&sim->phones[phone], on);
}

uint64_t sim_phone_answer(struct sim *sim, unsigned phone, unsigned home, bool accept)
{
	const Pingan__V1__PhoneOffer *o = offer_of(sim, phone, home);
	const struct incident *inc = sim_incident(sim, home);

	ENSURE(inc != NULL && inc->job_count != 0);
	return do_answer(&sim->phones[phone], inc->id, o == NULL ? inc->jobs[inc->job_count - 1].number : o->job, accept);
}

uint64_t sim_phone_progress(struct sim *sim, unsigned phone, enum job_state to)
{
	struct phone *p = &sim->phones[phone];

	return do_progress(p, p->job, p->job_number, to);
}

uint64_t sim_phone_give_back(struct sim *sim, unsigned phone)
{
	struct phone *p = &sim->phones[phone];

	return do_give_back(p, p->job, p->job_number);
}

uint32_t sim_phone_result(const struct sim *sim, unsigned phone, uint64_t cmd, char ret_who[ID_MAX])
{
	const struct request *r = sim_screen_asked((struct screen *)&sim->phones[phone].screen, cmd);

	if (ret_who != NULL)
		snprintf(ret_who, ID_MAX, "%s", r == NULL ? "" : r->who);
	return r == NULL ? 0 : r->result;
}

void sim_phone_again(struct sim *sim, unsigned phone, uint64_t cmd)
{
	sim_screen_again(&sim->phones[phone].screen, cmd);
}
