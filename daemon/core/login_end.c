#include "core/login_end.h"

#define NOTE_MIN_MS MINUTES(1)
#define NOTE_MAX_MS MINUTES(10)

int64_t login_note_ms(int64_t idle_ms)
{
	int64_t note_ms = idle_ms / 12;

	return note_ms < NOTE_MIN_MS ? NOTE_MIN_MS : note_ms > NOTE_MAX_MS ? NOTE_MAX_MS : note_ms;
}

static ms_t later(ms_t a, ms_t b)
{
	return a > b ? a : b;
}

static ms_t past(ms_t at_ms, ms_t now_ms)
{
	return at_ms < now_ms ? at_ms : now_ms;
}

ms_t login_ends(const struct login_times *t, ms_t now_ms)
{
	ms_t duty_end_ms = past(t->duty_end_ms, now_ms), last_ms, by_age_ms = t->until_ms, by_idle_ms;

	if (t->on_duty)
		return LOGIN_NEVER;
	/* A duty before this log-in was another one's. */
	if (duty_end_ms > t->made_ms)
		by_age_ms = later(by_age_ms, duty_end_ms + LOGIN_BACK_MS);
	if (t->idle_ms == 0)
		return by_age_ms;
	last_ms = later(later(past(t->made_ms, now_ms), past(t->used_ms, now_ms)),
	                later(duty_end_ms, past(t->unwritten_ms, now_ms)));
	by_idle_ms = last_ms + t->idle_ms + login_note_ms(t->idle_ms);
	if (duty_end_ms > t->made_ms)
		by_idle_ms = later(by_idle_ms, duty_end_ms + LOGIN_BACK_MS);
	return by_age_ms < by_idle_ms ? by_age_ms : by_idle_ms;
}
