/* tough.c - the main story told by people who try again: whatever single thing fails, it comes to its end. */
#include "sim/kit.h"

#define TRIES 12
#define PATIENCE_MS 15000

struct goal {
	bool (*reached)(struct sim *sim);
	void (*act)(struct sim *sim);
	const char *what;
};

static const struct incident *call_of(struct sim *sim)
{
	return sim_incident(sim, 0);
}

static const struct job *job_of(struct sim *sim)
{
	const struct incident *inc = call_of(sim);

	return inc == NULL || inc->job_count == 0 ? NULL : &inc->jobs[inc->job_count - 1];
}

static bool pressed(struct sim *sim)
{
	return sim_home_press(sim, 0, 0) != NULL && sim_acked(sim, 0) && call_of(sim) != NULL;
}

static void press(struct sim *sim)
{
	if (sim_home_press(sim, 0, 0) == NULL)
		(void)sim_press(sim, 0, KIND_SOS);
}

static bool panel_heard(struct sim *sim)
{
	return sim_panel_incident(sim, 0) != NULL && sim_panels_waiting(sim) == 0;
}

static void panel_sends(struct sim *sim)
{
	if (sim_panel_incident(sim, 0) == NULL && sim_panels_waiting(sim) == 0)
		sim_panel_event(sim, 0, 1, "1101 01 007", true);
}

static bool on_duty(struct sim *sim)
{
	const Pingan__V1__PhoneState *state = sim->phones[0].screen.phone;

	return state != NULL && state->on_duty;
}

static void go_on_duty(struct sim *sim)
{
	if (!on_duty(sim))
		sim_phone_duty(sim, 0, true);
}

static bool shown(struct sim *sim)
{
	return sim_desk_row(sim, 0, 0) != NULL && !sim_desk_row(sim, 0, 0)->not_stored;
}

static void look(struct sim *sim)
{
	(void)sim; /* it must come by itself */
}

static bool answered(struct sim *sim)
{
	return call_of(sim)->state == INCIDENT_ANSWERED && sim_heard(sim, 0) >= STEP_ANSWERED;
}

static void take(struct sim *sim)
{
	if (call_of(sim)->state == INCIDENT_WAITING)
		sim_desk_claim(sim, 0, 0);
}

static bool spoken(struct sim *sim)
{
	return call_of(sim)->spoke;
}

static void speak(struct sim *sim)
{
	take(sim);
	sim_desk_spoke(sim, 0, 0);
}

static bool noted(struct sim *sim)
{
	const struct incident *inc = call_of(sim);

	for (uint32_t i = 0; i < inc->line_count; i++) {
		if (inc->lines[i].code == LINE_NOTE)
			return true;
	}
	return false;
}

static void note(struct sim *sim)
{
	take(sim);
	sim_desk_say(sim, 0, 0, MARK_TEXT " in the kitchen");
}

static bool looked(struct sim *sim)
{
	return sim_truth_looked(sim, call_of(sim)->id, sim_desk_person(0));
}

static void look_at_it(struct sim *sim)
{
	sim_desk_open(sim, 0, 0);
}

static bool accepted(struct sim *sim)
{
	const struct job *j = job_of(sim);

	return j != NULL && j->state >= JOB_ACCEPTED && j->state <= JOB_DONE && sim_phone_job(sim, 0) != 0;
}

static void send_somebody(struct sim *sim)
{
	const struct job *j = job_of(sim);

	take(sim);
	if (j == NULL || j->state >= JOB_FAILED)
		sim_desk_dispatch(sim, 0, 0, 0);
	sim_run(sim, 1000);
	if (sim_phone_offered(sim, 0, 0))
		sim_phone_answer(sim, 0, 0, true);
}

static bool on_the_way(struct sim *sim)
{
	return job_of(sim)->state >= JOB_EN_ROUTE && sim_heard(sim, 0) >= STEP_HELP_ON_THE_WAY;
}

static void go(struct sim *sim)
{
	if (job_of(sim)->state == JOB_ACCEPTED && sim_phone_job(sim, 0) != 0)
		sim_phone_progress(sim, 0, JOB_EN_ROUTE);
}

static bool there(struct sim *sim)
{
	return job_of(sim)->state >= JOB_ARRIVED && sim_heard(sim, 0) >= STEP_ARRIVED;
}

static void arrive(struct sim *sim)
{
	if (job_of(sim)->state == JOB_EN_ROUTE && sim_phone_job(sim, 0) != 0)
		sim_phone_progress(sim, 0, JOB_ARRIVED);
}

static bool helped(struct sim *sim)
{
	return job_of(sim)->state == JOB_DONE && sim_phone_job(sim, 0) == 0;
}

static void help(struct sim *sim)
{
	if (job_of(sim)->state == JOB_ARRIVED && sim_phone_job(sim, 0) != 0)
		sim_phone_progress(sim, 0, JOB_DONE);
}

static bool closed(struct sim *sim)
{
	return call_of(sim)->state == INCIDENT_CLOSED && sim_heard(sim, 0) == STEP_CLOSED && sim_held(sim, 0) == 0 &&
	       sim_desk_row(sim, 0, 0) == NULL && sim_desk_row(sim, 1, 0) == NULL;
}

static void shut(struct sim *sim)
{
	take(sim);
	if (call_of(sim)->state != INCIDENT_CLOSED)
		sim_desk_close(sim, 0, 0, OUTCOME_HELPED_AT_HOME);
}

static bool panel_closed(struct sim *sim)
{
	return sim_panel_incident(sim, 0)->state == INCIDENT_CLOSED && sim_desk_row_count(sim, 0) == 0 &&
	       sim_desk_row_count(sim, 1) == 0;
}

static void shut_panel(struct sim *sim)
{
	const struct incident *inc = sim_panel_incident(sim, 0);

	if (inc->state == INCIDENT_WAITING)
		sim_desk_claim_id(sim, 0, inc->id);
	sim_run(sim, 500);
	if (inc->state == INCIDENT_ANSWERED && !inc->spoke)
		sim_desk_spoke_id(sim, 0, inc->id);
	sim_run(sim, 500);
	if (inc->state == INCIDENT_ANSWERED)
		sim_desk_close_id(sim, 0, inc->id, OUTCOME_ADVICE);
}

static bool goal_reached(struct sim *sim, uint64_t arg)
{
	return ((const struct goal *)(uintptr_t)arg)->reached(sim);
}

void sim_tough_story(struct sim *sim)
{
	static const struct goal goals[] = {
		{pressed, press, "pressed and acknowledged"},
		{panel_heard, panel_sends, "panel acknowledged"},
		{on_duty, go_on_duty, "on duty"},
		{shown, look, "shown"},
		{answered, take, "answered"},
		{looked, look_at_it, "looked at"},
		{spoken, speak, "spoken"},
		{noted, note, "noted"},
		{accepted, send_somebody, "accepted"},
		{on_the_way, go, "on the way"},
		{there, arrive, "arrived"},
		{helped, help, "done"},
		{closed, shut, "closed"},
		{panel_closed, shut_panel, "panel closed"},
	};

	for (size_t i = 0; i < COUNT_OF(goals); i++) {
		bool reached = false;

		for (unsigned tries = 0; !reached && tries < TRIES; tries++) {
			goals[i].act(sim);
			reached = sim_until(sim, goal_reached, (uint64_t)(uintptr_t)&goals[i], PATIENCE_MS);
		}
		if (!reached)
			sim_broken(sim, "P10 work goes on", "never %s", goals[i].what);
	}
	sim_run(sim, 2000);
	SIM_MUST(sim, sim_incident_count(sim) == 2);
	SIM_MUST(sim, sim_incident(sim, 0)->repeats == 0);
}
