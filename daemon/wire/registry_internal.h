/* registry_internal.h - what the judges of records share: registry.c (homes, areas, stations), registry_staff.c (people, units). */
#ifndef WIRE_REGISTRY_INTERNAL_H
#define WIRE_REGISTRY_INTERNAL_H

#include "wire/registry.h"

#define AT(type, member) offsetof(Pingan__V1__##type, member)

enum text_kind {
	TEXT,  /* one line */
	LINES, /* several */
	ID,
	CODE,
	PHONE,
	DATE,
	AREA,
	STATION,
	PERSON
};

struct text_rule {
	size_t offset;
	const char *name;
	enum text_kind kind;
	size_t max;
	bool wanted; /* has to be there */
};

void registry_fault_put(struct registry_faults *f, const char *at, const char *name, const char *why);
/* A fault when there is no such record, and that is asked. */
void registry_wants(struct registry_faults *f, const char *at, const char *name, const char *type, const char *id);
void registry_texts(const void *m, const struct text_rule *rules, size_t count, struct registry_faults *f,
                    const char *at);
#define TEXTS_CHECK(m, rules, f, at) registry_texts(m, rules, sizeof(rules) / sizeof(rules)[0], f, at)
/* A list of short texts, each once. */
void registry_list(char *const *list, size_t count, size_t max, const struct text_rule *each, struct registry_faults *f,
                   const char *at);
void registry_number(uint64_t number, uint64_t min, uint64_t max, const char *name, struct registry_faults *f,
                     const char *at);
void registry_enum(int value, const ProtobufCEnumDescriptor *of, const char *name, struct registry_faults *f,
                   const char *at);
void registry_place(const Pingan__V1__Place *p, const char *name, struct registry_faults *f);

#endif
