/* audit_query.c - who did, or looked at, what: by person, home, actor, time and kind. */
#include <inttypes.h>
#include <sodium.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "alarms.h"
#include "audit.h"
#include "audit_file.h"
#include "audit_part.h"
#include "io/config.h"

struct query {
	const struct audit_options *o;
	ms_t until_ms; /* 0 = no end */
	enum audit_what what;
	struct audit_key key;
	bool has_key;
	uint64_t count, unreadable;
	_Alignas(max_align_t) uint8_t memory[65536];
	struct arena scratch;
};

static bool wanted(const struct query *q, const struct audit *a)
{
	char detail[40];

	audit_detail(a, detail);
	if (q->o->by != NULL && strcmp(a->who, q->o->by) != 0)
		return false;
	if (q->o->person != NULL && !audit_concerns(a, q->o->person))
		return false;
	return q->o->what == NULL || a->what == q->what || strcmp(detail, q->o->what) == 0;
}

static void json_text(const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	printf(",\"%s\":\"", name);
	for (; *text != '\0'; text++)
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < ' ')
			printf("\\u%04x", (unsigned)(unsigned char)*text);
		else
			putchar(*text);
	putchar('"');
}

static const char *words_of(const struct query *q, const struct audit *a, char ret[AUDIT_WORDS_MAX + 1])
{
	size_t len = !q->o->words || !q->has_key || a->words_len == 0
	                 ? 0
	                 : audit_words_open(&q->key, slice_of(a->words, a->words_len), (uint8_t *)ret, AUDIT_WORDS_MAX);

	ret[len] = '\0';
	return ret;
}

static void fields_of(const struct audit *a, char *ret, size_t size)
{
	size_t len = 0;

	ret[0] = '\0';
	for (uint32_t i = 0; i < a->field_count && len < size; i++)
		len += (size_t)snprintf(ret + len, size - len, "%s%s", i == 0 ? "" : ",", a->fields[i]);
}

static void show_json(const struct query *q, const struct store_audit *e, const struct audit *a)
{
	static const char *const from[] = {"", "machine", "private", "public"};
	const ProtobufCEnumValue *role = protobuf_c_enum_descriptor_get_value(&pingan__v1__role__descriptor, (int)a->role);
	char detail[40], text[AUDIT_WORDS_MAX + 1], fields[AUDIT_FIELDS_MAX * AUDIT_FIELD_MAX];

	audit_detail(a, detail);
	printf("{\"entry\":%" PRIu64 ",\"at_ms\":%" PRId64, e->id, (int64_t)e->at_ms);
	json_text("what", audit_what_name(a->what));
	json_text("detail", detail);
	json_text("who", a->who);
	if (a->role != 0)
		json_text("role", role == NULL ? "" : role->name + strlen("ROLE_"));
	json_text("from", from[a->from]);
	json_text("daemon", a->daemon);
	json_text("record", a->record);
	json_text("household", a->household);
	json_text("device", a->device);
	if (a->incident != 0)
		printf(",\"incident\":\"%016" PRIx64 "\"", a->incident);
	json_text("subject", a->subject);
	if (a->request != 0)
		printf(",\"request\":%" PRIu32, a->request);
	if (a->cmd != 0)
		printf(",\"cmd\":\"%016" PRIx64 "\"", a->cmd);
	if (a->number != 0)
		printf(",\"number\":%" PRId64, a->number);
	if (a->count != 0)
		printf(",\"count\":%" PRIu32, a->count);
	fields_of(a, fields, sizeof fields);
	json_text("fields", fields);
	json_text("words", words_of(q, a, text));
	json_text("note", a->note);
	if (a->seal.entry != 0)
		printf(",\"seals\":%" PRIu64, a->seal.entry);
	puts("}");
}

static void show_row(const struct query *q, const struct store_audit *e, const struct audit *a)
{
	time_t seconds = (time_t)(e->at_ms / 1000);
	char when[32], detail[40], about_what[64], text[AUDIT_WORDS_MAX + 1], fields[AUDIT_FIELDS_MAX * AUDIT_FIELD_MAX];
	struct tm tm;

	(void)strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", localtime_r(&seconds, &tm));
	audit_detail(a, detail);
	fields_of(a, fields, sizeof fields);
	snprintf(about_what, sizeof about_what, "%s", a->household[0] != '\0' ? a->household : a->record);
	printf("%-8" PRIu64 " %s.%03d  %-14s %-20s %-22s %-22s %s%s%s%s%s", e->id, when, (int)(e->at_ms % 1000),
	       audit_what_name(a->what), a->who[0] == '\0' ? a->daemon : a->who, detail[0] == '\0' ? "-" : detail,
	       about_what[0] == '\0' ? "-" : about_what, a->note, fields[0] == '\0' ? "" : " [", fields,
	       fields[0] == '\0' ? "" : "]", words_of(q, a, text)[0] == '\0' ? "" : " ");
	printf("%s\n", text);
}

static bool one(void *ctx, const struct store_audit *e)
{
	struct query *q = ctx;
	struct audit a;

	if (q->until_ms != 0 && e->at_ms >= q->until_ms)
		return false;
	arena_reset(&q->scratch);
	if (!audit_decode(e->body, &q->scratch, &a)) {
		q->unreadable++;
		return true;
	}
	if (!wanted(q, &a))
		return true;
	if (q->o->json)
		show_json(q, e, &a);
	else
		show_row(q, e, &a);
	return ++q->count < q->o->count || q->o->count == 0;
}

static void unreadable(void *ctx, uint64_t entry)
{
	(void)entry;
	((struct query *)ctx)->unreadable++;
}

static bool time_read(const char *name, const char *text, ms_t *ret)
{
	if (text == NULL || alarms_time(text, (int64_t)time(NULL) * 1000, ret))
		return true;
	fprintf(stderr, "pinganctl: %s takes a time: \"2026-11-22 08:30\", 30m, 2h, 7d: %s\n", name, text);
	return false;
}

static bool key_take(struct query *q)
{
	const char *file = q->o->key_file;
	char why[AUDIT_KEY_WHY_MAX > CONFIG_WHY_MAX ? AUDIT_KEY_WHY_MAX : CONFIG_WHY_MAX];
	static struct config config;

	if (!q->o->words)
		return true;
	if (file == NULL && q->o->config != NULL && config_load(q->o->config, &config, why))
		file = config.audit.key_file;
	if (file == NULL || file[0] == '\0' || !audit_key_read(file, false, &q->key, why)) {
		fprintf(stderr,
		        "pinganctl: --words needs the audit key: audit.key_file in --config FILE, or --key-file FILE\n");
		return false;
	}
	q->has_key = true;
	return true;
}

/* Who looks into the chain is in it too. */
static bool look_note(struct cell *cell, const struct audit_options *o)
{
	struct audit a = {.what = AUDIT_LOOKED};

	snprintf(a.note, sizeof a.note, "audit");
	if (o->words)
		audit_field(&a, "words");
	if (o->person != NULL && strlen(o->person) < sizeof a.subject)
		snprintf(a.subject, sizeof a.subject, "%s", o->person);
	return audit_note(cell, &a);
}

int audit_query(struct cell *cell, const struct audit_options *o)
{
	struct query *q = calloc(1, sizeof *q);
	const struct audit_reader reader = {q, one, unreadable};
	ms_t since_ms = 0;
	uint64_t from = 1;
	bool ok;

	ENSURE(q != NULL);
	q->o = o;
	arena_init(&q->scratch, q->memory, sizeof q->memory);
	ok = time_read("--since", o->since, &since_ms) && time_read("--until", o->until, &q->until_ms) && key_take(q);
	if (ok && o->what != NULL) {
		q->what = audit_what_by_name(o->what);
		ok = q->what != AUDIT_NONE || audit_detail_known(o->what);
		if (!ok)
			fprintf(
				stderr,
				"pinganctl: --what: changed, looked, found, logged_in, login_failed, refused, ..., or what of a call "
				"or unit: claimed, note, bound, duty_on: %s\n",
				o->what);
	}
	ok = ok && look_note(cell, o) && (since_ms == 0 || audit_entry_at(cell, since_ms, &from)) &&
	     audit_read_redis(cell, from, &reader);
	if (ok && q->unreadable != 0)
		fprintf(stderr, "pinganctl: %" PRIu64 " entries can't be read: pinganctl audit verify\n", q->unreadable);
	audit_key_wipe(&q->key);
	free(q);
	return !ok;
}
