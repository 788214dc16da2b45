/* listings.h - listing.c as the projection knows it: a record came, changed or went. */
#ifndef APP_LISTINGS_H
#define APP_LISTINGS_H

#include "app/internal.h"

struct listings;

struct listings *listings_new(void) MUST_USE;
void listings_free(struct listings *all); /* accepts NULL */
/* A record came, changed, or is empty now. */
void listings_touch(struct app *app, struct record *rec);
/* It leaves memory. */
void listings_forget(struct app *app, struct record *rec);
void listings_turn(struct app *app);
/* An index is being made: the loop turns again at once. */
bool listings_behind(const struct app *app);

#endif
