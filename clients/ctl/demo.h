/* demo.h - two neighbouring sub-districts of invented homes, people and devices, for ./dev run and the tests.
 *
 * Result: the same seed gives the same records; a second run finds them all there and changes nothing. Secrets of demo
 *         devices come from the seed as well: never use such a cell for anything but a demonstration.
 */
#ifndef CTL_DEMO_H
#define CTL_DEMO_H

#include <protobuf-c/protobuf-c.h>

#include "cell.h"

#define DEMO_PASSWORD "pingan-demo-2026"

struct demo_options {
	uint32_t homes;           /* 1 to 100000 */
	uint32_t on_duty;         /* how many caregivers begin on duty: 0 to 12 */
	bool roster;              /* also a week of shifts */
	const char *devices_path; /* CSV for pingan-sim: device,key_hex,household; NULL = not written */
	const char *tokens_path;  /* CSV: device,token_hex; NULL = not written */
};

/* 0, or 1 with one line on standard error. */
int demo_load(struct cell *cell, const struct demo_options *options);

/* True if the demo makes an account of this name. */
bool demo_account(const char *id);

/* One record, unless it is there. */
bool demo_put_record(struct cell *cell, const char *type, const char *id, const ProtobufCMessage *message);

/* ---- demo_roster.c ---- */

bool demo_roster_put(struct cell *cell);

#endif
