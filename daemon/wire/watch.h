/* watch.h - elder watches and pendants that speak "[MM*ID*LEN*CONTENT]": where a frame ends, what it says, and the reply.
 *
 * Owns:   framing, the escape of binary content, the status word, replies.
 * Knows:  no socket, store, registry or clock. Frames are bytes, never decoded text.
 * Result: struct watch_frame points into the bytes it was read from.
 * Bounds: a frame has WATCH_FRAME_MAX bytes at most; longer ones (voice, pictures) are passed over; WATCH_EVENTS_MAX alarms
 *         of one frame; a reply has WATCH_REPLY_MAX bytes at most.
 *
 *     [ MM * ID * LEN * CONTENT ]        [ MM * ID * INDEX * LEN * CONTENT ]
 *
 * MM: two characters of the maker. ID: 5 to 20 digits. INDEX: up to 8 characters, echoed where it came. LEN: four hex digits,
 * the bytes of CONTENT; a wrong one is counted and the frame taken all the same, because an alarm stands in it. CONTENT: a
 * word, then fields behind commas; '}' and 1 to 5 stand for '}', '[', ']', ',' and '*' in binary content.
 */
#ifndef WIRE_WATCH_H
#define WIRE_WATCH_H

#include "base/slice.h"
#include "core/alarm.h"

#define WATCH_FRAME_MAX 2048
#define WATCH_EVENTS_MAX 6
#define WATCH_HEAD_MAX 40 /* "MM*ID*" or "MM*ID*INDEX*" */
#define WATCH_REPLY_MAX 64

enum watch_cut {
	WATCH_CUT_FRAME,
	WATCH_CUT_MORE, /* nothing whole yet: *used bytes are done with, show the rest again with what follows */
	WATCH_CUT_LONG, /* longer than a frame may be: its bytes are passed over as they come */
	WATCH_CUT_BAD   /* ended, but it is no frame */
};

enum watch_word {
	WATCH_LK,       /* keep-alive */
	WATCH_ALARM,    /* AL and its kin: must be answered, or it repeats */
	WATCH_POSITION, /* UD and its kin, WT */
	WATCH_OTHER     /* whatever else: some are answered */
};

/* One frame. The slices point into what was given to watch_cut(). */
struct watch_frame {
	struct slice raw;  /* '[' to ']' */
	struct slice head; /* "MM*ID*" or "MM*ID*INDEX*": what a reply begins with */
	struct slice id;
	struct slice name;   /* the word as it came: "LK", "AL", "UD_LTE" */
	struct slice fields; /* behind the first comma; empty when there is none */
	enum watch_word word;
	bool length_wrong;
};

/* Takes the first frame off `in`. *used: bytes to pass over (junk before it included). *passing: a frame that is too long is
 * being passed over; false at first, kept by the caller. *ret is filled with FRAME only. */
enum watch_cut watch_cut(struct slice in, bool *passing, size_t *used, struct watch_frame *ret);

/* What the frame reports, most urgent first: 0 to WATCH_EVENTS_MAX alarms. An alarm frame gives at least one: KIND_UNKNOWN
 * with code_unknown when nobody can read why. A position gives those of its alarm bits that only a person sets off (SOS,
 * fall, taken off, out of the fence), should the alarm frame itself be lost. `device` stays empty. raw is the frame as it
 * came; second and further alarms have "+1", "+2" ... behind it.
 * The first one, if it is a call for help, says in `text`: W, each bit of the status that is set; X and Y, where the watch is,
 * or x and y, where it last knew to be. */
uint32_t watch_alarms(const struct watch_frame *frame, struct alarm ret[WATCH_EVENTS_MAX]);

/* Registry id of the watch, "watch." and its number. */
void watch_device_id(struct slice id, char ret[ID_MAX]);

/* What it waits to hear, or NULL: "LK", "AL", "CONFIG,1", ... */
const char *watch_answer(const struct watch_frame *frame);

/* Appends "[<head><length>*<content>]". */
void watch_reply(struct slice head, const char *content, struct buf *ret);

#endif
