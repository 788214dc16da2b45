/* who.c - who asks over HTTP: a person by their session, another system by its token; and what they may. */
#include <stdio.h>

#include "app/accounts.h"
#include "app/change.h"

#define DAY_MS INT64_C(86400000)

static bool areas_take(struct who *ret, char *const *areas, size_t count)
{
	for (size_t i = 0; i < count && ret->area_count < WHO_AREAS_MAX; i++)
		if (areas[i][0] != '\0' && text_copy(ret->areas[ret->area_count], sizeof ret->areas[0], slice_str(areas[i])))
			ret->area_count++;
	return true;
}

bool app_who_login(struct app *app, const char *login, struct who *ret)
{
	const Pingan__V1__Person *p;

	app_begin(app);
	memset(ret, 0, sizeof *ret);
	p = login_person(app, login);
	if (p == NULL || (int)p->role <= ROLE_NONE || (int)p->role >= ROLE_MACHINE)
		return false;
	ret->role = (enum role)p->role;
	ret->must = login_must(p);
	ret->scopes = ret->must != 0 ? 0 : rights_scopes(ret->role);
	(void)text_copy(ret->login, sizeof ret->login, slice_str(login));
	return text_copy(ret->id, sizeof ret->id, slice_str(p->id)) &&
	       text_copy(ret->name, sizeof ret->name, slice_str(p->name)) && areas_take(ret, p->areas, p->n_areas);
}

/* Its record says when it was last used, to a day: a token that nobody uses is one to revoke. */
static void used(struct app *app, struct record *rec, const Pingan__V1__Token *t)
{
	if (app->store_up && app->now.store_ms / DAY_MS != t->used_ms / DAY_MS && rec->busy == NULL &&
	    rec->waiting_count == 0)
		(void)change_submit(app, CHANGE_TOKEN, rec->key, NULL, NULL, (struct waiter){0});
}

enum verdict token_decide(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	Pingan__V1__Token *t = NULL;
	struct store_commit c;
	uint8_t *room;
	size_t from, len;

	if (ch->record->rev != 0)
		t = pingan__v1__token__unpack(&app->arena.allocator, ch->record->body_len, ch->record->body);
	/* Revoked meanwhile: it does not come back. */
	if (t == NULL || app->now.store_ms / DAY_MS == t->used_ms / DAY_MS)
		return STAY;
	t->used_ms = app->now.store_ms / DAY_MS * DAY_MS;
	len = pingan__v1__token__get_packed_size(t);
	if (len > STORE_BODY_MAX)
		return STAY; /* a record that somebody else filled */
	room = buf_room(&bytes, len);
	ENSURE(room != NULL);
	pingan__v1__token__pack(t, room);
	commit_begin(&c);
	commit_put(&c, ch->record, &bytes, 0);
	from = bytes.len;
	log_event_encode(app->config.daemon, ch->record->key, NULL, 0, NULL, slice_of(NULL, 0), "", &bytes);
	c.event = slice_of(bytes.at + from, bytes.len - from);
	ENSURE(!bytes.overflow);
	change_fly(app, ch, &c);
	return MOVE;
}

bool app_who_token(struct app *app, const char *id, struct slice secret, struct who *ret)
{
	const Pingan__V1__Token *t;
	char key[STORE_KEY_MAX];
	struct record *rec;
	enum api_scope scope;

	app_begin(app);
	memset(ret, 0, sizeof *ret);
	record_key(key, "token", id);
	rec = record_find(app, key);
	t = rec == NULL || rec->rev == 0 ? NULL
	                                 : pingan__v1__token__unpack(&app->arena.allocator, rec->body_len, rec->body);
	if (t == NULL || strcmp(t->id, id) != 0 || t->until_ms <= app->now.store_ms ||
	    !app->ports.token_matches(app->ports.ctx, secret, slice_of(t->hash.data, t->hash.len)))
		return false;
	ret->role = ROLE_MACHINE;
	for (size_t i = 0; i < t->n_scopes; i++)
		if (scope_find(slice_str(t->scopes[i]), &scope))
			ret->scopes |= SCOPE_BIT(scope);
	ret->scopes &= ~SCOPES_OF_PEOPLE;
	used(app, rec, t);
	snprintf(ret->id, sizeof ret->id, "token.%.16s", id);
	return text_copy(ret->name, sizeof ret->name, slice_str(t->name)) && areas_take(ret, t->areas, t->n_areas);
}

bool who_may(const struct who *who, enum api_scope scope)
{
	return (who->scopes & SCOPE_BIT(scope)) != 0;
}

bool who_covers(const struct who *who, const char *area)
{
	for (uint32_t i = 0; i < who->area_count; i++)
		if (area_covers(who->areas[i], area))
			return true;
	return false;
}

bool who_near(const struct who *who, const char *area)
{
	for (uint32_t i = 0; i < who->area_count; i++)
		if (area_covers(who->areas[i], area) || area_covers(area, who->areas[i]))
			return true;
	return false;
}

const char *role_name(enum role role)
{
	static const char *const NAMES[ROLE_COUNT] = {
		[ROLE_NONE] = "none",           [ROLE_OPERATOR] = "operator",     [ROLE_SUPERVISOR] = "supervisor",
		[ROLE_CAREGIVER] = "caregiver", [ROLE_TECHNICIAN] = "technician", [ROLE_ADMINISTRATOR] = "administrator",
		[ROLE_AUDITOR] = "auditor",     [ROLE_WALLBOARD] = "wallboard",   [ROLE_MACHINE] = "machine",
	};

	return (unsigned)role < ROLE_COUNT ? NAMES[role] : NAMES[ROLE_NONE];
}
