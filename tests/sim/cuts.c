/* cuts.c - P8: what a failover cut is written down again by every daemon that had read it. Each daemon's reading is followed
 * here apart from the app; what it had read and the store no longer has when it has loaded must appear in the log as seen,
 * not in force. What is in force is never called so. */
#include <stdlib.h>

#include "sim/kit.h"

#define READ_MAX 1000 /* an older entry may have been forgotten */

/* What an entry is about: itself, or the cut one that it writes down. */
static void about(const struct store_entry *e, struct read_entry *ret)
{
	Pingan__V1__LogEvent *event = pingan__v1__log_event__unpack(NULL, e->event.len, e->event.at);

	*ret = (struct read_entry){.id = e->id, .commit = e->commit, .about_id = e->id, .about = e->commit};
	ENSURE(event != NULL);
	for (size_t i = 0; i < event->n_lines; i++) {
		if (event->lines[i]->code == PINGAN__V1__LINE_CODE__LINE_SEEN_NOT_IN_FORCE) {
			ret->about_id = (uint64_t)event->lines[i]->number;
			ret->about = event->lines[i]->cmd;
		}
	}
	pingan__v1__log_event__free_unpacked(event, NULL);
}

void sim_cut_read(struct daemon *d, const struct store_entry *e)
{
	struct app_health health;

	app_health(d->app, &health);
	/* That a daemon lived is no history. */
	if (health.newest != e->id || (e->record_count != 0 && strncmp(e->records[0].key, "daemon:", 7) == 0))
		return;
	if (d->read_count == READ_MAX)
		memmove(&d->read[0], &d->read[1], --d->read_count * sizeof d->read[0]);
	GROW(d->read, d->read_count, d->read_size);
	about(e, &d->read[d->read_count++]);
}

static bool in_force(const struct truth *t, uint64_t id, uint64_t commit)
{
	return id <= t->newest && t->commits[id] == commit;
}

void sim_cut_loaded(struct daemon *d)
{
	struct sim *sim = d->sim;

	if (d->old != NULL)
		return;
	for (size_t i = 0; i < d->read_count; i++) {
		const struct read_entry *r = &d->read[i];
		size_t n = 0;

		if (in_force(&sim->truth, r->id, r->commit) || sim_truth_cmd(sim, r->about) != NULL)
			continue; /* there; or somebody was faster */
		while (n < sim->cut_count && sim->cuts[n].commit != r->about)
			n++;
		if (n == sim->cut_count) {
			GROW(sim->cuts, sim->cut_count, sim->cut_size);
			sim->cuts[sim->cut_count++] = (struct cut_entry){.id = r->about_id, .commit = r->about};
		}
		sim->cuts[n].readers |= 1u << d->index;
	}
	d->read_count = 0;
}

void sim_cut_entry(struct sim *sim, const Pingan__V1__Line *l)
{
	if (l->number <= 0 || in_force(&sim->truth, (uint64_t)l->number, l->cmd))
		sim_broken(sim, "P8 seen, not in force", "entry %lld is in force", (long long)l->number);
	for (size_t i = 0; i < sim->cut_count; i++) {
		if (sim->cuts[i].commit != l->cmd)
			continue;
		if (sim->cuts[i].id != (uint64_t)l->number)
			sim_broken(sim, "P8 seen, not in force", "entry %llu is called %lld", (unsigned long long)sim->cuts[i].id,
			           (long long)l->number);
		sim->cuts[i] = sim->cuts[--sim->cut_count];
		return;
	}
}

void sim_cut_forgets(struct daemon *d)
{
	d->read_count = 0;
	for (size_t i = 0; i < d->sim->cut_count; i++)
		d->sim->cuts[i].readers &= ~(1u << d->index);
}

/* Sent again, the same commit may have come in after all. */
static bool came_again(const struct truth *t, uint64_t commit)
{
	for (uint64_t id = 1; id <= t->newest; id++) {
		if (t->commits[id] == commit)
			return true;
	}
	return false;
}

const struct cut_entry *sim_cut_unwritten(const struct sim *sim)
{
	for (size_t i = 0; i < sim->cut_count; i++) {
		if (sim->cuts[i].readers != 0 && !came_again(&sim->truth, sim->cuts[i].commit))
			return &sim->cuts[i];
	}
	return NULL;
}

bool sim_cuts_are_written(const struct sim *sim)
{
	return sim_cut_unwritten(sim) == NULL;
}
