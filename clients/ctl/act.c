#include "act.h"

#include <inttypes.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "wire/record.h"

#define MEMORY_MS 60000 /* a commit without a record is told by its message when it is sent again */

void act_who(char *ret, size_t size)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *pw = getpwuid(getuid());

	snprintf(ret, size, "ctl:%s", sudo != NULL && sudo[0] != '\0' ? sudo : pw != NULL ? pw->pw_name : "unknown");
}

struct slice act_audit(const struct act *act, uint8_t room[AUDIT_MAX])
{
	struct audit a = {.what = act->what, .from = AUDIT_FROM_MACHINE};
	struct buf b = buf_of(room, AUDIT_MAX);

	act_who(a.who, sizeof a.who);
	audit_about(&a, act->record);
	if (act->subject != NULL)
		snprintf(a.subject, sizeof a.subject, "%s", act->subject);
	if (act->note != NULL)
		snprintf(a.note, sizeof a.note, "%s", act->note);
	a.number = act->number;
	audit_encode(&a, &b);
	return b.overflow ? slice_of(NULL, 0) : slice_of(b.at, b.len);
}

bool act_send(struct cell *cell, struct store_commit *c, struct store_answer *ret)
{
	char why[CELL_TROUBLE_MAX];
	struct commit_call call;
	redisReply *r;
	bool ok;

	do
		randombytes_buf(&c->id, sizeof c->id);
	while (c->id == 0);
	commit_call_make(&call, cell->prefix, c, 0);
	r = redisCommandArgv(cell->redis, call.argc, call.argv, call.argvlen);
	ok = r != NULL && commit_answer_read(r, ret);
	if (!ok)
		fprintf(stderr, "pinganctl: Redis at %s: %s; %s\n", cell_where(cell), cell_trouble(cell->redis, r, why),
		        r == NULL ? "whether it was stored is not known: look before you do it again" : "nothing was stored");
	if (r != NULL)
		freeReplyObject(r);
	return ok;
}

bool act_commit(struct cell *cell, enum audit_what what, const char *record, const char *subject, const char *note)
{
	const struct act act = {what, record, subject, note, 0};
	struct store_commit c = {.message_ms = MEMORY_MS};
	uint8_t event[LOG_EVENT_MAX], room[AUDIT_MAX];
	struct buf b = buf_of(event, sizeof event);
	struct store_answer answer;
	uint64_t random;

	randombytes_buf(&random, sizeof random);
	snprintf(c.message, sizeof c.message, "act.%016" PRIx64, random);
	snprintf(c.message_value, sizeof c.message_value, "act");
	log_event_encode("pinganctl", record, NULL, 0, NULL, slice_of(NULL, 0), "", &b);
	c.event = slice_of(b.at, b.len);
	c.audit = act_audit(&act, room);
	if (!act_send(cell, &c, &answer))
		return false;
	if (answer.result == STORE_STORED)
		return true;
	fprintf(stderr, "pinganctl: could not be put on record: refused (%d)\n", (int)answer.result);
	return false;
}
