/* scope.h - what the API lets somebody do, in words that stand in a token and in docs/openapi.yaml.
 *
 * Owns:   the list of scopes and their names.
 * Knows:  no role, no path: who has which by their role stands in app/rights_api.c, which path asks for which in io/api.c.
 * Bounds: SCOPE_COUNT is 64 at most: a set of them is the bits of one number.
 */
#ifndef CORE_SCOPE_H
#define CORE_SCOPE_H

#include "base/slice.h"

/* X(ID, name). A name is never given another meaning: it stands in tokens that have been given away. */
#define SCOPE_TABLE(X)                                                                                    \
	X(HOMES_READ, "homes:read")     /* homes with their residents and contacts; not their health notes */ \
	X(HOMES_WRITE, "homes:write")   /* the same, changed */                                               \
	X(DEVICES_READ, "devices:read") /* units without their keys */                                        \
	X(DEVICES_WRITE, "devices:write")                                                                     \
	X(INCIDENTS_READ, "incidents:read") /* calls by ids, codes and times; no words of anybody */          \
	X(PEOPLE_READ, "people:read")       /* who works, with areas, skills and duty */                      \
	X(ROSTERS_READ, "rosters:read")                                                                       \
	X(AREAS_READ, "areas:read")                                                                           \
	X(AREAS_WRITE, "areas:write")                                                                         \
	X(STATIONS_READ, "stations:read")                                                                     \
	X(STATIONS_WRITE, "stations:write")                                                                   \
	X(STATISTICS_READ, "statistics:read") /* figures, of nobody in particular */                          \
	X(AUDIT_READ, "audit:read")           /* who looked at what and changed what */                       \
	X(SESSIONS_READ, "sessions:read")                                                                     \
	X(SESSIONS_WRITE, "sessions:write") /* ends them */

enum scope {
	SCOPE_NONE,
#define SCOPE_ID(id, name) SCOPE_##id,
	SCOPE_TABLE(SCOPE_ID)
#undef SCOPE_ID
		SCOPE_COUNT
};

static inline uint64_t scope_bit(enum scope s)
{
	return UINT64_C(1) << s;
}

/* "" for SCOPE_NONE and what is no scope. */
const char *scope_name(enum scope s);
/* SCOPE_NONE when it is no scope's name. */
enum scope scope_find(struct slice name);

#endif
