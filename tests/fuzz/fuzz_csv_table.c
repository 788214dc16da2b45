/* Tables of clerks: whatever is in them, each row is either read or named as bad; and a row that was read, written and read
 * again is the same. The first byte chooses the encoding. */
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"
#include "clients/ctl/csv_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct csv_column COLUMNS[] = {{"a", "甲", true, 64}, {"b", "乙", false, 64}};

struct copy {
	FILE *to;
	size_t rows, bad;
	bool again; /* this is the second reading */
};

static bool take_row(void *ctx, uint64_t line, const char *const *cells)
{
	struct copy *c = ctx;

	ENSURE(line != 0 && strlen(cells[0]) <= 64 && strlen(cells[1]) <= 64);
	c->rows++;
	ENSURE(csv_put(c->to, cells[0], ',') && csv_put(c->to, cells[1], '\n'));
	return true;
}

static void take_bad(void *ctx, uint64_t line, const char *column, const char *why)
{
	struct copy *c = ctx;

	ENSURE(column != NULL && why[0] != '\0' && line != 0);
	/* What we wrote ourselves we can read. */
	ENSURE(!c->again);
	c->bad++;
}

/* Reads `text` and writes its good rows. */
static char *read_and_write(struct slice text, enum csv_encoding encoding, struct copy *c, size_t *ret_len)
{
	struct csv_reader r = {.columns = COLUMNS,
	                       .column_count = COUNT_OF(COLUMNS),
	                       .encoding = encoding,
	                       .row = take_row,
	                       .bad = take_bad,
	                       .ctx = c};
	char *out = NULL;
	bool whole;

	c->to = open_memstream(&out, ret_len);
	ENSURE(c->to != NULL && fputs("a,b\n", c->to) != EOF);
	whole = csv_read(&r, text);
	ENSURE(whole || c->rows == 0);
	ENSURE(whole || c->bad != 0);
	ENSURE(fclose(c->to) == 0);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct copy first = {0}, second = {.again = true};
	size_t len, len_again;
	char *one, *two;

	if (size == 0)
		return 0;
	one = read_and_write(slice_of(data + 1, size - 1), data[0] % 2 == 0 ? CSV_UTF8 : CSV_GB18030, &first, &len);
	two = read_and_write(slice_of(one, len), CSV_UTF8, &second, &len_again);
	ENSURE(first.rows == second.rows && len == len_again && memcmp(one, two, len) == 0);
	free(one);
	free(two);
	return 0;
}
