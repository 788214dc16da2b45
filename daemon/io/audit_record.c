#include "io/audit_record.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#include "wire/audit.h"

_Static_assert(RECORD_HASH_LEN == AUDIT_RECORD_HASH, "the chain's entries hold it");
_Static_assert(STORE_PUTS_MAX == AUDIT_RECORDS_MAX, "likewise");
_Static_assert(STORE_AUDIT_MAX == AUDIT_MAX && STORE_AUDIT_PART_MAX == AUDIT_PART_MAX, "likewise");
/* Each record: its key, its hash, and a few bytes that say what they are. */
_Static_assert(STORE_AUDIT_PART_MAX + STORE_PUTS_MAX * (STORE_KEY_MAX + RECORD_HASH_LEN + 8) <= STORE_AUDIT_MAX,
               "fits");

void audit_record_hash(const char *key, uint64_t commit, struct slice body, uint8_t ret[RECORD_HASH_LEN])
{
	crypto_generichash_state state;
	char head[STORE_KEY_MAX + 64];
	int len = snprintf(head, sizeof head, "pingan record 1\n%.63s\n%016" PRIx64 "\n", key, commit);

	ENSURE(len > 0 && (size_t)len < sizeof head);
	ENSURE(crypto_generichash_init(&state, NULL, 0, RECORD_HASH_LEN) == 0 &&
	       crypto_generichash_update(&state, (const uint8_t *)head, (unsigned long long)len) == 0);
	if (body.len != 0)
		ENSURE(crypto_generichash_update(&state, body.at, body.len) == 0);
	ENSURE(crypto_generichash_final(&state, ret, RECORD_HASH_LEN) == 0);
}

size_t audit_records_add(const struct store_commit *c, uint8_t ret[STORE_AUDIT_MAX])
{
	Pingan__V1__AuditEntry m = PINGAN__V1__AUDIT_ENTRY__INIT;
	Pingan__V1__AuditRecord records[STORE_PUTS_MAX], *list[STORE_PUTS_MAX];
	uint8_t hashes[STORE_PUTS_MAX][RECORD_HASH_LEN];

	ENSURE(c->audit.len != 0 && c->audit.len <= STORE_AUDIT_PART_MAX && c->put_count <= STORE_PUTS_MAX);
	for (uint32_t i = 0; i < c->put_count; i++) {
		pingan__v1__audit_record__init(&records[i]);
		records[i].key = (char *)(uintptr_t)c->puts[i].key;
		if (!c->puts[i].remove) {
			audit_record_hash(c->puts[i].key, c->id, c->puts[i].body, hashes[i]);
			records[i].hash.data = hashes[i];
			records[i].hash.len = sizeof hashes[i];
		}
		list[i] = &records[i];
	}
	m.records = list;
	m.n_records = c->put_count;
	memcpy(ret, c->audit.at, c->audit.len);
	ENSURE(pingan__v1__audit_entry__get_packed_size(&m) <= STORE_AUDIT_MAX - c->audit.len);
	/* What is packed one behind the other reads as one message. */
	return c->audit.len + pingan__v1__audit_entry__pack(&m, ret + c->audit.len);
}
