/* record.h - homes, residents, contacts, areas and stations, one at a time: shown, listed, made, corrected.
 *
 * Owns:   the commands `home`, `resident`, `contact`, `area` and `station`.
 * Knows:  columns by the names that tables have (table_kind.h), and the one judge of what a record may say (wire/registry.h).
 * Result: what is written names who did it and which fields in the log, never what they say; so does a look at what is
 *         private. Somebody else who was faster is a refusal, and nothing is written.
 */
#ifndef CTL_RECORD_H
#define CTL_RECORD_H

#include "cell.h"

struct record_options {
	bool json, with_private;
	const char *areas; /* list: of these alone; NULL = all */
};

/* `command`: "home set". `args`: what follows; of set and add FIELD=VALUE at the end. 0, or 1 with one line on standard
 * error for each thing that is wrong; 2 when it was not understood. */
int record_run(struct cell *cell, const char *command, char *const *args, int arg_count,
               const struct record_options *o);

#endif
