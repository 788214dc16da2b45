/* session.h - who is logged in, and ending it: everywhere, at once.
 *
 * Result: a session is named by the first 12 digits of its record's name, which is a hash: it opens nothing.
 */
#ifndef CTL_SESSION_H
#define CTL_SESSION_H

#include "cell.h"

/* Each 0, or 1 with one line on standard error. */

/* Open sessions of this account, or all (NULL). */
int session_list(struct cell *cell, const char *account, bool json);
/* One, by 12 or more of its digits. */
int session_end(struct cell *cell, const char *id);
/* All of this account. */
int session_end_all(struct cell *cell, const char *account);
/* The same, without a word about it: true when it is done to the end. */
bool session_forget(struct cell *cell, const char *account) MUST_USE;
/* There is none; false also with one line on standard error. */
bool session_none(struct cell *cell, const char *account) MUST_USE;

#endif
