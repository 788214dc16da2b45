#include "roster.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/record_roster.h"

static int complain(const char *what, const char *about)
{
	fprintf(stderr, "pinganctl: %s: %s\n", about, what);
	return 1;
}

/* Why the rules say no, in words. */
static int refused(enum refusal why, const char *about)
{
	switch (why) {
	case REFUSAL_NOT_FOUND:
		return complain("there is no such shift, change or absence", about);
	case REFUSAL_EXPIRED:
		return complain("that is over already", about);
	case REFUSAL_LIMIT:
		return complain("a bound is reached: 48 shifts of the week, 48 changes, 16 people on one shift, 92 days ahead",
		                about);
	case REFUSAL_WRONG_STATE:
		return complain("whoever gives it has not got it, or whoever takes it has it already", about);
	case REFUSAL_BUSY:
		return complain("a swap of this shift is asked for already", about);
	default:
		return complain("hours, people or numbers out of their bounds", about);
	}
}

static bool number(const char *text, uint32_t min, uint32_t max, uint32_t *ret)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	*ret = (uint32_t)n;
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && n >= min && n <= max;
}

/* ------------------------------------------------------------ what is typed of a shift */

static bool days_read(const char *text, uint32_t *ret)
{
	static const struct {
		const char *name;
		uint32_t days;
	} NAMES[] = {{"mon", 1},  {"tue", 2},  {"wed", 4},     {"thu", 8},       {"fri", 16},
	             {"sat", 32}, {"sun", 64}, {"daily", 127}, {"weekdays", 31}, {"weekend", 96}};
	char copy[64], *rest = copy, *item;

	*ret = 0;
	if (!text_copy(copy, sizeof copy, slice_str(text)))
		return false;
	while ((item = strsep(&rest, ",")) != NULL) {
		size_t i = 0;

		while (i < COUNT_OF(NAMES) && strcmp(NAMES[i].name, item) != 0)
			i++;
		if (i == COUNT_OF(NAMES))
			return false;
		*ret |= NAMES[i].days;
	}
	return *ret != 0;
}

/* "08:30"; 24:00 is the end of the day. */
static bool minute_read(const char *text, uint32_t *ret)
{
	unsigned hour, minute;
	int used = 0;

	if (sscanf(text, "%2u:%2u%n", &hour, &minute, &used) != 2 || text[used] != '\0' || hour > 24 || minute > 59 ||
	    (hour == 24 && minute != 0))
		return false;
	*ret = hour * 60 + minute;
	return true;
}

/* Everybody must be somebody who can stand there: a name mistyped would be a gap that nobody sees. */
static bool people_read(struct roster_cell *r, const char *area, const char *text, struct shift_slot *s)
{
	char copy[SHIFT_PEOPLE_MAX * ID_MAX + 1], *rest = copy, *item;

	s->people_count = 0;
	if (!text_copy(copy, sizeof copy, slice_str(text)))
		return complain("--people has too many", text), false;
	while (text[0] != '\0' && (item = strsep(&rest, ",")) != NULL) {
		if (s->people_count == SHIFT_PEOPLE_MAX || !text_copy(s->people[s->people_count], ID_MAX, slice_str(item)))
			return complain("--people is 1 to 12 accounts, parted by commas", text), false;
		if (!r->world.fits(r, item, area, s->post, s->skill))
			return complain("nobody of this name works in this area and can do it", item), false;
		s->people_count++;
	}
	return true;
}

static int slot_read(struct roster_cell *r, const char *area, const struct roster_options *o, struct shift_slot *ret)
{
	uint32_t to;

	*ret = (struct shift_slot){.post = POST_FIELD,
	                           .skill = SKILL_CARE,
	                           .need = o->need != ROSTER_NEED_UNSAID ? o->need : 1,
	                           .weeks = o->weeks == 0 ? 1 : o->weeks,
	                           .week = o->week};
	if (o->on == NULL || !days_read(o->on, &ret->days))
		return complain("--on says its days: mon,tue or daily, weekdays, weekend", area);
	if (o->from == NULL || o->to == NULL || !minute_read(o->from, &ret->from_min) || !minute_read(o->to, &to) ||
	    ret->from_min == 1440)
		return complain("--from and --to say its hours: --from 20:00 --to 08:00", area);
	ret->minutes = (to + 1440 - ret->from_min) % 1440;
	if (ret->minutes == 0)
		ret->minutes = 1440;
	if (o->post != NULL) {
		ret->post = shift_post_by_name(o->post);
		if (ret->post == POST_NONE)
			return complain("--post is field, desk, supervisor, duty_phone or second_phone", o->post);
	}
	if (ret->post != POST_FIELD)
		ret->skill = SKILL_NONE;
	if (o->skill != NULL) {
		ret->skill = shift_skill_by_name(o->skill);
		if (ret->skill == SKILL_NONE || ret->post != POST_FIELD)
			return complain("--skill is care, nurse or technician, of --post field", o->skill);
	}
	return people_read(r, area, o->people == NULL ? "" : o->people, ret) ? 0 : 1;
}

/* ------------------------------------------------------------ the week */

static int template_add(struct roster_cell *r, char *const *word, const struct roster_options *o,
                        struct roster_record *rec)
{
	struct shift_slot slot;
	enum refusal why;
	uint32_t id = 0;

	if (slot_read(r, word[0], o, &slot) != 0 || !roster_get(r, word[0], rec))
		return 1;
	shift_tidy(&rec->room.plan, r->now_ms);
	why = shift_slot_set(&rec->room.plan, &slot, &id);
	if (why != REFUSAL_OK)
		return refused(why, word[0]);
	if (!roster_put(r, rec, ROSTER_SLOT_SET, id, "", 0))
		return 1;
	printf("%s: shift %" PRIu32 " of the week\n", word[0], id);
	return 0;
}

static struct shift_slot *slot_of(struct roster_record *rec, const char *text)
{
	uint32_t id;

	for (uint32_t i = 0; number(text, 1, UINT32_MAX, &id) && i < rec->room.plan.slot_count; i++)
		if (rec->room.slots[i].id == id)
			return &rec->room.slots[i];
	(void)complain("there is no such shift in this roster (pinganctl roster template list AREA)", text);
	return NULL;
}

static int template_set(struct roster_cell *r, char *const *word, const struct roster_options *o,
                        struct roster_record *rec)
{
	struct shift_slot *at, slot;
	enum refusal why;
	uint32_t id;

	if (!roster_get(r, word[0], rec) || (at = slot_of(rec, word[1])) == NULL)
		return 1;
	slot = *at;
	if (o->need != ROSTER_NEED_UNSAID)
		slot.need = o->need;
	if (o->people != NULL && !people_read(r, word[0], o->people, &slot))
		return 1;
	if (o->on != NULL || o->from != NULL || o->to != NULL || o->post != NULL || o->skill != NULL)
		return complain("hours and post of a shift do not change: end it, and add another", word[1]);
	why = shift_slot_set(&rec->room.plan, &slot, &id);
	if (why != REFUSAL_OK)
		return refused(why, word[1]);
	return roster_put(r, rec, ROSTER_SLOT_SET, id, "", 0) ? 0 : 1;
}

static int template_end(struct roster_cell *r, char *const *word, const struct roster_options *o,
                        struct roster_record *rec)
{
	const struct shift_slot *at;
	ms_t until_ms = r->now_ms;
	enum refusal why;

	if (o->from != NULL && !roster_time_read(r, o->from, &until_ms))
		return complain("--from takes a day: no shift of it begins from then on", o->from);
	if (!roster_get(r, word[0], rec) || (at = slot_of(rec, word[1])) == NULL)
		return 1;
	why = shift_slot_end(&rec->room.plan, at->id, until_ms);
	if (why != REFUSAL_OK)
		return refused(why, word[1]);
	return roster_put(r, rec, ROSTER_SLOT_ENDED, at->id, "", until_ms) ? 0 : 1;
}

/* ------------------------------------------------------------ one day */

static int shift_one(struct roster_cell *r, char *const *word, const struct roster_options *o,
                     struct roster_record *rec)
{
	struct shift_change c = {0};
	const struct shift_slot *at;
	enum refusal why;
	uint32_t id = 0;

	if (!roster_time_read(r, word[2], &c.from_ms))
		return complain("the day of the shift is missing: 2026-11-24", word[2]);
	if (!roster_get(r, word[0], rec) || (at = slot_of(rec, word[1])) == NULL)
		return 1;
	if (o->person == NULL && o->takes == NULL)
		return complain("say --person (no longer), --takes (instead), or both", word[1]);
	if ((o->person != NULL && !text_copy(c.person, ID_MAX, slice_str(o->person))) ||
	    (o->takes != NULL && !text_copy(c.takes, ID_MAX, slice_str(o->takes))))
		return complain("an account has 1 to 31 characters", word[1]);
	if (o->takes != NULL && !r->world.fits(r, o->takes, word[0], at->post, at->skill))
		return complain("nobody of this name works in this area and can do it", o->takes);
	c.slot = at->id;
	/* A day, or the minute it begins at. */
	if (strlen(word[2]) == 10)
		c.from_ms += at->from_min * INT64_C(60000);
	memcpy(c.by, r->who, sizeof c.by);
	why = shift_set(&rec->room.plan, r->offset_ms, &c, r->now_ms, &id);
	if (why != REFUSAL_OK)
		return refused(why, word[2]);
	return roster_put(r, rec, ROSTER_SHIFT_SET, id, c.takes, c.from_ms) ? 0 : 1;
}

/* ------------------------------------------------------------ swaps, absences */

static int swap_decide(struct roster_cell *r, char *const *word, bool yes, struct roster_record *rec)
{
	enum roster_change said = ROSTER_CHANGE_NONE;
	enum refusal why;
	uint32_t id;

	if (!number(word[1], 1, UINT32_MAX, &id))
		return complain("the number of the change is missing (pinganctl roster swap list)", word[1]);
	if (!roster_get(r, word[0], rec))
		return 1;
	why = shift_swap_step(&rec->room.plan, r->offset_ms, id, yes, r->who, true, r->now_ms, &said);
	if (why == REFUSAL_WRONG_STATE && yes)
		return complain("only what both want is approved, and what still fits the roster", word[1]);
	if (why != REFUSAL_OK)
		return refused(why, word[1]);
	return roster_put(r, rec, said, id, "", 0) ? 0 : 1;
}

static int swap_approve(struct roster_cell *r, char *const *word, const struct roster_options *o,
                        struct roster_record *rec)
{
	(void)o;
	return swap_decide(r, word, true, rec);
}

static int swap_refuse(struct roster_cell *r, char *const *word, const struct roster_options *o,
                       struct roster_record *rec)
{
	(void)o;
	return swap_decide(r, word, false, rec);
}

static int absence_enter(struct roster_cell *r, char *const *word, const struct roster_options *o,
                         struct roster_record *rec)
{
	struct absence_record *a = malloc(sizeof *a);
	struct absence next = {.reason = ABSENCE_OTHER};
	enum refusal why = REFUSAL_OK;
	uint32_t id = 0;
	int bad = 1;

	(void)rec;
	ENSURE(a != NULL);
	memcpy(next.by, r->who, sizeof next.by);
	if (o->reason != NULL)
		next.reason = absence_reason_by_name(o->reason);
	if (next.reason == ABSENCE_NONE)
		(void)complain("--reason is sick, holiday, training or other", o->reason);
	else if (o->from == NULL || o->to == NULL || !roster_time_read(r, o->from, &next.from_ms) ||
	         !roster_time_read(r, o->to, &next.until_ms))
		(void)complain("--from and --to say since when and until when: --from 2026-11-24 --to \"2026-11-26 08:00\"",
		               word[0]);
	else if (!staff_person(r, word[0])->known)
		(void)complain("there is no such person", word[0]);
	else if (absences_get(r, word[0], a)) {
		why = absence_add(&a->absences, &next, r->now_ms, &id);
		bad = why != REFUSAL_OK ? refused(why, word[0]) : !absences_put(r, a, ROSTER_ABSENCE_SET, id, next.from_ms);
	}
	if (bad == 0)
		printf("%s: absence %" PRIu32 "\n", word[0], id);
	free(a);
	return bad;
}

static int absence_over(struct roster_cell *r, char *const *word, const struct roster_options *o,
                        struct roster_record *rec)
{
	struct absence_record *a = malloc(sizeof *a);
	enum refusal why;
	uint32_t id;
	int bad = 1;

	(void)o;
	(void)rec;
	ENSURE(a != NULL);
	if (!number(word[1], 1, UINT32_MAX, &id))
		(void)complain("the number of the absence is missing (pinganctl roster absence list)", word[1]);
	else if (absences_get(r, word[0], a)) {
		why = absence_end(&a->absences, id, r->now_ms);
		bad = why != REFUSAL_OK ? refused(why, word[0]) : !absences_put(r, a, ROSTER_ABSENCE_ENDED, id, 0);
	}
	free(a);
	return bad;
}

/* ------------------------------------------------------------ commands */

static int do_show(struct roster_cell *r, char *const *word, const struct roster_options *o, struct roster_record *rec)
{
	(void)rec;
	return roster_show(r, word[0], o);
}

static int do_now(struct roster_cell *r, char *const *word, const struct roster_options *o, struct roster_record *rec)
{
	(void)word;
	(void)rec;
	return roster_now(r, o);
}

static int do_next(struct roster_cell *r, char *const *word, const struct roster_options *o, struct roster_record *rec)
{
	(void)word;
	(void)rec;
	return roster_next(r, o);
}

static int do_gaps(struct roster_cell *r, char *const *word, const struct roster_options *o, struct roster_record *rec)
{
	(void)word;
	(void)rec;
	return roster_gaps(r, o);
}

static int do_template(struct roster_cell *r, char *const *word, const struct roster_options *o,
                       struct roster_record *rec)
{
	(void)rec;
	return roster_template_list(r, word[0], o);
}

static int do_absences(struct roster_cell *r, char *const *word, const struct roster_options *o,
                       struct roster_record *rec)
{
	(void)word;
	(void)rec;
	return roster_absence_list(r, o);
}

static int do_swaps(struct roster_cell *r, char *const *word, const struct roster_options *o, struct roster_record *rec)
{
	(void)word;
	(void)rec;
	return roster_swap_list(r, o);
}

static const struct roster_step {
	const char *name; /* as in the table of commands (group_roster.c) */
	int (*run)(struct roster_cell *r, char *const *word, const struct roster_options *o, struct roster_record *rec);
} STEPS[] = {
	{"roster now", do_now},
	{"roster next", do_next},
	{"roster gaps", do_gaps},
	{"roster show", do_show},
	{"roster template list", do_template},
	{"roster template add", template_add},
	{"roster template set", template_set},
	{"roster template end", template_end},
	{"roster shift", shift_one},
	{"roster absence list", do_absences},
	{"roster absence add", absence_enter},
	{"roster absence end", absence_over},
	{"roster swap list", do_swaps},
	{"roster swap approve", swap_approve},
	{"roster swap refuse", swap_refuse},
};

int roster_run(struct cell *cell, const char *command, char *const *args, const struct roster_options *o)
{
	const struct roster_step *step = NULL;
	struct roster_record *rec = malloc(sizeof *rec);
	struct roster_cell r;
	int failed = 1;

	ENSURE(rec != NULL);
	for (size_t i = 0; i < COUNT_OF(STEPS); i++)
		if (strcmp(STEPS[i].name, command) == 0)
			step = &STEPS[i];
	ENSURE(step != NULL);
	if (roster_cell_open(&r, cell, o->config))
		failed = step->run(&r, args, o, rec);
	free(rec);
	roster_cell_close(&r);
	return failed;
}
