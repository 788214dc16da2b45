#include "core/incident.h"
#include "core/people.h"
#include "support/incident_kit.h"

#include <stdio.h>

static const char *const LINES[LINE_CODE_COUNT] = {
	[LINE_NONE] = "none",
	[LINE_ALARM] = "alarm",
	[LINE_REPEAT] = "repeat",
	[LINE_RESIDENT_CANCEL] = "resident_cancel",
	[LINE_RESTORE] = "restore",
	[LINE_RAISED] = "raised",
	[LINE_RESTORED] = "restored",
	[LINE_RUNG_OPERATORS] = "rung_operators",
	[LINE_RUNG_NEIGHBOURS] = "rung_neighbours",
	[LINE_RUNG_SUPERVISOR] = "rung_supervisor",
	[LINE_STEP_SKIPPED] = "step_skipped",
	[LINE_CLAIMED] = "claimed",
	[LINE_RETURNED] = "returned",
	[LINE_OWNER_GONE] = "owner_gone",
	[LINE_CALLED] = "called",
	[LINE_SPOKE_RESIDENT] = "spoke_resident",
	[LINE_NO_VOICE] = "no_voice",
	[LINE_NOTE] = "note",
	[LINE_JOB] = "job",
	[LINE_DISPATCHED_UNATTENDED] = "dispatched_unattended",
	[LINE_OFFERED] = "offered",
	[LINE_OFFER_DELIVERED] = "offer_delivered",
	[LINE_OFFER_SEEN] = "offer_seen",
	[LINE_OFFER_ACCEPTED] = "offer_accepted",
	[LINE_OFFER_DECLINED] = "offer_declined",
	[LINE_OFFER_EXPIRED] = "offer_expired",
	[LINE_OFFER_WITHDRAWN] = "offer_withdrawn",
	[LINE_NEXT_WAVE] = "next_wave",
	[LINE_JOB_FAILED] = "job_failed",
	[LINE_DEPARTED] = "departed",
	[LINE_ARRIVED] = "arrived",
	[LINE_DONE] = "done",
	[LINE_GIVEN_BACK] = "given_back",
	[LINE_JOB_CANCELLED] = "job_cancelled",
	[LINE_OVERDUE_DEPARTURE] = "overdue_departure",
	[LINE_OVERDUE_ARRIVAL] = "overdue_arrival",
	[LINE_CONTACT_TOLD] = "contact_told",
	[LINE_CONTACTS_ASKED] = "contacts_asked",
	[LINE_DUTY_PHONES] = "duty_phones",
	[LINE_REMINDER] = "reminder",
	[LINE_CLOSED] = "closed",
	[LINE_CLOSE_ASKED] = "close_asked",
	[LINE_REOPENED] = "reopened",
	[LINE_QUARANTINED] = "quarantined",
	[LINE_SEEN_NOT_IN_FORCE] = "seen_not_in_force",
	[LINE_OPENED] = "opened",
	[LINE_UNKNOWN_CODE] = "unknown_code",
	[LINE_HELD] = "held",
	[LINE_HOLD_OVER] = "hold_over",
	[LINE_TRANSFERRED] = "transferred",
	[LINE_ESCALATED] = "escalated",
	[LINE_HANDOVER_OPENED] = "handover_opened",
	[LINE_HANDOVER_TRIED] = "handover_tried",
	[LINE_HANDOVER_TOLD] = "handover_told",
	[LINE_HANDOVER_CONFIRMED] = "handover_confirmed",
	[LINE_HANDOVER_OVERDUE] = "handover_overdue",
	[LINE_HANDOVER_CANCELLED] = "handover_cancelled",
	[LINE_RECALL_DUE] = "recall_due",
	[LINE_CONTACT_ANSWERED] = "contact_answered",
	[LINE_SHELVED] = "shelved",
	[LINE_HELD_BACK] = "held_back",
	[LINE_BACK_IN_QUEUE] = "back_in_queue",
	[LINE_DRILL] = "drill",
	[LINE_DRILL_ENDED] = "drill_ended",
	[LINE_REPAIR_OVERDUE] = "repair_overdue",
	[LINE_SUBSTITUTE] = "substitute",
	[LINE_AREA_JOINED] = "area_joined",
	[LINE_AREA_LEFT] = "area_left",
	[LINE_AREA_OVER] = "area_over",
	[LINE_BATTERY_DUE] = "battery_due",
	[LINE_OFFER_CALLED] = "offer_called",
	[LINE_FOLLOW_UP_DUE] = "follow_up_due",
	[LINE_FOLLOW_UP_MADE] = "follow_up_made",
	[LINE_TEST_PRESS] = "test_press",
	[LINE_UNIT_SAYS] = "unit_says",
	[LINE_BOUND] = "bound",
	[LINE_REFUSED] = "refused",
};

const char *kit_line_name(enum line_code code)
{
	ENSURE((unsigned)code < LINE_CODE_COUNT && LINES[code] != NULL);
	return LINES[code];
}

static void candidates_init(struct kit *k)
{
	memset(k->candidates, 0, sizeof k->candidates);
	for (uint32_t i = 0; i < KIT_CANDIDATES; i++) {
		struct candidate *c = &k->candidates[i];

		snprintf(c->caregiver, sizeof c->caregiver, "cg%u", (unsigned)i + 1);
		c->distance_m = 400 * (i + 1);
		c->travel_s = travel_s(c->distance_m);
		c->reachable = true;
		c->skills = BIT(SKILL_CARE);
	}
	k->world.candidates = k->candidates;
	k->world.candidate_count = KIT_CANDIDATES;
}

void kit_init(struct kit *k)
{
	memset(k, 0, sizeof *k);
	k->policy = POLICY_DEFAULT;
	k->world.policy = &k->policy;
	k->world.now_ms = KIT_START;
	k->world.operators_ready = true;
	k->world.neighbours_ready = true;
	k->world.supervisor_ready = true;
	k->world.has_contacts = true;
	snprintf(k->world.household, sizeof k->world.household, "hh1");
	snprintf(k->world.area, sizeof k->world.area, "440106001");
	candidates_init(k);
}

static void note_said(struct kit *k)
{
	size_t len = 0;

	k->said[0] = '\0';
	for (uint32_t i = k->inc.line_count - k->out.added; i < k->inc.line_count; i++) {
		int n = snprintf(k->said + len, sizeof k->said - len, "%s%s", len == 0 ? "" : " ",
		                 kit_line_name(k->inc.lines[i].code));

		ENSURE(n > 0 && (size_t)n < sizeof k->said - len);
		len += (size_t)n;
	}
}

enum verdict kit_step(struct kit *k, const struct event *ev)
{
	k->said[0] = '\0';
	incident_step(&k->inc, ev, &k->world, &k->next, &k->out);
	ENSURE(k->out.verdict != UNDECIDED);
	if (k->out.verdict != MOVE)
		return k->out.verdict;
	ENSURE(incident_valid(&k->next));
	k->inc = k->next;
	note_said(k);
	return MOVE;
}

struct alarm kit_alarm(const char *device, uint64_t id, enum kind kind)
{
	struct alarm a = {
		.id = id,
		.kind = kind,
		.zone = 1,
		.raised_ms = KIT_START - 800,
		.protocol = PROTOCOL_NATIVE,
		.battery_pct = 90,
		.mains = true,
	};

	ENSURE(text_copy(a.device, sizeof a.device, slice_str(device)));
	return a;
}

enum verdict kit_press(struct kit *k, const struct alarm *a)
{
	struct event ev = {.type = EVENT_ALARM, .alarm = a};

	return kit_step(k, &ev);
}

enum verdict kit_job(struct kit *k, enum event_type type, const char *who, uint32_t job)
{
	struct event ev = {.type = type, .job = job};

	ENSURE(text_copy(ev.who, sizeof ev.who, slice_str(who)));
	/* Whoever takes sees the screen as it is; a test of the same instant says otherwise. */
	if (type == EVENT_CLAIM)
		memcpy(ev.from, k->inc.owner, sizeof ev.from);
	return kit_step(k, &ev);
}

enum verdict kit_do(struct kit *k, enum event_type type, const char *who)
{
	return kit_job(k, type, who, 0);
}

enum verdict kit_close(struct kit *k, const char *who, enum outcome outcome)
{
	struct event ev = {.type = EVENT_CLOSE, .outcome = outcome};

	ENSURE(text_copy(ev.who, sizeof ev.who, slice_str(who)));
	return kit_step(k, &ev);
}

void kit_wait_s(struct kit *k, uint32_t seconds)
{
	k->world.now_ms += SECONDS(seconds);
}

enum verdict kit_ring(struct kit *k)
{
	struct event ev = {.type = EVENT_DEADLINE, .due_ms = incident_next_due(&k->inc)};

	ENSURE(ev.due_ms != 0);
	if (ev.due_ms > k->world.now_ms)
		k->world.now_ms = ev.due_ms;
	return kit_step(k, &ev);
}

void kit_run_s(struct kit *k, uint32_t seconds)
{
	ms_t until_ms = k->world.now_ms + SECONDS(seconds);
	ms_t due_ms;

	while (due_ms = incident_next_due(&k->inc), due_ms != 0 && due_ms <= until_ms)
		ENSURE(kit_ring(k) == MOVE);
	k->world.now_ms = until_ms;
}

const struct line *kit_line(const struct kit *k, enum line_code code)
{
	for (uint32_t i = k->inc.line_count; i-- > 0;)
		if (k->inc.lines[i].code == code)
			return &k->inc.lines[i];
	return NULL;
}

uint32_t kit_outbox(const struct kit *k, enum outbox_what what)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < k->out.outbox_count; i++)
		count += k->out.outbox[i].what == what;
	return count;
}

/* ---- anything may happen ---- */

uint64_t kit_random(uint64_t *seed)
{
	uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint32_t below(uint64_t *seed, uint32_t end)
{
	return (uint32_t)(kit_random(seed) % end);
}

static bool one_in(uint64_t *seed, uint32_t n)
{
	return below(seed, n) == 0;
}

static void random_world(struct kit *k, uint64_t *seed)
{
	struct world *w = &k->world;

	w->operators_ready = !one_in(seed, 4);
	w->neighbours_ready = !one_in(seed, 3);
	w->supervisor_ready = !one_in(seed, 3);
	w->has_contacts = !one_in(seed, 3);
	w->actor_busy = one_in(seed, 8);
	w->actor_supervisor = one_in(seed, 10);
	w->target_ready = !one_in(seed, 4);
	w->arrival_due_min = below(seed, 3) * 10;
	w->device_out = k->inc.out_now != 0 && one_in(seed, 2);
	w->battery_due_ms = one_in(seed, 8) ? 0 : w->now_ms + SECONDS(1 + below(seed, 3600));
	w->storm_until_ms = one_in(seed, 3) ? w->now_ms + SECONDS(1 + below(seed, 600)) : 0;
	if (k->inc.state == INCIDENT_NONE)
		snprintf(w->household, sizeof w->household, "%s", one_in(seed, 6) ? "" : "hh1");
	w->area_wide = false;
	w->candidate_count = one_in(seed, 8) ? 0 : below(seed, CANDIDATES_MAX + 1);
	for (uint32_t i = 0; i < w->candidate_count; i++) {
		struct candidate *c = &w->candidates[i];

		memset(c, 0, sizeof *c);
		snprintf(c->caregiver, sizeof c->caregiver, "cg%u", (unsigned)i + 1);
		c->distance_m = below(seed, 9000);
		c->travel_s = travel_s(c->distance_m);
		c->reachable = !one_in(seed, 4);
		c->busy = one_in(seed, 4);
		c->speaks = one_in(seed, 2);
		c->skills = below(seed, BIT(SKILL_COUNT));
		c->jobs_taken = below(seed, 6);
		c->knows = one_in(seed, 5);
		c->position_age_s = below(seed, 600);
	}
}

/* Work, not a call for help: mostly it stays among itself, so that what only such incidents know is reached. */
static bool random_quiet(const struct kit *k, uint64_t *seed)
{
	if (k->inc.state == INCIDENT_NONE)
		return one_in(seed, 3);
	return k->inc.class >= CLASS_GENERAL && !one_in(seed, 6);
}

static struct alarm random_alarm(const struct kit *k, uint64_t *seed)
{
	static const enum kind QUIET[] = {KIND_SERVICE, KIND_FOLLOW_UP,    KIND_POWER,  KIND_BATTERY,    KIND_TAMPER,
	                                  KIND_LINK,    KIND_PENDANT_LOST, KIND_REPAIR, KIND_COMMISSION, KIND_MISSED_TEST};
	static const char *const DEVICES[] = {"unit1", "pendant1", "smoke1"};
	struct alarm a =
		kit_alarm(DEVICES[below(seed, 3)], 1 + below(seed, 12), (enum kind)(1 + below(seed, KIND_COUNT - 1)));

	/* Mostly presses: else the walk is one long raising of class. */
	if (!one_in(seed, 4))
		a.kind = KIND_SOS;
	if (random_quiet(k, seed))
		a.kind = QUIET[below(seed, COUNT_OF(QUIET))];
	a.heard = one_in(seed, 4) ? (enum step)below(seed, STEP_COUNT) : STEP_NONE;
	a.restore = one_in(seed, 12);
	a.code_unknown = one_in(seed, 10);
	if (one_in(seed, 12)) {
		a.kind = KIND_FOLLOW_UP;
		a.protocol = PROTOCOL_MANUAL;
		a.follow_up_of = 1 + below(seed, 5);
		a.restore = a.code_unknown = false;
		a.heard = STEP_NONE;
	} else if (one_in(seed, 5)) {
		a.protocol = PROTOCOL_DC09;
		a.id = 0;
		a.raised_ms = 0;
		a.raw_len = 1;
		a.raw[0] = (uint8_t)below(seed, 8);
		snprintf(a.code, sizeof a.code, "E10%u", (unsigned)below(seed, 8));
	}
	return a;
}

/* Whose call it is, and to which service it is handed over. */
static void random_desk(const struct incident *inc, struct event *ev, uint64_t *seed)
{
	if (one_in(seed, 2))
		memcpy(ev->from, inc->owner, ID_MAX);
	if (ev->type != EVENT_SHELVE) /* that one may say too much */
		ev->seconds = one_in(seed, 2) ? 0 : below(seed, 900);
	ev->count = one_in(seed, 3);
	ev->service = (enum service)below(seed, SERVICE_COUNT + 1);
	ev->handover = 1 + below(seed, 6);
	if (inc->handover_count != 0 && !one_in(seed, 6))
		ev->handover = inc->handovers[below(seed, inc->handover_count)].number;
	ev->channel = (enum channel)below(seed, CHANNEL_COUNT + 1);
	ev->told = below(seed, BIT(CARD_LINE_COUNT) + 9);
	ev->spoke_to = (enum spoke_to)below(seed, SPOKE_TO_COUNT + 1);
	if (ev->type == EVENT_HANDOVER_TRY && ev->channel == CHANNEL_MESSAGE && !one_in(seed, 4))
		ev->call = CALL_NONE;
	if (ev->type == EVENT_TRANSFER) {
		ev->chosen_count = one_in(seed, 8) ? 2 : 1;
		snprintf(ev->chosen[0], ID_MAX, "op%u", (unsigned)below(seed, 4));
	}
}

/* A power cut that opens the incident of its area, and what follows it. */
static void random_area_wide(struct kit *k, uint64_t *seed, struct alarm *alarm)
{
	if (k->inc.state == INCIDENT_NONE && (alarm->kind == KIND_POWER || alarm->kind == KIND_LINK)) {
		k->world.area_wide = true;
		k->world.household[0] = '\0';
	} else if (k->inc.area_wide && !one_in(seed, 8)) {
		alarm->kind = k->inc.kind;
		alarm->id = 1 + below(seed, 1u << 20);
		alarm->restore = one_in(seed, 2);
	}
}

/* Entered by a person; now and then it is a drill, and then mostly people are about it. */
static void random_manual(const struct kit *k, uint64_t *seed, struct alarm *alarm)
{
	if (!one_in(seed, 6) && !(k->inc.drill && !one_in(seed, 4)))
		return;
	if (alarm->protocol != PROTOCOL_NATIVE || k->world.area_wide)
		return;
	alarm->protocol = PROTOCOL_MANUAL;
	alarm->heard = STEP_NONE;
	alarm->drill = !alarm->restore && (k->inc.drill || one_in(seed, 3));
	snprintf(alarm->by, sizeof alarm->by, "op1");
	snprintf(alarm->household, sizeof alarm->household, "hh1");
}

enum verdict kit_random_step(struct kit *k, uint64_t *seed, struct alarm *alarm)
{
	struct event ev = {0};
	const struct incident *inc = &k->inc;

	random_world(k, seed);
	*alarm = random_alarm(k, seed);
	random_area_wide(k, seed, alarm);
	random_manual(k, seed, alarm);
	ev.type = (enum event_type)below(seed, EVENT_COUNT);
	/* What ends everything is rare, what nobody does by hand is frequent. */
	if ((ev.type == EVENT_CLOSE || ev.type == EVENT_JOB_CANCEL) && !one_in(seed, 4))
		ev.type = EVENT_DEADLINE;
	if (inc->state == INCIDENT_NONE)
		ev.type = EVENT_ALARM;
	if (ev.type == EVENT_BIND)
		snprintf(k->world.household, sizeof k->world.household, "hh2");
	ev.joined = 77;
	if (ev.type == EVENT_ALARM || ev.type == EVENT_CANCEL)
		ev.alarm = alarm;
	if (ev.type >= EVENT_OFFER_DELIVERED && ev.type <= EVENT_JOB_GIVE_BACK && !one_in(seed, 6)) {
		snprintf(ev.who, sizeof ev.who, "cg%u", (unsigned)below(seed, CANDIDATES_MAX) + 1);
		if (inc->job_count != 0) {
			const struct job *job = &inc->jobs[below(seed, inc->job_count)];

			ev.job = job->number;
			if (job->caregiver[0] != '\0')
				memcpy(ev.who, job->caregiver, ID_MAX);
			else if (job->offer_count != 0)
				memcpy(ev.who, job->offers[below(seed, job->offer_count)].caregiver, ID_MAX);
		}
	} else if (inc->owner[0] != '\0' && one_in(seed, 2)) {
		memcpy(ev.who, inc->owner, ID_MAX);
	} else {
		snprintf(ev.who, sizeof ev.who, "op%u", (unsigned)below(seed, 4));
	}
	if (ev.job == 0 && inc->job_count != 0)
		ev.job = inc->jobs[below(seed, inc->job_count)].number;
	ev.cmd = one_in(seed, 3) ? 0 : 1 + below(seed, 1u << 20);
	ev.at_ms = one_in(seed, 3) ? k->world.now_ms - (int64_t)below(seed, 200000) + 1000 : 0;
	ev.entry = below(seed, 4);
	ev.reason = below(seed, DECLINE_COUNT + 1);
	ev.result = below(seed, JOB_RESULT_COUNT + 1);
	ev.contact = below(seed, 4);
	ev.call = below(seed, CALL_COUNT + 1);
	ev.answer = (enum contact_answer)below(seed, CONTACT_ANSWER_COUNT + 1);
	if (ev.type == EVENT_CONTACT_ANSWER && one_in(seed, 2))
		ev.who[0] = '\0';
	ev.seconds = one_in(seed, 4) ? below(seed, 100000) : 60 + below(seed, 600);
	ev.outcome = (enum outcome)below(seed, OUTCOME_COUNT + 1);
	ev.saw_resident = one_in(seed, 2);
	ev.skill = one_in(seed, 2) ? SKILL_NONE : (enum skill)below(seed, SKILL_COUNT + 1);
	ev.chosen_count = one_in(seed, 2) ? 0 : below(seed, CHOSEN_MAX + 2);
	for (uint32_t i = 0; i < ev.chosen_count && i < CHOSEN_MAX; i++)
		snprintf(ev.chosen[i], ID_MAX, "cg%u", (unsigned)below(seed, CANDIDATES_MAX) + 1);
	random_desk(inc, &ev, seed);
	ev.text_len = (uint16_t)(one_in(seed, 2) ? 0 : below(seed, NOTE_SEALED_MAX + 2));
	memset(ev.text, (int)below(seed, 256), sizeof ev.text);
	/* The clock creeps, or jumps to the next deadline, or past it. */
	k->world.now_ms += below(seed, 3000);
	if (ev.type == EVENT_DEADLINE) {
		ev.due_ms = incident_next_due(inc);
		if (ev.due_ms > k->world.now_ms && !one_in(seed, 5))
			k->world.now_ms = ev.due_ms + (int64_t)below(seed, 2000);
		if (one_in(seed, 10))
			ev.due_ms += 1 - (int64_t)below(seed, 3);
	}
	return kit_step(k, &ev);
}
