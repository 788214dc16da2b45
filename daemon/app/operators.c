/* operators.c - whose console is there. A console gone for 9 s is lost (screens.c), its daemon's death is noticed by the
 * others; 30 s after either, what its operator owned rings again, marked returned. */
#include <stdio.h>

#include "app/internal.h"

static struct change *submit(struct app *app, const char *person, const struct operator* op, bool new_session,
                             struct waiter waiter)
{
	char key[STORE_KEY_MAX];
	struct change *ch;

	record_key(key, "operator", person);
	ch = change_submit(app, CHANGE_OPERATOR, key, NULL, NULL, waiter);
	if (ch == NULL)
		return NULL;
	ch->op = *op;
	ch->new_session = new_session;
	return ch;
}

void operator_up(struct app *app, const char *person, bool ready)
{
	struct operator op = {.link = LINK_UP, .ready = ready};

	snprintf(op.id, sizeof op.id, "%s", person);
	snprintf(op.daemon, sizeof op.daemon, "%s", app->config.daemon);
	(void)submit(app, person, &op, true, (struct waiter){0});
}

/* What is known of a link says nothing of its operator: whether one is ready is the page's own word. */
static void lost(struct app *app, const struct operator* now)
{
	struct operator op = * now;
	struct change *ch;

	op.link = LINK_LOST;
	ch = submit(app, op.id, &op, false, (struct waiter){0});
	if (ch != NULL)
		ch->keep_ready = true;
}

/* Somebody whose console is served elsewhere by now has not left: what we had was a link that nobody told us was dead. */
void operator_left(struct app *app, const char *person)
{
	const struct operator* now = operator_find(app, person);

	if (now != NULL && now->link == LINK_UP && strcmp(now->daemon, app->config.daemon) == 0)
		lost(app, now);
}

bool operator_ready(struct app *app, const char *person, bool ready, struct waiter waiter)
{
	const struct operator* now = operator_find(app, person);
	struct operator op = {.link = LINK_UP};

	if (now != NULL)
		op = *now;
	snprintf(op.id, sizeof op.id, "%s", person);
	snprintf(op.daemon, sizeof op.daemon, "%s", app->config.daemon);
	op.link = LINK_UP;
	op.ready = ready;
	return submit(app, person, &op, false, waiter) != NULL;
}

bool operator_gone(struct app *app, const char *person)
{
	const struct operator* op = operator_find(app, person);

	return op == NULL || op->link != LINK_UP;
}

/* Rings again whatever a lost operator still owns. The operator's record must stand as read: a log-in anywhere ends it. */
static void give_back(struct app *app, const struct record *oprec, const struct operator* op)
{
	struct event ev = {.type = EVENT_RETURN};
	struct record *rec;

	snprintf(ev.who, sizeof ev.who, "%s", op->id);
	TAILQ_FOREACH (rec, &app->of_type[RECORD_INCIDENT], of_type) {
		struct change *ch;

		if (rec->slot->state != INCIDENT_ANSWERED || strcmp(rec->slot->owner, op->id) != 0 || rec->busy != NULL ||
		    rec->waiting_count != 0)
			continue;
		ch = change_submit(app, CHANGE_INCIDENT, rec->key, &ev, NULL, (struct waiter){0});
		if (ch == NULL)
			return; /* overload: again next second */
		snprintf(ch->check_key, sizeof ch->check_key, "%s", oprec->key);
		ch->check_expect = oprec->commits[0];
		count(app, C_RETURNS);
	}
}

/* True if the daemon that serves this console has died, or is this one and knows of no such console. */
static bool unserved(struct app *app, const struct operator* op, const struct record *oprec)
{
	char key[STORE_KEY_MAX];
	const struct record *d;

	if (strcmp(op->daemon, app->config.daemon) == 0)
		return !screens_console_here(app, op->id);
	record_key(key, "daemon", op->daemon);
	d = record_find(app, key);
	if (d == NULL || d->rev == 0)
		return app->now.mono.ms - oprec->since.ms >= ALIVE_STALE_MS;
	return !daemon_alive(app, d);
}

static void still_here(struct app *app, const struct operator* now, bool ready, bool new_session)
{
	struct operator op = * now;

	op.link = LINK_UP;
	op.ready = ready;
	snprintf(op.daemon, sizeof op.daemon, "%s", app->config.daemon);
	(void)submit(app, op.id, &op, new_session, (struct waiter){0});
}

/* A console is served here, and the store knows nobody of that name: a failover has cut away that they came. */
static void forgotten(struct app *app)
{
	char(*ids)[ID_MAX];
	size_t n;

	arena_reset(&app->arena);
	ids = arena_take(&app->arena, OPERATORS_MAX * sizeof *ids);
	n = ids == NULL ? 0 : screens_operators(app, ids, OPERATORS_MAX);
	for (size_t i = 0; i < n; i++) {
		char key[STORE_KEY_MAX];
		const struct record *rec;
		bool ready;

		record_key(key, "operator", ids[i]);
		rec = record_find(app, key);
		if ((rec == NULL || (rec->rev == 0 && rec->busy == NULL && rec->waiting_count == 0)) &&
		    screens_console_heard(app, ids[i], (mono_t){0}, &ready))
			operator_up(app, ids[i], ready);
	}
}

void operators_turn(struct app *app)
{
	struct record *rec;

	/* A daemon that does not hear its own proof of life can't judge others. */
	if (!app->store_up || !app->fresh || app->now.mono.ms - app->operators_at.ms < ALIVE_EVERY_MS)
		return;
	app->operators_at = app->now.mono;
	forgotten(app);
	TAILQ_FOREACH (rec, &app->of_type[RECORD_OPERATOR], of_type) {
		const struct operator* op = rec->live;
		bool ready;

		if (rec->rev == 0 || op == NULL || rec->busy != NULL || rec->waiting_count != 0)
			continue;
		if (op->link == LINK_UP && unserved(app, op, rec))
			lost(app, op);
		else if (op->link == LINK_LOST && screens_console_heard(app, op->id, rec->since, &ready))
			/* It never left: another daemon took us for dead, or had a link to this page that was. */
			still_here(app, op, ready, true);
		else if (op->link == LINK_UP && strcmp(op->daemon, app->config.daemon) == 0 &&
		         screens_console_heard(app, op->id, rec->since, &ready) && ready != op->ready)
			still_here(app, op, ready, false); /* a failover has cut what the page said of itself */
		else if (op->link == LINK_LOST &&
		         app->now.store_ms - op->changed_ms >= SECONDS(app->config.policy.owner_gone_s))
			give_back(app, rec, op);
	}
}
