/* app_rig_city.h - what every test of the screens has: a small city in the registry, homes that press, screens that speak.
 *
 * Owns:   nothing beside the rig. Result: helpers named after what a person or a home does.
 */
#ifndef TESTS_APP_RIG_CITY_H
#define TESTS_APP_RIG_CITY_H

#include <inttypes.h>

#include "app_rig.h"

/* ---- what every test's city has ---- */

static inline void rig_area(struct rig *g, const char *code, const char *name, uint32_t due, const char *neighbour)
{
	Pingan__V1__Area a = PINGAN__V1__AREA__INIT;
	char *list[] = {(char *)neighbour};

	a.code = (char *)code;
	a.name = (char *)name;
	a.arrival_due_min = due;
	a.neighbours = list;
	a.n_neighbours = neighbour != NULL;
	rig_put(g, "area", code, &a.base);
}

static inline void rig_person_full(struct rig *g, const char *id, int role, const char *area, int32_t lat, int32_t lon,
                                   bool disabled)
{
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	Pingan__V1__Login l = PINGAN__V1__LOGIN__INIT;
	Pingan__V1__Place place = PINGAN__V1__PLACE__INIT;
	char *areas[] = {(char *)area}, *languages[] = {(char *)"yue"}, name[64], login[64];

	snprintf(name, sizeof name, "名%s", id);
	p.id = p.account = (char *)id;
	p.name = name;
	p.role = (Pingan__V1__Role)role;
	p.areas = areas;
	p.n_areas = area != NULL;
	p.languages = languages;
	p.n_languages = 1;
	p.phone = (char *)"13800000000";
	place.lat_e6 = lat;
	place.lon_e6 = lon;
	p.base_place = &place;
	p.disabled = disabled;
	if (role == ROLE_ADMINISTRATOR) /* none is let in without */
		p.totp_key = (ProtobufCBinaryData){20, (uint8_t *)(uintptr_t) "12345678901234567890"};
	rig_put(g, "person", id, &p.base);
	l.person = (char *)id;
	l.role = p.role;
	l.until_ms = EPOCH + INT64_C(1000000000);
	snprintf(login, sizeof login, "login-%s", id);
	rig_put(g, "login", login, &l.base);
}

static inline void rig_person(struct rig *g, const char *id, int role, const char *area)
{
	rig_person_full(g, id, role, area, 23100000, 113200000, false);
}

static inline void rig_home(struct rig *g, const char *id, const char *area)
{
	Pingan__V1__Household h = PINGAN__V1__HOUSEHOLD__INIT;
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
	Pingan__V1__Place place = PINGAN__V1__PLACE__INIT;
	Pingan__V1__Resident r = PINGAN__V1__RESIDENT__INIT, *residents[] = {&r};
	Pingan__V1__Contact c1 = PINGAN__V1__CONTACT__INIT, c2 = PINGAN__V1__CONTACT__INIT, *contacts[] = {&c1, &c2};
	Pingan__V1__Health health = PINGAN__V1__HEALTH__INIT, own = PINGAN__V1__HEALTH__INIT;
	char *risks[] = {(char *)"alone", (char *)"heart"};
	uint8_t key[32];
	char name[64], device[64];

	snprintf(name, sizeof name, "长者%s", id);
	snprintf(device, sizeof device, "dev-%s", id);
	r.name = name;
	r.birth_year = 1939;
	r.language = (char *)"yue";
	r.phone = (char *)"PHONE-RESIDENT";
	r.risks = risks;
	r.n_risks = 2;
	own.notes = (char *)"HEALTH-OWN";
	own.medicines = (char *)"HEALTH-OWN-PILLS";
	own.hospital = (char *)"HEALTH-OWN-WARD";
	r.health = &own;
	c1.order = 1;
	c1.name = (char *)"NAME-DAUGHTER";
	c1.phone = (char *)"PHONE-DAUGHTER";
	c1.tell = 1;
	c2.order = 2;
	c2.name = (char *)"NAME-NEIGHBOUR";
	c2.phone = (char *)"PHONE-NEIGHBOUR";
	c2.has_key = 1;
	health.notes = (char *)"HEALTH-HEART";
	health.medicines = (char *)"HEALTH-PILLS";
	memset(key, 0x31, sizeof key);
	place.lat_e6 = 23100000;
	place.lon_e6 = 113200000;
	h.id = (char *)id;
	h.area = (char *)area;
	h.street = (char *)"中山四路";
	h.address = (char *)"ADDRESS-51";
	h.access = (char *)"ACCESS-2351";
	h.phone = (char *)"PHONE-HOME";
	h.place = &place;
	h.residents = residents;
	h.n_residents = 1;
	h.contacts = contacts;
	h.n_contacts = 2;
	h.health = &health;
	h.key = (ProtobufCBinaryData){.len = 32, .data = key};
	rig_put(g, "household", id, &h.base);
	d.id = device;
	d.household = (char *)id;
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE;
	d.state = PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	rig_put(g, "device", device, &d.base);
}

/* An incident that waits, as if it had always been there; before rig_start(). */
static inline void rig_incident(struct rig *g, uint64_t id, enum incident_class class, const char *former)
{
	static struct incident inc;
	static uint8_t body[STORE_BODY_MAX];
	struct buf b = buf_of(body, sizeof body);
	char key[STORE_KEY_MAX];

	memset(&inc, 0, sizeof inc);
	inc.id = id;
	snprintf(inc.household, sizeof inc.household, "x%" PRIu64, id);
	snprintf(inc.device, sizeof inc.device, "dev");
	snprintf(inc.area, sizeof inc.area, "440103001001");
	snprintf(inc.former_owner, sizeof inc.former_owner, "%s", former);
	inc.kind = class == CLASS_LIFE ? KIND_SOS : KIND_BATTERY;
	inc.class = class;
	inc.state = INCIDENT_WAITING;
	inc.opened_ms = inc.waiting_since_ms = inc.last_alarm_ms = EPOCH - 1000;
	inc.plan_step = PLAN_DUTY_PHONES;
	inc.plan_due_ms = EPOCH + 100000000;
	inc.reached = STEP_STORED;
	inc.alarm_count = 1;
	inc.alarms[0] = (struct alarm_ref){"dev", id, inc.kind, 0, 0, PROTOCOL_NATIVE, EPOCH - 1000};
	inc.lines_total = inc.line_count = 1;
	inc.lines[0].code = LINE_ALARM;
	inc.lines[0].at_ms = EPOCH - 1000;
	inc.lines[0].kind = inc.kind;
	inc.lines[0].protocol = PROTOCOL_NATIVE;
	incident_encode(&inc, &b);
	incident_key(key, id);
	rig_record_set(rig_record(g, key), slice_of(body, b.len), rig_random(g));
}

static inline struct rig *rig_new(void)
{
	struct rig *g = calloc(1, sizeof *g);

	assert_non_null(g);
	g->mono = 1000000;
	g->store_ms = EPOCH;
	TAILQ_INIT(&g->commits);
	return g;
}

/* Enough for the names of the tests. */
static inline size_t rig_pinyin(void *ctx, uint32_t rune, char *ret, size_t size)
{
	static const struct {
		uint32_t rune;
		const char *sound;
	} SOUNDS[] = {{0x5f20, "zhang"}, {0x6842, "gui"},  {0x5170, "lan"},
	              {0x674e, "li"},    {0x738b, "wang"}, {0x9648, "chen"}};

	(void)ctx;
	for (size_t i = 0; i < COUNT_OF(SOUNDS); i++)
		if (SOUNDS[i].rune == rune) {
			snprintf(ret, size, "%s", SOUNDS[i].sound);
			return strlen(ret);
		}
	return 0;
}

static inline void rig_start(struct rig *g)
{
	struct app_config config = {.daemon = "d0",
	                            .build = "t",
	                            .policy = POLICY_DEFAULT,
	                            .root_area = "4401",
	                            .desk_phone = "12349",
	                            .heartbeat_s = 60,
	                            .serve_devices = true,
	                            .serve_screens = true};
	struct ports ports = {.ctx = g,
	                      .now = rig_now,
	                      .store_commit = rig_commit,
	                      .store_attach = rig_attach,
	                      .store_look = rig_look,
	                      .store_load = rig_load,
	                      .store_seen_put = rig_seen_put,
	                      .store_seen_ask = rig_seen_ask,
	                      .link_send = rig_send,
	                      .link_close = rig_close,
	                      .links_read = rig_read,
	                      .login_done = rig_login_done,
	                      .pinyin = rig_pinyin,
	                      .seal = rig_seal,
	                      .unseal = rig_unseal,
	                      .aes_cbc = rig_aes,
	                      .token_matches = rig_token,
	                      .random = rig_random,
	                      .log = rig_log};

	/* Units of these tests say what they are asked to; whoever wants one to be missed gives it a reporting time. */
	config.policy.silent_native_s = config.policy.silent_dc09_s = config.policy.silent_watch_s = 604800;
	g->app = app_new(&config, &ports);
	assert_non_null(g->app);
	rig_pass(g, 400);
	assert_true(g->app->store_up);
	assert_true(g->app->fresh);
}

/* Two sub-districts side by side; op1 covers the first, op2 the second, sup both; cg1 and cg2 the first. */
static inline struct rig *rig_city(void)
{
	struct rig *g = rig_new();

	rig_area(g, "4401", "广州市", 0, NULL);
	rig_area(g, "440103", "荔湾区", 20, NULL);
	rig_area(g, "440103001", "岭南街", 0, NULL);
	rig_area(g, "440103002", "华林街", 0, NULL);
	rig_area(g, "440103001001", "一社区", 0, NULL);
	rig_person(g, "op1", ROLE_OPERATOR, "440103001");
	rig_person(g, "op1b", ROLE_OPERATOR, "440103001");
	rig_person(g, "op2", ROLE_OPERATOR, "440103002");
	rig_person(g, "sup", ROLE_SUPERVISOR, "440103");
	rig_person(g, "cg1", ROLE_CAREGIVER, "440103001");
	rig_person(g, "cg2", ROLE_CAREGIVER, "440103001");
	rig_person(g, "tech", ROLE_TECHNICIAN, "440103001");
	for (int i = 0; i < 4; i++) {
		char id[16];

		snprintf(id, sizeof id, "h%d", i);
		rig_home(g, id, "440103001001");
	}
	rig_home(g, "far", "440103002001");
	return g;
}

static inline void rig_frames_free(struct rig_link *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->frames[i].at);
	free(l->frames);
	memset(l, 0, sizeof *l);
}

static inline void rig_free(struct rig *g)
{
	struct rig_commit *k;

	app_free(g->app);
	while ((k = TAILQ_FIRST(&g->commits)) != NULL) {
		TAILQ_REMOVE(&g->commits, k, link);
		free(k);
	}
	for (size_t i = 0; i < g->record_count; i++)
		free(g->records[i].body);
	for (size_t i = 0; i < LINKS_RIG; i++)
		rig_frames_free(&g->links[i]);
	free(g);
}

/* ---- homes ---- */

static inline uint64_t rig_press(struct rig *g, const char *home, enum kind kind)
{
	struct alarm a = {.kind = kind, .protocol = PROTOCOL_NATIVE, .battery_pct = 255, .raw_len = 3, .raw = "\x01raw"};

	snprintf(a.device, sizeof a.device, "dev-%s", home);
	a.id = rig_random(g);
	a.raised_ms = g->store_ms;
	app_begin(g->app);
	assert_true(intake_alarm(g->app, &a, (struct waiter){0}));
	rig_turn(g);
	return alarm_hash(&a);
}

/* ---- screens ---- */

static inline void rig_say(struct rig *g, link_t link, const Pingan__V1__ToDaemon *m)
{
	static uint8_t bytes[65536];

	app_screen_message(g->app, link, slice_of(bytes, pingan__v1__to_daemon__pack(m, bytes)));
	rig_turn(g);
}

static inline void rig_hello(struct rig *g, link_t link, int page, uint64_t id, uint64_t commit, const uint64_t *holds,
                             size_t hold_count)
{
	Pingan__V1__ToDaemon m = PINGAN__V1__TO_DAEMON__INIT;
	Pingan__V1__ScreenHello h = PINGAN__V1__SCREEN_HELLO__INIT;

	h.page = (Pingan__V1__ScreenHello__Page)page;
	h.ready = page == PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE;
	h.resume_id = id;
	h.resume_commit = commit;
	h.holds = (uint64_t *)holds;
	h.n_holds = hold_count;
	m.body_case = PINGAN__V1__TO_DAEMON__BODY_HELLO;
	m.hello = &h;
	rig_say(g, link, &m);
}

static inline void rig_up(struct rig *g, link_t link, const char *person)
{
	char login[64];

	rig_frames_free(&g->links[link]);
	snprintf(login, sizeof login, "login-%s", person);
	app_screen_up(g->app, link, login);
}

static inline void rig_console(struct rig *g, link_t link, const char *person)
{
	rig_up(g, link, person);
	rig_hello(g, link, PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE, 0, 0, NULL, 0);
	rig_pass(g, 300);
}

static inline void rig_beat(struct rig *g, link_t link)
{
	Pingan__V1__ToDaemon m = PINGAN__V1__TO_DAEMON__INIT;
	Pingan__V1__ScreenHeartbeat b = PINGAN__V1__SCREEN_HEARTBEAT__INIT;

	b.screen_ms = 77;
	m.body_case = PINGAN__V1__TO_DAEMON__BODY_HEARTBEAT;
	m.heartbeat = &b;
	rig_say(g, link, &m);
}

/* Time passes, and these links beat. */
static inline void rig_pass_beating(struct rig *g, int64_t ms, link_t last)
{
	for (; ms > 0; ms -= 2000) {
		rig_pass(g, ms < 2000 ? ms : 2000);
		for (link_t l = 1; l <= last; l++)
			if (!g->links[l].closed)
				rig_beat(g, l);
	}
}

static inline Pingan__V1__ToScreen *rig_frame(struct rig *g, link_t link, size_t n)
{
	Pingan__V1__ToScreen *m =
		pingan__v1__to_screen__unpack(NULL, g->links[link].frames[n].len, g->links[link].frames[n].at);

	assert_non_null(m);
	return m;
}

static inline void rig_done(Pingan__V1__ToScreen *m)
{
	if (m != NULL)
		pingan__v1__to_screen__free_unpacked(m, NULL);
}

/* The next unread frame of this kind; what comes before it is passed over. NULL when there is none. */
static inline Pingan__V1__ToScreen *rig_next(struct rig *g, link_t link, int body)
{
	struct rig_link *l = &g->links[link];

	while (l->read < l->count) {
		Pingan__V1__ToScreen *m = rig_frame(g, link, l->read++);

		if ((int)m->body_case == body)
			return m;
		rig_done(m);
	}
	return NULL;
}

/* The newest frame of this kind among the unread ones; all are read then. */
static inline Pingan__V1__ToScreen *rig_last(struct rig *g, link_t link, int body)
{
	Pingan__V1__ToScreen *last = NULL, *m;

	while ((m = rig_next(g, link, body)) != NULL) {
		rig_done(last);
		last = m;
	}
	return last;
}

static inline void rig_skip(struct rig *g, link_t link)
{
	g->links[link].read = g->links[link].count;
}

/* ---- requests ---- */

static inline uint64_t rig_ask(struct rig *g, link_t link, Pingan__V1__Request *r, uint64_t cmd)
{
	Pingan__V1__ToDaemon m = PINGAN__V1__TO_DAEMON__INIT;

	r->cmd = cmd != 0 ? cmd : rig_random(g);
	m.body_case = PINGAN__V1__TO_DAEMON__BODY_REQUEST;
	m.request = r;
	rig_skip(g, link);
	rig_say(g, link, &m);
	return r->cmd;
}

#define RIG_ASK(g, link, cmd, type, TYPE, WHAT, member, ...)   \
	do {                                                       \
		Pingan__V1__Request rig_r = PINGAN__V1__REQUEST__INIT; \
		Pingan__V1__##type rig_m = PINGAN__V1__##TYPE##__INIT; \
		const Pingan__V1__##type rig_values = {__VA_ARGS__};   \
		const ProtobufCMessage rig_base = rig_m.base;          \
		rig_m = rig_values;                                    \
		rig_m.base = rig_base;                                 \
		rig_r.what_case = PINGAN__V1__REQUEST__WHAT_##WHAT;    \
		rig_r.member = &rig_m;                                 \
		(void)rig_ask(g, link, &rig_r, cmd);                   \
	} while (0)

/* Result of the newest unread reply; RESULT_NONE when there is none. `who` may be NULL. */
static inline int rig_result(struct rig *g, link_t link, char *who)
{
	Pingan__V1__ToScreen *m = rig_last(g, link, PINGAN__V1__TO_SCREEN__BODY_REPLY);
	int result = m == NULL ? 0 : (int)m->reply->result;

	if (who != NULL)
		snprintf(who, ID_MAX, "%s", m == NULL ? "" : m->reply->who);
	rig_done(m);
	return result;
}

static inline int rig_claim(struct rig *g, link_t link, uint64_t incident, char *who)
{
	RIG_ASK(g, link, 0, Claim, CLAIM, CLAIM, claim, .incident = incident);
	return rig_result(g, link, who);
}

#endif
