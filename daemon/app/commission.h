/* commission.h - units on their way into service: what device_requests.c (who may ask), commission.c (what it becomes),
 * proofs.c (whose clock runs) and device_card.c (what is shown) share.
 *
 *   DeviceProve ─> proof in the device's record ─┬─ first press of the button ─> CHANGE_PROOF: thanked, shown, no call
 *                                                ├─ anything else ─> a call, as ever
 *                                                └─ time is up: with a press ─> that press becomes a call; without ─> over
 *
 * Owns:   the proofs that run, as far as the log has told; when each one's press became durable.
 * Result: a trial press that its technician does not confirm rings. No rule but this one press of this one unit is kept out
 *         of the queue.
 * Bounds: one proof a unit; a screen has one card open.
 */
#ifndef APP_COMMISSION_H
#define APP_COMMISSION_H

#include "app/internal.h"
#include "core/device_life.h"
#include "wire/record_device.h"

/* False: no such device in the registry; *ret is all zero then. */
bool device_life_find(struct app *app, const char *device, struct device_life *ret);

/* Appends the unit's record with its new life; false when it does not fit. A unit that nobody has entered gets its record so. */
bool device_body(struct app *app, const char *device, const struct device_life *d, struct buf *bytes) MUST_USE;

/* Where a unit lies now, and where the home named `household` does; "" = nowhere. */
void device_areas(struct app *app, const char *device, const char *household, char ret_area[16], char ret_home[16]);

/* Asks for one act; NULL when a bound is reached. Its text, if any, is sealed in `ev`. */
struct change *device_submit(struct app *app, const char *device, const struct device_ask *ask, const struct event *ev,
                             struct waiter waiter);

/* When the press of the running proof became durable; 0 = not yet, or no press. */
ms_t proof_durable_ms(struct app *app, const char *device, const struct device_life *d);
/* From the press to durable; *ret_by_unit: by the unit's clock, else from its receipt. 0 = no press, or not yet. */
uint32_t proof_took_ms(struct app *app, const char *device, const struct device_life *d, bool *ret_by_unit);

struct session;

/* ---- device_card.c ---- */

/* The card of this session is to be made anew. */
void card_touch(struct app *app, struct session *s);
bool card_send(struct app *app, struct session *s);
/* An act on a unit, or the look at it, has its answer. */
void card_answered(struct app *app, struct session *s, const struct change *ch);
void card_open(struct app *app, struct session *s, const char *device, uint64_t cmd);
/* The screen closes its card (`said`), or goes: a proof that this person began there ends. */
void card_close(struct app *app, struct session *s, bool said);
/* OK, or why this person may not deal with this unit at all. */
enum refusal device_visible(struct app *app, const struct session *s, const char *device);
/* A person with tools, on the caregiver page. */
bool technician(struct app *app, const struct session *s);

#endif
