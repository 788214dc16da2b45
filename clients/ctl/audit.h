/* audit.h - the audit chain from the command line: is it whole, who did what, taken out into a sealed file, trimmed behind it.
 *
 * Knows:  the cell's Redis, the audit key where it may be read.
 * Result: 0, or 1 with what is wrong: `verify` names each entry. Queries, exports and trims are on record themselves.
 */
#ifndef CTL_AUDIT_H
#define CTL_AUDIT_H

#include "cell.h"

struct audit_options {
	const char *config;     /* for audit.key_file, audit.anchor_file, audit.keep_days */
	const char *key_file;   /* instead of the configured one */
	const char *public_key; /* FILE of public keys: enough to verify */
	const char *anchors;    /* instead of audit.anchor_file */
	const char *file; /* verify: an exported file, not Redis; a folder: its segments one behind the other, then Redis */
	const char *person, *by, *what, *since, *until;
	uint32_t count; /* 0 = all */
	bool words;     /* show what was searched for; needs the key */
	bool json;
};

/* Makes the key that audit.key_file names, unless it is there. */
int audit_key_ensure(const char *config);
/* True when the configuration names one. */
bool audit_key_wanted(const char *config);
int audit_verify(struct cell *cell, const struct audit_options *o);
/* Verifies, and writes down how every record stands into a sealed file in audit.archive_dir. */
int audit_checkpoint(struct cell *cell, const struct audit_options *o);
int audit_query(struct cell *cell, const struct audit_options *o);
int audit_export(struct cell *cell, const char *path, const struct audit_options *o);
int audit_trim(struct cell *cell, const char *path, const struct audit_options *o);
/* What is older than audit.keep_days goes into a sealed segment in the folder audit.archive_dir, and then leaves Redis. Safe to
 * be broken off anywhere: made again, it goes on. */
int audit_keep(struct cell *cell, const struct audit_options *o);

#endif
