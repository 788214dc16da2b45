/* accounts.h - what is done to accounts, and what their log-ins are good for: shared by logins.c, accounts.c and rights.c.
 *
 * Owns:   nothing: the records are people's and sessions' (app/internal.h).
 * Knows:  no password: hashes come from io/login.c.
 * Bounds: one entry for one act; RECOVERY_MAX codes for paper.
 */
#ifndef APP_ACCOUNTS_H
#define APP_ACCOUNTS_H

#include "app/internal.h"

struct audit;
/* ch->login->act at the record of its person. */
enum verdict account_decide(struct app *app, struct change *ch);
/* At their own session: *ret is what it becomes; `codes` is room that the person's record points into. */
enum verdict account_own(struct app *app, Pingan__V1__Person *p, const Pingan__V1__Login *now,
                         const struct login_ask *ask, ProtobufCBinaryData codes[RECOVERY_MAX], Pingan__V1__Login *ret);
/* What is on record of it; false: it is no such act. */
bool account_audit(const struct login_ask *ask, struct audit *a);
/* WHO_MUST_* of this person. */
uint32_t login_must(const Pingan__V1__Person *p);
/* What they may do to the account of this person: ACCOUNT_BIT()s. */
uint32_t rights_account(const struct who *who, const Pingan__V1__Person *p);
/* A person asks for this at their screen (Request.what_case). */
void login_request(struct app *app, const char *login, int what);

#endif
