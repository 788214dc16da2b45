/* office.c - see office.h. */
#include "sim/office.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "sim/kit.h"
#include "wire/retention.h"

#define TOLD_MS 1000 /* a daemon that knows of an ended session has closed it within this */
#define TABLE_STEP_MS 7
#define GONE_MS 30000
#define KEPT_MS 60000 /* what was written about a call is kept for so long after its end */

static unsigned seats(const struct sim *sim)
{
	return sim->setup.desks + sim->setup.phones;
}

static struct screen *screen_at(struct sim *sim, unsigned seat)
{
	return seat < sim->setup.desks ? &sim->desks[seat].screen : &sim->phones[seat - sim->setup.desks].screen;
}

static unsigned seat_of(const struct sim *sim, const struct node *node)
{
	return node->kind == NODE_DESK ? node->index : sim->setup.desks + node->index;
}

/* ------------------------------------------------------------ writing */

/* `m` NULL: the record goes. False: somebody was at it this moment. */
static bool commit(struct sim *sim, const char *daemon, const char *key, const ProtobufCMessage *m)
{
	struct store_commit c = {.id = prng_next(&sim->office.prng) | 1, .put_count = 1};
	Pingan__V1__LogEvent e = PINGAN__V1__LOG_EVENT__INIT;
	struct store_record now;
	struct store_answer answer;
	uint8_t body[STORE_BODY_MAX], event[256];

	snprintf(c.puts[0].key, sizeof c.puts[0].key, "%s", key);
	if (store_sim_record(sim->store, key, &now) && now.rev != 0)
		c.puts[0].expect = now.commits[0];
	c.puts[0].remove = m == NULL;
	if (m != NULL)
		c.puts[0].body = slice_of(body, protobuf_c_message_pack(m, body));
	e.daemon = (char *)(uintptr_t)daemon;
	e.record = c.puts[0].key;
	c.event = slice_of(event, pingan__v1__log_event__pack(&e, event));
	store_sim_commit_now(sim->store, &c, &answer);
	return answer.result == STORE_STORED;
}

/* NULL when there is none; the caller's to free. */
static void *record(const struct sim *sim, const char *key, const ProtobufCMessageDescriptor *type)
{
	struct store_record now;

	if (!store_sim_record(sim->store, key, &now) || now.rev == 0)
		return NULL;
	return protobuf_c_message_unpack(type, NULL, now.body.len, now.body.at);
}

static Pingan__V1__Person *person(const struct sim *sim, const char *id)
{
	char key[STORE_KEY_MAX];
	Pingan__V1__Person *p;

	snprintf(key, sizeof key, "person:%s", id);
	p = record(sim, key, &pingan__v1__person__descriptor);
	ENSURE(p != NULL);
	return p;
}

static void person_put(struct sim *sim, Pingan__V1__Person *p)
{
	char key[STORE_KEY_MAX];

	snprintf(key, sizeof key, "person:%s", p->id);
	ENSURE(commit(sim, "pinganctl", key, &p->base));
}

/* ------------------------------------------------------------ who is logged in */

static void ended(struct sim *sim, unsigned seat, int64_t back_ms)
{
	struct seat *s = &sim->office.seats[seat];

	s->ended = s->logins;
	s->ended_entry = store_sim_newest(sim->store);
	s->ended_at = sim->now;
	s->back_at = sim->now + back_ms;
	for (unsigned i = 0; i < SIM_DAEMONS_MAX; i++)
		s->known_at[i] = SIM_NEVER;
}

static bool logged_in(const struct sim *sim, const struct screen *s, const Pingan__V1__Person *p)
{
	char key[STORE_KEY_MAX];
	Pingan__V1__Login *l;
	bool good;

	snprintf(key, sizeof key, "login:%s", s->login);
	l = record(sim, key, &pingan__v1__login__descriptor);
	good = l != NULL && !p->disabled && l->made_ms >= p->sessions_from_ms;
	if (l != NULL)
		pingan__v1__login__free_unpacked(l, NULL);
	return good;
}

/* A new log-in, and the page as it is after one: it knows nothing. */
static void log_in(struct sim *sim, unsigned seat, const Pingan__V1__Person *p)
{
	struct screen *s = screen_at(sim, seat);
	Pingan__V1__Login l = PINGAN__V1__LOGIN__INIT;
	unsigned number = ++sim->office.seats[seat].logins;
	char key[STORE_KEY_MAX];

	snprintf(s->login, sizeof s->login, "%016llx%016llx",
	         (unsigned long long)hash_bytes(number, 5, slice_str(s->person)),
	         (unsigned long long)hash_bytes(number, 7, slice_str(s->person)));
	snprintf(key, sizeof key, "login:%s", s->login);
	l.person = s->person;
	l.role = p->role;
	l.made_ms = sim_store_now(sim) > p->sessions_from_ms ? sim_store_now(sim) : p->sessions_from_ms;
	l.until_ms = l.made_ms + INT64_C(40) * 24 * 3600 * 1000;
	ENSURE(commit(sim, "pinganctl", key, &l.base));
	if (seat < sim->setup.desks)
		snprintf(sim->desks[seat].area, sizeof sim->desks[seat].area, "%s", p->areas[0]);
	sim_note(sim, "%s logs in", s->person);
	if (s->on) {
		sim_screen_off(s, true, true);
		sim_screen_on(s);
	}
}

/* With another area, as with another role, every session of the person ends. */
static void move_to(struct sim *sim, unsigned seat, Pingan__V1__Person *p, const char *to)
{
	char *was = p->areas[0];

	if (seat >= sim->setup.desks || strcmp(was, to) == 0)
		return;
	p->areas[0] = (char *)(uintptr_t)to;
	p->sessions_from_ms = sim_store_now(sim) + 1;
	person_put(sim, p);
	p->areas[0] = was;
	ended(sim, seat, prng_between(&sim->office.prng, 1000, 20000));
	sim_note(sim, "%s is to work in %s", p->id, to);
	sim_saw(SEEN_AREA_CHANGED);
}

static void look_at_seat(struct sim *sim, unsigned seat)
{
	struct seat *s = &sim->office.seats[seat];
	const struct screen *screen = screen_at(sim, seat);
	Pingan__V1__Person *p = person(sim, screen->person);

	if (p->disabled && (sim->healed || (s->shut && sim->now >= s->back_at) || !s->shut)) {
		p->disabled = false;
		person_put(sim, p);
		sim_note(sim, "%s is let in again", screen->person);
	}
	s->shut = p->disabled;
	/* Where there are two for each area, so that each call can be closed. */
	if (sim->healed && seat < sim->setup.desks && strcmp(p->areas[0], sim_desk_area(sim, seat)) != 0) {
		move_to(sim, seat, p, sim_desk_area(sim, seat));
		pingan__v1__person__free_unpacked(p, NULL);
		p = person(sim, screen->person);
	}
	if (!p->disabled && !logged_in(sim, screen, p) && (sim->healed || sim->now >= s->back_at))
		log_in(sim, seat, p);
	pingan__v1__person__free_unpacked(p, NULL);
}

static void end_session(struct sim *sim, unsigned seat)
{
	char key[STORE_KEY_MAX];

	snprintf(key, sizeof key, "login:%s", screen_at(sim, seat)->login);
	ENSURE(commit(sim, "pinganctl", key, NULL));
	ended(sim, seat, prng_between(&sim->office.prng, 1000, 20000));
	sim_note(sim, "the session of %s is ended", screen_at(sim, seat)->person);
	sim_saw(SEEN_SESSION_ENDED);
}

static void shut_out(struct sim *sim, unsigned seat, Pingan__V1__Person *p)
{
	struct seat *s = &sim->office.seats[seat];

	for (unsigned i = 0; i < seats(sim); i++)
		if (sim->office.seats[i].shut)
			return;
	p->disabled = true;
	p->sessions_from_ms = sim_store_now(sim) + 1; /* let in again, nobody goes on in an old session */
	person_put(sim, p);
	ended(sim, seat, prng_between(&sim->office.prng, 20000, 120000));
	s->shut = true;
	s->shut_at = sim->now;
	sim_note(sim, "%s is shut out", p->id);
	sim_saw(SEEN_SHUT_OUT);
}

static void accounts(struct sim *sim)
{
	static const char *const areas[] = {"440103", "440103001", "440103002"};
	struct prng *r = &sim->office.prng;
	unsigned seat = (unsigned)prng_below(r, seats(sim));
	const struct screen *s = screen_at(sim, seat);
	uint64_t what = prng_below(r, 100);
	Pingan__V1__Person *p;

	if (what >= 5 || (seat < sim->setup.desks && sim->desks[seat].supervisor && what != 0))
		return;
	p = person(sim, s->person);
	if (!p->disabled && logged_in(sim, s, p)) {
		if (what < 2)
			end_session(sim, seat);
		else if (what == 2)
			shut_out(sim, seat, p);
		else
			move_to(sim, seat, p, areas[prng_below(r, COUNT_OF(areas))]);
	}
	pingan__v1__person__free_unpacked(p, NULL);
}

/* ------------------------------------------------------------ tables */

static void home_enter(struct sim *sim, unsigned home)
{
	char household[ID_MAX], key[STORE_KEY_MAX], note[64], *was;
	Pingan__V1__Household *h;

	sim_home_household(household, home);
	snprintf(key, sizeof key, "household:%s", household);
	h = record(sim, key, &pingan__v1__household__descriptor);
	if (h != NULL && h->erased_ms == 0) {
		snprintf(note, sizeof note, MARK_TEXT " %016llx", (unsigned long long)prng_next(&sim->office.prng));
		was = h->note;
		h->note = note;
		ENSURE(commit(sim, "pinganctl", key, &h->base));
		h->note = was;
	}
	if (h != NULL)
		pingan__v1__household__free_unpacked(h, NULL);
}

/* A home that was not there, and its unit, which nobody has hung up yet. */
static void home_make(struct sim *sim)
{
	Pingan__V1__Household h = PINGAN__V1__HOUSEHOLD__INIT;
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
	char id[ID_MAX], key[STORE_KEY_MAX];
	uint8_t secret[32];

	snprintf(id, sizeof id, "new%u", ++sim->office.table_made);
	sim_device_key(secret, id);
	h.id = id;
	h.area = (char *)"440103001001";
	h.street = (char *)"New Street";
	h.address = (char *)MARK_ADDRESS " 7";
	h.key = d.psk = (ProtobufCBinaryData){.len = sizeof secret, .data = secret};
	snprintf(key, sizeof key, "household:%s", id);
	ENSURE(commit(sim, "pinganctl", key, &h.base));
	d.id = d.household = id;
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE;
	d.state = PINGAN__V1__DEVICE_STATE__DEVICE_COMMISSIONING;
	snprintf(key, sizeof key, "device:%s", id);
	ENSURE(commit(sim, "pinganctl", key, &d.base));
}

static void table_step(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	(void)arg;
	if (sim->office.table_left == 0 || sim->healed) {
		sim->office.table_left = 0;
		return;
	}
	sim_after(sim, TABLE_STEP_MS, table_step, NULL, 0);
	if (!store_sim_is_there(sim->store))
		return;
	sim->office.table_left--;
	if (prng_chance(&sim->office.prng, 100))
		home_make(sim);
	else
		home_enter(sim, (unsigned)prng_below(&sim->office.prng, sim->setup.homes));
}

static void table_begin(struct sim *sim)
{
	if (sim->office.table_left != 0 || sim->setup.homes == 0 || !prng_chance(&sim->office.prng, 10))
		return;
	sim->office.table_left = 20 + (unsigned)prng_below(&sim->office.prng, 80);
	sim_note(sim, "a table of %u homes is entered", sim->office.table_left);
	sim_saw(SEEN_TABLE);
	sim_after(sim, TABLE_STEP_MS, table_step, NULL, 0);
}

/* An area's neighbours and how soon help is due there; a supervisor may be at the same record. */
static void area_enter(struct sim *sim)
{
	static const char *const codes[] = {"440103001", "440103002"};
	struct prng *r = &sim->office.prng;
	unsigned n = (unsigned)prng_below(r, 2);
	char key[STORE_KEY_MAX], *neighbours[] = {(char *)(uintptr_t)codes[1 - n]};
	Pingan__V1__Area *a, next;

	if (!prng_chance(r, 15))
		return;
	snprintf(key, sizeof key, "area:%s", codes[n]);
	a = record(sim, key, &pingan__v1__area__descriptor);
	ENSURE(a != NULL);
	next = *a;
	next.arrival_due_min = 10 + (uint32_t)prng_below(r, 20);
	next.n_neighbours = prng_below(r, 2);
	next.neighbours = neighbours;
	ENSURE(commit(sim, "pinganctl", key, &next.base));
	pingan__v1__area__free_unpacked(a, NULL);
}

/* ------------------------------------------------------------ a daemon is taken out of service */

static void drain_key(const struct sim *sim, unsigned daemon, char ret[STORE_KEY_MAX])
{
	snprintf(ret, STORE_KEY_MAX, "drain:d%u.%u", daemon, sim->daemons[daemon].boot);
}

static bool ordered(const struct sim *sim, unsigned daemon)
{
	struct store_record now;
	char key[STORE_KEY_MAX];

	drain_key(sim, daemon, key);
	return store_sim_record(sim->store, key, &now) && now.rev != 0;
}

/* Of two or three, now and then one; and it is taken back, or else whoever stays dies. */
static void drains(struct sim *sim)
{
	Pingan__V1__Drain d = PINGAN__V1__DRAIN__INIT;
	struct prng *r = &sim->office.prng;
	char key[STORE_KEY_MAX];

	for (unsigned i = 0; i < sim->setup.daemons && sim->setup.daemons > 1; i++) {
		bool there = ordered(sim, i);

		if (there ? !sim->healed && !prng_chance(r, 12) : sim->healed || !prng_chance(r, 2))
			continue;
		drain_key(sim, i, key);
		d.daemon = key + strlen("drain:");
		d.by = (char *)"ctl:admin";
		d.at_ms = sim_store_now(sim);
		d.force = prng_chance(r, 200);
		ENSURE(commit(sim, "pinganctl", key, there ? NULL : &d.base));
		sim_note(sim, "daemon %u is %s", i, there ? "taken back" : "to leave");
		if (!there)
			sim_saw(SEEN_DRAIN);
	}
}

/* Whoever leaves, has no unit left and is well, has no screen for long. */
static void screens_have_gone(struct sim *sim)
{
	for (unsigned i = 0; i < sim->setup.daemons; i++) {
		const struct daemon *d = &sim->daemons[i];
		struct app_leaving left = {0};

		if (d->up && !sim_daemon_stalled(d) && d->old == NULL && d->well_since != SIM_NEVER &&
		    sim->now - d->well_since > GONE_MS && sim->now - d->disturbed > GONE_MS)
			app_leaving(d->app, &left);
		if (!left.leaves || left.units != 0)
			sim->office.leaves_since[i] = sim->now;
		for (unsigned n = 0; n < seats(sim); n++) {
			const struct screen *s = screen_at(sim, n);

			if (sim->now - sim->office.leaves_since[i] > GONE_MS && s->up && s->server == i &&
			    sim->now - s->up_since > GONE_MS)
				sim_broken(sim, "whoever leaves lets its screens go", "daemon %u has left for %lld ms and serves %s", i,
				           (long long)(sim->now - sim->office.leaves_since[i]), s->person);
		}
	}
}

/* ------------------------------------------------------------ what was kept too long */

static void keep_less(struct sim *sim)
{
	ms_t now_ms = sim_store_now(sim);
	uint8_t *room = sim_memory(STORE_BODY_MAX);
	struct store_record now;
	char key[STORE_KEY_MAX];
	bool taken = false;

	for (size_t i = 0; i < sim->truth.count && prng_chance(&sim->office.prng, 950) && !taken; i++) {
		struct buf b = buf_of(room, STORE_BODY_MAX);
		Pingan__V1__Incident *left;

		snprintf(key, sizeof key, "incident:%016llx", (unsigned long long)sim->truth.incidents[i]->inc.id);
		if (!store_sim_record(sim->store, key, &now) || now.rev == 0 ||
		    retention_judge(RETENTION_NOTES, now.body, now_ms - KEPT_MS, now_ms, &sim->arena, &b, &taken) !=
		        RETENTION_WRITE)
			continue;
		left = pingan__v1__incident__unpack(NULL, b.len, b.at);
		ENSURE(left != NULL && commit(sim, "retention", key, &left->base));
		pingan__v1__incident__free_unpacked(left, NULL);
		sim_saw(SEEN_RETENTION);
	}
	free(room);
}

void sim_office_kept(struct sim *sim, const struct incident *before, const struct incident *after)
{
	if (before == NULL || before->state != INCIDENT_CLOSED || after->state != INCIDENT_CLOSED ||
	    before->outcome != after->outcome || before->closed_ms != after->closed_ms ||
	    before->lines_total != after->lines_total || before->repeats != after->repeats ||
	    before->alarm_count != after->alarm_count || before->job_count != after->job_count ||
	    strcmp(before->closed_by, after->closed_by) != 0)
		sim_broken(sim, "retention takes words, and nothing else", "%s %s", sim_incident_place(sim, after),
		           sim_incident_words(after));
}

/* ------------------------------------------------------------ once a second */

static void work(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	(void)arg;
	sim_after(sim, 1000, work, NULL, 0);
	if (!store_sim_is_there(sim->store))
		return;
	for (unsigned i = 0; i < seats(sim); i++)
		look_at_seat(sim, i);
	drains(sim);
	screens_have_gone(sim);
	if (sim->healed || sim->paused || sim->now < 5000)
		return;
	accounts(sim);
	table_begin(sim);
	area_enter(sim);
	keep_less(sim);
}

void sim_office_start(struct sim *sim)
{
	if (!sim->setup.office)
		return;
	sim->office.prng.s = sim->seed * 5000011 + 3;
	sim_after(sim, 1000, work, NULL, 0);
}

/* ------------------------------------------------------------ what must hold */

unsigned sim_office_session(const struct sim *sim, const struct node *node)
{
	return sim->office.seats[seat_of(sim, node)].logins;
}

bool sim_office_told(struct sim *sim, unsigned daemon, const struct sim_link *l)
{
	struct seat *s = &sim->office.seats[seat_of(sim, l->node)];
	const struct daemon *d = &sim->daemons[daemon];
	struct app_health health;

	/* What a cut took away may be in force no more; and whoever stayed on the old primary has other numbers. */
	if (s->ended_entry != 0 && l->session <= s->ended && d->old == NULL && sim->last_cut < s->ended_at &&
	    d->unwell_since == SIM_NEVER) {
		app_health(d->app, &health);
		if (health.newest >= s->ended_entry && s->known_at[daemon] == SIM_NEVER)
			s->known_at[daemon] = sim->now;
		if (s->known_at[daemon] != SIM_NEVER && sim->now - s->known_at[daemon] > TOLD_MS)
			sim_broken(sim, "P9 an ended session is told nothing",
			           "daemon %u has known for %lld ms that %s is logged out", daemon,
			           (long long)(sim->now - s->known_at[daemon]), screen_at(sim, seat_of(sim, l->node))->person);
	}
	return l->session == s->logins;
}

int64_t sim_office_shut_ms(struct sim *sim, unsigned phone)
{
	const struct seat *s = &sim->office.seats[sim->setup.desks + phone];

	return s->shut && sim->last_cut < s->shut_at ? sim->now - s->shut_at : 0;
}
