#include "contact_find.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "cell_bulk.h"

struct search {
	const char *phone, *name;
	struct contact_places *ret;
};

static Pingan__V1__Household *home_of(const struct store_record *rec)
{
	return rec->rev == 0 ? NULL : pingan__v1__household__unpack(NULL, rec->body.len, rec->body.at);
}

static void home_free(Pingan__V1__Household *h)
{
	if (h->key.len != 0)
		sodium_memzero(h->key.data, h->key.len);
	pingan__v1__household__free_unpacked(h, NULL);
}

static bool meant(const struct search *s, const Pingan__V1__Contact *c)
{
	return (phone_same(c->phone, s->phone) || phone_same(c->phone2, s->phone)) &&
	       (s->name == NULL || strcmp(s->name, c->name) == 0);
}

static void see_home(void *ctx, size_t n, const struct store_record *rec)
{
	struct search *s = ctx;
	Pingan__V1__Household *h = home_of(rec);

	(void)n;
	for (size_t i = 0; h != NULL && i <= h->n_contacts; i++) {
		if (!(i < h->n_contacts ? meant(s, h->contacts[i]) : phone_in(h->key_holder, s->phone)))
			continue;
		if (s->ret->count == CONTACT_PLACES_MAX) {
			s->ret->more = true;
			continue;
		}
		s->ret->list[s->ret->count].home = home_of(rec); /* each place its own */
		ENSURE(s->ret->list[s->ret->count].home != NULL);
		s->ret->list[s->ret->count++].at = i;
	}
	if (h != NULL)
		home_free(h);
}

static bool each(struct cell *cell, const char *type, void (*see)(void *ctx, size_t n, const struct store_record *rec),
                 void *ctx)
{
	size_t count = 0;
	char **keys = cell_keys(cell, type, &count);
	bool ok = keys != NULL && cell_get_many(cell, keys, count, see, ctx);

	if (keys != NULL)
		cell_keys_free(keys, count);
	return ok;
}

bool contact_by_phone(struct cell *cell, const char *phone, const char *name, struct contact_places *ret)
{
	struct search s = {.phone = phone, .name = name, .ret = ret};

	memset(ret, 0, sizeof *ret);
	return each(cell, "household:", see_home, &s);
}

void contact_places_free(struct contact_places *p)
{
	for (size_t i = 0; i < p->count; i++)
		home_free(p->list[i].home);
	memset(p, 0, sizeof *p);
}

/* ------------------------------------------------------------ elsewhere */

struct elsewhere {
	const char *phone, *but;
	size_t count;
};

static void same(struct elsewhere *e, const char *key, const char *what, const char *phone)
{
	if (!phone_same(phone, e->phone))
		return;
	e->count++;
	fprintf(stderr, "pinganctl: the same telephone stands in %s, %s: see whether that is the same person\n", key, what);
}

static void see_other(void *ctx, size_t n, const struct store_record *rec)
{
	struct elsewhere *e = ctx;
	Pingan__V1__Household *h;
	Pingan__V1__Person *p;
	Pingan__V1__Station *s;
	char what[48];

	(void)n;
	if (rec->rev == 0 || strcmp(rec->key, e->but) == 0)
		return;
	if (strncmp(rec->key, "household:", strlen("household:")) == 0 && (h = home_of(rec)) != NULL) {
		same(e, rec->key, "as the home's", h->phone);
		for (size_t i = 0; i < h->n_residents; i++) {
			snprintf(what, sizeof what, "resident %.31s", h->residents[i]->id);
			same(e, rec->key, what, h->residents[i]->phone);
		}
		for (size_t i = 0; i < h->n_contacts; i++) {
			snprintf(what, sizeof what, "contact %" PRIu32, h->contacts[i]->order);
			same(e, rec->key, what, h->contacts[i]->phone);
			same(e, rec->key, what, h->contacts[i]->phone2);
		}
		if (phone_in(h->key_holder, e->phone))
			same(e, rec->key, CONTACT_HOLDER, e->phone);
		home_free(h);
	} else if (strncmp(rec->key, "person:", strlen("person:")) == 0 &&
	           (p = pingan__v1__person__unpack(NULL, rec->body.len, rec->body.at)) != NULL) {
		same(e, rec->key, "who works here", p->phone);
		pingan__v1__person__free_unpacked(p, NULL);
	} else if (strncmp(rec->key, "station:", strlen("station:")) == 0 &&
	           (s = pingan__v1__station__unpack(NULL, rec->body.len, rec->body.at)) != NULL) {
		same(e, rec->key, "as the station's", s->phone);
		same(e, rec->key, "as its duty phone", s->duty_phone);
		pingan__v1__station__free_unpacked(s, NULL);
	}
}

size_t phone_elsewhere(struct cell *cell, const char *phone, const char *but_key)
{
	struct elsewhere e = {.phone = phone, .but = but_key};

	if (phone == NULL || phone[0] == '\0')
		return 0;
	(void)(each(cell, "household:", see_other, &e) && each(cell, "person:", see_other, &e) &&
	       each(cell, "station:", see_other, &e));
	return e.count;
}
