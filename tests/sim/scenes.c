/* scenes.c - for tests that tell a story by hand. */
#include "sim/kit.h"
#include "sim/scenes.h"

struct sim *scene(const struct sim_setup *change)
{
	struct sim_setup setup = {.daemons = 1, .homes = 3, .desks = 2, .phones = 2};

	if (change != NULL) {
		if (change->daemons != 0)
			setup.daemons = change->daemons;
		if (change->homes != 0)
			setup.homes = change->homes;
		if (change->desks != 0)
			setup.desks = change->desks;
		if (change->phones != 0)
			setup.phones = change->phones;
		setup.panels = change->panels;
		setup.replicated = change->replicated;
		setup.overload = change->overload;
		setup.lossy = change->lossy;
		setup.stationed = change->stationed;
	}
	setup.by_hand = true;
	setup.exact = true;
	return sim_new(1, &setup);
}

struct wait {
	unsigned who, home;
	const char *state;
	uint64_t number;
};

static bool all_live(struct sim *sim, uint64_t arg)
{
	(void)arg;
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		if (!sim_desk_live(sim, i))
			return false;
	}
	for (unsigned i = 0; i < sim->setup.phones; i++) {
		if (!sim_phone_live(sim, i) || sim->phones[i].screen.phone == NULL)
			return false;
	}
	for (unsigned i = 0; i < sim->setup.homes; i++) {
		if (!sim_home_node(sim, i)->open)
			return false;
	}
	return true;
}

static bool on_duty(struct sim *sim, uint64_t arg)
{
	(void)arg;
	for (unsigned i = 0; i < sim->setup.phones; i++) {
		if (sim->phones[i].screen.phone == NULL || !sim->phones[i].screen.phone->on_duty)
			return false;
	}
	return true;
}

#define UNTIL(sim, what, arg, max_ms) \
	(sim_until(sim, what, (uint64_t)(uintptr_t)(arg), max_ms) ? (void)0 : sim_broken(sim, "expected here", "%s", #what))

void until_live(struct sim *sim, int64_t max_ms)
{
	UNTIL(sim, all_live, 0, max_ms);
}

void until_duty(struct sim *sim, int64_t max_ms)
{
	UNTIL(sim, on_duty, 0, max_ms);
}

struct sim *scene_ready(const struct sim_setup *change)
{
	struct sim *sim = scene(change);

	until_live(sim, 10000);
	until_duty(sim, 10000);
	return sim;
}

static bool state_is(struct sim *sim, uint64_t arg)
{
	const struct wait *w = (const struct wait *)(uintptr_t)arg;

	return strcmp(sim_state(sim, w->home), w->state) == 0;
}

void until_state(struct sim *sim, unsigned home, const char *state, int64_t max_ms)
{
	struct wait w = {.home = home, .state = state};

	if (!sim_until(sim, state_is, (uint64_t)(uintptr_t)&w, max_ms))
		sim_broken(sim, "expected here", "home %u becomes %s, it is %s", home, state, sim_state(sim, home));
}

static bool heard_is(struct sim *sim, uint64_t arg)
{
	const struct wait *w = (const struct wait *)(uintptr_t)arg;

	return (uint64_t)sim_heard(sim, w->home) == w->number;
}

void until_heard(struct sim *sim, unsigned home, enum step step, int64_t max_ms)
{
	struct wait w = {.home = home, .number = step};

	if (!sim_until(sim, heard_is, (uint64_t)(uintptr_t)&w, max_ms))
		sim_broken(sim, "expected here", "home %u hears step %d, it heard %d", home, (int)step,
		           (int)sim_heard(sim, home));
}

static bool offered(struct sim *sim, uint64_t arg)
{
	const struct wait *w = (const struct wait *)(uintptr_t)arg;

	return sim_phone_offered(sim, w->who, w->home);
}

void until_offered(struct sim *sim, unsigned phone, unsigned home, int64_t max_ms)
{
	struct wait w = {.who = phone, .home = home};

	UNTIL(sim, offered, &w, max_ms);
}

static bool has_job(struct sim *sim, uint64_t arg)
{
	return sim_phone_job(sim, (unsigned)arg) != 0;
}

void until_job(struct sim *sim, unsigned phone, int64_t max_ms)
{
	if (!sim_until(sim, has_job, phone, max_ms))
		sim_broken(sim, "expected here", "%s has a job", sim_phone_person(phone));
}

static bool has_row(struct sim *sim, uint64_t arg)
{
	const struct wait *w = (const struct wait *)(uintptr_t)arg;

	return sim_desk_row(sim, w->who, w->home) != NULL;
}

void until_row(struct sim *sim, unsigned desk, unsigned home, int64_t max_ms)
{
	struct wait w = {.who = desk, .home = home};

	UNTIL(sim, has_row, &w, max_ms);
}

static bool ringing(struct sim *sim, uint64_t arg)
{
	const struct wait *w = (const struct wait *)(uintptr_t)arg;

	return sim_desk_rings(sim, w->who, w->home) == (w->number != 0);
}

void until_rings(struct sim *sim, unsigned desk, unsigned home, bool rings, int64_t max_ms)
{
	struct wait w = {.who = desk, .home = home, .number = rings};

	if (!sim_until(sim, ringing, (uint64_t)(uintptr_t)&w, max_ms))
		sim_broken(sim, "expected here", "home %u %s at %s", home, rings ? "rings" : "is quiet", sim_desk_person(desk));
}

static bool answered(struct sim *sim, uint64_t arg)
{
	const struct wait *w = (const struct wait *)(uintptr_t)arg;

	return sim_desk_result(sim, w->who, w->number, NULL) != 0;
}

uint32_t desk_result(struct sim *sim, unsigned desk, uint64_t cmd)
{
	struct wait w = {.who = desk, .number = cmd};

	UNTIL(sim, answered, &w, 30000);
	return sim_desk_result(sim, desk, cmd, NULL);
}

static bool phone_answered(struct sim *sim, uint64_t arg)
{
	const struct wait *w = (const struct wait *)(uintptr_t)arg;

	return sim_phone_result(sim, w->who, w->number, NULL) != 0;
}

uint32_t phone_result(struct sim *sim, unsigned phone, uint64_t cmd)
{
	struct wait w = {.who = phone, .number = cmd};

	UNTIL(sim, phone_answered, &w, 30000);
	return sim_phone_result(sim, phone, cmd, NULL);
}

unsigned lines_of(const struct incident *inc, enum line_code code)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < inc->line_count; i++)
		n += inc->lines[i].code == code;
	return n;
}
