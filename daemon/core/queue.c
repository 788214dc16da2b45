/* queue.c - the one order in which calls for help stand; no screen sorts. */
#include "core/incident.h"

enum { RANK_RETURNED, RANK_WAITING, RANK_ANSWERED, RANK_ASIDE, RANK_CLOSED };

static uint8_t rank(const struct incident *inc)
{
	switch (inc->state) {
	case INCIDENT_WAITING:
		if (incident_is_aside(inc))
			return RANK_ASIDE;
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
	/* Score: equal for all, so that the age alone decides. A later rule writes here, highest need = smallest value. */
	ret[2] = 0;
	ret[3] = 0;
	put_be(ret + 4, (uint64_t)inc->opened_ms);
	put_be(ret + 12, inc->id);
}
