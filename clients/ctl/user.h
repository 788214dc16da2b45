/* user.h - people who may log in: entered, changed, shut out.
 *
 * Result: changes go through commit and log, so that every daemon hears of them at once; who loses a password, a role, an
 *         area or the account loses every session with it. A password is printed when it is made and never again.
 * Bounds: an account has 1 to 31 characters; AREAS_MAX areas, LANGUAGES_MAX languages, SKILLS_MAX skills a person.
 */
#ifndef CTL_USER_H
#define CTL_USER_H

#include "cell.h"

#define AREAS_MAX 32 /* as the daemon counts them */
#define LANGUAGES_MAX 4
#define SKILLS_MAX 8

/* NULL = not said: left as it is, or empty for a new one. Lists are parted by commas. */
struct user_options {
	const char *name, *role, *areas, *phone, *station, *languages, *skills, *password_file;
};

/* Each 0, or 1 with one line on standard error that says what to mend. */

/* The first administrator of a cell, and the area that it is about. Refused when there is an administrator. */
int user_init(struct cell *cell, const char *account, const struct user_options *o);
int user_add(struct cell *cell, const char *account, const struct user_options *o);
int user_set(struct cell *cell, const char *account, const struct user_options *o);
int user_password(struct cell *cell, const char *account, const struct user_options *o);
int user_disable(struct cell *cell, const char *account);
int user_enable(struct cell *cell, const char *account);
int user_list(struct cell *cell, bool json);
int user_show(struct cell *cell, const char *account, bool json);
/* Sessions that are open: since when, until when. */
int user_sessions(struct cell *cell, const char *account, bool json);
/* A new key for codes, printed this once; or none any more. */
int user_second(struct cell *cell, const char *account, bool off, bool json);
/* Key of the person with this account. False with one line on standard error: an account can't be so. */
bool user_key(const char *account, char ret[STORE_KEY_MAX]) MUST_USE;
/* 4, 6, 9 or 12 digits. */
bool area_code_valid(const char *code);
/* Ends all of them, everywhere. */
int user_logout(struct cell *cell, const char *account);

#endif
