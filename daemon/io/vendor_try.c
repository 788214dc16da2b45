#include "io/vendor_try.h"

#include <inttypes.h>
#include <stdlib.h>

#include "io/vendor_map.h"

struct trying {
	FILE *to;
	uint32_t events;
};

static void on_event(void *ctx, const char *pointer)
{
	struct trying *t = ctx;

	fprintf(t->to, "event %u%s%s\n", ++t->events, pointer[0] == '\0' ? "" : " at ", pointer);
}

/* A vendor's text on somebody's terminal: what would move the cursor does not. */
static const char *plain(const char *text, char ret[64])
{
	size_t len = 0;

	for (; text[len] != '\0' && len + 1 < 64; len++)
		ret[len] = (unsigned char)text[len] < ' ' || text[len] == 0x7f ? '?' : text[len];
	ret[len] = '\0';
	return ret;
}

static void on_field(void *ctx, const char *name, const struct vendor_source *s, const char *found, const char *became)
{
	struct trying *t = ctx;
	char from[VENDOR_POINTER_MAX + 16], shown[64];

	snprintf(from, sizeof from, "%s%s%s", s->from == SOURCE_BODY ? "^" : "", s->pointer,
	         s->from == SOURCE_CONSTANT ? "constant" : "");
	if (found == NULL)
		fprintf(t->to, "  %-8s %-22s nothing there        -> %s\n", name, from, became);
	else
		fprintf(t->to, "  %-8s %-22s %-20s -> %s\n", name, from, plain(found, shown), became);
}

static const char *class_word(const struct alarm *a)
{
	static const char *const WORDS[CLASS_COUNT] = {"no class: recorded, never queued", "1 life", "2 welfare",
	                                               "3 general", "4 device"};

	return WORDS[kind_class(a->kind)];
}

static void print_event(FILE *to, uint32_t number, const struct vendor_event *e)
{
	const struct alarm *a = &e->alarm;

	if (e->passed) {
		fprintf(to, "event %u is acknowledged and passed over\n", number);
		return;
	}
	fprintf(to, "event %u is an alarm: device=%s kind=%s%s class=\"%s\" zone=%u raised_ms=%" PRId64, number, a->device,
	        kind_name(a->kind), a->restore ? " (over)" : "", class_word(a), a->zone, a->raised_ms);
	if (a->battery_pct != 255)
		fprintf(to, " battery=%u%%", a->battery_pct);
	if (a->signal_dbm != 0)
		fprintf(to, " signal=%d dBm", a->signal_dbm);
	fprintf(to, "; known again for %s\n", a->keyed ? "30 days" : "10 minutes");
}

static void print(FILE *to, const struct vendor *v, const struct vendor_body *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		print_event(to, i + 1, &b->at[i]);
	if (b->count == 0 && b->verdict == VENDOR_GOOD)
		fprintf(to, "no event in it: answered 200\n");
	if (v->key.header[0] != '\0')
		fprintf(to, "the header %s is not in a sample: tried with one\n", v->key.header);
	switch (b->verdict) {
	case VENDOR_GOOD:
		fprintf(to, "answered 200 when all of it is stored; 202 where the registry does not know a device\n");
		break;
	case VENDOR_WRONG:
		fprintf(to, "answered 422: %s %s; people see it all the same\n", b->pointer, b->problem);
		break;
	case VENDOR_UNREADABLE:
		fprintf(to, "answered 400: the body %s, at byte %zu%s\n", b->problem, b->offset,
		        b->count == 0 ? "" : "; people see it all the same");
		break;
	}
}

int vendor_try(const char *vendors_path, const char *name, const char *sample_path, FILE *to, FILE *errors)
{
	char why[VENDORS_WHY_MAX];
	struct vendors *all = vendors_load(vendors_path, false, why);
	struct vendor_body *body = calloc(1, sizeof *body);
	const struct vendor *v = all == NULL ? NULL : vendors_find(all, slice_str(name));
	struct trying t = {.to = to};
	const struct vendor_say say = {.ctx = &t, .event = on_event, .field = on_field};
	uint8_t *sample = NULL;
	size_t len;
	int status = 2;

	if (all == NULL) {
		fprintf(errors, "%s\n", why);
	} else if (v == NULL) {
		fprintf(errors, "%s: no vendor is called %s\n", vendors_path[0] == '\0' ? "vendor_file is empty" : vendors_path,
		        name);
	} else if (body == NULL || (sample = settings_file(sample_path, VENDOR_BODY_MAX, &len, why)) == NULL) {
		fprintf(errors, "%s: %s\n", sample_path, body == NULL ? "no memory" : why);
	} else {
		vendor_map(v, slice_of(sample, len), slice_str(v->key.header[0] == '\0' ? "" : "a-key"), &say, body);
		print(to, v, body);
		status = body->verdict == VENDOR_GOOD ? 0 : 1;
	}
	free(sample);
	free(body);
	vendors_free(all);
	return status;
}
