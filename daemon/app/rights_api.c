#include "app/rights_api.h"

#define S(id) (UINT64_C(1) << SCOPE_##id)

/* Least by default: a role that does not stand here may nothing. Operators and supervisors look through the API at what
 * their consoles show them; corrections are the console's and the administrator's. */
static const uint64_t MAY[ROLE_COUNT] = {
	[ROLE_OPERATOR] = S(STATISTICS_READ) | S(AREAS_READ) | S(STATIONS_READ),
	[ROLE_SUPERVISOR] = S(HOMES_READ) | S(HOMES_WRITE) | S(DEVICES_READ) | S(INCIDENTS_READ) | S(PEOPLE_READ) |
                        S(ROSTERS_READ) | S(AREAS_READ) | S(STATIONS_READ) | S(STATISTICS_READ),
	[ROLE_ADMINISTRATOR] = S(HOMES_READ) | S(HOMES_WRITE) | S(DEVICES_READ) | S(DEVICES_WRITE) | S(PEOPLE_READ) |
                           S(ROSTERS_READ) | S(AREAS_READ) | S(AREAS_WRITE) | S(STATIONS_READ) | S(STATIONS_WRITE) |
                           S(STATISTICS_READ) | S(SESSIONS_READ) | S(SESSIONS_WRITE),
	[ROLE_AUDITOR] =
		S(INCIDENTS_READ) | S(PEOPLE_READ) | S(AREAS_READ) | S(STATISTICS_READ) | S(AUDIT_READ) | S(SESSIONS_READ),
};

uint64_t rights_api_scopes(enum role role)
{
	return (unsigned)role < ROLE_COUNT ? MAY[role] : 0;
}

bool rights_api_may(enum role role, uint64_t given, enum scope scope)
{
	return scope > SCOPE_NONE && scope < SCOPE_COUNT && (rights_api_scopes(role) & given & scope_bit(scope)) != 0;
}
