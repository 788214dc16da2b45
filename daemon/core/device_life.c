#include "core/device_life.h"

#include <stdio.h>

struct cell {
	enum verdict verdict;
	enum device_state to;
};

/* clang-format off */
#define TO(state) {MOVE, DEVICE_##state}
#define KEEP {STAY, DEVICE_NONE} /* lawful and already true */
#define NO {REFUSE, DEVICE_NONE} /* nobody may ask for this now */

/* There is one way from COMMISSIONING to IN_SERVICE: a press that was confirmed. Whose proof it is, and whether its time is
 * up, is settled in the handlers. */
static const struct cell RULES[DEVICE_ACT_COUNT][DEVICE_STATE_COUNT] = {
	/*                       NONE               COMMISSIONING      IN_SERVICE         AWAY               RETIRED */
	[DEVICE_ACT_NONE]    = {NO,                NO,                NO,                NO,                NO},
	[DEVICE_ACT_BIND]    = {TO(COMMISSIONING), TO(COMMISSIONING), TO(COMMISSIONING), TO(COMMISSIONING), TO(COMMISSIONING)},
	[DEVICE_ACT_PROVE]   = {NO,                TO(COMMISSIONING), TO(IN_SERVICE),    TO(AWAY),          NO},
	[DEVICE_ACT_STOP]    = {KEEP,              TO(COMMISSIONING), TO(IN_SERVICE),    TO(AWAY),          KEEP},
	[DEVICE_ACT_PRESS]   = {NO,                TO(COMMISSIONING), TO(IN_SERVICE),    TO(AWAY),          NO},
	[DEVICE_ACT_CONFIRM] = {NO,                TO(IN_SERVICE),    TO(IN_SERVICE),    TO(AWAY),          NO},
	[DEVICE_ACT_EXPIRE]  = {KEEP,              TO(COMMISSIONING), TO(IN_SERVICE),    TO(AWAY),          TO(RETIRED)},
	[DEVICE_ACT_AWAY]    = {NO,                NO,                TO(AWAY),          KEEP,              NO},
	[DEVICE_ACT_BACK]    = {NO,                NO,                KEEP,              TO(IN_SERVICE),    NO},
	[DEVICE_ACT_RETIRE]  = {NO,                TO(RETIRED),       TO(RETIRED),       TO(RETIRED),       KEEP},
	[DEVICE_ACT_LOOK]    = {KEEP,              KEEP,              KEEP,              KEEP,              KEEP},
};
/* clang-format on */

struct acting {
	struct device_life *d;
	const struct device_ask *ask;
	ms_t now_ms;
	struct device_outcome *out;
};

enum verdict device_life_verdict(unsigned state, unsigned act)
{
	ENSURE(state < DEVICE_STATE_COUNT && act < DEVICE_ACT_COUNT);
	return RULES[act][state].verdict;
}

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void set_id(char ret[ID_MAX], const char *from)
{
	ENSURE(text_copy(ret, ID_MAX, slice_str(from)));
}

static void say(struct acting *s, enum device_change what, int64_t number)
{
	struct device_event *e = &s->out->events[s->out->event_count++];

	ENSURE(s->out->event_count <= DEVICE_EVENTS_MAX);
	memset(e, 0, sizeof *e);
	e->what = what;
	e->at_ms = s->now_ms;
	set_id(e->who, s->ask->who);
	e->number = number;
}

static enum verdict refuse(struct acting *s, enum refusal why)
{
	s->out->refusal = why;
	if (why == REFUSAL_BUSY || why == REFUSAL_NOT_OWNER)
		set_id(s->out->who, s->d->proof_by);
	return REFUSE;
}

bool device_life_proving(const struct device_life *d)
{
	return d->proof_by[0] != '\0' && d->proof_ms == 0;
}

bool device_life_pressed(const struct device_life *d)
{
	return d->proof_by[0] != '\0' && d->proof_ms != 0;
}

bool device_ask_stands(const struct device_ask *ask, const char *area, const char *home_area)
{
	return !ask->judged || (strcmp(ask->area, area) == 0 && strcmp(ask->home_area, home_area) == 0);
}

bool device_life_is_proof(const struct device_life *d, const struct alarm *a, ms_t received_ms, ms_t now_ms)
{
	if (a->kind != KIND_SOS || a->restore || a->protocol == PROTOCOL_MANUAL || a->heard >= STEP_ANSWERED ||
	    a->code_unknown)
		return false;
	if (!device_life_proving(d) || received_ms < d->proof_from_ms || now_ms < received_ms ||
	    now_ms >= d->proof_until_ms)
		return false;
	if (RULES[DEVICE_ACT_PRESS][d->state].verdict != MOVE)
		return false;
	/* Pressed before anybody tried anything: it was waiting for a way to us. */
	return a->raised_ms == 0 || a->raised_ms >= d->proof_from_ms - PROOF_CLOCK_MS;
}

/* The one place where a unit's state changes. */
static void enter(struct acting *s, enum device_state to)
{
	struct device_life *d = s->d;

	if (d->state == to)
		return;
	d->state = to;
	d->state_ms = s->now_ms;
	set_id(d->state_by, s->ask->who);
	say(s, DEVICE_STATE_SET, to);
}

static void proof_clear(struct device_life *d, enum proof_end end)
{
	d->proof_by[0] = '\0';
	d->proof_from_ms = d->proof_until_ms = 0;
	d->proof_ms = d->proof_raised_ms = 0;
	d->proof_press = 0;
	d->proof_end = end;
	d->proof_rang = 0;
}

static enum verdict bind(struct acting *s)
{
	struct device_life *d = s->d;

	if (!alarm_id_valid(s->ask->household))
		return refuse(s, REFUSAL_NOT_FOUND);
	if (same(d->household, s->ask->household) && d->state != DEVICE_NONE && d->state != DEVICE_RETIRED)
		return STAY;
	if (d->proof_by[0] != '\0' && (d->proof_ms != 0 || !same(d->proof_by, s->ask->who)))
		return refuse(s, REFUSAL_BUSY);
	proof_clear(d, PROOF_END_NONE);
	if (d->entered_ms == 0 && d->state == DEVICE_NONE) {
		d->entered_ms = s->now_ms;
		say(s, DEVICE_ENTERED, 0);
	}
	set_id(d->household, s->ask->household);
	set_id(d->installed_by, s->ask->who);
	d->bound_ms = s->now_ms;
	/* What was proved in another home says nothing of this one. */
	d->proved_ms = d->tested_ms = 0;
	d->proved_by[0] = '\0';
	d->proof_took_ms = 0;
	say(s, DEVICE_BOUND, 0);
	return MOVE;
}

static enum verdict prove(struct acting *s)
{
	struct device_life *d = s->d;

	if (d->household[0] == '\0')
		return refuse(s, REFUSAL_WRONG_STATE);
	if (d->proof_by[0] != '\0' && (d->proof_ms != 0 || !same(d->proof_by, s->ask->who)))
		return refuse(s, REFUSAL_BUSY);
	proof_clear(d, PROOF_END_NONE);
	set_id(d->proof_by, s->ask->who);
	d->proof_from_ms = s->now_ms;
	d->proof_until_ms = s->now_ms + PROOF_WINDOW_MS;
	s->out->number = PROOF_WINDOW_MS / 1000;
	say(s, DEVICE_PROOF_BEGUN, s->out->number);
	return MOVE;
}

static enum verdict press(struct acting *s)
{
	struct device_life *d = s->d;
	const struct alarm *a = s->ask->alarm;

	ENSURE(a != NULL);
	if (!device_life_is_proof(d, a, s->ask->received_ms, s->now_ms))
		return refuse(s, REFUSAL_WRONG_STATE);
	d->proof_ms = s->ask->received_ms;
	/* A clock that runs ahead of ours says nothing of how long it took. */
	d->proof_raised_ms = a->raised_ms <= d->proof_ms ? a->raised_ms : 0;
	d->proof_press = alarm_hash(a);
	d->proof_until_ms = s->now_ms + PROOF_CONFIRM_MS;
	say(s, DEVICE_PROOF_PRESSED, d->proof_raised_ms == 0 ? 0 : d->proof_ms - d->proof_raised_ms);
	return MOVE;
}

static enum verdict confirm(struct acting *s)
{
	struct device_life *d = s->d;
	ms_t pressed_ms = d->proof_ms;

	if (d->proof_by[0] == '\0') {
		if (d->proof_end == PROOF_END_CONFIRMED && same(d->proved_by, s->ask->who))
			return STAY;
		return refuse(s, d->proof_end == PROOF_END_NONE ? REFUSAL_WRONG_STATE : REFUSAL_EXPIRED);
	}
	if (!same(d->proof_by, s->ask->who))
		return refuse(s, REFUSAL_NOT_OWNER);
	if (s->now_ms >= d->proof_until_ms)
		return refuse(s, REFUSAL_EXPIRED);
	if (pressed_ms == 0)
		return refuse(s, REFUSAL_WRONG_STATE); /* nothing has come: there is nothing to confirm */
	proof_clear(d, PROOF_END_CONFIRMED);
	d->proved_ms = d->tested_ms = pressed_ms;
	set_id(d->proved_by, s->ask->who);
	d->proof_took_ms = s->ask->took_ms;
	say(s, DEVICE_PROVED, s->ask->took_ms);
	return MOVE;
}

static enum verdict stop(struct acting *s)
{
	struct device_life *d = s->d;

	if (d->proof_by[0] == '\0')
		return STAY;
	if (!same(d->proof_by, s->ask->who))
		return refuse(s, REFUSAL_NOT_OWNER);
	if (d->proof_ms != 0) {
		/* A press that its technician does not confirm is nobody's trial: its time is up now. */
		if (d->proof_until_ms <= s->now_ms)
			return STAY;
		d->proof_until_ms = s->now_ms;
		return MOVE;
	}
	proof_clear(d, PROOF_END_NONE);
	say(s, DEVICE_PROOF_ENDED, 0);
	return MOVE;
}

static enum verdict expire(struct acting *s)
{
	struct device_life *d = s->d;

	if (d->proof_by[0] == '\0')
		return STAY;
	if (s->now_ms < d->proof_until_ms)
		return refuse(s, REFUSAL_WRONG_STATE);
	/* With a press it ends as a call, and in no other way. */
	if ((d->proof_ms != 0) != (s->ask->rang != 0))
		return refuse(s, REFUSAL_WRONG_STATE);
	proof_clear(d, s->ask->rang != 0 ? PROOF_END_RANG : PROOF_END_EXPIRED);
	d->proof_rang = s->ask->rang;
	say(s, DEVICE_PROOF_ENDED, s->ask->rang != 0);
	return MOVE;
}

static enum verdict retire(struct acting *s)
{
	if (device_life_pressed(s->d))
		return refuse(s, REFUSAL_BUSY);
	proof_clear(s->d, PROOF_END_NONE);
	return MOVE;
}

static enum verdict act(struct acting *s)
{
	switch (s->ask->act) {
	case DEVICE_ACT_BIND:
		return bind(s);
	case DEVICE_ACT_PROVE:
		return prove(s);
	case DEVICE_ACT_STOP:
		return stop(s);
	case DEVICE_ACT_PRESS:
		return press(s);
	case DEVICE_ACT_CONFIRM:
		return confirm(s);
	case DEVICE_ACT_EXPIRE:
		return expire(s);
	case DEVICE_ACT_RETIRE:
		return retire(s);
	case DEVICE_ACT_AWAY:
	case DEVICE_ACT_BACK:
		return MOVE;
	case DEVICE_ACT_NONE:
	case DEVICE_ACT_LOOK:
	case DEVICE_ACT_COUNT:
		break;
	}
	ENSURE_NEVER("an act that the table refuses or keeps");
}

enum verdict device_life_step(struct device_life *d, const struct device_ask *ask, ms_t now_ms,
                              struct device_outcome *out)
{
	struct device_life before = *d;
	struct acting s = {d, ask, now_ms, out};
	const struct cell *cell;
	enum verdict verdict;

	memset(out, 0, sizeof *out);
	ENSURE((unsigned)d->state < DEVICE_STATE_COUNT && (unsigned)ask->act < DEVICE_ACT_COUNT);
	cell = &RULES[ask->act][d->state];
	if (cell->verdict == REFUSE)
		return refuse(&s, d->state == DEVICE_NONE ? REFUSAL_NOT_FOUND : REFUSAL_WRONG_STATE);
	if (cell->verdict == STAY)
		return STAY;
	verdict = act(&s);
	if (verdict != MOVE) {
		*d = before;
		out->event_count = 0;
		return verdict;
	}
	enter(&s, cell->to);
	ENSURE(device_life_valid(d));
	return MOVE;
}

bool device_life_may(const struct device_life *d, enum device_act what, const char *who, ms_t now_ms)
{
	struct device_life after = *d;
	struct device_ask ask = {.act = what};
	struct device_outcome out;

	if (!text_copy(ask.who, sizeof ask.who, slice_str(who)))
		return false;
	/* Another home, so that it is no answer that it stands there already. */
	snprintf(ask.household, sizeof ask.household, "%s", same(d->household, "-") ? "+" : "-");
	return device_life_step(&after, &ask, now_ms, &out) == MOVE;
}

bool device_life_valid(const struct device_life *d)
{
	bool runs = d->proof_by[0] != '\0';

	if ((unsigned)d->state >= DEVICE_STATE_COUNT)
		return false;
	/* A proof has its clock, its person and a home; none of it stands without one. */
	if (runs != (d->proof_until_ms != 0) || runs != (d->proof_from_ms != 0) || (d->proof_ms != 0 && !runs))
		return false;
	if (runs && (d->household[0] == '\0' || d->state == DEVICE_NONE || d->state == DEVICE_RETIRED))
		return false;
	if ((d->proof_ms != 0) != (d->proof_press != 0) || (d->proof_raised_ms != 0 && d->proof_ms == 0))
		return false;
	return (d->proof_rang != 0) == (d->proof_end == PROOF_END_RANG);
}
