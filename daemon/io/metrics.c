#include "io/metrics.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
	const char *name;
	const char *help;
	bool counter;
} TABLE[METRIC_COUNT] = {
#define METRIC_ROW(id, text, grows, about) [METRIC_##id] = {.name = (text), .help = (about), .counter = (grows)},
	METRICS_TABLE(METRIC_ROW)
#undef METRIC_ROW
};

static size_t row(char *ret, size_t size, const char *name, const char *help, bool counter, uint64_t value)
{
	int n = snprintf(ret, size, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", name, help, name,
	                 counter ? "counter" : "gauge", name, value);

	/* A row that does not fit is left out whole. */
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

size_t metrics_page(const struct metrics *m, const struct app *app, char *ret, size_t size)
{
	struct app_metric a;
	size_t len = 0;

	for (size_t i = 0; i < METRIC_COUNT; i++)
		len += row(ret + len, size - len, TABLE[i].name, TABLE[i].help, TABLE[i].counter, m->values[i]);
	for (size_t i = 0; app != NULL && app_metric(app, i, &a); i++)
		len += row(ret + len, size - len, a.name, a.help, a.counter, a.value);
	return len;
}
