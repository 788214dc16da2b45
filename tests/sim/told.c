/* told.c - what devices are told, as checks: P1 and P3 (promises.c has the rest). Judged as a daemon says it, and again when
 * history is cut. */
#include <stdio.h>

#include "sim/kit.h"

/* ------------------------------------------------------------ what every checker asks */

bool sim_has_mark(const void *at, size_t len)
{
	return bytes_have(at, len, MARK_NAME) || bytes_have(at, len, MARK_ADDRESS) || bytes_have(at, len, MARK_HEALTH) ||
	       bytes_have(at, len, MARK_PHONE) || bytes_have(at, len, MARK_TEXT);
}

bool sim_safe_entry(const struct sim *sim, uint64_t entry)
{
	return entry <= store_sim_durable(sim->store) &&
	       (!sim->setup.replicated || entry <= store_sim_replica_has(sim->store));
}

bool sim_behind_a_cut(const struct sim *sim, unsigned daemon)
{
	const struct daemon *d = &sim->daemons[daemon];

	return sim->setup.lossy && (d->old != NULL || d->unwell_since != SIM_NEVER ||
	                            sim->now - sim->last_cut < CUT_SHOWN_MS || sim->now - d->disturbed < CUT_SHOWN_MS);
}

/* ------------------------------------------------------------ what devices are told: P1, P3 */

static void p1_acknowledged_is_durable(struct sim *sim, unsigned daemon, unsigned home, const Pingan__V1__Ack *ack)
{
	struct press *p = sim_home_press_by_id(sim, home, ack->alarm);
	const struct known_press *known;
	char device[ID_MAX];

	if (p == NULL || kind_class(p->kind) == CLASS_NONE)
		return;
	sim_home_device(device, home);
	known = sim_truth_press(sim, device, ack->alarm);
	if (known == NULL && ((sim->setup.lossy && p->acked) || sim_home_tried(p)))
		return; /* a test; or told before two faults took it, and once more by a daemon that does not know it yet */
	if (p->was_safe && sim_behind_a_cut(sim, daemon))
		return; /* or for the first time by that one, to a home that it could not hear before */
	if (known == NULL)
		sim_broken(sim, "P1 acknowledged is durable", "home %u is told stored, the store does not know it", home);
	if (kind_silent(p->kind) && (!ack->silent || ack->say != PINGAN__V1__SAY__SAY_NOTHING))
		sim_broken(sim, "silent kinds stay silent", "home %u may speak of %s", home, kind_name(p->kind));
	if (known->incident != ack->incident)
		sim_broken(sim, "P1 acknowledged is durable", "home %u is told incident %016llx, it is in %016llx", home,
		           (unsigned long long)ack->incident, (unsigned long long)known->incident);
	if (!sim_safe_entry(sim, known->entry))
		sim_broken(sim, "P1 acknowledged is durable", "home %u is told stored before entry %llu is safe", home,
		           (unsigned long long)known->entry);
}

static void p3_steps_are_true(struct sim *sim, unsigned daemon, unsigned home, const Pingan__V1__Status *status)
{
	struct press *p = sim_home_press_by_id(sim, home, status->alarm);
	const struct known_press *known;
	const struct known_incident *k;
	char device[ID_MAX];

	if (p != NULL && kind_silent(p->kind) && status->say != PINGAN__V1__SAY__SAY_NOTHING)
		sim_broken(sim, "silent kinds stay silent", "home %u may say %d of %s", home, (int)status->say,
		           kind_name(p->kind));
	/* Not stored yet, and on the screens: nothing is promised, so nothing can be untrue. */
	if (status->step == PINGAN__V1__STEP__STEP_NONE && status->say == PINGAN__V1__SAY__SAY_NOT_STORED)
		return;
	if (p == NULL || p->kind == KIND_POWER) /* its line in the area's incident ends when its power is back */
		return;
	if (sim_behind_a_cut(sim, daemon))
		return;
	sim_home_device(device, home);
	known = sim_truth_press(sim, device, status->alarm);
	k = known == NULL ? NULL : sim_truth_incident(sim, known->incident);
	/* Two faults took a repeat, the call that it joined is there: what is told of that one is true. */
	if (k == NULL && sim->setup.lossy && p->acked)
		k = sim_truth_incident(sim, p->incident);
	/* They took what the device has let go: whatever it is told of that changes nothing. */
	if (k == NULL && ((sim->setup.lossy && kind_class(p->kind) > CLASS_WELFARE) || sim_home_tried(p)))
		return;
	if (k == NULL)
		sim_broken(sim, "P3 steps are true", "home %u is told step %d of nothing", home, (int)status->step);
	if (kind_silent(p->kind) && status->step != PINGAN__V1__STEP__STEP_CLOSED)
		sim_broken(sim, "silent kinds stay silent", "home %u is told step %d of %s", home, (int)status->step,
		           kind_name(p->kind));
	if ((enum step)status->step > k->furthest)
		sim_broken(sim, "P3 steps are true", "home %u is told step %d, the store got to %d", home, (int)status->step,
		           (int)k->furthest);
	if (!sim_safe_entry(sim, k->step_entry[status->step]))
		sim_broken(sim, "P3 steps are true", "home %u is told step %d before entry %llu is safe", home,
		           (int)status->step, (unsigned long long)k->step_entry[status->step]);
	if ((enum step)status->step > p->told)
		p->told = (enum step)status->step;
}

static void told_home(struct sim *sim, unsigned daemon, unsigned home, struct slice bytes)
{
	while (bytes.len != 0) {
		size_t frame = 0, head = 0;
		Pingan__V1__Down *down;

		for (unsigned shift = 0; head < bytes.len && head < 3; shift += 7) {
			frame |= (size_t)(bytes.at[head] & 0x7F) << shift;
			if ((bytes.at[head++] & 0x80) == 0)
				break;
		}
		if (frame == 0 || bytes.len - head < frame)
			sim_broken(sim, "frames can be read", "home %u is sent half a frame", home);
		down = pingan__v1__down__unpack(NULL, frame, bytes.at + head);
		if (down == NULL)
			sim_broken(sim, "frames can be read", "home %u is sent bytes that are no Down", home);
		if (sim_has_mark(bytes.at, bytes.len))
			sim_broken(sim, "P9 private", "home %u is sent personal data", home);
		if (down->body_case == PINGAN__V1__DOWN__BODY_ACK)
			p1_acknowledged_is_durable(sim, daemon, home, down->ack);
		if (down->body_case == PINGAN__V1__DOWN__BODY_STATUS)
			p3_steps_are_true(sim, daemon, home, down->status);
		pingan__v1__down__free_unpacked(down, NULL);
		bytes.at += head + frame;
		bytes.len -= head + frame;
	}
}

static void told_panel(struct sim *sim, unsigned panel, struct slice bytes)
{
	const char *open = memmem(bytes.at, bytes.len, "\"ACK\"", 5);
	const char *body;
	const struct known_raw *raw;

	if (open == NULL || (const char *)bytes.at + bytes.len - open < 9)
		return;
	body = sim_panel_body(sim, panel, open + 5);
	/* A link test changes nothing, nor that a cause is gone which nobody knew of. */
	if (body == NULL || strncmp(body, "\"NULL\"", 6) == 0 || strstr(body, "|3") != NULL)
		return;
	raw = sim_truth_raw(sim, body);
	if (raw == NULL)
		sim_broken(sim, "P1 acknowledged is durable", "panel %u hears ACK, the store does not know %s", panel, body);
	if (!sim_safe_entry(sim, raw->entry))
		sim_broken(sim, "P1 acknowledged is durable", "panel %u hears ACK before entry %llu is safe", panel,
		           (unsigned long long)raw->entry);
}

void sim_promise_device(struct sim *sim, unsigned daemon, struct node *node, struct slice bytes)
{
	if (node->kind == NODE_HOME)
		told_home(sim, daemon, node->index, bytes);
	else
		told_panel(sim, node->index, bytes);
}

/* ------------------------------------------------------------ cuts */

/* Acknowledged is there, whatever happened since. */
static void p1_acknowledged_stays(struct sim *sim)
{
	char device[ID_MAX];
	struct press *p;

	for (unsigned i = 0; i < sim->setup.homes; i++) {
		sim_home_device(device, i);
		for (size_t n = 0; (p = sim_home_press(sim, i, n)) != NULL; n++) {
			if (p->acked && kind_class(p->kind) != CLASS_NONE && sim_truth_press(sim, device, p->id) == NULL &&
			    !sim_home_tried(p))
				sim_broken(sim, "P1 acknowledged is durable", "home %u heard stored, it is gone", i);
		}
	}
}

/* What two faults will take was stored and shown: the device repeats it when it reaches a daemon again, and only then it is
 * to be shown again. Called while the truth still knows it. */
void sim_promise_before_cut(struct sim *sim)
{
	const struct known_press *known;
	char device[ID_MAX];
	struct press *p;

	for (unsigned i = 0; i < sim->setup.homes && sim->setup.lossy; i++) {
		sim_home_device(device, i);
		for (size_t n = 0; (p = sim_home_press(sim, i, n)) != NULL; n++) {
			known = sim_truth_press(sim, device, p->id);
			p->was_safe = p->was_safe || (known != NULL && known->entry <= sim->safe_before_cut);
			if (p->acked || known == NULL)
				continue;
			for (unsigned d = 0; d < SIM_DAEMONS_MAX; d++)
				p->reached_at[d] = SIM_NEVER;
		}
	}
}

/* Only a cut can take an entry away, so that is when to look. */
void sim_promise_cut(struct sim *sim)
{
	if (!sim->setup.lossy)
		p1_acknowledged_stays(sim);
}
