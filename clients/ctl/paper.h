/* paper.h - `pinganctl paper`: the open calls, the roster and the telephone numbers for a printer, at any moment.
 *
 * Result: out of Redis; when that does not answer, out of this machine's local snapshot, and the sheet says so and how old it
 *         is. Who printed stands in the audit chain where there is one to write to.
 */
#ifndef CTL_PAPER_H
#define CTL_PAPER_H

#include <stdbool.h>

struct paper_options {
	const char *config, *redis, *cell;
	const char *lang; /* zh, en; NULL = zh */
	bool html, english, health, snapshot;
};

/* 0 done, 1 failed, both with what is wrong on standard error, PAPER_NOT_UNDERSTOOD. */
enum { PAPER_NOT_UNDERSTOOD = 2 };
int paper_run(const struct paper_options *o);

#endif
