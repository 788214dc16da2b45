#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"
#include "core/device_life.h"
#include "core/people.h"
#include "doctor.h"
#include "pingan/v1/record.pb-c.h"
#include "roster.h"

#define BATCH 256 /* records asked for at once */

struct look {
	struct doctor *d;
	struct table areas;  /* code -> struct seen, HAS_ */
	struct table homes;  /* id -> struct seen, HOME_ */
	struct table places; /* areas in which homes lie -> struct seen, PLACE_ */
	struct staff staff;
	ms_t now_ms;
	uint32_t unread;
	struct examples no_station, no_target, homeless, no_device, no_contact, untried, tokens;
	size_t gaps, plans;
	struct examples gap_areas;
};

#define TOKEN_SOON_MS (14 * 24 * 3600 * INT64_C(1000))

enum { HAS_STATION = 1, HAS_TARGET = 2 };
enum { HOME_DEVICE = 1, HOME_CONTACT = 2 };
enum { PLACE_ROSTER = 1 };

struct seen {
	char id[STORE_KEY_MAX];
	unsigned bits;
};

static struct seen *seen_put(struct table *t, const char *id, unsigned bits)
{
	struct seen *s = calloc(1, sizeof *s);

	ENSURE(s != NULL);
	snprintf(s->id, sizeof s->id, "%s", id);
	s->bits = bits;
	ENSURE(table_put(t, s->id, s));
	return s;
}

static unsigned seen_bits(const struct table *t, const char *id)
{
	const struct seen *s = table_get(t, id);

	return s == NULL ? 0 : s->bits;
}

static void seen_free(struct table *t)
{
	for (size_t i = 0; i < table_places(t); i++)
		if (table_at(t, i)->key != NULL)
			free(table_at(t, i)->value);
	table_free(t);
}

static bool batch(struct look *l, char **keys, size_t count, const char *type,
                  void (*take)(struct look *l, const char *id, struct slice body))
{
	redisContext *redis = l->d->cell.redis;

	for (size_t i = 0; i < count; i++)
		redisAppendCommand(redis, "HMGET %s%s rev commits body", l->d->cell.prefix, keys[i]);
	for (size_t i = 0; i < count; i++) {
		struct store_record rec;
		void *reply = NULL;

		if (redisGetReply(redis, &reply) != REDIS_OK)
			return false;
		if (!commit_record_read(slice_str(keys[i]), reply, &rec))
			l->unread++;
		else if (rec.rev != 0)
			take(l, keys[i] + strlen(type), rec.body);
		freeReplyObject(reply);
	}
	return true;
}

static bool each(struct look *l, const char *type, void (*take)(struct look *l, const char *id, struct slice body))
{
	size_t count = 0;
	char **keys = cell_keys(&l->d->cell, type, &count);
	bool ok = keys != NULL;

	for (size_t i = 0; ok && i < count; i += BATCH)
		ok = batch(l, keys + i, count - i < BATCH ? count - i : BATCH, type, take);
	if (keys != NULL)
		cell_keys_free(keys, count);
	return ok;
}

/* ------------------------------------------------------------ people, areas */

static void take_person(struct look *l, const char *id, struct slice body)
{
	Pingan__V1__Person *p = pingan__v1__person__unpack(NULL, body.len, body.at);

	if (p == NULL)
		l->unread++;
	else
		staff_take(&l->staff, id, p);
	if (p != NULL)
		pingan__v1__person__free_unpacked(p, NULL);
}

static void take_token(struct look *l, const char *id, struct slice body)
{
	Pingan__V1__Token *t = pingan__v1__token__unpack(NULL, body.len, body.at);

	if (t == NULL)
		l->unread++;
	else if (t->until_ms < l->now_ms + TOKEN_SOON_MS && t->until_ms > l->now_ms - TOKEN_SOON_MS)
		examples_add(&l->tokens, id);
	if (t != NULL)
		pingan__v1__token__free_unpacked(t, NULL);
}

/* Keys come in order: what is above an area has been read. What it has not of its own it has from there. */
static void take_area(struct look *l, const char *id, struct slice body)
{
	Pingan__V1__Area *a = pingan__v1__area__unpack(NULL, body.len, body.at);
	unsigned bits = 0;
	char above[16];

	if (a == NULL) {
		l->unread++;
		return;
	}
	snprintf(above, sizeof above, "%s", id);
	for (size_t len = strlen(above); len > 2;) {
		len -= len > 6 ? 3 : 2;
		above[len] = '\0';
		bits |= seen_bits(&l->areas, above);
	}
	if (a->station[0] != '\0')
		bits |= HAS_STATION;
	if (a->arrival_due_min != 0)
		bits |= HAS_TARGET;
	(void)seen_put(&l->areas, id, bits);
	/* Sub-districts and what lies below: people are sent there. */
	if (strlen(id) == 9 && (bits & HAS_STATION) == 0)
		examples_add(&l->no_station, id);
	if (strlen(id) == 9 && (bits & HAS_TARGET) == 0)
		examples_add(&l->no_target, id);
	pingan__v1__area__free_unpacked(a, NULL);
}

/* ------------------------------------------------------------ homes, devices */

static void take_home(struct look *l, const char *id, struct slice body)
{
	Pingan__V1__Household *h = pingan__v1__household__unpack(NULL, body.len, body.at);

	if (h == NULL)
		l->unread++;
	else if (h->erased_ms == 0 && strcmp(id, "quarantine") != 0) {
		(void)seen_put(&l->homes, id, h->n_contacts != 0 ? HOME_CONTACT : 0);
		if (table_get(&l->places, h->area) == NULL)
			(void)seen_put(&l->places, h->area, 0);
	}
	if (h != NULL)
		pingan__v1__household__free_unpacked(h, NULL);
}

static void take_device(struct look *l, const char *id, struct slice body)
{
	Pingan__V1__Device *m = pingan__v1__device__unpack(NULL, body.len, body.at);
	struct seen *home;

	if (m == NULL) {
		l->unread++;
		return;
	}
	home = table_get(&l->homes, m->household);
	if ((unsigned)m->state == DEVICE_IN_SERVICE && home == NULL)
		examples_add(&l->homeless, id);
	if ((unsigned)m->state != DEVICE_RETIRED && home != NULL)
		home->bits |= HOME_DEVICE;
	if ((unsigned)m->state != DEVICE_RETIRED && home != NULL && m->proved_ms == 0 && m->tested_ms == 0)
		examples_add(&l->untried, id);
	pingan__v1__device__free_unpacked(m, NULL);
}

static void homes_count(struct look *l)
{
	for (size_t i = 0; i < table_places(&l->homes); i++) {
		const struct seen *home = table_at(&l->homes, i)->value;

		if (table_at(&l->homes, i)->key == NULL)
			continue;
		if ((home->bits & HOME_DEVICE) == 0)
			examples_add(&l->no_device, home->id);
		if ((home->bits & HOME_CONTACT) == 0)
			examples_add(&l->no_contact, home->id);
	}
}

/* ------------------------------------------------------------ rosters */

struct plan_look {
	struct look *l;
	struct roster_cell *r;
	const struct shift_plan *plan;
	size_t gaps;
};

static bool take_shift(void *ctx, const struct shift *s)
{
	struct plan_look *p = ctx;
	struct shift_gap gaps[2 * ABSENCES_MAX];

	p->gaps += shift_gaps(s, p->plan->area, &p->r->world, p->r->now_ms, gaps, COUNT_OF(gaps));
	return true;
}

static bool take_plan(void *ctx, struct roster_cell *r, const struct shift_plan *plan)
{
	struct look *l = ctx;
	struct plan_look p = {.l = l, .r = r, .plan = plan};

	(void)shift_each(plan, r->offset_ms, r->now_ms, r->now_ms + l->d->o->days * INT64_C(86400000), take_shift, &p);
	for (size_t i = 0; i < table_places(&l->places); i++)
		if (table_at(&l->places, i)->key != NULL && area_covers(plan->area, table_at(&l->places, i)->key))
			((struct seen *)table_at(&l->places, i)->value)->bits |= PLACE_ROSTER;
	if (p.gaps != 0)
		examples_add(&l->gap_areas, plan->area);
	l->gaps += p.gaps;
	l->plans++;
	return true;
}

static void rosters(struct look *l)
{
	struct doctor *d = l->d;
	struct roster_cell r;

	if (!roster_cell_open(&r, &d->cell, d->o->config) || !roster_each(&r, NULL, take_plan, l))
		doctor_say(d, FINDING_WRONG, "rosters", "look at what is said on standard error", "can't be read");
	else if (l->plans == 0)
		doctor_say(d, FINDING_WARNING, "rosters", "pinganctl help roster template add",
		           "there are none: nobody knows who is on call");
	else if (l->gaps != 0)
		doctor_say(d, FINDING_WARNING, "rosters",
		           "pinganctl roster gaps names them; roster shift gives them to somebody",
		           "%zu gaps in the next %" PRIu32 " days, in %zu areas: %s", l->gaps, d->o->days, l->gap_areas.count,
		           l->gap_areas.text);
	else
		doctor_say(d, FINDING_OK, "rosters", "", "%zu, no gap in the next %" PRIu32 " days", l->plans, d->o->days);
	roster_cell_close(&r);
}

/* ------------------------------------------------------------ what was found */

static void say(struct doctor *d, const char *check, const char *well, const char *what, const char *mend,
                const struct examples *e)
{
	if (e->count != 0)
		doctor_say(d, FINDING_WARNING, check, mend, "%zu %s: %s", e->count, what, e->text);
	else
		doctor_say(d, FINDING_OK, check, "", "%s", well);
}

/* Areas in which homes lie, but to which nobody goes, or for which no roster says who would. */
static void places_say(struct look *l)
{
	struct examples nobody = {0}, no_roster = {0};

	for (size_t i = 0; i < table_places(&l->places); i++) {
		const struct seen *place = table_at(&l->places, i)->value;

		if (table_at(&l->places, i)->key == NULL)
			continue;
		if (!staff_covers(&l->staff, place->id))
			examples_add(&nobody, place->id);
		if ((place->bits & PLACE_ROSTER) == 0)
			examples_add(&no_roster, place->id);
	}
	say(l->d, "cover", "somebody goes to each area with homes", "areas with homes, to which no caregiver goes",
	    "pinganctl user set ACCOUNT --area CODES", &nobody);
	say(l->d, "roster cover", "each area with homes has one, or what lies above",
	    "areas with homes have no roster, nor what lies above", "pinganctl help roster template add", &no_roster);
}

void doctor_registry(struct doctor *d)
{
	struct look *l = calloc(1, sizeof *l);
	bool read;

	ENSURE(l != NULL);
	l->d = d;
	l->now_ms = cell_now_ms(&d->cell);
	read = l->now_ms != 0 && each(l, "person:", take_person) && each(l, "token:", take_token) &&
	       each(l, "area:", take_area) && each(l, "household:", take_home) && each(l, "device:", take_device);
	if (!read) {
		doctor_say(d, FINDING_WRONG, "registry", "look at what is said on standard error", "can't be read");
	} else {
		doctor_say(d, FINDING_OK, "registry", "", "%zu homes in %zu areas", l->homes.used, l->areas.used);
		staff_say(d, &l->staff);
		say(d, "tokens", "none ends soon", "of other systems end within two weeks, or have just ended",
		    "pinganctl token list; token add NAME ..., and give it to them", &l->tokens);
		homes_count(l);
		say(d, "areas", "each sub-district has a station", "sub-districts without a station, nor what lies above",
		    "pinganctl area set CODE station=ID: a call names who looks after the home", &l->no_station);
		say(d, "arrival", "each sub-district has a time to arrive",
		    "sub-districts without a time to arrive, nor what lies above",
		    "the policy's time holds there; pinganctl area set CODE arrival_due_min=N", &l->no_target);
		say(d, "devices", "each lies in a home", "in service without a home that is there",
		    "pinganctl device retire ID, or enter the home", &l->homeless);
		say(d, "homes", "each has a device", "without a device",
		    "enter one (pinganctl device add), or look whether the home still wants it", &l->no_device);
		say(d, "contacts", "each home has one", "homes without a contact",
		    "ask the home whom to call; pinganctl contact add HOME 1 ...", &l->no_contact);
		say(d, "units", "each was tried", "units were never tried: nobody knows whether their button rings here",
		    "press each (pinganctl device test ID, or the technician's page)", &l->untried);
		rosters(l);
		places_say(l);
		if (l->unread != 0)
			doctor_say(d, FINDING_WRONG, "records", "report it with the version that wrote them",
			           "%" PRIu32 " are unreadable", l->unread);
		else
			doctor_say(d, FINDING_OK, "records", "", "all are readable");
	}
	seen_free(&l->areas);
	seen_free(&l->homes);
	seen_free(&l->places);
	free(l);
}
