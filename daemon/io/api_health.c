/* api_health.c - GET /api/v1/homes/{id}/health: what is known of the health of who lives in one home. In no list, for no role, with a
 * scope of its own; and told only once it stands in the log and the audit chain who looks. */
#include <stdio.h>

#include "io/api_internal.h"
#include "io/api_message.h"

static bool nothing_hidden(void *ctx, const ProtobufCMessageDescriptor *message, const char *field)
{
	(void)ctx;
	(void)message;
	(void)field;
	return false;
}

static void health_tell(struct jot *j, const Pingan__V1__Health *h)
{
	if (h == NULL)
		return;
	jot_open(j, "health", '{');
	api_message_write(j, &h->base, nothing_hidden, NULL);
	jot_close(j, '}');
}

static void tell(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Household *h = (const Pingan__V1__Household *)one->body;
	struct jot *j = &c->out;

	jot_text(j, "id", one->id);
	health_tell(j, h->health);
	jot_open(j, "residents", '[');
	for (size_t i = 0; i < h->n_residents; i++) {
		jot_open(j, NULL, '{');
		jot_text(j, "id", h->residents[i]->id);
		health_tell(j, h->residents[i]->health);
		jot_close(j, '}');
	}
	jot_close(j, ']');
}

static bool match(struct api_call *c, const struct listed *one)
{
	(void)c;
	return ((const Pingan__V1__Household *)one->body)->erased_ms == 0;
}

static const struct api_list HEALTH_OF = {
	.which = LISTING_HOMES, .personal = true, .placed = true, .match = match, .tell = tell};
static const struct api_kind HEALTH = {
	.list = &HEALTH_OF, .prefix = "household:", .what = &pingan__v1__household__descriptor, .hidden = nothing_hidden};

static bool waits(struct api_call *c)
{
	(void)c;
	return false;
}

void api_home_health(struct api_call *c)
{
	struct record_edit look = {.who = &c->who, .health = true};
	char key[STORE_KEY_MAX];
	struct listed one;

	if (!api_one(c, &HEALTH_OF, &one))
		return;
	snprintf(key, sizeof key, "%s", one.key);
	look.key = key;
	c->edit.of = &HEALTH;
	c->edit.tag = ++c->api->edits;
	api_work(c, waits);
	/* As with an edit the answer comes by api_edited(), and may come before this returns. */
	app_record_look(api_app(c), c->edit.tag, &look);
}
