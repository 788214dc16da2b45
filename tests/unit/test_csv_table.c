/* The tables of clerks: every bad row is named by line and column, the rows behind it are read. */
#include "support/unit.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "clients/ctl/csv_file.h"

static const struct csv_column COLUMNS[] = {
	{"id", "编号", true, 8},
	{"name", "姓名", true, 24},
	{"phone", "电话", false, 16},
};

struct heard {
	char rows[4096], bad[4096];
	size_t row_count, bad_count, stop_at;
};

static bool take_row(void *ctx, uint64_t line, const char *const *cells)
{
	struct heard *h = ctx;
	size_t len = strlen(h->rows);

	snprintf(h->rows + len, sizeof h->rows - len, "%d:%s|%s|%s;", (int)line, cells[0], cells[1], cells[2]);
	return ++h->row_count != h->stop_at;
}

static void take_bad(void *ctx, uint64_t line, const char *column, const char *why)
{
	struct heard *h = ctx;
	size_t len = strlen(h->bad);

	assert_true(why[0] != '\0');
	snprintf(h->bad + len, sizeof h->bad - len, "%d:%s;", (int)line, column);
	h->bad_count++;
}

static bool read_as(struct heard *h, enum csv_encoding encoding, struct slice text)
{
	const struct csv_reader r = {.columns = COLUMNS,
	                             .column_count = COUNT_OF(COLUMNS),
	                             .encoding = encoding,
	                             .row = take_row,
	                             .bad = take_bad,
	                             .ctx = h};

	return csv_read(&r, text);
}

static bool read_text(struct heard *h, const char *text)
{
	memset(h, 0, sizeof *h);
	return read_as(h, CSV_UTF8, slice_str(text));
}

static void test_rows_come_in_the_order_of_our_columns(void **state)
{
	struct heard h;

	(void)state;
	assert_true(read_text(&h, "\xef\xbb\xbf"
	                          "电话,name,id\r\n020,陈秀英,a\r\n\r\n  ,\"李, \"\"四\"\"\",b"));
	assert_string_equal(h.rows, "2:a|陈秀英|020;4:b|李, \"四\"|;");
	assert_string_equal(h.bad, "");
	/* A column that may be absent. */
	assert_true(read_text(&h, "id,name\nx,\"two\nlines\"\ny,z\n"));
	assert_string_equal(h.rows, "2:x|two\nlines|;4:y|z|;");
}

/* What offices save is read as it was meant: other separators and line ends, blank rows and columns, headings in full width. */
static void test_tables_of_offices_are_read_as_they_were_meant(void **state)
{
	static const char *const SAME[] = {"id\tname\na\tb\n",        "id;name\r\na;b\r\n",
	                                   "id,name\ra,b\r",          "id,name,,\na,b,,\n,,,\n,,\n",
	                                   "id,name,,\na,b\n,\n",     "\xc2\xa0ID , ＮＡＭＥ　\na,b\n",
	                                   "\n,,\r\nid,name\r\r\na,b"};
	static const char *const BAD[] = {"id,name,\na,b,c\n", "id,name\na,b,c\n", "id,name\nid,name\n",
	                                  "id,name,phone,\na,b\n"};
	struct heard h;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(SAME); i++) {
		assert_true(read_text(&h, SAME[i]));
		assert_string_equal(h.bad, "");
		assert_int_equal(h.row_count, 1);
		assert_non_null(strstr(h.rows, ":a|b|;"));
	}
	for (size_t i = 0; i < COUNT_OF(BAD); i++) {
		assert_true(read_text(&h, BAD[i]));
		assert_string_equal(h.bad, "2:;");
		assert_string_equal(h.rows, "");
	}
	/* Lines are counted as an editor counts them, and "sep=" is one. */
	assert_true(read_text(&h, "sep=;\r\nid;name\r\na;b\n\rc;d\r\r\ne;\"f\rg\"\rh;i"));
	assert_string_equal(h.bad, "");
	assert_string_equal(h.rows, "3:a|b|;5:c|d|;7:e|f\rg|;9:h|i|;");
}

static void folded(const char *from, const char *want)
{
	char text[128];

	snprintf(text, sizeof text, "%s", from);
	csv_fold(text);
	assert_string_equal(text, want);
}

static void test_full_width_is_folded_in_numbers_and_words(void **state)
{
	(void)state;
	folded("", "");
	folded("　", "");
	folded("\xc2\xa0", "");
	folded("０２０－１２３４　５６７８", "020-1234 5678");
	folded(" ｗ１\xc2\xa0", "w1");
	folded("\xe2\x80\xad"
	       "020\xe2\x80\xac",
	       "020");
	folded("2026–01—05", "2026-01-05");
	folded("街\xc2", "街\xc2");
	folded("\xef\xbc", "\xef\xbc");
}

static void test_a_file_that_is_no_table_is_named_as_what_it_is(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *says;
	} FILES[] = {{"PK\x03\x04rest", 8, "xlsx"},
	             {"\xd0\xcf\x11\xe0\xa1", 5, ".xls"},
	             {"%PDF-1", 6, "PDF"},
	             {"\xef\xbb\xbf\r\n <html>", 12, "web page"},
	             {"\xff\xfei\0d\0", 6, "UTF-16"},
	             {"i\0d\0,\0n\0", 8, "UTF-16"},
	             {"\0i\0d\0,\0n", 8, "UTF-16"}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(FILES); i++)
		for (unsigned e = CSV_UTF8; e <= CSV_GB18030; e++) {
			const char *why = csv_file_wrong(slice_of(FILES[i].text, FILES[i].len), (enum csv_encoding)e);

			assert_non_null(why);
			assert_non_null(strstr(why, FILES[i].says));
		}
	assert_null(csv_file_wrong(slice_str(""), CSV_UTF8));
	assert_null(csv_file_wrong(slice_str("id,name\na,陈秀英\n"), CSV_UTF8));
	assert_non_null(csv_file_wrong(slice_str("id,name\na,陈秀英\n"), CSV_GB18030));
	assert_null(csv_file_wrong(slice_str("id,name\na,\xb3\xc2\xd0\xe3\xd3\xa2\n"), CSV_GB18030));
	assert_null(csv_file_wrong(slice_str("id,name\na,b\n"), CSV_GB18030));
}

static void test_a_heading_that_says_too_little_ends_the_reading(void **state)
{
	static const char *const BAD[] = {"",        "\n\n", "id\na\n",      "id,name,id\n", "id,name,colour\n1,2,3\n",
	                                  "1,2,3\n", "\"id", "id,\x01name\n"};
	struct heard h;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(BAD); i++) {
		assert_false(read_text(&h, BAD[i]));
		assert_true(h.bad_count >= 1);
		assert_string_equal(h.rows, "");
	}
	assert_false(read_text(&h, "id,name,colour\n1,2,3\n"));
	assert_string_equal(h.bad, "1:colour;");
	/* What could steer a terminal is not said again: C0, DEL, C1. */
	for (size_t i = 0; i < 3; i++) {
		static const char *const STEERS[] = {"id,name,co\x1b[2Jlour\n", "id,name,co\x7flour\n",
		                                     ("id,name,co\xc2\x9b"
		                                      "2Jlour\n")};

		assert_false(read_text(&h, STEERS[i]));
		assert_string_equal(h.bad, "1:;");
	}
	assert_false(read_as(&h, CSV_UTF8, slice_of("\xff\xfei\0d\0", 6)));
}

static void test_every_bad_row_is_named_and_the_others_are_read(void **state)
{
	struct heard h;

	(void)state;
	assert_true(read_text(&h, "id,name\n"
	                          "a,b,c\n"       /* 2: too many cells */
	                          "only\n"        /* 3: too few */
	                          "123456789,x\n" /* 4: a cell that is too long */
	                          "c,\xd6\xd0\n"  /* 5: not UTF-8 */
	                          "d,\"x\"y\n"    /* 6: quotation mark */
	                          "e,a\x07z\n"    /* 7: control character */
	                          "h,a\xc2\x9b"
	                          "1mz\n"         /* 8: a control character of C1 */
	                          "i,\xc2\xa0z\n" /* 9: none: a space that does not break */
	                          "good,one\n"
	                          "f,\"never closed\nand on\n"));
	assert_string_equal(h.rows, "9:i|\xc2\xa0z|;10:good|one|;");
	assert_string_equal(h.bad, "2:;3:;4:id;5:;6:;7:name;8:name;11:;");
}

static void test_a_line_of_ten_megabytes_is_one_bad_row(void **state)
{
	const size_t big = 10 << 20;
	char *text = malloc(big + 64), *end;
	struct heard h = {0};

	(void)state;
	assert_non_null(text);
	end = stpcpy(text, "id,name\na,");
	memset(end, 'x', big);
	end = stpcpy(end + big, "\nb,c\n");
	assert_true(read_as(&h, CSV_UTF8, slice_of(text, (size_t)(end - text))));
	assert_string_equal(h.rows, "3:b|c|;");
	assert_string_equal(h.bad, "2:;");
	/* Quotes that are never closed, over many lines: said once for the row, and then what follows is read. */
	end = stpcpy(text, "id,name\na,\"");
	for (size_t i = 0; i < 2000; i++)
		end = stpcpy(end, "0123456789012345678901234567890123456789\n");
	memset(&h, 0, sizeof h);
	assert_true(read_as(&h, CSV_UTF8, slice_of(text, (size_t)(end - text))));
	assert_int_equal(strncmp(h.bad, "2:;", 3), 0);
	free(text);
}

static void test_gb18030_is_read_when_it_is_said(void **state)
{
	struct heard h = {0};

	(void)state;
	/* The last name is beyond GBK: four bytes. */
	assert_true(
		read_as(&h, CSV_GB18030,
	            slice_str("\xb1\xe0\xba\xc5,\xd0\xd5\xc3\xfb\na,\xb3\xc2\xd0\xe3\xd3\xa2\nb,\x95\x34\xb2\x35\n")));
	assert_string_equal(h.rows, "2:a|陈秀英|;3:b|\xf0\xa0\xae\xb7|;");
	assert_string_equal(h.bad, "");
	memset(&h, 0, sizeof h);
	assert_true(read_as(&h, CSV_GB18030, slice_str("id,name\na,\xff\nb,c\n")));
	assert_string_equal(h.bad, "2:;");
	assert_string_equal(h.rows, "3:b|c|;");
}

#define RUNES_A_ROW 64

struct runes {
	char *want;
	size_t rows;
};

static bool same_runes(void *ctx, uint64_t line, const char *const *cells)
{
	struct runes *r = ctx;
	size_t len = strlen(cells[0]);

	(void)line;
	assert_true(strncmp(cells[0], r->want, len) == 0 && r->want[len] == '\n');
	r->want += len + 1;
	r->rows++;
	return true;
}

static void no_fault(void *ctx, uint64_t line, const char *column, const char *why)
{
	(void)ctx;
	(void)column;
	fail_msg("line %d: %s", (int)line, why);
}

static size_t rune_put(char *to, uint32_t rune)
{
	if (rune < 0x80)
		return to[0] = (char)rune, 1;
	if (rune < 0x800)
		return to[0] = (char)(0xc0 | rune >> 6), to[1] = (char)(0x80 | (rune & 63)), 2;
	if (rune < 0x10000)
		return to[0] = (char)(0xe0 | rune >> 12), to[1] = (char)(0x80 | (rune >> 6 & 63)),
		       to[2] = (char)(0x80 | (rune & 63)), 3;
	return to[0] = (char)(0xf0 | rune >> 18), to[1] = (char)(0x80 | (rune >> 12 & 63)),
	       to[2] = (char)(0x80 | (rune >> 6 & 63)), to[3] = (char)(0x80 | (rune & 63)), 4;
}

/* Names have characters that few fonts have: of all planes in which Chinese ones stand, each survives. */
static void test_every_character_survives_gb18030(void **state)
{
	static const struct csv_column WIDE[] = {{"name", "姓名", true, 4 * RUNES_A_ROW}};
	const size_t size = (size_t)4 << 20;
	char *plain = malloc(size), *coded = malloc(size), *from, *to;
	struct runes r = {.rows = 0};
	const struct csv_reader reader = {
		.columns = WIDE, .column_count = 1, .encoding = CSV_GB18030, .row = same_runes, .bad = no_fault, .ctx = &r};
	size_t len, left, room, in_row = 0;
	iconv_t gb = iconv_open("GB18030", "UTF-8");

	(void)state;
	assert_true(plain != NULL && coded != NULL && gb != (iconv_t)-1);
	len = (size_t)(stpcpy(plain, "name\n") - plain);
	r.want = plain + len;
	for (uint32_t rune = 0x3000; rune < 0x32000; rune++) {
		if ((rune >= 0xd800 && rune < 0xf900) || (rune >= 0xfdd0 && rune < 0xfdf0) || (rune & 0xfffe) == 0xfffe ||
		    rune == 0xfeff)
			continue; /* surrogates, private use, none at all */
		/* A mark before what a spreadsheet would run is no part of it. */
		if (in_row == 0)
			plain[len++] = 'x';
		len += rune_put(plain + len, rune);
		if (++in_row == RUNES_A_ROW - 1) {
			plain[len++] = '\n';
			in_row = 0;
		}
	}
	plain[len++] = '\n';
	from = plain;
	to = coded;
	left = len;
	room = size;
	assert_true(iconv(gb, &from, &left, &to, &room) != (size_t)-1);
	assert_true(csv_read(&reader, slice_of(coded, size - room)));
	assert_in_range(r.rows, 2900, 3200);
	assert_true(r.want == plain + len);
	(void)iconv_close(gb);
	free(plain);
	free(coded);
}

static void test_whoever_reads_may_stop(void **state)
{
	struct heard h = {.stop_at = 1};

	(void)state;
	assert_false(read_as(&h, CSV_UTF8, slice_str("id,name\na,b\nc,d\ne,f\n")));
	assert_int_equal(h.row_count, 1);
}

/* What is written and read is the same, and no spreadsheet takes it for a formula. */
static void test_what_is_written_is_read_again_and_is_no_formula(void **state)
{
	static const char *const CELLS[] = {"plain", "=1+1",  "+8620", "-1",    "@x",     "'q",         "'=q",
	                                    "",      "a,b",   "a\"b",  " lead", "trail ", "two\nlines", "陈",
	                                    "tab\t", "＝1+1", "＋1",   "－1",   "＠x",    "'＝1"};
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	struct heard h = {0};
	char want[512] = "";

	(void)state;
	assert_non_null(to);
	assert_true(csv_put(to, "id", ',') && csv_put(to, "name", '\n'));
	for (size_t i = 0; i < COUNT_OF(CELLS); i++)
		assert_true(csv_put(to, "i", ',') && csv_put(to, CELLS[i], '\n'));
	assert_int_equal(fclose(to), 0);
	for (char *at = strchr(text, '\n'); at != NULL; at = strchr(at + 1, '\n'))
		if (strncmp(at + 1, "i,", 2) == 0) {
			const char *cell = at + 3 + (at[3] == '"');

			assert_null(memchr("=+-@", cell[0], 4));
			assert_true(strncmp(cell, "＝", 3) != 0 && strncmp(cell, "＋", 3) != 0 && strncmp(cell, "－", 3) != 0 &&
			            strncmp(cell, "＠", 3) != 0);
		}
	assert_true(read_as(&h, CSV_UTF8, slice_of(text, len)));
	assert_string_equal(h.bad, "");
	for (size_t i = 0, line = 2; i < COUNT_OF(CELLS); i++) {
		snprintf(want + strlen(want), sizeof want - strlen(want), "%d:i|%s|;", (int)line, CELLS[i]);
		line += strchr(CELLS[i], '\n') != NULL ? 2 : 1;
	}
	assert_string_equal(h.rows, want);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_come_in_the_order_of_our_columns),
		cmocka_unit_test(test_tables_of_offices_are_read_as_they_were_meant),
		cmocka_unit_test(test_full_width_is_folded_in_numbers_and_words),
		cmocka_unit_test(test_a_file_that_is_no_table_is_named_as_what_it_is),
		cmocka_unit_test(test_a_heading_that_says_too_little_ends_the_reading),
		cmocka_unit_test(test_every_bad_row_is_named_and_the_others_are_read),
		cmocka_unit_test(test_a_line_of_ten_megabytes_is_one_bad_row),
		cmocka_unit_test(test_gb18030_is_read_when_it_is_said),
		cmocka_unit_test(test_whoever_reads_may_stop),
		cmocka_unit_test(test_what_is_written_is_read_again_and_is_no_formula),
		cmocka_unit_test(test_every_character_survives_gb18030),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
