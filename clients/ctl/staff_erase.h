/* staff_erase.h - what is personal of somebody who works here no more goes, and that is proved.
 *
 * Owns:   the order of it: the account is disabled, no call and no console of theirs is open; one commit; their places in
 *         rosters; their sessions; nothing of it left in Redis; files rewritten.
 * Result: the record says that there was somebody of this id and role, and when, by whom and why it was erased. Duty, console,
 *         absences and reminders are gone. The id stays where it says who acted. A certificate, with how often that is.
 */
#ifndef CTL_STAFF_ERASE_H
#define CTL_STAFF_ERASE_H

#include "erase.h"

int staff_erase(struct cell *cell, const char *account, const struct erase_options *o, const char *config_path);
/* Looks again, at any later time: 0 when everything that can be looked at is as it should be. */
int staff_erase_verify(struct cell *cell, const char *account, bool json, const char *config_path);

#endif
