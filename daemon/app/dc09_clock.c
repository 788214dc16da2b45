/* dc09_clock.c - panels with a key whose clock is wrong: how often in a row, whatever connection each frame came by.
 *
 * Their frame is refused with our time (NAK) and no person sees it, because the panel repeats it with the right one. One that
 * does not learn must not hide a call by that, and many panels open a connection for each frame: so it is counted by account.
 *
 * Bounds: CLOCKS_MAX accounts at once. Beyond it nobody is counted, and everything is shown at once.
 */
#include <stdio.h>

#include "app/devices.h"

static struct wrong_clock *find(struct app *app, const char *device)
{
	for (uint32_t i = 0; i < CLOCKS_MAX; i++)
		if (strcmp(app->devices->clocks[i].device, device) == 0)
			return &app->devices->clocks[i];
	return NULL;
}

static struct wrong_clock *place(struct app *app)
{
	struct wrong_clock *oldest = &app->devices->clocks[0];

	for (uint32_t i = 0; i < CLOCKS_MAX; i++) {
		struct wrong_clock *c = &app->devices->clocks[i];

		if (c->times == 0)
			return c;
		if (c->since.ms < oldest->since.ms)
			oldest = c;
	}
	return app->now.mono.ms - oldest->since.ms >= CLOCK_MEMORY_MS ? oldest : NULL;
}

uint32_t dc09_clock_wrong(struct app *app, const char *device)
{
	struct wrong_clock *c = find(app, device);

	if (c == NULL) {
		c = place(app);
		if (c == NULL)
			return DC09_WRONG_TIMES_MAX;
		snprintf(c->device, sizeof c->device, "%s", device);
		c->times = 0;
	} else if (app->now.mono.ms - c->since.ms >= CLOCK_MEMORY_MS) {
		c->times = 0;
	}
	c->since = app->now.mono;
	return ++c->times;
}

void dc09_clock_right(struct app *app, const char *device)
{
	struct wrong_clock *c = find(app, device);

	if (c != NULL)
		*c = (struct wrong_clock){0};
}
