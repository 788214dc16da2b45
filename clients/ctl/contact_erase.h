/* contact_erase.h - a contact, or who has a key, is taken out of a home, and that is proved.
 *
 * Owns:   the order of it: no open call; one commit; nothing of it left in Redis; files rewritten.
 * Result: a certificate. What says the same words and stays is counted on it: other texts of the home (to be corrected), sealed
 *         texts about its calls, other homes that name the same person (each is erased for itself).
 */
#ifndef CTL_CONTACT_ERASE_H
#define CTL_CONTACT_ERASE_H

#include "erase.h"

/* `who`: a contact's number, its name, or key_holder. */
int contact_erase(struct cell *cell, const char *home, const char *who, const struct erase_options *o);

#endif
