/* yaml_places.h - on which line of a YAML file each key stands, so that a complaint about a value can say where it is.
 *
 * Owns:   a list of paths ("life.tell", "rules.3.offer_s"; the entries of a list count from 1) with their lines.
 * Knows:  no meaning, and nothing of what is lawful: libcyaml has judged the file, this only finds things again.
 * Bounds: YAML_PLACES_MAX paths of YAML_PATH_MAX - 1 bytes, YAML_DEPTH_MAX levels; what is beyond has no line.
 */
#ifndef IO_YAML_PLACES_H
#define IO_YAML_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define YAML_PLACES_MAX 4096
#define YAML_PATH_MAX 60
#define YAML_DEPTH_MAX 6

struct yaml_places {
	uint32_t count;
	struct {
		uint32_t line; /* 1 is the first */
		char path[YAML_PATH_MAX];
	} at[YAML_PLACES_MAX];
};

/* Reads as far as the text is YAML. The caller frees it; NULL without memory. */
struct yaml_places *yaml_places_read(struct slice text) MUST_USE;

/* Line of this very path; 0 when it does not stand in the file. */
uint32_t yaml_line(const struct yaml_places *places, const char *path);

/* Line of this path, or of the section or entry that it would belong to; 0 when not even that stands there. */
uint32_t yaml_line_near(const struct yaml_places *places, const char *path);

#endif
