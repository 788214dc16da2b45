/* dc09_link.c - a panel's link: frames in, each answered once, in order, and not before what it reports is durable.
 *
 *   frame                               what a person sees         the panel hears
 *   known account                       its incident               ACK
 *   unknown account                     quarantine, class 2        nothing: it goes on trying, here and elsewhere
 *   unknown token                       kind unknown, the token    DUH (then it forgets: so only when stored)
 *   unknown code, data nobody can read  kind unknown               ACK: DUH would make it forget
 *   encrypted (we have no keys)         kind unknown, the token    nothing
 *   NULL                                nothing                    ACK, if the account is known and our store is alive
 *   encrypted NULL                      nothing                    nothing
 *   bad CRC, bad form                   nothing                    nothing; counted
 *   ACK, NAK, DUH, RSP                  nothing                    nothing
 *
 * NAK is the answer to an encrypted message with a wrong time: without keys there is none.
 */
#include <inttypes.h>
#include "app/devices.h"

/* A place in the line of answers. NULL without memory: not answered, the panel repeats. */
static struct reply *reply_add(struct app *app, struct device_link *l, const struct dc09 *f)
{
	struct reply *r = replies_add(app, l, f->raw, f->echo, f->token == DC09_UNKNOWN ? "DUH" : "ACK");

	if (r != NULL)
		r->crc_raw = f->crc_raw;
	return r;
}

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

/* Link test. Answered only while this daemon could keep an alarm: else the panel's other path is the better one. */
static void null_in(struct app *app, struct device_link *l, const struct dc09 *f)
{
	struct reply *r;

	if (f->encrypted || !device_of(app, f, l->device)) {
		count(app, C_DC09_DROPPED);
		APP_LOG(app, "DC09_NOT_ANSWERED", "device=%s peer=%s token=NULL reason=%s", l->device, l->peer,
		        f->encrypted ? "encrypted" : "unknown_account");
		return;
	}
	count(app, C_HEARTBEATS);
	if (!app->fresh)
		return;
	r = reply_add(app, l, f);
	if (r != NULL)
		r->answer = true;
}

static void event_in(struct app *app, struct device_link *l, const struct dc09 *f)
{
	struct alarm *alarms = app->devices->alarms;
	bool is_known = device_of(app, f, l->device);
	struct reply *r;

	if (replies_waits(l, f->raw))
		return; /* a copy of one that waits: answered with it */
	if (f->token == DC09_UNKNOWN)
		count(app, C_DC09_DUH);
	if (f->encrypted || (!is_known && f->token != DC09_UNKNOWN))
		APP_LOG(app, "DC09_NOT_ANSWERED", "device=%s peer=%s seq=%u reason=%s", l->device, l->peer, f->seq,
		        f->encrypted ? "encrypted" : "unknown_account");
	r = reply_add(app, l, f);
	if (r == NULL)
		return;
	r->answer = !f->encrypted && (is_known || f->token == DC09_UNKNOWN);
	replies_alarms(app, l, r, alarms, dc09_alarms(f, alarms));
}

/* False: the link has gone. */
static bool frame(struct app *app, struct device_link *l, const struct dc09 *f)
{
	count(app, C_DC09_FRAMES);
	l->heard = app->now.mono;
	l->junk = 0;
	if (f->token == DC09_REPLY)
		return true;
	if (f->token == DC09_NULL)
		null_in(app, l, f);
	else
		event_in(app, l, f);
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
