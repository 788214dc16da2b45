#include "base/utc.h"

/* Years counted from March, so that the leap day comes last. */
int64_t utc_days(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t utc_ms_of(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second)
{
	if (hour > 23 || minute > 59 || second > 60 || month < 1 || month > 12 || day < 1 || day > 31 || year < 1970)
		return 0;
	return ((utc_days(year, month, day) * 24 + hour) * 60 + minute) * 60000 + (int64_t)second * 1000;
}
