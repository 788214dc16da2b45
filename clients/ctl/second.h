/* second.h - the second thing that a person shows at log-in: codes of an app, and codes on paper for when it is lost.
 *
 * Result: printed once, when they are made: a QR code and its text for the app, eight codes for paper. Made anew, the old ones
 *         open nothing any more and every session of the person ends.
 */
#ifndef CTL_SECOND_H
#define CTL_SECOND_H

#include "cell.h"
#include "io/totp.h"
#include "pingan/v1/record.pb-c.h"

#define RECOVERY_CODES 8

struct second {
	uint8_t key[TOTP_KEY_LEN];
	char codes[RECOVERY_CODES][RECOVERY_TEXT];
	uint8_t hashes[RECOVERY_CODES][32];
	ProtobufCBinaryData list[RECOVERY_CODES];
};

/* Puts a new key and new codes into the record; `p` points into *ret. */
void second_new(Pingan__V1__Person *p, struct second *ret);
void second_print(const struct cell *cell, const char *account, const struct second *s, bool json);
void second_forget(struct second *s);

#endif
