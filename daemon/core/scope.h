/* scope.h - what somebody may ask the API for.
 *
 * Owns:   the list of scopes and their names, as tokens carry them.
 * Knows:  no role: which role has which is decided in app/rights.c.
 * Bounds: SCOPE_COUNT; a set of them is 64 bits.
 */
#ifndef CORE_SCOPE_H
#define CORE_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum api_scope {
	SCOPE_HOMES_READ,  /* homes, residents, contacts: names, addresses, telephone numbers; no health */
	SCOPE_HOMES_WRITE, /* and correct them */
	SCOPE_HEALTH_READ, /* health notes beside them; each look is on record */
	SCOPE_DEVICES_READ,
	SCOPE_DEVICES_WRITE, /* enter, move and retire units; keys in, never out */
	SCOPE_INCIDENTS_READ,
	SCOPE_PEOPLE_READ,  /* staff: names, roles, areas, telephone numbers */
	SCOPE_PEOPLE_WRITE, /* enter, change, shut out; no password, no administrator, no auditor */
	SCOPE_ROSTERS_READ,
	SCOPE_ROSTERS_WRITE,
	SCOPE_ROSTERS_PLAN,   /* the weeks: what pinganctl roster template does */
	SCOPE_ABSENCES_READ,  /* who is away and why: one word, but it may be that somebody is ill */
	SCOPE_ABSENCES_WRITE, /* and enter it */
	SCOPE_AREAS_READ,     /* areas and stations */
	SCOPE_AREAS_WRITE,
	SCOPE_STATISTICS_READ, /* numbers without persons */
	SCOPE_AUDIT_READ,
	SCOPE_SESSIONS_READ, /* who is logged in */
	SCOPE_SESSIONS_END,
	SCOPE_PAPER_PRINT,   /* the open calls for a printer: names, addresses, door codes, telephone numbers */
	SCOPE_ACCOUNTS_READ, /* which accounts there are, failed log-ins */
	SCOPE_ACCOUNTS_KEEP, /* shut out, let in, a password for once */
	SCOPE_COUNT
};

#define SCOPE_BIT(scope) (UINT64_C(1) << (scope))
/* No token has these: whoever gives out passwords is a person with a name, at a page. */
#define SCOPES_OF_PEOPLE (SCOPE_BIT(SCOPE_ACCOUNTS_READ) | SCOPE_BIT(SCOPE_ACCOUNTS_KEEP))

/* "homes:read"; "" for what is none. */
const char *scope_name(enum api_scope scope);
/* False when there is none of that name. */
bool scope_find(struct slice name, enum api_scope *ret) MUST_USE;

#endif
