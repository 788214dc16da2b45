/* out.h - what pinganctl prints gets to where it goes, or it is said that it did not.
 *
 * Owns:   the process's standard output, and how it takes a broken pipe.
 * Result: a reader that has gone (`| head`) ends it as it ends any program; Redis that goes away never does. A full disk is
 *         told in one line, and the command has failed: a key that is shown this once would be lost without a word.
 */
#ifndef CTL_OUT_H
#define CTL_OUT_H

/* Once, before anything is opened or printed. */
void out_begin(void);
/* At the end: `code`, or 1 with one line on standard error when not all was printed. */
int out_end(int code);

#endif
