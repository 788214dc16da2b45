#include "core/scope.h"

static const char *const NAMES[SCOPE_COUNT] = {[SCOPE_NONE] = "",
#define SCOPE_TEXT(id, name) [SCOPE_##id] = name,
                                               SCOPE_TABLE(SCOPE_TEXT)
#undef SCOPE_TEXT
};

_Static_assert(SCOPE_COUNT <= 64, "a set of scopes is one number");

const char *scope_name(enum scope s)
{
	return (unsigned)s < SCOPE_COUNT ? NAMES[s] : "";
}

enum scope scope_find(struct slice name)
{
	for (int s = SCOPE_NONE + 1; s < SCOPE_COUNT; s++)
		if (slice_equal(name, slice_str(NAMES[s])))
			return (enum scope)s;
	return SCOPE_NONE;
}
