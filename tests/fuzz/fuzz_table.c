/* fuzz_table.c - cells of clerks' tables as fields of records: any text in any column of any table. The first byte says which
 * table, then a cell a line, in the order of its columns.
 *
 * Oracles: a cell that can't be its field leaves it as it stood and says why in words; what was taken can be written down, and
 * what is written down is taken again, makes the same record, and is written in the same words.
 */
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/table_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())
#define ROOM 262144

static _Alignas(max_align_t) uint8_t memory[2][ROOM];
static char text[TABLE_CELL_MAX], again[TABLE_CELL_MAX];
static uint8_t was[ROOM], is[ROOM];

static ProtobufCMessage *item_new(const struct table_kind *kind, struct arena *arena)
{
	ProtobufCMessage *m = arena_take(arena, kind->item->sizeof_message);

	MUST(m != NULL);
	protobuf_c_message_init(kind->item, m);
	return m;
}

static size_t packed(const ProtobufCMessage *m, uint8_t *ret)
{
	MUST(protobuf_c_message_get_packed_size(m) <= ROOM);
	return protobuf_c_message_pack(m, ret);
}

/* Each column of one written and taken into another. */
static void copy(const struct table_kind *kind, const ProtobufCMessage *from, ProtobufCMessage *to, struct arena *arena)
{
	for (size_t c = 0; c < kind->column_count; c++) {
		char *kept;

		if (kind->columns[c].path[0] == '\0')
			continue;
		if (!table_cell(kind, c, from, text))
			continue; /* longer than a cell may be: the export says so */
		MUST(strlen(text) < TABLE_CELL_MAX);
		if (text[0] == '\0' && kind->columns[c].required)
			continue; /* it was refused */
		kept = arena_take(arena, strlen(text) + 1);
		MUST(kept != NULL);
		memcpy(kept, text, strlen(text) + 1);
		MUST(table_cell_set(kind, c, to, kept, arena) == NULL);
		MUST(table_cell(kind, c, to, again) && strcmp(text, again) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena[2];
	const struct table_kind *kind;
	ProtobufCMessage *record, *other;
	size_t len, at = 1;

	if (size < 1 || size > 4096)
		return 0;
	kind = TABLE_KINDS[data[0] % TABLE_KIND_COUNT];
	for (int i = 0; i < 2; i++)
		arena_init(&arena[i], memory[i], ROOM);
	record = item_new(kind, &arena[0]);
	for (size_t c = 0; c < kind->column_count && at <= size; c++) {
		const uint8_t *end = at == size ? NULL : memchr(data + at, '\n', size - at);
		size_t n = (end == NULL ? size : (size_t)(end - data)) - at;
		char *cell = arena_take(&arena[0], n + 1);
		const char *why;

		MUST(cell != NULL);
		if (n != 0)
			memcpy(cell, data + at, n);
		cell[n] = '\0';
		at += n + 1;
		if (kind->columns[c].path[0] == '\0')
			continue;
		table_tidy(kind, record);
		len = packed(record, was);
		why = table_cell_set(kind, c, record, cell, &arena[0]);
		if (why == NULL)
			continue;
		MUST(why[0] != '\0');
		table_tidy(kind, record);
		MUST(packed(record, is) == len && memcmp(was, is, len) == 0);
	}
	table_tidy(kind, record);
	len = packed(record, was);
	other = item_new(kind, &arena[1]);
	copy(kind, record, other, &arena[1]);
	table_tidy(kind, other);
	MUST(packed(other, is) == len && memcmp(was, is, len) == 0);
	return 0;
}
