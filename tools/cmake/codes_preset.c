/* codes_preset.c - at build time: reads config/codes.yaml with the daemon's own reader and writes it as a C table, so that a
 * daemon without a file, the simulator and the tests have the very same tables. A file that the daemon would refuse fails the
 * build.
 *
 *   codes_preset config/codes.yaml codes_preset.c
 */
#include <stdio.h>
#include <stdlib.h>

#include "io/codes_file.h"

static void text_write(FILE *f, const char *text)
{
	putc('"', f);
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
		fprintf(f, *c < ' ' || *c > '~' || *c == '"' || *c == '\\' || *c == '?' ? "\\%03o" : "%c", *c);
	putc('"', f);
}

static void write_all(FILE *f, const struct codes *c, const char *text, size_t len)
{
	fprintf(f,
	        "#include \"wire/codes.h\"\n\nconst struct codes CODES_PRESET = {\n\t.table_count = %u,\n\t.count = %u,\n",
	        c->table_count, c->count);
	fprintf(f, "\t.tables = {\n");
	for (uint32_t i = 0; i < c->table_count; i++) {
		fprintf(f, "\t\t{.name = ");
		text_write(f, c->tables[i].name);
		fprintf(f, ", .first = %u, .count = %u, .like = %u},\n", c->tables[i].first, c->tables[i].count,
		        c->tables[i].like);
	}
	fprintf(f, "\t},\n\t.at = {\n");
	for (uint32_t i = 0; i < c->count; i++) {
		const struct code *code = &c->at[i];

		fprintf(f,
		        "\t\t{.name = \"%s\", .contact_id = %d, .restore = %d, .zoned = %d, .zone_from = %u, .zone_to = %u, ",
		        code->name, code->contact_id, code->restore, code->zoned, code->zone_from, code->zone_to);
		fprintf(f, ".kind = %d, .zh = ", (int)code->kind);
		text_write(f, code->zh);
		fprintf(f, ", .en = ");
		text_write(f, code->en);
		fprintf(f, "},\n");
	}
	fprintf(f, "\t},\n};\n\nconst unsigned char CODES_TEXT[] = {\n");
	for (size_t i = 0; i < len; i++)
		fprintf(f, "0x%02x,%s", (unsigned char)text[i], i % 16 == 15 ? "\n" : "");
	fprintf(f, "\n};\nconst size_t CODES_TEXT_LEN = sizeof CODES_TEXT;\n");
}

int main(int argc, char **argv)
{
	static char text[CODES_FILE_MAX + 1];
	static struct codes codes;
	char why[CODES_WHY_MAX];
	size_t len;
	FILE *f;

	if (argc != 3)
		return 2;
	f = fopen(argv[1], "rb");
	if (f == NULL) {
		perror(argv[1]);
		return 1;
	}
	len = fread(text, 1, sizeof text, f);
	fclose(f);
	if (!codes_parse(slice_of(text, len), &codes, why)) {
		fprintf(stderr, "%s: %s\n", argv[1], why);
		return 1;
	}
	f = fopen(argv[2], "wb");
	if (f == NULL) {
		perror(argv[2]);
		return 1;
	}
	write_all(f, &codes, text, len);
	if (fclose(f) != 0) {
		perror(argv[2]);
		return 1;
	}
	return 0;
}
