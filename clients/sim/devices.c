/* devices.c - the device list that `pinganctl demo load --devices FILE` writes: device,key_hex,household,area. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim.h"

#define LINE_LEN 512

static FILE *open_list(const char *path)
{
	FILE *f = fopen(path, "re");

	if (f == NULL)
		fprintf(stderr, "pingan-sim: %s: %s\n", path, strerror(errno));
	return f;
}

/* The next field of a line; what it does not hold is empty. */
static char *field(char **rest)
{
	char *at = *rest;
	size_t len = strcspn(at, ",\r\n");

	*rest = at[len] == ',' ? at + len + 1 : at + len;
	at[len] = '\0';
	return at;
}

static bool key_read(const char *hex, uint8_t *ret, size_t size, size_t *ret_len)
{
	return sodium_hex2bin(ret, size, hex, strlen(hex), NULL, ret_len, NULL) == 0;
}

static bool row_add(struct device_list *list, const struct device_row *row)
{
	if ((list->count & (list->count - 1)) == 0) {
		struct device_row *more = realloc(list->rows, (list->count == 0 ? 1 : list->count * 2) * sizeof *list->rows);

		if (more == NULL)
			return false;
		list->rows = more;
	}
	list->rows[list->count++] = *row;
	return true;
}

static bool devices_read(const char *path, struct device_list *ret)
{
	char line[LINE_LEN];
	FILE *f = open_list(path);
	bool good = f != NULL;
	unsigned n = 0;

	while (good && fgets(line, sizeof line, f) != NULL) {
		struct device_row row = {0};
		char *rest = line;
		size_t len;

		if (++n == 1 && strncmp(line, "device,", 7) == 0)
			continue;
		good = text_copy(row.device, sizeof row.device, slice_str(field(&rest))) && row.device[0] != '\0' &&
		       key_read(field(&rest), row.key, sizeof row.key, &len) && len == sizeof row.key &&
		       text_copy(row.household, sizeof row.household, slice_str(field(&rest))) &&
		       text_copy(row.area, sizeof row.area, slice_str(field(&rest))) && row_add(ret, &row);
		if (!good)
			fprintf(stderr, "pingan-sim: %s: line %u is not device,key_hex,household[,area]\n", path, n);
	}
	if (f != NULL)
		fclose(f);
	return good;
}

static bool tokens_read(const char *path, struct device_list *list)
{
	char line[LINE_LEN];
	FILE *f = open_list(path);
	bool good = f != NULL;
	unsigned n = 0;
	size_t at = 0;

	while (good && fgets(line, sizeof line, f) != NULL) {
		struct device_row *row = NULL;
		char *rest = line, *device;
		size_t len = 0;

		if (++n == 1 && strncmp(line, "device,", 7) == 0)
			continue;
		device = field(&rest);
		/* Both lists are in one order, most often: the search goes on where it ended. */
		for (size_t i = 0; i < list->count && row == NULL; i++)
			if (strcmp(list->rows[(at + i) % list->count].device, device) == 0) {
				at = (at + i) % list->count;
				row = &list->rows[at];
			}
		if (row == NULL)
			continue;
		good = key_read(field(&rest), row->token, sizeof row->token, &len) && len >= DEVICE_TOKEN_MIN;
		row->token_len = (uint8_t)len;
		if (!good)
			fprintf(stderr, "pingan-sim: %s: line %u is not device,token_hex\n", path, n);
	}
	if (f != NULL)
		fclose(f);
	return good;
}

static void keys_path(char *ret, size_t size, const char *devices_path)
{
	(void)snprintf(ret, size, "%s.keys", devices_path);
}

bool devices_key_keep(const char *devices_path, const char *device, const struct unit_key *key)
{
	char path[4096], hex[2 * DEVICE_KEY_LEN + 1];
	FILE *f;
	bool good;
	int fd;

	keys_path(path, sizeof path, devices_path);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "a");
	if (f == NULL) {
		fprintf(stderr, "pingan-sim: %s: %s\n", path, strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	fprintf(f, "%s,%s,%s\n", device, sodium_bin2hex(hex, sizeof hex, key->key, sizeof key->key), key->identity);
	good = fflush(f) == 0 && fdatasync(fd) == 0;
	sodium_memzero(hex, sizeof hex);
	return fclose(f) == 0 && good;
}

/* Keys that its units were given over their links, oldest line first; there may be none. */
static bool keys_read(const char *devices_path, struct device_list *list)
{
	char line[LINE_LEN], path[4096];
	bool good = true;
	FILE *f;

	keys_path(path, sizeof path, devices_path);
	f = fopen(path, "re");
	while (good && f != NULL && fgets(line, sizeof line, f) != NULL) {
		struct device_row *row;
		struct unit_key key = {0};
		char *rest = line, *device = field(&rest);
		size_t len = 0;

		row = (struct device_row *)devices_find(list, device, NULL);
		good = key_read(field(&rest), key.key, sizeof key.key, &len) && len == sizeof key.key &&
		       text_copy(key.identity, sizeof key.identity, slice_str(field(&rest))) && key.identity[0] != '\0';
		if (!good)
			fprintf(stderr, "pingan-sim: %s is not device,key_hex,identity\n", path);
		if (!good || row == NULL)
			continue;
		if (row->keys == NULL) {
			row->keys = calloc(UNIT_KEYS, sizeof *row->keys);
			if (row->keys == NULL)
				break;
			memcpy(row->keys[0].key, row->key, sizeof row->key);
			memcpy(row->keys[0].identity, row->device, sizeof row->device);
		}
		if (memcmp(&row->keys[0], &key, sizeof key) == 0)
			continue;
		row->keys[1] = row->keys[0];
		row->keys[0] = key;
	}
	if (f != NULL)
		fclose(f);
	return good;
}

bool devices_load(const char *devices_path, const char *tokens_path, struct device_list *ret)
{
	if (!devices_read(devices_path, ret) || (tokens_path != NULL && !tokens_read(tokens_path, ret)) ||
	    !keys_read(devices_path, ret)) {
		devices_release(ret);
		return false;
	}
	return true;
}

void devices_release(struct device_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->rows[i].keys);
	if (list->rows != NULL)
		sodium_memzero(list->rows, list->count * sizeof *list->rows);
	free(list->rows);
	*list = (struct device_list){0};
}

const struct device_row *devices_find(const struct device_list *list, const char *device, const char *household)
{
	for (size_t i = 0; i < list->count; i++)
		if ((device != NULL && strcmp(list->rows[i].device, device) == 0) ||
		    (household != NULL && strcmp(list->rows[i].household, household) == 0))
			return &list->rows[i];
	return NULL;
}
