#include "audit_point.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/audit_record.h"

#define NAME "records-"
#define LINE_MAX_LEN 512
#define FILES_MAX 1000

struct audit_point_out {
	FILE *to;
	char path[1100], part[1110], dir[512];
	uint64_t entry, count;
	crypto_generichash_state sum;
};

/* ------------------------------------------------------------ read */

static void sum_text(crypto_generichash_state *sum, char ret[AUDIT_HASH_SIZE])
{
	uint8_t hash[20];

	ENSURE(crypto_generichash_final(sum, hash, sizeof hash) == 0);
	(void)sodium_bin2hex(ret, AUDIT_HASH_SIZE, hash, sizeof hash);
}

static bool line_read(const char *line, char key[STORE_KEY_MAX], uint64_t *commit, uint64_t *rev,
                      uint8_t hash[RECORD_HASH_LEN])
{
	char commit_text[17], hex[2 * RECORD_HASH_LEN + 1];
	unsigned long long n;
	size_t len = 0;

	if (sscanf(line, "%63s %16s %llu %64s", key, commit_text, &n, hex) != 4 ||
	    !commit_id_read(commit_text, strlen(commit_text), commit) || *commit == 0 || n == 0 ||
	    sodium_hex2bin(hash, RECORD_HASH_LEN, hex, strlen(hex), NULL, &len, NULL) != 0 || len != RECORD_HASH_LEN)
		return false;
	*rev = n;
	return true;
}

const char *audit_point_judge(FILE *from, const char *cell, const struct audit_keys *k, struct audit_point *ret)
{
	char line[LINE_MAX_LEN], first[96], key[STORE_KEY_MAX], text[AUDIT_HASH_SIZE], whose[64];
	uint8_t hash[RECORD_HASH_LEN];
	crypto_generichash_state sum;
	struct audit_seal seal;
	unsigned long long entry;
	uint64_t commit, rev, count = 0;

	ENSURE(crypto_generichash_init(&sum, NULL, 0, 20) == 0);
	snprintf(whose, sizeof whose, "%.31s records", cell);
	if (fgets(line, sizeof line, from) == NULL || sscanf(line, "pingan-records 1 %*31s %llu\n", &entry) != 1)
		return "is no checkpoint";
	snprintf(first, sizeof first, "pingan-records 1 %.31s %llu\n", cell, entry);
	if (strcmp(line, first) != 0 || entry == 0)
		return "is no checkpoint of this cell";
	do {
		(void)crypto_generichash_update(&sum, (const uint8_t *)line, strlen(line));
		if (fgets(line, sizeof line, from) == NULL)
			return "is cut short";
		if (strncmp(line, "end ", 4) == 0)
			break;
		count++;
	} while (line_read(line, key, &commit, &rev, hash));
	if (strncmp(line, "end ", 4) != 0)
		return "has a line that can't be read";
	sum_text(&sum, text);
	ret->entry = entry;
	ret->count = count;
	if (strtoull(line + 4, NULL, 10) != count || strchr(line + 4, ' ') == NULL ||
	    !audit_anchor_read(strchr(line + 4, ' ') + 1, &seal))
		return "has a last line that can't be read";
	if (seal.entry != entry || strcmp(seal.hash, text) != 0)
		return "was altered";
	if (!audit_seal_good(whose, false, &seal))
		return "is forged: its signature is not good";
	for (size_t i = 0; i < k->trusted_count; i++)
		if (memcmp(k->trusted[i], seal.key, AUDIT_KEY_LEN) == 0)
			return NULL;
	return "is forged: it is signed with a key that is not ours";
}

static bool good(const char *path, const char *cell, const struct audit_keys *k, struct audit_point *ret,
                 const char **why)
{
	FILE *from = fopen(path, "re");

	*ret = (struct audit_point){0};
	snprintf(ret->path, sizeof ret->path, "%s", path);
	*why = from == NULL ? strerror(errno) : audit_point_judge(from, cell, k, ret);
	if (from != NULL)
		fclose(from);
	return *why == NULL;
}

static int is_point(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return strncmp(d->d_name, NAME, strlen(NAME)) == 0 && len > 4 && strcmp(d->d_name + len - 4, ".txt") == 0;
}

/* Several cells may keep theirs in one folder. */
static bool of_cell(const char *name, const char *cell)
{
	size_t len = strlen(cell);

	return strlen(name) == strlen(NAME) + len + 25 && strncmp(name + strlen(NAME), cell, len) == 0 &&
	       name[strlen(NAME) + len] == '-';
}

void audit_point_name(const char *dir, const char *cell, uint64_t entry, char *ret, size_t size)
{
	snprintf(ret, size, "%.500s/" NAME "%.31s-%020" PRIu64 ".txt", dir, cell, entry);
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*b)->d_name, (*a)->d_name);
}

bool audit_point_find(const char *dir, const struct audit_keys *k, struct audit_check *c, struct audit_point *ret)
{
	struct dirent **list = NULL;
	int count = scandir(dir, &list, is_point, newest_first);
	char path[1024];
	const char *why;

	*ret = (struct audit_point){0};
	if (count < 0 || count > FILES_MAX) {
		fprintf(stderr, "pinganctl: %s: %s\n", dir, count < 0 ? strerror(errno) : "too many files");
		return false;
	}
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%.500s/%.255s", dir, list[i]->d_name);
		if (of_cell(list[i]->d_name, k->cell) && ret->entry == 0 && !good(path, k->cell, k, ret, &why)) {
			audit_find(c, ret->entry, "the checkpoint %.120s %s", list[i]->d_name, why);
			ret->entry = 0;
		}
		free(list[i]);
	}
	free(list);
	return true;
}

bool audit_point_read(const struct audit_point *p, const struct audit_point_reader *reader)
{
	char line[LINE_MAX_LEN], key[STORE_KEY_MAX];
	uint8_t hash[RECORD_HASH_LEN];
	uint64_t commit, rev;
	FILE *from = fopen(p->path, "re");
	bool ok = from != NULL && fgets(line, sizeof line, from) != NULL;

	for (uint64_t i = 0; ok && i < p->count; i++) {
		ok = fgets(line, sizeof line, from) != NULL && line_read(line, key, &commit, &rev, hash);
		if (ok && !reader->record(reader->ctx, key, commit, rev, hash))
			break;
	}
	if (!ok)
		fprintf(stderr, "pinganctl: %s: %s\n", p->path, from == NULL ? strerror(errno) : "changed while it was read");
	if (from != NULL)
		fclose(from);
	return ok;
}

/* ------------------------------------------------------------ written */

static void line_out(struct audit_point_out *out, const char *line)
{
	(void)crypto_generichash_update(&out->sum, (const uint8_t *)line, strlen(line));
	(void)fputs(line, out->to);
}

struct audit_point_out *audit_point_begin(const char *dir, const struct audit_keys *k, uint64_t entry)
{
	struct audit_point_out *out = calloc(1, sizeof *out);
	char line[LINE_MAX_LEN];
	int fd;

	ENSURE(out != NULL && crypto_generichash_init(&out->sum, NULL, 0, 20) == 0);
	snprintf(out->dir, sizeof out->dir, "%.500s", dir);
	audit_point_name(dir, k->cell, entry, out->path, sizeof out->path);
	snprintf(out->part, sizeof out->part, "%.1090s.part", out->path);
	(void)unlink(out->part);
	fd = open(out->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	out->to = fd < 0 ? NULL : fdopen(fd, "w");
	if (out->to == NULL) {
		fprintf(stderr, "pinganctl: %s: %s\n", out->part, strerror(errno));
		free(out);
		return NULL;
	}
	out->entry = entry;
	snprintf(line, sizeof line, "pingan-records 1 %.31s %" PRIu64 "\n", k->cell, entry);
	line_out(out, line);
	return out;
}

void audit_point_line(struct audit_point_out *out, const struct store_record *r)
{
	char line[LINE_MAX_LEN], hex[2 * RECORD_HASH_LEN + 1];
	uint8_t hash[RECORD_HASH_LEN];

	if (strpbrk(r->key, " \t\r\n") != NULL)
		return; /* no name of ours: whoever put it in finds it named */
	audit_record_hash(r->key, r->commits[0], r->body, hash);
	snprintf(line, sizeof line, "%.63s %016" PRIx64 " %" PRIu64 " %s\n", r->key, r->commits[0], r->rev,
	         sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
	line_out(out, line);
	out->count++;
}

/* Those that newer ones have made needless. */
static void older_remove(const char *dir, const char *cell)
{
	struct dirent **list = NULL;
	int count = scandir(dir, &list, is_point, newest_first), kept = 0;
	char path[1024];

	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%.500s/%.255s", dir, list[i]->d_name);
		if (of_cell(list[i]->d_name, cell) && ++kept > POINTS_KEPT)
			(void)unlink(path);
		free(list[i]);
	}
	free(list);
}

int audit_point_end(struct audit_point_out *out, const struct audit_keys *k, ms_t now_ms, bool good,
                    struct audit_point *ret)
{
	struct audit_seal seal = {.entry = out->entry, .at_ms = now_ms};
	char key[2 * AUDIT_KEY_LEN + 1], signature[2 * AUDIT_SIGNATURE_LEN + 1], whose[64];
	bool wanted = good;
	int dir_fd;

	snprintf(whose, sizeof whose, "%.31s records", k->cell);
	sum_text(&out->sum, seal.hash);
	audit_key_sign(&k->key, whose, false, &seal);
	fprintf(out->to, "end %" PRIu64 " %" PRIu64 " %s %" PRId64 " %s %s\n", out->count, seal.entry, seal.hash,
	        (int64_t)seal.at_ms, sodium_bin2hex(key, sizeof key, seal.key, sizeof seal.key),
	        sodium_bin2hex(signature, sizeof signature, seal.signature, sizeof seal.signature));
	if (fflush(out->to) != 0 || fsync(fileno(out->to)) != 0)
		good = false;
	(void)fclose(out->to);
	if (good && rename(out->part, out->path) != 0)
		good = false;
	if (!good)
		(void)unlink(out->part);
	dir_fd = open(out->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd >= 0) {
		(void)fsync(dir_fd);
		(void)close(dir_fd);
	}
	if (good)
		older_remove(out->dir, k->cell);
	*ret = (struct audit_point){.entry = out->entry, .count = out->count};
	snprintf(ret->path, sizeof ret->path, "%s", out->path);
	free(out);
	if (wanted && !good)
		return audit_complain("the checkpoint could not be written");
	return !good;
}
