/* watch_link.c - an elder watch's link: frames in, each answered as the watch expects, an alarm not before it is durable.
 *
 *   frame                     what a person sees            the watch hears
 *   LK, known                 nothing                       LK, while our store is alive
 *   AL, known                 its incident                  AL, when stored
 *   AL, unknown               quarantine, class 2           nothing: it goes on trying, here and elsewhere
 *   UD, known                 an alarm bit, if one is set   nothing: it expects none
 *   INIT, CONFIG, TKQ, known  nothing                       the same word
 *   bphrt and its kin, known  nothing: they are not kept    the same word
 *   other, or unknown watch   nothing                       nothing; counted
 *
 * Where the watch is, is said to whoever opens a call for help, sealed like all words of a unit; it is in the raw bytes of that
 * alarm and nowhere else: positions of a quiet watch are not kept.
 */
#include "app/devices.h"
#include "app/supervision.h"

static bool padding(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != 0 && s.at[i] != '\r' && s.at[i] != '\n' && s.at[i] != ' ')
			return false;
	return true;
}

/* Bytes that are no frame. False: there were too many, the link has gone. */
static bool junk(struct app *app, struct device_link *l, struct slice s)
{
	if (s.len == 0 || padding(s))
		return true;
	if (l->junk == 0) {
		count(app, C_WATCH_BAD_FRAME);
		APP_LOG(app, "WATCH_JUNK", "peer=%s bytes=%zu", l->peer, s.len);
	}
	l->junk += (uint32_t)s.len;
	if (l->junk <= UNIT_JUNK_MAX)
		return true;
	APP_LOG(app, "DEVICE_REFUSED", "peer=%s reason=not_watch", l->peer);
	count(app, C_DEVICES_REFUSED);
	device_close(app, l);
	return false;
}

/* The first frame of a link that nobody knows is said once: a watch sends one a minute. */
static void stranger(struct app *app, struct device_link *l)
{
	if (l->strange)
		return;
	l->strange = true;
	APP_LOG(app, "WATCH_NOT_ANSWERED", "device=%s peer=%s reason=unknown_watch", l->device, l->peer);
}

static void alarm_in(struct app *app, struct device_link *l, const struct watch_frame *f, bool known)
{
	struct alarm *alarms = app->devices->alarms;
	uint32_t n = watch_alarms(f, alarms);
	struct reply *r;

	if (n == 0 || replies_waits(l, f->raw))
		return; /* a position like any other, or a copy of one that waits: answered with it */
	r = replies_add(app, l, f->raw, f->head, "AL");
	if (r == NULL)
		return;
	/* A position is not answered, but its alarm is kept like any other. */
	r->answer = known && f->word == WATCH_ALARM;
	replies_alarms(app, l, r, alarms, n);
}

static void word_in(struct app *app, struct device_link *l, const struct watch_frame *f)
{
	const char *answer = watch_answer(f);
	struct reply *r;

	if (f->word == WATCH_LK)
		count(app, C_HEARTBEATS);
	else if (answer == NULL)
		count(app, C_WATCH_OTHER);
	/* Its next address may serve it better while nothing could be stored here. */
	if (answer == NULL || (f->word == WATCH_LK && !app->fresh))
		return;
	r = replies_add(app, l, f->raw, f->head, answer);
	if (r != NULL)
		r->answer = true;
}

/* False: the link has gone. */
static bool frame(struct app *app, struct device_link *l, const struct watch_frame *f)
{
	bool known;

	count(app, C_WATCH_FRAMES);
	if (f->length_wrong)
		count(app, C_WATCH_BAD_LENGTH);
	l->heard = app->now.mono;
	l->junk = 0;
	watch_device_id(f->id, l->device);
	known = device_known(app, l->device, PINGAN__V1__PROTOCOL__PROTOCOL_WATCH);
	l->known = l->known || known;
	if (!known)
		stranger(app, l);
	else
		device_heard(app, l->device);
	if (f->word == WATCH_ALARM || f->word == WATCH_POSITION)
		alarm_in(app, l, f, known);
	else if (known)
		word_in(app, l, f);
	return replies_flush(app, l);
}

size_t watch_bytes(struct app *app, struct device_link *l, struct slice bytes)
{
	struct slice rest = bytes;

	for (;;) {
		struct watch_frame f;
		bool passing = l->passing;
		size_t used;
		enum watch_cut cut = watch_cut(rest, &l->passing, &used, &f);

		if (cut == WATCH_CUT_MORE) {
			if (!passing && !l->passing && !junk(app, l, slice_of(rest.at, used)))
				return bytes.len;
			return bytes.len - rest.len + used;
		}
		if (l->reply_count >= REPLIES_MAX || !device_paced(app, l)) {
			l->passing = passing;
			return bytes.len - rest.len; /* shown again when there is room */
		}
		if (cut == WATCH_CUT_LONG)
			count(app, C_WATCH_TOO_LONG);
		else if (cut == WATCH_CUT_FRAME ? !frame(app, l, &f) : !junk(app, l, slice_of(rest.at, used)))
			return bytes.len;
		rest = slice_of(rest.at + used, rest.len - used);
	}
}
