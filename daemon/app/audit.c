#include "app/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/accounts.h"
#include "app/screens.h"
#include "app/storms.h"

#define SEAL_RANK 0x7365616c
#define SEAL_AGAIN_MS SECONDS(10) /* one that was asked for and did not come back is asked for again */
#define KNOWN_MS MINUTES(10)      /* a look sent again is known */
#define SEAL_RECORD "audit:seal."

/* ------------------------------------------------------------ who stands behind a change */

static void role_set(struct app *app, struct audit *a)
{
	const Pingan__V1__Person *p = person_find(app, a->who);

	if (p != NULL)
		a->role = (uint32_t)p->role;
	else if (strncmp(a->who, "token", 5) == 0)
		a->role = ROLE_MACHINE;
}

static void who_set(struct app *app, struct audit *a, const char *person)
{
	snprintf(a->who, sizeof a->who, "%s", person);
	role_set(app, a);
}

/* Stands until the next decode of anything. */
static const Pingan__V1__LogEvent *event_read(struct app *app, struct slice event)
{
	arena_reset(&app->scratch);
	return pingan__v1__log_event__unpack(&app->scratch.allocator, event.len, event.at);
}

/* Acts that the log entry tells: of a call, a job, a unit, a test. */
static bool from_event(struct app *app, const struct change *ch, const struct store_commit *c, struct audit *a)
{
	const Pingan__V1__LogEvent *e = event_read(app, c->event);

	if (e == NULL || !audit_of_event(e, a))
		return false;
	role_set(app, a);
	if (ch->kind == CHANGE_INCIDENT || ch->kind == CHANGE_BIND) {
		a->incident = app->after.id;
		memcpy(a->household, app->after.household, sizeof a->household);
		if (a->device[0] == '\0')
			memcpy(a->device, app->after.device, sizeof a->device);
	}
	return true;
}

static bool from_login(struct app *app, const struct change *ch, struct audit *a)
{
	const struct login_ask *ask = ch->login;
	const Pingan__V1__Login *l;

	if (ch->waiter.type != WAITER_LOGIN)
		return false; /* ran out */
	if (ask == NULL) {
		arena_reset(&app->scratch);
		l = pingan__v1__login__unpack(&app->scratch.allocator, ch->record->body_len, ch->record->body);
		if (l == NULL || l->person[0] == '\0')
			return false;
		a->what = AUDIT_LOGGED_OUT;
		a->from = audit_from_address(l->address);
		who_set(app, a, l->person);
		return true;
	}
	if (account_audit(ask, a)) {
		a->from = audit_from_address(ask->address);
		who_set(app, a, ask->by[0] == '\0' ? ask->person : ask->by);
		return true;
	}
	a->what = ask->password_new[0] != '\0' ? AUDIT_CHANGED : AUDIT_LOGGED_IN;
	if (a->what == AUDIT_CHANGED)
		audit_field(a, "password");
	if (ask->totp_step != 0 || ask->recovery)
		snprintf(a->note, sizeof a->note, "%s", ask->recovery ? "recovery_code" : "code");
	a->from = audit_from_address(ask->address);
	who_set(app, a, ask->person);
	return true;
}

/* Without `default`: whoever makes a new kind of change says here whether a person can stand behind it. */
static bool fill(struct app *app, const struct change *ch, const struct store_commit *c, struct audit *a)
{
	switch (ch->kind) {
	case CHANGE_DAEMON:
	case CHANGE_NEW:
	case CHANGE_KEY:
	case CHANGE_OUT_GONE:
	case CHANGE_TOKEN:
	case CHANGE_SIGNAL:
	case CHANGE_PROOF:
		return false;
	case CHANGE_INCIDENT:
		/* Most of all that comes: alarms and deadlines. */
		if (ch->ev.type == EVENT_DEADLINE || (ch->alarm != NULL && ch->waiter.type != WAITER_REQUEST))
			return false;
		return from_event(app, ch, c, a);
	case CHANGE_ON_TEST:
	case CHANGE_DEVICE:
	case CHANGE_BIND:
	case CHANGE_CUT:
	case CHANGE_REFUSED:
	case CHANGE_RECORD:
	case CHANGE_CAREGIVER:
	case CHANGE_SHIFT:
		return from_event(app, ch, c, a);
	case CHANGE_OPERATOR:
		if (ch->waiter.type != WAITER_REQUEST)
			return false;
		a->what = AUDIT_CHANGED;
		who_set(app, a, ch->op.id);
		snprintf(a->note, sizeof a->note, "%s", ch->op.ready ? "ready" : "not_ready");
		return true;
	case CHANGE_LOGIN:
		return from_login(app, ch, a);
	case CHANGE_STORM:
		if (ch->storm->storm.by[0] == '\0')
			return false;
		a->what = AUDIT_CHANGED;
		who_set(app, a, ch->storm->storm.by);
		a->cmd = ch->storm->cmd;
		snprintf(a->note, sizeof a->note, "%s", ch->storm->act == STORM_BEGIN ? "storm_begin" : "storm_end");
		return true;
	case CHANGE_GUESS:
		if (ch->audit == NULL)
			return false; /* nobody's account, or right in the end */
		*a = *ch->audit;
		return true;
	case CHANGE_AUDIT:
		*a = *ch->audit;
		return true;
	}
	return false;
}

struct slice audit_part(struct app *app, const struct change *ch, const struct store_commit *c, struct buf *bytes)
{
	const struct session *s;
	struct audit a;

	a.what = AUDIT_NONE;
	if (ch->kind == CHANGE_DAEMON || ch->kind == CHANGE_SIGNAL)
		return slice_of(NULL, 0);
	memset(&a, 0, sizeof a);
	if (!fill(app, ch, c, &a))
		return slice_of(NULL, 0);
	snprintf(a.daemon, sizeof a.daemon, "%s", app->config.daemon);
	if (ch->kind != CHANGE_AUDIT) {
		if (a.record[0] == '\0')
			audit_about(&a, ch->record->key);
		s = ch->waiter.type == WAITER_REQUEST ? session_find(app, ch->waiter.link) : NULL;
		if (s != NULL)
			a.from = s->from;
	}
	audit_encode(&a, bytes);
	ENSURE(!bytes->overflow);
	count(app, C_AUDITS);
	return slice_of(bytes->at, bytes->len);
}

/* ------------------------------------------------------------ looks */

bool audit_put(struct app *app, const struct audit *a, struct waiter waiter)
{
	const char *who = a->who[0] == '\0' ? app->config.daemon : a->who;
	char key[STORE_KEY_MAX];
	struct change *ch;

	if (a->what == AUDIT_SEALED)
		snprintf(key, sizeof key, SEAL_RECORD "%" PRIu64, a->seal.entry);
	else
		snprintf(key, sizeof key, "audit:%s", who);
	ch = change_submit(app, CHANGE_AUDIT, key, NULL, NULL, waiter);
	if (ch != NULL) {
		ch->audit = malloc(sizeof *ch->audit);
		if (ch->audit != NULL) {
			*ch->audit = *a;
			ch->ev.cmd = app->ports.random(app->ports.ctx);
			return true;
		}
		ch->waiter.type = WAITER_NONE; /* refused when it is decided; whoever asked hears it here */
	}
	count(app, C_AUDITS_LOST);
	APP_LOG(app, "AUDIT_LOST", "what=%s who=%s", audit_what_name(a->what), who);
	return false;
}

bool app_audit(struct app *app, const struct audit *a)
{
	app_begin(app);
	return audit_put(app, a, (struct waiter){0});
}

enum verdict audit_decide(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	const struct audit *a = ch->audit;
	struct store_commit c;

	if (a == NULL) {
		ch->answer = REFUSAL_OVERLOAD;
		return REFUSE;
	}
	commit_begin(&c);
	log_event_encode(app->config.daemon, ch->record->key, NULL, 0, NULL, slice_of(NULL, 0), "", &bytes);
	c.event = slice_of(bytes.at, bytes.len);
	ENSURE(!bytes.overflow);
	/* Of the daemons that would seal the same, the first does. */
	if (a->what == AUDIT_SEALED)
		snprintf(c.message, sizeof c.message, "seal.%" PRIu64 ".%.40s", a->seal.entry, a->seal.hash);
	else
		snprintf(c.message, sizeof c.message, "audit.%016" PRIx64, ch->ev.cmd);
	snprintf(c.message_value, sizeof c.message_value, "%s", ch->record->key);
	c.message_ms = KNOWN_MS;
	change_fly(app, ch, &c);
	return MOVE;
}

void audit_by(const struct session *s, struct audit *ret)
{
	memset(ret, 0, sizeof *ret);
	snprintf(ret->who, sizeof ret->who, "%s", s->rights.person);
	ret->role = (uint32_t)s->rights.role;
	ret->from = s->from;
}

void audit_found(struct app *app, const struct session *s, uint64_t cmd, const char *words, uint32_t count_found)
{
	struct audit a;

	audit_by(s, &a);
	a.what = AUDIT_FOUND;
	a.request = PINGAN__V1__REQUEST__WHAT_FIND;
	a.cmd = cmd;
	a.count = count_found;
	if (app->ports.audit_words != NULL)
		a.words_len = (uint16_t)app->ports.audit_words(app->ports.ctx, slice_str(words), a.words, sizeof a.words);
	/* Refused: counted and logged. Whoever looks for a home in need is answered all the same. */
	(void)!audit_put(app, &a, (struct waiter){0});
}

/* ------------------------------------------------------------ seals */

/* The number of the entry that a seal vouches for; 0 = this is none. */
static uint64_t seals(struct app *app, const struct store_entry *e)
{
	const Pingan__V1__LogEvent *m;

	if (e->record_count != 0)
		return 0;
	m = event_read(app, e->event);
	if (m == NULL || strncmp(m->record, SEAL_RECORD, strlen(SEAL_RECORD)) != 0)
		return 0;
	return strtoull(m->record + strlen(SEAL_RECORD), NULL, 10);
}

void audit_entry(struct app *app, const struct store_entry *e)
{
	struct audit_head *h = &app->audit;
	uint64_t sealed;

	if (e->audit[0] == '\0')
		return;
	h->id = e->id;
	memcpy(h->hash, e->audit, sizeof h->hash);
	sealed = seals(app, e);
	if (sealed == 0) {
		h->act = e->id;
		if (h->unsealed++ == 0)
			h->since = app->now.mono;
		if (h->unsealed == AUDIT_SEAL_EVERY)
			h->full = app->now.mono;
		return;
	}
	count(app, C_AUDIT_SEALS);
	/* What came while it was made waits for the next one. */
	h->unsealed = h->act > sealed ? 1 : 0;
	h->since = app->now.mono;
	h->want = 0;
}

void audit_loaded(struct app *app)
{
	struct audit_head *h = &app->audit;

	/* Where the chain stands is heard with its next entry: our own, which says that we follow it. */
	*h = (struct audit_head){.start = app->ports.audit_seal != NULL, .again = app->now.mono};
}

static bool due(struct app *app)
{
	const struct audit_head *h = &app->audit;
	int64_t late_ms;

	if (h->unsealed == 0 || h->id == 0)
		return false;
	late_ms = app->now.mono.ms - h->since.ms - AUDIT_SEAL_MS;
	if (h->unsealed >= AUDIT_SEAL_EVERY && app->now.mono.ms - h->full.ms > late_ms)
		late_ms = app->now.mono.ms - h->full.ms;
	return late_ms >= 0 && deadline_mine(app, SEAL_RANK, late_ms);
}

static void seal(struct app *app)
{
	struct audit_head *h = &app->audit;
	struct audit a = {.what = AUDIT_SEALED};

	a.seal.entry = h->want;
	memcpy(a.seal.hash, h->want_hash, sizeof a.seal.hash);
	a.seal.at_ms = app->now.store_ms;
	h->want = 0;
	h->again.ms = app->now.mono.ms + SEAL_AGAIN_MS;
	if (app->ports.audit_seal(app->ports.ctx, &a.seal))
		(void)!audit_put(app, &a, (struct waiter){0});
}

void audit_turn(struct app *app)
{
	struct audit_head *h = &app->audit;

	if (app->ports.audit_seal == NULL || !app->fresh || app->now.mono.ms < h->again.ms)
		return;
	if (h->start) {
		const struct audit a = {.what = AUDIT_STARTED};

		h->start = !audit_put(app, &a, (struct waiter){0});
		h->again.ms = app->now.mono.ms + SECONDS(1);
		return;
	}
	if (h->want == 0 && due(app)) {
		h->want = h->id;
		memcpy(h->want_hash, h->hash, sizeof h->want_hash);
	}
	/* What a failover may still cut is not vouched for. */
	if (h->want != 0 && app->safe >= h->want)
		seal(app);
}
