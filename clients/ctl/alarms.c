#include "alarms.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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
static void text_of(struct slice raw, char *ret, size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < raw.len && at + 5 <= size; i++) {
		uint8_t c = raw.at[i];

		if (c >= ' ' && c <= '~' && c != '\\')
			ret[at++] = (char)c;
		else
			at += (size_t)snprintf(ret + at, size - at, "\\x%02x", c);
	}
	ret[at] = '\0';
}

/* What the alarm says. Entries of before it was kept have a line that tells most of it. */
static void alarm_of(const struct store_entry *entry, const Pingan__V1__LogEvent *e, Pingan__V1__LogAlarm *ret)
{
	const Pingan__V1__Line *line = line_of(e);

	if (e->alarm != NULL) {
		*ret = *e->alarm;
		/* A daemon reckons the store's clock to some milliseconds: nothing was stored before it was received. */
		if (ret->received_ms > entry->at_ms)
			ret->received_ms = entry->at_ms;
		return;
	}
	pingan__v1__log_alarm__init(ret);
	ret->received_ms = entry->at_ms;
	if (line != NULL) {
		ret->kind = line->kind;
		ret->protocol = line->protocol;
	}
}

/* The key of the home that it was sealed for; the last one is kept: alarms of one unit stand together. False: it is gone. */
static bool key_of(struct cell *cell, const char *household, uint8_t ret[32])
{
	static char last[ID_MAX];
	static uint8_t kept[32];
	static bool there;
	static struct cell_record rec;
	Pingan__V1__Household *h;
	char key[STORE_KEY_MAX];

	if (strcmp(last, household) != 0 && strlen(household) < sizeof last) {
		snprintf(last, sizeof last, "%s", household);
		snprintf(key, sizeof key, "household:%s", household);
		there = cell_get(cell, key, &rec) && rec.rev != 0;
		h = there ? pingan__v1__household__unpack(NULL, rec.len, rec.body) : NULL;
		there = h != NULL && h->key.len == sizeof kept;
		if (there)
			memcpy(kept, h->key.data, sizeof kept);
		if (h != NULL)
			pingan__v1__household__free_unpacked(h, NULL);
		sodium_memzero(rec.body, sizeof rec.body);
	}
	memcpy(ret, kept, sizeof kept);
	return there && strcmp(last, household) == 0;
}

/* Its raw bytes, opened; returns how many. 0: none, or nobody can open them any more. */
static size_t raw_of(struct cell *cell, const Pingan__V1__LogEvent *e, uint8_t ret[ALARM_RAW_MAX])
{
	size_t sealed = e->raw_sealed.len, more = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
	uint8_t key[crypto_secretbox_KEYBYTES];
	size_t len = 0;

	if (e->raw.len != 0 && e->raw.len <= ALARM_RAW_MAX) {
		memcpy(ret, e->raw.data, e->raw.len);
		return e->raw.len;
	}
	if (sealed <= more || sealed - more > ALARM_RAW_MAX || !key_of(cell, e->sealed_for, key))
		return 0;
	if (crypto_secretbox_open_easy(ret, e->raw_sealed.data + crypto_secretbox_NONCEBYTES,
	                               sealed - crypto_secretbox_NONCEBYTES, e->raw_sealed.data, key) == 0)
		len = sealed - more;
	sodium_memzero(key, sizeof key);
	return len;
}

static void print(struct cell *cell, const struct store_entry *entry, const Pingan__V1__LogEvent *e, bool json)
{
	const char *protocol, *kind;
	Pingan__V1__LogAlarm a;
	uint8_t raw[ALARM_RAW_MAX];
	size_t raw_len = raw_of(cell, e, raw);
	char text[4 * ALARM_RAW_MAX + 1], id[17], *hex;
	json_t *object;

	alarm_of(entry, e, &a);
	protocol = (unsigned)a.protocol >= PROTOCOL_COUNT ? "-" : PROTOCOLS[a.protocol];
	kind = a.kind == PINGAN__V1__KIND__KIND_NONE ? "-" : kind_name((enum kind)a.kind);
	snprintf(id, sizeof id, "%016" PRIx64, a.id);
	text_of(slice_of(raw, raw_len), text, sizeof text);
	if (!json) {
		printf("%" PRIu64 " %" PRId64 " %s %s %s%s %s %s %s\n", entry->id, a.received_ms, e->alarm_device, protocol,
		       kind, a.restore ? " restore" : "", id, e->record, text);
		return;
	}
	hex = malloc(2 * raw_len + 1);
	ENSURE(hex != NULL);
	sodium_bin2hex(hex, 2 * raw_len + 1, raw, raw_len);
	object = json_pack("{s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:I, s:b, s:s, s:s, s:s, s:s}", "entry",
	                   (json_int_t)entry->id, "received_ms", (json_int_t)a.received_ms, "stored_ms",
	                   (json_int_t)entry->at_ms, "raised_ms", (json_int_t)a.raised_ms, "device", e->alarm_device,
	                   "protocol", protocol, "kind", kind, "id", id, "zone", (json_int_t)a.zone, "restore", a.restore,
	                   "code", a.code, "record", e->record, "raw", text, "raw_hex", hex);
	ENSURE(object != NULL);
	(void)json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
	free(hex);
}

/* ------------------------------------------------------------ from a time on */

bool alarms_time(const char *text, int64_t now_ms, int64_t *ret_ms)
{
	static const char *const FORMS[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S",
	                                    "%Y-%m-%dT%H:%M:%S"};
	static const struct {
		char unit;
		int64_t ms;
	} AGO[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
	char *end;
	uint64_t n;

	for (size_t i = 0; i < COUNT_OF(FORMS); i++) {
		struct tm tm = {.tm_isdst = -1};
		const char *rest = strptime(text, FORMS[i], &tm);
		bool utc = rest != NULL && strcmp(rest, "Z") == 0;

		if (rest == NULL || (*rest != '\0' && !utc))
			continue;
		*ret_ms = (int64_t)(utc ? timegm(&tm) : mktime(&tm)) * 1000;
		return true;
	}
	if (text[0] < '0' || text[0] > '9')
		return false;
	n = strtoull(text, &end, 10);
	for (size_t i = 0; i < COUNT_OF(AGO); i++)
		if (end[0] == AGO[i].unit && end[1] == '\0' && n <= (uint64_t)(now_ms / AGO[i].ms)) {
			*ret_ms = now_ms - (int64_t)n * AGO[i].ms;
			return true;
		}
	/* Less than this is no time of ours, but the number of a log entry. */
	if (*end != '\0' || n < UINT64_C(1000000000000) || n > INT64_MAX)
		return false;
	*ret_ms = (int64_t)n;
	return true;
}

/* Number of the first entry from `from` on, and its time. 0: there is none; -1: the store did not say. */
static int first_from(struct cell *cell, uint64_t from, uint64_t *ret, int64_t *ret_ms)
{
	redisReply *r = cell_ask(cell, "XRANGE %slog %" PRIu64 " + COUNT 1", cell->prefix, from);
	struct store_entry entry;
	int found = r == NULL ? -1 : r->elements == 0 ? 0 : commit_entry_read(r->element[0], &entry) ? 1 : -1;

	if (found == 1) {
		*ret = entry.id;
		*ret_ms = entry.at_ms;
	}
	if (r != NULL)
		freeReplyObject(r);
	return found;
}

/* The store's time never goes back in the log: the first entry of that time or later is found by halves. */
static int entry_at(struct cell *cell, int64_t since_ms, uint64_t *ret)
{
	redisReply *r = cell_ask(cell, "XREVRANGE %slog + - COUNT 1", cell->prefix);
	uint64_t low = 1, high = r == NULL || r->elements == 0 ? 0 : commit_entry_number(r->element[0]);

	if (r == NULL)
		return -1;
	freeReplyObject(r);
	high++;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2, id = 0;
		int64_t at_ms = 0;
		int found = first_from(cell, middle, &id, &at_ms);

		if (found < 0)
			return -1;
		if (found == 0 || at_ms >= since_ms)
			high = middle;
		else
			low = id + 1;
	}
	*ret = low;
	return 0;
}

int alarms_show(struct cell *cell, const char *since, uint64_t from, uint32_t count, bool json)
{
	uint32_t shown = 0;
	int64_t since_ms;
	uint64_t first;
	int bad = 0;

	if (since != NULL) {
		if (!alarms_time(since, (int64_t)time(NULL) * 1000, &since_ms)) {
			fprintf(stderr,
			        "pinganctl: --since takes a time: \"2026-11-22 08:30\", \"30m\"; a log entry is --from N: %s\n",
			        since);
			return 1;
		}
		if (entry_at(cell, since_ms, &first) != 0)
			return 1;
		from = first > from ? first : from;
	}
	while (count == 0 || shown < count) {
		redisReply *r = cell_ask(cell, "XRANGE %slog %" PRIu64 " + COUNT %d", cell->prefix, from, ENTRIES_A_TIME);

		if (r == NULL)
			return 1;
		for (size_t i = 0; i < r->elements && (count == 0 || shown < count); i++) {
			struct store_entry entry;
			Pingan__V1__LogEvent *e = NULL;

			if (!commit_entry_read(r->element[i], &entry) ||
			    (e = pingan__v1__log_event__unpack(NULL, entry.event.len, entry.event.at)) == NULL) {
				fprintf(stderr, "pinganctl: entry %" PRIu64 " is unreadable\n", commit_entry_number(r->element[i]));
				bad = 1;
				continue;
			}
			if (e->alarm_device[0] != '\0') {
				print(cell, &entry, e, json);
				shown++;
			}
			pingan__v1__log_event__free_unpacked(e, NULL);
		}
		if (r->elements < ENTRIES_A_TIME) {
			freeReplyObject(r);
			break;
		}
		from = commit_entry_number(r->element[r->elements - 1]) + 1;
		freeReplyObject(r);
	}
	return bad;
}
