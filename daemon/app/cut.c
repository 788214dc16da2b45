/* cut.c - what a failover cut: found, and written down again as seen, not in force.
 *
 * Owns:   the bytes of the last log entries, and those of a cut history that are still to be written down.
 * Result: with ATTACH_CUT the store is asked for one entry after the other, from the newest back, until CUT_THERE in a row are
 *         there. (Not by halves: a commit that was on its way is sent again, and may come to stand under its old number above
 *         one that is gone.) What is gone goes into the log again, one entry each, once the store has been read anew: on the timeline
 *         of its call when there is one, else as an entry without a record. Every daemon that had read it does so; the store
 *         takes the first.
 * Bounds: CUT_BYTES of entries, CUT_WAITING_MAX to be written, CUT_BATCH of them a turn. An older entry is known by its
 *         number only.
 */
#include <inttypes.h>
#include <stdio.h>

#include "app/change.h"
#include "app/cut.h"

#define CUT_BYTES (1u << 20)
#define CUT_WAITING_MAX TAIL_MAX
#define CUT_BATCH 16
#define CUT_THERE 32
#define CUT_KNOWN_MS SECONDS(86400)

struct cut_entry {
	TAILQ_ENTRY(cut_entry) link;
	char record[STORE_KEY_MAX];
	struct event ev;
};

struct cuts {
	uint8_t *bytes; /* ring of CUT_BYTES; owned */
	uint64_t at;    /* written so far */
	bool looking;
	size_t asked; /* counted back from the newest */
	size_t there; /* so many in a row were there */
	TAILQ_HEAD(, cut_entry) waiting;
	size_t waiting_count;
};

bool cut_new(struct app *app)
{
	struct cuts *c = calloc(1, sizeof *c);

	app->cuts = c;
	if (c == NULL)
		return false;
	TAILQ_INIT(&c->waiting);
	c->bytes = malloc(CUT_BYTES);
	return c->bytes != NULL;
}

static void waiting_drop(struct cuts *c, struct cut_entry *x)
{
	TAILQ_REMOVE(&c->waiting, x, link);
	c->waiting_count--;
	free(x);
}

void cut_free(struct app *app)
{
	struct cuts *c = app->cuts;

	if (c == NULL)
		return;
	while (!TAILQ_EMPTY(&c->waiting))
		waiting_drop(c, TAILQ_FIRST(&c->waiting));
	free(c->bytes);
	free(c);
	app->cuts = NULL;
}

void cut_keep(struct app *app, struct tail_entry *t, const struct store_entry *e)
{
	struct cuts *c = app->cuts;
	size_t left = CUT_BYTES - (size_t)(c->at % CUT_BYTES);

	/* That a daemon lived is no history. */
	t->quiet = e->record_count != 0 && strncmp(e->records[0].key, "daemon:", 7) == 0;
	if (t->quiet || e->event.len == 0 || e->event.len > STORE_BODY_MAX)
		return;
	if (e->event.len > left)
		c->at += left;
	memcpy(c->bytes + c->at % CUT_BYTES, e->event.at, e->event.len);
	t->event_at = c->at;
	t->event_len = (uint32_t)e->event.len;
	c->at += e->event.len;
}

/* ------------------------------------------------------------ what is gone */

static struct tail_entry *back(struct app *app, size_t n)
{
	return &app->tail[(app->tail_at + TAIL_MAX - 1 - n) % TAIL_MAX];
}

static struct slice bytes_of(const struct cuts *c, const struct tail_entry *t)
{
	bool kept = t->event_len != 0 && c->at - t->event_at <= CUT_BYTES;

	return kept ? slice_of(c->bytes + t->event_at % CUT_BYTES, t->event_len) : slice_of(NULL, 0);
}

static void id_take(char ret[ID_MAX], const char *from)
{
	if (!text_copy(ret, ID_MAX, slice_str(from)) || (ret[0] != '\0' && !alarm_id_valid(ret)))
		ret[0] = '\0';
}

/* The first line says what was done; the others are what came of it. */
static void line_take(struct event *ev, const Pingan__V1__Line *l)
{
	bool again = l->code == PINGAN__V1__LINE_CODE__LINE_SEEN_NOT_IN_FORCE;

	id_take(ev->who, l->who);
	id_take(ev->from, l->subject);
	ev->at_ms = l->at_ms > 0 ? l->at_ms : 0;
	ev->count = again ? l->count : (uint32_t)l->code;
	if (ev->count >= LINE_CODE_COUNT)
		ev->count = 0;
	/* Written down once before, and cut again: it is still about the first one. */
	if (again && l->cmd != 0 && l->number > 0) {
		ev->cmd = l->cmd;
		ev->entry = (uint64_t)l->number;
	}
	if (l->text.len <= sizeof ev->text) {
		ev->text_len = (uint16_t)l->text.len;
		if (l->text.len != 0)
			memcpy(ev->text, l->text.data, l->text.len);
	}
}

static void wait_for(struct app *app, struct tail_entry *t)
{
	struct cuts *c = app->cuts;
	struct slice bytes = bytes_of(c, t);
	struct cut_entry *x = t->quiet || c->waiting_count >= CUT_WAITING_MAX ? NULL : calloc(1, sizeof *x);
	const Pingan__V1__LogEvent *m;

	if (x == NULL)
		return;
	t->quiet = true; /* found once, whatever becomes of this attempt */
	x->ev.type = EVENT_CUT;
	x->ev.cmd = t->commit;
	x->ev.entry = t->id;
	snprintf(x->record, sizeof x->record, "log");
	arena_reset(&app->scratch);
	m = bytes.len == 0 ? NULL : pingan__v1__log_event__unpack(&app->scratch.allocator, bytes.len, bytes.at);
	if (m != NULL && m->record[0] != '\0' && strlen(m->record) < sizeof x->record)
		snprintf(x->record, sizeof x->record, "%s", m->record);
	if (m != NULL && m->n_lines != 0)
		line_take(&x->ev, m->lines[0]);
	TAILQ_INSERT_TAIL(&c->waiting, x, link);
	c->waiting_count++;
}

/* All that is not there, oldest first. */
static void found(struct app *app)
{
	struct cuts *c = app->cuts;
	size_t entries = 0;

	c->looking = false;
	for (size_t n = c->asked + 1; n-- > 0;) {
		if (back(app, n)->there)
			continue;
		entries++;
		wait_for(app, back(app, n));
	}
	APP_LOG(app, "CUT_SEEN", "newest=%" PRIu64 " entries=%zu", app->newest, entries);
}

/* The next older one. False: what is gone is known. */
static bool ask(struct app *app)
{
	struct cuts *c = app->cuts;

	if (c->there == CUT_THERE || c->asked + 1 == app->tail_len) {
		found(app);
		return false;
	}
	c->asked++;
	app->ports.store_look(app->ports.ctx, back(app, c->asked)->id, back(app, c->asked)->commit);
	return true;
}

bool cut_look(struct app *app)
{
	struct cuts *c = app->cuts;

	if (app->tail_len == 0)
		return false;
	c->looking = true;
	c->asked = c->there = 0;
	back(app, 0)->there = false;
	return ask(app);
}

bool cut_looking(const struct app *app)
{
	return app->cuts->looking;
}

bool cut_answered(struct app *app, enum attach_result result)
{
	struct cuts *c = app->cuts;
	bool there = result == ATTACH_THERE;

	back(app, c->asked)->there = there;
	c->there = there ? c->there + 1 : 0;
	return ask(app);
}

void cut_stop(struct app *app)
{
	app->cuts->looking = false;
}

/* ------------------------------------------------------------ writing it down */

bool cut_waits(const struct app *app)
{
	return app->store_up && !TAILQ_EMPTY(&app->cuts->waiting) && app->change_count < CHANGES_MAX / 4;
}

void cut_turn(struct app *app)
{
	struct cuts *c = app->cuts;

	for (int n = 0; n < CUT_BATCH && cut_waits(app); n++) {
		struct cut_entry *x = TAILQ_FIRST(&c->waiting);
		const struct record *rec = record_find(app, x->record);

		/* Whoever presses now does not wait behind what was. */
		if (rec != NULL && rec->waiting_count >= CUT_BATCH)
			return;
		if (change_submit(app, CHANGE_CUT, x->record, &x->ev, NULL, (struct waiter){0}) == NULL)
			return;
		waiting_drop(c, x);
	}
}

/* Its call is not there (any more, or yet): in the log alone. */
static struct line line_alone(const struct app *app, const struct event *ev)
{
	struct line line = {.code = LINE_SEEN_NOT_IN_FORCE,
	                    .at_ms = ev->at_ms != 0 ? ev->at_ms : app->now.store_ms,
	                    .stored_ms = ev->at_ms != 0 ? app->now.store_ms : 0,
	                    .number = (int64_t)ev->entry,
	                    .count = ev->count,
	                    .cmd = ev->cmd,
	                    .text_len = ev->text_len};

	memcpy(line.who, ev->who, sizeof line.who);
	memcpy(line.subject, ev->from, sizeof line.subject);
	return line;
}

enum verdict cut_decide(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct record *rec = ch->record;
	struct outcome_of_step out;
	struct store_commit c;
	struct line alone = line_alone(app, &ch->ev);
	enum verdict verdict = REFUSE;
	size_t from;

	commit_begin(&c);
	if (rec->type == RECORD_INCIDENT && rec->rev != 0 && incident_read(app, rec, &app->before)) {
		struct world world = {0};

		world_fill(app, &app->before, &ch->ev, &world);
		incident_step(&app->before, &ch->ev, &world, &app->after, &out);
		verdict = out.verdict;
		if (verdict == STAY)
			return STAY;
	}
	if (verdict == MOVE) {
		incident_encode(&app->after, &bytes);
		commit_put(&c, rec, &bytes, 0);
	}
	from = bytes.len;
	if (verdict == MOVE)
		log_event_encode(app->config.daemon, rec->key, &app->after.lines[app->after.line_count - out.added], out.added,
		                 app->after.text, slice_of(NULL, 0), "", &bytes);
	else
		log_event_encode(app->config.daemon, rec->key, &alone, 1, ch->ev.text, slice_of(NULL, 0), "", &bytes);
	c.event = slice_of(bytes.at + from, bytes.len - from);
	ENSURE(!bytes.overflow);
	snprintf(c.message, sizeof c.message, "cut.%016" PRIx64, ch->ev.cmd);
	snprintf(c.message_value, sizeof c.message_value, "%s", rec->key);
	c.message_ms = CUT_KNOWN_MS;
	change_fly(app, ch, &c);
	return MOVE;
}
