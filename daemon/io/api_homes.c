/* api_homes.c - homes with their residents and contacts. Health notes are no part of it: nobody reads them in passing. Nor
 * is the key that seals what is written of a home. */
#include "io/api_message.h"
#include "io/api_pick.h"
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

static void wanted_read(const struct api_call *c, struct home_wanted *ret)
{
	*ret = (struct home_wanted){.area = api_param(c, "area"),
	                            .phone = api_param(c, "phone"),
	                            .name = api_param(c, "name"),
	                            .resident = api_param(c, "resident"),
	                            .device = api_param(c, "device")};
}

static bool gone(const struct listed *one)
{
	return ((const Pingan__V1__Household *)one->body)->erased_ms != 0;
}

/* Of a home that has been erased nothing is known but where it was. */
static bool sought(struct api_call *c, const struct listed *one)
{
	const char *area = api_param(c, "area");

	return area == NULL || area_covers(area, one->area);
}

static bool match(struct api_call *c, const struct listed *one)
{
	struct home_wanted wanted;

	wanted_read(c, &wanted);
	return app_home_wanted(api_app(c), (const Pingan__V1__Household *)one->body, &wanted);
}

const struct api_list API_HOMES = {.which = LISTING_HOMES,
                                   .personal = true,
                                   .placed = true,
                                   .params = params,
                                   .match = match,
                                   .tell = tell,
                                   .gone = gone,
                                   .sought = sought};

void api_homes_get(struct api_call *c)
{
	struct home_wanted wanted;

	wanted_read(c, &wanted);
	if (wanted.phone != NULL || wanted.name != NULL || wanted.resident != NULL || wanted.device != NULL)
		api_pick_begin(c, &API_HOMES, &wanted);
	else
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
