/* A technician puts a unit into service: what the daemon shows, stores, and never hides. */
#include "app_rig_city.h"

#include "app/screens.h"
#include "core/device_life.h"

#define CARD PINGAN__V1__TO_SCREEN__BODY_DEVICE
#define REPLY PINGAN__V1__TO_SCREEN__BODY_REPLY
#define CAREGIVER PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)
#define PROOF(want) PINGAN__V1__DEVICE_CARD__PROOF__PROOF_##want
#define STATE(want) PINGAN__V1__DEVICE_STATE__DEVICE_##want
#define MAY(card, want) may(card, PINGAN__V1__DEVICE_CARD__ACT__ACT_##want)

enum { DESK = 1, TECH = 2, CG1 = 3, FAR = 4, TECH_AGAIN = 5 };

static Pingan__V1__ToScreen *held_card;
static const Pingan__V1__DeviceCard *card_now;

static void phone(struct rig *g, link_t link, const char *person)
{
	rig_up(g, link, person);
	rig_hello(g, link, CAREGIVER, 0, 0, NULL, 0);
	rig_pass(g, 200);
}

/* u1 is entered and stands nowhere; dev-h0 and the others are in service. */
static struct rig *city(void)
{
	struct rig *g = rig_city();
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;

	d.id = (char *)"dev-u1";
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE;
	d.model = (char *)"PX-2";
	d.state = STATE(COMMISSIONING);
	rig_put(g, "device", d.id, &d.base);
	rig_person(g, "techfar", ROLE_TECHNICIAN, "440103002");
	rig_start(g);
	rig_console(g, DESK, "op1");
	phone(g, TECH, "tech");
	return g;
}

static void end(struct rig *g)
{
	rig_done(held_card);
	held_card = NULL;
	rig_free(g);
}

/* The newest card that this screen was sent, whether read before or not. */
static const Pingan__V1__DeviceCard *card(struct rig *g, link_t link)
{
	rig_done(held_card);
	g->links[link].read = 0;
	held_card = rig_last(g, link, CARD);
	assert_non_null(held_card);
	card_now = held_card->device;
	return card_now;
}

static size_t cards(struct rig *g, link_t link)
{
	Pingan__V1__ToScreen *m;
	size_t n = 0;

	g->links[link].read = 0;
	while ((m = rig_next(g, link, CARD)) != NULL) {
		rig_done(m);
		n++;
	}
	return n;
}

static bool may(const Pingan__V1__DeviceCard *c, int act)
{
	for (size_t i = 0; i < c->n_may; i++)
		if ((int)c->may[i] == act)
			return true;
	return false;
}

static int scan(struct rig *g, link_t link, const char *device)
{
	RIG_ASK(g, link, 0, DeviceScan, DEVICE_SCAN, DEVICE_SCAN, device_scan, .device = (char *)device);
	rig_pass(g, 100);
	return rig_result(g, link, NULL);
}

static int leave(struct rig *g, link_t link, const char *device)
{
	RIG_ASK(g, link, 0, DeviceLeave, DEVICE_LEAVE, DEVICE_LEAVE, device_leave, .device = (char *)device);
	rig_pass(g, 100);
	return rig_result(g, link, NULL);
}

static int bind(struct rig *g, link_t link, const char *device, const char *household, uint64_t incident)
{
	RIG_ASK(g, link, 0, DeviceBind, DEVICE_BIND, DEVICE_BIND, device_bind, .device = (char *)device,
	        .household = (char *)household, .incident = incident);
	rig_pass(g, 100);
	return rig_result(g, link, NULL);
}

static int prove(struct rig *g, link_t link, const char *device, bool stop)
{
	RIG_ASK(g, link, 0, DeviceProve, DEVICE_PROVE, DEVICE_PROVE, device_prove, .device = (char *)device, .stop = stop);
	rig_pass(g, 100);
	return rig_result(g, link, NULL);
}

static int confirm(struct rig *g, link_t link, const char *device)
{
	RIG_ASK(g, link, 0, DeviceConfirm, DEVICE_CONFIRM, DEVICE_CONFIRM, device_confirm, .device = (char *)device);
	rig_pass(g, 100);
	return rig_result(g, link, NULL);
}

static int set_state(struct rig *g, link_t link, const char *device, int to, const char *why)
{
	RIG_ASK(g, link, 0, DeviceSetState, DEVICE_SET_STATE, DEVICE_STATE, device_state, .device = (char *)device,
	        .state = (Pingan__V1__DeviceState)to, .text = (char *)why);
	rig_pass(g, 100);
	return rig_result(g, link, NULL);
}

static size_t calls(struct rig *g)
{
	return g->app->open.used;
}

static int state_of(struct rig *g, const char *device)
{
	const Pingan__V1__Device *d;

	app_begin(g->app);
	d = device_find(g->app, device);
	return d == NULL ? -1 : (int)d->state;
}

/* Scanned, bound to h1, the window open. */
static void proving(struct rig *g)
{
	IS(scan(g, TECH, "dev-u1"), OK);
	IS(bind(g, TECH, "dev-u1", "h1", 0), OK);
	IS(prove(g, TECH, "dev-u1", false), OK);
}

static void scan_bind_press_see_it_received_confirm(void **state)
{
	struct rig *g = city();
	const Pingan__V1__DeviceCard *c;

	(void)state;
	IS(scan(g, TECH, "dev-u1"), OK);
	c = card(g, TECH);
	assert_true(c->in_registry);
	assert_int_equal(c->state, STATE(COMMISSIONING));
	assert_string_equal(c->model, "PX-2");
	assert_string_equal(c->household, "");
	assert_true(MAY(c, BIND) && !MAY(c, PROVE) && !MAY(c, CONFIRM));

	IS(bind(g, TECH, "dev-u1", "h1", 0), OK);
	c = card(g, TECH);
	assert_string_equal(c->household, "h1");
	assert_string_equal(c->resident, "长者h1");
	assert_string_equal(c->address, "ADDRESS-51");
	assert_string_equal(c->bound_by_name, "名tech");
	assert_true(MAY(c, PROVE));

	IS(prove(g, TECH, "dev-u1", false), OK);
	c = card(g, TECH);
	assert_int_equal(c->proof, PROOF(OPEN));
	assert_true(c->proof_mine && c->proof_until_ms - c->proof_from_ms == PROOF_WINDOW_MS);
	IS(confirm(g, TECH, "dev-u1"), WRONG_STATE); /* nothing has come */

	rig_pass(g, 3000);
	(void)rig_press(g, "u1", KIND_SOS);
	rig_pass(g, 200);
	c = card(g, TECH);
	assert_int_equal(c->proof, PROOF(RECEIVED));
	assert_true(c->took_ms >= 1 && c->took_ms <= 200 && c->took_by_unit);
	assert_true(MAY(c, CONFIRM));
	assert_int_equal(c->state, STATE(COMMISSIONING));
	assert_int_equal(calls(g), 0);

	IS(confirm(g, TECH, "dev-u1"), OK);
	c = card(g, TECH);
	assert_int_equal(c->proof, PROOF(CONFIRMED));
	assert_int_equal(c->state, STATE(IN_SERVICE));
	assert_string_equal(c->proved_by_name, "名tech");
	assert_true(c->proved_ms > 0 && c->tested_ms == c->proved_ms);
	assert_int_equal(calls(g), 0);
	rig_pass_beating(g, PROOF_WINDOW_MS + PROOF_CONFIRM_MS, TECH);
	assert_int_equal(calls(g), 0);
	end(g);
}

static void a_unit_on_its_way_into_service_calls_for_help_like_any_other(void **state)
{
	struct rig *g = city();

	(void)state;
	IS(scan(g, TECH, "dev-u1"), OK);
	(void)rig_press(g, "u1", KIND_SOS); /* it stands nowhere yet: an unknown home */
	assert_int_equal(calls(g), 1);
	IS(bind(g, TECH, "dev-u1", "h1", 0), OK);
	assert_int_equal(state_of(g, "dev-u1"), STATE(COMMISSIONING));
	(void)rig_press(g, "u1", KIND_SOS);
	assert_int_equal(calls(g), 2);
	end(g);
}

static void the_second_press_of_a_proof_rings(void **state)
{
	struct rig *g = city();

	(void)state;
	proving(g);
	(void)rig_press(g, "u1", KIND_SOS);
	assert_int_equal(calls(g), 0);
	(void)rig_press(g, "u1", KIND_SOS);
	assert_int_equal(calls(g), 1);
	end(g);
}

static void what_is_no_press_of_the_button_rings_during_a_proof(void **state)
{
	struct rig *g = city();

	(void)state;
	proving(g);
	(void)rig_press(g, "u1", KIND_FALL);
	assert_int_equal(calls(g), 1);
	/* And then its home calls: the press belongs to that call. */
	(void)rig_press(g, "u1", KIND_SOS);
	rig_pass(g, 1200);
	assert_int_equal(card(g, TECH)->proof, PROOF(OPEN));
	assert_int_not_equal(card(g, TECH)->incident, 0);
	end(g);
}

static void a_press_during_the_proof_of_another_unit_rings(void **state)
{
	struct rig *g = city();

	(void)state;
	proving(g);
	(void)rig_press(g, "h1", KIND_SOS); /* the unit that the home has had all along */
	assert_int_equal(calls(g), 1);
	end(g);
}

static void a_press_that_nobody_confirms_rings_after_a_minute(void **state)
{
	struct rig *g = city();
	const Pingan__V1__DeviceCard *c;

	(void)state;
	proving(g);
	(void)rig_press(g, "u1", KIND_SOS);
	rig_pass_beating(g, PROOF_CONFIRM_MS - 2000, TECH);
	assert_int_equal(calls(g), 0);
	rig_pass_beating(g, 4000, TECH);
	assert_int_equal(calls(g), 1);
	rig_pass_beating(g, 10000, TECH);
	assert_int_equal(calls(g), 1);
	c = card(g, TECH);
	assert_int_equal(c->proof, PROOF(RANG));
	assert_int_not_equal(c->rang, 0);
	assert_int_equal(c->incident, c->rang);
	assert_int_equal(c->state, STATE(COMMISSIONING));
	IS(confirm(g, TECH, "dev-u1"), EXPIRED);
	end(g);
}

static void a_technician_who_leaves_a_press_unconfirmed_rings_at_once(void **state)
{
	struct rig *g = city();

	(void)state;
	proving(g);
	(void)rig_press(g, "u1", KIND_SOS);
	IS(leave(g, TECH, "dev-u1"), OK);
	rig_pass(g, 1000);
	assert_int_equal(calls(g), 1);
	end(g);
}

/* The line breaks in a stairwell: whoever is back within the minute confirms. */
static void a_broken_line_costs_no_proof(void **state)
{
	struct rig *g = city();

	(void)state;
	proving(g);
	(void)rig_press(g, "u1", KIND_SOS);
	app_link_down(g->app, TECH);
	rig_pass(g, 5000);
	assert_int_equal(calls(g), 0);
	phone(g, TECH_AGAIN, "tech");
	IS(scan(g, TECH_AGAIN, "dev-u1"), OK);
	assert_int_equal(card(g, TECH_AGAIN)->proof, PROOF(RECEIVED));
	IS(confirm(g, TECH_AGAIN, "dev-u1"), OK);
	assert_int_equal(state_of(g, "dev-u1"), STATE(IN_SERVICE));
	end(g);
}

static void a_page_that_goes_before_the_press_ends_the_proof(void **state)
{
	struct rig *g = city();

	(void)state;
	proving(g);
	app_link_down(g->app, TECH);
	rig_pass(g, 200);
	(void)rig_press(g, "u1", KIND_SOS);
	assert_int_equal(calls(g), 1);
	end(g);
}

static void without_a_press_the_window_closes_and_what_comes_later_rings(void **state)
{
	struct rig *g = city();

	(void)state;
	proving(g);
	rig_pass_beating(g, PROOF_WINDOW_MS + 1000, TECH);
	assert_int_equal(card(g, TECH)->proof, PROOF(EXPIRED));
	(void)rig_press(g, "u1", KIND_SOS);
	assert_int_equal(calls(g), 1);
	end(g);
}

static void nothing_is_called_received_before_it_is_safe(void **state)
{
	struct rig *g = city();

	(void)state;
	proving(g);
	g->unsafe = true;
	(void)rig_press(g, "u1", KIND_SOS);
	rig_pass(g, 1000);
	assert_int_equal(card(g, TECH)->proof, PROOF(OPEN));
	IS(confirm(g, TECH, "dev-u1"), WRONG_STATE); /* nobody can have seen it */
	assert_int_equal(state_of(g, "dev-u1"), STATE(COMMISSIONING));
	g->unsafe = false;
	rig_pass(g, 1000);
	assert_int_equal(card(g, TECH)->proof, PROOF(RECEIVED));
	assert_true(card_now->took_ms >= 1000);
	end(g);
}

/* Another daemon that reads everything anew goes on where the log stands. */
static void a_restart_forgets_no_unconfirmed_press(void **state)
{
	struct rig *g = city();

	(void)state;
	proving(g);
	(void)rig_press(g, "u1", KIND_SOS);
	rig_reload(g);
	rig_pass(g, 1000);
	assert_int_equal(calls(g), 0);
	rig_pass(g, PROOF_CONFIRM_MS + 2000);
	assert_int_equal(calls(g), 1);
	end(g);
}

static void while_nothing_can_be_stored_every_press_is_shown(void **state)
{
	struct rig *g = city();
	struct alarm a = {.kind = KIND_SOS, .protocol = PROTOCOL_NATIVE, .battery_pct = 255, .device = "dev-u1", .id = 77};
	struct place p;

	(void)state;
	proving(g);
	a.raised_ms = g->store_ms;
	app_begin(g->app);
	intake_place(g->app, &a, &p);
	assert_true(proof_press(g->app, &a, &p));
	rig_store_down(g);
	app_begin(g->app);
	intake_place(g->app, &a, &p);
	assert_false(proof_press(g->app, &a, &p));
	end(g);
}

static void units_are_for_technicians_and_desks_of_their_area(void **state)
{
	struct rig *g = city();

	(void)state;
	phone(g, CG1, "cg1");
	phone(g, FAR, "techfar");
	IS(scan(g, CG1, "dev-u1"), FORBIDDEN);
	IS(scan(g, CG1, "dev-h0"), FORBIDDEN);
	IS(scan(g, FAR, "dev-h0"), FORBIDDEN);
	IS(scan(g, FAR, "dev-u1"), OK); /* of nobody yet */
	IS(bind(g, FAR, "dev-u1", "h1", 0), FORBIDDEN);
	IS(prove(g, FAR, "dev-h0", false), FORBIDDEN);
	IS(scan(g, TECH, "nothing"), NOT_FOUND);
	IS(scan(g, DESK, "dev-h0"), OK);
	assert_false(MAY(card(g, DESK), PROVE));
	IS(prove(g, DESK, "dev-h0", false), FORBIDDEN);
	assert_int_equal(cards(g, CG1), 0);
	end(g);
}

/* Bound into an area that its reader does not cover, it says so and nothing else. */
static void a_unit_that_leaves_the_area_is_gone(void **state)
{
	struct rig *g = city();
	const Pingan__V1__DeviceCard *c;

	(void)state;
	phone(g, FAR, "techfar");
	IS(scan(g, FAR, "dev-u1"), OK);
	assert_false(card(g, FAR)->gone);
	IS(scan(g, TECH, "dev-u1"), OK);
	IS(bind(g, TECH, "dev-u1", "h1", 0), OK);
	c = card(g, FAR);
	assert_true(c->gone);
	assert_string_equal(c->household, "");
	assert_string_equal(c->address, "");
	end(g);
}

static bool looked;

static void see_look(struct rig *g, const struct store_commit *c)
{
	Pingan__V1__LogEvent *m = pingan__v1__log_event__unpack(NULL, c->event.len, c->event.at);

	(void)g;
	assert_non_null(m);
	for (size_t i = 0; i < m->n_devices; i++)
		if (m->devices[i]->what == PINGAN__V1__DEVICE_CHANGE__DEVICE_LOOKED) {
			assert_string_equal(m->devices[i]->device, "dev-h0");
			assert_string_equal(m->devices[i]->who, "op1");
			looked = true;
		}
	pingan__v1__log_event__free_unpacked(m, NULL);
}

static void no_card_before_it_is_on_record_who_looks(void **state)
{
	struct rig *g = city();

	(void)state;
	looked = false;
	g->stored = see_look;
	g->held = true;
	RIG_ASK(g, DESK, 0, DeviceScan, DEVICE_SCAN, DEVICE_SCAN, device_scan, .device = (char *)"dev-h0");
	rig_pass(g, 2000);
	assert_int_equal(cards(g, DESK), 0);
	g->held = false;
	rig_pass(g, 200);
	assert_int_equal(cards(g, DESK), 1);
	assert_true(looked);
	end(g);
}

static void a_state_is_set_with_a_reason_and_one_that_needs_a_proof_never(void **state)
{
	struct rig *g = city();

	(void)state;
	IS(scan(g, DESK, "dev-h0"), OK);
	IS(set_state(g, DESK, "dev-h0", STATE(AWAY), ""), NEEDS_REASON);
	IS(set_state(g, DESK, "dev-h0", STATE(AWAY), "住院"), OK);
	assert_int_equal(card(g, DESK)->state, STATE(AWAY));
	assert_string_equal(card_now->state_by_name, "名op1");
	IS(set_state(g, DESK, "dev-h0", STATE(IN_SERVICE), "回家"), OK);
	IS(scan(g, TECH, "dev-u1"), OK);
	IS(bind(g, TECH, "dev-u1", "h1", 0), OK);
	IS(set_state(g, TECH, "dev-u1", STATE(IN_SERVICE), "快"), WRONG_STATE);
	IS(set_state(g, DESK, "dev-h0", STATE(RETIRED), "换机"), OK);
	assert_int_equal(state_of(g, "dev-h0"), STATE(RETIRED));
	/* And what it still sends is shown to people all the same. */
	(void)rig_press(g, "h0", KIND_SOS);
	assert_int_equal(calls(g), 1);
	end(g);
}

/* A unit whose protocol needs no key has no record before it is bound. */
static void binding_enters_a_unit_that_needs_no_key(void **state)
{
	struct rig *g = city();
	const Pingan__V1__DeviceCard *c;

	(void)state;
	IS(scan(g, TECH, "dc09.12AB"), OK);
	c = card(g, TECH);
	assert_false(c->in_registry);
	assert_int_equal(c->protocol, PINGAN__V1__PROTOCOL__PROTOCOL_DC09);
	assert_true(MAY(c, BIND));
	IS(bind(g, TECH, "dc09.12AB", "h2", 0), OK);
	c = card(g, TECH);
	assert_true(c->in_registry);
	assert_string_equal(c->household, "h2");
	assert_int_equal(c->state, STATE(COMMISSIONING));
	end(g);
}

static void the_same_request_again_opens_no_second_window(void **state)
{
	struct rig *g = city();
	int64_t from;

	(void)state;
	IS(scan(g, TECH, "dev-u1"), OK);
	IS(bind(g, TECH, "dev-u1", "h1", 0), OK);
	RIG_ASK(g, TECH, 4711, DeviceProve, DEVICE_PROVE, DEVICE_PROVE, device_prove, .device = (char *)"dev-u1");
	IS(rig_result(g, TECH, NULL), OK);
	from = card(g, TECH)->proof_from_ms;
	rig_pass(g, 5000);
	RIG_ASK(g, TECH, 4711, DeviceProve, DEVICE_PROVE, DEVICE_PROVE, device_prove, .device = (char *)"dev-u1");
	IS(rig_result(g, TECH, NULL), OK);
	assert_int_equal(card(g, TECH)->proof_from_ms, from);
	end(g);
}

/* Another daemon's change, as the log brings it. */
static void home_moves(struct rig *g, const char *home, const char *area)
{
	struct store_entry e = {.id = ++g->log_id, .commit = rig_random(g), .prev = g->log_commit, .at_ms = g->store_ms};
	char key[STORE_KEY_MAX];
	struct rig_record *r;
	Pingan__V1__Household *h;
	uint8_t *body;

	snprintf(key, sizeof key, "household:%s", home);
	r = rig_record(g, key);
	h = pingan__v1__household__unpack(NULL, r->len, r->body);
	assert_non_null(h);
	free(h->area);
	h->area = strdup(area);
	r->len = pingan__v1__household__get_packed_size(h);
	body = malloc(r->len);
	assert_non_null(body);
	pingan__v1__household__pack(h, body);
	pingan__v1__household__free_unpacked(h, NULL);
	free(r->body);
	r->body = body;
	r->rev++;
	r->commits[0] = e.commit;
	e.record_count = 1;
	memcpy(e.records[0].key, r->key, sizeof r->key);
	e.records[0].rev = r->rev;
	memcpy(e.records[0].commits, r->commits, sizeof r->commits);
	e.records[0].body = slice_of(r->body, r->len);
	g->log_commit = e.commit;
	app_store_entry(g->app, &e);
}

/* Who may touch a unit is judged by where it lies when it is decided, not only when it was asked. */
static void a_unit_that_has_moved_away_is_not_changed_by_who_was_there(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	int ok = 0, refused = 0;

	(void)state;
	IS(bind(g, TECH, "dev-u1", "h1", 0), OK);
	/* A first request is on its way to the store, a second one waits behind it: then the home moves. */
	g->held = true;
	RIG_ASK(g, TECH, 0, DeviceProve, DEVICE_PROVE, DEVICE_PROVE, device_prove, .device = (char *)"dev-u1");
	RIG_ASK(g, TECH, 0, DeviceProve, DEVICE_PROVE, DEVICE_PROVE, device_prove, .device = (char *)"dev-u1",
	        .stop = true);
	home_moves(g, "h1", "440103002001");
	g->held = false;
	rig_pass(g, 100);
	/* The second is refused at once, the first one told when it is safe. */
	while ((m = rig_next(g, TECH, PINGAN__V1__TO_SCREEN__BODY_REPLY)) != NULL) {
		ok += m->reply->result == PINGAN__V1__RESULT__RESULT_OK;
		refused += m->reply->result == PINGAN__V1__RESULT__RESULT_WRONG_STATE;
		rig_done(m);
	}
	assert_int_equal(ok, 1);
	assert_int_equal(refused, 1);
	end(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scan_bind_press_see_it_received_confirm),
		cmocka_unit_test(a_unit_on_its_way_into_service_calls_for_help_like_any_other),
		cmocka_unit_test(the_second_press_of_a_proof_rings),
		cmocka_unit_test(what_is_no_press_of_the_button_rings_during_a_proof),
		cmocka_unit_test(a_press_during_the_proof_of_another_unit_rings),
		cmocka_unit_test(a_press_that_nobody_confirms_rings_after_a_minute),
		cmocka_unit_test(a_technician_who_leaves_a_press_unconfirmed_rings_at_once),
		cmocka_unit_test(a_broken_line_costs_no_proof),
		cmocka_unit_test(a_page_that_goes_before_the_press_ends_the_proof),
		cmocka_unit_test(without_a_press_the_window_closes_and_what_comes_later_rings),
		cmocka_unit_test(nothing_is_called_received_before_it_is_safe),
		cmocka_unit_test(a_restart_forgets_no_unconfirmed_press),
		cmocka_unit_test(while_nothing_can_be_stored_every_press_is_shown),
		cmocka_unit_test(units_are_for_technicians_and_desks_of_their_area),
		cmocka_unit_test(a_unit_that_leaves_the_area_is_gone),
		cmocka_unit_test(no_card_before_it_is_on_record_who_looks),
		cmocka_unit_test(a_state_is_set_with_a_reason_and_one_that_needs_a_proof_never),
		cmocka_unit_test(binding_enters_a_unit_that_needs_no_key),
		cmocka_unit_test(a_unit_that_has_moved_away_is_not_changed_by_who_was_there),
		cmocka_unit_test(the_same_request_again_opens_no_second_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
