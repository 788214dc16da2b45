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

struct held {
	uint64_t all, of[COUNT_OF(TYPES)];
};

static void count(void *ctx, const struct store_record *rec)
{
	struct held *held = ctx;

	held->all++;
	for (size_t i = 0; i < COUNT_OF(TYPES); i++)
		held->of[i] += strncmp(rec->key, TYPES[i], strlen(TYPES[i])) == 0;
}

static void show(const char *path, ms_t saved_ms, ms_t age_s, const struct held *held, bool json)
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

static const char *look(const char *path, const uint8_t key[SNAPSHOT_KEY_LEN], const char *cell, struct held *held,
                        ms_t *ret_saved_ms)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *wrong = fd < 0 ? strerror(errno) : snapshot_read(fd, key, cell, count, held, ret_saved_ms);

	if (fd >= 0)
		close(fd);
	return wrong;
}

int snapshot_check(const char *config_path, const char *cell, bool json)
{
	struct config *config = calloc(1, sizeof *config);
	char why[CONFIG_WHY_MAX] = "";
	uint8_t key[SNAPSHOT_KEY_LEN];
	struct held held = {0};
	const char *wrong = NULL;
	ms_t saved_ms = 0;
	bool ok;

	ENSURE(config != NULL);
	config_preset(config);
	ok = config_path != NULL && config_load(config_path, config, why);
	if (config_path == NULL || (ok && config->snapshot.path[0] == '\0')) {
		snprintf(why, sizeof why, "no snapshot is named: --config FILE, and snapshot.path in it");
		ok = false;
	}
	ok = ok && snapshot_key_read(config->snapshot.key_file, key, why, sizeof why);
	if (ok)
		wrong = look(config->snapshot.path, key, cell != NULL ? cell : config->cell, &held, &saved_ms);
	if (wrong != NULL)
		snprintf(why, sizeof why, "%.200s: %s", config->snapshot.path, wrong);
	sodium_memzero(key, sizeof key);
	sodium_memzero(config->redis.password, sizeof config->redis.password);
	ok = ok && wrong == NULL;
	if (ok)
		show(config->snapshot.path, saved_ms, (ms_t)time(NULL) - saved_ms / 1000, &held, json);
	else
		fprintf(stderr, "pinganctl: %s\n", why);
	free(config);
	return !ok;
}
