/* api_audit.c - who looked at whose data by the API, and who was refused: on its way to the record before it is told.
 * Health notes wait until they are on record (api_health.c). */
#include <stdio.h>

#include "io/api_internal.h"
#include "wire/audit.h"

/* "GET/homes/{id}": no id and no filter. */
static void called(const struct api_call *c, char *ret, size_t size)
{
	static const char *const NAMES[HTTP_METHOD_COUNT] = {
		[HTTP_GET] = "GET", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT", [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
	};

	snprintf(ret, size, "%s%s", NAMES[c->route->method], c->route->path + sizeof API_PREFIX - 2);
}

void api_not_allowed(struct api_call *c, const char *about)
{
	char text[ID_MAX];

	called(c, text, sizeof text);
	app_refused(api_app(c), c->who.id, text, about);
}

/* False: it has been answered. */
static bool put(struct api_call *c, struct audit *a)
{
	struct app_health h;
	char address[64];

	snprintf(a->who, sizeof a->who, "%s", c->who.id);
	a->role = (uint32_t)c->who.role;
	lws_get_peer_simple(c->rq->wsi, address, sizeof address);
	a->from = audit_from_address(address);
	called(c, a->note, sizeof a->note);
	app_health(api_app(c), &h);
	if (h.store_up && app_audit(api_app(c), a))
		return true;
	api_refuse(c, 503, "no_store", "who asks can't be put on record now");
	return false;
}

/* The name of something that there is. What else somebody types may be anything, a telephone number too, and is not written
 * down where nothing is ever taken out. */
static bool known(struct api_call *c, const char *id)
{
	static const enum listing WHERE[] = {LISTING_HOMES, LISTING_PEOPLE, LISTING_DEVICES, LISTING_INCIDENTS};
	struct listed one;

	for (size_t i = 0; i < COUNT_OF(WHERE); i++)
		if (app_listing_find(api_app(c), WHERE[i], id, &one))
			return true;
	return false;
}

bool api_looked(struct api_call *c, const struct api_list *of, const struct listed *one, size_t count)
{
	struct audit a = {.what = AUDIT_LOOKED, .count = (uint32_t)count};
	const char *home = api_param(c, "household");

	/* Whoever has just changed it stands on record with that. */
	if (!of->personal || c->route->edits)
		return true;
	if (one != NULL)
		audit_about(&a, one->key);
	else if (home != NULL && known(c, home))
		(void)text_copy(a.household, sizeof a.household, slice_str(home));
	return put(c, &a);
}

bool api_printed(struct api_call *c, size_t count)
{
	struct audit a = {.what = AUDIT_PRINTED, .count = (uint32_t)count};
	struct app_health h;

	app_health(api_app(c), &h);
	if (h.store_up)
		return put(c, &a);
	log_line(c->api->web->log, "PAPER_PRINTED", "person=%s calls=%zu", c->who.id, count);
	return true;
}

bool api_audit_read(struct api_call *c, const char *about, size_t count)
{
	struct audit a = {.what = AUDIT_LOOKED, .count = (uint32_t)count};

	if (about != NULL && known(c, about))
		(void)text_copy(a.subject, sizeof a.subject, slice_str(about));
	return put(c, &a);
}

bool api_ends_session(struct api_call *c, const char *person)
{
	struct audit a = {.what = AUDIT_SESSION_ENDED};

	(void)text_copy(a.subject, sizeof a.subject, slice_str(person));
	return put(c, &a);
}
