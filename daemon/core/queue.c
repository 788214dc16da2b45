/* queue.c - the one order in which calls for help stand; no screen sorts. */
#include "core/score.h"

enum { RANK_RETURNED, RANK_WAITING, RANK_ANSWERED, RANK_OVER, RANK_ASIDE, RANK_CLOSED };

static uint8_t rank(const struct incident *inc)
{
	switch (inc->state) {
	case INCIDENT_WAITING:
		if (incident_is_aside(inc))
			return RANK_ASIDE;
		if (inc->area_wide && inc->out_now == 0)
			return RANK_OVER; /* somebody closes it when there is time */
		return inc->former_owner[0] != '\0' ? RANK_RETURNED : RANK_WAITING;
	case INCIDENT_ANSWERED:
		return RANK_ANSWERED;
	case INCIDENT_NONE:
	case INCIDENT_CLOSED:
	case INCIDENT_STATE_COUNT:
		break;
	}
	return RANK_CLOSED;
}

static void put_be(uint8_t *at, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (56 - 8 * i));
}

void incident_order(const struct incident *inc, uint8_t ret[ORDER_LEN])
{
	ret[0] = (uint8_t)inc->class;
	ret[1] = rank(inc);
	ret[2] = 0;
	ret[3] = 0;
	/* Age and head start are one number, so that the order needs no clock. Moved up by the bound, it is never negative. */
	put_be(ret + 4, (uint64_t)(inc->opened_ms + SECONDS(SCORE_MAX_S - incident_score_s(inc, NULL))));
	put_be(ret + 12, inc->id);
}

void incident_number(uint64_t id, char ret[INCIDENT_NUMBER_LEN + 1])
{
	static const char LETTERS[] = "ABCDEFGHJKLMNPQRSTUVWXYZ";
	uint32_t digits = (uint32_t)(id % 1000000);

	ret[0] = LETTERS[id / 1000000 % (sizeof LETTERS - 1)];
	for (size_t i = INCIDENT_NUMBER_LEN - 1; i > 0; i--, digits /= 10)
		ret[i] = (char)('0' + digits % 10);
	ret[INCIDENT_NUMBER_LEN] = '\0';
}
