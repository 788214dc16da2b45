/* fuzz_unit_record.c - what the store says of a unit: its life, and what it last said of itself. The first byte says which.
 * Oracles: what is read is valid, written again it reads the same; what a unit says anew is news once.
 */
#include <stdlib.h>
#include <string.h>

#include "wire/record_device.h"
#include "wire/vitals.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())

static _Alignas(16) uint8_t memory[65536];
static uint8_t first[65536], second[65536];

static void one_life(struct slice body, struct arena *arena)
{
	static struct device_life life, again;
	Pingan__V1__Device *m = pingan__v1__device__unpack(&arena->allocator, body.len, body.at);
	size_t size;

	if (m == NULL)
		return;
	device_life_read(m, &life);
	MUST(device_life_valid(&life));
	device_life_write(&life, m);
	size = pingan__v1__device__get_packed_size(m);
	MUST(size <= sizeof first && pingan__v1__device__pack(m, first) == size);
	device_life_read(m, &again);
	device_life_write(&again, m);
	MUST(pingan__v1__device__get_packed_size(m) == size && pingan__v1__device__pack(m, second) == size);
	MUST(memcmp(first, second, size) == 0);
	(void)device_protocol(m->id);
	MUST(device_state_name(life.state)[0] != '\0');
	MUST(device_state_by_name(device_state_name(life.state)) == life.state);
}

static bool same(const struct vitals *a, const struct vitals *b)
{
	uint8_t x[VITALS_MAX], y[VITALS_MAX];
	size_t n = vitals_encode(a, x);

	return n <= VITALS_MAX && n == vitals_encode(b, y) && memcmp(x, y, n) == 0;
}

static void vitals_of(struct slice bytes, struct arena *arena)
{
	struct vitals v, again, merged = vitals_none();
	uint8_t out[VITALS_MAX];

	if (!vitals_decode(bytes, arena, &v))
		return;
	MUST((unsigned)v.mains <= MAINS_OFF && (v.battery_pct <= 100 || v.battery_pct == 255) && v.at_ms >= 0);
	MUST(vitals_decode(slice_of(out, vitals_encode(&v, out)), arena, &again) && same(&v, &again));
	(void)vitals_merge(&merged, &v);
	MUST(same(&merged, &v) && !vitals_merge(&merged, &v));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;

	if (size == 0)
		return 0;
	arena_init(&arena, memory, sizeof memory);
	if ((data[0] & 1) != 0)
		vitals_of(slice_of(data + 1, size - 1), &arena);
	else
		one_life(slice_of(data + 1, size - 1), &arena);
	return 0;
}
