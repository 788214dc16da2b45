#include "alarms.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/alarm.h"
#include "pingan/v1/record.pb-c.h"

#define ENTRIES_A_TIME 500

static const char *const PROTOCOLS[PROTOCOL_COUNT] = {"none", "native", "dc09", "watch", "webhook", "manual"};

/* The line that tells of the alarm: its kind, protocol and time. */
static const Pingan__V1__Line *line_of(const Pingan__V1__LogEvent *e)
{
	for (size_t i = 0; i < e->n_lines; i++)
		if (strcmp(e->lines[i]->subject, e->alarm_device) == 0 && e->lines[i]->kind != PINGAN__V1__KIND__KIND_NONE)
			return e->lines[i];
	return NULL;
}

/* Raw bytes as people read them: what is printable as it is, the rest as \xHH. */
static void text_of(const ProtobufCBinaryData *raw, char *ret, size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < raw->len && at + 5 <= size; i++) {
		uint8_t c = raw->data[i];

		if (c >= ' ' && c <= '~' && c != '\\')
			ret[at++] = (char)c;
		else
			at += (size_t)snprintf(ret + at, size - at, "\\x%02x", c);
	}
	ret[at] = '\0';
}

static void print(const struct store_entry *entry, const Pingan__V1__LogEvent *e, bool json)
{
	const Pingan__V1__Line *line = line_of(e);
	const char *kind = line == NULL ? "-" : kind_name((enum kind)line->kind);
	const char *protocol = line == NULL || (unsigned)line->protocol >= PROTOCOL_COUNT ? "-" : PROTOCOLS[line->protocol];
	char text[4 * ALARM_RAW_MAX + 1], *hex;
	json_t *object;

	text_of(&e->raw, text, sizeof text);
	if (!json) {
		printf("%" PRIu64 " %" PRId64 " %s %s %s %s %s\n", entry->id, entry->at_ms, e->alarm_device, protocol, kind,
		       e->record, text);
		return;
	}
	hex = malloc(2 * e->raw.len + 1);
	ENSURE(hex != NULL);
	sodium_bin2hex(hex, 2 * e->raw.len + 1, e->raw.data, e->raw.len);
	object = json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "entry", (json_int_t)entry->id, "received_ms",
	                   (json_int_t)entry->at_ms, "device", e->alarm_device, "protocol", protocol, "kind", kind,
	                   "record", e->record, "raw", text, "raw_hex", hex);
	ENSURE(object != NULL);
	(void)json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
	free(hex);
}

int alarms_show(struct cell *cell, uint64_t since, uint32_t count, bool json)
{
	uint32_t shown = 0;
	int bad = 0;

	while (shown < count) {
		redisReply *r = cell_ask(cell, "XRANGE %slog %" PRIu64 " + COUNT %d", cell->prefix, since, ENTRIES_A_TIME);

		if (r == NULL)
			return 1;
		for (size_t i = 0; i < r->elements && shown < count; i++) {
			struct store_entry entry;
			Pingan__V1__LogEvent *e = NULL;

			if (!commit_entry_read(r->element[i], &entry) ||
			    (e = pingan__v1__log_event__unpack(NULL, entry.event.len, entry.event.at)) == NULL) {
				fprintf(stderr, "pinganctl: entry %" PRIu64 " is unreadable\n", commit_entry_number(r->element[i]));
				bad = 1;
				continue;
			}
			if (e->alarm_device[0] != '\0') {
				print(&entry, e, json);
				shown++;
			}
			pingan__v1__log_event__free_unpacked(e, NULL);
		}
		if (r->elements < ENTRIES_A_TIME) {
			freeReplyObject(r);
			break;
		}
		since = commit_entry_number(r->element[r->elements - 1]) + 1;
		freeReplyObject(r);
	}
	return bad;
}
