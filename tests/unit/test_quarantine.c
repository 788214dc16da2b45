/* How many calls of unknown devices there may be: behind each may be somebody. */
#include "app_rig_city.h"

#include "app/internal.h"

#define HERE ((link_t)901)
#define THERE ((link_t)902)

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	app_device_up(g->app, HERE, PROTOCOL_WATCH, NULL, "10.0.0.1");
	app_device_up(g->app, THERE, PROTOCOL_WATCH, NULL, "10.0.0.2");
	return g;
}

static void sos(struct rig *g, link_t link, unsigned n)
{
	static const char AL[] = "AL,221126,052156,V,0.0,N,0.0,E,0,0,0,0,90,82,1200,0,00010000,0,0";
	char text[256];
	int len = snprintf(text, sizeof text, "[3G*99%08u*%04X*%s]", n, (unsigned)strlen(AL), AL);

	assert_int_equal(app_device_bytes(g->app, link, slice_of(text, (size_t)len)), len);
	rig_turn(g);
}

static size_t shown(const struct rig *g)
{
	return g->app->quarantine_count;
}

static void one_address_never_takes_the_last_places_of_unknown_devices(void **state)
{
	struct rig *g = city();

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		sos(g, HERE, i);
	assert_int_equal(shown(g), QUARANTINE_MAX - QUARANTINE_RESERVED);
	sos(g, THERE, 777);
	assert_int_equal(shown(g), QUARANTINE_MAX - QUARANTINE_RESERVED + 1);
	assert_non_null(incident_of_household(g->app, "quarantine/watch.9900000777"));
	/* Who is in sight already is none the worse: it repeats, and is counted. */
	sos(g, HERE, 3);
	assert_int_equal(shown(g), QUARANTINE_MAX - QUARANTINE_RESERVED + 1);
	/* And there is an end to it. */
	for (unsigned i = 1000; i < 1100; i++)
		sos(g, THERE, i);
	assert_true(shown(g) <= QUARANTINE_MAX);
	rig_free(g);
}

/* A receiver whose list was forgotten: what is left of it comes into sight as time goes by. */
static void after_a_while_an_address_has_its_share_again(void **state)
{
	struct rig *g = city();

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		sos(g, HERE, i);
	rig_pass(g, QUARANTINE_WINDOW_MS);
	app_device_up(g->app, HERE, PROTOCOL_WATCH, NULL, "10.0.0.1"); /* silent for so long, it came again */
	sos(g, HERE, 200);
	assert_int_equal(shown(g), QUARANTINE_MAX - QUARANTINE_RESERVED + 1);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_address_never_takes_the_last_places_of_unknown_devices),
		cmocka_unit_test(after_a_while_an_address_has_its_share_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
