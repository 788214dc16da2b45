#include "csv_table.h"

#include <csv.h>
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

#include "csv_file.h"
#include "io/utf8.h"

#define WHY_MAX 160
#define NOT_OURS SIZE_MAX

struct table {
	const struct csv_reader *r;
	struct csv_parser parser;
	iconv_t iconv;     /* (iconv_t)-1: the file is UTF-8 */
	uint64_t line;     /* that is being read; the first is 1 */
	uint64_t row_line; /* where the row began */
	bool open;         /* a row has begun */
	bool headed;       /* the heading has been read */
	bool stop;         /* row() wants no more, or the heading is no good */
	bool row_bad;      /* said already */
	char separator;
	size_t cells;               /* of the open row */
	size_t filled;              /* how many of them up to the last that says something */
	size_t used;                /* of its room */
	size_t width;               /* of the heading, up to its last name */
	size_t of[CSV_COLUMNS_MAX]; /* each column of the file: which of ours */
	size_t at[CSV_COLUMNS_MAX]; /* each cell of the row: where in its room */
	char room[CSV_ROW_MAX + CSV_COLUMNS_MAX];
	char utf8[2 * CSV_LINE_MAX];
};

bool csv_encoding_of(const char *name, enum csv_encoding *ret)
{
	if (strcmp(name, "utf-8") == 0)
		*ret = CSV_UTF8;
	else if (strcmp(name, "gb18030") == 0)
		*ret = CSV_GB18030;
	else
		return false;
	return true;
}

/* Does a spreadsheet take a text that begins so for a formula, or for its own mark of text? */
static bool risky(const char *at, size_t len)
{
	static const char *const WIDE[] = {"＝", "＋", "－", "＠"};

	if (len == 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(WIDE); i++)
		if (len >= 3 && memcmp(at, WIDE[i], 3) == 0)
			return true;
	return at[0] != '\0' && strchr("=+-@\t\r\n'", at[0]) != NULL;
}

static void bad(struct table *t, uint64_t line, const char *column, const char *why)
{
	t->row_bad = true;
	t->r->bad(t->r->ctx, line, column, why);
}

/* ------------------------------------------------------------ cells */

/* How our columns are called where somebody has to look for one. */
static const char *title(const struct table *t, size_t cell)
{
	return cell < t->width && t->of[cell] != NOT_OURS ? t->r->columns[t->of[cell]].name : "";
}

/* What a heading names is said again in the complaint, on a terminal: C1 (U+0080 to U+009F) is as good as ESC there. The text is
 * UTF-8 by now. */
static bool control(const uint8_t *at, size_t len)
{
	return (at[0] < 0x20 && at[0] != '\n' && at[0] != '\r' && at[0] != '\t') || at[0] == 0x7f ||
	       (len > 1 && at[0] == 0xc2 && at[1] < 0xa0);
}

static void take_cell(void *text, size_t len, void *ctx)
{
	struct table *t = ctx;
	const uint8_t *at = text;
	size_t n = t->cells++;

	if (len != 0)
		t->filled = n + 1;
	if (n >= CSV_COLUMNS_MAX || t->row_bad)
		return;
	if (t->used + len + 1 > sizeof t->room) {
		bad(t, t->row_line, "", "the row is too long: 65,536 bytes at most");
		return;
	}
	for (size_t i = 0; i < len; i++)
		if (control(at + i, len - i)) {
			bad(t, t->row_line, title(t, n), "a control character that no text has");
			return;
		}
	if (len >= 2 && at[0] == '\'' && risky((const char *)at + 1, len - 1)) {
		at++;
		len--;
	}
	t->at[n] = t->used;
	memcpy(t->room + t->used, at, len);
	t->room[t->used + len] = '\0';
	t->used += len + 1;
}

/* A heading is found in any case and width, with blanks around it. */
static size_t column_named(const struct table *t, const char *said)
{
	char name[64];

	if (!text_copy(name, sizeof name, slice_str(said)))
		return NOT_OURS;
	csv_fold(name);
	for (char *at = name; *at != '\0'; at++)
		*at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
	for (size_t i = 0; i < t->r->column_count; i++)
		if (strcmp(t->r->columns[i].name, name) == 0 || strcmp(t->r->columns[i].name_zh, name) == 0)
			return i;
	return NOT_OURS;
}

/* A table without a heading begins with a person: what stands there is not repeated. */
static void heading_unknown(struct table *t)
{
	for (size_t i = 0; i < t->width; i++)
		if (strstr(t->room + t->at[i], "，") != NULL) {
			bad(t, t->row_line, "", "the cells are parted by the wide comma ，: a table wants the plain one");
			return;
		}
	bad(t, t->row_line, "",
	    "this row names none of the columns: the first row is their names, and nothing stands above it; "
	    "the first row of an export shows them");
}

static void take_heading(struct table *t)
{
	bool there[CSV_COLUMNS_MAX] = {false}, known = false;
	char why[WHY_MAX];

	t->headed = true;
	t->width = t->filled; /* a spreadsheet adds empty columns at the end */
	if (t->filled > CSV_COLUMNS_MAX)
		bad(t, t->row_line, "", "the heading has more than 48 columns");
	for (size_t i = 0; i < t->width && !t->row_bad; i++)
		known = known || column_named(t, t->room + t->at[i]) != NOT_OURS;
	if (!known && !t->row_bad)
		heading_unknown(t);
	for (size_t i = 0; i < t->width && !t->row_bad; i++) {
		const char *name = t->room + t->at[i];
		size_t c = column_named(t, name);

		t->of[i] = c;
		if (c == NOT_OURS && name[0] == '\0') {
			continue; /* a row that says something there is bad */
		} else if (c == NOT_OURS) {
			bad(t, t->row_line, name, "there is no such column; the first row of an export shows their names");
		} else if (there[c]) {
			bad(t, t->row_line, name, "this column stands in the heading twice");
		} else {
			there[c] = true;
		}
	}
	for (size_t c = 0; c < t->r->column_count && !t->row_bad; c++)
		if (t->r->columns[c].required && !there[c]) {
			snprintf(why, sizeof why, "the heading lacks this column (%s)", t->r->columns[c].name_zh);
			bad(t, t->row_line, t->r->columns[c].name, why);
		}
	t->stop = t->row_bad;
	for (size_t c = 0; c < t->r->column_count && t->r->present != NULL; c++)
		t->r->present[c] = there[c];
}

/* Tables that were joined by hand. */
static bool heading_again(const struct table *t)
{
	for (size_t i = 0; i < t->width; i++)
		if (column_named(t, t->room + t->at[i]) != t->of[i])
			return false;
	return true;
}

static void take_row(struct table *t)
{
	const char *cells[CSV_COLUMNS_MAX];
	char why[WHY_MAX];

	if (t->filled == 0)
		return; /* the blank rows with which spreadsheets end a table */
	for (size_t c = 0; c < t->r->column_count; c++)
		cells[c] = "";
	if (t->filled > t->width || t->cells < t->width) {
		snprintf(why, sizeof why, "has %zu cells, the heading has %zu", t->cells, t->width);
		bad(t, t->row_line, "", why);
		return;
	}
	if (heading_again(t)) {
		bad(t, t->row_line, "", "is the heading once more: take this row out");
		return;
	}
	for (size_t i = 0; i < t->width; i++) {
		size_t c = t->of[i];

		if (c == NOT_OURS) {
			if (t->room[t->at[i]] != '\0')
				bad(t, t->row_line, "", "says something in a column that has no heading");
			continue;
		}
		cells[c] = t->room + t->at[i];
		if (strlen(cells[c]) > t->r->columns[c].len_max) {
			snprintf(why, sizeof why, "is too long: %zu bytes at most", t->r->columns[c].len_max);
			bad(t, t->row_line, t->r->columns[c].name, why);
		}
	}
	if (!t->row_bad && !t->r->row(t->r->ctx, t->row_line, cells))
		t->stop = true;
}

static void row_ends(int how, void *ctx)
{
	struct table *t = ctx;

	(void)how;
	/* Cells behind the wish to stop are still parsed, and not looked at. */
	if (!t->stop && !t->row_bad) {
		if (t->headed)
			take_row(t);
		else if (t->filled != 0)
			take_heading(t);
	} else if (!t->headed) {
		t->stop = true;
	}
	t->open = t->row_bad = false;
	t->cells = t->filled = t->used = 0;
}

/* ------------------------------------------------------------ lines */

static void row_begins(struct table *t)
{
	if (t->open)
		return;
	t->open = true;
	t->row_line = t->line;
}

static void parser_begin(struct table *t)
{
	ENSURE(csv_init(&t->parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
	csv_set_delim(&t->parser, (unsigned char)t->separator);
}

/* What has been read of the row is forgotten; the next line begins another. */
static void row_given_up(struct table *t)
{
	csv_free(&t->parser);
	parser_begin(t);
	if (!t->headed)
		t->stop = true;
	t->open = t->row_bad = false;
	t->cells = t->filled = t->used = 0;
}

/* UTF-8 of one line, or false. */
static bool line_decode(struct table *t, struct slice line, struct slice *ret)
{
	char *from = (char *)(uintptr_t)line.at, *to = t->utf8;
	size_t left = line.len, room = sizeof t->utf8;
	struct utf8 u = {0};

	*ret = line;
	if (t->r->encoding == CSV_UTF8)
		return utf8_take(&u, line) && utf8_whole(&u);
	if (iconv(t->iconv, NULL, NULL, NULL, NULL) == (size_t)-1 ||
	    iconv(t->iconv, &from, &left, &to, &room) == (size_t)-1)
		return false;
	*ret = slice_of(t->utf8, sizeof t->utf8 - room);
	return true;
}

static void take_line(struct table *t, struct slice line)
{
	struct slice text;

	row_begins(t);
	if (line.len > CSV_LINE_MAX) {
		bad(t, t->line, "", "the line is too long: 65,536 bytes at most; is a quotation mark missing?");
		row_given_up(t);
		return;
	}
	if (!line_decode(t, line, &text)) {
		bad(t, t->line, "",
		    t->r->encoding == CSV_UTF8 ? "is not UTF-8; a table saved as GBK or GB18030 wants --encoding gb18030"
		                               : "is not GB18030");
		row_given_up(t);
		return;
	}
	if (csv_parse(&t->parser, text.at, text.len, take_cell, row_ends, t) != text.len) {
		bad(t, t->line, "",
		    "a quotation mark stands where none may: text with \" in it is quoted, and each \" in it doubled");
		row_given_up(t);
		return;
	}
	/* An empty line is no row. */
	if (t->cells == 0 && t->parser.entry_pos == 0 && !t->parser.quoted)
		t->open = false;
	else if (t->open && t->parser.entry_pos > CSV_ROW_MAX) {
		bad(t, t->row_line, "", "a quotation mark was opened here and not closed within 65,536 bytes");
		row_given_up(t);
	}
}

/* Up to and with its end: \n, \r\n, or the \r alone that some spreadsheets still write. */
static size_t line_len(struct slice text, const uint8_t **lf)
{
	const uint8_t *cr;
	size_t len;

	/* Looked for once each, however many lines end without one. */
	if (*lf == NULL || *lf < text.at) {
		*lf = memchr(text.at, '\n', text.len);
		if (*lf == NULL)
			*lf = text.at + text.len - 1;
	}
	len = (size_t)(*lf - text.at) + 1;
	cr = memchr(text.at, '\r', len);
	return cr == NULL || (size_t)(cr - text.at) + 2 == len ? len : (size_t)(cr - text.at) + 1;
}

bool csv_read(const struct csv_reader *r, struct slice text)
{
	struct table *t = calloc(1, sizeof *t);
	const uint8_t *lf = NULL;
	const char *why;
	bool whole;

	ENSURE(t != NULL && r->column_count <= CSV_COLUMNS_MAX);
	t->r = r;
	t->iconv = r->encoding == CSV_GB18030 ? iconv_open("UTF-8", "GB18030") : (iconv_t)-1;
	ENSURE(r->encoding == CSV_UTF8 || t->iconv != (iconv_t)-1);
	why = csv_file_wrong(text, r->encoding);
	if (why != NULL) {
		r->bad(r->ctx, 1, "", why);
		t->stop = true;
	}
	if (text.len >= 3 && memcmp(text.at, CSV_MARK, 3) == 0)
		text = slice_of(text.at + 3, text.len - 3);
	t->separator = csv_separator(&text, &t->line);
	parser_begin(t);
	while (text.len != 0 && !t->stop) {
		size_t len = line_len(text, &lf);

		t->line++;
		take_line(t, slice_of(text.at, len));
		text = slice_of(text.at + len, text.len - len);
	}
	if (!t->stop && csv_fini(&t->parser, take_cell, row_ends, t) != 0)
		bad(t, t->row_line, "", "a quotation mark was opened here and never closed");
	if (!t->stop && !t->headed)
		bad(t, 1, "", "the table is empty: its first row names the columns");
	whole = !t->stop && t->headed;
	csv_free(&t->parser);
	if (t->iconv != (iconv_t)-1)
		(void)iconv_close(t->iconv);
	free(t);
	return whole;
}

/* ------------------------------------------------------------ files */

uint8_t *csv_load(const char *path, size_t *ret_len)
{
	FILE *from = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	size_t size = 1 << 16, len = 0, got;
	uint8_t *text = from == NULL ? NULL : malloc(size);

	if (from == NULL) {
		fprintf(stderr, "pinganctl: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	ENSURE(text != NULL);
	while ((got = fread(text + len, 1, size - len, from)) != 0) {
		len += got;
		if (len == size) {
			uint8_t *more;

			if (size > CSV_FILE_MAX)
				break;
			more = realloc(text, size * 2);
			ENSURE(more != NULL);
			text = more;
			size *= 2;
		}
	}
	if (ferror(from) || len > CSV_FILE_MAX) {
		fprintf(stderr, "pinganctl: %s: %s\n", path, ferror(from) ? strerror(errno) : "has more than 1 GiB");
		free(text);
		text = NULL;
	}
	if (from != stdin)
		(void)fclose(from);
	*ret_len = len;
	return text;
}

bool csv_put(FILE *to, const char *cell, char behind)
{
	bool formula = risky(cell, strlen(cell));
	char last = cell[0] == '\0' ? '\0' : cell[strlen(cell) - 1];

	/* Blanks at the ends stay only between quotes. */
	if (!formula && strpbrk(cell, ",\"\r\n") == NULL && cell[0] != ' ' && last != ' ' && last != '\t')
		return fputs(cell, to) != EOF && fputc(behind, to) != EOF;
	if (formula) {
		char *marked = NULL;
		bool ok = asprintf(&marked, "'%s", cell) >= 0 && csv_fwrite(to, marked, strlen(marked)) == 0;

		free(marked);
		return ok && fputc(behind, to) != EOF;
	}
	return csv_fwrite(to, cell, strlen(cell)) == 0 && fputc(behind, to) != EOF;
}
