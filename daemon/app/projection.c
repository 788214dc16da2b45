/* projection.c - every record of the cell in memory, and the indexes over them. Fed by the log and by loads only. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/find.h"
#include "app/guesses.h"
#include "app/installed.h"
#include "app/internal.h"
#include "app/listings.h"
#include "app/outages.h"
#include "app/registry.h"
#include "app/shifts.h"
#include "app/storms.h"
#include "app/supervision.h"
#include "base/hex.h"

#define LONG_CLOSED_MS ((int64_t)86400000)

static const struct {
	const char *prefix;
	enum record_type type;
} TYPES[] = {
	{"incident:", RECORD_INCIDENT},   {"caregiver:", RECORD_CAREGIVER},
	{"operator:", RECORD_OPERATOR},   {"daemon:", RECORD_DAEMON},
	{"login:", RECORD_LOGIN},         {"person:", RECORD_PERSON},
	{"household:", RECORD_HOUSEHOLD}, {"device:", RECORD_DEVICE},
	{"area:", RECORD_AREA},           {"out:", RECORD_OUT},
	{"storm:", RECORD_STORM},         {"token:", RECORD_TOKEN},
	{"roster:", RECORD_ROSTER},       {"station:", RECORD_STATION},
	{"absence:", RECORD_ABSENCE},     {"reminder:", RECORD_REMINDER},
	{"guess:", RECORD_GUESS},         {"drain:", RECORD_DRAIN},
	{"snapshot:", RECORD_WISH},
};

static enum record_type type_of(const char *key)
{
	for (size_t i = 0; i < COUNT_OF(TYPES); i++)
		if (strncmp(key, TYPES[i].prefix, strlen(TYPES[i].prefix)) == 0)
			return TYPES[i].type;
	return RECORD_OTHER;
}

void record_key(char ret[STORE_KEY_MAX], const char *type, const char *id)
{
	size_t type_len = strlen(type), id_len = strlen(id);

	if (type_len + 1 + id_len >= STORE_KEY_MAX) {
		ret[0] = '\0';
		return;
	}
	memcpy(ret, type, type_len);
	ret[type_len] = ':';
	memcpy(ret + type_len + 1, id, id_len + 1);
}

void incident_key(char ret[STORE_KEY_MAX], uint64_t id)
{
	memcpy(ret, "incident:", sizeof "incident:");
	hex16(id, ret + 9);
}

/* The part of a key behind its type. */
static const char *id_of(const char *key)
{
	const char *colon = strchr(key, ':');

	return colon == NULL ? key : colon + 1;
}

struct record *record_find(struct app *app, const char *key)
{
	return table_get(&app->records, key);
}

struct record *record_want(struct app *app, const char *key)
{
	struct record *rec = record_find(app, key);

	if (rec != NULL || key[0] == '\0')
		return rec;
	rec = calloc(1, sizeof *rec);
	if (rec == NULL)
		return NULL;
	snprintf(rec->key, sizeof rec->key, "%s", key);
	rec->type = type_of(key);
	TAILQ_INIT(&rec->waiting);
	if (rec->type == RECORD_INCIDENT) {
		rec->slot = calloc(1, sizeof *rec->slot);
		if (rec->slot == NULL) {
			free(rec);
			return NULL;
		}
		rec->slot->record = rec;
		rec->slot->id = strtoull(id_of(key), NULL, 16);
	}
	if (!table_put(&app->records, rec->key, rec)) {
		free(rec->slot);
		free(rec);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&app->of_type[rec->type], rec, of_type);
	app->count_of_type[rec->type]++;
	return rec;
}

/* What we hold lacks something that the store has: everything is read again, once there is memory. */
void projection_incomplete(struct app *app, const char *what)
{
	APP_LOG(app, "NO_MEMORY", "what=%s", what);
	app->incomplete = true;
}

static bool slot_open(const struct incident_slot *slot)
{
	return slot->state != INCIDENT_NONE && slot->state != INCIDENT_CLOSED;
}

/* Takes an incident out of the indexes: it is gone, or about to be read anew. */
static void slot_unlink(struct app *app, struct incident_slot *slot)
{
	heap_remove(&app->deadlines, &slot->due);
	if (slot->open_key[0] != '\0' && table_get(&app->open, slot->open_key) == slot->record)
		table_remove(&app->open, slot->open_key);
	if (slot_open(slot) && slot->quarantine)
		app->quarantine_count--;
	if (slot->kept) {
		TAILQ_REMOVE(&app->closed, slot, closed_link);
		app->closed_count--;
		slot->kept = false;
	}
	slot->state = INCIDENT_NONE;
	slot->open_key[0] = '\0';
	desk_leave(slot);
}

static void slot_dirty(struct app *app, struct incident_slot *slot)
{
	if (!slot->dirty) {
		slot->dirty = true;
		TAILQ_INSERT_TAIL(&app->dirty, slot, dirty_link);
	}
	screens_touch(app, slot);
}

static void account_drop(struct app *app, struct record *rec)
{
	if (rec->type == RECORD_PERSON && rec->live != NULL && table_get(&app->accounts, rec->live) == rec)
		table_remove(&app->accounts, rec->live);
}

static struct slot_before slot_before(const struct incident_slot *slot)
{
	struct slot_before before = {.held_back = slot->state == INCIDENT_WAITING && slot->aside == ASIDE_STORM,
	                             .kind = slot->kind,
	                             .signals = slot->signals};

	memcpy(before.area, slot->area, sizeof before.area);
	return before;
}

/* What a record is besides its body goes; the record itself stays as a placeholder. */
static void record_empty(struct app *app, struct record *rec)
{
	if (rec->slot != NULL) {
		struct slot_before before = slot_before(rec->slot);

		slot_unlink(app, rec->slot);
		storms_slot(app, rec->slot, &before);
	}
	account_drop(app, rec);
	if (rec->type == RECORD_OUT)
		outage_forget(app, rec);
	if (rec->type == RECORD_DEVICE) {
		proof_record(app, rec, NULL, false);
		unit_forget(app, rec);
	}
	free(rec->live);
	free(rec->brief);
	free(rec->body);
	rec->live = NULL;
	rec->brief = NULL;
	rec->body = NULL;
	rec->body_len = 0;
	rec->rev = 0;
	memset(rec->commits, 0, sizeof rec->commits);
}

static void record_free(struct app *app, struct record *rec)
{
	record_empty(app, rec);
	find_forget(app, rec);
	listings_forget(app, rec);
	if (rec->slot != NULL) {
		screens_forget(app, rec->slot);
		if (rec->slot->dirty)
			TAILQ_REMOVE(&app->dirty, rec->slot, dirty_link);
		free(rec->slot);
	}
	table_remove(&app->records, rec->key);
	TAILQ_REMOVE(&app->of_type[rec->type], rec, of_type);
	app->count_of_type[rec->type]--;
	free(rec);
}

void record_release(struct app *app, struct record *rec)
{
	if (rec->rev == 0 && rec->busy == NULL && rec->waiting_count == 0 && rec->settling == 0 && !rec->ready &&
	    rec->await_log == 0 && (rec->slot == NULL || !rec->slot->dirty))
		record_free(app, rec);
}

void projection_trim(struct app *app)
{
	struct incident_slot *slot = TAILQ_FIRST(&app->closed), *next;

	for (; slot != NULL && app->closed_count > CLOSED_KEPT; slot = next) {
		next = TAILQ_NEXT(slot, closed_link);
		if (slot->dirty || slot->record->busy != NULL || slot->record->waiting_count != 0 ||
		    slot->record->settling != 0)
			continue;
		record_free(app, slot->record);
	}
}

bool incident_read(struct app *app, const struct record *rec, struct incident *ret)
{
	int bad = incident_decode(slice_of(rec->body, rec->body_len), &app->scratch, ret);

	if (bad == 0)
		return true;
	count(app, C_RECORDS_UNREADABLE);
	APP_LOG(app, "RECORD_UNREADABLE", "key=%s reason=%s len=%" PRIu32, rec->key, record_bad_name(bad), rec->body_len);
	return false;
}

void incident_open_key(const struct incident *inc, char ret[STORE_KEY_MAX])
{
	if (inc->area_wide)
		group_key(inc->away                 ? GROUP_AWAY
		          : inc->carrier[0] != '\0' ? GROUP_CARRIER
		                                    : GROUP_AREA,
		          inc->area, inc->carrier, inc->kind, ret);
	else
		snprintf(ret, STORE_KEY_MAX, "%s%s", inc->quarantine ? "quarantine/" : "",
		         inc->quarantine ? inc->device : inc->household);
}

static void slot_read(struct app *app, struct record *rec)
{
	struct incident_slot *slot = rec->slot;
	struct incident *inc = &app->reading;
	struct slot_before before = slot_before(slot);

	slot_unlink(app, slot);
	if (!incident_read(app, rec, inc)) {
		storms_slot(app, slot, &before);
		return;
	}
	slot->class = inc->class;
	slot->state = inc->state;
	slot->kind = inc->kind;
	slot->progress = incident_progress(inc);
	memcpy(slot->household, inc->household, sizeof slot->household);
	memcpy(slot->area, inc->area, sizeof slot->area);
	memcpy(slot->owner, inc->owner, sizeof slot->owner);
	slot->ring_neighbours = inc->ring_neighbours;
	slot->ring_supervisor = inc->ring_supervisor;
	slot->rerung = inc->rerung_ms != 0;
	slot->rerung_all = inc->rerung_all;
	slot->held = inc->hold_until_ms != 0;
	slot->escalated = inc->escalated;
	slot->returned = inc->former_owner[0] != '\0';
	desk_enter(app, slot, inc);
	slot->has_jobs = inc->job_count != 0;
	slot->quarantine = inc->quarantine;
	slot->drill = inc->drill;
	slot->aside = inc->aside;
	slot->aside_until_ms = inc->aside_until_ms;
	slot->last_kind = inc->alarms[inc->alarm_count - 1].kind;
	slot->signals = inc->area_wide ? inc->out_total : inc->repeats + 1;
	slot->untested = inc->untested;
	slot->area_wide = inc->area_wide;
	slot->waiting_since_ms = inc->waiting_since_ms;
	slot->opened_ms = inc->opened_ms;
	slot->answered_ms = inc->answered_ms;
	slot->next_due_ms = incident_next_due(inc);
	incident_order(inc, slot->order);
	storms_slot(app, slot, &before);
	if (inc->state == INCIDENT_CLOSED) {
		/* One whose call-back is due may not leave memory: its clock would stop. */
		if (slot->next_due_ms == 0) {
			/* Written again long after its end (its notes have gone): it does not push out those of today. */
			if (app->now.store_ms - inc->closed_ms > LONG_CLOSED_MS)
				TAILQ_INSERT_HEAD(&app->closed, slot, closed_link);
			else
				TAILQ_INSERT_TAIL(&app->closed, slot, closed_link);
			app->closed_count++;
			slot->kept = true;
		}
		deadline_set(app, slot);
		return;
	}
	incident_open_key(inc, slot->open_key);
	if (!table_put(&app->open, slot->open_key, rec))
		projection_incomplete(app, "open_index");
	if (inc->quarantine)
		app->quarantine_count++;
	deadline_set(app, slot);
}

/* The small typed copies that are asked for all the time. */
static void live_read(struct app *app, struct record *rec)
{
	struct slice body = slice_of(rec->body, rec->body_len);
	struct operator op;
	struct caregiver cg;
	int bad = 0;

	if (rec->type == RECORD_OPERATOR && (bad = operator_decode(body, &op, &app->scratch)) == 0) {
		if (rec->live == NULL)
			rec->live = malloc(sizeof op);
		if (rec->live != NULL)
			memcpy(rec->live, &op, sizeof op);
		else
			projection_incomplete(app, "operator");
	} else if (rec->type == RECORD_CAREGIVER && (bad = caregiver_decode(body, &cg, &app->scratch)) == 0) {
		if (rec->live == NULL)
			rec->live = malloc(sizeof cg);
		if (rec->live != NULL)
			memcpy(rec->live, &cg, sizeof cg);
		else
			projection_incomplete(app, "caregiver");
	} else if (rec->type == RECORD_STORM) {
		storm_read(app, rec);
	} else if (rec->type == RECORD_ROSTER || rec->type == RECORD_ABSENCE) {
		shifts_read(app, rec);
	} else if (rec->type == RECORD_OUT) {
		outage_read(app, rec);
	} else if (rec->type == RECORD_DEVICE) {
		arena_reset(&app->scratch);
		proof_record(app, rec, pingan__v1__device__unpack(&app->scratch.allocator, rec->body_len, rec->body),
		             rec->log_id == 0);
		unit_read(app, rec);
	} else if (rec->type == RECORD_DAEMON || rec->type == RECORD_DRAIN) {
		drain_read(app, rec);
	} else if (rec->type == RECORD_PERSON) {
		const Pingan__V1__Person *p = person_find(app, id_of(rec->key));

		account_drop(app, rec);
		free(rec->live);
		rec->live = p == NULL ? NULL : strdup(p->account);
		if (p != NULL && (rec->live == NULL || !table_put(&app->accounts, rec->live, rec)))
			projection_incomplete(app, "accounts");
	}
	if (bad != 0) {
		count(app, C_RECORDS_UNREADABLE);
		APP_LOG(app, "RECORD_UNREADABLE", "key=%s reason=%s", rec->key, record_bad_name(bad));
	}
}

static bool household_erased(struct app *app, const struct record *rec)
{
	const Pingan__V1__Household *h;

	if (rec->rev == 0)
		return true; /* removed altogether */
	arena_reset(&app->scratch);
	h = pingan__v1__household__unpack(&app->scratch.allocator, rec->body_len, rec->body);
	return h != NULL && h->erased_ms != 0;
}

static void told(struct app *app, struct record *rec)
{
	listings_touch(app, rec);
	/* One that begins or is gone: that it is used is written down all day long, and is no news. */
	app->logins_rev += rec->type == RECORD_LOGIN && rec->rev <= 1;
	app->accounts_rev += rec->type == RECORD_PERSON || rec->type == RECORD_GUESS;
	switch (rec->type) {
	case RECORD_INCIDENT:
		slot_dirty(app, rec->slot);
		break;
	case RECORD_CAREGIVER:
		roster_caregiver(app, id_of(rec->key));
		screens_presence(app);
		phones_touch(app, id_of(rec->key));
		break;
	case RECORD_OPERATOR:
		roster_operators(app);
		screens_presence(app);
		break;
	case RECORD_ROSTER:
	case RECORD_ABSENCE:
		shifts_people(app);
		screens_roster(app);
		break;
	case RECORD_PERSON:
		roster_person(app, id_of(rec->key));
		screens_person(app, id_of(rec->key));
		shifts_people(app);
		screens_presence(app);
		break;
	case RECORD_AREA:
		roster_area(app);
		break;
	case RECORD_LOGIN:
		if (rec->rev == 0)
			screens_login_gone(app, id_of(rec->key));
		break;
	case RECORD_HOUSEHOLD:
	case RECORD_DEVICE:
		/* By the log: the local snapshot must forget it too, now. A load is followed by one anyway. */
		if (rec->type == RECORD_HOUSEHOLD && rec->log_id != 0 && !app->loading && household_erased(app, rec))
			app->snapshot_wishes++;
		find_touch(app, rec);
		details_home(app, rec);
		devices_registry(app, rec);
		if (rec->type == RECORD_DEVICE)
			cards_touch(app, id_of(rec->key));
		else
			installed_home(app, rec);
		break;
	case RECORD_OTHER:
	case RECORD_DAEMON:
	case RECORD_OUT:
	case RECORD_REMINDER:
	case RECORD_TOKEN:
	case RECORD_DRAIN:
	case RECORD_TYPE_COUNT:
		break;
	case RECORD_STATION:
		roster_station(app, id_of(rec->key));
		break;
	case RECORD_WISH:
		/* By the log only: what a load brings is an old wish. */
		if (rec->log_id != 0 && !app->loading && rec->rev != 0)
			app->snapshot_wishes++;
		break;
	case RECORD_STORM:
		screens_storms(app);
		break;
	case RECORD_GUESS:
		guesses_tell(app, rec);
		break;
	}
}

/* Rows of an operator's incidents show whether their console is there. */
static void owner_rows(struct app *app, const char *owner)
{
	struct record *rec;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_INCIDENT], of_type)
		if (slot_open(rec->slot) && strcmp(rec->slot->owner, owner) == 0)
			screens_touch(app, rec->slot);
}

bool projection_apply(struct app *app, const struct store_record *from, uint64_t log_id)
{
	struct record *rec;
	uint8_t *body;

	if (from->absent)
		return false;
	rec = record_want(app, from->key);
	if (rec == NULL) {
		projection_incomplete(app, "record");
		return false;
	}
	rec->generation = app->load_generation;
	/* A load may have brought a newer state than the entries that follow it. */
	if (log_id != 0 && from->rev != 0 && from->rev <= rec->rev) {
		if (from->commits[0] == rec->commits[0])
			rec->log_id = log_id; /* safe when this entry is */
		return false;
	}
	if (from->rev == 0) {
		record_empty(app, rec);
		rec->log_id = log_id;
		told(app, rec);
		record_release(app, rec);
		return true;
	}
	body = malloc(from->body.len + 1);
	if (body == NULL) {
		projection_incomplete(app, "body");
		return false;
	}
	if (from->body.len != 0)
		memcpy(body, from->body.at, from->body.len);
	free(rec->body);
	free(rec->brief);
	rec->brief = NULL;
	rec->body = body;
	rec->body_len = (uint32_t)from->body.len;
	rec->rev = from->rev;
	memcpy(rec->commits, from->commits, sizeof rec->commits);
	rec->log_id = log_id;
	rec->since = app->now.mono;
	if (rec->slot != NULL) {
		char before[ID_MAX];

		memcpy(before, rec->slot->owner, sizeof before);
		slot_read(app, rec);
		rec->slot->touched = log_id;
		if (log_id != 0 && strcmp(before, rec->slot->owner) != 0)
			desk_interrupt(app, rec->slot);
	} else {
		live_read(app, rec);
	}
	told(app, rec);
	if (rec->type == RECORD_OPERATOR)
		owner_rows(app, id_of(rec->key));
	return true;
}

void projection_load_begin(struct app *app)
{
	app->load_generation++;
}

void projection_load_end(struct app *app, uint64_t id)
{
	struct record *rec, *next;

	for (int type = 0; type < RECORD_TYPE_COUNT; type++)
		for (rec = TAILQ_FIRST(&app->of_type[type]); rec != NULL; rec = next) {
			next = TAILQ_NEXT(rec, of_type);
			if (rec->rev == 0)
				continue;
			rec->log_id = id; /* no older than this: told to nobody before it is safe */
			if (rec->generation == app->load_generation)
				continue;
			record_empty(app, rec);
			told(app, rec);
			record_release(app, rec);
		}
}

void projection_free(struct app *app)
{
	for (int type = 0; type < RECORD_TYPE_COUNT; type++)
		while (!TAILQ_EMPTY(&app->of_type[type]))
			record_free(app, TAILQ_FIRST(&app->of_type[type]));
	outages_free(app);
	find_free(app);
	storms_free(app);
	on_test_free(app);
	record_hands_free(app);
	proofs_free(app);
	installed_free(app);
	table_free(&app->records);
	table_free(&app->open);
	table_free(&app->accounts);
	heap_free(&app->deadlines);
}

/* ------------------------------------------------------------ look-ups */

struct record *incident_find(struct app *app, uint64_t id)
{
	char key[STORE_KEY_MAX];

	incident_key(key, id);
	return record_find(app, key);
}

struct record *incident_of_household(struct app *app, const char *household)
{
	return table_get(&app->open, household);
}

static struct record *typed(struct app *app, const char *type, const char *id)
{
	char key[STORE_KEY_MAX];
	struct record *rec;

	record_key(key, type, id);
	rec = record_find(app, key);
	return rec != NULL && rec->rev != 0 ? rec : NULL;
}

const struct operator* operator_find(struct app *app, const char *person)
{
	struct record *rec = typed(app, "operator", person);

	return rec == NULL ? NULL : rec->live;
}

const struct caregiver *caregiver_find(struct app *app, const char *person)
{
	struct record *rec = typed(app, "caregiver", person);

	return rec == NULL ? NULL : rec->live;
}

/* A full arena gives NULL as well: counted there (`misses`), shown as a metric. */
static void *unpack(struct app *app, const struct record *rec, const ProtobufCMessageDescriptor *what)
{
	void *message;

	if (rec == NULL)
		return NULL;
	message = protobuf_c_message_unpack(what, &app->arena.allocator, rec->body_len, rec->body);
	if (message == NULL) {
		count(app, C_RECORDS_UNREADABLE);
		APP_LOG(app, "RECORD_UNREADABLE", "key=%s reason=bytes len=%" PRIu32, rec->key, rec->body_len);
	}
	return message;
}

const Pingan__V1__Person *person_find(struct app *app, const char *id)
{
	return unpack(app, typed(app, "person", id), &pingan__v1__person__descriptor);
}

const Pingan__V1__Household *household_find(struct app *app, const char *id)
{
	const Pingan__V1__Household *h = unpack(app, typed(app, "household", id), &pingan__v1__household__descriptor);

	/* One that was erased is no home any more: a unit that still names it calls from an unknown one. */
	return h == NULL || h->erased_ms != 0 ? NULL : h;
}

const Pingan__V1__Device *device_find(struct app *app, const char *id)
{
	return unpack(app, typed(app, "device", id), &pingan__v1__device__descriptor);
}

const Pingan__V1__Area *area_find(struct app *app, const char *code)
{
	return unpack(app, typed(app, "area", code), &pingan__v1__area__descriptor);
}

const Pingan__V1__Station *station_find(struct app *app, const char *id)
{
	return unpack(app, typed(app, "station", id), &pingan__v1__station__descriptor);
}

const char *person_name(struct app *app, const char *id)
{
	const Pingan__V1__Person *p = id[0] == '\0' ? NULL : person_find(app, id);

	return p == NULL ? "" : p->name;
}
