/* detail.c - one incident, opened: the card, the jobs, the timeline. Health only once it is on record who looks. */
#include <stdio.h>

#include "app/hours.h"
#include "app/roster.h"
#include "app/screens.h"

#define TEXT_PLAIN_MAX 512

const uint8_t *seal_key(struct app *app, const char *household)
{
	const Pingan__V1__Household *h = household_find(app, household[0] == '\0' ? QUARANTINE : household);

	return h == NULL || h->key.len != 32 ? NULL : h->key.data;
}

/* ------------------------------------------------------------ the card */

/* Of one person, beside the home's: who may read it is decided where the whole message is masked. */
static void resident_health_fill(const Pingan__V1__Health *from, Pingan__V1__DetailResident *to)
{
	if (from == NULL)
		return;
	to->health_notes = from->notes;
	to->medicines = from->medicines;
	to->allergies = from->allergies;
	to->hospital = from->hospital;
}

Pingan__V1__DetailResident **residents_fill(struct app *app, const Pingan__V1__Household *h, bool silent,
                                            size_t *ret_count)
{
	size_t count = h == NULL ? 0 : h->n_residents;
	Pingan__V1__DetailResident **list = pointers_take(app, count);

	*ret_count = 0;
	for (size_t i = 0; list != NULL && i < count; i++) {
		const Pingan__V1__Resident *r = h->residents[i];
		Pingan__V1__DetailResident *to = arena_take(&app->arena, sizeof *to);

		if (to == NULL)
			break;
		pingan__v1__detail_resident__init(to);
		to->name = r->name;
		to->age = age_years(app, r->birth_year);
		to->sex = r->sex;
		to->language = r->language;
		to->risks = r->risks;
		to->n_risks = r->n_risks;
		to->dialect = r->dialect;
		to->mobility = r->mobility;
		to->known_as = r->known_as;
		if (!silent)
			to->phone = r->phone; /* under duress nobody calls back */
		resident_health_fill(r->health, to);
		list[(*ret_count)++] = to;
	}
	return list;
}

Pingan__V1__DetailContact **contacts_fill(struct app *app, const Pingan__V1__Household *h, bool keys_only,
                                          size_t *ret_count)
{
	size_t count = h == NULL ? 0 : h->n_contacts;
	Pingan__V1__DetailContact **list = pointers_take(app, count);

	*ret_count = 0;
	for (size_t i = 0; list != NULL && i < count; i++) {
		const Pingan__V1__Contact *c = h->contacts[i];
		Pingan__V1__DetailContact *to;

		if (keys_only && !c->has_key)
			continue;
		to = arena_take(&app->arena, sizeof *to);
		if (to == NULL)
			break;
		pingan__v1__detail_contact__init(to);
		to->order = c->order;
		to->name = c->name;
		to->relation = c->relation;
		to->phone = c->phone;
		to->phone2 = c->phone2;
		to->language = c->language;
		to->note = c->note;
		to->asleep = !hours_open(c->hours, c->n_hours, app->now.store_ms, app->config.policy.utc_offset_min);
		to->has_key = c->has_key;
		list[(*ret_count)++] = to;
	}
	return list;
}

/* ------------------------------------------------------------ timeline */

static char *unsealed(struct app *app, const struct incident *inc, const struct line *line, const uint8_t *key)
{
	const struct slice sealed = slice_of(inc->text + line->text_at, line->text_len);
	const uint8_t *spare;
	uint8_t *text;
	size_t len = 0;

	if (line->text_len == 0 || line->text_at + line->text_len > inc->text_len)
		return (char *)"";
	text = arena_take(&app->arena, TEXT_PLAIN_MAX + 1);
	if (text == NULL)
		return (char *)"";
	if (key != NULL)
		len = app->ports.unseal(app->ports.ctx, key, sealed, text, TEXT_PLAIN_MAX);
	/* Written after its home had been erased. */
	if ((len == 0 || len > TEXT_PLAIN_MAX) && (spare = seal_key(app, "")) != NULL)
		len = app->ports.unseal(app->ports.ctx, spare, sealed, text, TEXT_PLAIN_MAX);
	text[len <= TEXT_PLAIN_MAX ? len : 0] = '\0';
	return (char *)text;
}

/* A person's name; what is no person (a device) is shown as it is. */
static char *name_or_id(struct app *app, const char *id)
{
	const char *name = person_name(app, id);

	return text_cut(app, name[0] != '\0' ? name : id, 64);
}

Pingan__V1__DetailLine *line_fill(struct app *app, const struct incident *inc, const struct line *line,
                                  const uint8_t *key)
{
	Pingan__V1__DetailLine *to = arena_take(&app->arena, sizeof *to);

	if (to == NULL)
		return NULL;
	pingan__v1__detail_line__init(to);
	to->code = (Pingan__V1__LineCode)line->code;
	to->at_ms = line->at_ms;
	to->who_name = name_or_id(app, line->who);
	to->subject_name = name_or_id(app, line->subject);
	to->job = line->job;
	to->number = line->number;
	to->kind = (Pingan__V1__Kind)line->kind;
	to->protocol = (Pingan__V1__Protocol)line->protocol;
	to->call = (Pingan__V1__CallResult)line->call;
	to->text = unsealed(app, inc, line, key);
	to->stored_ms = line->stored_ms;
	to->count = line->count;
	to->channel = (Pingan__V1__Channel)line->channel;
	return to;
}

static void lines_fill(struct app *app, const struct incident *inc, Pingan__V1__IncidentDetail *d)
{
	const uint8_t *key = seal_key(app, inc->household);

	d->lines = pointers_take(app, inc->line_count);
	for (uint32_t i = 0; d->lines != NULL && i < inc->line_count; i++) {
		Pingan__V1__DetailLine *line = line_fill(app, inc, &inc->lines[i], key);

		if (line != NULL)
			d->lines[d->n_lines++] = line;
	}
	d->lines_total = inc->lines_total;
}

/* ------------------------------------------------------------ jobs */

static Pingan__V1__DetailOffer *offer_fill(struct app *app, const struct offer *o)
{
	Pingan__V1__DetailOffer *to = arena_take(&app->arena, sizeof *to);

	if (to == NULL)
		return NULL;
	pingan__v1__detail_offer__init(to);
	to->caregiver = text_cut(app, o->caregiver, ID_MAX);
	to->caregiver_name = text_cut(app, person_name(app, o->caregiver), 64);
	to->state = (Pingan__V1__OfferState)o->state;
	to->made_ms = o->made_ms;
	to->until_ms = o->until_ms;
	to->changed_ms = o->changed_ms;
	to->reason = (Pingan__V1__DeclineReason)o->reason;
	to->reachable = screens_reachable(app, o->caregiver);
	to->wave = o->wave;
	to->distance_m = o->distance_m;
	to->channels = o->channels;
	return to;
}

static Pingan__V1__DetailJob *job_fill(struct app *app, const struct job *j)
{
	const Pingan__V1__Person *p = j->caregiver[0] == '\0' ? NULL : person_find(app, j->caregiver);
	Pingan__V1__DetailJob *to = arena_take(&app->arena, sizeof *to);

	if (to == NULL)
		return NULL;
	pingan__v1__detail_job__init(to);
	to->number = j->number;
	to->state = (Pingan__V1__JobState)j->state;
	to->caregiver = text_cut(app, j->caregiver, ID_MAX);
	to->caregiver_name = p == NULL ? (char *)"" : p->name;
	to->caregiver_phone = p == NULL ? (char *)"" : p->phone;
	to->made_ms = j->made_ms;
	to->accepted_ms = j->accepted_ms;
	to->departed_ms = j->departed_ms;
	to->arrived_ms = j->arrived_ms;
	to->ended_ms = j->ended_ms;
	to->arrival_due_ms = j->arrival_due_ms;
	to->wave = j->wave;
	to->unattended = j->unattended;
	to->result = (Pingan__V1__JobResult)j->result;
	to->depart_overdue = j->depart_overdue;
	to->arrive_overdue = j->arrive_overdue;
	to->skill = (Pingan__V1__Skill)j->skill;
	to->offers = pointers_take(app, j->offer_count);
	for (uint32_t i = 0; to->offers != NULL && i < j->offer_count; i++) {
		to->offers[to->n_offers] = offer_fill(app, &j->offers[i]);
		to->n_offers += to->offers[to->n_offers] != NULL;
	}
	return to;
}

/* ------------------------------------------------------------ hand-overs and the rest of its life */

static Pingan__V1__DetailHandover *handover_fill(struct app *app, const struct handover *h)
{
	Pingan__V1__DetailHandover *to = arena_take(&app->arena, sizeof *to);

	if (to == NULL)
		return NULL;
	pingan__v1__detail_handover__init(to);
	to->number = h->number;
	to->service = (Pingan__V1__Service)h->service;
	to->state = (Pingan__V1__HandoverState)h->state;
	to->opened_ms = h->opened_ms;
	to->due_ms = h->due_ms;
	to->tries = h->tries;
	to->channel = (Pingan__V1__Channel)h->channel;
	to->told = h->told;
	to->by_name = text_cut(app, person_name(app, h->by), 64);
	to->ended_ms = h->ended_ms;
	return to;
}

/* Until when the home, or the unit that called, is on test; 0 = it is not, or no longer. */
static int64_t on_test_until(struct app *app, const struct incident *inc)
{
	const Pingan__V1__Household *h = inc->household[0] == '\0' ? NULL : household_find(app, inc->household);
	const Pingan__V1__Device *d = inc->device[0] == '\0' ? NULL : device_find(app, inc->device);
	int64_t until_ms = h == NULL ? 0 : h->test_until_ms;

	if (d != NULL && d->test_until_ms > until_ms)
		until_ms = d->test_until_ms;
	return until_ms > app->now.store_ms ? until_ms : 0;
}

static void life_fill(struct app *app, const struct incident *inc, Pingan__V1__IncidentDetail *d)
{
	d->handovers = pointers_take(app, inc->handover_count);
	for (uint32_t i = 0; d->handovers != NULL && i < inc->handover_count; i++) {
		d->handovers[d->n_handovers] = handover_fill(app, &inc->handovers[i]);
		d->n_handovers += d->handovers[d->n_handovers] != NULL;
	}
	for (size_t i = 0; inc->contact_answer != CONTACT_ANSWER_NONE && i < d->n_contacts; i++)
		if (d->contacts[i]->order == inc->contact_answer_by)
			d->contacts[i]->answer = (Pingan__V1__ContactAnswer)inc->contact_answer;
	d->household = text_cut(app, inc->household, ID_MAX);
	d->recall_due_ms = inc->recall_due_ms;
	d->repair_due_ms = inc->repair_due_ms;
	d->on_test_until_ms = on_test_until(app, inc);
	d->aside_by_name = text_cut(app, person_name(app, inc->aside_by), 64);
	d->spoke_to = (Pingan__V1__SpokeTo)inc->spoke_to;
	d->follow_up_of = inc->follow_up_of;
	d->follow_up_due_ms = inc->follow_up_due_ms;
	d->service_hint = (Pingan__V1__Service)incident_service_hint(inc);
	unit_words_fill(app, inc, d);
}

/* ------------------------------------------------------------ the whole */

/* The centre that looks after this home: its own, else its area's, or that of the nearest area above. */
static const Pingan__V1__Station *station_of(struct app *app, const Pingan__V1__Household *h)
{
	const Pingan__V1__Station *s = h->station[0] == '\0' ? NULL : station_find(app, h->station);
	char at[16];

	if (s != NULL && !s->closed)
		return s;
	s = NULL;
	if (!text_copy(at, sizeof at, slice_str(h->area)))
		return NULL;
	do {
		const Pingan__V1__Area *a = area_find(app, at);

		if (a != NULL && a->station[0] != '\0')
			s = station_find(app, a->station);
	} while ((s == NULL || s->closed) && area_up(at));
	return s == NULL || s->closed ? NULL : s;
}

static void station_fill(struct app *app, const Pingan__V1__Household *h, Pingan__V1__IncidentDetail *d)
{
	const Pingan__V1__Station *s = station_of(app, h);

	if (s == NULL)
		return;
	d->station_name = text_cut(app, s->name, 96);
	d->station_phone = text_cut(app, s->duty_phone[0] != '\0' ? s->duty_phone : s->phone, 31);
}

static void card_fill(struct app *app, const char *household, bool silent, Pingan__V1__IncidentDetail *d)
{
	const Pingan__V1__Household *h = household[0] == '\0' ? NULL : household_find(app, household);

	d->card_missing = h == NULL;
	d->residents = residents_fill(app, h, silent, &d->n_residents);
	d->contacts = contacts_fill(app, h, false, &d->n_contacts);
	d->card_age_ms = app->stale_ms;
	if (h == NULL)
		return;
	d->address = h->address;
	d->access = h->access;
	d->door_code = h->door_code;
	d->key_safe = h->key_safe;
	d->key_holder = h->key_holder;
	d->home_note = h->note;
	station_fill(app, h, d);
	if (!silent)
		d->home_phone = h->phone;
	if (h->place != NULL) {
		d->lat_e6 = h->place->lat_e6;
		d->lon_e6 = h->place->lon_e6;
	}
	/* Kept back until it is on record who looks: disclose_detail(). */
	if (h->health == NULL)
		return;
	d->health_notes = h->health->notes;
	d->medicines = h->health->medicines;
	d->allergies = h->health->allergies;
	d->hospital = h->health->hospital;
}

/* What an unknown device sent, as far as it can be printed. */
static char *raw_print(struct app *app, const uint8_t *raw, size_t len)
{
	char *text = arena_take(&app->arena, ALARM_RAW_MAX + 1);

	if (text == NULL)
		return (char *)"";
	for (size_t i = 0; i < len; i++)
		text[i] = raw[i] >= ' ' && raw[i] < 0x7f ? (char)raw[i] : '.';
	text[len] = '\0';
	return text;
}

static void incident_fill(struct app *app, const struct incident *inc, Pingan__V1__IncidentDetail *d)
{
	card_fill(app, inc->household, inc->silent, d);
	lines_fill(app, inc, d);
	d->jobs = pointers_take(app, inc->job_count);
	for (uint32_t i = 0; d->jobs != NULL && i < inc->job_count; i++) {
		d->jobs[d->n_jobs] = job_fill(app, &inc->jobs[i]);
		d->n_jobs += d->jobs[d->n_jobs] != NULL;
	}
	d->spoke = inc->spoke;
	d->seen = inc->seen;
	d->asked_by_name = text_cut(app, person_name(app, inc->asked_by), 64);
	d->asked_outcome = (Pingan__V1__Outcome)inc->asked_outcome;
	d->outcome = (Pingan__V1__Outcome)inc->outcome;
	d->voice_due_ms = inc->voice_due_ms;
	life_fill(app, inc, d);
}

/* True if there is something to tell about it to this person. */
static bool fill(struct app *app, struct session *s, const struct detail_open *open, Pingan__V1__IncidentDetail *d,
                 Pingan__V1__IncidentRow *row)
{
	struct shown *sh = shown_find(app, open->incident);
	const struct record *rec = incident_find(app, open->incident);

	if (rec != NULL && rec->rev != 0) {
		if (sh == NULL || !rights_sees(app, &s->rights, rec->slot) || !incident_read(app, rec, &app->screens->inc))
			return false;
		row_fill(app, sh, rec, &app->screens->inc, row);
		app->screens->inc.silent = row->silent; /* by a press that can't be stored yet, too */
		incident_fill(app, &app->screens->inc, d);
		if (row->quarantine && (sh->press != NULL || sh->raw != NULL))
			d->raw = sh->press != NULL ? raw_print(app, sh->press->raw, sh->press->raw_len)
			                           : raw_print(app, sh->raw, sh->raw_len);
		return true;
	}
	if (sh == NULL || sh->press == NULL || !rights_sees(app, &s->rights, &sh->face))
		return false;
	row_fill_press(app, sh, row);
	card_fill(app, sh->press->household, row->silent, d);
	if (row->quarantine)
		d->raw = raw_print(app, sh->press->raw, sh->press->raw_len);
	return true;
}

bool detail_send(struct app *app, struct session *s, struct detail_open *open)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__IncidentDetail d = PINGAN__V1__INCIDENT_DETAIL__INIT;
	Pingan__V1__IncidentRow row = PINGAN__V1__INCIDENT_ROW__INIT;

	arena_reset(&app->arena);
	open->dirty = false;
	d.incident = open->incident;
	d.row = &row;
	if (!fill(app, s, open, &d, &row)) {
		d = (Pingan__V1__IncidentDetail)PINGAN__V1__INCIDENT_DETAIL__INIT;
		d.incident = open->incident;
		d.gone = true;
	}
	disclose_mask(&d.base, disclose_detail(open->audited));
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_DETAIL;
	m.detail = &d;
	if (console_clean(&m.base, &app->arena) && session_send(app, s, &m))
		return true;
	open->dirty = s->blocked;
	return false;
}

/* Looked for among what is open on screens, which is little; a load makes every picture anew anyway. */
void details_home(struct app *app, const struct record *rec)
{
	const char *id = strchr(rec->key, ':') + 1;
	struct session *s;

	if (app->screens == NULL || app->loading || app->screens->console_count == 0)
		return;
	if (rec->type == RECORD_DEVICE) {
		const Pingan__V1__Device *d = device_find(app, id);

		id = d == NULL ? "" : d->household;
	}
	TAILQ_FOREACH (s, &app->screens->all, link_all)
		for (size_t i = 0; i < s->detail_count; i++) {
			const struct record *inc = incident_find(app, s->details[i].incident);

			if (inc == NULL || inc->slot->household[0] == '\0' || strcmp(inc->slot->household, id) != 0)
				continue;
			s->details[i].dirty = true;
			session_due(app, s);
		}
}
