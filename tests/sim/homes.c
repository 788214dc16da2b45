/* homes.c - native devices: the unit of clients/sim, its button, and what it was told. */
#include <stdio.h>
#include <stdlib.h>

#include "clients/sim/unit.h"
#include "sim/kit.h"

#define PRESSES_MAX 64
#define TEST_LATE_MS MINUTES(2)

struct home {
	struct unit unit;
	struct node node;
	struct prng prng;
	int64_t due;        /* the tick that is planned; SIM_NEVER */
	bool off;           /* switched off for a moment */
	int64_t test_until; /* somebody wanted it on test until then, whether or not that came to be */
	size_t press_count;
	struct press presses[PRESSES_MAX]; /* the last ones, oldest first */
};

static void tick(struct sim *sim, void *who, uint64_t arg);

struct node *sim_home_node(struct sim *sim, unsigned home)
{
	return &sim->homes[home].node;
}

static unsigned index_of(const struct sim *sim, const struct home *h)
{
	return (unsigned)(h - sim->homes);
}

struct press *sim_home_press(const struct sim *sim, unsigned home, size_t n)
{
	struct home *h = &sim->homes[home];

	return n < h->press_count ? &h->presses[n] : NULL;
}

struct press *sim_home_press_by_id(const struct sim *sim, unsigned home, uint64_t alarm)
{
	struct home *h = &sim->homes[home];

	for (size_t i = h->press_count; i > 0; i--) {
		if (h->presses[i - 1].id == alarm)
			return &h->presses[i - 1];
	}
	return NULL;
}

size_t sim_home_keeps(const struct sim *sim, unsigned home, uint64_t *ret, size_t max)
{
	const struct unit *u = &sim->homes[home].unit;
	size_t n = 0;

	for (uint32_t i = 0; i < u->alarm_count && n < max; i++)
		ret[n++] = u->alarms[i].alarm.id;
	return n;
}

static const char *step_word(enum step step)
{
	static const char *const words[] = {"nothing", "stored", "answered", "help on the way", "arrived", "closed"};

	return step < STEP_COUNT ? words[step] : "?";
}

static void take_news(struct sim *sim, struct home *h)
{
	struct unit_news news;
	unsigned i = index_of(sim, h);
	struct press *p;

	while (unit_news(&h->unit, &news)) {
		p = sim_home_press_by_id(sim, i, news.alarm);
		switch (news.type) {
		case NEWS_ACK:
			if (p != NULL && !p->acked) {
				sim_note(sim, "home %u hears stored%s", i, news.silent ? " (silent)" : "");
				p->acked = true;
				p->acked_at = sim->now;
				if (p->first_daemon != SIM_DAEMONS_MAX && sim_home_daemon(sim, i) != SIM_DAEMONS_MAX &&
				    p->first_daemon != sim_home_daemon(sim, i))
					sim_saw(SEEN_DEVICE_ELSEWHERE);
				p->incident = news.incident;
			}
			if (p != NULL && p->heard < STEP_STORED)
				p->heard = STEP_STORED;
			break;
		case NEWS_STATUS:
			if (news.step == STEP_NONE) {
				sim_note(sim, "home %u hears that it is not stored yet", i);
				break;
			}
			sim_note(sim, "home %u hears %s", i, step_word(news.step));
			if (p != NULL)
				p->heard = news.step;
			break;
		case NEWS_REFUSED:
			sim_note(sim, "home %u is refused, reason %d", i, (int)news.reason);
			break;
		case NEWS_LET_GO:
			if (p == NULL || p->heard == STEP_CLOSED ||
			    (p->heard == STEP_STORED && kind_class(p->kind) != CLASS_LIFE && kind_class(p->kind) != CLASS_WELFARE))
				break;
			p->pushed_out = h->unit.alarm_count == DEVICE_HELD_MAX;
			if (!p->pushed_out)
				sim_broken(sim, "P3 lives until closed", "home %u lets go of %s at step %d", i, kind_name(p->kind),
				           (int)p->heard);
			break;
		case NEWS_WELCOME:
		case NEWS_BEAT:
		case NEWS_LOST:
		case NEWS_SETUP:
		case NEWS_KEY:
		case NEWS_NONE:
			break;
		}
	}
}

/* What unit.h asks of its owner after every call. */
static void serve(struct sim *sim, struct home *h)
{
	enum unit_wish wish;
	struct slice out;
	int64_t due;

	if (h->off)
		return;
	while ((wish = unit_wish(&h->unit)) != WISH_NOTHING) {
		if (wish == WISH_CLOSE) {
			sim_client_close(sim, h->node.link, true);
			continue;
		}
		if (h->node.link != 0)
			sim_client_close(sim, h->node.link, true);
		sim_connect(sim, &h->node,
		            h->node.only < SIM_DAEMONS_MAX
		                ? h->node.only
		                : (unsigned)(unit_path(&h->unit) + index_of(sim, h)) % sim->setup.daemons);
	}
	out = unit_output(&h->unit);
	if (out.len != 0 && h->node.open) {
		sim_client_send(sim, h->node.link, out);
		unit_sent(&h->unit, out.len);
	}
	take_news(sim, h);
	due = unit_due(&h->unit);
	if (due <= sim->now)
		due = sim->now + 1;
	if (due < h->due) {
		h->due = due;
		sim_at(sim, due, tick, h, (uint64_t)due);
	}
}

static void tick(struct sim *sim, void *who, uint64_t arg)
{
	struct home *h = who;

	if (h->due != (int64_t)arg)
		return;
	h->due = SIM_NEVER;
	if (h->off)
		return;
	unit_tick(&h->unit, sim->now);
	serve(sim, h);
}

void sim_home_opened(struct sim *sim, unsigned home)
{
	unit_up(&sim->homes[home].unit, sim->now);
	serve(sim, &sim->homes[home]);
}

void sim_home_closed(struct sim *sim, unsigned home)
{
	unit_down(&sim->homes[home].unit, sim->now);
	serve(sim, &sim->homes[home]);
}

void sim_home_bytes(struct sim *sim, unsigned home, struct slice bytes)
{
	struct home *h = &sim->homes[home];

	unit_bytes(&h->unit, bytes, sim->now);
	serve(sim, h);
}

static void reached(struct sim *sim, struct press *p, unsigned daemon)
{
	if (p == NULL || p->reached_at[daemon] != SIM_NEVER)
		return;
	p->reached_at[daemon] = sim->now;
	if (p->first_daemon == SIM_DAEMONS_MAX)
		p->first_daemon = daemon;
}

void sim_home_reached(struct sim *sim, unsigned home, unsigned daemon, const Pingan__V1__Up *up)
{
	if (up->body_case == PINGAN__V1__UP__BODY_ALARM)
		reached(sim, sim_home_press_by_id(sim, home, up->alarm->id), daemon);
	if (up->body_case != PINGAN__V1__UP__BODY_HELLO)
		return;
	for (size_t i = 0; i < up->hello->n_held; i++) {
		if (up->hello->held[i]->alarm != NULL)
			reached(sim, sim_home_press_by_id(sim, home, up->hello->held[i]->alarm->id), daemon);
	}
}

static uint64_t press(struct sim *sim, struct home *h, enum kind kind)
{
	uint64_t id = prng_next(&h->prng) | 1;
	struct press *p;

	if (!unit_press(&h->unit, kind, 1, id, EPOCH_MS + sim->now, sim->now)) {
		sim_note(sim, "home %u presses %s, its memory is full", index_of(sim, h), kind_name(kind));
		return 0;
	}
	if (h->press_count == PRESSES_MAX)
		memmove(h->presses, h->presses + 1, --h->press_count * sizeof h->presses[0]);
	p = &h->presses[h->press_count++];
	*p = (struct press){.id = id,
	                    .kind = kind,
	                    .pressed_at = sim->now,
	                    .first_daemon = SIM_DAEMONS_MAX,
	                    .tried = kind == KIND_SOS && h->test_until > sim->now};
	for (unsigned i = 0; i < SIM_DAEMONS_MAX; i++)
		p->reached_at[i] = SIM_NEVER;
	sim_note(sim, "home %u presses %s", index_of(sim, h), kind_name(kind));
	serve(sim, h);
	return id;
}

uint64_t sim_press(struct sim *sim, unsigned home, enum kind kind)
{
	return press(sim, &sim->homes[home], kind);
}

static struct press *newest(const struct sim *sim, unsigned home)
{
	struct home *h = &sim->homes[home];

	ENSURE(h->press_count != 0);
	return &h->presses[h->press_count - 1];
}

enum step sim_heard(struct sim *sim, unsigned home)
{
	return newest(sim, home)->heard;
}

bool sim_acked(struct sim *sim, unsigned home)
{
	return newest(sim, home)->acked;
}

unsigned sim_held(struct sim *sim, unsigned home)
{
	return sim->homes[home].unit.alarm_count;
}

static void on_again(struct sim *sim, void *who, uint64_t arg)
{
	struct home *h = who;

	(void)arg;
	h->off = false;
	unit_reboot(&h->unit, sim->now);
	serve(sim, h);
}

void sim_cancel(struct sim *sim, unsigned home)
{
	struct home *h = &sim->homes[home];

	ENSURE(h->press_count != 0);
	if (unit_cancel(&h->unit, h->presses[h->press_count - 1].id, sim->now))
		sim_note(sim, "home %u presses cancel", home);
	serve(sim, h);
}

/* The resident presses cancel, or a sensor says that its cause is gone. */
void sim_home_fiddle(struct sim *sim, unsigned home)
{
	struct home *h = &sim->homes[home];

	if (prng_chance(&h->prng, 500) && h->press_count != 0) {
		if (unit_cancel(&h->unit, h->presses[h->press_count - 1].id, sim->now)) {
			sim_saw(SEEN_RESIDENT_CANCELS);
			sim_note(sim, "home %u presses cancel", home);
		}
	} else {
		enum kind kind = prng_chance(&h->prng, 500) ? KIND_SMOKE : KIND_POWER;

		if (unit_restore(&h->unit, kind, 1, prng_next(&h->prng) | 1, EPOCH_MS + sim->now, sim->now)) {
			sim_saw(SEEN_SENSOR_RESTORES);
			sim_note(sim, "home %u: the %s", home, kind == KIND_SMOKE ? "smoke is gone" : "power is back");
		}
	}
	serve(sim, h);
}

void sim_home_reboot(struct sim *sim, unsigned home)
{
	struct home *h = &sim->homes[home];

	if (h->off)
		return;
	sim_note(sim, "home %u restarts", home);
	sim_saw(SEEN_DEVICE_REBOOT);
	h->off = true;
	sim_client_close(sim, h->node.link, prng_chance(&h->prng, 500));
	sim_after(sim, 3000, on_again, h, 0);
}

/* All of them, for a long time or back again. */
void sim_homes_off(struct sim *sim, bool off)
{
	for (unsigned i = 0; i < sim->setup.homes; i++) {
		struct home *h = &sim->homes[i];

		if (off) {
			h->off = true;
			sim_client_close(sim, h->node.link, true);
		} else {
			on_again(sim, h, 0);
		}
	}
}

unsigned sim_home_daemon(struct sim *sim, unsigned home)
{
	const struct sim_link *l = sim_link_of(sim, sim->homes[home].node.link);

	return l == NULL || !l->at_daemon ? SIM_DAEMONS_MAX : l->daemon;
}

void sim_home_dark(struct sim *sim, unsigned home, bool dark)
{
	sim_note(sim, "home %u %s", home, dark ? "reaches nobody" : "is reached again");
	for (unsigned i = 0; i < SIM_DAEMONS_MAX; i++)
		sim->blocked_until[sim->homes[home].node.number][i] = dark ? SIM_NEVER : 0;
}

void sim_home_only(struct sim *sim, unsigned home, unsigned daemon)
{
	struct home *h = &sim->homes[home];

	h->node.only = daemon;
	if (h->node.link != 0)
		sim_link_break(sim, h->node.link);
}

void sim_home_raw(struct sim *sim, unsigned home, struct slice bytes)
{
	sim_client_send(sim, sim->homes[home].node.link, bytes);
}

void sim_homes_init(struct sim *sim)
{
	sim->homes = sim_memory((sim->setup.homes + 1) * sizeof sim->homes[0]);
	for (unsigned i = 0; i < sim->setup.homes; i++) {
		struct home *h = &sim->homes[i];
		struct unit_config config = {.paths = 2, .model = "sim"};

		sim_node_init(sim, &h->node, NODE_HOME, i);
		h->prng.s = sim->seed * 1000003 + i;
		h->due = SIM_NEVER;
		sim_home_device(config.device, i);
		config.seed = sim->setup.exact ? i + 1 : prng_next(&h->prng);
		unit_init(&h->unit, &config, sim->now, sim->setup.exact ? 0 : 2000);
	}
}

void sim_home_on_test(struct sim *sim, unsigned home, uint32_t seconds)
{
	struct home *h = &sim->homes[home];
	int64_t until = sim->now + 1000 * (int64_t)seconds + TEST_LATE_MS; /* stored late, ended by the store's clock */

	if (h->test_until < until)
		h->test_until = until;
	for (size_t i = 0; i < h->press_count; i++) /* not stored yet */
		h->presses[i].tried = h->presses[i].tried || (!h->presses[i].acked && h->presses[i].kind == KIND_SOS);
}

/* Only the button itself is tried: a fall or smoke rings all the same. */
bool sim_home_tried(const struct press *p)
{
	return p->tried;
}

void sim_homes_start(struct sim *sim)
{
	for (unsigned i = 0; i < sim->setup.homes; i++)
		serve(sim, &sim->homes[i]);
}

void sim_homes_free(struct sim *sim)
{
	free(sim->homes);
	sim->homes = NULL;
}
