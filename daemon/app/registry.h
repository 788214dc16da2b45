/* registry.h - a person, or another system, corrects a record of the registry: one at a time, and never over somebody
 * else's words.
 *
 * Owns:   what an edit becomes: judged (wire/registry.h), compared with what stands, committed with who did it and which
 *         fields, never what they say.
 * Result: an edit names the commit it was made on. If another stands there by now it is a CONFLICT, and what stands is
 *         handed back; unless what it asks for stands there already.
 * Bounds: RECORD_FAULTS_MAX faults are told.
 */
#ifndef APP_REGISTRY_H
#define APP_REGISTRY_H

#include "app/app.h"
#include "app/internal.h"
#include "core/device_life.h"
#include "wire/registry_edit.h"

/* What is asked of one record; owned by its change. */
struct record_ask {
	bool look;         /* somebody looks: a log entry and nothing else */
	bool health;       /* with health notes */
	uint64_t expected; /* commit the edit was made on; 0 = it is new */
	uint64_t cmd;      /* the same request again changes nothing twice; 0 = none */
	char who[48];      /* person id, "token.<id>" */
	bool judged;       /* of a unit: who asks was judged by where it lay, and was to lie: */
	char area[16], home_area[16];
	uint64_t commit; /* of the edit, once it is decided */
	bool unchanged;  /* it stood there already */
	struct registry_fault faults[RECORD_FAULTS_MAX];
	size_t fault_count; /* all there are */
	uint32_t len;
	uint8_t body[]; /* the record as it shall be, packed */
};

/* Takes one in; `m` NULL: a look. NULL when a bound is reached or without memory. */
struct change *record_submit(struct app *app, const char *key, const struct record_ask *ask, const ProtobufCMessage *m,
                             struct waiter waiter) MUST_USE;
enum verdict record_decide(struct app *app, struct change *ch);
/* It has settled: whoever asked over HTTP is told. */
void record_settled(struct app *app, const struct change *ch);

/* Division code where it lies; "" when it is not there or can't be read. In app->arena. */
const char *record_area(struct app *app, const struct record *rec);
const char *record_area_of(struct app *app, const ProtobufCMessage *m);

/* Who changed a record last, as far as this daemon has seen since it started. */
struct record_hand {
	char key[STORE_KEY_MAX];
	char who[48];
	ms_t at_ms;
};
/* NULL when nothing is known of it. */
const struct record_hand *record_hand(const struct app *app, const char *key);
void record_hand_entry(struct app *app, const struct store_entry *e);
void record_hands_free(struct app *app);

/* ---- registry_staff.c ---- */

/* What an edit does to the life of a unit. */
struct record_units {
	struct device_event events[2 * DEVICE_EVENTS_MAX];
	uint32_t count;
};

/* What such an edit sets besides: when sessions of before end. */
void person_settle(struct app *app, Pingan__V1__Person *after, const Pingan__V1__Person *before);
/* All their areas are those of who asks: whoever works elsewhere too is not one system's to change. */
bool person_may_edit(const struct who *who, const Pingan__V1__Person *p);
/* Administrators and auditors are made and changed by pinganctl alone: a system that was broken into makes itself none. */
bool person_is_kept(const Pingan__V1__Person *p);
const char *device_home_area(struct app *app, const Pingan__V1__Device *d);
/* Home and state by the rules of core/device_life.h; OK, or why not. `stale`: it was made on a state that stands no more. */
enum refusal device_settle(struct app *app, Pingan__V1__Device *after, const Pingan__V1__Device *before,
                           const struct record_ask *asked, bool stale, struct record_units *ret);

struct session;
struct kept_reply;

/* registry_requests.c. False: the request is about something else. */
bool request_of_record(struct app *app, struct session *s, const Pingan__V1__Request *r);
/* An edit or a look of this screen has its answer: *r says more of it, and the record as it stands goes before it. */
void record_answered(struct app *app, struct session *s, const struct change *ch, struct kept_reply *r);

#endif
