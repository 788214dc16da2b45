#include "roster_cell.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/utc.h"
#include "io/config.h"
#include "pingan/v1/record.pb-c.h"
#include "wire/record.h"
#include "wire/record_roster.h"

static uint8_t scratch_memory[RECORD_SCRATCH];

/* For decoding one record; of use until the next. */
static struct arena *scratch(void)
{
	static struct arena a;

	arena_init(&a, scratch_memory, sizeof scratch_memory);
	return &a;
}

/* ------------------------------------------------------------ people */

static void person_read(struct staff_person *p, const Pingan__V1__Person *m)
{
	p->known = !m->disabled;
	snprintf(p->name, sizeof p->name, "%.63s", m->name);
	snprintf(p->phone, sizeof p->phone, "%.31s", m->phone);
	switch (m->role) {
	case PINGAN__V1__ROLE__ROLE_CAREGIVER:
	case PINGAN__V1__ROLE__ROLE_TECHNICIAN:
		p->role = FITS_FIELD;
		break;
	case PINGAN__V1__ROLE__ROLE_OPERATOR:
		p->role = FITS_DESK;
		break;
	case PINGAN__V1__ROLE__ROLE_SUPERVISOR:
		p->role = FITS_SUPERVISOR;
		break;
	default:
		p->role = FITS_NOTHING;
		break;
	}
	for (size_t i = 0; i < m->n_skills; i++)
		p->skills |= BIT(shift_skill_by_name(m->skills[i]));
	/* As the daemon has it: a technician is one by name, and a caregiver of whom nothing is written down cares. */
	if (m->role == PINGAN__V1__ROLE__ROLE_TECHNICIAN)
		p->skills |= BIT(SKILL_TECHNICIAN);
	else if ((p->skills & ~BIT(SKILL_NONE)) == 0)
		p->skills |= BIT(SKILL_CARE);
	for (size_t i = 0; i < m->n_areas && p->area_count < COUNT_OF(p->areas); i++)
		if (text_copy(p->areas[p->area_count], sizeof p->areas[0], slice_str(m->areas[i])))
			p->area_count++;
}

static bool duty_of(struct roster_cell *r, const char *id)
{
	struct cell_record *rec = malloc(sizeof *rec);
	char key[STORE_KEY_MAX];
	struct caregiver c;
	bool on;

	ENSURE(rec != NULL);
	snprintf(key, sizeof key, "caregiver:%.31s", id);
	on = cell_get(r->cell, key, rec) && rec->rev != 0 &&
	     caregiver_decode(slice_of(rec->body, rec->len), &c, scratch()) == 0 && c.on_duty;
	free(rec);
	return on;
}

const struct staff_person *staff_person(struct roster_cell *r, const char *id)
{
	struct staff_person *p = table_get(&r->people, id);
	struct cell_record *rec;
	char key[STORE_KEY_MAX];

	if (p != NULL)
		return p;
	p = calloc(1, sizeof *p);
	rec = malloc(sizeof *rec);
	ENSURE(p != NULL && rec != NULL);
	snprintf(p->id, sizeof p->id, "%.31s", id);
	snprintf(key, sizeof key, "person:%.31s", id);
	if (cell_get(r->cell, key, rec) && rec->rev != 0) {
		Pingan__V1__Person *m = pingan__v1__person__unpack(NULL, rec->len, rec->body);

		if (m != NULL)
			person_read(p, m);
		if (m != NULL)
			pingan__v1__person__free_unpacked(m, NULL);
	}
	free(rec);
	if (p->role == FITS_FIELD)
		p->on_duty = duty_of(r, p->id);
	ENSURE(table_put(&r->people, p->id, p));
	return p;
}

static bool fits(void *ctx, const char *person, const char *area, enum shift_post post, enum skill skill)
{
	const struct staff_person *p = staff_person(ctx, person);
	bool here = false, able = true;

	for (uint32_t i = 0; i < p->area_count; i++)
		here = here || area_covers(p->areas[i], area) || area_covers(area, p->areas[i]);
	switch (post) {
	case POST_FIELD:
		able = p->role == FITS_FIELD &&
		       ((p->skills & BIT(skill)) != 0 || (skill == SKILL_CARE && (p->skills & BIT(SKILL_NURSE)) != 0));
		break;
	case POST_DESK:
		able = p->role == FITS_DESK || p->role == FITS_SUPERVISOR;
		break;
	case POST_SUPERVISOR:
		able = p->role == FITS_SUPERVISOR;
		break;
	case POST_DUTY_PHONE:
	case POST_SECOND_PHONE:
		able = p->role != FITS_NOTHING;
		break;
	case POST_NONE:
	case POST_COUNT:
		able = false;
		break;
	}
	return p->known && here && able;
}

static const struct absences *absences_of(void *ctx, const char *person)
{
	struct roster_cell *r = ctx;
	struct staff_person *p;
	struct absence_record *a;

	(void)staff_person(r, person);
	p = table_get(&r->people, person);
	if (p == NULL)
		return NULL;
	if (!p->absences_read) {
		p->absences_read = true;
		a = malloc(sizeof *a);
		ENSURE(a != NULL);
		if (absences_get(r, person, a))
			p->absences = a->absences;
		free(a);
	}
	return p->absences.count == 0 ? NULL : &p->absences;
}

/* ------------------------------------------------------------ open */

bool roster_cell_open(struct roster_cell *r, struct cell *cell, const char *config_path)
{
	struct config *config = calloc(1, sizeof *config);
	const struct passwd *pw = getpwuid(getuid());
	char why[CONFIG_WHY_MAX];

	ENSURE(config != NULL);
	memset(r, 0, sizeof *r);
	r->cell = cell;
	r->world = (struct shift_world){.ctx = r, .fits = fits, .absences = absences_of};
	snprintf(r->who, sizeof r->who, "ctl:%.26s", pw == NULL ? "unknown" : pw->pw_name);
	config_preset(config);
	if (config_path != NULL && !config_load(config_path, config, why)) {
		fprintf(stderr, "pinganctl: %s\n", why);
		free(config);
		return false;
	}
	r->offset_ms = MINUTES(config->policy.utc_offset_min);
	free(config);
	r->now_ms = cell_now_ms(cell);
	return r->now_ms != 0;
}

void roster_cell_close(struct roster_cell *r)
{
	for (size_t i = 0; i < table_places(&r->people); i++)
		if (table_at(&r->people, i)->key != NULL)
			free(table_at(&r->people, i)->value);
	table_free(&r->people);
}

/* ------------------------------------------------------------ records */

static bool area_code(const char *code)
{
	size_t len = strlen(code);

	return strspn(code, "0123456789") == len && len >= 2 && len <= 15;
}

static bool unreadable(const char *key, int bad)
{
	fprintf(stderr, "pinganctl: %s is unreadable (%s); nothing is written over it\n", key, record_bad_name(bad));
	return false;
}

bool roster_get(struct roster_cell *r, const char *area, struct roster_record *ret)
{
	char key[STORE_KEY_MAX];
	int bad;

	if (!area_code(area)) {
		fprintf(stderr, "pinganctl: %s: an area is a division code\n", area);
		return false;
	}
	snprintf(key, sizeof key, "roster:%s", area);
	if (!cell_get(r->cell, key, &ret->rec))
		return false;
	shift_room_init(&ret->room, area);
	if (ret->rec.rev == 0)
		return true;
	bad = roster_decode(slice_of(ret->rec.body, ret->rec.len), &ret->room, scratch());
	return bad == 0 || unreadable(key, bad);
}

static bool put(struct roster_cell *r, const char *key, const struct cell_record *rec, const struct buf *body,
                const struct roster_event *e)
{
	uint8_t bytes[512];
	struct buf event = buf_of(bytes, sizeof bytes);

	if (body->overflow) {
		fprintf(stderr, "pinganctl: %s: its record would be too large: fewer shifts or people\n", key);
		return false;
	}
	roster_event_encode(e, &event);
	r->cell->event = slice_of(event.at, event.overflow ? 0 : event.len);
	return cell_put(r->cell, key, rec, slice_of(body->at, body->len));
}

bool roster_put(struct roster_cell *r, struct roster_record *plan, enum roster_change what, int64_t number,
                const char *subject, ms_t from_ms)
{
	static uint8_t bytes[STORE_BODY_MAX];
	struct buf body = buf_of(bytes, sizeof bytes);
	struct roster_event e = {.what = what,
	                         .who = r->who,
	                         .subject = subject,
	                         .area = plan->room.plan.area,
	                         .number = number,
	                         .at_ms = r->now_ms,
	                         .from_ms = from_ms};
	char key[STORE_KEY_MAX];

	snprintf(key, sizeof key, "roster:%s", plan->room.plan.area);
	roster_encode(&plan->room.plan, &body);
	return put(r, key, &plan->rec, &body, &e);
}

bool absences_get(struct roster_cell *r, const char *person, struct absence_record *ret)
{
	char key[STORE_KEY_MAX];
	int bad;

	snprintf(key, sizeof key, "absence:%.31s", person);
	if (!cell_get(r->cell, key, &ret->rec))
		return false;
	memset(&ret->absences, 0, sizeof ret->absences);
	snprintf(ret->absences.person, sizeof ret->absences.person, "%.31s", person);
	if (ret->rec.rev == 0)
		return true;
	bad = absences_decode(slice_of(ret->rec.body, ret->rec.len), &ret->absences, scratch());
	return bad == 0 || unreadable(key, bad);
}

bool absences_put(struct roster_cell *r, struct absence_record *a, enum roster_change what, int64_t number,
                  ms_t from_ms)
{
	static uint8_t bytes[STORE_BODY_MAX];
	struct buf body = buf_of(bytes, sizeof bytes);
	struct roster_event e = {.what = what,
	                         .who = r->who,
	                         .subject = a->absences.person,
	                         .area = "",
	                         .number = number,
	                         .at_ms = r->now_ms,
	                         .from_ms = from_ms};
	char key[STORE_KEY_MAX];

	snprintf(key, sizeof key, "absence:%s", a->absences.person);
	absences_encode(&a->absences, &body);
	return put(r, key, &a->rec, &body, &e);
}

bool roster_each(struct roster_cell *r, const char *area,
                 bool (*each)(void *ctx, struct roster_cell *r, const struct shift_plan *plan), void *ctx)
{
	struct roster_record *rec = malloc(sizeof *rec);
	size_t count = 0;
	char **keys = cell_keys(r->cell, "roster:", &count);
	bool ok = keys != NULL;

	ENSURE(rec != NULL);
	for (size_t i = 0; ok && i < count; i++) {
		const char *code = keys[i] + strlen("roster:");

		if (area != NULL && !area_covers(area, code) && !area_covers(code, area))
			continue;
		ok = roster_get(r, code, rec) && (rec->rec.rev == 0 || each(ctx, r, &rec->room.plan));
	}
	if (keys != NULL)
		cell_keys_free(keys, count);
	free(rec);
	return ok;
}

/* ------------------------------------------------------------ local time */

bool roster_time_read(const struct roster_cell *r, const char *text, ms_t *ret)
{
	unsigned year, month, day, hour = 0, minute = 0;
	int used = 0;

	if (sscanf(text, "%4u-%2u-%2u%n", &year, &month, &day, &used) != 3)
		return false;
	text += used;
	used = 0;
	if (*text != '\0' && (sscanf(text, "%*[ T]%2u:%2u%n", &hour, &minute, &used) != 2 || text[used] != '\0'))
		return false;
	*ret = utc_ms_of(year, month, day, hour, minute, 0);
	if (*ret == 0)
		return false;
	*ret -= r->offset_ms;
	return true;
}

void roster_time_text(const struct roster_cell *r, ms_t ms, char ret[24])
{
	time_t s = (time_t)((ms + r->offset_ms) / 1000);
	struct tm tm;

	ret[0] = '\0';
	if (gmtime_r(&s, &tm) != NULL)
		(void)strftime(ret, 24, "%Y-%m-%d %H:%M", &tm);
}
