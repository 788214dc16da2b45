/* codes_file.h - config/codes.yaml: tables of event codes, as wire/codes.h has them in memory.
 *
 * Owns:   the form of the file, and what is wrong with one.
 * Result: all tables, or nothing touched and one line "line N: what: why".
 * Bounds: CODES_FILE_MAX bytes, and those of wire/codes.h.
 */
#ifndef IO_CODES_FILE_H
#define IO_CODES_FILE_H

#include "wire/codes.h"

#define CODES_FILE_MAX (256 * 1024)
#define CODES_WHY_MAX 320

bool codes_parse(struct slice text, struct codes *ret, char why[CODES_WHY_MAX]) MUST_USE;

#endif
