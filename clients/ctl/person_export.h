/* person_export.h - all that is held on one resident, for the resident: JSON for programs, text for people.
 *
 * Result: the home's record but for what concerns other residents alone, its devices with what they last said, every call with
 *         what was written about it, opened with the home's key, every entry of the log about them with the raw bytes of
 *         alarms, and everybody who looked. That it was exported goes on record.
 */
#ifndef CTL_PERSON_EXPORT_H
#define CTL_PERSON_EXPORT_H

#include "cell.h"

/* `id`: of a resident, or of a home with one. */
int person_export(struct cell *cell, const char *id, bool json);

#endif
