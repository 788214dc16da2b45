/* fuzz_watch.c - any bytes on the watch port.
 * Oracles: the stream is cut into the same frames however it is split; what is used up lies within what was given, and what
 * is kept is shorter than a frame may be; alarms are valid, and the same again; a reply reads back as a frame of the same
 * watch with the length it says. */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "wire/watch.h"

#define FRAMES_MAX 8192

struct frames {
	size_t count;
	uint64_t hash[FRAMES_MAX];
};

static void must(bool cond)
{
	if (!cond)
		abort();
}

static void check(const struct watch_frame *f)
{
	struct alarm alarms[WATCH_EVENTS_MAX], again[WATCH_EVENTS_MAX];
	uint8_t bytes[WATCH_REPLY_MAX];
	struct buf reply = buf_of(bytes, sizeof bytes);
	struct watch_frame back;
	uint32_t n = watch_alarms(f, alarms);
	bool passing = false;
	size_t used;

	must(f->raw.len <= WATCH_FRAME_MAX && f->head.len <= WATCH_HEAD_MAX && f->name.len <= f->raw.len);
	must(n <= WATCH_EVENTS_MAX && (f->word != WATCH_ALARM || n > 0));
	must(watch_alarms(f, again) == n && memcmp(alarms, again, n * sizeof alarms[0]) == 0);
	for (uint32_t i = 0; i < n; i++) {
		watch_device_id(f->id, alarms[i].device);
		must(alarm_valid(&alarms[i]) && kind_class(alarms[i].kind) != CLASS_NONE);
		must(!alarms[i].code_unknown || alarms[i].kind == KIND_UNKNOWN);
	}
	watch_reply(f->head, watch_answer(f) == NULL ? "AL" : watch_answer(f), &reply);
	must(!reply.overflow);
	must(watch_cut(slice_of(bytes, reply.len), &passing, &used, &back) == WATCH_CUT_FRAME && used == reply.len);
	must(!back.length_wrong && slice_equal(back.id, f->id) && slice_equal(back.head, f->head));
}

static void follow(struct frames *ret, const uint8_t *data, size_t size, size_t step, bool look)
{
	size_t have = 0, start = 0;
	bool passing = false;

	ret->count = 0;
	while (have < size) {
		have = size - have < step ? size : have + step;
		for (;;) {
			struct watch_frame f;
			size_t used;
			enum watch_cut cut = watch_cut(slice_of(data + start, have - start), &passing, &used, &f);

			must(used <= have - start);
			start += used;
			if (cut == WATCH_CUT_MORE)
				break;
			must(used > 0);
			if (cut != WATCH_CUT_FRAME)
				continue;
			must(ret->count < FRAMES_MAX);
			ret->hash[ret->count++] = hash_bytes(0, 0, f.raw);
			if (look)
				check(&f);
		}
		must(have - start <= WATCH_FRAME_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct frames whole, pieces;

	follow(&whole, data, size, size, true);
	follow(&pieces, data, size, size == 0 ? 1 : 1 + data[0] % 37, false);
	must(whole.count == pieces.count);
	for (size_t i = 0; i < whole.count; i++)
		must(whole.hash[i] == pieces.hash[i]);
	return 0;
}
