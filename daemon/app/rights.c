/* rights.c - who may see, be rung by, and ask for what. The one place: no other file compares a role or an area.
 *
 * Areas are division codes; a shorter code covers every longer one that begins with it.
 */
#include <stdio.h>

#include "app/accounts.h"
#include "app/internal.h"
#include "app/roster.h"

void rights_of(const Pingan__V1__Person *p, struct rights *ret)
{
	memset(ret, 0, sizeof *ret);
	(void)text_copy(ret->person, sizeof ret->person, slice_str(p->id));
	if ((int)p->role > ROLE_NONE && (int)p->role < ROLE_MACHINE)
		ret->role = (enum role)p->role;
	for (size_t i = 0; i < p->n_areas && ret->area_count < RIGHTS_AREAS_MAX; i++)
		if (p->areas[i][0] != '\0' &&
		    text_copy(ret->areas[ret->area_count], sizeof ret->areas[0], slice_str(p->areas[i])))
			ret->area_count++;
	for (size_t i = 0; i < p->n_languages && i < LANGUAGES_MAX; i++)
		(void)text_copy(ret->languages[i], sizeof ret->languages[0], slice_str(p->languages[i]));
}

bool rights_speaks(const struct rights *r, const char *language)
{
	bool known = false;

	for (size_t i = 0; i < LANGUAGES_MAX; i++) {
		known = known || r->languages[i][0] != '\0';
		if (strcmp(r->languages[i], language) == 0)
			return true;
	}
	return !known;
}

static bool touches(const char *area, const char *other)
{
	return area_covers(area, other) || area_covers(other, area);
}

bool rights_covers(const struct rights *r, const char *area)
{
	for (uint32_t i = 0; i < r->area_count; i++)
		if (touches(r->areas[i], area))
			return true;
	return false;
}

bool rights_meet(const struct rights *r, const struct rights *other)
{
	for (uint32_t i = 0; i < other->area_count; i++)
		if (rights_covers(r, other->areas[i]))
			return true;
	return false;
}

bool rights_neighbour(struct app *app, const struct rights *r, const char *area)
{
	const struct scope *scope;

	if (r->role != ROLE_OPERATOR || rights_covers(r, area))
		return false;
	scope = roster_scope(app, area);
	for (uint32_t i = 0; i < scope->count; i++)
		for (uint32_t k = 0; k < r->area_count; k++)
			if (touches(scope->codes[i], r->areas[k]))
				return true;
	return false;
}

bool rights_desk(enum role role)
{
	return role == ROLE_OPERATOR || role == ROLE_SUPERVISOR;
}

bool rights_sees(struct app *app, const struct rights *r, const struct incident_slot *slot)
{
	if (!rights_desk(r->role))
		return false;
	/* A call stays with whoever took it, also when it lies outside their areas. */
	if (r->person[0] != '\0' && strcmp(slot->owner, r->person) == 0)
		return true;
	return rights_covers(r, slot->area) || (slot->ring_neighbours && rights_neighbour(app, r, slot->area));
}

static bool rings_around(struct app *app, const struct rights *r, const struct incident_slot *slot)
{
	bool covers = rights_covers(r, slot->area);

	if (r->role == ROLE_SUPERVISOR)
		return covers && (slot->ring_supervisor || slot->escalated);
	if (slot->first[0] != '\0' && !rights_speaks(r, slot->first))
		return false;
	return covers || (slot->ring_neighbours && rights_neighbour(app, r, slot->area));
}

bool rights_rings(struct app *app, const struct rights *r, const struct incident_slot *slot)
{
	if (!rights_desk(r->role))
		return false;
	switch (slot->state) {
	case INCIDENT_WAITING:
		/* Devices wait in silence: they are work, not a call. Only at the supervisor's it rings when they wait for too
		 * long, or batteries end. What was set aside rings nowhere. */
		if (slot->class == CLASS_DEVICE && r->role != ROLE_SUPERVISOR)
			return false;
		return slot->aside == ASIDE_NONE && rings_around(app, r, slot);
	case INCIDENT_ANSWERED:
		/* Asked in by the owner, or called because nothing happens: until a supervisor looks. */
		if (r->role == ROLE_SUPERVISOR && rings_around(app, r, slot))
			return true;
		if (!slot->rerung)
			return false;
		if (r->person[0] != '\0' && strcmp(slot->owner, r->person) == 0)
			return true;
		return slot->rerung_all && rings_around(app, r, slot);
	case INCIDENT_NONE:
	case INCIDENT_CLOSED:
	case INCIDENT_STATE_COUNT:
		break;
	}
	return false;
}

bool rights_shows(struct app *app, const struct rights *r, const struct incident_slot *slot)
{
	return r->role == ROLE_WALLBOARD ? rights_covers(r, slot->area) : rights_sees(app, r, slot);
}

bool rights_post(const struct rights *r, enum shift_post post)
{
	switch (post) {
	case POST_FIELD:
		return rights_fields(r->role);
	case POST_DESK:
		return rights_desk(r->role);
	case POST_SUPERVISOR:
		return r->role == ROLE_SUPERVISOR;
	case POST_DUTY_PHONE:
	case POST_SECOND_PHONE:
		return rights_desk(r->role) || rights_fields(r->role);
	case POST_NONE:
	case POST_COUNT:
		break;
	}
	return false;
}

bool rights_covers_whole(const struct rights *r, const char *area)
{
	for (uint32_t i = 0; i < r->area_count; i++)
		if (area_covers(r->areas[i], area))
			return true;
	return false;
}

bool rights_record(const struct rights *r, enum record_type type, const char *area, enum record_act act)
{
	bool home = type == RECORD_HOUSEHOLD;

	if (!rights_desk(r->role) || (!home && type != RECORD_AREA && type != RECORD_STATION))
		return false;
	switch (act) {
	case RECORD_LOOK:
		/* Where help starts from, and who answers for what, is no secret at a desk. */
		return !home || rights_covers(r, area);
	case RECORD_LOOK_HEALTH:
		/* Operators see health with a call that they have opened, and not by leafing through homes. */
		return home && r->role == ROLE_SUPERVISOR && rights_covers_whole(r, area);
	case RECORD_EDIT:
		return (home || r->role == ROLE_SUPERVISOR) && rights_covers_whole(r, area);
	}
	return false;
}

bool rights_fields(enum role role)
{
	return role == ROLE_CAREGIVER || role == ROLE_TECHNICIAN;
}

bool rights_page(enum role role, int page)
{
	switch (page) {
	case PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE:
		return rights_desk(role);
	case PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER:
		return rights_fields(role);
	case PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_WALLBOARD:
		return role == ROLE_WALLBOARD;
	default:
		return false;
	}
}

/* clang-format off */
#define O (1u << ROLE_OPERATOR)
#define S (1u << ROLE_SUPERVISOR)
#define C (1u << ROLE_CAREGIVER | 1u << ROLE_TECHNICIAN)

/* By Request.what_case; roles that are not named here (administrators, auditors, walls, machines) ask for nothing over a screen's
 * link: they have pinganctl and the API. Whose incident or job it is, is judged after this, by area and by the core. */
static const unsigned MAY[] = {
	[PINGAN__V1__REQUEST__WHAT_OPEN]         = O | S,
	[PINGAN__V1__REQUEST__WHAT_CLOSE_DETAIL] = O | S,
	[PINGAN__V1__REQUEST__WHAT_CLAIM]        = O | S,
	[PINGAN__V1__REQUEST__WHAT_NOTE]         = O | S,
	[PINGAN__V1__REQUEST__WHAT_CALL]         = O | S,
	[PINGAN__V1__REQUEST__WHAT_SPOKE]        = O | S,
	[PINGAN__V1__REQUEST__WHAT_CANDIDATES]   = O | S,
	[PINGAN__V1__REQUEST__WHAT_DISPATCH]     = O | S,
	[PINGAN__V1__REQUEST__WHAT_CANCEL_JOB]   = O | S,
	[PINGAN__V1__REQUEST__WHAT_CLOSE]        = O | S,
	[PINGAN__V1__REQUEST__WHAT_REOPEN]       = O | S,
	[PINGAN__V1__REQUEST__WHAT_READY]        = O | S,
	[PINGAN__V1__REQUEST__WHAT_SEEN_REPEAT]  = O | S,
	[PINGAN__V1__REQUEST__WHAT_CALLING]      = O | S,
	[PINGAN__V1__REQUEST__WHAT_DUTY]         = C,
	[PINGAN__V1__REQUEST__WHAT_RECEIPT]      = C,
	[PINGAN__V1__REQUEST__WHAT_ANSWER]       = C,
	[PINGAN__V1__REQUEST__WHAT_PROGRESS]     = C,
	[PINGAN__V1__REQUEST__WHAT_GIVE_BACK]    = C,
	[PINGAN__V1__REQUEST__WHAT_JOB_NOTE]     = C,
	[PINGAN__V1__REQUEST__WHAT_POSITION]     = C,
	[PINGAN__V1__REQUEST__WHAT_HOLD] = O | S,
	[PINGAN__V1__REQUEST__WHAT_UNHOLD] = O | S,
	[PINGAN__V1__REQUEST__WHAT_TRANSFER] = O | S,
	[PINGAN__V1__REQUEST__WHAT_ESCALATE] = O | S,
	[PINGAN__V1__REQUEST__WHAT_HANDOVER_OPEN] = O | S,
	[PINGAN__V1__REQUEST__WHAT_HANDOVER_TRY] = O | S,
	[PINGAN__V1__REQUEST__WHAT_HANDOVER_TELL] = O | S,
	[PINGAN__V1__REQUEST__WHAT_HANDOVER_CONFIRM] = O | S,
	[PINGAN__V1__REQUEST__WHAT_HANDOVER_CANCEL] = O | S,
	[PINGAN__V1__REQUEST__WHAT_CONTACT_ANSWERED] = O | S,
	[PINGAN__V1__REQUEST__WHAT_SHELVE] = O | S,
	[PINGAN__V1__REQUEST__WHAT_UNSHELVE] = O | S,
	[PINGAN__V1__REQUEST__WHAT_SUBSTITUTE] = O | S,
	[PINGAN__V1__REQUEST__WHAT_OPEN_MANUAL] = O | S,
	[PINGAN__V1__REQUEST__WHAT_ON_TEST] = O | S,
	[PINGAN__V1__REQUEST__WHAT_STORM_BEGIN] = S,
	[PINGAN__V1__REQUEST__WHAT_STORM_END] = S,
	[PINGAN__V1__REQUEST__WHAT_OUT_LIST] = O | S,
	[PINGAN__V1__REQUEST__WHAT_FIND] = O | S,
	/* Of those in the field, who is a technician: judged with the unit (device_life.c). */
	[PINGAN__V1__REQUEST__WHAT_DEVICE_SCAN] = O | S | C,
	[PINGAN__V1__REQUEST__WHAT_DEVICE_LEAVE] = O | S | C,
	[PINGAN__V1__REQUEST__WHAT_DEVICE_BIND] = S | C,
	[PINGAN__V1__REQUEST__WHAT_DEVICE_PROVE] = C,
	[PINGAN__V1__REQUEST__WHAT_DEVICE_CONFIRM] = C,
	[PINGAN__V1__REQUEST__WHAT_DEVICE_STATE] = O | S | C,
	[PINGAN__V1__REQUEST__WHAT_BIND_DEVICE] = O | S,
	/* Which records: judged with the record (registry_requests.c). */
	[PINGAN__V1__REQUEST__WHAT_OPEN_RECORD] = O | S,
	[PINGAN__V1__REQUEST__WHAT_EDIT_RECORD] = O | S,
	[PINGAN__V1__REQUEST__WHAT_LIST_RECORDS] = O | S,
	/* Whose shift, whose absence, of which area: judged with the roster (shift_requests.c). */
	[PINGAN__V1__REQUEST__WHAT_ROSTER_LOOK] = O | S,
	[PINGAN__V1__REQUEST__WHAT_SHIFT_SET] = S,
	[PINGAN__V1__REQUEST__WHAT_SWAP_ASK] = O | S | C,
	[PINGAN__V1__REQUEST__WHAT_SWAP_ANSWER] = O | S | C,
	[PINGAN__V1__REQUEST__WHAT_ABSENCE_SET] = S | C,
	[PINGAN__V1__REQUEST__WHAT_ABSENCE_END] = S | C,
	[PINGAN__V1__REQUEST__WHAT_DUTY_CHECK] = C,
	[PINGAN__V1__REQUEST__WHAT_DUTY_ANSWER] = C,
};
/* clang-format on */

int64_t rights_idle_ms(const struct login_settings *s, enum role role)
{
	switch (role) {
	case ROLE_OPERATOR:
	case ROLE_SUPERVISOR:
		return s->desk_ms;
	case ROLE_CAREGIVER:
		return s->field_ms;
	case ROLE_TECHNICIAN:
		return s->technician_ms;
	case ROLE_ADMINISTRATOR:
	case ROLE_AUDITOR:
		return s->office_ms;
	case ROLE_NONE:
	case ROLE_WALLBOARD: /* nobody is at its keyboard: it ends when its page is gone for days */
	case ROLE_MACHINE:
	case ROLE_COUNT:
		break;
	}
	return 0;
}

uint32_t rights_account(const struct who *who, const Pingan__V1__Person *p)
{
	const uint32_t all = ACCOUNT_BIT(ACCOUNT_SHUT) | ACCOUNT_BIT(ACCOUNT_OPEN) | ACCOUNT_BIT(ACCOUNT_RESET) |
	                     ACCOUNT_BIT(ACCOUNT_RESET_CODE);
	bool near = false, theirs = p->n_areas != 0, keeps;
	uint32_t may;

	for (size_t i = 0; i < p->n_areas; i++) {
		near = near || who_near(who, p->areas[i]);
		theirs = theirs && who_covers(who, p->areas[i]);
	}
	/* To end a log-in never hurts for long: it is enough that they work in the same area. */
	may = near && who_may(who, SCOPE_SESSIONS_END) ? ACCOUNT_BIT(ACCOUNT_LOGOUT) : 0;
	if (!theirs || !who_may(who, SCOPE_ACCOUNTS_KEEP) || strcmp(who->id, p->id) == 0)
		return may;
	switch ((enum role)p->role) {
	case ROLE_OPERATOR:
	case ROLE_CAREGIVER:
	case ROLE_TECHNICIAN:
		/* Whoever leads a shift at night has nobody to ask when a caregiver has forgotten the password. */
		keeps = who->role == ROLE_ADMINISTRATOR || who->role == ROLE_SUPERVISOR;
		break;
	case ROLE_SUPERVISOR:
	case ROLE_WALLBOARD:
		keeps = who->role == ROLE_ADMINISTRATOR;
		break;
	case ROLE_ADMINISTRATOR:
	case ROLE_AUDITOR: /* these by pinganctl alone: a page that was broken into makes itself none, and blinds none */
	case ROLE_NONE:
	case ROLE_MACHINE:
	case ROLE_COUNT:
	default: /* of a newer daemon */
		keeps = false;
		break;
	}
	return keeps ? may | all : may;
}

/* What a person may ask the API for with the cookie of a page. No role reads health by it. */
uint64_t rights_scopes(enum role role)
{
	const uint64_t desk =
		SCOPE_BIT(SCOPE_STATISTICS_READ) | SCOPE_BIT(SCOPE_AREAS_READ) | SCOPE_BIT(SCOPE_ROSTERS_READ);

	switch (role) {
	case ROLE_OPERATOR:
		return desk | SCOPE_BIT(SCOPE_PAPER_PRINT);
	case ROLE_SUPERVISOR:
		return desk | SCOPE_BIT(SCOPE_PAPER_PRINT) | SCOPE_BIT(SCOPE_HOMES_READ) | SCOPE_BIT(SCOPE_HOMES_WRITE) |
		       SCOPE_BIT(SCOPE_DEVICES_READ) | SCOPE_BIT(SCOPE_INCIDENTS_READ) | SCOPE_BIT(SCOPE_PEOPLE_READ) |
		       SCOPE_BIT(SCOPE_ROSTERS_WRITE) | SCOPE_BIT(SCOPE_ABSENCES_READ) | SCOPE_BIT(SCOPE_ABSENCES_WRITE) |
		       SCOPE_BIT(SCOPE_SESSIONS_READ) | SCOPE_BIT(SCOPE_SESSIONS_END) | SCOPE_BIT(SCOPE_ACCOUNTS_READ) |
		       SCOPE_BIT(SCOPE_ACCOUNTS_KEEP);
	case ROLE_ADMINISTRATOR:
		return desk | SCOPE_BIT(SCOPE_HOMES_READ) | SCOPE_BIT(SCOPE_HOMES_WRITE) | SCOPE_BIT(SCOPE_DEVICES_READ) |
		       SCOPE_BIT(SCOPE_DEVICES_WRITE) | SCOPE_BIT(SCOPE_AREAS_WRITE) | SCOPE_BIT(SCOPE_PEOPLE_READ) |
		       SCOPE_BIT(SCOPE_PEOPLE_WRITE) | SCOPE_BIT(SCOPE_ROSTERS_WRITE) | SCOPE_BIT(SCOPE_ROSTERS_PLAN) |
		       SCOPE_BIT(SCOPE_ABSENCES_READ) | SCOPE_BIT(SCOPE_ABSENCES_WRITE) | SCOPE_BIT(SCOPE_SESSIONS_READ) |
		       SCOPE_BIT(SCOPE_SESSIONS_END) | SCOPE_BIT(SCOPE_ACCOUNTS_READ) | SCOPE_BIT(SCOPE_ACCOUNTS_KEEP);
	case ROLE_AUDITOR:
		return SCOPE_BIT(SCOPE_STATISTICS_READ) | SCOPE_BIT(SCOPE_AREAS_READ) | SCOPE_BIT(SCOPE_PEOPLE_READ) |
		       SCOPE_BIT(SCOPE_AUDIT_READ) | SCOPE_BIT(SCOPE_SESSIONS_READ) | SCOPE_BIT(SCOPE_ACCOUNTS_READ);
	case ROLE_NONE:
	case ROLE_CAREGIVER:
	case ROLE_TECHNICIAN:
	case ROLE_WALLBOARD:
	case ROLE_MACHINE:
	case ROLE_COUNT:
		break;
	}
	return 0;
}

bool rights_may(enum role role, int what)
{
	if (role <= ROLE_NONE || role >= ROLE_COUNT || what < 0 || (size_t)what >= COUNT_OF(MAY))
		return false;
	return (MAY[what] & (1u << role)) != 0;
}
