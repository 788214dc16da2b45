/* paper.h - `pinganctl paper`: the open calls, the roster and the telephone numbers for a printer, at any moment.
 *
 * Result: out of Redis; when that does not answer, out of this machine's local snapshot, and the sheet says so and how old it
 *         is. Who printed stands in the audit chain where there is one to write to.
 */
#ifndef CTL_PAPER_H
#define CTL_PAPER_H

/* `pinganctl [WHERE] paper [OPTION]...`: 0 done, 1 failed, 2 not understood. */
int paper_main(int argc, char **argv);

#endif
