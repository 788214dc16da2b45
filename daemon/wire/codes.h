/* codes.h - what the event codes of alarm panels mean in a home for elders: tables, one for each type of unit.
 *
 * Owns:   the form of a table in memory, and which entry a code and its zone lead to.
 * Knows:  no file: io/codes_file.c reads config/codes.yaml into this, and the same at build time makes CODES_PRESET of it.
 * Result: plain data; whoever has it shares it.
 * Bounds: CODE_TABLES_MAX tables, CODES_MAX codes in all of them; a table may go on in one that stands above it, so that no
 *         chain comes back to itself.
 */
#ifndef WIRE_CODES_H
#define WIRE_CODES_H

#include "base/slice.h"
#include "core/kind.h"

#define CODES_MAX 1024
#define CODE_TABLES_MAX 32
#define CODE_TABLE_NAME_MAX 32
#define CODE_WORDS_MAX 64
#define CODES_STANDARD "standard" /* the first table: of devices that name none */

struct code {
	char name[4];    /* "101" with contact_id, "QA" without */
	bool contact_id; /* SIA DC-05; else SIA DC-03 */
	bool restore;    /* the code itself says that the cause is gone: QR, 406 */
	bool zoned;      /* only with a zone from zone_from to zone_to */
	uint16_t zone_from, zone_to;
	enum kind
		kind; /* KIND_UNKNOWN: known by its words, and no kind of ours: a person looks. KIND_TEST: recorded only */
	char zh[CODE_WORDS_MAX], en[CODE_WORDS_MAX];
};

struct code_table {
	char name[CODE_TABLE_NAME_MAX];
	uint32_t first, count; /* in codes.at */
	uint32_t like;         /* table in which it goes on; itself = in none */
};

struct codes {
	uint32_t table_count, count;
	struct code_table tables[CODE_TABLES_MAX];
	struct code at[CODES_MAX];
};

/* config/codes.yaml as it was when this was built, and its text. */
extern const struct codes CODES_PRESET;
extern const unsigned char CODES_TEXT[];
extern const size_t CODES_TEXT_LEN;

/* The table of this name; empty = the standard one. CODE_TABLES_MAX when there is none. */
uint32_t codes_table(const struct codes *c, const char *name);

/* What a code means with this zone: the table's own entries before those it goes on in, an entry for the zone before one for
 * all. NULL: nobody knows. A table that is not there counts as the standard one. */
const struct code *codes_find(const struct codes *c, uint32_t table, bool contact_id, struct slice name, uint32_t zone);

/* The same for a code as it stands in an alarm: "E101", "R301", "QA7". */
const struct code *codes_explain(const struct codes *c, uint32_t table, const char *code, uint32_t zone);

#endif
