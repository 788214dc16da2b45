#include "app/guesses.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/audit.h"
#include "app/change.h"

#define KEY_RECORD "guess:key"
#define LOOKED_AT 16 /* sets each second, whether they are forgotten */

static uint32_t set_of(uint64_t name)
{
	return (uint32_t)(name % GUESS_SETS);
}

static void set_key(uint32_t set, char ret[STORE_KEY_MAX])
{
	snprintf(ret, STORE_KEY_MAX, "guess:%03" PRIx32, set);
}

/* ------------------------------------------------------------ one name */

static void fade(Pingan__V1__Guess *g, ms_t now_ms)
{
	int64_t gone;

	/* A record is somebody else's word: no time in it is before the beginning, or still to come. */
	g->faded_ms = g->faded_ms < 0 || g->faded_ms > now_ms ? now_ms : g->faded_ms;
	g->last_ms = g->last_ms < 0 || g->last_ms > now_ms ? now_ms : g->last_ms;
	g->known_ms = g->known_ms < 0 || g->known_ms > now_ms ? 0 : g->known_ms;
	gone = (now_ms - g->faded_ms) / GUESS_FORGET_MS;
	if (gone > 0) {
		g->fails = gone >= (int64_t)g->fails ? 0 : g->fails - (uint32_t)gone;
		g->faded_ms += gone * GUESS_FORGET_MS;
	}
	if (now_ms - g->known_ms >= GUESS_KNOWN_MS)
		g->known_ms = 0;
}

static bool forgotten(const Pingan__V1__Guess *g)
{
	return g->fails == 0 && g->known_ms == 0;
}

/* Does `a` tell less than `b`? Whoever was right stays longest. */
static bool less(const Pingan__V1__Guess *a, const Pingan__V1__Guess *b)
{
	if ((a->known_ms == 0) != (b->known_ms == 0))
		return a->known_ms == 0;
	return a->fails != b->fails ? a->fails < b->fails : a->last_ms < b->last_ms;
}

/* ------------------------------------------------------------ one set */

struct set {
	Pingan__V1__Guesses message;
	Pingan__V1__Guess *at[GUESS_SET_MAX];
	Pingan__V1__Guess own[GUESS_NAMES_MAX]; /* that were not there */
};

/* What stands there and is not forgotten. In the arena. */
static void set_read(struct app *app, const struct record *rec, struct set *ret)
{
	Pingan__V1__Guesses *m = NULL;

	ret->message = (Pingan__V1__Guesses)PINGAN__V1__GUESSES__INIT;
	ret->message.of = ret->at;
	if (rec != NULL && rec->rev != 0)
		m = pingan__v1__guesses__unpack(&app->arena.allocator, rec->body_len, rec->body);
	for (size_t i = 0; m != NULL && i < m->n_of && ret->message.n_of < GUESS_SET_MAX; i++) {
		fade(m->of[i], app->now.store_ms);
		if (!forgotten(m->of[i]))
			ret->at[ret->message.n_of++] = m->of[i];
	}
}

static void set_note(struct set *s, uint32_t number, uint64_t name, bool good, ms_t now_ms)
{
	Pingan__V1__Guess *g = NULL;
	size_t least = 0;

	for (size_t i = 0; i < s->message.n_of; i++) {
		if (s->at[i]->name == name)
			g = s->at[i];
		if (less(s->at[i], s->at[least]))
			least = i;
	}
	if (g == NULL) {
		g = &s->own[number];
		*g = (Pingan__V1__Guess)PINGAN__V1__GUESS__INIT;
		g->name = name;
		s->at[s->message.n_of < GUESS_SET_MAX ? s->message.n_of++ : least] = g;
	}
	if (good) {
		g->fails = 0;
		g->known_ms = now_ms;
		return;
	}
	g->fails += g->fails < GUESS_FAILS_MAX;
	g->last_ms = g->faded_ms = now_ms;
}

/* What a newer daemon has said of a name stays, while there is room for it. */
static size_t set_len(struct set *s)
{
	size_t len = pingan__v1__guesses__get_packed_size(&s->message);

	if (len <= STORE_BODY_MAX)
		return len;
	for (size_t i = 0; i < s->message.n_of; i++)
		s->at[i]->base.n_unknown_fields = 0;
	return pingan__v1__guesses__get_packed_size(&s->message);
}

static void set_put(struct store_commit *c, const struct record *rec, struct set *s, struct buf *bytes)
{
	size_t from = bytes->len, len = set_len(s);
	uint8_t *room = buf_room(bytes, len);

	ENSURE(room != NULL);
	pingan__v1__guesses__pack(&s->message, room);
	commit_put(c, rec, bytes, from);
}

static void entry_fly(struct app *app, struct change *ch, struct store_commit *c, struct buf *bytes)
{
	size_t from = bytes->len;

	log_event_encode(app->config.daemon, ch->record->key, NULL, 0, NULL, slice_of(NULL, 0), "", bytes);
	c->event = slice_of(bytes->at + from, bytes->len - from);
	ENSURE(!bytes->overflow);
	change_fly(app, ch, c);
}

enum verdict guesses_decide(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	const struct guess_ask *ask = ch->guess;
	struct store_commit c;
	struct set set;

	commit_begin(&c);
	if (ask == NULL) {
		set_read(app, ch->record, &set);
		if (ch->record->rev == 0 || set.message.n_of != 0)
			return STAY;
		commit_put(&c, ch->record, &bytes, 0);
		c.puts[0].remove = true;
		entry_fly(app, ch, &c, &bytes);
		return MOVE;
	}
	for (uint32_t i = 0; i < ask->count; i++) {
		struct record *rec = ch->record, none = {0};
		bool before = false;

		for (uint32_t j = 0; j < i; j++)
			before = before || set_of(ask->names[j]) == set_of(ask->names[i]);
		if (before)
			continue;
		if (i != 0) {
			set_key(set_of(ask->names[i]), none.key);
			rec = record_find(app, none.key);
			rec = rec == NULL ? &none : rec;
		}
		set_read(app, rec, &set);
		for (uint32_t j = i; j < ask->count; j++)
			if (set_of(ask->names[j]) == set_of(ask->names[i]))
				set_note(&set, j, ask->names[j], ask->good, app->now.store_ms);
		set_put(&c, rec, &set, &bytes);
	}
	entry_fly(app, ch, &c, &bytes);
	return MOVE;
}

/* ------------------------------------------------------------ from and to whoever delays log-ins */

/* There is one key for a cell, made when somebody logs in for the first time. */
static bool key_there(struct app *app)
{
	const struct record *rec = record_find(app, KEY_RECORD);
	Pingan__V1__GuessKey key = PINGAN__V1__GUESS_KEY__INIT;
	struct change *ch;

	if (rec != NULL && rec->rev != 0)
		return true;
	if (rec != NULL && (rec->busy != NULL || rec->waiting_count != 0))
		return false;
	ch = change_submit(app, CHANGE_NEW, KEY_RECORD, NULL, NULL, (struct waiter){0});
	if (ch == NULL)
		return false;
	key.first = app->ports.random(app->ports.ctx);
	key.second = app->ports.random(app->ports.ctx);
	ch->body = malloc(pingan__v1__guess_key__get_packed_size(&key));
	/* Without memory the record is an empty one: no key, which is made again. */
	if (ch->body != NULL)
		ch->body_len = (uint32_t)pingan__v1__guess_key__pack(&key, ch->body);
	return false;
}

/* Entries of the log are for ever: who tries names that are none makes few. */
static bool stranger_may(struct app *app)
{
	if (app->now.mono.ms - app->strangers_at.ms >= SECONDS(1)) {
		app->strangers_at = app->now.mono;
		app->strangers = 0;
	}
	return app->strangers++ < GUESS_STRANGERS_S;
}

static struct change *submit(struct app *app, const struct guess_ask *ask, const struct audit *audit)
{
	char key[STORE_KEY_MAX];
	struct change *ch;

	if (!app->store_up || ask->count == 0 || !key_there(app) || (audit == NULL && !ask->good && !stranger_may(app)))
		return NULL;
	set_key(set_of(ask->names[0]), key);
	ch = change_submit(app, CHANGE_GUESS, key, NULL, NULL, (struct waiter){0});
	if (ch == NULL)
		return NULL;
	ch->guess = malloc(sizeof *ch->guess);
	if (ch->guess == NULL)
		return NULL; /* the set is looked at, and nothing is written */
	*ch->guess = *ask;
	ch->audit = audit == NULL ? NULL : malloc(sizeof *ch->audit);
	if (ch->audit != NULL)
		*ch->audit = *audit;
	return ch;
}

void app_guess_key(struct app *app)
{
	app_begin(app);
	if (app->store_up)
		(void)key_there(app);
}

void app_guess(struct app *app, const struct guess_ask *ask, const struct audit *audit)
{
	struct change *ch;

	app_begin(app);
	ENSURE(ask->count <= GUESS_NAMES_MAX);
	ch = submit(app, ask, audit);
	if (audit != NULL && (ch == NULL || ch->audit == NULL))
		(void)!audit_put(app, audit, (struct waiter){0});
}

void guesses_tell(struct app *app, const struct record *rec)
{
	struct guess_count list[GUESS_SET_MAX];
	const Pingan__V1__Guesses *m;
	size_t n = 0;

	if (app->ports.guess_known == NULL || rec->rev == 0)
		return;
	arena_reset(&app->scratch);
	if (strcmp(rec->key, KEY_RECORD) == 0) {
		const Pingan__V1__GuessKey *key =
			pingan__v1__guess_key__unpack(&app->scratch.allocator, rec->body_len, rec->body);

		if (key != NULL && (key->first != 0 || key->second != 0))
			app->ports.guess_key(app->ports.ctx, (const uint64_t[2]){key->first, key->second});
		return;
	}
	m = pingan__v1__guesses__unpack(&app->scratch.allocator, rec->body_len, rec->body);
	for (size_t i = 0; m != NULL && i < m->n_of && n < GUESS_SET_MAX; i++) {
		Pingan__V1__Guess *g = m->of[i];

		fade(g, app->now.store_ms);
		list[n++] = (struct guess_count){
			.name = g->name,
			.fails = g->fails < GUESS_FAILS_MAX ? g->fails : GUESS_FAILS_MAX,
			.faded_ago_ms = app->now.store_ms - g->faded_ms,
			.failed_ago_ms = app->now.store_ms - g->last_ms,
			.known_ago_ms = g->known_ms == 0 ? -1 : app->now.store_ms - g->known_ms,
		};
	}
	if (n != 0)
		app->ports.guess_known(app->ports.ctx, list, n);
}

/* A few sets each second, as sessions are looked at: those at the head of the list, which then go to its end. */
void guesses_turn(struct app *app)
{
	struct record_list *all = &app->of_type[RECORD_GUESS];
	size_t n = app->count_of_type[RECORD_GUESS];
	struct record *rec;
	struct set set;

	if (!app->store_up || app->now.mono.ms - app->guesses_at.ms < SECONDS(1))
		return;
	app->guesses_at = app->now.mono;
	for (n = n < LOOKED_AT ? n : LOOKED_AT; n > 0; n--) {
		rec = TAILQ_FIRST(all);
		TAILQ_REMOVE(all, rec, of_type);
		TAILQ_INSERT_TAIL(all, rec, of_type);
		if (rec->rev == 0 || rec->busy != NULL || rec->waiting_count != 0 || strcmp(rec->key, KEY_RECORD) == 0)
			continue;
		arena_reset(&app->arena);
		set_read(app, rec, &set);
		if (set.message.n_of == 0)
			(void)change_submit(app, CHANGE_GUESS, rec->key, NULL, NULL, (struct waiter){0});
	}
}
