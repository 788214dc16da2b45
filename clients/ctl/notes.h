/* notes.h - texts that people wrote about calls, opened with the keys of the homes and looked through for given words.
 *
 * Result: how many have one of them, in records of calls and in the log. Nothing of a text is told or kept. What can't be opened
 *         (its home was erased, or its call is gone) is not counted: nobody can read it.
 */
#ifndef CTL_NOTES_H
#define CTL_NOTES_H

#include "trace.h"

/* `home` NULL: of all homes. False with one line on standard error. */
bool notes_count(struct cell *cell, const char *home, const struct trace *words, uint64_t *ret) MUST_USE;

#endif
