#include "io/log.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Codes we do not know share one allowance. */
#define CODES_MAX 256

struct allowance {
	int64_t left; /* lines */
	mono_t since;
	uint64_t held;
};

struct log {
	struct clock *clock;
	int fd;
	struct allowance allowances[CODES_MAX + 1];
	struct log_stats stats;
};

struct log *log_new(struct clock *clock, int fd)
{
	struct log *log = calloc(1, sizeof *log);

	if (log == NULL)
		return NULL;
	log->clock = clock;
	log->fd = fd;
	for (size_t i = 0; i <= CODES_MAX; i++)
		log->allowances[i].left = LOG_BURST;
	return log;
}

void log_free(struct log *log)
{
	free(log);
}

static size_t code_find(const char *code)
{
	for (size_t i = 0; LOG_CODES[i].code != NULL; i++) {
		ENSURE(i < CODES_MAX);
		if (strcmp(LOG_CODES[i].code, code) == 0)
			return i;
	}
	return CODES_MAX;
}

static bool may_write(struct log *log, struct allowance *a)
{
	mono_t now = clock_mono(log->clock);
	int64_t more = (now.ms - a->since.ms) / LOG_EVERY_MS;

	if (a->left >= LOG_BURST) {
		a->since = now;
	} else if (more > 0) {
		a->left = more > LOG_BURST - a->left ? LOG_BURST : a->left + more;
		a->since.ms += more * LOG_EVERY_MS;
	}
	if (a->left == 0)
		return false;
	a->left--;
	return true;
}

void log_line_v(struct log *log, const char *code, const char *fmt, va_list args)
{
	char line[LOG_LINE_MAX];
	size_t index, len;
	struct allowance *a;
	int n;

	if (log == NULL)
		return;
	index = code_find(code);
	if (index == CODES_MAX)
		log->stats.unknown++;
	a = &log->allowances[index];
	if (!may_write(log, a)) {
		a->held++;
		log->stats.held++;
		return;
	}
	n = snprintf(line, sizeof line, "<%d>ev=%s", index == CODES_MAX ? LOG_WARN : (int)LOG_CODES[index].severity, code);
	len = n < 0 ? 0 : (size_t)n;
	if (len > sizeof line - 64)
		len = sizeof line - 64;
	if (a->held != 0) {
		n = snprintf(line + len, sizeof line - len, " held=%llu", (unsigned long long)a->held);
		len += n < 0 ? 0 : (size_t)n;
		a->held = 0;
	}
	if (fmt != NULL && fmt[0] != '\0') {
		line[len++] = ' ';
		n = vsnprintf(line + len, sizeof line - len - 1, fmt, args);
		if (n > 0)
			len += (size_t)n < sizeof line - len - 1 ? (size_t)n : sizeof line - len - 2;
	}
	/* One line is one event: what a peer sent cannot forge another. */
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[len++] = '\n';
	log->stats.lines++;
	/* A full journal is no reason to stop: what does not go out is lost. */
	if (write(log->fd, line, len) < 0)
		return;
}

void log_line(struct log *log, const char *code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line_v(log, code, fmt, args);
	va_end(args);
}

void log_stats(const struct log *log, struct log_stats *ret)
{
	*ret = log->stats;
}
