/* desk_acts.c - what else an operator does with a call: lays it aside, passes it on, asks the supervisor in, hands it over to
 * a public service, writes down what the family said, shelves what can wait. Well or badly, as it comes. */
#include <stdio.h>

#include "sim/kit.h"

#define ASK(d, row, member, NAME, Type, ...)                          \
	do {                                                              \
		Pingan__V1__Request q_ = PINGAN__V1__REQUEST__INIT;           \
		Pingan__V1__##Type m_ = PINGAN__V1__##NAME##__INIT;           \
		q_.what_case = PINGAN__V1__REQUEST__WHAT_##NAME;              \
		q_.member = &m_;                                              \
		m_.incident = (row)->id;                                      \
		__VA_ARGS__;                                                  \
		(void)sim_screen_request(&(d)->screen, &q_, (row)->id, true); \
	} while (0)

static char WORDS[] = MARK_TEXT " she says her chest hurts";

/* The hand-over of this call that waits for its confirmation; 0 = none. */
static const struct handover *open_handover(const struct known_incident *k)
{
	for (uint32_t i = 0; k != NULL && i < k->inc.handover_count; i++) {
		if (k->inc.handovers[i].state == HANDOVER_OPEN)
			return &k->inc.handovers[i];
	}
	return NULL;
}

static bool go_on_with(struct desk *d, const Pingan__V1__IncidentRow *row, const struct handover *h)
{
	struct prng *p = &d->screen.prng;
	uint64_t chance = d->screen.sim->healed ? 3 : prng_below(p, 6);

	if (chance == 0) {
		ASK(d, row, handover_cancel, HANDOVER_CANCEL, HandoverCancel, m_.handover = h->number);
	} else if (chance == 1) {
		ASK(d, row, handover_tell, HANDOVER_TELL, HandoverTell,
		    (m_.handover = h->number, m_.told = 2U << prng_below(p, 8)));
	} else if (chance == 2) {
		bool message = prng_chance(p, 300);

		ASK(d, row, handover_try, HANDOVER_TRY, HandoverTry,
		    (m_.handover = h->number,
		     m_.channel = message ? PINGAN__V1__CHANNEL__CHANNEL_MESSAGE : PINGAN__V1__CHANNEL__CHANNEL_VOICE,
		     m_.result = message ? PINGAN__V1__CALL_RESULT__CALL_NONE : PINGAN__V1__CALL_RESULT__CALL_NO_ANSWER));
	} else if (chance == 3) {
		ASK(d, row, handover_confirm, HANDOVER_CONFIRM, HandoverConfirm, (m_.handover = h->number, m_.text = WORDS));
	} else {
		return false; /* its clock rings again */
	}
	return true;
}

static bool hand_over(struct desk *d, const Pingan__V1__IncidentRow *row)
{
	sim_note(d->screen.sim, "%s hands over to 120", d->screen.person);
	ASK(d, row, handover_open, HANDOVER_OPEN, HandoverOpen, m_.service = PINGAN__V1__SERVICE__SERVICE_120);
	return true;
}

static bool pass_on(struct desk *d, const Pingan__V1__IncidentRow *row)
{
	struct sim *sim = d->screen.sim;
	const char *to = sim_desk_person((unsigned)prng_below(&d->screen.prng, sim->setup.desks));

	sim_note(sim, "%s passes on to %s", d->screen.person, to);
	ASK(d, row, transfer, TRANSFER, Transfer, (m_.to = (char *)to, m_.text = WORDS));
	return true;
}

static bool shelve(struct desk *d, const Pingan__V1__IncidentRow *row)
{
	uint32_t seconds = 60 + (uint32_t)prng_below(&d->screen.prng, 300);

	/* A call for help too: the answer must be no, whatever happens. */
	sim_note(d->screen.sim, "%s shelves for %u s", d->screen.person, seconds);
	ASK(d, row, shelve, SHELVE, Shelve, (m_.seconds = seconds, m_.text = WORDS));
	return true;
}

bool sim_desk_act(struct desk *d, const Pingan__V1__IncidentRow *row)
{
	const struct known_incident *k = sim_truth_incident(d->screen.sim, row->id);
	const struct handover *h = open_handover(k);
	struct prng *p = &d->screen.prng;

	if (h != NULL && (d->screen.sim->healed || prng_chance(p, 700)))
		return go_on_with(d, row, h);
	if (d->screen.sim->healed)
		return false;
	if (row->aside != PINGAN__V1__ASIDE__ASIDE_NONE && prng_chance(p, 300)) {
		ASK(d, row, unshelve, UNSHELVE, Unshelve, (void)0);
		return true;
	}
	if (row->hold_until_ms != 0 && prng_chance(p, 300)) {
		ASK(d, row, unhold, UNHOLD, Unhold, (void)0);
		return true;
	}
	switch (prng_below(p, 24)) {
	case 0:
		sim_note(d->screen.sim, "%s lays it aside", d->screen.person);
		ASK(d, row, hold, HOLD, Hold, m_.seconds = (uint32_t)prng_below(p, 120));
		return true;
	case 1:
		return pass_on(d, row);
	case 2:
		ASK(d, row, escalate, ESCALATE, Escalate, m_.text = WORDS);
		return true;
	case 3:
		return hand_over(d, row);
	case 4:
		ASK(d, row, contact_answered, CONTACT_ANSWERED, ContactAnswered,
		    (m_.contact = 1 + (uint32_t)prng_below(p, 2), m_.answer = PINGAN__V1__CONTACT_ANSWER__CONTACT_ANSWER_GOING +
		                                                              (Pingan__V1__ContactAnswer)prng_below(p, 3)));
		return true;
	case 5:
		return (row->class_ > PINGAN__V1__INCIDENT_CLASS__CLASS_WELFARE || prng_chance(p, 100)) && shelve(d, row);
	case 6:
		if (row->class_ != PINGAN__V1__INCIDENT_CLASS__CLASS_DEVICE)
			return false;
		ASK(d, row, substitute, SUBSTITUTE, Substitute, m_.text = WORDS);
		return true;
	default:
		return false;
	}
}

/* ------------------------------------------------------------ an area instead of a call */

static bool storms_run(const struct screen *s)
{
	return s->storm_until > s->sim->now;
}

static void begin_storm(struct desk *d)
{
	static const char *const areas[] = {"440103", "440103001", "440103002"};
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT;
	Pingan__V1__StormBegin begin = PINGAN__V1__STORM_BEGIN__INIT;
	Pingan__V1__StormKind kinds[] = {PINGAN__V1__STORM_KIND__STORM_KIND_POWER,
	                                 PINGAN__V1__STORM_KIND__STORM_KIND_BATTERY,
	                                 PINGAN__V1__STORM_KIND__STORM_KIND_SERVICE};

	q.what_case = PINGAN__V1__REQUEST__WHAT_STORM_BEGIN;
	q.storm_begin = &begin;
	begin.area = (char *)areas[prng_below(&d->screen.prng, COUNT_OF(areas))];
	begin.n_kinds = 1 + prng_below(&d->screen.prng, COUNT_OF(kinds));
	begin.kinds = kinds;
	begin.seconds = 60 + (uint32_t)prng_below(&d->screen.prng, 240);
	begin.text = (char *)"lightning";
	d->screen.storm_until = d->screen.sim->now + 1000 * begin.seconds;
	snprintf(d->screen.storm_area, sizeof d->screen.storm_area, "%s", begin.area);
	sim_note(d->screen.sim, "%s begins storm mode in %s for %u s", d->screen.person, begin.area, begin.seconds);
	(void)sim_screen_request(&d->screen, &q, 0, true);
}

static void end_storm(struct desk *d)
{
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT;
	Pingan__V1__StormEnd end = PINGAN__V1__STORM_END__INIT;

	q.what_case = PINGAN__V1__REQUEST__WHAT_STORM_END;
	q.storm_end = &end;
	end.area = d->screen.storm_area;
	d->screen.storm_until = 0;
	sim_note(d->screen.sim, "%s ends storm mode in %s", d->screen.person, end.area);
	(void)sim_screen_request(&d->screen, &q, 0, true);
}

/* Somebody has telephoned; or a supervisor tries the chain. */
static void open_by_hand(struct desk *d)
{
	struct sim *sim = d->screen.sim;
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT;
	Pingan__V1__OpenManual manual = PINGAN__V1__OPEN_MANUAL__INIT;
	char household[ID_MAX];

	q.what_case = PINGAN__V1__REQUEST__WHAT_OPEN_MANUAL;
	q.open_manual = &manual;
	sim_home_household(household, (unsigned)prng_below(&d->screen.prng, sim->setup.homes));
	manual.household = household;
	manual.drill = d->supervisor && prng_chance(&d->screen.prng, 600);
	manual.kind = manual.drill ? PINGAN__V1__KIND__KIND_SOS : PINGAN__V1__KIND__KIND_SERVICE;
	manual.text = WORDS;
	sim_note(sim, "%s opens %s by hand", d->screen.person, manual.drill ? "a drill" : "a call");
	(void)sim_screen_request(&d->screen, &q, 0, true);
}

/* Somebody is at a home to try its button: presses are thanked there for a while, and ring nobody. */
static void put_on_test(struct desk *d)
{
	struct sim *sim = d->screen.sim;
	unsigned home = (unsigned)prng_below(&d->screen.prng, sim->setup.homes);
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT;
	Pingan__V1__SetOnTest test = PINGAN__V1__SET_ON_TEST__INIT;
	char household[ID_MAX];

	q.what_case = PINGAN__V1__REQUEST__WHAT_ON_TEST;
	q.on_test = &test;
	sim_home_household(household, home);
	test.household = household;
	test.seconds = 60 + (uint32_t)prng_below(&d->screen.prng, 240);
	test.text = (char *)"new pendant";
	sim_home_on_test(sim, home, test.seconds);
	sim_note(sim, "%s puts home %u on test for %u s", d->screen.person, home, test.seconds);
	(void)sim_screen_request(&d->screen, &q, 0, false);
}

void sim_desk_weather(struct desk *d)
{
	struct prng *p = &d->screen.prng;
	bool runs = storms_run(&d->screen);

	if (!d->screen.sim->healed && d->screen.sim->setup.homes != 0 && prng_chance(p, 2))
		open_by_hand(d);
	if (!d->screen.sim->healed && d->screen.sim->setup.homes != 0 && prng_chance(p, 2))
		put_on_test(d);

	if (!d->supervisor && !prng_chance(p, 20)) /* an operator may not, and is told so */
		return;
	if (!runs && !d->screen.sim->healed && prng_chance(p, 4))
		begin_storm(d);
	else if (runs && (d->screen.sim->healed || prng_chance(p, 5)))
		end_storm(d);
}
