/* duty.c - a caregiver's duty becomes a commit, and a check that nobody answered is told to the desk. */
#include <stdio.h>

#include "app/change.h"
#include "app/roster.h"
#include "app/shifts.h"
#include "core/duty.h"
#include "wire/record_roster.h"

#define LOOK_MS 1000

/* What the log says of it. */
static enum roster_change said(const struct caregiver *was, const struct caregiver *is)
{
	if (was->on_duty != is->on_duty)
		return is->on_duty ? ROSTER_DUTY_ON : ROSTER_DUTY_OFF;
	if (is->proved_ms != was->proved_ms)
		return ROSTER_CHECK_PASSED;
	if (is->check_ms != was->check_ms)
		return ROSTER_CHECK_MADE;
	return is->off_after_job ? ROSTER_DUTY_ENDS : ROSTER_DUTY_ON;
}

enum verdict duty_decide(struct app *app, struct change *ch)
{
	const struct caregiver *now = ch->record->rev == 0 ? NULL : ch->record->live;
	struct caregiver was = {0}, next;
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct roster_event e = {.subject = "", .area = "", .at_ms = app->now.store_ms};
	struct store_commit c;
	enum verdict verdict;
	size_t from;

	if (now != NULL)
		was = *now;
	else if (!text_copy(was.id, sizeof was.id, slice_str(ch->record->key + strlen("caregiver:")))) {
		ch->answer = REFUSAL_BAD_REQUEST;
		return REFUSE;
	}
	verdict = duty_step(&was, ch->duty, ch->duty_made_ms, app->now.store_ms, &next, &ch->answer);
	if (verdict != MOVE)
		return verdict;
	caregiver_encode(&next, &bytes);
	commit_begin(&c);
	commit_put(&c, ch->record, &bytes, 0);
	from = bytes.len;
	e.what = said(&was, &next);
	e.who = next.id;
	e.number = e.what == ROSTER_CHECK_PASSED ? (int64_t)next.proof_took_ms : next.check_ms == app->now.store_ms;
	log_event_encode(app->config.daemon, ch->record->key, NULL, 0, NULL, slice_of(NULL, 0), "", &bytes);
	roster_event_encode(&e, &bytes);
	c.event = slice_of(bytes.at + from, bytes.len - from);
	ENSURE(!bytes.overflow);
	change_fly(app, ch, &c);
	return MOVE;
}

/* A check that nobody answered fails by its time alone: the desk sees it, and so does the phone. */
void duty_turn(struct app *app)
{
	ms_t from_ms = app->duty_looked_ms, now_ms = app->now.store_ms;
	struct member *const *duty;
	size_t n;

	if (app->now.mono.ms - app->duty_looked_at.ms < LOOK_MS)
		return;
	app->duty_looked_at = app->now.mono;
	app->duty_looked_ms = now_ms;
	duty = roster_duty(app, &n);
	for (size_t i = 0; i < n; i++) {
		ms_t over_ms = duty[i]->check_ms + DUTY_CHECK_MS;

		if (duty[i]->check_ms == 0 || duty[i]->proved_ms >= duty[i]->check_ms || over_ms > now_ms || over_ms <= from_ms)
			continue;
		count(app, C_DUTY_CHECKS_FAILED);
		screens_presence(app);
		phones_touch(app, duty[i]->id);
	}
}
