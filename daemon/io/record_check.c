#include "io/record_check.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/hash.h"
#include "io/audit_record.h"

#define FIRST_SIZE 4096

enum how { FREE, GONE, COMMIT, HASH, BEFORE };

_Static_assert(sizeof((struct record_word *)0)->hash <= RECORD_HASH_LEN, "a part of it");

void record_check_begin(struct record_check *rc)
{
	memset(rc->good, 0, sizeof rc->good);
	rc->unbound = rc->before = 0;
	rc->no_memory = false;
	rc->words = NULL;
	rc->size = rc->used = 0;
}

void record_check_next(struct record_check *rc)
{
	free(rc->words);
	rc->words = NULL;
	rc->size = rc->used = 0;
	rc->part++;
}

void record_check_free(struct record_check *rc)
{
	free(rc->words);
	rc->words = NULL;
}

uint64_t record_check_key(const struct record_check *rc, const char *key)
{
	return hash_bytes(rc->secret[0], rc->secret[1], slice_str(key));
}

static bool ours(const struct record_check *rc, uint64_t key)
{
	return key % rc->parts == rc->part;
}

/* Its place, or the free one where it would go. */
static struct record_word *place(struct record_word *words, size_t size, uint64_t key)
{
	size_t at = (size_t)(key / 8191) & (size - 1);

	while (words[at].how != FREE && words[at].key != key)
		at = (at + 1) & (size - 1);
	return &words[at];
}

static struct record_word *find(const struct record_check *rc, uint64_t key)
{
	struct record_word *w = rc->size == 0 ? NULL : place(rc->words, rc->size, key);

	return w == NULL || w->how == FREE ? NULL : w;
}

static bool grow(struct record_check *rc)
{
	size_t size = rc->size == 0 ? FIRST_SIZE : 2 * rc->size;
	struct record_word *words = calloc(size, sizeof *words);

	if (words == NULL)
		return false;
	for (size_t i = 0; i < rc->size; i++)
		if (rc->words[i].how != FREE)
			*place(words, size, rc->words[i].key) = rc->words[i];
	free(rc->words);
	rc->words = words;
	rc->size = size;
	return true;
}

static void put(struct record_check *rc, const struct record_word *w)
{
	if (2 * (rc->used + 1) > rc->size && !grow(rc)) {
		rc->no_memory = true;
		return;
	}
	*place(rc->words, rc->size, w->key) = *w;
	rc->used++;
}

static void hash_take(struct record_word *w, const uint8_t hash[RECORD_HASH_LEN])
{
	memcpy(w->hash, hash, sizeof w->hash);
	w->how = HASH;
}

bool record_by_people_alone(const char *key)
{
	static const char *const KINDS[] = {"person:", "household:", "area:", "station:"};

	if (strcmp(key, "household:quarantine") == 0)
		return false; /* made by the daemon that finds none */
	for (size_t i = 0; i < COUNT_OF(KINDS); i++)
		if (strncmp(key, KINDS[i], strlen(KINDS[i])) == 0)
			return true;
	return false;
}

/* Nothing can have been written after this word that we have not heard of. */
static bool is_last(const struct record_check *rc, const struct record_word *w)
{
	return w->entry >= rc->from || w->alone;
}

/* Both tell of the same entry. */
static void agree(struct record_check *rc, struct record_word *was, const struct record_word *w, const char *key)
{
	if ((was->how == GONE) != (w->how == GONE) ||
	    (was->how == HASH && w->how == HASH && memcmp(was->hash, w->hash, sizeof w->hash) != 0)) {
		audit_find(rc->check, w->entry, "of the log has another %s than the chain vouches for: the log was rewritten",
		           key);
		return;
	}
	if (was->how == COMMIT && w->how == HASH) {
		memcpy(was->hash, w->hash, sizeof was->hash);
		was->how = HASH;
	}
	was->commit = was->commit == 0 ? w->commit : was->commit;
	was->rev = was->rev == 0 ? w->rev : was->rev;
	was->by = w->by > was->by ? w->by : was->by;
}

static void say(struct record_check *rc, const char *key, struct record_word *w)
{
	struct record_word *was;

	w->key = record_check_key(rc, key);
	if (!ours(rc, w->key))
		return;
	was = find(rc, w->key);
	if (was == NULL) {
		put(rc, w);
	} else if (was->entry == w->entry) {
		agree(rc, was, w, key);
	} else if (was->entry < w->entry) {
		w->seen = was->seen;
		w->asked = was->asked;
		*was = *w;
	}
}

/* A change from before there were hashes, or by a daemon of before: what was said until then is not the last word. */
static void unbound_note(struct record_check *rc, uint64_t entry, const struct audit *a)
{
	struct record_word *w = find(rc, record_check_key(rc, a->record));

	if ((a->what == AUDIT_CHANGED || a->what == AUDIT_ERASED) && w != NULL && w->entry < entry)
		w->alone = false;
}

void record_check_chain(struct record_check *rc, uint64_t entry, const struct audit *a)
{
	if (a->record_count == 0)
		unbound_note(rc, entry, a);
	for (uint32_t i = 0; i < a->record_count; i++) {
		struct record_word w = {
			.entry = entry, .how = GONE, .by = RECORD_BY_CHAIN, .alone = record_by_people_alone(a->records[i].key)};

		if (!a->records[i].gone)
			hash_take(&w, a->records[i].hash);
		say(rc, a->records[i].key, &w);
	}
}

void record_check_log(struct record_check *rc, const struct store_entry *e)
{
	for (uint32_t i = 0; i < e->record_count; i++) {
		const struct store_record *r = &e->records[i];
		struct record_word w = {.entry = e->id, .how = GONE, .by = RECORD_BY_LOG};
		uint8_t hash[RECORD_HASH_LEN];

		if (r->rev != 0) {
			w.commit = r->commits[0];
			w.rev = r->rev;
			w.how = COMMIT;
			if (!r->absent) {
				audit_record_hash(r->key, r->commits[0], r->body, hash);
				hash_take(&w, hash);
			}
		}
		say(rc, r->key, &w);
	}
}

void record_check_point(struct record_check *rc, uint64_t entry, const char *key, uint64_t commit, uint64_t rev,
                        const uint8_t hash[AUDIT_RECORD_HASH])
{
	struct record_word w = {.entry = entry, .commit = commit, .rev = rev, .by = RECORD_BY_POINT};
	const struct record_word *was = find(rc, record_check_key(rc, key));

	/* It was written while the cell worked: what came after its entry may be in it, and here nobody knows any more what did. */
	if (entry < rc->from && was != NULL && was->entry >= entry)
		return;
	hash_take(&w, hash);
	say(rc, key, &w);
}

void record_check_point_end(struct record_check *rc, uint64_t entry)
{
	for (size_t i = 0; i < rc->size; i++) {
		struct record_word *w = &rc->words[i];

		if (w->how == FREE || w->how == GONE || w->entry > entry || w->by == RECORD_BY_POINT)
			continue;
		*w = (struct record_word){.key = w->key, .entry = entry, .how = GONE, .by = RECORD_BY_POINT};
	}
}

/* NULL: it stands as it should. */
static const char *wrong(const struct record_word *w, const struct store_record *r)
{
	uint8_t hash[RECORD_HASH_LEN];

	if (w->how == GONE)
		return "was removed by this entry, and stands there: put back by hand";
	if (w->commit != 0 && w->commit != r->commits[0])
		return "does not stand as this entry left it: another was put in its place, or an older one put back";
	if (w->how == HASH) {
		audit_record_hash(r->key, r->commits[0], r->body, hash);
		if (memcmp(w->hash, hash, sizeof w->hash) != 0)
			return "has another body than this entry wrote: changed by hand";
	}
	if (w->rev != 0 && w->rev != r->rev)
		return "has another revision than this entry wrote: changed by hand";
	return NULL;
}

enum record_is record_check_stands(struct record_check *rc, const struct store_record *r, bool sure)
{
	uint64_t key = record_check_key(rc, r->key);
	struct record_word *w = find(rc, key);
	const char *what;

	if (!ours(rc, key))
		return RECORD_GOOD;
	if (w == NULL) {
		const struct record_word before = {.key = key, .how = BEFORE, .seen = true};

		if (!rc->complete) {
			put(rc, &before);
			rc->before++;
			return RECORD_BEFORE;
		}
		if (sure)
			audit_find(rc->check, 0, "%s stands there, and no entry wrote it: put in by hand", r->key);
		return RECORD_WRONG;
	}
	if (w->how == BEFORE)
		return RECORD_BEFORE;
	what = wrong(w, r);
	if (what != NULL && !is_last(rc, w)) {
		rc->before += !w->seen;
		w->seen = true;
		return RECORD_BEFORE;
	}
	if (what != NULL) {
		w->seen = w->seen || sure;
		if (sure)
			audit_find(rc->check, w->entry, "%s %s", r->key, what);
		return RECORD_WRONG;
	}
	if (!w->seen && w->how == COMMIT)
		rc->unbound++;
	else if (!w->seen)
		rc->good[w->by]++;
	w->seen = true;
	return RECORD_GOOD;
}

bool record_check_unseen(const struct record_check *rc, size_t *at, uint64_t *ret_key, uint64_t *ret_entry)
{
	for (; *at < rc->size; (*at)++) {
		const struct record_word *w = &rc->words[*at];

		if (w->how == FREE || w->how == GONE || w->seen || w->asked || !is_last(rc, w))
			continue;
		*ret_key = w->key;
		*ret_entry = w->entry;
		(*at)++;
		return true;
	}
	return false;
}

void record_check_asked(struct record_check *rc, uint64_t key)
{
	struct record_word *w = find(rc, key);

	if (w != NULL)
		w->asked = true;
}

uint64_t record_check_last(const struct record_check *rc, const char *key)
{
	const struct record_word *w = find(rc, record_check_key(rc, key));

	return w == NULL || w->how == GONE || !is_last(rc, w) ? 0 : w->entry;
}
