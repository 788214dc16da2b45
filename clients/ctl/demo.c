#include "demo.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "demo_data.h"
#include "pingan/v1/record.pb-c.h"
#include "wire/record.h"

#define SEED "ping an tong demo 1"
#define SECRET_LEN 32

/* protobuf-c's strings are not const; nobody writes to them. */
static char *text(const char *from)
{
	return (char *)from;
}

/* The n-th choice about a thing: the same for ever. */
static uint32_t choose(const char *what, uint32_t n, uint32_t count)
{
	return (uint32_t)(hash_bytes(0x64656d6f, n, slice_str(what)) % count);
}

static void secret(const char *what, const char *id, uint8_t ret[SECRET_LEN])
{
	char what_id[96];

	snprintf(what_id, sizeof what_id, "%s/%s", what, id);
	crypto_generichash(ret, SECRET_LEN, (const uint8_t *)what_id, strlen(what_id), (const uint8_t *)SEED, strlen(SEED));
}

bool demo_put_record(struct cell *cell, const char *type, const char *id, const ProtobufCMessage *message)
{
	char key[STORE_KEY_MAX];
	uint8_t body[STORE_BODY_MAX];
	size_t len = protobuf_c_message_get_packed_size(message);

	ENSURE(len <= sizeof body);
	protobuf_c_message_pack(message, body);
	snprintf(key, sizeof key, "%s:%s", type, id);
	return cell_put_new(cell, key, slice_of(body, len));
}

/* ------------------------------------------------------------ areas and people */

static bool put_areas(struct cell *cell)
{
	for (size_t i = 0; i < COUNT_OF(AREAS); i++) {
		const struct demo_area *from = &AREAS[i];
		Pingan__V1__Area area = PINGAN__V1__AREA__INIT;
		Pingan__V1__Place centre = PINGAN__V1__PLACE__INIT;
		char *neighbours[] = {text(from->neighbour)};

		centre.lat_e6 = from->lat_e6;
		centre.lon_e6 = from->lon_e6;
		area.code = text(from->code);
		area.name = text(from->name);
		area.name_en = text(from->name_en);
		area.arrival_due_min = from->due_min;
		area.centre = &centre;
		area.neighbours = neighbours;
		area.n_neighbours = from->neighbour[0] != '\0';
		for (size_t k = 0; k < COUNT_OF(STATIONS); k++)
			if (strcmp(STATIONS[k].area, from->code) == 0)
				area.station = text(STATIONS[k].id);
		if (!demo_put_record(cell, "area", from->code, &area.base))
			return false;
	}
	return true;
}

static bool put_stations(struct cell *cell)
{
	for (size_t i = 0; i < COUNT_OF(STATIONS); i++) {
		const struct demo_station *from = &STATIONS[i];
		Pingan__V1__Station s = PINGAN__V1__STATION__INIT;
		Pingan__V1__Place place = PINGAN__V1__PLACE__INIT;

		place.lat_e6 = from->lat_e6;
		place.lon_e6 = from->lon_e6;
		s.id = text(from->id);
		s.name = text(from->name);
		s.name_en = text(from->name_en);
		s.kind = (Pingan__V1__StationKind)from->kind;
		s.area = text(from->area);
		s.address = text(from->address);
		s.phone = text(from->phone);
		s.duty_phone = text(from->duty_phone);
		s.place = &place;
		if (!demo_put_record(cell, "station", from->id, &s.base))
			return false;
	}
	return true;
}

/* Caregivers live in a community of their sub-district; everybody's place differs a little. */
static void base_make(const struct demo_person *p, uint32_t n, Pingan__V1__Place *ret)
{
	const struct demo_area *near = &AREAS[COMMUNITIES_FROM + n % COMMUNITIES];

	for (size_t i = COMMUNITIES_FROM; i < COUNT_OF(AREAS); i++)
		if (strncmp(AREAS[i].code, p->area, strlen(p->area)) == 0 && i % 4 == n % 4)
			near = &AREAS[i];
	ret->lat_e6 = near->lat_e6 + (int)choose(p->id, 1, 4000) - 2000;
	ret->lon_e6 = near->lon_e6 + (int)choose(p->id, 2, 4000) - 2000;
}

/* One hash for all of them, made when the first is entered: it takes its time, and what it hashes stands in the handbook. */
static bool hash_make(char ret[crypto_pwhash_STRBYTES])
{
	if (ret[0] != '\0' ||
	    crypto_pwhash_str(ret, DEMO_PASSWORD, strlen(DEMO_PASSWORD), crypto_pwhash_OPSLIMIT_INTERACTIVE,
	                      crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0)
		return true;
	fprintf(stderr, "pinganctl: no memory to hash a password\n");
	return false;
}

static bool put_person(struct cell *cell, uint32_t n, const struct demo_person *from, char hash[crypto_pwhash_STRBYTES])
{
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	Pingan__V1__Place base = PINGAN__V1__PLACE__INIT;
	char *areas[] = {text(from->area)};
	char *languages[] = {text("cmn"), text("yue")};
	char *skills[] = {text(from->skill)};
	char key[STORE_KEY_MAX], phone[24];

	snprintf(key, sizeof key, "person:%s", from->id);
	if (cell_has(cell, key))
		return true;
	if (!hash_make(hash))
		return false;
	snprintf(phone, sizeof phone, "100%08" PRIu32, 90000 + n);
	p.id = text(from->id);
	p.account = text(from->id);
	p.name = text(from->name);
	p.role = (Pingan__V1__Role)from->role;
	p.areas = areas;
	p.n_areas = 1;
	p.phone = phone;
	p.password_hash = hash;
	p.languages = languages;
	p.n_languages = choose(from->id, 3, 4) == 0 ? 1 : 2;
	p.skills = skills;
	p.n_skills = from->skill[0] != '\0';
	if (from->role == PINGAN__V1__ROLE__ROLE_CAREGIVER) {
		base_make(from, n, &base);
		p.base_place = &base;
	}
	return demo_put_record(cell, "person", from->id, &p.base);
}

static bool put_caregiver(struct cell *cell, const char *id, bool on_duty)
{
	struct caregiver live = {.on_duty = on_duty};
	char key[STORE_KEY_MAX];
	uint8_t body[256];
	struct buf b = buf_of(body, sizeof body);

	snprintf(live.id, sizeof live.id, "%s", id);
	caregiver_encode(&live, &b);
	snprintf(key, sizeof key, "caregiver:%s", id);
	return cell_put_new(cell, key, slice_of(b.at, b.len));
}

static bool put_people(struct cell *cell, uint32_t on_duty)
{
	char hash[crypto_pwhash_STRBYTES] = "";
	uint32_t caregivers = 0;

	for (uint32_t i = 0; i < COUNT_OF(PEOPLE); i++) {
		if (!put_person(cell, i, &PEOPLE[i], hash))
			return false;
		if (PEOPLE[i].role == PINGAN__V1__ROLE__ROLE_CAREGIVER &&
		    !put_caregiver(cell, PEOPLE[i].id, caregivers++ < on_duty))
			return false;
		printf("\r  people %zu of %zu", (size_t)i + 1, COUNT_OF(PEOPLE));
		fflush(stdout);
	}
	printf("\n");
	return true;
}

/* ------------------------------------------------------------ homes */

struct home {
	char id[ID_MAX], device[ID_MAX], name[2][64], phone[24], street[96], address[192], contact[2][64];
	const char *panel; /* its DC-09 account, or NULL */
};

static const struct demo_health *health_of(const struct home *h)
{
	return &HEALTH[choose(h->id, 3, COUNT_OF(HEALTH))];
}

/* Two in one home are a couple. */
static bool is_woman(const struct home *h, uint32_t which)
{
	return (choose(h->id, 10, 5) < 3) == (which == 0);
}

/* The first contact is a child, the second lives near. */
static const char *relation_of(const struct home *h, uint32_t which)
{
	static const char *const NEAR[] = {"neighbour", "niece", "friend"};

	if (which == 0)
		return choose(h->id, 35, 2) == 0 ? "daughter" : "son";
	return choose(h->id, 36, 2) == 0 ? NEAR[choose(h->id, 33, 3)] : NEAR[2 * choose(h->id, 33, 2)];
}

static void name_make(char ret[64], const char *who, uint32_t n, bool woman)
{
	snprintf(ret, 64, "%s%s", SURNAMES[choose(who, n, COUNT_OF(SURNAMES))],
	         woman ? GIVEN_W[choose(who, n + 1, COUNT_OF(GIVEN_W))] : GIVEN_M[choose(who, n + 1, COUNT_OF(GIVEN_M))]);
}

#define VERY_OLD_BORN 1946

static void resident_make(const struct home *h, uint32_t which, bool alone, Pingan__V1__Resident *r,
                          char id[ID_MAX + 4], char *risks[3])
{
	bool woman = is_woman(h, which);

	snprintf(id, ID_MAX + 4, "%s-r%" PRIu32, h->id, which + 1);
	pingan__v1__resident__init(r);
	r->id = id;
	r->name = text(h->name[which]);
	r->birth_year = 1930 + choose(h->id, 12 + which, 28);
	r->sex = woman ? 2 : 1;
	r->language = text(choose(h->id, 14 + which, 3) == 0 ? "cmn" : "yue");
	r->dialect = text(DIALECTS[choose(h->id, 16 + which, COUNT_OF(DIALECTS))]);
	r->mobility = (Pingan__V1__Mobility)(1 + choose(h->id, 18 + which, 3));
	r->phone = text(which == 0 ? h->phone : "");
	r->risks = risks;
	r->n_risks = 0;
	if (alone)
		risks[r->n_risks++] = text("alone");
	if (r->birth_year <= VERY_OLD_BORN)
		risks[r->n_risks++] = text("very_old");
	/* The health notes are about the first of them. */
	if (which == 0)
		risks[r->n_risks++] = text(health_of(h)->risk);
}

/* The first by day and evening, the second at any time. */
static void contact_make(const struct home *h, uint32_t which, Pingan__V1__Contact *c, char phone[24],
                         Pingan__V1__Hours **hours)
{
	pingan__v1__contact__init(c);
	snprintf(phone, 24, "100%08" PRIu32, 10000 + choose(h->id, 30 + which, 80000));
	c->order = which + 1;
	c->name = text(h->contact[which]);
	c->relation = text(relation_of(h, which));
	c->phone = phone;
	c->has_key = which == 1 && choose(h->id, 34, 2) == 0;
	c->tell = which == 0;
	c->consent = true;
	c->consent_on = text("2026-01-05");
	c->hours = hours;
	c->n_hours = which == 0;
}

/* Every twelfth home is a home-care bed of its sub-district's centre. */
static void care_make(const struct home *h, const char *area, Pingan__V1__Household *out, Pingan__V1__CarePlan *plan,
                      char *services[2])
{
	static const char *const SERVICES[] = {"meals", "bath", "nursing", "rehabilitation", "cleaning", "company"};

	if (choose(h->id, 70, 12) != 0)
		return;
	out->kind = PINGAN__V1__HOME_KIND__HOME_CARE_BED;
	out->care_plan = plan;
	for (size_t i = 0; i < COUNT_OF(STATIONS); i++)
		if (strncmp(STATIONS[i].area, area, strlen(STATIONS[i].area)) == 0 && plan->provider[0] == '\0')
			plan->provider = text(STATIONS[i].id);
	services[0] = text("round");
	services[1] = text(SERVICES[choose(h->id, 71, COUNT_OF(SERVICES))]);
	plan->services = services;
	plan->n_services = 2;
	plan->ability = 3 + choose(h->id, 72, 3);
	plan->assessed_on = text("2025-12-10");
	plan->visits_week = 2 + choose(h->id, 73, 4);
	plan->from = text("2026-01-01");
	plan->until = text("2026-12-31");
}

static bool put_household(struct cell *cell, const struct home *h, const struct demo_area *community)
{
	Pingan__V1__Household out = PINGAN__V1__HOUSEHOLD__INIT;
	Pingan__V1__Place place = PINGAN__V1__PLACE__INIT;
	Pingan__V1__Health health = PINGAN__V1__HEALTH__INIT;
	Pingan__V1__Resident residents[2], *resident_list[2] = {&residents[0], &residents[1]};
	Pingan__V1__Contact contacts[2], *contact_list[2] = {&contacts[0], &contacts[1]};
	Pingan__V1__Hours waking = PINGAN__V1__HOURS__INIT, *hours[] = {&waking};
	Pingan__V1__CarePlan plan = PINGAN__V1__CARE_PLAN__INIT;
	const struct demo_access *access = &ACCESS[choose(h->id, 8, COUNT_OF(ACCESS))];
	char ids[2][ID_MAX + 4], *risks[2][3], phones[2][24], *services[2];
	uint8_t key[SECRET_LEN];

	waking.from_min = 6 * 60;
	waking.until_min = 23 * 60;

	out.n_residents = choose(h->id, 9, 4) == 0 ? 2 : 1;
	for (uint32_t i = 0; i < 2; i++) {
		resident_make(h, i, out.n_residents == 1, &residents[i], ids[i], risks[i]);
		contact_make(h, i, &contacts[i], phones[i], hours);
	}
	secret("household", h->id, key);
	place.lat_e6 = community->lat_e6 + (int)choose(h->id, 1, 5000) - 2500;
	place.lon_e6 = community->lon_e6 + (int)choose(h->id, 2, 5000) - 2500;
	health.notes = text(health_of(h)->notes);
	health.medicines = text(health_of(h)->medicines);
	health.allergies = text(choose(h->id, 5, 2) == 0 ? "" : ALLERGIES[choose(h->id, 6, COUNT_OF(ALLERGIES))]);
	health.hospital = text(HOSPITALS[choose(h->id, 7, COUNT_OF(HOSPITALS))]);
	out.id = text(h->id);
	out.area = text(community->code);
	out.street = text(h->street);
	out.address = text(h->address);
	out.access = text(access->words);
	out.door_code = text(access->door_code);
	out.key_safe = text(access->key_safe);
	out.key_holder = text(access->key_holder);
	out.served_from = text("2026-01-01");
	care_make(h, community->code, &out, &plan, services);
	out.phone = text(h->phone);
	out.place = &place;
	out.residents = resident_list;
	out.contacts = contact_list;
	out.n_contacts = 2;
	out.health = &health;
	out.key = (ProtobufCBinaryData){.len = sizeof key, .data = key};
	return demo_put_record(cell, "household", h->id, &out.base);
}

static bool put_device(struct cell *cell, const struct home *h, const char *area, FILE *devices, FILE *tokens)
{
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
	uint8_t key[SECRET_LEN], token[SECRET_LEN], hash[SECRET_LEN];
	char hex[2 * SECRET_LEN + 1];

	d.id = text(h->device);
	d.household = text(h->id);
	d.state = PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	if (h->panel != NULL) {
		d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_DC09;
		d.model = text("panel");
		return demo_put_record(cell, "device", h->device, &d.base);
	}
	secret("psk", h->device, key);
	secret("token", h->device, token);
	crypto_generichash(hash, sizeof hash, token, sizeof token, NULL, 0);
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE;
	d.model = text("home-1");
	d.psk = (ProtobufCBinaryData){.len = sizeof key, .data = key};
	d.token_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
	if (devices != NULL)
		fprintf(devices, "%s,%s,%s,%s\n", h->device, sodium_bin2hex(hex, sizeof hex, key, sizeof key), h->id, area);
	if (tokens != NULL)
		fprintf(tokens, "%s,%s\n", h->device, sodium_bin2hex(hex, sizeof hex, token, sizeof token));
	return demo_put_record(cell, "device", h->device, &d.base);
}

/* Beside the unit at home. */
static bool put_watch(struct cell *cell, const struct home *h, const char *number)
{
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
	char id[32];

	snprintf(id, sizeof id, "watch.%s", number);
	d.id = id;
	d.household = text(h->id);
	d.state = PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_WATCH;
	d.model = text("watch");
	return demo_put_record(cell, "device", id, &d.base);
}

static bool put_home(struct cell *cell, uint32_t n, FILE *devices, FILE *tokens)
{
	const struct demo_area *community = &AREAS[COMMUNITIES_FROM + n % COMMUNITIES];
	struct home h = {.panel = n < COUNT_OF(PANELS) ? PANELS[n] : NULL};

	snprintf(h.id, sizeof h.id, "h%04" PRIu32, n + 1);
	if (h.panel != NULL)
		snprintf(h.device, sizeof h.device, "dc09.%s", h.panel);
	else
		snprintf(h.device, sizeof h.device, "d%04" PRIu32, n + 1);
	for (uint32_t i = 0; i < 2; i++) {
		name_make(h.name[i], h.id, 40 + 4 * i, is_woman(&h, i));
		name_make(h.contact[i], h.id, 50 + 4 * i, choose(h.id, 35 + i, 2) == 0);
	}
	snprintf(h.phone, sizeof h.phone, "0200000%04" PRIu32, n + 1);
	snprintf(h.street, sizeof h.street, "%s", STREETS[choose(h.id, 60, COUNT_OF(STREETS))]);
	snprintf(h.address, sizeof h.address, "演示市云影区%s%s%" PRIu32 "号%" PRIu32 "栋%" PRIu32 "0%" PRIu32 "房",
	         community->name, h.street, 1 + choose(h.id, 61, 120), 1 + choose(h.id, 62, 6), 1 + choose(h.id, 63, 9),
	         1 + choose(h.id, 64, 6));
	if (n >= COUNT_OF(PANELS) && n - COUNT_OF(PANELS) < COUNT_OF(WATCHES) &&
	    !put_watch(cell, &h, WATCHES[n - COUNT_OF(PANELS)]))
		return false;
	return put_household(cell, &h, community) && put_device(cell, &h, community->code, devices, tokens);
}

/* Keys of devices are for their owner alone. */
static FILE *secret_file(const char *path, const char *head)
{
	int fd = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	/* One that stood there before, readable by others, would stay so. */
	FILE *f = fd < 0 || fchmod(fd, 0600) != 0 ? NULL : fdopen(fd, "w");

	if (f == NULL && fd >= 0)
		close(fd);
	if (path != NULL && f == NULL)
		perror(path);
	if (f != NULL)
		fprintf(f, "%s\n", head);
	return f;
}

bool demo_account(const char *id)
{
	for (size_t i = 0; i < COUNT_OF(PEOPLE); i++)
		if (strcmp(PEOPLE[i].id, id) == 0)
			return true;
	return false;
}

static int demo_put(struct cell *cell, const struct demo_options *options)
{
	FILE *devices = secret_file(options->devices_path, "device,key_hex,household,area");
	FILE *tokens = secret_file(options->tokens_path, "device,token_hex");
	bool ok = (options->devices_path == NULL || devices != NULL) && (options->tokens_path == NULL || tokens != NULL);

	printf("demo data: 2 sub-districts, %" PRIu32 " homes, %zu people\n", options->homes, COUNT_OF(PEOPLE));
	ok = ok && put_areas(cell) && put_stations(cell) && put_people(cell, options->on_duty);
	for (uint32_t n = 0; ok && n < options->homes; n++) {
		ok = put_home(cell, n, devices, tokens);
		if (n % 50 == 49 || n + 1 == options->homes) {
			printf("\r  homes %" PRIu32 " of %" PRIu32, n + 1, options->homes);
			fflush(stdout);
		}
	}
	ok = ok && (!options->roster || demo_roster_put(cell));
	if (devices != NULL && fclose(devices) != 0) {
		perror(options->devices_path);
		ok = false;
	}
	if (tokens != NULL && fclose(tokens) != 0) {
		perror(options->tokens_path);
		ok = false;
	}
	if (!ok)
		return 1;
	printf("\n%" PRIu64 " records written, %" PRIu64 " were there already\n", cell->stored, cell->kept);
	return 0;
}

/* There are people, and none of the demo's: it is no demo's cell, and shall not get accounts whose password everybody knows. */
static bool real_cell(struct cell *cell, bool *ret)
{
	size_t count = 0;
	char **keys = cell_keys(cell, "person:", &count);

	*ret = count != 0;
	for (size_t i = 0; keys != NULL && i < count; i++)
		*ret = *ret && !demo_account(keys[i] + strlen("person:"));
	cell_keys_free(keys, count);
	return keys != NULL;
}

int demo_load(struct cell *cell, const struct demo_options *options)
{
	bool real;

	if (!real_cell(cell, &real))
		return 1;
	if (real) {
		fprintf(
			stderr,
			"pinganctl: this cell has people, and none of the demo's: its accounts, whose password everybody knows, "
			"are not put beside them\n");
		return 1;
	}
	return demo_put(cell, options);
}
