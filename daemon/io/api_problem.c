/* api_problem.c - errors of the API as problem details (RFC 9457).
 *
 *   {"type": "urn:pingan:problem:not_found", "title": "Not Found", "status": 404, "error": "not_found",
 *    "detail": "...", "errors": [{"field": "limit", "reason": "..."}]}
 *
 * `error` is the last part of `type`: pages of ours have always gone by it. No text says what a person typed.
 */
#include <stdio.h>

#include "io/api.h"

static const char *title_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *title;
	} TITLES[] = {
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{409, "Conflict"},
		{411, "Length Required"},
		{412, "Precondition Failed"},
		{413, "Content Too Large"},
		{415, "Unsupported Media Type"},
		{422, "Unprocessable Content"},
		{428, "Precondition Required"},
		{429, "Too Many Requests"},
		{500, "Internal Server Error"},
		{503, "Service Unavailable"},
	};

	for (size_t i = 0; i < COUNT_OF(TITLES); i++)
		if (TITLES[i].status == status)
			return TITLES[i].title;
	return "Error";
}

static void problem(struct request *rq, unsigned status, const char *code, const char *detail,
                    const struct api_fault *faults, size_t fault_count, const uint32_t *retry_s)
{
	struct jot j;
	char type[80], *text;
	size_t len;

	snprintf(type, sizeof type, "urn:pingan:problem:%s", code);
	jot_begin(&j, 8192);
	jot_open(&j, NULL, '{');
	jot_text(&j, "type", type);
	jot_text(&j, "title", title_of(status));
	jot_number(&j, "status", status);
	jot_text(&j, "error", code);
	if (detail != NULL)
		jot_text(&j, "detail", detail);
	if (retry_s != NULL)
		jot_number(&j, "retry_after_s", *retry_s);
	if (fault_count != 0) {
		jot_open(&j, "errors", '[');
		for (size_t i = 0; i < fault_count; i++) {
			jot_open(&j, NULL, '{');
			jot_text(&j, "field", faults[i].field);
			jot_text(&j, "reason", faults[i].reason);
			jot_close(&j, '}');
		}
		jot_close(&j, ']');
	}
	jot_close(&j, '}');
	text = jot_take(&j, &len);
	answer_header(rq, "cache-control", "no-store");
	if (text == NULL)
		answer_text(rq, status, "text/plain", slice_of(NULL, 0));
	else
		answer_own(rq, status, "application/problem+json", text, len);
}

void answer_problem(struct request *rq, unsigned status, const char *code, const char *detail,
                    const struct api_fault *faults, size_t fault_count)
{
	problem(rq, status, code, detail, faults, fault_count, NULL);
}

void answer_problem_later(struct request *rq, unsigned status, const char *code, uint32_t retry_s)
{
	if (retry_s != 0)
		answer_header(rq, "retry-after", "%u", retry_s);
	problem(rq, status, code, NULL, NULL, 0, &retry_s);
}
