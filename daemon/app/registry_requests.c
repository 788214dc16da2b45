/* registry_requests.c - a desk opens and corrects records of the registry. Nothing is shown before it is on record who looks.
 */
#include <stdio.h>

#include "app/registry.h"
#include "app/screens.h"

#define LIST_MAX 100

static enum refusal may(struct app *app, const struct session *s, const struct record *rec, enum record_act act)
{
	return rights_record(&s->rights, rec->type, record_area(app, rec), act) ? REFUSAL_OK : REFUSAL_FORBIDDEN;
}

static struct record *stored(struct app *app, const char *key)
{
	struct record *rec = record_find(app, key);

	/* The one that stands for all unknown homes is none. */
	return rec == NULL || rec->rev == 0 || strcmp(key, "household:" QUARANTINE) == 0 ? NULL : rec;
}

static enum refusal submit(struct app *app, const struct session *s, const char *key, struct record_ask *ask,
                           const ProtobufCMessage *m)
{
	snprintf(ask->who, sizeof ask->who, "%s", s->rights.person);
	return record_submit(app, key, ask, m, (struct waiter){WAITER_REQUEST, s->link, ask->cmd}) == NULL
	           ? REFUSAL_OVERLOAD
	           : REFUSAL_OK;
}

static enum refusal open_record(struct app *app, const struct session *s, uint64_t cmd, const Pingan__V1__OpenRecord *o)
{
	struct record_ask ask = {.look = true, .health = o->health, .cmd = cmd};
	const struct record *rec = stored(app, o->key);
	enum refusal why = rec == NULL ? REFUSAL_NOT_FOUND : may(app, s, rec, RECORD_LOOK);

	if (why == REFUSAL_OK && o->health)
		why = may(app, s, rec, RECORD_LOOK_HEALTH);
	return why == REFUSAL_OK ? submit(app, s, o->key, &ask, NULL) : why;
}

static const ProtobufCMessage *body_of(const Pingan__V1__EditRecord *e)
{
	switch (e->body_case) {
	case PINGAN__V1__EDIT_RECORD__BODY_HOUSEHOLD:
		return &e->household->base;
	case PINGAN__V1__EDIT_RECORD__BODY_AREA:
		return &e->area->base;
	case PINGAN__V1__EDIT_RECORD__BODY_STATION:
		return &e->station->base;
	case PINGAN__V1__EDIT_RECORD__BODY__NOT_SET:
	case _PINGAN__V1__EDIT_RECORD__BODY__CASE_IS_INT_SIZE:
		break;
	}
	return NULL;
}

static enum record_type type_of(const Pingan__V1__EditRecord *e)
{
	return e->body_case == PINGAN__V1__EDIT_RECORD__BODY_HOUSEHOLD ? RECORD_HOUSEHOLD
	       : e->body_case == PINGAN__V1__EDIT_RECORD__BODY_AREA    ? RECORD_AREA
	                                                               : RECORD_STATION;
}

/* Where it is and where it is to be: both theirs, or a home could be moved out of somebody's sight. */
static enum refusal edit_record(struct app *app, const struct session *s, uint64_t cmd, const Pingan__V1__EditRecord *e)
{
	struct record_ask ask = {.health = e->health, .expected = e->expected, .cmd = cmd};
	const struct record *rec = stored(app, e->key);
	const ProtobufCMessage *m = body_of(e);
	enum refusal why = rec == NULL ? REFUSAL_OK : may(app, s, rec, RECORD_EDIT);

	if (m == NULL || strcmp(e->key, "household:" QUARANTINE) == 0)
		return REFUSAL_BAD_REQUEST;
	if (why == REFUSAL_OK && !rights_record(&s->rights, type_of(e), record_area_of(app, m), RECORD_EDIT))
		why = REFUSAL_FORBIDDEN;
	if (why == REFUSAL_OK && e->health &&
	    !rights_record(&s->rights, type_of(e), record_area_of(app, m), RECORD_LOOK_HEALTH))
		why = REFUSAL_FORBIDDEN;
	return why == REFUSAL_OK ? submit(app, s, e->key, &ask, m) : why;
}

/* ------------------------------------------------------------ the card */

static const ProtobufCMessage *card_body(struct app *app, const struct record *rec, bool health,
                                         Pingan__V1__RecordCard *to)
{
	const ProtobufCMessageDescriptor *type = registry_type(rec->key);
	ProtobufCMessage *m = rec->rev == 0 || type == NULL
	                          ? NULL
	                          : protobuf_c_message_unpack(type, &app->arena.allocator, rec->body_len, rec->body);

	if (m == NULL)
		return NULL;
	registry_show(m, health);
	if (type == &pingan__v1__household__descriptor) {
		to->body_case = PINGAN__V1__RECORD_CARD__BODY_HOUSEHOLD;
		to->household = (Pingan__V1__Household *)(void *)m;
	} else if (type == &pingan__v1__area__descriptor) {
		to->body_case = PINGAN__V1__RECORD_CARD__BODY_AREA;
		to->area = (Pingan__V1__Area *)(void *)m;
	} else {
		to->body_case = PINGAN__V1__RECORD_CARD__BODY_STATION;
		to->station = (Pingan__V1__Station *)(void *)m;
	}
	return m;
}

static const char *hand_name(struct app *app, const struct record_hand *h)
{
	const char *name = h == NULL ? "" : person_name(app, h->who);

	return h == NULL || name[0] != '\0' ? name : h->who;
}

static void card_send_record(struct app *app, struct session *s, uint64_t cmd, const struct record *rec, bool health)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__RecordCard card = PINGAN__V1__RECORD_CARD__INIT;
	const struct record_hand *hand = record_hand(app, rec->key);

	card.cmd = cmd;
	card.key = (char *)(uintptr_t)rec->key;
	card.rev = rec->rev;
	card.commit = rec->rev == 0 ? 0 : rec->commits[0];
	card.by_name = text_cut(app, hand_name(app, hand), 64);
	card.at_ms = hand == NULL ? 0 : hand->at_ms;
	card.health = health;
	card.may_edit = may(app, s, rec, RECORD_EDIT) == REFUSAL_OK;
	if (rec->rev != 0 && card_body(app, rec, health, &card) == NULL)
		return; /* unreadable: counted and logged where it was read in */
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_RECORD;
	m.record = &card;
	session_say(app, s, &m);
}

void record_answered(struct app *app, struct session *s, const struct change *ch, struct kept_reply *r)
{
	const struct record_ask *ask = ch->edit;
	const struct record *rec = ch->record;
	const struct record_hand *hand = record_hand(app, rec->key);

	r->commit = ask->commit;
	if (ch->answer == REFUSAL_INVALID && ask->fault_count != 0) {
		snprintf(r->field, sizeof r->field, "%s", ask->faults[0].field);
		r->why = ask->faults[0].why;
		r->number = (uint32_t)ask->fault_count;
	}
	if (ch->answer == REFUSAL_CONFLICT && hand != NULL && strlen(hand->who) < sizeof r->who) {
		memcpy(r->who, hand->who, strlen(hand->who) + 1);
		r->at_ms = hand->at_ms;
	}
	/* Rights may have changed while it was on its way; health only after a look that said so, or with such an edit. */
	if ((ch->answer == REFUSAL_OK || ch->answer == REFUSAL_CONFLICT) && may(app, s, rec, RECORD_LOOK) == REFUSAL_OK)
		card_send_record(app, s, ask->cmd, rec, ask->health && may(app, s, rec, RECORD_LOOK_HEALTH) == REFUSAL_OK);
}

/* ------------------------------------------------------------ lists to choose from */

static void row_add(struct app *app, Pingan__V1__RecordList *to, const char *id, const char *name, const char *area)
{
	Pingan__V1__RecordList__Row *row = arena_take(&app->arena, sizeof *row);

	if (row == NULL)
		return;
	pingan__v1__record_list__row__init(row);
	row->id = text_cut(app, id, ID_MAX);
	row->name = text_cut(app, name, 96);
	row->area = text_cut(app, area, 15);
	to->rows[to->n_rows++] = row;
}

static void row_fill_record(struct app *app, Pingan__V1__RecordList *to, const struct record *rec)
{
	const char *id = strchr(rec->key, ':') + 1;
	const Pingan__V1__Area *a = rec->type == RECORD_AREA ? area_find(app, id) : NULL;
	const Pingan__V1__Station *st = rec->type == RECORD_STATION ? station_find(app, id) : NULL;

	if (a != NULL)
		row_add(app, to, id, a->name, "");
	else if (st != NULL)
		row_add(app, to, id, st->name, st->area);
}

/* The LIST_MAX smallest keys behind `after`, by insertion: there are some thousand areas, and few such requests. */
static size_t page_take(struct app *app, const struct session *s, const Pingan__V1__ListRecords *l,
                        const struct record *ret[LIST_MAX + 1])
{
	enum record_type type = strcmp(l->type, "area") == 0 ? RECORD_AREA : RECORD_STATION;
	const struct record *rec;
	size_t count = 0;

	TAILQ_FOREACH (rec, &app->of_type[type], of_type) {
		const char *id = strchr(rec->key, ':') + 1;
		size_t at = count;

		if (rec->rev == 0 || strcmp(id, l->after) <= 0)
			continue;
		if (type == RECORD_AREA &&
		    ((l->under[0] != '\0' && !area_covers(l->under, id)) || !rights_covers(&s->rights, id)))
			continue;
		if (count == LIST_MAX + 1 && strcmp(rec->key, ret[count - 1]->key) >= 0)
			continue;
		while (at > 0 && strcmp(rec->key, ret[at - 1]->key) < 0)
			at--;
		if (count == LIST_MAX + 1)
			count--;
		memmove(&ret[at + 1], &ret[at], (count - at) * sizeof(struct record *));
		ret[at] = rec;
		count++;
	}
	return count;
}

static void list_records(struct app *app, struct session *s, uint64_t cmd, const Pingan__V1__ListRecords *l)
{
	Pingan__V1__RecordList list = PINGAN__V1__RECORD_LIST__INIT;
	const struct record *page[LIST_MAX + 2];
	size_t count;

	count = page_take(app, s, l, page);
	list.more = count > LIST_MAX;
	list.rows = pointers_take(app, LIST_MAX);
	for (size_t i = 0; list.rows != NULL && i < count && i < LIST_MAX; i++)
		row_fill_record(app, &list, page[i]);
	request_reply_records(app, s, cmd, &list);
}

bool request_of_record(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	struct kept_reply no = {.cmd = r->cmd, .result = store_usable(app) ? REFUSAL_OK : REFUSAL_NO_STORE};

	switch (r->what_case) {
	case PINGAN__V1__REQUEST__WHAT_LIST_RECORDS:
		list_records(app, s, r->cmd, r->list_records);
		return true;
	case PINGAN__V1__REQUEST__WHAT_OPEN_RECORD:
		if (no.result == REFUSAL_OK)
			no.result = open_record(app, s, r->cmd, r->open_record);
		break;
	case PINGAN__V1__REQUEST__WHAT_EDIT_RECORD:
		if (no.result == REFUSAL_OK)
			no.result = edit_record(app, s, r->cmd, r->edit_record);
		break;
	default:
		return false;
	}
	if (no.result != REFUSAL_OK)
		request_refuse(app, s, &no);
	return true;
}
