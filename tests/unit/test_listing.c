/* test_listing.c - what stays while somebody walks through a listing is met once and in its order, whatever comes and goes. */
#include "app_rig_city.h"

#include "app/listing.h"
#include "app/listings.h"

#define HOMES 700

struct met {
	char ids[2 * HOMES][STORE_KEY_MAX];
	size_t count, stop; /* behind so many; 0 = never */
};

static bool meet(void *ctx, const struct listed *one)
{
	struct met *m = ctx;

	assert_true(m->count < COUNT_OF(m->ids));
	snprintf(m->ids[m->count++], STORE_KEY_MAX, "%s", one->id);
	return m->count != m->stop;
}

/* As if another daemon had written it. */
static void entry(struct rig *g, const char *key, struct slice body, bool remove)
{
	struct rig_commit *k = calloc(1, sizeof *k);
	const struct rig_record *r = rig_record(g, key);

	assert_non_null(k);
	k->c.id = rig_random(g);
	k->c.put_count = 1;
	snprintf(k->c.puts[0].key, STORE_KEY_MAX, "%s", key);
	k->c.puts[0].expect = r->rev == 0 ? 0 : r->commits[0];
	k->c.puts[0].body = body;
	k->c.puts[0].remove = remove;
	rig_entry(g, k);
	free(k);
}

static void home_comes(struct rig *g, const char *id)
{
	Pingan__V1__Household h = PINGAN__V1__HOUSEHOLD__INIT;
	uint8_t bytes[256];
	char key[STORE_KEY_MAX];

	h.id = (char *)id;
	h.area = (char *)"440103001001";
	snprintf(key, sizeof key, "household:%s", id);
	entry(g, key, slice_of(bytes, pingan__v1__household__pack(&h, bytes)), false);
}

static void home_goes(struct rig *g, const char *id)
{
	char key[STORE_KEY_MAX];

	snprintf(key, sizeof key, "household:%s", id);
	entry(g, key, slice_of("", 0), true);
}

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	return g;
}

/* The city's own homes, and many that come in no order. */
static struct rig *many(void)
{
	struct rig *g = city();

	for (int i = 0; i < HOMES; i++) {
		char id[16];

		snprintf(id, sizeof id, "n%04d", i * 389 % HOMES);
		home_comes(g, id);
	}
	rig_turn(g);
	return g;
}

static void until_ready(struct rig *g, enum listing which)
{
	int turns = 0;

	while (!app_listing_ready(g->app, which)) {
		app_turn(g->app);
		assert_true(++turns < 100);
	}
}

static void walk(struct rig *g, enum listing which, size_t page, struct met *m)
{
	char after[LISTING_KEY_MAX] = "", place[LISTING_KEY_MAX];
	bool end = false;

	m->count = 0;
	m->stop = 0;
	while (!end) {
		end = app_listing_walk(g->app, which, after, page, meet, m, place);
		if (place[0] != '\0')
			memcpy(after, place, sizeof place);
	}
}

static void in_order(const struct met *m)
{
	for (size_t i = 1; i < m->count; i++)
		assert_true(strcmp(m->ids[i - 1], m->ids[i]) < 0);
}

static bool has(const struct met *m, const char *id)
{
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->ids[i], id) == 0)
			return true;
	return false;
}

static void an_index_is_made_in_slices_and_nobody_pays_who_does_not_ask(void **state)
{
	struct rig *g = many();
	int turns = 0;

	(void)state;
	assert_null(g->app->listings);
	assert_false(app_listing_ready(g->app, LISTING_HOMES));
	assert_true(listings_behind(g->app));
	while (!app_listing_ready(g->app, LISTING_HOMES)) {
		app_turn(g->app);
		turns++;
	}
	assert_true(turns >= (HOMES - LISTING_SLICE) / LISTING_SLICE);
	assert_false(listings_behind(g->app));
	rig_free(g);
}

static void every_page_length_meets_every_home_once(void **state)
{
	static struct met m;
	struct rig *g = many();

	(void)state;
	until_ready(g, LISTING_HOMES);
	for (size_t page = 1; page <= HOMES; page = page * 3 + 1) {
		walk(g, LISTING_HOMES, page, &m);
		assert_true(m.count >= HOMES);
		in_order(&m);
		assert_false(has(&m, QUARANTINE));
	}
	rig_free(g);
}

static void what_stays_is_met_once_whatever_comes_and_goes_between_pages(void **state)
{
	static struct met m;
	struct rig *g = many();
	char after[LISTING_KEY_MAX] = "", place[LISTING_KEY_MAX];
	bool end = false;

	(void)state;
	/* It goes while the index is being made, and so does whoever would have been next. */
	assert_false(app_listing_ready(g->app, LISTING_HOMES));
	home_goes(g, "n0000");
	for (int i = 600; i < HOMES; i++) {
		char id[16];

		snprintf(id, sizeof id, "n%04d", i);
		home_goes(g, id);
	}
	home_comes(g, "n0000x");
	until_ready(g, LISTING_HOMES);
	m.count = m.stop = 0;
	for (int page = 0; !end; page++) {
		end = app_listing_walk(g->app, LISTING_HOMES, after, 100, meet, &m, place);
		memcpy(after, place, sizeof place);
		if (page == 2) {
			home_goes(g, after + strlen("household:")); /* the very one that the cursor names */
			home_goes(g, "n0500");
			home_comes(g, "a-new-one-behind-us");
			home_comes(g, "n0550x");
		}
	}
	in_order(&m);
	assert_false(has(&m, "n0000"));
	assert_true(has(&m, "n0000x"));
	assert_false(has(&m, "n0500"));
	assert_false(has(&m, "n0650"));
	assert_true(has(&m, "n0550x"));
	assert_false(has(&m, "a-new-one-behind-us"));
	for (int i = 1; i < 600; i++) {
		char id[16];

		snprintf(id, sizeof id, "n%04d", i);
		if (i != 500)
			assert_true(has(&m, id));
	}
	rig_free(g);
}

static void whoever_has_enough_goes_on_from_there(void **state)
{
	static struct met m;
	struct rig *g = many();
	char place[LISTING_KEY_MAX], first[STORE_KEY_MAX];

	(void)state;
	until_ready(g, LISTING_HOMES);
	m.count = 0;
	m.stop = 3;
	assert_false(app_listing_walk(g->app, LISTING_HOMES, "", 100, meet, &m, place));
	assert_int_equal(m.count, 3);
	assert_string_equal(place + strlen("household:"), m.ids[2]);
	memcpy(first, m.ids[2], sizeof first);
	m.count = 0;
	m.stop = 1;
	app_listing_walk(g->app, LISTING_HOMES, place, 100, meet, &m, place);
	assert_true(strcmp(first, m.ids[0]) < 0);
	rig_free(g);
}

static void what_has_changed_since_is_met_and_nothing_else(void **state)
{
	static struct met m;
	struct rig *g = many();
	char after[LISTING_KEY_MAX] = "", place[LISTING_KEY_MAX];
	bool end = false;
	uint64_t since;

	(void)state;
	until_ready(g, LISTING_HOMES);
	since = g->app->newest;
	home_comes(g, "n0003");
	home_comes(g, "n0699");
	home_comes(g, "n0699x");
	m.count = m.stop = 0;
	/* Pieces that are passed over are no longer than others; each goes on where the one before ended. */
	for (int piece = 0; !end; piece++) {
		assert_true(piece < HOMES);
		end = app_listing_walk_since(g->app, LISTING_HOMES, after, since, 8, meet, &m, place);
		memcpy(after, place, sizeof after);
		assert_true(piece != 0 || !end);
	}
	assert_int_equal(m.count, 3);
	assert_string_equal(m.ids[0], "n0003");
	assert_string_equal(m.ids[2], "n0699x");
	m.count = 0;
	assert_true(app_listing_walk_since(g->app, LISTING_HOMES, "household:n0690", g->app->newest, 8, meet, &m, place));
	assert_int_equal(m.count, 0);
	rig_free(g);
}

static void calls_come_newest_first_open_and_closed(void **state)
{
	static struct met m;
	struct rig *g = city();
	uint64_t ids[3];
	struct listed one;
	char hex[17];

	(void)state;
	until_ready(g, LISTING_INCIDENTS);
	ids[0] = rig_press(g, "h1", KIND_SOS);
	g->mono += 5000;
	g->store_ms += 5000;
	ids[1] = rig_press(g, "h2", KIND_FALL);
	rig_turn(g);
	walk(g, LISTING_INCIDENTS, 1, &m);
	assert_true(m.count >= 2);
	snprintf(hex, sizeof hex, "%016" PRIx64, ids[1]);
	assert_string_equal(m.ids[0], hex);
	snprintf(hex, sizeof hex, "%016" PRIx64, ids[0]);
	assert_string_equal(m.ids[1], hex);
	assert_true(app_listing_find(g->app, LISTING_INCIDENTS, hex, &one));
	assert_string_equal(one.key + strlen("incident:"), hex);
	assert_int_equal(app_home_incident(g->app, "h1"), ids[0]);
	assert_false(app_listing_find(g->app, LISTING_INCIDENTS, "0000000000000001", &one));
	assert_false(app_listing_find(g->app, LISTING_INCIDENTS, "zz", &one));
	rig_free(g);
}

static void a_unit_lies_where_its_home_does(void **state)
{
	struct rig *g = city();
	struct listed one;

	(void)state;
	assert_true(app_listing_find(g->app, LISTING_DEVICES, "dev-h1", &one));
	assert_string_equal(one.area, "440103001001");
	assert_true(app_listing_find(g->app, LISTING_HOMES, "h1", &one));
	assert_string_equal(one.area, "440103001001");
	assert_int_equal(one.commit, rig_record(g, "household:h1")->commits[0]);
	assert_false(app_listing_find(g->app, LISTING_HOMES, QUARANTINE, &one));
	assert_false(app_listing_find(g->app, LISTING_HOMES, "", &one));
	rig_free(g);
}

/* Whoever may see what lies in an area hears of a unit whose home has moved there: nobody has written to the unit. */
static void what_moves_with_another_has_changed_with_it(void **state)
{
	static struct met m;
	struct rig *g = city();
	char place[LISTING_KEY_MAX];
	struct listed one;
	uint64_t since;

	(void)state;
	until_ready(g, LISTING_DEVICES);
	since = g->app->newest;
	m.count = m.stop = 0;
	assert_true(app_listing_walk_since(g->app, LISTING_DEVICES, "", since, 100, meet, &m, place));
	assert_int_equal(m.count, 0);
	home_comes(g, "h1");
	assert_true(app_listing_walk_since(g->app, LISTING_DEVICES, "", since, 100, meet, &m, place));
	assert_int_equal(m.count, 1);
	assert_string_equal(m.ids[0], "dev-h1");
	assert_true(app_listing_find(g->app, LISTING_DEVICES, "dev-h1", &one));
	assert_int_equal(one.log_id, g->app->newest);
	m.count = 0;
	assert_true(app_listing_walk_since(g->app, LISTING_DEVICES, "", g->app->newest, 100, meet, &m, place));
	assert_int_equal(m.count, 0);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_is_made_in_slices_and_nobody_pays_who_does_not_ask),
		cmocka_unit_test(every_page_length_meets_every_home_once),
		cmocka_unit_test(what_stays_is_met_once_whatever_comes_and_goes_between_pages),
		cmocka_unit_test(whoever_has_enough_goes_on_from_there),
		cmocka_unit_test(what_has_changed_since_is_met_and_nothing_else),
		cmocka_unit_test(what_moves_with_another_has_changed_with_it),
		cmocka_unit_test(calls_come_newest_first_open_and_closed),
		cmocka_unit_test(a_unit_lies_where_its_home_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
