/* find.c - texts of homes and devices, and searches through them in slices. */
#include "app/find.h"

#include <stdio.h>

#include "app/audit.h"
#include "app/find_text.h"
#include "app/screens.h"

#define TEXT_BYTES_MAX 4096 /* of one home */

/* What one record says. */
struct item {
	uint32_t at; /* in find->items */
	uint32_t len;
	char key[STORE_KEY_MAX];
	char household[ID_MAX];
	uint8_t text[];
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
	size_t at; /* items looked through; those that move meanwhile may be missed, and are found by asking again */
	size_t count;
	bool more;
	struct hit hits[FIND_HITS_MAX];
};

struct find {
	struct table by_key; /* record key -> struct item */
	struct item **items;
	size_t count, size;
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

void find_free(struct app *app)
{
	struct find *f = app->find;

	if (f == NULL)
		return;
	for (size_t i = 0; i < f->count; i++)
		free(f->items[i]);
	free(f->items);
	table_free(&f->by_key);
	free(f);
	app->find = NULL;
}

/* ------------------------------------------------------------ texts */

static void item_drop(struct find *f, const char *key)
{
	struct item *item = table_remove(&f->by_key, key);

	if (item == NULL)
		return;
	f->items[item->at] = f->items[--f->count];
	f->items[item->at]->at = item->at;
	free(item);
}

static bool item_put(struct find *f, const char *key, const char *household, struct slice text)
{
	struct item *item;

	item_drop(f, key);
	if (f->count == f->size) {
		size_t size = f->size == 0 ? 1024 : f->size * 2;
		struct item **more = realloc(f->items, size * sizeof(struct item *));

		if (more == NULL)
			return false;
		f->items = more;
		f->size = size;
	}
	item = malloc(sizeof *item + text.len);
	if (item == NULL)
		return false;
	snprintf(item->key, sizeof item->key, "%s", key);
	snprintf(item->household, sizeof item->household, "%s", household);
	item->len = (uint32_t)text.len;
	memcpy(item->text, text.at, text.len);
	item->at = (uint32_t)f->count;
	if (!table_put(&f->by_key, item->key, item)) {
		free(item);
		return false;
	}
	f->items[f->count++] = item;
	return true;
}

static void home_text(struct app *app, const Pingan__V1__Household *h, struct buf *b)
{
	find_text_field(b, FIND_HOUSEHOLD, h->id);
	find_text_phone(b, FIND_PHONE, h->phone);
	for (size_t i = 0; i < h->n_residents; i++) {
		find_text_field(b, FIND_RESIDENT, h->residents[i]->id);
		find_text_name(b, &app->ports, h->residents[i]->name);
		find_text_phone(b, FIND_PHONE, h->residents[i]->phone);
	}
	for (size_t i = 0; i < h->n_contacts; i++)
		find_text_phone(b, FIND_CONTACT_PHONE, h->contacts[i]->phone);
	find_text_field(b, FIND_ADDRESS, h->address[0] != '\0' ? h->address : h->street);
}

static void text_make(struct app *app, const struct record *rec)
{
	struct find *f = app->find;
	struct buf b = buf_of(f->scratch, sizeof f->scratch);
	const char *id = strchr(rec->key, ':') + 1, *household = NULL;

	arena_reset(&app->arena);
	if (rec->type == RECORD_HOUSEHOLD) {
		const Pingan__V1__Household *h = household_find(app, id);

		if (h != NULL && strcmp(id, QUARANTINE) != 0) {
			household = id;
			home_text(app, h, &b);
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
		item_drop(f, rec->key);
	else if (!item_put(f, rec->key, household, slice_of(b.at, b.len)))
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
	item_drop(app->find, rec->key);
}

size_t find_waiting(const struct app *app)
{
	return app->find->waiting_count;
}

/* ------------------------------------------------------------ searches */

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
	memcpy(search->query, query, sizeof query);
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

static bool covered(struct app *app, const struct session *s, const char *household)
{
	const Pingan__V1__Household *h;

	arena_reset(&app->arena);
	h = household_find(app, household);
	return h != NULL && rights_covers(&s->rights, h->area);
}

/* True when every text has been looked through. */
static bool search_slice(struct app *app, struct search *search, const struct session *s)
{
	const struct find *f = app->find;
	struct slice query = slice_str(search->query);
	size_t bytes = 0;

	for (; search->at < f->count && bytes < FIND_SLICE_BYTES; search->at++) {
		const struct item *item = f->items[search->at];
		struct hit hit;

		bytes += item->len + 64;
		hit.rank = find_text_rank(slice_of(item->text, item->len), query, &hit.tag);
		if (hit.rank == UINT32_MAX)
			continue;
		memcpy(hit.household, item->household, sizeof hit.household);
		/* What can't come among the best need not be asked about. */
		if (search->count == FIND_HITS_MAX && order(&search->hits[FIND_HITS_MAX - 1], &hit) < 0) {
			search->more = true;
			continue;
		}
		bytes += 4096;
		if (covered(app, s, item->household))
			hit_add(search, &hit);
	}
	return search->at >= f->count;
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
		bool done = s == NULL || search_slice(app, &now, s);

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
