/* erase_proof.h - what comes behind the commit that erases a home, and the certificate that says of each step whether it was
 * done.
 *
 * Owns:   searching, the log without the record, the append-only file, the daemons' local snapshots; saying so.
 * Knows:  nothing personal: the record is a tombstone by then. What is looked for stands in `t`.
 * Result: a certificate in any case, the store gone or not: what was done, and what is left. Made again it goes on from there.
 * Bounds: waits ten minutes for the file and half a minute for the snapshots.
 */
#ifndef CTL_ERASE_PROOF_H
#define CTL_ERASE_PROOF_H

#include "pingan/v1/record.pb-c.h"
#include "trace.h"

/* What whoever asks for the proof could not do. */
struct erase_left {
	bool devices; /* some are still in service */
};

/* The word for a reason; NULL: there is none of this number. */
const char *erase_reason(int why);

/* `words`: t has all that stood in the record. Else what was personal is not known any more. 0 when nothing is left. */
int erase_prove(struct cell *cell, const Pingan__V1__Household *stone, struct trace *t, bool words,
                const struct erase_left *left, bool json);
/* Looks, and does nothing. */
int erase_look(struct cell *cell, const Pingan__V1__Household *stone, bool json);

#endif
