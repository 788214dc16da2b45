/* docs/TESTING.md names a test for each fault of the field: all of them are there, so that whoever renames or removes one
 * learns what stood behind it. */
#include "support/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX (512 * 1024)

static char page[TEXT_MAX], source[TEXT_MAX];

static bool file_read(const char *path, char ret[TEXT_MAX])
{
	FILE *f = fopen(path, "re");
	size_t len;

	if (f == NULL)
		return false;
	len = fread(ret, 1, TEXT_MAX - 1, f);
	fclose(f);
	ret[len] = '\0';
	return len < TEXT_MAX - 1;
}

/* "unit/dc09" and so on; what it is in the tree. */
static bool file_of(const char *name, char ret[512])
{
	const char *slash = strchr(name, '/');

	if (slash == NULL)
		return false;
	if (strncmp(name, "functional/", 11) == 0)
		snprintf(ret, 512, PINGAN_SOURCE_DIR "/tests/%s.test.mjs", name);
	else if (strncmp(name, "fuzz/", 5) == 0)
		snprintf(ret, 512, PINGAN_SOURCE_DIR "/tests/fuzz/fuzz_%s.c", slash + 1);
	else if (strncmp(name, "unit/", 5) == 0 || strncmp(name, "sim/", 4) == 0)
		snprintf(ret, 512, PINGAN_SOURCE_DIR "/tests/%.*s/test_%s.c", (int)(slash - name), name, slash + 1);
	else
		return false;
	return true;
}

/* The next text between two ` of this line. */
static const char *quoted(const char *at, const char *end, char ret[256])
{
	const char *open = memchr(at, '`', (size_t)(end - at)), *close;

	if (open == NULL)
		return NULL;
	close = memchr(open + 1, '`', (size_t)(end - open - 1));
	assert_non_null(close);
	assert_true(close - open - 1 < 256);
	memcpy(ret, open + 1, (size_t)(close - open - 1));
	ret[close - open - 1] = '\0';
	return close + 1;
}

static bool stands_in(const char *what)
{
	char line[512];

	if (strncmp(what, "test_", 5) == 0) {
		snprintf(line, sizeof line, "(%s", what);
		return strstr(source, line) != NULL;
	}
	return strstr(source, what) != NULL;
}

/* One row: what is to be caught, and by what. Returns how many tests it names. */
static unsigned row_check(const char *at, const char *end)
{
	char word[256], path[512], data[512];
	bool in_data = false, known = false;
	unsigned count = 0;

	while ((at = quoted(at, end, word)) != NULL) {
		if (strcmp(word, "data/dc09") == 0) {
			in_data = true;
			continue;
		}
		if (file_of(word, path)) {
			in_data = false;
			known = true;
			if (!file_read(path, source))
				fail_msg("%s: no such file: %s", word, path);
			continue;
		}
		if (in_data) {
			snprintf(data, sizeof data, TEST_DATA_DIR "/dc09/%s.txt", word);
			if (access(data, R_OK) != 0)
				fail_msg("no such example: %s", data);
			count++;
		} else if (known) {
			if (!stands_in(word))
				fail_msg("%s has no \"%s\"", path, word);
			count++;
		}
	}
	return count;
}

static void test_every_test_that_is_named_is_there(void **state)
{
	const char *at, *end;
	unsigned rows = 0;

	(void)state;
	assert_true(file_read(PINGAN_SOURCE_DIR "/docs/TESTING.md", page));
	at = strstr(page, "\n## Faults of the field\n");
	assert_non_null(at);
	end = strstr(at + 1, "\n## ");
	assert_non_null(end);
	for (; at != NULL && at < end; at = strchr(at + 1, '\n')) {
		const char *line_end = strchr(at + 1, '\n'), *second;

		if (at[1] != '|' || at[2] != ' ' || line_end == NULL)
			continue;
		/* The head of a table, and the line below it. */
		if (strncmp(line_end + 1, "|---", 4) == 0)
			continue;
		second = strstr(at + 3, " | ");
		assert_true(second != NULL && second < line_end);
		if (row_check(second, line_end) == 0)
			fail_msg("nothing would catch it: %.*s", (int)(line_end - at - 1), at + 1);
		rows++;
	}
	/* Fifteen faults of receivers, and the native link. */
	assert_true(rows >= 15 + 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_test_that_is_named_is_there),
	};

	return cmocka_run_group_tests_name("testing_page", tests, NULL, NULL);
}
