/* The head start within a class: every reason counts and is named, none outweighs age for long, none leaves its class. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/score.h"
#include "support/incident_kit.h"

#define WHY(reason) (UINT32_C(1) << SCORE_WHY_##reason)

static struct incident inc, other;

static void plain(struct incident *ret, enum kind kind)
{
	memset(ret, 0, sizeof *ret);
	ret->id = 1;
	ret->kind = kind;
	ret->class = kind_class(kind);
	ret->state = INCIDENT_WAITING;
	ret->opened_ms = KIT_START;
	ret->alarm_count = 1;
	memcpy(ret->alarms[0].device, "unit1", 6);
	ret->alarms[0].kind = kind;
	ret->alarms[0].zone = 1;
}

static void sensor(struct incident *to, const char *device, uint32_t zone)
{
	struct alarm_ref *ref = &to->alarms[to->alarm_count++];

	snprintf(ref->device, sizeof ref->device, "%s", device);
	ref->zone = zone;
}

static void scores(uint32_t expected_s, uint32_t expected_why)
{
	uint32_t why = 99;

	assert_int_equal(incident_score_s(&inc, &why), expected_s);
	assert_int_equal(why, expected_why);
	assert_int_equal(incident_score_s(&inc, NULL), expected_s);
}

static void test_every_reason_counts_and_is_named(void **state)
{
	(void)state;
	plain(&inc, KIND_SOS);
	scores(0, 0);
	plain(&inc, KIND_FALL);
	scores(60, WHY(KIND));
	plain(&inc, KIND_SOS);
	inc.risk = 255;
	scores(120, WHY(RISK));
	plain(&inc, KIND_SOS);
	inc.repeats = 1;
	scores(30, WHY(REPEATS));
	plain(&inc, KIND_SOS);
	inc.no_voice = true;
	scores(150, WHY(SILENCE));
	plain(&inc, KIND_SOS);
	sensor(&inc, "unit1", 2);
	scores(45, WHY(SENSORS));
	plain(&inc, KIND_GAS);
	inc.risk = 1;
	inc.repeats = 2;
	inc.no_voice = true;
	sensor(&inc, "unit2", 1);
	sensor(&inc, "unit1", 1);
	scores(120 + 1 + 60 + 150 + 45, WHY(KIND) | WHY(RISK) | WHY(REPEATS) | WHY(SILENCE) | WHY(SENSORS));
}

/* More of a reason is never worth less. */
static void test_more_is_never_less(void **state)
{
	uint32_t before = 0;

	(void)state;
	plain(&inc, KIND_SOS);
	for (inc.risk = 0; inc.risk <= RISK_MAX; inc.risk++) {
		assert_true(incident_score_s(&inc, NULL) >= before);
		before = incident_score_s(&inc, NULL);
	}
	assert_int_equal(before, 120);
	plain(&inc, KIND_SOS);
	for (before = 0, inc.repeats = 0; inc.repeats < 20; inc.repeats++) {
		assert_true(incident_score_s(&inc, NULL) >= before);
		before = incident_score_s(&inc, NULL);
	}
	assert_int_equal(before, 120);
	plain(&inc, KIND_SOS);
	for (before = 0; inc.alarm_count < ALARMS_MAX;) {
		sensor(&inc, "unit1", 10 + inc.alarm_count);
		assert_true(incident_score_s(&inc, NULL) >= before);
		before = incident_score_s(&inc, NULL);
	}
	assert_int_equal(before, 90);
}

/* One button pressed eight times is one sensor. */
static void test_the_same_sensor_again_is_one_sensor(void **state)
{
	(void)state;
	plain(&inc, KIND_SOS);
	while (inc.alarm_count < ALARMS_MAX)
		sensor(&inc, "unit1", 1);
	scores(0, 0);
	plain(&inc, KIND_SOS);
	sensor(&inc, "unit2", 1);
	sensor(&inc, "unit2", 1);
	sensor(&inc, "unit1", 1);
	scores(45, WHY(SENSORS));
}

static void test_the_head_start_is_bounded(void **state)
{
	(void)state;
	plain(&inc, KIND_FIRE);
	inc.risk = UINT32_MAX;
	inc.repeats = UINT32_MAX;
	inc.no_voice = true;
	while (inc.alarm_count < ALARMS_MAX)
		sensor(&inc, "unit1", 10 + inc.alarm_count);
	scores(SCORE_MAX_S, WHY(KIND) | WHY(RISK) | WHY(REPEATS) | WHY(SILENCE) | WHY(SENSORS));
}

/* A kind counts among its own class only. */
static void test_what_a_kind_is_worth_elsewhere(void **state)
{
	(void)state;
	/* Inactivity that was raised stands among presses by its silence, not by being inactivity. */
	plain(&inc, KIND_INACTIVITY);
	scores(90, WHY(KIND));
	inc.class = CLASS_LIFE;
	scores(0, 0);
	/* A press from a home that nobody knows is class 2, and there it is the first. */
	plain(&inc, KIND_SOS);
	inc.class = CLASS_WELFARE;
	scores(120, WHY(KIND));
	plain(&inc, (enum kind)9999);
	inc.class = CLASS_WELFARE;
	scores(120, WHY(KIND));
}

/* ---- the order ---- */

static int compare(const struct incident *a, const struct incident *b)
{
	uint8_t order_a[ORDER_LEN], order_b[ORDER_LEN];

	incident_order(a, order_a);
	incident_order(b, order_b);
	return memcmp(order_a, order_b, ORDER_LEN);
}

static void some(struct incident *ret, uint64_t *seed)
{
	plain(ret, (enum kind)(1 + kit_random(seed) % (KIND_COUNT - 1)));
	if (ret->class == CLASS_NONE)
		ret->class = CLASS_WELFARE;
	ret->id = 1 + kit_random(seed) % 1000000;
	ret->risk = (uint32_t)(kit_random(seed) % 256);
	ret->repeats = (uint32_t)(kit_random(seed) % 8);
	ret->no_voice = kit_random(seed) % 3 == 0;
	for (uint64_t more = kit_random(seed) % 4; more > 0; more--)
		sensor(ret, "unit1", (uint32_t)(kit_random(seed) % 3));
	ret->opened_ms = KIT_START + (ms_t)(kit_random(seed) % (uint64_t)SECONDS(2 * SCORE_MAX_S));
}

static void test_age_wins_in_the_end(void **state)
{
	uint64_t seed = 1;

	(void)state;
	plain(&inc, KIND_SOS);
	plain(&other, KIND_GAS);
	other.no_voice = true;
	other.opened_ms = KIT_START + SECONDS(120 + 150);
	other.id = 2;
	assert_true(compare(&inc, &other) < 0); /* as old as the head start: the id decides */
	other.opened_ms--;
	assert_true(compare(&inc, &other) > 0);
	for (int i = 0; i < 20000; i++) {
		some(&inc, &seed);
		some(&other, &seed);
		other.class = inc.class;
		if (other.opened_ms - inc.opened_ms > SECONDS(SCORE_MAX_S))
			assert_true(compare(&inc, &other) < 0);
	}
}

/* However many more urgent calls come, every one of them opened later than the bound stands behind: it can be reckoned how
 * many are answered before. */
static void test_nobody_starves(void **state)
{
	uint32_t before_it = 0;

	(void)state;
	plain(&inc, KIND_SOS);
	plain(&other, KIND_FIRE);
	other.risk = 255;
	other.repeats = 9;
	other.no_voice = true;
	sensor(&other, "unit2", 1);
	sensor(&other, "unit3", 1);
	for (uint64_t i = 1; i <= 10000; i++) {
		other.id = 1 + i;
		other.opened_ms = KIT_START + SECONDS(10) * (ms_t)i;
		before_it += compare(&other, &inc) < 0;
	}
	assert_int_equal(before_it, SCORE_MAX_S / 10 - 1); /* the last of them is as old, and its id is larger */
}

static void test_a_head_start_never_leaves_the_class(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		some(&inc, &seed);
		some(&other, &seed);
		if (inc.class != other.class)
			assert_int_equal(compare(&inc, &other) < 0, inc.class < other.class);
	}
}

/* Nor does it pass by what is returned, or push what is answered before what waits. */
static void test_a_head_start_never_leaves_its_place_in_the_class(void **state)
{
	(void)state;
	plain(&inc, KIND_SOS);
	plain(&other, KIND_FIRE);
	other.id = 2;
	other.no_voice = true;
	memcpy(inc.former_owner, "op1", 4);
	inc.opened_ms += SECONDS(10000);
	assert_true(compare(&inc, &other) < 0);
	plain(&inc, KIND_SOS);
	inc.opened_ms += SECONDS(10000);
	other.state = INCIDENT_ANSWERED;
	memcpy(other.owner, "op1", 4);
	assert_true(compare(&inc, &other) < 0);
}

static int by_order(const void *a, const void *b)
{
	return memcmp(a, b, ORDER_LEN);
}

/* The same calls give the same order, in whatever order they came, and no two stand at one place. */
static void test_the_order_is_total_and_deterministic(void **state)
{
	enum { COUNT = 400 };
	static uint8_t forth[COUNT][ORDER_LEN], back[COUNT][ORDER_LEN];
	uint64_t seed;

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		seed = (uint64_t)i * 77 + 1;
		some(&inc, &seed);
		inc.id = (uint64_t)i + 1;
		incident_order(&inc, forth[i]);
		incident_order(&inc, back[COUNT - 1 - i]);
	}
	qsort(forth, COUNT, ORDER_LEN, by_order);
	qsort(back, COUNT, ORDER_LEN, by_order);
	assert_memory_equal(forth, back, sizeof forth);
	for (int i = 1; i < COUNT; i++)
		assert_true(memcmp(forth[i - 1], forth[i], ORDER_LEN) < 0);
}

static void test_time_near_zero_and_far_away(void **state)
{
	(void)state;
	plain(&inc, KIND_FIRE);
	plain(&other, KIND_FIRE);
	other.id = 2;
	inc.opened_ms = 1; /* the head start is larger than its age */
	other.opened_ms = 2;
	assert_true(compare(&inc, &other) < 0);
	other.opened_ms = INT64_C(4102444800000); /* the year 2100 */
	assert_true(compare(&inc, &other) < 0);
}

/* ---- from alarm to order ---- */

static void test_pressing_again_moves_up(void **state)
{
	static struct kit k;
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS), b = kit_alarm("unit1", 8, KIND_SOS);
	struct alarm c = kit_alarm("detector1", 9, KIND_FALL);

	(void)state;
	kit_init(&k);
	k.world.risk = 60;
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.inc.risk, 60);
	other = k.inc;
	inc = k.inc;
	scores(29, WHY(RISK));
	kit_wait_s(&k, 5);
	k.world.risk = 0; /* the registry's word at opening stays */
	assert_int_equal(kit_press(&k, &b), MOVE);
	assert_int_equal(k.inc.risk, 60);
	assert_true(compare(&k.inc, &other) < 0);
	assert_int_equal(kit_press(&k, &c), MOVE);
	inc = k.inc;
	scores(29 + 60 + 45, WHY(RISK) | WHY(REPEATS) | WHY(SENSORS));
	/* What a broken registry says is bounded. */
	kit_init(&k);
	k.world.risk = UINT32_MAX;
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.inc.risk, RISK_MAX);
}

static void test_risk_flags_become_points(void **state)
{
	char alone[] = "alone", heart[] = "heart", oxygen[] = "oxygen", stroke[] = "stroke", strange[] = "sleepwalks";
	char *flags[] = {alone, heart, strange, oxygen, stroke, stroke, stroke};

	(void)state;
	assert_int_equal(score_risk(NULL, 0), 0);
	assert_int_equal(score_risk(flags, 1), 40);
	assert_int_equal(score_risk(flags, 2), 100);
	assert_int_equal(score_risk(flags, 3), 120); /* nobody knows the word, but somebody wrote it down */
	assert_int_equal(score_risk(flags, 4), 200);
	assert_int_equal(score_risk(flags, 7), RISK_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_reason_counts_and_is_named),
		cmocka_unit_test(test_more_is_never_less),
		cmocka_unit_test(test_the_same_sensor_again_is_one_sensor),
		cmocka_unit_test(test_the_head_start_is_bounded),
		cmocka_unit_test(test_what_a_kind_is_worth_elsewhere),
		cmocka_unit_test(test_age_wins_in_the_end),
		cmocka_unit_test(test_nobody_starves),
		cmocka_unit_test(test_a_head_start_never_leaves_the_class),
		cmocka_unit_test(test_a_head_start_never_leaves_its_place_in_the_class),
		cmocka_unit_test(test_the_order_is_total_and_deterministic),
		cmocka_unit_test(test_time_near_zero_and_far_away),
		cmocka_unit_test(test_pressing_again_moves_up),
		cmocka_unit_test(test_risk_flags_become_points),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
