/* incident_kit.h - one incident and the world around it, for tests of the core: each call is one step.
 *
 * Result: after every step that moved, the new record has been checked with incident_valid(), stands in kit.inc, and
 *         `said` holds the codes of the lines that it added, "alarm rung_operators contact_told".
 */
#ifndef TESTS_INCIDENT_KIT_H
#define TESTS_INCIDENT_KIT_H

#include "core/incident.h"
#include "core/people.h"

#define KIT_START INT64_C(1760000000000) /* a day in October 2025 */
#define KIT_CANDIDATES 8

struct kit {
	struct incident inc;
	struct incident next;
	struct outcome_of_step out;
	struct world world;
	struct policy policy;
	struct candidate candidates[CANDIDATES_MAX];
	char said[2048];
};

/* A day like any other: an operator, a neighbour and the supervisor are there, contacts are named, and KIT_CANDIDATES
 * caregivers "cg1" (the nearest), "cg2", ... are free. Nothing has happened. */
void kit_init(struct kit *k);

/* One step; on MOVE kit.inc is the new record. */
enum verdict kit_step(struct kit *k, const struct event *ev);

/* A press of the button `device` with this id, on the native link. */
struct alarm kit_alarm(const char *device, uint64_t id, enum kind kind);
enum verdict kit_press(struct kit *k, const struct alarm *a);

/* An event that needs no more than who did it. */
enum verdict kit_do(struct kit *k, enum event_type type, const char *who);

/* The same for a job. */
enum verdict kit_job(struct kit *k, enum event_type type, const char *who, uint32_t job);

enum verdict kit_close(struct kit *k, const char *who, enum outcome outcome);

/* Moves the clock. */
void kit_wait_s(struct kit *k, uint32_t seconds);

/* Moves the clock to the next deadline and lets it ring. */
enum verdict kit_ring(struct kit *k);

/* Lets ring whatever is due within this time, then stands at its end. */
void kit_run_s(struct kit *k, uint32_t seconds);

/* Names as kit.said has them. */
const char *kit_line_name(enum line_code code);

/* The newest kept line of this code, or NULL. */
const struct line *kit_line(const struct kit *k, enum line_code code);

/* How many outbox entries of this sort the last step made. */
uint32_t kit_outbox(const struct kit *k, enum outbox_what what);

/* A small generator of random numbers: the same seed, the same history. */
uint64_t kit_random(uint64_t *seed);

/* Changes the world at random and does one random thing, lawful or not. Returns the verdict.
 * The alarm of the event lies in *alarm. */
enum verdict kit_random_step(struct kit *k, uint64_t *seed, struct alarm *alarm);

#endif
