/* api_login.c - JSON over HTTP: log-in, log-out, a new password, who am I.
 *
 *   POST /api/v1/login   {"account": "...", "password": "..."}, and "code" where one is asked for
 *                        200 {"person", "name", "role"} and the cookie; 401 "wrong", "code" (the password is right, now the
 *                        code) or "wrong_code"; 403 "no_key"; 429 limited or 503 unavailable with {"error",
 *                        "retry_after_s"}
 *   POST /api/v1/logout  200; the cookie goes
 *   POST /api/v1/password {"password": "...", "new_password": "..."}
 *                        200: every other session of this person is over; 401 no session; 403 "wrong"; 422 "weak"; 429; 503
 *   GET  /api/v1/me      200 {"person", "name", "role", "scopes", "areas", "session"}, also of a token, which has no session; 401;
 *                        503 while sessions are not read yet
 */
#include <inttypes.h>
#include <stdlib.h>

#include <jansson.h>
#include <sodium.h>

#include "io/api.h"

/* ------------------------------------------------------------ sessions */

/* What stands in the cookie of this name: 1; 0 when there is none, -1 when it is no token of ours. */
static int cookie_named(const char *cookies, const char *name, char ret[LOGIN_TOKEN_LEN + 1])
{
	size_t len = strlen(name);
	const char *at = cookies;

	while (*at != '\0') {
		size_t end;

		at += strspn(at, "; \t");
		end = strcspn(at, ";");
		if (end > len && strncmp(at, name, len) == 0 && at[len] == '=')
			return text_copy(ret, LOGIN_TOKEN_LEN + 1, slice_of(at + len + 1, end - len - 1)) ? 1 : -1;
		at += end;
	}
	return 0;
}

/* Whatever stands in the cookie, and the cookie's name; NULL when there is none. One that only our host can have set, over TLS,
 * goes before the other, which a neighbour's page under the same domain may have set: with TLS of our own that one is not
 * looked at. */
static const char *cookie_shown(struct lws *wsi, char ret[LOGIN_TOKEN_LEN + 1])
{
	const char *name = COOKIE_TLS;
	const struct web_port *port = lws_get_vhost_user(lws_get_vhost(wsi));
	char cookies[2048];
	int found;

	header_copy(wsi, WSI_TOKEN_HTTP_COOKIE, cookies, sizeof cookies);
	found = cookie_named(cookies, COOKIE_TLS, ret);
	if (found == 0 && !port->tls) {
		name = COOKIE;
		found = cookie_named(cookies, COOKIE, ret);
	}
	sodium_memzero(cookies, sizeof cookies);
	return found > 0 ? name : NULL;
}

bool session_shown(struct lws *wsi, char ret[LOGIN_NAME_LEN + 1])
{
	char token[LOGIN_TOKEN_LEN + 1];
	bool shown = cookie_shown(wsi, token) != NULL && login_name(slice_str(token), ret);

	sodium_memzero(token, sizeof token);
	return shown;
}

bool session_open(struct web *web, struct lws *wsi, char ret[LOGIN_NAME_LEN + 1], struct account *account)
{
	return session_shown(wsi, ret) && app_login_find(web->app, ret, account);
}

unsigned session_none(struct web *web, struct lws *wsi)
{
	char session[LOGIN_NAME_LEN + 1];
	struct app_health h;

	app_health(web->app, &h);
	return h.store_up || !session_shown(wsi, session) ? 401 : 503;
}

/* Our TLS, or that of a proxy in front: the page that asks has said where it comes from, and was found to be ours. */
static bool over_tls(const struct request *rq)
{
	char origin[SETTING_TEXT_MAX];

	header_copy(rq->wsi, WSI_TOKEN_ORIGIN, origin, sizeof origin);
	return rq->port->tls || strncasecmp(origin, "https://", 8) == 0;
}

static void cookie_set(struct request *rq, bool tls, const char *token, int64_t age_s)
{
	answer_header(rq, "set-cookie", "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%" PRId64 "%s",
	              tls ? COOKIE_TLS : COOKIE, token, age_s, tls ? "; Secure" : "");
}

/* How long the log-in counts is its record's matter; the browser only must not lose the cookie before that. On duty a log-in does
 * not end by its age (core/login_end.h): a browser that dropped the cookie after twelve hours would throw a phone out of its
 * duty with the next cut of its line. A wall's may keep it as long as browsers do: nobody is there to log in again when the
 * machine is switched on. */
#define COOKIE_S (30 * INT64_C(86400))
#define WALL_COOKIE_S (400 * INT64_C(86400))

static int64_t cookie_age(const struct who *who)
{
	return who->role == ROLE_WALLBOARD ? WALL_COOKIE_S : COOKIE_S;
}

static json_t *scopes_of(const struct who *who)
{
	json_t *list = json_array();

	for (enum api_scope s = 0; s < SCOPE_COUNT; s++)
		if (who_may(who, s))
			(void)json_array_append_new(list, json_string(scope_name(s)));
	return list;
}

static json_t *areas_of(const struct who *who)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < who->area_count; i++)
		(void)json_array_append_new(list, json_string(who->areas[i]));
	return list;
}

/* What must be done before they may anything else; NULL = nothing. */
static json_t *must_of(const struct who *who)
{
	json_t *list = who->must == 0 ? NULL : json_array();

	if ((who->must & WHO_MUST_SECOND) != 0)
		(void)json_array_append_new(list, json_string("second"));
	if ((who->must & WHO_MUST_PASSWORD) != 0)
		(void)json_array_append_new(list, json_string("password"));
	return list;
}

/* `session`: the name of this log-in in the list of sessions; NULL for a token. */
static void answer_who(struct request *rq, const struct who *who, const char *session)
{
	json_t *me = json_pack("{s:s, s:s, s:s, s:o, s:o, s:s*, s:o*}", "person", who->id, "name", who->name, "role",
	                       role_name(who->role), "scopes", scopes_of(who), "areas", areas_of(who), "session", session,
	                       "must", must_of(who));
	struct account account;
	int64_t idle_ms = 0;
	char *text;

	if (me != NULL && session != NULL && app_login_find(rq->port->web->app, session, &account))
		(void)json_object_set_new(me, "second", json_boolean(account.totp_key_len != 0));
	sodium_memzero(&account, sizeof account);
	if (session != NULL)
		(void)app_login_ends(rq->port->web->app, session, &idle_ms);
	/* So that a page can say in time that it is about to end. */
	if (me != NULL && idle_ms != 0)
		(void)json_object_set_new(me, "idle_s", json_integer(idle_ms / 1000));
	text = me == NULL ? NULL : json_dumps(me, JSON_COMPACT);

	json_decref(me);
	if (text == NULL) {
		answer_error(rq, 500, "memory");
		return;
	}
	answer_header(rq, "cache-control", "no-store");
	answer_text(rq, 200, "application/json", slice_str(text));
	free(text);
}

/* ------------------------------------------------------------ log-in, log-out */

static void answer_login(struct request *rq, const struct login_answer *a)
{
	static const struct {
		unsigned status;
		const char *code;
	} REFUSALS[] = {
		[LOGIN_WRONG] = {401, "wrong"},       [LOGIN_CODE] = {401, "code"}, [LOGIN_WRONG_CODE] = {401, "wrong_code"},
		[LOGIN_NO_KEY] = {403, "no_key"},     [LOGIN_OVER] = {403, "over"}, [LOGIN_WEAK] = {422, "weak"},
		[LOGIN_LIMITED] = {429, "limited"},   [LOGIN_BUSY] = {503, "busy"}, [LOGIN_AWAY] = {503, "unavailable"},
		[LOGIN_NO_STORE] = {503, "no_store"},
	};

	if (a->outcome == LOGIN_OK) {
		char name[LOGIN_NAME_LEN + 1];
		struct who who;

		/* Ended again in the same moment: then the log-in has not been. */
		if (!login_name(slice_of(a->token, LOGIN_TOKEN_LEN), name) || !app_who_login(rq->port->web->app, name, &who)) {
			answer_problem_later(rq, 503, "busy", 1);
			return;
		}
		cookie_set(rq, over_tls(rq), a->token, cookie_age(&who));
		answer_who(rq, &who, name);
		return;
	}
	answer_problem_later(rq, REFUSALS[a->outcome].status, REFUSALS[a->outcome].code, a->retry_s);
}

static void on_login(void *ctx, const struct login_answer *answer)
{
	struct request *rq = ctx;

	rq->ticket = 0;
	answer_login(rq, answer);
}

static void on_logout(void *ctx, const struct login_answer *answer)
{
	struct request *rq = ctx;

	rq->ticket = 0;
	/* The cookie goes in any case; that the session has not ended everywhere is said all the same. */
	cookie_set(rq, over_tls(rq), "", 0);
	if (answer->outcome == LOGIN_OK)
		answer_json(rq, 200, "{}\n");
	else
		answer_problem_later(rq, 503, "no_store", 1);
}

/* What stands under `name` in a JSON object, when it is text of `min` to `max` bytes; false when it is not. */
static bool text_of(const json_t *object, const char *name, size_t min, size_t max, struct slice *ret)
{
	const json_t *value = json_object_get(object, name);

	*ret = json_is_string(value) ? slice_of(json_string_value(value), json_string_length(value)) : slice_of("", 0);
	return (json_is_string(value) || (value == NULL && min == 0)) && ret->len >= min && ret->len <= max;
}

/* The object that a body holds; NULL when it is none, and answered. */
static json_t *body_object(struct request *rq, struct slice body)
{
	char type[64];
	json_t *json;

	header_copy(rq->wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, type, sizeof type);
	type[strcspn(type, "; ")] = '\0';
	if (strcasecmp(type, "application/json") != 0) {
		answer_error(rq, 415, "content_type");
		return NULL;
	}
	json = json_loadb((const char *)body.at, body.len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(json)) {
		json_decref(json);
		answer_error(rq, 400, "json");
		return NULL;
	}
	return json;
}

/* jansson keeps its own copy of what was typed. */
static void forget(json_t *json)
{
	static const char *const SECRETS[] = {"password", "new_password", "code"};

	for (size_t i = 0; i < COUNT_OF(SECRETS); i++) {
		json_t *value = json_object_get(json, SECRETS[i]);

		if (json_is_string(value))
			sodium_memzero((void *)(uintptr_t)json_string_value(value), json_string_length(value));
	}
	json_decref(json);
}

void api_login(struct request *rq, struct slice body)
{
	struct login_typed typed = {0};
	char address[64], session[LOGIN_NAME_LEN + 1];
	json_t *json = body_object(rq, body);
	struct login_answer now;
	struct slice account;

	if (json == NULL)
		return;
	if (!text_of(json, "account", 1, SIZE_MAX, &account) ||
	    !text_of(json, "password", 1, AUTHD_PASSWORD_MAX, &typed.password) ||
	    !text_of(json, "code", 0, 64, &typed.code) ||
	    json_object_size(json) != 2 + (json_object_get(json, "code") != NULL)) {
		answer_error(rq, 400, "json");
	} else {
		lws_get_peer_simple(rq->wsi, address, sizeof address);
		rq->phase = REQUEST_WAITS;
		typed.account = (const char *)account.at; /* JSON without \u0000: jansson refuses it */
		typed.address = address;
		typed.session = session_shown(rq->wsi, session) ? session : NULL;
		rq->ticket = login_begin(rq->port->web->logins, &typed, on_login, rq, &now);
		if (rq->ticket == 0)
			answer_login(rq, &now);
	}
	forget(json);
}

static void answer_password(struct request *rq, const struct login_answer *a)
{
	/* Not 401: a wrong old password ends nobody's session. */
	if (a->outcome == LOGIN_WRONG)
		answer_error(rq, 403, "wrong");
	else if (a->outcome == LOGIN_OK)
		answer_json(rq, 200, "{}\n");
	else
		answer_login(rq, a);
}

static void on_password(void *ctx, const struct login_answer *answer)
{
	struct request *rq = ctx;

	rq->ticket = 0;
	answer_password(rq, answer);
}

void api_password(struct request *rq, struct slice body)
{
	char address[64], session[LOGIN_NAME_LEN + 1];
	struct slice password, anew;
	struct account account;
	struct login_answer now;
	json_t *json;

	if (!session_open(rq->port->web, rq->wsi, session, &account)) {
		unsigned status = session_none(rq->port->web, rq->wsi);

		answer_error(rq, status, status == 401 ? "no_session" : "no_store");
		return;
	}
	json = body_object(rq, body);
	if (json == NULL)
		return;
	if (!text_of(json, "password", 1, AUTHD_PASSWORD_MAX, &password) ||
	    !text_of(json, "new_password", 1, AUTHD_PASSWORD_MAX, &anew) || json_object_size(json) != 2) {
		answer_error(rq, 400, "json");
	} else {
		lws_get_peer_simple(rq->wsi, address, sizeof address);
		rq->phase = REQUEST_WAITS;
		rq->ticket = login_password(rq->port->web->logins, session, password, anew, address, on_password, rq, &now);
		if (rq->ticket == 0)
			answer_password(rq, &now);
	}
	forget(json);
}

void api_logout(struct request *rq, struct slice body)
{
	char session[LOGIN_NAME_LEN + 1];
	struct login_answer now = {.outcome = LOGIN_OK};
	struct account account;

	(void)body;
	rq->phase = REQUEST_WAITS;
	if (session_open(rq->port->web, rq->wsi, session, &account))
		rq->ticket = login_end(rq->port->web->logins, session, on_logout, rq, &now);
	if (rq->ticket == 0)
		on_logout(rq, &now);
}

void api_me(struct request *rq)
{
	char session[LOGIN_NAME_LEN + 1], token[LOGIN_TOKEN_LEN + 1];
	const char *cookie;
	struct who who;

	switch (who_asks(rq->port, rq->wsi, false, &who)) {
	case WHO_OK:
		if (who.login[0] != '\0')
			app_login_used(rq->port->web->app, who.login);
		cookie = who.role == ROLE_WALLBOARD ? cookie_shown(rq->wsi, token) : NULL;
		if (cookie != NULL) {
			/* Nobody says where they come from who only looks: as safe as it was. */
			cookie_set(rq, strcmp(cookie, COOKIE_TLS) == 0, token, cookie_age(&who));
			sodium_memzero(token, sizeof token);
		}
		answer_who(rq, &who, who.role != ROLE_MACHINE && session_shown(rq->wsi, session) ? session : NULL);
		return;
	case WHO_TOKEN:
		answer_header(rq, "www-authenticate", "Bearer error=\"invalid_token\"");
		answer_error(rq, 401, "token");
		return;
	case WHO_LATER:
		answer_error(rq, 503, "no_store");
		return;
	case WHO_NONE:
	case WHO_ORIGIN: /* nothing is changed here */
		answer_error(rq, 401, "no_session");
		return;
	}
}
