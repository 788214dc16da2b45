/* table_settle.h - what a record needs beyond its cells before it is written, and what no table may do to it.
 *
 * Owns:   the key of a new home, the beginning of a unit's life, what accounts must not lack.
 * Knows:  no store.
 */
#ifndef CTL_TABLE_SETTLE_H
#define CTL_TABLE_SETTLE_H

#include "table_kind.h"

struct table_settle {
	const ProtobufCMessage *before; /* as it stands in the store; NULL = it is new */
	const char *const *cells;       /* of the row */
	const bool *present;
	int64_t now_ms;
	bool made_key; /* out: it has a new key, that its owner must be told */
};

/* Puts the finishing touches to `record`. NULL, or what is wrong; *ret_column: where. */
const char *table_settle(const struct table_kind *kind, ProtobufCMessage *record, struct table_settle *s,
                         struct arena *arena, size_t *ret_column) MUST_USE;

#endif
