/* scenes.h - for tests that tell a story by hand: the usual setup, and waiting for what must happen. */
#ifndef SIM_SCENES_H
#define SIM_SCENES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pingan/v1/console.pb-c.h"
#include "sim/sim.h"

#define RESULT_OK PINGAN__V1__RESULT__RESULT_OK
#define RESULT_LOST_RACE PINGAN__V1__RESULT__RESULT_LOST_RACE

/* Two desks (op0 operator, op1 supervisor), two phones, three homes; nobody acts by itself. */
struct sim *scene(const struct sim_setup *change);
/* The same, with everybody connected and caregivers on duty. */
struct sim *scene_ready(const struct sim_setup *change);

/* Runs until it is so, or ends the test. */
void until_state(struct sim *sim, unsigned home, const char *state, int64_t max_ms);
void until_heard(struct sim *sim, unsigned home, enum step step, int64_t max_ms);
void until_offered(struct sim *sim, unsigned phone, unsigned home, int64_t max_ms);
void until_job(struct sim *sim, unsigned phone, int64_t max_ms);
void until_row(struct sim *sim, unsigned desk, unsigned home, int64_t max_ms);
void until_rings(struct sim *sim, unsigned desk, unsigned home, bool rings, int64_t max_ms);
void until_live(struct sim *sim, int64_t max_ms);
void until_duty(struct sim *sim, int64_t max_ms);
uint32_t desk_result(struct sim *sim, unsigned desk, uint64_t cmd);
uint32_t phone_result(struct sim *sim, unsigned phone, uint64_t cmd);
/* Lines of this code in the incident's record. */
unsigned lines_of(const struct incident *inc, enum line_code code);

#endif
