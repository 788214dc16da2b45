/* What many simulated homes do in a scenario, and how their times are counted. */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "clients/sim/fleet_plan.h"
#include "clients/sim/tally.h"

static size_t acts_of_all(const struct plan *p, size_t ret_of_kind[KIND_COUNT], size_t *ret_drops)
{
	size_t n = 0;

	memset(ret_of_kind, 0, KIND_COUNT * sizeof *ret_of_kind);
	*ret_drops = 0;
	for (uint32_t i = 0; i < p->homes; i++) {
		struct act acts[PLAN_ACTS_MAX];
		size_t count = plan_acts(p, i, i % 2 == 0 ? "440190001001" : "440190002003", acts);

		for (size_t k = 0; k < count; k++) {
			assert_true(acts[k].at_ms >= 0 && acts[k].at_ms <= p->window_ms);
			assert_true(k == 0 || acts[k - 1].at_ms <= acts[k].at_ms);
			*ret_drops += acts[k].type == ACT_DROP;
			ret_of_kind[acts[k].kind]++;
		}
		n += count;
	}
	return n;
}

static void test_a_scenario_has_exactly_as_many_presses_as_it_says(void **state)
{
	size_t kinds[KIND_COUNT], drops;
	struct plan p;

	(void)state;
	plan_defaults(SCENARIO_POWER_CUT, 3001, &p);
	p.presses = 17;
	assert_int_equal(acts_of_all(&p, kinds, &drops), 3001 + 17);
	assert_int_equal(kinds[KIND_POWER], 3001);
	assert_int_equal(kinds[KIND_SOS], 17);
	memcpy(p.area, "440190001", sizeof "440190001");
	(void)acts_of_all(&p, kinds, &drops);
	assert_int_equal(kinds[KIND_POWER], 1501);
	assert_int_equal(kinds[KIND_SOS], 17);

	plan_defaults(SCENARIO_EARTHQUAKE, 3001, &p);
	p.share_pct = 33;
	assert_int_equal(acts_of_all(&p, kinds, &drops), 990);
	assert_int_equal(kinds[KIND_SOS], 990);

	plan_defaults(SCENARIO_STORM, 3001, &p);
	p.presses = 100;
	assert_int_equal(acts_of_all(&p, kinds, &drops), 3001);
	assert_int_equal(drops, 2901);
	assert_int_equal(kinds[KIND_SOS], 100);
	p.presses = 0;
	(void)acts_of_all(&p, kinds, &drops);
	assert_int_equal(drops, 3001);

	plan_defaults(SCENARIO_DAILY_TEST, 500, &p);
	assert_int_equal(acts_of_all(&p, kinds, &drops), 500);
	assert_int_equal(kinds[KIND_TEST], 500);
	plan_defaults(SCENARIO_PRESS_ALL, 500, &p);
	assert_int_equal(acts_of_all(&p, kinds, &drops), 500);
	assert_int_equal(kinds[KIND_SOS], 500);
	plan_defaults(SCENARIO_CONNECT, 500, &p);
	assert_int_equal(acts_of_all(&p, kinds, &drops), 0);
}

static void test_the_same_seed_gives_the_same_day_and_another_one_another(void **state)
{
	struct plan a, b;
	size_t differ = 0;

	(void)state;
	plan_defaults(SCENARIO_EARTHQUAKE, 400, &a);
	plan_defaults(SCENARIO_EARTHQUAKE, 400, &b);
	for (uint32_t i = 0; i < 400; i++) {
		struct act x[PLAN_ACTS_MAX] = {0}, y[PLAN_ACTS_MAX] = {0};

		b.seed = a.seed;
		assert_int_equal(plan_acts(&a, i, "", x), plan_acts(&b, i, "", y));
		assert_memory_equal(x, y, sizeof x);
		b.seed = 2;
		memset(y, 0, sizeof y);
		(void)plan_acts(&b, i, "", y);
		differ += memcmp(x, y, sizeof x) != 0;
	}
	assert_true(differ > 40);
}

static void test_every_scenario_has_a_name_that_finds_it(void **state)
{
	(void)state;
	for (int s = 0; s < SCENARIO_COUNT; s++) {
		enum scenario found;

		assert_true(scenario_by_name(scenario_name((enum scenario)s), &found));
		assert_int_equal(found, s);
		assert_non_null(strstr(scenario_names(), scenario_name(found)));
	}
	assert_false(scenario_by_name("flood", &(enum scenario){0}));
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void test_percentiles_are_within_two_percent_of_the_sorted_list(void **state)
{
	enum { N = 20000 };
	static struct tally whole, halves[2], sum;
	static int64_t list[N];
	uint64_t random = 7;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		/* From a microsecond to some seconds. */
		list[i] = (int64_t)(1000 + plan_chance(&random) % (UINT64_C(1) << (10 + plan_chance(&random) % 23)));
		tally_add(&whole, list[i]);
		tally_add(&halves[i % 2], list[i]);
	}
	qsort(list, N, sizeof list[0], by_size);
	for (int pct = 0; pct < 100; pct++) {
		double truth = (double)list[N * pct / 100], said = (double)tally_at(&whole, pct / 100.0);

		assert_true(said > truth * 0.98 && said < truth * 1.02);
	}
	assert_int_equal(tally_at(&whole, 1), list[N - 1]);
	assert_int_equal(whole.max_ns, list[N - 1]);
	tally_merge(&sum, &halves[0]);
	tally_merge(&sum, &halves[1]);
	assert_memory_equal(&sum, &whole, sizeof sum);
}

static void test_nothing_counted_is_nothing_and_too_long_is_longest(void **state)
{
	static struct tally t;

	(void)state;
	assert_int_equal(tally_at(&t, 0.5), 0);
	tally_add(&t, INT64_MAX);
	assert_int_equal(t.max_ns, INT64_MAX);
	assert_int_equal(t.slots[TALLY_SLOTS - 1], 1);
	tally_add(&t, -5);
	assert_int_equal(t.slots[0], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_scenario_has_exactly_as_many_presses_as_it_says),
		cmocka_unit_test(test_the_same_seed_gives_the_same_day_and_another_one_another),
		cmocka_unit_test(test_every_scenario_has_a_name_that_finds_it),
		cmocka_unit_test(test_percentiles_are_within_two_percent_of_the_sorted_list),
		cmocka_unit_test(test_nothing_counted_is_nothing_and_too_long_is_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
