#include "io/login.h"

#include <stdio.h>
#include <stdlib.h>

#include <sodium.h>

#include "io/ratelimit.h"
#include "wire/audit.h"
#include "io/totp.h"

#define LOOK_MS 100

enum login_step { FREE, HELPER, HASHING, STORE };
enum login_what { BEGIN, END, PASSWORD, SECOND, ACT };

struct
try {
	enum login_step step;
	uint32_t generation;
	enum login_what what;
	bool in_call;                     /* the app is being asked: its answer may come before it returns */
	char session[LOGIN_NAME_LEN + 1]; /* of this person, that was shown; empty = none */
	int stored;                       /* in_call: 0 not yet, 1 yes, -1 no */
	mono_t until;                     /* STORE */
	login_told *told;                 /* NULL: nobody waits */
	void *ctx;
	struct account account;
	bool found; /* there is such an account */
	bool new;   /* has not logged in from there before */
	char typed[ID_MAX];
	char address[48];
	char token[LOGIN_TOKEN_LEN + 1];
	char name[LOGIN_NAME_LEN + 1]; /* of the session's record */
	char code[RECOVERY_TEXT];      /* as typed */
	bool code_long;                /* and it was longer: no code of ours */
	char anew[AUTHD_PASSWORD_MAX]; /* the new password */
	size_t anew_len;
	char codes[RECOVERY_MADE][RECOVERY_TEXT]; /* SECOND */
	struct login_ask ask;                     /* what the app is to do */
};

struct logins {
	struct app *app;
	struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	struct authd_client *authd;
	struct ratelimit *limits;
	struct event *look;
	int64_t length_ms, once_ms;
	struct try tries[LOGINS_MAX];
};

static void on_look(evutil_socket_t fd, short what, void *arg);
static void on_authd(void *ctx, uint64_t tag, enum authd_result result, struct slice hash);

struct logins *logins_new(struct event_base *base, const char *authd_path, uint32_t authd_timeout_ms,
                          struct clock *clock, struct log *log, struct metrics *metrics)
{
	struct logins *l = calloc(1, sizeof *l);
	uint64_t key[2];

	if (l == NULL)
		return NULL;
	randombytes_buf(key, sizeof key);
	l->clock = clock;
	l->log = log;
	l->metrics = metrics;
	l->length_ms = MINUTES(720);
	l->once_ms = MINUTES(72 * 60);
	l->limits = ratelimit_new(key);
	l->authd = authd_client_new(base, authd_path, authd_timeout_ms, clock, log, metrics, on_authd, l);
	l->look = event_new(base, -1, EV_PERSIST, on_look, l);
	if (l->limits == NULL || l->authd == NULL || l->look == NULL) {
		logins_free(l);
		return NULL;
	}
	return l;
}

void logins_free(struct logins *l)
{
	if (l == NULL)
		return;
	authd_client_free(l->authd);
	ratelimit_free(l->limits);
	if (l->look != NULL)
		event_free(l->look);
	sodium_memzero(l, sizeof *l);
	free(l);
}

void logins_set_app(struct logins *l, struct app *app)
{
	l->app = app;
}

void logins_length(struct logins *l, int64_t length_ms, int64_t once_ms)
{
	l->length_ms = length_ms;
	l->once_ms = once_ms;
}

static uint64_t ticket_of(const struct logins *l, const struct try *t)
{
	return (uint64_t)t->generation << 32 | (uint64_t)(t - l->tries);
}

static struct try *try_find(struct logins *l, uint64_t ticket)
{
	uint32_t index = (uint32_t)ticket;

	if (index >= LOGINS_MAX || l->tries[index].step == FREE || l->tries[index].generation != (uint32_t)(ticket >> 32))
		return NULL;
	return &l->tries[index];
}

static struct try *try_new(struct logins *l, login_told *told, void *ctx)
{
	for (size_t i = 0; i < LOGINS_MAX; i++) {
		struct try *t = &l->tries[i];
		uint32_t generation = t->generation + 1;

		if (t->step != FREE)
			continue;
		*t = (struct try){.generation = generation == 0 ? 1 : generation, .told = told, .ctx = ctx};
		return t;
	}
	return NULL;
}

static void try_free(struct try *t)
{
	uint32_t generation = t->generation;

	sodium_memzero(t, sizeof *t);
	t->generation = generation;
}

static void count(struct logins *l, enum login_outcome outcome)
{
	static const enum metric COUNTERS[] = {
		[LOGIN_OK] = METRIC_LOGIN_OK,
		[LOGIN_WRONG] = METRIC_LOGIN_WRONG,
		[LOGIN_CODE] = METRIC_LOGIN_CODE,
		[LOGIN_WRONG_CODE] = METRIC_LOGIN_WRONG,
		[LOGIN_NO_KEY] = METRIC_LOGIN_NO_KEY,
		[LOGIN_OVER] = METRIC_LOGIN_NO_KEY,
		[LOGIN_WEAK] = METRIC_LOGIN_WEAK,
		[LOGIN_LIMITED] = METRIC_LOGIN_LIMITED,
		[LOGIN_BUSY] = METRIC_LOGIN_UNAVAILABLE,
		[LOGIN_AWAY] = METRIC_LOGIN_UNAVAILABLE,
		[LOGIN_NO_STORE] = METRIC_LOGIN_UNAVAILABLE,
	};

	metric_add(l->metrics, COUNTERS[outcome], 1);
}

static struct guesser guesser_of(const struct try *t)
{
	return (struct guesser){.address = t->address,
	                        .account = t->found ? t->account.person : t->typed,
	                        .known = t->found,
	                        .session = t->session[0] == '\0' ? NULL : t->session};
}

/* For all daemons to count; and on record, for whose account it was: as often as the limits let somebody try. */
static void failed_note(struct logins *l, const struct try *t, bool code)
{
	struct audit a = {.what = AUDIT_LOGIN_FAILED, .role = (uint32_t)t->account.role};
	const struct guesser g = guesser_of(t);
	struct guess_ask ask;

	ratelimit_names(l->limits, &g, false, &ask);
	snprintf(a.who, sizeof a.who, "%s", t->account.person);
	snprintf(a.note, sizeof a.note, "%s", code ? "code" : "password");
	a.from = audit_from_address(t->address);
	snprintf(a.record, sizeof a.record, "person:%s", t->account.person);
	app_guess(l->app, &ask, t->found ? &a : NULL);
}

static void good_note(struct logins *l, const struct try *t)
{
	const struct guesser g = guesser_of(t);
	struct guess_ask ask;

	if (!ratelimit_good(l->limits, clock_mono(l->clock), &g))
		return;
	ratelimit_names(l->limits, &g, true, &ask);
	app_guess(l->app, &ask, NULL);
}

/* What there is to say about a finished try. The try is free afterwards. */
static void finish(struct logins *l, struct try *t, enum login_outcome outcome, struct login_answer *ret)
{
	bool later = outcome == LOGIN_BUSY || outcome == LOGIN_AWAY || outcome == LOGIN_NO_STORE;

	*ret = (struct login_answer){.outcome = outcome, .retry_s = later ? 1 : 0};
	if (outcome == LOGIN_OK && t->what == ACT && (t->ask.act == ACCOUNT_RESET || t->ask.act == ACCOUNT_RESET_CODE))
		memcpy(ret->made, t->anew, sizeof ret->made);
	if (outcome == LOGIN_OK && t->what == SECOND)
		memcpy(ret->codes, t->codes, sizeof ret->codes);
	if (t->what != END && t->what != ACT) {
		const struct guesser g = guesser_of(t);

		count(l, outcome);
		if (outcome == LOGIN_OK) {
			ret->account = t->account;
			memcpy(ret->token, t->token, sizeof ret->token);
			good_note(l, t);
		} else if (outcome == LOGIN_WRONG || outcome == LOGIN_WRONG_CODE) {
			log_line(l->log, "LOGIN_WRONG", "address=%s known=%d code=%d", t->address, t->found,
			         outcome == LOGIN_WRONG_CODE);
			failed_note(l, t, outcome == LOGIN_WRONG_CODE);
		} else {
			if (outcome == LOGIN_NO_KEY || outcome == LOGIN_OVER)
				log_line(l->log, outcome == LOGIN_OVER ? "LOGIN_OVER" : "LOGIN_NO_KEY", "person=%s", t->account.person);
			/* Nobody was found wrong. */
			ratelimit_undo(l->limits, clock_mono(l->clock), &g);
		}
	}
	try_free(t);
}

static void tell(struct logins *l, struct try *t, enum login_outcome outcome)
{
	struct login_answer answer;
	login_told *told = t->told;
	void *ctx = t->ctx;

	finish(l, t, outcome, &answer);
	if (told != NULL)
		told(ctx, &answer);
	sodium_memzero(&answer, sizeof answer);
}

static void look_on(struct logins *l)
{
	const struct timeval look = {.tv_usec = LOOK_MS * 1000};

	if (!event_pending(l->look, EV_TIMEOUT, NULL))
		event_add(l->look, &look);
}

/* The store is asked. Returns true when it has answered already, with the answer in t->stored. */
static bool store(struct logins *l, struct try *t)
{
	t->step = STORE;
	t->until.ms = clock_mono(l->clock).ms + STORE_WAIT_MS;
	t->in_call = true;
	t->stored = 0;
	if (t->what != ACT)
		memcpy(t->ask.person, t->account.person, sizeof t->ask.person);
	memcpy(t->ask.address, t->address, sizeof t->ask.address);
	t->ask.length_ms = l->length_ms;
	if (t->what == END)
		app_login_end(l->app, ticket_of(l, t), t->name);
	else if (t->what == ACT && t->name[0] == '\0')
		app_account_act(l->app, ticket_of(l, t), &t->ask);
	else if (t->what == PASSWORD)
		app_password(l->app, ticket_of(l, t), t->name, &t->ask);
	else
		app_login_begin(l->app, ticket_of(l, t), t->name, &t->ask);
	t->in_call = false;
	if (t->stored == 0)
		look_on(l);
	return t->stored != 0;
}

void logins_stored(struct logins *l, uint64_t tag, bool ok)
{
	struct try *t = try_find(l, tag);

	if (t == NULL || t->step != STORE)
		return;
	if (t->in_call)
		t->stored = ok ? 1 : -1;
	else
		tell(l, t, ok ? LOGIN_OK : LOGIN_NO_STORE);
}

bool login_name(struct slice token, char ret[LOGIN_NAME_LEN + 1])
{
	uint8_t raw[LOGIN_TOKEN_LEN / 2], hash[32];
	size_t len;

	if (token.len != LOGIN_TOKEN_LEN ||
	    sodium_hex2bin(raw, sizeof raw, (const char *)token.at, token.len, NULL, &len, NULL) != 0 || len != sizeof raw)
		return false;
	crypto_generichash(hash, sizeof hash, raw, sizeof raw, NULL, 0);
	sodium_bin2hex(ret, LOGIN_NAME_LEN + 1, hash, LOGIN_NAME_LEN / 2);
	return true;
}

/* The password is right. Does whoever typed it also hold what makes the codes? LOGIN_OK: yes, or none is asked for. */
static enum login_outcome second(struct logins *l, struct try *t, const struct account *now)
{
	uint8_t hash[32];

	/* A password for once lets in whoever has no key yet: to make one, and for nothing else (app/logins.c: login_must). */
	if (now->once && clock_now(l->clock)->store_ms - now->password_ms > l->once_ms)
		return LOGIN_OVER;
	if (now->totp_key_len == 0)
		return now->role == ROLE_ADMINISTRATOR && !now->once ? LOGIN_NO_KEY : LOGIN_OK;
	if (t->code[0] == '\0' && !t->code_long)
		return LOGIN_CODE;
	t->ask.totp_step = totp_check(slice_of(now->totp_key, now->totp_key_len), slice_str(t->code),
	                              clock_now(l->clock)->store_ms, now->totp_step);
	if (t->ask.totp_step != 0)
		return LOGIN_OK;
	if (!recovery_read(slice_str(t->code), hash))
		return LOGIN_WRONG_CODE;
	for (uint32_t i = 0; i < now->recovery_count; i++)
		if (sodium_memcmp(hash, now->recovery[i], sizeof hash) == 0) {
			t->ask.recovery = true;
			memcpy(t->ask.recovery_hash, hash, sizeof hash);
			return LOGIN_OK;
		}
	return LOGIN_WRONG_CODE;
}

/* The password that was typed is right: on with what it was typed for. */
static void right(struct logins *l, struct try *t, const struct account *now)
{
	uint8_t raw[LOGIN_TOKEN_LEN / 2];
	enum login_outcome outcome;

	if (t->what == PASSWORD) {
		enum authd_result asked;

		t->step = HASHING;
		asked = authd_hash(l->authd, ticket_of(l, t), slice_of(t->anew, t->anew_len));
		if (asked != AUTHD_RIGHT)
			tell(l, t, asked == AUTHD_LATER ? LOGIN_BUSY : LOGIN_AWAY);
		return;
	}
	if (t->what == SECOND) {
		/* Shown by the app: it has the key. The code is used up with that. */
		t->ask.totp_step = totp_check(slice_of(t->ask.second_key, sizeof t->ask.second_key), slice_str(t->code),
		                              clock_now(l->clock)->store_ms, 0);
		if (t->ask.totp_step == 0 || now->totp_key_len != 0)
			tell(l, t, LOGIN_WRONG_CODE);
		else if (store(l, t))
			tell(l, t, t->stored > 0 ? LOGIN_OK : LOGIN_NO_STORE);
		return;
	}
	outcome = second(l, t, now);
	if (outcome != LOGIN_OK) {
		tell(l, t, outcome);
		return;
	}
	randombytes_buf(raw, sizeof raw);
	sodium_bin2hex(t->token, sizeof t->token, raw, sizeof raw);
	sodium_memzero(raw, sizeof raw);
	ENSURE(login_name(slice_of(t->token, LOGIN_TOKEN_LEN), t->name));
	if (store(l, t))
		tell(l, t, t->stored > 0 ? LOGIN_OK : LOGIN_NO_STORE);
}

static void on_authd(void *ctx, uint64_t tag, enum authd_result result, struct slice hash)
{
	struct logins *l = ctx;
	struct try *t = try_find(l, tag);
	struct account account;

	if (t == NULL || (t->step != HELPER && t->step != HASHING))
		return;
	if (result == AUTHD_LATER || result == AUTHD_AWAY || (t->step == HASHING && result != AUTHD_RIGHT)) {
		tell(l, t, result == AUTHD_LATER ? LOGIN_BUSY : LOGIN_AWAY);
		return;
	}
	if (t->step == HASHING) {
		memcpy(t->ask.password_old, t->account.password_hash, sizeof t->ask.password_old);
		if (!text_copy(t->ask.password_new, sizeof t->ask.password_new, hash) || hash.len == 0)
			tell(l, t, LOGIN_AWAY);
		else if (store(l, t))
			tell(l, t, t->stored > 0 ? LOGIN_OK : LOGIN_NO_STORE);
		return;
	}
	/* The account may have been disabled, or its password changed, while the helper thought. */
	if (result == AUTHD_WRONG || !t->found || !app_account(l->app, t->typed, &account) ||
	    strcmp(account.password_hash, t->account.password_hash) != 0)
		tell(l, t, LOGIN_WRONG);
	else
		right(l, t, &account);
	sodium_memzero(&account, sizeof account);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct logins *l = arg;
	mono_t now = clock_mono(l->clock);
	bool waits = false;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < LOGINS_MAX; i++) {
		struct try *t = &l->tries[i];

		if (t->step != STORE)
			continue;
		if (t->until.ms <= now.ms)
			tell(l, t, LOGIN_NO_STORE);
		else
			waits = true;
	}
	if (!waits)
		event_del(l->look);
}

static size_t new_ones(const struct logins *l)
{
	size_t n = 0;

	for (size_t i = 0; i < LOGINS_MAX; i++)
		n += l->tries[i].new && (l->tries[i].step == HELPER || l->tries[i].step == HASHING);
	return n;
}

/* The limits are asked, then the helper. Returns a ticket, or 0 with the answer in *now. */
static uint64_t ask(struct logins *l, struct try *t, struct slice password, struct login_answer *now)
{
	const struct guesser g = guesser_of(t);
	uint32_t wait_s = ratelimit_try(l->limits, clock_mono(l->clock), &g);
	enum authd_result asked;

	app_guess_key(l->app);
	if (wait_s != 0) {
		log_line(l->log, "LOGIN_LIMITED", "address=%s wait_s=%u", t->address, wait_s);
		count(l, LOGIN_LIMITED);
		*now = (struct login_answer){.outcome = LOGIN_LIMITED, .retry_s = wait_s};
		try_free(t);
		return 0;
	}
	t->new = !ratelimit_known(l->limits, clock_mono(l->clock), &g);
	if (t->new &&new_ones(l) >= LOGINS_NEW_MAX) {
		finish(l, t, LOGIN_BUSY, now);
		return 0;
	}
	t->step = HELPER;
	asked = authd_ask(l->authd, ticket_of(l, t), password, slice_str(t->found ? t->account.password_hash : ""));
	if (asked != AUTHD_RIGHT) {
		finish(l, t, asked == AUTHD_LATER ? LOGIN_BUSY : LOGIN_AWAY, now);
		return 0;
	}
	return ticket_of(l, t);
}

static uint64_t full(struct logins *l, struct login_answer *now)
{
	*now = (struct login_answer){.outcome = LOGIN_BUSY, .retry_s = 1};
	count(l, LOGIN_BUSY);
	return 0;
}

uint64_t login_begin(struct logins *l, const struct login_typed *typed, login_told *told, void *ctx,
                     struct login_answer *now)
{
	struct try *t = try_new(l, told, ctx);
	struct account whose;

	if (t == NULL)
		return full(l, now);
	if (!text_copy(t->typed, sizeof t->typed, slice_str(typed->account)))
		t->typed[0] = '\0'; /* longer than any account: found by nobody, and counted as one */
	t->code_long = !text_copy(t->code, sizeof t->code, typed->code);
	snprintf(t->address, sizeof t->address, "%s", typed->address);
	t->found = t->typed[0] != '\0' && app_account(l->app, t->typed, &t->account);
	if (typed->session != NULL && t->found && app_login_find(l->app, typed->session, &whose) &&
	    strcmp(whose.person, t->account.person) == 0)
		memcpy(t->session, typed->session, sizeof t->session);
	return ask(l, t, typed->password, now);
}

bool password_good(const char *account, struct slice password)
{
	bool seen[256] = {0};
	unsigned different = 0;

	if (password.len < PASSWORD_MIN || password.len > AUTHD_PASSWORD_MAX || slice_equal(password, slice_str(account)))
		return false;
	for (size_t i = 0; i < password.len; i++) {
		different += !seen[password.at[i]];
		seen[password.at[i]] = true;
	}
	return different >= 5;
}

uint64_t login_password(struct logins *l, const char *session, struct slice password, struct slice anew,
                        const char *address, login_told *told, void *ctx, struct login_answer *now)
{
	struct try *t = try_new(l, told, ctx);

	if (t == NULL)
		return full(l, now);
	t->what = PASSWORD;
	snprintf(t->address, sizeof t->address, "%s", address);
	memcpy(t->name, session, sizeof t->name);
	memcpy(t->session, session, sizeof t->session);
	t->found = app_login_find(l->app, session, &t->account);
	memcpy(t->typed, t->account.account, sizeof t->typed);
	if (!t->found || !password_good(t->typed, anew) || slice_equal(password, anew)) {
		*now = (struct login_answer){.outcome = LOGIN_WEAK};
		count(l, LOGIN_WEAK);
		try_free(t);
		return 0;
	}
	memcpy(t->anew, anew.at, anew.len);
	t->anew_len = anew.len;
	return ask(l, t, password, now);
}

uint64_t login_second(struct logins *l, const char *session, struct slice password, const uint8_t key[TOTP_KEY_LEN],
                      struct slice code, const char *address, login_told *told, void *ctx, struct login_answer *now)
{
	struct try *t = try_new(l, told, ctx);

	if (t == NULL)
		return full(l, now);
	t->what = SECOND;
	snprintf(t->address, sizeof t->address, "%s", address);
	memcpy(t->name, session, sizeof t->name);
	memcpy(t->session, session, sizeof t->session);
	t->found = app_login_find(l->app, session, &t->account);
	memcpy(t->typed, t->account.account, sizeof t->typed);
	(void)text_copy(t->code, sizeof t->code, code);
	t->ask.act = ACCOUNT_SECOND;
	memcpy(t->ask.second_key, key, sizeof t->ask.second_key);
	for (t->ask.second_count = 0; t->ask.second_count < RECOVERY_MADE; t->ask.second_count++)
		recovery_make(t->codes[t->ask.second_count], t->ask.second_codes[t->ask.second_count]);
	return ask(l, t, password, now);
}

/* Without letters that are taken for each other when they are read out. */
static void password_make(char ret[PASSWORD_MADE])
{
	static const char LETTERS[] = "abcdefghijkmnpqrstuvwxyz23456789";
	size_t n = 0;

	_Static_assert(sizeof LETTERS == 33, "five bits a letter");
	for (unsigned i = 0; i < 20; i++) {
		if (i != 0 && i % 5 == 0)
			ret[n++] = '-';
		ret[n++] = LETTERS[randombytes_uniform(32)];
	}
	ret[n] = '\0';
}

uint64_t login_act(struct logins *l, const struct login_ask *act, const char *session, login_told *told, void *ctx,
                   struct login_answer *now)
{
	struct try *t = try_new(l, told, ctx);
	enum authd_result asked;

	if (t == NULL) {
		*now = (struct login_answer){.outcome = LOGIN_BUSY, .retry_s = 1};
		return 0;
	}
	t->what = ACT;
	t->ask = *act;
	snprintf(t->address, sizeof t->address, "%s", act->address);
	if (session != NULL)
		memcpy(t->name, session, sizeof t->name);
	if (act->act == ACCOUNT_RESET || act->act == ACCOUNT_RESET_CODE) {
		password_make(t->anew);
		t->step = HASHING;
		asked = authd_hash(l->authd, ticket_of(l, t), slice_str(t->anew));
		if (asked == AUTHD_RIGHT)
			return ticket_of(l, t);
		finish(l, t, asked == AUTHD_LATER ? LOGIN_BUSY : LOGIN_AWAY, now);
		return 0;
	}
	if (store(l, t)) {
		finish(l, t, t->stored > 0 ? LOGIN_OK : LOGIN_NO_STORE, now);
		return 0;
	}
	return ticket_of(l, t);
}

void login_failures(const struct logins *l, const char *person, struct login_failures *ret)
{
	ratelimit_account(l->limits, clock_mono(l->clock), person, &ret->count, &ret->ago_ms, &ret->wait_s);
}

uint64_t login_end(struct logins *l, const char *session, login_told *told, void *ctx, struct login_answer *now)
{
	struct try *t = try_new(l, told, ctx);

	if (t == NULL) {
		*now = (struct login_answer){.outcome = LOGIN_BUSY, .retry_s = 1};
		return 0;
	}
	t->what = END;
	memcpy(t->name, session, sizeof t->name);
	if (store(l, t)) {
		finish(l, t, t->stored > 0 ? LOGIN_OK : LOGIN_NO_STORE, now);
		return 0;
	}
	return ticket_of(l, t);
}

void login_forget(struct logins *l, uint64_t ticket)
{
	struct try *t = try_find(l, ticket);

	if (t == NULL)
		return;
	/* What was asked goes on: a password that is being checked still counts, a session that is being stored is. */
	t->told = NULL;
	t->ctx = NULL;
}

void logins_guess_key(struct logins *l, const uint64_t key[2])
{
	ratelimit_key(l->limits, key);
}

void logins_guess_known(struct logins *l, const struct guess_count *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		ratelimit_learn(l->limits, clock_mono(l->clock), &list[i]);
}
