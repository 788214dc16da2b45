/* test_raw.c - what a unit has sent stands in the log byte for byte, and nobody reads it there without the home's key. */
#include "app_rig_city.h"

#include "app/change.h"

static Pingan__V1__LogEvent *last;

static void on_stored(struct rig *g, const struct store_commit *c)
{
	Pingan__V1__LogEvent *ev = pingan__v1__log_event__unpack(NULL, c->event.len, c->event.at);

	(void)g;
	assert_non_null(ev);
	if (ev->alarm == NULL) {
		pingan__v1__log_event__free_unpacked(ev, NULL);
		return;
	}
	if (last != NULL)
		pingan__v1__log_event__free_unpacked(last, NULL);
	last = ev;
}

static void press(struct rig *g, const char *device, enum kind kind)
{
	struct alarm a = {.kind = kind, .protocol = PROTOCOL_WEBHOOK, .battery_pct = 255, .keyed = true};

	snprintf(a.device, sizeof a.device, "%s", device);
	snprintf((char *)a.raw, sizeof a.raw, "{\"name\":\"NAME-POPO\"}");
	a.raw_len = (uint16_t)strlen((char *)a.raw);
	a.id = rig_random(g);
	a.raised_ms = g->store_ms;
	app_begin(g->app);
	assert_true(intake_alarm(g->app, &a, (struct waiter){0}));
	rig_turn(g);
}

static void sealed_for(struct rig *g, const char *household)
{
	uint8_t raw[ALARM_RAW_MAX];

	assert_non_null(last);
	assert_int_equal(last->raw.len, 0);
	assert_string_equal(last->sealed_for, household);
	assert_null(memmem(last->raw_sealed.data, last->raw_sealed.len, "NAME", 4));
	app_begin(g->app);
	assert_int_equal(raw_open(g->app, last, raw), strlen("{\"name\":\"NAME-POPO\"}"));
	assert_memory_equal(raw, "{\"name\":", 8);
}

static void raw_bytes_are_sealed_with_the_key_of_their_home(void **state)
{
	struct rig *g = rig_city();

	(void)state;
	rig_start(g);
	g->stored = on_stored;
	press(g, "dev-h0", KIND_SOS);
	sealed_for(g, "h0");
	press(g, "dev-h1", KIND_TEST); /* what opens no call, too */
	sealed_for(g, "h1");
	press(g, "of.nobody", KIND_SOS);
	sealed_for(g, QUARANTINE);
	pingan__v1__log_event__free_unpacked(last, NULL);
	last = NULL;
	rig_free(g);
}

static void entries_of_before_are_read_as_they_stand(void **state)
{
	struct rig *g = rig_city();
	Pingan__V1__LogEvent ev = PINGAN__V1__LOG_EVENT__INIT;
	uint8_t raw[ALARM_RAW_MAX], plain[] = {'o', 'l', 'd'};

	(void)state;
	rig_start(g);
	ev.raw = (ProtobufCBinaryData){.len = 3, .data = plain};
	assert_int_equal(raw_open(g->app, &ev, raw), 3);
	assert_memory_equal(raw, "old", 3);
	/* The key is gone: nobody reads it any more. */
	ev.raw.len = 0;
	ev.raw_sealed = (ProtobufCBinaryData){.len = 3, .data = plain};
	ev.sealed_for = (char *)"erased";
	assert_int_equal(raw_open(g->app, &ev, raw), 0);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw_bytes_are_sealed_with_the_key_of_their_home),
		cmocka_unit_test(entries_of_before_are_read_as_they_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
