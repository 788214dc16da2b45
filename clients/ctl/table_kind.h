/* table_kind.h - which tables there are, and which column of each is which field of which record.
 *
 * Owns:   the columns of homes, residents, contacts, devices, people, areas and stations; a cell as text and as a field.
 * Knows:  the messages of record.proto by their own description; no store, no file.
 * Result: what is written of a record and read into another is the same. A cell that can't be its field leaves it as it
 *         stands and says what is wrong, without repeating what stood there.
 * Bounds: TABLE_COLUMNS_MAX columns; a cell is TABLE_CELL_MAX bytes.
 */
#ifndef CTL_TABLE_KIND_H
#define CTL_TABLE_KIND_H

#include "csv_table.h"
#include "pingan/v1/record.pb-c.h"
#include "wire/arena.h"

#define TABLE_COLUMNS_MAX CSV_COLUMNS_MAX
#define TABLE_CELL_MAX 8192 /* with its NUL */

/* How a field is written down where its type does not say it. */
enum table_how {
	AS_TYPE,  /* text, number, yes or no, a word, words parted by ; */
	AS_PLACE, /* millionths of a degree as "23.129110" */
	AS_HOURS, /* "mon-fri 08:00-18:00; sat 09:00-12:00" */
	AS_DAY,   /* "2026-11-22" */
	AS_TIME,  /* milliseconds since 1970 as "2026-11-22T08:30:00.000Z" */
	AS_SEX,
	AS_HEX,
	AS_CODE, /* a division code: 4, 6, 9 or 12 digits */
	AS_ID,
	AS_PHONE
};

struct table_column {
	const char *name, *name_zh;
	const char *path; /* "phone", "health.notes"; in the item, where rows are items of a list */
	enum table_how how;
	uint32_t len_max; /* bytes of a text; largest number */
	bool required;
	bool private;    /* only written when asked for: what opens a door, a body or an account */
	const char *ref; /* what it names must be there: "household", "area" */
};

struct table_kind {
	const char *name, *name_zh;
	const char *type; /* of the record: "household" */
	const ProtobufCMessageDescriptor *message;
	const char *list;                       /* NULL, or of which list of the record a row is an item */
	const ProtobufCMessageDescriptor *item; /* what a row is: of the list, else of the record */
	/* [0] names the record. Of items [1] names the item in its record. */
	const struct table_column *columns;
	size_t column_count;
};

/* "homes"; NULL when there is no such table. */
const struct table_kind *table_kind_of(const char *name);
/* All of them, in the order in which they are entered into an empty cell. */
extern const struct table_kind *const TABLE_KINDS[];
extern const size_t TABLE_KIND_COUNT;

/* True for a record that the daemons keep for themselves: the home of units that nobody knows. */
bool table_reserved(const struct table_kind *kind, const char *id);

/* True for a home whose data have been erased: nothing of it is told, and its number is not used again. */
bool table_erased(const struct table_kind *kind, const ProtobufCMessage *record);

/* One cell of `message` (an item of the kind) as text. False when it does not fit. */
bool table_cell(const struct table_kind *kind, size_t column, const ProtobufCMessage *message,
                char ret[TABLE_CELL_MAX]) MUST_USE;

/* Signs in full width, and blanks around it, mean the same in this column: it holds no text of people. */
bool table_folds(const struct table_kind *kind, size_t column) MUST_USE;

/* The cell into the field. NULL, or what is wrong with it. What is made comes from the arena; `text` is borrowed. */
const char *table_cell_set(const struct table_kind *kind, size_t column, ProtobufCMessage *message, const char *text,
                           struct arena *arena) MUST_USE;

/* NULL, or what is wrong with a code, an id or a number as such. */
const char *table_text_wrong(enum table_how how, const char *text);

/* A sub-message that says nothing is none: so that a record read from a table equals one that was never asked. */
void table_tidy(const struct table_kind *kind, ProtobufCMessage *message);

/* The items of the record's list. */
size_t table_items(const struct table_kind *kind, ProtobufCMessage *record, ProtobufCMessage ***ret);
/* A new item, before `at`. NULL when the arena is full. */
ProtobufCMessage *table_item_new(const struct table_kind *kind, ProtobufCMessage *record, size_t at,
                                 struct arena *arena);

/* Column by path ("health.notes") or name; column_count when there is none. */
size_t table_column_of(const struct table_kind *kind, const char *path);

#endif
