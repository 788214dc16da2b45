/* test_roster_app.c - rosters with a whole app: who is on call, gaps, swaps, absences, reminders, and the duty that is proved
 * by a test offer. */
#include "app_rig_city.h"

#include "app/on_call.h"
#include "app/roster.h"
#include "app/screens.h"
#include "app/shifts.h"

#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)
#define HOUR INT64_C(3600000)
#define AREA "440103001"
#define EVERY_DAY 127
#define ROSTER PINGAN__V1__TO_SCREEN__BODY_ROSTER
#define PHONE PINGAN__V1__TO_SCREEN__BODY_PHONE

/* The rig begins on Thursday, 2025-10-09, at 16:53:20 local time. */
#define LOCAL_HOUR(day, hour) ((EPOCH - 60800000) + (day)*24 * HOUR + (hour)*HOUR)

struct plan_kit {
	Pingan__V1__Roster m;
	Pingan__V1__RosterSlot slots[8], *at[8];
	char *people[8][4];
};

static void kit_slot(struct plan_kit *k, uint32_t from_hour, uint32_t hours, int post, int skill, uint32_t need,
                     const char *a, const char *b)
{
	size_t i = k->m.n_slots++;
	Pingan__V1__RosterSlot *s = k->at[i] = &k->slots[i];

	pingan__v1__roster_slot__init(s);
	s->id = ++k->m.last_id;
	s->days = EVERY_DAY;
	s->from_min = from_hour * 60;
	s->minutes = hours * 60;
	s->post = (Pingan__V1__ShiftPost)post;
	s->skill = (Pingan__V1__Skill)skill;
	s->need = need;
	s->weeks = 1;
	s->people = k->people[i];
	if (a != NULL)
		s->people[s->n_people++] = (char *)(uintptr_t)a;
	if (b != NULL)
		s->people[s->n_people++] = (char *)(uintptr_t)b;
}

static void kit_put(struct rig *g, struct plan_kit *k, const char *area)
{
	k->m.area = (char *)(uintptr_t)area;
	k->m.slots = k->at;
	rig_put(g, "roster", area, &k->m.base);
}

static struct plan_kit kit;

static void kit_begin(void)
{
	memset(&kit, 0, sizeof kit);
	pingan__v1__roster__init(&kit.m);
}

/* Slot 1: 08-20 cg1 (2 needed). Slot 2: 20-08 cg2. Slot 3: the duty phone, all day, op1. Slot 4: supervisor. */
static struct rig *city(void)
{
	struct rig *g = rig_city();

	kit_begin();
	kit_slot(&kit, 8, 12, POST_FIELD, SKILL_CARE, 1, "cg1", NULL);
	kit_slot(&kit, 20, 12, POST_FIELD, SKILL_CARE, 1, "cg2", NULL);
	kit_slot(&kit, 0, 24, POST_DUTY_PHONE, SKILL_NONE, 1, "op1", NULL);
	kit_put(g, &kit, AREA);
	kit_begin();
	kit_slot(&kit, 0, 24, POST_SUPERVISOR, SKILL_NONE, 1, "sup", NULL);
	kit_put(g, &kit, "440103");
	rig_start(g);
	rig_console(g, 1, "op1");
	rig_console(g, 2, "sup");
	rig_up(g, 3, "cg1");
	rig_hello(g, 3, PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER, 0, 0, NULL, 0);
	rig_up(g, 4, "cg2");
	rig_hello(g, 4, PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER, 0, 0, NULL, 0);
	rig_pass(g, 1500);
	return g;
}

/* The newest word of this sort, also when it came beside a reply and was passed over on the way there; to be freed. */
static Pingan__V1__ToScreen *newest(struct rig *g, link_t link, int body)
{
	for (size_t n = g->links[link].count; n > 0; n--) {
		Pingan__V1__ToScreen *m = rig_frame(g, link, n - 1);

		if ((int)m->body_case == body)
			return m;
		rig_done(m);
	}
	fail_msg("nothing was said");
	return NULL;
}

static Pingan__V1__ToScreen *phone(struct rig *g, link_t link)
{
	rig_pass(g, 300);
	return newest(g, link, PHONE);
}

static Pingan__V1__ToScreen *gaps(struct rig *g, link_t link)
{
	rig_pass_beating(g, 2500, 4);
	return newest(g, link, ROSTER);
}

static int duty(struct rig *g, link_t link, bool on, bool check, bool after_job)
{
	RIG_ASK(g, link, 0, Duty, DUTY, DUTY, duty, .on = on, .check = check, .after_job = after_job);
	return rig_result(g, link, NULL);
}

static bool candidate(struct rig *g, const char *person, struct candidate *ret)
{
	struct event ev = {.type = EVENT_DISPATCH, .skill = SKILL_CARE};
	static struct incident inc;
	struct world w;

	memset(&inc, 0, sizeof inc);
	inc.class = CLASS_LIFE;
	snprintf(inc.household, sizeof inc.household, "h1");
	snprintf(inc.area, sizeof inc.area, "440103001001");
	app_begin(g->app);
	memset(&w, 0, sizeof w);
	world_fill(g->app, &inc, &ev, &w);
	for (uint32_t i = 0; i < w.candidate_count; i++)
		if (strcmp(w.candidates[i].caregiver, person) == 0) {
			*ret = w.candidates[i];
			return true;
		}
	return false;
}

static void test_off_duty_people_are_never_candidates(void **state)
{
	struct rig *g = city();
	struct candidate c;

	(void)state;
	assert_false(candidate(g, "cg1", &c)); /* on call by the roster, and not on duty */
	IS(duty(g, 3, true, false, false), OK);
	assert_true(candidate(g, "cg1", &c));
	assert_false(candidate(g, "cg2", &c));
	IS(duty(g, 3, false, false, false), OK);
	assert_false(candidate(g, "cg1", &c));
	rig_free(g);
}

static void test_duty_counts_as_proved_when_the_test_offer_was_answered(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	struct candidate c;
	ms_t made_ms;

	(void)state;
	IS(duty(g, 3, true, true, false), OK);
	m = phone(g, 3);
	assert_non_null(m->phone->check);
	made_ms = m->phone->check->made_ms;
	assert_int_equal(m->phone->check->proved_ms, 0);
	assert_int_equal(m->phone->check->until_ms, made_ms + DUTY_CHECK_MS);
	rig_done(m);
	assert_true(candidate(g, "cg1", &c) && c.reachable); /* while it rings nothing is known against it */
	rig_pass(g, 3000);
	RIG_ASK(g, 3, 0, DutyAnswer, DUTY_ANSWER, DUTY_ANSWER, duty_answer, .made_ms = made_ms + 1);
	IS(rig_result(g, 3, NULL), WRONG_STATE);
	RIG_ASK(g, 3, 0, DutyAnswer, DUTY_ANSWER, DUTY_ANSWER, duty_answer, .made_ms = made_ms);
	IS(rig_result(g, 3, NULL), OK);
	m = phone(g, 3);
	assert_int_not_equal(m->phone->check->proved_ms, 0);
	assert_in_range(m->phone->check->took_ms, 3000, 5000);
	rig_done(m);
	rig_pass_beating(g, DUTY_CHECK_MS, 4);
	assert_true(candidate(g, "cg1", &c) && c.reachable);
	m = rig_last(g, 1, PINGAN__V1__TO_SCREEN__BODY_PRESENCE);
	assert_non_null(m);
	for (size_t i = 0; i < m->presence->n_people; i++)
		if (strcmp(m->presence->people[i]->id, "cg1") == 0)
			assert_true(m->presence->people[i]->proved && !m->presence->people[i]->check_failed);
	rig_done(m);
	rig_free(g);
}

static void test_a_phone_whose_test_offer_nobody_heard_is_asked_last(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	struct candidate c;
	bool said = false;

	(void)state;
	IS(duty(g, 3, true, true, false), OK);
	rig_skip(g, 1);
	rig_pass_beating(g, DUTY_CHECK_MS + 2000, 4);
	assert_true(candidate(g, "cg1", &c)); /* asked all the same: better than nobody */
	assert_false(c.reachable);
	m = rig_last(g, 1, PINGAN__V1__TO_SCREEN__BODY_PRESENCE);
	assert_non_null(m);
	for (size_t i = 0; i < m->presence->n_people; i++)
		said = said || (strcmp(m->presence->people[i]->id, "cg1") == 0 && m->presence->people[i]->check_failed);
	assert_true(said);
	rig_done(m);
	RIG_ASK(g, 3, 0, DutyCheck, DUTY_CHECK, DUTY_CHECK, duty_check, .base = {0});
	IS(rig_result(g, 3, NULL), OK);
	m = phone(g, 3);
	RIG_ASK(g, 3, 0, DutyAnswer, DUTY_ANSWER, DUTY_ANSWER, duty_answer, .made_ms = m->phone->check->made_ms);
	rig_done(m);
	IS(rig_result(g, 3, NULL), OK);
	assert_true(candidate(g, "cg1", &c) && c.reachable);
	rig_free(g);
}

static void test_the_job_in_hand_ends_before_the_duty_does(void **state)
{
	struct rig *g = city();
	uint64_t id;

	(void)state;
	IS(duty(g, 3, true, false, false), OK);
	id = rig_press(g, "h1", KIND_SOS);
	IS(rig_claim(g, 1, id, NULL), OK);
	RIG_ASK(g, 1, 0, Dispatch, DISPATCH, DISPATCH, dispatch, .incident = id);
	IS(rig_result(g, 1, NULL), OK);
	RIG_ASK(g, 3, 0, OfferAnswer, OFFER_ANSWER, ANSWER, answer, .incident = id, .job = 1, .accept = true);
	IS(rig_result(g, 3, NULL), OK);
	IS(duty(g, 3, false, false, false), BUSY);
	IS(duty(g, 3, false, false, true), OK);
	assert_true(caregiver_find(g->app, "cg1")->on_duty);
	assert_true(caregiver_find(g->app, "cg1")->off_after_job);
	RIG_ASK(g, 3, 0, JobProgress, JOB_PROGRESS, PROGRESS, progress, .incident = id, .job = 1,
	        .to = PINGAN__V1__JOB_STATE__JOB_ARRIVED);
	IS(rig_result(g, 3, NULL), OK);
	assert_true(caregiver_find(g->app, "cg1")->on_duty);
	RIG_ASK(g, 3, 0, JobProgress, JOB_PROGRESS, PROGRESS, progress, .incident = id, .job = 1,
	        .to = PINGAN__V1__JOB_STATE__JOB_DONE, .result = PINGAN__V1__JOB_RESULT__JOB_RESULT_HELPED);
	IS(rig_result(g, 3, NULL), OK);
	assert_false(caregiver_find(g->app, "cg1")->on_duty);
	assert_int_equal(caregiver_find(g->app, "cg1")->incident, 0);
	rig_free(g);
}

static void test_on_call_is_the_nearest_roster_that_has_somebody(void **state)
{
	struct rig *g = city();
	char who[ON_CALL_MAX][ID_MAX];

	(void)state;
	app_begin(g->app);
	assert_int_equal(shift_on_call(g->app, "440103001001", POST_DUTY_PHONE, SKILL_NONE, EPOCH, who), 1);
	assert_string_equal(who[0], "op1");
	assert_int_equal(shift_on_call(g->app, "440103001001", POST_SUPERVISOR, SKILL_NONE, EPOCH, who), 1);
	assert_string_equal(who[0], "sup"); /* of the district: the sub-district has none */
	assert_int_equal(shift_on_call(g->app, "440103001001", POST_SECOND_PHONE, SKILL_NONE, EPOCH, who), 0);
	assert_int_equal(shift_on_call(g->app, AREA, POST_FIELD, SKILL_CARE, LOCAL_HOUR(0, 17), who), 1);
	assert_string_equal(who[0], "cg1");
	assert_int_equal(shift_on_call(g->app, AREA, POST_FIELD, SKILL_CARE, LOCAL_HOUR(0, 21), who), 1);
	assert_string_equal(who[0], "cg2");
	assert_int_equal(shift_on_call(g->app, AREA, POST_FIELD, SKILL_NURSE, LOCAL_HOUR(0, 21), who), 0);
	assert_int_equal(shift_on_call(g->app, "440103002001", POST_DUTY_PHONE, SKILL_NONE, EPOCH, who), 0);
	rig_free(g);
}

static struct {
	uint32_t duty_phone, supervisor, reminders;
	char who[ID_MAX];
	ms_t from_ms;
} sent;

static void outbox(struct rig *g, const struct store_commit *c)
{
	(void)g;
	for (uint32_t i = 0; i < c->outbox_count; i++) {
		Pingan__V1__Outbox *m = pingan__v1__outbox__unpack(NULL, c->outbox[i].body.len, c->outbox[i].body.at);

		assert_non_null(m);
		if (m->what == PINGAN__V1__OUTBOX__WHAT__SHIFT_REMINDER) {
			sent.reminders++;
			snprintf(sent.who, sizeof sent.who, "%s", m->target);
			sent.from_ms = m->from_ms;
		}
		if (m->what == PINGAN__V1__OUTBOX__WHAT__DUTY_PHONE && strcmp(m->target, "centre") == 0) {
			sent.duty_phone++;
			assert_int_equal(m->n_people, 1);
			assert_string_equal(m->people[0], "op1");
		}
		if (m->what == PINGAN__V1__OUTBOX__WHAT__SUPERVISOR_CALL) {
			sent.supervisor++;
			assert_int_equal(m->n_people, 1);
			assert_string_equal(m->people[0], "sup");
		}
		pingan__v1__outbox__free_unpacked(m, NULL);
	}
}

static void test_the_duty_phones_of_the_plan_are_who_is_on_call(void **state)
{
	struct rig *g = city();

	(void)state;
	memset(&sent, 0, sizeof sent);
	g->stored = outbox;
	(void)rig_press(g, "h1", KIND_SOS);
	rig_pass_beating(g, 600000, 0);
	assert_int_not_equal(sent.duty_phone, 0);
	assert_int_not_equal(sent.supervisor, 0);
	rig_free(g);
}

static void test_an_absence_makes_a_gap_that_supervisors_are_shown(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m = gaps(g, 2);

	(void)state;
	assert_non_null(m);
	assert_int_equal(m->roster->n_gaps, 0);
	assert_int_equal(m->roster->n_areas, 2);
	/* cg1 ought to be on duty since 08:00, and is not. */
	assert_int_equal(m->roster->n_late, 1);
	assert_string_equal(m->roster->late[0]->person, "cg1");
	assert_string_equal(m->roster->late[0]->phone, "13800000000");
	rig_done(m);
	assert_null(rig_last(g, 1, ROSTER)); /* operators are not */
	RIG_ASK(g, 4, 0, AbsenceSet, ABSENCE_SET, ABSENCE_SET, absence_set, .person = (char *)"cg1", .from_ms = EPOCH,
	        .until_ms = EPOCH + HOUR, .reason = PINGAN__V1__ABSENCE_REASON__ABSENCE_SICK);
	IS(rig_result(g, 4, NULL), FORBIDDEN); /* not their own */
	RIG_ASK(g, 4, 0, AbsenceSet, ABSENCE_SET, ABSENCE_SET, absence_set, .person = (char *)"cg2",
	        .from_ms = LOCAL_HOUR(1, 0), .until_ms = LOCAL_HOUR(2, 6),
	        .reason = PINGAN__V1__ABSENCE_REASON__ABSENCE_SICK);
	IS(rig_result(g, 4, NULL), OK);
	m = gaps(g, 2);
	assert_non_null(m);
	/* The rest of tonight's shift, and nearly all of tomorrow's. */
	assert_int_equal(m->roster->n_gaps, 2);
	assert_int_equal(m->roster->gaps[0]->from_ms, LOCAL_HOUR(1, 0));
	assert_int_equal(m->roster->gaps[0]->until_ms, LOCAL_HOUR(1, 8));
	assert_int_equal(m->roster->gaps[1]->from_ms, LOCAL_HOUR(1, 20));
	assert_int_equal(m->roster->gaps[1]->until_ms, LOCAL_HOUR(2, 6));
	assert_int_equal(m->roster->gaps[1]->have, 0);
	rig_done(m);
	/* A supervisor sends somebody else, and the gap is closed. */
	RIG_ASK(g, 2, 0, ShiftSet, SHIFT_SET, SHIFT_SET, shift_set, .area = (char *)AREA, .slot = 2,
	        .from_ms = LOCAL_HOUR(1, 20), .person = (char *)"cg2", .takes = (char *)"cg1");
	IS(rig_result(g, 2, NULL), OK);
	m = gaps(g, 2);
	assert_non_null(m);
	assert_int_equal(m->roster->n_gaps, 1);
	rig_done(m);
	RIG_ASK(g, 4, 0, AbsenceEnd, ABSENCE_END, ABSENCE_END, absence_end, .person = (char *)"cg2", .absence = 1);
	IS(rig_result(g, 4, NULL), OK);
	m = gaps(g, 2);
	assert_non_null(m);
	assert_int_equal(m->roster->n_gaps, 0);
	rig_done(m);
	rig_free(g);
}

static void test_whoever_is_on_duty_is_not_late_and_a_nurse_can_care(void **state)
{
	struct rig *g = city();
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	char *areas[] = {(char *)AREA}, *skills[] = {(char *)"nurse"};
	Pingan__V1__ToScreen *m;

	(void)state;
	IS(duty(g, 3, true, false, false), OK);
	rig_pass_beating(g, 60000, 4);
	m = gaps(g, 2);
	assert_int_equal(m->roster->n_late, 0);
	assert_int_equal(m->roster->n_gaps, 0);
	rig_done(m);
	/* Tonight's shift wants care: a nurse is more than that, whoever mends units does not count. */
	p.id = p.account = p.name = (char *)"cg2";
	p.role = PINGAN__V1__ROLE__ROLE_CAREGIVER;
	p.areas = areas;
	p.n_areas = 1;
	p.skills = skills;
	p.n_skills = 1;
	for (int other = 0; other < 2; other++) {
		skills[0] = (char *)(other ? "technician" : "nurse");
		rig_put(g, "person", "cg2", &p.base);
		rig_reload(g);
		rig_pass_beating(g, 62000, 4);
		m = gaps(g, 2);
		assert_int_equal(m->roster->n_gaps != 0, other);
		rig_done(m);
	}
	rig_free(g);
}

/* More gaps than are kept: those that come first are shown. */
static void test_with_many_gaps_the_nearest_are_known(void **state)
{
	struct rig *g = rig_city();
	const struct gap_at *known;
	struct roster_look look;
	uint32_t count, total, soon = 0;
	ms_t until_ms;
	char area[16];

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		kit_begin();
		for (uint32_t hour = 0; hour < 24; hour += 3)
			kit_slot(&kit, hour, 3, POST_FIELD, SKILL_CARE, 1, NULL, NULL);
		snprintf(area, sizeof area, "4401030%02u", i + 10);
		kit_put(g, &kit, area);
	}
	rig_start(g);
	rig_console(g, 2, "sup");
	rig_pass_beating(g, 5000, 4);
	app_roster_look(g->app, &look);
	assert_true(look.as_of_ms >= EPOCH && look.as_of_ms <= g->store_ms);
	known = shift_gaps_known(g->app, &count, &total, &until_ms);
	assert_int_equal(count, GAPS_MAX);
	assert_true(total > GAPS_MAX);
	assert_int_equal(look.left_out, total - count);
	for (uint32_t i = 0; i < count; i++) {
		assert_true(known[i].gap.from_ms < g->store_ms + 6 * 24 * HOUR);
		soon += known[i].gap.from_ms < g->store_ms + 24 * HOUR;
	}
	assert_true(soon >= 12 * 8);
	rig_free(g);
}

static void test_only_supervisors_of_the_area_set_its_shifts(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;

	(void)state;
#define SET(link, area_, slot_, from, person_, takes_)                                                       \
	RIG_ASK(g, link, 0, ShiftSet, SHIFT_SET, SHIFT_SET, shift_set, .area = (char *)(area_), .slot = (slot_), \
	        .from_ms = (from), .person = (char *)(person_), .takes = (char *)(takes_))
	SET(1, AREA, 1, LOCAL_HOUR(1, 8), "cg1", "cg2");
	IS(rig_result(g, 1, NULL), FORBIDDEN);
	SET(2, "4401", 1, LOCAL_HOUR(1, 8), "cg1", "cg2");
	IS(rig_result(g, 2, NULL), FORBIDDEN); /* more than is theirs */
	SET(2, AREA, 9, LOCAL_HOUR(1, 8), "cg1", "cg2");
	IS(rig_result(g, 2, NULL), NOT_FOUND);
	SET(2, AREA, 1, LOCAL_HOUR(1, 8), "cg1", "op1"); /* goes to no home */
	IS(rig_result(g, 2, NULL), NOT_FOUND);
	SET(2, AREA, 1, LOCAL_HOUR(1, 8), "cg1", "tech"); /* cares for nobody */
	IS(rig_result(g, 2, NULL), NOT_FOUND);
	SET(2, AREA, 1, LOCAL_HOUR(1, 8), "cg1", "cg2");
	IS(rig_result(g, 2, NULL), OK);
	RIG_ASK(g, 1, 0, RosterLook, ROSTER_LOOK, ROSTER_LOOK, roster_look, .area = (char *)AREA,
	        .from_ms = LOCAL_HOUR(1, 7), .days = 1);
	m = rig_next(g, 1, PINGAN__V1__TO_SCREEN__BODY_ROSTER_PAGE);
	assert_non_null(m);
	/* Yesterday's night and phone still run; then three of that day, and the next that begin before its end. */
	assert_int_equal(m->roster_page->n_shifts, 5);
	assert_int_equal(m->roster_page->shifts[2]->slot, 1);
	assert_string_equal(m->roster_page->shifts[2]->people[0]->name, "名cg2");
	assert_true(m->roster_page->shifts[2]->people[0]->joins);
	assert_int_equal(m->roster_page->shifts[2]->have, 1);
	assert_int_equal(m->roster_page->n_people, 6);
	rig_done(m);
	RIG_ASK(g, 1, 0, RosterLook, ROSTER_LOOK, ROSTER_LOOK, roster_look, .area = (char *)"440103002", .from_ms = EPOCH,
	        .days = 1);
	IS(rig_result(g, 1, NULL), FORBIDDEN);
	/* Days that never come. */
	RIG_ASK(g, 1, 0, RosterLook, ROSTER_LOOK, ROSTER_LOOK, roster_look, .area = (char *)AREA, .from_ms = INT64_MAX,
	        .days = 7);
	IS(rig_result(g, 1, NULL), BAD_REQUEST);
	SET(2, AREA, 1, INT64_MAX, "cg1", "cg2");
	IS(rig_result(g, 2, NULL), BAD_REQUEST);
	rig_free(g);
}

static void test_a_swap_is_asked_agreed_and_approved(void **state)
{
	struct rig *g = city();
	char who[ON_CALL_MAX][ID_MAX];
	Pingan__V1__ToScreen *m;
	uint32_t change;

	(void)state;
	m = phone(g, 3);
	assert_true(m->phone->n_shifts > 1);
	assert_int_equal(m->phone->shifts[0]->from_ms, LOCAL_HOUR(0, 8)); /* runs */
	assert_int_equal(m->phone->shifts[1]->from_ms, LOCAL_HOUR(1, 8));
	assert_int_equal(m->phone->shifts[1]->n_colleagues, 1);
	assert_string_equal(m->phone->shifts[1]->colleagues[0]->id, "cg2");
	rig_done(m);
#define ASK(link, slot_, from, takes_)                                                                \
	RIG_ASK(g, link, 0, SwapAsk, SWAP_ASK, SWAP_ASK, swap_ask, .area = (char *)AREA, .slot = (slot_), \
	        .from_ms = (from), .takes = (char *)(takes_))
	ASK(3, 2, LOCAL_HOUR(1, 20), "cg2");
	IS(rig_result(g, 3, NULL), WRONG_STATE); /* not theirs to give */
	ASK(3, 1, LOCAL_HOUR(1, 8), "op1");
	IS(rig_result(g, 3, NULL), NOT_FOUND);
	ASK(3, 1, LOCAL_HOUR(1, 8), "cg2");
	IS(rig_result(g, 3, NULL), OK);
	m = phone(g, 4);
	assert_int_equal(m->phone->n_swaps, 1);
	assert_false(m->phone->swaps[0]->mine);
	assert_string_equal(m->phone->swaps[0]->other_name, "名cg1");
	change = m->phone->swaps[0]->change;
	rig_done(m);
#define SAY(link, yes_)                                                                                            \
	RIG_ASK(g, link, 0, SwapAnswer, SWAP_ANSWER, SWAP_ANSWER, swap_answer, .area = (char *)AREA, .change = change, \
	        .yes = (yes_))
	SAY(1, true); /* an operator is no supervisor */
	IS(rig_result(g, 1, NULL), FORBIDDEN);
	SAY(2, true);
	IS(rig_result(g, 2, NULL), WRONG_STATE); /* nobody has agreed */
	SAY(4, true);
	IS(rig_result(g, 4, NULL), OK);
	m = gaps(g, 2);
	assert_non_null(m);
	assert_int_equal(m->roster->n_swaps, 1);
	assert_int_equal(m->roster->swaps[0]->state, SWAP_AGREED);
	rig_done(m);
	app_begin(g->app);
	assert_int_equal(shift_on_call(g->app, AREA, POST_FIELD, SKILL_CARE, LOCAL_HOUR(1, 9), who), 1);
	assert_string_equal(who[0], "cg1");
	SAY(2, true);
	IS(rig_result(g, 2, NULL), OK);
	app_begin(g->app);
	assert_int_equal(shift_on_call(g->app, AREA, POST_FIELD, SKILL_CARE, LOCAL_HOUR(1, 9), who), 1);
	assert_string_equal(who[0], "cg2");
	rig_free(g);
}

static void test_everybody_is_reminded_of_a_shift_once(void **state)
{
	struct rig *g = city();

	(void)state;
	memset(&sent, 0, sizeof sent);
	g->stored = outbox;
	/* Until 19:25 nothing; at 19:35 it has been said. */
	rig_pass_beating(g, LOCAL_HOUR(0, 19) + 25 * 60000 - g->store_ms, 4);
	assert_int_equal(sent.reminders, 0);
	rig_pass_beating(g, 10 * 60000, 4);
	assert_int_equal(sent.reminders, 1);
	assert_string_equal(sent.who, "cg2");
	assert_int_equal(sent.from_ms, LOCAL_HOUR(0, 20));
	/* Another daemon, or this one after a restart: what was known of it is gone, and the record knows. */
	app_free(g->app);
	rig_start(g);
	rig_pass_beating(g, 10 * 60000, 0);
	assert_int_equal(sent.reminders, 1);
	assert_int_equal(g->app->count_of_type[RECORD_REMINDER], 1);
	rig_pass_beating(g, 2 * HOUR, 0);
	assert_int_equal(g->app->count_of_type[RECORD_REMINDER], 0);
	rig_free(g);
}

static void test_whoever_is_on_duty_needs_no_reminder(void **state)
{
	struct rig *g = city();

	(void)state;
	memset(&sent, 0, sizeof sent);
	g->stored = outbox;
	IS(duty(g, 4, true, false, false), OK);
	rig_pass_beating(g, LOCAL_HOUR(0, 20) + 60000 - g->store_ms, 4);
	assert_int_equal(sent.reminders, 0);
	rig_free(g);
}

static void test_the_same_request_again_changes_nothing_twice(void **state)
{
	struct rig *g = city();
	uint64_t newest;

	(void)state;
	RIG_ASK(g, 2, 77, ShiftSet, SHIFT_SET, SHIFT_SET, shift_set, .area = (char *)AREA, .slot = 1,
	        .from_ms = LOCAL_HOUR(1, 8), .person = (char *)"", .takes = (char *)"cg2");
	IS(rig_result(g, 2, NULL), OK);
	newest = g->log_id;
	RIG_ASK(g, 2, 77, ShiftSet, SHIFT_SET, SHIFT_SET, shift_set, .area = (char *)AREA, .slot = 1,
	        .from_ms = LOCAL_HOUR(1, 8), .person = (char *)"", .takes = (char *)"cg2");
	IS(rig_result(g, 2, NULL), OK);
	assert_int_equal(g->log_id, newest);
	rig_free(g);
}

static void test_a_roster_that_cannot_be_read_is_never_written_over(void **state)
{
	struct rig *g = rig_city();
	struct rig_record *rec;
	struct candidate c;

	(void)state;
	rec = rig_record(g, "roster:" AREA);
	rig_record_set(rec, slice_str("\x01no roster"), 1);
	rig_start(g);
	rig_console(g, 2, "sup");
	RIG_ASK(g, 2, 0, ShiftSet, SHIFT_SET, SHIFT_SET, shift_set, .area = (char *)AREA, .from_ms = EPOCH,
	        .until_ms = EPOCH + HOUR, .post = PINGAN__V1__SHIFT_POST__POST_FIELD,
	        .skill = PINGAN__V1__SKILL__SKILL_CARE, .takes = (char *)"cg2", .person = (char *)"");
	IS(rig_result(g, 2, NULL), WRONG_STATE);
	assert_int_equal(rec->rev, 1);
	assert_false(candidate(g, "cg1", &c));
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_off_duty_people_are_never_candidates),
		cmocka_unit_test(test_duty_counts_as_proved_when_the_test_offer_was_answered),
		cmocka_unit_test(test_a_phone_whose_test_offer_nobody_heard_is_asked_last),
		cmocka_unit_test(test_the_job_in_hand_ends_before_the_duty_does),
		cmocka_unit_test(test_on_call_is_the_nearest_roster_that_has_somebody),
		cmocka_unit_test(test_the_duty_phones_of_the_plan_are_who_is_on_call),
		cmocka_unit_test(test_an_absence_makes_a_gap_that_supervisors_are_shown),
		cmocka_unit_test(test_whoever_is_on_duty_is_not_late_and_a_nurse_can_care),
		cmocka_unit_test(test_with_many_gaps_the_nearest_are_known),
		cmocka_unit_test(test_only_supervisors_of_the_area_set_its_shifts),
		cmocka_unit_test(test_a_swap_is_asked_agreed_and_approved),
		cmocka_unit_test(test_everybody_is_reminded_of_a_shift_once),
		cmocka_unit_test(test_whoever_is_on_duty_needs_no_reminder),
		cmocka_unit_test(test_the_same_request_again_changes_nothing_twice),
		cmocka_unit_test(test_a_roster_that_cannot_be_read_is_never_written_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
