/* audit_keys.h - what the command line needs to judge the audit chain: keys, and seals kept outside Redis.
 *
 * Owns:   the secret half while it is needed; audit_keys_free() wipes it.
 * Knows:  the configuration's audit.* and the options that go before it.
 * Bounds: AUDIT_KEYS_MAX keys; two million seals.
 */
#ifndef CTL_AUDIT_KEYS_H
#define CTL_AUDIT_KEYS_H

#include "audit.h"
#include "io/audit_check.h"
#include "io/config.h"

struct audit_keys {
	char cell[32];
	struct config config;
	struct audit_key key;
	bool has_key; /* the secret half */
	uint8_t trusted[AUDIT_KEYS_MAX][AUDIT_KEY_LEN];
	size_t trusted_count;
	struct audit_seal *anchors;
	size_t anchor_count;
};

/* What the configuration and the options name. `need`: the secret half too. NULL with one line on standard error. */
struct audit_keys *audit_keys_of(const struct cell *cell, const struct audit_options *o, bool need);
void audit_keys_free(struct audit_keys *k);
/* One line on standard error; 1. */
int audit_complain(const char *what);

#endif
