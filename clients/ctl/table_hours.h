/* table_hours.h - times of the week in one cell of a table.
 *
 * Result: what is written reads again the same. Days in English or Chinese (周一); none = every day; "22:00-06:00" goes into
 *         the next day.
 */
#ifndef CTL_TABLE_HOURS_H
#define CTL_TABLE_HOURS_H

#include "base/slice.h"
#include "pingan/v1/record.pb-c.h"

#define TABLE_HOURS_MAX 7
#define TABLE_HOURS_WRONG SIZE_MAX

/* False when they don't fit, or are none. */
bool table_hours_write(Pingan__V1__Hours *const *list, size_t count, char *ret, size_t size) MUST_USE;

/* How many there are, or TABLE_HOURS_WRONG. */
size_t table_hours_read(const char *text, Pingan__V1__Hours *ret, size_t max);

#endif
