#include "wire/codes.h"

uint32_t codes_table(const struct codes *c, const char *name)
{
	if (name[0] == '\0')
		name = CODES_STANDARD;
	for (uint32_t i = 0; i < c->table_count; i++)
		if (strcmp(c->tables[i].name, name) == 0)
			return i;
	return CODE_TABLES_MAX;
}

static const struct code *find_in(const struct codes *c, const struct code_table *t, bool contact_id, struct slice name,
                                  uint32_t zone)
{
	const struct code *general = NULL;

	for (uint32_t i = t->first; i < t->first + t->count; i++) {
		const struct code *code = &c->at[i];

		if (code->contact_id != contact_id || !slice_equal(name, slice_str(code->name)))
			continue;
		if (!code->zoned)
			general = code;
		else if (zone >= code->zone_from && zone <= code->zone_to)
			return code;
	}
	return general;
}

const struct code *codes_find(const struct codes *c, uint32_t table, bool contact_id, struct slice name, uint32_t zone)
{
	if (c->table_count == 0)
		return NULL;
	if (table >= c->table_count)
		table = 0;
	for (;;) {
		const struct code_table *t = &c->tables[table];
		const struct code *code = find_in(c, t, contact_id, name, zone);

		if (code != NULL || t->like >= table)
			return code;
		table = t->like; /* stands above: comes to an end */
	}
}

const struct code *codes_explain(const struct codes *c, uint32_t table, const char *code, uint32_t zone)
{
	size_t len = strlen(code);

	if (len == 4 && (code[0] == 'E' || code[0] == 'R') && code[1] >= '0' && code[1] <= '9')
		return codes_find(c, table, true, slice_of(code + 1, 3), zone);
	return len < 2 ? NULL : codes_find(c, table, false, slice_of(code, 2), zone);
}
