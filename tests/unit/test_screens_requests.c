/* test_screens_requests.c - what people ask for and what they are told: rights, races, repeats, sealed texts, who looks at
 * whose data, and what is held across a cut.
 */
#include "app_rig_city.h"

#include "app/screens.h"

#define DELTA PINGAN__V1__TO_SCREEN__BODY_DELTA
#define DETAIL PINGAN__V1__TO_SCREEN__BODY_DETAIL
#define REPLY PINGAN__V1__TO_SCREEN__BODY_REPLY
#define WELCOME PINGAN__V1__TO_SCREEN__BODY_WELCOME
#define CONSOLE PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE
#define CAREGIVER PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op1b");
	rig_console(g, 3, "op2");
	rig_console(g, 4, "sup");
	return g;
}

static const struct incident *record(struct rig *g, uint64_t id)
{
	static struct incident inc;

	assert_true(incident_read(g->app, incident_find(g->app, id), &inc));
	return &inc;
}

static unsigned lines(struct rig *g, uint64_t id, enum line_code code)
{
	const struct incident *inc = record(g, id);
	unsigned n = 0;

	for (uint32_t i = 0; i < inc->line_count; i++)
		n += inc->lines[i].code == code;
	return n;
}

/* ------------------------------------------------------------ races and repeats */

static void test_one_yes_one_no(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);
	char who[ID_MAX];
	Pingan__V1__ToScreen *m;

	(void)state;
	g->held = true; /* both decide before either entry comes */
	IS(rig_claim(g, 1, id, NULL), NONE);
	IS(rig_claim(g, 2, id, NULL), NONE);
	g->held = false;
	rig_turn(g);
	IS(rig_result(g, 1, NULL), OK);
	m = rig_last(g, 2, REPLY);
	assert_non_null(m);
	IS(m->reply->result, LOST_RACE);
	assert_string_equal(m->reply->who, "op1");
	assert_string_equal(m->reply->who_name, "名op1");
	assert_int_not_equal(m->reply->at_ms, 0);
	rig_done(m);
	rig_claim(g, 2, id, who);
	assert_string_equal(who, "op1");
	rig_free(g);
}

static void test_same_request_again(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS), newest;

	(void)state;
	RIG_ASK(g, 1, 77, Claim, CLAIM, CLAIM, claim, .incident = id);
	IS(rig_result(g, 1, NULL), OK);
	RIG_ASK(g, 1, 78, AddNote, ADD_NOTE, NOTE, note, .incident = id, .text = (char *)"once");
	IS(rig_result(g, 1, NULL), OK);
	newest = g->log_id;
	RIG_ASK(g, 1, 77, Claim, CLAIM, CLAIM, claim, .incident = id);
	IS(rig_result(g, 1, NULL), OK);
	RIG_ASK(g, 1, 78, AddNote, ADD_NOTE, NOTE, note, .incident = id, .text = (char *)"once");
	IS(rig_result(g, 1, NULL), OK);
	assert_int_equal(g->log_id, newest);
	/* And from the next life of the page, whose session knows nothing of it. */
	rig_console(g, 5, "op1");
	newest = g->log_id;
	RIG_ASK(g, 5, 78, AddNote, ADD_NOTE, NOTE, note, .incident = id, .text = (char *)"once");
	IS(rig_result(g, 5, NULL), OK);
	assert_int_equal(g->log_id, newest);
	assert_int_equal(lines(g, id, LINE_NOTE), 1);
	rig_free(g);
}

/* A no stays a no: what was pressed then must not take the call a minute later. */
static void test_late_repeat_of_a_no(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);

	(void)state;
	IS(rig_claim(g, 1, id, NULL), OK);
	RIG_ASK(g, 2, 5, Claim, CLAIM, CLAIM, claim, .incident = id);
	IS(rig_result(g, 2, NULL), LOST_RACE);
	app_link_down(g->app, 1);
	for (int i = 0; i < 20; i++) {
		rig_pass(g, 2000);
		for (link_t l = 2; l <= 4; l++)
			rig_beat(g, l);
	}
	assert_int_equal(record(g, id)->state, INCIDENT_WAITING);
	RIG_ASK(g, 2, 5, Claim, CLAIM, CLAIM, claim, .incident = id);
	IS(rig_result(g, 2, NULL), LOST_RACE);
	assert_int_equal(record(g, id)->state, INCIDENT_WAITING);
	rig_free(g);
}

static void test_two_people_close(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);

	(void)state;
	IS(rig_claim(g, 1, id, NULL), OK);
	RIG_ASK(g, 1, 9, Close, CLOSE, CLOSE, close, .incident = id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_FALSE_ALARM,
	        .text = (char *)"");
	IS(rig_result(g, 1, NULL), NEEDS_CONTACT);
	RIG_ASK(g, 1, 10, Close, CLOSE, CLOSE, close, .incident = id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_NO_CONTACT,
	        .text = (char *)"nobody there");
	IS(rig_result(g, 1, NULL), NEEDS_SECOND);
	rig_console(g, 5, "op1"); /* again, from a page that knows no earlier answer */
	RIG_ASK(g, 5, 10, Close, CLOSE, CLOSE, close, .incident = id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_NO_CONTACT,
	        .text = (char *)"nobody there");
	IS(rig_result(g, 5, NULL), NEEDS_SECOND);
	assert_int_equal(record(g, id)->state, INCIDENT_ANSWERED);
	RIG_ASK(g, 2, 0, Close, CLOSE, CLOSE, close, .incident = id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_NO_CONTACT,
	        .text = (char *)"");
	IS(rig_result(g, 2, NULL), OK);
	assert_int_equal(record(g, id)->state, INCIDENT_CLOSED);
	RIG_ASK(g, 1, 0, Claim, CLAIM, CLAIM, claim, .incident = id);
	rig_free(g);
}

/* ------------------------------------------------------------ rights */

static void test_rights_by_area_and_role(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);

	(void)state;
	IS(rig_claim(g, 3, id, NULL), FORBIDDEN); /* another sub-district */
	RIG_ASK(g, 3, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	IS(rig_result(g, 3, NULL), FORBIDDEN);
	RIG_ASK(g, 3, 0, Candidates, CANDIDATES, CANDIDATES, candidates, .incident = id);
	IS(rig_result(g, 3, NULL), FORBIDDEN);
	IS(rig_claim(g, 1, id + 1, NULL), NOT_FOUND);
	rig_up(g, 6, "cg1");
	rig_hello(g, 6, CAREGIVER, 0, 0, NULL, 0);
	IS(rig_claim(g, 6, id, NULL), FORBIDDEN);
	RIG_ASK(g, 1, 0, Duty, DUTY, DUTY, duty, .on = 1);
	IS(rig_result(g, 1, NULL), FORBIDDEN);
	RIG_ASK(g, 1, 0, Claim, CLAIM, CLAIM, claim, .incident = 0);
	IS(rig_result(g, 1, NULL), BAD_REQUEST);
	assert_false(g->links[1].closed);
	assert_int_equal(g->app->counters[C_REQUESTS_FORBIDDEN], 5);
	rig_free(g);
}

static void test_rights_taken_away(void **state)
{
	struct rig *g = city();
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	struct rig_record *r = rig_record(g, "person:op1");
	static uint8_t bytes[512];
	struct rig_commit *k = calloc(1, sizeof *k);
	Pingan__V1__ToScreen *m;
	char *areas[] = {(char *)"440103002"};

	(void)state;
	rig_press(g, "h0", KIND_SOS);
	rig_skip(g, 1);
	/* The registry moves op1 to the other sub-district. */
	p.id = p.account = (char *)"op1";
	p.role = PINGAN__V1__ROLE__ROLE_OPERATOR;
	p.areas = areas;
	p.n_areas = 1;
	k->c.id = rig_random(g);
	k->c.put_count = 1;
	memcpy(k->c.puts[0].key, r->key, STORE_KEY_MAX);
	k->c.puts[0].expect = r->commits[0];
	k->c.puts[0].body = slice_of(bytes, pingan__v1__person__pack(&p, bytes));
	rig_entry(g, k);
	rig_pass(g, 600);
	m = rig_last(g, 1, PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT);
	assert_non_null(m);
	assert_int_equal(m->snapshot->n_rows, 0);
	assert_int_equal(m->snapshot->counts->life, 0);
	rig_done(m);
	/* And then off the list of people. */
	p.disabled = 1;
	k->c.id = rig_random(g);
	k->c.puts[0].expect = r->commits[0];
	k->c.puts[0].body = slice_of(bytes, pingan__v1__person__pack(&p, bytes));
	rig_entry(g, k);
	free(k);
	rig_pass(g, 600);
	assert_true(g->links[1].closed);
	rig_free(g);
}

/* ------------------------------------------------------------ details */

static bool frame_has(struct rig *g, link_t link, const char *mark)
{
	for (size_t i = 0; i < g->links[link].count; i++)
		if (memmem(g->links[link].frames[i].at, g->links[link].frames[i].len, mark, strlen(mark)) != NULL)
			return true;
	return false;
}

static void test_detail(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);
	Pingan__V1__ToScreen *m;

	(void)state;
	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	m = rig_last(g, 1, DETAIL);
	assert_non_null(m);
	assert_string_equal(m->detail->row->resident, "长者h0");
	assert_string_equal(m->detail->address, "ADDRESS-51");
	assert_string_equal(m->detail->access, "ACCESS-2351");
	assert_string_equal(m->detail->home_phone, "PHONE-HOME");
	assert_string_equal(m->detail->health_notes, "HEALTH-HEART");
	assert_int_equal(m->detail->n_residents, 1);
	assert_string_equal(m->detail->residents[0]->health_notes, "HEALTH-OWN");
	assert_string_equal(m->detail->residents[0]->hospital, "HEALTH-OWN-WARD");
	assert_int_equal(m->detail->residents[0]->age, 86);
	assert_int_equal(m->detail->n_contacts, 2);
	assert_true(m->detail->n_lines >= 2);
	assert_false(m->detail->card_missing);
	rig_done(m);
	assert_int_equal(lines(g, id, LINE_OPENED), 1); /* and it is on record who looked */
	/* Pushed when it changes, until it is shut. */
	rig_skip(g, 1);
	rig_claim(g, 2, id, NULL);
	m = rig_last(g, 1, DETAIL);
	assert_non_null(m);
	assert_string_equal(m->detail->row->owner, "op1b");
	rig_done(m);
	RIG_ASK(g, 1, 0, CloseDetail, CLOSE_DETAIL, CLOSE_DETAIL, close_detail, .incident = id);
	rig_skip(g, 1);
	RIG_ASK(g, 2, 0, Spoke, SPOKE, SPOKE, spoke, .incident = id);
	rig_pass(g, 100);
	g->links[1].read = g->links[1].count > 1 ? g->links[1].count - 1 : 0;
	assert_null(rig_next(g, 1, DETAIL));
	rig_free(g);
}

static void test_detail_without_store_has_no_health(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_store_down(g);
	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	m = rig_last(g, 1, DETAIL);
	assert_non_null(m);
	assert_string_equal(m->detail->address, "ADDRESS-51"); /* help must find the door */
	assert_string_equal(m->detail->health_notes, "");      /* nobody could say later who looked */
	assert_string_equal(m->detail->residents[0]->health_notes, "");
	rig_done(m);
	assert_false(frame_has(g, 1, "HEALTH"));
	rig_store_back(g);
	rig_pass(g, 100);
	m = rig_last(g, 1, DETAIL);
	assert_non_null(m);
	assert_string_equal(m->detail->health_notes, "HEALTH-HEART");
	rig_done(m);
	assert_int_equal(lines(g, id, LINE_OPENED), 1);
	rig_free(g);
}

static void test_store_goes_while_the_audit_is_on_its_way(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);
	Pingan__V1__ToScreen *m;

	(void)state;
	g->held = true;
	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	assert_null(rig_last(g, 1, DETAIL));
	rig_store_down(g);
	m = rig_last(g, 1, DETAIL);
	assert_non_null(m); /* the card at once, without health */
	assert_string_equal(m->detail->address, "ADDRESS-51");
	rig_done(m);
	assert_false(frame_has(g, 1, "HEALTH"));
	g->held = false;
	rig_store_back(g);
	assert_true(frame_has(g, 1, "HEALTH"));
	assert_int_equal(lines(g, id, LINE_OPENED), 1);
	rig_free(g);
}

/* One bad byte in the registry must not blind a screen: a browser gives up on the whole frame. */
static void test_broken_text_in_the_registry(void **state)
{
	struct rig *g = rig_city();
	struct rig_record *r = rig_record(g, "household:h0");
	uint8_t *name = memmem(r->body, r->len, "ADDRESS-51", 10);
	Pingan__V1__ToScreen *m;
	uint64_t id;

	(void)state;
	assert_non_null(name);
	name[7] = 0xff;
	rig_start(g);
	rig_console(g, 1, "op1");
	id = rig_press(g, "h0", KIND_SOS);
	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	m = rig_last(g, 1, DETAIL);
	assert_string_equal(m->detail->address, "ADDRESS?51");
	rig_done(m);
	rig_free(g);
}

static void test_detail_before_audit_is_safe(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);

	(void)state;
	g->unsafe = true;
	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	rig_pass(g, 1000);
	assert_false(frame_has(g, 1, "HEALTH"));
	g->unsafe = false;
	rig_turn(g);
	assert_true(frame_has(g, 1, "HEALTH"));
	rig_free(g);
}

static void test_silent(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_DURESS);
	Pingan__V1__ToScreen *m;

	(void)state;
	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	m = rig_last(g, 1, DETAIL);
	assert_non_null(m);
	assert_true(m->detail->row->silent);
	assert_string_equal(m->detail->home_phone, "");
	assert_string_equal(m->detail->residents[0]->phone, "");
	assert_int_equal(m->detail->n_contacts, 2);
	rig_done(m);
	rig_free(g);
}

static void test_quarantine(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "stranger", KIND_SOS);
	Pingan__V1__ToScreen *m;

	(void)state;
	/* Everybody may look; what it sent is shown, printable. */
	RIG_ASK(g, 3, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	m = rig_last(g, 3, DETAIL);
	assert_non_null(m);
	assert_true(m->detail->card_missing);
	assert_string_equal(m->detail->raw, ".ra");
	assert_string_equal(m->detail->row->device, "dev-stranger");
	rig_done(m);
	/* What is written about an unknown home is sealed with the cell's own key, which it made for this. */
	IS(rig_claim(g, 3, id, NULL), OK);
	RIG_ASK(g, 3, 0, AddNote, ADD_NOTE, NOTE, note, .incident = id, .text = (char *)"moaning");
	IS(rig_result(g, 3, NULL), OK);
	assert_int_equal(lines(g, id, LINE_NOTE), 1);
	rig_free(g);
}

static void test_notes_are_sealed(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);
	const struct record *rec;
	bool found = false;
	Pingan__V1__ToScreen *m;

	(void)state;
	RIG_ASK(g, 1, 0, AddNote, ADD_NOTE, NOTE, note, .incident = id, .text = (char *)"胸口痛");
	IS(rig_result(g, 1, NULL), OK);
	rec = incident_find(g->app, id);
	assert_null(memmem(rec->body, rec->body_len, "胸口痛", strlen("胸口痛")));
	RIG_ASK(g, 2, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	m = rig_last(g, 2, DETAIL);
	for (size_t i = 0; i < m->detail->n_lines; i++)
		if (m->detail->lines[i]->code == PINGAN__V1__LINE_CODE__LINE_NOTE) {
			assert_string_equal(m->detail->lines[i]->text, "胸口痛");
			assert_string_equal(m->detail->lines[i]->who_name, "名op1");
			found = true;
		}
	assert_true(found);
	rig_done(m);
	rig_free(g);
}

static void test_detail_of_an_unstored_press(void **state)
{
	struct rig *g = city();
	uint64_t id;
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_store_down(g);
	id = rig_press(g, "h0", KIND_SOS);
	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	m = rig_last(g, 1, DETAIL);
	assert_true(m->detail->row->not_stored);
	assert_string_equal(m->detail->address, "ADDRESS-51");
	rig_done(m);
	rig_store_back(g);
	rig_pass(g, 200);
	m = rig_last(g, 1, DETAIL);
	assert_false(m->detail->row->not_stored);
	assert_string_equal(m->detail->health_notes, "HEALTH-HEART");
	rig_done(m);
	assert_int_equal(lines(g, id, LINE_OPENED), 1);
	rig_free(g);
}

/* ------------------------------------------------------------ dispatch */

static void test_candidates_and_dispatch(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);
	char *who[] = {(char *)"cg2"}, *unknown[] = {(char *)"nobody"};
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_up(g, 6, "cg1");
	rig_hello(g, 6, CAREGIVER, 0, 0, NULL, 0);
	RIG_ASK(g, 6, 0, Duty, DUTY, DUTY, duty, .on = 1);
	IS(rig_result(g, 6, NULL), OK);
	RIG_ASK(g, 1, 0, Candidates, CANDIDATES, CANDIDATES, candidates, .incident = id);
	m = rig_last(g, 1, REPLY);
	IS(m->reply->result, OK);
	assert_int_equal(m->reply->candidates->n_list, 1);
	assert_string_equal(m->reply->candidates->list[0]->caregiver, "cg1");
	assert_string_equal(m->reply->candidates->list[0]->name, "名cg1");
	assert_true(m->reply->candidates->list[0]->reachable);
	assert_true(m->reply->candidates->list[0]->speaks);
	assert_true(m->reply->candidates->list[0]->n_why > 0);
	rig_done(m);
	RIG_ASK(g, 1, 0, Dispatch, DISPATCH, DISPATCH, dispatch, .incident = id);
	IS(rig_result(g, 1, NULL), NOT_OWNER);
	IS(rig_claim(g, 1, id, NULL), OK);
	RIG_ASK(g, 1, 0, Dispatch, DISPATCH, DISPATCH, dispatch, .incident = id, .caregivers = unknown, .n_caregivers = 1);
	IS(rig_result(g, 1, NULL), NOT_FOUND);
	RIG_ASK(g, 1, 0, Dispatch, DISPATCH, DISPATCH, dispatch, .incident = id, .caregivers = who, .n_caregivers = 1);
	IS(rig_result(g, 1, NULL), NOT_FOUND); /* not on duty */
	who[0] = (char *)"cg1";
	RIG_ASK(g, 1, 0, Dispatch, DISPATCH, DISPATCH, dispatch, .incident = id, .caregivers = who, .n_caregivers = 1);
	IS(rig_result(g, 1, NULL), OK);
	assert_int_equal(record(g, id)->jobs[0].offers[0].state, OFFER_MADE);
	RIG_ASK(g, 1, 0, CancelJob, CANCEL_JOB, CANCEL_JOB, cancel_job, .incident = id, .job = 1);
	IS(rig_result(g, 1, NULL), OK);
	assert_int_equal(record(g, id)->jobs[0].state, JOB_CANCELLED);
	rig_free(g);
}

/* ------------------------------------------------------------ held across a cut */

/* A store that has forgotten what it said: the record as it was before. */
static struct rig_record keep(struct rig *g, uint64_t id)
{
	struct rig_record copy;
	char key[STORE_KEY_MAX];
	struct rig_record *r;

	incident_key(key, id);
	r = rig_record(g, key);
	copy = *r;
	copy.body = malloc(r->len);
	memcpy(copy.body, r->body, r->len);
	return copy;
}

static void forget(struct rig *g, struct rig_record *before)
{
	struct rig_record *r = rig_record(g, before->key);

	free(r->body);
	*r = *before;
}

static void test_hold_is_restored(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);
	struct rig_record before = keep(g, id);

	(void)state;
	IS(rig_claim(g, 1, id, NULL), OK);
	/* A failover cuts the claim, while the page stays connected. */
	forget(g, &before);
	g->slow_load = true; /* turns in between see half of it */
	rig_reload(g);
	rig_pass(g, 200);
	assert_int_equal(record(g, id)->state, INCIDENT_ANSWERED);
	assert_string_equal(record(g, id)->owner, "op1");
	rig_free(g);
}

/* The timeline keeps its last lines only; whose call came back stands in the record itself. */
static void test_returned_long_ago(void **state)
{
	struct rig *g = rig_city();
	const uint64_t id = 5;
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_incident(g, id, CLASS_LIFE, "op1");
	rig_start(g);
	rig_up(g, 1, "op1");
	rig_hello(g, 1, CONSOLE, 0, 0, &id, 1);
	m = rig_next(g, 1, WELCOME);
	assert_int_equal(m->welcome->n_lost, 1);
	rig_done(m);
	rig_pass(g, 300);
	assert_int_equal(record(g, id)->state, INCIDENT_WAITING);
	rig_free(g);
}

static void test_hold_said_at_hello(void **state)
{
	struct rig *g = city();
	uint64_t id0 = rig_press(g, "h0", KIND_SOS), id1 = rig_press(g, "h1", KIND_SOS),
			 id2 = rig_press(g, "far", KIND_SOS);
	uint64_t holds[] = {id0, id1, id2, 4711};
	Pingan__V1__ToScreen *m;
	size_t lost = 0;

	(void)state;
	IS(rig_claim(g, 2, id1, NULL), OK);
	app_link_down(g->app, 1);
	rig_up(g, 5, "op1");
	rig_hello(g, 5, CONSOLE, 0, 0, holds, 4);
	m = rig_next(g, 5, WELCOME);
	for (size_t i = 0; i < m->welcome->n_lost; i++) {
		const Pingan__V1__Lost *l = m->welcome->lost[i];

		if (l->incident == id1)
			assert_string_equal(l->owner, "op1b");
		else
			assert_string_equal(l->owner, "");
		lost++;
	}
	assert_int_equal(lost, 3); /* another's; one it may not even see; one that nobody knows */
	rig_done(m);
	rig_pass(g, 100);
	assert_string_equal(record(g, id0)->owner, "op1"); /* free, and told yes before: taken again */
	assert_string_equal(record(g, id2)->owner, "");
	rig_free(g);
}

static void test_returned_is_offered_not_taken(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);
	Pingan__V1__ToScreen *m;

	(void)state;
	IS(rig_claim(g, 1, id, NULL), OK);
	app_link_down(g->app, 1);
	for (int i = 0; i < 20; i++) {
		rig_pass(g, 2000);
		for (link_t l = 2; l <= 4; l++)
			rig_beat(g, l);
	}
	assert_int_equal(record(g, id)->state, INCIDENT_WAITING);
	assert_string_equal(record(g, id)->former_owner, "op1");
	rig_skip(g, 2);
	rig_up(g, 5, "op1");
	rig_hello(g, 5, CONSOLE, 0, 0, &id, 1);
	m = rig_next(g, 5, WELCOME);
	assert_int_equal(m->welcome->n_lost, 1);
	assert_string_equal(m->welcome->lost[0]->owner, "");
	rig_done(m);
	rig_pass(g, 500);
	assert_int_equal(record(g, id)->state, INCIDENT_WAITING); /* by one key, not by itself */
	IS(rig_claim(g, 5, id, NULL), OK);
	rig_free(g);
}

static void test_owner_gone_is_amber(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);
	Pingan__V1__ToScreen *m;

	(void)state;
	IS(rig_claim(g, 1, id, NULL), OK);
	rig_skip(g, 2);
	app_link_down(g->app, 1);
	rig_pass(g, 100);
	m = rig_last(g, 2, DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->n_upserts, 1);
	assert_true(m->delta->upserts[0]->owner_gone);
	rig_done(m);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_yes_one_no),
		cmocka_unit_test(test_same_request_again),
		cmocka_unit_test(test_late_repeat_of_a_no),
		cmocka_unit_test(test_two_people_close),
		cmocka_unit_test(test_rights_by_area_and_role),
		cmocka_unit_test(test_rights_taken_away),
		cmocka_unit_test(test_detail),
		cmocka_unit_test(test_detail_without_store_has_no_health),
		cmocka_unit_test(test_store_goes_while_the_audit_is_on_its_way),
		cmocka_unit_test(test_detail_before_audit_is_safe),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_broken_text_in_the_registry),
		cmocka_unit_test(test_quarantine),
		cmocka_unit_test(test_notes_are_sealed),
		cmocka_unit_test(test_detail_of_an_unstored_press),
		cmocka_unit_test(test_candidates_and_dispatch),
		cmocka_unit_test(test_hold_is_restored),
		cmocka_unit_test(test_returned_long_ago),
		cmocka_unit_test(test_hold_said_at_hello),
		cmocka_unit_test(test_returned_is_offered_not_taken),
		cmocka_unit_test(test_owner_gone_is_amber),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
