/* login.h - from what a person types to a session, and back.
 *
 * Owns:   log-ins under way: limits, password helper, store; then the cookie's token, which is known to nobody but the
 *         browser: the store has the record under the token's hash.
 * Knows:  no HTTP: web's api.c asks and is told once.
 * Result: LOGIN_OK only when the session's record has come back from the log, safe.
 * Bounds: LOGINS_MAX under way; each ends after the helper's time limit and STORE_WAIT_MS at the latest. Of those who have not
 *         logged in from where they are before, LOGINS_NEW_MAX wait for the helper at once: a flood of guesses from everywhere
 *         keeps nobody out who works here.
 */
#ifndef IO_LOGIN_H
#define IO_LOGIN_H

#include "app/app.h"
#include "io/authd_client.h"
#include "io/totp.h"

#define LOGINS_MAX 128
#define LOGINS_NEW_MAX (AUTHD_QUEUE_MAX / 4) /* the helper is shared by the daemons of a machine */
#define STORE_WAIT_MS 5000
#define PASSWORD_MIN 10  /* bytes; the longest is AUTHD_PASSWORD_MAX */
#define PASSWORD_MADE 24 /* "abcde-fghjk-mnpqr-stuvw": 20 letters of 32, 100 bits */
#define RECOVERY_MADE 8
#define LOGIN_TOKEN_LEN 64 /* hex digits in the cookie */
#define LOGIN_NAME_LEN 32  /* hex digits of the record's name */

enum login_outcome {
	LOGIN_OK,
	LOGIN_WRONG,      /* account or password; which of them is not said */
	LOGIN_CODE,       /* the password is right; now the code */
	LOGIN_WRONG_CODE, /* none, or used before */
	LOGIN_NO_KEY,  /* the password is right, and the role may not log in without a code: there is no key for one yet */
	LOGIN_OVER,    /* the password is right; it was one for once, and its time is over */
	LOGIN_WEAK,    /* the new password is none that we take */
	LOGIN_LIMITED, /* too many failures: retry_s */
	LOGIN_BUSY,    /* too many log-ins at once */
	LOGIN_AWAY,    /* the password helper does not answer */
	LOGIN_NO_STORE /* nothing can be stored now */
};

struct login_answer {
	enum login_outcome outcome;
	uint32_t retry_s;
	struct account account;          /* LOGIN_OK */
	char token[LOGIN_TOKEN_LEN + 1]; /* LOGIN_OK of a log-in: for the cookie */
	char made
		[PASSWORD_MADE]; /* LOGIN_OK of a reset: the password for once. It is shown to whoever asked, and never again */
	char codes[RECOVERY_MADE][RECOVERY_TEXT]; /* LOGIN_OK of a new key: each opens once in its place; likewise */
};

typedef void login_told(void *ctx, const struct login_answer *answer);

struct logins;

struct logins *logins_new(struct event_base *base, const char *authd_path, uint32_t authd_timeout_ms,
                          struct clock *clock, struct log *log, struct metrics *metrics) MUST_USE;
void logins_free(struct logins *l);
/* Before the first log-in. Borrowed. */
void logins_set_app(struct logins *l, struct app *app);
/* How long a log-in lasts, and a password that somebody else made. */
void logins_length(struct logins *l, int64_t length_ms, int64_t once_ms);

/* What is typed: `code` is empty where none was. `session`: name of the record of a session that this browser shows, or
 * NULL. */
struct login_typed {
	const char *account;
	struct slice password;
	struct slice code;
	const char *address, *session;
};

/* Returns a ticket and told() comes later, or 0 and *now is the answer. */
uint64_t login_begin(struct logins *l, const struct login_typed *typed, login_told *told, void *ctx,
                     struct login_answer *now) MUST_USE;
/* The person of this open session changes their password; all other sessions of theirs end. Likewise. */
uint64_t login_password(struct logins *l, const char *session, struct slice password, struct slice anew,
                        const char *address, login_told *told, void *ctx, struct login_answer *now) MUST_USE;
/* The person of this open session takes a key for codes; `code` shows that their app has it. All other sessions end. LOGIN_WRONG_CODE:
 * it does not, or there is a key already. Likewise. */
uint64_t login_second(struct logins *l, const char *session, struct slice password, const uint8_t key[TOTP_KEY_LEN],
                      struct slice code, const char *address, login_told *told, void *ctx,
                      struct login_answer *now) MUST_USE;
/* act->act, by somebody who may, at the account of act->person; or ACCOUNT_OTHERS with `session`, which goes on. Likewise. */
uint64_t login_act(struct logins *l, const struct login_ask *act, const char *session, login_told *told, void *ctx,
                   struct login_answer *now) MUST_USE;
/* Failed log-ins of this person that are not forgotten, from wherever. */
struct login_failures {
	uint32_t count;
	int64_t ago_ms;  /* the last of them; -1 = none */
	uint32_t wait_s; /* so long an address that is not known must wait; who worked here before does not */
};
void login_failures(const struct logins *l, const char *person, struct login_failures *ret);
/* Ends a session. Likewise. */
uint64_t login_end(struct logins *l, const char *session, login_told *told, void *ctx,
                   struct login_answer *now) MUST_USE;
/* The browser has gone: told() does not come. */
void login_forget(struct logins *l, uint64_t ticket);

/* The ports of the app. */
void logins_stored(struct logins *l, uint64_t tag, bool ok);
void logins_guess_key(struct logins *l, const uint64_t key[2]);
void logins_guess_known(struct logins *l, const struct guess_count *list, size_t count);

/* Long enough, of five different characters at least, and not the account itself. */
bool password_good(const char *account, struct slice password);

/* The record's name for a token; false when it is not a token. */
bool login_name(struct slice token, char ret[LOGIN_NAME_LEN + 1]);

#endif
