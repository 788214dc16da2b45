/* act.h - what a person did by the command line goes on record: who, and what.
 *
 * Owns:   the name under which this machine's users stand in the audit chain: ctl:USER, the one behind sudo.
 */
#ifndef CTL_ACT_H
#define CTL_ACT_H

#include "cell.h"
#include "wire/audit.h"

struct act {
	enum audit_what what;
	const char *record;  /* key of the record that it is about */
	const char *subject; /* person; NULL = none */
	const char *note;    /* a word of ours; NULL = none */
	int64_t number;      /* meaning by what */
};

void act_who(char *ret, size_t size);
/* The audit part of a commit; points into `room`. */
struct slice act_audit(const struct act *act, uint8_t room[AUDIT_MAX]);
/* Sends a commit under a fresh id. False with one line on standard error when the outcome is not known. */
bool act_send(struct cell *cell, struct store_commit *c, struct store_answer *ret) MUST_USE;
/* An act that changes no record: it stands in log and chain alone. */
bool act_commit(struct cell *cell, enum audit_what what, const char *record, const char *subject,
                const char *note) MUST_USE;

#endif
