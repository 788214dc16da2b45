#include "io/ratelimit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"

#define WAYS 16
#define SETS 1024
#define STRANGERS 4096
#define TOLD_MS MINUTES(12 * 60) /* that a pair is known is told the others again after this */

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
	mono_t known_at; /* was right */
	mono_t told_at;  /* was right, as all daemons know */
	mono_t last;     /* try */
	mono_t faded;    /* up to here failures have been forgotten */
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

void ratelimit_key(struct ratelimit *rl, const uint64_t key[2])
{
	/* What others told under it may have come before it: a load brings records in any order. */
	memcpy(rl->key, key, sizeof rl->key);
}

static uint64_t name_of(const struct ratelimit *rl, enum what what, const struct guesser *g)
{
	const char *from = what == SESSION ? g->session : what == ACCOUNT ? "" : g->address;
	uint64_t name = (uint64_t)what + 1, who;

	who = hash_bytes(rl->key[0] ^ 0x77686f, rl->key[1], slice_str(what == ADDRESS ? "" : g->account));
	if (!g->known && what != ADDRESS)
		who = who % STRANGERS + 1;
	name = hash_bytes(rl->key[0] ^ name, rl->key[1], slice_str(from));
	name = hash_bytes(rl->key[0] ^ name, rl->key[1], slice_of(&who, sizeof who));
	return name == 0 ? 1 : name;
}

static void fade(struct entry *e, mono_t now)
{
	int64_t gone = (now.ms - e->faded.ms) / GUESS_FORGET_MS;

	if (gone > 0) {
		e->fails = gone >= e->fails ? 0 : e->fails - (uint32_t)gone;
		e->faded.ms += gone * GUESS_FORGET_MS;
	}
	if (now.ms - e->known_at.ms >= GUESS_KNOWN_MS)
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
static enum what first_of(const struct guesser *g)
{
	return g->session == NULL ? PAIR : SESSION;
}

static enum what end_of(const struct guesser *g)
{
	return g->session == NULL ? SESSION : WHAT_COUNT;
}

uint32_t ratelimit_try(struct ratelimit *rl, mono_t now, const struct guesser *g)
{
	struct entry *pair = entry_find(rl, name_of(rl, PAIR, g), now, false);
	int64_t wait = 0;

	for (enum what what = first_of(g); what < end_of(g); what++) {
		int64_t ms;

		if (g->session == NULL && what != PAIR && pair != NULL && pair->known)
			break;
		ms = wait_ms(what, entry_find(rl, name_of(rl, what, g), now, false), now);
		if (ms > wait)
			wait = ms;
	}
	if (wait != 0)
		return (uint32_t)((wait + 999) / 1000);
	for (enum what what = first_of(g); what < end_of(g); what++) {
		struct entry *e = entry_find(rl, name_of(rl, what, g), now, true);

		e->fails += e->fails < 1000;
		e->last = e->faded = now;
	}
	return 0;
}

bool ratelimit_known(struct ratelimit *rl, mono_t now, const struct guesser *g)
{
	const struct entry *pair = entry_find(rl, name_of(rl, PAIR, g), now, false);

	return g->session != NULL || (pair != NULL && pair->known);
}

void ratelimit_undo(struct ratelimit *rl, mono_t now, const struct guesser *g)
{
	for (enum what what = first_of(g); what < end_of(g); what++) {
		struct entry *e = entry_find(rl, name_of(rl, what, g), now, false);

		if (e != NULL && e->fails > 0)
			e->fails--;
	}
}

bool ratelimit_good(struct ratelimit *rl, mono_t now, const struct guesser *g)
{
	struct entry *pair;
	bool news;

	ratelimit_undo(rl, now, g);
	pair = entry_find(rl, name_of(rl, first_of(g), g), now, true);
	news = pair->fails != 0 || (g->session == NULL && (!pair->known || now.ms - pair->told_at.ms >= TOLD_MS));
	pair->fails = 0;
	pair->known = true;
	pair->known_at = pair->told_at = now;
	return news;
}

void ratelimit_account(const struct ratelimit *rl, mono_t now, const char *person, uint32_t *ret_fails,
                       int64_t *ret_ago_ms, uint32_t *ret_wait_s)
{
	const struct guesser g = {.account = person, .known = true, .address = ""};
	uint64_t name = name_of(rl, ACCOUNT, &g);
	const struct entry *set = rl->entries[name % SETS];

	*ret_fails = *ret_wait_s = 0;
	*ret_ago_ms = -1;
	for (int i = 0; i < WAYS; i++) {
		struct entry e = set[i]; /* a look changes nothing */

		if (e.name != name)
			continue;
		fade(&e, now);
		if (e.fails == 0)
			return;
		*ret_fails = e.fails;
		*ret_ago_ms = now.ms - e.last.ms;
		*ret_wait_s = (uint32_t)((wait_ms(ACCOUNT, &e, now) + 999) / 1000);
		return;
	}
}

void ratelimit_names(const struct ratelimit *rl, const struct guesser *g, bool good, struct guess_ask *ret)
{
	*ret = (struct guess_ask){.good = good};
	for (enum what what = first_of(g); what < end_of(g) && (!good || ret->count == 0); what++)
		ret->names[ret->count++] = name_of(rl, what, g);
}

void ratelimit_learn(struct ratelimit *rl, mono_t now, const struct guess_count *c)
{
	struct entry *e = entry_find(rl, c->name, now, false);
	mono_t failed = {now.ms - c->failed_ago_ms}, known = {now.ms - c->known_ago_ms};

	if (c->name == 0 || (c->fails == 0 && c->known_ago_ms < 0))
		return;
	if (e == NULL) {
		e = entry_find(rl, c->name, now, true);
		e->last = failed;
	}
	if (c->known_ago_ms >= 0 && (!e->known || known.ms > e->known_at.ms)) {
		/* It was right somewhere: what failed before that does not count. */
		if (known.ms > e->last.ms)
			e->fails = 0;
		e->known = true;
		e->known_at = e->told_at = known;
	}
	/* Our own tries count from their beginning, and may not have come back yet. */
	if (c->fails <= e->fails)
		return;
	e->fails = c->fails;
	e->faded.ms = now.ms - c->faded_ago_ms % GUESS_FORGET_MS;
	if (failed.ms > e->last.ms)
		e->last = failed;
}
