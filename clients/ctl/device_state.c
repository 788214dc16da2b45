/* device_state.c - what changes where a unit stands, by the rules of the daemons (core/device_life.h). */
#include <inttypes.h>
#include <stdio.h>

#include "device.h"
#include "wire/record_device.h"

#define TEST_S_MAX 3600 /* as the policy's default: whoever forgets it is not on test tomorrow */

static int complain(const char *what, const char *id)
{
	fprintf(stderr, "pinganctl: %s: %s\n", id, what);
	return 1;
}

/* Writes `d` anew, with what happened to it. */
static bool put(struct cell *cell, const char *key, const struct cell_record *rec, const Pingan__V1__Device *d,
                struct device_event *events, uint32_t count)
{
	uint8_t body[STORE_BODY_MAX];
	size_t len = pingan__v1__device__get_packed_size(d);

	if (len > sizeof body) {
		(void)complain("its record is full", d->id);
		return false;
	}
	for (uint32_t i = 0; i < count; i++)
		snprintf(events[i].device, sizeof events[i].device, "%s", d->id);
	cell->events = events;
	cell->event_count = count;
	return cell_put(cell, key, rec, slice_of(body, pingan__v1__device__pack(d, body)));
}

static Pingan__V1__Device *get(struct cell *cell, const char *id, char key[STORE_KEY_MAX], struct cell_record *rec)
{
	Pingan__V1__Device *d = NULL;
	char copy[ID_MAX];

	if (!text_copy(copy, sizeof copy, slice_str(id)) || !alarm_id_valid(copy)) {
		(void)complain("an id has 1 to 31 letters, digits or signs", id);
		return NULL;
	}
	snprintf(key, STORE_KEY_MAX, "device:%s", id);
	if (!cell_get(cell, key, rec))
		return NULL;
	if (rec->rev != 0)
		d = pingan__v1__device__unpack(NULL, rec->len, rec->body);
	if (d == NULL)
		(void)complain(rec->rev == 0 ? "there is no such device" : "its record is unreadable", id);
	return d;
}

int device_take_out(struct cell *cell, const char *id)
{
	const struct device_ask ask = {.act = DEVICE_ACT_RETIRE};
	struct device_outcome out = {0};
	struct device_life life;
	struct cell_record rec;
	char key[STORE_KEY_MAX];
	Pingan__V1__Device *d = get(cell, id, key, &rec), next;
	ms_t ms = d == NULL ? 0 : cell_now_ms(cell);
	enum verdict verdict;
	int bad = 1;

	if (d == NULL || ms == 0) {
		if (d != NULL)
			pingan__v1__device__free_unpacked(d, NULL);
		return 1;
	}
	device_life_read(d, &life);
	/* Entered before units had states: it stands somewhere all the same. */
	if (life.state == DEVICE_NONE)
		life.state = DEVICE_COMMISSIONING;
	verdict = device_life_step(&life, &ask, ms, &out);
	next = *d; /* what `d` owns stays its own */
	device_life_write(&life, &next);
	if (verdict == REFUSE)
		(void)complain("a press of its button waits to be confirmed, or becomes a call; try again in a minute", id);
	else
		bad = verdict == MOVE && !put(cell, key, &rec, &next, out.events, out.event_count);
	pingan__v1__device__free_unpacked(d, NULL);
	return bad;
}

int device_retire(struct cell *cell, const char *id)
{
	int bad = device_take_out(cell, id);

	if (bad == 0)
		printf("%s is out of service\n", id);
	return bad;
}

int device_test(struct cell *cell, const char *id, uint32_t minutes)
{
	struct device_event set = {.what = DEVICE_SET};
	struct cell_record rec;
	char key[STORE_KEY_MAX];
	Pingan__V1__Device *d;
	int bad = 1;

	if (60 * minutes > TEST_S_MAX)
		return complain("a device is on test for 60 minutes at most", id);
	d = get(cell, id, key, &rec);
	set.at_ms = d == NULL ? 0 : cell_now_ms(cell);
	if (set.at_ms != 0) {
		char *by = d->test_by;

		d->test_until_ms = minutes == 0 ? 0 : set.at_ms + MINUTES(minutes);
		d->test_by = (char *)"";
		set.number = minutes;
		bad = !put(cell, key, &rec, d, &set, 1);
		d->test_by = by;
	}
	if (bad == 0 && minutes == 0)
		printf("%s is not on test\n", id);
	else if (bad == 0)
		printf("%s is on test for %" PRIu32
		       " minutes: its button is thanked and rings nobody, until the third press within a minute\n",
		       id, minutes);
	if (d != NULL)
		pingan__v1__device__free_unpacked(d, NULL);
	return bad;
}
