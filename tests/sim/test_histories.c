/* test_histories.c - random histories under every fault there is; each promise is checked after every step, and in the
 * end all must come right. `sim_histories PART PARTS` plays its part of the seeds; without arguments it proves that the
 * same seed gives the same history. PINGAN_SIM_SEED=N plays one; PINGAN_SIM_COUNT=N plays so many instead of HISTORIES. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/limits.h"
#include "sim/sim.h"

#define HISTORIES 768

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

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_seed_same_history),
		cmocka_unit_test(test_another_seed_another_history),
	};
	uint64_t one = number("PINGAN_SIM_SEED", 0), count = number("PINGAN_SIM_COUNT", HISTORIES);
	uint64_t part, parts, played = 0;

	if (one != 0) {
		printf("seed %llu: %016llx\n", (unsigned long long)one, (unsigned long long)sim_play(one));
		return 0;
	}
	if (argc < 3)
		return cmocka_run_group_tests(tests, NULL, NULL);
	part = strtoull(argv[1], NULL, 10);
	parts = strtoull(argv[2], NULL, 10);
	for (uint64_t seed = 1 + part; seed <= count; seed += parts) {
		sim_play(seed);
		played++;
	}
	printf("%llu histories, every promise kept\n", (unsigned long long)played);
	return played == 0;
}
