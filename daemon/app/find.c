/* find.c - texts of homes and devices, and searches through them in slices. */
#include "app/find.h"

#include <stdio.h>

#include "app/audit.h"
#include "app/find_index.h"
#include "app/find_text.h"
#include "app/screens.h"

#define TEXT_BYTES_MAX 4096 /* of one home */
#define LOOK_BYTES 256      /* that a text takes to look at, beside its own: it is in no cache */
#define COVERED_BYTES 4096  /* and a record to unpack */

/* What one record says. */
struct item {
	uint32_t len;
	char household[ID_MAX];
	uint8_t text[];
};

/* Places for items; one that is left is given again. */
struct block {
	struct find_block index;
	struct item *items[FIND_BLOCK];
};

struct hit {
	uint32_t rank;
	enum find_tag tag;
	char household[ID_MAX];
};

struct search {
	link_t link;
	uint64_t cmd;
	char query[FIND_TEXT_MAX + 1];
	struct find_grams grams;
	uint32_t at; /* places looked through; what comes meanwhile may be missed, and is found by asking again */
	size_t count;
	bool more;
	struct hit hits[FIND_HITS_MAX];
};

struct find {
	struct block **blocks;
	uint32_t block_count, blocks_size;
	uint32_t count; /* places that were ever given */
	uint32_t *free; /* given back */
	uint32_t free_count, free_size;
	TAILQ_HEAD(, record) waiting; /* (find_link) records whose text is to be made */
	size_t waiting_count;
	size_t search_count;
	struct search searches[FIND_AT_ONCE];
	uint8_t scratch[TEXT_BYTES_MAX];
};

struct find *find_new(void)
{
	struct find *f = calloc(1, sizeof *f);

	if (f != NULL)
		TAILQ_INIT(&f->waiting);
	return f;
}

static struct item **place_of(const struct find *f, uint32_t at)
{
	return &f->blocks[at / FIND_BLOCK]->items[at % FIND_BLOCK];
}

void find_free(struct app *app)
{
	struct find *f = app->find;

	if (f == NULL)
		return;
	for (uint32_t at = 0; at < f->count; at++)
		free(*place_of(f, at));
	for (uint32_t i = 0; i < f->block_count; i++)
		free(f->blocks[i]);
	free(f->blocks);
	free(f->free);
	free(f);
	app->find = NULL;
}

/* ------------------------------------------------------------ texts */

static void item_drop(struct find *f, struct record *rec)
{
	uint32_t at = rec->find_at - 1;
	struct item *item;

	if (rec->find_at == 0)
		return;
	item = *place_of(f, at);
	find_index_drop(&f->blocks[at / FIND_BLOCK]->index, at % FIND_BLOCK, slice_of(item->text, item->len));
	*place_of(f, at) = NULL;
	rec->find_at = 0;
	f->free[f->free_count++] = at; /* there is room for all that were given */
	free(item);
}

/* Room for one more block, and for its places to be given back. */
static bool block_add(struct find *f)
{
	if (f->block_count == f->blocks_size) {
		uint32_t size = f->blocks_size == 0 ? 64 : f->blocks_size * 2;
		struct block **more = realloc(f->blocks, size * sizeof(struct block *));

		if (more == NULL)
			return false;
		f->blocks = more;
		f->blocks_size = size;
	}
	if (f->free_size < (f->block_count + 1) * FIND_BLOCK) {
		uint32_t size = f->free_size == 0 ? 16 * FIND_BLOCK : f->free_size * 2;
		uint32_t *more = realloc(f->free, size * sizeof *more);

		if (more == NULL)
			return false;
		f->free = more;
		f->free_size = size;
	}
	f->blocks[f->block_count] = calloc(1, sizeof(struct block));
	if (f->blocks[f->block_count] == NULL)
		return false;
	f->block_count++;
	return true;
}

static bool item_put(struct find *f, struct record *rec, const char *household, struct slice text)
{
	struct item *item;
	uint32_t at;

	item_drop(f, rec);
	if (f->free_count == 0 && f->count == f->block_count * FIND_BLOCK && !block_add(f))
		return false;
	item = malloc(sizeof *item + text.len);
	if (item == NULL)
		return false;
	at = f->free_count > 0 ? f->free[--f->free_count] : f->count++;
	snprintf(item->household, sizeof item->household, "%s", household);
	item->len = (uint32_t)text.len;
	memcpy(item->text, text.at, text.len);
	*place_of(f, at) = item;
	find_index_put(&f->blocks[at / FIND_BLOCK]->index, at % FIND_BLOCK, text);
	rec->find_at = at + 1;
	return true;
}

static void text_make(struct app *app, struct record *rec)
{
	struct find *f = app->find;
	struct buf b = buf_of(f->scratch, sizeof f->scratch);
	const char *id = strchr(rec->key, ':') + 1, *household = NULL;

	arena_reset(&app->arena);
	if (rec->type == RECORD_HOUSEHOLD) {
		const Pingan__V1__Household *h = household_find(app, id);

		if (h != NULL && strcmp(id, QUARANTINE) != 0) {
			household = id;
			find_text_home(&b, &app->ports, h);
		}
	} else {
		const Pingan__V1__Device *d = device_find(app, id);

		if (d != NULL && strlen(d->household) < ID_MAX) {
			household = d->household;
			find_text_field(&b, FIND_DEVICE, id);
		}
	}
	/* A home that says more than fits is found by what did. */
	if (household == NULL || household[0] == '\0')
		item_drop(f, rec);
	else if (!item_put(f, rec, household, slice_of(b.at, b.len)))
		projection_incomplete(app, "find");
}

static void waiting_drop(struct find *f, struct record *rec)
{
	if (!rec->find_waits)
		return;
	TAILQ_REMOVE(&f->waiting, rec, find_link);
	rec->find_waits = false;
	f->waiting_count--;
}

void find_touch(struct app *app, struct record *rec)
{
	struct find *f = app->find;

	if (rec->rev == 0) {
		find_forget(app, rec);
		return;
	}
	if (rec->find_waits)
		return;
	TAILQ_INSERT_TAIL(&f->waiting, rec, find_link);
	rec->find_waits = true;
	f->waiting_count++;
}

void find_forget(struct app *app, struct record *rec)
{
	if (app->find == NULL || (rec->type != RECORD_HOUSEHOLD && rec->type != RECORD_DEVICE))
		return;
	waiting_drop(app->find, rec);
	item_drop(app->find, rec);
}

size_t find_waiting(const struct app *app)
{
	return app->find->waiting_count;
}

/* ------------------------------------------------------------ searches */

static void search_begin(struct search *search, const char query[FIND_TEXT_MAX + 1])
{
	memcpy(search->query, query, FIND_TEXT_MAX + 1);
	find_grams_of(slice_str(search->query), &search->grams);
}

void find_ask(struct app *app, struct session *s, uint64_t cmd, const char *text)
{
	struct find *f = app->find;
	struct search *search;
	char query[FIND_TEXT_MAX + 1];

	if (!find_text_query(text, query, sizeof query)) {
		request_reply(app, s, cmd, REFUSAL_BAD_REQUEST, NULL);
		return;
	}
	if (f->search_count == FIND_AT_ONCE) {
		request_reply(app, s, cmd, REFUSAL_OVERLOAD, NULL);
		return;
	}
	search = &f->searches[f->search_count++];
	*search = (struct search){.link = s->link, .cmd = cmd};
	search_begin(search, query);
}

static int order(const struct hit *a, const struct hit *b)
{
	return a->rank != b->rank ? (a->rank < b->rank ? -1 : 1) : strcmp(a->household, b->household);
}

/* One of a home: a better one takes its place. */
static void hit_add(struct search *search, const struct hit *hit)
{
	size_t at = 0;

	for (size_t i = 0; i < search->count; i++) {
		if (strcmp(search->hits[i].household, hit->household) != 0)
			continue;
		if (order(&search->hits[i], hit) <= 0)
			return;
		search->count--;
		memmove(&search->hits[i], &search->hits[i + 1], (search->count - i) * sizeof *hit);
		break;
	}
	while (at < search->count && order(&search->hits[at], hit) < 0)
		at++;
	if (search->count == FIND_HITS_MAX)
		search->more = true;
	if (at == FIND_HITS_MAX)
		return;
	if (search->count < FIND_HITS_MAX)
		search->count++;
	memmove(&search->hits[at + 1], &search->hits[at], (search->count - at - 1) * sizeof *hit);
	search->hits[at] = *hit;
}

/* Whose search it is: whether they may be told of homes there. */
typedef bool covers_area(const void *who, const char *area);

static bool session_covers(const void *who, const char *area)
{
	return rights_covers(&((const struct session *)who)->rights, area);
}

static bool covered(struct app *app, covers_area *covers, const void *who, const char *household)
{
	const Pingan__V1__Household *h;

	arena_reset(&app->arena);
	h = household_find(app, household);
	return h != NULL && covers(who, h->area);
}

/* One text that can contain the query. Returns what looking at it took. */
static size_t item_look(struct app *app, struct search *search, covers_area *covers, const void *who,
                        const struct item *item)
{
	struct hit hit;
	size_t bytes = item->len + LOOK_BYTES;

	hit.rank = find_text_rank(slice_of(item->text, item->len), slice_str(search->query), &hit.tag);
	if (hit.rank == UINT32_MAX)
		return bytes;
	memcpy(hit.household, item->household, sizeof hit.household);
	/* What can't come among the best need not be asked about. */
	if (search->count == FIND_HITS_MAX && order(&search->hits[FIND_HITS_MAX - 1], &hit) < 0) {
		search->more = true;
		return bytes;
	}
	if (covered(app, covers, who, item->household))
		hit_add(search, &hit);
	return bytes + COVERED_BYTES;
}

/* True when every text has been looked through. */
static bool search_slice(struct app *app, struct search *search, covers_area *covers, const void *who)
{
	const struct find *f = app->find;
	size_t bytes = 0;

	while (search->at < f->count && bytes < FIND_SLICE_BYTES) {
		const struct block *block = f->blocks[search->at / FIND_BLOCK];
		uint32_t word = search->at % FIND_BLOCK / 64;
		uint64_t may = find_index_word(&block->index, word, &search->grams);

		bytes += sizeof may * (1 + search->grams.count);
		for (; may != 0; may &= may - 1) {
			const struct item *item = block->items[64 * word + (uint32_t)__builtin_ctzll(may)];

			if (item != NULL)
				bytes += item_look(app, search, covers, who, item);
		}
		search->at += 64;
	}
	return search->at >= f->count;
}

bool find_walk(const struct app *app, const struct find_grams *grams, uint32_t *at, find_each *each, void *ctx)
{
	const struct find *f = app->find;
	size_t bytes = 0;

	for (; *at < f->count && bytes < FIND_SLICE_BYTES; *at += 64) {
		const struct block *block = f->blocks[*at / FIND_BLOCK];
		uint32_t word = *at % FIND_BLOCK / 64;
		uint64_t may = find_index_word(&block->index, word, grams);

		bytes += sizeof may * (1 + grams->count);
		for (; may != 0; may &= may - 1) {
			const struct item *item = block->items[64 * word + (uint32_t)__builtin_ctzll(may)];

			if (item == NULL)
				continue;
			bytes += item->len + LOOK_BYTES;
			if (each(ctx, item->household, slice_of(item->text, item->len)))
				bytes += COVERED_BYTES;
		}
	}
	return *at >= f->count;
}

static Pingan__V1__FoundHomes__Home *home_fill(struct app *app, const struct hit *hit)
{
	Pingan__V1__FoundHomes__Home *to = arena_take(&app->arena, sizeof *to);
	const Pingan__V1__Household *h = household_find(app, hit->household);
	const struct record *open = incident_of_household(app, hit->household);

	if (to == NULL || h == NULL)
		return NULL;
	pingan__v1__found_homes__home__init(to);
	to->household = (char *)hit->household;
	to->area = text_cut(app, area_name(app, h->area, 9), 64);
	to->street = text_cut(app, h->street, 64);
	if (h->n_residents > 0) {
		to->resident = text_cut(app, h->residents[0]->name, 64);
		to->age = age_years(app, h->residents[0]->birth_year);
	}
	to->residents = (uint32_t)h->n_residents;
	to->by = (uint32_t)hit->tag;
	if (open != NULL && open->rev != 0)
		to->incident = open->slot->id;
	return to;
}

static void search_tell(struct app *app, const struct search *search, struct session *s)
{
	Pingan__V1__FoundHomes found = PINGAN__V1__FOUND_HOMES__INIT;
	Pingan__V1__FoundHomes__Home *list[FIND_HITS_MAX];

	arena_reset(&app->arena);
	found.list = list;
	for (size_t i = 0; i < search->count; i++) {
		list[found.n_list] = home_fill(app, &search->hits[i]);
		found.n_list += list[found.n_list] != NULL;
	}
	found.more = search->more;
	found.incomplete = app->find->waiting_count != 0;
	request_reply_found(app, s, search->cmd, &found);
	audit_found(app, s, search->cmd, search->query, (uint32_t)search->count);
}

void find_turn(struct app *app)
{
	struct find *f = app->find;
	struct record *rec;

	for (int n = 0; n < FIND_INDEX_SLICE && (rec = TAILQ_FIRST(&f->waiting)) != NULL; n++) {
		waiting_drop(f, rec);
		text_make(app, rec);
	}
	/* One search a turn, so that a turn stays short; the others get theirs in the next. */
	if (f->search_count > 0) {
		struct search now = f->searches[0];
		struct session *s = session_find(app, now.link);
		bool done = s == NULL || search_slice(app, &now, session_covers, s);

		f->search_count--;
		memmove(&f->searches[0], &f->searches[1], f->search_count * sizeof now);
		if (!done)
			f->searches[f->search_count++] = now;
		else if (s != NULL)
			search_tell(app, &now, s);
	}
}

bool find_behind(const struct app *app)
{
	return app->find->search_count > 0 || app->find->waiting_count > 0;
}

/* ------------------------------------------------------------ for other systems */

struct app_search {
	struct search at;
};

struct app_search *app_search_new(const char *typed)
{
	char query[FIND_TEXT_MAX + 1];
	struct app_search *search;

	if (!find_text_query(typed, query, sizeof query))
		return NULL;
	search = calloc(1, sizeof *search);
	if (search != NULL)
		search_begin(&search->at, query);
	return search;
}

static bool who_covers_area(const void *who, const char *area)
{
	return who_covers(who, area);
}

bool app_search_step(struct app *app, struct app_search *search, const struct who *who)
{
	app_begin(app);
	return search_slice(app, &search->at, who_covers_area, who);
}

const char *app_search_hit(const struct app_search *search, size_t n, const char **ret_by)
{
	if (n >= search->at.count)
		return NULL;
	*ret_by = find_tag_name(search->at.hits[n].tag);
	return search->at.hits[n].household;
}

bool app_search_more(const struct app_search *search)
{
	return search->at.more;
}

bool app_search_complete(const struct app *app)
{
	return app->find->waiting_count == 0;
}
