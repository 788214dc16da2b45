/* units.h - what a native unit is told beside its alarms: how often to beat, how to behave, its next key; and what it says
 * of frames that went unanswered.
 *
 *   unit_beats.c  one interval for all, longer in a storm       unit_keys.c   a key on its way to its unit
 *   unit_setup.c  Configure                                      unit_tally.c  attempts, as counted at the device's side
 *
 * Owns:   what the links of native units have been told of these.
 * Knows:  the registry, through the projection.
 * Result: a key is sent only over TLS that the present key has proved, and only from an entry that is safe.
 * Bounds: UNITS_CHANGED_MAX units whose record has changed wait to be looked at, beyond it all links are, UNITS_A_TURN a
 *         turn; TALLIES_MAX units are counted by name, all of them together always.
 */
#ifndef APP_UNITS_H
#define APP_UNITS_H

#include "app/devices.h"

/* ---- unit_beats.c ---- */

/* Reads the load of the last second; called every turn. */
void units_beats_turn(struct app *app);
/* What this unit is to be told now; 0 = what it was told last. */
uint32_t unit_beat(struct app *app, struct device_link *l);
/* What the link was told last, s. */
uint32_t unit_beat_told_s(const struct app *app, const struct device_link *l);

/* ---- unit_setup.c ---- */

/* Fills a Configure for this unit; its revision is the same on every daemon with the same settings. */
void unit_setup(struct app *app, const Pingan__V1__Device *d, struct down *ret);
/* Tells the unit what has changed for it: settings, a key that waits for it. False: the link has gone. */
bool unit_look(struct app *app, struct device_link *l);
/* True if what we hold of its record is safe; else the link is looked at again once it is. */
bool unit_safe(struct app *app, const char *device);
/* Looks at links whose records have changed. */
void units_turn(struct app *app);

/* ---- unit_keys.c ---- */

/* Splits a PSK identity into the device and the key that it names; *ret_key is 0 for the plain device id. False when there
 * is no such device with such a key. */
bool unit_key_find(struct app *app, const char *identity, char ret_device[ID_MAX], uint32_t *ret_key,
                   uint8_t ret_secret[DEVICE_KEY_LEN]) MUST_USE;
/* The unit has connected with the key that it was given: it becomes the only one. */
void unit_key_take(struct app *app, const struct device_link *l, const Pingan__V1__Device *d);
/* A key waits for this unit: gives it, over a link that may carry it. False: the link has gone. */
bool unit_key_give(struct app *app, struct device_link *l, const Pingan__V1__Device *d) MUST_USE;

/* ---- unit_tally.c ---- */

void unit_tally_hello(struct app *app, struct device_link *l, const struct up *up);
/* Every frame behind Hello, before it is looked at. */
void unit_tally_frame(struct app *app, struct device_link *l, const struct up *up);
/* Its alarm is acknowledged for the first time. */
void unit_tally_ack(struct app *app, const struct device_link *l, const struct alarm *a);
void unit_tallies_free(struct app *app);

#endif
