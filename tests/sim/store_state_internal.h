/* store_state_internal.h - what the files of the simulated store's state share.
 *
 *   store_state.c       the decision, and the way back
 *   store_state_look.c  life, a second history, and looking in
 */
#ifndef SIM_STORE_STATE_INTERNAL_H
#define SIM_STORE_STATE_INTERNAL_H

#include "base/table.h"
#include "sim/store_state.h"

/* Everything by name: 'r' record, 'g' removed record, 'l' unique name, 's' member of a set, 'm' message, 'o' outbox key. */
#define CELL_KEY_MAX (2 * STORE_KEY_MAX + 2)
#define GONE_MS 600000
/* Records with their graves, names, the message, outbox keys. */
#define CHANGES_MAX (2 * STORE_PUTS_MAX + STORE_LINKS_MAX + 1 + STORE_OUTBOX_MAX)

struct cell {
	char key[CELL_KEY_MAX];
	uint64_t rev;                         /* record */
	uint64_t commits[STORE_COMMITS_KEPT]; /* record; [0]: removed record */
	struct blob *body;                    /* record */
	char value[STORE_KEY_MAX];            /* name, message */
	uint64_t log_id;                      /* message */
	ms_t until_ms;                        /* message, removed record */
};

struct log_record {
	char key[STORE_KEY_MAX];
	uint64_t rev;
	uint64_t commits[STORE_COMMITS_KEPT];
	struct blob *body;
};

struct log_entry {
	uint64_t commit, prev;
	ms_t at_ms;
	struct blob *event;
	struct blob *audit;         /* NULL = nobody's act */
	char head[STORE_HASH_SIZE]; /* of the audit chain after it */
	uint32_t record_count;
	struct log_record *records;
};

struct outbox_entry {
	char key[STORE_KEY_MAX];
	struct blob *body;
};

/* What stood there before a commit. */
struct undo {
	size_t count;
	struct {
		bool there;
		struct cell cell;
	} before[CHANGES_MAX];
	size_t outbox_len;
};

struct store_state {
	struct table cells;
	struct log_entry *log; /* [0] is entry 1 */
	size_t log_len, log_size;
	struct outbox_entry *outbox;
	size_t outbox_len, outbox_size;
	struct undo **undos; /* ring: of entry n at (n - 1) % undo_max; owned */
	size_t undo_max;
	size_t undo_count;
	struct blob *lent;
};

struct cell *state_cell(const struct store_state *s, char kind, const char *name, const char *member);
void state_undo_free(struct undo *u);
void state_entry_free(struct log_entry *e);

static inline struct slice blob_bytes(const struct blob *b)
{
	return b == NULL ? slice_of(NULL, 0) : slice_of(b->at, b->len);
}

#endif
