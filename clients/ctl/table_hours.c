/* table_hours.c - times of the week as people write them: "mon-fri 08:00-18:00; sat,sun 09:00-12:00". */
#include "table_hours.h"

#include <stdio.h>

#define DAYS 7

static const char *const DAY[DAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
static const char *const DAY_ZH[DAYS] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};

static void days_put(char *ret, size_t size, uint32_t days)
{
	size_t n = strlen(ret);

	for (unsigned d = 0; d < DAYS; d++) {
		unsigned last = d;

		if ((days >> d & 1) == 0)
			continue;
		while (last + 1 < DAYS && (days >> (last + 1) & 1) != 0)
			last++;
		/* Two that follow each other stand singly. */
		if (last < d + 2)
			last = d;
		n += (size_t)snprintf(ret + n, size - n, "%s%s%s%s", n == 0 || ret[n - 1] == ' ' ? "" : ",", DAY[d],
		                      last == d ? "" : "-", last == d ? "" : DAY[last]);
		d = last;
	}
	if (days != 0)
		snprintf(ret + n, size - n, " ");
}

bool table_hours_write(Pingan__V1__Hours *const *list, size_t count, char *ret, size_t size)
{
	ret[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		const Pingan__V1__Hours *h = list[i];
		size_t n = strlen(ret);

		if (n + 64 > size || h->days >> DAYS != 0 || h->from_min > 1440 || h->until_min > 1440)
			return false;
		if (i != 0)
			n += (size_t)snprintf(ret + n, size - n, "; ");
		days_put(ret, size, h->days);
		n = strlen(ret);
		snprintf(ret + n, size - n, "%02u:%02u-%02u:%02u", h->from_min / 60, h->from_min % 60, h->until_min / 60,
		         h->until_min % 60);
	}
	return true;
}

/* Takes `word` off the front. */
static bool take(const char **at, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len) != 0)
		return false;
	*at += len;
	return true;
}

static bool take_day(const char **at, unsigned *ret)
{
	for (unsigned d = 0; d < DAYS; d++)
		if (take(at, DAY[d]) || take(at, DAY_ZH[d])) {
			*ret = d;
			return true;
		}
	if (take(at, "周天")) {
		*ret = DAYS - 1;
		return true;
	}
	return false;
}

static void skip_blanks(const char **at)
{
	while (**at == ' ' || **at == '\t')
		(*at)++;
}

static bool take_days(const char **at, uint32_t *ret)
{
	unsigned from, to;

	*ret = 0;
	while (take_day(at, &from)) {
		to = from;
		if (take(at, "-") && !take_day(at, &to))
			return false;
		if (to < from)
			return false;
		for (unsigned d = from; d <= to; d++)
			*ret |= BIT(d);
		skip_blanks(at);
		if (!take(at, ",") && !take(at, "，") && !take(at, "、"))
			break;
		skip_blanks(at);
	}
	skip_blanks(at);
	return true;
}

static bool take_minutes(const char **at, uint32_t *ret)
{
	uint32_t part[2] = {0, 0};

	for (unsigned i = 0; i < 2; i++) {
		unsigned digits = 0;

		if (i == 1 && !take(at, ":") && !take(at, "："))
			return false;
		for (; **at >= '0' && **at <= '9' && digits < 2; digits++, (*at)++)
			part[i] = part[i] * 10 + (uint32_t)(**at - '0');
		if (digits == 0 || (i == 1 && digits != 2))
			return false;
	}
	*ret = part[0] * 60 + part[1];
	return part[1] < 60 && *ret <= 1440;
}

size_t table_hours_read(const char *text, Pingan__V1__Hours *ret, size_t max)
{
	const char *at = text;
	size_t n = 0;

	skip_blanks(&at);
	while (*at != '\0') {
		Pingan__V1__Hours *h = &ret[n];

		if (n++ == max)
			return TABLE_HOURS_WRONG;
		pingan__v1__hours__init(h);
		if (!take_days(&at, &h->days) || !take_minutes(&at, &h->from_min) || !take(&at, "-") ||
		    !take_minutes(&at, &h->until_min) || h->from_min == 1440 || h->until_min == 0)
			return TABLE_HOURS_WRONG;
		skip_blanks(&at);
		if (*at != '\0' && !take(&at, ";") && !take(&at, "；"))
			return TABLE_HOURS_WRONG;
		skip_blanks(&at);
	}
	return n;
}
