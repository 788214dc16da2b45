/* device_life.h - how a unit comes into service and leaves it: in service only after a real press.
 *
 * Owns:   the state of a unit, its proof, and every lawful way to change either.
 * Knows:  no record, store or clock; who may ask at all is judged before (app/device_requests.c).
 * Result: a press is taken for a trial in one case only: the first press of the button of that very unit, within the window
 *         that a technician opened for it. Every other signal is what it always is.
 * Bounds: one proof a unit at a time; its clock always runs (proof_until_ms), and a trial press that nobody confirms by then
 *         is a call for help.
 */
#ifndef CORE_DEVICE_LIFE_H
#define CORE_DEVICE_LIFE_H

#include "core/incident.h"

/* Long enough to walk to the unit and back; and then to look at the page and touch it. */
#define PROOF_WINDOW_MS SECONDS(120)
#define PROOF_CONFIRM_MS SECONDS(60)
/* A unit's clock may be behind ours by so much and still be taken at its word. */
#define PROOF_CLOCK_MS SECONDS(2)

/* Equal DeviceState of common.proto. */
enum device_state {
	DEVICE_NONE,
	DEVICE_COMMISSIONING,
	DEVICE_IN_SERVICE,
	DEVICE_AWAY,
	DEVICE_RETIRED,
	DEVICE_STATE_COUNT
};

/* What may be asked, or happens. */
enum device_act {
	DEVICE_ACT_NONE,
	DEVICE_ACT_BIND, /* household */
	DEVICE_ACT_PROVE,
	DEVICE_ACT_STOP,    /* of a proof */
	DEVICE_ACT_PRESS,   /* alarm: device_life_is_proof() has said so */
	DEVICE_ACT_CONFIRM, /* took_ms */
	DEVICE_ACT_EXPIRE,  /* the proof's time is up, or it was left with a press: rang, if it has become a call */
	DEVICE_ACT_AWAY,
	DEVICE_ACT_BACK,
	DEVICE_ACT_RETIRE,
	DEVICE_ACT_LOOK, /* nothing changes: who looks is recorded */
	DEVICE_ACT_COUNT
};

/* How the last proof ended. Equal DeviceProof of record.proto. */
enum proof_end { PROOF_END_NONE, PROOF_END_CONFIRMED = 3, PROOF_END_EXPIRED = 4, PROOF_END_RANG = 5 };

/* What happened, for the log. Equal DeviceChange of common.proto. */
enum device_change {
	DEVICE_CHANGE_NONE,
	DEVICE_ENTERED,
	DEVICE_BOUND,
	DEVICE_STATE_SET,
	DEVICE_PROVED,
	DEVICE_TESTED,
	DEVICE_KEY_MADE,
	DEVICE_KEY_TAKEN,
	DEVICE_SET,
	DEVICE_LOOKED,
	DEVICE_PROOF_BEGUN,
	DEVICE_PROOF_PRESSED,
	DEVICE_PROOF_ENDED,
	DEVICE_CHANGE_COUNT
};

/* What of a unit's record the rules go by. */
struct device_life {
	enum device_state state;
	ms_t state_ms;
	char state_by[ID_MAX];
	char household[ID_MAX]; /* empty = no home yet */
	ms_t entered_ms, bound_ms;
	char installed_by[ID_MAX];
	char proof_by[ID_MAX]; /* whose proof runs; empty = none does */
	ms_t proof_from_ms, proof_until_ms;
	ms_t proof_ms;        /* when its press came in; 0 = none yet */
	ms_t proof_raised_ms; /* the same by the unit's clock; 0 = it has none that fits */
	uint64_t proof_press; /* hash of that press */
	enum proof_end proof_end;
	uint64_t proof_rang;
	ms_t proved_ms;
	char proved_by[ID_MAX];
	uint32_t proof_took_ms;
	ms_t tested_ms;
};

struct device_ask {
	enum device_act act;
	char who[ID_MAX];          /* empty = a rule, the unit, or the command line */
	char household[ID_MAX];    /* BIND */
	const struct alarm *alarm; /* PRESS; borrowed */
	ms_t received_ms;          /* PRESS: when it came in; it may have waited for the store since */
	uint32_t took_ms;          /* CONFIRM: from the press to durable; 0 = not known */
	uint64_t rang;             /* EXPIRE: the call that its press has become */
	uint64_t cmd;              /* the request; 0 = none */
	bool judged;               /* whoever asks was judged by where the unit, and the home of a BIND, lay then: */
	char area[16], home_area[16];
};

/* Both still lie where they lay: else another may have to be asked. */
bool device_ask_stands(const struct device_ask *ask, const char *area, const char *home_area) MUST_USE;

#define DEVICE_EVENTS_MAX 3

struct device_event {
	enum device_change what;
	char device[ID_MAX];
	ms_t at_ms;
	char who[ID_MAX];
	int64_t number;
};

struct device_outcome {
	enum refusal refusal; /* with REFUSE */
	char who[ID_MAX];     /* with BUSY, NOT_OWNER: whose proof runs */
	uint32_t number;      /* PROVE: seconds that the window is open */
	uint32_t event_count;
	struct device_event events[DEVICE_EVENTS_MAX]; /* without the device's id */
};

/* A proof runs that has no press yet / that waits to be confirmed. */
bool device_life_proving(const struct device_life *d);
bool device_life_pressed(const struct device_life *d);

/* True if this signal is the proof of this unit: the one case in which a press of a button that is not on test rings nobody. */
bool device_life_is_proof(const struct device_life *d, const struct alarm *a, ms_t received_ms, ms_t now_ms);

/* Applies one act. On MOVE *d is changed; on STAY and REFUSE it is not. EXPIRE before its time is REFUSE. */
enum verdict device_life_step(struct device_life *d, const struct device_ask *ask, ms_t now_ms,
                              struct device_outcome *out) MUST_USE;

/* True if `act` would be lawful for this person now; for the buttons of the card. */
bool device_life_may(const struct device_life *d, enum device_act act, const char *who, ms_t now_ms);

/* The table, for the test that proves it total. */
enum verdict device_life_verdict(unsigned state, unsigned act);

/* True if every promise of this module holds. */
bool device_life_valid(const struct device_life *d);

#endif
