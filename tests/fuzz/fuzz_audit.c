/* fuzz_audit.c - entries of the audit chain from a store that says anything, and log entries that become some.
 *
 * The first byte says which. Oracles: what decodes is within the bounds, encodes to what stood there,
 * field by field, and decodes to the same bytes; a log entry
 * behind which a person stands becomes an entry with that name, and it can always be written.
 */
#include <stdio.h>
#include <stdlib.h>

#include "wire/audit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ORACLE(cond)                                \
	do {                                            \
		if (!(cond)) {                              \
			fprintf(stderr, "oracle: %s\n", #cond); \
			abort();                                \
		}                                           \
	} while (0)

static _Alignas(16) uint8_t memory[262144];
static uint8_t first[AUDIT_MAX], second[AUDIT_MAX];

static void written(const struct audit *a, struct arena *arena)
{
	struct buf x = buf_of(first, sizeof first), y = buf_of(second, sizeof second);
	struct audit again;
	char name[40], text[512];

	audit_encode(a, &x);
	ORACLE(!x.overflow && x.len <= AUDIT_MAX);
	arena_init(arena, memory, sizeof memory);
	ORACLE(audit_decode(slice_of(x.at, x.len), arena, &again));
	audit_encode(&again, &y);
	ORACLE(slice_equal(slice_of(x.at, x.len), slice_of(y.at, y.len)));
	ORACLE(audit_what_by_name(audit_what_name(a->what)) == a->what);
	audit_line_name(a->line, name);
	audit_device_name(a->device_change, name);
	audit_roster_name(a->roster_change, name);
	if (a->seal.entry != 0)
		ORACLE(audit_seal_text("cell", &a->seal, false, text, sizeof text) <
		       audit_seal_text("cell", &a->seal, true, text, sizeof text) + 2);
}

/* Nothing of an entry is lost on the way back, but what a newer version has written. */
static void nothing_lost(struct slice body, const struct audit *a)
{
	static _Alignas(16) uint8_t room[65536];
	static uint8_t again[2 * AUDIT_MAX];
	struct buf out = buf_of(first, sizeof first);
	Pingan__V1__AuditEntry *m;
	struct arena arena;

	arena_init(&arena, room, sizeof room);
	m = pingan__v1__audit_entry__unpack(&arena.allocator, body.len, body.at);
	ORACLE(m != NULL && pingan__v1__audit_entry__get_packed_size(m) <= sizeof again);
	if (m->base.n_unknown_fields != 0 || (m->seal != NULL && m->seal->base.n_unknown_fields != 0))
		return;
	for (size_t i = 0; i < m->n_records; i++)
		if (m->records[i]->base.n_unknown_fields != 0)
			return;
	audit_encode(a, &out);
	ORACLE(slice_equal(slice_of(again, pingan__v1__audit_entry__pack(m, again)), slice_of(out.at, out.len)));
}

static void one_entry(struct slice body, struct arena *arena)
{
	static struct audit a;

	if (!audit_decode(body, arena, &a))
		return;
	ORACLE(a.what > AUDIT_NONE && a.what < AUDIT_WHAT_COUNT && a.field_count <= AUDIT_FIELDS_MAX);
	ORACLE(a.words_len <= AUDIT_WORDS_MAX && a.record_count <= AUDIT_RECORDS_MAX);
	nothing_lost(body, &a);
	written(&a, arena);
}

static bool somebody(const Pingan__V1__LogEvent *e)
{
	for (size_t i = 0; i < e->n_lines; i++)
		if (e->lines[i]->who[0] != '\0')
			return true;
	for (size_t i = 0; i < e->n_devices; i++)
		if (e->devices[i]->who[0] != '\0')
			return true;
	for (size_t i = 0; i < e->n_rosters; i++)
		if (e->rosters[i]->who[0] != '\0')
			return true;
	return e->edit != NULL && e->edit->who[0] != '\0';
}

static void one_event(struct slice body, struct arena *arena)
{
	static struct audit a;
	const Pingan__V1__LogEvent *e = pingan__v1__log_event__unpack(&arena->allocator, body.len, body.at);
	bool found;

	if (e == NULL)
		return;
	memset(&a, 0, sizeof a);
	found = audit_of_event(e, &a);
	ORACLE(found == somebody(e));
	if (!found)
		return;
	ORACLE(a.who[0] != '\0' && a.what != AUDIT_NONE);
	written(&a, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;

	if (size == 0)
		return 0;
	arena_init(&arena, memory, data[0] < 0xf0 ? sizeof memory : (size_t)(data[0] & 15) * 1024);
	if ((data[0] & 1) != 0)
		one_entry(slice_of(data + 1, size - 1), &arena);
	else
		one_event(slice_of(data + 1, size - 1), &arena);
	return 0;
}
