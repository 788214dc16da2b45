/* never.c - what must never happen in such a service, as checks (docs/TESTING.md names the field's failure behind each):
 * an alarm that waits unseen, two who each think that the other has it, a screen that looks well and is not, a dead device
 * that looks alive, a dead telephone that looks told. A sweep once a second of virtual time, and a look at each entry. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/kit.h"

#define SWEEP_MS 1000
#define SHOWN_MS 6000    /* what is stored is on every screen that it concerns within this */
#define TOLD_MS 5000     /* a screen that is not served well says so within this */
#define THERE_MS 5000    /* whose console speaks is there again within this */
#define READY_MS 15000   /* a dead link is noticed after 9 s; then what the page says of itself holds */
#define SILENT_MS 300000 /* a device's link that brings nothing is ended within this: heartbeats come every 60 s */

/* Undisturbed for so long, and well all the time. */
static bool well(const struct sim *sim, const struct daemon *d, int64_t ms)
{
	return d->up && !sim_daemon_stalled(d) && d->old == NULL && d->well_since != SIM_NEVER &&
	       sim->now - d->well_since > ms && sim->now - d->disturbed > ms;
}

/* Nothing has stood between this page and its daemon for so long. */
static bool connected(struct sim *sim, const struct screen *s, int64_t ms)
{
	const struct sim_link *l = sim_link_of(sim, s->node.link);

	return s->on && s->up && sim->now - s->up_since > ms && l != NULL && l->at_daemon && l->at_client && !l->stuck &&
	       s->node.slow_until < sim->now - ms && sim->blocked_until[s->node.number][s->server] < sim->now - ms;
}

/* ------------------------------------------------------------ the screen and the truth */

static void row_and_truth(struct sim *sim, const struct screen *s, const struct known_incident *k)
{
	const struct incident *inc = &k->inc;
	const struct row *r = sim_screen_row(s, inc->id);

	if (inc->state == INCIDENT_CLOSED) {
		if (r != NULL && !r->row->not_stored)
			sim_broken(sim, "P6 the screen tells the truth", "%s still shows %s, closed %lld ms ago", s->person,
			           sim_incident_place(sim, inc), (long long)(sim->now - k->changed_at));
		return;
	}
	if (r != NULL && r->row->not_stored)
		return; /* a press that is not stored yet may raise it: shown as it will be */
	if (r == NULL)
		sim_broken(sim, "N2 no alarm waits unseen", "%s %s has been stored for %lld ms, %s shows nothing",
		           sim_incident_place(sim, inc), sim_incident_words(inc), (long long)(sim->now - k->changed_at),
		           s->person);
	if (strcmp(r->row->owner, inc->owner) != 0)
		sim_broken(sim, "N3 everybody knows who has it", "%s is shown %s as taken by \"%s\", it is \"%s\"", s->person,
		           sim_incident_place(sim, inc), r->row->owner, inc->owner);
	if ((int)r->row->state != (int)inc->state || (int)r->row->class_ != (int)inc->class ||
	    (int)r->row->progress != (int)incident_progress(inc))
		sim_broken(sim, "P6 the screen tells the truth", "%s is shown %s as state %d, class %d, progress %d", s->person,
		           sim_incident_place(sim, inc), (int)r->row->state, (int)r->row->class_, (int)r->row->progress);
}

static void screens_tell_the_truth(struct sim *sim)
{
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		struct screen *s = &sim->desks[i].screen;

		if (!connected(sim, s, SHOWN_MS) || !s->have_rows || !s->store_up ||
		    !well(sim, &sim->daemons[s->server], SHOWN_MS))
			continue;
		for (size_t n = sim->truth.count; n > 0; n--) {
			const struct known_incident *k = sim->truth.incidents[n - 1];

			if (sim->now - k->changed_at > SHOWN_MS && !k->inc.quarantine && sim_desk_covers(sim, i, k->inc.area))
				row_and_truth(sim, s, k);
		}
	}
}

/* A daemon that can't store, or does not hear its own proof of life, says so to its consoles. */
static void screens_say_that_they_cannot(struct sim *sim)
{
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		struct screen *s = &sim->desks[i].screen;
		const struct daemon *d = &sim->daemons[s->server];

		if (!connected(sim, s, TOLD_MS) || !d->up || sim_daemon_stalled(d) || d->unwell_since == SIM_NEVER ||
		    sim->now - d->unwell_since < TOLD_MS || sim->now - d->stalled_until < TOLD_MS)
			continue;
		if (s->store_up)
			sim_broken(sim, "P6 a screen says that it cannot", "daemon %u has not been well for %lld ms, %s looks well",
			           d->index, (long long)(sim->now - d->unwell_since), s->person);
	}
}

/* True if this page waits for an answer to what it said of being ready, or has just got it. */
static bool says_ready(const struct sim *sim, const struct screen *s)
{
	for (size_t i = 0; i < s->request_count; i++) {
		if (s->requests[i].what == PINGAN__V1__REQUEST__WHAT_READY &&
		    (s->requests[i].result == 0 || sim->now - s->requests[i].made_at < READY_MS))
			return true;
	}
	return false;
}

/* Whose console is served is not taken for gone, and calls ring at whoever says to be ready: whatever another daemon, that
 * stood still or was cut off, still believes. */
static void who_is_there_is_there(struct sim *sim)
{
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		const struct screen *s = &sim->desks[i].screen;
		bool ready = sim->desks[i].unready_until == 0;

		if (!connected(sim, s, READY_MS) || !s->store_up || !well(sim, &sim->daemons[s->server], READY_MS))
			continue;
		if (sim->truth.operators[i].link != LINK_UP && sim->now - sim->truth.operators[i].link_since > THERE_MS)
			sim_broken(sim, "P6 who is there is there",
			           "%s has been served for %lld ms, and is taken for gone for %lld ms", s->person,
			           (long long)(sim->now - s->up_since), (long long)(sim->now - sim->truth.operators[i].link_since));
		if (sim->truth.operators[i].ready != ready && !says_ready(sim, s) &&
		    sim->now - sim->truth.operators[i].ready_since > READY_MS)
			sim_broken(sim, "P6 who is ready is rung", "%s is%s ready, the record has said otherwise for %lld ms",
			           s->person, ready ? "" : " not", (long long)(sim->now - sim->truth.operators[i].ready_since));
	}
}

/* ------------------------------------------------------------ the dead that look alive */

static void no_dead_device_looks_alive(struct sim *sim)
{
	for (unsigned n = 1; n < LINKS_SIM_MAX; n++) {
		const struct sim_link *l = &sim->links[n];
		int64_t since;

		if (l->id == 0 || !l->stuck || !l->at_daemon || l->node->kind != NODE_HOME)
			continue;
		since =
			l->heard_at > sim->daemons[l->daemon].stalled_until ? l->heard_at : sim->daemons[l->daemon].stalled_until;
		if (sim->now - since > SILENT_MS)
			sim_broken(sim, "N5 no dead device looks alive", "home %u said nothing to daemon %u for %lld ms",
			           l->node->index, l->daemon, (long long)(sim->now - l->heard_at));
	}
}

void sim_phone_told(struct phone *p, uint64_t incident, uint32_t job)
{
	p->receipts[p->receipt_count % COUNT_OF(p->receipts)].incident = incident;
	p->receipts[p->receipt_count++ % COUNT_OF(p->receipts)].job = job;
}

static bool has_confirmed(const struct phone *p, uint64_t incident, uint32_t job)
{
	for (size_t i = 0; i < COUNT_OF(p->receipts); i++) {
		if (p->receipts[i].incident == incident && p->receipts[i].job == job)
			return true;
	}
	return p->receipt_count > COUNT_OF(p->receipts); /* too long ago to say */
}

/* Only the telephone itself says that an offer has reached it. */
void sim_never_entry(struct sim *sim, const Pingan__V1__LogEvent *event)
{
	uint64_t incident = strncmp(event->record, "incident:", 9) == 0 ? strtoull(event->record + 9, NULL, 16) : 0;

	for (size_t i = 0; i < event->n_lines; i++) {
		const Pingan__V1__Line *l = event->lines[i];

		if (l->code != PINGAN__V1__LINE_CODE__LINE_OFFER_DELIVERED && l->code != PINGAN__V1__LINE_CODE__LINE_OFFER_SEEN)
			continue;
		for (unsigned n = 0; n < sim->setup.phones; n++) {
			if (strcmp(l->subject, sim_phone_person(n)) == 0 && !has_confirmed(&sim->phones[n], incident, l->job))
				sim_broken(sim, "N6 no dead phone looks told", "%s confirmed nothing of job %u", l->subject, l->job);
		}
	}
}

/* A copy rings nobody twice: what is counted as pressed again was pressed again. */
void sim_never_change(struct sim *sim, const struct known_incident *k)
{
	uint32_t presses = 0;

	for (uint32_t i = 0; i < k->inc.alarm_count; i++) {
		if (k->inc.alarms[i].protocol != PROTOCOL_NATIVE)
			return;
	}
	if (k->inc.repeats == 0)
		return;
	for (size_t i = 0; i < sim->truth.press_count; i++)
		presses += sim->truth.presses[i].incident == k->inc.id;
	if (k->inc.repeats >= presses)
		sim_broken(sim, "N4 a copy is not a press", "%s counts %u repeats of %u presses",
		           sim_incident_place(sim, &k->inc), k->inc.repeats, presses);
}

/* ------------------------------------------------------------ set aside, held, handed over */

/* Out of sight for a while: never a call for help, never without the clock of the way back, never somebody's. */
static void p7_set_aside_comes_back(struct sim *sim, const struct incident *inc)
{
	if (inc->aside == ASIDE_NONE)
		return;
	if (inc->class <= CLASS_WELFARE)
		sim_broken(sim, "P7 no call for help is set aside", "%s, class %d, is shelved or held back",
		           sim_incident_place(sim, inc), (int)inc->class);
	if (inc->state != INCIDENT_WAITING || inc->owner[0] != '\0')
		sim_broken(sim, "P7 set aside, it is nobody's", "%s is %s", sim_incident_place(sim, inc),
		           sim_incident_words(inc));
	if (inc->aside_until_ms == 0 || incident_next_due(inc) > inc->aside_until_ms)
		sim_broken(sim, "P4 set aside, it comes back", "%s has no clock for it", sim_incident_place(sim, inc));
}

static void p4_held_comes_back(struct sim *sim, const struct incident *inc)
{
	if (inc->hold_until_ms == 0)
		return;
	if (inc->state != INCIDENT_ANSWERED || inc->owner[0] == '\0')
		sim_broken(sim, "P5 held, it has its owner", "%s is held by nobody", sim_incident_place(sim, inc));
	if (incident_next_due(inc) > inc->hold_until_ms)
		sim_broken(sim, "P4 held, it comes back", "%s has no clock for it", sim_incident_place(sim, inc));
}

/* Handed over is what a human there has confirmed, to one of us who says so. */
static void p7_handed_over_is_confirmed(struct sim *sim, const struct incident *before, const struct incident *after,
                                        const Pingan__V1__LogEvent *event)
{
	bool confirmed = false;

	for (uint32_t i = 0; i < after->handover_count; i++) {
		const struct handover *h = &after->handovers[i];

		confirmed = confirmed || h->state == HANDOVER_CONFIRMED;
		if (h->state == HANDOVER_OPEN && after->state != INCIDENT_CLOSED && incident_next_due(after) > h->due_ms)
			sim_broken(sim, "P4 a hand-over has its clock", "%s", sim_incident_place(sim, after));
	}
	for (size_t i = 0; i < event->n_lines; i++) {
		if (event->lines[i]->code == PINGAN__V1__LINE_CODE__LINE_HANDOVER_CONFIRMED && event->lines[i]->who[0] == '\0')
			sim_broken(sim, "P7 a person confirms", "%s was confirmed by nobody", sim_incident_place(sim, after));
	}
	if (after->state == INCIDENT_CLOSED && (before == NULL || before->state != INCIDENT_CLOSED) &&
	    after->outcome == OUTCOME_HANDED_OVER && !confirmed)
		sim_broken(sim, "P7 handed over is confirmed", "%s was closed as handed over", sim_incident_place(sim, after));
}

/* A press at home ends a drill; that a cause is gone, or a cancel, does not. */
static void p7_a_drill_hides_no_call(struct sim *sim, const struct incident *after, const Pingan__V1__LogEvent *event)
{
	if (!after->drill || after->state == INCIDENT_CLOSED || event->alarm_device[0] == '\0' ||
	    strcmp(event->alarm_device, "manual") == 0)
		return;
	for (size_t i = 0; i < event->n_lines; i++) {
		if (event->lines[i]->code == PINGAN__V1__LINE_CODE__LINE_ALARM ||
		    event->lines[i]->code == PINGAN__V1__LINE_CODE__LINE_REPEAT)
			sim_broken(sim, "P7 a drill hides no call", "%s is a drill, and %s has called",
			           sim_incident_place(sim, after), event->alarm_device);
	}
}

void sim_never_aside(struct sim *sim, const struct incident *before, const struct incident *after,
                     const Pingan__V1__LogEvent *event)
{
	p7_a_drill_hides_no_call(sim, after, event);
	p7_set_aside_comes_back(sim, after);
	p4_held_comes_back(sim, after);
	p7_handed_over_is_confirmed(sim, before, after, event);
}

void sim_never_step(struct sim *sim)
{
	if (sim->now - sim->never_at < (sim->setup.homes > 128 ? 10 * SWEEP_MS : SWEEP_MS) || sim->setup.overload)
		return;
	sim->never_at = sim->now;
	screens_tell_the_truth(sim);
	screens_say_that_they_cannot(sim);
	who_is_there_is_there(sim);
	no_dead_device_looks_alive(sim);
}
