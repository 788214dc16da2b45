/* site.h - the built web pages, read into memory at the start: what is not in the list does not exist, so no path can lead
 * out of the folder, and no request ever waits for a disk.
 *
 * Owns:   the list of files with their content, compressed twin, type and tag. Counted references: an answer under way
 *         keeps the old list alive over a reload.
 * Knows:  no HTTP connection.
 * Bounds: SITE_FILES_MAX files, SITE_BYTES_MAX bytes, SITE_DEPTH_MAX folders deep. Symbolic links and names that start with
 *         a dot are left out.
 */
#ifndef IO_SITE_H
#define IO_SITE_H

#include <stdbool.h>

#include "base/slice.h"

#define SITE_FILES_MAX 2048
#define SITE_BYTES_MAX ((size_t)64 << 20)
#define SITE_DEPTH_MAX 8
#define SITE_PATH_MAX 200

struct site_file {
	char path[SITE_PATH_MAX]; /* as asked for: "/console/index.html" */
	const char *type;
	char tag[36]; /* with its quotes */
	struct slice plain;
	struct slice gzip; /* empty: there is none */
	bool immutable;    /* its name changes with its content: below /assets/ */
};

struct site;

/* Reads a folder; an empty `root` gives an empty site. NULL with one line in `why`. */
struct site *site_load(const char *root, char *why, size_t why_size) MUST_USE;
struct site *site_keep(struct site *site);
void site_drop(struct site *site);

/* "/console/" finds "/console/index.html". NULL when there is none. */
const struct site_file *site_find(const struct site *site, const char *path, size_t len);
size_t site_count(const struct site *site);

#endif
