/* unit.h - a home unit that speaks the native device link and keeps its promise: an alarm lives here until it is closed.
 *
 * Owns:   the alarms it holds, when it repeats them, when it connects, beats and gives up on an address.
 * Knows:  no socket, no clock, no random source: bytes, time and seeds come in. So the same unit runs behind TLS in pingan-sim
 *         and on virtual time in tests/sim.
 * Result: bytes to send, a wish to connect or to close, and what it heard, to be taken out after every call.
 * Bounds: DEVICE_HELD_MAX alarms; UNIT_OUT_MAX bytes unsent; UNIT_NEWS_MAX pieces of news not yet taken (the oldest go).
 *
 * The owner's part, after every call that takes `now_ms`, until nothing is wanted any more:
 *     unit_wish()      WISH_CONNECT: start connecting to unit_path(); then unit_up() or unit_down()
 *                      WISH_CLOSE: close the connection, say no unit_down() for it
 *     unit_output()    send it, then unit_sent()
 *     unit_news()      what it heard, to be printed or checked
 *     unit_due()       call unit_tick() then, at the latest
 *
 * What it does (DESIGN: an alarm lives in the device until it is closed):
 *   until stored     the alarm every 5 s, twice on this link, then on the other address (with one address: it reconnects
 *                    when nothing at all came back)
 *   until answered   every 10 s
 *   until closed     in Hello after every reconnect, and with each heartbeat (class 1 and 2; the rest is let go at stored)
 *   a step lower than heard before (a restored store) counts: it repeats again
 *   a key that it is given is tried at once; the one before is kept, in case the server has never heard of the new one
 */
#ifndef SIM_UNIT_H
#define SIM_UNIT_H

#include "say.h"
#include "wire/device.h"

#define UNIT_OUT_MAX 8192
#define UNIT_IN_MAX 512
#define UNIT_NEWS_MAX 32
#define UNIT_STORED_EVERY_MS 5000
#define UNIT_ANSWERED_EVERY_MS 10000
#define UNIT_TRIES_A_LINK 2
#define UNIT_ANSWER_MS 10000 /* Welcome and HeartbeatAck come within this, or the link is given up */
#define UNIT_BACKOFF_MIN_MS 1000
#define UNIT_BACKOFF_MAX_MS 60000
#define UNIT_BACKOFF_ALARM_MS 5000 /* at most this while an alarm is not stored */
#define UNIT_KEYS 2                /* the one it was made with or given last, and the one before it */

/* A pre-shared key and the TLS identity that goes with it. */
struct unit_key {
	char identity[DEVICE_IDENTITY_MAX]; /* empty = there is none */
	uint8_t key[DEVICE_KEY_LEN];
};

/* What Configure has said; outlives a loss of power. */
struct unit_setup {
	uint32_t revision; /* 0 = nothing yet: it speaks Mandarin, all it can */
	char language[DEVICE_LANGUAGE_MAX];
	uint32_t prompts;
	uint32_t number_count;
	char numbers[DEVICE_NUMBERS_MAX][DEVICE_NUMBER_MAX];
};

struct unit_config {
	char device[ID_MAX];
	uint8_t token[DEVICE_TOKEN_MAX]; /* token_len 0: the pre-shared key proves who it is */
	uint8_t token_len;
	char model[DEVICE_TEXT_MAX];
	bool
		keyed; /* the connection proves who it is by unit_key(); keys are what it has at the start, the one to try first */
	struct unit_key keys[UNIT_KEYS];
	uint8_t paths; /* addresses it knows: 1 or more */
	uint64_t seed; /* spreads its heartbeats and retries */
};

enum unit_wish { WISH_NOTHING, WISH_CONNECT, WISH_CLOSE };

enum unit_state { UNIT_WAITING, UNIT_CONNECTING, UNIT_GREETING, UNIT_WELCOME };

struct unit_alarm {
	struct alarm alarm;  /* .heard is the last step heard, .tries how often it was sent */
	int64_t pressed_ms;  /* monotonic, given by unit_press() */
	int64_t next_ms;     /* when it is repeated; 0 = only in Hello and with heartbeats */
	uint32_t tries_here; /* on this link, since it came up */
	bool silent;         /* Ack said so: do not speak */
	uint64_t incident;
};

enum unit_news_type {
	NEWS_NONE,
	NEWS_WELCOME, /* link is up and greeted */
	NEWS_ACK,     /* alarm, incident, silent; step = STEP_STORED */
	NEWS_STATUS,  /* alarm, step (NONE: not stored yet), eta_min */
	NEWS_REFUSED, /* reason */
	NEWS_BEAT,    /* HeartbeatAck */
	NEWS_LOST,    /* link gone */
	NEWS_LET_GO,  /* alarm: no longer held */
	NEWS_SETUP,   /* it is told how to behave: unit.setup */
	NEWS_KEY      /* it was given a key, or has found which of its keys opens: unit.keys is to be kept */
};

struct unit_news {
	enum unit_news_type type;
	uint64_t alarm;
	uint64_t incident;
	enum step step;
	uint32_t eta_min;
	enum say say; /* ACK, STATUS: it speaks this now, in this language */
	char language[DEVICE_LANGUAGE_MAX];
	bool silent;
	enum device_refusal reason;
	int64_t after_ms; /* since the press; 0 when there is none */
};

/* Open, so that tests print and compare it. Zeroed and set up by unit_init(). */
struct unit {
	struct unit_config config;
	enum unit_state state;
	bool close_wanted;
	bool connect_wanted;
	uint8_t path;
	uint32_t failures;    /* connections in a row that came to nothing */
	int64_t retry_at_ms;  /* WAITING: connects then */
	int64_t answer_by_ms; /* Welcome or HeartbeatAck must have come; 0 = none awaited */
	int64_t beat_at_ms;
	int64_t heard_ms; /* last frame from the server */
	int64_t up_ms;    /* link up since */
	uint32_t heartbeat_s;
	uint32_t frames;  /* sent since boot: seq */
	uint32_t unheard; /* of them, behind the last one heard on this link */
	uint32_t lost;    /* unheard ones of earlier links, since the last Welcome */
	uint32_t failed;  /* attempts to connect, likewise */
	uint32_t boot;
	struct unit_setup setup;
	struct unit_key keys[UNIT_KEYS];
	uint8_t key_at;  /* the one to connect with */
	bool key_new;    /* it has not opened a link yet */
	bool links_anew; /* for its new key, once no alarm waits to be stored */
	uint64_t random;
	int64_t server_offset_ms; /* server's UTC less our monotonic time; 0 = never heard */
	uint8_t battery_pct;
	bool mains;
	uint32_t alarm_count;
	struct unit_alarm alarms[DEVICE_HELD_MAX];
	size_t out_len;
	uint8_t out[UNIT_OUT_MAX];
	size_t in_len;
	uint8_t in[UNIT_IN_MAX]; /* a frame that is still partial */
	uint32_t news_at, news_count;
	struct unit_news news[UNIT_NEWS_MAX];
	uint64_t counted_bad; /* frames of the server that could not be read */
};

/* `now_ms` is any clock that only moves on; it first connects up to `spread_ms` later. */
void unit_init(struct unit *u, const struct unit_config *config, int64_t now_ms, int64_t spread_ms);

/* Switched off and on again: the link is gone (the owner drops it), the alarms are in its memory still. */
void unit_reboot(struct unit *u, int64_t now_ms);

/* The connection that was wished for is there (TLS done); or it failed, or has gone. */
void unit_up(struct unit *u, int64_t now_ms);
void unit_down(struct unit *u, int64_t now_ms);

/* Instead of unit_down(): TLS said no. With two keys, the other one may be right. */
void unit_key_wrong(struct unit *u, int64_t now_ms);
/* What to connect with; NULL when it has no key. */
const struct unit_key *unit_key(const struct unit *u);

/* Bytes from the server; takes all of them. */
void unit_bytes(struct unit *u, struct slice bytes, int64_t now_ms);

/* The button: `id` random and not 0, `utc_ms` the unit's own clock or 0. False: it holds DEVICE_HELD_MAX calls for help that
 * nobody has stored yet; those are being repeated already. */
bool unit_press(struct unit *u, enum kind kind, uint32_t zone, uint64_t id, int64_t utc_ms, int64_t now_ms) MUST_USE;
/* The cause of an earlier `kind` is gone (a sensor, never a press). */
bool unit_restore(struct unit *u, enum kind kind, uint32_t zone, uint64_t id, int64_t utc_ms, int64_t now_ms) MUST_USE;
/* Resident's cancel of a held alarm. False when it is not held, or the link is down. */
bool unit_cancel(struct unit *u, uint64_t id, int64_t now_ms) MUST_USE;

void unit_tick(struct unit *u, int64_t now_ms);
/* When unit_tick() is due at the latest. */
int64_t unit_due(const struct unit *u);

/* Taken out: the same wish comes once. */
enum unit_wish unit_wish(struct unit *u);
static inline uint8_t unit_path(const struct unit *u)
{
	return u->path;
}
struct slice unit_output(const struct unit *u);
void unit_sent(struct unit *u, size_t len);
bool unit_news(struct unit *u, struct unit_news *ret);

/* The alarm as held, or NULL: never pressed, or let go. */
const struct unit_alarm *unit_holds(const struct unit *u, uint64_t id);

#endif
