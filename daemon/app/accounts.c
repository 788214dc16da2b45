/* accounts.c - what somebody who looks after accounts does to one, and what a person does to their own: shut out, let in again, logged
 * out, given a password for once, a key for codes.
 *
 * Owns:   what each of these writes into the record of the person (account_decide), and of the session (session_act).
 * Knows:  rights.c says who may; passwords and keys are made in io/login.c, hashed before they come here.
 * Result: one entry; every session that is to end is over by it, on every daemon, and screens are told at once.
 */
#include <stdio.h>

#include "app/accounts.h"
#include "app/change.h"
#include "wire/audit.h"

/* What was unpacked lives in the arena, and is ours to change. */
static bool already(const Pingan__V1__Person *p, const struct login_ask *ask)
{
	switch (ask->act) {
	case ACCOUNT_SHUT:
		return p->disabled;
	case ACCOUNT_OPEN:
		return !p->disabled;
	case ACCOUNT_RESET:
	case ACCOUNT_RESET_CODE:
		return strcmp(p->password_hash, ask->password_new) == 0;
	case ACCOUNT_LOGOUT:
	case ACCOUNT_OTHERS:
	case ACCOUNT_SECOND:
	case ACCOUNT_NONE:
		break;
	}
	return false;
}

enum verdict account_decide(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	const struct login_ask *ask = ch->login;
	Pingan__V1__Person *p = (Pingan__V1__Person *)(uintptr_t)person_find(app, ask->person);
	struct store_commit c;
	size_t from, len;
	uint8_t *room;

	/* An erased account is not used again, by whatever was on its way when it was. */
	if (p == NULL || ch->record->rev == 0 || p->erased_ms != 0) {
		ch->answer = REFUSAL_WRONG_STATE;
		return REFUSE;
	}
	if (already(p, ask))
		return STAY;
	switch (ask->act) {
	case ACCOUNT_RESET_CODE:
	case ACCOUNT_RESET:
		if (ask->act == ACCOUNT_RESET_CODE) {
			p->totp_key = (ProtobufCBinaryData){0};
			p->totp_step = 0;
			p->n_recovery = 0;
		}
		p->password_hash = (char *)(uintptr_t)ask->password_new;
		p->password_ms = app->now.store_ms;
		/* Nobody is at the keyboard of a wall to take another. */
		p->password_once = p->role != PINGAN__V1__ROLE__ROLE_WALLBOARD;
		break;
	case ACCOUNT_SHUT:
		p->disabled = true;
		p->disabled_ms = app->now.store_ms;
		break;
	case ACCOUNT_OPEN:
		p->disabled = false;
		p->disabled_ms = 0;
		break;
	case ACCOUNT_LOGOUT:
	case ACCOUNT_OTHERS:
	case ACCOUNT_SECOND:
	case ACCOUNT_NONE:
		break;
	}
	/* One millisecond on: a session made in this very one is over too. */
	if (ask->act != ACCOUNT_OPEN)
		p->sessions_from_ms = app->now.store_ms + 1;
	len = pingan__v1__person__get_packed_size(p);
	room = len > STORE_BODY_MAX ? NULL : buf_room(&bytes, len);
	if (room == NULL) {
		ch->answer = REFUSAL_WRONG_STATE;
		return REFUSE; /* a record that somebody else filled */
	}
	pingan__v1__person__pack(p, room);
	commit_begin(&c);
	commit_put(&c, ch->record, &bytes, 0);
	from = bytes.len;
	log_event_encode(app->config.daemon, ch->record->key, NULL, 0, NULL, slice_of(NULL, 0), "", &bytes);
	c.event = slice_of(bytes.at + from, bytes.len - from);
	ENSURE(!bytes.overflow);
	change_fly(app, ch, &c);
	return MOVE;
}

/* This very ask is what stands there. The same key sent again brings other codes for paper, which nobody must be told open. */
static bool key_taken(const Pingan__V1__Person *p, const struct login_ask *ask)
{
	if (p->totp_step != ask->totp_step || p->totp_key.len != sizeof ask->second_key ||
	    memcmp(p->totp_key.data, ask->second_key, sizeof ask->second_key) != 0 || p->n_recovery != ask->second_count)
		return false;
	for (size_t i = 0; i < p->n_recovery; i++)
		if (p->recovery[i].len != sizeof ask->second_codes[0] ||
		    memcmp(p->recovery[i].data, ask->second_codes[i], sizeof ask->second_codes[0]) != 0)
			return false;
	return true;
}

enum verdict account_own(struct app *app, Pingan__V1__Person *p, const Pingan__V1__Login *now,
                         const struct login_ask *ask, ProtobufCBinaryData codes[RECOVERY_MAX], Pingan__V1__Login *ret)
{
	if (now == NULL || now->made_ms < p->sessions_from_ms)
		return REFUSE;
	if (ask->act == ACCOUNT_SECOND) {
		/* A key that is there is taken away by somebody else, or by the command line: a screen left open is no place for it. */
		if (p->totp_key.len != 0)
			return key_taken(p, ask) ? STAY : REFUSE;
		p->totp_key = (ProtobufCBinaryData){sizeof ask->second_key, (uint8_t *)(uintptr_t)ask->second_key};
		p->totp_step = ask->totp_step;
		p->recovery = codes;
		for (p->n_recovery = 0; p->n_recovery < ask->second_count; p->n_recovery++)
			codes[p->n_recovery] = (ProtobufCBinaryData){sizeof ask->second_codes[0],
			                                             (uint8_t *)(uintptr_t)ask->second_codes[p->n_recovery]};
	}
	*ret = *now;
	if (ask->act == ACCOUNT_SECOND)
		ret->second = true;
	/* One made in this very millisecond is over too; this one is made anew with it. */
	p->sessions_from_ms = app->now.store_ms + 1;
	return MOVE;
}

bool account_audit(const struct login_ask *ask, struct audit *a)
{
	static const char *const FIELDS[] = {
		[ACCOUNT_SHUT] = "disabled",       [ACCOUNT_OPEN] = "disabled", [ACCOUNT_RESET] = "password",
		[ACCOUNT_RESET_CODE] = "password", [ACCOUNT_SECOND] = "code",
	};

	switch (ask->act) {
	case ACCOUNT_NONE:
		return false;
	case ACCOUNT_LOGOUT:
	case ACCOUNT_OTHERS:
		a->what = AUDIT_SESSION_ENDED;
		break;
	case ACCOUNT_SHUT:
	case ACCOUNT_OPEN:
	case ACCOUNT_RESET:
	case ACCOUNT_RESET_CODE:
	case ACCOUNT_SECOND:
		a->what = AUDIT_CHANGED;
		audit_field(a, FIELDS[ask->act]);
		if (ask->act == ACCOUNT_RESET_CODE)
			audit_field(a, "code");
		break;
	}
	snprintf(a->note, sizeof a->note, "%s",
	         ask->act == ACCOUNT_SHUT     ? "shut_out"
	         : ask->act == ACCOUNT_OPEN   ? "let_in"
	         : ask->act == ACCOUNT_OTHERS ? "others"
	                                      : "");
	snprintf(a->record, sizeof a->record, "person:%s", ask->person);
	(void)text_copy(a->subject, sizeof a->subject, slice_str(ask->person));
	return true;
}

void app_account_changes(const struct app *app, uint64_t *ret_sessions, uint64_t *ret_accounts)
{
	*ret_sessions = app->logins_rev;
	*ret_accounts = app->accounts_rev;
}

uint32_t app_account_may(struct app *app, const char *person, const struct who *who)
{
	const Pingan__V1__Person *p = person_find(app, person);

	return p == NULL ? 0 : rights_account(who, p);
}
