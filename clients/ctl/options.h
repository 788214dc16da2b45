/* options.h - everything that can be typed behind a command of pinganctl.
 *
 * Result: NULL or 0 is "not said", unless a group's table says otherwise. Which command takes which option is said by the
 *         tables of the groups (command.h), and one that a command does not take is refused: nobody who types --dry-run may
 *         believe in vain that it was one.
 */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include "audit.h"
#include "contact_export.h"
#include "demo.h"
#include "device.h"
#include "doctor.h"
#include "drain.h"
#include "erase.h"
#include "paper.h"
#include "record.h"
#include "roster.h"
#include "snapshot_save.h"
#include "table_export.h"
#include "table_import.h"
#include "token.h"
#include "user.h"

struct options {
	const char *config, *redis, *cell;
	struct demo_options demo;
	struct device_options device;
	struct import_options import;
	struct export_options export;
	struct user_options user;
	struct token_options token;
	struct erase_options erase;
	struct contact_options contact;
	struct audit_options audit;
	struct record_options record;
	struct roster_options roster;
	struct paper_options paper;
	struct doctor_options doctor;
	struct drain_options drain;
	struct snapshot_options snapshot;
	const char *since;
	uint64_t from;
	uint32_t count;
	uint32_t target, minutes;
	bool json, help;
	const char *command; /* its words */
	char *const *args;   /* behind the command's words */
	int arg_count;
};

#endif
