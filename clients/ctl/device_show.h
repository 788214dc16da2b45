/* device_show.h - one device, whole: how it is, where it stands, and what happened to it.
 *
 * Bounds: its history is looked for in the newest HISTORY_ENTRIES_MAX entries of the log, and no further.
 */
#ifndef CTL_DEVICE_SHOW_H
#define CTL_DEVICE_SHOW_H

#include <jansson.h>

#include "cell.h"
#include "pingan/v1/record.pb-c.h"

#define HISTORY_ENTRIES_MAX 100000

/* Each false with one line on standard error. */
bool device_details_print(struct cell *cell, const Pingan__V1__Device *d, uint32_t count);
/* The same, added to `line`. */
bool device_details_json(struct cell *cell, const Pingan__V1__Device *d, uint32_t count, json_t *line);

#endif
