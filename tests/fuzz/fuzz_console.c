/* fuzz_console.c - any bytes from a screen. What is believed can be packed and is believed again, the same; every text of
 * it is clean; and what is sent back, made clean, is clean.
 */
#include <stdint.h>
#include <stdlib.h>

#include "wire/console.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static _Alignas(max_align_t) uint8_t memory[512 * 1024], memory2[512 * 1024];
static uint8_t again[2 * CONSOLE_IN_MAX];

#define MUST(cond) ((cond) ? (void)0 : abort())

/* Whatever stands in a note goes to other screens. */
static void texts(const Pingan__V1__ToDaemon *m)
{
	if (m->body_case == PINGAN__V1__TO_DAEMON__BODY_HELLO)
		MUST(console_text_ok(slice_str(m->hello->build)) && m->hello->n_holds <= CONSOLE_HOLDS_MAX);
	if (m->body_case != PINGAN__V1__TO_DAEMON__BODY_REQUEST)
		return;
	MUST(m->request->cmd != 0);
	if (m->request->what_case == PINGAN__V1__REQUEST__WHAT_NOTE)
		MUST(console_text_ok(slice_str(m->request->note->text)) && m->request->note->text[0] != '\0');
	if (m->request->what_case == PINGAN__V1__REQUEST__WHAT_CLOSE)
		MUST(console_text_ok(slice_str(m->request->close->text)));
	if (m->request->what_case == PINGAN__V1__REQUEST__WHAT_JOB_NOTE)
		MUST(console_text_ok(slice_str(m->request->job_note->text)));
}

/* What only a newer page knows is left out: protobuf-c packs an unknown field with a tag of more bytes than needed as another. */
static void known_only(ProtobufCMessage *m)
{
	m->n_unknown_fields = 0;
	m->unknown_fields = NULL;
	for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
		uint8_t *base = (uint8_t *)m;

		if (f->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		if (f->label == PROTOBUF_C_LABEL_REPEATED) {
			ProtobufCMessage **list = *(ProtobufCMessage ***)(void *)(base + f->offset);

			for (size_t k = 0; k < *(size_t *)(void *)(base + f->quantifier_offset); k++)
				known_only(list[k]);
		} else if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 ||
		           *(uint32_t *)(void *)(base + f->quantifier_offset) == f->id) {
			ProtobufCMessage *one = *(ProtobufCMessage **)(void *)(base + f->offset);

			if (one != NULL)
				known_only(one);
		}
	}
}

static void from_screen(struct slice in)
{
	const Pingan__V1__ToDaemon *m = NULL, *m2 = NULL;
	struct arena a, b;
	struct buf out = buf_of(again, sizeof again);
	int r;

	arena_init(&a, memory, sizeof memory);
	r = console_decode(in, &a, &m);
	MUST(r <= 0 && r >= CONSOLE_BAD_REQUEST);
	if (r != 0)
		return;
	texts(m);
	known_only((ProtobufCMessage *)&m->base);
	console_pack(&m->base, &out);
	MUST(!out.overflow);
	if (out.len == 0 || out.len > CONSOLE_IN_MAX)
		return; /* negative enums grow when they are packed again */
	arena_init(&b, memory2, sizeof memory2);
	MUST(console_decode(slice_of(out.at, out.len), &b, &m2) == 0);
	MUST(m->body_case == m2->body_case);
	MUST(pingan__v1__to_daemon__get_packed_size(m) == pingan__v1__to_daemon__get_packed_size(m2));
}

/* The bytes as a frame to a screen: as if the registry held anything at all. */
static void to_screen(struct slice in)
{
	Pingan__V1__ToScreen *m;
	struct arena a;

	arena_init(&a, memory, sizeof memory);
	m = pingan__v1__to_screen__unpack(&a.allocator, in.len, in.at);
	if (m == NULL || !console_clean(&m->base, &a))
		return;
	if (m->body_case == PINGAN__V1__TO_SCREEN__BODY_DETAIL) {
		MUST(console_text_ok(slice_str(m->detail->address)));
		for (size_t i = 0; i < m->detail->n_lines; i++)
			MUST(console_text_ok(slice_str(m->detail->lines[i]->text)));
	}
	if (m->body_case == PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT)
		for (size_t i = 0; i < m->snapshot->n_rows; i++)
			MUST(console_text_ok(slice_str(m->snapshot->rows[i]->resident)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	from_screen(slice_of(data, size));
	to_screen(slice_of(data, size));
	return 0;
}
