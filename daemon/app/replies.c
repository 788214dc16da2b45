/* replies.c - answers to units that forget an alarm when they hear us (panels, watches): each frame is answered once, in the
 * order they came, and not before what it reports is durable.
 */
#include <stdlib.h>

#include "app/devices.h"
#include "base/hash.h"

static void drop(struct device_link *l, struct reply *r)
{
	TAILQ_REMOVE(&l->replies, r, link);
	l->reply_count--;
	free(r);
}

void replies_free(struct device_link *l)
{
	while (!TAILQ_EMPTY(&l->replies))
		drop(l, TAILQ_FIRST(&l->replies));
}

static bool dc09_out(const struct app *app, const struct reply *r, struct buf *ret)
{
	struct slice echo = slice_of(r->echo, r->echo_len);
	uint8_t pad[2 * sizeof(uint64_t)], plain[DC09_LOCK_LEN], cipher[DC09_LOCK_LEN];

	if (strcmp(r->word, "NAK") == 0) {
		dc09_nak(r->crc_raw, app->now.utc_ms, ret);
		return true;
	}
	if (r->key_len == 0) {
		dc09_reply(r->word, echo, r->crc_raw, app->now.utc_ms, ret);
		return true;
	}
	for (size_t i = 0; i < sizeof pad / sizeof(uint64_t); i++) {
		uint64_t random = app->ports.random(app->ports.ctx);

		memcpy(pad + i * sizeof random, &random, sizeof random);
	}
	dc09_lock_plain(app->now.utc_ms, pad, plain);
	if (!app->ports.aes_cbc(app->ports.ctx, true, slice_of(r->key, r->key_len), slice_of(plain, sizeof plain), cipher))
		return false;
	dc09_reply_locked(r->word, echo, r->crc_raw, cipher, ret);
	return true;
}

/* False: it can't be written; the unit repeats. */
static bool write_out(const struct app *app, const struct device_link *l, const struct reply *r, struct buf *ret)
{
	bool ok = true;

	if (l->protocol == PROTOCOL_DC09)
		ok = dc09_out(app, r, ret);
	else
		watch_reply(slice_of(r->echo, r->echo_len), r->word, ret);
	ENSURE(!ret->overflow);
	return ok;
}

bool replies_flush(struct app *app, struct device_link *l)
{
	struct reply *r;

	while ((r = TAILQ_FIRST(&l->replies)) != NULL && (r->waiting == 0 || !r->answer)) {
		uint8_t bytes[REPLY_BYTES_MAX];
		struct buf b = buf_of(bytes, sizeof bytes);
		bool answer = r->answer && write_out(app, l, r, &b);

		drop(l, r);
		if (answer && !device_send(app, l, slice_of(b.at, b.len)))
			return false;
	}
	return true;
}

void replies_turn(struct app *app, struct device_link *l)
{
	struct reply *r;

	/* After a flush the first in line is one that waits. */
	while ((r = TAILQ_FIRST(&l->replies)) != NULL && app->now.mono.ms - r->since.ms >= REPLY_WAITING_MS) {
		if (r->waiting != 0) {
			count(app, C_REPLIES_DROPPED);
			drop(l, r);
		}
		if (!replies_flush(app, l))
			return;
	}
}

void replies_stored(struct app *app, struct device_link *l, const struct change *ch)
{
	struct reply *r;

	TAILQ_FOREACH (r, &l->replies, link)
		if (r->tag == ch->waiter.tag)
			break;
	if (r == NULL || r->waiting == 0)
		return; /* gave way, or its unit went and came again */
	r->waiting--;
	if (ch->answer != REFUSAL_OK)
		r->answer = false;
	replies_flush(app, l);
}

bool replies_waits(const struct device_link *l, struct slice raw)
{
	uint64_t hash = hash_bytes(0, 0, raw);
	const struct reply *r;

	TAILQ_FOREACH (r, &l->replies, link)
		if (r->hash == hash && r->waiting != 0)
			return true;
	return false;
}

struct reply *replies_add(struct app *app, struct device_link *l, struct slice raw, struct slice echo, const char *word)
{
	struct reply *r = calloc(1, sizeof *r);

	if (r == NULL) {
		count(app, C_REPLIES_DROPPED);
		return NULL;
	}
	ENSURE(echo.len <= sizeof r->echo);
	r->tag = ++l->reply_tag;
	r->hash = hash_bytes(0, 0, raw);
	r->word = word;
	r->echo_len = (uint8_t)echo.len;
	memcpy(r->echo, echo.at, echo.len);
	r->since = app->now.mono;
	TAILQ_INSERT_TAIL(&l->replies, r, link);
	l->reply_count++;
	return r;
}

void replies_alarms(struct app *app, struct device_link *l, struct reply *r, struct alarm *alarms, uint32_t n)
{
	device_pace_alarms(l, n);
	for (uint32_t i = 0; i < n; i++) {
		memcpy(alarms[i].device, l->device, sizeof alarms[i].device);
		if (intake_alarm(app, &alarms[i], (struct waiter){.type = WAITER_ALARM, .link = l->link, .tag = r->tag}))
			r->waiting++;
		else
			r->answer = false; /* not all of it is safe: the unit repeats all of it */
	}
}

bool device_known(struct app *app, const char *device, Pingan__V1__Protocol protocol)
{
	const Pingan__V1__Device *d = device_find(app, device);

	return d != NULL && d->protocol == protocol && household_find(app, d->household) != NULL;
}
