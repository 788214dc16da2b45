/* doctor_audit.c - is what people do sealed soon after? Only the end of the chain is looked at: `audit verify` reads all. */
#include <inttypes.h>
#include <stddef.h>

#include "doctor.h"
#include "io/audit_chain.h"
#include "io/audit_check.h"
#include "wire/arena.h"
#include "wire/audit.h"

#define LOOK_BACK 1024 /* a seal follows 256 acts at the latest */

struct tail {
	uint64_t unsealed; /* acts of daemons behind the newest seal */
	ms_t since_ms;     /* the first of them */
	bool sealed;       /* a seal was found */
	uint64_t seen, unreadable;
};

/* From the newest back to the newest seal. */
static void tail_take(const redisReply *r, struct tail *t)
{
	static _Alignas(max_align_t) uint8_t memory[65536];
	struct arena scratch;

	arena_init(&scratch, memory, sizeof memory);
	for (size_t i = 0; i < r->elements && !t->sealed; i++) {
		struct store_audit entry;
		struct audit a;

		t->seen++;
		arena_reset(&scratch);
		if (!audit_entry_read(r->element[i], &entry) || !audit_decode(entry.body, &scratch, &a)) {
			t->unreadable++;
			continue;
		}
		t->sealed = a.what == AUDIT_SEALED;
		/* The command line seals nothing; a daemon that is there will, with its own next act. */
		if (!t->sealed && a.daemon[0] != '\0' && a.what != AUDIT_STARTED) {
			t->unsealed++;
			t->since_ms = entry.at_ms;
		}
	}
}

void doctor_audit(struct doctor *d, ms_t now_ms)
{
	redisReply *r = redisCommand(d->cell.redis, "XREVRANGE %saudit + - COUNT %d", d->cell.prefix, LOOK_BACK);
	struct tail t = {0};

	if (r == NULL || r->type != REDIS_REPLY_ARRAY) {
		doctor_say(d, FINDING_WRONG, "audit chain", "allow XREVRANGE to our user; pinganctl audit verify",
		           "it can't be read");
	} else {
		tail_take(r, &t);
		if (t.unreadable != 0)
			doctor_say(d, FINDING_WRONG, "audit chain", "pinganctl audit verify names them",
			           "%" PRIu64 " of its newest entries are unreadable", t.unreadable);
		else if (t.unsealed != 0 && now_ms - t.since_ms > AUDIT_LATE_MS)
			doctor_say(d, FINDING_WRONG, "audit chain",
			           "audit.key_file is named on each daemon? Look for AUDIT_ lines of their log",
			           "%" PRIu64 " acts wait for a seal, the first for %" PRId64 " minutes", t.unsealed,
			           (now_ms - t.since_ms) / MINUTES(1));
		else
			doctor_say(d, FINDING_OK, "audit chain", "",
			           t.seen == 0 ? "nothing was done yet" : "%" PRIu64 " acts wait for their seal", t.unsealed);
	}
	if (r != NULL)
		freeReplyObject(r);
}
