#include "core/duty.h"

enum duty_check duty_check(ms_t check_ms, ms_t proved_ms, ms_t now_ms)
{
	if (check_ms == 0)
		return DUTY_CHECK_NONE;
	if (proved_ms >= check_ms)
		return DUTY_CHECK_PASSED;
	return now_ms < check_ms + DUTY_CHECK_MS ? DUTY_CHECK_RINGS : DUTY_CHECK_FAILED;
}

static void off(struct caregiver *c, ms_t now_ms)
{
	c->on_duty = c->off_after_job = false;
	c->duty_since_ms = now_ms;
	c->check_ms = c->proved_ms = 0;
	c->proof_took_ms = 0;
}

static enum verdict begin(struct caregiver *c, bool check, ms_t now_ms)
{
	enum duty_check stands = duty_check(c->check_ms, c->proved_ms, now_ms);
	bool rings = check && (!c->on_duty || stands == DUTY_CHECK_NONE || stands == DUTY_CHECK_FAILED);

	if (c->on_duty && !c->off_after_job && !rings)
		return STAY;
	if (!c->on_duty) {
		c->duty_since_ms = now_ms;
		c->jobs_taken = 0;
		c->proved_ms = c->check_ms = 0;
		c->proof_took_ms = 0;
	}
	c->on_duty = true;
	c->off_after_job = false;
	if (rings)
		c->check_ms = now_ms;
	return MOVE;
}

static enum verdict answer(struct caregiver *c, ms_t made_ms, ms_t now_ms, enum refusal *why)
{
	switch (c->on_duty && c->check_ms == made_ms ? duty_check(c->check_ms, c->proved_ms, now_ms) : DUTY_CHECK_NONE) {
	case DUTY_CHECK_NONE:
		*why = REFUSAL_WRONG_STATE;
		return REFUSE;
	case DUTY_CHECK_FAILED:
		*why = REFUSAL_EXPIRED;
		return REFUSE;
	case DUTY_CHECK_PASSED:
		return STAY;
	case DUTY_CHECK_RINGS:
		break;
	}
	/* A daemon whose clock is behind that of the one which rang: it was answered all the same, and after it rang. */
	c->proved_ms = now_ms > c->check_ms ? now_ms : c->check_ms;
	c->proof_took_ms = (uint32_t)(c->proved_ms - c->check_ms);
	return MOVE;
}

enum verdict duty_step(const struct caregiver *now, enum duty_event ev, ms_t made_ms, ms_t now_ms,
                       struct caregiver *next, enum refusal *why)
{
	*next = *now;
	switch (ev) {
	case DUTY_ON:
	case DUTY_ON_CHECK:
		return begin(next, ev == DUTY_ON_CHECK, now_ms);
	case DUTY_OFF:
	case DUTY_OFF_AFTER:
		if (!now->on_duty)
			return STAY;
		if (now->incident == 0) {
			off(next, now_ms);
			return MOVE;
		}
		if (ev == DUTY_OFF) {
			*why = REFUSAL_BUSY; /* finish or give back the job first */
			return REFUSE;
		}
		next->off_after_job = true;
		return now->off_after_job ? STAY : MOVE;
	case DUTY_CHECK:
		if (!now->on_duty) {
			*why = REFUSAL_WRONG_STATE;
			return REFUSE;
		}
		if (duty_check(now->check_ms, now->proved_ms, now_ms) == DUTY_CHECK_RINGS)
			return STAY;
		next->check_ms = now_ms;
		return MOVE;
	case DUTY_ANSWER:
		return answer(next, made_ms, now_ms, why);
	}
	return UNDECIDED;
}

void duty_freed(struct caregiver *c, ms_t now_ms)
{
	if (c->incident == 0 && c->off_after_job)
		off(c, now_ms);
}
