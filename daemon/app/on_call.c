#include "app/on_call.h"

#include "app/shifts.h"

uint32_t app_on_call(struct app *app, const char *area, enum shift_post post, enum skill skill, ms_t at_ms,
                     char ret[ON_CALL_PEOPLE][ID_MAX])
{
	_Static_assert(ON_CALL_PEOPLE == ON_CALL_MAX, "as many as are told");
	app_begin(app);
	return shift_on_call(app, area, post, skill, at_ms, ret);
}

ms_t app_now_ms(struct app *app)
{
	app_begin(app);
	return app->now.store_ms;
}

bool app_roster_gap(struct app *app, uint32_t n, struct roster_gap *ret)
{
	uint32_t count, total;
	ms_t until_ms;
	const struct gap_at *gaps = shift_gaps_known(app, &count, &total, &until_ms);

	if (n >= count)
		return false;
	memcpy(ret->area, gaps[n].area, sizeof ret->area);
	ret->gap = gaps[n].gap;
	return true;
}
