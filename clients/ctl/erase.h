/* erase.h - a home is erased: its key and all that is personal goes, and that is proved.
 *
 * Owns:   the order of it: out of service, no open call; one commit; nothing of it left in Redis; files rewritten.
 * Result: the record says that there was a home, of which area, and when, by whom and why it was erased. Calls keep their
 *         numbers, times and codes: what was written about them was sealed with the key that is gone. A certificate.
 */
#ifndef CTL_ERASE_H
#define CTL_ERASE_H

#include "cell.h"

struct erase_options {
	const char *reason; /* asked, left, died, never_meant */
	bool retire;        /* its devices go out of service first */
	bool json;
};

int home_erase(struct cell *cell, const char *id, const struct erase_options *o);
/* Looks again, at any later time: 0 when everything that can be looked at is as it should be. */
int erase_verify(struct cell *cell, const char *id, bool json);

#endif
