/* contact_find.h - contacts of homes, and who holds a key: found by telephone, or by home and name.
 *
 * Result: places: a home, and which of its contacts, or its key holder. Two people who share a number are told apart by name.
 * Bounds: CONTACT_PLACES_MAX places; more are counted and told.
 */
#ifndef CTL_CONTACT_FIND_H
#define CTL_CONTACT_FIND_H

#include "cell.h"
#include "contact_place.h"

#define CONTACT_PLACES_MAX 64

struct contact_places {
	struct contact_place list[CONTACT_PLACES_MAX];
	size_t count;
	bool more;
};

/* Every home's contacts and key holders with this number; `name` NULL: whatever they are called. False with one line on standard
 * error. */
bool contact_by_phone(struct cell *cell, const char *phone, const char *name, struct contact_places *ret);
void contact_places_free(struct contact_places *p);

/* Keys of records beside contacts that have this number: homes, residents, people, stations. Told on standard error, for
 * whoever has to see whether it is the same person; how many there are. */
size_t phone_elsewhere(struct cell *cell, const char *phone, const char *but_key);

#endif
