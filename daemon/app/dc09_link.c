/* dc09_link.c - a panel's link: frames in, each answered once, in order, and not before what it reports is durable.
 *
 *   frame                               what a person sees         the panel hears
 *   known account                       its incident               ACK
 *   unknown account                     quarantine, class 2        nothing: it goes on trying, here and elsewhere
 *   unknown token                       kind unknown, the token    DUH (then it forgets: so only when stored)
 *   unknown code, data nobody can read  kind unknown               ACK: DUH would make it forget
 *   encrypted, its key fits             its incident               *ACK
 *   … and its time is wrong             nothing; from the third    NAK, which tells our time
 *                                       on its incident
 *   encrypted, no key or a wrong one    kind unknown, the token    nothing
 *   plain, but it has a key             its incident               nothing: anybody could have sent it
 *   plain, its clock is wrong           its incident, with both    ACK: NAK would never let it through
 *                                       times
 *   NULL                                nothing                    ACK or *ACK, if known and our store is alive
 *   encrypted NULL that we can't read   nothing                    nothing
 *   bad CRC, bad form                   nothing                    nothing; counted
 *   ACK, NAK, DUH, RSP                  nothing                    nothing
 *
 * What a code means is asked of the table that the registry names for the unit (wire/codes.h); where that table is gone,
 * of the standard one, counted.
 */
#include <inttypes.h>

#include "app/devices.h"
#include "app/supervision.h"
#include "base/hash.h"

/* ------------------------------------------------------------ frames */

static bool known(struct app *app, const char *device)
{
	return device_known(app, device, PINGAN__V1__PROTOCOL__PROTOCOL_DC09);
}

/* The account of the header, unless only that of the data is in the registry, or none is in the header. */
static bool device_of(struct app *app, const struct dc09 *f, char ret[ID_MAX])
{
	char other[ID_MAX];

	dc09_device_id(f->account, ret);
	if (f->account.len != 0 && known(app, ret))
		return true;
	if (f->data_account.len == 0)
		return false;
	dc09_device_id(f->data_account, other);
	if (f->account.len != 0 && !known(app, other))
		return false;
	memcpy(ret, other, ID_MAX);
	return known(app, ret);
}

/* What a frame is worth: whose it is, whether its content can be read, and whether it may be answered. */
struct judged {
	struct dc09 frame;   /* with its content, if that could be read */
	uint32_t table;      /* of its event codes */
	struct slice key;    /* the answer is encrypted with it; empty = plain */
	const char *why_not; /* why it is not answered; NULL = it is */
	bool nak;            /* its time is wrong: it is told ours */
	bool unseen;         /* and it will come again with the right one: no person need see this */
};

static bool decipher(struct app *app, const struct dc09 *f, struct slice key, struct dc09 *ret)
{
	uint8_t cipher[DC09_BODY_MAX / 2];
	size_t len = dc09_cipher(f, cipher, sizeof cipher);
	uint8_t *plain = app->devices->plain;

	return len != 0 && app->ports.aes_cbc(app->ports.ctx, false, key, slice_of(cipher, len), plain) &&
	       dc09_unlock(f, slice_of(plain, len), ret);
}

static void judge_encrypted(struct app *app, struct device_link *l, struct slice key, struct judged *j)
{
	struct dc09 open;
	int64_t ahead_ms;

	if (key.len == 0 || !decipher(app, &j->frame, key, &open)) {
		j->why_not = key.len == 0 ? "no_key" : "wrong_key";
		return;
	}
	j->frame = open;
	j->key = key;
	ahead_ms = open.stamp_ms - app->now.utc_ms;
	if (ahead_ms >= -DC09_BEHIND_MS && ahead_ms <= DC09_AHEAD_MS) {
		dc09_clock_right(app, l->device);
		return;
	}
	count(app, C_DC09_NAK);
	j->nak = true;
	j->unseen = dc09_clock_wrong(app, l->device) < DC09_WRONG_TIMES_MAX;
}

/* The table of its type. One that the registry names and the file no longer has must not keep an alarm from being read. */
static uint32_t table_of(struct app *app, struct device_link *l, const Pingan__V1__Device *d)
{
	uint32_t table = d == NULL ? 0 : codes_table(app->config.codes, d->code_table);

	if (table < CODE_TABLES_MAX)
		return table;
	count(app, C_DC09_NO_TABLE);
	if (!l->strange)
		APP_LOG(app, "DC09_NO_TABLE", "device=%s", l->device);
	l->strange = true;
	return 0;
}

/* Clocks of units that speak in plain are often years off. Said once a link; whoever opens the call sees both times. */
static void clock_look(struct app *app, struct device_link *l, const struct dc09 *f)
{
	int64_t ahead_ms = f->stamp_ms - app->now.utc_ms;

	if (f->stamp_ms == 0 || (ahead_ms >= -DC09_BEHIND_MS && ahead_ms <= DC09_AHEAD_MS))
		return;
	count(app, C_DC09_WRONG_CLOCK);
	if (!l->wrong_clock)
		APP_LOG(app, "DC09_WRONG_CLOCK", "device=%s ahead_s=%" PRId64, l->device, ahead_ms / 1000);
	l->wrong_clock = true;
}

static void judge(struct app *app, struct device_link *l, const struct dc09 *f, struct judged *j)
{
	bool is_known = device_of(app, f, l->device);
	const Pingan__V1__Device *d = is_known ? device_find(app, l->device) : NULL;
	struct slice key = d == NULL ? slice_of(NULL, 0) : slice_of(d->dc09_key.data, d->dc09_key.len);

	*j = (struct judged){.frame = *f, .table = f->token == DC09_NULL ? 0 : table_of(app, l, d)};
	if (key.len > DC09_KEY_MAX)
		key.len = 0; /* no such key: as good as none, and never read past */
	/* To a token that nobody knows DUH is the answer, whoever sent it. */
	if (!is_known && (f->token != DC09_UNKNOWN || f->encrypted))
		j->why_not = "unknown_account";
	else if (f->encrypted)
		judge_encrypted(app, l, key, j);
	else if (key.len != 0)
		j->why_not = "plain_but_has_key";
	if (is_known && j->why_not == NULL) {
		l->known = true;
		l->accounts |= UINT64_C(1) << (hash_bytes(0, 0, slice_str(l->device)) % 64);
	}
	if (!f->encrypted && f->token != DC09_NULL)
		clock_look(app, l, f);
}

static struct reply *reply_add(struct app *app, struct device_link *l, const struct judged *j)
{
	const char *word = j->nak ? "NAK" : j->frame.token == DC09_UNKNOWN ? "DUH" : "ACK";
	struct reply *r = replies_add(app, l, j->frame.raw, j->frame.echo, word);

	if (r == NULL)
		return NULL;
	r->crc_raw = j->frame.crc_raw;
	r->answer = j->why_not == NULL;
	r->key_len = (uint8_t)j->key.len;
	if (j->key.len != 0)
		memcpy(r->key, j->key.at, j->key.len);
	return r;
}

/* Link test. Answered only while this daemon could keep an alarm: else the panel's other path is the better one. */
static void null_in(struct app *app, struct device_link *l, const struct judged *j)
{
	if (j->why_not != NULL) {
		count(app, C_DC09_DROPPED);
		return;
	}
	count(app, C_HEARTBEATS);
	if (app->fresh || j->nak)
		(void)reply_add(app, l, j);
}

static void event_in(struct app *app, struct device_link *l, const struct judged *j)
{
	struct alarm *alarms = app->devices->alarms;
	struct reply *r;

	if (replies_waits(l, j->frame.raw))
		return; /* a copy of one that waits: answered with it */
	if (j->frame.token == DC09_UNKNOWN)
		count(app, C_DC09_DUH);
	r = reply_add(app, l, j);
	if (r != NULL && !j->unseen)
		replies_alarms(app, l, r, alarms, dc09_alarms(&j->frame, app->config.codes, j->table, alarms));
}

/* False: the link has gone. */
static bool frame(struct app *app, struct device_link *l, const struct dc09 *f)
{
	struct judged j;

	count(app, C_DC09_FRAMES);
	l->heard = app->now.mono;
	l->junk = 0;
	if (f->token == DC09_REPLY)
		return true;
	judge(app, l, f, &j);
	if (j.why_not != NULL)
		APP_LOG(app, "DC09_NOT_ANSWERED", "device=%s peer=%s seq=%u reason=%s", l->device, l->peer, f->seq, j.why_not);
	/* Not what anybody could have sent in its name. */
	if (j.why_not == NULL)
		device_heard(app, l->device);
	if (f->token == DC09_NULL)
		null_in(app, l, &j);
	else
		event_in(app, l, &j);
	return replies_flush(app, l);
}

static bool is_padding(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != 0 && s.at[i] != '\r' && s.at[i] != '\n' && s.at[i] != ' ')
			return false;
	return true;
}

/* Bytes that are no frame. False: there were too many, the link has gone. */
static bool junk(struct app *app, struct device_link *l, struct slice s)
{
	if (s.len == 0 || is_padding(s))
		return true;
	if (l->junk == 0) {
		count(app, C_DC09_BAD_FRAME);
		APP_LOG(app, "DC09_JUNK", "peer=%s bytes=%zu", l->peer, s.len);
	}
	l->junk += (uint32_t)s.len;
	if (l->junk <= UNIT_JUNK_MAX)
		return true;
	APP_LOG(app, "DEVICE_REFUSED", "peer=%s reason=not_dc09", l->peer);
	count(app, C_DEVICES_REFUSED);
	device_close(app, l);
	return false;
}

size_t dc09_bytes(struct app *app, struct device_link *l, struct slice bytes)
{
	struct slice rest = bytes;

	for (;;) {
		enum dc09_cut cut;
		struct dc09 f;
		size_t used;

		cut = dc09_cut(rest, &used, &f);
		if (cut == DC09_CUT_MORE) {
			if (!junk(app, l, slice_of(rest.at, used)))
				return bytes.len;
			return bytes.len - rest.len + used;
		}
		if (l->reply_count >= REPLIES_MAX || !device_paced(app, l))
			return bytes.len - rest.len; /* shown again when there is room */
		switch (cut) {
		case DC09_CUT_FRAME:
			if (!frame(app, l, &f))
				return bytes.len;
			break;
		case DC09_CUT_BAD_CRC:
			count(app, C_DC09_BAD_CRC);
			APP_LOG(app, "DC09_BAD_CRC", "peer=%s bytes=%zu", l->peer, used);
			break;
		case DC09_CUT_BAD:
			if (!junk(app, l, slice_of(rest.at, used)))
				return bytes.len;
			break;
		case DC09_CUT_MORE:
			break;
		}
		rest = slice_of(rest.at + used, rest.len - used);
	}
}
