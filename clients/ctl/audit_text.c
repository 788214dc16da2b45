/* audit_text.c - the audit chain as a file: written line by line, and read again whoever wrote it. */
#include "audit_file.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>

#define BASE64 sodium_base64_VARIANT_ORIGINAL
#define LINE_MAX_LEN 4096

void audit_file_begin(FILE *to, const char *cell)
{
	fprintf(to, "pingan-audit 1 %s\n", cell);
}

void audit_file_entry(FILE *to, const struct store_audit *e)
{
	char body[2 * STORE_AUDIT_MAX];

	fprintf(to, "%" PRIu64 " %" PRId64 " %s %s %s\n", e->id, (int64_t)e->at_ms, e->prev, e->hash,
	        sodium_bin2base64(body, sizeof body, e->body.at, e->body.len, BASE64));
}

void audit_file_end(FILE *to, uint64_t entries, const struct audit_seal *seal)
{
	char key[2 * AUDIT_KEY_LEN + 1], signature[2 * AUDIT_SIGNATURE_LEN + 1];

	fprintf(to, "end %" PRIu64 " %" PRIu64 " %s %" PRId64 " %s %s\n", entries, seal->entry, seal->hash,
	        (int64_t)seal->at_ms, sodium_bin2hex(key, sizeof key, seal->key, sizeof seal->key),
	        sodium_bin2hex(signature, sizeof signature, seal->signature, sizeof seal->signature));
}

static bool entry_of(const char *line, struct store_audit *ret, uint8_t body[STORE_AUDIT_MAX])
{
	static char text[LINE_MAX_LEN];
	char prev[41], hash[41];
	size_t len = 0;
	int64_t at_ms;
	unsigned long long id;

	if (sscanf(line, "%llu %" SCNd64 " %40s %40s %4000s", &id, &at_ms, prev, hash, text) != 5 || strlen(prev) != 40 ||
	    strlen(hash) != 40 ||
	    sodium_base642bin(body, STORE_AUDIT_MAX, text, strlen(text), NULL, &len, NULL, BASE64) != 0 || len == 0)
		return false;
	*ret = (struct store_audit){.id = id, .at_ms = at_ms, .body = slice_of(body, len)};
	memcpy(ret->prev, prev, sizeof prev);
	memcpy(ret->hash, hash, sizeof hash);
	return true;
}

static bool complain(const char *path, const char *what)
{
	fprintf(stderr, "pinganctl: %s: %s\n", path, what);
	return false;
}

static bool lines(FILE *from, const char *path, const struct audit_reader *reader, struct audit_seal *ret_end)
{
	uint8_t body[STORE_AUDIT_MAX];
	char line[LINE_MAX_LEN];
	struct store_audit e;
	uint64_t count = 0;

	while (fgets(line, sizeof line, from) != NULL) {
		if (strncmp(line, "end ", 4) == 0) {
			char *rest;
			uint64_t said = strtoull(line + 4, &rest, 10);

			if (*rest != ' ' || !audit_anchor_read(rest + 1, ret_end))
				return complain(path, "its last line can't be read");
			return said == count || complain(path, "its last line names another number of entries");
		}
		count++;
		if (!entry_of(line, &e, body))
			reader->unreadable(reader->ctx, strtoull(line, NULL, 10));
		else if (!reader->entry(reader->ctx, &e))
			return true;
	}
	return complain(path, "cut short: its last line is missing");
}

bool audit_read_file(const char *path, const char *cell, const struct audit_reader *reader, struct audit_seal *ret_end)
{
	char line[LINE_MAX_LEN], first[64];
	FILE *from = fopen(path, "re");
	bool ok;

	memset(ret_end, 0, sizeof *ret_end);
	if (from == NULL)
		return complain(path, strerror(errno));
	snprintf(first, sizeof first, "pingan-audit 1 %s\n", cell);
	ok = fgets(line, sizeof line, from) != NULL && strcmp(line, first) == 0;
	if (!ok)
		(void)complain(path, "is no exported audit chain of this cell");
	ok = ok && lines(from, path, reader, ret_end);
	fclose(from);
	return ok;
}
