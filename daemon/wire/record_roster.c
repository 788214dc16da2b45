#include "wire/record_roster.h"

#include "pingan/v1/record.pb-c.h"
#include "wire/record.h"

static char *text_of(const char *text)
{
	return (char *)(uintptr_t)text;
}

static void pack(const ProtobufCMessage *message, struct buf *ret)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *room = NULL;

	if (len > RECORD_MAX)
		ret->overflow = true;
	else
		room = buf_room(ret, len);
	if (room != NULL)
		protobuf_c_message_pack(message, room);
}

/* What an older version does not know it must not store again: it would lose it. */
static bool known(const ProtobufCMessage *m)
{
	return m->n_unknown_fields == 0;
}

/* ------------------------------------------------------------ writing */

static void slot_out(const struct shift_slot *s, Pingan__V1__RosterSlot *m, char **people)
{
	pingan__v1__roster_slot__init(m);
	m->id = s->id;
	m->days = s->days;
	m->from_min = s->from_min;
	m->minutes = s->minutes;
	m->post = (Pingan__V1__ShiftPost)s->post;
	m->skill = (Pingan__V1__Skill)s->skill;
	m->need = s->need;
	for (uint32_t i = 0; i < s->people_count; i++)
		people[i] = text_of(s->people[i]);
	m->people = people;
	m->n_people = s->people_count;
	m->weeks = s->weeks;
	m->week = s->week;
	m->from_ms = s->from_ms;
	m->until_ms = s->until_ms;
}

static void change_out(const struct shift_change *c, Pingan__V1__ShiftChange *m)
{
	pingan__v1__shift_change__init(m);
	m->id = c->id;
	m->slot = c->slot;
	m->from_ms = c->from_ms;
	m->until_ms = c->until_ms;
	m->post = (Pingan__V1__ShiftPost)c->post;
	m->skill = (Pingan__V1__Skill)c->skill;
	m->person = text_of(c->person);
	m->takes = text_of(c->takes);
	m->return_slot = c->return_slot;
	m->return_from_ms = c->return_from_ms;
	m->return_until_ms = c->return_until_ms;
	m->state = (Pingan__V1__SwapState)c->state;
	m->by = text_of(c->by);
	m->decided_by = text_of(c->decided_by);
	m->asked_ms = c->asked_ms;
	m->changed_ms = c->changed_ms;
}

void roster_encode(const struct shift_plan *plan, struct buf *ret)
{
	Pingan__V1__Roster m = PINGAN__V1__ROSTER__INIT;
	Pingan__V1__RosterSlot slots[SHIFT_SLOTS_MAX], *slot_at[SHIFT_SLOTS_MAX];
	Pingan__V1__ShiftChange changes[SHIFT_CHANGES_MAX], *change_at[SHIFT_CHANGES_MAX];
	char *people[SHIFT_SLOTS_MAX][SHIFT_PEOPLE_MAX];

	ENSURE(plan->slot_count <= SHIFT_SLOTS_MAX && plan->change_count <= SHIFT_CHANGES_MAX);
	for (uint32_t i = 0; i < plan->slot_count; i++) {
		slot_out(&plan->slots[i], &slots[i], people[i]);
		slot_at[i] = &slots[i];
	}
	for (uint32_t i = 0; i < plan->change_count; i++) {
		change_out(&plan->changes[i], &changes[i]);
		change_at[i] = &changes[i];
	}
	m.area = text_of(plan->area);
	m.slots = slot_at;
	m.n_slots = plan->slot_count;
	m.changes = change_at;
	m.n_changes = plan->change_count;
	m.last_id = plan->last_id;
	pack(&m.base, ret);
}

void absences_encode(const struct absences *a, struct buf *ret)
{
	Pingan__V1__Absences m = PINGAN__V1__ABSENCES__INIT;
	Pingan__V1__Absence list[ABSENCES_MAX], *at[ABSENCES_MAX];

	ENSURE(a->count <= ABSENCES_MAX);
	for (uint32_t i = 0; i < a->count; i++) {
		pingan__v1__absence__init(&list[i]);
		list[i].id = a->list[i].id;
		list[i].from_ms = a->list[i].from_ms;
		list[i].until_ms = a->list[i].until_ms;
		list[i].reason = (Pingan__V1__AbsenceReason)a->list[i].reason;
		list[i].by = text_of(a->list[i].by);
		list[i].entered_ms = a->list[i].entered_ms;
		at[i] = &list[i];
	}
	m.person = text_of(a->person);
	m.list = at;
	m.n_list = a->count;
	m.last_id = a->last_id;
	pack(&m.base, ret);
}

void roster_event_encode(const struct roster_event *e, struct buf *ret)
{
	Pingan__V1__LogEvent m = PINGAN__V1__LOG_EVENT__INIT;
	Pingan__V1__RosterEvent event = PINGAN__V1__ROSTER_EVENT__INIT, *list[] = {&event};
	uint8_t *room;

	event.what = (Pingan__V1__RosterChange)e->what;
	event.who = text_of(e->who);
	event.at_ms = e->at_ms;
	event.subject = text_of(e->subject);
	event.area = text_of(e->area);
	event.number = e->number;
	event.from_ms = e->from_ms;
	m.rosters = list;
	m.n_rosters = 1;
	room = buf_room(ret, pingan__v1__log_event__get_packed_size(&m));
	if (room != NULL)
		pingan__v1__log_event__pack(&m, room);
}

/* ------------------------------------------------------------ reading */

/* Values that no name of ours fits are left for the check of the whole: they are out of its ranges. */
static int slot_in(const Pingan__V1__RosterSlot *m, struct shift_slot *ret)
{
	if (!known(&m->base))
		return RECORD_BAD_UNKNOWN;
	if (m->n_people > SHIFT_PEOPLE_MAX)
		return RECORD_BAD_COUNT;
	if (m->post < 0 || (unsigned)m->post >= POST_COUNT || m->skill < 0 || (unsigned)m->skill >= SKILL_COUNT)
		return RECORD_BAD_ENUM;
	*ret = (struct shift_slot){.id = m->id,
	                           .days = m->days,
	                           .from_min = m->from_min,
	                           .minutes = m->minutes,
	                           .post = (enum shift_post)m->post,
	                           .skill = (enum skill)m->skill,
	                           .need = m->need,
	                           .weeks = m->weeks,
	                           .week = m->week,
	                           .from_ms = m->from_ms,
	                           .until_ms = m->until_ms,
	                           .people_count = (uint32_t)m->n_people};
	for (size_t i = 0; i < m->n_people; i++)
		if (!text_copy(ret->people[i], sizeof ret->people[i], slice_str(m->people[i])))
			return RECORD_BAD_TEXT;
	return 0;
}

static int change_in(const Pingan__V1__ShiftChange *m, struct shift_change *ret)
{
	if (!known(&m->base))
		return RECORD_BAD_UNKNOWN;
	if (m->post < 0 || (unsigned)m->post >= POST_COUNT || m->skill < 0 || (unsigned)m->skill >= SKILL_COUNT ||
	    m->state < 0 || (unsigned)m->state >= SWAP_STATE_COUNT)
		return RECORD_BAD_ENUM;
	*ret = (struct shift_change){.id = m->id,
	                             .slot = m->slot,
	                             .from_ms = m->from_ms,
	                             .until_ms = m->until_ms,
	                             .post = (enum shift_post)m->post,
	                             .skill = (enum skill)m->skill,
	                             .return_slot = m->return_slot,
	                             .return_from_ms = m->return_from_ms,
	                             .return_until_ms = m->return_until_ms,
	                             .state = (enum swap_state)m->state,
	                             .asked_ms = m->asked_ms,
	                             .changed_ms = m->changed_ms};
	return text_copy(ret->person, sizeof ret->person, slice_str(m->person)) &&
	               text_copy(ret->takes, sizeof ret->takes, slice_str(m->takes)) &&
	               text_copy(ret->by, sizeof ret->by, slice_str(m->by)) &&
	               text_copy(ret->decided_by, sizeof ret->decided_by, slice_str(m->decided_by))
	           ? 0
	           : RECORD_BAD_TEXT;
}

int roster_decode(struct slice body, struct shift_room *ret, struct arena *scratch)
{
	const Pingan__V1__Roster *m;
	int bad = 0;

	if (body.len > RECORD_MAX)
		return RECORD_BAD_SIZE;
	arena_reset(scratch);
	m = pingan__v1__roster__unpack(&scratch->allocator, body.len, body.at);
	if (m == NULL)
		return RECORD_BAD_BYTES;
	if (!known(&m->base))
		return RECORD_BAD_UNKNOWN;
	if (m->n_slots > SHIFT_SLOTS_MAX || m->n_changes > SHIFT_CHANGES_MAX)
		return RECORD_BAD_COUNT;
	shift_room_init(ret, m->area);
	if (strcmp(ret->plan.area, m->area) != 0)
		return RECORD_BAD_TEXT;
	ret->plan.last_id = m->last_id;
	for (size_t i = 0; i < m->n_slots && bad == 0; i++)
		bad = slot_in(m->slots[i], &ret->slots[ret->plan.slot_count++]);
	for (size_t i = 0; i < m->n_changes && bad == 0; i++)
		bad = change_in(m->changes[i], &ret->changes[ret->plan.change_count++]);
	if (bad == 0 && !shift_plan_valid(&ret->plan))
		bad = RECORD_BAD_STATE;
	return bad;
}

int absences_decode(struct slice body, struct absences *ret, struct arena *scratch)
{
	const Pingan__V1__Absences *m;

	if (body.len > RECORD_MAX)
		return RECORD_BAD_SIZE;
	arena_reset(scratch);
	m = pingan__v1__absences__unpack(&scratch->allocator, body.len, body.at);
	if (m == NULL)
		return RECORD_BAD_BYTES;
	if (!known(&m->base))
		return RECORD_BAD_UNKNOWN;
	if (m->n_list > ABSENCES_MAX)
		return RECORD_BAD_COUNT;
	memset(ret, 0, sizeof *ret);
	if (!text_copy(ret->person, sizeof ret->person, slice_str(m->person)))
		return RECORD_BAD_TEXT;
	ret->last_id = m->last_id;
	for (size_t i = 0; i < m->n_list; i++) {
		const Pingan__V1__Absence *from = m->list[i];
		struct absence *to = &ret->list[ret->count++];

		if (!known(&from->base))
			return RECORD_BAD_UNKNOWN;
		if (from->reason < 0 || (unsigned)from->reason >= ABSENCE_REASON_COUNT)
			return RECORD_BAD_ENUM;
		to->id = from->id;
		to->from_ms = from->from_ms;
		to->until_ms = from->until_ms;
		to->reason = (enum absence_reason)from->reason;
		to->entered_ms = from->entered_ms;
		if (!text_copy(to->by, sizeof to->by, slice_str(from->by)))
			return RECORD_BAD_TEXT;
	}
	return absences_valid(ret) ? 0 : RECORD_BAD_STATE;
}

/* ------------------------------------------------------------ names */

static const char *const POSTS[POST_COUNT] = {"none", "field", "desk", "supervisor", "duty_phone", "second_phone"};
static const char *const SKILLS[SKILL_COUNT] = {"none", "care", "nurse", "technician"};
static const char *const REASONS[ABSENCE_REASON_COUNT] = {"none", "sick", "holiday", "training", "other"};

static unsigned by_name(const char *const *names, unsigned count, const char *name)
{
	for (unsigned i = 1; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

const char *shift_post_name(enum shift_post post)
{
	return (unsigned)post < POST_COUNT ? POSTS[post] : "unknown";
}

const char *shift_skill_name(enum skill skill)
{
	return (unsigned)skill < SKILL_COUNT ? SKILLS[skill] : "unknown";
}

const char *swap_state_name(enum swap_state state)
{
	static const char *const STATES[SWAP_STATE_COUNT] = {"none", "asked", "agreed", "approved", "refused", "withdrawn"};

	return (unsigned)state < SWAP_STATE_COUNT ? STATES[state] : "unknown";
}

const char *absence_reason_name(enum absence_reason reason)
{
	return (unsigned)reason < ABSENCE_REASON_COUNT ? REASONS[reason] : "unknown";
}

const char *roster_change_name(enum roster_change change)
{
	static const char *const NAMES[ROSTER_CHANGE_COUNT] = {
		"none",          "slot_set",     "slot_ended",     "shift_set",    "swap_asked",    "swap_agreed",
		"swap_approved", "swap_refused", "swap_withdrawn", "absence_set",  "absence_ended", "reminded",
		"duty_on",       "duty_off",     "check_made",     "check_passed", "duty_ends"};

	return (unsigned)change < ROSTER_CHANGE_COUNT ? NAMES[change] : "unknown";
}

enum shift_post shift_post_by_name(const char *name)
{
	return (enum shift_post)by_name(POSTS, POST_COUNT, name);
}

enum skill shift_skill_by_name(const char *name)
{
	return (enum skill)by_name(SKILLS, SKILL_COUNT, name);
}

enum absence_reason absence_reason_by_name(const char *name)
{
	return (enum absence_reason)by_name(REASONS, ABSENCE_REASON_COUNT, name);
}
