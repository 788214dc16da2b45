/* Homes by how they stand: what the city publishes. */
#include "app_rig_city.h"

#include "app/installed.h"
#include "app/supervision.h"
#include "core/outage.h"

static struct home_rows rows;

static struct home_units units(uint32_t none, uint32_t commissioning, uint32_t in_service, uint32_t away,
                               uint32_t retired, uint32_t silent)
{
	return (struct home_units){.of = {none, commissioning, in_service, away, retired}, .silent = silent};
}

static void stands(struct home_units u, enum home_stand as)
{
	assert_int_equal(home_stands(&u), as);
}

static void a_home_is_in_service_only_with_a_proved_unit_and_silent_when_none_is_heard(void **state)
{
	(void)state;
	stands(units(0, 0, 0, 0, 0, 0), HOME_NONE);
	stands(units(1, 0, 0, 0, 0, 0), HOME_COMMISSIONING);
	stands(units(0, 2, 0, 0, 1, 0), HOME_COMMISSIONING);
	stands(units(0, 1, 1, 1, 1, 0), HOME_IN_SERVICE);
	stands(units(0, 0, 2, 0, 0, 1), HOME_IN_SERVICE);
	stands(units(0, 1, 2, 0, 0, 2), HOME_SILENT);
	stands(units(0, 1, 0, 1, 0, 0), HOME_AWAY);
	stands(units(0, 0, 0, 0, 3, 0), HOME_RETIRED);
}

static struct home_count one(enum home_stand as)
{
	struct home_count c = {0};

	c.of[as] = 1;
	return c;
}

static const struct home_count *row(const char *area)
{
	for (size_t i = 0; i < rows.count; i++)
		if (strcmp(rows.rows[i].area, area) == 0)
			return &rows.rows[i].count;
	fail_msg("no row of %s", area);
	return NULL;
}

static void every_home_is_counted_once_at_each_level(void **state)
{
	static const char *const AREAS[] = {"440103002", "440103001", "440104001", "440104", "", "44010300"};

	(void)state;
	home_rows_init(&rows, "4401");
	for (size_t i = 0; i < COUNT_OF(AREAS); i++) {
		struct home_count c = one(HOME_IN_SERVICE);

		home_rows_add(&rows, AREAS[i], &c);
	}
	assert_int_equal(homes_in_service(row("4401")), 6);
	assert_int_equal(homes_in_service(row("440103")), 3); /* one of it in no sub-district */
	assert_int_equal(homes_in_service(row("440104")), 2);
	assert_int_equal(homes_in_service(row("440103001")), 1);
	for (size_t i = 2; i < rows.count; i++)
		assert_true(strcmp(rows.rows[i - 1].area, rows.rows[i].area) < 0);
}

static void a_target_is_its_own_or_that_of_all_below(void **state)
{
	(void)state;
	home_rows_init(&rows, "4401");
	home_rows_want(&rows, "440103001")->count.target = 100;
	home_rows_want(&rows, "440103002")->count.target = 50;
	home_rows_want(&rows, "440104001")->count.target = 70;
	home_rows_want(&rows, "440104")->count.target = 500;
	(void)home_rows_want(&rows, "440103");
	home_rows_targets(&rows);
	assert_int_equal(row("440103")->target, 150);
	assert_int_equal(row("440104")->target, 500);
	assert_int_equal(row("4401")->target, 650);
	rows.rows[0].count.target = 1000;
	home_rows_targets(&rows);
	assert_int_equal(row("4401")->target, 1000);
}

/* The bound is reached, and no home is lost from the city's figure. */
static void with_more_areas_than_rows_the_city_still_counts_all(void **state)
{
	(void)state;
	home_rows_init(&rows, "4401");
	for (unsigned i = 0; i < HOME_ROWS_MAX + 50; i++) {
		struct home_count c = one(HOME_AWAY);
		char area[16];

		snprintf(area, sizeof area, "4401%02u%03u", i / 1000, i % 1000);
		home_rows_add(&rows, area, &c);
	}
	assert_int_equal(rows.count, HOME_ROWS_MAX);
	assert_int_equal(row("4401")->of[HOME_AWAY], HOME_ROWS_MAX + 50);
}

static void device(struct rig *g, const char *id, const char *home, int as)
{
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;

	d.id = (char *)id;
	d.household = (char *)home;
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE;
	d.state = (Pingan__V1__DeviceState)as;
	rig_put(g, "device", id, &d.base);
}

static const struct home_count *city(struct rig *g)
{
	app_installed_begin(g->app, &rows);
	app_installed_counts(g->app, &rows);
	return &rows.rows[0].count;
}

/* What the log brings while it runs. */
static void record_now(struct rig *g, const char *key)
{
	struct rig_record *r = rig_record(g, key);
	struct store_record rec = {0};

	rig_record_copy(r, &rec);
	app_begin(g->app);
	(void)projection_apply(g->app, &rec, ++g->log_id);
}

static void the_figures_follow_the_registry(void **state)
{
	struct rig *g = rig_city(); /* five homes in service: four in 440103001, one in 440103002 */

	(void)state;
	device(g, "extra", "h0", DEVICE_COMMISSIONING);
	device(g, "lost", "nowhere", DEVICE_IN_SERVICE);
	rig_start(g);
	assert_int_equal(city(g)->of[HOME_IN_SERVICE], 5);
	assert_int_equal(homes_installed(city(g)), 5);
	assert_int_equal(homes_in_service(row("440103001")), 4);
	assert_int_equal(homes_in_service(row("440103002")), 1);
	assert_int_equal(homes_in_service(row("440103")), 5);

	device(g, "dev-h0", "h0", DEVICE_RETIRED);
	record_now(g, "device:dev-h0");
	assert_int_equal(city(g)->of[HOME_IN_SERVICE], 4);
	assert_int_equal(city(g)->of[HOME_COMMISSIONING], 1); /* its other unit */
	device(g, "extra", "h1", DEVICE_COMMISSIONING);
	record_now(g, "device:extra");
	assert_int_equal(city(g)->of[HOME_RETIRED], 1);
	assert_int_equal(city(g)->of[HOME_IN_SERVICE], 4);
	assert_int_equal(homes_installed(city(g)), 4);
	device(g, "dev-h2", "h2", DEVICE_AWAY);
	record_now(g, "device:dev-h2");
	assert_int_equal(row("440103001")->of[HOME_AWAY], 0); /* the old picture */
	assert_int_equal(city(g)->of[HOME_AWAY], 1);
	assert_int_equal(row("440103001")->of[HOME_AWAY], 1);

	/* A home that moves takes its figure along; one that the registry learns of later is counted then. */
	rig_home(g, "h3", "440103002001");
	record_now(g, "household:h3");
	(void)city(g);
	assert_int_equal(homes_in_service(row("440103002")), 2);
	rig_home(g, "nowhere", "440103002001");
	record_now(g, "household:nowhere");
	assert_int_equal(city(g)->of[HOME_IN_SERVICE], 4);
	rig_free(g);
}

static void a_load_counts_nobody_twice(void **state)
{
	struct rig *g = rig_city();

	(void)state;
	rig_start(g);
	rig_reload(g);
	rig_reload(g);
	assert_int_equal(city(g)->of[HOME_IN_SERVICE], 5);
	rig_free(g);
}

static void a_home_of_which_nothing_is_heard_is_silent(void **state)
{
	struct rig *g = rig_city();
	struct installed_unit *u;

	(void)state;
	rig_start(g);
	u = &((struct installed_unit){.state = DEVICE_NONE});
	installed_set(g->app, u, "h0", DEVICE_IN_SERVICE, true);
	assert_int_equal(city(g)->of[HOME_SILENT], 0); /* its other unit is heard */
	installed_set(g->app, u, "", DEVICE_NONE, false);
	installed_set(g->app, u, "h0", DEVICE_IN_SERVICE, false);
	installed_set(g->app, u, "", DEVICE_NONE, false);
	assert_int_equal(city(g)->of[HOME_IN_SERVICE], 5);
	/* As the log lists it, and then not any more. */
	unit_out(g->app, &(struct out){.device = "dev-h0", .kind = KIND_LINK, .found = true}, true);
	assert_int_equal(city(g)->of[HOME_SILENT], 1);
	assert_int_equal(homes_in_service(city(g)), 5);
	unit_out(g->app, &(struct out){.device = "dev-h0", .kind = KIND_LINK, .found = true}, false);
	assert_int_equal(city(g)->of[HOME_SILENT], 0);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_home_is_in_service_only_with_a_proved_unit_and_silent_when_none_is_heard),
		cmocka_unit_test(every_home_is_counted_once_at_each_level),
		cmocka_unit_test(a_target_is_its_own_or_that_of_all_below),
		cmocka_unit_test(with_more_areas_than_rows_the_city_still_counts_all),
		cmocka_unit_test(the_figures_follow_the_registry),
		cmocka_unit_test(a_load_counts_nobody_twice),
		cmocka_unit_test(a_home_of_which_nothing_is_heard_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
