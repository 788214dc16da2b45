#include "command.h"
#include "contact_erase.h"
#include "log_redact.h"
#include "person_export.h"
#include "retention_show.h"
#include "staff_erase.h"
#include "staff_export.h"

static int do_erase(struct cell *cell, const struct options *o)
{
	struct erase_options e = o->erase;

	e.json = o->json;
	return home_erase(cell, o->args[0], &e);
}

static int do_export(struct cell *cell, const struct options *o)
{
	return person_export(cell, o->args[0], o->json);
}

static int do_user_export(struct cell *cell, const struct options *o)
{
	return staff_export(cell, o->args[0], o->json);
}

static int do_contact_export(struct cell *cell, const struct options *o)
{
	struct contact_options c = o->contact;

	c.json = o->json;
	return contact_export(cell, o->arg_count > 0 ? o->args[0] : NULL, o->arg_count > 1 ? o->args[1] : NULL, &c);
}

static int do_contact_erase(struct cell *cell, const struct options *o)
{
	struct erase_options e = o->erase;

	e.json = o->json;
	return contact_erase(cell, o->args[0], o->args[1], &e);
}

static int do_user_erase(struct cell *cell, const struct options *o)
{
	struct erase_options e = o->erase;

	e.json = o->json;
	return staff_erase(cell, o->args[0], &e, o->config);
}

static int do_verify(struct cell *cell, const struct options *o)
{
	if (strncmp(o->args[0], "person:", strlen("person:")) == 0)
		return staff_erase_verify(cell, o->args[0] + strlen("person:"), o->json, o->config);
	return erase_verify(cell, o->args[0], o->json);
}

static int do_retention(struct cell *cell, const struct options *o)
{
	return retention_show(cell, o->json);
}

static int do_redact(struct cell *cell, const struct options *o)
{
	return log_redact_show(cell, o->json);
}

static const struct command COMMANDS[] = {
	{"person export", "RESIDENT", "all that is held on one resident, for the resident", "json", do_export,
     "person export r1 > r1.txt\n"
     "person export r1 --json > r1.json",
     NEEDS_CELL},
	{"user export", "ACCOUNT", "all that is held on somebody who works here, for them", "json", do_user_export,
     "user export li.na > li.na.txt", NEEDS_CELL},
	{"contact export", "[HOME CONTACT]",
     "all that is held on somebody whom homes name as a contact, or who has a key, for them", "phone name json",
     do_contact_export,
     "contact export h0042 3\n"
     "contact export h0042 key_holder\n"
     "contact export --phone 13900000000 --name 李明 --json",
     NEEDS_CELL},
	{"home erase", "ID", "all that is personal of a home goes, for ever; prints the certificate", "reason retire json",
     do_erase, "home erase h0042 --reason left --retire", NEEDS_CELL},
	{"user erase", "ACCOUNT", "all that is personal of somebody who has left goes, for ever; prints the certificate",
     "reason json", do_user_erase, "user erase li.na --reason left", NEEDS_CELL},
	{"contact erase", "HOME CONTACT", "a contact, or key_holder, of a home goes, for ever; prints the certificate",
     "reason json", do_contact_erase, "contact erase h0042 key_holder --reason asked", NEEDS_CELL},
	{"erase verify", "ID", "looks again whether an erased home, or person:ACCOUNT, is gone from everywhere", "json",
     do_verify,
     "erase verify h0042\n"
     "erase verify person:li.na",
     NEEDS_CELL},
	{"retention show", "", "what the rules of retention have taken out, and when", "json", do_retention,
     "retention show", NEEDS_CELL},
	{"log redact", "", "takes personal records out of entries of daemons of before", "json", do_redact, "log redact",
     NEEDS_CELL},
};

static const struct option_row OPTIONS[] = {
	{"reason", "WHY", "asked left died never_meant", TEXT(erase.reason), "asked, left, died or never_meant"},
	{"phone", "NUMBER", NULL, TEXT(contact.phone), "in whatever home it stands; however it is written"},
	{"name", "NAME", NULL, TEXT(contact.name), "whose, where several people share the number"},
	{"retire", NULL, NULL, FLAG(erase.retire), "its devices go out of service first"},
	JSON_ROW,
};

const struct group GROUP_PRIVACY = {"Rights of everybody whose data is held",
                                    "CONTACT is a contact's number in order, its name, or key_holder. That something "
                                    "was handed out or erased is on record.",
                                    COMMANDS,
                                    COUNT_OF(COMMANDS),
                                    OPTIONS,
                                    COUNT_OF(OPTIONS)};
