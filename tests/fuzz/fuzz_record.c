/* fuzz_record.c - bodies of records from a store that says anything.
 *
 * The first byte says which record, and how much memory the decoder has. Oracle: what decodes is valid, encodes again,
 * and decodes to the same bytes; and whatever then happens to such an incident, core neither stops nor breaks a promise
 * (ENSURE and incident_valid() inside incident_step()).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/incident.h"
#include "wire/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static _Alignas(16) uint8_t memory[RECORD_SCRATCH];
static uint8_t first[RECORD_MAX], second[RECORD_MAX];

#define ORACLE(cond)                                \
	do {                                            \
		if (!(cond)) {                              \
			fprintf(stderr, "oracle: %s\n", #cond); \
			abort();                                \
		}                                           \
	} while (0)

static void live_on(struct incident *inc)
{
	static const enum event_type EVENTS[] = {EVENT_DEADLINE,     EVENT_ALARM,    EVENT_CLAIM,      EVENT_DISPATCH,
	                                         EVENT_OFFER_ACCEPT, EVENT_DEADLINE, EVENT_JOB_ARRIVE, EVENT_RETURN,
	                                         EVENT_DEADLINE,     EVENT_OPENED,   EVENT_CLOSE,      EVENT_REOPEN,
	                                         EVENT_CLAIM,        EVENT_DEADLINE};
	static struct incident after;
	static struct outcome_of_step out;
	struct candidate candidates[CANDIDATES_MAX];
	struct world world = {
		.now_ms = 1760000000000,
		.policy = &POLICY_DEFAULT,
		.actor_supervisor = true,
		.has_contacts = true,
		.candidates = candidates,
		.candidate_count = CANDIDATES_MAX,
	};
	struct alarm alarm = {.device = "unit1", .id = 7, .kind = KIND_SOS, .protocol = PROTOCOL_NATIVE};

	for (size_t i = 0; i < COUNT_OF(EVENTS); i++) {
		struct event ev = {.type = EVENTS[i], .who = "op1", .outcome = OUTCOME_ADVICE, .alarm = &alarm};

		memset(candidates, 0, sizeof candidates);
		for (unsigned c = 0; c < CANDIDATES_MAX; c++)
			snprintf(candidates[c].caregiver, ID_MAX, "cg%u", c);
		if (ev.type == EVENT_DEADLINE) {
			ev.due_ms = incident_next_due(inc);
			if (ev.due_ms > world.now_ms)
				world.now_ms = ev.due_ms;
		}
		if (inc->job_count != 0) {
			const struct job *job = &inc->jobs[inc->job_count - 1];

			ev.job = job->number;
			if (ev.type == EVENT_OFFER_ACCEPT && job->offer_count != 0)
				memcpy(ev.who, job->offers[job->offer_count - 1].caregiver, ID_MAX);
			if (ev.type == EVENT_JOB_ARRIVE && job->caregiver[0] != '\0')
				memcpy(ev.who, job->caregiver, ID_MAX);
		}
		if (ev.type == EVENT_RETURN && inc->owner[0] != '\0')
			memcpy(ev.who, inc->owner, ID_MAX);
		incident_step(inc, &ev, &world, &after, &out);
		ORACLE(out.verdict != UNDECIDED);
		if (out.verdict == MOVE)
			*inc = after;
	}
}

static void one_incident(struct slice body, struct arena *arena)
{
	static struct incident inc;
	struct buf a = buf_of(first, sizeof first), b = buf_of(second, sizeof second);

	if (incident_decode(body, arena, &inc) != 0)
		return;
	ORACLE(incident_valid(&inc));
	incident_encode(&inc, &a);
	ORACLE(!a.overflow);
	ORACLE(a.len <= incident_weight(&inc));
	arena_init(arena, memory, sizeof memory);
	ORACLE(incident_decode(slice_of(a.at, a.len), arena, &inc) == 0);
	ORACLE(arena->misses == 0);
	incident_encode(&inc, &b);
	ORACLE(slice_equal(slice_of(a.at, a.len), slice_of(b.at, b.len)));
	live_on(&inc);
}

static void one_caregiver(struct slice body, struct arena *arena)
{
	struct caregiver c;
	struct buf a = buf_of(first, sizeof first), b = buf_of(second, sizeof second);

	if (caregiver_decode(body, &c, arena) != 0)
		return;
	caregiver_encode(&c, &a);
	ORACLE(!a.overflow && caregiver_decode(slice_of(a.at, a.len), &c, arena) == 0);
	caregiver_encode(&c, &b);
	ORACLE(slice_equal(slice_of(a.at, a.len), slice_of(b.at, b.len)));
}

static void one_operator(struct slice body, struct arena *arena)
{
	struct operator o;
	struct buf a = buf_of(first, sizeof first), b = buf_of(second, sizeof second);

	if (operator_decode(body, &o, arena) != 0)
		return;
	operator_encode(&o, &a);
	ORACLE(!a.overflow && operator_decode(slice_of(a.at, a.len), &o, arena) == 0);
	operator_encode(&o, &b);
	ORACLE(slice_equal(slice_of(a.at, a.len), slice_of(b.at, b.len)));
}

static void one_storm(struct slice body, struct arena *arena)
{
	struct storm s;
	struct buf a = buf_of(first, sizeof first), b = buf_of(second, sizeof second);

	if (storm_decode(body, &s, arena) != 0)
		return;
	ORACLE(storm_valid(&s));
	storm_encode(&s, &a);
	ORACLE(!a.overflow && storm_decode(slice_of(a.at, a.len), &s, arena) == 0);
	storm_encode(&s, &b);
	ORACLE(slice_equal(slice_of(a.at, a.len), slice_of(b.at, b.len)));
}

static void one_out(struct slice body, struct arena *arena)
{
	struct out o;
	struct buf a = buf_of(first, sizeof first), b = buf_of(second, sizeof second);

	if (out_decode(body, &o, arena) != 0)
		return;
	ORACLE(out_valid(&o));
	out_encode(&o, &a);
	ORACLE(!a.overflow && out_decode(slice_of(a.at, a.len), &o, arena) == 0);
	out_encode(&o, &b);
	ORACLE(slice_equal(slice_of(a.at, a.len), slice_of(b.at, b.len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;

	if (size == 0)
		return 0;
	/* Now and then too little memory, of any size: the decoder must give up in good order. */
	arena_init(&arena, memory, data[0] < 0xf0 ? sizeof memory : (size_t)(data[0] & 15) * 1024);
	switch (data[0] % 8) {
	case 0:
		one_caregiver(slice_of(data + 1, size - 1), &arena);
		break;
	case 1:
		one_operator(slice_of(data + 1, size - 1), &arena);
		break;
	case 4:
		one_storm(slice_of(data + 1, size - 1), &arena);
		break;
	case 5:
		one_out(slice_of(data + 1, size - 1), &arena);
		break;
	default:
		one_incident(slice_of(data + 1, size - 1), &arena);
		break;
	}
	return 0;
}
