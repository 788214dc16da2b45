#include "io/site.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

struct site {
	unsigned refs;
	size_t count;
	size_t bytes;
	struct site_file files[SITE_FILES_MAX];
};

static const char *const TYPES[][2] = {
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".mjs", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".json", "application/json"},
	{".map", "application/json"},
	{".webmanifest", "application/manifest+json"},
	{".svg", "image/svg+xml"},
	{".png", "image/png"},
	{".ico", "image/x-icon"},
	{".webp", "image/webp"},
	{".woff2", "font/woff2"},
	{".txt", "text/plain; charset=utf-8"},
	{".mp3", "audio/mpeg"},
	{".wasm", "application/wasm"},
};

static const char *type_of(const char *name)
{
	const char *end = strrchr(name, '.');

	for (size_t i = 0; end != NULL && i < COUNT_OF(TYPES); i++)
		if (strcmp(end, TYPES[i][0]) == 0)
			return TYPES[i][1];
	return "application/octet-stream";
}

/* The whole file, or NULL. */
static uint8_t *read_all(int fd, size_t len)
{
	uint8_t *at = malloc(len == 0 ? 1 : len);
	size_t have = 0;

	while (at != NULL && have < len) {
		ssize_t n = read(fd, at + have, len - have);

		if (n <= 0) {
			free(at);
			return NULL;
		}
		have += (size_t)n;
	}
	return at;
}

static void tag_of(struct slice bytes, char ret[36])
{
	uint8_t hash[16];

	crypto_generichash(hash, sizeof hash, bytes.at, bytes.len, NULL, 0);
	ret[0] = '"';
	sodium_bin2hex(ret + 1, 33, hash, sizeof hash);
	ret[33] = '"';
	ret[34] = '\0';
}

static bool add(struct site *site, int dir, const char *name, const char *path, off_t size, char *why, size_t why_size)
{
	struct site_file *f;
	uint8_t *at;
	int fd;

	if (site->count == SITE_FILES_MAX || (size_t)size > SITE_BYTES_MAX - site->bytes) {
		snprintf(why, why_size, "more than %d files or %zu bytes", SITE_FILES_MAX, SITE_BYTES_MAX);
		return false;
	}
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	at = fd < 0 ? NULL : read_all(fd, (size_t)size);
	if (fd >= 0)
		close(fd);
	if (at == NULL) {
		snprintf(why, why_size, "%s can't be read", path);
		return false;
	}
	f = &site->files[site->count++];
	snprintf(f->path, sizeof f->path, "%s", path);
	f->plain = slice_of(at, (size_t)size);
	f->type = type_of(name);
	f->immutable = strncmp(path, "/assets/", 8) == 0;
	tag_of(f->plain, f->tag);
	site->bytes += (size_t)size;
	return true;
}

/* Takes over `dir`. */
static bool walk(struct site *site, int dir, const char *path, int depth, char *why, size_t why_size)
{
	DIR *d = dir < 0 ? NULL : fdopendir(dir);
	struct dirent *e;
	bool good = true;

	if (d == NULL) {
		snprintf(why, why_size, "%s: %s", path[0] == '\0' ? "/" : path, strerror(errno));
		if (dir >= 0)
			close(dir);
		return false;
	}
	while (good && (e = readdir(d)) != NULL) {
		char below[SITE_PATH_MAX];
		struct stat st;

		if (e->d_name[0] == '.' || fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if ((size_t)snprintf(below, sizeof below, "%s/%s", path, e->d_name) >= sizeof below) {
			snprintf(why, why_size, "a path below %s is too long", path);
			good = false;
		} else if (S_ISDIR(st.st_mode) && depth < SITE_DEPTH_MAX) {
			good = walk(site, openat(dir, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), below, depth + 1,
			            why, why_size);
		} else if (S_ISREG(st.st_mode)) {
			good = add(site, dir, e->d_name, below, st.st_size, why, why_size);
		}
	}
	closedir(d);
	return good;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct site_file *)a)->path, ((const struct site_file *)b)->path);
}

static struct site_file *find(const struct site *site, const char *path)
{
	struct site_file wanted;

	if (!text_copy(wanted.path, sizeof wanted.path, slice_str(path)))
		return NULL;
	return bsearch(&wanted, site->files, site->count, sizeof wanted, by_path);
}

/* "x.js.gz" becomes the compressed twin of "x.js", and no file of its own. */
static void pair(struct site *site)
{
	size_t kept = 0;

	for (size_t i = 0; i < site->count; i++) {
		struct site_file *f = &site->files[i], *plain;
		char name[SITE_PATH_MAX];
		size_t len = strlen(f->path);

		if (len <= 3 || strcmp(f->path + len - 3, ".gz") != 0)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)(len - 3), f->path);
		plain = find(site, name);
		if (plain == NULL)
			continue;
		plain->gzip = f->plain;
		f->plain = slice_of(NULL, 0);
	}
	for (size_t i = 0; i < site->count; i++)
		if (site->files[i].plain.at != NULL)
			site->files[kept++] = site->files[i];
	site->count = kept;
}

struct site *site_load(const char *root, char *why, size_t why_size)
{
	struct site *site = calloc(1, sizeof *site);

	if (site == NULL) {
		snprintf(why, why_size, "no memory");
		return NULL;
	}
	site->refs = 1;
	if (root[0] == '\0')
		return site;
	if (!walk(site, open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "", 0, why, why_size)) {
		site_drop(site);
		return NULL;
	}
	qsort(site->files, site->count, sizeof site->files[0], by_path);
	pair(site);
	return site;
}

struct site *site_keep(struct site *site)
{
	site->refs++;
	return site;
}

void site_drop(struct site *site)
{
	if (site == NULL || --site->refs != 0)
		return;
	for (size_t i = 0; i < site->count; i++) {
		free((void *)site->files[i].plain.at);
		free((void *)site->files[i].gzip.at);
	}
	free(site);
}

const struct site_file *site_find(const struct site *site, const char *path, size_t len)
{
	char name[SITE_PATH_MAX];

	if (len == 0 || len + sizeof "index.html" >= sizeof name || path[0] != '/' || memchr(path, '\0', len) != NULL)
		return NULL;
	memcpy(name, path, len);
	name[len] = '\0';
	if (name[len - 1] == '/')
		memcpy(name + len, "index.html", sizeof "index.html");
	return find(site, name);
}

size_t site_count(const struct site *site)
{
	return site->count;
}
