/* api_query.c - parameters behind the "?". What a path does not know is refused: a filter that is misspelt must not look like
 * one that has found everything. */
#include "io/api.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utc.h"
#include "io/utf8.h"

void api_fault(struct api_call *c, const char *field, const char *reason)
{
	struct api_fault *f;

	if (c->fault_count == API_FAULTS_MAX)
		return;
	f = &c->faults[c->fault_count++];
	snprintf(f->field, sizeof f->field, "%.63s", field);
	snprintf(f->reason, sizeof f->reason, "%.95s", reason);
}

/* One of the names that stand in `names` with a blank between. */
static bool among(const char *names, const char *name)
{
	size_t len = strlen(name);

	while (names != NULL && *names != '\0') {
		size_t one = strcspn(names, " ");

		if (one == len && memcmp(names, name, len) == 0)
			return true;
		names += one;
		names += strspn(names, " ");
	}
	return false;
}

static void take(struct api_call *c, char *text)
{
	char *value = strchr(text, '=');
	struct api_param *p = &c->params[c->param_count];
	bool plain = true;

	if (value != NULL)
		*value++ = '\0';
	for (const char *at = text; *at != '\0'; at++)
		plain = plain && (islower((unsigned char)*at) || *at == '_');
	if (!plain || !among(c->route->params, text)) {
		api_fault(c, plain && text[0] != '\0' && strlen(text) < sizeof p->name ? text : "?", "no such parameter");
		return;
	}
	if (api_param(c, text) != NULL) {
		api_fault(c, text, "given twice");
		return;
	}
	if (value == NULL || *value == '\0' || strlen(value) >= sizeof p->value || c->param_count == API_PARAMS_MAX) {
		api_fault(c, text, value == NULL || *value == '\0' ? "empty" : "too long");
		return;
	}
	snprintf(p->name, sizeof p->name, "%.23s", text);
	snprintf(p->value, sizeof p->value, "%.127s", value);
	c->param_count++;
}

static bool is_text(struct slice part)
{
	struct utf8 u = {0};

	return memchr(part.at, '\0', part.len) == NULL && utf8_take(&u, part) && utf8_whole(&u);
}

/* All fragments are walked by their lengths: lws says of one that is too long what it says behind the last, and of an empty
 * one too. Whoever stopped there would leave filters out, and answer with everything. */
bool api_query(struct api_call *c)
{
	int total = lws_hdr_total_length(c->rq->wsi, WSI_TOKEN_HTTP_URI_ARGS), seen = 0;
	char part[256];
	int i = 0;

	for (; i <= 2 * API_PARAMS_MAX && seen < total; i++) {
		int len = lws_hdr_fragment_length(c->rq->wsi, WSI_TOKEN_HTTP_URI_ARGS, i);

		seen += len + (i != 0); /* lws counts what parts them */
		if (len == 0)
			continue; /* "&&" */
		if (lws_hdr_copy_fragment(c->rq->wsi, part, sizeof part, WSI_TOKEN_HTTP_URI_ARGS, i) != len)
			api_fault(c, "?", "too long");
		else if (len == 1 && part[0] == '/')
			continue; /* so lws writes that nothing stands behind a "?" or the last "&" */
		else if (!is_text(slice_of(part, (size_t)len)))
			api_fault(c, "?", "no text");
		else
			take(c, part);
	}
	if (seen < total)
		api_fault(c, "?", "too many");
	if (c->fault_count == 0)
		return true;
	api_refuse(c, 400, "parameters", NULL);
	return false;
}

const char *api_param(const struct api_call *c, const char *name)
{
	for (size_t i = 0; i < c->param_count; i++)
		if (strcmp(c->params[i].name, name) == 0)
			return c->params[i].value;
	return NULL;
}

void api_param_number(struct api_call *c, const char *name, uint64_t min, uint64_t max, uint64_t *ret)
{
	const char *text = api_param(c, name);
	uint64_t n = 0;
	char why[96];

	if (text == NULL)
		return;
	if (strlen(text) <= 18 && strspn(text, "0123456789") == strlen(text))
		n = strtoull(text, NULL, 10);
	else
		n = UINT64_MAX;
	if (n >= min && n <= max) {
		*ret = n;
		return;
	}
	snprintf(why, sizeof why, "a whole number from %llu to %llu", (unsigned long long)min, (unsigned long long)max);
	api_fault(c, name, why);
}

void api_param_time(struct api_call *c, const char *name, ms_t *ret)
{
	const char *text = api_param(c, name);
	ms_t at;

	if (text == NULL)
		return;
	at = utc_of_text(slice_str(text));
	if (at == 0)
		api_fault(c, name, "a time of RFC 3339, as 2026-03-01T08:30:00Z");
	else
		*ret = at;
}

void api_param_bool(struct api_call *c, const char *name, bool *ret)
{
	const char *text = api_param(c, name);

	if (text == NULL)
		return;
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		*ret = text[0] == 't';
	else
		api_fault(c, name, "true or false");
}

void api_param_enum(struct api_call *c, const char *name, const ProtobufCEnumDescriptor *what, const char *prefix,
                    int *ret)
{
	const char *text = api_param(c, name);
	const ProtobufCEnumValue *value;
	char full[160];
	size_t len = strlen(prefix);

	if (text == NULL)
		return;
	snprintf(full, sizeof full, "%s%s", prefix, text);
	for (char *at = full + len; *at != '\0'; at++)
		*at = islower((unsigned char)*at) ? (char)toupper((unsigned char)*at) : isupper((unsigned char)*at) ? ' ' : *at;
	value = protobuf_c_enum_descriptor_get_value_by_name(what, full);
	if (value == NULL || value->value == 0)
		api_fault(c, name, "no such value");
	else
		*ret = value->value;
}

void api_param_area(struct api_call *c, const char *name, char ret[16])
{
	const char *text = api_param(c, name);
	size_t len = text == NULL ? 0 : strlen(text);

	if (text == NULL)
		return;
	if (len > 12 || strspn(text, "0123456789") != len || !text_copy(ret, 16, slice_str(text)))
		api_fault(c, name, "a division code: 2, 4, 6, 9 or 12 digits");
}
