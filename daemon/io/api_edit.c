/* api_edit.c - a home, an area, a station is made or corrected: PUT as a whole, PATCH in part (JSON merge patch, RFC 7396).
 *
 * Never over somebody else's words: PUT names the state that it was made on (If-Match), or that there is none yet
 * (If-None-Match: *); PATCH is made on what stands. What stands otherwise by then is 412. The same request sent again after
 * a lost answer finds that it stands there already, and is a yes. What a record may say is judged by wire/registry.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "io/api_internal.h"
#include "io/api_message.h"
#include "wire/registry.h"

#define MERGE_DEPTH_MAX 8
#define PRECONDITION "If-Match with the ETag that was read, or If-None-Match: *"
/* Made on a state that does not stand any more. Perhaps it is a request sent again, whose answer was lost: the registry finds
 * that it stands there already, or says that it is a conflict. */
#define OTHER_THAN(commit) ((commit) ^ 1)

static const char *id_name(const struct api_kind *kind)
{
	return kind->what == &pingan__v1__area__descriptor ? "code" : "id";
}

/* The path names the record; the body may, and then it is the same. */
static bool id_same(struct api_call *c, json_t *json)
{
	json_t *id = json_object_get(json, id_name(c->edit.of));

	if (id == NULL)
		return json_object_set_new(json, id_name(c->edit.of), json_string(c->id)) == 0;
	if (json_is_string(id) && strcmp(json_string_value(id), c->id) == 0)
		return true;
	api_fault(c, id_name(c->edit.of), "another one than in the path");
	return false;
}

static bool waits(struct api_call *c)
{
	(void)c;
	return false;
}

void api_edit_begin(struct api_call *c, const struct api_kind *kind)
{
	c->edit.of = kind;
	c->edit.tag = ++c->api->edits;
	api_work(c, waits);
}

void api_edit_unconditional(struct api_call *c)
{
	api_refuse(c, 428, "precondition", PRECONDITION);
}

static void refuse_invalid(struct api_call *c)
{
	for (size_t i = 0; c->edit.of->rename != NULL && i < c->fault_count; i++)
		c->edit.of->rename(c->faults[i].field);
	api_refuse(c, 422, "invalid", NULL);
}

static void submit(struct api_call *c, const ProtobufCMessage *m, uint64_t expected)
{
	size_t len = protobuf_c_message_get_packed_size(m);
	uint8_t *body = len > STORE_BODY_MAX ? NULL : malloc(len + 1);
	char key[STORE_KEY_MAX + 64];
	struct record_edit edit = {.key = key, .who = &c->who, .expected = expected};

	if (len > STORE_BODY_MAX) {
		api_refuse(c, 422, "invalid", "longer than a record may be");
		return;
	}
	if (body == NULL) {
		api_refuse(c, 500, "memory", NULL);
		return;
	}
	protobuf_c_message_pack(m, body);
	snprintf(key, sizeof key, "%s%s", c->edit.of->prefix, c->id);
	edit.body = slice_of(body, len);
	c->edit.made = expected == 0;
	api_edit_begin(c, c->edit.of);
	/* The answer may come before this returns, and ends the call. */
	app_record_edit(api_app(c), c->edit.tag, &edit);
	free(body);
}

static void edit(struct api_call *c, json_t *json, uint64_t expected)
{
	const struct api_kind *kind = c->edit.of;
	ProtobufCMessage *m = NULL;

	if (id_same(c, json) && (kind->before == NULL || kind->before(c, json)))
		m = api_message_read(c, json, kind->what, kind->hidden, c);
	if (m != NULL && kind->after != NULL && !kind->after(c, m)) {
		protobuf_c_message_free_unpacked(m, NULL);
		m = NULL;
	}
	if (m == NULL) {
		if (c->fault_count != 0)
			refuse_invalid(c);
		else
			api_refuse(c, 500, "memory", NULL);
		return;
	}
	submit(c, m, expected);
	protobuf_c_message_free_unpacked(m, NULL);
}

/* The tag of what stands goes with the refusal, so that whoever asked knows what to read. */
void api_edit_stale(struct api_call *c, uint64_t commit)
{
	char tag[40];

	api_tag(commit, tag);
	answer_header(c->rq, "etag", "%s", tag);
	api_refuse(c, 412, "conflict", "somebody else has changed it since");
}

static bool theirs(struct api_call *c, const struct api_kind *kind, const struct listed *one)
{
	if (kind->theirs != NULL)
		return kind->theirs(c, one);
	return !kind->list->placed || who_covers(&c->who, one->area);
}

void api_put(struct api_call *c, const struct api_kind *kind, json_t *json)
{
	char tag[40] = "";
	struct listed one;
	bool there;

	c->edit.of = kind;
	there = app_listing_find(api_app(c), kind->list->which, c->id, &one);
	if (there && !theirs(c, kind, &one)) {
		api_not_allowed(c, one.key);
		/* As one that is not there; only that its name is taken can't be hidden from whoever wants to take it. */
		if (api_none_match(c, ""))
			api_refuse(c, 403, "area", "it lies outside the areas of who asks");
		else if (api_if_match(c, "") == API_IF_NONE)
			api_refuse(c, 428, "precondition", PRECONDITION);
		else
			api_refuse(c, 404, "not_found", NULL);
		return;
	}
	if (api_none_match(c, "")) {
		edit(c, json, there ? OTHER_THAN(one.commit) : 0);
		return;
	}
	if (there)
		api_tag(one.commit, tag);
	switch (there ? api_if_match(c, tag) : api_if_match(c, "\"\"")) {
	case API_IF_NONE:
		api_refuse(c, 428, "precondition", PRECONDITION);
		break;
	case API_IF_FAILS:
		if (there)
			edit(c, json, OTHER_THAN(one.commit));
		else
			api_refuse(c, 404, "not_found", NULL);
		break;
	case API_IF_MATCHES:
		if (there)
			edit(c, json, one.commit);
		else
			api_refuse(c, 404, "not_found", NULL);
		break;
	}
}

/* No record is as deep. */
static bool too_deep(const json_t *patch, unsigned depth)
{
	const char *name;
	json_t *value;

	if (depth > MERGE_DEPTH_MAX)
		return true;
	json_object_foreach((json_t *)(uintptr_t)patch, name, value)
	{
		if (json_is_object(value) && too_deep(value, depth + 1))
			return true;
	}
	return false;
}

/* RFC 7396, 2. False without memory. */
static bool merge(json_t *target, const json_t *patch)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)patch, name, value)
	{
		json_t *there = json_object_get(target, name);

		if (json_is_null(value)) {
			json_object_del(target, name);
			continue;
		}
		if (!json_is_object(value)) {
			if (json_object_set(target, name, value) != 0)
				return false;
			continue;
		}
		if (!json_is_object(there) && json_object_set_new(target, name, json_object()) != 0)
			return false;
		if (!merge(json_object_get(target, name), value))
			return false;
	}
	return true;
}

void api_patch(struct api_call *c, const struct api_kind *kind, json_t *patch)
{
	struct listed one;
	json_t *json;
	char tag[40];
	struct jot j;
	char *text;
	size_t len;

	c->edit.of = kind;
	if (!api_one(c, kind->list, &one))
		return;
	if (too_deep(patch, 0)) {
		api_fault(c, "?", "deeper than any record");
		api_refuse(c, 422, "invalid", NULL);
		return;
	}
	api_tag(one.commit, tag);
	if (api_if_match(c, tag) == API_IF_FAILS) {
		api_edit_stale(c, one.commit);
		return;
	}
	jot_begin(&j, API_ITEM_BYTES);
	jot_open(&j, NULL, '{');
	api_message_write(&j, one.body, kind->hidden, c);
	jot_close(&j, '}');
	text = jot_take(&j, &len);
	json = text == NULL ? NULL : json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	if (json == NULL || !merge(json, patch))
		api_refuse(c, 500, "memory", NULL);
	else
		edit(c, json, one.commit);
	json_decref(json);
}

static void invalid(struct api_call *c, const struct record_done *done)
{
	const char *(*why)(const char *code) = c->edit.of->why != NULL ? c->edit.of->why : registry_why_english;

	for (size_t i = 0; i < done->fault_count && i < RECORD_FAULTS_MAX; i++)
		api_fault(c, done->faults[i].field, why(done->faults[i].why));
	refuse_invalid(c);
}

void api_edited(struct api *api, uint64_t tag, const struct record_done *done)
{
	struct api_call *c;

	TAILQ_FOREACH (c, &api->calls, link)
		if (c->route->edits && c->edit.tag == tag)
			break;
	if (c == NULL)
		return; /* whoever asked has gone */
	switch (done->end) {
	case RECORD_SAVED:
	case RECORD_SAME:
		c->status = c->edit.made ? 201 : 200;
		if (c->edit.of->told != NULL)
			c->edit.of->told(c);
		else
			api_one_begin(c, c->edit.of->list);
		break;
	case RECORD_CONFLICT:
		api_edit_stale(c, done->commit);
		break;
	case RECORD_INVALID:
		invalid(c, done);
		break;
	case RECORD_FORBIDDEN:
		api_not_allowed(c, "");
		api_refuse(c, 403, "area", "it lies outside the areas of who asks");
		break;
	case RECORD_ROLE:
		api_not_allowed(c, "");
		api_refuse(c, 403, "role", "administrators and auditors are made and changed by pinganctl alone");
		break;
	case RECORD_BUSY:
		api_refuse(c, 409, "busy", "it does not stand so now: looked at again, it may");
		break;
	case RECORD_GONE:
		api_refuse(c, 404, "not_found", NULL);
		break;
	case RECORD_AWAY:
		api_refuse(c, 503, "no_store", NULL);
		break;
	}
}
