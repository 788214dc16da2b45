/* doctor.h - `pinganctl doctor`: is this installation as it must be, and if not, what is to be done.
 *
 * Owns:   the list of findings; each is said at once, so that a Redis that hangs hides nothing that was found before it.
 * Knows:  the machine it runs on and the Redis of the cell. It changes nothing, loads no function, and shows no name of a
 *         person: ids only.
 * Result: 0 when nothing is wrong; warnings are no failure.
 * Bounds: EXAMPLES_MAX ids by finding.
 */
#ifndef CTL_DOCTOR_H
#define CTL_DOCTOR_H

#include "cell.h"
#include "io/config.h"

struct doctor_options {
	const char *config, *redis, *cell;
	uint32_t days; /* of rosters to look ahead */
	bool json;
};

int doctor_run(const struct doctor_options *o);

/* ---- inside ---- */
enum finding { FINDING_OK, FINDING_WARNING, FINDING_WRONG };

struct doctor {
	const struct doctor_options *o;
	struct config *config;
	struct cell cell;
	uint32_t warnings, wrong;
};

#define DOCTOR_EXAMPLES_MAX 5
struct examples {
	size_t count;
	char text[DOCTOR_EXAMPLES_MAX * (ID_MAX + 2)];
};
void examples_add(struct examples *e, const char *id);

/* `mend`: what to do; only said when it is not well. */
void doctor_say(struct doctor *d, enum finding finding, const char *check, const char *mend, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

void doctor_machine(struct doctor *d);  /* doctor_machine.c: files, sockets, certificates, descriptors */
void doctor_redis(struct doctor *d);    /* doctor_redis.c: what the store keeps, and for whom; daemons */
void doctor_registry(struct doctor *d); /* doctor_registry.c: people, areas, homes, devices, rosters */

#endif
