/* words.c - what a home heard, as one line of JSON and in words. */
#include <inttypes.h>
#include <string.h>

#include "sim.h"

static const char *const STEPS[STEP_COUNT] = {"none", "stored", "answered", "help_on_the_way", "arrived", "closed"};
static const char *const WORDS[STEP_COUNT] = {"not stored yet",     "stored",  "answered",
                                              "help is on the way", "arrived", "closed"};

const char *step_name(enum step step)
{
	return (unsigned)step < STEP_COUNT ? STEPS[step] : STEPS[0];
}

enum step step_by_name(const char *name)
{
	for (unsigned i = STEP_STORED; i < STEP_COUNT; i++)
		if (strcmp(name, STEPS[i]) == 0)
			return (enum step)i;
	return STEP_NONE;
}

json_t *news_line(const struct device_row *row, const struct unit_news *n)
{
	char alarm[17], incident[17], said[SAY_TEXT_MAX];
	const char *event = n->type == NEWS_LET_GO                           ? "let_go"
	                    : n->type == NEWS_STATUS && n->step == STEP_NONE ? "not_stored"
	                                                                     : step_name(n->step);

	if (n->alarm == 0)
		return NULL;
	say_text(n->say, n->language, n->eta_min, said);
	(void)snprintf(alarm, sizeof alarm, "%016" PRIx64, n->alarm);
	(void)snprintf(incident, sizeof incident, "%016" PRIx64, n->incident);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s*, s:i, s:b, s:s*}", "event", event, "device", row->device,
	                 "household", row->household, "alarm", alarm, "after_ms", (json_int_t)n->after_ms, "incident",
	                 n->incident == 0 ? NULL : incident, "eta_min", (int)n->eta_min, "silent", n->silent, "said",
	                 said[0] == '\0' ? NULL : said);
}

void news_print(json_t *line, FILE *to)
{
	const char *event = json_string_value(json_object_get(line, "event"));
	const char *incident = json_string_value(json_object_get(line, "incident"));
	const char *said = json_string_value(json_object_get(line, "said"));
	const char *error = json_string_value(json_object_get(line, "error"));
	json_int_t after_ms = json_integer_value(json_object_get(line, "after_ms"));
	json_int_t eta_min = json_integer_value(json_object_get(line, "eta_min"));
	enum step step = event == NULL ? STEP_NONE : step_by_name(event);

	if (error != NULL) {
		fprintf(to, "%s\n", error);
		return;
	}
	if (event == NULL)
		return;
	if (strcmp(event, "pressed") == 0) {
		fprintf(to, "%s in household %s: %s\n", json_string_value(json_object_get(line, "device")),
		        json_string_value(json_object_get(line, "household")),
		        json_string_value(json_object_get(line, "kind")));
		return;
	}
	if (strcmp(event, "let_go") == 0)
		return;
	fprintf(to, "%8.3f s  %s", (double)after_ms / 1000, WORDS[step]);
	if (eta_min != 0)
		fprintf(to, ", %d min", (int)eta_min);
	if (incident != NULL)
		fprintf(to, "  (incident %s)", incident);
	if (json_is_true(json_object_get(line, "silent")))
		fprintf(to, "  silent: the unit says nothing aloud");
	else if (said != NULL)
		fprintf(to, "\n            “%s”", said);
	fputc('\n', to);
}
