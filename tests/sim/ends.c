/* ends.c - what must be so once everything works again: all comes right, and screens built from deltas equal fresh ones. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/kit.h"

#define SETTLE_MS MINUTES(40)
#define REACH_MS 60000 /* once people have their hands free: the plan for class 1 has sent somebody by then */

/* ------------------------------------------------------------ P6: no gap, no double */

struct shown {
	struct row *rows; /* owned */
	size_t count;
	uint64_t ringing[64];
	size_t ringing_count;
};

static bool unchanged(const struct sim *sim, uint64_t incident, int64_t since)
{
	const struct known_incident *k = sim_truth_incident(sim, incident);

	return k != NULL && k->changed_at < since;
}

static void take_rows(struct shown *ret, const struct screen *s)
{
	ret->count = s->row_count;
	ret->rows = sim_memory((s->row_count + 1) * sizeof ret->rows[0]);
	for (size_t i = 0; i < s->row_count; i++) {
		ret->rows[i] = s->rows[i];
		ret->rows[i].row = NULL;
		ret->rows[i].bytes = sim_copy(s->rows[i].bytes, s->rows[i].len);
	}
	ret->ringing_count = s->ringing_count;
	memcpy(ret->ringing, s->ringing, sizeof ret->ringing);
}

/* Lists of a row are of enums: of 4 bytes each. */
static bool same_list(const ProtobufCFieldDescriptor *f, const void *x, const void *y)
{
	size_t n, other;
	const void *p, *q;

	ENSURE(f->type == PROTOBUF_C_TYPE_ENUM);
	memcpy(&n, (const uint8_t *)x + f->quantifier_offset, sizeof n);
	memcpy(&other, (const uint8_t *)y + f->quantifier_offset, sizeof other);
	memcpy(&p, (const uint8_t *)x + f->offset, sizeof p);
	memcpy(&q, (const uint8_t *)y + f->offset, sizeof q);
	return n == other && (n == 0 || memcmp(p, q, n * 4) == 0);
}

/* Name of the first field in which two rows differ, or NULL. A change that shows nothing new need not be sent, so that the
 * revision may be behind. */
static const char *differs(const struct row *a, const struct row *b)
{
	const ProtobufCMessageDescriptor *d = &pingan__v1__incident_row__descriptor;
	Pingan__V1__IncidentRow *x = pingan__v1__incident_row__unpack(NULL, a->len, a->bytes);
	Pingan__V1__IncidentRow *y = pingan__v1__incident_row__unpack(NULL, b->len, b->bytes);
	const char *found = NULL;

	ENSURE(x != NULL && y != NULL);
	for (unsigned i = 0; i < d->n_fields; i++) {
		const uint8_t *p = (const uint8_t *)x + d->fields[i].offset, *q = (const uint8_t *)y + d->fields[i].offset;
		bool same;

		if (strcmp(d->fields[i].name, "rev") == 0)
			continue;
		if (d->fields[i].label == PROTOBUF_C_LABEL_REPEATED) {
			if (same_list(&d->fields[i], x, y))
				continue;
			found = d->fields[i].name;
			break;
		}
		switch (d->fields[i].type) {
		case PROTOBUF_C_TYPE_STRING:
			same = strcmp(*(char *const *)p, *(char *const *)q) == 0;
			break;
		case PROTOBUF_C_TYPE_BYTES:
			same = ((const ProtobufCBinaryData *)p)->len == ((const ProtobufCBinaryData *)q)->len &&
			       memcmp(((const ProtobufCBinaryData *)p)->data, ((const ProtobufCBinaryData *)q)->data,
			              ((const ProtobufCBinaryData *)p)->len) == 0;
			break;
		case PROTOBUF_C_TYPE_INT64:
		case PROTOBUF_C_TYPE_UINT64:
		case PROTOBUF_C_TYPE_FIXED64:
			same = memcmp(p, q, 8) == 0;
			break;
		default:
			same = memcmp(p, q, 4) == 0;
			break;
		}
		if (!same) {
			found = d->fields[i].name;
			break;
		}
	}
	pingan__v1__incident_row__free_unpacked(x, NULL);
	pingan__v1__incident_row__free_unpacked(y, NULL);
	return found;
}

static void p6_fresh_is_the_same(struct sim *sim, const struct shown *old, const struct screen *s, int64_t since)
{
	for (size_t i = 0; i < old->count; i++) {
		const struct row *now = sim_screen_row(s, old->rows[i].id);

		if (!unchanged(sim, old->rows[i].id, since))
			continue;
		if (now == NULL)
			sim_broken(sim, "P6 no double", "%s shows %s %s, a fresh snapshot does not", s->person,
			           sim_incident_place(sim, &sim_truth_incident(sim, old->rows[i].id)->inc),
			           sim_incident_words(&sim_truth_incident(sim, old->rows[i].id)->inc));
		if (differs(&old->rows[i], now) != NULL)
			sim_broken(sim, "P6 no gap", "%s shows %s otherwise than a fresh snapshot: %s", s->person,
			           sim_incident_place(sim, &sim_truth_incident(sim, old->rows[i].id)->inc),
			           differs(&old->rows[i], now));
	}
	for (size_t i = 0; i < s->row_count; i++) {
		bool had = false, rang = false;

		for (size_t n = 0; n < old->count; n++)
			had = had || old->rows[n].id == s->rows[i].id;
		for (size_t n = 0; n < old->ringing_count; n++)
			rang = rang || old->ringing[n] == s->rows[i].id;
		if (!unchanged(sim, s->rows[i].id, since))
			continue;
		if (!had)
			sim_broken(sim, "P6 no gap", "%s lacked %016llx", s->person, (unsigned long long)s->rows[i].id);
		if (rang != sim_screen_ringing(s, s->rows[i].id))
			sim_broken(sim, "P6 no gap", "%016llx %s at %s until the page was reloaded",
			           (unsigned long long)s->rows[i].id, rang ? "rang" : "did not ring", s->person);
	}
}

static void compare_screens(struct sim *sim)
{
	struct shown *old = sim_memory(SIM_DESKS_MAX * sizeof *old);
	int64_t since;

	sim->paused = true;
	sim_run(sim, 20000); /* dead links are noticed, everybody is connected again */
	since = sim->now - 1000;
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		struct screen *s = &sim->desks[i].screen;

		if (!s->on || !s->up || !s->have_rows)
			sim_broken(sim, "P10 work goes on", "%s is not served", s->person);
		take_rows(&old[i], s);
		s->node.only = s->server; /* the same daemon again */
		sim_desk_reloaded(&sim->desks[i]);
		s->node.only = SIM_DAEMONS_MAX;
	}
	sim_run(sim, 4000);
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		p6_fresh_is_the_same(sim, &old[i], &sim->desks[i].screen, since);
		for (size_t n = 0; n < old[i].count; n++)
			free(old[i].rows[n].bytes);
		free(old[i].rows);
	}
	free(old);
	sim->paused = false;
}

/* ------------------------------------------------------------ P3, P10: all comes right */

bool sim_quiet(struct sim *sim)
{
	if (sim_open_count(sim) != 0 || sim_panels_waiting(sim) != 0)
		return false;
	for (unsigned i = 0; i < sim->setup.homes; i++) {
		if (sim_held(sim, i) != 0)
			return false;
	}
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		const struct screen *s = &sim->desks[i].screen;

		if (!s->up || !s->have_rows || s->row_count != 0)
			return false;
	}
	for (unsigned i = 0; i < sim->setup.phones; i++) {
		const struct screen *s = &sim->phones[i].screen;

		if (!s->up || s->phone == NULL || s->phone->job != NULL || s->phone->n_offers != 0)
			return false;
	}
	return true;
}

static bool quiet(struct sim *sim, uint64_t arg)
{
	(void)arg;
	return sim_quiet(sim) && sim_cut_unwritten(sim) == NULL;
}

static void say_what_is_left(struct sim *sim)
{
	for (size_t i = 0; i < sim->truth.count; i++) {
		const struct incident *inc = &sim->truth.incidents[i]->inc;

		if (inc->state != INCIDENT_CLOSED)
			sim_note(sim, "left: %s %s, owner %s", sim_incident_place(sim, inc), sim_incident_words(inc), inc->owner);
	}
	for (unsigned i = 0; i < sim->setup.homes; i++) {
		uint64_t ids[16];
		size_t n = sim_home_keeps(sim, i, ids, COUNT_OF(ids));

		for (size_t k = 0; k < n; k++)
			sim_note(sim, "left: home %u holds alarm %016llx", i, (unsigned long long)ids[k]);
	}
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		const struct screen *s = &sim->desks[i].screen;

		sim_note(sim, "left: %s up=%d rows=%zu", s->person, s->up, s->row_count);
		for (size_t k = 0; k < s->request_count; k++) {
			const struct request *r = &s->requests[k];

			if (r->result == 0 && r->keep)
				sim_note(sim, "left: a request of kind %u, made at %lld, sent at %lld, has no answer", r->what,
				         (long long)r->made_at, (long long)r->sent_at);
		}
	}
	for (unsigned i = 0; i < sim->setup.phones; i++) {
		const struct screen *s = &sim->phones[i].screen;

		sim_note(sim, "left: %s up=%d offers=%zu job=%d", s->person, s->up, s->phone == NULL ? 0 : s->phone->n_offers,
		         s->phone != NULL && s->phone->job != NULL);
	}
	if (sim_cut_unwritten(sim) != NULL)
		sim_note(sim, "left: entry %llu was read by daemons %x and cut, and nobody has written it down",
		         (unsigned long long)sim_cut_unwritten(sim)->id, sim_cut_unwritten(sim)->readers);
	sim_note(sim, "left: %u frames of panels unanswered", sim_panels_waiting(sim));
}

/* ------------------------------------------------------------ P10: every call reaches a person within its bound */

/* Somebody has it: an operator, or a caregiver who has said yes. */
static bool reached_a_person(const struct incident *inc)
{
	if (inc->state != INCIDENT_WAITING)
		return true;
	for (uint32_t i = 0; i < inc->job_count; i++) {
		if (inc->jobs[i].state >= JOB_ACCEPTED && inc->jobs[i].state <= JOB_DONE)
			return true;
	}
	return false;
}

/* Those that were open when all was healed, and presses that had not been acknowledged then. */
static bool all_reached(struct sim *sim, uint64_t arg)
{
	(void)arg;
	for (size_t i = 0; i < sim->truth.count; i++) {
		const struct incident *inc = &sim->truth.incidents[i]->inc;

		if (inc->class <= CLASS_WELFARE && !reached_a_person(inc))
			return false;
	}
	for (unsigned i = 0; i < sim->setup.homes; i++) {
		struct press *p;

		for (size_t n = 0; (p = sim_home_press(sim, i, n)) != NULL; n++) {
			if (!p->acked && !p->pushed_out && kind_class(p->kind) <= CLASS_WELFARE &&
			    kind_class(p->kind) != CLASS_NONE)
				return false;
		}
	}
	return true;
}

static void p10_every_call_reaches_a_person(struct sim *sim)
{
	if (sim_until(sim, all_reached, 0, REACH_MS))
		return;
	for (size_t i = 0; i < sim->truth.count; i++) {
		const struct incident *inc = &sim->truth.incidents[i]->inc;

		if (inc->class <= CLASS_WELFARE && !reached_a_person(inc))
			sim_broken(sim, "P10 every call reaches a person", "%s, class %d, has reached nobody in %d s",
			           sim_incident_place(sim, inc), (int)inc->class, REACH_MS / 1000);
	}
	sim_broken(sim, "P10 every call reaches a person", "a press has not been acknowledged in %d s", REACH_MS / 1000);
}

void sim_settle(struct sim *sim)
{
	char device[ID_MAX];
	struct press *p;

	ENSURE(sim->healed);
	sim_promise_cut(sim);
	compare_screens(sim);
	p10_every_call_reaches_a_person(sim);
	if (!sim_until(sim, quiet, 0, SETTLE_MS)) {
		say_what_is_left(sim);
		sim_broken(sim, "P10 all comes right", "40 minutes after healing something is left");
	}
	for (unsigned i = 0; i < sim->setup.homes; i++) {
		sim_home_device(device, i);
		for (size_t n = 0; (p = sim_home_press(sim, i, n)) != NULL; n++) {
			if (!p->acked && !p->pushed_out)
				sim_broken(sim, "P10 every press is heard", "home %u pressed %s and was never told", i,
				           kind_name(p->kind));
			if (kind_class(p->kind) == CLASS_LIFE && p->heard != STEP_CLOSED && !p->pushed_out)
				sim_broken(sim, "P3 lives until closed", "home %u let go of %s at step %d", i, kind_name(p->kind),
				           (int)p->heard);
		}
	}
}
