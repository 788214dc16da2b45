/* unit_beats.c - how often units beat: told with Welcome, and with the answer to a heartbeat when it has changed. */
#include "app/units.h"

#include <inttypes.h>

#define LOOK_EVERY_MS 1000

static struct beats_config config_of(const struct app *app)
{
	struct beats_config c = app->config.beats;

	c.every_s = app->config.heartbeat_s;
	return c;
}

void units_beats_turn(struct app *app)
{
	struct devices *d = app->devices;
	const struct beats_config config = config_of(app);
	int64_t late_ms = app->now.mono.ms - d->turn_due.ms;

	if (late_ms > d->load.lag_ms)
		d->load.lag_ms = late_ms;
	if (app->now.mono.ms - d->beats.looked.ms < LOOK_EVERY_MS)
		return;
	if (beats_look(&d->beats, &config, &d->load, app->now.mono)) {
		if (d->beats.slowed == 1)
			APP_LOG(app, "BEATS_NORMAL", "frames=%" PRIu64 " links=%" PRIu64, d->load.frames, d->load.links);
		else
			APP_LOG(app, "BEATS_SLOWED", "times=%" PRIu32 " frames=%" PRIu64 " links=%" PRIu64 " lag_ms=%" PRId64,
			        d->beats.slowed, d->load.frames, d->load.links, d->load.lag_ms);
	}
	d->load = (struct beats_load){0};
}

/* When it counts as silent (unit_report_ms). 0: after three beats. */
static uint32_t report_s(const struct app *app, const struct device_link *l)
{
	if (l->report_s != 0)
		return l->report_s;
	return app->config.policy.silent_native_s > 3 * app->config.heartbeat_s ? app->config.policy.silent_native_s : 0;
}

uint32_t unit_beat(struct app *app, struct device_link *l)
{
	const struct beats_config config = config_of(app);
	uint32_t s = beats_interval_s(&app->devices->beats, &config, report_s(app, l), l->device);

	if (s == l->beat_s)
		return 0;
	l->beat_s = s;
	return s;
}

uint32_t unit_beat_told_s(const struct app *app, const struct device_link *l)
{
	return l->beat_s == 0 ? app->config.heartbeat_s : l->beat_s;
}

uint64_t devices_beats_slowed(const struct app *app)
{
	return app->devices->beats.slowed;
}

void devices_wait(struct app *app, int64_t wait_ms)
{
	app->devices->turn_due.ms = app->now.mono.ms + wait_ms;
}
