/* loop_ports.c - the ports of the app: each hands on to the part of io that does it. */
#include <errno.h>
#include <inttypes.h>

#include "io/crypto.h"
#include "io/loop_internal.h"
#include "io/pinyin.h"

static void port_now(void *ctx, struct now *ret)
{
	clock_read(((struct loop *)ctx)->clock, ret);
}

static void port_commit(void *ctx, const struct store_commit *commit)
{
	redis_store_commit(((struct loop *)ctx)->store, commit);
}

static void port_attach(void *ctx, uint64_t id, uint64_t commit)
{
	redis_store_attach(((struct loop *)ctx)->store, id, commit);
}

static void port_look(void *ctx, uint64_t id, uint64_t commit)
{
	redis_store_look(((struct loop *)ctx)->store, id, commit);
}

static void port_load(void *ctx)
{
	redis_store_load(((struct loop *)ctx)->store);
}

static void port_seen_put(void *ctx, const struct store_seen *list, size_t count)
{
	redis_store_seen_put(((struct loop *)ctx)->store, list, count);
}

static void port_seen_ask(void *ctx, const struct store_seen *list, size_t count, bool vitals)
{
	redis_store_seen_ask(((struct loop *)ctx)->store, list, count, vitals);
}

static enum send_result port_send(void *ctx, link_t link, struct slice bytes)
{
	/* The store works on what was decided while the others are told. */
	redis_store_flush(((struct loop *)ctx)->store);
	return links_send(((struct loop *)ctx)->links, link, bytes);
}

static void port_close(void *ctx, link_t link)
{
	links_close(((struct loop *)ctx)->links, link);
}

static void port_read(void *ctx, bool on)
{
	links_read(((struct loop *)ctx)->links, on);
}

static void port_login_done(void *ctx, uint64_t tag, bool ok)
{
	web_login_done(((struct loop *)ctx)->web, tag, ok);
}

static void port_guess_key(void *ctx, const uint64_t key[2])
{
	web_guess_key(((struct loop *)ctx)->web, key);
}

static void port_guess_known(void *ctx, const struct guess_count *list, size_t count)
{
	web_guess_known(((struct loop *)ctx)->web, list, count);
}

static void port_post_done(void *ctx, uint64_t tag, const struct post_answer *answer)
{
	web_post_done(((struct loop *)ctx)->web, tag, answer);
}

static void port_record_done(void *ctx, uint64_t tag, const struct record_done *done)
{
	web_record_done(((struct loop *)ctx)->web, tag, done);
}

static bool port_audit_seal(void *ctx, struct audit_seal *seal)
{
	struct loop *loop = ctx;
	const char *anchors = loop->config.audit.anchor_file;

	audit_key_sign(&loop->audit, loop->config.cell, false, seal);
	if (anchors[0] != '\0' && !audit_anchor_append(anchors, seal))
		log_line(loop->log, "AUDIT_ANCHOR_LOST", "entry=%" PRIu64 " errno=%d", seal->entry, errno);
	return true;
}

static size_t port_audit_words(void *ctx, struct slice words, uint8_t *ret, size_t size)
{
	return audit_words_seal(&((struct loop *)ctx)->audit, words, ret, size);
}

static void port_log(void *ctx, const char *code, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void port_log(void *ctx, const char *code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line_v(((struct loop *)ctx)->log, code, fmt, args);
	va_end(args);
}

struct ports loop_ports(struct loop *loop)
{
	return (struct ports){
		.ctx = loop,
		.now = port_now,
		.store_commit = port_commit,
		.store_attach = port_attach,
		.store_look = port_look,
		.store_load = port_load,
		.store_seen_put = port_seen_put,
		.store_seen_ask = port_seen_ask,
		.link_send = port_send,
		.link_close = port_close,
		.links_read = port_read,
		.login_done = port_login_done,
		.guess_key = port_guess_key,
		.guess_known = port_guess_known,
		.post_done = port_post_done,
		.record_done = port_record_done,
		.seal = crypto_seal,
		.unseal = crypto_unseal,
		.aes_cbc = crypto_aes_cbc,
		.token_matches = crypto_token_matches,
		.random = crypto_random,
		.pinyin = pinyin_of,
		.log = port_log,
	};
}

void loop_ports_audit(struct ports *ports)
{
	ports->audit_seal = port_audit_seal;
	ports->audit_words = port_audit_words;
}
