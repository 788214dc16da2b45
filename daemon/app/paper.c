#include "app/paper.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"

#define PIECE_MAX 1024

static const char *word(const struct paper *p, enum paper_word w)
{
	return paper_word(p->head.lang, w);
}

/* Texts that grow by pieces: "a, b (c)". Cut at the end, never in the middle of a character. */
struct piece {
	char text[PIECE_MAX];
	size_t len;
};

static void add(struct piece *to, const char *text)
{
	size_t len = strlen(text), room = sizeof to->text - 1 - to->len;

	if (len > room) {
		len = room;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(to->text + to->len, text, len);
	to->len += len;
	to->text[to->len] = '\0';
}

static void add_part(struct piece *to, const char *before, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	if (to->len != 0)
		add(to, "  ");
	add(to, before);
	if (before[0] != '\0')
		add(to, " ");
	add(to, text);
}

static void time_text(const struct paper *p, ms_t at_ms, bool day, char ret[24])
{
	char utc[UTC_TEXT_LEN + 1];

	utc_text(at_ms + p->head.offset_ms, utc);
	if (day)
		snprintf(ret, 24, "%.10s %.8s", utc, utc + 11);
	else
		snprintf(ret, 24, "%.5s %.5s", utc + 5, utc + 11);
}

bool paper_begin(struct paper *p, const struct paper_head *head, const struct paper_world *world)
{
	static const enum paper_word FROM[] = {
		[PAPER_FROM_STORE] = PAPER_STORE, [PAPER_FROM_MEMORY] = PAPER_MEMORY, [PAPER_FROM_SNAPSHOT] = PAPER_SNAPSHOT};
	struct piece about = {0};
	char at[24];

	*p = (struct paper){.head = *head, .world = world};
	add_part(&about, word(p, PAPER_CELL), head->cell);
	time_text(p, head->now_ms, true, at);
	add_part(&about, word(p, PAPER_MADE), at);
	add_part(&about, word(p, PAPER_BY), head->by);
	time_text(p, head->asof_ms, true, at);
	add_part(&about, word(p, PAPER_ASOF), at);
	add_part(&about, "", word(p, FROM[head->from]));
	paper_open(p, word(p, PAPER_TITLE), about.text);
	return !p->failed;
}

/* ------------------------------------------------------------ people */

/* "Li Na 138..."; the id where nobody knows more. */
static void add_person(struct paper *p, struct piece *to, const char *before, const char *id)
{
	const Pingan__V1__Person *person = id[0] == '\0' ? NULL : p->world->person(p->world->ctx, id);

	if (id[0] == '\0')
		return;
	add_part(to, before, person == NULL || person->name[0] == '\0' ? id : person->name);
	if (person != NULL)
		add_part(to, "", person->phone);
}

/* ------------------------------------------------------------ a call */

static void resident_line(struct paper *p, const Pingan__V1__Resident *r)
{
	/* Whole years, good to a day: only the year of birth is known. */
	int64_t year = 1970 + p->head.now_ms / (INT64_C(31556952) * 1000);
	struct piece text = {0};
	char age[32];

	add_part(&text, "", r->name);
	if (r->birth_year >= 1880 && r->birth_year <= year) {
		snprintf(age, sizeof age, "%" PRId64 " %s", year - r->birth_year, word(p, PAPER_YEARS));
		add_part(&text, "", age);
	}
	add_part(&text, "", paper_code(p->head.lang, r->language));
	add_part(&text, "", paper_code(p->head.lang, r->dialect));
	for (size_t i = 0; i < r->n_risks; i++)
		add_part(&text, "", paper_code(p->head.lang, r->risks[i]));
	add_part(&text, word(p, PAPER_PHONE), r->phone);
	paper_line(p, word(p, PAPER_WHO), text.text);
}

static void contact_line(struct paper *p, const Pingan__V1__Contact *c)
{
	struct piece text = {0};
	char label[64];

	add_part(&text, "", c->name);
	add_part(&text, "", paper_code(p->head.lang, c->relation));
	add_part(&text, "", c->phone);
	add_part(&text, "", c->phone2);
	if (c->has_key)
		add_part(&text, "", word(p, PAPER_HAS_KEY));
	add_part(&text, "", c->note);
	snprintf(label, sizeof label, "%s %" PRIu32, word(p, PAPER_CONTACT), c->order);
	paper_line(p, label, text.text);
}

static void health_line(struct paper *p, const Pingan__V1__Health *h)
{
	struct piece text = {0};

	if (h == NULL)
		return;
	add_part(&text, "", h->notes);
	add_part(&text, "", h->medicines);
	add_part(&text, "", h->allergies);
	add_part(&text, "", h->hospital);
	paper_line(p, word(p, PAPER_HEALTH), text.text);
}

static void home_lines(struct paper *p, const char *id)
{
	const Pingan__V1__Household *h = p->world->household(p->world->ctx, id);
	struct piece entry = {0};

	if (h == NULL) {
		paper_line(p, word(p, PAPER_WHO), id);
		return;
	}
	for (size_t i = 0; i < h->n_residents; i++)
		resident_line(p, h->residents[i]);
	paper_line(p, word(p, PAPER_WHERE), h->address);
	add_part(&entry, "", h->access);
	add_part(&entry, word(p, PAPER_DOOR_CODE), h->door_code);
	add_part(&entry, word(p, PAPER_KEY_SAFE), h->key_safe);
	add_part(&entry, word(p, PAPER_KEY_HOLDER), h->key_holder);
	paper_line(p, word(p, PAPER_ENTRY), entry.text);
	paper_line(p, word(p, PAPER_PHONE), h->phone);
	for (size_t i = 0; i < h->n_contacts; i++)
		contact_line(p, h->contacts[i]);
	paper_line(p, word(p, PAPER_NOTE), h->note);
	if (!p->head.health)
		return;
	health_line(p, h->health);
	for (size_t i = 0; i < h->n_residents; i++)
		health_line(p, h->residents[i]->health);
}

static void work_lines(struct paper *p, const struct incident *inc)
{
	struct piece owner = {0};
	char at[24];

	add_person(p, &owner, "", inc->owner);
	paper_line(p, word(p, PAPER_OWNER), owner.len == 0 ? word(p, PAPER_NOBODY) : owner.text);
	for (uint32_t i = 0; i < inc->job_count; i++) {
		const struct job *j = &inc->jobs[i];
		struct piece text = {0};

		if (j->state == JOB_CANCELLED || j->state == JOB_FAILED)
			continue;
		add_part(&text, "", paper_job(p->head.lang, j->state));
		add_person(p, &text, "", j->caregiver);
		for (uint32_t k = 0; j->state == JOB_OFFERING && k < j->offer_count; k++)
			if (j->offers[k].state <= OFFER_SEEN)
				add_person(p, &text, "", j->offers[k].caregiver);
		if (j->arrival_due_ms != 0 && j->arrived_ms == 0) {
			time_text(p, j->arrival_due_ms, false, at);
			add_part(&text, word(p, PAPER_DUE), at);
		}
		paper_line(p, word(p, PAPER_JOB), text.text);
	}
	for (uint32_t i = 0; i < inc->handover_count; i++)
		if (inc->handovers[i].state != HANDOVER_CANCELLED)
			paper_line(p, word(p, PAPER_HANDOVER), paper_service(inc->handovers[i].service));
}

void paper_calls(struct paper *p, size_t total)
{
	char text[96];

	snprintf(text, sizeof text, "%s (%zu)", word(p, PAPER_CALLS), total);
	paper_heading(p, text);
	if (total == 0)
		paper_note(p, word(p, PAPER_NO_CALLS));
	if (total > PAPER_CALLS_MAX) {
		snprintf(text, sizeof text, "%s: %zu", word(p, PAPER_MORE), total - PAPER_CALLS_MAX);
		paper_note(p, text);
	}
}

static void title_line(struct paper *p, const struct incident *inc, enum paper_mark mark)
{
	struct piece text = {0};
	char number[INCIDENT_NUMBER_LEN + 1], at[24], times[64];

	incident_number(inc->id, number);
	add_part(&text, "", paper_class(p->head.lang, inc->class));
	add_part(&text, "", paper_kind(p->head.lang, inc->kind));
	add_part(&text, "", p->world->area(p->world->ctx, inc->area));
	time_text(p, inc->opened_ms, false, at);
	add_part(&text, word(p, PAPER_SINCE), at);
	if (inc->repeats != 0) {
		snprintf(times, sizeof times, "%" PRIu32 " %s", inc->repeats + 1, word(p, PAPER_TIMES));
		add_part(&text, "", times);
	}
	add_part(&text, "", paper_state(p->head.lang, inc->state));
	if (inc->silent)
		add_part(&text, "", word(p, PAPER_SILENT));
	if (inc->drill)
		add_part(&text, "", word(p, PAPER_DRILL));
	if (mark != PAPER_MARK_NONE)
		add_part(&text, "", word(p, mark == PAPER_NOT_STORED ? PAPER_UNSTORED : PAPER_UNSAFE));
	paper_line(p, number, text.text);
}

void paper_call(struct paper *p, const struct incident *inc, enum paper_mark mark)
{
	if (p->calls++ >= PAPER_CALLS_MAX)
		return;
	paper_raw(p, p->head.form == PAPER_HTML ? "<section>\n" : "\n");
	title_line(p, inc, mark);
	if (inc->quarantine)
		paper_line(p, word(p, PAPER_WHO), word(p, PAPER_UNKNOWN_UNIT));
	else if (inc->household[0] != '\0')
		home_lines(p, inc->household);
	work_lines(p, inc);
	paper_line(p, word(p, PAPER_UNIT), inc->device);
	paper_line(p, word(p, PAPER_DONE), "________________________________________________________");
	if (p->head.form == PAPER_HTML)
		paper_raw(p, "</section>\n");
}

/* ------------------------------------------------------------ who is there */

void paper_roster(struct paper *p)
{
	paper_heading(p, word(p, PAPER_ROSTER));
}

struct planned {
	struct paper *p;
	const struct shift_plan *plan;
};

static bool shift_row(void *ctx, const struct shift *s)
{
	const struct planned *at = ctx;
	struct paper *p = at->p;
	ms_t when_ms = s->from_ms > p->head.now_ms ? s->from_ms : p->head.now_ms;
	char people[SHIFT_CREW_MAX][ID_MAX], from[24], until[24];
	uint32_t count = shift_there(s, at->plan->area, &p->world->shifts, when_ms, people);
	struct piece names = {0};

	if (!p->rows) {
		const char *columns[] = {word(p, PAPER_WHEN), word(p, PAPER_AREA),  word(p, PAPER_POST),
		                         word(p, PAPER_FROM), word(p, PAPER_UNTIL), word(p, PAPER_NAME)};

		paper_table(p, COUNT_OF(columns), columns);
	}
	for (uint32_t i = 0; i < count; i++)
		add_person(p, &names, "", people[i]);
	time_text(p, s->from_ms, false, from);
	time_text(p, s->until_ms, false, until);
	paper_row(p, 6,
	          (const char *[]){word(p, s->from_ms <= p->head.now_ms ? PAPER_NOW : PAPER_NEXT),
	                           p->world->area(p->world->ctx, at->plan->area), paper_post(p->head.lang, s->post), from,
	                           until, names.text});
	return true;
}

void paper_plan(struct paper *p, const struct shift_plan *plan, ms_t ahead_ms)
{
	struct planned at = {p, plan};

	(void)shift_each(plan, p->head.offset_ms, p->head.now_ms, p->head.now_ms + ahead_ms, shift_row, &at);
}

void paper_duty(struct paper *p)
{
	if (!p->rows)
		paper_note(p, word(p, PAPER_NO_ROSTER));
	paper_heading(p, word(p, PAPER_DUTY));
}

void paper_on_duty(struct paper *p, const char *id, bool busy)
{
	const Pingan__V1__Person *person = p->world->person(p->world->ctx, id);
	struct piece areas = {0};
	char name[128], phone[64];
	int role;

	if (person == NULL)
		return;
	snprintf(name, sizeof name, "%s", person->name);
	snprintf(phone, sizeof phone, "%s", person->phone);
	role = (int)person->role;
	for (size_t i = 0; i < person->n_areas; i++)
		add_part(&areas, "", p->world->area(p->world->ctx, person->areas[i]));
	if (!p->rows) {
		const char *columns[] = {word(p, PAPER_NAME), word(p, PAPER_PHONE), word(p, PAPER_ROLE), word(p, PAPER_AREA),
		                         word(p, PAPER_STATE)};

		paper_table(p, COUNT_OF(columns), columns);
	}
	paper_row(p, 5,
	          (const char *[]){name, phone, paper_role(p->head.lang, role), areas.text,
	                           word(p, busy ? PAPER_HAS_JOB : PAPER_FREE)});
}

void paper_stations(struct paper *p)
{
	if (!p->rows)
		paper_note(p, word(p, PAPER_NO_DUTY));
	paper_heading(p, word(p, PAPER_STATIONS));
}

void paper_station(struct paper *p, const Pingan__V1__Station *s)
{
	if (s->closed)
		return;
	if (!p->rows) {
		const char *columns[] = {word(p, PAPER_CALLED), word(p, PAPER_DUTY_PHONE), word(p, PAPER_PHONE),
		                         word(p, PAPER_ADDRESS)};

		paper_table(p, COUNT_OF(columns), columns);
	}
	paper_row(p, 4, (const char *[]){s->name, s->duty_phone, s->phone, s->address});
}

/* ------------------------------------------------------------ the end */

char *paper_end(struct paper *p, size_t *ret_len)
{
	const char *columns[] = {word(p, PAPER_BLANK_AT), word(p, PAPER_BLANK_WHO), word(p, PAPER_BLANK_WHAT),
	                         word(p, PAPER_BLANK_SENT), word(p, PAPER_BLANK_END)};
	const char *empty[] = {"", "", "", "", ""};
	const char *lines[] = {"________", "________________________________", "__________________", "____________",
	                       "__________"};
	char *text;

	paper_heading(p, word(p, PAPER_BLANK));
	paper_table(p, COUNT_OF(columns), columns);
	for (size_t i = 0; i < PAPER_BLANKS; i++)
		paper_row(p, COUNT_OF(empty), p->head.form == PAPER_HTML ? empty : lines);
	paper_close(p);
	if (p->failed) {
		paper_drop(p);
		return NULL;
	}
	text = p->text;
	*ret_len = p->len;
	p->text = NULL;
	return text;
}

void paper_drop(struct paper *p)
{
	free(p->text);
	p->text = NULL;
}
