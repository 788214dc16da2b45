/* people.c - what changes around the calls while they run: duties and their test offers, swaps, absences, the day's shifts,
 * homes corrected at two desks at once, a home that is erased. And what must hold of it, in every history:
 *   - a duty is proved only by an answer that the person gave on the phone;
 *   - whoever has been off duty for a while is offered nothing;
 *   - what is written into a home was written over the version that its writer had seen, and a yes to it is true.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim/kit.h"

#define ROSTER_AREA "440103"
#define OFF_MS 10000 /* within this every daemon that is well knows who is on duty */
#define HOUR_MS INT64_C(3600000)

#define ASK(s, member, NAME, Type, ...)                     \
	do {                                                    \
		Pingan__V1__Request q_ = PINGAN__V1__REQUEST__INIT; \
		Pingan__V1__##Type m_ = PINGAN__V1__##NAME##__INIT; \
		q_.what_case = PINGAN__V1__REQUEST__WHAT_##NAME;    \
		q_.member = &m_;                                    \
		__VA_ARGS__;                                        \
		(void)sim_screen_request((s), &q_, 0, true);        \
	} while (0)

static bool waits_for(const struct screen *s, uint32_t what)
{
	for (size_t i = 0; i < s->request_count; i++) {
		if (s->requests[i].result == 0 && s->requests[i].what == what)
			return true;
	}
	return false;
}

/* ------------------------------------------------------------ a phone */

static void ring(struct phone *p, const Pingan__V1__PhoneCheck *check)
{
	struct screen *s = &p->screen;
	struct sim *sim = s->sim;

	if (check == NULL || check->proved_ms != 0 || check->until_ms <= sim_store_now(sim))
		return;
	if (p->rang_ms != check->made_ms) {
		p->rang_ms = check->made_ms;
		p->check_at = sim->now + prng_between(&s->prng, 500, 20000);
		if (!sim->healed && prng_chance(&s->prng, 200))
			p->check_at = SIM_NEVER; /* it rings in the pocket */
	}
	if (p->check_at > sim->now || waits_for(s, PINGAN__V1__REQUEST__WHAT_DUTY_ANSWER))
		return;
	p->check_at = SIM_NEVER;
	p->answered[p->answered_count++ % COUNT_OF(p->answered)] = check->made_ms;
	sim_note(sim, "%s has heard the test offer", s->person);
	sim_saw(SEEN_DUTY_PROVED);
	ASK(s, duty_answer, DUTY_ANSWER, DutyAnswer, m_.made_ms = check->made_ms);
}

static void swaps(struct phone *p)
{
	const Pingan__V1__PhoneState *state = p->screen.phone;
	struct screen *s = &p->screen;

	for (size_t i = 0; i < state->n_swaps; i++) {
		const Pingan__V1__PhoneSwap *w = state->swaps[i];

		if (!prng_chance(&s->prng, w->mine ? 10 : 200) || waits_for(s, PINGAN__V1__REQUEST__WHAT_SWAP_ANSWER))
			continue;
		ASK(s, swap_answer, SWAP_ANSWER, SwapAnswer,
		    (m_.area = w->area, m_.change = w->change, m_.yes = !w->mine && prng_chance(&s->prng, 700)));
	}
	for (size_t i = 0; i < state->n_shifts; i++) {
		const Pingan__V1__PhoneShift *h = state->shifts[i];

		if (h->n_colleagues == 0 || h->swap != 0 || !prng_chance(&s->prng, 10))
			continue;
		sim_note(s->sim, "%s asks for a swap", s->person);
		ASK(s, swap_ask, SWAP_ASK, SwapAsk,
		    (m_.area = h->area, m_.slot = h->slot, m_.from_ms = h->from_ms,
		     m_.takes = h->colleagues[prng_below(&s->prng, h->n_colleagues)]->id));
	}
}

static void absence(struct screen *s, const char *person)
{
	struct prng *r = &s->prng;

	sim_note(s->sim, "%s says that %s is away", s->person, person);
	sim_saw(SEEN_ABSENCE);
	ASK(s, absence_set, ABSENCE_SET, AbsenceSet,
	    (m_.person = (char *)person, m_.from_ms = sim_store_now(s->sim) + (ms_t)prng_below(r, 40) * HOUR_MS,
	     m_.until_ms = m_.from_ms + (1 + (ms_t)prng_below(r, 60)) * HOUR_MS / 2,
	     m_.reason = PINGAN__V1__ABSENCE_REASON__ABSENCE_SICK));
}

void sim_phone_plans(struct phone *p)
{
	struct screen *s = &p->screen;
	struct sim *sim = s->sim;

	if (!sim->setup.changes || !s->up || s->phone == NULL)
		return;
	ring(p, s->phone->check);
	if (sim->healed)
		return;
	swaps(p);
	if (s->phone->on_duty && prng_chance(&s->prng, 4) && !waits_for(s, PINGAN__V1__REQUEST__WHAT_DUTY)) {
		p->off_until = sim->now + prng_between(&s->prng, 20000, 120000);
		sim_note(sim, "%s goes off duty", s->person);
		sim_saw(SEEN_DUTY_OFF);
		ASK(s, duty, DUTY, Duty, m_.after_job = prng_chance(&s->prng, 500));
	}
	if (s->phone->on_duty && prng_chance(&s->prng, 4))
		ASK(s, duty_check, DUTY_CHECK, DutyCheck, (void)m_);
	if (prng_chance(&s->prng, 3))
		absence(s, s->person);
	if (s->phone->n_away != 0 && prng_chance(&s->prng, 20))
		ASK(s, absence_end, ABSENCE_END, AbsenceEnd, (m_.person = s->person, m_.absence = s->phone->away[0]->absence));
}

/* ------------------------------------------------------------ a desk */

/* The marks that stand for telephones are no numbers: a desk would be told so. */
static void number(char **phone)
{
	free(*phone);
	*phone = sim_copy("02081112222", sizeof "02081112222");
}

static void card_drop(struct desk *d)
{
	free(d->card);
	d->card = NULL;
}

/* A name that nobody has given before: who wrote the same as somebody else is told yes, and nothing is written. */
static char *unlike(struct screen *s, char ret[64])
{
	snprintf(ret, 64, "Area %016llx", (unsigned long long)prng_next(&s->prng));
	return ret;
}

/* An area with another time within which help is due, and the other one as its neighbour or none. */
static void correct_area(struct desk *d)
{
	struct screen *s = &d->screen;
	Pingan__V1__Area *a = pingan__v1__area__unpack(NULL, d->card_len, d->card), next;
	char *neighbours[] = {(char *)(strcmp(d->card_key, "area:440103001") == 0 ? "440103002" : "440103001")};
	char name[64];

	ENSURE(a != NULL);
	next = *a;
	next.name_en = unlike(s, name);
	next.arrival_due_min = 5 + (uint32_t)prng_below(&s->prng, 30);
	next.neighbours = neighbours;
	next.n_neighbours = prng_below(&s->prng, 2);
	ASK(s, edit_record, EDIT_RECORD, EditRecord,
	    (m_.key = d->card_key, m_.expected = d->card_commit, m_.body_case = PINGAN__V1__EDIT_RECORD__BODY_AREA,
	     m_.area = &next));
	pingan__v1__area__free_unpacked(a, NULL);
}

static void correct_station(struct desk *d)
{
	struct screen *s = &d->screen;
	Pingan__V1__Station *t = pingan__v1__station__unpack(NULL, d->card_len, d->card), next;
	char name[64];

	ENSURE(t != NULL);
	next = *t;
	next.name_en = unlike(s, name);
	next.closed = !t->closed;
	ASK(s, edit_record, EDIT_RECORD, EditRecord,
	    (m_.key = d->card_key, m_.expected = d->card_commit, m_.body_case = PINGAN__V1__EDIT_RECORD__BODY_STATION,
	     m_.station = &next));
	pingan__v1__station__free_unpacked(t, NULL);
}

/* The home as it was shown, with another note in it. */
static void correct_home(struct desk *d)
{
	struct screen *s = &d->screen;
	Pingan__V1__Household *h = pingan__v1__household__unpack(NULL, d->card_len, d->card);
	char note[64], *was;

	ENSURE(h != NULL);
	number(&h->phone);
	for (size_t i = 0; i < h->n_residents; i++)
		number(&h->residents[i]->phone);
	for (size_t i = 0; i < h->n_contacts; i++)
		number(&h->contacts[i]->phone);
	snprintf(note, sizeof note, MARK_TEXT " %016llx", (unsigned long long)prng_next(&s->prng));
	was = h->note;
	h->note = note;
	ASK(s, edit_record, EDIT_RECORD, EditRecord,
	    (m_.key = d->card_key, m_.expected = d->card_commit, m_.body_case = PINGAN__V1__EDIT_RECORD__BODY_HOUSEHOLD,
	     m_.household = h));
	h->note = was;
	pingan__v1__household__free_unpacked(h, NULL);
}

static void correct(struct desk *d)
{
	d->edit_entry = 0;
	sim_note(d->screen.sim, "%s corrects %s", d->screen.person, d->card_key);
	if (strncmp(d->card_key, "area:", 5) == 0)
		correct_area(d);
	else if (strncmp(d->card_key, "station:", 8) == 0)
		correct_station(d);
	else
		correct_home(d);
	card_drop(d);
}

void sim_desk_card(struct desk *d, const Pingan__V1__RecordCard *card)
{
	struct sim *sim = d->screen.sim;
	const ProtobufCMessage *body;

	if (!sim->setup.changes || sim->healed || d->card != NULL || card->cmd != d->card_cmd)
		return;
	if (!card->may_edit || card->body_case == PINGAN__V1__RECORD_CARD__BODY__NOT_SET) {
		d->card_cmd = 0;
		return;
	}
	/* One of its pointers, at the same place whichever it is. */
	body = &card->household->base;
	d->card_len = protobuf_c_message_get_packed_size(body);
	d->card = sim_memory(d->card_len + 1);
	protobuf_c_message_pack(body, d->card);
	snprintf(d->card_key, sizeof d->card_key, "%s", card->key);
	d->card_commit = card->commit;
	d->card_cmd = 0;
	d->edit_at = sim->now + prng_between(&d->screen.prng, 500, 15000);
}

/* Supervisors set who has one of the shifts that run or come next. */
static void set_shift(struct desk *d)
{
	struct screen *s = &d->screen;
	struct sim *sim = s->sim;
	ms_t day_ms = 24 * HOUR_MS, now_ms = sim_store_now(sim);
	ms_t from_ms = (now_ms + 8 * HOUR_MS) / day_ms * day_ms - 8 * HOUR_MS + (ms_t)prng_below(&s->prng, 3) * day_ms;
	const char *takes = sim_phone_person((unsigned)prng_below(&s->prng, sim->setup.phones));

	sim_note(sim, "%s gives a shift to %s", s->person, takes);
	ASK(s, shift_set, SHIFT_SET, ShiftSet,
	    (m_.area = (char *)ROSTER_AREA, m_.slot = 1, m_.from_ms = from_ms, m_.takes = (char *)takes));
}

/* The key of a home is destroyed by an administrator: refused by the store while a call of it is open. */
static void erase(struct sim *sim, unsigned home)
{
	struct store_commit c = {.id = prng_next(&sim->prng) | 1, .put_count = 1, .link_count = 2};
	Pingan__V1__LogEvent e = PINGAN__V1__LOG_EVENT__INIT;
	Pingan__V1__Household h = PINGAN__V1__HOUSEHOLD__INIT;
	struct store_record now;
	struct store_answer answer;
	char household[ID_MAX], area[16];
	uint8_t body[256], event[256], print[32] = {7};

	sim_home_household(household, home);
	sim_home_area(area, home);
	snprintf(c.puts[0].key, sizeof c.puts[0].key, "household:%s", household);
	ENSURE(store_sim_record(sim->store, c.puts[0].key, &now));
	h.id = household;
	h.area = area;
	h.erased_ms = sim_store_now(sim);
	h.erased_by = (char *)"ctl:admin";
	h.erased_why = (Pingan__V1__Erasure)1;
	h.erased_key = (ProtobufCBinaryData){.len = sizeof print, .data = print};
	c.puts[0].expect = now.commits[0];
	c.puts[0].body = slice_of(body, pingan__v1__household__pack(&h, body));
	for (size_t i = 0; i < 2; i++) {
		c.links[i].op = i == 0 ? LINK_UNIQUE : LINK_FREE;
		snprintf(c.links[i].name, sizeof c.links[i].name, "open:%s", household);
		snprintf(c.links[i].value, sizeof c.links[i].value, "household:%s", household);
	}
	e.daemon = (char *)"pinganctl";
	e.record = c.puts[0].key;
	c.event = slice_of(event, pingan__v1__log_event__pack(&e, event));
	store_sim_commit_now(sim->store, &c, &answer);
	sim_note(sim, "home %u %s", home, answer.result == STORE_STORED ? "is erased" : "is not erased: a call is open");
	if (answer.result == STORE_STORED)
		snprintf(sim->erased, sizeof sim->erased, "%s", household);
	sim_saw(answer.result == STORE_STORED ? SEEN_ERASED : SEEN_NOT_ERASED);
}

void sim_desk_plans(struct desk *d)
{
	struct screen *s = &d->screen;
	struct sim *sim = s->sim;
	static const char *const records[] = {"area:440103001", "area:440103002", "station:s1"};
	char household[ID_MAX], key[STORE_KEY_MAX];

	if (!sim->setup.changes || !s->up)
		return;
	if (d->card != NULL && (d->edit_at <= sim->now || sim->healed) &&
	    !waits_for(s, PINGAN__V1__REQUEST__WHAT_EDIT_RECORD))
		correct(d);
	if (sim->healed || sim->setup.homes == 0)
		return;
	if (d->card == NULL && d->card_cmd == 0 && !waits_for(s, PINGAN__V1__REQUEST__WHAT_EDIT_RECORD) &&
	    prng_chance(&s->prng, 30)) {
		/* Few records, so that two meet at one. */
		sim_home_household(household, (unsigned)prng_below(&s->prng, 2));
		snprintf(key, sizeof key, "household:%s", household);
		if (sim->setup.office && prng_chance(&s->prng, d->supervisor ? 500 : 50))
			snprintf(key, sizeof key, "%s", records[prng_below(&s->prng, COUNT_OF(records))]);
		ASK(s, open_record, OPEN_RECORD, OpenRecord, m_.key = key);
		d->card_cmd = s->cmd_last;
	}
	if (!d->supervisor)
		return;
	if (prng_chance(&s->prng, 8))
		set_shift(d);
	if (prng_chance(&s->prng, 5))
		absence(s, sim_phone_person((unsigned)prng_below(&s->prng, sim->setup.phones)));
	if (sim->setup.homes > 3 && prng_chance(&s->prng, 4))
		erase(sim, sim->setup.homes - 1);
}

void sim_desk_record_reply(struct desk *d, const struct request *r)
{
	struct sim *sim = d->screen.sim;

	if (r->what == PINGAN__V1__REQUEST__WHAT_OPEN_RECORD && r->cmd == d->card_cmd &&
	    r->result != PINGAN__V1__RESULT__RESULT_OK)
		d->card_cmd = 0;
	if (r->what != PINGAN__V1__REQUEST__WHAT_EDIT_RECORD)
		return;
	if (r->result == PINGAN__V1__RESULT__RESULT_CONFLICT)
		sim_saw(SEEN_EDIT_CONFLICT);
	if (r->result != PINGAN__V1__RESULT__RESULT_OK || sim_behind_a_cut(sim, d->screen.server))
		return;
	sim_saw(strncmp(d->card_key, "household:", 10) == 0 ? SEEN_EDIT_MADE : SEEN_AREA_EDITED);
	if (d->edit_entry == 0)
		sim_broken(sim, "P5 a yes is true", "%s is told that %s is corrected, it is not", d->screen.person,
		           d->card_key);
}

/* ------------------------------------------------------------ what must hold */

void sim_people_edit(struct sim *sim, const struct store_entry *e, const Pingan__V1__LogEvent *event)
{
	const Pingan__V1__RecordEdit *edit = event->edit;

	if (edit == NULL || edit->what != PINGAN__V1__RECORD_EDIT__WHAT__EDIT_CHANGED)
		return;
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		struct desk *d = &sim->desks[i];

		if (strcmp(d->screen.person, edit->who) != 0 || strcmp(d->card_key, edit->record) != 0)
			continue;
		d->edit_entry = e->id;
		for (uint32_t k = 0; k < e->record_count; k++) {
			const struct store_record *r = &e->records[k];

			if (strcmp(r->key, edit->record) == 0 && !r->absent && r->commits[0] == e->commit &&
			    r->commits[1] != d->card_commit)
				sim_broken(sim, "two at once are a conflict", "%s has written over a version of %s that it never saw",
				           edit->who, r->key);
		}
	}
}

void sim_people_caregiver(struct sim *sim, unsigned phone, const struct caregiver *cg)
{
	struct phone *p = &sim->phones[phone];
	bool answered = cg->proved_ms == 0;

	if (!cg->on_duty && p->off_since == SIM_NEVER)
		p->off_since = sim->now;
	if (cg->on_duty)
		p->off_since = SIM_NEVER;
	for (size_t i = 0; i < COUNT_OF(p->answered) && i < p->answered_count; i++)
		answered = answered || (p->answered[i] != 0 && p->answered[i] <= cg->proved_ms);
	if (!answered)
		sim_broken(sim, "a duty is proved by an answer", "%s has answered no test offer", cg->id);
}

/* All of them have known for a while what the log says. */
static bool all_well(const struct sim *sim)
{
	for (unsigned i = 0; i < sim->setup.daemons; i++) {
		const struct daemon *d = &sim->daemons[i];

		if (d->up && (sim_daemon_stalled(d) || d->old != NULL || d->well_since == SIM_NEVER ||
		              sim->now - d->well_since < OFF_MS || sim->now - d->disturbed < OFF_MS))
			return false;
	}
	return true;
}

void sim_people_offers(struct sim *sim, const struct incident *before, const struct incident *after)
{
	for (uint32_t i = 0; i < after->job_count; i++) {
		const struct job *was = before == NULL ? NULL : incident_job(before, after->jobs[i].number);

		for (uint32_t k = 0; k < after->jobs[i].offer_count; k++) {
			const char *who = after->jobs[i].offers[k].caregiver;

			for (unsigned n = 0; n < sim->setup.phones && (was == NULL || job_offer(was, who) == NULL); n++) {
				const struct phone *p = &sim->phones[n];

				if (strcmp(sim_phone_person(n), who) == 0 && sim_office_shut_ms(sim, n) > OFF_MS && all_well(sim))
					sim_broken(sim, "who is shut out is offered nothing", "%s has been shut out for %lld ms", who,
					           (long long)sim_office_shut_ms(sim, n));
				if (strcmp(sim_phone_person(n), who) == 0 && p->off_since != SIM_NEVER &&
				    sim->now - p->off_since > OFF_MS && all_well(sim))
					sim_broken(sim, "off-duty people are never candidates", "%s has been off duty for %lld ms", who,
					           (long long)(sim->now - p->off_since));
			}
		}
	}
}

void sim_people_free(struct sim *sim)
{
	for (unsigned i = 0; i < sim->setup.desks; i++)
		free(sim->desks[i].card);
}
