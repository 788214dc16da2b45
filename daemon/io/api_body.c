#include "io/api_body.h"

#include <stdio.h>

#include "base/utc.h"

void body_fault(struct api_call *c, const char *at, const char *name, const char *reason)
{
	char field[64];

	snprintf(field, sizeof field, "%s%s%s", at, at[0] == '\0' || name[0] == '\0' ? "" : ".", name);
	api_fault(c, field, reason);
}

const char *body_text(struct api_call *c, const json_t *json, const char *at, const char *name)
{
	const json_t *value = json_object_get(json, name);

	if (value != NULL && !json_is_string(value))
		body_fault(c, at, name, "a text");
	return json_is_string(value) ? json_string_value(value) : "";
}

uint32_t body_number(struct api_call *c, const json_t *json, const char *at, const char *name, uint32_t min,
                     uint32_t max)
{
	const json_t *value = json_object_get(json, name);
	json_int_t n = json_integer_value(value);
	char why[96];

	if (value == NULL || (json_is_integer(value) && n >= min && n <= max))
		return (uint32_t)n;
	snprintf(why, sizeof why, "a whole number from %u to %u", min, max);
	body_fault(c, at, name, why);
	return 0;
}

ms_t body_time(struct api_call *c, const json_t *json, const char *at, const char *name, bool wanted)
{
	const char *text = body_text(c, json, at, name);
	ms_t time = text[0] == '\0' ? 0 : utc_of_text(slice_str(text));

	if (time == 0 && (wanted || text[0] != '\0'))
		body_fault(c, at, name, "a time of RFC 3339, as 2026-03-01T08:30:00Z");
	return time;
}

const json_t *body_list(struct api_call *c, const json_t *json, const char *at, const char *name, size_t max)
{
	const json_t *value = json_object_get(json, name);
	char why[96];

	if (json_is_array(value) && json_array_size(value) <= max)
		return value;
	snprintf(why, sizeof why, "a list of %zu at most", max);
	body_fault(c, at, name, why);
	return NULL;
}

void body_known(struct api_call *c, const json_t *json, const char *at, const char *const *names, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += json_object_get(json, names[i]) != NULL;
	/* Its name is theirs, and is not said back. */
	if (found != json_object_size(json))
		body_fault(c, at, "?", "no such member");
}
