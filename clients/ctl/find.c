#include "find.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/find_text.h"
#include "audit_part.h"
#include "cell_bulk.h"
#include "core/alarm.h"
#include "io/pinyin.h"
#include "wire/arena.h"

#define QUERY_MAX 64
#define FOUND_TEXT_MAX 8192
#define SCRATCH_LEN ((size_t)1 << 18)

struct hit {
	uint32_t rank;
	enum find_tag tag;
	char household[ID_MAX];
	char area[16];
	char *resident, *address; /* owned */
};

struct search {
	struct ports ports; /* pinyin, and nothing else */
	char query[QUERY_MAX + 1];
	char **keys;
	struct hit hits[FIND_COUNT_MAX];
	size_t count, max;
	bool more;
	size_t unread;
	uint32_t rank; /* of a unit, while its home is looked at */
	struct arena arena;
	uint8_t text[FOUND_TEXT_MAX];
	_Alignas(max_align_t) uint8_t scratch[SCRATCH_LEN];
};

static bool better(const struct hit *a, const struct hit *b)
{
	return a->rank != b->rank ? a->rank < b->rank : strcmp(a->household, b->household) < 0;
}

static void hit_free(struct hit *h)
{
	free(h->resident);
	free(h->address);
}

/* One of a home: a better one takes its place. The hit is the list's from here on. */
static void hit_add(struct search *s, struct hit *hit)
{
	size_t at = s->count;

	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->hits[i].household, hit->household) == 0) {
			if (!better(hit, &s->hits[i])) {
				hit_free(hit);
				return;
			}
			hit_free(&s->hits[i]);
			memmove(&s->hits[i], &s->hits[i + 1], (--s->count - i) * sizeof *hit);
			break;
		}
	if (s->count == s->max) {
		s->more = true;
		if (!better(hit, &s->hits[s->count - 1])) {
			hit_free(hit);
			return;
		}
		hit_free(&s->hits[--s->count]);
	}
	for (at = s->count; at > 0 && better(hit, &s->hits[at - 1]); at--)
		s->hits[at] = s->hits[at - 1];
	s->hits[at] = *hit;
	s->count++;
}

static void hit_of(struct search *s, const Pingan__V1__Household *h, uint32_t rank, enum find_tag tag)
{
	struct hit hit = {.rank = rank, .tag = tag};

	if (!text_copy(hit.household, sizeof hit.household, slice_str(h->id)) ||
	    !text_copy(hit.area, sizeof hit.area, slice_str(h->area)))
		return;
	hit.resident = strdup(h->n_residents == 0 ? "" : h->residents[0]->name);
	hit.address = strdup(h->address);
	ENSURE(hit.resident != NULL && hit.address != NULL);
	hit_add(s, &hit);
}

static Pingan__V1__Household *home_read(struct search *s, size_t n, const struct store_record *rec)
{
	Pingan__V1__Household *h;

	arena_reset(&s->arena);
	if (rec->rev == 0 || strcmp(s->keys[n], "household:quarantine") == 0)
		return NULL; /* gone meanwhile, or nobody's */
	h = pingan__v1__household__unpack(&s->arena.allocator, rec->body.len, rec->body.at);
	s->unread += h == NULL;
	return h == NULL || h->erased_ms != 0 ? NULL : h;
}

static void see_home(void *ctx, size_t n, const struct store_record *rec)
{
	struct search *s = ctx;
	const Pingan__V1__Household *h = home_read(s, n, rec);
	struct buf b = buf_of(s->text, sizeof s->text);
	enum find_tag tag = FIND_NONE;
	uint32_t rank;

	if (h == NULL)
		return;
	find_text_home(&b, &s->ports, h);
	rank = find_text_rank(slice_of(b.at, b.len), slice_str(s->query), &tag);
	if (rank != UINT32_MAX)
		hit_of(s, h, rank, tag);
}

static void see_home_of_unit(void *ctx, size_t n, const struct store_record *rec)
{
	struct search *s = ctx;
	const Pingan__V1__Household *h = home_read(s, n, rec);

	if (h != NULL)
		hit_of(s, h, s->rank, FIND_DEVICE);
}

/* ------------------------------------------------------------ units */

struct unit {
	struct search *s;
	char **keys;
	uint32_t *ranks;
	char (*homes)[STORE_KEY_MAX]; /* "" = bound to none */
};

static void see_unit(void *ctx, size_t n, const struct store_record *rec)
{
	struct unit *u = ctx;
	Pingan__V1__Device *d;

	arena_reset(&u->s->arena);
	d = rec->rev == 0 ? NULL : pingan__v1__device__unpack(&u->s->arena.allocator, rec->body.len, rec->body.at);
	u->homes[n][0] = '\0';
	if (d != NULL && d->household[0] != '\0' && strlen(d->household) < ID_MAX)
		snprintf(u->homes[n], STORE_KEY_MAX, "household:%s", d->household);
}

/* Units whose names fit, and the homes that they are bound to. */
static bool by_units(struct cell *cell, struct search *s)
{
	size_t all = 0, count = 0;
	char **keys = cell_keys(cell, "device:", &all);
	struct unit u = {.s = s, .keys = calloc(all + 1, sizeof(char *)), .ranks = calloc(all + 1, sizeof *u.ranks)};
	bool ok = keys != NULL;

	ENSURE(u.keys != NULL && u.ranks != NULL);
	for (size_t i = 0; ok && i < all; i++) {
		struct buf b = buf_of(s->text, sizeof s->text);
		enum find_tag tag = FIND_NONE;

		find_text_field(&b, FIND_DEVICE, strchr(keys[i], ':') + 1);
		u.ranks[count] = find_text_rank(slice_of(b.at, b.len), slice_str(s->query), &tag);
		if (u.ranks[count] != UINT32_MAX)
			u.keys[count++] = keys[i];
	}
	u.homes = calloc(count + 1, sizeof *u.homes);
	ENSURE(u.homes != NULL);
	ok = ok && cell_get_many(cell, u.keys, count, see_unit, &u);
	for (size_t i = 0; ok && i < count; i++) {
		char *home = u.homes[i];

		if (home[0] == '\0')
			continue;
		s->keys = &home;
		s->rank = u.ranks[i];
		ok = cell_get_many(cell, &home, 1, see_home_of_unit, s);
	}
	cell_keys_free(keys, all);
	free(u.keys);
	free(u.ranks);
	free(u.homes);
	return ok;
}

/* ------------------------------------------------------------ telling */

static void tell(const struct search *s, bool json)
{
	if (!json && s->count != 0)
		printf("%-20s %-10s %-13s %-16s %s\n", "household", "by", "area", "resident", "address");
	for (size_t i = 0; i < s->count; i++) {
		const struct hit *h = &s->hits[i];
		json_t *line;

		if (!json) {
			printf("%-20s %-10s %-13s %-16s %s\n", h->household, find_tag_name(h->tag), h->area, h->resident,
			       h->address);
			continue;
		}
		line = json_pack("{s:s, s:s, s:s, s:s, s:s}", "household", h->household, "by", find_tag_name(h->tag), "area",
		                 h->area, "resident", h->resident, "address", h->address);
		if (line == NULL)
			continue;
		(void)json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(line);
	}
	if (s->more)
		fprintf(stderr, "pinganctl: there are more: say more of it, or --count N\n");
}

int find_homes(struct cell *cell, const char *typed, uint32_t count, bool json)
{
	struct search *s = calloc(1, sizeof *s);
	char error[256];
	size_t homes = 0;
	char **keys = NULL;
	bool ok = false;

	ENSURE(s != NULL);
	s->max = count < FIND_COUNT_MAX ? count : FIND_COUNT_MAX;
	s->ports.pinyin = pinyin_of;
	arena_init(&s->arena, s->scratch, sizeof s->scratch);
	if (!find_text_query(typed, s->query, sizeof s->query)) {
		fprintf(stderr, "pinganctl: find: say at least two signs of what is known, 64 bytes at most\n");
	} else if (!pinyin_start(error)) {
		fprintf(stderr, "pinganctl: find: %s\n", error);
	} else {
		keys = cell_keys(cell, "household:", &homes);
		s->keys = keys;
		ok = keys != NULL && cell_get_many(cell, keys, homes, see_home, s) && by_units(cell, s);
		cell_keys_free(keys, homes);
		pinyin_stop();
	}
	if (ok) {
		const struct audit a = {.what = AUDIT_FOUND, .count = (uint32_t)s->count};

		ok = audit_note(cell, &a);
	}
	if (ok)
		tell(s, json);
	if (s->unread != 0)
		fprintf(stderr, "pinganctl: %zu homes are unreadable and left out\n", s->unread);
	ok = ok && s->count != 0 && s->unread == 0;
	for (size_t i = 0; i < s->count; i++)
		hit_free(&s->hits[i]);
	free(s);
	return !ok;
}
