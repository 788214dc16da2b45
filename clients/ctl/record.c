#include "record.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "act.h"
#include "cell_bulk.h"
#include "core/people.h"
#include "table_kind.h"
#include "wire/record.h"
#include "wire/registry_edit.h"

#define SCRATCH_LEN ((size_t)1 << 20)
#define FAULTS_TOLD 64

/* Which words stand for which table. */
static const struct {
	const char *word, *table;
} WORDS[] = {
	{"home", "homes"}, {"resident", "residents"}, {"contact", "contacts"}, {"area", "areas"}, {"station", "stations"}};

struct work {
	struct cell *cell;
	const struct record_options *o;
	const struct table_kind *kind;
	const char *id;   /* of the record */
	const char *item; /* resident's id, contact's order; NULL = the kind has no items, or all of them */
	char key[STORE_KEY_MAX];
	struct cell_record rec;
	ProtobufCMessage *before, *after; /* in the arena; NULL = there is none */
	uint8_t *scratch;
	struct arena arena;
};

static int complain(const char *about, const char *what)
{
	fprintf(stderr, "pinganctl: %s: %s\n", about, what);
	return 1;
}

/* ------------------------------------------------------------ the store */

static bool record_there(void *ctx, const char *key)
{
	return cell_has(ctx, key);
}

static ProtobufCMessage *unpacked(struct work *w)
{
	return w->rec.rev == 0 ? NULL
	                       : protobuf_c_message_unpack(w->kind->message, &w->arena.allocator, w->rec.len, w->rec.body);
}

/* Reads the record. False with one line on standard error; a record that is not there is no fault here. */
static bool take(struct work *w)
{
	if (table_reserved(w->kind, w->id) || strlen(w->id) >= ID_MAX) {
		complain(w->id, "is kept for units that nobody knows, or too long for an id");
		return false;
	}
	snprintf(w->key, sizeof w->key, "%s:%s", w->kind->type, w->id);
	if (!cell_get(w->cell, w->key, &w->rec))
		return false;
	w->before = unpacked(w);
	w->after = unpacked(w);
	if (w->rec.rev != 0 && (w->before == NULL || w->after == NULL)) {
		complain(w->key, "is unreadable");
		return false;
	}
	if (w->before != NULL && w->before->descriptor == &pingan__v1__household__descriptor &&
	    ((Pingan__V1__Household *)(void *)w->before)->erased_ms != 0) {
		complain(w->id, "was erased, and is no home any more");
		return false;
	}
	return true;
}

/* Who did it and which fields, for the chain; points into `room`. */
static struct slice audit_part(struct slice event, uint8_t room[AUDIT_MAX])
{
	Pingan__V1__LogEvent *m = pingan__v1__log_event__unpack(NULL, event.len, event.at);
	struct audit *a = calloc(1, sizeof *a);
	struct buf b = buf_of(room, AUDIT_MAX);

	ENSURE(m != NULL && a != NULL);
	a->from = AUDIT_FROM_MACHINE;
	ENSURE(audit_of_event(m, a));
	audit_encode(a, &b);
	ENSURE(!b.overflow);
	pingan__v1__log_event__free_unpacked(m, NULL);
	free(a);
	return slice_of(b.at, b.len);
}

/* One commit: the record anew, away, or (a look) nothing but the entry. */
static bool commit(struct work *w, Pingan__V1__RecordEdit__What what, const struct registry_diff *diff,
                   struct slice body)
{
	static uint8_t bytes[LOG_EVENT_MAX], room[AUDIT_MAX];
	struct buf event = buf_of(bytes, sizeof bytes);
	struct store_commit c = {.put_count = what != PINGAN__V1__RECORD_EDIT__WHAT__EDIT_SEEN};
	struct store_answer answer = {0};
	char who[AUDIT_WHO_MAX];
	uint64_t random;

	snprintf(c.puts[0].key, sizeof c.puts[0].key, "%s", w->key);
	c.puts[0].expect = w->rec.newest;
	c.puts[0].body = body;
	c.puts[0].remove = what == PINGAN__V1__RECORD_EDIT__WHAT__EDIT_REMOVED;
	if (c.put_count == 0) {
		randombytes_buf(&random, sizeof random);
		snprintf(c.message, sizeof c.message, "look.%016" PRIx64, random);
		snprintf(c.message_value, sizeof c.message_value, "%s", w->key);
		c.message_ms = SECONDS(60);
	}
	act_who(who, sizeof who);
	log_event_encode("pinganctl", w->key, NULL, 0, NULL, slice_of(NULL, 0), "", &event);
	registry_event_encode(what, w->key, who, cell_now_ms(w->cell), diff, &event);
	ENSURE(!event.overflow);
	c.event = slice_of(event.at, event.len);
	c.audit = audit_part(c.event, room);
	if (!act_send(w->cell, &c, &answer))
		return false;
	if (answer.result == STORE_STORED)
		return true;
	complain(w->id, answer.result == STORE_STALE
	                    ? "somebody else has changed it at this moment; nothing was written, look again"
	                    : "could not be stored");
	return false;
}

/* ------------------------------------------------------------ items */

/* The item's place in its list; the count when it is not there. */
static size_t item_at(const struct work *w, ProtobufCMessage *record)
{
	bool numbered = w->kind->item == &pingan__v1__contact__descriptor;
	uint64_t order = numbered ? strtoull(w->item, NULL, 10) : 0;
	ProtobufCMessage **items;
	size_t count = record == NULL ? 0 : table_items(w->kind, record, &items);

	for (size_t i = 0; i < count; i++)
		if (numbered ? ((Pingan__V1__Contact *)(void *)items[i])->order == order
		             : strcmp(((Pingan__V1__Resident *)(void *)items[i])->id, w->item) == 0)
			return i;
	return count;
}

/* Contacts stand in the order in which they are called. */
static size_t item_room(const struct work *w)
{
	ProtobufCMessage **items;
	size_t count = table_items(w->kind, w->after, &items), at = 0;

	if (w->kind->item != &pingan__v1__contact__descriptor)
		return count;
	while (at < count && ((Pingan__V1__Contact *)(void *)items[at])->order < strtoull(w->item, NULL, 10))
		at++;
	return at;
}

/* ------------------------------------------------------------ set and add */

static bool apply_one(struct work *w, ProtobufCMessage *to, size_t from, const char *pair)
{
	const char *sign = strchr(pair, '=');
	char name[64];
	size_t column;
	const char *why;

	if (sign == NULL || (size_t)(sign - pair) >= sizeof name) {
		complain(pair, "say it as FIELD=VALUE");
		return false;
	}
	snprintf(name, sizeof name, "%.*s", (int)(sign - pair), pair);
	column = table_column_of(w->kind, name);
	if (column < from || column == w->kind->column_count) {
		complain(name, column < from ? "is what it is known by, and stays" : "there is no such field");
		return false;
	}
	why = table_cell_set(w->kind, column, to, sign + 1, &w->arena);
	if (why != NULL)
		complain(name, why);
	return why == NULL;
}

/* All that is wrong is told. */
static bool apply(struct work *w, ProtobufCMessage *to, char *const *pairs, int count)
{
	bool ok = true;

	for (int i = 0; i < count; i++)
		ok = apply_one(w, to, w->item != NULL ? 2 : 1, pairs[i]) && ok;
	return ok;
}

static void key_make(struct work *w)
{
	Pingan__V1__Household *h = (Pingan__V1__Household *)(void *)w->after;

	if (w->kind->message != &pingan__v1__household__descriptor || h->key.len != 0)
		return;
	h->key = (ProtobufCBinaryData){.len = 32, .data = arena_take(&w->arena, 32)};
	ENSURE(h->key.data != NULL);
	randombytes_buf(h->key.data, h->key.len);
}

/* Judged as a whole and written, unless it stands there already. */
static int store(struct work *w, Pingan__V1__RecordEdit__What what)
{
	static struct registry_diff diff;
	static uint8_t body[STORE_BODY_MAX];
	struct registry_fault list[FAULTS_TOLD];
	struct registry_faults f = {.list = list, .max = FAULTS_TOLD, .exists = record_there, .ctx = w->cell};
	size_t len;

	registry_diff(w->before, w->after, &diff);
	if (w->before != NULL && diff.count == 0)
		return printf("%s: it stands there so already\n", w->id) < 0;
	if (!registry_check(w->key, w->after, &f)) {
		for (size_t i = 0; i < f.count && i < FAULTS_TOLD; i++)
			complain(list[i].field[0] == '\0' ? w->id : list[i].field, registry_why_english(list[i].why));
		return 1;
	}
	key_make(w);
	len = protobuf_c_message_get_packed_size(w->after);
	if (len > sizeof body)
		return complain(w->id, "its record is full");
	protobuf_c_message_pack(w->after, body);
	if (!commit(w, what, &diff, slice_of(body, len)))
		return 1;
	printf("%s: ", w->id);
	for (size_t i = 0; i < diff.count; i++)
		printf("%s%s", i == 0 ? "" : ", ", diff.fields[i]);
	return printf("%s %s\n", diff.more ? ", ..." : "", w->before == NULL ? "entered" : "changed") < 0;
}

static bool named(struct work *w)
{
	const char *why = w->item != NULL ? NULL : table_cell_set(w->kind, 0, w->after, w->id, &w->arena);

	if (why != NULL)
		complain(w->id, why);
	return why == NULL;
}

static int set_record(struct work *w, bool add, char *const *pairs, int count)
{
	if (!take(w))
		return 1;
	if (add && w->before != NULL)
		return complain(w->id, "it is there already");
	if (!add && w->before == NULL)
		return complain(w->id, "it is not in the registry");
	if (add) {
		w->after = arena_take(&w->arena, w->kind->message->sizeof_message);
		ENSURE(w->after != NULL);
		protobuf_c_message_init(w->kind->message, w->after);
	}
	if ((add && !named(w)) || !apply(w, w->after, pairs, count))
		return 1;
	table_tidy(w->kind, w->after);
	return store(w, add ? PINGAN__V1__RECORD_EDIT__WHAT__EDIT_MADE : PINGAN__V1__RECORD_EDIT__WHAT__EDIT_CHANGED);
}

static int set_item(struct work *w, bool add, char *const *pairs, int count)
{
	ProtobufCMessage **items, *item;
	const char *why;
	size_t n, at;

	if (!take(w))
		return 1;
	if (w->after == NULL)
		return complain(w->id, "it is not in the registry");
	at = item_at(w, w->after);
	n = table_items(w->kind, w->after, &items);
	if (add != (at == n))
		return complain(w->item, add ? "is there already" : "is not in this home");
	item = add ? table_item_new(w->kind, w->after, item_room(w), &w->arena) : items[at];
	ENSURE(item != NULL);
	why = add ? table_cell_set(w->kind, 1, item, w->item, &w->arena) : NULL;
	if (why != NULL)
		return complain(w->item, why);
	if (!apply(w, item, pairs, count))
		return 1;
	table_tidy(w->kind, item);
	return store(w, PINGAN__V1__RECORD_EDIT__WHAT__EDIT_CHANGED);
}

/* ------------------------------------------------------------ remove */

static int remove_item(struct work *w)
{
	ProtobufCMessage **items;
	size_t n, at;

	if (!take(w))
		return 1;
	if (w->after == NULL)
		return complain(w->id, "it is not in the registry");
	at = item_at(w, w->after);
	n = table_items(w->kind, w->after, &items);
	if (at == n)
		return complain(w->item, "is not in this home");
	memmove(&items[at], &items[at + 1], (n - at - 1) * sizeof(ProtobufCMessage *));
	if (w->kind->item == &pingan__v1__contact__descriptor)
		((Pingan__V1__Household *)(void *)w->after)->n_contacts--;
	else
		((Pingan__V1__Household *)(void *)w->after)->n_residents--;
	return store(w, PINGAN__V1__RECORD_EDIT__WHAT__EDIT_CHANGED);
}

/* Who still names it. */
struct uses {
	const struct work *w;
	const struct table_kind *of;
	char *const *keys;
	const char *by; /* the first one; NULL = nobody */
};

static bool names_it(const struct work *w, const ProtobufCMessage *m)
{
	const Pingan__V1__Household *h = (const Pingan__V1__Household *)(const void *)m;
	const Pingan__V1__Area *a = (const Pingan__V1__Area *)(const void *)m;
	const Pingan__V1__Station *s = (const Pingan__V1__Station *)(const void *)m;
	bool area = w->kind->message == &pingan__v1__area__descriptor;

	if (m->descriptor == &pingan__v1__person__descriptor)
		return !area && strcmp(((const Pingan__V1__Person *)(const void *)m)->station, w->id) == 0;
	if (m->descriptor == &pingan__v1__household__descriptor)
		return area ? area_covers(w->id, h->area)
		            : strcmp(h->station, w->id) == 0 ||
		                  (h->care_plan != NULL && strcmp(h->care_plan->provider, w->id) == 0);
	if (m->descriptor == &pingan__v1__area__descriptor)
		return area ? strcmp(a->code, w->id) != 0 && area_covers(w->id, a->code) : strcmp(a->station, w->id) == 0;
	return area && area_covers(w->id, s->area);
}

static void see_use(void *ctx, size_t n, const struct store_record *rec)
{
	struct uses *u = ctx;
	ProtobufCMessage *m = rec->rev == 0 || u->by != NULL
	                          ? NULL
	                          : protobuf_c_message_unpack(u->of->message, NULL, rec->body.len, rec->body.at);

	if (m == NULL)
		return;
	if (names_it(u->w, m))
		u->by = u->keys[n];
	protobuf_c_message_free_unpacked(m, NULL);
}

/* False with one line on standard error when it is in use, or could not be looked up. */
static bool unused(struct work *w)
{
	static const char *const TABLES[] = {"homes", "areas", "stations", "people"};
	bool ok = true;

	for (size_t i = 0; ok && i < COUNT_OF(TABLES); i++) {
		struct uses u = {.w = w, .of = table_kind_of(TABLES[i])};
		char type[16], **keys;
		size_t count = 0;

		snprintf(type, sizeof type, "%s:", u.of->type);
		keys = cell_keys(w->cell, type, &count);
		u.keys = keys;
		ok = keys != NULL && cell_get_many(w->cell, keys, count, see_use, &u);
		if (ok && u.by != NULL) {
			fprintf(stderr, "pinganctl: %s: %s still lies there or names it\n", w->id, u.by);
			ok = false;
		}
		if (keys != NULL)
			cell_keys_free(keys, count);
	}
	return ok;
}

static int remove_record(struct work *w)
{
	if (!take(w))
		return 1;
	if (w->before == NULL)
		return complain(w->id, "it is not in the registry");
	if (w->kind->message == &pingan__v1__household__descriptor)
		return complain(w->id, "a home is erased, with the key of its texts: pinganctl home erase");
	if (!unused(w) || !commit(w, PINGAN__V1__RECORD_EDIT__WHAT__EDIT_REMOVED, NULL, slice_of(NULL, 0)))
		return 1;
	return printf("%s: removed\n", w->id) < 0;
}

/* ------------------------------------------------------------ show and list */

static bool shown(const struct work *w, size_t column)
{
	return !w->kind->columns[column].private || w->o->with_private;
}

static json_t *cell_json(const struct table_kind *kind, size_t column, const ProtobufCMessage *m, const char *text)
{
	const char *path = kind->columns[column].path;
	const ProtobufCFieldDescriptor *f =
		strchr(path, '.') != NULL ? NULL : protobuf_c_message_descriptor_get_field_by_name(m->descriptor, path);

	if (f != NULL && f->label != PROTOBUF_C_LABEL_REPEATED && f->type == PROTOBUF_C_TYPE_BOOL)
		return json_boolean(strcmp(text, "yes") == 0);
	if (f != NULL && f->label != PROTOBUF_C_LABEL_REPEATED && f->type == PROTOBUF_C_TYPE_UINT32 &&
	    kind->columns[column].how == AS_TYPE)
		return json_integer(strtoll(text, NULL, 10));
	return json_string(text);
}

/* The cells of one message as an object, or as lines for people. */
static json_t *told(const struct work *w, const ProtobufCMessage *m)
{
	static char text[TABLE_CELL_MAX];
	json_t *object = w->o->json ? json_object() : NULL;

	for (size_t c = 0; c < w->kind->column_count; c++) {
		if (!shown(w, c) || (w->kind->list != NULL && c == 0) || !table_cell(w->kind, c, m, text))
			continue;
		if (object != NULL)
			(void)json_object_set_new(object, w->kind->columns[c].name, cell_json(w->kind, c, m, text));
		else if (text[0] != '\0')
			printf("%-18s %s\n", w->kind->columns[c].name, text);
	}
	return object;
}

static json_t *items_told(struct work *w, const char *table)
{
	const struct table_kind *was = w->kind;
	json_t *list = w->o->json ? json_array() : NULL;
	ProtobufCMessage **items;
	size_t count;

	w->kind = table_kind_of(table);
	count = table_items(w->kind, w->before, &items);
	for (size_t i = 0; i < count; i++) {
		json_t *one;

		if (list == NULL)
			printf("\n%.*s %zu\n", (int)strlen(table) - 1, table, i + 1);
		one = told(w, items[i]);
		if (list != NULL)
			(void)json_array_append_new(list, one);
	}
	w->kind = was;
	return list;
}

static bool json_line(json_t *object)
{
	bool ok = object != NULL && json_dumpf(object, stdout, JSON_COMPACT) == 0 && putchar('\n') != EOF;

	json_decref(object);
	return ok;
}

static int show_record(struct work *w)
{
	static struct registry_diff seen;
	json_t *object;
	bool home;

	if (!take(w))
		return 1;
	if (w->before == NULL)
		return complain(w->id, "it is not in the registry");
	home = w->before->descriptor == &pingan__v1__household__descriptor;
	/* Nothing of a person is shown before it is on record who looks. */
	seen.count = 0;
	if (home && w->o->with_private)
		snprintf(seen.fields[seen.count++], REGISTRY_PATH_MAX, "health");
	if (home && !commit(w, PINGAN__V1__RECORD_EDIT__WHAT__EDIT_SEEN, &seen, slice_of(NULL, 0)))
		return 1;
	if (w->kind->list != NULL) {
		json_t *list = items_told(w, w->kind->name);
		bool ok = true;

		for (size_t i = 0; ok && i < json_array_size(list); i++)
			ok = json_line(json_incref(json_array_get(list, i)));
		json_decref(list);
		return !ok;
	}
	object = told(w, w->before);
	if (object != NULL) {
		(void)json_object_set_new(object, "rev", json_integer((json_int_t)w->rec.rev));
		if (home) {
			(void)json_object_set_new(object, "residents", items_told(w, "residents"));
			(void)json_object_set_new(object, "contacts", items_told(w, "contacts"));
		}
		return !json_line(object);
	}
	if (home) {
		(void)items_told(w, "residents");
		(void)items_told(w, "contacts");
	}
	return 0;
}

struct listing {
	struct work *w;
	size_t unread;
};

/* One of the codes, parted by commas, covers it. */
static bool wanted(const char *codes, const char *area)
{
	char one[16];

	for (const char *at = codes; at != NULL && *at != '\0'; at += at[0] == ',') {
		size_t len = strcspn(at, ",");

		snprintf(one, sizeof one, "%.*s", (int)(len < 15 ? len : 15), at);
		if (area_covers(one, area))
			return true;
		at += len;
	}
	return codes == NULL;
}

/* Of homes no more than where they are: who looks at one is on record, and this is a list of all. */
static void list_json(const struct work *w, const ProtobufCMessage *m)
{
	const Pingan__V1__Household *h = (const Pingan__V1__Household *)(const void *)m;

	if (m->descriptor == &pingan__v1__household__descriptor)
		(void)json_line(json_pack("{s:s, s:s, s:I, s:I}", "household", h->id, "area", h->area, "residents",
		                          (json_int_t)h->n_residents, "contacts", (json_int_t)h->n_contacts));
	else
		(void)json_line(told(w, m));
}

static void list_one(const ProtobufCMessage *m)
{
	const Pingan__V1__Household *h = (const Pingan__V1__Household *)(const void *)m;
	const Pingan__V1__Area *a = (const Pingan__V1__Area *)(const void *)m;
	const Pingan__V1__Station *s = (const Pingan__V1__Station *)(const void *)m;

	if (m->descriptor == &pingan__v1__household__descriptor)
		printf("%-16s %-12s %9zu %8zu\n", h->id, h->area, h->n_residents, h->n_contacts);
	else if (m->descriptor == &pingan__v1__area__descriptor)
		printf("%-12s %4" PRIu32 " %8" PRIu32 " %-10s %s\n", a->code, a->arrival_due_min, a->target_homes,
		       a->station[0] == '\0' ? "-" : a->station, a->name);
	else
		printf("%-12s %-12s %-14s %s%s\n", s->id, s->area, s->duty_phone[0] == '\0' ? "-" : s->duty_phone, s->name,
		       s->closed ? " (closed)" : "");
}

static void see_row(void *ctx, size_t n, const struct store_record *rec)
{
	struct listing *l = ctx;
	struct work *w = l->w;
	ProtobufCMessage *m =
		rec->rev == 0 ? NULL : protobuf_c_message_unpack(w->kind->message, NULL, rec->body.len, rec->body.at);
	const char *area;

	(void)n;
	l->unread += rec->rev != 0 && m == NULL;
	if (m == NULL)
		return;
	area = m->descriptor == &pingan__v1__household__descriptor ? ((Pingan__V1__Household *)(void *)m)->area
	       : m->descriptor == &pingan__v1__area__descriptor    ? ((Pingan__V1__Area *)(void *)m)->code
	                                                           : ((Pingan__V1__Station *)(void *)m)->area;
	if (wanted(w->o->areas, area) && !table_reserved(w->kind, strchr(rec->key, ':') + 1)) {
		if (w->o->json)
			list_json(w, m);
		else
			list_one(m);
	}
	protobuf_c_message_free_unpacked(m, NULL);
}

static int list_records(struct work *w)
{
	struct listing l = {.w = w};
	char type[16], **keys;
	size_t count = 0;
	bool ok;

	snprintf(type, sizeof type, "%s:", w->kind->type);
	keys = cell_keys(w->cell, type, &count);
	if (keys == NULL)
		return 1;
	if (!w->o->json)
		puts(w->kind->message == &pingan__v1__household__descriptor ? "home             area         residents contacts"
		     : w->kind->message == &pingan__v1__area__descriptor    ? "area         due  target   station    name"
		                                                            : "station      area         duty phone     name");
	ok = cell_get_many(w->cell, keys, count, see_row, &l);
	cell_keys_free(keys, count);
	if (l.unread != 0)
		fprintf(stderr, "pinganctl: %zu records are unreadable\n", l.unread);
	return !ok || l.unread != 0;
}

/* ------------------------------------------------------------ which of them */

static const struct table_kind *kind_of(const char *command)
{
	for (size_t i = 0; i < COUNT_OF(WORDS); i++)
		if (strncmp(command, WORDS[i].word, strlen(WORDS[i].word)) == 0 && command[strlen(WORDS[i].word)] == ' ')
			return table_kind_of(WORDS[i].table);
	return NULL;
}

int record_run(struct cell *cell, const char *command, char *const *args, int arg_count, const struct record_options *o)
{
	struct work *w = calloc(1, sizeof *w);
	const char *verb = strchr(command, ' ') + 1;
	int first = 1, bad;

	ENSURE(w != NULL);
	w->cell = cell;
	w->o = o;
	w->kind = kind_of(command);
	ENSURE(w->kind != NULL);
	w->scratch = malloc(SCRATCH_LEN);
	ENSURE(w->scratch != NULL);
	arena_init(&w->arena, w->scratch, SCRATCH_LEN);
	w->id = arg_count > 0 ? args[0] : "";
	if (w->kind->list != NULL && strcmp(verb, "show") != 0) {
		w->item = args[1];
		first = 2;
	}
	if (strcmp(verb, "list") == 0)
		bad = list_records(w);
	else if (strcmp(verb, "show") == 0)
		bad = show_record(w);
	else if (strcmp(verb, "remove") == 0)
		bad = w->item != NULL ? remove_item(w) : remove_record(w);
	else
		bad = (w->item != NULL ? set_item : set_record)(w, strcmp(verb, "add") == 0, args + first, arg_count - first);
	sodium_memzero(w->scratch, SCRATCH_LEN);
	free(w->scratch);
	free(w);
	return bad;
}
