/* Log lines: one event is one line, a flood is counted, and every code in the sources is in the table and in the book. */
#include "support/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/log.h"
#include "io/settings.h"

struct fixture {
	struct clock *clock;
	struct log *log;
	int fd;
	char text[65536];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	FILE *file = tmpfile();

	f->fd = dup(fileno(file));
	fclose(file);
	f->clock = clock_new();
	f->log = log_new(f->clock, f->fd);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	log_free(f->log);
	clock_free(f->clock);
	close(f->fd);
	free(f);
	return 0;
}

static const char *written(struct fixture *f)
{
	ssize_t n = pread(f->fd, f->text, sizeof f->text - 1, 0);

	assert_true(n >= 0);
	f->text[n] = '\0';
	return f->text;
}

static void test_a_line_has_severity_code_and_values(void **state)
{
	struct fixture *f = *state;

	log_line(f->log, "READY", "newest=%d", 7);
	log_line(f->log, "READY", NULL);
	assert_string_equal(written(f), "<5>ev=READY newest=7\n<5>ev=READY\n");
}

static void test_nothing_that_a_peer_sends_makes_a_second_line(void **state)
{
	struct fixture *f = *state;
	char huge[5000];

	log_line(f->log, "READY", "x=%s", "a\nev=FORGED\r\x1b[2J\x7f");
	assert_string_equal(written(f), "<5>ev=READY x=a?ev=FORGED??[2J?\n");
	memset(huge, 'y', sizeof huge - 1);
	huge[sizeof huge - 1] = '\0';
	log_line(f->log, "READY", "x=%s", huge);
	assert_true(strlen(written(f)) < 60 + LOG_LINE_MAX);
	assert_int_equal(f->text[strlen(f->text) - 1], '\n');
}

static void test_an_unknown_code_is_a_warning_and_counted(void **state)
{
	struct fixture *f = *state;
	struct log_stats stats;

	log_line(f->log, "NO_SUCH_CODE", "a=1");
	assert_string_equal(written(f), "<4>ev=NO_SUCH_CODE a=1\n");
	log_stats(f->log, &stats);
	assert_int_equal(stats.unknown, 1);
}

#ifdef PINGAN_TEST_BUILD
static void test_a_flood_is_held_back_and_counted(void **state)
{
	struct fixture *f = *state;
	struct log_stats stats;

	for (int i = 0; i < 100; i++)
		log_line(f->log, "LOGIN_WRONG", "n=%d", i);
	log_line(f->log, "READY", "other=1"); /* another code is not affected */
	log_stats(f->log, &stats);
	assert_int_equal(stats.lines, LOG_BURST + 1);
	assert_int_equal(stats.held, 100 - LOG_BURST);
	clock_test_advance(f->clock, LOG_EVERY_MS);
	log_line(f->log, "LOGIN_WRONG", "n=%d", 100);
	assert_non_null(strstr(written(f), "ev=LOGIN_WRONG held=80 n=100\n"));
	log_line(f->log, "LOGIN_WRONG", "n=%d", 101);
	clock_test_advance(f->clock, 3600000);
	for (int i = 0; i < LOG_BURST; i++)
		log_line(f->log, "LOGIN_WRONG", "n=%d", i);
	assert_non_null(strstr(written(f), "held=1 n=0\n"));
}
#endif

static void test_the_table_is_in_order_and_whole(void **state)
{
	(void)state;
	for (const struct log_code *c = LOG_CODES; c->code != NULL; c++) {
		assert_true(c->severity >= LOG_GRAVE && c->severity <= LOG_TRACE);
		assert_true(strlen(c->means) > 10);
		if (c->severity <= LOG_ERROR && c->act[0] == '\0')
			fail_msg("%s is grave, and nobody is told what to do", c->code);
		if (c[1].code != NULL && strcmp(c->code, c[1].code) >= 0)
			fail_msg("%s and %s: not in order, or twice", c->code, c[1].code);
	}
}

static bool known(const char *code)
{
	for (const struct log_code *c = LOG_CODES; c->code != NULL; c++)
		if (strcmp(c->code, code) == 0)
			return true;
	return false;
}

/* The codes in the second argument of a call that begins at `at`: `cond ? "A" : "B"` has two; what stands in brackets in
 * it are arguments of something else. */
static int codes_of_call(const char *path, const char *at)
{
	int depth = 0, argument = 1, found = 0;

	for (; *at != '\0' && *at != ';' && depth >= 0 && argument <= 2; at++) {
		const char *end;
		char code[64];

		depth += (*at == '(') - (*at == ')');
		argument += *at == ',' && depth == 0;
		if (*at != '"')
			continue;
		end = strchr(at + 1, '"');
		assert_non_null(end);
		snprintf(code, sizeof code, "%.*s", (int)(end - at - 1), at + 1);
		at = end;
		if (depth != 0 || argument != 2)
			continue;
		found++;
		if (!known(code))
			fail_msg("%s: %s is not in io/log_codes.c", path, code);
	}
	return found;
}

static int codes_of(const char *path)
{
	static const char *const CALLS[] = {"APP_LOG(", "log_line(", "store_fall("};
	char why[SETTINGS_WHY_MAX];
	size_t len;
	char *text = (char *)settings_file(path, 1 << 20, &len, why);
	int found = 0;

	assert_non_null(text);
	for (size_t i = 0; i < COUNT_OF(CALLS); i++)
		for (const char *at = text; (at = strstr(at, CALLS[i])) != NULL;) {
			at += strlen(CALLS[i]);
			found += codes_of_call(path, at);
		}
	free(text);
	return found;
}

static void test_every_code_in_the_sources_is_in_the_table(void **state)
{
	static const char *const DIRS[] = {PINGAN_SOURCE_DIR "/daemon/app", PINGAN_SOURCE_DIR "/daemon/io"};
	int found = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(DIRS); i++) {
		DIR *dir = opendir(DIRS[i]);
		struct dirent *e;

		assert_non_null(dir);
		while ((e = readdir(dir)) != NULL) {
			char path[512];
			size_t len = strlen(e->d_name);

			if (len < 3 || strcmp(e->d_name + len - 2, ".c") != 0)
				continue;
			snprintf(path, sizeof path, "%s/%s", DIRS[i], e->d_name);
			found += codes_of(path);
		}
		closedir(dir);
	}
	assert_true(found > 40);
}

/* docs/OPERATING.md holds what `pingand --print log-codes` prints. */
static void test_the_book_has_the_table(void **state)
{
	static char page[65536];
	char why[SETTINGS_WHY_MAX];
	size_t len;
	char *book = (char *)settings_file(PINGAN_SOURCE_DIR "/docs/OPERATING.md", 1 << 20, &len, why);

	(void)state;
	assert_non_null(book);
	log_codes_page(page, sizeof page);
	if (strstr(book, page) == NULL)
		fail_msg("docs/OPERATING.md: put in what `pingand --print log-codes` prints");
	free(book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_line_has_severity_code_and_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_that_a_peer_sends_makes_a_second_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_unknown_code_is_a_warning_and_counted, setup, teardown),
#ifdef PINGAN_TEST_BUILD
		cmocka_unit_test_setup_teardown(test_a_flood_is_held_back_and_counted, setup, teardown),
#endif
		cmocka_unit_test(test_the_table_is_in_order_and_whole),
		cmocka_unit_test(test_every_code_in_the_sources_is_in_the_table),
		cmocka_unit_test(test_the_book_has_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
