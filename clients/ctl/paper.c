#include "paper.h"

#include <stdio.h>
#include <stdlib.h>

#include "act.h"
#include "app/paper.h"
#include "roster_cell.h"
#include "wire/record.h"

struct entry {
	uint8_t order[ORDER_LEN];
	char key[STORE_KEY_MAX];
};

struct sheet {
	struct roster_cell *r;
	struct cell *cell;
	struct cell_record *rec; /* read last */
	Pingan__V1__Household *home;
	Pingan__V1__Person *person;
	char area[96];
	struct incident *inc;
	uint8_t *memory;
	struct arena scratch;
	struct entry *calls;
	size_t count;
};

/* ------------------------------------------------------------ what the calls name */

static void forget(struct sheet *s)
{
	if (s->home != NULL)
		pingan__v1__household__free_unpacked(s->home, NULL);
	if (s->person != NULL)
		pingan__v1__person__free_unpacked(s->person, NULL);
	s->home = NULL;
	s->person = NULL;
}

static bool read_record(struct sheet *s, const char *type, const char *id)
{
	char key[STORE_KEY_MAX];

	if ((size_t)snprintf(key, sizeof key, "%s:%s", type, id) >= sizeof key)
		return false;
	return cell_get(s->cell, key, s->rec) && s->rec->rev != 0;
}

static const Pingan__V1__Household *home_of(void *ctx, const char *id)
{
	struct sheet *s = ctx;

	if (s->home != NULL)
		pingan__v1__household__free_unpacked(s->home, NULL);
	s->home = read_record(s, "household", id) ? pingan__v1__household__unpack(NULL, s->rec->len, s->rec->body) : NULL;
	return s->home;
}

static const Pingan__V1__Person *person_of(void *ctx, const char *id)
{
	struct sheet *s = ctx;

	if (s->person != NULL)
		pingan__v1__person__free_unpacked(s->person, NULL);
	s->person = read_record(s, "person", id) ? pingan__v1__person__unpack(NULL, s->rec->len, s->rec->body) : NULL;
	return s->person;
}

/* Of the sub-district; of what is above it where it has no record. */
static const char *area_of(void *ctx, const char *code)
{
	struct sheet *s = ctx;
	char at[16];

	snprintf(at, sizeof at, "%.9s", code);
	for (size_t len = strlen(at); len >= 2; len -= len > 6 ? 3 : 2) {
		Pingan__V1__Area *a;

		at[len] = '\0';
		a = read_record(s, "area", at) ? pingan__v1__area__unpack(NULL, s->rec->len, s->rec->body) : NULL;
		if (a != NULL) {
			snprintf(s->area, sizeof s->area, "%s", a->name);
			pingan__v1__area__free_unpacked(a, NULL);
			return s->area;
		}
	}
	snprintf(s->area, sizeof s->area, "%.15s", code);
	return s->area;
}

/* ------------------------------------------------------------ calls */

static bool call_read(struct sheet *s, const char *key)
{
	arena_init(&s->scratch, s->memory, RECORD_SCRATCH);
	return cell_get(s->cell, key, s->rec) && s->rec->rev != 0 &&
	       incident_decode(slice_of(s->rec->body, s->rec->len), &s->scratch, s->inc) == 0 &&
	       s->inc->state != INCIDENT_CLOSED;
}

static bool call_take(struct sheet *s, const char *key)
{
	if (!call_read(s, key))
		return false;
	incident_order(s->inc, s->calls[s->count].order);
	snprintf(s->calls[s->count].key, STORE_KEY_MAX, "%s", key);
	s->count++;
	return true;
}

static int by_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return memcmp(x->order, y->order, ORDER_LEN);
}

static bool calls_room(struct sheet *s, size_t count)
{
	s->calls = calloc(count + 1, sizeof(struct entry));
	return s->calls != NULL;
}

static bool calls_gather(struct sheet *s)
{
	size_t count = 0;

	if (s->cell->offline != NULL) {
		char **keys = cell_keys(s->cell, "incident:", &count);

		if (keys == NULL || !calls_room(s, count))
			return false;
		for (size_t i = 0; i < count; i++)
			(void)call_take(s, keys[i]);
		cell_keys_free(keys, count);
	} else {
		redisReply *r = cell_ask(s->cell, "SMEMBERS %sset:incidents:open", s->cell->prefix);

		if (r == NULL || !calls_room(s, r->elements))
			return false;
		for (size_t i = 0; i < r->elements; i++)
			if (!call_take(s, r->element[i]->str) && s->inc->state != INCIDENT_CLOSED)
				fprintf(stderr, "pinganctl: %s is open and unreadable; it is not on the sheet\n", r->element[i]->str);
		freeReplyObject(r);
	}
	if (s->count != 0)
		qsort(s->calls, s->count, sizeof(struct entry), by_order);
	return true;
}

/* ------------------------------------------------------------ people and stations */

static bool plan_write(void *ctx, struct roster_cell *r, const struct shift_plan *plan)
{
	(void)r;
	paper_plan(ctx, plan, PAPER_AHEAD_MS);
	return true;
}

static bool duty_write(struct sheet *s, struct paper *p)
{
	size_t count = 0;
	char **keys = cell_keys(s->cell, "caregiver:", &count);
	struct caregiver c;

	for (size_t i = 0; keys != NULL && i < count; i++) {
		arena_init(&s->scratch, s->memory, RECORD_SCRATCH);
		if (cell_get(s->cell, keys[i], s->rec) && s->rec->rev != 0 &&
		    caregiver_decode(slice_of(s->rec->body, s->rec->len), &c, &s->scratch) == 0 && c.on_duty)
			paper_on_duty(p, c.id, c.incident != 0);
	}
	cell_keys_free(keys, count);
	return keys != NULL;
}

static bool stations_write(struct sheet *s, struct paper *p)
{
	size_t count = 0;
	char **keys = cell_keys(s->cell, "station:", &count);

	for (size_t i = 0; keys != NULL && i < count; i++) {
		Pingan__V1__Station *m = cell_get(s->cell, keys[i], s->rec) && s->rec->rev != 0
		                             ? pingan__v1__station__unpack(NULL, s->rec->len, s->rec->body)
		                             : NULL;

		if (m != NULL)
			paper_station(p, m);
		if (m != NULL)
			pingan__v1__station__free_unpacked(m, NULL);
	}
	cell_keys_free(keys, count);
	return keys != NULL;
}

/* ------------------------------------------------------------ the sheet */

static char *sheet_make(struct sheet *s, const struct paper_head *head, size_t *ret_len)
{
	const struct paper_world world = {
		.ctx = s, .household = home_of, .person = person_of, .area = area_of, .shifts = s->r->world};
	struct paper p;
	bool good;

	if (!paper_begin(&p, head, &world)) {
		paper_drop(&p);
		return NULL;
	}
	paper_calls(&p, s->count);
	for (size_t i = 0; i < s->count && i < PAPER_CALLS_MAX; i++)
		if (call_read(s, s->calls[i].key))
			paper_call(&p, s->inc, PAPER_MARK_NONE);
	paper_roster(&p);
	good = roster_each(s->r, NULL, plan_write, &p);
	paper_duty(&p);
	good = duty_write(s, &p) && good;
	paper_stations(&p);
	good = stations_write(s, &p) && good;
	/* What could be read is printed: half a roster is better than none. */
	if (!good)
		fprintf(stderr, "pinganctl: not everything could be read\n");
	return paper_end(&p, ret_len);
}

static bool put_out(const char *text, size_t len)
{
	bool good = fwrite(text, 1, len, stdout) == len && fflush(stdout) == 0;

	if (!good)
		perror("pinganctl: standard output");
	return good;
}

static int print(struct cell *cell, const struct paper_options *o, ms_t saved_ms)
{
	struct roster_cell r;
	struct sheet s = {.r = &r, .cell = cell};
	struct paper_head head = {.form = o->html ? PAPER_HTML : PAPER_TEXT,
	                          .lang = o->english ? PAPER_EN : PAPER_ZH,
	                          .cell = cell->prefix,
	                          .health = o->health,
	                          .from = cell->offline != NULL ? PAPER_FROM_SNAPSHOT : PAPER_FROM_STORE};
	char name[PREFIX_MAX + 1], who[AUDIT_WHO_MAX];
	size_t len = 0;
	char *text = NULL;
	int failed = 1;

	s.rec = malloc(sizeof *s.rec);
	s.inc = malloc(sizeof *s.inc);
	s.memory = malloc(RECORD_SCRATCH);
	ENSURE(s.rec != NULL && s.inc != NULL && s.memory != NULL);
	snprintf(name, sizeof name, "%.*s", (int)strcspn(cell->prefix, ":"), cell->prefix);
	act_who(who, sizeof who);
	head.cell = name;
	head.by = who;
	if (roster_cell_open(&r, cell, o->config)) {
		head.now_ms = r.now_ms;
		head.asof_ms = saved_ms != 0 ? saved_ms : r.now_ms;
		head.offset_ms = r.offset_ms;
		if (calls_gather(&s) &&
		    (cell->offline != NULL || act_commit(cell, AUDIT_PRINTED, "", NULL, o->health ? "paper health" : "paper")))
			text = sheet_make(&s, &head, &len);
		failed = text == NULL || !put_out(text, len);
	}
	roster_cell_close(&r);
	forget(&s);
	free(text);
	free(s.calls);
	free(s.rec);
	free(s.inc);
	free(s.memory);
	return failed;
}

int paper_run(const struct paper_options *o)
{
	struct paper_options paper = *o;
	ms_t saved_ms = 0;
	struct cell cell;
	int failed;

	paper.english = o->lang != NULL && strcmp(o->lang, "en") == 0;
	if (o->lang != NULL && !paper.english && strcmp(o->lang, "zh") != 0) {
		fprintf(stderr, "pinganctl: --lang takes zh or en: %s\n", o->lang);
		return PAPER_NOT_UNDERSTOOD;
	}
	if (o->config == NULL && o->snapshot) {
		fprintf(stderr, "pinganctl: say where the snapshot is: --config FILE\n");
		return PAPER_NOT_UNDERSTOOD;
	}
	if (o->snapshot || !cell_open(&cell, o->config, o->redis, o->cell)) {
		if (o->config == NULL)
			return 1;
		if (!o->snapshot)
			fprintf(stderr, "pinganctl: out of the local snapshot instead\n");
		if (!cell_open_offline(&cell, o->config, o->cell, &saved_ms))
			return 1;
	}
	failed = print(&cell, &paper, saved_ms);
	cell_close(&cell);
	return failed != 0;
}
