/* audit_part.h - what the command line changes is in the audit chain too, under the name of the system's user.
 *
 * Owns:   who that is: "ctl:" and the account, of sudo the one who called it.
 * Result: each commit of pinganctl carries its audit part; a look or an export gets an entry of its own.
 */
#ifndef CTL_AUDIT_PART_H
#define CTL_AUDIT_PART_H

#include "cell.h"
#include "wire/audit.h"

const char *audit_user(void);

/* The audit part of a commit, from its log entry and its records; `what` AUDIT_NONE: as the log entry says. Stands in room. */
struct slice audit_of_commit(const struct store_commit *c, enum audit_what what, uint8_t room[AUDIT_MAX]);

/* An entry of its own. `who`, `from` and `role` are filled in. False with one line on standard error. */
bool audit_note(struct cell *cell, const struct audit *a) MUST_USE;

#endif
