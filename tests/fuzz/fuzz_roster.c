/* fuzz_roster.c - rosters and absences from a store that says anything, and what people then do to them.
 *
 * The first byte says which of the two, the second from where on somebody looks, and how long. Oracles: what decodes is valid,
 * encodes to what stood there, field by field, and decodes to the same bytes; each shift ends behind its beginning, is found
 * again by its slot and time, and its gaps lie inside it, in order, each with too few; whatever is asked of a plan, it stays
 * valid, and a no leaves it as it was but for what is over.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "pingan/v1/record.pb-c.h"
#include "wire/record.h"
#include "wire/record_roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ORACLE(cond)                                \
	do {                                            \
		if (!(cond)) {                              \
			fprintf(stderr, "oracle: %s\n", #cond); \
			abort();                                \
		}                                           \
	} while (0)

#define HOUR_MS INT64_C(3600000)
#define NOW_MS INT64_C(1795334400000)
#define OFFSET_MS (8 * HOUR_MS)
#define STEPS 24
#define SHIFTS_LOOKED_AT 200

static _Alignas(16) uint8_t memory[RECORD_SCRATCH];
static uint8_t first[RECORD_MAX], second[RECORD_MAX];
static const char *const PEOPLE[] = {"cg1", "cg2", "op1", "op2", "", "sv1"};

static bool fits(void *ctx, const char *person, const char *area, enum shift_post post, enum skill skill)
{
	(void)ctx;
	(void)post;
	(void)skill;
	return person[0] == 'c' && area[0] != '\0';
}

static const struct absences *away(void *ctx, const char *person)
{
	const struct absences *a = ctx;

	return strcmp(a->person, person) == 0 ? a : NULL;
}

struct look {
	const struct shift_plan *plan;
	struct absences absences;
	struct shift_world world;
	ms_t from_ms, until_ms;
	unsigned count;
};

static bool each(void *ctx, const struct shift *s)
{
	struct look *l = ctx;
	struct shift_gap gaps[32];
	struct shift again;
	char there[SHIFT_CREW_MAX][ID_MAX];
	uint32_t n;

	ORACLE(s->from_ms < s->until_ms && s->until_ms > l->from_ms && s->from_ms < l->until_ms);
	ORACLE(s->count <= SHIFT_CREW_MAX);
	if (s->slot != 0) {
		ORACLE(shift_find(l->plan, OFFSET_MS, s->slot, s->from_ms, &again));
		ORACLE(again.until_ms == s->until_ms && again.count == s->count);
	}
	n = shift_gaps(s, l->plan->area, &l->world, s->from_ms, gaps, COUNT_OF(gaps));
	ORACLE(n <= COUNT_OF(gaps));
	for (uint32_t i = 0; i < n; i++) {
		ORACLE(gaps[i].have < gaps[i].need && gaps[i].need == s->need);
		ORACLE(gaps[i].from_ms < gaps[i].until_ms);
		ORACLE(gaps[i].from_ms >= s->from_ms && gaps[i].until_ms <= s->until_ms);
		ORACLE(i == 0 || gaps[i].from_ms >= gaps[i - 1].until_ms);
		ORACLE(shift_there(s, l->plan->area, &l->world, gaps[i].from_ms, there) == gaps[i].have);
	}
	ORACLE((n != 0) == (shift_fewest(s, l->plan->area, &l->world) < s->need));
	return ++l->count < SHIFTS_LOOKED_AT;
}

static uint64_t state;

static uint64_t below(uint64_t n)
{
	state = hash_bytes(state, 3, slice_str("next"));
	return n == 0 ? 0 : state % n;
}

/* Times of all kinds, those of the plan among them. */
static ms_t some_time(const struct shift_plan *plan)
{
	static const ms_t ODD[] = {0, 1, -1, INT64_MIN, INT64_MAX, NOW_MS, INT64_MAX - 1000};

	switch (below(4)) {
	case 0:
		return ODD[below(COUNT_OF(ODD))];
	case 1:
		if (plan->change_count != 0)
			return plan->changes[below(plan->change_count)].from_ms;
		break;
	case 2:
		if (plan->slot_count != 0) {
			const struct shift_slot *s = &plan->slots[below(plan->slot_count)];

			return (NOW_MS / (24 * HOUR_MS) + (ms_t)below(9)) * 24 * HOUR_MS - OFFSET_MS + s->from_min * INT64_C(60000);
		}
		break;
	default:
		break;
	}
	return NOW_MS + ((ms_t)below(400) - 40) * HOUR_MS / 2;
}

static uint32_t some_slot(const struct shift_plan *plan)
{
	return plan->slot_count == 0 || below(5) == 0 ? (uint32_t)below(4) : plan->slots[below(plan->slot_count)].id;
}

static void person(char ret[ID_MAX])
{
	snprintf(ret, ID_MAX, "%s", PEOPLE[below(COUNT_OF(PEOPLE))]);
}

static enum refusal one_step(struct shift_plan *plan, ms_t now_ms)
{
	struct shift_change c = {.slot = some_slot(plan), .from_ms = some_time(plan), .until_ms = some_time(plan)};
	struct shift_slot s = {.days = (uint32_t)below(200), .from_min = (uint32_t)below(1500)};
	enum roster_change said;
	uint32_t id;

	c.post = (enum shift_post)below(POST_COUNT + 1);
	c.skill = (enum skill)below(SKILL_COUNT + 1);
	person(c.person);
	person(c.takes);
	person(c.by);
	switch (below(6)) {
	case 0:
		s.id = below(2) == 0 ? 0 : some_slot(plan);
		s.minutes = (uint32_t)below(1500);
		s.post = (enum shift_post)below(POST_COUNT + 1);
		s.skill = s.post == POST_FIELD ? SKILL_CARE : SKILL_NONE;
		s.need = (uint32_t)below(4);
		s.weeks = 1 + (uint32_t)below(2);
		s.until_ms = below(3) == 0 ? some_time(plan) : 0;
		s.people_count = (uint32_t)below(3);
		for (uint32_t i = 0; i < s.people_count; i++)
			person(s.people[i]);
		return shift_slot_set(plan, &s, &id);
	case 1:
		return shift_slot_end(plan, c.slot, c.from_ms);
	case 2:
		if (below(2) == 0) {
			c.slot = 0;
			c.person[0] = '\0';
		}
		return shift_set(plan, OFFSET_MS, &c, now_ms, &id);
	case 3:
		c.return_slot = below(2) == 0 ? 0 : some_slot(plan);
		c.return_from_ms = some_time(plan);
		return shift_swap_ask(plan, OFFSET_MS, &c, now_ms, &id);
	default:
		return shift_swap_step(plan, OFFSET_MS,
		                       plan->change_count == 0 ? 1 : plan->changes[below(plan->change_count)].id, below(3) != 0,
		                       c.by, below(2) == 0, now_ms, &said);
	}
}

/* Nothing of a record that was believed is lost on the way back. */
static void nothing_lost(const ProtobufCMessageDescriptor *type, struct slice body, struct slice written)
{
	static _Alignas(16) uint8_t room[RECORD_SCRATCH];
	static uint8_t again[2 * RECORD_MAX];
	ProtobufCMessage *m;
	struct arena arena;

	arena_init(&arena, room, sizeof room);
	m = protobuf_c_message_unpack(type, &arena.allocator, body.len, body.at);
	ORACLE(m != NULL && protobuf_c_message_get_packed_size(m) <= sizeof again);
	ORACLE(slice_equal(slice_of(again, protobuf_c_message_pack(m, again)), written));
}

static void same_bytes(const struct shift_plan *a, const struct shift_plan *b)
{
	struct buf x = buf_of(first, sizeof first), y = buf_of(second, sizeof second);

	roster_encode(a, &x);
	roster_encode(b, &y);
	ORACLE(x.overflow == y.overflow);
	ORACLE(x.overflow || slice_equal(slice_of(x.at, x.len), slice_of(y.at, y.len)));
}

static void live_on(struct shift_room *room)
{
	static struct shift_room before;
	ms_t now_ms = NOW_MS;

	for (unsigned i = 0; i < STEPS; i++) {
		enum refusal why;

		shift_tidy(&room->plan, now_ms);
		ORACLE(shift_plan_valid(&room->plan));
		shift_room_copy(&before, &room->plan);
		why = one_step(&room->plan, now_ms);
		ORACLE(shift_plan_valid(&room->plan));
		if (why != REFUSAL_OK)
			same_bytes(&before.plan, &room->plan);
		now_ms += (ms_t)below(40) * HOUR_MS;
	}
}

static void one_roster(struct slice body, struct arena *arena, unsigned hours)
{
	static struct shift_room room, again;
	struct buf a = buf_of(first, sizeof first), b = buf_of(second, sizeof second);
	struct look l = {.plan = &room.plan, .from_ms = NOW_MS + (ms_t)hours * HOUR_MS};

	if (roster_decode(body, &room, arena) != 0)
		return;
	ORACLE(shift_plan_valid(&room.plan));
	roster_encode(&room.plan, &a);
	ORACLE(!a.overflow);
	nothing_lost(&pingan__v1__roster__descriptor, body, slice_of(a.at, a.len));
	arena_init(arena, memory, sizeof memory);
	ORACLE(roster_decode(slice_of(a.at, a.len), &again, arena) == 0);
	roster_encode(&again.plan, &b);
	ORACLE(slice_equal(slice_of(a.at, a.len), slice_of(b.at, b.len)));
	snprintf(l.absences.person, ID_MAX, "cg1");
	l.absences.count = 2;
	l.absences.list[0] = (struct absence){.from_ms = l.from_ms + 3 * HOUR_MS, .until_ms = l.from_ms + 5 * HOUR_MS};
	l.absences.list[1] = (struct absence){.from_ms = l.from_ms + 4 * HOUR_MS, .until_ms = l.from_ms + 30 * HOUR_MS};
	l.world = (struct shift_world){.ctx = &l.absences, .fits = fits, .absences = away};
	l.until_ms = l.from_ms + 24 * 9 * HOUR_MS;
	shift_each(&room.plan, OFFSET_MS, l.from_ms, l.until_ms, each, &l);
	live_on(&room);
}

static void one_absences(struct slice body, struct arena *arena)
{
	static struct absences a, before;
	struct buf x = buf_of(first, sizeof first), y = buf_of(second, sizeof second);

	if (absences_decode(body, &a, arena) != 0)
		return;
	ORACLE(absences_valid(&a));
	absences_encode(&a, &x);
	nothing_lost(&pingan__v1__absences__descriptor, body, slice_of(x.at, x.len));
	ORACLE(!x.overflow && absences_decode(slice_of(x.at, x.len), &before, arena) == 0);
	absences_encode(&before, &y);
	ORACLE(slice_equal(slice_of(x.at, x.len), slice_of(y.at, y.len)));
	for (unsigned i = 0; i < STEPS; i++) {
		struct shift_plan none = {.area = ""};
		struct absence one = {.reason = (enum absence_reason)below(ABSENCE_REASON_COUNT + 1)};
		uint32_t id;

		one.from_ms = some_time(&none);
		one.until_ms = below(2) == 0 ? some_time(&none) : one.from_ms > NOW_MS ? one.from_ms : NOW_MS + HOUR_MS;
		person(one.by);
		if (below(3) != 0)
			(void)absence_add(&a, &one, NOW_MS + i, &id);
		else
			(void)absence_end(&a, a.count == 0 ? 1 : a.list[below(a.count)].id, NOW_MS + i);
		ORACLE(absences_valid(&a));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;

	if (size < 2)
		return 0;
	/* Now and then too little memory, of any size: the decoder must give up in good order. */
	arena_init(&arena, memory, data[0] < 0xf0 ? sizeof memory : (size_t)(data[0] & 15) * 1024);
	state = hash_bytes(1, 2, slice_of(data, size));
	if (data[0] % 4 == 3)
		one_absences(slice_of(data + 2, size - 2), &arena);
	else
		one_roster(slice_of(data + 2, size - 2), &arena, data[1]);
	return 0;
}
