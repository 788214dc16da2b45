/* audit_check.h - is the audit chain what was written? Fed its entries in order, from Redis or from an exported file.
 *
 * Owns:   what is wrong, said entry by entry; how far it is sealed.
 * Knows:  no connection, no file.
 * Result: a removed, altered, inserted or moved entry, a cut end, a forged or missing seal each is a finding that names the
 *         entry. Who rewrites the whole chain in Redis cannot sign it: the seals, and those kept outside, say so.
 * Bounds: a seal vouches for one of the last AUDIT_BACK entries before it; AUDIT_FINDINGS_MAX findings are told.
 */
#ifndef IO_AUDIT_CHECK_H
#define IO_AUDIT_CHECK_H

#include "app/store.h"
#include "io/audit_key.h"

#define AUDIT_BACK 8192
#define AUDIT_FINDINGS_MAX 50
#define AUDIT_LATE_MS MINUTES(30)  /* so long a daemon works before a seal follows: something is wrong */
#define AUDIT_QUIET_MS MINUTES(10) /* between two acts: the daemons, or the store, may have been away */

struct audit_check {
	/* filled in before: */
	const char *cell;
	uint8_t keys[AUDIT_KEYS_MAX][AUDIT_KEY_LEN];
	size_t key_count;                 /* 0: seals are not looked at */
	const struct audit_seal *anchors; /* kept outside Redis, in their order; borrowed */
	size_t anchor_count;
	void (*found)(void *ctx, uint64_t entry, const char *what);
	void *ctx;
	void (*read)(void *ctx, uint64_t entry,
	             const struct audit *body); /* each entry that can be read; NULL = nobody asks */
	void *read_ctx;
	/* what came of it: */
	uint64_t entries, seals, findings;
	uint64_t first, last; /* entry numbers; 0 = there is none */
	ms_t first_ms, last_ms;
	char hash[STORE_HASH_SIZE]; /* of the last */
	uint64_t sealed;            /* newest entry that a good seal vouches for */
	uint64_t unsealed;          /* entries behind it that are no seals */
	ms_t unsealed_ms;           /* since when the first of them waits; 0 = none */
	/* its own: */
	char before[STORE_HASH_SIZE]; /* what the first one follows */
	uint64_t trimmed;             /* entry up to which a signed statement says that they went */
	char trimmed_hash[STORE_HASH_SIZE];
	uint64_t acts;
	ms_t act_ms;       /* newest act of a daemon since the last seal; 0 = none */
	int64_t active_ms; /* for so long daemons have worked since, not counting when they were quiet */
	bool late;
	size_t anchor_at;
	struct {
		uint64_t id;
		uint64_t acts; /* so many entries up to it are no seals */
		ms_t at_ms;
		char hash[STORE_HASH_SIZE];
	} * back; /* ring of AUDIT_BACK; owned */
	uint8_t *memory;
	struct arena scratch;
};

bool audit_check_begin(struct audit_check *c) MUST_USE;
/* *ret_body, unless NULL: what the entry says; its `what` is AUDIT_NONE when it can't be read. */
void audit_check_entry(struct audit_check *c, const struct store_audit *e, struct audit *ret_body);
/* What else somebody finds out who looks beside the chain. */
void PRINTF_LIKE(3, 4) audit_find(struct audit_check *c, uint64_t entry, const char *fmt, ...);
/* There is something where an entry should be. */
void audit_check_unreadable(struct audit_check *c, uint64_t entry);
/* It was the last. `head`: what the store says is the newest, "" when it says nothing; NULL of a file. */
void audit_check_end(struct audit_check *c, const char *head, uint64_t head_id);
void audit_check_free(struct audit_check *c);

#endif
