/* jot.h - JSON as it is jotted down, piece by piece, into memory that grows up to a bound.
 *
 * Owns:   its memory, until jot_take().
 * Result: what is no UTF-8 in a text becomes U+FFFD: a record may hold anything, an answer is always JSON.
 * Bounds: `max` bytes; beyond it, or without memory, `failed` is set and what is there is of no use.
 *         A key of NULL is for members of an array.
 */
#ifndef IO_JOT_H
#define IO_JOT_H

#include "base/slice.h"
#include "base/time.h"

struct jot {
	char *at;
	size_t len, size, max;
	bool failed;
	bool more; /* a comma stands before the next member */
};

void jot_begin(struct jot *j, size_t max);
void jot_free(struct jot *j);
/* Hands over the memory, not terminated; NULL when it failed. */
char *jot_take(struct jot *j, size_t *ret_len);

void jot_open(struct jot *j, const char *key, char bracket); /* '{' or '[' */
void jot_close(struct jot *j, char bracket);                 /* '}' or ']' */
void jot_text(struct jot *j, const char *key, const char *text);
void jot_slice(struct jot *j, const char *key, struct slice text);
void jot_number(struct jot *j, const char *key, int64_t number);
/* A number of so many decimal places, "23.129111". */
void jot_decimal(struct jot *j, const char *key, int64_t number, unsigned places);
void jot_bool(struct jot *j, const char *key, bool value);
/* JSON that has been jotted down elsewhere. */
void jot_raw(struct jot *j, const char *key, struct slice json);
void jot_null(struct jot *j, const char *key);
/* "2026-03-01T08:30:00.000Z" (RFC 3339). */
void jot_time(struct jot *j, const char *key, ms_t at_ms);
void jot_hex16(struct jot *j, const char *key, uint64_t id);

/* These leave the member out when there is nothing to say. */
void jot_text_if(struct jot *j, const char *key, const char *text);
void jot_number_if(struct jot *j, const char *key, int64_t number);
void jot_time_if(struct jot *j, const char *key, ms_t at_ms);
void jot_true_if(struct jot *j, const char *key, bool value);

#endif
