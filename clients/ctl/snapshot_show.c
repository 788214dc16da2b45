#include "snapshot_show.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "io/config.h"
#include "io/snapshot_file.h"

static const char *const TYPES[] = {"household:", "device:", "person:", "incident:", "area:", "station:"};

_Static_assert(COUNT_OF(TYPES) == COUNT_OF(((struct snapshot_held *)0)->of), "a count for each");

static void count(void *ctx, const struct store_record *rec)
{
	struct snapshot_held *held = ctx;

	held->all++;
	for (size_t i = 0; i < COUNT_OF(TYPES); i++)
		held->of[i] += strncmp(rec->key, TYPES[i], strlen(TYPES[i])) == 0;
}

static void show(const char *path, ms_t saved_ms, ms_t age_s, const struct snapshot_held *held, bool json)
{
	if (json)
		printf("{\"saved_ms\":%" PRId64 ",\"age_s\":%" PRId64 ",\"records\":%" PRIu64, saved_ms, age_s, held->all);
	else
		printf("%s is whole\n%-12s %" PRId64 " s\n%-12s %" PRIu64 "\n", path, "age", age_s, "records", held->all);
	for (size_t i = 0; i < COUNT_OF(TYPES); i++)
		printf(json ? ",\"%.*s\":%" PRIu64 : "  %-10.*s %" PRIu64 "\n", (int)strlen(TYPES[i]) - 1, TYPES[i],
		       held->of[i]);
	if (json)
		printf("}\n");
}

const char *snapshot_look(const char *path, const uint8_t key[SNAPSHOT_KEY_LEN], const char *cell,
                          struct snapshot_held *held, ms_t *ret_saved_ms)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *wrong = fd < 0 ? strerror(errno) : snapshot_read(fd, key, cell, count, held, ret_saved_ms);

	if (fd >= 0)
		close(fd);
	return wrong;
}

int snapshot_check(const char *config_path, const char *cell, const char *path, const char *key_file, bool json)
{
	struct config *config = calloc(1, sizeof *config);
	char why[CONFIG_WHY_MAX] = "";
	uint8_t key[SNAPSHOT_KEY_LEN];
	struct snapshot_held held = {0};
	const char *wrong = NULL;
	ms_t saved_ms = 0;
	bool ok;

	ENSURE(config != NULL);
	config_preset(config);
	ok = config_path != NULL && config_load(config_path, config, why);
	if (config_path == NULL && path != NULL && key_file != NULL)
		ok = true;
	if (path == NULL)
		path = config->snapshot.path;
	if (key_file == NULL)
		key_file = config->snapshot.key_file;
	if ((config_path == NULL || ok) && path[0] == '\0') {
		snprintf(why, sizeof why, "no snapshot is named: --config FILE, and snapshot.path in it");
		ok = false;
	} else if (ok && key_file[0] == '\0') {
		snprintf(why, sizeof why, "the configuration names no snapshot.key_file: --key-file FILE");
		ok = false;
	}
	ok = ok && snapshot_key_read(key_file, key, why, sizeof why);
	if (ok)
		wrong = snapshot_look(path, key, cell != NULL ? cell : config->cell, &held, &saved_ms);
	if (wrong != NULL)
		snprintf(why, sizeof why, "%.200s: %s", path, wrong);
	sodium_memzero(key, sizeof key);
	sodium_memzero(config->redis.password, sizeof config->redis.password);
	ok = ok && wrong == NULL;
	if (ok)
		show(path, saved_ms, (ms_t)time(NULL) - saved_ms / 1000, &held, json);
	else
		fprintf(stderr, "pinganctl: %s\n", why);
	free(config);
	return !ok;
}
