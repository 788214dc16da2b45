/* api_accounts.c - who can log in, and what is done about it: by those who look after accounts, and by each person for their own. What
 * opens a log-in leaves here once, to whoever asked for it to be made, and stands nowhere.
 *
 * Who may what at whose account is said by rights_account(); each item of the list says it, so that no page has to know. */
#include "io/api_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include <sodium.h>

static const struct {
	const char *name;
	enum account_act act;
} ACTS[] = {
	{"shut", ACCOUNT_SHUT},
	{"open", ACCOUNT_OPEN},
	{"logout", ACCOUNT_LOGOUT},
	{"reset", ACCOUNT_RESET},
	{"reset_code", ACCOUNT_RESET_CODE},
};

/* ------------------------------------------------------------ the list */

/* Ends what the app has read for us: `p` is looked at before it. */
static void area_names_tell(struct api_call *c, const Pingan__V1__Person *p)
{
	char codes[WHO_AREAS_MAX][16], name[64];
	size_t n = 0;

	for (size_t i = 0; i < p->n_areas && n < COUNT_OF(codes); i++)
		n += text_copy(codes[n], sizeof codes[n], slice_str(p->areas[i]));
	jot_open(&c->out, "area_names", '[');
	for (size_t i = 0; i < n; i++)
		jot_text(&c->out, NULL, app_area_name(api_app(c), codes[i], name, sizeof name) ? name : codes[i]);
	jot_close(&c->out, ']');
}

static void tell(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Person *p = (const Pingan__V1__Person *)one->body;
	uint32_t may = app_account_may(api_app(c), one->id, &c->who);
	struct login_failures failed;
	struct person_now now;
	struct jot *j = &c->out;

	jot_text(j, "id", one->id);
	jot_text(j, "name", p->name);
	jot_text(j, "role", role_name((enum role)p->role));
	jot_texts(j, "areas", p->areas, p->n_areas);
	jot_bool(j, "disabled", p->disabled);
	jot_time_if(j, "disabled_since", p->disabled ? p->disabled_ms : 0);
	jot_bool(j, "password", p->password_hash[0] != '\0');
	jot_time_if(j, "password_since", p->password_ms);
	jot_true_if(j, "once", p->password_once);
	jot_bool(j, "second_factor", p->totp_key.len != 0);
	jot_number_if(j, "codes_left", (int64_t)p->n_recovery);
	app_person_now(api_app(c), one->id, &now);
	jot_bool(j, "on_duty", now.on_duty || (now.desk && now.ready));
	login_failures(c->api->web->logins, one->id, &failed);
	if (failed.count != 0) {
		jot_number(j, "failed", failed.count);
		jot_number(j, "failed_ago_s", failed.ago_ms / 1000);
		jot_number_if(j, "wait_s", failed.wait_s);
	}
	jot_open(j, "may", '[');
	for (size_t i = 0; i < COUNT_OF(ACTS); i++)
		if ((may & ACCOUNT_BIT(ACTS[i].act)) != 0)
			jot_text(j, NULL, ACTS[i].name);
	jot_close(j, ']');
	area_names_tell(c, p);
}

static bool match(struct api_call *c, const struct listed *one)
{
	const char *person = api_param(c, "person");

	return (person == NULL || strcmp(one->id, person) == 0) && app_person_near(api_app(c), one->id, &c->who);
}

const struct api_list API_ACCOUNTS = {.which = LISTING_PEOPLE, .personal = true, .match = match, .tell = tell};

void api_accounts_get(struct api_call *c)
{
	api_list_begin(c, &API_ACCOUNTS);
}

/* Two numbers that move when there is something to read anew; nobody's data, so that a page may look every few seconds and is on
 * record only for what it then reads. */
void api_accounts_changes(struct api_call *c)
{
	uint64_t sessions, accounts;

	app_account_changes(api_app(c), &sessions, &accounts);
	jot_begin(&c->out, API_ITEM_BYTES);
	jot_open(&c->out, NULL, '{');
	jot_number(&c->out, "sessions", (int64_t)sessions);
	jot_number(&c->out, "accounts", (int64_t)accounts);
	jot_close(&c->out, '}');
	api_work(c, api_send);
}

/* ------------------------------------------------------------ acts */

static void refuse_for(struct api_call *c, const struct login_answer *a)
{
	if (a->outcome == LOGIN_LIMITED)
		answer_header(c->rq, "retry-after", "%u", a->retry_s);
	switch (a->outcome) {
	case LOGIN_WRONG: /* never 401: it ends nobody's session */
		api_refuse(c, 403, "wrong", NULL);
		return;
	case LOGIN_WRONG_CODE:
		api_refuse(c, 422, "wrong_code", NULL);
		return;
	case LOGIN_LIMITED:
		api_refuse(c, 429, "limited", NULL);
		return;
	case LOGIN_BUSY:
		api_refuse(c, 503, "busy", NULL);
		return;
	case LOGIN_AWAY:
		api_refuse(c, 503, "unavailable", NULL);
		return;
	case LOGIN_OK:
	case LOGIN_CODE:
	case LOGIN_NO_KEY:
	case LOGIN_OVER:
	case LOGIN_WEAK:
	case LOGIN_NO_STORE:
		break;
	}
	api_refuse(c, 503, "no_store", NULL);
}

static void say(struct api_call *c, json_t *what)
{
	char *text = what == NULL ? NULL : json_dumps(what, JSON_COMPACT);

	json_decref(what);
	if (text == NULL) {
		api_refuse(c, 500, "memory", NULL);
		return;
	}
	answer_header(c->rq, "cache-control", "no-store");
	api_say(c, "application/json", slice_str(text));
	sodium_memzero(text, strlen(text));
	free(text);
}

static void acted(void *ctx, const struct login_answer *answer)
{
	struct api_call *c = ctx;

	c->rq->ticket = 0;
	if (answer->outcome != LOGIN_OK)
		refuse_for(c, answer);
	else if (answer->made[0] != '\0')
		say(c, json_pack("{s:s, s:i}", "password", answer->made, "hours", (int)c->api->web->once_h));
	else
		say(c, json_object());
}

static bool act_read(const json_t *json, enum account_act *ret)
{
	const char *name = json_string_value(json_object_get(json, "act"));

	for (size_t i = 0; name != NULL && i < COUNT_OF(ACTS); i++)
		if (strcmp(name, ACTS[i].name) == 0) {
			*ret = ACTS[i].act;
			return json_object_size(json) == 1;
		}
	return false;
}

static void act(struct api_call *c, const struct login_ask *ask, const char *session)
{
	struct login_answer now;

	c->rq->phase = REQUEST_WAITS;
	c->rq->ticket = login_act(c->api->web->logins, ask, session, acted, c, &now);
	if (c->rq->ticket == 0)
		acted(c, &now);
}

static void ask_by(const struct api_call *c, struct login_ask *ret)
{
	char address[64];

	lws_get_peer_simple(c->rq->wsi, address, sizeof address);
	snprintf(ret->address, sizeof ret->address, "%.47s", address);
	snprintf(ret->by, sizeof ret->by, "%s", c->who.id);
}

void api_account_post(struct api_call *c, json_t *json)
{
	struct login_ask ask = {0};
	struct listed one;

	if (!api_one(c, &API_ACCOUNTS, &one))
		return;
	(void)text_copy(ask.person, sizeof ask.person, slice_str(one.id));
	if (!act_read(json, &ask.act)) {
		api_refuse(c, 422, "invalid", "act is shut, open, logout, reset or reset_code");
		return;
	}
	if ((app_account_may(api_app(c), ask.person, &c->who) & ACCOUNT_BIT(ask.act)) == 0) {
		api_not_allowed(c, one.key);
		api_refuse(c, 403, "account", NULL);
		return;
	}
	ask_by(c, &ask);
	act(c, &ask, NULL);
}

/* ------------------------------------------------------------ one's own */

static bool mine(struct api_call *c, const struct listed *one)
{
	return strcmp(((const Pingan__V1__Login *)one->body)->person, c->who.id) == 0 &&
	       app_login_open(api_app(c), one->id);
}

/* Told as everybody's are; a look at one's own is none at somebody. */
static const struct api_list MY_SESSIONS = {.which = LISTING_SESSIONS, .match = mine, .tell = api_session_tell};

void api_my_sessions_get(struct api_call *c)
{
	api_list_begin(c, &MY_SESSIONS);
}

static void others_ended(void *ctx, const struct login_answer *answer)
{
	struct api_call *c = ctx;

	c->rq->ticket = 0;
	if (answer->outcome == LOGIN_OK)
		api_done(c);
	else
		refuse_for(c, answer);
}

void api_my_sessions_delete(struct api_call *c)
{
	struct login_ask ask = {.act = ACCOUNT_OTHERS};
	struct login_answer now;

	ask_by(c, &ask);
	memcpy(ask.person, c->who.id, sizeof ask.person);
	c->rq->phase = REQUEST_WAITS;
	c->rq->ticket = login_act(c->api->web->logins, &ask, c->who.login, others_ended, c, &now);
	if (c->rq->ticket == 0)
		others_ended(c, &now);
}

static void key_made(void *ctx, const struct login_answer *answer)
{
	struct api_call *c = ctx;
	json_t *codes;

	c->rq->ticket = 0;
	if (answer->outcome != LOGIN_OK) {
		refuse_for(c, answer);
		return;
	}
	codes = json_array();
	for (size_t i = 0; i < RECOVERY_MADE; i++)
		(void)json_array_append_new(codes, json_string(answer->codes[i]));
	say(c, json_pack("{s:o}", "recovery", codes));
}

/* A new key, which is nobody's yet: it comes back with a code that shows it has arrived. */
static void key_offer(struct api_call *c)
{
	uint8_t key[TOTP_KEY_LEN];
	char uri[TOTP_URI_MAX], text[64], hex[2 * TOTP_KEY_LEN + 1];

	randombytes_buf(key, sizeof key);
	sodium_bin2hex(hex, sizeof hex, key, sizeof key);
	totp_base32(slice_of(key, sizeof key), text, sizeof text);
	totp_uri(slice_of(key, sizeof key), c->api->web->cell, c->who.id, uri);
	say(c, json_pack("{s:s, s:s, s:s}", "key", hex, "text", text, "uri", uri));
	sodium_memzero(key, sizeof key);
	sodium_memzero(uri, sizeof uri);
	sodium_memzero(text, sizeof text);
	sodium_memzero(hex, sizeof hex);
}

void api_my_second_post(struct api_call *c, json_t *json)
{
	const char *key = json_string_value(json_object_get(json, "key"));
	const char *code = json_string_value(json_object_get(json, "code"));
	const json_t *password = json_object_get(json, "password");
	uint8_t raw[TOTP_KEY_LEN];
	struct login_answer now;
	char address[64];
	size_t len;

	if (json_object_size(json) == 0) {
		key_offer(c);
		return;
	}
	if (key == NULL || code == NULL || !json_is_string(password) || json_object_size(json) != 3 ||
	    json_string_length(password) == 0 || json_string_length(password) > AUTHD_PASSWORD_MAX ||
	    sodium_hex2bin(raw, sizeof raw, key, strlen(key), NULL, &len, NULL) != 0 || len != sizeof raw) {
		api_refuse(c, 422, "invalid", "key, code and password; or nothing, to be given a key");
		return;
	}
	lws_get_peer_simple(c->rq->wsi, address, sizeof address);
	c->rq->phase = REQUEST_WAITS;
	c->rq->ticket = login_second(c->api->web->logins, c->who.login,
	                             slice_of(json_string_value(password), json_string_length(password)), raw,
	                             slice_str(code), address, key_made, c, &now);
	sodium_memzero(raw, sizeof raw);
	sodium_memzero((void *)(uintptr_t)json_string_value(password), json_string_length(password));
	if (c->rq->ticket == 0)
		key_made(c, &now);
}
