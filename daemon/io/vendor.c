/* vendor.c - vendors.yaml: read as a tree, each key judged by the table below, each complaint with its line. */
#include "io/vendor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>
#include <yaml.h>

#define PATH_MAX_OURS 128

enum field_type { FIELD_TEXT, FIELD_HEADER, FIELD_NUMBER, FIELD_WORD, FIELD_POINTER, FIELD_SOURCE, FIELD_LIST };

struct field {
	const char *path;
	enum field_type type;
	size_t offset, size;
	uint32_t min, max;        /* numbers; lists: entries */
	const char *const *words; /* FIELD_WORD; ends with NULL */
};

static const char *const FORMS[] = {[FORM_HEX] = "hex", [FORM_BASE64] = "base64", [FORM_COUNT] = NULL};
static const char *const TIMES[] = {[TIME_MS] = "ms", [TIME_S] = "s", [TIME_ISO] = "iso", [TIME_FORM_COUNT] = NULL};
static const char *const UNITS[] = {[TIME_MS] = "ms", [TIME_S] = "s", NULL};

#define AT(member) offsetof(struct vendor, member), sizeof(((struct vendor *)NULL)->member)

static const struct field FIELDS[] = {
	{"name", FIELD_TEXT, AT(name), 0, 0, NULL},
	{"secret_files", FIELD_LIST, AT(secret_files), 1, VENDOR_SECRETS_MAX, NULL},
	{"signature.header", FIELD_HEADER, AT(sign.header), 0, 0, NULL},
	{"signature.form", FIELD_WORD, AT(sign.form), 0, 0, FORMS},
	{"signature.prefix", FIELD_TEXT, AT(sign.prefix), 0, 0, NULL},
	{"signature.signed", FIELD_TEXT, AT(sign.text), 0, 0, NULL},
	{"signature.timestamp_header", FIELD_HEADER, AT(sign.timestamp_header), 0, 0, NULL},
	{"signature.timestamp_unit", FIELD_WORD, AT(sign.timestamp_unit), 0, 0, UNITS},
	{"signature.tolerance_s", FIELD_NUMBER, AT(sign.tolerance_s), 10, 3600, NULL},
	{"signature.replay_max", FIELD_NUMBER, AT(sign.replay_max), 16, 4096, NULL},
	{"key.header", FIELD_HEADER, AT(key.header), 0, 0, NULL},
	{"key.at", FIELD_SOURCE, AT(key.at), 0, 0, NULL},
	{"key.ignore", FIELD_LIST, AT(key.ignore), 0, VENDOR_LIST_MAX, NULL},
	{"limits.rate_per_min", FIELD_NUMBER, AT(rate_per_min), 1, 60000, NULL},
	{"limits.burst", FIELD_NUMBER, AT(burst), 1, 10000, NULL},
	{"map.events", FIELD_POINTER, AT(map.events), 0, 0, NULL},
	{"map.device", FIELD_SOURCE, AT(map.device), 0, 0, NULL},
	{"map.code", FIELD_SOURCE, AT(map.code), 0, 0, NULL},
	{"map.restore", FIELD_SOURCE, AT(map.restore), 0, 0, NULL},
	{"map.restore_is", FIELD_LIST, AT(map.restore_is), 1, VENDOR_LIST_MAX, NULL},
	{"map.time", FIELD_SOURCE, AT(map.time), 0, 0, NULL},
	{"map.time_form", FIELD_WORD, AT(map.time_form), 0, 0, TIMES},
	{"map.utc_offset_min", FIELD_NUMBER, AT(map.utc_offset_min), 0, 840, NULL},
	{"map.battery", FIELD_SOURCE, AT(map.battery), 0, 0, NULL},
	{"map.signal", FIELD_SOURCE, AT(map.signal), 0, 0, NULL},
	{"map.zone", FIELD_SOURCE, AT(map.zone), 0, 0, NULL},
};

/* One file on its way into structs. */
struct reading {
	yaml_document_t doc;
	const char *folder;
	char *why;
};

static bool wrong(struct reading *r, const yaml_node_t *at, const char *path, const char *fmt, ...) PRINTF_LIKE(4, 5);
static bool wrong(struct reading *r, const yaml_node_t *at, const char *path, const char *fmt, ...)
{
	size_t len = 0;
	va_list args;

	if (at != NULL)
		len = (size_t)snprintf(r->why, SETTINGS_WHY_MAX, "line %zu: ", at->start_mark.line + 1);
	len += (size_t)snprintf(r->why + len, SETTINGS_WHY_MAX - len, "%.100s: ", path);
	va_start(args, fmt);
	vsnprintf(r->why + len, SETTINGS_WHY_MAX - len, fmt, args);
	va_end(args);
	why_one_line(r->why);
	return false;
}

static yaml_node_t *node(struct reading *r, int index)
{
	return yaml_document_get_node(&r->doc, index);
}

/* The text of a scalar; false for anything else, and for what is longer than it may be or holds a NUL. */
static bool scalar(struct reading *r, const yaml_node_t *n, const char *path, char *ret, size_t size)
{
	if (n->type != YAML_SCALAR_NODE)
		return wrong(r, n, path, "must be one value");
	if (!text_copy(ret, size, slice_of(n->data.scalar.value, n->data.scalar.length)))
		return wrong(r, n, path, "longer than %zu bytes", size - 1);
	return true;
}

/* ------------------------------------------------------------ single values */

/* Any header's name, in small letters; ':' and blanks can't be in one. */
static bool header_good(char *name)
{
	for (char *at = name; *at != '\0'; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
		if (!((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == '-' || *at == '_'))
			return false;
	}
	return name[0] != '\0';
}

/* RFC 6901: empty, or tokens behind slashes; '~' only as ~0 and ~1. */
static bool pointer_good(const char *p)
{
	if (p[0] != '\0' && p[0] != '/')
		return false;
	for (; *p != '\0'; p++)
		if (*p == '~' && p[1] != '0' && p[1] != '1')
			return false;
	return true;
}

static bool source_set(struct reading *r, const yaml_node_t *n, const char *path, struct vendor_source *ret)
{
	char text[VENDOR_POINTER_MAX + VENDOR_PRESET_MAX + 8], *pointer = text, *preset;

	memset(ret, 0, sizeof *ret);
	if (!scalar(r, n, path, text, sizeof text))
		return false;
	if (text[0] == '=') {
		ret->from = SOURCE_CONSTANT;
		preset = text;
	} else {
		ret->from = text[0] == '^' ? SOURCE_BODY : SOURCE_EVENT;
		pointer += text[0] == '^';
		preset = strstr(pointer, " = ");
		if (preset != NULL)
			*preset++ = '\0';
		if (pointer[0] == '\0' || !pointer_good(pointer))
			return wrong(r, n, path,
			             "must be \"/a/b\", \"^/a/b\" of the whole body, \"= constant\" or \"/a/b = default\"");
		if (!text_copy(ret->pointer, sizeof ret->pointer, slice_str(pointer)))
			return wrong(r, n, path, "a pointer of more than %d bytes", VENDOR_POINTER_MAX - 1);
	}
	if (preset == NULL)
		return true;
	preset += 1 + strspn(preset + 1, " ");
	ret->has_preset = true;
	if (preset[0] == '\0' || !text_copy(ret->preset, sizeof ret->preset, slice_str(preset)))
		return wrong(r, n, path, "what stands behind = must be 1 to %d bytes", VENDOR_PRESET_MAX - 1);
	return true;
}

static bool number_set(struct reading *r, const yaml_node_t *n, const char *path, const struct field *f, uint32_t *ret)
{
	char text[16];
	unsigned long value;

	if (!scalar(r, n, path, text, sizeof text))
		return false;
	value = strtoul(text, NULL, 10);
	if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 9 || value < f->min ||
	    value > f->max)
		return wrong(r, n, path, "must be a number from %u to %u, not \"%.20s\"", f->min, f->max, text);
	*ret = (uint32_t)value;
	return true;
}

static bool word_set(struct reading *r, const yaml_node_t *n, const char *path, const struct field *f, uint32_t *ret)
{
	char text[24], all[80] = "";
	size_t len = 0;

	if (!scalar(r, n, path, text, sizeof text))
		return false;
	for (uint32_t i = 0; f->words[i] != NULL; i++) {
		if (strcmp(f->words[i], text) == 0) {
			*ret = i;
			return true;
		}
		len += (size_t)snprintf(all + len, sizeof all - len, "%s%s", i == 0 ? "" : ", ", f->words[i]);
	}
	return wrong(r, n, path, "must be one of %s, not \"%s\"", all, text);
}

static bool list_set(struct reading *r, const yaml_node_t *n, const char *path, const struct field *f,
                     struct vendor_list *ret)
{
	size_t count;

	if (n->type != YAML_SEQUENCE_NODE)
		return wrong(r, n, path, "must be a list: [a, b]");
	count = (size_t)(n->data.sequence.items.top - n->data.sequence.items.start);
	if (count < f->min || count > f->max)
		return wrong(r, n, path, "must have %u to %u entries", f->min, f->max);
	for (ret->count = 0; ret->count < count; ret->count++)
		if (!scalar(r, node(r, n->data.sequence.items.start[ret->count]), path, ret->at[ret->count], sizeof ret->at[0]))
			return false;
	return true;
}

static bool field_set(struct reading *r, const yaml_node_t *n, const char *path, const struct field *f,
                      struct vendor *v)
{
	void *at = (char *)v + f->offset;

	switch (f->type) {
	case FIELD_TEXT:
		return scalar(r, n, path, at, f->size);
	case FIELD_HEADER:
		return scalar(r, n, path, at, f->size) &&
		       (header_good(at) || wrong(r, n, path, "must be the name of a header: letters, digits, '-' or '_'"));
	case FIELD_NUMBER:
		return number_set(r, n, path, f, at);
	case FIELD_WORD:
		return word_set(r, n, path, f, at);
	case FIELD_POINTER:
		return scalar(r, n, path, at, f->size) &&
		       (pointer_good(at) || wrong(r, n, path, "must be a JSON pointer: /a/b"));
	case FIELD_SOURCE:
		return source_set(r, n, path, at);
	case FIELD_LIST:
		return list_set(r, n, path, f, at);
	}
	return false;
}

/* ------------------------------------------------------------ codes */

/* Kinds that only people and our own rules make. */
static bool kind_of_device(enum kind kind)
{
	return kind != KIND_FOLLOW_UP && kind != KIND_REPAIR && kind != KIND_COMMISSION && kind != KIND_MISSED_TEST;
}

static bool code_read(struct reading *r, const yaml_node_t *n, const char *path, struct vendor *v)
{
	struct vendor_code *c = &v->codes[v->code_count];
	char key[24], text[24], sub[PATH_MAX_OURS];
	bool has_code = false, has_kind = false, has_restore = false;

	if (n->type != YAML_MAPPING_NODE)
		return wrong(r, n, path, "must be {code: ..., kind: ...}");
	memset(c, 0, sizeof *c);
	for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++) {
		const yaml_node_t *k = node(r, p->key), *value = node(r, p->value);
		bool *seen;

		if (!scalar(r, k, path, key, sizeof key))
			return false;
		snprintf(sub, sizeof sub, "%.90s.%s", path, key);
		seen = strcmp(key, "code") == 0      ? &has_code
		       : strcmp(key, "kind") == 0    ? &has_kind
		       : strcmp(key, "restore") == 0 ? &has_restore
		                                     : NULL;
		if (seen == NULL || *seen)
			return wrong(r, k, sub, seen == NULL ? "no such setting" : "stands there twice");
		*seen = true;
		if (seen == &has_code) {
			if (!scalar(r, value, sub, c->code, sizeof c->code))
				return false;
			continue;
		}
		if (!scalar(r, value, sub, text, sizeof text))
			return false;
		if (seen == &has_restore) {
			if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
				return wrong(r, value, sub, "must be true or false");
			c->restore = text[0] == 't';
			continue;
		}
		c->kind = kind_by_name(text);
		if (strcmp(text, "nothing") != 0 && (c->kind == KIND_NONE || !kind_of_device(c->kind)))
			return wrong(r, value, sub, "no such kind of alarm: \"%s\" (sos, fall, ..., or nothing)", text);
	}
	if (!has_code || !has_kind || c->code[0] == '\0')
		return wrong(r, n, path, "must be {code: ..., kind: ...}");
	for (uint32_t i = 0; i < v->code_count; i++)
		if (strcmp(v->codes[i].code, c->code) == 0)
			return wrong(r, n, path, "this code stands there already");
	v->code_count++;
	return true;
}

static bool codes_read(struct reading *r, const yaml_node_t *n, const char *path, struct vendor *v)
{
	char sub[PATH_MAX_OURS];

	if (n->type != YAML_SEQUENCE_NODE)
		return wrong(r, n, path, "must be a list of {code: ..., kind: ...}");
	for (yaml_node_item_t *i = n->data.sequence.items.start; i < n->data.sequence.items.top; i++) {
		snprintf(sub, sizeof sub, "%.80s.%u", path, v->code_count + 1);
		if (v->code_count == VENDOR_CODES_MAX)
			return wrong(r, node(r, *i), sub, "more than %d codes", VENDOR_CODES_MAX);
		if (!code_read(r, node(r, *i), sub, v))
			return false;
	}
	return true;
}

/* ------------------------------------------------------------ one vendor */

static bool name_good(const char *name)
{
	/* Units that speak other protocols are called so. */
	return name[0] != '\0' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name) &&
	       strcmp(name, "dc09") != 0 && strcmp(name, "watch") != 0;
}

/* True if `text` has this placeholder. */
static bool has_place(const char *text, const char *place)
{
	return strstr(text, place) != NULL;
}

/* Every "{...}" must be one we know. */
static bool places_good(const char *text)
{
	static const char *const PLACES[] = {"{timestamp}", "{body}", "{key}"};

	for (const char *at = strchr(text, '{'); at != NULL; at = strchr(at + 1, '{')) {
		bool known = false;

		for (size_t i = 0; i < COUNT_OF(PLACES); i++)
			known = known || strncmp(at, PLACES[i], strlen(PLACES[i])) == 0;
		if (!known)
			return false;
	}
	return true;
}

static bool secret_read(struct reading *r, const yaml_node_t *at, const char *path, const char *file,
                        struct vendor_secret *ret)
{
	char full[SETTING_TEXT_MAX + VENDOR_POINTER_MAX];
	uint8_t text[2 * VENDOR_SECRET_MAX + 8];
	struct stat st;
	ssize_t n;
	size_t len;
	bool hex, good;
	int fd;

	snprintf(full, sizeof full, "%s%s%s", file[0] == '/' ? "" : r->folder, file[0] == '/' ? "" : "/", file);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		wrong(r, at, path, "%.120s: %s", file, fd < 0 ? strerror(errno) : "not a file");
		if (fd >= 0)
			close(fd);
		return false;
	}
	if ((st.st_mode & 077) != 0) {
		close(fd);
		return wrong(r, at, path, "%.120s: others may read this secret: chmod 600", file);
	}
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	len = strcspn((char *)text, "\r\n");
	hex = strncmp((char *)text, "hex:", 4) == 0;
	ret->len = 0;
	if (hex)
		good = sodium_hex2bin(ret->at, sizeof ret->at, (char *)text + 4, len - 4, NULL, &ret->len, NULL) == 0 &&
		       (len - 4) / 2 == ret->len;
	else
		good = len <= sizeof ret->at;
	if (good && !hex) {
		memcpy(ret->at, text, len);
		ret->len = len;
	}
	sodium_memzero(text, sizeof text);
	if (good && ret->len >= VENDOR_SECRET_MIN)
		return true;
	ret->len = 0;
	return wrong(r, at, path, "%.120s: its first line must be %d to %d bytes, or hex: and as many in hex", file,
	             VENDOR_SECRET_MIN, VENDOR_SECRET_MAX);
}

/* What one setting alone can't tell. */
static bool vendor_check(struct reading *r, const yaml_node_t *n, const char *path, const struct vendor *v)
{
	char sub[PATH_MAX_OURS];

#define NEEDS(cond, key, ...)                                 \
	do {                                                      \
		if (!(cond)) {                                        \
			snprintf(sub, sizeof sub, "%.40s.%s", path, key); \
			return wrong(r, n, sub, __VA_ARGS__);             \
		}                                                     \
	} while (0)
	NEEDS(name_good(v->name), "name", "must be 1 to %d small letters, digits or '-', not dc09 or watch",
	      VENDOR_NAME_MAX - 1);
	NEEDS(v->secret_files.count > 0, "secret_files", "must name one file, or two while secrets change");
	NEEDS(v->sign.header[0] != '\0', "signature.header", "must be given");
	NEEDS(v->sign.timestamp_header[0] != '\0', "signature.timestamp_header", "must be given");
	NEEDS(has_place(v->sign.text, "{body}") && has_place(v->sign.text, "{timestamp}") && places_good(v->sign.text),
	      "signature.signed", "must hold {timestamp} and {body}, and may hold {key}");
	NEEDS(v->key.header[0] != '\0' || !has_place(v->sign.text, "{key}"), "signature.signed", "{key} needs key.header");
	NEEDS(v->key.header[0] == '\0' || v->key.at.from == SOURCE_NONE, "key", "header or at, not both");
	NEEDS(v->key.at.from != SOURCE_CONSTANT && !v->key.at.has_preset, "key.at",
	      "must come from the message: two presses with one key could be taken for one");
	for (uint32_t i = 0; i < v->key.ignore.count; i++)
		NEEDS(v->key.ignore.at[i][0] == '/' && pointer_good(v->key.ignore.at[i]), "key.ignore",
		      "must be pointers in the event: [/attempt]");
	NEEDS(v->map.device.from != SOURCE_NONE, "map.device", "must be given");
	NEEDS(v->map.code.from != SOURCE_NONE, "map.code", "must be given");
	NEEDS((v->map.restore.from == SOURCE_NONE) == (v->map.restore_is.count == 0), "map.restore",
	      "restore and restore_is go together");
	NEEDS(v->code_count > 0, "codes", "must have at least one code");
#undef NEEDS
	return true;
}

/* One mapping of the vendor, "" or "signature."; `from` leads to it in the file. */
static bool mapping_read(struct reading *r, const yaml_node_t *n, const char *from, const char *section,
                         struct vendor *v, uint64_t *seen)
{
	if (n->type != YAML_MAPPING_NODE)
		return wrong(r, n, from, "must be a section of settings");
	for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++) {
		const yaml_node_t *k = node(r, p->key), *value = node(r, p->value);
		char key[24], path[40], full[PATH_MAX_OURS];
		bool inner = false;
		size_t i;

		if (!scalar(r, k, from, key, sizeof key))
			return false;
		snprintf(path, sizeof path, "%s%s", section, key);
		snprintf(full, sizeof full, "%.60s.%s", from, key);
		if (section[0] == '\0' && strcmp(key, "codes") == 0) {
			if (v->code_count != 0)
				return wrong(r, k, full, "stands there twice");
			if (!codes_read(r, value, full, v))
				return false;
			continue;
		}
		for (i = 0; i < COUNT_OF(FIELDS) && strcmp(FIELDS[i].path, path) != 0; i++)
			inner = inner || (section[0] == '\0' && strncmp(FIELDS[i].path, key, strlen(key)) == 0 &&
			                  FIELDS[i].path[strlen(key)] == '.');
		if (i == COUNT_OF(FIELDS)) {
			if (!inner)
				return wrong(r, k, full, "no such setting");
			snprintf(path, sizeof path, "%s.", key);
			if (!mapping_read(r, value, full, path, v, seen))
				return false;
			continue;
		}
		if ((*seen & UINT64_C(1) << i) != 0)
			return wrong(r, k, full, "stands there twice");
		*seen |= UINT64_C(1) << i;
		if (strcmp(path, "map.events") == 0)
			v->map.list = true;
		if (!field_set(r, value, full, &FIELDS[i], v))
			return false;
	}
	return true;
}

static bool vendor_read(struct reading *r, const yaml_node_t *n, const char *path, bool secrets, struct vendors *all)
{
	struct vendor *v = &all->at[all->count];
	char sub[PATH_MAX_OURS];
	uint64_t seen = 0;

	*v = (struct vendor){
		.sign = {.text = "{timestamp}.{body}", .timestamp_unit = TIME_S, .tolerance_s = 300, .replay_max = 1024},
		.rate_per_min = 600,
		.burst = 200,
		.map = {.time_form = TIME_MS, .utc_offset_min = 480},
	};
	if (!mapping_read(r, n, path, "", v, &seen) || !vendor_check(r, n, path, v))
		return false;
	for (uint32_t i = 0; i < all->count; i++)
		if (strcmp(all->at[i].name, v->name) == 0)
			return wrong(r, n, path, "there is a vendor %s already", v->name);
	snprintf(sub, sizeof sub, "%.60s.secret_files", path);
	for (uint32_t i = 0; secrets && i < v->secret_files.count; i++)
		if (!secret_read(r, n, sub, v->secret_files.at[i], &v->secrets[i]))
			return false;
	all->count++;
	return true;
}

/* ------------------------------------------------------------ the file */

static bool file_read(struct reading *r, bool secrets, struct vendors *ret)
{
	const yaml_node_t *top = yaml_document_get_root_node(&r->doc), *list = NULL;
	char path[32];

	if (top == NULL)
		return true; /* nothing but comments: no vendors */
	if (top->type != YAML_MAPPING_NODE)
		return wrong(r, top, "vendors", "must stand at the top: vendors: [...]");
	for (yaml_node_pair_t *p = top->data.mapping.pairs.start; p < top->data.mapping.pairs.top; p++) {
		const yaml_node_t *k = node(r, p->key);

		if (!scalar(r, k, "vendors", path, sizeof path))
			return false;
		if (strcmp(path, "vendors") != 0 || list != NULL)
			return wrong(r, k, path, list != NULL ? "stands there twice" : "no such setting");
		list = node(r, p->value);
	}
	if (list == NULL || (list->type == YAML_SCALAR_NODE && list->data.scalar.length == 0))
		return true;
	if (list->type != YAML_SEQUENCE_NODE)
		return wrong(r, list, "vendors", "must be a list");
	for (yaml_node_item_t *i = list->data.sequence.items.start; i < list->data.sequence.items.top; i++) {
		snprintf(path, sizeof path, "vendors.%u", ret->count + 1);
		if (ret->count == VENDORS_MAX)
			return wrong(r, node(r, *i), path, "more than %d vendors", VENDORS_MAX);
		if (!vendor_read(r, node(r, *i), path, secrets, ret))
			return false;
	}
	return true;
}

/* libyaml hands out one document a call; behind the last, an empty one. */
static bool no_more(yaml_parser_t *parser, char why[VENDORS_WHY_MAX])
{
	yaml_document_t next;
	bool good = false;

	if (yaml_parser_load(parser, &next) != 0) {
		good = yaml_document_get_root_node(&next) == NULL;
		yaml_document_delete(&next);
	}
	if (!good)
		snprintf(why, VENDORS_WHY_MAX, "more than one document (\"---\") in the file");
	return good;
}

struct vendors *vendors_parse(struct slice text, const char *folder, bool secrets, char why[VENDORS_WHY_MAX])
{
	struct vendors *ret = calloc(1, sizeof *ret);
	struct reading r = {.folder = folder, .why = why};
	yaml_parser_t parser;
	bool good = false;

	snprintf(why, VENDORS_WHY_MAX, "no memory");
	if (ret == NULL || yaml_parser_initialize(&parser) == 0) {
		free(ret);
		return NULL;
	}
	yaml_parser_set_input_string(&parser, text.at, text.len);
	if (yaml_parser_load(&parser, &r.doc) == 0) {
		snprintf(why, VENDORS_WHY_MAX, "line %zu: %.200s", parser.problem_mark.line + 1,
		         parser.problem == NULL ? "not YAML" : parser.problem);
	} else {
		good = file_read(&r, secrets, ret);
		yaml_document_delete(&r.doc);
		if (good)
			good = no_more(&parser, why);
	}
	yaml_parser_delete(&parser);
	if (good)
		return ret;
	vendors_free(ret);
	return NULL;
}

struct vendors *vendors_load(const char *path, bool secrets, char why[VENDORS_WHY_MAX])
{
	char what[VENDORS_WHY_MAX] = "", folder[SETTING_TEXT_MAX];
	struct vendors *ret = NULL;
	const char *slash = strrchr(path, '/');
	uint8_t *at;
	size_t len;

	if (path[0] == '\0')
		return vendors_parse(slice_of("", 0), "", false, why);
	if (slash == NULL)
		snprintf(folder, sizeof folder, ".");
	else
		snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
	at = settings_file(path, SETTINGS_FILE_MAX, &len, what);
	if (at != NULL)
		ret = vendors_parse(slice_of(at, len), folder, secrets, what);
	if (ret == NULL)
		snprintf(why, VENDORS_WHY_MAX, "%.200s: %.500s", path, what);
	free(at);
	return ret;
}

void vendors_free(struct vendors *vendors)
{
	if (vendors == NULL)
		return;
	sodium_memzero(vendors, sizeof *vendors);
	free(vendors);
}

const struct vendor *vendors_find(const struct vendors *vendors, struct slice name)
{
	for (uint32_t i = 0; i < vendors->count; i++)
		if (slice_equal(name, slice_str(vendors->at[i].name)))
			return &vendors->at[i];
	return NULL;
}
