#include "cell_offline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "io/config.h"
#include "io/snapshot_file.h"

struct kept {
	char key[STORE_KEY_MAX];
	uint64_t rev, newest;
	size_t len;
	uint8_t body[];
};

static void keep(void *ctx, const struct store_record *rec)
{
	struct kept *k = malloc(sizeof *k + rec->body.len);

	ENSURE(k != NULL);
	memcpy(k->key, rec->key, sizeof k->key);
	k->rev = rec->rev;
	k->newest = rec->commits[0];
	k->len = rec->body.len;
	memcpy(k->body, rec->body.at, rec->body.len);
	free(table_remove(ctx, k->key));
	ENSURE(table_put(ctx, k->key, k));
}

void offline_free(struct cell *cell)
{
	struct table *t = cell->offline;

	for (size_t i = 0; t != NULL && i < table_places(t); i++)
		if (table_at(t, i)->key != NULL)
			free(table_at(t, i)->value);
	if (t != NULL)
		table_free(t);
	free(t);
	cell->offline = NULL;
}

/* Looked through as a whole before a word of it is believed. NULL, or what is wrong. */
static const char *file_read(struct cell *cell, const char *path, const uint8_t key[SNAPSHOT_KEY_LEN], const char *name,
                             ms_t *ret_saved_ms)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *wrong = fd < 0 ? strerror(errno) : snapshot_read(fd, key, name, NULL, NULL, ret_saved_ms);

	if (wrong == NULL && lseek(fd, 0, SEEK_SET) != 0)
		wrong = strerror(errno);
	if (wrong == NULL)
		wrong = snapshot_read(fd, key, name, keep, cell->offline, ret_saved_ms);
	if (fd >= 0)
		close(fd);
	return wrong;
}

bool cell_open_offline(struct cell *cell, const char *config_path, const char *name, ms_t *ret_saved_ms)
{
	uint8_t key[SNAPSHOT_KEY_LEN];
	struct config *config = calloc(1, sizeof *config);
	char why[CONFIG_WHY_MAX] = "";
	const char *wrong = NULL;
	bool ok;

	memset(cell, 0, sizeof *cell);
	cell->offline = calloc(1, sizeof *cell->offline);
	ENSURE(config != NULL && cell->offline != NULL);
	config_preset(config);
	ok = config_path == NULL || config_load(config_path, config, why);
	if (ok && (config->snapshot.path[0] == '\0' || config->snapshot.key_file[0] == '\0')) {
		snprintf(why, sizeof why, "the configuration names no snapshot (snapshot.path, snapshot.key_file)");
		ok = false;
	}
	ok = ok && snapshot_key_read(config->snapshot.key_file, key, why, sizeof why);
	if (ok)
		wrong = file_read(cell, config->snapshot.path, key, name != NULL ? name : config->cell, ret_saved_ms);
	if (wrong != NULL)
		snprintf(why, sizeof why, "%.200s: %s", config->snapshot.path, wrong);
	sodium_memzero(key, sizeof key);
	sodium_memzero(config->redis.password, sizeof config->redis.password);
	free(config);
	if (ok && wrong == NULL)
		return true;
	fprintf(stderr, "pinganctl: %s\n", why);
	cell_close(cell);
	return false;
}

bool offline_get(struct cell *cell, const char *key, struct cell_record *ret)
{
	const struct kept *k = table_get(cell->offline, key);

	if (k == NULL || k->len > sizeof ret->body)
		return k == NULL;
	ret->rev = k->rev;
	ret->newest = k->newest;
	ret->len = k->len;
	memcpy(ret->body, k->body, k->len);
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **offline_keys(struct cell *cell, const char *type, size_t *ret_count)
{
	const struct table *t = cell->offline;
	char **keys = calloc(t->used + 1, sizeof(char *));
	size_t count = 0;

	ENSURE(keys != NULL);
	for (size_t i = 0; i < table_places(t); i++)
		if (table_at(t, i)->key != NULL && strncmp(table_at(t, i)->key, type, strlen(type)) == 0) {
			keys[count] = strdup(table_at(t, i)->key);
			ENSURE(keys[count] != NULL);
			count++;
		}
	if (count != 0)
		qsort(keys, count, sizeof(char *), by_text);
	*ret_count = count;
	return keys;
}

ms_t offline_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (ms_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
