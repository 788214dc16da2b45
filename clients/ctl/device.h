/* device.h - devices of the registry, one at a time.
 *
 * Result: changes go through commit and log; two who change the same device at once get one clear no. A key is printed when
 *         it is made and never again; one that is given over the device's link is never shown to anybody.
 * Bounds: an id has 31 bytes of printable ASCII.
 */
#ifndef CTL_DEVICE_H
#define CTL_DEVICE_H

#include "cell.h"
#include "pingan/v1/record.pb-c.h"

#define DEVICE_KEY_LEN 32
#define DEVICE_MODEL_MAX 63 /* bytes */

struct device_options {
	const char *household, *protocol, *model, *key, *codes; /* NULL = not said */
	bool over_link;                                         /* the new key goes over the device's own link */
};

/* Each 0, or 1 with one line on standard error that says what to mend. */
int device_add(struct cell *cell, const char *id, const struct device_options *o);
int device_key(struct cell *cell, const char *id, const struct device_options *o);
int device_token(struct cell *cell, const char *id, const struct device_options *o);
int device_list(struct cell *cell, const char *household, bool json);
int device_show(struct cell *cell, const char *id, uint32_t count, bool json);

/* ---- device_state.c ---- */
int device_retire(struct cell *cell, const char *id);
/* The same, and prints nothing about it. */
int device_take_out(struct cell *cell, const char *id);
/* Its button is tried for so long; 0 = not any more. */
int device_test(struct cell *cell, const char *id, uint32_t minutes);

/* The entry of a new device as it was typed: into `d`, its key into `secret` if it has one. NULL, or what is wrong, and in
 * which field. Points into `id`, `o` and `secret` after. */
const char *device_entry(const char *id, const struct device_options *o, Pingan__V1__Device *d,
                         uint8_t secret[DEVICE_KEY_LEN], const char **ret_field);

#endif
