#include "log_redact.h"

#include <inttypes.h>
#include <stdio.h>

#define ENTRIES_A_TIME 500 /* about 5 ms of Redis */

bool log_redact(struct cell *cell, uint64_t *ret)
{
	uint64_t after = 0;
	bool done = false;

	*ret = 0;
	while (!done) {
		redisReply *r = cell_ask(cell, "FCALL log_redact 2 %slog %slog.next %" PRIu64 " %d", cell->prefix, cell->prefix,
		                         after, ENTRIES_A_TIME);

		if (r == NULL)
			return false;
		if (r->type != REDIS_REPLY_ARRAY || r->elements != 3 || r->element[0]->integer < 0) {
			fprintf(stderr, "pinganctl: the log was not rewritten: another one does it at this moment (make it again), "
			                "it is none, or "
			                "something reads it as a group\n");
			freeReplyObject(r);
			return false;
		}
		after = (uint64_t)r->element[0]->integer;
		*ret += (uint64_t)r->element[1]->integer;
		done = r->element[2]->integer == 1;
		freeReplyObject(r);
	}
	return true;
}

int log_redact_show(struct cell *cell, bool json)
{
	uint64_t taken = 0;

	if (!log_redact(cell, &taken))
		return 1;
	printf(json ? "{\"taken_out\":%" PRIu64 "}\n" : "%" PRIu64 " bodies of personal records taken out of the log\n",
	       taken);
	return 0;
}
