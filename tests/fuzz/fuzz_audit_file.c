/* fuzz_audit_file.c - an exported audit chain that somebody hands in: any bytes as that file.
 *
 * Oracles: it is read to its end or refused with one line; entries are in their bounds, and those that were read, written again
 * as an export writes them, are read as the same, with the same seal; and the check of the chain looks at all of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clients/ctl/audit_file.h"
#include "io/audit_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())
#define CELL "pa"
#define ENTRIES_MAX 64

struct seen {
	struct store_audit e[ENTRIES_MAX];
	uint8_t body[ENTRIES_MAX][STORE_AUDIT_MAX];
	size_t count, unreadable;
	bool enough;
};

static struct seen first, second;

static bool on_entry(void *ctx, const struct store_audit *e)
{
	struct seen *s = ctx;

	MUST(e->body.len != 0 && e->body.len <= STORE_AUDIT_MAX);
	MUST(strlen(e->prev) == 40 && strlen(e->hash) == 40);
	if (s->count == ENTRIES_MAX) {
		s->enough = true;
		return false;
	}
	s->e[s->count] = *e;
	memcpy(s->body[s->count], e->body.at, e->body.len);
	s->e[s->count].body = slice_of(s->body[s->count], e->body.len);
	s->count++;
	return true;
}

static void on_unreadable(void *ctx, uint64_t entry)
{
	struct seen *s = ctx;

	(void)entry;
	s->unreadable++;
}

static bool read_back(int fd, struct seen *s, struct audit_seal *ret_end)
{
	const struct audit_reader reader = {s, on_entry, on_unreadable};
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	s->count = s->unreadable = 0;
	s->enough = false;
	return audit_read_file(path, CELL, &reader, ret_end);
}

static void found(void *ctx, uint64_t entry, const char *what)
{
	(void)entry;
	MUST(what[0] != '\0');
	(*(size_t *)ctx)++;
}

static void look_through(const struct seen *s)
{
	size_t told = 0;
	struct audit_check c = {.cell = CELL, .ctx = &told, .found = found};

	MUST(audit_check_begin(&c));
	for (size_t i = 0; i < s->count; i++)
		audit_check_entry(&c, &s->e[i], NULL);
	audit_check_end(&c, NULL, 0);
	MUST(c.entries == s->count && told <= c.findings);
	audit_check_free(&c);
}

static bool same_seal(const struct audit_seal *a, const struct audit_seal *b)
{
	return a->entry == b->entry && strcmp(a->hash, b->hash) == 0 && a->at_ms == b->at_ms &&
	       memcmp(a->key, b->key, sizeof a->key) == 0 && memcmp(a->signature, b->signature, sizeof a->signature) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nothing;
	struct audit_seal end, again;
	FILE *to;
	bool whole;
	int fd;

	if (size > 20000)
		return 0;
	if (nothing == NULL) { /* what it is refused for; a sanitizer writes to the descriptor itself */
		nothing = fopen("/dev/null", "we");
		MUST(nothing != NULL);
		stderr = nothing;
	}
	fd = memfd_create("chain", MFD_CLOEXEC);
	MUST(fd >= 0 && (size == 0 || write(fd, data, size) == (ssize_t)size));
	whole = read_back(fd, &first, &end) && !first.enough;
	(void)close(fd);
	look_through(&first);
	if (!whole)
		return 0;
	fd = memfd_create("again", MFD_CLOEXEC);
	to = fd < 0 ? NULL : fdopen(dup(fd), "w");
	MUST(to != NULL);
	audit_file_begin(to, CELL);
	for (size_t i = 0; i < first.count; i++)
		audit_file_entry(to, &first.e[i]);
	audit_file_end(to, first.count, &end);
	fclose(to);
	MUST(read_back(fd, &second, &again));
	(void)close(fd);
	MUST(second.count == first.count && second.unreadable == 0 && same_seal(&end, &again));
	for (size_t i = 0; i < first.count; i++) {
		const struct store_audit *a = &first.e[i], *b = &second.e[i];

		MUST(a->id == b->id && a->at_ms == b->at_ms && strcmp(a->prev, b->prev) == 0 && strcmp(a->hash, b->hash) == 0 &&
		     slice_equal(a->body, b->body));
	}
	return 0;
}
