/* daemons.c - the real app behind ports that end in the simulator: clocks that err, loops that stall, kill -9. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/kit.h"

#define SPIN_MAX 20000 /* turns in one instant before we say that it spins */

static void turn(struct sim *sim, void *who, uint64_t arg);

void sim_enter(struct daemon *d)
{
	ENSURE(!sim_inside_app);
	ENSURE(d->up);
	sim_inside_app = true;
}

static void plan_turn(struct daemon *d, int64_t at)
{
	if (at < d->sim->now)
		at = d->sim->now;
	if (d->stalled_until > at)
		at = d->stalled_until;
	if (d->turn_at <= at)
		return;
	d->turn_at = at;
	sim_at(d->sim, at, turn, d, (uint64_t)at);
}

void sim_leave(struct daemon *d)
{
	sim_inside_app = false;
	plan_turn(d, d->sim->now);
}

void sim_daemon_wake(struct daemon *d)
{
	if (d->up)
		plan_turn(d, d->sim->now);
}

bool sim_daemon_stalled(const struct daemon *d)
{
	return d->stalled_until > d->sim->now;
}

void sim_daemon_disturbed(struct sim *sim, unsigned daemon)
{
	struct daemon *d = &sim->daemons[daemon];

	d->disturbed = d->stalled_until > sim->now ? d->stalled_until : sim->now;
	sim->last_fault = sim->now;
}

static void look_at_health(struct daemon *d)
{
	struct app_health health;

	app_health(d->app, &health);
	if (!health.store_up || !health.loaded || !health.alive || d->old != NULL)
		d->well_since = SIM_NEVER;
	else if (d->well_since == SIM_NEVER)
		d->well_since = d->sim->now;
	if (health.store_up && health.loaded && health.alive)
		d->unwell_since = SIM_NEVER;
	else if (d->unwell_since == SIM_NEVER)
		d->unwell_since = d->sim->now;
}

static void turn(struct sim *sim, void *who, uint64_t arg)
{
	struct daemon *d = who;
	int64_t next;

	if (!d->up || d->turn_at != (int64_t)arg || d->turn_at > sim->now)
		return;
	d->turn_at = SIM_NEVER;
	if (sim_daemon_stalled(d)) {
		plan_turn(d, d->stalled_until);
		return;
	}
	if (d->spin_at == sim->now && ++d->spin > SPIN_MAX)
		sim_broken(sim, "a turn ends", "daemon %u wants %u turns in one instant", d->index, d->spin);
	if (d->spin_at != sim->now) {
		d->spin_at = sim->now;
		d->spin = 0;
	}
	ENSURE(!sim_inside_app);
	sim_inside_app = true;
	next = app_turn(d->app);
	sim_inside_app = false;
	look_at_health(d);
	if (next < 0 || next > 1000)
		sim_broken(sim, "a turn says when it is due", "app_turn() returned %lld", (long long)next);
	plan_turn(d, sim->now + next);
}

/* ------------------------------------------------------------ ports */

bool sim_port_fails(struct sim *sim, enum sim_port port)
{
	return ++sim->port_calls[port] == sim->fail_port_at[port];
}

void sim_fail_port(struct sim *sim, enum sim_port port, uint64_t n)
{
	sim->fail_port_at[port] = n;
}

uint64_t sim_port_calls(const struct sim *sim, enum sim_port port)
{
	return sim->port_calls[port];
}

/* Since its start, by its own machine's clock. */
static int64_t own_ms(const struct daemon *d)
{
	int64_t ms = d->sim->now - d->born;

	return ms + ms * d->drift_ppm / 1000000;
}

static void port_now(void *ctx, struct now *ret)
{
	struct daemon *d = ctx;

	*ret = (struct now){.store_ms = own_ms(d) + d->store_offset + d->store_error,
	                    .utc_ms = EPOCH_MS + d->born + own_ms(d) + d->utc_error,
	                    .mono = {own_ms(d) + 1000}};
}

static void fate(struct daemon *d, enum sim_seen seen, enum store_sim_fate what, int64_t ms)
{
	sim_saw(seen);
	store_sim_fate(d->store, what, ms);
}

static void port_commit(void *ctx, const struct store_commit *commit)
{
	struct daemon *d = ctx;
	const struct sim_weather *w = &d->sim->weather;
	struct prng *p = &d->sim->prng;
	bool inside = sim_inside_app;

	if (d->sim->ending || d->store == NULL)
		return;
	sim_inside_app = false;
	if (sim_port_fails(d->sim, SIM_PORT_COMMIT_DROPS_LINK))
		store_sim_fate(d->store, FATE_DROP_AFTER, 0);
	else if (prng_chance(p, w->store_answer_lost))
		fate(d, SEEN_ANSWER_LOST, FATE_LOSE_ANSWER, 0);
	else if (prng_chance(p, w->store_answer_late))
		fate(d, SEEN_ANSWER_LATE, FATE_LATE_ANSWER, prng_between(p, 10, 1200));
	else if (prng_chance(p, w->store_answer_twice))
		fate(d, SEEN_ANSWER_TWICE, FATE_REPEAT_ANSWER, 0);
	else if (prng_chance(p, w->store_call_lost))
		fate(d, SEEN_CALL_LOST, FATE_LOSE_CALL, 0);
	d->unanswered++;
	sim_faults_commit(d);
	if (d->sim->fail_commits != 0 || sim_port_fails(d->sim, SIM_PORT_COMMIT_LOST)) {
		if (d->sim->fail_commits != 0)
			d->sim->fail_commits--;
		sim_note(d->sim, "store call of daemon %u is lost", d->index);
		store_sim_fate(d->store, FATE_LOSE_CALL, 0);
	}
	store_sim_commit(d->store, commit);
	sim_inside_app = inside;
}

static void port_attach(void *ctx, uint64_t id, uint64_t commit)
{
	struct daemon *d = ctx;
	bool inside = sim_inside_app;

	if (d->sim->ending || d->store == NULL)
		return;
	sim_inside_app = false;
	store_sim_attach(d->store, id, commit);
	sim_inside_app = inside;
}

static void port_look(void *ctx, uint64_t id, uint64_t commit)
{
	struct daemon *d = ctx;
	bool inside = sim_inside_app;

	if (d->sim->ending || d->store == NULL)
		return;
	sim_inside_app = false;
	store_sim_look(d->store, id, commit);
	sim_inside_app = inside;
}

static void port_load(void *ctx)
{
	struct daemon *d = ctx;
	bool inside = sim_inside_app;

	if (d->sim->ending || d->store == NULL)
		return;
	sim_inside_app = false;
	store_sim_load(d->store);
	sim_inside_app = inside;
}

static enum send_result port_send(void *ctx, link_t link, struct slice bytes)
{
	struct daemon *d = ctx;
	bool inside = sim_inside_app;
	enum send_result r;

	sim_inside_app = false;
	r = sim_net_send(d->sim, d->index, link, bytes);
	sim_inside_app = inside;
	return r;
}

static void port_close(void *ctx, link_t link)
{
	struct daemon *d = ctx;
	bool inside = sim_inside_app;

	sim_inside_app = false;
	sim_net_close(d->sim, link);
	sim_inside_app = inside;
}

static void port_read(void *ctx, bool on)
{
	struct daemon *d = ctx;

	d->reading = on; /* net.c looks again before it shows anything */
}

static void port_login_done(void *ctx, uint64_t tag, bool ok)
{
	struct daemon *d = ctx;

	if (d->sim->ending)
		return;
	sim_note(d->sim, "daemon %u log-in %llu %s", d->index, (unsigned long long)tag, ok ? "ok" : "failed");
	d->sim->login_done[tag % COUNT_OF(d->sim->login_done)] = ok ? 1 : 2;
}

/* Nobody in the simulator searches by sound. */
static size_t port_pinyin(void *ctx, uint32_t rune, char *ret, size_t size)
{
	(void)ctx, (void)rune, (void)ret, (void)size;
	return 0;
}

/* Not a cipher: reversible, keyed, and leaves no plain byte standing, so that what should be sealed and is not shows. */
static size_t port_seal(void *ctx, const uint8_t key[32], struct slice plain, uint8_t *ret, size_t size)
{
	struct daemon *d = ctx;

	if (sim_port_fails(d->sim, SIM_PORT_SEAL))
		return 0;
	if (plain.len + 40 > size)
		return 0;
	memset(ret, 0xA5, 40);
	for (size_t i = 0; i < 32; i++)
		ret[8 + i] = key[i] ^ 0xA5; /* so that the oracle can look into it */
	for (size_t i = 0; i < plain.len; i++)
		ret[40 + i] = (uint8_t)(plain.at[i] ^ key[i % 32] ^ 0x80 ^ (i & 0x7F));
	return plain.len + 40;
}

static size_t port_unseal(void *ctx, const uint8_t key[32], struct slice sealed, uint8_t *ret, size_t size)
{
	(void)ctx;
	if (sealed.len < 40 || sealed.len - 40 > size)
		return 0;
	for (size_t i = 0; i < sealed.len - 40; i++)
		ret[i] = (uint8_t)(sealed.at[40 + i] ^ key[i % 32] ^ 0x80 ^ (i & 0x7F));
	return sealed.len - 40;
}

size_t sim_unseal(struct slice sealed, uint8_t *ret, size_t size)
{
	uint8_t key[32];

	for (size_t i = 0; i < sizeof key && sealed.len >= 40; i++)
		key[i] = sealed.at[8 + i] ^ 0xA5;
	return port_unseal(NULL, key, sealed, ret, size);
}

static bool port_token_matches(void *ctx, struct slice token, struct slice hash)
{
	(void)ctx;
	return slice_equal(token, hash);
}

static uint64_t port_random(void *ctx)
{
	struct daemon *d = ctx;

	return prng_next(&d->prng) | 1;
}

static PRINTF_LIKE(3, 4) void port_log(void *ctx, const char *code, const char *fmt, ...)
{
	struct daemon *d = ctx;
	bool inside = sim_inside_app;
	char text[600];
	va_list args;

	if (d->sim->ending)
		return;
	sim_inside_app = false;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	sim_code(d->sim, code);
	sim_promise_logline(d->sim, text);
	if (!d->sim->setup.exact)
		sim_note(d->sim, "daemon %u ev=%s %s", d->index, code, text);
	else if (d->sim->trace) /* said aloud, but no part of a history that a test writes out */
		printf("[%8lld] daemon %u ev=%s %s\n", (long long)d->sim->now, d->index, code, text);
	sim_inside_app = inside;
}

/* ------------------------------------------------------------ what the store says */

#define TOLD(d, call)                     \
	do {                                  \
		if ((d)->sim->ending || !(d)->up) \
			return;                       \
		sim_enter(d);                     \
		call;                             \
		sim_leave(d);                     \
	} while (0)

/* io measures the store's clock whenever it answers. */
static void hear_clock(struct daemon *d)
{
	d->store_offset = store_sim_now_ms(d->old != NULL ? d->old : d->sim->store) - own_ms(d);
}

static void told_attached(void *ctx, enum attach_result result, bool replicated)
{
	struct daemon *d = ctx;
	static const char *const words[] = {
		[ATTACH_TAIL] = "tail", [ATTACH_EMPTY] = "empty", [ATTACH_CUT] = "cut", [ATTACH_THERE] = "there"};

	hear_clock(d);
	if (!d->sim->setup.exact && result != ATTACH_THERE)
		sim_note(d->sim, "store to daemon %u: attached %s", d->index, words[result]);
	TOLD(d, app_store_attached(d->app, result, replicated));
}

static void told_down(void *ctx)
{
	struct daemon *d = ctx;

	d->well_since = SIM_NEVER;
	d->unanswered = 0;
	if (!d->sim->ending)
		sim_note(d->sim, "store to daemon %u: down", d->index);
	TOLD(d, app_store_down(d->app));
}

static void told_answer(void *ctx, uint64_t commit, const struct store_answer *answer)
{
	struct daemon *d = ctx;

	hear_clock(d);
	if (d->unanswered != 0)
		d->unanswered--;
	TOLD(d, app_store_answer(d->app, commit, answer));
}

static void told_entry(void *ctx, const struct store_entry *entry)
{
	struct daemon *d = ctx;

	hear_clock(d);
	sim_truth_follow(d->sim);
	TOLD(d, app_store_entry(d->app, entry));
	if (d->up)
		sim_cut_read(d, entry);
}

static void told_safe(void *ctx, uint64_t id)
{
	struct daemon *d = ctx;

	TOLD(d, app_store_safe(d->app, id));
}

static void told_load_begin(void *ctx)
{
	struct daemon *d = ctx;

	TOLD(d, app_load_begin(d->app));
}

static void told_load_record(void *ctx, const struct store_record *record)
{
	struct daemon *d = ctx;

	TOLD(d, app_load_record(d->app, record));
}

static void told_load_end(void *ctx, uint64_t id, uint64_t commit, int64_t stale_ms)
{
	struct daemon *d = ctx;

	TOLD(d, app_load_end(d->app, id, commit, stale_ms));
	sim_truth_follow(d->sim);
	sim_cut_loaded(d);
}

static void told_seen_put(void *ctx, bool ok)
{
	struct daemon *d = ctx;

	TOLD(d, app_store_seen_put(d->app, ok));
}

static void told_seen(void *ctx, const struct store_seen *list, size_t count)
{
	struct daemon *d = ctx;

	TOLD(d, app_store_seen(d->app, list, count));
}

/* ------------------------------------------------------------ life */

void sim_daemon_init(struct sim *sim, unsigned daemon)
{
	struct daemon *d = &sim->daemons[daemon];

	*d = (struct daemon){.sim = sim, .index = daemon, .turn_at = SIM_NEVER, .well_since = SIM_NEVER, .snapshot_at = 0};
	d->store_offset = EPOCH_MS;
}

static void start_again(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	sim_daemon_start(sim, (unsigned)arg);
}

/* Its connections to the store, from the beginning. `again`: it had others, and is told that they have fallen. */
void sim_daemon_join(struct daemon *d, bool again)
{
	struct store_sink sink = {.ctx = d,
	                          .attached = told_attached,
	                          .down = told_down,
	                          .answer = told_answer,
	                          .entry = told_entry,
	                          .safe = told_safe,
	                          .load_begin = told_load_begin,
	                          .load_record = told_load_record,
	                          .load_end = told_load_end,
	                          .seen_put = told_seen_put,
	                          .seen = told_seen};

	if (again)
		told_down(d);
	d->store = store_sim_join(d->sim->store, &sink);
	ENSURE(d->store != NULL);
	if (d->cut_off)
		store_sim_link_drop(d->store, true);
}

void sim_daemon_start(struct sim *sim, unsigned daemon)
{
	struct daemon *d = &sim->daemons[daemon];
	struct app_config config = {.policy = POLICY_DEFAULT,
	                            .root_area = "4401",
	                            .desk_phone = "02000000000",
	                            .heartbeat_s = sim->setup.heartbeat_s == 0 ? 60 : sim->setup.heartbeat_s,
	                            .demo = false,
	                            .serve_devices = true,
	                            .serve_screens = true};
	struct ports ports = {.ctx = d,
	                      .now = port_now,
	                      .store_commit = port_commit,
	                      .store_attach = port_attach,
	                      .store_look = port_look,
	                      .store_load = port_load,
	                      .store_seen_put = sim_port_seen_put,
	                      .store_seen_ask = sim_port_seen_ask,
	                      .link_send = port_send,
	                      .link_close = port_close,
	                      .links_read = port_read,
	                      .login_done = port_login_done,
	                      .pinyin = port_pinyin,
	                      .seal = port_seal,
	                      .unseal = port_unseal,
	                      .token_matches = port_token_matches,
	                      .random = port_random,
	                      .log = port_log};

	if (d->up)
		return;
	if (!sim->setup.supervised)
		config.policy.silent_native_s = config.policy.silent_dc09_s = 604800;
	d->boot++;
	d->prng.s = sim->seed * 31 + daemon * 7919 + d->boot * 104729;
	snprintf(config.daemon, sizeof config.daemon, "d%u.%u", daemon, d->boot);
	snprintf(config.build, sizeof config.build, "sim");
	d->born = sim->now;
	d->turn_at = SIM_NEVER;
	d->stalled_until = 0;
	d->reading = true;
	d->well_since = SIM_NEVER;
	d->unwell_since = sim->now;
	d->unanswered = 0;
	d->drift_ppm = sim_faults_drift(sim);
	if (!sim->setup.exact)
		d->store_error = prng_between(&sim->prng, -3, sim->weather.clock_jump != 0 ? 60 : 3);
	if (d->cut_off || !store_sim_is_there(sim->store))
		d->store_offset = EPOCH_MS + d->utc_error + sim->now; /* never heard: its own machine's clock */
	else
		hear_clock(d);
	sim_note(sim, "daemon %u starts", daemon);
	sim_inside_app = true;
	d->app = app_new(&config, &ports);
	sim_inside_app = false;
	if (d->app == NULL) { /* systemd tries again */
		sim_note(sim, "daemon %u found no memory", daemon);
		sim_after(sim, 1000, start_again, NULL, daemon);
		return;
	}
	d->up = true;
	sim_daemon_join(d, false);
	sim_daemon_disturbed(sim, daemon);
	plan_turn(d, sim->now);
	sim_snapshot_begin(d);
}

void sim_daemon_crash(struct sim *sim, unsigned daemon)
{
	struct daemon *d = &sim->daemons[daemon];
	bool ending = sim->ending;

	if (!d->up)
		return;
	sim_note(sim, "daemon %u dies%s", daemon, d->unanswered == 0 ? "" : ", commits on their way");
	sim_saw(d->unanswered == 0 ? SEEN_DAEMON_CRASH : SEEN_CRASH_BEFORE_ANSWER);
	sim_old_primary_forget(d);
	if (d->store != NULL)
		store_sim_leave(d->store);
	d->store = NULL;
	d->up = false;
	sim_cut_forgets(d);
	d->well_since = SIM_NEVER;
	sim->ending = true; /* whatever it still says is not heard */
	app_free(d->app);
	sim->ending = ending;
	d->app = NULL;
	sim_links_of_daemon_gone(sim, daemon);
	sim_daemon_disturbed(sim, daemon);
	for (unsigned i = 0; i < sim->setup.homes; i++) {
		struct press *p;

		for (size_t n = 0; (p = sim_home_press(sim, i, n)) != NULL; n++)
			p->reached_at[daemon] = SIM_NEVER;
	}
}

void sim_daemons_free(struct sim *sim)
{
	for (unsigned i = 0; i < sim->setup.daemons; i++) {
		struct daemon *d = &sim->daemons[i];

		sim_old_primary_forget(d);
		if (d->store != NULL)
			store_sim_leave(d->store);
		d->store = NULL;
		app_free(d->app);
		sim_snapshot_forget(d);
		free(d->snapshot);
		free(d->read);
	}
}

bool sim_daemon_up(const struct sim *sim, unsigned daemon)
{
	return sim->daemons[daemon].up;
}

void sim_daemon_stall(struct sim *sim, unsigned daemon, int64_t ms)
{
	struct daemon *d = &sim->daemons[daemon];

	sim_note(sim, "daemon %u stands still for %lld ms", daemon, (long long)ms);
	sim_saw(ms > 3000 ? SEEN_DAEMON_FROZEN : SEEN_DAEMON_STALL);
	d->stalled_until = sim->now + ms;
	d->turn_at = SIM_NEVER;
	plan_turn(d, d->stalled_until);
	sim_daemon_disturbed(sim, daemon);
}

void sim_daemon_lag(struct sim *sim, unsigned daemon, int64_t ms)
{
	store_sim_tail_lag(sim->daemons[daemon].store, ms);
	sim_daemon_disturbed(sim, daemon);
}

struct app *sim_app(struct sim *sim, unsigned daemon)
{
	return sim->daemons[daemon].app;
}

uint64_t sim_metric(struct sim *sim, unsigned daemon, const char *name)
{
	struct app_metric m;

	for (size_t n = 0; app_metric(sim->daemons[daemon].app, n, &m); n++) {
		if (strcmp(m.name, name) == 0)
			return m.value;
	}
	sim_broken(sim, "expected here", "no metric %s", name);
}

void sim_login_begin(struct sim *sim, unsigned daemon, uint64_t tag, const char *login, const char *person,
                     int64_t length_ms)
{
	struct daemon *d = &sim->daemons[daemon];
	struct login_ask ask = {.length_ms = length_ms};

	snprintf(ask.person, sizeof ask.person, "%s", person);
	sim_enter(d);
	app_login_begin(d->app, tag, login, &ask);
	sim_leave(d);
}

void sim_login_end(struct sim *sim, unsigned daemon, uint64_t tag, const char *login)
{
	struct daemon *d = &sim->daemons[daemon];

	sim_enter(d);
	app_login_end(d->app, tag, login);
	sim_leave(d);
}

int sim_login_done(const struct sim *sim, uint64_t tag)
{
	return sim->login_done[tag % COUNT_OF(sim->login_done)];
}
