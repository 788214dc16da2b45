/* screens.c - what console and phone pages do alike: connect, greet, beat, notice a dead link, resume, ask again until
 * answered; and the console's model of the queue, built from Snapshot and Delta alone. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/kit.h"

#define BEAT_MS 2000
#define DEAD_MS 9000
#define BACKOFF_MIN_MS 500
#define BACKOFF_MAX_MS 5000

static void look(struct sim *sim, void *who, uint64_t arg);

static void send_message(struct screen *s, Pingan__V1__ToDaemon *m)
{
	size_t len = pingan__v1__to_daemon__get_packed_size(m);
	uint8_t *bytes = sim_memory(len + 1);

	pingan__v1__to_daemon__pack(m, bytes);
	sim_client_send(s->sim, s->node.link, slice_of(bytes, len));
	free(bytes);
}

static void connect_now(struct screen *s)
{
	unsigned daemon = s->node.only < SIM_DAEMONS_MAX ? s->node.only : s->next_daemon % s->sim->setup.daemons;

	s->next_daemon = daemon + 1;
	s->server = daemon;
	s->heard_at = s->sim->now;
	s->up = false;
	sim_connect(s->sim, &s->node, daemon);
}

static void drop_link(struct screen *s, bool told)
{
	if (s->node.link != 0)
		sim_client_close(s->sim, s->node.link, told);
	s->up = false;
}

static void reconnect(struct sim *sim, void *who, uint64_t arg)
{
	struct screen *s = who;

	(void)sim;
	if (s->on && s->generation == arg && s->node.link == 0)
		connect_now(s);
}

static void lost(struct screen *s)
{
	int64_t wait = BACKOFF_MIN_MS << (s->backoff > 4 ? 4 : s->backoff);

	s->up = false;
	s->backoff++;
	if (wait > BACKOFF_MAX_MS)
		wait = BACKOFF_MAX_MS;
	if (!s->sim->setup.exact)
		wait = prng_between(&s->prng, wait / 2, wait);
	if (s->on)
		sim_after(s->sim, wait, reconnect, s, s->generation);
}

/* Once a second: beats, and takes a silent link for dead. */
static void look(struct sim *sim, void *who, uint64_t arg)
{
	struct screen *s = who;
	Pingan__V1__ToDaemon m = PINGAN__V1__TO_DAEMON__INIT;
	Pingan__V1__ScreenHeartbeat beat = PINGAN__V1__SCREEN_HEARTBEAT__INIT;

	if (!s->on || s->generation != arg)
		return;
	sim_after(sim, 1000, look, s, arg);
	if (s->node.link == 0)
		return;
	if (sim->now - s->heard_at >= DEAD_MS) {
		drop_link(s, false);
		lost(s);
		return;
	}
	if (s->node.open && sim->now - s->beat_at >= BEAT_MS) {
		s->beat_at = sim->now;
		beat.screen_ms = sim->now + 1;
		beat.visible = 1;
		m.body_case = PINGAN__V1__TO_DAEMON__BODY_HEARTBEAT;
		m.heartbeat = &beat;
		send_message(s, &m);
	}
}

void sim_screen_opened(struct screen *s)
{
	Pingan__V1__ToDaemon m = PINGAN__V1__TO_DAEMON__INIT;
	Pingan__V1__ScreenHello hello = PINGAN__V1__SCREEN_HELLO__INIT;

	s->heard_at = s->sim->now;
	hello.page =
		s->console ? PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE : PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER;
	s->resumed = false;
	if (s->have_rows && !s->resync) {
		hello.resume_id = s->resume_id;
		hello.resume_commit = s->resume_commit;
		s->resumed = true;
	}
	hello.n_holds = s->hold_count;
	hello.holds = s->holds;
	hello.build = (char *)"sim";
	hello.ready = s->console && sim_desk_of(s)->unready_until == 0;
	m.body_case = PINGAN__V1__TO_DAEMON__BODY_HELLO;
	m.hello = &hello;
	send_message(s, &m);
}

void sim_screen_closed(struct screen *s)
{
	lost(s);
}

/* ------------------------------------------------------------ rows */

static void row_clear(struct row *r)
{
	if (r->row != NULL)
		pingan__v1__incident_row__free_unpacked(r->row, NULL);
	free(r->bytes);
	memset(r, 0, sizeof *r);
}

static void rows_clear(struct row *rows, size_t *count)
{
	for (size_t i = 0; i < *count; i++)
		row_clear(&rows[i]);
	*count = 0;
}

static void row_put(struct sim *sim, struct row *rows, size_t *count, size_t max, const Pingan__V1__IncidentRow *from)
{
	struct row *r = NULL;
	int64_t since = sim->now;

	for (size_t i = 0; i < *count; i++) {
		if (rows[i].id == from->id)
			r = &rows[i];
	}
	if (r == NULL) {
		ENSURE(*count < max);
		r = &rows[(*count)++];
		memset(r, 0, sizeof *r);
	} else {
		since = r->since;
		row_clear(r);
	}
	r->id = from->id;
	r->since = since;
	r->len = pingan__v1__incident_row__get_packed_size(from);
	r->bytes = sim_memory(r->len + 1);
	pingan__v1__incident_row__pack(from, r->bytes);
	r->row = pingan__v1__incident_row__unpack(NULL, r->len, r->bytes);
	ENSURE(r->row != NULL);
}

static void row_remove(struct screen *s, uint64_t id)
{
	for (size_t i = 0; i < s->row_count; i++) {
		if (s->rows[i].id != id)
			continue;
		row_clear(&s->rows[i]);
		s->rows[i] = s->rows[--s->row_count];
		memset(&s->rows[s->row_count], 0, sizeof s->rows[0]);
		return;
	}
}

static void set_ringing(struct screen *s, const uint64_t *at, size_t n)
{
	s->ringing_count = n < COUNT_OF(s->ringing) ? n : COUNT_OF(s->ringing);
	if (s->ringing_count != 0)
		memcpy(s->ringing, at, s->ringing_count * sizeof s->ringing[0]);
}

/* What this operator believes to own, as the rows say. */
static void count_holds(struct screen *s)
{
	s->hold_count = 0;
	for (size_t i = 0; i < s->row_count && s->hold_count < COUNT_OF(s->holds); i++) {
		if (strcmp(s->rows[i].row->owner, s->person) == 0)
			s->holds[s->hold_count++] = s->rows[i].id;
	}
}

static void on_snapshot(struct screen *s, const Pingan__V1__Snapshot *m)
{
	for (size_t i = 0; i < m->n_rows; i++)
		row_put(s->sim, s->staged, &s->staged_count, s->row_max, m->rows[i]);
	if (!m->last)
		return;
	for (size_t i = 0; i < s->staged_count; i++) { /* shown since when it was first there */
		for (size_t k = 0; k < s->row_count; k++) {
			if (s->rows[k].id == s->staged[i].id)
				s->staged[i].since = s->rows[k].since;
		}
	}
	rows_clear(s->rows, &s->row_count);
	memcpy(s->rows, s->staged, s->staged_count * sizeof s->rows[0]);
	s->row_count = s->staged_count;
	memset(s->staged, 0, s->staged_count * sizeof s->staged[0]);
	s->staged_count = 0;
	s->resume_id = m->id;
	s->resume_commit = m->commit;
	s->have_rows = true;
	s->resync = s->resumed = false;
	s->snapshots++;
	set_ringing(s, m->ringing, m->n_ringing);
	count_holds(s);
}

static void on_delta(struct screen *s, const Pingan__V1__Delta *m)
{
	s->deltas++;
	if (s->resumed)
		sim_saw(SEEN_RESUMED);
	s->resumed = false;
	if (!s->have_rows || m->prev != s->resume_id) {
		sim_broken(s->sim, "P6 no gap", "%s was sent a delta after %llu, it stands at %llu%s", s->person,
		           (unsigned long long)m->prev, (unsigned long long)s->resume_id, s->have_rows ? "" : " without rows");
	}
	for (size_t i = 0; i < m->n_upserts; i++)
		row_put(s->sim, s->rows, &s->row_count, s->row_max, m->upserts[i]);
	for (size_t i = 0; i < m->n_removed; i++)
		row_remove(s, m->removed[i]);
	s->resume_id = m->id;
	s->resume_commit = m->commit;
	set_ringing(s, m->ringing, m->n_ringing);
	count_holds(s);
}

/* ------------------------------------------------------------ requests */

struct request *sim_screen_asked(struct screen *s, uint64_t cmd)
{
	for (size_t i = s->request_count; i > 0; i--) {
		if (s->requests[i - 1].cmd == cmd)
			return &s->requests[i - 1];
	}
	return NULL;
}

static void request_send(struct screen *s, struct request *r)
{
	r->sent_at = s->sim->now;
	if (s->up)
		sim_client_send(s->sim, s->node.link, slice_of(r->bytes, r->len));
}

uint64_t sim_screen_request(struct screen *s, Pingan__V1__Request *request, uint64_t incident, bool keep)
{
	Pingan__V1__ToDaemon m = PINGAN__V1__TO_DAEMON__INIT;
	struct request *r = NULL;

	if (s->request_count == REQUESTS_MAX) { /* the oldest that is answered goes */
		for (size_t i = 0; i < REQUESTS_MAX; i++) {
			if (s->requests[i].result == 0 && s->requests[i].keep && s->sim->now - s->requests[i].made_at < MINUTES(30))
				continue;
			free(s->requests[i].bytes);
			memmove(&s->requests[i], &s->requests[i + 1], (REQUESTS_MAX - i - 1) * sizeof s->requests[0]);
			s->request_count--;
			break;
		}
		if (s->request_count == REQUESTS_MAX)
			return 0;
	}
	r = &s->requests[s->request_count++];
	*r = (struct request){.cmd = prng_next(&s->prng) | 1,
	                      .incident = incident,
	                      .what = (uint32_t)request->what_case,
	                      .made_at = s->sim->now,
	                      .keep = keep};
	request->cmd = r->cmd;
	m.body_case = PINGAN__V1__TO_DAEMON__BODY_REQUEST;
	m.request = request;
	r->len = pingan__v1__to_daemon__get_packed_size(&m);
	r->bytes = sim_memory(r->len + 1);
	pingan__v1__to_daemon__pack(&m, r->bytes);
	s->cmd_last = r->cmd;
	request_send(s, r);
	return r->cmd;
}

void sim_screen_again(struct screen *s, uint64_t cmd)
{
	struct request *r = sim_screen_asked(s, cmd);

	ENSURE(r != NULL);
	r->result = 0;
	sim_saw(SEEN_SAME_REQUEST_AGAIN);
	request_send(s, r);
}

static void on_reply(struct screen *s, const Pingan__V1__Reply *m)
{
	struct request *r = sim_screen_asked(s, m->cmd);
	static const char *const words[] = {"none",          "ok",           "lost race",          "not owner",
	                                    "expired",       "wrong state",  "forbidden",          "rate",
	                                    "not found",     "bad request",  "no store",           "needs second",
	                                    "needs contact", "busy",         "overload",           "withdrawn",
	                                    "limit",         "needs reason", "needs confirmation", "a call for help",
	                                    "conflict",      "invalid"};

	if (r == NULL || r->result != 0)
		return;
	if (m->result == PINGAN__V1__RESULT__RESULT_NONE || (size_t)m->result >= COUNT_OF(words))
		sim_broken(s->sim, "a reply says what came of it", "result %d", (int)m->result);
	r->result = (uint32_t)m->result;
	sim_saw_result(r->result);
	snprintf(r->who, sizeof r->who, "%s", m->who);
	sim_note(s->sim, "%s hears %s%s%s", s->person, words[m->result], m->who[0] != '\0' ? " " : "", m->who);
	if (m->field[0] != '\0')
		sim_note(s->sim, "%s is told what is wrong: %s", s->person, m->field);
	if (s->console)
		sim_desk_reply(sim_desk_of(s), r);
	else
		sim_phone_reply(sim_phone_of(s), r);
}

static void on_welcome(struct screen *s, const Pingan__V1__ScreenWelcome *m)
{
	if (strcmp(m->person, s->person) != 0)
		sim_broken(s->sim, "a screen is its person's", "%s was greeted as %s", s->person, m->person);
	if (s->console && s->served_by != SIM_DAEMONS_MAX && s->served_by != s->server)
		sim_saw(SEEN_OPERATOR_ELSEWHERE);
	s->served_by = s->server;
	s->up = true;
	s->up_since = s->sim->now;
	s->backoff = 0;
	rows_clear(s->staged, &s->staged_count);
	if (m->n_lost != 0)
		sim_saw(SEEN_LOST_CALL);
	for (size_t i = 0; i < m->n_lost; i++)
		sim_note(s->sim, "%s has lost %s to %s", s->person,
		         sim_truth_incident(s->sim, m->lost[i]->incident) != NULL ? "a call" : "an unknown call",
		         m->lost[i]->owner);
	for (size_t i = 0; i < s->request_count; i++) {
		if (s->requests[i].result == 0 && s->requests[i].keep)
			request_send(s, &s->requests[i]);
	}
}

void sim_screen_bytes(struct screen *s, struct slice message)
{
	Pingan__V1__ToScreen *m = pingan__v1__to_screen__unpack(NULL, message.len, message.at);

	if (m == NULL)
		sim_broken(s->sim, "frames can be read", "%s got %zu bytes that are no ToScreen", s->person, message.len);
	s->heard_at = s->sim->now;
	switch (m->body_case) {
	case PINGAN__V1__TO_SCREEN__BODY_WELCOME:
		on_welcome(s, m->welcome);
		break;
	case PINGAN__V1__TO_SCREEN__BODY_HEARTBEAT:
		s->newest = m->heartbeat->newest;
		break;
	case PINGAN__V1__TO_SCREEN__BODY_REPLY:
		on_reply(s, m->reply);
		break;
	case PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT:
		on_snapshot(s, m->snapshot);
		break;
	case PINGAN__V1__TO_SCREEN__BODY_DELTA:
		on_delta(s, m->delta);
		break;
	case PINGAN__V1__TO_SCREEN__BODY_PHONE:
		if (s->phone != NULL)
			pingan__v1__phone_state__free_unpacked(s->phone, NULL);
		s->phone = m->phone; /* taken over */
		m->body_case = PINGAN__V1__TO_SCREEN__BODY__NOT_SET;
		m->phone = NULL;
		s->store_up = s->phone->store_up;
		sim_phone_state(sim_phone_of(s));
		break;
	case PINGAN__V1__TO_SCREEN__BODY_STORE:
		s->store_up = m->store->up;
		s->one_copy = m->store->one_copy;
		break;
	case PINGAN__V1__TO_SCREEN__BODY_GO_AWAY:
		sim_note(s->sim, "%s is sent away, reason %d", s->person, (int)m->go_away->why);
		break;
	case PINGAN__V1__TO_SCREEN__BODY_RECORD:
		if (s->console)
			sim_desk_card(sim_desk_of(s), m->record);
		break;
	case PINGAN__V1__TO_SCREEN__BODY_DETAIL:
	case PINGAN__V1__TO_SCREEN__BODY_PRESENCE:
	case PINGAN__V1__TO_SCREEN__BODY_STORMS:
	case PINGAN__V1__TO_SCREEN__BODY_DEVICE:
	case PINGAN__V1__TO_SCREEN__BODY_ROSTER:
	case PINGAN__V1__TO_SCREEN__BODY_WALL:
	case PINGAN__V1__TO_SCREEN__BODY_ROSTER_PAGE:
		break;
	case PINGAN__V1__TO_SCREEN__BODY__NOT_SET:
	case _PINGAN__V1__TO_SCREEN__BODY__CASE_IS_INT_SIZE:
		sim_broken(s->sim, "frames can be read", "%s got a ToScreen without body", s->person);
	}
	pingan__v1__to_screen__free_unpacked(m, NULL);
}

/* ------------------------------------------------------------ the page */

void sim_screen_init(struct sim *sim, struct screen *s, enum node_kind kind, unsigned index, const char *person)
{
	s->sim = sim;
	sim_node_init(sim, &s->node, kind, index);
	snprintf(s->person, sizeof s->person, "%s", person);
	sim_person_login(s->login, person);
	s->console = kind == NODE_DESK;
	s->served_by = SIM_DAEMONS_MAX;
	s->next_daemon = index;
	s->prng.s = sim->seed * 3000017 + s->node.number;
	s->row_max = 2 * (sim->setup.homes + sim->setup.panels) + 64;
	s->rows = sim_memory(s->row_max * sizeof s->rows[0]);
	s->staged = sim_memory(s->row_max * sizeof s->staged[0]);
}

void sim_screen_on(struct screen *s)
{
	if (s->on)
		return;
	s->on = true;
	s->generation++;
	s->backoff = 0;
	connect_now(s);
	sim_after(s->sim, 1000, look, s, s->generation);
}

void sim_screen_off(struct screen *s, bool told, bool forget)
{
	s->on = false;
	s->generation++;
	drop_link(s, told);
	if (!forget)
		return;
	rows_clear(s->rows, &s->row_count);
	rows_clear(s->staged, &s->staged_count);
	s->have_rows = s->resync = false;
	s->resume_id = s->resume_commit = 0;
	s->ringing_count = s->hold_count = 0;
	for (size_t i = 0; i < s->request_count; i++)
		free(s->requests[i].bytes);
	s->request_count = 0;
	if (s->phone != NULL)
		pingan__v1__phone_state__free_unpacked(s->phone, NULL);
	s->phone = NULL;
}

void sim_screen_free(struct screen *s)
{
	rows_clear(s->rows, &s->row_count);
	rows_clear(s->staged, &s->staged_count);
	free(s->rows);
	free(s->staged);
	for (size_t i = 0; i < s->request_count; i++)
		free(s->requests[i].bytes);
	if (s->phone != NULL)
		pingan__v1__phone_state__free_unpacked(s->phone, NULL);
}

const struct row *sim_screen_row(const struct screen *s, uint64_t incident)
{
	for (size_t i = 0; i < s->row_count; i++) {
		if (s->rows[i].id == incident)
			return &s->rows[i];
	}
	return NULL;
}

const struct row *sim_screen_row_of(const struct screen *s, const char *resident, const char *device)
{
	for (size_t i = 0; i < s->row_count; i++) {
		if (strcmp(s->rows[i].row->resident, resident) == 0 || strcmp(s->rows[i].row->device, device) == 0)
			return &s->rows[i];
	}
	return NULL;
}

bool sim_screen_ringing(const struct screen *s, uint64_t incident)
{
	for (size_t i = 0; i < s->ringing_count; i++) {
		if (s->ringing[i] == incident)
			return true;
	}
	return false;
}
