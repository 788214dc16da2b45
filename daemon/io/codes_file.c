#include "io/codes_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <yaml.h>

/* What is being read. Places count from 1, as in the other files. */
struct reader {
	yaml_document_t doc;
	struct codes *codes;
	unsigned table, row;
	char *why;
};

static bool wrong(struct reader *r, const yaml_node_t *at, const char *key, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* "line 12: tables.2.codes.5.kind: ..." */
static bool wrong(struct reader *r, const yaml_node_t *at, const char *key, const char *fmt, ...)
{
	char place[64] = "", what[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof what, fmt, args);
	va_end(args);
	if (r->row != 0)
		snprintf(place, sizeof place, "tables.%u.codes.%u", r->table, r->row);
	else if (r->table != 0)
		snprintf(place, sizeof place, "tables.%u", r->table);
	snprintf(r->why, CODES_WHY_MAX, "line %lu: %s%s%.40s: %s", at == NULL ? 1 : (unsigned long)at->start_mark.line + 1,
	         place, place[0] != '\0' && key[0] != '\0' ? "." : "", key, what);
	/* One line, whatever the file holds. */
	for (char *c = r->why; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	return false;
}

static const char *text_of(const yaml_node_t *n)
{
	return n->type == YAML_SCALAR_NODE && strlen((const char *)n->data.scalar.value) == n->data.scalar.length
	           ? (const char *)n->data.scalar.value
	           : NULL;
}

/* A mapping: each key is one of `keys` and comes once. ret[i] is the value of keys[i], NULL where it is not said. */
static bool mapping(struct reader *r, const yaml_node_t *n, const char *const *keys, size_t count, yaml_node_t **ret)
{
	if (n->type != YAML_MAPPING_NODE)
		return wrong(r, n, "", "must be a mapping");
	memset((void *)ret, 0, count * sizeof(yaml_node_t *));
	for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = yaml_document_get_node(&r->doc, p->key);
		const char *word = text_of(key);
		size_t i = 0;

		while (word != NULL && i < count && strcmp(word, keys[i]) != 0)
			i++;
		if (word == NULL || i == count)
			return wrong(r, key, word == NULL ? "" : word, "there is no such key");
		if (ret[i] != NULL)
			return wrong(r, key, word, "said twice");
		ret[i] = yaml_document_get_node(&r->doc, p->value);
	}
	return true;
}

/* One to size - 1 bytes without control characters; libyaml has seen to it that they are UTF-8. */
static bool words(struct reader *r, const yaml_node_t *row, const yaml_node_t *n, const char *key, char *ret,
                  size_t size)
{
	const char *text = n == NULL ? NULL : text_of(n);

	if (n == NULL)
		return wrong(r, row, key, "must be said");
	if (text == NULL || text[0] == '\0' || strlen(text) >= size)
		return wrong(r, n, key, "must have 1 to %zu bytes", size - 1);
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return wrong(r, n, key, "must be one line");
	return text_copy(ret, size, slice_str(text));
}

static bool digits_of(const char *text, size_t len, uint16_t *ret)
{
	uint32_t value = 0;

	if (len == 0 || len > 5 || strspn(text, "0123456789") < len)
		return false;
	for (size_t i = 0; i < len; i++)
		value = value * 10 + (uint32_t)(text[i] - '0');
	*ret = (uint16_t)value;
	return value <= UINT16_MAX;
}

/* "7" or "1-8" */
static bool zones(struct reader *r, const yaml_node_t *n, struct code *code)
{
	const char *text = text_of(n), *dash = text == NULL ? NULL : strchr(text, '-');
	size_t len = text == NULL ? 0 : dash == NULL ? strlen(text) : (size_t)(dash - text);

	code->zoned = true;
	if (text == NULL || !digits_of(text, len, &code->zone_from))
		return wrong(r, n, "zones", "must be a number or two, like 7 or 1-8");
	code->zone_to = code->zone_from;
	if (dash != NULL && (!digits_of(dash + 1, strlen(dash + 1), &code->zone_to) || code->zone_to < code->zone_from))
		return wrong(r, n, "zones", "must go from a number to a larger one, at most 65535");
	return true;
}

static bool flag(struct reader *r, const yaml_node_t *n, const char *key, bool *ret)
{
	static const char *const WORDS[] = {"off", "on", "false", "true", "no", "yes"};
	const char *text = text_of(n);

	for (size_t i = 0; text != NULL && i < COUNT_OF(WORDS); i++)
		if (strcmp(text, WORDS[i]) == 0) {
			*ret = i % 2 == 1;
			return true;
		}
	return wrong(r, n, key, "must be on or off");
}

static bool name(struct reader *r, const yaml_node_t *n, bool contact_id, struct code *code)
{
	const char *key = contact_id ? "cid" : "sia", *text = text_of(n);
	size_t len = contact_id ? 3 : 2;

	code->contact_id = contact_id;
	if (text == NULL || strlen(text) != len ||
	    strspn(text, contact_id ? "0123456789ABCDEF" : "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != len)
		return wrong(r, n, key, contact_id ? "must be three hex digits, like 101" : "must be two capitals, like QA");
	memcpy(code->name, text, len + 1);
	return true;
}

/* Kinds that a unit can report. The rest are made by people and rules here. */
static bool kind(struct reader *r, const yaml_node_t *row, const yaml_node_t *n, struct code *code)
{
	const char *text = n == NULL ? NULL : text_of(n);

	if (n == NULL)
		return wrong(r, row, "kind", "must be said; unknown where a person must look");
	code->kind = text == NULL ? KIND_NONE : kind_by_name(text);
	switch (code->kind) {
	case KIND_NONE:
	case KIND_COUNT:
		return wrong(r, n, "kind", "there is no kind \"%.30s\"", text == NULL ? "" : text);
	case KIND_FOLLOW_UP:
	case KIND_REPAIR:
	case KIND_COMMISSION:
	case KIND_MISSED_TEST:
		return wrong(r, n, "kind", "no unit reports %s by itself", text);
	case KIND_SOS:
	case KIND_PANIC:
	case KIND_FALL:
	case KIND_DURESS:
	case KIND_FIRE:
	case KIND_SMOKE:
	case KIND_HEAT:
	case KIND_GAS:
	case KIND_CO:
	case KIND_WATER:
	case KIND_INACTIVITY:
	case KIND_MISSED_OK:
	case KIND_WANDER:
	case KIND_UNKNOWN:
	case KIND_SERVICE:
	case KIND_POWER:
	case KIND_BATTERY:
	case KIND_TAMPER:
	case KIND_LINK:
	case KIND_PENDANT_LOST:
	case KIND_TEST:
		break;
	}
	return true;
}

/* Two entries that would answer for the same code and zone. */
static bool overlap(const struct code *a, const struct code *b)
{
	if (a->contact_id != b->contact_id || strcmp(a->name, b->name) != 0 || a->zoned != b->zoned)
		return false;
	return !a->zoned || (a->zone_from <= b->zone_to && b->zone_from <= a->zone_to);
}

enum { KEY_CID, KEY_SIA, KEY_KIND, KEY_RESTORE, KEY_ZONES, KEY_ZH, KEY_EN, KEY_COUNT };

static bool row_read(struct reader *r, const yaml_node_t *n, struct code_table *t)
{
	static const char *const KEYS[KEY_COUNT] = {"cid", "sia", "kind", "restore", "zones", "zh", "en"};
	yaml_node_t *v[KEY_COUNT] = {NULL};
	struct code code = {0};

	if (!mapping(r, n, KEYS, KEY_COUNT, v))
		return false;
	if ((v[KEY_CID] == NULL) == (v[KEY_SIA] == NULL))
		return wrong(r, n, "", "needs cid or sia, and not both");
	if (!name(r, v[v[KEY_CID] != NULL ? KEY_CID : KEY_SIA], v[KEY_CID] != NULL, &code) ||
	    !kind(r, n, v[KEY_KIND], &code) || (v[KEY_ZONES] != NULL && !zones(r, v[KEY_ZONES], &code)) ||
	    (v[KEY_RESTORE] != NULL && !flag(r, v[KEY_RESTORE], "restore", &code.restore)) ||
	    !words(r, n, v[KEY_ZH], "zh", code.zh, sizeof code.zh) ||
	    !words(r, n, v[KEY_EN], "en", code.en, sizeof code.en))
		return false;
	/* What nobody understands, and what is only recorded, is over by nothing. */
	if (code.restore && (code.kind == KIND_UNKNOWN || code.kind == KIND_TEST))
		return wrong(r, v[KEY_RESTORE], "restore", "%s can't be over", kind_name(code.kind));
	for (uint32_t i = t->first; i < t->first + t->count; i++)
		if (overlap(&r->codes->at[i], &code))
			return wrong(r, n, "", "%s stands in this table already", code.name);
	if (r->codes->count == CODES_MAX)
		return wrong(r, n, "", "more than %d codes", CODES_MAX);
	r->codes->at[r->codes->count++] = code;
	t->count++;
	return true;
}

enum { TABLE_NAME, TABLE_LIKE, TABLE_CODES, TABLE_KEYS };

static bool table_read(struct reader *r, const yaml_node_t *n)
{
	static const char *const KEYS[TABLE_KEYS] = {"name", "like", "codes"};
	struct codes *c = r->codes;
	struct code_table *t = &c->tables[c->table_count];
	const char *like;
	yaml_node_t *v[TABLE_KEYS] = {NULL};

	if (!mapping(r, n, KEYS, TABLE_KEYS, v) || !words(r, n, v[TABLE_NAME], "name", t->name, sizeof t->name))
		return false;
	if (strspn(t->name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(t->name))
		return wrong(r, v[TABLE_NAME], "name", "must be small letters, digits, '-' or '_'");
	if (c->table_count == 0 && strcmp(t->name, CODES_STANDARD) != 0)
		return wrong(r, v[TABLE_NAME], "name", "the first table is that of all units that name none: " CODES_STANDARD);
	if (codes_table(c, t->name) != CODE_TABLES_MAX)
		return wrong(r, v[TABLE_NAME], "name", "there is such a table already");
	t->first = c->count;
	t->like = c->table_count;
	if (v[TABLE_LIKE] != NULL) {
		like = text_of(v[TABLE_LIKE]);
		t->like = like == NULL || like[0] == '\0' ? CODE_TABLES_MAX : codes_table(c, like);
		if (t->like == CODE_TABLES_MAX)
			return wrong(r, v[TABLE_LIKE], "like", "no table of this name stands above");
	}
	if (v[TABLE_CODES] == NULL || v[TABLE_CODES]->type != YAML_SEQUENCE_NODE)
		return wrong(r, v[TABLE_CODES] == NULL ? n : v[TABLE_CODES], "codes", "must be a list");
	for (yaml_node_item_t *i = v[TABLE_CODES]->data.sequence.items.start; i < v[TABLE_CODES]->data.sequence.items.top;
	     i++) {
		r->row++;
		if (!row_read(r, yaml_document_get_node(&r->doc, *i), t))
			return false;
	}
	r->row = 0;
	c->table_count++;
	return true;
}

static bool document_read(struct reader *r)
{
	static const char *const KEYS[] = {"tables"};
	const yaml_node_t *root = yaml_document_get_root_node(&r->doc);
	yaml_node_t *tables;

	if (root == NULL)
		return wrong(r, NULL, "tables", "must be a list of tables");
	if (!mapping(r, root, KEYS, 1, &tables))
		return false;
	if (tables == NULL || tables->type != YAML_SEQUENCE_NODE ||
	    tables->data.sequence.items.start == tables->data.sequence.items.top)
		return wrong(r, tables == NULL ? root : tables, "tables", "must be a list of tables");
	for (yaml_node_item_t *i = tables->data.sequence.items.start; i < tables->data.sequence.items.top; i++) {
		const yaml_node_t *n = yaml_document_get_node(&r->doc, *i);

		r->table++;
		if (r->codes->table_count == CODE_TABLES_MAX)
			return wrong(r, n, "", "more than %d tables", CODE_TABLES_MAX);
		if (!table_read(r, n))
			return false;
	}
	return true;
}

/* What stands behind the first document would be passed over unseen. */
static bool ends(yaml_parser_t *parser)
{
	yaml_document_t more;
	bool none;

	if (yaml_parser_load(parser, &more) == 0)
		return false;
	none = yaml_document_get_root_node(&more) == NULL;
	yaml_document_delete(&more);
	return none;
}

bool codes_parse(struct slice text, struct codes *ret, char why[CODES_WHY_MAX])
{
	struct reader r = {.codes = calloc(1, sizeof *r.codes), .why = why};
	yaml_parser_t parser;
	bool good = false;

	if (r.codes == NULL || yaml_parser_initialize(&parser) == 0) {
		free(r.codes);
		snprintf(why, CODES_WHY_MAX, "no memory");
		return false;
	}
	yaml_parser_set_input_string(&parser, text.at, text.len);
	if (text.len > CODES_FILE_MAX) {
		snprintf(why, CODES_WHY_MAX, "longer than %d bytes", CODES_FILE_MAX);
	} else if (yaml_parser_load(&parser, &r.doc) == 0) {
		snprintf(why, CODES_WHY_MAX, "line %lu: %s", (unsigned long)parser.problem_mark.line + 1,
		         parser.problem == NULL ? "not YAML" : parser.problem);
	} else {
		good = document_read(&r);
		yaml_document_delete(&r.doc);
		if (good && !ends(&parser)) {
			snprintf(why, CODES_WHY_MAX, "line %lu: a second document", (unsigned long)parser.mark.line + 1);
			good = false;
		}
		if (good)
			*ret = *r.codes;
	}
	yaml_parser_delete(&parser);
	free(r.codes);
	return good;
}
