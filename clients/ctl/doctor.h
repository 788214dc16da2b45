/* doctor.h - `pinganctl doctor`: is this installation as it must be, and if not, what is to be done.
 *
 * Owns:   the list of checks (DOCTOR_CHECKS), and the findings; each is said at once, so that a Redis that hangs hides
 *         nothing that was found before it.
 * Knows:  the machine it runs on and the Redis of the cell. It changes nothing, loads no function, and shows no name of a
 *         person: ids only.
 * Result: 0 when nothing is wrong; warnings are no failure.
 * Bounds: EXAMPLES_MAX ids by finding.
 */
#ifndef CTL_DOCTOR_H
#define CTL_DOCTOR_H

#include "cell.h"
#include "io/config.h"
#include "pingan/v1/record.pb-c.h"

struct doctor_options {
	const char *config, *redis, *cell;
	const char *root;      /* the machine's files are looked at below it; NULL = "" */
	const char *backup;    /* folder of the copies of Redis' files; NULL = none is named */
	uint32_t days;         /* of rosters to look ahead */
	uint32_t disk_mib;     /* free at least on Redis' disk; 0 = DOCTOR_DISK_MIB */
	uint32_t backup_hours; /* the newest copy is younger than that; 0 = DOCTOR_BACKUP_HOURS */
	bool list;             /* say what is looked at, and look at nothing */
	bool json;
};
#define DOCTOR_DISK_MIB 4096
#define DOCTOR_BACKUP_HOURS 26

int doctor_run(const struct doctor_options *o);

/* What is looked at: no finding has another name. */
struct doctor_check {
	const char *name, *about;
};
extern const struct doctor_check DOCTOR_CHECKS[];
extern const size_t DOCTOR_CHECK_COUNT;

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

void doctor_machine(struct doctor *d); /* doctor_machine.c: files, sockets, certificates */
void doctor_host(struct doctor *d);    /* doctor_host.c: descriptors, journal, memory, copies on another disk */
void doctor_redis(struct doctor *d);   /* doctor_redis.c: what the store keeps, and for whom; daemons */
void doctor_audit(struct doctor *d, ms_t now_ms); /* doctor_audit.c: is the record of who did what being sealed */
void doctor_registry(struct doctor *d);           /* doctor_registry.c: areas, homes, devices, rosters */

/* ---- doctor_staff.c: who may log in, and for where ---- */
#define DOCTOR_AREAS_MAX 8192
struct staff {
	uint32_t administrators, supervisors, operators, caregivers;
	struct examples no_code, no_password, demo;
	size_t field_count; /* areas that caregivers cover, each once or more */
	char field[DOCTOR_AREAS_MAX][16];
};
void staff_take(struct staff *s, const char *id, const Pingan__V1__Person *p);
/* Somebody who goes to homes covers this area. */
bool staff_covers(const struct staff *s, const char *area);
void staff_say(struct doctor *d, const struct staff *s);

#endif
