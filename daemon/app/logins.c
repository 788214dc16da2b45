/* logins.c - who is logged in: records like any other, so that every daemon knows and a revocation reaches all. */
#include <stdio.h>
#include <stdlib.h>

#include "app/accounts.h"
#include "app/change.h"
#include "core/login_end.h"

/* Sessions looked at each second, whether they are over: half a millisecond's work. */
#define LOGINS_LOOKED_AT 256
/* A wall's log-in is written anew when it gains as much by it: once a day at most. */
#define PROLONG_BY_MS SECONDS(86400)
/* One that ran out leaves the store so much later: whoever went on duty in its last moment keeps it. */
#define SWEEP_AFTER_MS SECONDS(10)
/* One that duty keeps alive is written anew once in so long, while it is used. */
#define NOTE_LATE_MS MINUTES(1)

static bool account_fill(const Pingan__V1__Person *p, struct account *ret)
{
	if (p == NULL || p->disabled || (int)p->role <= ROLE_NONE || (int)p->role >= ROLE_MACHINE)
		return false;
	memset(ret, 0, sizeof *ret);
	ret->role = (enum role)p->role;
	if (p->totp_key.len > sizeof ret->totp_key)
		return false;
	ret->totp_key_len = (uint32_t)p->totp_key.len;
	if (p->totp_key.len != 0)
		memcpy(ret->totp_key, p->totp_key.data, p->totp_key.len);
	ret->totp_step = p->totp_step;
	ret->once = p->password_once;
	ret->password_ms = p->password_ms;
	for (size_t i = 0; i < p->n_recovery && ret->recovery_count < RECOVERY_MAX; i++)
		if (p->recovery[i].len == sizeof ret->recovery[0])
			memcpy(ret->recovery[ret->recovery_count++], p->recovery[i].data, sizeof ret->recovery[0]);
	(void)text_copy(ret->account, sizeof ret->account, slice_str(p->account));
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

/* A call at a desk, whether its shift runs or not. */
static bool has_call(const struct app *app, const char *person)
{
	const struct record *rec;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_INCIDENT], of_type)
		if (rec->slot->state == INCIDENT_ANSWERED && strcmp(rec->slot->owner, person) == 0)
			return true;
	return false;
}

static ms_t ends(struct app *app, const Pingan__V1__Login *l, const Pingan__V1__Person *p)
{
	const struct caregiver *cg = caregiver_find(app, p->id);
	const struct operator* op = operator_find(app, p->id);
	struct login_times t = {.made_ms = l->made_ms,
	                        .until_ms = l->until_ms,
	                        .used_ms = l->used_ms,
	                        .unwritten_ms = app->store_up ? app->store_since_ms : app->now.store_ms,
	                        .idle_ms = rights_idle_ms(&app->config.logins, (enum role)p->role)};
	ms_t ends_ms;

	if (rights_fields((enum role)p->role) && cg != NULL) {
		t.on_duty = cg->on_duty || cg->incident != 0;
		t.duty_end_ms = t.on_duty ? 0 : cg->duty_since_ms;
	}
	if (rights_desk((enum role)p->role) && op != NULL && op->ready) {
		t.on_duty = op->link == LINK_UP;
		t.duty_end_ms = t.on_duty ? 0 : op->changed_ms;
	}
	ends_ms = login_ends(&t, app->now.store_ms);
	/* All open calls are looked through only for those whose time is up. */
	return ends_ms <= app->now.store_ms && rights_desk((enum role)p->role) && has_call(app, p->id) ? LOGIN_NEVER
	                                                                                               : ends_ms;
}

/* The person whose session this is, and itself; NULL when it is over, for whatever reason; `late_ms`: since so long. */
static const Pingan__V1__Person *session_read(struct app *app, const struct record *rec, int64_t late_ms,
                                              Pingan__V1__Login **ret_login)
{
	const Pingan__V1__Person *p;
	Pingan__V1__Login *l;

	if (rec == NULL || rec->rev == 0)
		return NULL;
	l = pingan__v1__login__unpack(&app->arena.allocator, rec->body_len, rec->body);
	p = l == NULL ? NULL : person_find(app, l->person);
	if (p == NULL || p->disabled || l->made_ms < p->sessions_from_ms || ends(app, l, p) <= app->now.store_ms - late_ms)
		return NULL;
	*ret_login = l;
	return p;
}

static const Pingan__V1__Person *session_person(struct app *app, const struct record *rec)
{
	Pingan__V1__Login *l;

	return session_read(app, rec, 0, &l);
}

const Pingan__V1__Person *login_person(struct app *app, const char *login)
{
	char key[STORE_KEY_MAX];

	record_key(key, "login", login);
	return session_person(app, record_find(app, key));
}

uint32_t login_must(const Pingan__V1__Person *p)
{
	uint32_t must = p->password_once ? WHO_MUST_PASSWORD : 0;

	/* Only a password for once lets an administrator in without a code: to make the key for one. */
	if (p->role == PINGAN__V1__ROLE__ROLE_ADMINISTRATOR && p->totp_key.len == 0)
		must |= WHO_MUST_SECOND;
	return must;
}

bool app_login_find(struct app *app, const char *login, struct account *ret)
{
	app_begin(app);
	return account_fill(login_person(app, login), ret);
}

/* Taken in; false: nothing will come of it. */
static bool submit(struct app *app, uint64_t tag, const char *type, const char *id, const struct login_ask *ask)
{
	char key[STORE_KEY_MAX];
	struct login_ask *copy = malloc(sizeof *copy);
	struct change *ch = NULL;

	record_key(key, type, id);
	if (copy != NULL && app->store_up)
		ch = change_submit(app, CHANGE_LOGIN, key, NULL, NULL, (struct waiter){WAITER_LOGIN, 0, tag});
	if (ch == NULL) {
		free(copy);
		return false;
	}
	*copy = *ask;
	ch->login = copy;
	return true;
}

void app_login_begin(struct app *app, uint64_t tag, const char *login, const struct login_ask *ask)
{
	app_begin(app);
	if (!submit(app, tag, "login", login, ask))
		app->ports.login_done(app->ports.ctx, tag, false);
}

void app_account_act(struct app *app, uint64_t tag, const struct login_ask *ask)
{
	app_begin(app);
	if (!submit(app, tag, "person", ask->person, ask))
		app->ports.login_done(app->ports.ctx, tag, false);
}

void app_password(struct app *app, uint64_t tag, const char *login, const struct login_ask *ask)
{
	app_login_begin(app, tag, login, ask);
}

/* Takes the code that was shown out of the person's record; false: somebody was faster with it. */
static bool code_use(Pingan__V1__Person *p, const struct login_ask *ask)
{
	if (ask->totp_step != 0) {
		if (ask->totp_step <= p->totp_step)
			return false;
		p->totp_step = ask->totp_step;
		return true;
	}
	for (size_t i = 0; i < p->n_recovery; i++)
		if (p->recovery[i].len == sizeof ask->recovery_hash &&
		    memcmp(p->recovery[i].data, ask->recovery_hash, sizeof ask->recovery_hash) == 0) {
			p->recovery[i] = p->recovery[--p->n_recovery];
			return true;
		}
	return false;
}

static bool pack(struct buf *bytes, const ProtobufCMessage *m)
{
	size_t len = protobuf_c_message_get_packed_size(m);
	uint8_t *room = len > STORE_BODY_MAX ? NULL : buf_room(bytes, len);

	if (room != NULL)
		protobuf_c_message_pack(m, room);
	return room != NULL;
}

/* The person's record must still stand as this was decided on: a password that was changed meanwhile opens nothing. */
static void check(struct store_commit *c, const struct record *rec)
{
	struct store_check *k = &c->checks[c->check_count++];

	snprintf(k->key, sizeof k->key, "%s", rec->key);
	k->expect = rec->commits[0];
}

static void entry_fly(struct app *app, struct change *ch, struct store_commit *c, struct buf *bytes)
{
	size_t from = bytes->len;

	log_event_encode(app->config.daemon, ch->record->key, NULL, 0, NULL, slice_of(NULL, 0), "", bytes);
	c->event = slice_of(bytes->at + from, bytes->len - from);
	ENSURE(!bytes->overflow);
	change_fly(app, ch, c);
}

static enum verdict refuse(struct change *ch)
{
	ch->answer = REFUSAL_WRONG_STATE;
	return REFUSE;
}

/* What the session's record becomes, and its person's: *ret_write. */
static enum verdict session_decide(struct app *app, struct change *ch, Pingan__V1__Person *p, Pingan__V1__Login *l,
                                   ProtobufCBinaryData codes[RECOVERY_MAX], bool *ret_write)
{
	const struct login_ask *ask = ch->login;
	bool second = ask->totp_step != 0 || ask->recovery, there = ch->record->rev != 0;
	const Pingan__V1__Login *now =
		there ? pingan__v1__login__unpack(&app->arena.allocator, ch->record->body_len, ch->record->body) : NULL;

	if (there && (now == NULL || strcmp(now->person, ask->person) != 0))
		return REFUSE;
	if (ask->used) {
		*ret_write = false;
		if (now == NULL || now->made_ms < p->sessions_from_ms)
			return REFUSE;
		if (!ask->on_duty &&
		    app->now.store_ms - now->used_ms < login_note_ms(rights_idle_ms(&app->config.logins, (enum role)p->role)))
			return STAY;
		*l = *now;
		l->used_ms = app->now.store_ms;
		if (ask->on_duty && l->until_ms < app->now.store_ms + LOGIN_BACK_MS)
			l->until_ms = app->now.store_ms + LOGIN_BACK_MS;
		return MOVE;
	}
	if (ask->prolong) {
		int64_t until_ms = app->now.store_ms + app->config.wall.login_ms;

		/* Only a wall's, that is not over for another reason; made when it was made, so that what ends it ends it still. */
		*ret_write = false;
		if (now == NULL || p->role != PINGAN__V1__ROLE__ROLE_WALLBOARD || now->made_ms < p->sessions_from_ms ||
		    now->until_ms <= app->now.store_ms)
			return REFUSE;
		if (until_ms - now->until_ms < PROLONG_BY_MS)
			return STAY;
		*l = *now;
		l->until_ms = until_ms;
		return MOVE;
	}
	*ret_write = ask->act != ACCOUNT_NONE || second || ask->password_new[0] != '\0';
	if (ask->act != ACCOUNT_NONE) {
		enum verdict verdict = account_own(app, p, now, ask, codes, l);

		if (verdict != MOVE)
			return verdict;
	} else if (ask->password_new[0] != '\0') {
		if (strcmp(p->password_hash, ask->password_new) == 0)
			return STAY;
		if (now == NULL || strcmp(p->password_hash, ask->password_old) != 0)
			return REFUSE;
		*l = *now;
		p->password_hash = (char *)(uintptr_t)ask->password_new;
		p->password_ms = p->sessions_from_ms = app->now.store_ms;
		p->password_once = false;
	} else {
		/* Its name is known to one browser only: it was stored, and is decided again. */
		if (there)
			return STAY;
		if (second && !code_use(p, ask))
			return REFUSE;
		l->person = (char *)(uintptr_t)ask->person;
		l->role = p->role;
		l->address = (char *)(uintptr_t)ask->address;
		l->second = second;
		l->until_ms = app->now.store_ms + (p->role == PINGAN__V1__ROLE__ROLE_WALLBOARD && app->config.wall.login_ms != 0
		                                       ? app->config.wall.login_ms
		                                       : ask->length_ms);
	}
	/* The session that changed the password stays: it begins anew with it. */
	l->made_ms = app->now.store_ms < p->sessions_from_ms ? p->sessions_from_ms : app->now.store_ms;
	return MOVE;
}

enum verdict login_decide(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	Pingan__V1__Login l = PINGAN__V1__LOGIN__INIT;
	char key[STORE_KEY_MAX];
	struct store_commit c;
	struct record *rec;
	Pingan__V1__Login *there;
	Pingan__V1__Person *p;
	ProtobufCBinaryData codes[RECOVERY_MAX];
	enum verdict verdict;
	bool write;
	size_t from;

	if (ch->login != NULL && ch->record->type == RECORD_PERSON)
		return account_decide(app, ch);
	commit_begin(&c);
	if (ch->login == NULL) {
		if (ch->record->rev == 0)
			return STAY;
		/* It had run out, and somebody used it or went on duty before it was gone. */
		if (ch->waiter.type != WAITER_LOGIN && session_read(app, ch->record, SWEEP_AFTER_MS, &there) != NULL)
			return STAY;
		commit_put(&c, ch->record, &bytes, 0);
		c.puts[0].remove = true;
		entry_fly(app, ch, &c, &bytes);
		return MOVE;
	}
	record_key(key, "person", ch->login->person);
	rec = record_find(app, key);
	/* What was unpacked lives in the arena, and is ours to change. */
	p = (Pingan__V1__Person *)(uintptr_t)person_find(app, ch->login->person);
	if (rec == NULL || p == NULL || p->disabled)
		return refuse(ch);
	verdict = session_decide(app, ch, p, &l, codes, &write);
	if (verdict != MOVE)
		return verdict == STAY ? STAY : refuse(ch);
	if (!pack(&bytes, &l.base))
		return refuse(ch);
	commit_put(&c, ch->record, &bytes, 0);
	from = bytes.len;
	if (!write)
		check(&c, rec);
	else if (pack(&bytes, &p->base))
		commit_put(&c, rec, &bytes, from);
	else
		return refuse(ch);
	entry_fly(app, ch, &c, &bytes);
	return MOVE;
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
		app->ports.login_done(app->ports.ctx, tag, false); /* else: nothing is asked of it, so it ends */
}

/* Something about a session that stands is written down, and nobody waits for it. False: not taken in. */
static bool note(struct app *app, const char *login, const char *person, bool prolong, bool on_duty)
{
	struct login_ask *ask = calloc(1, sizeof *ask);
	char key[STORE_KEY_MAX];
	struct change *ch;

	if (ask == NULL)
		return false;
	ask->prolong = prolong;
	ask->used = !prolong;
	ask->on_duty = on_duty;
	(void)text_copy(ask->person, sizeof ask->person, slice_str(person));
	record_key(key, "login", login);
	ch = change_submit(app, CHANGE_LOGIN, key, NULL, NULL, (struct waiter){0});
	if (ch == NULL) {
		free(ask);
		return false;
	}
	ch->login = ask;
	return true;
}

bool login_prolong(struct app *app, const char *login)
{
	const Pingan__V1__Person *p;

	arena_reset(&app->arena);
	p = login_person(app, login);
	return p != NULL && app->store_up && note(app, login, p->id, true, false);
}

/* ------------------------------------------------------------ used or idle */

/* In the arena as it stands: a request that was read is in there too. */
static void used(struct app *app, const char *login)
{
	char key[STORE_KEY_MAX];
	const Pingan__V1__Person *p;
	struct record *rec;
	Pingan__V1__Login *l;
	int64_t idle_ms;
	bool late;

	record_key(key, "login", login);
	rec = record_find(app, key);
	/* One that is on its way, or is being changed, is looked at again with the next use. */
	if (!app->store_up || rec == NULL || rec->busy != NULL || rec->waiting_count != 0)
		return;
	p = session_read(app, rec, 0, &l);
	if (p == NULL)
		return;
	idle_ms = rights_idle_ms(&app->config.logins, (enum role)p->role);
	/* Only duty, or a call in hand, keeps it alive much longer: what is pressed now may be the end of that, and whoever turns
	 * busy for a moment has the time that everybody has who comes off duty. */
	late = l->until_ms < app->now.store_ms + LOGIN_BACK_MS - NOTE_LATE_MS && ends(app, l, p) == LOGIN_NEVER;
	if (late || (idle_ms != 0 &&
	             app->now.store_ms - (l->used_ms > l->made_ms ? l->used_ms : l->made_ms) >= login_note_ms(idle_ms)))
		(void)note(app, login, p->id, false, late);
}

void app_login_used(struct app *app, const char *login)
{
	app_begin(app);
	used(app, login);
}

void login_request(struct app *app, const char *login, int what)
{
	/* These a page says by itself. */
	if (what != PINGAN__V1__REQUEST__WHAT_POSITION && what != PINGAN__V1__REQUEST__WHAT_RECEIPT)
		used(app, login);
}

bool app_login_open(struct app *app, const char *login)
{
	return login_person(app, login) != NULL;
}

ms_t app_login_ends(struct app *app, const char *login, int64_t *ret_idle_ms)
{
	char key[STORE_KEY_MAX];
	const Pingan__V1__Person *p;
	Pingan__V1__Login *l;

	app_begin(app);
	record_key(key, "login", login);
	p = session_read(app, record_find(app, key), 0, &l);
	*ret_idle_ms = p == NULL ? 0 : rights_idle_ms(&app->config.logins, (enum role)p->role);
	return p == NULL ? 0 : ends(app, l, p);
}

void app_logins(struct app *app, const struct login_settings *logins)
{
	app->config.logins = *logins;
}

/* Log-ins that ran out, or are over since their person's rights or password changed, leave the store, whoever is first. A
 * few are looked at each second: those at the head of the list, which then go to its end. */
void logins_turn(struct app *app)
{
	struct record_list *all = &app->of_type[RECORD_LOGIN];
	size_t n = app->count_of_type[RECORD_LOGIN];
	struct record *rec;
	Pingan__V1__Login *l;

	if (!app->store_up || app->now.mono.ms - app->logins_at.ms < SECONDS(1))
		return;
	app->logins_at = app->now.mono;
	for (n = n < LOGINS_LOOKED_AT ? n : LOGINS_LOOKED_AT; n > 0; n--) {
		rec = TAILQ_FIRST(all);
		TAILQ_REMOVE(all, rec, of_type);
		TAILQ_INSERT_TAIL(all, rec, of_type);
		if (rec->rev == 0 || rec->busy != NULL || rec->waiting_count != 0)
			continue;
		arena_reset(&app->arena);
		if (session_read(app, rec, SWEEP_AFTER_MS, &l) == NULL)
			(void)change_submit(app, CHANGE_LOGIN, rec->key, NULL, NULL, (struct waiter){0});
	}
}
