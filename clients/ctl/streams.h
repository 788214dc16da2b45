/* streams.h - the streams of a cell from their first entry on, page by page.
 *
 * Bounds: 512 entries at a time.
 */
#ifndef CTL_STREAMS_H
#define CTL_STREAMS_H

#include "cell.h"

/* Shows each entry of "log", "audit" or "outbox". False with one line on standard error. */
bool stream_each(struct cell *cell, const char *name, void (*see)(void *ctx, const redisReply *entry),
                 void *ctx) MUST_USE;

#endif
