/* test_ports.c - each call of each port fails once, the first, the second, ... until the story needs no more: no crash,
 * nothing acknowledged lost, and the story comes to its end. */
#include "sim/scenes.h"

static const struct sim_setup SETUP = {.homes = 1, .panels = 1, .phones = 1};
static const struct sim_setup REPLICATED = {.homes = 1, .panels = 1, .phones = 1, .replicated = true};

static uint64_t calls_of(const struct sim_setup *setup, enum sim_port port)
{
	struct sim *sim = scene(setup);
	uint64_t n;

	sim_tough_story(sim);
	n = sim_port_calls(sim, port);
	sim_free(sim);
	return n;
}

static void each_call_fails(enum sim_port port)
{
	for (int i = 0; i < 2; i++) {
		const struct sim_setup *setup = i == 0 ? &SETUP : &REPLICATED;
		uint64_t calls = calls_of(setup, port);

		assert_true(calls > 0);
		for (uint64_t n = 1; n <= calls; n++) {
			struct sim *sim = scene(setup);

			sim_fail_port(sim, port, n);
			sim_note(sim, "call %llu of port %d fails", (unsigned long long)n, (int)port);
			sim_tough_story(sim);
			sim_free(sim);
		}
	}
}

static void test_link_send_gone(void **state)
{
	(void)state;
	each_call_fails(SIM_PORT_SEND_GONE);
}

static void test_link_send_full(void **state)
{
	(void)state;
	each_call_fails(SIM_PORT_SEND_FULL);
}

static void test_seal_refuses(void **state)
{
	(void)state;
	each_call_fails(SIM_PORT_SEAL);
}

static void test_commit_lost(void **state)
{
	(void)state;
	each_call_fails(SIM_PORT_COMMIT_LOST);
}

static void test_commit_drops_the_link(void **state)
{
	(void)state;
	each_call_fails(SIM_PORT_COMMIT_DROPS_LINK);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link_send_gone),        cmocka_unit_test(test_link_send_full),
		cmocka_unit_test(test_seal_refuses),          cmocka_unit_test(test_commit_lost),
		cmocka_unit_test(test_commit_drops_the_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
