/* trace.h - looks for given words in everything that a cell keeps in Redis.
 *
 * Owns:   the words, and where they were found.
 * Result: a count for each kind of place, and the first places by name. What is looked for is never printed.
 * Bounds: TRACE_WORDS_MAX words of TRACE_WORD_MIN bytes and more: shorter ones are found everywhere; TRACE_PLACES places.
 */
#ifndef CTL_TRACE_H
#define CTL_TRACE_H

#include "cell.h"

#define TRACE_WORDS_MAX 96
#define TRACE_WORD_MIN 6
#define TRACE_PLACES 20

struct trace {
	struct slice words[TRACE_WORDS_MAX]; /* owned */
	bool secret[TRACE_WORDS_MAX];        /* keys: nobody else's */
	size_t count, left_out;              /* left_out: did not fit; a search that is not whole says so */
	uint64_t values, entries, found;     /* looked at; found: values and entries with a word in them */
	uint64_t found_log;                  /* of them, entries of the log */
	char places[TRACE_PLACES][2 * STORE_KEY_MAX];
	size_t place_count;
};

/* Adds a word; one that is too short is passed over, NULL too. */
void trace_word(struct trace *t, const char *word);
/* Adds a key, or another secret. */
void trace_bytes(struct trace *t, const void *at, size_t len);

/* One of them is in these bytes. */
bool trace_in(const struct trace *t, const void *at, size_t len);

/* Looks through all keys of the cell. Records of other homes, people and places may hold the same words (a daughter is a
 * contact of two homes) and are passed over, but for secrets, which are nobody else's. False with one line
 * on standard error when Redis does not answer. */
bool trace_run(struct cell *cell, struct trace *t) MUST_USE;

/* Forgets the words, their bytes too. */
void trace_free(struct trace *t);

#endif
