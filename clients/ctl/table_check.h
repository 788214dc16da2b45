/* table_check.h - what is looked at beyond one cell: rows against each other and against the registry, a record as a whole;
 * and what the log is told.
 */
#ifndef CTL_TABLE_CHECK_H
#define CTL_TABLE_CHECK_H

#include "table_rows.h"

/* Rows that name the same thing twice are bad, each but the first. */
void table_twice(struct table_rows *r);

/* Rows that name what is not there are bad; so are residents that live elsewhere. False with one line on standard error. */
bool table_refs(struct cell *cell, struct table_rows *r) MUST_USE;

/* The registry's own judgement of what the row makes (wire/registry.h): its faults are the row's. */
void table_row_check(struct table_rows *r, struct table_row *row, const ProtobufCMessage *message);
/* NULL, or what is wrong with the record as a whole. */
const char *table_whole_wrong(const struct table_kind *kind, const ProtobufCMessage *record);

/* The LogEvent of the change; `before` NULL: it is new. */
void table_event(const struct table_kind *kind, const char *key, const ProtobufCMessage *before,
                 const ProtobufCMessage *record, int64_t at_ms, struct buf *ret);

/* Telephone numbers of a good row that nobody can dial: said, and entered all the same. */
void table_phones_doubt(struct table_rows *r, const struct table_row *row);

#endif
