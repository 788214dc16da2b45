/* registry.c - the fictional people and homes of a history, written into the store before anything starts.
 *
 * Two sub-districts: homes with an even number in 440103001, odd ones in 440103002. With three desks or more the even
 * ones answer the first and the odd ones the second; the last desk is the supervisor of both. Fewer desks cover both.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "sim/kit.h"

#define KEYED(buf, ...) (snprintf(buf, sizeof(buf), __VA_ARGS__), (buf))

void sim_home_device(char ret[ID_MAX], unsigned home)
{
	snprintf(ret, ID_MAX, "home%u", home);
}

void sim_home_household(char ret[ID_MAX], unsigned home)
{
	snprintf(ret, ID_MAX, "h%u", home);
}

void sim_home_resident(char ret[64], unsigned home)
{
	snprintf(ret, 64, MARK_NAME "-%u.", home);
}

void sim_home_area(char ret[16], unsigned home)
{
	snprintf(ret, 16, "44010300%u00%u", 1 + home % 2, 1 + home / 2 % 2);
}

void sim_panel_account(char ret[ID_MAX], unsigned panel)
{
	snprintf(ret, ID_MAX, "24%02u", panel);
}

void sim_device_key(uint8_t ret[32], const char *device)
{
	for (unsigned i = 0; i < 4; i++) {
		uint64_t h = hash_bytes(i, 77, slice_str(device));

		memcpy(ret + 8 * i, &h, 8);
	}
}

void sim_person_login(char ret[40], const char *person)
{
	snprintf(ret, 40, "%016llx%016llx", (unsigned long long)hash_bytes(1, 2, slice_str(person)),
	         (unsigned long long)hash_bytes(3, 4, slice_str(person)));
}

static const char *person_of(const char *prefix, unsigned n)
{
	static char names[64][ID_MAX];
	unsigned at = (n + (prefix[0] == 'o' ? 0 : 32)) % 64;

	snprintf(names[at], ID_MAX, "%s%u", prefix, n);
	return names[at];
}

const char *sim_desk_person(unsigned desk)
{
	return person_of("op", desk);
}

const char *sim_phone_person(unsigned phone)
{
	return person_of("cg", phone);
}

unsigned sim_home_of(const struct sim *sim, const char *name)
{
	char device[ID_MAX], household[ID_MAX];

	for (unsigned i = 0; i < sim->setup.homes; i++) {
		sim_home_device(device, i);
		sim_home_household(household, i);
		if (strcmp(name, device) == 0 || strcmp(name, household) == 0)
			return i;
	}
	return SIM_HOME_NONE;
}

static bool supervises(const struct sim *sim, unsigned desk)
{
	return sim->setup.desks >= 2 && desk == sim->setup.desks - 1;
}

const char *sim_desk_area(const struct sim *sim, unsigned desk)
{
	if (sim->setup.desks < 3 || supervises(sim, desk))
		return "440103";
	return desk % 2 == 0 ? "440103001" : "440103002";
}

bool sim_desk_covers(const struct sim *sim, unsigned desk, const char *area)
{
	return area_covers(sim->desks[desk].area[0] != '\0' ? sim->desks[desk].area : sim_desk_area(sim, desk), area);
}

int32_t sim_place_lat(unsigned n)
{
	return 23110000 + (int32_t)(n * 7919 % 20000);
}

int32_t sim_place_lon(unsigned n)
{
	return 113240000 + (int32_t)(n * 6151 % 20000);
}

/* ------------------------------------------------------------ writing */

struct batch {
	struct sim *sim;
	struct store_commit commit;
	uint8_t *bodies[STORE_PUTS_MAX];
};

static void flush(struct batch *b)
{
	struct store_answer answer;
	uint8_t event[256];
	Pingan__V1__LogEvent e = PINGAN__V1__LOG_EVENT__INIT;

	if (b->commit.put_count == 0)
		return;
	e.daemon = (char *)"registry";
	e.record = b->commit.puts[0].key;
	b->commit.event = slice_of(event, pingan__v1__log_event__pack(&e, event));
	b->commit.id = prng_next(&b->sim->prng) | 1;
	store_sim_commit_now(b->sim->store, &b->commit, &answer);
	ENSURE(answer.result == STORE_STORED);
	for (unsigned i = 0; i < b->commit.put_count; i++)
		free(b->bodies[i]);
	memset(&b->commit, 0, sizeof b->commit);
}

static void put(struct batch *b, const char *type, const char *id, const ProtobufCMessage *message)
{
	struct store_put *p;
	size_t len = protobuf_c_message_get_packed_size(message);

	if (b->commit.put_count == STORE_PUTS_MAX)
		flush(b);
	p = &b->commit.puts[b->commit.put_count];
	snprintf(p->key, sizeof p->key, "%s:%s", type, id);
	b->bodies[b->commit.put_count] = sim_memory(len + 1);
	protobuf_c_message_pack(message, b->bodies[b->commit.put_count]);
	p->body = slice_of(b->bodies[b->commit.put_count], len);
	b->commit.put_count++;
}

static void put_person(struct batch *b, const char *id, const char *name, Pingan__V1__Role role, const char *area,
                       unsigned n)
{
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	Pingan__V1__Login l = PINGAN__V1__LOGIN__INIT;
	Pingan__V1__Place place = PINGAN__V1__PLACE__INIT;
	char *areas[] = {(char *)area}, *languages[] = {(char *)"cmn", (char *)"yue"}, *skills[] = {(char *)"care"};
	char login[40], phone[32];

	p.id = p.account = (char *)id;
	p.name = (char *)name;
	p.role = role;
	p.n_areas = 1;
	p.areas = areas;
	p.phone = KEYED(phone, "1380000%04u", n);
	p.password_hash = (char *)"";
	p.n_languages = 2;
	p.languages = languages;
	p.n_skills = 1;
	p.skills = skills;
	place.lat_e6 = sim_place_lat(100 + n);
	place.lon_e6 = sim_place_lon(100 + n);
	p.base_place = &place;
	if (role == PINGAN__V1__ROLE__ROLE_CAREGIVER && n + 1 == 50 + b->sim->setup.stationed)
		p.station = (char *)"s1";
	put(b, "person", id, &p.base);
	l.person = (char *)id;
	l.role = role;
	l.made_ms = EPOCH_MS;
	l.until_ms = EPOCH_MS + INT64_C(40) * 24 * 3600 * 1000;
	sim_person_login(login, id);
	put(b, "login", login, &l.base);
}

static void put_home(struct batch *b, unsigned n, const char *household, const char *device,
                     Pingan__V1__Protocol protocol, const char *area, const char *resident)
{
	Pingan__V1__Household h = PINGAN__V1__HOUSEHOLD__INIT;
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
	Pingan__V1__Place place = PINGAN__V1__PLACE__INIT;
	Pingan__V1__Resident r = PINGAN__V1__RESIDENT__INIT, *residents[] = {&r};
	Pingan__V1__Contact c1 = PINGAN__V1__CONTACT__INIT, c2 = PINGAN__V1__CONTACT__INIT, *contacts[] = {&c1, &c2};
	Pingan__V1__Health health = PINGAN__V1__HEALTH__INIT;
	char *risks[] = {(char *)"alone"};
	uint8_t key[32], psk[32];
	char name1[64], name2[64];

	r.id = (char *)household;
	r.name = (char *)resident;
	r.birth_year = 1940 + n % 10;
	r.sex = 1 + n % 2;
	r.language = (char *)"yue";
	r.n_risks = 1;
	r.risks = risks;
	r.phone = (char *)MARK_PHONE "1";
	c1.order = 1;
	c1.name = KEYED(name1, MARK_NAME "-daughter%u", n);
	c1.relation = (char *)"daughter";
	c1.phone = (char *)MARK_PHONE "2";
	c1.tell = 1;
	c2.order = 2;
	c2.name = KEYED(name2, MARK_NAME "-neighbour%u", n);
	c2.relation = (char *)"neighbour";
	c2.phone = (char *)MARK_PHONE "3";
	c2.has_key = 1;
	health.notes = (char *)MARK_HEALTH " heart";
	health.medicines = (char *)MARK_HEALTH " pills";
	health.allergies = (char *)MARK_HEALTH " none";
	health.hospital = (char *)"First";
	place.lat_e6 = sim_place_lat(n);
	place.lon_e6 = sim_place_lon(n);
	sim_device_key(key, household);
	h.id = (char *)household;
	h.area = (char *)area;
	h.street = (char *)"Long Street";
	h.address = (char *)MARK_ADDRESS " 12";
	h.access = (char *)MARK_ADDRESS " code 1234";
	h.phone = (char *)MARK_PHONE "0";
	h.place = &place;
	h.n_residents = 1;
	h.residents = residents;
	h.n_contacts = 2;
	h.contacts = contacts;
	h.health = &health;
	h.key = (ProtobufCBinaryData){.len = 32, .data = key};
	put(b, "household", household, &h.base);

	sim_device_key(psk, device);
	d.id = (char *)device;
	d.household = (char *)household;
	d.protocol = protocol;
	if (protocol == PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE)
		d.psk = (ProtobufCBinaryData){.len = 32, .data = psk};
	d.model = (char *)"sim";
	d.state = b->sim->setup.commissioning && n % 3 == 2 ? PINGAN__V1__DEVICE_STATE__DEVICE_COMMISSIONING
	                                                    : PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	put(b, "device", device, &d.base);
}

static void put_area(struct batch *b, const char *code, const char *name, uint32_t due)
{
	Pingan__V1__Area a = PINGAN__V1__AREA__INIT;

	a.code = (char *)code;
	a.name = a.name_en = (char *)name;
	a.arrival_due_min = due;
	put(b, "area", code, &a.base);
}

static void put_station(struct batch *b)
{
	Pingan__V1__Station s = PINGAN__V1__STATION__INIT;
	Pingan__V1__Place place = PINGAN__V1__PLACE__INIT;

	s.id = (char *)"s1";
	s.name = (char *)"First Centre";
	s.area = (char *)"440103001";
	s.kind = PINGAN__V1__STATION_KIND__STATION_CENTRE;
	if (b->sim->setup.stationed != 0) {
		place.lat_e6 = sim_place_lat(0);
		place.lon_e6 = sim_place_lon(0);
		s.place = &place;
	}
	put(b, "station", s.id, &s.base);
}

/* All care for the sub-districts all day; half of them in nights of every second week. */
static void put_roster(struct batch *b)
{
	struct sim *sim = b->sim;
	Pingan__V1__Roster r = PINGAN__V1__ROSTER__INIT;
	Pingan__V1__RosterSlot day = PINGAN__V1__ROSTER_SLOT__INIT, night = PINGAN__V1__ROSTER_SLOT__INIT;
	Pingan__V1__RosterSlot *slots[] = {&day, &night};
	char *people[SIM_PHONES_MAX];

	for (unsigned i = 0; i < sim->setup.phones; i++)
		people[i] = (char *)(uintptr_t)sim_phone_person(i);
	day.id = 1;
	night.id = 2;
	day.days = night.days = 127;
	day.minutes = 1440;
	night.from_min = 1320;
	night.minutes = 600;
	day.post = night.post = PINGAN__V1__SHIFT_POST__POST_FIELD;
	day.skill = night.skill = PINGAN__V1__SKILL__SKILL_CARE;
	day.need = night.need = 1;
	day.weeks = 1;
	night.weeks = 2;
	day.people = night.people = people;
	day.n_people = sim->setup.phones;
	night.n_people = (sim->setup.phones + 1) / 2;
	r.area = (char *)"440103";
	r.slots = slots;
	r.n_slots = COUNT_OF(slots);
	r.last_id = 2;
	put(b, "roster", r.area, &r.base);
}

void sim_registry(struct sim *sim)
{
	struct batch b = {.sim = sim};
	char household[ID_MAX], device[ID_MAX], area[16], resident[64];

	put_area(&b, "4401", "City", 15);
	put_area(&b, "440103", "Liwan", 0);
	put_area(&b, "440103001", "First", 0);
	put_area(&b, "440103002", "Second", 0);
	put_area(&b, "440103001001", "First-1", 0);
	put_area(&b, "440103001002", "First-2", 0);
	put_area(&b, "440103002001", "Second-1", 0);
	put_area(&b, "440103002002", "Second-2", 0);
	for (unsigned i = 0; i < sim->setup.desks; i++)
		put_person(&b, sim_desk_person(i), sim_desk_person(i),
		           supervises(sim, i) ? PINGAN__V1__ROLE__ROLE_SUPERVISOR : PINGAN__V1__ROLE__ROLE_OPERATOR,
		           sim_desk_area(sim, i), i);
	for (unsigned i = 0; i < sim->setup.phones; i++)
		put_person(&b, sim_phone_person(i), sim_phone_person(i), PINGAN__V1__ROLE__ROLE_CAREGIVER, "440103", 50 + i);
	for (unsigned i = 0; i < sim->setup.homes; i++) {
		sim_home_household(household, i);
		sim_home_device(device, i);
		sim_home_area(area, i);
		sim_home_resident(resident, i);
		put_home(&b, i, household, device, PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE, area, resident);
	}
	for (unsigned i = 0; i < sim->setup.panels; i++) {
		char account[ID_MAX];

		sim_panel_account(account, i);
		snprintf(device, sizeof device, "dc09.%.20s", account);
		snprintf(household, sizeof household, "p%u", i);
		snprintf(resident, sizeof resident, MARK_NAME "-p%u.", i);
		sim_home_area(area, i);
		put_home(&b, 60 + i, household, device, PINGAN__V1__PROTOCOL__PROTOCOL_DC09, area, resident);
	}
	if (sim->setup.changes && sim->setup.phones != 0)
		put_roster(&b);
	if (sim->setup.office || sim->setup.stationed != 0)
		put_station(&b);
	flush(&b);
}
