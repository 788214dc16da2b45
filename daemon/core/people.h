/* people.h - the small records of people at work: a caregiver's duty and job, an operator's console.
 *
 * Owns:  when a caregiver may be sent, when an operator counts as there.
 * Knows: no store and no clock.
 */
#ifndef CORE_PEOPLE_H
#define CORE_PEOPLE_H

#include "core/incident.h"

struct caregiver {
	char id[ID_MAX];
	bool on_duty;
	ms_t duty_since_ms;
	uint64_t incident; /* job in hand; 0 = free */
	uint32_t job;
	uint32_t jobs_taken; /* since the duty began */
	ms_t check_ms;       /* when the last test offer of this duty was made; 0 = none (duty.h) */
	ms_t proved_ms;      /* when one was answered */
	uint32_t proof_took_ms;
	bool off_after_job;
};

enum link_state { LINK_NONE, LINK_UP, LINK_LOST };

struct operator
{
	char id[ID_MAX];
	enum link_state link;
	ms_t changed_ms;
	bool ready;
	uint64_t session; /* counts log-ins and resumes */
	char daemon[ID_MAX];
};

/* Metres between two WGS-84 places, on the sphere; good to 1 % within a city. */
uint32_t place_distance_m(int32_t lat1_e6, int32_t lon1_e6, int32_t lat2_e6, int32_t lon2_e6);

/* Seconds to get there: about 12 km/h through streets and stairs, and one minute to start. */
uint32_t travel_s(uint32_t distance_m);

/* What a job needs when nobody says otherwise: device work a technician, all else somebody who cares. */
enum skill dispatch_skill(enum incident_class class);

/* Scores and sorts the candidates of a job that needs `skill`, best first: able to do it, free and reachable, near,
 * language, knows the resident, few jobs so far, fresh position; who has declined or is asked already stands last. Says why
 * in bits. Deterministic: ties go by id. A nurse's job goes to whoever cares when no nurse is left (see offer_wave());
 * whoever cares need not be a nurse, and a nurse cares; a technician's job is done by nobody else. */
void dispatch_rank(const struct incident *inc, enum skill skill, struct candidate *at, uint32_t count);

/* True if an offer may go to this candidate now (able, free, not asked already, its id fit for a record). */
bool dispatch_may_ask(const struct candidate *c);

/* True if an area code covers another: it is a prefix of it. The empty code covers nothing. */
bool area_covers(const char *area, const char *below);

#endif
