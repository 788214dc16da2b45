/* test_memory.c - the daemon's 1st allocation fails, its 2nd, ... until the story needs no more: no crash, nothing
 * acknowledged lost, and the story comes to its end. Allocations are caught by the linker (--wrap); the simulator's own
 * never fail. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenes.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *at, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *at, size_t size);
char *__wrap_strdup(const char *text);

static uint64_t asked, fail_at;

static bool fails(void)
{
	return sim_inside_app && ++asked == fail_at;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *at, size_t size)
{
	return fails() ? NULL : __real_realloc(at, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

static void each_allocation_fails(const struct sim_setup *setup)
{
	struct sim *sim;
	uint64_t n = 0;

	do {
		n++;
		asked = 0;
		fail_at = n;
		sim = scene(setup);
		sim_note(sim, "allocation %llu fails", (unsigned long long)n);
		sim_tough_story(sim);
		sim_free(sim);
	} while (asked >= n);
	fail_at = 0;
	printf("%llu allocations\n", (unsigned long long)n - 1);
	assert_true(n > 100);
}

static void test_each_allocation_fails(void **state)
{
	const struct sim_setup setup = {.homes = 1, .panels = 1, .phones = 1, .overload = true};

	(void)state;
	each_allocation_fails(&setup);
}

static void test_each_allocation_fails_with_a_replica(void **state)
{
	const struct sim_setup setup = {
		.homes = 1, .panels = 1, .phones = 1, .daemons = 2, .replicated = true, .overload = true};

	(void)state;
	each_allocation_fails(&setup);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_allocation_fails),
		cmocka_unit_test(test_each_allocation_fails_with_a_replica),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
