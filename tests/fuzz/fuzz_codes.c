/* fuzz_codes.c - any bytes as the tables of event codes.
 * Oracles: a file is taken whole, or refused with one line; what was taken is in its bounds, every chain of tables ends, every
 * entry is found by its own name and zone, and its words are text.
 */
#include <stdlib.h>
#include <string.h>

#include "io/codes_file.h"
#include "io/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())

static void text(const char *at, size_t size)
{
	struct utf8 u = {0};

	MUST(memchr(at, '\0', size) != NULL);
	MUST(utf8_take(&u, slice_str(at)) && utf8_whole(&u));
	for (; *at != '\0'; at++)
		MUST((unsigned char)*at >= 0x20 && *at != 0x7f);
}

static void entry(const struct codes *c, uint32_t table, const struct code *e)
{
	const struct code *found;

	text(e->name, sizeof e->name);
	text(e->zh, sizeof e->zh);
	text(e->en, sizeof e->en);
	MUST(e->name[0] != '\0' && e->zh[0] != '\0' && e->en[0] != '\0');
	MUST(!e->zoned || e->zone_from <= e->zone_to);
	found = codes_find(c, table, e->contact_id, slice_str(e->name), e->zoned ? e->zone_from : 0);
	MUST(found != NULL && strcmp(found->name, e->name) == 0 && found->contact_id == e->contact_id);
	if (e->zoned)
		MUST(found->zoned && found->zone_from <= e->zone_from && found->zone_to >= e->zone_from);
}

static void tables(const struct codes *c)
{
	MUST(c->table_count >= 1 && c->table_count <= CODE_TABLES_MAX && c->count <= CODES_MAX);
	MUST(strcmp(c->tables[0].name, CODES_STANDARD) == 0);
	for (uint32_t i = 0; i < c->table_count; i++) {
		const struct code_table *t = &c->tables[i];

		text(t->name, sizeof t->name);
		MUST(t->like <= i && t->first <= c->count && t->count <= c->count - t->first);
		MUST(codes_table(c, t->name) == i);
		for (uint32_t k = 0; k < t->count; k++)
			entry(c, i, &c->at[t->first + k]);
	}
	MUST(codes_table(c, "") == 0 && codes_table(c, "no such table") == CODE_TABLES_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct codes c;
	char why[CODES_WHY_MAX] = "";

	if (codes_parse(slice_of(data, size), &c, why))
		tables(&c);
	else
		MUST(why[0] != '\0' && memchr(why, '\0', sizeof why) != NULL && strchr(why, '\n') == NULL);
	return 0;
}
