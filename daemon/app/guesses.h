/* guesses.h - failed log-ins, counted by all daemons of a cell together and kept over a restart.
 *
 * Owns:   the records guess:<set>: how often which name (io/ratelimit.h) failed, when it was right; and guess:key, which
 *         names are made with.
 * Knows:  no password, account or address: names are keyed hashes. No rule about delays either.
 * Result: every daemon hears each change of a set from the log, the one that asked for it too.
 * Bounds: GUESS_SETS sets of GUESS_SET_MAX names; the least telling makes room. A failure is forgotten after GUESS_FORGET_MS,
 *         a name that was right after GUESS_KNOWN_MS, and a set of which all is forgotten leaves the store. Strangers'
 *         failures, of accounts that are none, make GUESS_STRANGERS_S entries of the log in a second at most.
 */
#ifndef APP_GUESSES_H
#define APP_GUESSES_H

#include "app/internal.h"

#define GUESS_SETS 1024
#define GUESS_SET_MAX 32
#define GUESS_STRANGERS_S 10
#define GUESS_FAILS_MAX 1000

enum verdict guesses_decide(struct app *app, struct change *ch);
void guesses_turn(struct app *app);
/* The record has come from the log or with a load. */
void guesses_tell(struct app *app, const struct record *rec);

#endif
