/* record_device.h - a unit's life in its record, and what happened to it in the log.
 *
 * Owns:   which fields of Device carry it, and what of them is believed when read.
 * Knows:  no store. A record is theirs: what breaks a promise of core is left out, never asserted.
 * Result: what is read is valid (device_life_valid); what is written reads again the same.
 */
#ifndef WIRE_RECORD_DEVICE_H
#define WIRE_RECORD_DEVICE_H

#include "core/device_life.h"
#include "pingan/v1/record.pb-c.h"

void device_life_read(const Pingan__V1__Device *m, struct device_life *ret);

/* The texts of `m` point into `d` afterwards. */
void device_life_write(const struct device_life *d, Pingan__V1__Device *m);

/* Appends `devices` to the LogEvent that ends `ret`: fields of one message may stand in pieces. */
void device_events_encode(const struct device_event *events, uint32_t count, struct buf *ret);

/* What the name of a unit says of how it speaks; NONE when it says nothing (native units, and vendors'). */
enum protocol device_protocol(const char *device);

/* "in_service"; never NULL. */
const char *device_state_name(enum device_state state);
const char *device_change_name(enum device_change change);
/* DEVICE_NONE when no state has this name. */
enum device_state device_state_by_name(const char *name);

#endif
