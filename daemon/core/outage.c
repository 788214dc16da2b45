#include "core/outage.h"

#include <string.h>

bool outage_kind(enum kind kind)
{
	return kind == KIND_POWER || kind == KIND_LINK;
}

bool outage_area(const char *area, char ret[16])
{
	if (strspn(area, "0123456789") < SUBDISTRICT_DIGITS)
		return false;
	memset(ret, 0, 16);
	memcpy(ret, area, SUBDISTRICT_DIGITS);
	return true;
}

bool out_valid(const struct out *out)
{
	return alarm_id_valid(out->device) && outage_kind(out->kind) && out->incident != 0 && out->since_ms > 0 &&
	       out->since_ms < INT64_C(1) << 48;
}
