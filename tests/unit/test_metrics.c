/* The page of metrics: one HELP, one TYPE and one value each, and names that Prometheus takes. */
#include "support/unit.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "io/metrics.h"

static void test_page(void **state)
{
	static char page[METRICS_PAGE_MAX];
	static struct metrics m;
	size_t len;
	int rows = 0;

	(void)state;
	metric_add(&m, METRIC_WEB_REQUESTS, 3);
	metric_add(&m, METRIC_WEB_REQUESTS, 4);
	metric_set(&m, METRIC_LINKS_OPEN, UINT64_MAX);
	len = metrics_page(&m, NULL, page, sizeof page);
	page[len] = '\0';
	assert_non_null(strstr(page, "\n# TYPE pingan_web_requests_total counter\npingan_web_requests_total 7\n"));
	assert_non_null(strstr(page, "\n# TYPE pingan_links_open gauge\npingan_links_open 18446744073709551615\n"));
	for (char *line = strtok(page, "\n"); line != NULL; line = strtok(NULL, "\n"), rows++) {
		size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789_");

		if (rows % 3 == 0)
			assert_memory_equal(line, "# HELP pingan_", 14);
		else if (rows % 3 == 1)
			assert_memory_equal(line, "# TYPE pingan_", 14);
		else
			assert_true(name > 7 && line[name] == ' ' && isdigit((unsigned char)line[name + 1]));
	}
	assert_int_equal(rows, 3 * METRIC_COUNT);
}

/* What does not fit is left out row by row, never cut. */
static void test_small_page(void **state)
{
	static struct metrics m;
	char page[300];
	size_t len = metrics_page(&m, NULL, page, sizeof page);

	(void)state;
	assert_true(len > 0 && len < sizeof page);
	assert_int_equal(page[len - 1], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_small_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
