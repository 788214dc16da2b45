/* table_check.h - what is looked at beyond one cell: rows against each other and against the registry, a record as a whole;
 * and what the log is told.
 */
#ifndef CTL_TABLE_CHECK_H
#define CTL_TABLE_CHECK_H

#include "table_rows.h"

#define TABLE_FIELDS_MAX 64 /* that the log names of one change */

/* What is done to a record, by the names of its fields. */
struct table_edit {
	bool made; /* it is new */
	int64_t at_ms;
	size_t field_count;
	bool more;
	char fields[TABLE_FIELDS_MAX][64];
};

/* Rows that name the same thing twice are bad, each but the first. */
void table_twice(struct table_rows *r);

/* Rows that name what is not there are bad; so are residents that live elsewhere. False with one line on standard error. */
bool table_refs(struct cell *cell, struct table_rows *r) MUST_USE;

/* NULL, or what is wrong with the record as a whole. */
const char *table_check(const struct table_kind *kind, const ProtobufCMessage *record, size_t *ret_column) MUST_USE;

/* The LogEvent of the change. */
void table_event(const struct table_kind *kind, const char *key, const ProtobufCMessage *record,
                 const struct table_edit *edit, struct buf *ret);

#endif
