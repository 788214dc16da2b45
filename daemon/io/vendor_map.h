/* vendor_map.h - what a vendor's JSON means: one body into alarms, by the vendor's mapping.
 *
 * Owns:   the reading of bodies, the identity of what is in them, the bytes that are kept of them.
 * Knows:  no HTTP and no signature. Whoever calls has checked who sent it: what cannot be read is an alarm all the same.
 * Result: for every event an alarm that a person will see, or the word that its code means nothing to see; and what was wrong.
 * Bounds: a body of VENDOR_BODY_MAX bytes, POST_ALARMS_MAX alarms. More events than that: the last alarm stands for the rest.
 *
 * Identity: a vendor's key names a message together with its whole content, whatever order its members stand in (what
 * key.ignore names apart). The same key with other content is another press. Without a key, or without a time of its own, a
 * message is known for ten minutes only, and not across the closing of its incident: two presses may look alike.
 */
#ifndef IO_VENDOR_MAP_H
#define IO_VENDOR_MAP_H

#include "app/ports.h"
#include "io/vendor.h"

#define VENDOR_BODY_MAX 65536
/* Stands for a device that a body does not name. No vendor's own can be called so: it would be kept as its hash. */
#define VENDOR_NO_DEVICE "?"

enum vendor_verdict {
	VENDOR_GOOD,
	VENDOR_WRONG,     /* JSON, and not what the mapping says: 422 */
	VENDOR_UNREADABLE /* no JSON: 400 */
};

struct vendor_event {
	struct alarm alarm;
	bool passed; /* known to mean nothing: no alarm */
};

struct vendor_body {
	enum vendor_verdict verdict;
	const char *problem;                       /* the first one; of ours, never the peer's words. NULL = none */
	char pointer[2 * VENDOR_POINTER_MAX + 32]; /* where, for WRONG */
	size_t offset;                             /* where, for UNREADABLE: bytes before it */
	uint32_t count;
	struct vendor_event at[POST_ALARMS_MAX];
};

/* Told of every field, for people who try a mapping: where it was looked for, what stood there, what it became. */
struct vendor_say {
	void *ctx;
	void (*event)(void *ctx, const char *pointer);
	void (*field)(void *ctx, const char *name, const struct vendor_source *source, const char *found,
	              const char *became);
};

/* `key`: of the header, empty when there is none. `say` may be NULL. */
void vendor_map(const struct vendor *v, struct slice body, struct slice key, const struct vendor_say *say,
                struct vendor_body *ret);

/* "2026-11-22T08:30:00.250+08:00"; without an offset the one given. False when it is no time. */
bool vendor_time_iso(const char *text, uint32_t utc_offset_min, int64_t *ret_ms);

#endif
