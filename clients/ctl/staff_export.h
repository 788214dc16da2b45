/* staff_export.h - all that is held on somebody who works here, for them: JSON for programs, text for people.
 *
 * Result: their own records (account, duty, console, absences, reminders) and sessions, the parts of rosters and calls that name
 *         them, every other record that does, what waits for them in the outbox, every entry of the log about them, what they
 *         did and looked at, and who looked at them. Of homes and colleagues ids; no word that was written about a call, for
 *         it is about the home. That it was exported goes on record first.
 */
#ifndef CTL_STAFF_EXPORT_H
#define CTL_STAFF_EXPORT_H

#include "cell.h"

int staff_export(struct cell *cell, const char *account, bool json);

#endif
