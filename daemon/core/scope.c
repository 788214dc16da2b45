#include "core/scope.h"

static const char *const NAMES[SCOPE_COUNT] = {
	[SCOPE_HOMES_READ] = "homes:read",         [SCOPE_HOMES_WRITE] = "homes:write",
	[SCOPE_HEALTH_READ] = "health:read",       [SCOPE_DEVICES_READ] = "devices:read",
	[SCOPE_DEVICES_WRITE] = "devices:write",   [SCOPE_INCIDENTS_READ] = "incidents:read",
	[SCOPE_PEOPLE_READ] = "people:read",       [SCOPE_PEOPLE_WRITE] = "people:write",
	[SCOPE_ROSTERS_READ] = "rosters:read",     [SCOPE_ROSTERS_WRITE] = "rosters:write",
	[SCOPE_ROSTERS_PLAN] = "rosters:plan",     [SCOPE_ABSENCES_READ] = "absences:read",
	[SCOPE_ABSENCES_WRITE] = "absences:write", [SCOPE_AREAS_READ] = "areas:read",
	[SCOPE_AREAS_WRITE] = "areas:write",       [SCOPE_STATISTICS_READ] = "statistics:read",
	[SCOPE_AUDIT_READ] = "audit:read",         [SCOPE_SESSIONS_READ] = "sessions:read",
	[SCOPE_SESSIONS_END] = "sessions:end",     [SCOPE_PAPER_PRINT] = "paper:print",
	[SCOPE_ACCOUNTS_READ] = "accounts:read",   [SCOPE_ACCOUNTS_KEEP] = "accounts:keep",
};

const char *scope_name(enum api_scope scope)
{
	return (unsigned)scope < SCOPE_COUNT ? NAMES[scope] : "";
}

bool scope_find(struct slice name, enum api_scope *ret)
{
	for (enum api_scope s = 0; s < SCOPE_COUNT; s++)
		if (slice_equal(name, slice_str(NAMES[s]))) {
			*ret = s;
			return true;
		}
	return false;
}
