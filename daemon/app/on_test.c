/* on_test.c - homes and devices on test: their buttons are tried, thanked and logged, and stay out of the queue.
 *
 * Nothing but the button itself (SOS) is ever taken for a trial, and only while its home calls for nothing else. Whoever
 * presses three times within a minute may need somebody: the third is a call, and so is a press that comes a minute late.
 * A press is counted when the log brings it, so every daemon counts the same.
 *
 * Bounds: PRESSES_MAX devices remembered, for a minute each, in the order of their last press; with every look at them at most
 * TRIM_MAX whose minute is over are forgotten. A press of a device that finds no place is a call.
 */
#include <stdio.h>

#include "app/briefs.h"
#include "app/screens.h"

#define PRESSES_MAX 4096
#define WINDOW_MS MINUTES(1)
#define TRIALS 2 /* within the window; the next is a call */

#define TRIM_MAX 4 /* each entry brings one at most, so this keeps up */

struct test_press {
	TAILQ_ENTRY(test_press) link; /* app->test_press_order */
	char device[ID_MAX];
	ms_t at[TRIALS]; /* newest first */
};

static void press_forget(struct app *app, struct test_press *p)
{
	TAILQ_REMOVE(&app->test_press_order, p, link);
	(void)table_remove(&app->test_presses, p->device);
	app->test_press_count--;
	free(p);
}

/* Whoever pressed longest ago stands first. */
static void presses_trim(struct app *app)
{
	for (unsigned n = 0; n < TRIM_MAX; n++) {
		struct test_press *p = TAILQ_FIRST(&app->test_press_order);

		if (p == NULL || app->now.store_ms - p->at[0] < WINDOW_MS)
			return;
		press_forget(app, p);
	}
}

void on_test_entry(struct app *app, const struct store_entry *e)
{
	const Pingan__V1__LogEvent *m;
	struct test_press *p;
	bool trial = false;

	/* A trial is an entry without records, or with that of its device; few others are. */
	if (e->record_count > 1 || (e->record_count == 1 && strncmp(e->records[0].key, "device:", 7) != 0))
		return;
	arena_reset(&app->scratch);
	m = pingan__v1__log_event__unpack(&app->scratch.allocator, e->event.len, e->event.at);
	for (size_t i = 0; m != NULL && i < m->n_lines; i++)
		trial = trial || m->lines[i]->code == PINGAN__V1__LINE_CODE__LINE_TEST_PRESS;
	if (!trial)
		return;
	presses_trim(app);
	p = table_get(&app->test_presses, m->alarm_device);
	if (p == NULL) {
		p = app->test_press_count >= PRESSES_MAX ? NULL : calloc(1, sizeof *p);
		if (p == NULL || !text_copy(p->device, sizeof p->device, slice_str(m->alarm_device)) ||
		    !table_put(&app->test_presses, p->device, p)) {
			free(p);
			return;
		}
		app->test_press_count++;
	} else {
		TAILQ_REMOVE(&app->test_press_order, p, link);
	}
	TAILQ_INSERT_TAIL(&app->test_press_order, p, link);
	memmove(&p->at[1], &p->at[0], (TRIALS - 1) * sizeof p->at[0]);
	p->at[0] = e->at_ms;
}

void on_test_free(struct app *app)
{
	struct test_press *p;

	while ((p = TAILQ_FIRST(&app->test_press_order)) != NULL)
		press_forget(app, p);
	table_free(&app->test_presses);
}

bool on_test(struct app *app, const struct alarm *a, const struct place *p)
{
	const struct device_brief *d;
	const struct home_brief *h;
	const struct test_press *pressed;

	if (a->kind != KIND_SOS || a->restore || a->protocol == PROTOCOL_MANUAL || !p->known || a->heard >= STEP_ANSWERED ||
	    incident_of_household(app, p->open_key) != NULL)
		return false;
	/* The log counts, and brings nothing now: a press is shown, as ever. */
	if (!app->store_up)
		return false;
	/* Pressed long before it comes in: perhaps before anybody tried anything. */
	if (a->raised_ms != 0 && app->now.store_ms - a->raised_ms >= WINDOW_MS)
		return false;
	d = device_brief(app, a->device);
	h = home_brief(app, p->household);
	if ((d == NULL || d->test_until_ms <= app->now.store_ms) && (h == NULL || h->test_until_ms <= app->now.store_ms))
		return false;
	presses_trim(app);
	pressed = table_get(&app->test_presses, a->device);
	if (pressed == NULL)
		return app->test_press_count < PRESSES_MAX;
	return pressed->at[TRIALS - 1] == 0 || app->now.store_ms - pressed->at[TRIALS - 1] >= WINDOW_MS;
}

/* ------------------------------------------------------------ putting on test */

/* The registry's record with its new time; NULL when it is gone. */
static const ProtobufCMessage *changed(struct app *app, const struct change *ch)
{
	bool home = ch->record->type == RECORD_HOUSEHOLD;
	const char *id = strchr(ch->record->key, ':') + 1;
	ms_t until_ms = ch->ev.seconds == 0 ? 0 : app->now.store_ms + SECONDS(ch->ev.seconds);
	char *by = ch->ev.seconds == 0 ? (char *)"" : (char *)ch->ev.who;

	/* What was unpacked lives in the arena, and is ours to change. */
	if (home) {
		Pingan__V1__Household *h = (Pingan__V1__Household *)(uintptr_t)household_find(app, id);

		if (h == NULL)
			return NULL;
		h->test_until_ms = until_ms;
		h->test_by = by;
		return &h->base;
	}
	Pingan__V1__Device *d = (Pingan__V1__Device *)(uintptr_t)device_find(app, id);

	if (d == NULL)
		return NULL;
	d->test_until_ms = until_ms;
	d->test_by = by;
	return &d->base;
}

enum verdict on_test_decide(struct app *app, struct change *ch, struct buf *ret)
{
	const ProtobufCMessage *m = ch->record->rev == 0 ? NULL : changed(app, ch);
	size_t len = m == NULL ? 0 : protobuf_c_message_get_packed_size(m);
	uint8_t *room = m == NULL || len > STORE_BODY_MAX ? NULL : buf_room(ret, len);

	if (room == NULL) {
		ch->answer = m == NULL ? REFUSAL_NOT_FOUND : REFUSAL_LIMIT;
		return REFUSE;
	}
	protobuf_c_message_pack(m, room);
	return MOVE;
}
