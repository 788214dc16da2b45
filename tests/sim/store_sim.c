#include "sim/store_sim_internal.h"

#include <stdio.h>
#include <stdlib.h>

const struct store_sim_config STORE_SIM_CALM = {
	.seed = 1,
	.start_ms = 1790000000000,
	.reach_ms = 1,
	.sync_ms = 1,
	.back_ms = 1,
	.tail_ms = 1,
	.timeout_ms = 1500,
	.reconnect_ms = 100,
};

/* ------------------------------------------------------------ chance and time */

uint64_t ss_chance(struct store_sim *s)
{
	/* splitmix64 (Steele, Lea, Flood 2014) */
	uint64_t z = (s->prng += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

int64_t ss_up_to(struct store_sim *s, uint32_t most_ms)
{
	return (int64_t)(ss_chance(s) % (most_ms + 1));
}

static bool by_chance(struct store_sim *s, uint32_t of_10000)
{
	/* Drawn even when it can't happen: a bound set to 0 then leaves the rest of the history as it was. */
	return ss_chance(s) % 10000 < of_10000;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* TIME of the store's machine. */
static ms_t clock_ms(const struct store_sim *s)
{
	return s->config.start_ms + s->now_ms + s->skew_ms + (s->now_ms - s->drift_since_ms) * s->drift_ppm / 1000000;
}

ms_t store_sim_now_ms(const struct store_sim *s)
{
	return state_at_ms(s->state, clock_ms(s));
}

/* ------------------------------------------------------------ things on their way */

static bool before(const struct thing *a, const struct thing *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

struct thing *ss_send(struct store_sim *s, enum thing_type type, int64_t at_ms)
{
	size_t i = s->thing_count++;
	struct thing t = {.type = type, .at_ms = later(at_ms, s->now_ms), .order = s->order++};

	if (s->thing_count > s->thing_size) {
		s->thing_size = s->thing_size == 0 ? 64 : s->thing_size * 2;
		s->things = realloc(s->things, s->thing_size * sizeof *s->things);
		ENSURE(s->things != NULL);
	}
	for (; i > 0 && before(&t, &s->things[(i - 1) / 2]); i = (i - 1) / 2)
		s->things[i] = s->things[(i - 1) / 2];
	s->things[i] = t;
	return &s->things[i]; /* the caller fills it in at once: what is compared stands already */
}

static struct thing take_thing(struct store_sim *s)
{
	struct thing top = s->things[0], last = s->things[--s->thing_count];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= s->thing_count)
			break;
		if (child + 1 < s->thing_count && before(&s->things[child + 1], &s->things[child]))
			child++;
		if (!before(&s->things[child], &last))
			break;
		s->things[i] = s->things[child];
		i = child;
	}
	if (s->thing_count > 0)
		s->things[i] = last;
	return top;
}

static void drop_thing(struct thing *t)
{
	owned_commit_free(t->commit);
	ss_seen_call_free(t->seen);
	blob_drop(t->body);
}

/* What was on its way to a store that died does not arrive. */
void ss_forget_calls(struct store_sim *s)
{
	struct thing *kept = calloc(s->thing_count + 1, sizeof *kept);
	size_t count = 0;

	ENSURE(kept != NULL);
	while (s->thing_count > 0) {
		struct thing t = take_thing(s);

		if (t.type == THING_CALL || t.type == THING_SEEN_CALL)
			drop_thing(&t);
		else
			kept[count++] = t;
	}
	/* In order already: a sorted array is a heap. */
	memcpy(s->things, kept, count * sizeof *kept);
	s->thing_count = count;
	free(kept);
}

/* ------------------------------------------------------------ links */

void ss_link_falls(struct store_sim_daemon *d)
{
	struct store_sim *s = d->sim;
	bool told = d->app_up;

	d->line++;
	d->up = d->tailing = d->app_up = d->loadable = d->load_wanted = d->load_begun = false;
	d->safe_wanted = 0;
	d->call_at = d->answer_at = d->tail_at = s->now_ms;
	if (told)
		d->attach_wanted = false; /* the app asks again once it is told */
	if (s->there && !d->stay_down) {
		struct thing *t = ss_send(s, THING_LINK_UP, s->now_ms + 1 + ss_up_to(s, s->config.reconnect_ms));

		t->daemon = d->index;
		t->line = d->line;
	}
	if (told)
		d->sink.down(d->sink.ctx);
}

void ss_all_links_fall(struct store_sim *s)
{
	for (size_t i = 0; i < STORE_SIM_DAEMONS; i++)
		if (s->daemons[i].used && s->daemons[i].up)
			ss_link_falls(&s->daemons[i]);
}

static void ask_at(struct store_sim_daemon *d, int64_t at_ms)
{
	struct thing *t = ss_send(d->sim, THING_ASKED, at_ms);

	t->daemon = d->index;
	t->line = d->line;
}

static void ask(struct store_sim_daemon *d)
{
	ask_at(d, d->sim->now_ms);
}

void ss_link_stands(struct store_sim_daemon *d)
{
	d->up = true;
	ask(d);
}

/* ------------------------------------------------------------ the log's way to the daemons, and the gate */

static void gate_look(struct store_sim_daemon *d)
{
	struct store_sim *s = d->sim;
	struct thing *t;

	if (!d->tailing || d->safe_wanted == 0 || (s->config.replicated && s->replica_has < d->safe_wanted))
		return;
	t = ss_send(s, THING_SAFE, s->now_ms + (s->config.replicated ? ss_up_to(s, s->config.gate_ms) : 0));
	t->daemon = d->index;
	t->line = d->line;
	t->id = d->safe_wanted;
	d->safe_wanted = 0;
}

static void gate_want(struct store_sim_daemon *d, uint64_t id)
{
	if (id == 0)
		return;
	d->safe_wanted = id;
	gate_look(d);
}

static void tail_more(struct store_sim_daemon *d)
{
	struct store_sim *s = d->sim;
	struct thing *t;

	if (!d->tailing || d->tail_asked >= s->durable)
		return;
	d->tail_at = later(d->tail_at, s->now_ms + ss_up_to(s, s->config.tail_ms) + d->tail_lag);
	d->tail_asked = s->durable;
	t = ss_send(s, THING_TAIL, d->tail_at);
	t->daemon = d->index;
	t->line = d->line;
	t->id = s->durable;
}

void ss_became_durable(struct store_sim *s, uint64_t id)
{
	if (id <= s->durable)
		return;
	s->durable = id;
	for (size_t i = 0; i < STORE_SIM_DAEMONS; i++)
		tail_more(&s->daemons[i]);
}

static void deliver(struct store_sim_daemon *d, uint64_t to)
{
	uint64_t line = d->line;
	struct store_entry e;

	while (d->read_id < to) {
		ENSURE(state_entry(d->sim->state, d->read_id + 1, &e) && e.prev == d->read_commit);
		d->read_id = e.id;
		d->read_commit = e.commit;
		d->sink.entry(d->sink.ctx, &e);
		if (d->line != line)
			return;
	}
	gate_want(d, to);
}

static void start_tail(struct store_sim_daemon *d, uint64_t id, uint64_t commit)
{
	d->tailing = true;
	d->read_id = d->tail_asked = id;
	d->read_commit = commit;
	tail_more(d);
}

static void check(struct store_sim_daemon *d)
{
	struct store_sim *s = d->sim;
	uint64_t line = d->line;
	enum attach_result result = ATTACH_CUT;
	struct store_entry e;

	d->attach_wanted = d->load_wanted = d->load_begun = d->tailing = d->loadable = false;
	d->app_up = true;
	if (d->attach_id == 0)
		result = ATTACH_EMPTY;
	else if (d->attach_id <= s->durable && state_entry(s->state, d->attach_id, &e) && e.commit == d->attach_commit)
		result = d->attach_looks ? ATTACH_THERE : ATTACH_TAIL;
	if (result == ATTACH_TAIL)
		start_tail(d, d->attach_id, d->attach_commit);
	else
		d->loadable = true;
	d->sink.attached(d->sink.ctx, result, s->config.replicated);
	if (d->line == line && d->tailing)
		gate_want(d, d->read_id);
}

/* It takes a while, and ends with every record as of one entry, durable like all that Redis answers. */
static void load(struct store_sim_daemon *d)
{
	struct store_sim *s = d->sim;
	uint64_t line = d->line, id, commit;
	struct store_entry e;

	if (!d->load_begun || s->durable < state_newest(s->state)) {
		ask_at(d, d->load_begun ? s->sync_at : s->now_ms + ss_up_to(s, s->config.tail_ms));
		d->load_begun = true;
		return;
	}
	d->load_wanted = d->loadable = d->load_begun = false;
	id = s->durable;
	commit = state_entry(s->state, id, &e) ? e.commit : 0;
	d->sink.load_begin(d->sink.ctx);
	state_records(s->state, d->sink.load_record, d->sink.ctx);
	if (d->line != line)
		return;
	start_tail(d, id, commit);
	d->sink.load_end(d->sink.ctx, id, commit, 0);
	if (d->line == line)
		gate_want(d, id);
}

static void asked(struct store_sim_daemon *d)
{
	uint64_t line = d->line;

	if (d->attach_wanted)
		check(d);
	if (d->line == line && d->load_wanted && d->loadable)
		load(d);
}

/* ------------------------------------------------------------ a call arrives */

void ss_replicate(struct store_sim *s)
{
	struct thing *t;

	if (!s->config.replicated || !s->replica_runs)
		return;
	s->replica_at = later(s->replica_at, s->now_ms + ss_up_to(s, s->config.replica_ms));
	t = ss_send(s, THING_REPLICA, s->replica_at);
	t->line = s->epoch;
	t->id = state_newest(s->state);
}

void ss_decide(struct store_sim *s, const struct store_commit *commit, struct store_answer *ret, struct blob **ret_body)
{
	state_commit(s->state, commit, clock_ms(s), ret, ret_body);
}

static void send_answer(struct store_sim_daemon *d, const struct thing *call, const struct store_answer *answer,
                        struct blob *body, int64_t at_ms)
{
	struct thing *t = ss_send(d->sim, THING_ANSWER, at_ms);

	t->daemon = call->daemon;
	t->line = call->line;
	t->id = call->commit->commit.id;
	t->answer = *answer;
	t->body = blob_keep(body);
	t->answer.body = body != NULL ? slice_of(body->at, body->len) : slice_of(NULL, 0);
}

static void call_arrives(struct store_sim *s, struct thing *call)
{
	struct store_sim_daemon *d = &s->daemons[call->daemon];
	struct store_answer answer;
	struct blob *body = NULL;
	int64_t at_ms;

	if (!s->there)
		return;
	if (s->full)
		answer = (struct store_answer){.result = STORE_FAILED};
	else
		ss_decide(s, &call->commit->commit, &answer, &body);
	if (answer.result == STORE_STORED) {
		struct thing *t;

		s->sync_at = later(s->sync_at, s->now_ms + ss_up_to(s, s->config.sync_ms));
		t = ss_send(s, THING_SYNCED, s->sync_at);
		t->line = s->epoch;
		t->id = answer.log_id;
		ss_replicate(s);
	}
	if (d->used && d->line == call->line) {
		/* Redis answers the whole turn after its one sync: nothing overtakes it, refusals neither. */
		at_ms = later(s->sync_at, s->now_ms) + ss_up_to(s, s->config.back_ms) + call->late_ms;
		d->answer_at = later(d->answer_at, at_ms);
		if (!call->silent)
			send_answer(d, call, &answer, body, d->answer_at);
		if (call->twice)
			send_answer(d, call, &answer, body, d->answer_at);
	}
	blob_drop(body);
	if (call->drop_after && d->used && d->line == call->line)
		ss_link_falls(d);
}

void store_sim_commit(void *daemon, const struct store_commit *commit)
{
	struct store_sim_daemon *d = daemon;
	struct store_sim *s = d->sim;
	bool lose_call = by_chance(s, s->config.lose_call), lose_answer = by_chance(s, s->config.lose_answer);
	bool twice = by_chance(s, s->config.repeat_answer), drop = by_chance(s, s->config.drop_link);
	bool drop_after = drop && ss_chance(s) % 2 == 0;
	int64_t late_ms = 0;
	struct thing *t;

	if (d->fated) {
		d->fated = false;
		lose_call = d->fate == FATE_LOSE_CALL;
		lose_answer = d->fate == FATE_LOSE_ANSWER;
		twice = d->fate == FATE_REPEAT_ANSWER;
		drop = d->fate == FATE_DROP_BEFORE || d->fate == FATE_DROP_AFTER;
		drop_after = d->fate == FATE_DROP_AFTER;
		late_ms = d->fate == FATE_LATE_ANSWER ? d->fate_ms : 0;
	}
	if (lose_call || lose_answer || !d->up || !d->tailing) {
		/* No answer, or nothing may be sent now: unknown outcome, said after a while. */
		t = ss_send(s, THING_ANSWER, s->now_ms + (d->up && d->tailing ? (int64_t)s->config.timeout_ms : 0));
		t->daemon = d->index;
		t->line = d->line;
		t->id = commit->id;
		t->answer.result = STORE_FAILED;
		if (lose_call || !d->up || !d->tailing)
			return;
	}
	d->call_at = later(d->call_at, s->now_ms + ss_up_to(s, s->config.reach_ms));
	if (drop && !drop_after) {
		/* Falls on the way: as an empty call that only ends the line. */
		t = ss_send(s, THING_CALL, d->call_at);
		t->daemon = d->index;
		t->line = d->line;
		t->drop_after = true;
		return;
	}
	t = ss_send(s, THING_CALL, d->call_at);
	t->daemon = d->index;
	t->line = d->line;
	t->silent = lose_answer || drop_after;
	t->twice = twice;
	t->drop_after = drop_after;
	t->late_ms = late_ms;
	t->commit = owned_commit_copy(commit);
}

void store_sim_attach(void *daemon, uint64_t id, uint64_t commit)
{
	struct store_sim_daemon *d = daemon;

	d->attach_wanted = true;
	d->attach_looks = false;
	d->attach_id = id;
	d->attach_commit = commit;
	if (d->up)
		ask(d);
}

void store_sim_look(void *daemon, uint64_t id, uint64_t commit)
{
	store_sim_attach(daemon, id, commit);
	((struct store_sim_daemon *)daemon)->attach_looks = true;
}

void store_sim_load(void *daemon)
{
	struct store_sim_daemon *d = daemon;

	d->load_wanted = true;
	if (d->up)
		ask(d);
}

/* ------------------------------------------------------------ time passes */

static void happen(struct store_sim *s, struct thing *t)
{
	struct store_sim_daemon *d = &s->daemons[t->daemon];
	bool mine = d->used && d->line == t->line;

	switch (t->type) {
	case THING_CALL:
		if (t->commit != NULL)
			call_arrives(s, t);
		else if (mine)
			ss_link_falls(d);
		break;
	case THING_SYNCED:
		if (t->line == s->epoch)
			ss_became_durable(s, t->id);
		break;
	case THING_REPLICA:
		if (t->line == s->epoch && s->replica_runs && t->id > s->replica_has) {
			s->replica_has = t->id;
			for (size_t i = 0; i < STORE_SIM_DAEMONS; i++)
				gate_look(&s->daemons[i]);
		}
		break;
	case THING_ANSWER:
		if (mine)
			d->sink.answer(d->sink.ctx, t->id, &t->answer);
		break;
	case THING_TAIL:
		if (mine && d->tailing)
			deliver(d, t->id);
		break;
	case THING_SAFE:
		if (mine && d->tailing)
			d->sink.safe(d->sink.ctx, t->id);
		break;
	case THING_LINK_UP:
		if (mine && s->there && !d->up && !d->stay_down)
			ss_link_stands(d);
		break;
	case THING_ASKED:
		if (mine && d->up)
			asked(d);
		break;
	case THING_SEEN_CALL:
		ss_seen_call(s, t);
		break;
	case THING_SEEN_ANSWER:
		if (mine)
			ss_seen_answer(d, t);
		break;
	}
}

void store_sim_run(struct store_sim *s, mono_t to)
{
	ENSURE(!s->running && to.ms >= s->now_ms);
	s->running = true;
	while (s->thing_count > 0 && s->things[0].at_ms <= to.ms) {
		struct thing t = take_thing(s);

		s->now_ms = t.at_ms;
		happen(s, &t);
		drop_thing(&t);
	}
	s->now_ms = to.ms;
	s->running = false;
}

int64_t store_sim_next_ms(const struct store_sim *s)
{
	return s->thing_count > 0 ? s->things[0].at_ms : INT64_MAX;
}

/* ------------------------------------------------------------ life */

struct store_sim *store_sim_new(const struct store_sim_config *config)
{
	struct store_sim *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->config = *config;
	s->prng = config->seed;
	s->there = true;
	s->replica_runs = true;
	s->state = state_new(STORE_SIM_UNDO);
	if (s->state == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void store_sim_free(struct store_sim *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->thing_count; i++)
		drop_thing(&s->things[i]);
	free(s->things);
	state_free(s->state);
	ss_seen_free(s);
	free(s);
}

struct store_sim_daemon *store_sim_join(struct store_sim *s, const struct store_sink *sink)
{
	for (size_t i = 0; i < STORE_SIM_DAEMONS; i++) {
		struct store_sim_daemon *d = &s->daemons[i];
		uint64_t line = d->line + 1; /* never one that was used before at this place */

		if (d->used)
			continue;
		*d = (struct store_sim_daemon){.sim = s, .index = i, .used = true, .sink = *sink, .line = line, .up = s->there};
		return d;
	}
	return NULL;
}

void store_sim_leave(struct store_sim_daemon *d)
{
	d->used = d->up = d->tailing = false;
	d->line++;
}
