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

#define DAY_MS INT64_C(86400000)
#define YEAR_10000_MS INT64_C(253402300800000)

static void digits(char *ret, unsigned count, uint64_t n)
{
	while (count-- > 0) {
		ret[count] = (char)('0' + n % 10);
		n /= 10;
	}
}

void utc_text(int64_t ms, char ret[UTC_TEXT_LEN + 1])
{
	int64_t at = ms < 0 ? 0 : ms >= YEAR_10000_MS ? YEAR_10000_MS - 1 : ms;
	int64_t days = at / DAY_MS, year = 1970 + days / 366, of_day = at % DAY_MS;
	unsigned month = 1, day;

	while (utc_days(year + 1, 1, 1) <= days)
		year++;
	while (month < 12 && utc_days(year, month + 1, 1) <= days)
		month++;
	day = (unsigned)(days - utc_days(year, month, 1)) + 1;
	memcpy(ret, "0000-00-00T00:00:00.000Z", UTC_TEXT_LEN + 1);
	digits(ret, 4, (uint64_t)year);
	digits(ret + 5, 2, month);
	digits(ret + 8, 2, day);
	digits(ret + 11, 2, (uint64_t)of_day / 3600000);
	digits(ret + 14, 2, (uint64_t)of_day / 60000 % 60);
	digits(ret + 17, 2, (uint64_t)of_day / 1000 % 60);
	digits(ret + 20, 3, (uint64_t)of_day % 1000);
}

/* Exactly `count` digits; false when one of them is none. */
static bool number(struct slice *text, unsigned count, unsigned *ret)
{
	*ret = 0;
	if (text->len < count)
		return false;
	for (unsigned i = 0; i < count; i++) {
		if (text->at[i] < '0' || text->at[i] > '9')
			return false;
		*ret = *ret * 10 + (unsigned)(text->at[i] - '0');
	}
	*text = slice_of(text->at + count, text->len - count);
	return true;
}

static bool sign(struct slice *text, uint8_t a, uint8_t b)
{
	if (text->len == 0 || (text->at[0] != a && text->at[0] != b))
		return false;
	*text = slice_of(text->at + 1, text->len - 1);
	return true;
}

static bool zone(struct slice *text, int64_t *ret_ms)
{
	unsigned hour, minute;
	bool behind = text->len > 0 && text->at[0] == '-';

	*ret_ms = 0;
	if (sign(text, 'Z', 'z'))
		return true;
	if (!sign(text, '+', '-') || !number(text, 2, &hour) || !sign(text, ':', ':') || !number(text, 2, &minute) ||
	    hour > 23 || minute > 59)
		return false;
	*ret_ms = (behind ? -1 : 1) * (int64_t)(hour * 60 + minute) * 60000;
	return true;
}

int64_t utc_of_text(struct slice text)
{
	unsigned year, month, day, hour, minute, second, digit, part = 100, ms = 0;
	int64_t at, ahead_ms;

	if (!number(&text, 4, &year) || !sign(&text, '-', '-') || !number(&text, 2, &month) || !sign(&text, '-', '-') ||
	    !number(&text, 2, &day) || !sign(&text, 'T', 't') || !number(&text, 2, &hour) || !sign(&text, ':', ':') ||
	    !number(&text, 2, &minute) || !sign(&text, ':', ':') || !number(&text, 2, &second))
		return 0;
	if (sign(&text, '.', '.')) {
		if (!number(&text, 1, &digit))
			return 0;
		do {
			ms += digit * part;
			part /= 10;
		} while (number(&text, 1, &digit));
	}
	if (!zone(&text, &ahead_ms) || text.len != 0)
		return 0;
	at = utc_ms_of(year, month, day, hour, minute, second);
	/* A day that its month does not have would be taken for one of the next. */
	if (at == 0 || (month < 12 && utc_days(year, month, day) >= utc_days(year, month + 1, 1)))
		return 0;
	at += ms - ahead_ms;
	return at < 0 ? 0 : at;
}
