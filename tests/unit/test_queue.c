/* The one order of the queue: class; returned, waiting, answered; then the oldest first. */
#include "support/unit.h"

#include <string.h>

#include "core/incident.h"

static struct incident call(enum incident_class class, enum incident_state state, ms_t opened_ms, uint64_t id)
{
	struct incident inc = {.id = id, .class = class, .state = state, .opened_ms = opened_ms};

	if (state == INCIDENT_ANSWERED)
		memcpy(inc.owner, "op1", 4);
	return inc;
}

static int compare(const struct incident *a, const struct incident *b)
{
	uint8_t order_a[ORDER_LEN], order_b[ORDER_LEN];

	incident_order(a, order_a);
	incident_order(b, order_b);
	return memcmp(order_a, order_b, ORDER_LEN);
}

static void test_the_queue_from_top_to_bottom(void **state)
{
	struct incident queue[] = {
		call(CLASS_LIFE, INCIDENT_WAITING, 900, 9), /* returned */
		call(CLASS_LIFE, INCIDENT_WAITING, 100, 1),   call(CLASS_LIFE, INCIDENT_WAITING, 100, 2),
		call(CLASS_LIFE, INCIDENT_WAITING, 500, 3),   call(CLASS_LIFE, INCIDENT_ANSWERED, 50, 4),
		call(CLASS_WELFARE, INCIDENT_WAITING, 10, 5), call(CLASS_GENERAL, INCIDENT_WAITING, 5, 6),
		call(CLASS_DEVICE, INCIDENT_WAITING, 1, 7),   call(CLASS_DEVICE, INCIDENT_CLOSED, 1, 7),
	};

	(void)state;
	memcpy(queue[0].former_owner, "op2", 4);
	/* One that was taken over is not one that was returned. */
	memcpy(queue[4].former_owner, "op2", 4);
	for (size_t i = 0; i < COUNT_OF(queue); i++)
		for (size_t j = 0; j < COUNT_OF(queue); j++)
			assert_int_equal(compare(&queue[i], &queue[j]) < 0, i < j);
}

/* Bytes compare as the numbers do, also where they are large. */
static void test_the_order_is_big_endian(void **state)
{
	struct incident older = call(CLASS_LIFE, INCIDENT_WAITING, INT64_C(1759999999999), UINT64_MAX);
	struct incident newer = call(CLASS_LIFE, INCIDENT_WAITING, INT64_C(1760000000000), 0);

	(void)state;
	assert_true(compare(&older, &newer) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_queue_from_top_to_bottom),
		cmocka_unit_test(test_the_order_is_big_endian),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
