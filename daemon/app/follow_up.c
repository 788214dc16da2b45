/* follow_up.c - yesterday's call becomes today's call-back.
 *
 *   closed record ─> deadline, back from the log and safe ─> signal of kind follow_up, through intake like any other
 *                  ^                                              │ back from the log and safe
 *                  └── every minute until it is told ──── EVENT_FOLLOW_UP_MADE
 *
 * The signal's id comes from the closed record, so that however often it is sent, and by whichever daemon, it is one. A crash
 * anywhere leaves the deadline standing.
 */
#include <stdio.h>

#include "app/change.h"
#include "base/hash.h"

static void signal_send(struct app *app, const struct record *rec)
{
	struct incident *inc = &app->reading;
	struct alarm a = {.kind = KIND_FOLLOW_UP, .protocol = PROTOCOL_MANUAL, .battery_pct = 255};
	uint64_t ended;

	if (!incident_read(app, rec, inc) || inc->state != INCIDENT_CLOSED)
		return; /* reopened meanwhile: somebody is at it again */
	/* Reopened and closed once more it is followed once more. */
	ended = (uint64_t)inc->closed_ms;
	a.id = hash_bytes(inc->id, ended, slice_of("follow_up", 9));
	if (a.id == 0)
		a.id = 1;
	a.follow_up_of = inc->id;
	memcpy(a.device, inc->device, sizeof a.device);
	(void)intake_alarm(app, &a, (struct waiter){0}); /* refused for a bound: the deadline comes again */
}

static void made(struct app *app, uint64_t incident)
{
	const struct event ev = {.type = EVENT_FOLLOW_UP_MADE};
	char key[STORE_KEY_MAX];

	incident_key(key, incident);
	(void)change_submit(app, CHANGE_INCIDENT, key, &ev, NULL, (struct waiter){0});
}

void follow_up_settled(struct app *app, const struct change *ch)
{
	if (ch->answer != REFUSAL_OK)
		return;
	if (ch->follow_up_due)
		signal_send(app, ch->record);
	else if (ch->alarm != NULL && ch->alarm->follow_up_of != 0)
		made(app, ch->alarm->follow_up_of);
}

const char *follow_up_household(struct app *app, const struct alarm *a)
{
	const struct record *of = a->follow_up_of == 0 ? NULL : incident_find(app, a->follow_up_of);

	return of == NULL || of->rev == 0 || of->slot->household[0] == '\0' ? NULL : of->slot->household;
}
