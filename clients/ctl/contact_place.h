/* contact_place.h - whom a home names: one of its contacts, or who has its key; and whether two telephone numbers are one.
 *
 * Owns:   which numbers are the same, however they are written: the digits, the shorter being the end of the longer.
 * Knows:  no store.
 */
#ifndef CTL_CONTACT_PLACE_H
#define CTL_CONTACT_PLACE_H

#include <stdbool.h>

#include "pingan/v1/record.pb-c.h"

#define CONTACT_HOLDER "key_holder"

struct contact_place {
	Pingan__V1__Household *home; /* owned by whoever has the place */
	size_t at;                   /* among its contacts; n_contacts = its key holder */
};

bool phone_same(const char *a, const char *b);
/* The number stands somewhere in the text. */
bool phone_in(const char *text, const char *phone);

/* NULL when it is the key holder. */
const Pingan__V1__Contact *contact_of(const struct contact_place *p);
/* "2", or "key_holder". */
void contact_word(const struct contact_place *p, char ret[16]);

/* `who`: its number in order, its name, or CONTACT_HOLDER. False: it has none such, or two of that name. */
bool contact_in_home(const Pingan__V1__Household *home, const char *who, size_t *ret);

/* An edit's path ("contacts[2].phone") is about this place; it says that somebody else came to stand there. */
bool contact_path_is(const struct contact_place *p, const char *path);
bool contact_path_another(const struct contact_place *p, const char *path);

#endif
