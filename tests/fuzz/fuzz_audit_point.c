/* fuzz_audit_point.c - a checkpoint that somebody hands in: any bytes as that file; and one of ours with a byte changed.
 *
 * Oracles: what our key did not sign is never good, and the reason is told; one of ours is good, and reads as it was
 * written; with any one byte of it changed it is not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/ctl/audit_point.h"
#include "io/audit_record.h"

#include <sodium.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())
#define RECORDS_MAX 40

static struct audit_keys keys;
static char dir[] = "/dev/shm/pingan-fuzz-point-XXXXXX"; /* in memory: each file is synced */
static bool dir_made;

static void dir_remove(void)
{
	if (dir_made)
		(void)rmdir(dir);
}

static void begin(void)
{
	static bool begun;
	uint8_t seed[32] = {5};
	FILE *nothing;

	if (begun)
		return;
	begun = true;
	nothing = fopen("/dev/null", "we"); /* what it is refused for; a sanitizer writes to the descriptor itself */
	MUST(nothing != NULL && atexit(dir_remove) == 0);
	dir_made = mkdtemp(dir) != NULL;
	stderr = nothing;
	snprintf(keys.cell, sizeof keys.cell, "pa");
	MUST(crypto_sign_seed_keypair(keys.key.public_key, keys.key.secret, seed) == 0);
	memcpy(keys.trusted[keys.trusted_count++], keys.key.public_key, AUDIT_KEY_LEN);
}

static bool judged(const uint8_t *bytes, size_t len, const char *cell, struct audit_point *ret)
{
	FILE *from = len == 0 ? NULL : fmemopen((void *)(uintptr_t)bytes, len, "re");
	const char *why;

	if (from == NULL)
		return false;
	*ret = (struct audit_point){0};
	why = audit_point_judge(from, cell, &keys, ret);
	fclose(from);
	MUST(why == NULL || why[0] != '\0');
	return why == NULL;
}

struct seen {
	const struct store_record *records;
	uint64_t count;
};

static bool on_record(void *ctx, const char *key, uint64_t commit, uint64_t rev, const uint8_t hash[AUDIT_RECORD_HASH])
{
	struct seen *s = ctx;
	const struct store_record *r = &s->records[s->count++];
	uint8_t want[RECORD_HASH_LEN];

	audit_record_hash(r->key, r->commits[0], r->body, want);
	MUST(strcmp(key, r->key) == 0 && commit == r->commits[0] && rev == r->rev && memcmp(hash, want, sizeof want) == 0);
	return true;
}

/* Records out of the bytes, written down, and a byte of that changed. */
static void ours(const uint8_t *data, size_t size)
{
	static struct store_record records[RECORDS_MAX];
	static uint8_t bytes[RECORDS_MAX * 256];
	struct audit_point_out *out = audit_point_begin(dir, &keys, 1 + data[0]);
	struct seen seen = {.records = records};
	const struct audit_point_reader reader = {&seen, on_record};
	struct audit_point made, again;
	size_t count = 0, len;
	FILE *from;

	MUST(out != NULL);
	for (size_t at = 3; at + 3 < size && count < RECORDS_MAX; at += 3, count++) {
		struct store_record *r = &records[count];

		*r = (struct store_record){.rev = data[at] + 1u, .commits = {data[at + 1] + 1u}};
		snprintf(r->key, sizeof r->key, "person:%zu.%u", count, data[at + 2]);
		r->body = slice_of(data + at, 3);
		audit_point_line(out, r);
	}
	MUST(audit_point_end(out, &keys, 7, true, &made) == 0 && made.count == count);
	MUST(audit_point_read(&made, &reader) && seen.count == count);
	from = fopen(made.path, "re");
	MUST(from != NULL);
	len = fread(bytes, 1, sizeof bytes, from);
	fclose(from);
	MUST(len != 0 && len < sizeof bytes && unlink(made.path) == 0);
	MUST(judged(bytes, len, "pa", &again) && again.entry == made.entry && again.count == count);
	MUST(!judged(bytes, len, "pb", &again));
	if (data[2] != 0) {
		/* Of the last line, which is signed by what it says, another writing may say the same. */
		size_t end = (size_t)((uint8_t *)memmem(bytes, len, "\nend ", 5) - bytes) + 1;
		size_t at = (data[1] * 256u + data[0]) % end;

		bytes[at] ^= data[2];
		MUST(!judged(bytes, len, "pa", &again));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct audit_point p;

	if (size > 20000)
		return 0;
	begin();
	MUST(!judged(data, size, "pa", &p));
	if (size > 3 && dir_made && data[0] % 32 == 0)
		ours(data, size);
	return 0;
}
