/* hold.c - what a screen believed to own when it came, against what the record says. Free because history was cut: taken
 * again for it. Free because its console was gone: offered, by one key. With somebody else: a clear no, with the name.
 *
 * Only a yes that was once told is repeated; nothing else is.
 */
#include "app/screens.h"

/* The record knows that this operator ever had it: then what came after is the truth, and nothing is taken again. */
static bool had_it(const struct incident *inc, const char *person)
{
	if (strcmp(inc->former_owner, person) == 0)
		return true;
	for (uint32_t i = 0; i < inc->line_count; i++)
		if ((inc->lines[i].code == LINE_CLAIMED && strcmp(inc->lines[i].who, person) == 0) ||
		    (inc->lines[i].code == LINE_TRANSFERRED && strcmp(inc->lines[i].subject, person) == 0))
			return true;
	return false;
}

static void take_again(struct app *app, struct session *s, const struct record *rec, enum event_type type, uint32_t job)
{
	struct event ev = {.type = type, .job = job};

	memcpy(ev.who, s->rights.person, sizeof ev.who);
	/* No cmd: nobody asked for it now. A no comes back as a Lost. */
	(void)change_submit(app, CHANGE_INCIDENT, rec->key, &ev, NULL, (struct waiter){WAITER_REQUEST, s->link, 0});
	APP_LOG(app, "HOLD_RESTORED", "incident=%s person=%s", rec->key + strlen("incident:"), s->rights.person);
}

static Pingan__V1__Lost *lost_make(struct app *app, uint64_t id, const char *owner)
{
	Pingan__V1__Lost *lost = arena_take(&app->arena, sizeof *lost);

	if (lost == NULL)
		return NULL;
	pingan__v1__lost__init(lost);
	lost->incident = id;
	lost->owner = text_cut(app, owner, ID_MAX);
	lost->owner_name = text_cut(app, person_name(app, owner), 64);
	return lost;
}

static Pingan__V1__Lost *console_check(struct app *app, struct session *s, uint64_t id)
{
	const struct record *rec = incident_find(app, id);
	struct incident *inc = &app->screens->inc;

	if (rec == NULL || rec->rev == 0)
		return lost_make(app, id, "");
	if (!incident_read(app, rec, inc))
		return NULL;
	switch (inc->state) {
	case INCIDENT_WAITING:
		if (had_it(inc, s->rights.person) || !rights_sees(app, &s->rights, rec->slot))
			return lost_make(app, id, "");
		take_again(app, s, rec, EVENT_CLAIM, 0);
		return NULL;
	case INCIDENT_ANSWERED:
		return strcmp(inc->owner, s->rights.person) == 0 ? NULL : lost_make(app, id, inc->owner);
	case INCIDENT_CLOSED:
		/* Who closed their own call knows; of another's closing the name is told. */
		return strcmp(inc->closed_by, s->rights.person) == 0 ? NULL : lost_make(app, id, inc->closed_by);
	case INCIDENT_NONE:
	case INCIDENT_STATE_COUNT:
		break;
	}
	return NULL;
}

static bool offer_lives(const struct offer *o)
{
	return o->state == OFFER_MADE || o->state == OFFER_DELIVERED || o->state == OFFER_SEEN;
}

static Pingan__V1__Lost *phone_check(struct app *app, struct session *s, uint64_t id)
{
	const struct record *rec = incident_find(app, id);
	struct incident *inc = &app->screens->inc;
	const struct job *lead;

	if (rec == NULL || rec->rev == 0)
		return lost_make(app, id, "");
	if (!incident_read(app, rec, inc))
		return NULL;
	for (uint32_t i = 0; i < inc->job_count; i++)
		if (strcmp(inc->jobs[i].caregiver, s->rights.person) == 0)
			return NULL;
	for (uint32_t i = 0; i < inc->job_count; i++) {
		const struct offer *o = job_offer(&inc->jobs[i], s->rights.person);

		/* The offer stands, the yes to it was forgotten. */
		if (o != NULL && inc->jobs[i].state == JOB_OFFERING && offer_lives(o)) {
			take_again(app, s, rec, EVENT_OFFER_ACCEPT, inc->jobs[i].number);
			return NULL;
		}
	}
	lead = incident_lead_job(inc);
	return lost_make(app, id, lead == NULL ? "" : lead->caregiver);
}

/* Looks at all holds; returns how many are lost. */
static size_t check(struct app *app, struct session *s, Pingan__V1__Lost **lost)
{
	size_t n = 0;

	for (size_t i = 0; i < s->hold_count; i++) {
		lost[n] = s->view != NULL ? console_check(app, s, s->holds[i]) : phone_check(app, s, s->holds[i]);
		n += lost[n] != NULL;
	}
	s->hold_count = 0;
	return n;
}

void hold_hello(struct app *app, struct session *s, const Pingan__V1__ScreenHello *hello)
{
	Pingan__V1__Lost *lost[CONSOLE_HOLDS_MAX];
	size_t n = 0;

	s->hold_count = hello->n_holds;
	if (hello->n_holds != 0)
		memcpy(s->holds, hello->holds, hello->n_holds * sizeof s->holds[0]);
	/* Without the store nobody can know: asked again when it is there. */
	if (store_usable(app))
		n = check(app, s, lost);
	session_welcome(app, s, lost, n);
}

void hold_turn(struct app *app, struct session *s)
{
	Pingan__V1__Lost *lost[CONSOLE_HOLDS_MAX];
	size_t n;

	arena_reset(&app->arena);
	n = check(app, s, lost);
	if (n != 0)
		session_welcome(app, s, lost, n);
}

void hold_reload(struct app *app, struct session *s)
{
	const struct table *all = &app->screens->shown;

	if (s->view == NULL) {
		if (s->phone_job != 0 && s->hold_count == 0)
			s->holds[s->hold_count++] = s->phone_job;
		return;
	}
	for (size_t i = 0; i < table_places(all) && s->hold_count < CONSOLE_HOLDS_MAX; i++) {
		const struct shown *sh = table_at(all, i)->key == NULL ? NULL : table_at(all, i)->value;

		/* `face` still is what was told before the load. */
		if (sh != NULL && sh->face.state == INCIDENT_ANSWERED && strcmp(sh->face.owner, s->rights.person) == 0)
			s->holds[s->hold_count++] = sh->id;
	}
}
