/* api_homes.c - homes with their residents and contacts. Health notes are no part of it: nobody reads them in passing. Nor
 * is the key that seals what is written of a home. */
#include "io/api_message.h"
#include "wire/registry_edit.h"

/* What belongs to others, and how to get in: that is told to those only who keep it right. */
static bool hidden(void *ctx, const ProtobufCMessageDescriptor *message, const char *field)
{
	static const char *const ACCESS[] = {"access", "door_code", "key_safe", "key_holder"};
	const struct api_call *c = ctx;

	if (strcmp(field, "health") == 0 || !registry_edits(message, field))
		return true;
	if (message != &pingan__v1__household__descriptor || who_may(&c->who, SCOPE_HOMES_WRITE))
		return false;
	for (size_t i = 0; i < COUNT_OF(ACCESS); i++)
		if (strcmp(field, ACCESS[i]) == 0)
			return true;
	return false;
}

static void tell(struct api_call *c, const struct listed *one)
{
	api_message_write(&c->out, one->body, hidden, c);
}

static bool params(struct api_call *c)
{
	char area[16] = "";

	api_param_area(c, "area", area);
	return true;
}

static bool match(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Household *h = (const Pingan__V1__Household *)one->body;
	const char *area = api_param(c, "area"), *phone = api_param(c, "phone"), *resident = api_param(c, "resident");
	bool found;

	if (h->erased_ms != 0 || (area != NULL && strncmp(h->area, area, strlen(area)) != 0))
		return false;
	if (resident != NULL) {
		found = false;
		for (size_t i = 0; i < h->n_residents; i++)
			found = found || strcmp(h->residents[i]->id, resident) == 0;
		if (!found)
			return false;
	}
	if (phone == NULL)
		return true;
	found = strcmp(h->phone, phone) == 0;
	for (size_t i = 0; i < h->n_residents; i++)
		found = found || strcmp(h->residents[i]->phone, phone) == 0;
	for (size_t i = 0; i < h->n_contacts; i++)
		found = found || strcmp(h->contacts[i]->phone, phone) == 0;
	return found;
}

const struct api_list API_HOMES = {
	.which = LISTING_HOMES, .personal = true, .placed = true, .params = params, .match = match, .tell = tell};

void api_homes_get(struct api_call *c)
{
	api_list_begin(c, &API_HOMES);
}

void api_home_get(struct api_call *c)
{
	api_one_begin(c, &API_HOMES);
}

static const struct api_kind HOME = {
	.list = &API_HOMES, .prefix = "household:", .what = &pingan__v1__household__descriptor, .hidden = hidden};

void api_home_put(struct api_call *c, json_t *json)
{
	api_put(c, &HOME, json);
}

void api_home_patch(struct api_call *c, json_t *patch)
{
	api_patch(c, &HOME, patch);
}
