/* fuzz_device.c - any bytes on the native port, read as Up by the daemon and as Down by a unit.
 * Oracles: frames are cut in the same places however the stream is split; what decodes is in range and comes back the same
 * when encoded; the arena is large enough for every frame that is short enough. */
#include <stdlib.h>

#include "wire/device.h"

static _Alignas(max_align_t) uint8_t memory[DEVICE_SCRATCH];
static struct up up, again;

static void must(bool cond)
{
	if (!cond)
		abort();
}

static bool alarm_same(const struct alarm *a, const struct alarm *b)
{
	return a->id == b->id && a->kind == b->kind && a->zone == b->zone && a->raised_ms == b->raised_ms &&
	       a->restore == b->restore && a->mains == b->mains && a->battery_pct == b->battery_pct &&
	       a->signal_dbm == b->signal_dbm && a->heard == b->heard && a->tries == b->tries &&
	       a->code_unknown == b->code_unknown && strcmp(a->code, b->code) == 0 && a->raw_len == b->raw_len &&
	       memcmp(a->raw, b->raw, a->raw_len) == 0;
}

static void check_up(struct arena *arena)
{
	static uint8_t bytes[DEVICE_FRAME_MAX + 8], token[DEVICE_TOKEN_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);
	struct slice body = slice_of(NULL, 0);
	size_t used;

	/* The token lives in the arena, which the second decoding takes back. */
	if (up.type == UP_HELLO) {
		must(up.token.len <= sizeof token);
		if (up.token.len != 0)
			memcpy(token, up.token.at, up.token.len);
		up.token.at = token;
	}
	for (uint32_t i = 0; i < up.alarm_count; i++) {
		memcpy(up.alarms[i].device, "d1", 3);
		must(alarm_valid(&up.alarms[i]));
	}
	device_up_encode(&up, &b);
	must(!b.overflow && device_cut(slice_of(bytes, b.len), &body, &used) == DEVICE_CUT_FRAME && used == b.len);
	must(device_up_decode(body, arena, &again) == 0);
	must(again.type == up.type && again.alarm_count == up.alarm_count && again.seq == up.seq &&
	     again.cancel == up.cancel && again.version == up.version && again.boot == up.boot &&
	     again.config == up.config && again.lost == up.lost && again.failed == up.failed &&
	     again.battery_pct == up.battery_pct && again.mains == up.mains && again.signal_dbm == up.signal_dbm &&
	     strcmp(again.device, up.device) == 0 && strcmp(again.model, up.model) == 0 &&
	     strcmp(again.firmware, up.firmware) == 0 && slice_equal(again.token, up.token));
	for (uint32_t i = 0; i < up.alarm_count; i++)
		must(alarm_same(&up.alarms[i], &again.alarms[i]));
}

static void check_down(const struct down *down, struct arena *arena)
{
	uint8_t bytes[DEVICE_DOWN_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);
	struct down back;
	struct slice body = slice_of(NULL, 0);
	size_t used;

	device_down_encode(down, &b);
	must(!b.overflow && device_cut(slice_of(bytes, b.len), &body, &used) == DEVICE_CUT_FRAME && used == b.len);
	must(device_down_decode(body, arena, &back) == 0);
	must(back.type == down->type && back.alarm == down->alarm && back.incident == down->incident &&
	     back.server_ms == down->server_ms && back.heartbeat_s == down->heartbeat_s && back.silent == down->silent &&
	     back.step == down->step && back.eta_min == down->eta_min && back.reason == down->reason &&
	     back.retry_s == down->retry_s && back.say == down->say && back.revision == down->revision &&
	     back.prompts == down->prompts && back.number_count == down->number_count &&
	     strcmp(back.language, down->language) == 0 && memcmp(back.numbers, down->numbers, sizeof back.numbers) == 0 &&
	     memcmp(back.key, down->key, sizeof back.key) == 0 && strcmp(back.identity, down->identity) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), body;
	struct arena arena;
	struct down down;
	size_t used;

	arena_init(&arena, memory, sizeof memory);
	for (;;) {
		enum device_cut cut = device_cut(rest, &body, &used);

		if (cut != DEVICE_CUT_FRAME) {
			must(used == 0);
			break;
		}
		must(used <= rest.len && body.len >= 1 && body.len <= DEVICE_FRAME_MAX);
		/* Less than all of it is never a frame. */
		for (size_t len = used > 3 ? used - 3 : 0; len < used; len++) {
			struct slice other;
			size_t none;

			must(device_cut(slice_of(rest.at, len), &other, &none) == DEVICE_CUT_MORE && none == 0);
		}
		if (device_up_decode(body, &arena, &up) == 0)
			check_up(&arena);
		if (device_down_decode(body, &arena, &down) == 0)
			check_down(&down, &arena);
		rest = slice_of(rest.at + used, rest.len - used);
	}
	/* Without the length in front: the mutations reach the decoder more often. */
	if (size != 0 && size <= DEVICE_FRAME_MAX && device_up_decode(slice_of(data, size), &arena, &up) == 0)
		check_up(&arena);
	if (size != 0 && size <= DEVICE_FRAME_MAX && device_down_decode(slice_of(data, size), &arena, &down) == 0)
		check_down(&down, &arena);
	return 0;
}
