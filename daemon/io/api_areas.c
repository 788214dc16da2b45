/* api_areas.c - the city's areas and the stations in them: no personal data, so whoever may read any may read all. */
#include "io/api_message.h"

static bool nothing_hidden(void *ctx, const ProtobufCMessageDescriptor *message, const char *field)
{
	(void)ctx;
	(void)message;
	(void)field;
	return false;
}

static void tell(struct api_call *c, const struct listed *one)
{
	api_message_write(&c->out, one->body, nothing_hidden, NULL);
}

/* ------------------------------------------------------------ areas */

static bool params(struct api_call *c)
{
	char within[16] = "";

	api_param_area(c, "within", within);
	return true;
}

static bool match(struct api_call *c, const struct listed *one)
{
	const char *within = api_param(c, "within");

	return within == NULL || strncmp(one->id, within, strlen(within)) == 0;
}

const struct api_list API_AREAS = {.which = LISTING_AREAS, .params = params, .match = match, .tell = tell};

void api_areas_get(struct api_call *c)
{
	api_list_begin(c, &API_AREAS);
}

void api_area_get(struct api_call *c)
{
	api_one_begin(c, &API_AREAS);
}

static const struct api_kind AREA = {
	.list = &API_AREAS, .prefix = "area:", .what = &pingan__v1__area__descriptor, .hidden = nothing_hidden};

void api_area_put(struct api_call *c, json_t *json)
{
	api_put(c, &AREA, json);
}

void api_area_patch(struct api_call *c, json_t *patch)
{
	api_patch(c, &AREA, patch);
}

/* ------------------------------------------------------------ stations */

static bool station_params(struct api_call *c)
{
	char area[16] = "";

	api_param_area(c, "area", area);
	api_param_enum(c, "kind", &pingan__v1__station_kind__descriptor, "STATION_", &c->list.number[0]);
	return true;
}

static bool station_match(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Station *s = (const Pingan__V1__Station *)one->body;
	const char *area = api_param(c, "area");

	return (area == NULL || strncmp(s->area, area, strlen(area)) == 0) &&
	       (c->list.number[0] == 0 || (int)s->kind == c->list.number[0]);
}

const struct api_list API_STATIONS = {
	.which = LISTING_STATIONS, .params = station_params, .match = station_match, .tell = tell};

void api_stations_get(struct api_call *c)
{
	api_list_begin(c, &API_STATIONS);
}

void api_station_get(struct api_call *c)
{
	api_one_begin(c, &API_STATIONS);
}

static const struct api_kind STATION = {
	.list = &API_STATIONS, .prefix = "station:", .what = &pingan__v1__station__descriptor, .hidden = nothing_hidden};

void api_station_put(struct api_call *c, json_t *json)
{
	api_put(c, &STATION, json);
}

void api_station_patch(struct api_call *c, json_t *patch)
{
	api_patch(c, &STATION, patch);
}
