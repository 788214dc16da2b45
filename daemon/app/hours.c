#include "app/hours.h"

#define DAY_MIN 1440
#define EPOCH_WEEKDAY 3 /* 1 January 1970 was a Thursday; Monday is 0 */

static bool on_day(const Pingan__V1__Hours *h, unsigned weekday)
{
	return h->days == 0 || (h->days & 1u << weekday) != 0;
}

bool hours_open(Pingan__V1__Hours *const *list, size_t count, ms_t now_ms, uint32_t utc_offset_min)
{
	ms_t minutes = now_ms / MINUTES(1) + utc_offset_min;
	unsigned minute = (unsigned)(minutes % DAY_MIN);
	unsigned today = (unsigned)((minutes / DAY_MIN + EPOCH_WEEKDAY) % 7), yesterday = (today + 6) % 7;

	for (size_t i = 0; i < count; i++) {
		const Pingan__V1__Hours *h = list[i];
		bool over_night = h->until_min <= h->from_min;

		if (on_day(h, today) && minute >= h->from_min && (over_night || minute < h->until_min))
			return true;
		if (over_night && on_day(h, yesterday) && minute < h->until_min)
			return true;
	}
	return count == 0;
}
