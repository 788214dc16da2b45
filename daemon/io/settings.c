#include "io/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <cyaml/cyaml.h>

#include "io/yaml_places.h"

/* Every value is loaded as text into a row of slots, one for each setting, and judged by us: libcyaml takes "maybe" for
 * true and "010" for eight. */
struct value {
	char **at;      /* a list's entries, for rows the values of all, row by row; else the text itself */
	uint32_t count; /* of a list */
};

struct schema {
	cyaml_schema_field_t fields[SETTINGS_MAX * 2];
	size_t fields_used;
	char keys[SETTINGS_MAX * 16];
	size_t keys_used;
	size_t raw_size;
	cyaml_schema_value_t row;
};

static const cyaml_schema_value_t ENTRY = {
	.type = CYAML_STRING,
	.flags = CYAML_FLAG_POINTER,
	.data_size = sizeof(char),
	.string = {.min = 0, .max = SETTING_TEXT_MAX - 1},
};

static bool is_list(const struct setting *set)
{
	return set->type == SETTING_LIST || set->type == SETTING_WORDS || set->type == SETTING_ROWS;
}

static const char *key_keep(struct schema *schema, const char *at, size_t len)
{
	char *key = schema->keys + schema->keys_used;

	ENSURE(schema->keys_used + len + 1 <= sizeof schema->keys);
	memcpy(key, at, len);
	key[len] = '\0';
	schema->keys_used += len + 1;
	return key;
}

static void schema_row(struct schema *schema, const struct settings *row);

/* Fields for the settings [from, to) whose paths share their first `depth` bytes. */
static const cyaml_schema_field_t *schema_fields(struct schema *schema, const struct settings *s, size_t from,
                                                 size_t to, size_t depth)
{
	cyaml_schema_field_t *fields;
	size_t used = 0, keys = 0;

	for (size_t i = from, next; i < to; i = next, keys++) {
		size_t len = strcspn(s->table[i].path + depth, ".");

		for (next = i + 1; next < to && strncmp(s->table[i].path, s->table[next].path, depth + len + 1) == 0; next++)
			;
	}
	fields = schema->fields + schema->fields_used;
	schema->fields_used += keys + 1;
	ENSURE(schema->fields_used <= COUNT_OF(schema->fields));
	for (size_t i = from, next; i < to; i = next) {
		const char *key = s->table[i].path + depth;
		size_t len = strcspn(key, ".");
		cyaml_schema_field_t *f = &fields[used++];

		for (next = i + 1; next < to && strncmp(s->table[i].path, s->table[next].path, depth + len + 1) == 0; next++)
			;
		f->key = key_keep(schema, key, len);
		if (key[len] == '.') {
			f->value.type = CYAML_MAPPING;
			f->value.flags = CYAML_FLAG_OPTIONAL;
			f->value.data_size = (uint32_t)schema->raw_size;
			f->value.mapping.fields = schema_fields(schema, s, i, next, depth + len + 1);
			continue;
		}
		ENSURE(next == i + 1);
		f->data_offset = (uint32_t)(i * sizeof(struct value) + offsetof(struct value, at));
		f->value.flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL;
		if (is_list(&s->table[i])) {
			f->count_offset = (uint32_t)(i * sizeof(struct value) + offsetof(struct value, count));
			f->count_size = sizeof(uint32_t);
			f->value.type = CYAML_SEQUENCE;
			f->value.data_size = sizeof(char *);
			f->value.sequence.entry = &ENTRY;
			f->value.sequence.min = s->table[i].min;
			f->value.sequence.max = s->table[i].max;
			if (s->table[i].type == SETTING_ROWS) {
				schema_row(schema, s->table[i].rows);
				f->value.data_size = schema->row.data_size;
				f->value.sequence.entry = &schema->row;
			}
		} else {
			f->value.type = CYAML_STRING;
			f->value.data_size = sizeof(char);
			f->value.string.max = SETTING_TEXT_MAX - 1;
		}
	}
	return fields;
}

static void schema_row(struct schema *schema, const struct settings *row)
{
	ENSURE(schema->row.type == 0 && row->count <= 64);
	schema->row.type = CYAML_MAPPING;
	schema->row.data_size = (uint32_t)(row->count * sizeof(struct value));
	schema->row.mapping.fields = schema_fields(schema, row, 0, row->count, 0);
}

/* libcyaml explains itself in log lines: first what, then where, from the innermost field outwards. */
struct complaint {
	char what[256];
	char path[128]; /* "redis.timeout_ms" */
	unsigned long line;
};

static void complaint_field(struct complaint *c, const char *line)
{
	static const char FIELD[] = "in mapping field '", AT_ENTRY[] = "in sequence entry '";
	const char *name = strstr(line, FIELD);
	char inner[sizeof c->path];

	if (name != NULL)
		name += strlen(FIELD);
	else if ((name = strstr(line, AT_ENTRY)) != NULL)
		name += strlen(AT_ENTRY); /* it counts from 1, as we do */
	else
		return;
	memcpy(inner, c->path, sizeof inner);
	snprintf(c->path, sizeof c->path, "%.*s%s%.60s", (int)strcspn(name, "'"), name, inner[0] != '\0' ? "." : "", inner);
}

static void complaint_line(cyaml_log_t level, void *ctx, const char *fmt, va_list args) PRINTF_LIKE(3, 0);
static void complaint_line(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
	struct complaint *c = ctx;
	char line[512];
	const char *at;

	if (level < CYAML_LOG_ERROR)
		return;
	vsnprintf(line, sizeof line, fmt, args);
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "Load: Backtrace", 15) == 0)
		return;
	at = strstr(line, "(line: ");
	if (at != NULL) {
		if (c->line == 0)
			c->line = strtoul(at + 7, NULL, 10);
		complaint_field(c, line);
		return;
	}
	if (c->what[0] == '\0')
		snprintf(c->what, sizeof c->what, "%.250s", strncmp(line, "Load: ", 6) == 0 ? line + 6 : line);
}

/* libcyaml reads the first document of a file and silently drops the others. */
static bool one_document(struct slice text)
{
	bool content = false;

	for (size_t i = 0; i < text.len;) {
		const uint8_t *line = text.at + i;
		const uint8_t *end = memchr(line, '\n', text.len - i);
		size_t len = end == NULL ? text.len - i : (size_t)(end - line);

		if (len >= 3 && (memcmp(line, "---", 3) == 0 || memcmp(line, "...", 3) == 0)) {
			if (content)
				return false;
			content = line[0] == '.' || len > 3;
		} else if (len > 0 && line[0] != '#' && line[0] != '\r') {
			content = true;
		}
		i += len + 1;
	}
	return true;
}

static bool flag_of(const char *text, bool *ret)
{
	static const char *const WORDS[][2] = {{"off", "on"}, {"false", "true"}, {"no", "yes"}};

	for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
		for (int on = 0; on < 2; on++) {
			if (strcmp(text, WORDS[i][on]) == 0) {
				*ret = on == 1;
				return true;
			}
		}
	}
	return false;
}

static bool number_of(const char *text, uint32_t *ret)
{
	char *end;
	unsigned long long n;

	/* Digits only, no sign, no octal. */
	if (text[0] < '0' || text[0] > '9' || (text[0] == '0' && text[1] != '\0') || strlen(text) > 10)
		return false;
	n = strtoull(text, &end, 10);
	if (*end != '\0' || n > UINT32_MAX)
		return false;
	*ret = (uint32_t)n;
	return true;
}

/* False for a word that is not known, and for one that stands there already. */
static bool word_set(const struct setting *set, const char *text, uint32_t *mask)
{
	const char *word;

	for (uint32_t i = 0; (word = set->words(i)) != NULL; i++) {
		if (word[0] == '\0' || strcmp(word, text) != 0)
			continue;
		if ((*mask & UINT32_C(1) << i) != 0)
			return false;
		*mask |= UINT32_C(1) << i;
		return true;
	}
	return false;
}

static void words_wanted(const struct setting *set, const char *text, char why[SETTINGS_WHY_MAX])
{
	size_t len = (size_t)snprintf(why, SETTINGS_WHY_MAX, "\"%.40s\" must be one of", text);
	const char *word, *between = "";

	for (uint32_t i = 0; (word = set->words(i)) != NULL && len < SETTINGS_WHY_MAX; i++) {
		if (word[0] == '\0')
			continue;
		len += (size_t)snprintf(why + len, SETTINGS_WHY_MAX - len, "%s %s", between, word);
		between = ",";
	}
	if (len < SETTINGS_WHY_MAX)
		snprintf(why + len, SETTINGS_WHY_MAX - len, ", each once");
}

/* On false `why` is the reason alone. */
static bool value_set(const struct setting *set, void *ret, const char *text, char why[SETTINGS_WHY_MAX])
{
	void *field = (char *)ret + set->offset;
	uint32_t n;

	switch (set->type) {
	case SETTING_TEXT:
		if (!text_copy(field, set->size, slice_str(text))) {
			snprintf(why, SETTINGS_WHY_MAX, "longer than %zu bytes", set->size - 1);
			return false;
		}
		return true;
	case SETTING_NUMBER:
		if (!number_of(text, &n) || n < set->min || n > set->max) {
			snprintf(why, SETTINGS_WHY_MAX, "must be a number from %u to %u, not \"%.40s\"", set->min, set->max, text);
			return false;
		}
		memcpy(field, &n, sizeof n);
		return true;
	case SETTING_FLAG:
		if (!flag_of(text, field)) {
			snprintf(why, SETTINGS_WHY_MAX, "must be on or off, not \"%.40s\"", text);
			return false;
		}
		return true;
	case SETTING_LIST: {
		struct text_list *list = field;

		ENSURE(list->count < SETTING_LIST_MAX);
		if (text_copy(list->at[list->count++], SETTING_TEXT_MAX, slice_str(text)))
			return true;
		snprintf(why, SETTINGS_WHY_MAX, "entry %u is too long", list->count);
		return false;
	}
	case SETTING_WORDS:
		memcpy(&n, field, sizeof n);
		if (!word_set(set, text, &n)) {
			words_wanted(set, text, why);
			return false;
		}
		memcpy(field, &n, sizeof n);
		return true;
	case SETTING_ROWS:
		break; /* a row is no text: values_take() */
	}
	return false;
}

void settings_preset(const struct settings *s, void *ret)
{
	char why[SETTINGS_WHY_MAX];

	memset(ret, 0, s->size);
	for (size_t i = 0; i < s->count; i++) {
		const struct setting *set = &s->table[i];

		if (!is_list(set)) {
			ENSURE(value_set(set, ret, set->preset, why));
			continue;
		}
		/* "[a, b]" */
		for (const char *at = set->preset; (at = strpbrk(at, "[,")) != NULL;) {
			char word[SETTING_TEXT_MAX];
			size_t len;

			at += 1 + strspn(at + 1, " ");
			len = strcspn(at, ",]");
			if (len == 0)
				continue;
			ENSURE(text_copy(word, sizeof word, slice_of(at, len)) && value_set(set, ret, word, why));
		}
	}
}

/* A file on its way into a struct: `path` leads to the mapping at hand, "" or "rules.3.". */
struct taking {
	const struct yaml_places *places;
	char path[YAML_PATH_MAX];
	char *why;
};

static const char *path_of(const struct taking *t, const struct setting *set, char ret[YAML_PATH_MAX * 2])
{
	snprintf(ret, YAML_PATH_MAX * 2, "%s%s", t->path, set->path);
	return ret;
}

/* libcyaml hands over an empty list like none. */
static bool is_given(const struct taking *t, const struct setting *set, const struct value *value)
{
	char path[YAML_PATH_MAX * 2];

	return value->at != NULL || (is_list(set) && yaml_line(t->places, path_of(t, set, path)) != 0);
}

static bool value_take(const struct taking *t, const struct setting *set, void *ret, const char *text)
{
	char reason[SETTINGS_WHY_MAX], path[YAML_PATH_MAX * 2];
	uint32_t line;

	if (value_set(set, ret, text, reason))
		return true;
	line = yaml_line_near(t->places, path_of(t, set, path));
	if (line != 0)
		snprintf(t->why, SETTINGS_WHY_MAX, "line %u: %s: %.300s", line, path, reason);
	else
		snprintf(t->why, SETTINGS_WHY_MAX, "%s: %.300s", path, reason);
	return false;
}

static bool values_take(const struct taking *t, const struct settings *s, const struct value *values, void *ret);

static bool rows_take(const struct taking *t, const struct setting *set, const struct value *value, void *ret)
{
	const struct settings *row = set->rows;
	struct taking inner = *t;

	memcpy((char *)ret + set->offset, &value->count, sizeof value->count);
	for (uint32_t k = 0; k < value->count; k++) {
		void *at = (char *)ret + set->offset + SETTING_ROWS_AT + k * row->size;

		snprintf(inner.path, sizeof inner.path, "%.40s.%u.", set->path, k + 1);
		settings_preset(row, at);
		if (!values_take(&inner, row, (const struct value *)(const void *)value->at + k * row->count, at))
			return false;
	}
	return true;
}

static bool values_take(const struct taking *t, const struct settings *s, const struct value *values, void *ret)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct setting *set = &s->table[i];

		if (!is_given(t, set, &values[i]))
			continue;
		if (s->given)
			*(uint64_t *)ret |= UINT64_C(1) << i;
		if (set->type == SETTING_ROWS) {
			if (!rows_take(t, set, &values[i], ret))
				return false;
		} else if (!is_list(set)) {
			if (!value_take(t, set, ret, (const char *)values[i].at))
				return false;
		} else {
			memset((char *)ret + set->offset, 0, sizeof(uint32_t)); /* the count of a list, the mask of words */
			for (uint32_t k = 0; k < values[i].count; k++)
				if (!value_take(t, set, ret, values[i].at[k]))
					return false;
		}
	}
	return true;
}

void why_one_line(char *why)
{
	for (; *why != '\0'; why++)
		if ((unsigned char)*why < 0x20 || *why == 0x7f)
			*why = '?';
}

void settings_line(struct slice text, char *why, size_t size)
{
	struct yaml_places *places = text.len == 0 ? NULL : yaml_places_read(text);
	char path[YAML_PATH_MAX], was[SETTINGS_WHY_MAX];
	uint32_t line = 0;

	if (places != NULL && text_copy(path, sizeof path, slice_of(why, strcspn(why, ": "))))
		line = yaml_line_near(places, path);
	if (line != 0) {
		snprintf(was, sizeof was, "%s", why);
		snprintf(why, size, "line %u: %s", line, was);
	}
	free(places);
}

bool settings_read(const struct settings *s, struct slice text, void *ret, char why[SETTINGS_WHY_MAX])
{
	struct complaint complaint = {.line = 0};
	struct schema *schema = calloc(1, sizeof *schema);
	void *next = calloc(1, s->size);
	struct value *values = NULL;
	struct yaml_places *places = NULL;
	cyaml_schema_value_t top = {.type = CYAML_MAPPING, .flags = CYAML_FLAG_POINTER};
	cyaml_config_t config = {
		.log_fn = complaint_line,
		.log_ctx = &complaint,
		.log_level = CYAML_LOG_ERROR,
		.mem_fn = cyaml_mem,
		.flags = CYAML_CFG_NO_ALIAS,
	};
	cyaml_err_t err;
	bool good = false;

	ENSURE(s->count <= SETTINGS_MAX);
	snprintf(why, SETTINGS_WHY_MAX, "no memory");
	if (schema == NULL || next == NULL)
		goto out;
	if (text.len > SETTINGS_FILE_MAX) {
		snprintf(why, SETTINGS_WHY_MAX, "larger than %d bytes", SETTINGS_FILE_MAX);
		goto out;
	}
	if (!one_document(text)) {
		snprintf(why, SETTINGS_WHY_MAX, "more than one document (\"---\") in the file");
		goto out;
	}
	schema->raw_size = s->count * sizeof(struct value);
	top.data_size = (uint32_t)schema->raw_size;
	top.mapping.fields = schema_fields(schema, s, 0, s->count, 0);
	settings_preset(s, next);
	if (text.len != 0) {
		err = cyaml_load_data(text.at, text.len, &config, &top, (cyaml_data_t **)&values, NULL);
		if (err != CYAML_OK) {
			char where[40] = "";

			if (complaint.line != 0)
				snprintf(where, sizeof where, "near line %lu: ", complaint.line);
			snprintf(why, SETTINGS_WHY_MAX, "%s%s%s%s", complaint.path, complaint.path[0] != '\0' ? ": " : "", where,
			         complaint.what[0] != '\0' ? complaint.what : cyaml_strerror(err));
			goto out;
		}
	}
	if (values != NULL) {
		places = yaml_places_read(text);
		if (places == NULL)
			goto out;
		if (!values_take(&(struct taking){.places = places, .why = why}, s, values, next))
			goto out;
	}
	memcpy(ret, next, s->size);
	why[0] = '\0';
	good = true;
out:
	why_one_line(why);
	if (values != NULL)
		cyaml_free(&config, &top, values, 0);
	free(places);
	free(next);
	free(schema);
	return good;
}

uint8_t *settings_file(const char *path, size_t max, size_t *ret_len, char why[SETTINGS_WHY_MAX])
{
	FILE *f = fopen(path, "rbe");
	uint8_t *at = f == NULL ? NULL : malloc(max + 2);
	size_t len;

	if (at == NULL) {
		snprintf(why, SETTINGS_WHY_MAX, "can't be read: %s", strerror(errno));
		if (f != NULL)
			fclose(f);
		return NULL;
	}
	len = fread(at, 1, max + 1, f);
	if (ferror(f) || len > max) {
		snprintf(why, SETTINGS_WHY_MAX, "%s", ferror(f) ? "can't be read" : "too large");
		free(at);
		at = NULL;
	} else {
		at[len] = '\0';
		*ret_len = len;
	}
	fclose(f);
	return at;
}

void settings_restart(const struct settings *s, const void *now, const void *next, char *ret, size_t size)
{
	size_t len = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < s->count; i++) {
		const struct setting *set = &s->table[i];
		const char *a = (const char *)now + set->offset;
		const char *b = (const char *)next + set->offset;
		bool same = true;

		switch (set->type) {
		case SETTING_TEXT:
			same = strcmp(a, b) == 0;
			break;
		case SETTING_NUMBER:
		case SETTING_WORDS:
			same = memcmp(a, b, sizeof(uint32_t)) == 0;
			break;
		case SETTING_FLAG:
			same = *(const bool *)a == *(const bool *)b;
			break;
		case SETTING_LIST: {
			const struct text_list *x = (const void *)a, *y = (const void *)b;

			same = x->count == y->count;
			for (uint32_t k = 0; same && k < x->count; k++)
				same = strcmp(x->at[k], y->at[k]) == 0;
			break;
		}
		case SETTING_ROWS:
			break; /* of the policy alone, which is taken over at once */
		}
		if (same || !set->restart || len >= size)
			continue;
		len += (size_t)snprintf(ret + len, size - len, "%s%s", len == 0 ? "" : ", ", set->path);
	}
}
