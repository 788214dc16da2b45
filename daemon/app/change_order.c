/* change_order.c - who is decided first: calls for help and people before telemetry, and nobody behind a street without
 * power. */
#include "app/change.h"

bool change_urgent(const struct change *ch)
{
	switch (ch->kind) {
	case CHANGE_INCIDENT:
		return ch->alarm == NULL || kind_class(ch->alarm->kind) == CLASS_LIFE ||
		       kind_class(ch->alarm->kind) == CLASS_WELFARE;
	case CHANGE_DAEMON:
	case CHANGE_DEVICE:
	case CHANGE_PROOF:
	case CHANGE_BIND:
		return true;
	case CHANGE_OPERATOR:
	case CHANGE_CAREGIVER:
	case CHANGE_LOGIN:
	case CHANGE_NEW:
	case CHANGE_STORM:
	case CHANGE_SHIFT:
	case CHANGE_ON_TEST:
	case CHANGE_KEY:
	case CHANGE_CUT:
	case CHANGE_AUDIT:
	case CHANGE_OUT_GONE:
	case CHANGE_TOKEN:
	case CHANGE_GUESS:
	case CHANGE_REFUSED:
	case CHANGE_RECORD:
	case CHANGE_SIGNAL:
		return false;
	}
	return false;
}

static bool call_for_help(const struct change *ch)
{
	return ch->kind == CHANGE_INCIDENT && ch->alarm != NULL &&
	       !class_above(CLASS_WELFARE, kind_class(ch->alarm->kind)) && kind_class(ch->alarm->kind) != CLASS_NONE;
}

/* Alarms of many homes that wait for one record: a sub-district is dark. */
static bool by_the_street(const struct change *ch)
{
	return ch->kind == CHANGE_INCIDENT && ch->alarm != NULL && outage_kind(ch->alarm->kind);
}

/* As many wait for this record as may. Who stands behind the street counts only those before it. */
bool change_line_full(const struct record *rec, const struct change *ch)
{
	const struct change *at;
	uint32_t before = 0;

	if (by_the_street(ch))
		return rec->waiting_count >= CHANGES_PER_AREA;
	TAILQ_FOREACH (at, &rec->waiting, link) {
		if (by_the_street(at))
			break;
		before++;
	}
	return before >=
	       (uint32_t)(call_for_help(ch) ? CHANGES_PER_RECORD + CHANGES_PER_RECORD_RESERVED : CHANGES_PER_RECORD);
}

/* Something of it can't wait behind telemetry. What stands in the street's line is none, and stands last. */
static bool first(const struct record *rec)
{
	const struct change *ch;

	TAILQ_FOREACH (ch, &rec->waiting, link) {
		if (by_the_street(ch))
			return false;
		if (change_urgent(ch))
			return true;
	}
	return false;
}

void record_ready(struct app *app, struct record *rec)
{
	if (rec->busy != NULL || rec->await_log != 0 || rec->waiting_count == 0)
		return;
	if (rec->ready && (rec->ready_first || !first(rec)))
		return;
	if (rec->ready)
		TAILQ_REMOVE(&app->ready, rec, ready_link);
	rec->ready = true;
	rec->ready_first = first(rec);
	/* Our proof of life stands behind nobody: late, it would send every unit elsewhere, where it is no better. */
	if (rec->type == RECORD_DAEMON)
		TAILQ_INSERT_HEAD(&app->ready_first, rec, ready_link);
	else if (rec->ready_first)
		TAILQ_INSERT_TAIL(&app->ready_first, rec, ready_link);
	else
		TAILQ_INSERT_TAIL(&app->ready, rec, ready_link);
}

/* In the order they came; but nobody stands behind the street. */
void change_line_up(struct record *rec, struct change *ch)
{
	struct change *at;

	if (!by_the_street(ch))
		TAILQ_FOREACH (at, &rec->waiting, link)
			if (by_the_street(at)) {
				TAILQ_INSERT_BEFORE(at, ch, link);
				return;
			}
	TAILQ_INSERT_TAIL(&rec->waiting, ch, link);
}
