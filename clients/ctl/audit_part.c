#include "audit_part.h"

#include <inttypes.h>
#include <pwd.h>
#include <stddef.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "wire/record.h"

#define SCRATCH 65536
#define KNOWN_MS MINUTES(10)

const char *audit_user(void)
{
	static char name[AUDIT_WHO_MAX];
	const struct passwd *p = getpwuid(getuid());
	const char *sudo = getuid() == 0 ? getenv("SUDO_USER") : NULL;

	if (name[0] == '\0')
		snprintf(name, sizeof name, "ctl:%.31s",
		         sudo != NULL && sudo[0] != '\0' ? sudo
		         : p != NULL                     ? p->pw_name
		                                         : "unknown");
	return name;
}

static void from_event(const struct store_commit *c, struct audit *a)
{
	static _Alignas(max_align_t) uint8_t memory[SCRATCH];
	struct arena scratch;
	const Pingan__V1__LogEvent *event;

	arena_init(&scratch, memory, sizeof memory);
	event = pingan__v1__log_event__unpack(&scratch.allocator, c->event.len, c->event.at);
	if (event == NULL)
		return;
	if (!audit_of_event(event, a))
		a->what = AUDIT_NONE;
	/* Of units the events name nobody: the command line itself. */
	if (event->n_devices != 0 && a->device_change == 0)
		a->device_change = (uint32_t)event->devices[0]->what;
}

struct slice audit_of_commit(const struct store_commit *c, enum audit_what what, uint8_t room[AUDIT_MAX])
{
	struct buf b = buf_of(room, AUDIT_MAX);
	struct audit a = {0};

	from_event(c, &a);
	if (a.what == AUDIT_NONE || what != AUDIT_NONE)
		a.what = what == AUDIT_NONE ? AUDIT_CHANGED : what;
	if (a.record[0] == '\0' && c->put_count != 0)
		audit_about(&a, c->puts[0].key);
	if (a.note[0] == '\0' && c->put_count != 0 && c->puts[0].remove)
		snprintf(a.note, sizeof a.note, "removed");
	snprintf(a.who, sizeof a.who, "%s", audit_user());
	a.from = AUDIT_FROM_MACHINE;
	audit_encode(&a, &b);
	ENSURE(!b.overflow);
	return slice_of(b.at, b.len);
}

bool audit_note(struct cell *cell, const struct audit *from)
{
	static struct commit_call call;
	struct store_commit c = {.message_ms = KNOWN_MS};
	uint8_t room[AUDIT_MAX], event[LOG_EVENT_MAX];
	struct buf b = buf_of(room, sizeof room), e = buf_of(event, sizeof event);
	struct audit a = *from;
	struct store_answer answer;
	char why[CELL_TROUBLE_MAX];
	redisReply *r;
	bool ok;

	snprintf(a.who, sizeof a.who, "%s", audit_user());
	a.from = AUDIT_FROM_MACHINE;
	audit_encode(&a, &b);
	do
		randombytes_buf(&c.id, sizeof c.id);
	while (c.id == 0);
	log_event_encode("pinganctl", "audit:ctl", NULL, 0, NULL, slice_of(NULL, 0), "", &e);
	c.event = slice_of(e.at, e.len);
	c.audit = slice_of(b.at, b.len);
	snprintf(c.message, sizeof c.message, "audit.%016" PRIx64, c.id);
	snprintf(c.message_value, sizeof c.message_value, "audit:ctl");
	commit_call_make(&call, cell->prefix, &c, 0);
	r = redisCommandArgv(cell->redis, call.argc, call.argv, call.argvlen);
	ok = r != NULL && commit_answer_read(r, &answer) && answer.result == STORE_STORED;
	if (!ok)
		fprintf(stderr, "pinganctl: what is done here could not be put on record, so it is not done: Redis at %s: %s\n",
		        cell_where(cell), cell_trouble(cell->redis, r, why));
	if (r != NULL)
		freeReplyObject(r);
	return ok;
}
