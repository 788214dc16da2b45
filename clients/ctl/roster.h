/* roster.h - rosters from the command line: who is on call, where people are missing, the weeks of an area, one day, absences
 * and swaps.
 *
 * Result: changes go through the same rules (core/shift.h), commit and log as those of the screens.
 * Bounds: as core/shift.h.
 */
#ifndef CTL_ROSTER_H
#define CTL_ROSTER_H

#include "roster_cell.h"

#define ROSTER_NEED_UNSAID UINT32_MAX

/* What was typed behind `roster`. NULL or 0 = not said. */
struct roster_options {
	const char *config;
	const char *area, *on, *from, *to, *post, *skill, *people, *person, *takes, *reason;
	uint32_t days, weeks, week;
	uint32_t need; /* ROSTER_NEED_UNSAID = not said */
	bool json;
};

/* `command`: "roster swap approve"; `args`: what follows. 0, or 1 with one line on standard error. */
int roster_run(struct cell *cell, const char *command, char *const *args, const struct roster_options *o);

/* roster_show.c; each 0, or 1 with one line on standard error. */
int roster_show(struct roster_cell *r, const char *area, const struct roster_options *o);
int roster_now(struct roster_cell *r, const struct roster_options *o);
int roster_next(struct roster_cell *r, const struct roster_options *o);
int roster_gaps(struct roster_cell *r, const struct roster_options *o);
int roster_template_list(struct roster_cell *r, const char *area, const struct roster_options *o);
int roster_absence_list(struct roster_cell *r, const struct roster_options *o);
int roster_swap_list(struct roster_cell *r, const struct roster_options *o);

#endif
