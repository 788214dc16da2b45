/* requests.c - what people ask for: who may, what it becomes, and the answer. Nothing is answered yes before its entry is
 * back and safe (screens_answer); a no that needs no store is said at once.
 */
#include <stdio.h>

#include "app/accounts.h"
#include "app/commission.h"
#include "app/find.h"
#include "app/refused.h"
#include "app/registry.h"
#include "app/screens.h"

/* ------------------------------------------------------------ replies */

static bool final(enum refusal result)
{
	return result != REFUSAL_RATE && result != REFUSAL_NO_STORE && result != REFUSAL_OVERLOAD;
}

static void keep(struct session *s, const struct kept_reply *r)
{
	for (size_t i = 0; i < REPLIES_KEPT; i++)
		if (s->replies[i].cmd == r->cmd) {
			s->replies[i] = *r;
			return;
		}
	s->replies[s->reply_at] = *r;
	s->reply_at = (s->reply_at + 1) % REPLIES_KEPT;
}

static void reply_full(struct app *app, struct session *s, const struct kept_reply *r, Pingan__V1__CandidateList *list,
                       Pingan__V1__OutListed *out, Pingan__V1__FoundHomes *found, Pingan__V1__RecordList *records)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__Reply reply = PINGAN__V1__REPLY__INIT;

	if (r->result != REFUSAL_OK)
		count(app, C_REQUESTS_REFUSED);
	if (r->result == REFUSAL_FORBIDDEN)
		refused_request(app, s, r->cmd);
	if (final(r->result) && list == NULL && out == NULL && found == NULL && records == NULL)
		keep(s, r);
	reply.cmd = r->cmd;
	reply.result = (Pingan__V1__Result)r->result;
	reply.who = (char *)r->who;
	reply.who_name = text_cut(app, person_name(app, r->who), 64);
	reply.at_ms = r->at_ms;
	reply.number = r->number;
	reply.candidates = list;
	reply.out = out;
	reply.found = found;
	reply.records = records;
	reply.incident = r->incident;
	reply.commit = r->commit;
	reply.field = (char *)(uintptr_t)r->field;
	reply.why = (char *)(uintptr_t)(r->why == NULL ? "" : r->why);
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_REPLY;
	m.reply = &reply;
	session_say(app, s, &m);
}

static void reply_with(struct app *app, struct session *s, const struct kept_reply *r, Pingan__V1__CandidateList *list)
{
	reply_full(app, s, r, list, NULL, NULL, NULL);
}

void request_refuse(struct app *app, struct session *s, const struct kept_reply *no)
{
	reply_with(app, s, no, NULL);
}

void request_reply(struct app *app, struct session *s, uint64_t cmd, enum refusal result, Pingan__V1__OutListed *out)
{
	struct kept_reply r = {.cmd = cmd, .result = result};

	reply_full(app, s, &r, NULL, out, NULL, NULL);
}

void request_reply_found(struct app *app, struct session *s, uint64_t cmd, Pingan__V1__FoundHomes *found)
{
	struct kept_reply r = {.cmd = cmd, .result = REFUSAL_OK};

	reply_full(app, s, &r, NULL, NULL, found, NULL);
}

void request_reply_records(struct app *app, struct session *s, uint64_t cmd, Pingan__V1__RecordList *list)
{
	struct kept_reply r = {.cmd = cmd, .result = REFUSAL_OK};

	reply_full(app, s, &r, NULL, NULL, NULL, list);
}

static void reply(struct app *app, struct session *s, uint64_t cmd, enum refusal result)
{
	struct kept_reply r = {.cmd = cmd, .result = result};

	reply_with(app, s, &r, NULL);
}

/* ------------------------------------------------------------ what all need */

/* OK, or why this person may not do anything with this incident at a console. */
static enum refusal visible(struct app *app, const struct session *s, uint64_t id)
{
	const struct record *rec = request_incident(app, id);
	const struct shown *sh = shown_find(app, id);

	if (rec != NULL)
		return rights_sees(app, &s->rights, rec->slot) ? REFUSAL_OK : REFUSAL_FORBIDDEN;
	if (sh != NULL && sh->press != NULL)
		return rights_sees(app, &s->rights, &sh->face) ? REFUSAL_OK : REFUSAL_FORBIDDEN;
	return REFUSAL_NOT_FOUND;
}

static void submit(struct app *app, struct session *s, uint64_t id, const struct event *ev)
{
	const struct record *rec = request_incident(app, id);

	if (rec == NULL)
		reply(app, s, ev->cmd, store_usable(app) ? REFUSAL_NOT_FOUND : REFUSAL_NO_STORE);
	else if (change_submit(app, CHANGE_INCIDENT, rec->key, ev, NULL,
	                       (struct waiter){WAITER_REQUEST, s->link, ev->cmd}) == NULL)
		reply(app, s, ev->cmd, REFUSAL_OVERLOAD);
}

/* When it happened on the phone; 0 = now. The core keeps it after what must have come first. */
static ms_t happened(const struct app *app, int64_t occurred_ms)
{
	return occurred_ms > 0 && occurred_ms < app->now.store_ms ? occurred_ms : 0;
}

/* ------------------------------------------------------------ details */

static struct detail_open *detail_of(struct session *s, uint64_t id)
{
	for (size_t i = 0; i < s->detail_count; i++)
		if (s->details[i].incident == id)
			return &s->details[i];
	return NULL;
}

static void detail_close(struct app *app, struct session *s, uint64_t id)
{
	struct detail_open *d = detail_of(s, id);
	struct shown *sh = shown_find(app, id);

	if (d == NULL)
		return;
	*d = s->details[--s->detail_count];
	if (sh != NULL && sh->watchers > 0)
		sh->watchers--;
}

void detail_audit(struct app *app, struct session *s, struct detail_open *d)
{
	const struct record *rec = request_incident(app, d->incident);
	struct event ev;

	if (d->audited || d->asked || rec == NULL || !store_usable(app))
		return;
	request_event(&ev, EVENT_OPENED, s, d->anew ? app->ports.random(app->ports.ctx) : d->cmd);
	d->asked = change_submit(app, CHANGE_INCIDENT, rec->key, &ev, NULL,
	                         (struct waiter){WAITER_REQUEST, s->link, d->cmd}) != NULL;
}

static void open_detail(struct app *app, struct session *s, uint64_t cmd, uint64_t id)
{
	struct shown *sh = shown_want(app, id);
	struct detail_open *d;

	detail_close(app, s, id);
	if (s->detail_count == DETAILS_MAX)
		detail_close(app, s, s->details[0].incident);
	if (sh == NULL) {
		reply(app, s, cmd, REFUSAL_OVERLOAD);
		return;
	}
	if (sh->seq == 0)
		shown_again(app, sh); /* closed long ago: known from now on, until nobody looks any more */
	if (sh->slot == NULL && request_incident(app, id) != NULL)
		sh->slot = request_incident(app, id)->slot;
	sh->watchers++;
	d = &s->details[s->detail_count++];
	*d = (struct detail_open){.incident = id, .cmd = cmd};
	detail_audit(app, s, d);
	if (d->asked)
		return; /* the detail follows the entry that says who looks */
	/* The store is away: the card, but no health. */
	d->dirty = true;
	session_due(app, s);
	reply(app, s, cmd, REFUSAL_OK);
}

void requests_store_changed(struct app *app, struct session *s)
{
	for (size_t i = 0; i < s->detail_count; i++) {
		struct detail_open *d = &s->details[i];

		/* Opened while nothing could be stored: now it is put on record, and health may follow. */
		detail_audit(app, s, d);
		if (!store_usable(app) && !d->audited) {
			d->dirty = true;
			session_due(app, s);
		}
	}
}

/* ------------------------------------------------------------ consoles */

static void calling(struct app *app, struct session *s, uint64_t cmd, uint64_t id)
{
	struct shown *sh = shown_find(app, id);
	struct event ev;

	if (sh == NULL || !shown_open(sh)) {
		reply(app, s, cmd, REFUSAL_NOT_FOUND);
		return;
	}
	if (sh->note_owner[0] != '\0' && strcmp(sh->note_owner, s->rights.person) != 0) {
		struct kept_reply r = {.cmd = cmd, .result = REFUSAL_LOST_RACE, .at_ms = sh->note_ms};

		memcpy(r.who, sh->note_owner, sizeof r.who);
		reply_with(app, s, &r, NULL);
		return;
	}
	/* The store is back already: then it is what it was meant to become. */
	if (store_usable(app) && request_incident(app, id) != NULL) {
		request_event(&ev, EVENT_CLAIM, s, cmd);
		submit(app, s, id, &ev);
		return;
	}
	if (sh->face.state == INCIDENT_ANSWERED && strcmp(sh->face.owner, s->rights.person) != 0) {
		struct kept_reply r = {.cmd = cmd, .result = REFUSAL_LOST_RACE, .at_ms = sh->face.answered_ms};

		memcpy(r.who, sh->face.owner, sizeof r.who);
		reply_with(app, s, &r, NULL);
		return;
	}
	shown_note(app, sh, s->rights.person);
	reply(app, s, cmd, REFUSAL_OK);
}

static char *candidate_station(struct app *app, const struct candidate *c)
{
	const struct member *m = c->by_station ? roster_member(app, c->caregiver) : NULL;
	const Pingan__V1__Station *s = m == NULL ? NULL : station_find(app, m->station);

	return text_cut(app, s == NULL ? "" : s->name, 96);
}

static Pingan__V1__CandidateList__Candidate *candidate_fill(struct app *app, const struct candidate *c)
{
	Pingan__V1__CandidateList__Candidate *to = arena_take(&app->arena, sizeof *to);

	if (to == NULL)
		return NULL;
	pingan__v1__candidate_list__candidate__init(to);
	to->caregiver = (char *)c->caregiver;
	to->name = text_cut(app, person_name(app, c->caregiver), 64);
	to->distance_m = c->distance_m;
	to->travel_s = c->travel_s;
	to->reachable = c->reachable;
	to->busy = c->busy;
	to->speaks = c->speaks;
	to->knows = c->knows;
	to->position_age_s = c->position_age_s;
	to->station = candidate_station(app, c);
	to->asked = c->asked || c->declined;
	to->score = c->score;
	to->why = arena_take(&app->arena, 32 * sizeof *to->why);
	for (unsigned bit = 1; to->why != NULL && bit <= PINGAN__V1__CANDIDATE_LIST__WHY__WHY_LOADED; bit++)
		if ((c->why & (1u << bit)) != 0)
			to->why[to->n_why++] = (Pingan__V1__CandidateList__Why)bit;
	return to;
}

static void candidates(struct app *app, struct session *s, uint64_t cmd, uint64_t id, enum skill skill)
{
	struct kept_reply r = {.cmd = cmd, .result = REFUSAL_OK};
	Pingan__V1__CandidateList list = PINGAN__V1__CANDIDATE_LIST__INIT;
	struct event ev = {.type = EVENT_DISPATCH};
	struct incident *inc = &app->screens->inc;
	const struct shown *sh = shown_find(app, id);
	const struct record *rec = request_incident(app, id);
	struct world w;

	if (rec != NULL && !incident_read(app, rec, inc)) {
		reply(app, s, cmd, REFUSAL_WRONG_STATE);
		return;
	}
	if (rec == NULL) {
		memset(inc, 0, sizeof *inc);
		inc->id = id;
		inc->state = INCIDENT_WAITING;
		inc->class = sh->face.class;
		memcpy(inc->household, sh->face.household, sizeof inc->household);
		memcpy(inc->area, sh->face.area, sizeof inc->area);
	}
	ev.skill = skill != SKILL_NONE ? skill : dispatch_skill(inc->class);
	world_fill(app, inc, &ev, &w);
	dispatch_rank(inc, ev.skill, w.candidates, w.candidate_count);
	list.list = pointers_take(app, CANDIDATES_MAX);
	for (uint32_t i = 0; list.list != NULL && i < w.candidate_count && list.n_list < CANDIDATES_MAX; i++) {
		if (!w.candidates[i].able)
			continue;
		list.list[list.n_list] = candidate_fill(app, &w.candidates[i]);
		list.n_list += list.list[list.n_list] != NULL;
	}
	reply_with(app, s, &r, &list);
}

static void console_take(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	uint64_t id = console_incident(r);
	enum refusal why;
	struct event ev;

	if (request_of_area(app, s, r))
		return;
	if (r->what_case == PINGAN__V1__REQUEST__WHAT_FIND) {
		find_ask(app, s, r->cmd, r->find->text);
		return;
	}
	why = visible(app, s, id);
	if (why == REFUSAL_OK && r->what_case == PINGAN__V1__REQUEST__WHAT_OPEN) {
		open_detail(app, s, r->cmd, id);
		return;
	}
	if (why == REFUSAL_OK && r->what_case == PINGAN__V1__REQUEST__WHAT_CANDIDATES) {
		candidates(app, s, r->cmd, id, (enum skill)r->candidates->skill);
		return;
	}
	if (why == REFUSAL_OK && r->what_case == PINGAN__V1__REQUEST__WHAT_CALLING) {
		calling(app, s, r->cmd, id);
		return;
	}
	if (why == REFUSAL_OK && !store_usable(app))
		why = REFUSAL_NO_STORE;
	if (why == REFUSAL_OK)
		why = console_event(app, s, r, &ev);
	if (why == REFUSAL_OK)
		submit(app, s, id, &ev);
	else
		reply(app, s, r->cmd, why);
}

/* ------------------------------------------------------------ phones */

/* The job of this incident that this caregiver has in hand, or NULL. */
static const struct job *job_in_hand(struct app *app, const struct session *s, uint64_t id, uint32_t number)
{
	const struct record *rec = request_incident(app, id);
	const struct job *job;

	if (rec == NULL || !incident_read(app, rec, &app->screens->inc))
		return NULL;
	job = incident_job(&app->screens->inc, number);
	return job != NULL && strcmp(job->caregiver, s->rights.person) == 0 ? job : NULL;
}

static enum refusal position(struct app *app, const struct session *s, const Pingan__V1__Position *p)
{
	const struct caregiver *c = caregiver_find(app, s->rights.person);
	const struct job *job = c == NULL || c->incident == 0 ? NULL : job_in_hand(app, s, c->incident, c->job);

	/* Where somebody is, is taken between yes and arrival only. */
	if (job == NULL || (job->state != JOB_ACCEPTED && job->state != JOB_EN_ROUTE))
		return REFUSAL_WRONG_STATE;
	position_set(app, s->rights.person, p->lat_e6, p->lon_e6);
	return REFUSAL_OK;
}

static enum event_type progress_event(const Pingan__V1__JobProgress *p)
{
	return p->to == PINGAN__V1__JOB_STATE__JOB_EN_ROUTE  ? EVENT_JOB_DEPART
	       : p->to == PINGAN__V1__JOB_STATE__JOB_ARRIVED ? EVENT_JOB_ARRIVE
	                                                     : EVENT_JOB_DONE;
}

static enum refusal job_note(struct app *app, const struct session *s, const Pingan__V1__AddJobNote *n,
                             struct event *ev)
{
	if (request_incident(app, n->incident) == NULL)
		return REFUSAL_NOT_FOUND;
	if (job_in_hand(app, s, n->incident, n->job) == NULL)
		return REFUSAL_NOT_OWNER;
	ev->type = EVENT_NOTE;
	ev->job = n->job;
	ev->at_ms = happened(app, n->occurred_ms);
	return request_seal(app, n->incident, n->text, ev);
}

/* What a request of a phone becomes; *ret_id = the incident. */
static enum refusal phone_event(struct app *app, const struct session *s, const Pingan__V1__Request *r,
                                struct event *ev, uint64_t *ret_id)
{
	request_event(ev, EVENT_NONE, s, r->cmd);
	switch (r->what_case) {
	case PINGAN__V1__REQUEST__WHAT_RECEIPT:
		*ret_id = r->receipt->incident;
		ev->type = r->receipt->seen ? EVENT_OFFER_SEEN : EVENT_OFFER_DELIVERED;
		ev->job = r->receipt->job;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_ANSWER:
		*ret_id = r->answer->incident;
		ev->type = r->answer->accept ? EVENT_OFFER_ACCEPT : EVENT_OFFER_DECLINE;
		ev->job = r->answer->job;
		ev->reason = r->answer->reason;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_PROGRESS:
		*ret_id = r->progress->incident;
		ev->type = progress_event(r->progress);
		ev->job = r->progress->job;
		ev->at_ms = happened(app, r->progress->occurred_ms);
		ev->result = r->progress->result;
		ev->saw_resident = r->progress->saw_resident;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_GIVE_BACK:
		*ret_id = r->give_back->incident;
		ev->type = EVENT_JOB_GIVE_BACK;
		ev->job = r->give_back->job;
		ev->reason = r->give_back->reason;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_JOB_NOTE:
		*ret_id = r->job_note->incident;
		return job_note(app, s, r->job_note, ev);
	default:
		return REFUSAL_BAD_REQUEST;
	}
}

static void phone_take(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	enum refusal why = store_usable(app) ? REFUSAL_OK : REFUSAL_NO_STORE;
	struct event ev;
	uint64_t id = 0;

	if (r->what_case == PINGAN__V1__REQUEST__WHAT_POSITION) {
		reply(app, s, r->cmd, position(app, s, r->position));
		return;
	}
	if (why == REFUSAL_OK)
		why = phone_event(app, s, r, &ev, &id);
	if (why == REFUSAL_OK)
		submit(app, s, id, &ev);
	else
		reply(app, s, r->cmd, why);
}

/* ------------------------------------------------------------ in and out */

static const struct kept_reply *answered(const struct session *s, uint64_t cmd)
{
	for (size_t i = 0; i < REPLIES_KEPT; i++)
		if (s->replies[i].cmd == cmd)
			return &s->replies[i];
	return NULL;
}

void request_take(struct app *app, struct session *s, const Pingan__V1__Request *r, bool lawful, uint64_t cmd)
{
	const struct kept_reply *old;

	count(app, C_REQUESTS);
	if (r == NULL) {
		reply(app, s, cmd, REFUSAL_RATE);
		return;
	}
	refused_note(s, r);
	login_request(app, s->login, (int)r->what_case);
	if (!rights_may(s->rights.role, (int)r->what_case)) {
		reply(app, s, cmd, lawful || r->what_case != 0 ? REFUSAL_FORBIDDEN : REFUSAL_BAD_REQUEST);
		return;
	}
	if (!lawful) {
		reply(app, s, cmd, REFUSAL_BAD_REQUEST);
		return;
	}
	old = answered(s, cmd);
	if (old != NULL && r->what_case != PINGAN__V1__REQUEST__WHAT_OPEN &&
	    r->what_case != PINGAN__V1__REQUEST__WHAT_OPEN_RECORD) {
		const struct kept_reply again = *old;

		reply_with(app, s, &again, NULL);
		return;
	}
	switch (r->what_case) {
	case PINGAN__V1__REQUEST__WHAT_CLOSE_DETAIL:
		detail_close(app, s, r->close_detail->incident);
		reply(app, s, cmd, REFUSAL_OK);
		return;
	case PINGAN__V1__REQUEST__WHAT_READY:
		if (!store_usable(app))
			reply(app, s, cmd, REFUSAL_NO_STORE);
		else if (!operator_ready(app, s->rights.person, r->ready->ready, (struct waiter){WAITER_REQUEST, s->link, cmd}))
			reply(app, s, cmd, REFUSAL_OVERLOAD);
		else
			s->ready = r->ready->ready;
		return;
	default:
		break;
	}
	if (request_of_device(app, s, r) || request_of_record(app, s, r) || request_of_shift(app, s, r))
		return;
	if (s->view != NULL)
		console_take(app, s, r);
	else
		phone_take(app, s, r);
}

/* A hold or a mark that came to nothing: said like any call that was lost. */
static void lost_tell(struct app *app, struct session *s, const struct change *ch)
{
	Pingan__V1__Lost lost = PINGAN__V1__LOST__INIT;
	Pingan__V1__Lost *list[] = {&lost};

	if (ch->answer == REFUSAL_OK || ch->record->slot == NULL)
		return;
	lost.incident = ch->record->slot->id;
	lost.owner = (char *)ch->who;
	lost.owner_name = text_cut(app, person_name(app, ch->who), 64);
	session_welcome(app, s, list, 1);
}

static void opened(struct app *app, struct session *s, const struct change *ch)
{
	for (size_t i = 0; i < s->detail_count; i++) {
		struct detail_open *d = &s->details[i];

		if (d->cmd != ch->waiter.tag || d->incident != ch->record->slot->id)
			continue;
		d->asked = false;
		d->audited = ch->answer == REFUSAL_OK;
		d->dirty = true;
		session_due(app, s);
	}
}

void screens_answer(struct app *app, const struct change *ch)
{
	struct kept_reply r = {.cmd = ch->waiter.tag, .result = ch->answer, .at_ms = ch->at_ms, .number = ch->number};
	struct session *s = session_find(app, ch->waiter.link);

	if (s == NULL)
		return; /* the page went; the same request from its next life gets the same answer from the record */
	arena_reset(&app->arena);
	if (ch->waiter.tag == 0) {
		lost_tell(app, s, ch);
		return;
	}
	memcpy(r.who, ch->who, sizeof r.who);
	if (ch->kind == CHANGE_DEVICE)
		card_answered(app, s, ch);
	if (ch->kind == CHANGE_RECORD)
		record_answered(app, s, ch, &r);
	/* Entered by hand, or bound: the call it belongs to. */
	if ((ch->alarm != NULL || ch->kind == CHANGE_BIND) && r.result == REFUSAL_OK)
		r.incident = !ch->duplicate && ch->ev.joined != 0 ? ch->ev.joined : change_incident(ch);
	if (ch->kind == CHANGE_INCIDENT && ch->ev.type == EVENT_OPENED)
		opened(app, s, ch);
	/* Asked again after it was asked for: the record knows the request, and it still waits for the second person. */
	if (ch->kind == CHANGE_INCIDENT && ch->ev.type == EVENT_CLOSE && r.result == REFUSAL_OK &&
	    ch->record->slot->state != INCIDENT_CLOSED)
		r.result = REFUSAL_NEEDS_SECOND;
	reply_with(app, s, &r, NULL);
}
