/* A unit's life in its record: what is written reads again the same, and what does not fit together is left out. */
#include "support/unit.h"

#include <stdio.h>

#include "pingan/v1/commission.pb-c.h"
#include "wire/record_device.h"

/* Numbers of core and of the wire are one. Proved when this file is compiled. */
#define SAME(core, wire) _Static_assert((int)(core) == (int)(wire), #core " differs on the wire")
SAME(DEVICE_NONE, PINGAN__V1__DEVICE_STATE__DEVICE_NONE);
SAME(DEVICE_COMMISSIONING, PINGAN__V1__DEVICE_STATE__DEVICE_COMMISSIONING);
SAME(DEVICE_IN_SERVICE, PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE);
SAME(DEVICE_AWAY, PINGAN__V1__DEVICE_STATE__DEVICE_AWAY);
SAME(DEVICE_RETIRED, PINGAN__V1__DEVICE_STATE__DEVICE_RETIRED);
SAME(DEVICE_ENTERED, PINGAN__V1__DEVICE_CHANGE__DEVICE_ENTERED);
SAME(DEVICE_BOUND, PINGAN__V1__DEVICE_CHANGE__DEVICE_BOUND);
SAME(DEVICE_STATE_SET, PINGAN__V1__DEVICE_CHANGE__DEVICE_STATE_SET);
SAME(DEVICE_PROVED, PINGAN__V1__DEVICE_CHANGE__DEVICE_PROVED);
SAME(DEVICE_TESTED, PINGAN__V1__DEVICE_CHANGE__DEVICE_TESTED);
SAME(DEVICE_KEY_MADE, PINGAN__V1__DEVICE_CHANGE__DEVICE_KEY_MADE);
SAME(DEVICE_KEY_TAKEN, PINGAN__V1__DEVICE_CHANGE__DEVICE_KEY_TAKEN);
SAME(DEVICE_SET, PINGAN__V1__DEVICE_CHANGE__DEVICE_SET);
SAME(DEVICE_LOOKED, PINGAN__V1__DEVICE_CHANGE__DEVICE_LOOKED);
SAME(DEVICE_PROOF_BEGUN, PINGAN__V1__DEVICE_CHANGE__DEVICE_PROOF_BEGUN);
SAME(DEVICE_PROOF_PRESSED, PINGAN__V1__DEVICE_CHANGE__DEVICE_PROOF_PRESSED);
SAME(DEVICE_PROOF_ENDED, PINGAN__V1__DEVICE_CHANGE__DEVICE_PROOF_ENDED);
SAME(PROOF_END_NONE, PINGAN__V1__DEVICE_PROOF__DEVICE_PROOF_NONE);
SAME(PROOF_END_NONE, PINGAN__V1__DEVICE_CARD__PROOF__PROOF_NONE);
SAME(PROOF_END_CONFIRMED, PINGAN__V1__DEVICE_PROOF__DEVICE_PROOF_CONFIRMED);
SAME(PROOF_END_CONFIRMED, PINGAN__V1__DEVICE_CARD__PROOF__PROOF_CONFIRMED);
SAME(PROOF_END_EXPIRED, PINGAN__V1__DEVICE_PROOF__DEVICE_PROOF_EXPIRED);
SAME(PROOF_END_EXPIRED, PINGAN__V1__DEVICE_CARD__PROOF__PROOF_EXPIRED);
SAME(PROOF_END_RANG, PINGAN__V1__DEVICE_PROOF__DEVICE_PROOF_RANG);
SAME(PROOF_END_RANG, PINGAN__V1__DEVICE_CARD__PROOF__PROOF_RANG);

static const struct device_life FULL = {.state = DEVICE_IN_SERVICE,
                                        .state_ms = 11,
                                        .state_by = "sup",
                                        .household = "h1",
                                        .entered_ms = 12,
                                        .bound_ms = 13,
                                        .installed_by = "tech",
                                        .proof_by = "tech2",
                                        .proof_from_ms = 14,
                                        .proof_until_ms = 15,
                                        .proof_ms = 16,
                                        .proof_raised_ms = 17,
                                        .proof_press = 18,
                                        .proof_end = PROOF_END_EXPIRED,
                                        .proved_ms = 19,
                                        .proved_by = "tech3",
                                        .proof_took_ms = 20,
                                        .tested_ms = 21};

/* Through bytes, as another daemon reads it. */
static struct device_life through(const struct device_life *d)
{
	Pingan__V1__Device m = PINGAN__V1__DEVICE__INIT, *back;
	uint8_t bytes[1024];
	struct device_life ret;

	device_life_write(d, &m);
	back = pingan__v1__device__unpack(NULL, pingan__v1__device__pack(&m, bytes), bytes);
	assert_non_null(back);
	device_life_read(back, &ret);
	pingan__v1__device__free_unpacked(back, NULL);
	return ret;
}

static void what_is_written_reads_again_the_same(void **state)
{
	struct device_life d = FULL, back;

	(void)state;
	assert_true(device_life_valid(&d));
	back = through(&d);
	assert_memory_equal(&back, &d, sizeof d);
	d.proof_by[0] = '\0';
	d.proof_from_ms = d.proof_until_ms = d.proof_ms = d.proof_raised_ms = 0;
	d.proof_press = 0;
	d.proof_end = PROOF_END_RANG;
	d.proof_rang = 99;
	memset(d.proof_by, 0, sizeof d.proof_by);
	back = through(&d);
	assert_memory_equal(&back, &d, sizeof d);
}

/* Nothing of it is a reason to hide a press. */
static void half_a_proof_in_a_record_is_none(void **state)
{
	struct device_life d = FULL, back;

	(void)state;
	d.proof_until_ms = 0;
	back = through(&d);
	assert_true(device_life_valid(&back));
	assert_string_equal(back.proof_by, "");
	assert_int_equal(back.state, DEVICE_IN_SERVICE);
	d = FULL;
	d.household[0] = '\0';
	back = through(&d);
	assert_true(device_life_valid(&back));
	assert_string_equal(back.proof_by, "");
}

static void what_no_version_wrote_is_left_out(void **state)
{
	Pingan__V1__Device m = PINGAN__V1__DEVICE__INIT;
	struct device_life d;

	(void)state;
	m.state = (Pingan__V1__DeviceState)99;
	m.state_ms = -5;
	m.household = (char *)"a household with spaces, and far longer than an id may be";
	m.proof_end = (Pingan__V1__DeviceProof)2;
	device_life_read(&m, &d);
	assert_true(device_life_valid(&d));
	assert_int_equal(d.state, DEVICE_NONE);
	assert_int_equal(d.state_ms, 0);
	assert_string_equal(d.household, "");
}

static void the_name_of_a_unit_says_how_it_speaks(void **state)
{
	(void)state;
	assert_int_equal(device_protocol("dc09.12AB"), PROTOCOL_DC09);
	assert_int_equal(device_protocol("dc09."), PROTOCOL_NONE);
	assert_int_equal(device_protocol("dc09.12ab"), PROTOCOL_NONE);
	assert_int_equal(device_protocol("watch.8812345678"), PROTOCOL_WATCH);
	assert_int_equal(device_protocol("watch.88x"), PROTOCOL_NONE);
	assert_int_equal(device_protocol("d0010"), PROTOCOL_NONE);
}

static void states_have_names_both_ways(void **state)
{
	(void)state;
	for (int s = DEVICE_COMMISSIONING; s < DEVICE_STATE_COUNT; s++)
		assert_int_equal(device_state_by_name(device_state_name((enum device_state)s)), s);
	assert_int_equal(device_state_by_name("served"), DEVICE_NONE);
	assert_int_equal(pingan__v1__device_state__descriptor.n_values, DEVICE_STATE_COUNT);
	assert_int_equal(pingan__v1__device_change__descriptor.n_values, DEVICE_CHANGE_COUNT);
	for (int c = 1; c < DEVICE_CHANGE_COUNT; c++)
		assert_string_not_equal(device_change_name((enum device_change)c), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_again_the_same), cmocka_unit_test(half_a_proof_in_a_record_is_none),
		cmocka_unit_test(what_no_version_wrote_is_left_out),    cmocka_unit_test(the_name_of_a_unit_says_how_it_speaks),
		cmocka_unit_test(states_have_names_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
