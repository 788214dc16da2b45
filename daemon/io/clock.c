#include "io/clock.h"

#include <stdlib.h>
#include <time.h>

struct clock {
	struct now now;
	int64_t utc_offset_ms;   /* test control only; 0 in life */
	int64_t mono_offset_ms;  /* likewise */
	int64_t store_offset_ms; /* store's clock minus our monotonic one */
	bool store_known;
};

static int64_t read_ms(clockid_t which)
{
	struct timespec ts;

	ENSURE(clock_gettime(which, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct clock *clock_new(void)
{
	struct clock *clock = calloc(1, sizeof *clock);

	if (clock != NULL)
		clock_read(clock, &(struct now){0});
	return clock;
}

void clock_free(struct clock *clock)
{
	free(clock);
}

mono_t clock_mono(const struct clock *clock)
{
	return (mono_t){read_ms(CLOCK_MONOTONIC) + clock->mono_offset_ms};
}

int64_t clock_precise_ns(const struct clock *clock)
{
	struct timespec ts;

	ENSURE(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec + clock->mono_offset_ms * 1000000;
}

int64_t clock_cpu_ns(void)
{
	struct timespec ts;

	ENSURE(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

void clock_read(struct clock *clock, struct now *ret)
{
	ms_t before_ms = clock->now.store_ms;

	clock->now.mono = clock_mono(clock);
	clock->now.utc_ms = read_ms(CLOCK_REALTIME) + clock->utc_offset_ms;
	if (!clock->store_known)
		clock->store_offset_ms = clock->now.utc_ms - clock->now.mono.ms;
	clock->now.store_ms = clock->now.mono.ms + clock->store_offset_ms;
	/* A small correction backwards is taken by standing still: intervals of the app never turn negative by it. */
	if (clock->store_known && clock->now.store_ms < before_ms && before_ms - clock->now.store_ms <= CLOCK_STEP_MS)
		clock->now.store_ms = before_ms;
	*ret = clock->now;
}

const struct now *clock_now(const struct clock *clock)
{
	return &clock->now;
}

int64_t clock_store_seen(struct clock *clock, ms_t store_ms, mono_t at)
{
	int64_t offset_ms = store_ms - at.ms;
	int64_t jump_ms = offset_ms - clock->store_offset_ms;
	bool first = !clock->store_known;

	clock->store_offset_ms = offset_ms;
	clock->store_known = true;
	return first || (jump_ms <= CLOCK_STEP_MS && jump_ms >= -CLOCK_STEP_MS) ? 0 : jump_ms;
}

#ifdef PINGAN_TEST_BUILD
void clock_test_advance(struct clock *clock, int64_t ms)
{
	clock->mono_offset_ms += ms; /* the store's clock is counted from this one */
	clock->utc_offset_ms += ms;
}

void clock_test_set_utc(struct clock *clock, ms_t utc_ms)
{
	clock->utc_offset_ms = utc_ms - read_ms(CLOCK_REALTIME);
}
#endif
