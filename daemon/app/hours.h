/* hours.h - times of the week as the registry has them (registry.proto, Hours): is it such a time now?
 *
 * Knows: no clock; the time comes in, and how far local time is ahead of UTC.
 */
#ifndef APP_HOURS_H
#define APP_HOURS_H

#include <stdbool.h>

#include "base/time.h"
#include "pingan/v1/record.pb-c.h"

/* True when one of them holds at `now_ms`; none at all = always. One that ends before it begins goes on into the next day,
 * and belongs to the day on which it began. */
bool hours_open(Pingan__V1__Hours *const *list, size_t count, ms_t now_ms, uint32_t utc_offset_min);

#endif
