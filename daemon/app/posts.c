/* posts.c - requests of vendors' clouds: each is answered once, and with a yes only when all that it reports is durable.
 *
 * A vendor that hears nothing sends again, on another connection, while the first still waits: all that wait for the same
 * press are told.
 */
#include "app/devices.h"
#include "app/supervision.h"
#include "wire/vitals.h"

struct post {
	uint64_t tag; /* 0 = free */
	mono_t since;
	uint32_t waiting; /* alarms not yet durable */
	bool refused;     /* one of them was, for a bound */
	struct post_answer answer;
	uint64_t press[POST_ALARMS_MAX]; /* 0 = settled */
};

struct posts {
	uint32_t used;
	struct post at[POSTS_MAX];
	/* Requests beyond the table: told so at the next turn. */
	uint32_t over_count;
	uint64_t over[POSTS_MAX];
};

bool posts_new(struct app *app)
{
	app->posts = calloc(1, sizeof *app->posts);
	return app->posts != NULL;
}

void posts_free(struct app *app)
{
	free(app->posts);
	app->posts = NULL;
}

bool app_post_known(struct app *app, const char *device)
{
	app_begin(app);
	return device_known(app, device, PINGAN__V1__PROTOCOL__PROTOCOL_WEBHOOK);
}

void app_post_heard(struct app *app, const char *device, uint8_t battery_pct, int32_t signal_dbm)
{
	struct vitals v = vitals_none();

	app_begin(app);
	if (!device_known(app, device, PINGAN__V1__PROTOCOL__PROTOCOL_WEBHOOK))
		return;
	device_heard(app, device);
	if (battery_pct > 100 && signal_dbm == 0)
		return;
	v.at_ms = app->now.store_ms;
	v.battery_pct = battery_pct;
	v.signal_dbm = signal_dbm;
	device_vitals(app, device, &v);
}

static struct post *post_take(struct posts *posts, uint64_t tag)
{
	for (size_t i = 0; i < POSTS_MAX; i++) {
		struct post *p = &posts->at[i];

		if (p->tag != 0)
			continue;
		memset(p, 0, sizeof *p);
		p->tag = tag;
		posts->used++;
		return p;
	}
	return NULL;
}

static void post_drop(struct posts *posts, struct post *p)
{
	p->tag = 0;
	posts->used--;
}

void app_post(struct app *app, uint64_t tag, const struct alarm *alarms, uint32_t n)
{
	struct posts *posts = app->posts;
	struct post *p;

	ENSURE(tag != 0 && n > 0 && n <= POST_ALARMS_MAX);
	app_begin(app);
	count(app, C_POSTS);
	p = post_take(posts, tag);
	if (p != NULL) {
		p->since = app->now.mono;
		p->answer.count = n;
	} else if (posts->over_count < POSTS_MAX) {
		posts->over[posts->over_count++] = tag;
	}
	for (uint32_t i = 0; i < n; i++) {
		bool taken = intake_alarm(app, &alarms[i], (struct waiter){.type = WAITER_POST});

		if (p == NULL)
			continue;
		p->answer.at[i].known = device_known(app, alarms[i].device, PINGAN__V1__PROTOCOL__PROTOCOL_WEBHOOK);
		p->refused = p->refused || !taken;
		if (taken) {
			p->press[i] = alarm_hash(&alarms[i]);
			p->waiting++;
		}
	}
}

void app_post_forget(struct app *app, uint64_t tag)
{
	struct posts *posts = app->posts;

	for (size_t i = 0; i < POSTS_MAX && posts->used != 0; i++)
		if (posts->at[i].tag == tag)
			post_drop(posts, &posts->at[i]);
	for (uint32_t i = 0; i < posts->over_count; i++)
		if (posts->over[i] == tag)
			posts->over[i] = 0;
}

static void tell(struct app *app, struct post *p)
{
	struct post_answer answer = p->answer;
	uint64_t tag = p->tag;

	answer.stored = p->waiting == 0 && !p->refused;
	if (!answer.stored)
		count(app, C_POSTS_UNSTORED);
	post_drop(app->posts, p);
	app->ports.post_done(app->ports.ctx, tag, &answer);
}

void posts_stored(struct app *app, const struct change *ch)
{
	struct posts *posts = app->posts;
	uint64_t press = alarm_hash(ch->alarm), incident = change_incident(ch);

	for (size_t i = 0; i < POSTS_MAX && posts->used != 0; i++) {
		struct post *p = &posts->at[i];
		bool told = false;

		for (uint32_t k = 0; p->tag != 0 && k < p->answer.count; k++) {
			if (p->press[k] != press)
				continue;
			p->press[k] = 0;
			p->waiting--;
			p->refused = p->refused || ch->answer != REFUSAL_OK;
			p->answer.at[k].incident = incident;
			told = true;
		}
		if (told && p->waiting == 0)
			tell(app, p);
	}
}

/* With the store known to be away it is said at once: the alarm is on every screen, and the vendor keeps it. */
static bool over(const struct app *app, const struct post *p)
{
	return !app->store_up || p->refused || app->now.mono.ms - p->since.ms >= POST_WAIT_MS;
}

uint32_t posts_waiting(const struct app *app)
{
	return app->posts->used + app->posts->over_count;
}

void posts_turn(struct app *app)
{
	static const struct post_answer AWAY = {0};
	struct posts *posts = app->posts;

	for (size_t i = 0; i < POSTS_MAX && posts->used != 0; i++)
		if (posts->at[i].tag != 0 && over(app, &posts->at[i]))
			tell(app, &posts->at[i]);
	while (posts->over_count > 0) {
		uint64_t tag = posts->over[--posts->over_count];

		count(app, C_POSTS_UNSTORED);
		if (tag != 0)
			app->ports.post_done(app->ports.ctx, tag, &AWAY);
	}
}
