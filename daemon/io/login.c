#include "io/login.h"

#include <stdio.h>
#include <stdlib.h>

#include <sodium.h>

#include "io/ratelimit.h"

#define LOOK_MS 100

enum login_step { FREE, HELPER, STORE };

struct
try {
	enum login_step step;
	uint32_t generation;
	bool ending;      /* a log-out */
	bool in_call;     /* the app is being asked: its answer may come before it returns */
	bool session;     /* a session of this person was shown */
	int stored;       /* in_call: 0 not yet, 1 yes, -1 no */
	mono_t until;     /* STORE */
	login_told *told; /* NULL: nobody waits */
	void *ctx;
	struct account account;
	bool found; /* there is such an account */
	char typed[ID_MAX];
	char address[48];
	char token[LOGIN_TOKEN_LEN + 1];
};

struct logins {
	struct app *app;
	struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	struct authd_client *authd;
	struct ratelimit *limits;
	struct event *look;
	int64_t length_ms;
	struct try tries[LOGINS_MAX];
};

static void on_look(evutil_socket_t fd, short what, void *arg);
static void on_authd(void *ctx, uint64_t tag, enum authd_result result);

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

void logins_length(struct logins *l, int64_t length_ms)
{
	l->length_ms = length_ms;
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
		[LOGIN_LIMITED] = METRIC_LOGIN_LIMITED,
		[LOGIN_BUSY] = METRIC_LOGIN_UNAVAILABLE,
		[LOGIN_AWAY] = METRIC_LOGIN_UNAVAILABLE,
		[LOGIN_NO_STORE] = METRIC_LOGIN_UNAVAILABLE,
	};

	metric_add(l->metrics, COUNTERS[outcome], 1);
}

/* What there is to say about a finished try. The try is free afterwards. */
static void finish(struct logins *l, struct try *t, enum login_outcome outcome, struct login_answer *ret)
{
	*ret = (struct login_answer){.outcome = outcome, .retry_s = outcome == LOGIN_OK || outcome == LOGIN_WRONG ? 0 : 1};
	if (!t->ending) {
		mono_t now = clock_mono(l->clock);

		count(l, outcome);
		if (outcome == LOGIN_OK) {
			ret->account = t->account;
			memcpy(ret->token, t->token, sizeof ret->token);
			if (!t->session)
				ratelimit_good(l->limits, now, t->address, t->typed);
		} else if (outcome == LOGIN_WRONG) {
			log_line(l->log, "LOGIN_WRONG", "address=%s known=%d", t->address, t->found);
		} else if (!t->session) {
			/* Nobody was found wrong. */
			ratelimit_undo(l->limits, now, t->address, t->typed);
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
static bool store(struct logins *l, struct try *t, const char *name)
{
	t->step = STORE;
	t->until.ms = clock_mono(l->clock).ms + STORE_WAIT_MS;
	t->in_call = true;
	t->stored = 0;
	if (t->ending)
		app_login_end(l->app, ticket_of(l, t), name);
	else
		app_login_begin(l->app, ticket_of(l, t), name, t->account.person, l->length_ms);
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

static void on_authd(void *ctx, uint64_t tag, enum authd_result result)
{
	char name[LOGIN_NAME_LEN + 1];
	uint8_t raw[LOGIN_TOKEN_LEN / 2];
	struct logins *l = ctx;
	struct try *t = try_find(l, tag);
	struct account account;

	if (t == NULL || t->step != HELPER)
		return;
	if (result == AUTHD_LATER || result == AUTHD_AWAY) {
		tell(l, t, result == AUTHD_LATER ? LOGIN_BUSY : LOGIN_AWAY);
		return;
	}
	/* The account may have been disabled, or its password changed, while the helper thought. */
	if (result == AUTHD_WRONG || !t->found || !app_account(l->app, t->typed, &account) ||
	    strcmp(account.password_hash, t->account.password_hash) != 0) {
		tell(l, t, LOGIN_WRONG);
		return;
	}
	randombytes_buf(raw, sizeof raw);
	sodium_bin2hex(t->token, sizeof t->token, raw, sizeof raw);
	sodium_memzero(raw, sizeof raw);
	ENSURE(login_name(slice_of(t->token, LOGIN_TOKEN_LEN), name));
	if (store(l, t, name))
		tell(l, t, t->stored > 0 ? LOGIN_OK : LOGIN_NO_STORE);
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

uint64_t login_begin(struct logins *l, const char *account, struct slice password, const char *address,
                     const char *session, login_told *told, void *ctx, struct login_answer *now)
{
	struct try *t = try_new(l, told, ctx);
	struct account whose;
	enum authd_result asked;
	uint32_t wait_s;

	if (t == NULL) {
		*now = (struct login_answer){.outcome = LOGIN_BUSY, .retry_s = 1};
		count(l, LOGIN_BUSY);
		return 0;
	}
	if (!text_copy(t->typed, sizeof t->typed, slice_str(account)))
		t->typed[0] = '\0'; /* longer than any account: found by nobody, and counted as one */
	snprintf(t->address, sizeof t->address, "%s", address);
	t->found = t->typed[0] != '\0' && app_account(l->app, t->typed, &t->account);
	t->session = session != NULL && t->found && app_login_find(l->app, session, &whose) &&
	             strcmp(whose.person, t->account.person) == 0;
	wait_s = ratelimit_try(l->limits, clock_mono(l->clock), t->address, t->typed, t->session);
	if (wait_s != 0) {
		log_line(l->log, "LOGIN_LIMITED", "address=%s wait_s=%u", t->address, wait_s);
		count(l, LOGIN_LIMITED);
		*now = (struct login_answer){.outcome = LOGIN_LIMITED, .retry_s = wait_s};
		try_free(t);
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

uint64_t login_end(struct logins *l, const char *session, login_told *told, void *ctx, struct login_answer *now)
{
	struct try *t = try_new(l, told, ctx);

	if (t == NULL) {
		*now = (struct login_answer){.outcome = LOGIN_BUSY, .retry_s = 1};
		return 0;
	}
	t->ending = true;
	if (store(l, t, session)) {
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
