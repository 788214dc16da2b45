/* deadlines.h - when a deadline rings, and which daemon acts on it first (deadlines.c).
 *
 * Owns:   the order in which the daemons of the cell act; the heap of what is due is app->deadlines.
 * Bounds: DEADLINES_TAKEN_MAX of them among the changes.
 */
#ifndef APP_DEADLINES_H
#define APP_DEADLINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

struct app;
struct incident_slot;

void deadlines_turn(struct app *app);
/* For how many ms nothing needs to ring. */
ms_t deadlines_wait(const struct app *app);
void deadline_set(struct app *app, struct incident_slot *slot);
/* The store found a deadline too early: again in a moment. */
void deadline_again(struct app *app, struct incident_slot *slot);
/* True if this daemon is the one to act `late_ms` after the deadline. */
bool deadline_mine(struct app *app, uint64_t incident, int64_t late_ms);

#endif
