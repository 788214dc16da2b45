#include "wire/vitals.h"

#include <stdlib.h>

#include "pingan/v1/record.pb-c.h"

/* A signal moves by this much while nothing has happened. */
#define SIGNAL_NOISE_DB 6

static bool text_merge(char to[VITALS_TEXT_MAX], const char *from)
{
	if (from[0] == '\0' || strcmp(to, from) == 0)
		return false;
	memcpy(to, from, VITALS_TEXT_MAX);
	return true;
}

static bool number_merge(uint32_t *to, uint32_t from)
{
	if (from == 0 || *to == from)
		return false;
	*to = from;
	return true;
}

bool vitals_merge(struct vitals *to, const struct vitals *from)
{
	bool news = false;

	if (from->battery_pct != 255 && from->battery_pct != to->battery_pct) {
		to->battery_pct = from->battery_pct;
		news = true;
	}
	if (from->mains != MAINS_UNKNOWN && from->mains != to->mains) {
		to->mains = from->mains;
		news = true;
	}
	if (from->signal_dbm != 0 && (to->signal_dbm == 0 || abs(from->signal_dbm - to->signal_dbm) >= SIGNAL_NOISE_DB)) {
		to->signal_dbm = from->signal_dbm;
		news = true;
	}
	news |= text_merge(to->firmware, from->firmware);
	news |= text_merge(to->model, from->model);
	news |= number_merge(&to->boot, from->boot);
	news |= number_merge(&to->lost, from->lost);
	news |= number_merge(&to->tries, from->tries);
	to->at_ms = from->at_ms;
	return news;
}

size_t vitals_encode(const struct vitals *v, uint8_t ret[VITALS_MAX])
{
	Pingan__V1__Vitals m = PINGAN__V1__VITALS__INIT;

	m.at_ms = v->at_ms;
	m.battery_pct = v->battery_pct;
	m.mains = (Pingan__V1__Vitals__Mains)v->mains;
	m.signal_dbm = v->signal_dbm;
	m.firmware = (char *)v->firmware;
	m.model = (char *)v->model;
	m.boot = v->boot;
	m.lost = v->lost;
	m.tries = v->tries;
	ENSURE(pingan__v1__vitals__get_packed_size(&m) <= VITALS_MAX);
	return pingan__v1__vitals__pack(&m, ret);
}

bool vitals_decode(struct slice bytes, struct arena *scratch, struct vitals *ret)
{
	const Pingan__V1__Vitals *m;

	arena_reset(scratch);
	m = bytes.len > VITALS_MAX ? NULL : pingan__v1__vitals__unpack(&scratch->allocator, bytes.len, bytes.at);
	*ret = vitals_none();
	if (m == NULL || m->at_ms < 0 || (m->battery_pct > 100 && m->battery_pct != 255) ||
	    (unsigned)m->mains > MAINS_OFF || !text_copy(ret->firmware, sizeof ret->firmware, slice_str(m->firmware)) ||
	    !text_copy(ret->model, sizeof ret->model, slice_str(m->model)))
		return false;
	ret->at_ms = m->at_ms;
	ret->battery_pct = (uint8_t)m->battery_pct;
	ret->mains = (enum mains)m->mains;
	ret->signal_dbm = m->signal_dbm;
	ret->boot = m->boot;
	ret->lost = m->lost;
	ret->tries = m->tries;
	return true;
}
