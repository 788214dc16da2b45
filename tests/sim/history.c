/* history.c - what happened, one line a thing: hashed, kept at its end, compared with what a test expects. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "sim/kit.h"

/* The one that runs now, for the last words of an ENSURE inside the app. */
static struct sim *running;

static void on_abort(int signal_number)
{
	(void)signal_number;
	signal(SIGABRT, SIG_DFL);
	if (running != NULL && !running->ending)
		sim_history_dump(running);
	abort();
}

void sim_history_dump(const struct sim *sim)
{
	uint64_t first = sim->line_count > HISTORY_KEPT ? sim->line_count - HISTORY_KEPT : 0;

	fflush(stdout);
	fprintf(stderr, "---- end of the history of seed %llu, %llu lines\n", (unsigned long long)sim->seed,
	        (unsigned long long)sim->line_count);
	for (uint64_t i = first; i < sim->line_count; i++)
		fprintf(stderr, "%s\n", sim->lines[i % HISTORY_KEPT]);
	fprintf(stderr, "---- seed %llu: PINGAN_SIM_TRACE=1 prints all of it\n", (unsigned long long)sim->seed);
}

static void add_line(struct sim *sim, const char *text)
{
	size_t len = strlen(text);
	char *copy = sim_copy(text, len);

	if (running != sim) {
		running = sim;
		signal(SIGABRT, on_abort);
	}
	sim->history_hash = hash_bytes(sim->history_hash, sim->line_count, slice_of(text, len));
	free(sim->lines[sim->line_count % HISTORY_KEPT]);
	sim->lines[sim->line_count++ % HISTORY_KEPT] = copy;
	if (sim->trace)
		printf("%s\n", text);
	if (!sim->setup.exact)
		return;
	if (sim->expected_len + len + 2 > sim->expected_size) {
		sim->expected_size = 2 * sim->expected_size + len + 4096;
		sim->expected = realloc(sim->expected, sim->expected_size);
		ENSURE(sim->expected != NULL);
	}
	memcpy(sim->expected + sim->expected_len, text, len);
	sim->expected_len += len;
	sim->expected[sim->expected_len++] = '\n';
	sim->expected[sim->expected_len] = '\0';
}

void sim_note(struct sim *sim, const char *fmt, ...)
{
	char text[1024];
	bool inside = sim_inside_app;
	int at = snprintf(text, sizeof text, "[%8lld] ", (long long)sim->now);
	va_list args;

	sim_inside_app = false;
	va_start(args, fmt);
	vsnprintf(text + at, sizeof text - (size_t)at, fmt, args);
	va_end(args);
	add_line(sim, text);
	sim_inside_app = inside;
}

void sim_broken(struct sim *sim, const char *promise, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	sim_inside_app = false;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	signal(SIGABRT, SIG_DFL);
	sim_history_dump(sim);
	fprintf(stderr, "BROKEN %s: %s (seed %llu at %lld ms)\n", promise, text, (unsigned long long)sim->seed,
	        (long long)sim->now);
	abort();
}

const char *sim_story(const struct sim *sim)
{
	return sim->expected == NULL ? "" : sim->expected;
}

void sim_expect(struct sim *sim, const char *text)
{
	const char *have = sim->expected == NULL ? "" : sim->expected;
	const char *a = have, *b = text;
	unsigned line = 1;

	if (strcmp(have, text) != 0) {
		for (; *a != '\0' && *a == *b; a++, b++)
			line += *a == '\n';
		fprintf(stderr, "---- expected:\n%s---- happened:\n%s---- they differ from line %u on\n", text, have, line);
		fflush(stderr);
		signal(SIGABRT, SIG_DFL);
		abort();
	}
	sim->expected_len = 0;
	if (sim->expected != NULL)
		sim->expected[0] = '\0';
}

uint64_t sim_history_hash(const struct sim *sim)
{
	return sim->history_hash;
}

void sim_code(struct sim *sim, const char *code)
{
	for (size_t i = 0; i < sim->code_count; i++) {
		if (strcmp(sim->codes[i].code, code) == 0) {
			sim->codes[i].count++;
			return;
		}
	}
	ENSURE(sim->code_count < COUNT_OF(sim->codes));
	snprintf(sim->codes[sim->code_count].code, sizeof sim->codes[0].code, "%s", code);
	sim->codes[sim->code_count++].count = 1;
}

unsigned sim_logged(const struct sim *sim, const char *code)
{
	for (size_t i = 0; i < sim->code_count; i++) {
		if (strcmp(sim->codes[i].code, code) == 0)
			return sim->codes[i].count;
	}
	return 0;
}

void sim_history_free(struct sim *sim)
{
	for (size_t i = 0; i < HISTORY_KEPT; i++)
		free(sim->lines[i]);
	free(sim->expected);
	if (running == sim)
		running = NULL;
}
