#include "io/ratelimit.h"

#include <stdlib.h>

#include "base/hash.h"

#define WAYS 8
#define SETS 1024
#define FORGET_MS 60000
#define KEPT_MS 86400000 /* a known pair is known for a day */

enum what { PAIR, ACCOUNT, ADDRESS, SESSION, WHAT_COUNT };

/* Failures that cost nothing, and the longest delay after that; it begins with 1 s and doubles. */
static const struct {
	uint32_t free;
	uint32_t delay_max_s;
} RULES[WHAT_COUNT] = {
	[PAIR] = {3, 60},     /* a person mistypes */
	[ACCOUNT] = {10, 30}, /* somebody tries one account from many places */
	[ADDRESS] = {30, 30}, /* a centre sits behind one address */
	[SESSION] = {3, 60},  /* whoever found a screen open tries for its password */
};

struct entry {
	uint64_t name; /* 0 = free */
	uint32_t fails;
	bool known;
	mono_t last;  /* try, or good log-in */
	mono_t faded; /* up to here failures have been forgotten */
};

struct ratelimit {
	uint64_t key[2];
	struct entry entries[SETS][WAYS];
};

struct ratelimit *ratelimit_new(const uint64_t key[2])
{
	struct ratelimit *rl = calloc(1, sizeof *rl);

	if (rl != NULL)
		memcpy(rl->key, key, sizeof rl->key);
	return rl;
}

void ratelimit_free(struct ratelimit *rl)
{
	free(rl);
}

static uint64_t name_of(const struct ratelimit *rl, enum what what, const char *address, const char *account)
{
	const char *parts[2] = {what == ACCOUNT ? "" : address, what == ADDRESS ? "" : account};
	uint64_t name = (uint64_t)what + 1;

	for (int i = 0; i < 2; i++)
		name = hash_bytes(rl->key[0] ^ name, rl->key[1], slice_str(parts[i]));
	return name == 0 ? 1 : name;
}

static void fade(struct entry *e, mono_t now)
{
	int64_t gone = (now.ms - e->faded.ms) / FORGET_MS;

	if (gone > 0) {
		e->fails = gone >= e->fails ? 0 : e->fails - (uint32_t)gone;
		e->faded.ms += gone * FORGET_MS;
	}
	if (now.ms - e->last.ms > KEPT_MS)
		e->known = false;
}

static struct entry *entry_find(struct ratelimit *rl, uint64_t name, mono_t now, bool make)
{
	struct entry *set = rl->entries[name % SETS];
	struct entry *victim = &set[0];

	for (int i = 0; i < WAYS; i++) {
		if (set[i].name == name) {
			fade(&set[i], now);
			return &set[i];
		}
	}
	if (!make)
		return NULL;
	for (int i = 0; i < WAYS; i++) {
		struct entry *e = &set[i];

		if (e->name == 0) {
			victim = e;
			break;
		}
		/* Known pairs stay longest, then those with most failures, then the newest. */
		if (e->known != victim->known   ? victim->known
		    : e->fails != victim->fails ? e->fails < victim->fails
		                                : e->last.ms < victim->last.ms)
			victim = e;
	}
	*victim = (struct entry){.name = name, .last = now, .faded = now};
	return victim;
}

static int64_t wait_ms(enum what what, const struct entry *e, mono_t now)
{
	uint32_t over;
	int64_t delay_ms;

	if (e == NULL || e->fails < RULES[what].free)
		return 0;
	over = e->fails - RULES[what].free;
	delay_ms = over >= 6 ? RULES[what].delay_max_s : (int64_t)1 << over;
	if (delay_ms > RULES[what].delay_max_s)
		delay_ms = RULES[what].delay_max_s;
	delay_ms *= 1000;
	return e->last.ms + delay_ms > now.ms ? e->last.ms + delay_ms - now.ms : 0;
}

/* A session stands for itself: what others fail at does not slow it, and its failures slow nobody else. */
static enum what first_of(const char *session)
{
	return session == NULL ? PAIR : SESSION;
}

static enum what end_of(const char *session)
{
	return session == NULL ? SESSION : WHAT_COUNT;
}

uint32_t ratelimit_try(struct ratelimit *rl, mono_t now, const char *address, const char *account, const char *session)
{
	const char *from = session == NULL ? address : session;
	struct entry *pair = entry_find(rl, name_of(rl, PAIR, address, account), now, false);
	int64_t wait = 0;

	for (enum what what = first_of(session); what < end_of(session); what++) {
		int64_t ms;

		if (session == NULL && what != PAIR && pair != NULL && pair->known)
			break;
		ms = wait_ms(what, entry_find(rl, name_of(rl, what, from, account), now, false), now);
		if (ms > wait)
			wait = ms;
	}
	if (wait != 0)
		return (uint32_t)((wait + 999) / 1000);
	for (enum what what = first_of(session); what < end_of(session); what++) {
		struct entry *e = entry_find(rl, name_of(rl, what, from, account), now, true);

		e->fails += e->fails < 1000;
		e->last = e->faded = now;
	}
	return 0;
}

void ratelimit_undo(struct ratelimit *rl, mono_t now, const char *address, const char *account, const char *session)
{
	for (enum what what = first_of(session); what < end_of(session); what++) {
		struct entry *e = entry_find(rl, name_of(rl, what, session == NULL ? address : session, account), now, false);

		if (e != NULL && e->fails > 0)
			e->fails--;
	}
}

void ratelimit_good(struct ratelimit *rl, mono_t now, const char *address, const char *account, const char *session)
{
	struct entry *pair =
		entry_find(rl, name_of(rl, first_of(session), session == NULL ? address : session, account), now, true);

	ratelimit_undo(rl, now, address, account, session);
	pair->fails = 0;
	pair->known = true;
	pair->last = now;
}
