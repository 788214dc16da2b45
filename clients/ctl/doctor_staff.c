/* doctor_staff.c - who may log in, in which role, and for where. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#include "core/people.h"
#include "demo.h"
#include "doctor.h"

static bool serves(const Pingan__V1__Person *p)
{
	return !p->disabled && p->password_hash[0] != '\0';
}

static void field_take(struct staff *s, const Pingan__V1__Person *p)
{
	s->caregivers++;
	for (size_t i = 0; i < p->n_areas && s->field_count < DOCTOR_AREAS_MAX; i++)
		snprintf(s->field[s->field_count++], sizeof s->field[0], "%s", p->areas[i]);
}

void staff_take(struct staff *s, const char *id, const Pingan__V1__Person *p)
{
	if (!p->disabled && p->password_hash[0] == '\0')
		examples_add(&s->no_password, id);
	if (!serves(p))
		return;
	/* Only accounts that the demo makes are tried, up to the first: one look at a password takes its time. */
	if (s->demo.count == 0 && demo_account(id) &&
	    crypto_pwhash_str_verify(p->password_hash, DEMO_PASSWORD, strlen(DEMO_PASSWORD)) == 0)
		examples_add(&s->demo, id);
	switch (p->role) {
	case PINGAN__V1__ROLE__ROLE_ADMINISTRATOR:
		if (p->totp_key.len == 0)
			examples_add(&s->no_code, id);
		else
			s->administrators++;
		break;
	case PINGAN__V1__ROLE__ROLE_SUPERVISOR:
		s->supervisors++;
		break;
	case PINGAN__V1__ROLE__ROLE_OPERATOR:
		s->operators++;
		break;
	case PINGAN__V1__ROLE__ROLE_CAREGIVER:
		field_take(s, p);
		break;
	default: /* nobody whom a call needs */
		break;
	}
}

bool staff_covers(const struct staff *s, const char *area)
{
	for (size_t i = 0; i < s->field_count; i++)
		if (area_covers(s->field[i], area))
			return true;
	return s->field_count == DOCTOR_AREAS_MAX; /* more than are looked at */
}

static void some(struct doctor *d, const char *check, uint32_t count, const char *missing, const char *mend)
{
	if (count == 0)
		doctor_say(d, FINDING_WRONG, check, mend, "%s", missing);
	else
		doctor_say(d, FINDING_OK, check, "", "%" PRIu32 " may log in", count);
}

void staff_say(struct doctor *d, const struct staff *s)
{
	if (s->administrators == 0)
		doctor_say(d, FINDING_WRONG, "administrator",
		           s->no_code.count != 0 ? "pinganctl user totp ACCOUNT"
		                                 : "pinganctl init ACCOUNT --name NAME --area CODE",
		           s->no_code.count != 0 ? "none can log in: each needs a code" : "there is none who may log in");
	else if (s->no_code.count != 0)
		doctor_say(d, FINDING_WARNING, "administrator", "pinganctl user totp ACCOUNT",
		           "%zu can't log in without a code: %s", s->no_code.count, s->no_code.text);
	else
		doctor_say(d, FINDING_OK, "administrator", "", "%" PRIu32 " may log in", s->administrators);
	some(d, "supervisors", s->supervisors,
	     "none: nobody is rung when operators do not react, nobody approves a closure",
	     "pinganctl user add ACCOUNT --name NAME --role supervisor --area CODES");
	some(d, "operators", s->operators, "none: nobody answers a call",
	     "pinganctl user add ACCOUNT --name NAME --role operator --area CODES");
	some(d, "caregivers", s->caregivers, "none: nobody goes to a home",
	     "pinganctl user add ACCOUNT --name NAME --role caregiver --area CODES --skill care --phone NUMBER");
	if (s->no_password.count != 0)
		doctor_say(d, FINDING_WARNING, "passwords", "pinganctl user password ACCOUNT, or user disable ACCOUNT",
		           "%zu have none and can't log in: %s", s->no_password.count, s->no_password.text);
	else
		doctor_say(d, FINDING_OK, "passwords", "", "everybody who may log in has one");
	if (s->demo.count != 0 && (d->config->demo || d->o->config == NULL))
		doctor_say(d, FINDING_WARNING, "demo accounts", "not in a cell with real homes", "%s has the demo's password",
		           s->demo.text);
	else if (s->demo.count != 0)
		doctor_say(d, FINDING_WRONG, "demo accounts",
		           "pinganctl user disable ACCOUNT, or user password ACCOUNT, of all whom demo load has made",
		           "%s, and perhaps others, has the demo's password, which everybody knows", s->demo.text);
	else
		doctor_say(d, FINDING_OK, "demo accounts", "", "none");
}
