#include "io/audit_chain.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "io/redis_commit.h"

void audit_hash(const char *before, uint64_t id, ms_t at_ms, struct slice body, char ret[STORE_HASH_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t sum[EVP_MAX_MD_SIZE];
	char head[STORE_HASH_SIZE + 64];
	int len = snprintf(head, sizeof head, "%.40s %" PRIu64 " %" PRId64 " ", before, id, at_ms);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned n = 0;

	ENSURE(ctx != NULL && len > 0 && (size_t)len < sizeof head);
	ENSURE(EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1 && EVP_DigestUpdate(ctx, head, (size_t)len) == 1 &&
	       EVP_DigestUpdate(ctx, body.at, body.len) == 1 && EVP_DigestFinal_ex(ctx, sum, &n) == 1 && n == 20);
	EVP_MD_CTX_free(ctx);
	for (unsigned i = 0; i < n; i++) {
		ret[2 * i] = digits[sum[i] >> 4];
		ret[2 * i + 1] = digits[sum[i] & 15];
	}
	ret[2 * (size_t)n] = '\0';
}

static bool text_is(const redisReply *r, const char *text)
{
	return r->type == REDIS_REPLY_STRING && strcmp(r->str, text) == 0;
}

/* Decimal digits. */
static bool number_read(const char *text, size_t len, uint64_t *ret)
{
	uint64_t n = 0;

	if (len == 0 || len > 14)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		n = n * 10 + (unsigned)(text[i] - '0');
	}
	*ret = n;
	return true;
}

bool audit_entry_read(const redisReply *reply, struct store_audit *ret)
{
	const redisReply *fields;
	redisReply *const *f;
	uint64_t at;

	ret->id = commit_entry_number(reply);
	if (ret->id == 0 || reply->elements != 2 || strcmp(strchr(reply->element[0]->str, '-'), "-0") != 0)
		return false;
	fields = reply->element[1];
	if (fields->type != REDIS_REPLY_ARRAY || fields->elements != 8)
		return false;
	f = fields->element;
	for (size_t i = 1; i < 8; i += 2)
		if (f[i]->type != REDIS_REPLY_STRING)
			return false;
	if (!text_is(f[0], "body") || !text_is(f[2], "prev") || !text_is(f[4], "at") || !text_is(f[6], "hash"))
		return false;
	if (f[1]->len == 0 || f[1]->len > STORE_AUDIT_MAX || !audit_hash_read(f[3]->str, f[3]->len, ret->prev) ||
	    !number_read(f[5]->str, f[5]->len, &at) || !audit_hash_read(f[7]->str, f[7]->len, ret->hash))
		return false;
	ret->at_ms = (ms_t)at;
	ret->body = slice_of(f[1]->str, f[1]->len);
	return true;
}

bool audit_head_read(const redisReply *reply, char ret_hash[STORE_HASH_SIZE], uint64_t *ret_id)
{
	if (reply == NULL || reply->type != REDIS_REPLY_STRING || reply->len < STORE_HASH_SIZE + 1 ||
	    reply->str[STORE_HASH_SIZE - 1] != ' ')
		return false;
	return audit_hash_read(reply->str, STORE_HASH_SIZE - 1, ret_hash) &&
	       number_read(reply->str + STORE_HASH_SIZE, reply->len - STORE_HASH_SIZE, ret_id);
}
