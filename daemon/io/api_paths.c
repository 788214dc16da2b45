/* api_paths.c - every path of the API: who may ask for it, what it answers. docs/openapi.yaml says the same, and a test
 * compares them. */
#include "io/api.h"

#include <stdlib.h>

#define LIST API_LIST_PARAMS
#define FEED API_FEED_PARAMS

#define ONE "200 304 404"
#define MANY "200 304"

#define PUT "200 201 404 411 412 413 415 422 428"
#define PATCH "200 404 411 412 413 415 422"
#define PUT_AGAIN "200 201 404 409 411 412 413 415 422 428" /* of a unit, a plan: it may be busy, or unreadable */
#define UNIT_PATCH "200 404 409 411 412 413 415 422"
#define EDIT(kind, what, may)                                                                                      \
	{HTTP_PUT, "/api/v1/" kind "/{id}", .scope = (may), .statuses = PUT, .edits = true, .body = api_##what##_put}, \
	{                                                                                                              \
		HTTP_PATCH, "/api/v1/" kind "/{id}", .scope = (may), .statuses = PATCH, .edits = true,                     \
											 .body = api_##what##_patch                                            \
	}

const struct api_route API_ROUTES[] = {
	/* api.c, api_login.c: these look for themselves who it is */
	{HTTP_POST, "/api/v1/login", .open = true, .statuses = "200 400 401 403 411 413 415 429 503", .elsewhere = true},
	{HTTP_POST, "/api/v1/password", .open = true, .statuses = "200 400 401 403 411 413 415 422 429 503",
     .elsewhere = true},
	{HTTP_POST, "/api/v1/logout", .open = true, .statuses = "200 403 411 503", .elsewhere = true},
	{HTTP_GET, "/api/v1/me", .open = true, .statuses = "200 401 503", .elsewhere = true},
	{HTTP_GET, "/api/v1/homes/installed", .scope = SCOPE_STATISTICS_READ, .statuses = MANY,
     .begin = api_homes_installed, .drop = free},

	{HTTP_GET, "/api/v1/openapi.yaml", .open = true, .statuses = "200 304 400", .begin = api_spec_get},

	{HTTP_GET, "/api/v1/find", .scope = SCOPE_HOMES_READ, .params = "text", .statuses = MANY, .begin = api_find,
     .drop = free},
	{HTTP_GET, "/api/v1/homes", .scope = SCOPE_HOMES_READ, .params = FEED " area phone name resident device",
     .statuses = MANY, .begin = api_homes_get},
	{HTTP_GET, "/api/v1/homes/{id}", .scope = SCOPE_HOMES_READ, .statuses = ONE, .begin = api_home_get},
	EDIT("homes", home, SCOPE_HOMES_WRITE),
	{HTTP_GET, "/api/v1/homes/{id}/health", .scope = SCOPE_HEALTH_READ, .statuses = ONE, .edits = true,
     .begin = api_home_health},

	{HTTP_GET, "/api/v1/devices", .scope = SCOPE_DEVICES_READ, .params = FEED " area household state protocol silent",
     .statuses = MANY, .begin = api_devices_get},
	{HTTP_GET, "/api/v1/devices/{id}", .scope = SCOPE_DEVICES_READ, .statuses = ONE, .begin = api_device_get},
	{HTTP_PUT, "/api/v1/devices/{id}", .scope = SCOPE_DEVICES_WRITE, .statuses = PUT_AGAIN, .edits = true,
     .body = api_device_put},
	{HTTP_PATCH, "/api/v1/devices/{id}", .scope = SCOPE_DEVICES_WRITE, .statuses = UNIT_PATCH, .edits = true,
     .body = api_device_patch},
	{HTTP_GET, "/api/v1/devices/{id}/status", .scope = SCOPE_DEVICES_READ, .statuses = ONE, .begin = api_device_status},

	{HTTP_GET, "/api/v1/incidents", .scope = SCOPE_INCIDENTS_READ,
     .params = FEED " area household state kind class since until", .statuses = MANY, .begin = api_incidents_get},
	{HTTP_GET, "/api/v1/incidents/{id}", .scope = SCOPE_INCIDENTS_READ, .statuses = ONE, .begin = api_incident_get},

	{HTTP_GET, "/api/v1/people", .scope = SCOPE_PEOPLE_READ, .params = FEED " area role", .statuses = MANY,
     .begin = api_people_get},
	{HTTP_GET, "/api/v1/people/{id}", .scope = SCOPE_PEOPLE_READ, .statuses = ONE, .begin = api_person_get},
	EDIT("people", person, SCOPE_PEOPLE_WRITE),
	{HTTP_GET, "/api/v1/duty", .scope = SCOPE_ROSTERS_READ, .params = LIST " area role", .statuses = MANY,
     .begin = api_duty_get},
	{HTTP_GET, "/api/v1/rosters", .scope = SCOPE_ROSTERS_READ, .params = FEED " area", .statuses = MANY,
     .begin = api_rosters_get},
	{HTTP_GET, "/api/v1/rosters/{id}", .scope = SCOPE_ROSTERS_READ, .statuses = ONE, .begin = api_roster_get},
	{HTTP_PUT, "/api/v1/rosters/{id}", .scope = SCOPE_ROSTERS_PLAN, .statuses = PUT_AGAIN, .edits = true,
     .body = api_roster_put},
	{HTTP_GET, "/api/v1/absences", .scope = SCOPE_ABSENCES_READ, .params = FEED " area since until", .statuses = MANY,
     .begin = api_absences_list},
	{HTTP_GET, "/api/v1/absences/{id}", .scope = SCOPE_ABSENCES_READ, .statuses = ONE, .begin = api_absences_get},
	{HTTP_PUT, "/api/v1/absences/{id}", .scope = SCOPE_ABSENCES_WRITE,
     .statuses = "200 404 409 411 412 413 415 422 428", .edits = true, .body = api_absences_put},
	{HTTP_POST, "/api/v1/rosters/{id}/shifts", .scope = SCOPE_ROSTERS_WRITE, .statuses = "200 404 409 411 413 415 422",
     .edits = true, .body = api_shift_post},
	{HTTP_POST, "/api/v1/rosters/{id}/swaps", .scope = SCOPE_ROSTERS_WRITE, .statuses = "200 404 409 411 413 415 422",
     .edits = true, .body = api_swap_post},
	{HTTP_GET, "/api/v1/on-call", .scope = SCOPE_ROSTERS_READ, .params = "area at", .statuses = ONE,
     .begin = api_on_call_get},
	{HTTP_GET, "/api/v1/roster-gaps", .scope = SCOPE_ROSTERS_READ, .params = "area", .statuses = MANY,
     .begin = api_roster_gaps_get},

	{HTTP_GET, "/api/v1/areas", .scope = SCOPE_AREAS_READ, .params = FEED " within", .statuses = MANY,
     .begin = api_areas_get},
	{HTTP_GET, "/api/v1/areas/{id}", .scope = SCOPE_AREAS_READ, .statuses = ONE, .begin = api_area_get},
	EDIT("areas", area, SCOPE_AREAS_WRITE),

	{HTTP_GET, "/api/v1/stations", .scope = SCOPE_AREAS_READ, .params = FEED " area kind", .statuses = MANY,
     .begin = api_stations_get},
	{HTTP_GET, "/api/v1/stations/{id}", .scope = SCOPE_AREAS_READ, .statuses = ONE, .begin = api_station_get},
	EDIT("stations", station, SCOPE_AREAS_WRITE),

	{HTTP_GET, "/api/v1/sessions", .scope = SCOPE_SESSIONS_READ, .params = LIST " person", .statuses = MANY,
     .quiet = true, .begin = api_sessions_get},
	{HTTP_DELETE, "/api/v1/sessions/{id}", .scope = SCOPE_SESSIONS_END, .statuses = "204 404",
     .begin = api_session_delete},

	{HTTP_GET, "/api/v1/accounts", .scope = SCOPE_ACCOUNTS_READ, .params = LIST " person", .statuses = MANY,
     .quiet = true, .begin = api_accounts_get},
	{HTTP_GET, "/api/v1/accounts/changes", .scope = SCOPE_ACCOUNTS_READ, .statuses = MANY, .quiet = true,
     .begin = api_accounts_changes},
	{HTTP_POST, "/api/v1/accounts/{id}", .scope = SCOPE_ACCOUNTS_KEEP, .statuses = "200 404 411 413 415 422",
     .body = api_account_post},
	{HTTP_GET, "/api/v1/me/sessions", .own = true, .params = LIST, .statuses = MANY, .begin = api_my_sessions_get},
	{HTTP_DELETE, "/api/v1/me/sessions", .own = true, .statuses = "204", .begin = api_my_sessions_delete},
	{HTTP_POST, "/api/v1/me/second", .own = true, .statuses = "200 411 413 415 422", .body = api_my_second_post},

	/* The sheet of the open calls for a printer; also with the store away. */
	{HTTP_GET, "/api/v1/paper", .scope = SCOPE_PAPER_PRINT, .params = "lang", .statuses = "200", .begin = api_paper_get,
     .drop = api_paper_drop},

	{HTTP_GET, "/api/v1/audit", .scope = SCOPE_AUDIT_READ, .params = LIST " person home by what since until",
     .statuses = MANY, .begin = api_audit_get, .drop = api_trail_drop},

	{HTTP_GET, "/api/v1/statistics/incidents", .scope = SCOPE_STATISTICS_READ, .params = "area since until",
     .statuses = ONE, .begin = api_statistics_incidents, .drop = free},
};

const size_t API_ROUTE_COUNT = COUNT_OF(API_ROUTES);
