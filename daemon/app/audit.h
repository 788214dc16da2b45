/* audit.h - who did, or looked at, what goes on record: the audit part of every commit behind which a person stands, entries
 * for looks, which change nothing, and the seals.
 *
 * Owns:   from which changes and lines an act of a person is known; the head of the chain as the log brought it; when it is
 *         sealed, and by whom.
 * Knows:  no hash and no key: the store chains, the ports sign.
 * Result: an act and its entry are one commit. A look is put on record by a commit of its own, sent in the same turn.
 * Bounds: AUDIT_SEAL_EVERY entries or AUDIT_SEAL_MS until a seal; as many looks wait for one person as any record's changes.
 */
#ifndef APP_AUDIT_H
#define APP_AUDIT_H

#include "app/change.h"
#include "wire/audit.h"

#define AUDIT_SEAL_EVERY 256
#define AUDIT_SEAL_MS MINUTES(5)

struct session;

/* The audit part of a commit about to be sent: appended to `bytes`; empty when nobody stands behind it. */
struct slice audit_part(struct app *app, const struct change *ch, const struct store_commit *c, struct buf *bytes);

/* A look, or anything else without a commit of its own. False: it can't be put on record now. */
bool audit_put(struct app *app, const struct audit *a, struct waiter waiter) MUST_USE;
enum verdict audit_decide(struct app *app, struct change *ch);

/* A page's person did it. Fills who, role and from. */
void audit_by(const struct session *s, struct audit *ret);
/* Searched for `words`, found so many homes. */
void audit_found(struct app *app, const struct session *s, uint64_t cmd, const char *words, uint32_t count);
/* The log brought an entry; the whole log was read anew. */
void audit_entry(struct app *app, const struct store_entry *e);
void audit_loaded(struct app *app);
/* Seals what is due. */
void audit_turn(struct app *app);

#endif
