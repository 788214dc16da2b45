/* store_state_audit.c - the hash of an entry of the audit chain, as Redis makes it. */
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "sim/store_state.h"

void audit_sim_hash(const char *before, uint64_t id, ms_t at_ms, struct slice body, char ret[STORE_HASH_SIZE])
{
	uint8_t text[STORE_AUDIT_MAX + 128], sum[EVP_MAX_MD_SIZE];
	int head = snprintf((char *)text, sizeof text, "%s %" PRIu64 " %" PRId64 " ", before, id, at_ms);
	unsigned len = 0;

	ENSURE(head > 0 && (size_t)head + body.len < sizeof text);
	memcpy(text + head, body.at, body.len);
	ENSURE(EVP_Digest(text, (size_t)head + body.len, sum, &len, EVP_sha1(), NULL) == 1 && len == 20);
	for (unsigned i = 0; i < len; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", sum[i]);
}
