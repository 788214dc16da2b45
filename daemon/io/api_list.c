/* api_list.c - a listing page by page, and one of it. */
#include "io/api.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <sodium.h>

#define WALK 8 /* records between two looks at the clock */

/* ------------------------------------------------------------ words that all resources share */

/* False when there is no word for it: 0, or what only a newer daemon knows. */
static bool word_of(const ProtobufCEnumDescriptor *what, const char *prefix, int value, char ret[64])
{
	const ProtobufCEnumValue *v = value == 0 ? NULL : protobuf_c_enum_descriptor_get_value(what, value);
	size_t len = strlen(prefix);

	if (v == NULL || !text_copy(ret, 64, slice_str(strncmp(v->name, prefix, len) == 0 ? v->name + len : v->name)))
		return false;
	for (char *at = ret; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return true;
}

void jot_enum(struct jot *j, const char *key, const ProtobufCEnumDescriptor *what, const char *prefix, int value)
{
	char word[64];

	if (word_of(what, prefix, value, word))
		jot_text(j, key, word);
}

void jot_enum_number(struct jot *j, const ProtobufCEnumDescriptor *what, const char *prefix, int value, int64_t number)
{
	char word[64];

	if (word_of(what, prefix, value, word))
		jot_number(j, word, number);
}

void jot_texts(struct jot *j, const char *key, char *const *texts, size_t count)
{
	jot_open(j, key, '[');
	for (size_t i = 0; i < count; i++)
		jot_text(j, NULL, texts[i]);
	jot_close(j, ']');
}

void jot_place(struct jot *j, const char *key, const Pingan__V1__Place *p)
{
	if (p == NULL || (p->lat_e6 == 0 && p->lon_e6 == 0))
		return;
	jot_open(j, key, '{');
	jot_decimal(j, "lat", p->lat_e6, 6);
	jot_decimal(j, "lon", p->lon_e6, 6);
	jot_close(j, '}');
}

/* ------------------------------------------------------------ lists */

static void gone_tell(struct api_call *c, const struct listed *one)
{
	if (!c->list.feed)
		return;
	if (one->log_id > c->needs)
		c->needs = one->log_id;
	jot_text(&c->gone, NULL, one->id);
	c->list.count++;
}

bool api_list_item(void *ctx, const struct listed *one)
{
	struct api_call *c = ctx;
	const struct api_list *of = c->list.of;

	c->list.looked++;
	if ((of->placed && !who_covers(&c->who, one->area)) || (c->list.since != 0 && one->log_id <= c->list.since))
		return true;
	if (of->gone != NULL && of->gone(one)) {
		if (of->sought == NULL || of->sought(c, one))
			gone_tell(c, one);
		return c->list.count < c->list.limit;
	}
	if (of->match != NULL && !of->match(c, one))
		return !c->list.end;
	if (one->log_id > c->needs)
		c->needs = one->log_id;
	jot_open(&c->out, NULL, '{');
	of->tell(c, one);
	jot_close(&c->out, '}');
	return ++c->list.count < c->list.limit;
}

/* The key behind which it goes on; of a feed also what the whole walk is as of. */
static void cursor_write(struct api_call *c)
{
	char text[sodium_base64_ENCODED_LEN(LISTING_KEY_MAX + 24, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	char place[LISTING_KEY_MAX + 24];
	int len = c->list.feed ? snprintf(place, sizeof place, "%" PRIu64 " %s", c->list.as_of, c->list.after)
	                       : snprintf(place, sizeof place, "%s", c->list.after);

	sodium_bin2base64(text, sizeof text, (const uint8_t *)place, (size_t)len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	jot_text(&c->out, "next", text);
}

static void gone_close(struct api_call *c)
{
	char *ids;
	size_t len;

	jot_close(&c->gone, ']');
	if (c->gone.failed)
		c->out.failed = true;
	ids = jot_take(&c->gone, &len);
	jot_raw(&c->out, "gone", slice_of(ids, ids == NULL ? 0 : len));
	free(ids);
}

bool api_list_close(struct api_call *c)
{
	jot_close(&c->out, ']');
	if (c->list.feed && c->list.of->gone != NULL)
		gone_close(c);
	if (c->list.feed) {
		char text[24];

		snprintf(text, sizeof text, "%" PRIu64, c->list.as_of);
		jot_text(&c->out, "as_of", text);
	}
	if (!c->list.end)
		cursor_write(c);
	jot_close(&c->out, '}');
	if (!api_looked(c, c->list.of, NULL, c->list.count))
		return true;
	api_work(c, api_send);
	return false;
}

bool api_list_room(const struct api_call *c)
{
	return !c->list.end && c->list.count < c->list.limit && c->list.looked < API_LOOK_MAX &&
	       c->out.len + c->gone.len < API_PAGE_BYTES - API_ITEM_BYTES && !c->out.failed;
}

static bool list_step(struct api_call *c)
{
	struct app *app = api_app(c);
	char place[LISTING_KEY_MAX];

	if (!app_listing_ready(app, c->list.of->which))
		return false;
	while (api_list_room(c)) {
		/* A page never has more than its limit, so the last steps are no longer than what it lacks. */
		if (app_listing_walk_since(app, c->list.of->which, c->list.after, c->list.since, WALK, api_list_item, c, place))
			c->list.end = true;
		if (place[0] != '\0')
			memcpy(c->list.after, place, sizeof place);
		if (api_slice_over(c))
			return false;
	}
	return api_list_close(c);
}

/* Digits, and none but digits. */
static bool number_read(const char *text, char end, uint64_t *ret, const char **ret_behind)
{
	char *behind;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*ret = strtoull(text, &behind, 10);
	*ret_behind = behind + 1;
	return errno == 0 && *behind == end;
}

static bool cursor_read(struct api_call *c)
{
	const char *text = api_param(c, "cursor"), *end, *key;
	char place[LISTING_KEY_MAX + 24];
	size_t len;

	if (text == NULL)
		return true;
	if (sodium_base642bin((uint8_t *)place, sizeof place - 1, text, strlen(text), NULL, &len, &end,
	                      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    *end != '\0' || len == 0 || memchr(place, '\0', len) != NULL)
		return false;
	place[len] = '\0';
	key = place;
	if (c->list.feed && !number_read(place, ' ', &c->list.as_of, &key))
		return false;
	return key[0] != '\0' && text_copy(c->list.after, sizeof c->list.after, slice_str(key));
}

/* False: it has been answered. */
static bool feed_read(struct api_call *c)
{
	const char *text = api_param(c, "changed_since"), *behind;
	struct app_health h;

	if (text == NULL)
		return true;
	c->list.feed = true;
	if (!number_read(text, '\0', &c->list.since, &behind))
		api_fault(c, "changed_since", "as_of of the walk before, or 0");
	app_health(api_app(c), &h);
	c->list.as_of = h.safe;
	if (c->fault_count != 0 || c->list.since <= h.safe)
		return true;
	/* The daemon that was asked before has come farther; or what it had told was cut off by a failover. */
	api_refuse(c, 503, "busy", "this daemon has not come so far: again in a moment; when that stays, begin with 0");
	return false;
}

bool api_list_open(struct api_call *c, const struct api_list *of)
{
	uint64_t limit = API_PAGE_DEFAULT;

	c->list.of = of;
	api_param_number(c, "limit", 1, API_PAGE_MAX, &limit);
	if (!feed_read(c))
		return false;
	if (!cursor_read(c))
		api_fault(c, "cursor", "not what an answer gave as next");
	if (of->params != NULL)
		of->params(c);
	if (c->fault_count != 0) {
		api_refuse(c, 400, "parameters", NULL);
		return false;
	}
	c->list.limit = limit;
	jot_begin(&c->out, API_PAGE_BYTES);
	jot_open(&c->out, NULL, '{');
	jot_open(&c->out, "items", '[');
	if (c->list.feed && of->gone != NULL) {
		jot_begin(&c->gone, API_PAGE_BYTES);
		jot_open(&c->gone, NULL, '[');
	}
	return true;
}

void api_list_begin(struct api_call *c, const struct api_list *of)
{
	if (api_list_open(c, of))
		api_work(c, list_step);
}

/* ------------------------------------------------------------ one */

bool api_one(struct api_call *c, const struct api_list *of, struct listed *ret)
{
	bool there = app_listing_find(api_app(c), of->which, c->id, ret);
	bool outside = there && of->placed && !who_covers(&c->who, ret->area);

	if (outside)
		api_not_allowed(c, ret->key);
	if (!there || outside || (of->gone != NULL && of->gone(ret)) || (of->match != NULL && !of->match(c, ret))) {
		/* Whether there is one that they may not see is not said. */
		api_refuse(c, 404, "not_found", NULL);
		return false;
	}
	return true;
}

void api_one_begin(struct api_call *c, const struct api_list *of)
{
	struct listed one;

	c->list.of = of;
	if (!api_one(c, of, &one))
		return;
	jot_begin(&c->out, API_ITEM_BYTES);
	jot_open(&c->out, NULL, '{');
	of->tell(c, &one);
	jot_close(&c->out, '}');
	c->needs = one.log_id;
	api_tag(one.commit, c->tag);
	if (api_looked(c, of, &one, 1))
		api_work(c, api_send);
}
