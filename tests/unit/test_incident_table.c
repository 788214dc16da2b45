/* No state may meet an event for which nobody decided what to do. */
#include "support/unit.h"

#include "core/incident.h"

static void test_tables_of_incident_job_and_offer_are_total(void **state)
{
	(void)state;
	for (unsigned e = 0; e < EVENT_COUNT; e++) {
		for (unsigned s = 0; s < INCIDENT_STATE_COUNT; s++)
			assert_int_not_equal(incident_verdict(s, e), UNDECIDED);
		for (unsigned s = 0; s < JOB_STATE_COUNT; s++)
			assert_int_not_equal(job_verdict(s, e), UNDECIDED);
		for (unsigned s = 0; s < OFFER_STATE_COUNT; s++)
			assert_int_not_equal(offer_verdict(s, e), UNDECIDED);
	}
}

/* Only an alarm begins anything. */
static void test_nothing_but_an_alarm_makes_an_incident(void **state)
{
	(void)state;
	for (unsigned e = 0; e < EVENT_COUNT; e++)
		assert_int_equal(incident_verdict(INCIDENT_NONE, e) == MOVE, e == EVENT_ALARM);
}

/* What has ended stays as it ended: from there only a note, a look, a contact's answer, the
 * next day's call-back, what a failover cut of it, and the reopening lead on. */
static void test_what_has_ended_does_not_move(void **state)
{
	(void)state;
	for (unsigned e = 0; e < EVENT_COUNT; e++) {
		assert_int_equal(incident_verdict(INCIDENT_CLOSED, e) == MOVE,
		                 e == EVENT_NOTE || e == EVENT_OPENED || e == EVENT_REOPEN || e == EVENT_CONTACT_ANSWER ||
		                     e == EVENT_FOLLOW_UP_MADE || e == EVENT_DEADLINE || e == EVENT_CUT);
		assert_int_not_equal(job_verdict(JOB_DONE, e), MOVE);
		assert_int_not_equal(job_verdict(JOB_FAILED, e), MOVE);
		assert_int_not_equal(job_verdict(JOB_CANCELLED, e), MOVE);
		assert_int_not_equal(offer_verdict(OFFER_DECLINED, e), MOVE);
		assert_int_not_equal(offer_verdict(OFFER_EXPIRED, e), MOVE);
		assert_int_not_equal(offer_verdict(OFFER_WITHDRAWN, e), MOVE);
	}
}

/* A late no is lawful and changes nothing; a late yes is refused. */
static void test_late_no_and_late_yes(void **state)
{
	(void)state;
	for (unsigned s = OFFER_ACCEPTED; s < OFFER_STATE_COUNT; s++)
		assert_int_equal(offer_verdict(s, EVENT_OFFER_DECLINE), STAY);
	for (unsigned s = OFFER_DECLINED; s < OFFER_STATE_COUNT; s++)
		assert_int_equal(offer_verdict(s, EVENT_OFFER_ACCEPT), REFUSE);
	for (unsigned s = JOB_ACCEPTED; s < JOB_STATE_COUNT; s++)
		assert_int_equal(job_verdict(s, EVENT_OFFER_ACCEPT), REFUSE);
	assert_int_equal(offer_verdict(OFFER_ACCEPTED, EVENT_JOB_GIVE_BACK), MOVE);
	assert_int_equal(offer_verdict(OFFER_ACCEPTED, EVENT_DEADLINE), STAY); /* the clock takes no job away */
}

/* Whatever lives has a deadline that leads somewhere. */
static void test_every_living_state_knows_its_deadline(void **state)
{
	(void)state;
	assert_int_equal(incident_verdict(INCIDENT_WAITING, EVENT_DEADLINE), MOVE);
	assert_int_equal(incident_verdict(INCIDENT_ANSWERED, EVENT_DEADLINE), MOVE);
	for (unsigned s = JOB_OFFERING; s <= JOB_ARRIVED; s++)
		assert_int_equal(job_verdict(s, EVENT_DEADLINE), MOVE);
	for (unsigned s = OFFER_MADE; s <= OFFER_SEEN; s++)
		assert_int_equal(offer_verdict(s, EVENT_DEADLINE), MOVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_of_incident_job_and_offer_are_total),
		cmocka_unit_test(test_nothing_but_an_alarm_makes_an_incident),
		cmocka_unit_test(test_what_has_ended_does_not_move),
		cmocka_unit_test(test_late_no_and_late_yes),
		cmocka_unit_test(test_every_living_state_knows_its_deadline),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
