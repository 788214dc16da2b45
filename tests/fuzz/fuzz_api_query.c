/* fuzz_api_query.c - what another system writes behind the "?" of a list, and the cursor in it.
 *
 * Input: the text between "?" and the end, as libwebsockets hands it out, piece by piece; pieces are parted by '&'. The headers
 * of a request, and a listing of PLACES records, are this file's own.
 * Oracles: a query is taken exactly when a second reader takes it, and then says of each name what stood there; nothing that a
 * path does not know is passed over; a page has the records behind its cursor, in order, no more than its limit; whoever goes
 * on with what a page gave as next meets every one of them once, and ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/api.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())
#define PLACES 60
#define NAMES "limit cursor area since open what"

static struct slice pieces[512];
static size_t piece_count;
static unsigned refused;
static bool sent;
static char keys[PLACES][16];

/* ------------------------------------------------------------ a request's head */

int lws_hdr_total_length(struct lws *wsi, enum lws_token_indexes h)
{
	int len = (int)piece_count - 1;

	(void)wsi;
	MUST(h == WSI_TOKEN_HTTP_URI_ARGS);
	for (size_t i = 0; i < piece_count; i++)
		len += (int)pieces[i].len;
	return piece_count == 0 ? 0 : len;
}

int lws_hdr_fragment_length(struct lws *wsi, enum lws_token_indexes h, int frag_idx)
{
	(void)wsi;
	(void)h;
	return (size_t)frag_idx < piece_count ? (int)pieces[frag_idx].len : 0;
}

int lws_hdr_copy_fragment(struct lws *wsi, char *dest, int len, enum lws_token_indexes h, int frag_idx)
{
	(void)wsi;
	(void)h;
	if ((size_t)frag_idx >= piece_count || (int)pieces[frag_idx].len >= len)
		return -1;
	memcpy(dest, pieces[frag_idx].at, pieces[frag_idx].len);
	dest[pieces[frag_idx].len] = '\0';
	return (int)pieces[frag_idx].len;
}

/* ------------------------------------------------------------ what a call stands on */

struct app *api_app(const struct api_call *c)
{
	(void)c;
	return NULL;
}

bool api_slice_over(const struct api_call *c)
{
	return c->list.looked % 3 == 0;
}

void api_work(struct api_call *c, bool (*step)(struct api_call *c))
{
	c->step = step;
}

bool api_send(struct api_call *c)
{
	(void)c;
	sent = true;
	return true;
}

void api_refuse(struct api_call *c, unsigned status, const char *code, const char *detail)
{
	(void)detail;
	MUST(status == 400 && strcmp(code, "parameters") == 0 && c->fault_count != 0);
	for (size_t i = 0; i < c->fault_count; i++)
		MUST(c->faults[i].field[0] != '\0' && c->faults[i].reason[0] != '\0');
	refused++;
}

void api_tag(uint64_t commit, char ret[40])
{
	(void)commit;
	ret[0] = '\0';
}

bool api_looked(struct api_call *c, const struct api_list *of, const struct listed *one, size_t count)
{
	(void)of;
	(void)one;
	MUST(count == c->list.count);
	return true;
}

void api_not_allowed(struct api_call *c, const char *about)
{
	(void)c;
	(void)about;
	abort(); /* nothing here lies anywhere */
}

bool who_covers(const struct who *who, const char *area)
{
	(void)who;
	(void)area;
	return true;
}

void app_health(const struct app *app, struct app_health *ret)
{
	(void)app;
	*ret = (struct app_health){.safe = 1000};
}

bool app_listing_ready(struct app *app, enum listing which)
{
	(void)app;
	(void)which;
	return true;
}

bool app_listing_find(struct app *app, enum listing which, const char *id, struct listed *ret)
{
	(void)app;
	(void)which;
	(void)id;
	(void)ret;
	return false;
}

bool app_listing_walk_since(struct app *app, enum listing which, const char *after, uint64_t since, size_t max,
                            listing_each *each, void *ctx, char ret_place[LISTING_KEY_MAX])
{
	size_t seen = 0;

	(void)app;
	(void)since;
	(void)which;
	ret_place[0] = '\0';
	MUST(strlen(after) < LISTING_KEY_MAX);
	for (size_t i = 0; i < PLACES; i++) {
		struct listed one = {.key = keys[i], .id = keys[i], .place = keys[i]};

		if (strcmp(keys[i], after) <= 0)
			continue;
		if (seen++ == max)
			return false;
		memcpy(ret_place, keys[i], sizeof keys[i]);
		if (!each(ctx, &one))
			return false;
	}
	return true;
}

/* ------------------------------------------------------------ a second reader */

static bool known(struct slice name)
{
	static const char *const LIST[] = {"limit", "cursor", "area", "since", "open", "what"};

	for (size_t i = 0; i < COUNT_OF(LIST); i++)
		if (slice_equal(name, slice_str(LIST[i])))
			return true;
	return false;
}

static bool split(struct slice piece, struct slice *ret_name, struct slice *ret_value)
{
	const uint8_t *is = memchr(piece.at, '=', piece.len);

	if (is == NULL)
		return false;
	*ret_name = slice_of(piece.at, (size_t)(is - piece.at));
	*ret_value = slice_of(is + 1, piece.len - ret_name->len - 1);
	return true;
}

/* libwebsockets writes "/" where nothing stands behind the last "&". */
static bool nothing(struct slice piece)
{
	return piece.len == 0 || slice_equal(piece, slice_str("/"));
}

static bool is_text(struct slice piece)
{
	json_t *text = json_stringn((const char *)piece.at, piece.len);
	bool ret = text != NULL && memchr(piece.at, '\0', piece.len) == NULL;

	json_decref(text);
	return ret;
}

static bool lawful(void)
{
	struct slice name, value, other, ignored;

	if (piece_count > 2 * API_PARAMS_MAX + 1)
		return false;
	for (size_t i = 0; i < piece_count; i++) {
		if (nothing(pieces[i]))
			continue;
		if (pieces[i].len > 255 || !is_text(pieces[i]) || !split(pieces[i], &name, &value) || !known(name) ||
		    value.len == 0 || value.len > 127)
			return false;
		for (size_t k = 0; k < i; k++)
			if (pieces[k].len != 0 && split(pieces[k], &other, &ignored) && slice_equal(name, other))
				return false;
	}
	return true;
}

static void says_the_same(const struct api_call *c)
{
	struct slice name, value;
	size_t n = 0;

	for (size_t i = 0; i < piece_count; i++) {
		char text[32];
		const char *is;

		if (nothing(pieces[i]))
			continue;
		MUST(split(pieces[i], &name, &value) && text_copy(text, sizeof text, name));
		is = api_param(c, text);
		MUST(is != NULL && slice_equal(value, slice_str(is)));
		n++;
	}
	MUST(n == c->param_count);
}

/* ------------------------------------------------------------ a list */

static bool own_params(struct api_call *c)
{
	char area[16] = "";
	ms_t since = 0;
	bool open = false;
	int what = 0;

	api_param_area(c, "area", area);
	api_param_time(c, "since", &since);
	api_param_bool(c, "open", &open);
	api_param_enum(c, "what", &pingan__v1__role__descriptor, "ROLE_", &what);
	MUST(strspn(area, "0123456789") == strlen(area) && strlen(area) <= 12);
	MUST(c->fault_count != 0 || (api_param(c, "since") == NULL) == (since == 0));
	MUST(c->fault_count != 0 || (api_param(c, "what") == NULL) == (what == 0));
	return true;
}

static void tell(struct api_call *c, const struct listed *one)
{
	jot_text(&c->out, "id", one->id);
}

static const struct api_list LIST = {.which = LISTING_HOMES, .params = own_params, .tell = tell};
static const struct api_route ROUTE = {.path = "/api/v1/homes", .params = NAMES, .statuses = "200"};

/* Reads one page; *ret_next is the cursor of the next, "" at the end. Returns how many there were, behind keys[*from]. */
static size_t page(struct api_call *c, size_t *from, char ret_next[256])
{
	json_t *json, *items;
	size_t n, len;
	char *text;

	for (int i = 0; i < 10000 && !sent; i++)
		(void)c->step(c);
	MUST(sent);
	text = jot_take(&c->out, &len);
	MUST(text != NULL);
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	items = json_object_get(json, "items");
	MUST(json_is_array(items));
	n = json_array_size(items);
	MUST(n <= c->list.limit);
	for (size_t i = 0; i < n; i++) {
		const char *id = json_string_value(json_object_get(json_array_get(items, i), "id"));

		MUST(id != NULL && *from < PLACES && strcmp(id, keys[(*from)++]) == 0);
	}
	ret_next[0] = '\0';
	if (json_object_get(json, "next") != NULL) {
		const char *next = json_string_value(json_object_get(json, "next"));

		MUST(next != NULL && strlen(next) < 128);
		memcpy(ret_next, next, strlen(next) + 1);
	}
	json_decref(json);
	return n;
}

/* From the page that was asked for to the end, each with what the one before gave as next. */
static void walk(struct api_call *c)
{
	uint64_t limit = c->list.limit;
	char next[256];
	size_t from = 0;

	while (from < PLACES && strcmp(keys[from], c->list.after) <= 0)
		from++;
	for (int pages = 0;; pages++) {
		size_t n = page(c, &from, next);

		MUST(pages <= PLACES);
		if (next[0] == '\0')
			break;
		MUST(n == limit);
		memset(c, 0, sizeof *c);
		sent = false;
		c->route = &ROUTE;
		c->param_count = 2;
		snprintf(c->params[0].name, sizeof c->params[0].name, "cursor");
		snprintf(c->params[0].value, sizeof c->params[0].value, "%.127s", next);
		snprintf(c->params[1].name, sizeof c->params[1].name, "limit");
		snprintf(c->params[1].value, sizeof c->params[1].value, "%llu", (unsigned long long)limit);
		api_list_begin(c, &LIST);
		MUST(refused == 0 && c->step != NULL);
	}
	MUST(from == PLACES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct api_call c;
	static struct request rq;
	size_t from = 0;
	bool taken;

	if (keys[0][0] == '\0')
		for (unsigned i = 0; i < PLACES; i++)
			snprintf(keys[i], sizeof keys[i], "%c%02u", 'A' + (char)(i / 10), i * 7 % 100);
	for (unsigned i = 1; i < PLACES; i++)
		for (unsigned k = i; k > 0 && strcmp(keys[k - 1], keys[k]) > 0; k--) {
			char other[16];

			memcpy(other, keys[k], sizeof other);
			memcpy(keys[k], keys[k - 1], sizeof other);
			memcpy(keys[k - 1], other, sizeof other);
		}
	piece_count = 0;
	for (size_t i = 0; i <= size && size != 0 && piece_count < COUNT_OF(pieces); i++)
		if (i == size || data[i] == '&') {
			pieces[piece_count++] = slice_of(data + from, i - from);
			from = i + 1;
		}
	memset(&c, 0, sizeof c);
	refused = 0;
	sent = false;
	c.route = &ROUTE;
	c.rq = &rq;
	taken = api_query(&c);
	MUST(taken == (refused == 0) && taken == lawful());
	if (!taken)
		return 0;
	says_the_same(&c);
	api_list_begin(&c, &LIST);
	MUST((c.step != NULL) == (refused == 0));
	if (refused == 0)
		walk(&c);
	return 0;
}
