/* audit_key.h - the key that seals the audit chain (Ed25519), and what it seals.
 *
 * Owns:   the key file (64 hex digits, mode 0600), FILE.pub beside it for whoever checks, and the list of seals kept outside
 *         Redis (audit.anchor_file): whoever cuts off the end of the chain there finds them there still.
 * Knows:  no Redis, no chain.
 * Result: a file that others may read, or that holds no key, is refused with the reason.
 * Bounds: AUDIT_KEYS_MAX keys are trusted at once: the one in use and those before it, a line each in FILE.pub.
 */
#ifndef IO_AUDIT_KEY_H
#define IO_AUDIT_KEY_H

#include <stdbool.h>

#include "wire/audit.h"

#define AUDIT_KEYS_MAX 8
#define AUDIT_KEY_WHY_MAX 512

struct audit_key {
	uint8_t public_key[AUDIT_KEY_LEN];
	uint8_t secret[64];
	uint8_t words[32]; /* what people searched for is sealed with this */
};

/* Reads the file; `make`: one that is not there is made, with its FILE.pub. */
bool audit_key_read(const char *path, bool make, struct audit_key *ret, char why[AUDIT_KEY_WHY_MAX]) MUST_USE;
void audit_key_wipe(struct audit_key *key);

/* Fills key and signature over the rest. */
void audit_key_sign(const struct audit_key *key, const char *cell, bool trim, struct audit_seal *seal);
/* The signature is that of the key it names. */
bool audit_seal_good(const char *cell, bool trim, const struct audit_seal *seal);

size_t audit_words_seal(const struct audit_key *key, struct slice words, uint8_t *ret, size_t size);
size_t audit_words_open(const struct audit_key *key, struct slice sealed, uint8_t *ret, size_t size);

/* A file of public keys, one a line in hex. */
bool audit_public_read(const char *path, uint8_t ret[AUDIT_KEYS_MAX][AUDIT_KEY_LEN], size_t *count,
                       char why[AUDIT_KEY_WHY_MAX]) MUST_USE;

/* One line of the list of seals. */
bool audit_anchor_append(const char *path, const struct audit_seal *seal);
bool audit_anchor_read(const char *line, struct audit_seal *ret);

#endif
