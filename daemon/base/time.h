/* time.h - two kinds of time that must not be mixed. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdint.h>

/* Milliseconds since 1970-01-01 UTC on the store's clock: what records and screens carry. 0 = not known. */
typedef int64_t ms_t;

/* Monotonic milliseconds of this process: intervals in memory. A struct, so that the compiler refuses a mix. */
typedef struct {
	int64_t ms;
} mono_t;

#define SECONDS(n) ((int64_t)(n)*1000)
#define MINUTES(n) ((int64_t)(n)*60000)

/* One reading of all clocks, taken once a turn of the loop. */
struct now {
	ms_t store_ms; /* the store's clock, as this daemon knows it */
	ms_t utc_ms;   /* this machine's wall clock: only for time stamps told to devices */
	mono_t mono;
};

#endif
