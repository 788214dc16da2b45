#include "app/listing.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/briefs.h"
#include "app/internal.h"
#include "app/listings.h"
#include "app/roster.h"
#include "app/watched.h"
#include "base/hex.h"
#include "base/sorted.h"

struct list {
	bool wanted;
	struct record *at; /* being made: the next to look at; NULL = it is made */
	struct sorted by;
};

struct listings {
	struct list lists[LISTING_COUNT];
};

static const struct {
	enum record_type type;
	const char *prefix;
	const ProtobufCMessageDescriptor *body;
} KINDS[LISTING_COUNT] = {
	[LISTING_HOMES] = {RECORD_HOUSEHOLD, "household:", &pingan__v1__household__descriptor},
	[LISTING_DEVICES] = {RECORD_DEVICE, "device:", &pingan__v1__device__descriptor},
	[LISTING_PEOPLE] = {RECORD_PERSON, "person:", &pingan__v1__person__descriptor},
	[LISTING_AREAS] = {RECORD_AREA, "area:", &pingan__v1__area__descriptor},
	[LISTING_STATIONS] = {RECORD_STATION, "station:", &pingan__v1__station__descriptor},
	[LISTING_ROSTERS] = {RECORD_ROSTER, "roster:", &pingan__v1__roster__descriptor},
	[LISTING_ABSENCES] = {RECORD_ABSENCE, "absence:", &pingan__v1__absences__descriptor},
	[LISTING_SESSIONS] = {RECORD_LOGIN, "login:", &pingan__v1__login__descriptor},
	[LISTING_INCIDENTS] = {RECORD_INCIDENT, "incident:", &pingan__v1__incident__descriptor},
};

struct listings *listings_new(void)
{
	return calloc(1, sizeof(struct listings));
}

void listings_free(struct listings *all)
{
	if (all == NULL)
		return;
	for (int i = 0; i < LISTING_COUNT; i++)
		sorted_free(&all->lists[i].by);
	free(all);
}

static struct list *list_of(struct app *app, const struct record *rec)
{
	if (app->listings == NULL)
		return NULL;
	for (int i = 0; i < LISTING_COUNT; i++)
		if (KINDS[i].type == rec->type)
			return &app->listings->lists[i];
	return NULL;
}

static void list_drop(struct list *l)
{
	sorted_free(&l->by);
	l->wanted = false;
	l->at = NULL;
}

/* Under which text it stands. An incident's key is a hash: the time when it was opened, backwards, comes before it. */
static const char *place_of(const struct record *rec)
{
	return rec->slot != NULL ? rec->slot->listed : rec->key;
}

static void take_out(struct list *l, const struct record *rec)
{
	if (rec->slot == NULL || rec->slot->listed[0] != '\0')
		sorted_remove(&l->by, place_of(rec));
	if (rec->slot != NULL)
		rec->slot->listed[0] = '\0';
}

static void put_in(struct list *l, struct record *rec)
{
	if (rec->slot != NULL) {
		struct incident_slot *slot = rec->slot;
		char place[sizeof slot->listed];

		hex16(~(uint64_t)slot->opened_ms, place);
		hex16(slot->id, place + 16);
		if (strcmp(place, slot->listed) != 0)
			take_out(l, rec);
		memcpy(slot->listed, place, sizeof place);
	}
	/* Without memory the whole index goes, and is made anew when somebody asks. */
	if (!sorted_put(&l->by, place_of(rec), rec))
		list_drop(l);
}

static bool has_place(const struct record *rec)
{
	return rec->rev != 0 && (rec->slot == NULL || rec->slot->state != INCIDENT_NONE);
}

void listings_touch(struct app *app, struct record *rec)
{
	struct list *l = list_of(app, rec);

	if (l == NULL || !l->wanted)
		return;
	if (has_place(rec))
		put_in(l, rec);
	else
		take_out(l, rec);
}

void listings_forget(struct app *app, struct record *rec)
{
	struct list *l = list_of(app, rec);

	if (l == NULL || !l->wanted)
		return;
	take_out(l, rec);
	if (l->at == rec)
		l->at = TAILQ_NEXT(rec, of_type);
}

static void list_make(struct list *l)
{
	for (int n = 0; n < LISTING_SLICE && l->at != NULL; n++) {
		struct record *rec = l->at;

		l->at = TAILQ_NEXT(rec, of_type);
		if (has_place(rec))
			put_in(l, rec);
	}
}

void listings_turn(struct app *app)
{
	for (int i = 0; app->listings != NULL && i < LISTING_COUNT; i++)
		list_make(&app->listings->lists[i]);
}

bool listings_behind(const struct app *app)
{
	for (int i = 0; app->listings != NULL && i < LISTING_COUNT; i++)
		if (app->listings->lists[i].at != NULL)
			return true;
	return false;
}

/* ------------------------------------------------------------ reading */

bool app_listing_ready(struct app *app, enum listing which)
{
	struct list *l;

	if (app->listings == NULL && (app->listings = listings_new()) == NULL)
		return false;
	l = &app->listings->lists[which];
	if (!l->wanted) {
		struct record *rec;

		/* Places of an index that was dropped stand in the slots of calls still; nothing else has any, and of homes there may
		 * be a million. */
		if (which == LISTING_INCIDENTS)
			TAILQ_FOREACH (rec, &app->of_type[RECORD_INCIDENT], of_type)
				if (rec->slot != NULL)
					rec->slot->listed[0] = '\0';
		l->wanted = true;
		l->at = TAILQ_FIRST(&app->of_type[KINDS[which].type]);
		list_make(l);
	}
	return l->wanted && l->at == NULL;
}

static void area_take(char ret[16], const char *area)
{
	if (!text_copy(ret, 16, slice_str(area)))
		ret[0] = '\0';
}

/* The newest entry that has changed it, or where it lies: a unit moves with its home, absences with who is away. */
static uint64_t changed_by(struct app *app, enum listing which, const struct record *rec)
{
	const char *id = rec->key + strlen(KINDS[which].prefix), *kind = NULL, *name = id;
	const struct record *with = NULL;
	char key[STORE_KEY_MAX];

	if (which == LISTING_DEVICES) {
		const struct device_brief *d = device_brief(app, id);

		kind = "household:";
		name = d == NULL ? "" : d->household;
	} else if (which == LISTING_ABSENCES) {
		kind = "person:";
	}
	if (kind != NULL && (size_t)snprintf(key, sizeof key, "%s%s", kind, name) < sizeof key)
		with = record_find(app, key);
	return with != NULL && with->log_id > rec->log_id ? with->log_id : rec->log_id;
}

static bool read_one(struct app *app, enum listing which, const struct record *rec, struct listed *ret)
{
	const char *id = rec->key + strlen(KINDS[which].prefix);
	const struct home_brief *home = NULL;

	/* Where calls of unknown devices are sealed is nobody's home. */
	if (rec->rev == 0 || (which == LISTING_HOMES && strcmp(id, QUARANTINE) == 0))
		return false;
	arena_reset(&app->arena);
	*ret = (struct listed){.key = rec->key,
	                       .id = id,
	                       .place = place_of(rec),
	                       .rev = rec->rev,
	                       .commit = rec->commits[0],
	                       .log_id = changed_by(app, which, rec)};
	if (which == LISTING_HOMES) {
		home = home_brief(app, id);
	} else if (which == LISTING_DEVICES) {
		const struct device_brief *d = device_brief(app, id);

		home = d == NULL ? NULL : home_brief(app, d->household);
	} else if (which == LISTING_INCIDENTS && rec->slot != NULL) {
		area_take(ret->area, rec->slot->area);
	} else if (which == LISTING_ROSTERS) {
		area_take(ret->area, id);
	}
	if (home != NULL)
		area_take(ret->area, home->area);
	ret->body = protobuf_c_message_unpack(KINDS[which].body, &app->arena.allocator, rec->body_len, rec->body);
	if (ret->body == NULL) {
		count(app, C_RECORDS_UNREADABLE);
		APP_LOG(app, "RECORD_UNREADABLE", "key=%s reason=bytes len=%" PRIu32, rec->key, rec->body_len);
	} else if (which == LISTING_HOMES && home == NULL) {
		/* It has been erased: what is left says where it was. */
		area_take(ret->area, ((const Pingan__V1__Household *)(const void *)ret->body)->area);
	}
	return ret->body != NULL;
}

bool app_listing_walk(struct app *app, enum listing which, const char *after, size_t max, listing_each *each, void *ctx,
                      char ret_place[LISTING_KEY_MAX])
{
	return app_listing_walk_since(app, which, after, 0, max, each, ctx, ret_place);
}

bool app_listing_walk_since(struct app *app, enum listing which, const char *after, uint64_t since, size_t max,
                            listing_each *each, void *ctx, char ret_place[LISTING_KEY_MAX])
{
	const struct list *l = &app->listings->lists[which];
	struct sorted_place place;
	const struct sorted_item *item = sorted_seek(&l->by, after, &place), *last = NULL;
	size_t n = 0, skipped = 0;
	bool more = true;

	ret_place[0] = '\0';
	app_begin(app);
	while (item != NULL && more && n < max && skipped < LISTING_SKIP) {
		const struct record *rec = item->value;
		struct listed one;

		if (since != 0 && rec->log_id <= since && changed_by(app, which, rec) <= since) {
			skipped++;
		} else {
			n++;
			more = !read_one(app, which, rec, &one) || each(ctx, &one);
		}
		last = item;
		item = sorted_step(&l->by, &place);
	}
	if (last != NULL && !text_copy(ret_place, LISTING_KEY_MAX, slice_str(last->key)))
		return true; /* no key is as long */
	return item == NULL;
}

bool app_listing_find(struct app *app, enum listing which, const char *id, struct listed *ret)
{
	char key[STORE_KEY_MAX];
	const struct record *rec;
	size_t len = strlen(KINDS[which].prefix);

	app_begin(app);
	if (strlen(id) + len >= sizeof key)
		return false;
	memcpy(key, KINDS[which].prefix, len);
	memcpy(key + len, id, strlen(id) + 1);
	rec = record_find(app, key);
	return rec != NULL && (rec->slot == NULL || rec->slot->state != INCIDENT_NONE) && read_one(app, which, rec, ret);
}

bool app_listing_whole(const struct app *app)
{
	return app->closed_count < CLOSED_KEPT;
}

bool app_person_near(struct app *app, const char *person, const struct who *who)
{
	const Pingan__V1__Person *p = person_find(app, person);

	for (size_t i = 0; p != NULL && i < p->n_areas; i++) {
		if (who_covers(who, p->areas[i]))
			return true;
		for (uint32_t k = 0; k < who->area_count; k++)
			if (area_covers(p->areas[i], who->areas[k]))
				return true;
	}
	return false;
}

bool app_person_in(struct app *app, const char *person, const char *area)
{
	const Pingan__V1__Person *p = person_find(app, person);

	for (size_t i = 0; p != NULL && i < p->n_areas; i++)
		if (area_covers(area, p->areas[i]) || area_covers(p->areas[i], area))
			return true;
	return false;
}

bool app_device_home(struct app *app, const char *device, const char *household)
{
	const Pingan__V1__Device *d = device_find(app, device);

	return d != NULL && strcmp(d->household, household) == 0;
}

void app_person_now(struct app *app, const char *person, struct person_now *ret)
{
	const struct caregiver *cg = caregiver_find(app, person);
	const struct operator* op = operator_find(app, person);
	const struct member *m = roster_member(app, person);

	*ret = (struct person_now){.field = m != NULL && rights_fields(m->rights.role)};
	if (cg != NULL && cg->on_duty) {
		ret->on_duty = true;
		ret->duty_since_ms = cg->duty_since_ms;
		ret->incident = cg->incident;
	}
	if (op != NULL && op->link == LINK_UP) {
		ret->desk = true;
		ret->ready = op->ready;
	}
}

void app_device_now(struct app *app, const char *device, struct device_now *ret)
{
	const struct unit *u = unit_find(app, device);

	*ret = (struct device_now){0};
	if (u == NULL)
		return;
	ret->silent = u->silent;
	ret->heard_ms = u->heard_ms;
}

uint64_t app_home_incident(struct app *app, const char *household)
{
	const struct record *rec = incident_of_household(app, household);

	return rec == NULL || rec->rev == 0 ? 0 : rec->slot->id;
}
