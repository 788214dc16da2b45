/* unit_tally.c - attempts that came to nothing, as the devices themselves count them.
 *
 * A daemon can't see what never reached it. So a unit counts: its frames (seq), those of earlier links that nothing answered
 * (Hello.lost), connections that failed (Hello.failed), how often it sent an alarm before (Alarm.tries). All of it is a
 * peer's word: it only ever adds to figures, each by no more than the bounds of the codec.
 */
#include "app/units.h"

#include <stdlib.h>

#define GAP_MAX 1000 /* a unit that jumps further has lost its count, not its frames */

struct tally {
	char device[ID_MAX];
	struct device_tally t;
};

/* NULL when TALLIES_MAX others are known: the figures of the daemon count it all the same. */
static struct device_tally *tally_of(struct app *app, const char *device)
{
	struct table *all = &app->devices->tallies;
	struct tally *t = table_get(all, device);

	if (t != NULL)
		return &t->t;
	t = all->used >= TALLIES_MAX ? NULL : calloc(1, sizeof *t);
	if (t == NULL)
		return NULL;
	if (!text_copy(t->device, sizeof t->device, slice_str(device)) || !table_put(all, t->device, t)) {
		free(t);
		return NULL;
	}
	return &t->t;
}

static void lost(struct app *app, const struct device_link *l, uint32_t n)
{
	struct device_tally *t = n == 0 ? NULL : tally_of(app, l->device);

	app->counters[C_FRAMES_LOST] += n;
	if (t != NULL)
		t->frames_lost += n;
}

void unit_tally_hello(struct app *app, struct device_link *l, const struct up *up)
{
	struct device_tally *t = up->failed == 0 ? NULL : tally_of(app, l->device);

	l->seq = up->seq;
	lost(app, l, up->lost);
	app->counters[C_CONNECTS_FAILED] += up->failed;
	if (t != NULL)
		t->connects_failed += up->failed;
}

void unit_tally_frame(struct app *app, struct device_link *l, const struct up *up)
{
	if (l->seq != 0)
		l->seq++;
	if (up->type != UP_HEARTBEAT)
		return;
	if (l->seq != 0 && up->seq > l->seq && up->seq - l->seq <= GAP_MAX)
		lost(app, l, up->seq - l->seq);
	l->seq = up->seq;
}

void unit_tally_ack(struct app *app, const struct device_link *l, const struct alarm *a)
{
	uint32_t tries = a->tries > DEVICE_COUNT_MAX ? DEVICE_COUNT_MAX : a->tries;
	struct device_tally *t = tally_of(app, l->device);

	count(app, tries == 0 ? C_ACKS_FIRST_TRY : C_ACKS_LATER_TRY);
	app->counters[C_TRIES_LOST] += tries;
	if (t == NULL)
		return;
	if (tries == 0)
		t->acks_first_try++;
	else
		t->acks_later_try++;
	t->tries_lost += tries;
}

bool app_device_tally(const struct app *app, const char *device, struct device_tally *ret)
{
	const struct tally *t = table_get(&app->devices->tallies, device);

	if (t != NULL)
		*ret = t->t;
	return t != NULL;
}

void unit_tallies_free(struct app *app)
{
	struct table *all = &app->devices->tallies;

	for (size_t i = 0; i < table_places(all); i++)
		if (table_at(all, i)->key != NULL)
			free(table_at(all, i)->value);
	table_free(all);
}
