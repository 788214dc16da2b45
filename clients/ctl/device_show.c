#include "device_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/alarm.h"
#include "wire/record_device.h"
#include "wire/vitals.h"

#define ENTRIES_A_TIME 500
#define WHEN_MAX 40

struct health {
	ms_t heard_ms; /* 0 = never */
	struct vitals vitals;
	bool silent;
};

static const char *when(ms_t ms, char ret[WHEN_MAX])
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	if (ms <= 0 || gmtime_r(&s, &tm) == NULL || strftime(ret, WHEN_MAX, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		snprintf(ret, WHEN_MAX, "-");
	return ret;
}

static bool health_get(struct cell *cell, const Pingan__V1__Device *d, struct health *ret)
{
	_Alignas(max_align_t) uint8_t memory[1024];
	struct arena arena;
	char key[STORE_KEY_MAX];
	struct cell_record out;
	redisReply *r = cell_ask(cell, "ZSCORE %sseen %s", cell->prefix, d->id);

	memset(ret, 0, sizeof *ret);
	ret->vitals = vitals_none();
	if (r == NULL)
		return false;
	if (r->type == REDIS_REPLY_STRING)
		ret->heard_ms = (ms_t)strtod(r->str, NULL);
	freeReplyObject(r);
	r = cell_ask(cell, "HGET %svitals %s", cell->prefix, d->id);
	if (r == NULL)
		return false;
	arena_init(&arena, memory, sizeof memory);
	if (r->type == REDIS_REPLY_STRING && !vitals_decode(slice_of(r->str, r->len), &arena, &ret->vitals)) {
		ret->vitals = vitals_none();
		fprintf(stderr, "pinganctl: %s: what it last said of itself is unreadable\n", d->id);
	}
	freeReplyObject(r);
	snprintf(key, sizeof key, "out:%s.%s", d->id, kind_name(KIND_LINK));
	if (!cell_get(cell, key, &out))
		return false;
	ret->silent = out.rev != 0;
	return true;
}

/* ------------------------------------------------------------ its history */

struct history {
	const char *device;
	uint32_t left;
	json_t *json; /* NULL: printed */
	bool failed;
};

static void tell(struct history *h, ms_t at_ms, const char *what, const char *who, int64_t number, const char *record)
{
	char at[WHEN_MAX];
	json_t *one;

	h->left--;
	if (h->json == NULL) {
		printf("  %s  %-14s %-12s %" PRId64 " %s\n", when(at_ms, at), what, who[0] == '\0' ? "-" : who, number, record);
		return;
	}
	one = json_pack("{s:I, s:s, s:s, s:I, s:s}", "at_ms", (json_int_t)at_ms, "what", what, "who", who, "number",
	                (json_int_t)number, "record", record);
	h->failed = json_array_append_new(h->json, one) != 0 || h->failed;
}

static void tell_entry(struct history *h, const struct store_entry *entry, const Pingan__V1__LogEvent *e)
{
	for (size_t i = e->n_devices; i-- > 0 && h->left > 0;)
		if (strcmp(e->devices[i]->device, h->device) == 0)
			tell(h, entry->at_ms, device_change_name((enum device_change)e->devices[i]->what), e->devices[i]->who,
			     e->devices[i]->number, e->record);
	if (h->left == 0 || strcmp(e->alarm_device, h->device) != 0)
		return;
	for (size_t i = 0; i < e->n_lines; i++)
		if (strcmp(e->lines[i]->subject, h->device) == 0 && e->lines[i]->kind != PINGAN__V1__KIND__KIND_NONE) {
			tell(h, entry->at_ms, kind_name((enum kind)e->lines[i]->kind), "", 0, e->record);
			return;
		}
}

/* Newest first. */
static bool history(struct cell *cell, struct history *h)
{
	uint64_t to = UINT64_MAX, looked = 0;

	while (h->left > 0 && looked < HISTORY_ENTRIES_MAX) {
		redisReply *r = cell_ask(cell, "XREVRANGE %slog %" PRIu64 " - COUNT %d", cell->prefix, to, ENTRIES_A_TIME);
		size_t count = r == NULL ? 0 : r->elements;

		if (r == NULL)
			return false;
		for (size_t i = 0; i < count && h->left > 0; i++) {
			struct store_entry entry;
			Pingan__V1__LogEvent *e = NULL;

			if (commit_entry_read(r->element[i], &entry) &&
			    (e = pingan__v1__log_event__unpack(NULL, entry.event.len, entry.event.at)) != NULL) {
				tell_entry(h, &entry, e);
				pingan__v1__log_event__free_unpacked(e, NULL);
			} else {
				fprintf(stderr, "pinganctl: entry %" PRIu64 " is unreadable\n", commit_entry_number(r->element[i]));
			}
		}
		looked += count;
		to = count == 0 ? 0 : commit_entry_number(r->element[count - 1]) - 1;
		freeReplyObject(r);
		if (count < ENTRIES_A_TIME || to == 0)
			break;
	}
	return !h->failed;
}

/* ------------------------------------------------------------ both ways */

bool device_details_print(struct cell *cell, const Pingan__V1__Device *d, uint32_t count)
{
	static const char *const MAINS[] = {"-", "on", "off"};
	struct history h = {.device = d->id, .left = count};
	struct health s;
	char at[WHEN_MAX];

	if (!health_get(cell, d, &s))
		return false;
	printf("last heard  %s%s\n", when(s.heard_ms, at), s.silent ? "  (listed as silent)" : "");
	if (s.vitals.battery_pct != 255)
		printf("battery     %d %%\n", s.vitals.battery_pct);
	if (s.vitals.signal_dbm != 0)
		printf("signal      %" PRId32 " dBm\n", s.vitals.signal_dbm);
	if (s.vitals.mains != MAINS_UNKNOWN)
		printf("mains       %s\n", MAINS[s.vitals.mains]);
	if (s.vitals.firmware[0] != '\0')
		printf("firmware    %s\n", s.vitals.firmware);
	printf("entered     %s\n", when(d->entered_ms, at));
	printf("bound       %s  %s\n", when(d->bound_ms, at), d->installed_by);
	printf("state since %s  %s\n", when(d->state_ms, at), d->state_by);
	printf("proved      %s  %s\n", when(d->proved_ms, at), d->proved_by);
	printf("tested      %s\n", when(d->tested_ms, at));
	if (d->test_until_ms != 0)
		printf("on test     until %s  %s\n", when(d->test_until_ms, at), d->test_by);
	printf("history, newest first: time, what, who, number, record\n");
	return history(cell, &h);
}

bool device_details_json(struct cell *cell, const Pingan__V1__Device *d, uint32_t count, json_t *line)
{
	struct history h = {.device = d->id, .left = count, .json = json_array()};
	struct health s;
	json_t *more;

	if (h.json == NULL || !health_get(cell, d, &s) || !history(cell, &h)) {
		json_decref(h.json);
		return false;
	}
	more =
		json_pack("{s:I, s:b, s:i, s:i, s:i, s:s, s:I, s:I, s:s, s:I, s:s, s:I, s:s, s:I, s:I, s:o}", "last_heard_ms",
	              (json_int_t)s.heard_ms, "silent", s.silent, "battery_pct", (int)s.vitals.battery_pct, "signal_dbm",
	              (int)s.vitals.signal_dbm, "mains", (int)s.vitals.mains, "firmware", s.vitals.firmware, "entered_ms",
	              (json_int_t)d->entered_ms, "bound_ms", (json_int_t)d->bound_ms, "bound_by", d->installed_by,
	              "state_ms", (json_int_t)d->state_ms, "state_by", d->state_by, "proved_ms", (json_int_t)d->proved_ms,
	              "proved_by", d->proved_by, "proof_took_ms", (json_int_t)d->proof_took_ms, "tested_ms",
	              (json_int_t)d->tested_ms, "history", h.json);
	if (more == NULL || json_object_update(line, more) != 0) {
		json_decref(more);
		return false;
	}
	json_decref(more);
	return true;
}
