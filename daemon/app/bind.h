/* bind.h - the call of an unknown device gets its home: what bind.c and decide.c share.
 *
 * Owns:   what BindDevice becomes.
 * Result: one commit: the unit's record, the call, and the home's open call, which takes the press in and rings. A unit that
 *         stands in another home by now stays there.
 * Bounds: with people on the way to the unknown device's call it joins no other (REFUSAL_BUSY): their job ends first.
 */
#ifndef APP_BIND_H
#define APP_BIND_H

#include "app/change.h"

enum verdict bind_decide(struct app *app, struct change *ch);

/* The unit of ch, as it stands once it is bound; false when it does not fit a record. */
bool bound_put(struct app *app, struct store_commit *c, struct buf *bytes, const struct change *ch,
               const char *device) MUST_USE;
/* What that is in the log: appended to the LogEvent that ends `event`. */
void bound_events(struct app *app, struct buf *event, const struct change *ch, const char *device);
/* The same request again is told what stands at `stands`. */
void bind_message(struct store_commit *c, const struct change *ch, const struct record *stands);

#endif
