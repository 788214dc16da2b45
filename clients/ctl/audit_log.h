/* audit_log.h - the log beside the chain: is there a change behind which somebody must stand, and nobody does?
 *
 * Owns:   which records only an act changes: people, homes, areas, stations; a session or a token that begins.
 * Result: findings of audit verify, each with the number of the log's entry. An entry that was put in by hand, or by the commit
 *         function without its audit part, is one; so is a number that is missing, for the log counts by one.
 * Bounds: of who stands behind them, entries from the chain's first on only: before it nobody wrote acts down. As many findings
 *         as the check takes.
 */
#ifndef CTL_AUDIT_LOG_H
#define CTL_AUDIT_LOG_H

#include "audit_records.h"

/* What it says of records is given on. False with one line on standard error: Redis did not answer. */
bool audit_log_look(struct cell *cell, struct audit_check *c, struct audit_records *records) MUST_USE;

#endif
