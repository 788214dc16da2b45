#include "core/storm.h"

#include <string.h>

#include "core/people.h"

bool storm_kind_of(enum kind kind, enum storm_kind *ret)
{
	enum storm_kind is = STORM_KIND_NONE;

	/* No default: a new kind must be decided here. */
	switch (kind) {
	case KIND_POWER:
		is = STORM_KIND_POWER;
		break;
	case KIND_BATTERY:
		is = STORM_KIND_BATTERY;
		break;
	case KIND_TAMPER:
		is = STORM_KIND_TAMPER;
		break;
	case KIND_LINK:
		is = STORM_KIND_LINK;
		break;
	case KIND_PENDANT_LOST:
		is = STORM_KIND_PENDANT_LOST;
		break;
	case KIND_REPAIR:
		is = STORM_KIND_REPAIR;
		break;
	case KIND_COMMISSION:
		is = STORM_KIND_COMMISSION;
		break;
	case KIND_SERVICE:
		is = STORM_KIND_SERVICE;
		break;
	case KIND_FOLLOW_UP:
		is = STORM_KIND_FOLLOW_UP;
		break;
	case KIND_MISSED_TEST:
		is = STORM_KIND_MISSED_TEST;
		break;
	case KIND_NONE:
	case KIND_SOS:
	case KIND_PANIC:
	case KIND_FALL:
	case KIND_DURESS:
	case KIND_FIRE:
	case KIND_SMOKE:
	case KIND_HEAT:
	case KIND_GAS:
	case KIND_CO:
	case KIND_WATER:
	case KIND_INACTIVITY:
	case KIND_MISSED_OK:
	case KIND_WANDER:
	case KIND_UNKNOWN:
	case KIND_TEST:
	case KIND_COUNT:
		break;
	}
	if (is == STORM_KIND_NONE)
		return false;
	*ret = is;
	return true;
}

bool storm_runs(const struct storm *storm, ms_t now_ms)
{
	return storm->ended_ms == 0 && storm->from_ms <= now_ms && now_ms < storm->until_ms;
}

bool storm_covers(const struct storm *storm, enum storm_kind kind, const char *area, ms_t now_ms)
{
	return kind > STORM_KIND_NONE && kind < STORM_KIND_COUNT && (storm->kinds & (UINT32_C(1) << kind)) != 0 &&
	       storm_runs(storm, now_ms) && area_covers(storm->area, area);
}

static bool id_or_none(const char id[ID_MAX])
{
	return id[0] == '\0' || alarm_id_valid(id);
}

static bool time_valid(ms_t ms)
{
	return ms >= 0 && ms < INT64_C(1) << 48;
}

bool storm_valid(const struct storm *storm)
{
	size_t len = strnlen(storm->area, sizeof storm->area);

	if (len < 2 || len == sizeof storm->area || strspn(storm->area, "0123456789") != len)
		return false;
	if (storm->kinds == 0 || (storm->kinds & ~STORM_KINDS_ALL) != 0)
		return false;
	if (storm->from_ms <= 0 || !time_valid(storm->from_ms) || !time_valid(storm->until_ms) ||
	    storm->until_ms <= storm->from_ms || !time_valid(storm->ended_ms))
		return false;
	if (storm->ended_ms == 0 && (storm->ended_by[0] != '\0' || storm->returned != 0))
		return false;
	return id_or_none(storm->by) && id_or_none(storm->ended_by) && storm->returned <= storm->held_back &&
	       strnlen(storm->reason, sizeof storm->reason) < sizeof storm->reason;
}
