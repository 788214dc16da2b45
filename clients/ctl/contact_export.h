/* contact_export.h - all that is held on somebody whom a home names: a contact, or who has its key. For them; JSON for programs,
 * text for people.
 *
 * Result: of every home that names them: what stands there about them, when they were called, told or asked and what they
 *         answered, what changed that entry, and who looked at it. Of the home its id and area; nothing about who lives there, and
 *         no word that was written about its calls. That it was exported goes on record first, for each home.
 *         What happened before a contact of this number was last made somebody else is left out: it is about another person.
 */
#ifndef CTL_CONTACT_EXPORT_H
#define CTL_CONTACT_EXPORT_H

#include "cell.h"

struct contact_options {
	const char *phone, *name; /* NULL: said by home and contact */
	bool json;
};

/* `home` NULL: by telephone, in all homes. Else `who`: a contact's number, its name, or key_holder; and the same person in
 * other homes. */
int contact_export(struct cell *cell, const char *home, const char *who, const struct contact_options *o);

#endif
