/* test_posts.c - requests of vendors' clouds: a yes only when all that they report is safe, and one answer each. */
#include "app_rig_city.h"

#include "app/internal.h"
#include "app/supervision.h"
#include "wire/vitals.h"

#define DEVICE "acme.A1"

struct heard {
	uint64_t tag;
	struct post_answer answer;
};

static struct heard heard[POSTS_MAX * 2 + 8];
static size_t heard_count;

static void rig_post_done(void *ctx, uint64_t tag, const struct post_answer *answer)
{
	(void)ctx;
	assert_true(heard_count < COUNT_OF(heard));
	heard[heard_count++] = (struct heard){tag, *answer};
}

static struct rig *city(void)
{
	struct rig *g = rig_city();
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;

	heard_count = 0;
	d.id = (char *)DEVICE;
	d.household = (char *)"h1";
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_WEBHOOK;
	d.state = PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	rig_put(g, "device", d.id, &d.base);
	rig_start(g);
	g->app->ports.post_done = rig_post_done;
	return g;
}

static struct alarm press(const char *device, uint64_t id, bool keyed)
{
	struct alarm a = {.id = id,
	                  .kind = KIND_SOS,
	                  .protocol = PROTOCOL_WEBHOOK,
	                  .battery_pct = 255,
	                  .keyed = keyed,
	                  .raised_ms = keyed ? EPOCH : 0,
	                  .raw_len = 2,
	                  .raw = "{}"};

	snprintf(a.device, sizeof a.device, "%s", device);
	return a;
}

static void post(struct rig *g, uint64_t tag, struct alarm a)
{
	app_post(g->app, tag, &a, 1);
	rig_turn(g);
}

static const struct heard *only(void)
{
	assert_int_equal(heard_count, 1);
	heard_count = 0;
	return &heard[0];
}

static void test_a_vendor_hears_yes_when_the_press_is_safe_and_not_before(void **state)
{
	struct rig *g = city();
	const struct heard *h;

	(void)state;
	g->held = true;
	post(g, 1, press(DEVICE, 7, true));
	rig_pass(g, 500);
	assert_int_equal(heard_count, 0);
	g->unsafe = true;
	g->held = false;
	rig_pass(g, 500);
	assert_non_null(incident_of_household(g->app, "h1"));
	assert_int_equal(heard_count, 0);
	g->unsafe = false;
	rig_turn(g);
	h = only();
	assert_int_equal(h->tag, 1);
	assert_true(h->answer.stored && h->answer.at[0].known && h->answer.count == 1);
	assert_int_equal(h->answer.at[0].incident, incident_of_household(g->app, "h1")->slot->id);
	rig_free(g);
}

static void test_a_press_that_cannot_be_stored_is_shown_and_sent_again(void **state)
{
	struct rig *g = city();

	(void)state;
	g->held = true;
	post(g, 1, press(DEVICE, 7, true));
	rig_pass(g, POST_WAIT_MS + 100);
	assert_false(only()->answer.stored);
	assert_int_equal(g->app->pending.used, 1);
	/* Both that come again while it waits are told, and it is one press. */
	post(g, 2, press(DEVICE, 7, true));
	post(g, 3, press(DEVICE, 7, true));
	g->held = false;
	rig_turn(g);
	assert_int_equal(heard_count, 2);
	assert_true(heard[0].answer.stored && heard[1].answer.stored);
	assert_int_equal(heard[0].answer.at[0].incident, heard[1].answer.at[0].incident);
	assert_int_equal(incident_of_household(g->app, "h1")->slot->signals, 1);
	rig_free(g);
}

static void test_with_the_store_away_it_is_said_at_once(void **state)
{
	struct rig *g = city();

	(void)state;
	rig_store_down(g);
	post(g, 1, press(DEVICE, 7, true));
	assert_false(only()->answer.stored);
	assert_int_equal(g->app->pending.used, 1);
	rig_free(g);
}

static void test_the_same_key_again_is_the_same_incident_even_when_it_has_closed(void **state)
{
	struct rig *g = city();
	uint64_t first;

	(void)state;
	post(g, 1, press(DEVICE, 7, true));
	first = only()->answer.at[0].incident;
	post(g, 2, press(DEVICE, 7, true));
	assert_int_equal(only()->answer.at[0].incident, first);
	assert_int_equal(incident_of_household(g->app, "h1")->slot->signals, 1);
	/* Another press joins it. */
	post(g, 3, press(DEVICE, 8, true));
	assert_int_equal(only()->answer.at[0].incident, first);
	assert_int_equal(incident_of_household(g->app, "h1")->slot->signals, 2);
	rig_free(g);
}

static void test_a_device_that_nobody_knows_is_in_quarantine_and_acknowledged(void **state)
{
	struct rig *g = city();
	const struct heard *h;

	(void)state;
	post(g, 1, press("acme.unknown", 7, true));
	h = only();
	assert_true(h->answer.stored && !h->answer.at[0].known);
	assert_non_null(incident_of_household(g->app, "quarantine/acme.unknown"));
	rig_free(g);
}

static void test_a_request_is_answered_when_all_of_it_is_safe(void **state)
{
	struct rig *g = city();
	struct alarm alarms[3] = {press(DEVICE, 1, true), press("acme.unknown", 2, true), press(DEVICE, 1, true)};
	const struct heard *h;
	struct rig_commit *k;

	(void)state;
	app_post(g->app, 5, alarms, 3);
	rig_turn(g);
	h = only();
	assert_true(h->answer.stored);
	assert_int_equal(h->answer.count, 3);
	assert_int_equal(h->answer.at[0].incident, h->answer.at[2].incident);
	assert_true(h->answer.at[0].known && !h->answer.at[1].known);
	/* One that is refused, here for what no codec lets through, is no yes for the others; they are stored all the same. */
	alarms[0] = press(DEVICE, 3, true);
	alarms[1].id = 0;
	app_post(g->app, 6, alarms, 2);
	rig_turn(g);
	assert_false(only()->answer.stored);
	assert_int_equal(incident_of_household(g->app, "h1")->slot->signals, 2);
	/* One is safe, another on its way: no answer yet. */
	alarms[0] = press(DEVICE, 8, true);
	alarms[1] = press("acme.other", 9, true);
	g->held = true;
	app_post(g->app, 7, alarms, 2);
	rig_turn(g);
	k = TAILQ_FIRST(&g->commits);
	assert_non_null(k);
	TAILQ_REMOVE(&g->commits, k, link);
	rig_entry(g, k);
	free(k);
	rig_turn(g);
	assert_int_equal(heard_count, 0);
	g->held = false;
	rig_turn(g);
	assert_true(only()->answer.stored);
	rig_free(g);
}

static void test_who_has_gone_is_not_told_and_the_press_goes_its_way(void **state)
{
	struct rig *g = city();
	struct alarm a = press(DEVICE, 7, true);

	(void)state;
	app_post(g->app, 1, &a, 1);
	app_post_forget(g->app, 1);
	rig_turn(g);
	assert_int_equal(heard_count, 0);
	assert_non_null(incident_of_household(g->app, "h1"));
	rig_free(g);
}

static void test_more_requests_than_there_is_room_for_are_told_and_taken(void **state)
{
	struct rig *g = city();

	(void)state;
	g->held = true;
	for (uint64_t i = 1; i <= POSTS_MAX + 2; i++) {
		struct alarm a = press(DEVICE, 7, true);

		app_post(g->app, i, &a, 1);
	}
	app_post_forget(g->app, POSTS_MAX + 2);
	rig_turn(g);
	assert_int_equal(only()->tag, POSTS_MAX + 1);
	assert_false(heard[0].answer.stored);
	g->held = false;
	rig_turn(g);
	assert_int_equal(heard_count, POSTS_MAX);
	rig_free(g);
}

static void test_what_a_cloud_says_of_a_unit_is_heard_of_its_own_units_only(void **state)
{
	struct rig *g = city();
	struct device_seen seen;

	(void)state;
	rig_turn(g);
	assert_true(device_seen(g->app, DEVICE, &seen));
	assert_int_equal(seen.heard_ms, 0);
	app_post_heard(g->app, DEVICE, 255, 0);
	assert_true(device_seen(g->app, DEVICE, &seen) && seen.heard_ms == g->store_ms && seen.vitals == NULL);
	app_post_heard(g->app, DEVICE, 71, -80);
	assert_true(device_seen(g->app, DEVICE, &seen));
	assert_int_equal(seen.vitals->battery_pct, 71);
	assert_int_equal(seen.vitals->signal_dbm, -80);
	/* A unit that speaks for itself is heard by its own voice. */
	app_post_heard(g->app, "dev-h1", 71, -80);
	assert_true(device_seen(g->app, "dev-h1", &seen) && seen.heard_ms == 0 && seen.vitals == NULL);
	app_post_heard(g->app, "nobody.1", 255, 0);
	assert_true(app_post_known(g->app, DEVICE));
	assert_false(app_post_known(g->app, "dev-h1") || app_post_known(g->app, "nobody.1"));
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_vendor_hears_yes_when_the_press_is_safe_and_not_before),
		cmocka_unit_test(test_a_press_that_cannot_be_stored_is_shown_and_sent_again),
		cmocka_unit_test(test_with_the_store_away_it_is_said_at_once),
		cmocka_unit_test(test_the_same_key_again_is_the_same_incident_even_when_it_has_closed),
		cmocka_unit_test(test_a_device_that_nobody_knows_is_in_quarantine_and_acknowledged),
		cmocka_unit_test(test_a_request_is_answered_when_all_of_it_is_safe),
		cmocka_unit_test(test_who_has_gone_is_not_told_and_the_press_goes_its_way),
		cmocka_unit_test(test_what_a_cloud_says_of_a_unit_is_heard_of_its_own_units_only),
		cmocka_unit_test(test_more_requests_than_there_is_room_for_are_told_and_taken),
	};

	return cmocka_run_group_tests_name("posts", tests, NULL, NULL);
}
