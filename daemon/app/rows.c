/* rows.c - one line of the queue: what a console shows of an incident without opening it. No phone, no health. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/screens.h"
#include "core/installed.h"
#include "core/score.h"

#define NAME_MAX_BYTES 64
#define STREET_MAX 120
#define LANGUAGE_MAX 16

char *text_cut(struct app *app, const char *text, size_t max)
{
	size_t len = strlen(text);
	char *copy;

	if (len > max)
		for (len = max; len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80;)
			len--;
	copy = arena_take(&app->arena, len + 1);
	if (copy == NULL)
		return (char *)"";
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void *pointers_take(struct app *app, size_t count)
{
	return arena_take(&app->arena, (count + 1) * sizeof(void *));
}

const char *area_name(struct app *app, const char *code, size_t level)
{
	char at[16];

	snprintf(at, sizeof at, "%s", code);
	if (strlen(at) > level)
		at[level] = '\0';
	do {
		const Pingan__V1__Area *a = area_find(app, at);

		if (a != NULL && a->name[0] != '\0')
			return a->name;
	} while (area_up(at));
	return "";
}

uint32_t age_years(const struct app *app, uint32_t birth_year)
{
	/* Whole years since 1970, good to a day: enough to say how old somebody is when only the year is known. */
	int64_t year = 1970 + app->now.store_ms / (INT64_C(31556952) * 1000);

	return birth_year < 1880 || birth_year > year ? 0 : (uint32_t)(year - birth_year);
}

static char *number_of(struct app *app, uint64_t id)
{
	char *text = arena_take(&app->arena, INCIDENT_NUMBER_LEN + 1);

	if (text == NULL)
		return (char *)"";
	incident_number(id, text);
	return text;
}

static char *name_of(struct app *app, const char *person)
{
	return text_cut(app, person_name(app, person), NAME_MAX_BYTES);
}

static void card_fill(struct app *app, const char *household, const char *area, Pingan__V1__IncidentRow *row)
{
	const Pingan__V1__Household *h = household[0] == '\0' ? NULL : household_find(app, household);

	row->area = text_cut(app, area_name(app, area, 9), NAME_MAX_BYTES);
	if (strlen(area) >= AREA_DISTRICT)
		row->district = text_cut(app, area, AREA_DISTRICT);
	if (h == NULL)
		return;
	row->street = text_cut(app, h->street, STREET_MAX);
	if (h->n_residents != 0) {
		row->resident = text_cut(app, h->residents[0]->name, NAME_MAX_BYTES);
		row->age = age_years(app, h->residents[0]->birth_year);
		row->language = text_cut(app, h->residents[0]->language, LANGUAGE_MAX);
	}
}

static char *caregiver_of(struct app *app, const struct incident *inc)
{
	const struct job *lead = incident_lead_job(inc);

	return lead == NULL ? (char *)"" : name_of(app, lead->caregiver);
}

/* Why it stands where it stands. */
static void row_fill_score(struct app *app, const struct incident *inc, Pingan__V1__IncidentRow *row)
{
	uint32_t why;

	row->score_s = incident_score_s(inc, &why);
	row->score_why = arena_take(&app->arena, SCORE_WHY_COUNT * sizeof *row->score_why);
	for (unsigned i = SCORE_WHY_NONE + 1; row->score_why != NULL && i < SCORE_WHY_COUNT; i++)
		if ((why & UINT32_C(1) << i) != 0)
			row->score_why[row->n_score_why++] = (Pingan__V1__ScoreWhy)i;
}

/* What has been done with it at the desk, and what it waits for beside a person. */
static void row_fill_life(struct app *app, const struct incident *inc, Pingan__V1__IncidentRow *row)
{
	const struct handover *h = incident_handover_open(inc);

	row->hold_until_ms = inc->hold_until_ms;
	row->aside = (Pingan__V1__Aside)inc->aside;
	row->aside_until_ms = inc->aside_until_ms;
	row->drill = inc->drill;
	row->escalated = inc->escalated;
	row->recall = inc->recall;
	row->contact_answer = (Pingan__V1__ContactAnswer)inc->contact_answer;
	row->area_wide = inc->area_wide;
	row->out_now = inc->out_now;
	row->out_total = inc->out_total;
	row->battery_due_ms = inc->battery_due_ms;
	if (inc->carrier[0] != '\0')
		row->carrier = text_cut(app, inc->carrier, ID_MAX);
	row->away = inc->away;
	row->untested = inc->untested;
	row->repair_overdue = inc->repair_overdue;
	row->calls = inc->calls;
	if (h == NULL)
		return;
	row->handover = (Pingan__V1__HandoverState)h->state;
	row->service = (Pingan__V1__Service)h->service;
}

void row_fill(struct app *app, const struct shown *sh, const struct record *rec, const struct incident *inc,
              Pingan__V1__IncidentRow *row)
{
	const struct press *p = sh->press;

	row->id = sh->id;
	row->rev = rec->rev;
	row->number = number_of(app, sh->id);
	row->class_ = (Pingan__V1__IncidentClass)inc->class;
	row->kind = (Pingan__V1__Kind)inc->kind;
	row->state = (Pingan__V1__IncidentState)inc->state;
	row->progress = (Pingan__V1__JobState)incident_progress(inc);
	card_fill(app, inc->household, inc->area, row);
	row->owner = text_cut(app, inc->owner, ID_MAX);
	row->owner_name = name_of(app, inc->owner);
	row->owner_gone = inc->owner[0] != '\0' && operator_gone(app, inc->owner);
	row->opened_ms = inc->opened_ms;
	row->waiting_since_ms = inc->waiting_since_ms;
	row->due_ms = incident_next_due(inc);
	row->repeats = inc->repeats;
	row->last_alarm_ms = inc->last_alarm_ms;
	row->order.data = arena_take(&app->arena, ORDER_LEN);
	if (row->order.data != NULL) {
		row->order.len = ORDER_LEN;
		incident_order(inc, row->order.data);
	}
	row->caregiver_name = caregiver_of(app, inc);
	row->device = text_cut(app, inc->device, ID_MAX);
	row->not_safe = !record_safe(app, rec);
	row->restored = inc->restored;
	row->returned_from = inc->state == INCIDENT_WAITING ? name_of(app, inc->former_owner) : (char *)"";
	row->silent = inc->silent;
	row->quarantine = inc->quarantine;
	row->unattended = inc->unattended;
	row->no_voice = inc->no_voice;
	row->close_asked = inc->asked_outcome != OUTCOME_NONE;
	row->rings_neighbours = inc->ring_neighbours;
	row->rings_supervisor = inc->ring_supervisor;
	row->rerung = inc->rerung_ms != 0;
	row->note_owner = name_of(app, sh->note_owner);
	row->protocol_code = text_cut(app, inc->protocol_code, ALARM_CODE_MAX);
	row->resident_cancelled = inc->resident_cancelled;
	row_fill_life(app, inc, row);
	row_fill_score(app, inc, row);
	if (p == NULL)
		return;
	/* A further press that can't be stored yet. */
	row->not_stored = true;
	row->repeats += p->count;
	row->last_alarm_ms = p->last_ms;
	row->rerung = sh->face.rerung;
	row->silent = row->silent || p->silent;
	row->drill = sh->face.drill;
	row->aside = PINGAN__V1__ASIDE__ASIDE_NONE;
	row->class_ = (Pingan__V1__IncidentClass)sh->face.class;
	row->kind = (Pingan__V1__Kind)sh->face.kind;
	if (row->order.len == ORDER_LEN)
		memcpy(row->order.data, sh->face.order, ORDER_LEN);
}

void row_fill_press(struct app *app, const struct shown *sh, Pingan__V1__IncidentRow *row)
{
	const struct incident_slot *face = &sh->face;
	const struct press *p = sh->press;
	struct incident *inc = &app->screens->inc;

	press_incident(app, p, sh->id, inc);
	row->id = sh->id;
	row->number = number_of(app, sh->id);
	row->class_ = (Pingan__V1__IncidentClass)face->class;
	row->kind = (Pingan__V1__Kind)face->kind;
	row->state = PINGAN__V1__INCIDENT_STATE__INCIDENT_WAITING;
	card_fill(app, p->household, p->area, row);
	row->opened_ms = p->first_ms;
	row->waiting_since_ms = p->first_ms;
	row->repeats = p->count - 1;
	row->last_alarm_ms = p->last_ms;
	row->order.data = arena_take(&app->arena, ORDER_LEN);
	if (row->order.data != NULL) {
		row->order.len = ORDER_LEN;
		memcpy(row->order.data, face->order, ORDER_LEN);
	}
	row_fill_score(app, inc, row);
	row->device = text_cut(app, p->device, ID_MAX);
	row->not_stored = true;
	row->silent = p->silent;
	row->quarantine = face->quarantine;
	row->note_owner = name_of(app, sh->note_owner);
	row->protocol_code = text_cut(app, p->code, ALARM_CODE_MAX);
}

struct slice shown_masked(struct app *app, struct shown *sh)
{
	struct slice row = shown_row(app, sh);
	Pingan__V1__IncidentRow *m;

	if (sh->masked == NULL && row.len != 0) {
		arena_reset(&app->arena);
		m = pingan__v1__incident_row__unpack(&app->arena.allocator, row.len, row.at);
		if (m == NULL)
			return slice_of(NULL, 0);
		disclose_mask(&m->base, disclose_row(AUDIENCE_WALL));
		sh->masked = malloc(pingan__v1__incident_row__get_packed_size(m));
		if (sh->masked == NULL)
			return slice_of(NULL, 0);
		sh->masked_len = (uint32_t)pingan__v1__incident_row__pack(m, sh->masked);
	}
	return slice_of(sh->masked, sh->masked_len);
}
