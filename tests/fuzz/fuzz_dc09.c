/* fuzz_dc09.c - any bytes on the DC-09 port.
 * Oracles: the stream is cut in the same places however it is split; what is used up lies within what was given, and what is
 * kept is no longer than a frame; a frame that was believed has the CRC it says; its alarms are valid and the same again; the
 * reply is a frame that reads back with the same number. */
#include <stdio.h>
#include <stdlib.h>

#include "wire/dc09.h"

#define VERDICTS_MAX 4096

struct verdicts {
	size_t count;
	uint8_t kind[VERDICTS_MAX];
	uint16_t seq[VERDICTS_MAX];
	size_t at[VERDICTS_MAX]; /* where in the stream it ended */
};

static void must(bool cond)
{
	if (!cond)
		abort();
}

static void check(const struct dc09 *f)
{
	struct alarm alarms[DC09_EVENTS_MAX], again[DC09_EVENTS_MAX];
	uint8_t bytes[DC09_REPLY_MAX], copy[DC09_FRAME_MAX];
	struct buf reply = buf_of(bytes, sizeof bytes), b = buf_of(copy, sizeof copy);
	struct dc09 back;
	uint32_t n = dc09_alarms(f, &CODES_PRESET, 0, alarms);
	size_t used;

	must(f->raw.len <= DC09_FRAME_MAX && f->body.len <= DC09_BODY_MAX && f->seq <= 9999);
	must(n <= DC09_EVENTS_MAX && (n == 0) == (f->token == DC09_NULL || f->token == DC09_REPLY));
	must(dc09_alarms(f, &CODES_PRESET, 0, again) == n && memcmp(alarms, again, n * sizeof alarms[0]) == 0);
	for (uint32_t i = 0; i < n; i++) {
		dc09_device_id(f->account, alarms[i].device);
		must(alarm_valid(&alarms[i]));
		must(alarms[i].kind != KIND_UNKNOWN || !alarms[i].restore);
		/* What it says in words is lines "LETTER TEXT" without control characters. */
		must(alarms[i].text_len == 0 || (alarms[i].text[0] >= 'A' && alarms[i].text[0] <= 'Z'));
		for (uint32_t k = 0; k < alarms[i].text_len; k++)
			must(alarms[i].text[k] == '\n' || (alarms[i].text[k] >= ' ' && alarms[i].text[k] != 0x7f));
	}
	dc09_reply("ACK", f->echo, f->crc_raw, INT64_C(1795336201000), &reply);
	must(!reply.overflow);
	must(dc09_cut(slice_of(bytes, reply.len), &used, &back) == DC09_CUT_FRAME && used == reply.len);
	must(back.token == DC09_REPLY && back.seq == f->seq && back.crc_raw == f->crc_raw);
	must(slice_equal(back.account, f->account));
	/* Framed anew it says the same. */
	dc09_frame(f->body, f->crc_raw, &b);
	must(!b.overflow && dc09_cut(slice_of(copy, b.len), &used, &back) != DC09_CUT_BAD_CRC);
}

static void follow(struct verdicts *v, const uint8_t *data, size_t size, size_t step)
{
	size_t have = 0, start = 0;

	v->count = 0;
	while (have < size || have == 0) {
		have = size - have < step ? size : have + step;
		for (;;) {
			struct dc09 f;
			size_t used;
			enum dc09_cut cut = dc09_cut(slice_of(data + start, have - start), &used, &f);

			must(used <= have - start);
			start += used;
			if (cut == DC09_CUT_MORE)
				break;
			must(used > 0 && v->count < VERDICTS_MAX);
			v->kind[v->count] = (uint8_t)cut;
			v->seq[v->count] = cut == DC09_CUT_FRAME ? f.seq : 0;
			v->at[v->count++] = start;
			if (cut == DC09_CUT_FRAME && step >= size)
				check(&f);
		}
		must(have - start <= DC09_FRAME_MAX);
		if (size == 0)
			break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct verdicts whole, pieces;
	size_t step = size == 0 ? 1 : 1 + data[0] % 37;

	follow(&whole, data, size, size == 0 ? 1 : size);
	follow(&pieces, data, size, step);
	must(whole.count == pieces.count);
	for (size_t i = 0; i < whole.count; i++)
		must(whole.kind[i] == pieces.kind[i] && whole.seq[i] == pieces.seq[i]);
	return 0;
}
