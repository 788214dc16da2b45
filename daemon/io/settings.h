/* settings.h - a YAML file read by a table: the parser, the commented sample and the defaults are all made from it.
 *
 * Owns:   how a table of settings becomes a libcyaml schema, and what is checked of every value.
 * Knows:  no meaning: config.c and policy_file.c bring the tables.
 * Result: a whole struct filled in, or nothing touched and one line that says what is wrong and where.
 * Bounds: a file of SETTINGS_FILE_MAX bytes, SETTINGS_MAX settings, keys three levels deep; lists of SETTING_LIST_MAX texts
 *         or 32 words; one list of rows a file; one document a file, no aliases, no key twice, no key that is not in the
 *         table.
 */
#ifndef IO_SETTINGS_H
#define IO_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define SETTINGS_FILE_MAX 65536
#define SETTINGS_MAX 128
#define SETTINGS_WHY_MAX 512
#define SETTING_TEXT_MAX 256
#define SETTING_LIST_MAX 8

struct text_list {
	uint32_t count;
	char at[SETTING_LIST_MAX][SETTING_TEXT_MAX];
};

enum setting_type {
	SETTING_TEXT,   /* char[size] */
	SETTING_NUMBER, /* uint32_t, decimal, min to max */
	SETTING_FLAG,   /* bool: on, off, true, false, yes, no */
	SETTING_LIST,   /* struct text_list, max entries */
	SETTING_WORDS,  /* uint32_t: a list of words, words(n) setting bit n; no word twice */
	SETTING_ROWS /* at the offset a uint32_t, how many; SETTING_ROWS_AT further an array: a list of mappings by `rows` */
};

#define SETTING_ROWS_AT 8

struct setting {
	const char *path; /* "redis.timeout_ms"; sections stand together */
	enum setting_type type;
	size_t offset; /* in the struct */
	union {
		size_t size;                      /* SETTING_TEXT */
		const char *(*words)(uint32_t n); /* SETTING_WORDS: "" where a bit has no word, NULL behind the last */
		const struct settings *rows;      /* SETTING_ROWS; no sections, at most 64 settings */
	};
	uint32_t min, max;  /* SETTING_NUMBER; lists: entries */
	const char *preset; /* the default, as it stands in the sample */
	bool restart;       /* a change is taken over at the next start, not on reload */
	const char *help;   /* lines for the sample */
};

struct settings {
	const struct setting *table;
	size_t count;
	size_t size;      /* of the struct */
	bool given;       /* it begins with a uint64_t: bit n set where the file says something of setting n */
	const char *head; /* first lines of the sample */
	/* Help of whole sections, {path, help}; ends with NULL. */
	const char *const (*sections)[2];
};

/* Fills *ret with the defaults. */
void settings_preset(const struct settings *s, void *ret);

/* Reads a file's text over the defaults. On false *ret is not touched and `why` says "line N: key: ...". */
bool settings_read(const struct settings *s, struct slice text, void *ret, char why[SETTINGS_WHY_MAX]) MUST_USE;

/* A complaint is one line, whatever the file that it quotes holds. */
void why_one_line(char *why);

/* Puts "line N: " before a complaint "key: reason", if the key stands in the file, or the section that it belongs to. */
void settings_line(struct slice text, char *why, size_t size);

/* Reads a whole small file; NULL with `why` set when it can't be read or is over `max`. The caller frees it. */
uint8_t *settings_file(const char *path, size_t max, size_t *ret_len, char why[SETTINGS_WHY_MAX]) MUST_USE;

/* The commented sample; returns its length, 0 when it does not fit. */
size_t settings_sample(const struct settings *s, char *ret, size_t size);

/* Names settings that differ and need a restart, "a, b"; empty when none. */
void settings_restart(const struct settings *s, const void *now, const void *next, char *ret, size_t size);

#endif
