/* settings_sample.c - the commented sample file of a table of settings. */
#include "io/settings.h"

#include <stdio.h>

#include "base/ensure.h"

static void indent(FILE *f, size_t depth, const char *help)
{
	for (const char *line = help; *line != '\0';) {
		size_t len = strcspn(line, "\n");

		fprintf(f, "%*s# %.*s\n", (int)depth * 2, "", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

/* A list of rows is empty by default: what a row may say stands before it. */
static void row_help(FILE *f, const struct settings *row)
{
	for (size_t i = 0; i < row->count; i++)
		fprintf(f, "#   %s: %s\n", row->table[i].path, row->table[i].help);
}

static void section_help(const struct settings *s, FILE *f, size_t depth, const char *path, size_t len)
{
	for (size_t i = 0; s->sections != NULL && s->sections[i][0] != NULL; i++)
		if (strlen(s->sections[i][0]) == len && strncmp(s->sections[i][0], path, len) == 0)
			indent(f, depth, s->sections[i][1]);
}

size_t settings_sample(const struct settings *s, char *ret, size_t size)
{
	FILE *f = fmemopen(ret, size, "w");
	const char *before = "";
	long len;

	ENSURE(f != NULL);
	setvbuf(f, NULL, _IONBF, 0);
	indent(f, 0, s->head);
	for (size_t i = 0; i < s->count; i++) {
		const struct setting *set = &s->table[i];
		const char *key = set->path;
		size_t depth = 0;

		for (const char *dot; (dot = strchr(key, '.')) != NULL; key = dot + 1, depth++) {
			size_t section = (size_t)(dot - set->path);

			/* A section's name stands before its first setting. */
			if (strncmp(before, set->path, section + 1) == 0)
				continue;
			if (depth == 0)
				fputc('\n', f);
			section_help(s, f, depth, set->path, section);
			fprintf(f, "%*s%.*s:\n", (int)depth * 2, "", (int)(dot - key), key);
		}
		if (depth == 0)
			fputc('\n', f);
		indent(f, depth, set->help);
		if (set->type == SETTING_ROWS)
			row_help(f, set->rows);
		fprintf(f, "%*s%s: %s%s%s\n", (int)depth * 2, "", key, set->type == SETTING_TEXT ? "\"" : "", set->preset,
		        set->type == SETTING_TEXT ? "\"" : "");
		before = set->path;
	}
	len = ftell(f);
	fclose(f);
	return len < 0 || (size_t)len + 1 >= size ? 0 : (size_t)len;
}
