/* unit_setup.c - Configure: the language a unit speaks, what it may say, whom it calls by itself. From the settings of the
 * daemon, the household's language and the device's record; told when it is not what the unit says that it lives by.
 */
#include "app/units.h"

#include <stdio.h>

#include "base/hash.h"

#define UNITS_A_TURN 64

/* Of what is kept by the unit only: the interval and the time change without it. */
static uint32_t revision_of(const struct down *down)
{
	struct down same = *down;
	uint8_t bytes[DEVICE_DOWN_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);
	uint32_t revision;

	same.heartbeat_s = DEVICE_HEARTBEAT_MIN_S;
	same.server_ms = 0;
	same.revision = 1;
	device_down_encode(&same, &b);
	ENSURE(!b.overflow);
	revision = (uint32_t)hash_bytes(0, 0, slice_of(b.at, b.len));
	return revision == 0 ? 1 : revision;
}

/* There are recordings in these; whoever speaks another hears the default. */
static bool spoken(const char *language)
{
	return strcmp(language, "cmn") == 0 || strcmp(language, "yue") == 0 || strcmp(language, "en") == 0;
}

/* Of the desk's number as people write it, "020-8000 0000", what a unit can dial; nothing when it is no number. */
static void number_dialled(const char *written, char ret[DEVICE_NUMBER_MAX])
{
	size_t len = 0;

	for (; *written != '\0' && len + 1 < DEVICE_NUMBER_MAX; written++)
		if (*written != ' ' && *written != '-')
			ret[len++] = *written;
	ret[len] = '\0';
	if (*written != '\0' || !device_number_valid(ret))
		ret[0] = '\0';
}

void unit_setup(struct app *app, const Pingan__V1__Device *d, struct down *ret)
{
	const struct unit_settings *s = &app->config.units;
	const Pingan__V1__Household *h = household_find(app, d->household);

	*ret = (struct down){.type = DOWN_CONFIGURE, .prompts = s->prompts, .server_ms = app->now.utc_ms};
	snprintf(ret->language, sizeof ret->language, "%s", s->language[0] == '\0' ? "cmn" : s->language);
	for (size_t i = 0; h != NULL && i < h->n_residents; i++)
		if (spoken(h->residents[i]->language)) {
			snprintf(ret->language, sizeof ret->language, "%.7s", h->residents[i]->language);
			break;
		}
	if (s->number_count == 0) {
		number_dialled(app->config.desk_phone, ret->numbers[0]);
		ret->number_count = ret->numbers[0][0] != '\0';
	}
	for (uint32_t i = 0; i < s->number_count; i++)
		memcpy(ret->numbers[ret->number_count++], s->numbers[i], DEVICE_NUMBER_MAX);
	ret->revision = revision_of(ret);
}

bool unit_look(struct app *app, struct device_link *l)
{
	const Pingan__V1__Device *d = device_find(app, l->device);
	struct down down;

	if (d == NULL || !l->greeted)
		return true;
	l->report_s = d->report_s;
	unit_key_take(app, l, d);
	if (!unit_key_give(app, l, d))
		return false;
	unit_setup(app, d, &down);
	if (down.revision == l->config)
		return true;
	(void)unit_beat(app, l);
	down.heartbeat_s = l->beat_s;
	l->config = down.revision;
	count(app, C_UNITS_CONFIGURED);
	return device_say(app, l, &down);
}

/* ------------------------------------------------------------ records that have changed */

/* All links, once what is known now is safe. */
static void sweep_all(struct app *app)
{
	app->devices->sweep_again = true;
	app->devices->sweep_from = app->newest;
}

void app_units(struct app *app, const struct unit_settings *units)
{
	app->config.units = *units;
	if (app->devices != NULL)
		sweep_all(app);
}

void devices_registry(struct app *app, const struct record *rec)
{
	struct devices *d = app->devices;
	const char *id = strchr(rec->key, ':') + 1;

	if (d == NULL || d->count == 0)
		return;
	/* A home's units are not listed by home: all links are looked at, a few a turn. */
	if (app->loading || rec->type != RECORD_DEVICE) {
		sweep_all(app);
		return;
	}
	if (table_get(&d->by_device, id) == NULL)
		return;
	for (uint32_t i = 0; i < d->changed_count; i++)
		if (strcmp(d->changed[i], id) == 0)
			return;
	if (d->changed_count == UNITS_CHANGED_MAX)
		sweep_all(app);
	else
		snprintf(d->changed[d->changed_count++], ID_MAX, "%s", id);
}

/* What came with an entry that is not safe yet is not told. */
static bool is_safe(struct app *app, const char *device, const struct record **ret)
{
	char key[STORE_KEY_MAX];

	record_key(key, "device", device);
	*ret = record_find(app, key);
	return *ret == NULL || ((*ret)->log_id <= app->safe && app->store_up);
}

bool unit_safe(struct app *app, const char *device)
{
	const struct record *rec;

	if (is_safe(app, device, &rec))
		return true;
	devices_registry(app, rec); /* looked at again when it is */
	return false;
}

static void changed_turn(struct app *app)
{
	struct devices *d = app->devices;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < d->changed_count; i++) {
		char id[ID_MAX];
		struct device_link *l;
		const struct record *rec;

		memcpy(id, d->changed[i], sizeof id);
		if (!is_safe(app, id, &rec)) {
			memmove(d->changed[kept++], id, sizeof id);
			continue;
		}
		l = table_get(&d->by_device, id);
		arena_reset(&app->arena);
		if (l != NULL)
			(void)unit_look(app, l);
	}
	d->changed_count = kept;
}

void units_turn(struct app *app)
{
	struct devices *d = app->devices;

	units_beats_turn(app);
	if (!app->loaded || app->loading)
		return;
	changed_turn(app);
	if (d->sweep == NULL && d->sweep_again && app->safe >= d->sweep_from) {
		d->sweep_again = false;
		d->sweep = TAILQ_FIRST(&d->all);
	}
	for (int n = 0; d->sweep != NULL && n < UNITS_A_TURN; n++) {
		struct device_link *l = d->sweep;

		d->sweep = TAILQ_NEXT(l, all);
		arena_reset(&app->arena);
		if (l->protocol == PROTOCOL_NATIVE)
			(void)unit_look(app, l);
	}
}
