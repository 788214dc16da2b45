/* totp.h - the code beside the password: six digits of an app (RFC 6238), or a code on paper that opens once.
 *
 * Knows:  no record and no clock: key, time and what was used last are handed in.
 * Result: a code counts from 30 s before its time to 30 s after it, and never again once it or a later one was used.
 */
#ifndef IO_TOTP_H
#define IO_TOTP_H

#include "base/slice.h"
#include "base/time.h"

#define TOTP_STEP_S 30
#define TOTP_DIGITS 6
#define TOTP_KEY_LEN 20                          /* what we make: as long as SHA-1 */
#define RECOVERY_LETTERS 16                      /* of 32: 80 bits */
#define RECOVERY_TEXT (RECOVERY_LETTERS + 3 + 1) /* "abcd-efgh-jkmn-pqrs" */

/* The code of one step. */
void totp_code(struct slice key, int64_t step, char ret[TOTP_DIGITS + 1]);
/* The step whose code this is, newer than `last`; 0 when it is none. */
int64_t totp_check(struct slice key, struct slice typed, ms_t now_ms, int64_t last) MUST_USE;

/* RFC 4648 without padding. `ret` has room for (len + 4) / 5 * 8 + 1. */
void totp_base32(struct slice bytes, char *ret, size_t size);
/* For the app: "otpauth://totp/...". */
#define TOTP_URI_MAX 256
void totp_uri(struct slice key, const char *cell, const char *account, char ret[TOTP_URI_MAX]);

/* A new code for paper, and what is kept of it. */
void recovery_make(char ret[RECOVERY_TEXT], uint8_t ret_hash[32]);
/* Of what somebody types: capitals, dashes and blanks do not matter. False when it can't be one. */
bool recovery_read(struct slice typed, uint8_t ret_hash[32]);

#endif
