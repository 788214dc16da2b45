#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "roster.h"
#include "wire/record_roster.h"

#define ROWS_MAX 100000

/* One shift, or one gap, to be printed in the order of time. */
struct row {
	char area[16];
	struct shift shift;
	uint32_t have;
	struct shift_gap gap; /* gaps: until_ms != 0 */
};

struct rows {
	struct roster_cell *r;
	const struct shift_plan *plan;
	ms_t from_ms, until_ms;
	bool gaps, next;
	struct row *at;
	size_t count, size;
};

static struct row *row_add(struct rows *rows)
{
	struct row *at;

	if (rows->count == rows->size) {
		rows->size = rows->size * 2 + 64;
		rows->at = realloc(rows->at, rows->size * sizeof *rows->at);
		ENSURE(rows->at != NULL);
	}
	at = &rows->at[rows->count++];
	memset(at, 0, sizeof *at);
	(void)text_copy(at->area, sizeof at->area, slice_str(rows->plan->area));
	return at;
}

static bool take_shift(void *ctx, const struct shift *s)
{
	struct rows *rows = ctx;
	struct shift_gap gaps[2 * ABSENCES_MAX];
	struct row *row;
	uint32_t n;

	if (rows->count >= ROWS_MAX)
		return false;
	if (rows->next && s->from_ms <= rows->r->now_ms)
		return true;
	if (!rows->gaps) {
		row = row_add(rows);
		row->shift = *s;
		row->have = shift_fewest(s, rows->plan->area, &rows->r->world);
		return true;
	}
	n = shift_gaps(s, rows->plan->area, &rows->r->world, rows->r->now_ms, gaps, COUNT_OF(gaps));
	for (uint32_t i = 0; i < n; i++) {
		row = row_add(rows);
		row->shift = *s;
		row->gap = gaps[i];
	}
	return true;
}

static bool take_plan(void *ctx, struct roster_cell *r, const struct shift_plan *plan)
{
	struct rows *rows = ctx;

	rows->plan = plan;
	(void)shift_each(plan, r->offset_ms, rows->from_ms, rows->until_ms, take_shift, rows);
	return true;
}

static int by_time(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	ms_t at = x->gap.until_ms != 0 ? x->gap.from_ms : x->shift.from_ms;
	ms_t other = y->gap.until_ms != 0 ? y->gap.from_ms : y->shift.from_ms;

	if (at != other)
		return at < other ? -1 : 1;
	return strcmp(x->area, y->area) != 0 ? strcmp(x->area, y->area)
	                                     : (x->shift.slot > y->shift.slot) - (x->shift.slot < y->shift.slot);
}

/* "li.na*": away for some of it; "li.na+": on duty now. */
static void people_text(struct rows *rows, const struct row *row, char *ret, size_t size)
{
	size_t len = 0;

	ret[0] = '\0';
	for (uint32_t i = 0; i < row->shift.count && len + ID_MAX + 3 < size; i++) {
		const struct staff_person *p = staff_person(rows->r, row->shift.people[i]);
		bool runs = row->shift.from_ms <= rows->r->now_ms && rows->r->now_ms < row->shift.until_ms;

		len += (size_t)snprintf(ret + len, size - len, "%s%s%s", i == 0 ? "" : " ", p->id,
		                        !p->known                                             ? "?"
		                        : shift_away(&row->shift, &rows->r->world, p->id)     ? "*"
		                        : runs && row->shift.post == POST_FIELD && p->on_duty ? "+"
		                                                                              : "");
	}
}

static bool row_json(struct rows *rows, const struct row *row)
{
	const struct shift *s = &row->shift;
	bool gap = row->gap.until_ms != 0;
	char from[24], until[24];
	json_t *people = json_array(), *line;

	roster_time_text(rows->r, gap ? row->gap.from_ms : s->from_ms, from);
	roster_time_text(rows->r, gap ? row->gap.until_ms : s->until_ms, until);
	for (uint32_t i = 0; i < s->count; i++) {
		const struct staff_person *p = staff_person(rows->r, s->people[i]);

		(void)json_array_append_new(people, json_pack("{s:s, s:s, s:s, s:b, s:b}", "id", p->id, "name", p->name,
		                                              "phone", p->phone, "absent",
		                                              shift_away(s, &rows->r->world, p->id), "on_duty", p->on_duty));
	}
	line =
		json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:I, s:I, s:i, s:i, s:o}", "area", row->area, "slot", (int)s->slot,
	              "post", shift_post_name(s->post), "skill", s->skill == SKILL_NONE ? "" : shift_skill_name(s->skill),
	              "from", from, "until", until, "from_ms", (json_int_t)(gap ? row->gap.from_ms : s->from_ms),
	              "until_ms", (json_int_t)(gap ? row->gap.until_ms : s->until_ms), "need", (int)s->need, "have",
	              (int)(gap ? row->gap.have : row->have), "people", people);
	if (line == NULL)
		return false;
	(void)json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
	return true;
}

static void row_print(struct rows *rows, const struct row *row)
{
	const struct shift *s = &row->shift;
	bool gap = row->gap.until_ms != 0;
	char from[24], until[24], people[SHIFT_CREW_MAX * (ID_MAX + 2)];

	roster_time_text(rows->r, gap ? row->gap.from_ms : s->from_ms, from);
	roster_time_text(rows->r, gap ? row->gap.until_ms : s->until_ms, until);
	people_text(rows, row, people, sizeof people);
	printf("%-12s %-16s %-16s %4" PRIu32 " %-12s %-10s %4" PRIu32 " %4" PRIu32 " %s\n", row->area, from, until, s->slot,
	       shift_post_name(s->post), s->skill == SKILL_NONE ? "-" : shift_skill_name(s->skill), s->need,
	       gap ? row->gap.have : row->have, people[0] == '\0' ? "-" : people);
}

static int rows_show(struct rows *rows, bool read, bool json)
{
	int bad = read ? 0 : 1;

	if (rows->count != 0)
		qsort(rows->at, rows->count, sizeof *rows->at, by_time);
	if (!json)
		printf("%-12s %-16s %-16s %4s %-12s %-10s %4s %4s %s\n", "area", "from", "until", "slot", "post", "skill",
		       "need", "have", "people (* away, + on duty, ? unknown)");
	for (size_t i = 0; i < rows->count; i++) {
		if (json && !row_json(rows, &rows->at[i]))
			bad = 1;
		if (!json)
			row_print(rows, &rows->at[i]);
	}
	free(rows->at);
	return bad;
}

static ms_t days_ms(const struct roster_options *o)
{
	return (int64_t)(o->days == 0 ? 7 : o->days) * 86400000;
}

int roster_show(struct roster_cell *r, const char *area, const struct roster_options *o)
{
	struct rows rows = {.r = r, .from_ms = r->now_ms};
	struct roster_record *rec;
	int bad = 1;

	if (o->from != NULL && !roster_time_read(r, o->from, &rows.from_ms)) {
		fprintf(stderr, "pinganctl: --from takes a day, 2026-11-24: %s\n", o->from);
		return 1;
	}
	rows.until_ms = rows.from_ms + days_ms(o);
	rec = malloc(sizeof *rec);
	ENSURE(rec != NULL);
	if (roster_get(r, area, rec))
		bad = rows_show(&rows, take_plan(&rows, r, &rec->room.plan), o->json);
	free(rec);
	return bad;
}

/* Those whose area lies in the one that is asked for, or holds it. */
static int each_show(struct rows *rows, const struct roster_options *o)
{
	return rows_show(rows, roster_each(rows->r, o->area, take_plan, rows), o->json);
}

int roster_now(struct roster_cell *r, const struct roster_options *o)
{
	struct rows rows = {.r = r, .from_ms = r->now_ms, .until_ms = r->now_ms + 1};

	return each_show(&rows, o);
}

/* Of each area and post, what begins within a day. */
int roster_next(struct roster_cell *r, const struct roster_options *o)
{
	struct rows rows = {.r = r, .from_ms = r->now_ms, .until_ms = r->now_ms + 86400000, .next = true};

	return each_show(&rows, o);
}

int roster_gaps(struct roster_cell *r, const struct roster_options *o)
{
	struct rows rows = {.r = r, .from_ms = r->now_ms, .until_ms = r->now_ms + days_ms(o), .gaps = true};

	return each_show(&rows, o);
}

/* ------------------------------------------------------------ the week */

static void days_text(uint32_t days, char ret[32])
{
	static const char *const DAYS[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	size_t len = 0;

	ret[0] = '\0';
	if (days == 127) {
		snprintf(ret, 32, "daily");
		return;
	}
	for (unsigned i = 0; i < 7; i++)
		if ((days & (1u << i)) != 0)
			len += (size_t)snprintf(ret + len, 32 - len, "%s%s", len == 0 ? "" : ",", DAYS[i]);
}

static bool slot_json(struct roster_cell *r, const struct shift_plan *plan, const struct shift_slot *s,
                      const char *days)
{
	json_t *people = json_array(), *line;
	char until[24] = "";

	if (s->until_ms != 0)
		roster_time_text(r, s->until_ms, until);
	for (uint32_t i = 0; i < s->people_count; i++)
		(void)json_array_append_new(people, json_string(s->people[i]));
	line =
		json_pack("{s:s, s:i, s:s, s:i, s:i, s:s, s:s, s:i, s:i, s:i, s:s, s:o}", "area", plan->area, "slot",
	              (int)s->id, "on", days, "from_min", (int)s->from_min, "minutes", (int)s->minutes, "post",
	              shift_post_name(s->post), "skill", s->skill == SKILL_NONE ? "" : shift_skill_name(s->skill), "need",
	              (int)s->need, "weeks", (int)s->weeks, "week", (int)s->week, "until", until, "people", people);
	if (line == NULL)
		return false;
	(void)json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
	return true;
}

static void slot_print(struct roster_cell *r, const struct shift_slot *s, const char *days)
{
	uint32_t end = (s->from_min + s->minutes) % 1440;
	char until[24] = "-", every[24] = "-", people[SHIFT_PEOPLE_MAX * ID_MAX] = "";
	size_t len = 0;

	if (s->until_ms != 0)
		roster_time_text(r, s->until_ms, until);
	if (s->weeks > 1)
		snprintf(every, sizeof every, "%" PRIu32 "/%" PRIu32, s->week, s->weeks);
	for (uint32_t i = 0; i < s->people_count; i++)
		len += (size_t)snprintf(people + len, sizeof people - len, "%s%s", i == 0 ? "" : " ", s->people[i]);
	printf("%4" PRIu32 " %-27s %02" PRIu32 ":%02" PRIu32 " %02" PRIu32 ":%02" PRIu32 " %-5s %-12s %-10s %4" PRIu32
	       " %-16s %s\n",
	       s->id, days, s->from_min / 60, s->from_min % 60, end / 60, end % 60, every, shift_post_name(s->post),
	       s->skill == SKILL_NONE ? "-" : shift_skill_name(s->skill), s->need, until, people);
}

int roster_template_list(struct roster_cell *r, const char *area, const struct roster_options *o)
{
	struct roster_record *rec = malloc(sizeof *rec);
	char days[32];
	int bad;

	ENSURE(rec != NULL);
	bad = !roster_get(r, area, rec);
	if (bad == 0 && !o->json)
		printf("%4s %-27s %-5s %-5s %-5s %-12s %-10s %4s %-16s %s\n", "slot", "on", "from", "to", "week", "post",
		       "skill", "need", "ends", "people");
	for (uint32_t i = 0; bad == 0 && i < rec->room.plan.slot_count; i++) {
		const struct shift_slot *s = &rec->room.plan.slots[i];

		days_text(s->days, days);
		if (o->json && !slot_json(r, &rec->room.plan, s, days))
			bad = 1;
		if (!o->json)
			slot_print(r, s, days);
	}
	free(rec);
	return bad;
}

/* ------------------------------------------------------------ absences and swaps */

int roster_absence_list(struct roster_cell *r, const struct roster_options *o)
{
	struct absence_record *a = malloc(sizeof *a);
	size_t count = 0;
	char **keys = cell_keys(r->cell, "absence:", &count);
	int bad = keys == NULL;

	ENSURE(a != NULL);
	if (bad == 0 && !o->json)
		printf("%-31s %4s %-16s %-16s %s\n", "person", "id", "from", "until", "reason");
	for (size_t i = 0; bad == 0 && i < count; i++) {
		if (!absences_get(r, keys[i] + strlen("absence:"), a))
			bad = 1;
		for (uint32_t k = 0; bad == 0 && k < a->absences.count; k++) {
			const struct absence *at = &a->absences.list[k];
			char from[24], until[24];

			if (at->until_ms <= r->now_ms)
				continue;
			roster_time_text(r, at->from_ms, from);
			roster_time_text(r, at->until_ms, until);
			if (!o->json) {
				printf("%-31s %4" PRIu32 " %-16s %-16s %s\n", a->absences.person, at->id, from, until,
				       absence_reason_name(at->reason));
				continue;
			}
			printf("{\"person\":\"%s\",\"absence\":%" PRIu32 ",\"from\":\"%s\",\"until\":\"%s\",\"reason\":\"%s\"}\n",
			       a->absences.person, at->id, from, until, absence_reason_name(at->reason));
		}
	}
	if (keys != NULL)
		cell_keys_free(keys, count);
	free(a);
	return bad;
}

struct swaps {
	bool json;
};

static bool swaps_print(void *ctx, struct roster_cell *r, const struct shift_plan *plan)
{
	const struct swaps *s = ctx;

	for (uint32_t i = 0; i < plan->change_count; i++) {
		const struct shift_change *c = &plan->changes[i];
		char from[24], back[24] = "-";

		if (c->state != SWAP_ASKED && c->state != SWAP_AGREED)
			continue;
		roster_time_text(r, c->from_ms, from);
		if (c->return_slot != 0)
			roster_time_text(r, c->return_from_ms, back);
		if (s->json)
			printf("{\"area\":\"%s\",\"change\":%" PRIu32 ",\"person\":\"%s\",\"takes\":\"%s\",\"from\":\"%s\","
			       "\"return\":\"%s\",\"state\":\"%s\"}\n",
			       plan->area, c->id, c->person, c->takes, from, c->return_slot == 0 ? "" : back,
			       swap_state_name(c->state));
		else
			printf("%-12s %6" PRIu32 " %-20s %-20s %-16s %-16s %s\n", plan->area, c->id, c->person, c->takes, from,
			       back, swap_state_name(c->state));
	}
	return true;
}

int roster_swap_list(struct roster_cell *r, const struct roster_options *o)
{
	struct swaps s = {.json = o->json};

	if (!o->json)
		printf("%-12s %6s %-20s %-20s %-16s %-16s %s\n", "area", "change", "gives", "takes", "shift", "in return",
		       "state");
	return roster_each(r, o->area, swaps_print, &s) ? 0 : 1;
}
