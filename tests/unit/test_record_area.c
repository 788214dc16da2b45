/* Records of whole areas: what is written is read again, and what is not ours is not believed. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "pingan/v1/record.pb-c.h"
#include "wire/record.h"

#define AT INT64_C(1760000000000)

static _Alignas(16) uint8_t memory[RECORD_SCRATCH];
static struct arena arena;
static uint8_t bytes[RECORD_MAX];

static const struct storm STORM = {.area = "440103001",
                                   .kinds = BIT(STORM_KIND_POWER) | BIT(STORM_KIND_LINK),
                                   .from_ms = AT,
                                   .until_ms = AT + 3600000,
                                   .by = "sup1",
                                   .reason = "台风过境",
                                   .ended_ms = AT + 100,
                                   .ended_by = "sup2",
                                   .held_back = 7,
                                   .returned = 5};
static const struct out OUT = {.device = "dev-1",
                               .kind = KIND_POWER,
                               .incident = 77,
                               .since_ms = AT,
                               .found = true,
                               .area = "440103001001",
                               .heard_ms = AT - 5};

static int storm_again(const struct storm *from, struct storm *to)
{
	struct buf b = buf_of(bytes, sizeof bytes);

	arena_init(&arena, memory, sizeof memory);
	storm_encode(from, &b);
	assert_false(b.overflow);
	return storm_decode(slice_of(b.at, b.len), to, &arena);
}

static int out_again(const struct out *from, struct out *to)
{
	struct buf b = buf_of(bytes, sizeof bytes);

	arena_init(&arena, memory, sizeof memory);
	out_encode(from, &b);
	assert_false(b.overflow);
	return out_decode(slice_of(b.at, b.len), to, &arena);
}

static void test_a_storm_and_who_is_out_are_read_as_written(void **state)
{
	struct storm s;
	struct out o;

	(void)state;
	assert_int_equal(storm_again(&STORM, &s), 0);
	assert_memory_equal(&s, &STORM, sizeof s);
	assert_int_equal(out_again(&OUT, &o), 0);
	assert_memory_equal(&o, &OUT, sizeof o);
}

/* Not even a record in the store can say that a storm holds back a call for help. */
static void test_a_storm_over_what_is_no_kind_of_storm_is_not_believed(void **state)
{
	Pingan__V1__StormKind kinds[] = {PINGAN__V1__STORM_KIND__STORM_KIND_POWER, (Pingan__V1__StormKind)0};
	Pingan__V1__Storm m = PINGAN__V1__STORM__INIT;
	struct storm s;
	size_t len;

	(void)state;
	m.area = (char *)"4401";
	m.from_ms = AT;
	m.until_ms = AT + 1;
	m.kinds = kinds;
	m.n_kinds = 2;
	for (int kind = 0; kind < 40; kind++) {
		kinds[1] = (Pingan__V1__StormKind)kind;
		len = pingan__v1__storm__pack(&m, bytes);
		arena_init(&arena, memory, sizeof memory);
		assert_int_equal(storm_decode(slice_of(bytes, len), &s, &arena),
		                 kind > 0 && kind < STORM_KIND_COUNT ? 0 : RECORD_BAD_ENUM);
	}
}

static void test_what_is_broken_is_refused_by_name(void **state)
{
	struct storm s = STORM, t;
	struct out o = OUT, p;

	(void)state;
	s.until_ms = s.from_ms;
	assert_int_equal(storm_again(&s, &t), RECORD_BAD_STATE);
	o.kind = KIND_SOS; /* nobody who calls for help is a line of a list */
	assert_int_equal(out_again(&o, &p), RECORD_BAD_STATE);
	o = OUT;
	o.incident = 0;
	assert_int_equal(out_again(&o, &p), RECORD_BAD_STATE);
	arena_init(&arena, memory, sizeof memory);
	assert_int_equal(out_decode(slice_of((const uint8_t *)"\xff\xff", 2), &p, &arena), RECORD_BAD_BYTES);
	assert_int_equal(storm_decode(slice_of((const uint8_t *)"\xff\xff", 2), &t, &arena), RECORD_BAD_BYTES);
	assert_int_equal(storm_decode(slice_of(memory, RECORD_MAX + 1), &t, &arena), RECORD_BAD_SIZE);
	assert_int_equal(out_decode(slice_of((const uint8_t *)"\xf8\x07\x01", 3), &p, &arena), RECORD_BAD_UNKNOWN);
}

static void test_only_a_whole_sub_district_collects(void **state)
{
	char area[16];

	(void)state;
	assert_true(outage_area("440103001001", area));
	assert_string_equal(area, "440103001");
	assert_true(outage_area("440103001", area));
	assert_false(outage_area("44010300", area));
	assert_false(outage_area("", area));
	assert_false(outage_area("44010300x", area));
	for (int kind = KIND_NONE; kind < KIND_COUNT; kind++)
		assert_int_equal(outage_kind((enum kind)kind), kind == KIND_POWER || kind == KIND_LINK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_storm_and_who_is_out_are_read_as_written),
		cmocka_unit_test(test_a_storm_over_what_is_no_kind_of_storm_is_not_believed),
		cmocka_unit_test(test_what_is_broken_is_refused_by_name),
		cmocka_unit_test(test_only_a_whole_sub_district_collects),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
