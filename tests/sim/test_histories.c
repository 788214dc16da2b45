/* test_histories.c - random histories under every fault there is; each promise is checked after every step, and in the
 * end all must come right. Without arguments it proves that the same seed gives the same history.
 *
 *   sim_histories --seeds N [--from S] [--jobs J] [--keep-going]
 *   sim_histories --seed N      this one alone
 *   sim_histories PART PARTS    every PARTS-th seed from 1 + PART up to PINGAN_SIM_COUNT, in this process
 *
 * PINGAN_SIM_COUNT=N plays so many instead of what --seeds says; PINGAN_SIM_SEED=N is --seed N. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/limits.h"
#include "sim/runner.h"
#include "sim/sim.h"

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void test_same_seed_same_history(void **state)
{
	(void)state;
	for (uint64_t seed = 1001; seed <= 1008; seed++)
		assert_true(sim_play(seed) == sim_play(seed));
}

static void test_another_seed_another_history(void **state)
{
	(void)state;
	assert_true(sim_play(1001) != sim_play(1002));
}

static int usage(void)
{
	fprintf(stderr, "usage: sim_histories [--seeds N [--from S] [--jobs J] [--keep-going] | --seed N]\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_seed_same_history),
		cmocka_unit_test(test_another_seed_another_history),
	};
	uint64_t one = number("PINGAN_SIM_SEED", 0);
	struct runner run = {.from = 1};

	if (argc == 3 && argv[1][0] != '-') {
		for (uint64_t seed = 1 + strtoull(argv[1], NULL, 10); seed <= number("PINGAN_SIM_COUNT", RUNNER_WHOLE);
		     seed += strtoull(argv[2], NULL, 10))
			(void)sim_play(seed);
		return 0;
	}
	for (int i = 1; i < argc; i++) {
		uint64_t value = i + 1 < argc ? strtoull(argv[i + 1], NULL, 10) : 0;

		if (strcmp(argv[i], "--keep-going") == 0) {
			run.keep_going = true;
			continue;
		}
		if (value == 0)
			return usage();
		if (strcmp(argv[i], "--seeds") == 0)
			run.seeds = value;
		else if (strcmp(argv[i], "--from") == 0)
			run.from = value;
		else if (strcmp(argv[i], "--jobs") == 0)
			run.jobs = (unsigned)value;
		else if (strcmp(argv[i], "--seed") == 0)
			one = value;
		else
			return usage();
		i++;
	}
	if (one != 0) {
		printf("seed %llu: %016llx\n", (unsigned long long)one, (unsigned long long)sim_play(one));
		return 0;
	}
	if (run.seeds == 0)
		return cmocka_run_group_tests(tests, NULL, NULL);
	run.seeds = number("PINGAN_SIM_COUNT", run.seeds);
	return runner_play(&run, sim_play) ? 0 : 1;
}
