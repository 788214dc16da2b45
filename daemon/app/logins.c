/* logins.c - who is logged in: records like any other, so that every daemon knows and a revocation reaches all. */
#include <stdio.h>
#include <stdlib.h>

#include "app/internal.h"

static bool account_fill(const Pingan__V1__Person *p, struct account *ret)
{
	if (p == NULL || p->disabled || (int)p->role <= ROLE_NONE || (int)p->role >= ROLE_MACHINE)
		return false;
	memset(ret, 0, sizeof *ret);
	ret->role = (enum role)p->role;
	return text_copy(ret->person, sizeof ret->person, slice_str(p->id)) &&
	       text_copy(ret->name, sizeof ret->name, slice_str(p->name)) &&
	       text_copy(ret->password_hash, sizeof ret->password_hash, slice_str(p->password_hash));
}

bool app_account(struct app *app, const char *account, struct account *ret)
{
	struct record *rec;

	app_begin(app);
	rec = table_get(&app->accounts, account);
	if (rec == NULL || rec->rev == 0)
		return false;
	return account_fill(person_find(app, strchr(rec->key, ':') + 1), ret);
}

/* The person whose session this is; NULL when it is over, for whatever reason. */
static const Pingan__V1__Person *session_person(struct app *app, const struct record *rec)
{
	const Pingan__V1__Person *p;
	const Pingan__V1__Login *l;

	if (rec == NULL || rec->rev == 0)
		return NULL;
	l = pingan__v1__login__unpack(&app->arena.allocator, rec->body_len, rec->body);
	if (l == NULL || l->until_ms <= app->now.store_ms)
		return NULL;
	p = person_find(app, l->person);
	return p == NULL || p->disabled || l->made_ms < p->sessions_from_ms ? NULL : p;
}

const Pingan__V1__Person *login_person(struct app *app, const char *login)
{
	char key[STORE_KEY_MAX];

	record_key(key, "login", login);
	return session_person(app, record_find(app, key));
}

bool app_login_find(struct app *app, const char *login, struct account *ret)
{
	app_begin(app);
	return account_fill(login_person(app, login), ret);
}

void app_login_begin(struct app *app, uint64_t tag, const char *login, const char *person, int64_t length_ms)
{
	const Pingan__V1__Person *p;
	Pingan__V1__Login l = PINGAN__V1__LOGIN__INIT;
	char key[STORE_KEY_MAX];
	struct change *ch = NULL;

	app_begin(app);
	p = person_find(app, person);
	record_key(key, "login", login);
	if (p != NULL && app->store_up)
		ch = change_submit(app, CHANGE_LOGIN, key, NULL, NULL, (struct waiter){WAITER_LOGIN, 0, tag});
	if (ch != NULL) {
		l.person = (char *)person;
		l.role = p->role;
		l.made_ms = app->now.store_ms;
		l.until_ms = app->now.store_ms + length_ms;
		ch->body_len = (uint32_t)pingan__v1__login__get_packed_size(&l);
		ch->body = malloc(ch->body_len + 1);
		if (ch->body != NULL) {
			pingan__v1__login__pack(&l, ch->body);
			return;
		}
		ch->body_len = 0; /* an empty body logs nobody in; the answer below says no at once */
		ch->waiter.type = WAITER_NONE;
	}
	app->ports.login_done(app->ports.ctx, tag, false);
}

void app_login_end(struct app *app, uint64_t tag, const char *login)
{
	char key[STORE_KEY_MAX];
	struct change *ch = NULL;

	app_begin(app);
	record_key(key, "login", login);
	if (app->store_up)
		ch = change_submit(app, CHANGE_LOGIN, key, NULL, NULL, (struct waiter){WAITER_LOGIN, 0, tag});
	if (ch == NULL)
		app->ports.login_done(app->ports.ctx, tag, false);
	else
		ch->remove = true;
}

/* Log-ins that ran out leave the store, one a second, whoever is first. */
void logins_turn(struct app *app)
{
	struct record *rec;

	if (!app->store_up || app->now.mono.ms - app->logins_at.ms < SECONDS(1))
		return;
	app->logins_at = app->now.mono;
	TAILQ_FOREACH (rec, &app->of_type[RECORD_LOGIN], of_type) {
		const Pingan__V1__Login *l;
		struct change *ch;

		if (rec->rev == 0 || rec->busy != NULL || rec->waiting_count != 0)
			continue;
		arena_reset(&app->arena);
		l = pingan__v1__login__unpack(&app->arena.allocator, rec->body_len, rec->body);
		if (l != NULL && l->until_ms > app->now.store_ms)
			continue;
		ch = change_submit(app, CHANGE_LOGIN, rec->key, NULL, NULL, (struct waiter){0});
		if (ch != NULL)
			ch->remove = true;
		return;
	}
}
