/* login_end.h - when a log-in ends by itself: the one place that says so.
 *
 * Owns:   the rule, for every role. What ends a log-in because somebody wants it to (log-out, shut out, a new password) is not
 *         here: that is at once, on duty or not.
 * Knows:  no store, no clock, no role: how long somebody of that role may be idle is handed in (sessions.idle_* in the
 *         configuration).
 * Result: a time, or LOGIN_NEVER.
 *
 *   1. On duty nobody is thrown out, neither by age nor by idleness: a ring that nobody hears is worse than a screen left open. On
 *      duty is a console with its shift running and its line up, whoever has a call or a job in hand, and a phone on duty, whether
 *      it has a line or not.
 *   2. Whose line broke while on duty, or whose duty ended, has LOGIN_BACK_MS to come back or to go, however old the log-in is.
 *   3. Else it ends by age, and when nobody has used it for as long as the role allows, counted from what was last: the log-in,
 *      a use, the end of duty.
 *   4. While nobody could write down that it is used (no store), it is not idle.
 */
#ifndef CORE_LOGIN_END_H
#define CORE_LOGIN_END_H

#include "core/alarm.h"

#define LOGIN_NEVER INT64_MAX
#define LOGIN_BACK_MS MINUTES(30)

struct login_times {
	ms_t made_ms, until_ms;
	ms_t used_ms;      /* last use that is written down; 0 = none is */
	bool on_duty;      /* or has a call or a job in hand */
	ms_t duty_end_ms;  /* of the last one, or when its line broke; 0 = not known */
	ms_t unwritten_ms; /* up to then no use could be written down; 0 = it always could */
	int64_t idle_ms;   /* of the role; 0 = idleness does not end it */
};

/* Times that lie ahead of `now_ms` are somebody else's word, and count as now. */
ms_t login_ends(const struct login_times *t, ms_t now_ms);

/* A use is written down when the last one is so old, not each of them; and idleness ends a log-in so much later, never earlier. */
int64_t login_note_ms(int64_t idle_ms);

#endif
