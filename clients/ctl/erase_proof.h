/* erase_proof.h - what comes behind the commit that erases a home, a contact or a member of staff, and the certificate that says
 * of each step whether it was done.
 *
 * Owns:   searching, the log without the record, the append-only file, the daemons' local snapshots; saying so.
 * Knows:  nothing personal: what was erased is gone by then. What is looked for stands in `t`.
 * Result: a certificate in any case, the store gone or not: what was done, and what is left. Made again it goes on from there.
 * Bounds: waits ten minutes for the file and half a minute for the snapshots.
 */
#ifndef CTL_ERASE_PROOF_H
#define CTL_ERASE_PROOF_H

#include <jansson.h>

#include "pingan/v1/record.pb-c.h"
#include "trace.h"

#define ERASE_ROWS_MAX 6
#define ERASE_REASONS "--reason is asked, left, died or never_meant"

/* What was erased, as the certificate names it. */
struct erased {
	const char *what, *id;     /* "household", "h0042" */
	const char *where, *place; /* "area", its code */
	const char *key;           /* of the record that it was, or stood in */
	ms_t at_ms;
	const char *by;
	int why;
	const ProtobufCBinaryData *print; /* hash of the key that was destroyed; NULL = it has no key of its own */
	const char *kept;                 /* what stays, and by which right */
	/* The record as it stands now says no more than it may. */
	bool (*stands)(struct cell *cell, const struct erased *e);
	/* Further numbers of what stays, and names for them: "calls", 3. */
	struct {
		const char *name, *text;
		uint64_t count;
	} rows[ERASE_ROWS_MAX];
	size_t row_count;
};

/* What whoever asks for the proof could not do. */
struct erase_left {
	bool devices;  /* some are still in service */
	bool sessions; /* some are still open, or could not be looked up */
	bool rosters;  /* some name them still */
	bool texts;    /* of the home, which say the same words in another place */
};

/* The word for a reason; NULL: there is none of this number. */
const char *erase_reason(int why);
/* The number of a reason; 0: there is none of this name, or none was said. */
int erase_reason_by_name(const char *name);

/* `words`: t has all that stood in the record. Else what was personal is not known any more. 0 when nothing is left. */
int erase_prove(struct cell *cell, const struct erased *e, struct trace *t, bool words, const struct erase_left *left,
                bool json);
/* Looks, and does nothing. */
int erase_look(struct cell *cell, const struct erased *e, const struct erase_left *left, bool json);

#endif
