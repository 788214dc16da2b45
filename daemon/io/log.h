/* log.h - one line for each thing an operator may have to know: `<4>ev=CODE key=value ...` on standard error, where the
 * journal picks it up with its severity.
 *
 * Owns:   the table of codes: how grave each is, what it means, what the operator should do (docs/OPERATING.md is checked
 *         against it by a test).
 * Knows:  no names, health data or payloads: callers give ids, codes and numbers.
 * Result: control characters are replaced; an unknown code is written all the same, as a warning, and counted.
 * Bounds: LOG_LINE_MAX bytes a line; each code LOG_BURST lines at once, then one every LOG_EVERY_MS. What was held back is
 *         counted on the next line of that code: held=N.
 */
#ifndef IO_LOG_H
#define IO_LOG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ensure.h"
#include "io/clock.h"

#define LOG_LINE_MAX 1024
#define LOG_BURST 20
#define LOG_EVERY_MS 1000

/* As in syslog. */
enum log_severity { LOG_GRAVE = 2, LOG_ERROR = 3, LOG_WARN = 4, LOG_NOTE = 5, LOG_TRACE = 6 };

struct log_code {
	const char *code;
	enum log_severity severity;
	const char *means;
	const char *act; /* what the operator should do; "" = nothing */
};

/* The table, in order of codes; ends with code NULL. */
extern const struct log_code LOG_CODES[];

struct log;

/* `fd` is borrowed (2 = standard error). */
struct log *log_new(struct clock *clock, int fd) MUST_USE;
void log_free(struct log *log);

void log_line(struct log *log, const char *code, const char *fmt, ...) PRINTF_LIKE(3, 4);
void log_line_v(struct log *log, const char *code, const char *fmt, va_list args) PRINTF_LIKE(3, 0);

/* The table as docs/OPERATING.md shows it; returns its length. */
size_t log_codes_page(char *ret, size_t size);

struct log_stats {
	uint64_t lines;
	uint64_t held;
	uint64_t unknown;
};
void log_stats(const struct log *log, struct log_stats *ret);

#endif
