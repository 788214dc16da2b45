/* cut.h - what a failover cut, for feed.c, app.c and decide.c; see cut.c. */
#ifndef APP_CUT_H
#define APP_CUT_H

#include "app/internal.h"

bool cut_new(struct app *app);
void cut_free(struct app *app);

/* An entry of the log was read: its bytes are kept as long as there is room. */
void cut_keep(struct app *app, struct tail_entry *t, const struct store_entry *e);

/* The newest entry that we read is not in the store. True: the store was asked for an older one, and answers by
 * app_store_attached(); false: what is gone is known. */
bool cut_look(struct app *app);
bool cut_looking(const struct app *app);
/* The same after each answer. */
bool cut_answered(struct app *app, enum attach_result result);
/* The store went away meanwhile. */
void cut_stop(struct app *app);

/* Writes down what waits for it. */
void cut_turn(struct app *app);
bool cut_waits(const struct app *app);
enum verdict cut_decide(struct app *app, struct change *ch);

#endif
