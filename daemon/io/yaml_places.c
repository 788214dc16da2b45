#include "io/yaml_places.h"

#include <stdio.h>
#include <stdlib.h>

#include <yaml.h>

#include "base/ensure.h"

/* One level of the file that is open: a mapping waits for a key or for its value, a list counts its entries. */
struct level {
	bool list;
	bool value;      /* mapping: a key was read, its value comes next */
	uint32_t entry;  /* list: the last one begun */
	size_t path_len; /* of the path of this level, without what stands in it */
};

struct reading {
	struct yaml_places *places;
	char path[YAML_DEPTH_MAX * YAML_PATH_MAX];
	size_t path_len;
	uint32_t depth;
	struct level levels[YAML_DEPTH_MAX];
};

static void path_set(struct reading *r, const struct level *level, const char *word)
{
	int n = snprintf(r->path + level->path_len, sizeof r->path - level->path_len, "%s%s",
	                 level->path_len == 0 ? "" : ".", word);

	r->path_len = level->path_len + (size_t)(n < 0 ? 0 : n);
	if (r->path_len >= sizeof r->path)
		r->path_len = sizeof r->path - 1;
}

static void keep(struct reading *r, const yaml_event_t *event)
{
	struct yaml_places *places = r->places;

	if (places->count == YAML_PLACES_MAX || r->path_len >= YAML_PATH_MAX)
		return;
	places->at[places->count].line = (uint32_t)event->start_mark.line + 1;
	memcpy(places->at[places->count].path, r->path, r->path_len + 1);
	places->count++;
}

/* Something begins: the key of a mapping, the value of one, or an entry of a list. True if it was a key. */
static bool begins(struct reading *r, const yaml_event_t *event, const char *word)
{
	struct level *level = r->depth == 0 ? NULL : &r->levels[r->depth - 1];
	char number[16];

	if (level == NULL)
		return false;
	if (level->list) {
		snprintf(number, sizeof number, "%u", ++level->entry);
		path_set(r, level, number);
		keep(r, event);
		return false;
	}
	level->value = !level->value;
	if (!level->value)
		return false;
	path_set(r, level, word);
	keep(r, event);
	return true;
}

/* False when there is no more to be read. */
static bool on_event(struct reading *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		begins(r, event, (const char *)event->data.scalar.value);
		return true;
	case YAML_ALIAS_EVENT:
		begins(r, event, "*");
		return true;
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		/* A key that is a mapping or a list itself is none of ours. */
		if (begins(r, event, "?") || r->depth == YAML_DEPTH_MAX)
			return false;
		r->levels[r->depth++] = (struct level){
			.list = event->type == YAML_SEQUENCE_START_EVENT,
			.path_len = r->path_len,
		};
		return true;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		ENSURE(r->depth > 0);
		r->depth--;
		return r->depth > 0;
	case YAML_STREAM_END_EVENT:
		return false;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return true;
}

struct yaml_places *yaml_places_read(struct slice text)
{
	struct reading r = {.places = calloc(1, sizeof *r.places)};
	yaml_parser_t parser;
	yaml_event_t event;
	bool more = true;

	if (r.places == NULL)
		return NULL;
	if (yaml_parser_initialize(&parser) == 0) {
		free(r.places);
		return NULL;
	}
	yaml_parser_set_input_string(&parser, text.at, text.len);
	while (more && yaml_parser_parse(&parser, &event) != 0) {
		more = on_event(&r, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return r.places;
}

static uint32_t line_of(const struct yaml_places *places, const char *path, size_t len)
{
	for (uint32_t i = 0; i < places->count; i++)
		if (strlen(places->at[i].path) == len && memcmp(places->at[i].path, path, len) == 0)
			return places->at[i].line;
	return 0;
}

uint32_t yaml_line(const struct yaml_places *places, const char *path)
{
	return line_of(places, path, strlen(path));
}

uint32_t yaml_line_near(const struct yaml_places *places, const char *path)
{
	for (size_t len = strlen(path); len > 0;) {
		uint32_t line = line_of(places, path, len);

		if (line != 0)
			return line;
		do
			len--;
		while (len > 0 && path[len] != '.');
	}
	return 0;
}
