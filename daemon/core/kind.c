#include "core/kind.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	enum incident_class class;
	bool silent;
} KINDS[KIND_COUNT] = {
	[KIND_NONE] = {"none", CLASS_NONE, false},
	[KIND_SOS] = {"sos", CLASS_LIFE, false},
	[KIND_PANIC] = {"panic", CLASS_LIFE, false},
	[KIND_FALL] = {"fall", CLASS_LIFE, false},
	[KIND_DURESS] = {"duress", CLASS_LIFE, true},
	[KIND_FIRE] = {"fire", CLASS_LIFE, false},
	[KIND_SMOKE] = {"smoke", CLASS_LIFE, false},
	[KIND_HEAT] = {"heat", CLASS_LIFE, false},
	[KIND_GAS] = {"gas", CLASS_LIFE, false},
	[KIND_CO] = {"co", CLASS_LIFE, false},
	[KIND_WATER] = {"water", CLASS_WELFARE, false},
	[KIND_INACTIVITY] = {"inactivity", CLASS_WELFARE, false},
	[KIND_MISSED_OK] = {"missed_ok", CLASS_WELFARE, false},
	[KIND_WANDER] = {"wander", CLASS_WELFARE, false},
	[KIND_UNKNOWN] = {"unknown", CLASS_WELFARE, false},
	[KIND_SERVICE] = {"service", CLASS_GENERAL, false},
	[KIND_FOLLOW_UP] = {"follow_up", CLASS_GENERAL, false},
	[KIND_POWER] = {"power", CLASS_DEVICE, false},
	[KIND_BATTERY] = {"battery", CLASS_DEVICE, false},
	[KIND_TAMPER] = {"tamper", CLASS_DEVICE, false},
	[KIND_LINK] = {"link", CLASS_DEVICE, false},
	[KIND_PENDANT_LOST] = {"pendant_lost", CLASS_DEVICE, false},
	[KIND_TEST] = {"test", CLASS_NONE, false},
	[KIND_REPAIR] = {"repair", CLASS_DEVICE, false},
	[KIND_COMMISSION] = {"commission", CLASS_DEVICE, false},
	[KIND_MISSED_TEST] = {"missed_test", CLASS_DEVICE, false},
};

/* The unsigned cast catches negative values of a broken peer too. */
static enum kind known(enum kind kind)
{
	return (unsigned)kind < KIND_COUNT ? kind : KIND_UNKNOWN;
}

enum incident_class kind_class(enum kind kind)
{
	return KINDS[known(kind)].class;
}

bool class_above(enum incident_class a, enum incident_class b)
{
	if (a == CLASS_NONE)
		return false;
	return b == CLASS_NONE || a < b;
}

bool kind_silent(enum kind kind)
{
	return KINDS[known(kind)].silent;
}

const char *kind_name(enum kind kind)
{
	return KINDS[known(kind)].name;
}

enum kind kind_by_name(const char *name)
{
	for (unsigned kind = KIND_NONE + 1; kind < KIND_COUNT; kind++)
		if (strcmp(KINDS[kind].name, name) == 0)
			return (enum kind)kind;
	return KIND_NONE;
}
