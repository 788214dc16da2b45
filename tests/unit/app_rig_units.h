/* app_rig_units.h - units of the registry as supervision looks at them: in service, of a class, heard or not.
 *
 * Owns:   nothing beside the rig. Result: helpers named after what a unit does.
 */
#ifndef TESTS_APP_RIG_UNITS_H
#define TESTS_APP_RIG_UNITS_H

#include "app_rig_city.h"

#define CLASS_S 180

/* A unit of this home as the registry has it; before rig_start(). */
static inline void unit(struct rig *g, const char *home, uint32_t report_s, Pingan__V1__DeviceState state,
                        const char *carrier)
{
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
	char id[ID_MAX];

	snprintf(id, sizeof id, "dev-%s", home);
	d.id = id;
	d.household = (char *)home;
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE;
	d.state = state;
	d.report_s = report_s;
	d.carrier = (char *)carrier;
	rig_put(g, "device", id, &d.base);
}

static inline struct rig *town(void)
{
	struct rig *g = rig_city();

	unit(g, "h0", CLASS_S, PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE, "");
	unit(g, "h1", CLASS_S, PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE, "");
	return g;
}

static inline void beat(struct rig *g, const char *home)
{
	char device[ID_MAX];

	snprintf(device, sizeof device, "dev-%s", home);
	app_begin(g->app);
	device_heard(g->app, device);
}

/* h0 beats all the while, every 20 s. */
static inline void pass(struct rig *g, int64_t ms)
{
	for (; ms > 0; ms -= 20000) {
		beat(g, "h0");
		rig_pass(g, ms < 20000 ? ms : 20000);
	}
}

static inline const struct incident *open_of(struct rig *g, const char *key)
{
	static struct incident inc;
	struct record *rec = incident_of_household(g->app, key);

	if (rec == NULL)
		return NULL;
	assert_true(incident_read(g->app, rec, &inc));
	return &inc;
}

static inline uint32_t out_now(struct rig *g, const char *key)
{
	const struct incident *inc = open_of(g, key);

	return inc == NULL ? 0 : inc->out_now;
}

static inline size_t incidents(struct rig *g)
{
	return g->app->count_of_type[RECORD_INCIDENT];
}

static inline bool silent(struct rig *g, const char *home)
{
	struct device_seen seen;
	char device[ID_MAX];

	snprintf(device, sizeof device, "dev-%s", home);
	assert_true(device_seen(g->app, device, &seen));
	return seen.silent;
}

#endif
