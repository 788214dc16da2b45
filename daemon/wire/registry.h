/* registry.h - what the registry's records may say: homes, areas, stations, people, units. The one judge of every writer: consoles, the
 * command line, imports, other systems.
 *
 * Owns:   the bounds of each field, and the words for what is wrong with one.
 * Knows:  no store. Whether a record exists that another one names is asked through `exists`.
 * Result: every fault, each with the path of its field ("contacts[1].phone", counted from 1) and a code of the catalogue
 *         (REGISTRY_WHYS in registry.c); what has none encodes into STORE_BODY_MAX with room to spare.
 * Bounds: REGISTRY_PATH_MAX bytes a path; lists as below.
 */
#ifndef WIRE_REGISTRY_H
#define WIRE_REGISTRY_H

#include "base/slice.h"
#include "pingan/v1/record.pb-c.h"

#define REGISTRY_PATH_MAX 64
#define REGISTRY_BODY_MAX 14336 /* what a home may fill of a body: a test, and what another part writes, still fit */
#define RESIDENTS_MAX 8
#define CONTACTS_MAX 16
#define HOURS_MAX 7
#define RISKS_MAX 16
#define SERVICES_MAX 16
#define NEIGHBOURS_MAX 32
#define COVERS_MAX 32

struct registry_fault {
	char field[REGISTRY_PATH_MAX];
	const char *why;
};

/* Collects faults; `count` counts all, also those that found no room. */
struct registry_faults {
	struct registry_fault *list;
	size_t max, count;
	/* True when the record is there; NULL: not asked. */
	bool (*exists)(void *ctx, const char *key);
	void *ctx;
};

/* True when nothing is wrong with it. `f` may be asked for the faults. */
bool household_check(const Pingan__V1__Household *h, struct registry_faults *f);
bool area_check(const Pingan__V1__Area *a, struct registry_faults *f);
bool station_check(const Pingan__V1__Station *s, struct registry_faults *f);
/* Of a person without what opens a log-in; of a unit without its keys. */
bool person_check(const Pingan__V1__Person *p, struct registry_faults *f);
bool device_check(const Pingan__V1__Device *d, struct registry_faults *f);
/* Gateways find their units by how they are named: dc09.ACCOUNT, watch.NUMBER, VENDOR.DEVICE. */
bool registry_device_id_ok(const char *id, Pingan__V1__Protocol protocol);
/* A key of so many bytes is one of this protocol. */
bool registry_device_key_ok(Pingan__V1__Protocol protocol, size_t len);
/* By the type of the record's key; false with a fault for a type that is none of these. */
bool registry_check(const char *key, const ProtobufCMessage *m, struct registry_faults *f);

/* Descriptor of the record with this key, NULL for a type that is none of these. */
const ProtobufCMessageDescriptor *registry_type(const char *key);

/* The parts of it that other writers hold too: import writes them one by one. */
bool resident_check(const Pingan__V1__Resident *r, struct registry_faults *f);
bool contact_check(const Pingan__V1__Contact *c, struct registry_faults *f);
/* Digits, a plus before, signs between; 3 to 20 digits. */
bool registry_phone_ok(const char *phone);
/* YYYY-MM-DD, a day that there was or will be. */
bool registry_date_ok(const char *date);
/* A division code: 4, 6, 9 or 12 digits. */
bool registry_area_ok(const char *code);

/* The n-th code that a fault may have, NULL behind the last. */
const char *registry_why(size_t n);
/* What it says behind the name of a field: "must not be empty". Never NULL. */
const char *registry_why_english(const char *code);

#endif
