/* devices.h - links of home devices: what device_link.c (native), dc09_link.c, watch_link.c (and replies.c for these two)
 * and devices.c (all, and what they are told) share.
 *
 * Owns:   every link of a device on this daemon, the alarms that each waits for, who is told which step.
 * Knows:  no socket: a link is a handle, its bytes come by app_device_bytes().
 * Result: an acknowledgement leaves from devices_alarm_stored() only, a step from devices_tell() only.
 * Bounds: LINKS_MAX links; HELD_MAX alarms a native link; REPLIES_MAX frames of a panel or watch not yet answered; a link is
 *         read no faster than DEVICE_FRAMES_A_S, alarms counted one by one, bursts of DEVICE_BURST_MS worth excepted.
 */
#ifndef APP_DEVICES_H
#define APP_DEVICES_H

#include "app/internal.h"
#include "core/beats.h"
#include "wire/dc09.h"
#include "wire/device.h"
#include "wire/watch.h"

/* A unit says a few frames a minute; a panel after a power cut some dozens. More is a fault or an attack: it waits. */
#define DEVICE_FRAMES_A_S 100
#define DEVICE_BURST_MS 2000
#define DEVICE_UNITS_MAX 16      /* so many times that, at most, for a receiver that passes on for as many panels */
#define DEVICE_RESTLESS_MS 60000 /* so often it is said that a link is held back */
#define REPLIES_MAX 64
/* A frame that has no answer by now gives way, so that the ones behind it get theirs; the unit has sent it again. */
#define REPLY_WAITING_MS 30000
/* Bytes without a frame among them: whatever this is, it is no unit of ours. */
#define UNIT_JUNK_MAX 4096
#define REPLY_BYTES_MAX 144
#define DC09_KEY_MAX 32
/* An encrypted frame's time may be so far off (SIA DC-09: 40 s behind to 20 s ahead); else NAK, which tells ours. */
#define DC09_BEHIND_MS 40000
#define DC09_AHEAD_MS 20000
/* After so many with a wrong time and none right between, people see its alarms all the same. */
#define DC09_WRONG_TIMES_MAX 3
#define CLOCKS_MAX 256              /* accounts with a key and a wrong clock, at once */
#define CLOCK_MEMORY_MS MINUTES(10) /* a panel repeats within a minute */

_Static_assert(REPLY_BYTES_MAX >= DC09_REPLY_MAX && REPLY_BYTES_MAX >= WATCH_REPLY_MAX, "any reply fits");
_Static_assert(DC09_ECHO_MAX >= WATCH_HEAD_MAX, "what a reply echoes fits");
#define UNITS_CHANGED_MAX 64
#define TALLIES_MAX 20000
#define DEVICE_GREET_S 10
#define REPLACED_WAIT_S 30
#define LOADING_WAIT_S 2

struct device_link;

/* One alarm of a native link, from when it came until the device lets go of it. */
struct held {
	uint64_t alarm; /* 0 = free */
	struct device_link *owner;
	struct watch *watch; /* its incident; NULL = not stored yet, or opens none */
	enum step told;      /* by Ack and Status, or said by the device to be heard */
	enum incident_class class;
	bool silent;
	bool mute;       /* nothing of it is spoken: a technical signal */
	bool tallied;    /* its first acknowledgement has been counted */
	bool not_stored; /* said so on this link */
	uint64_t order;  /* older is smaller */
	TAILQ_ENTRY(held) of_watch;
};

/* Alarms that one incident has swallowed and whose devices are linked here. */
struct watch {
	char key[17]; /* incident in hex */
	TAILQ_HEAD(, held) held;
};

/* One frame of a panel or watch, from when it came until it is answered. Answered in the order they came. */
struct reply {
	TAILQ_ENTRY(reply) link;
	uint64_t tag;
	uint64_t hash;    /* of the frame: a copy of one that waits waits with it */
	uint32_t waiting; /* alarms of it not yet durable */
	bool answer;      /* false: known not to be answered */
	bool crc_raw;     /* DC-09 */
	const char *word; /* what it is told */
	uint8_t key_len;  /* DC-09: encrypted with this; 0 = plain */
	uint8_t key[DC09_KEY_MAX];
	uint8_t echo_len;
	uint8_t echo[DC09_ECHO_MAX];
	mono_t since;
};

struct device_link {
	TAILQ_ENTRY(device_link) all;
	link_t link;
	char key[17]; /* link in hex */
	enum protocol protocol;
	bool proved;     /* TLS has proved `device` */
	bool greeted;    /* Welcome was said */
	bool known;      /* panel, watch: said something that only who is in the registry says */
	bool stale_born; /* came while we were not fresh: there is nowhere better to send it */
	bool datagrams;  /* it has no connection that could be closed (UDP) */
	char device[ID_MAX];
	char peer[46];
	mono_t since;
	mono_t heard;    /* last frame */
	int64_t pace_us; /* how far its frames have used up its rate, on the monotonic clock */
	mono_t restless; /* when it was last said that it is held back; 0 = never */
	union {
		struct {                /* native */
			struct held *held;  /* HELD_MAX, made with the first alarm */
			uint32_t beat_s;    /* interval that it was told; 0 = none yet */
			uint32_t report_s;  /* Device.report_s */
			uint32_t config;    /* Configure.revision that it lives by, or was told */
			uint32_t seq;       /* of its last frame, as it counts; 0 = it does not */
			uint32_t opened_by; /* name of the key that opened it; 0 = the plain id, or a token */
			uint32_t given;     /* name of the key that it was given on this link */
		};
		struct { /* panels and watches */
			TAILQ_HEAD(, reply) replies;
			uint64_t reply_tag;
			uint32_t reply_count;
			uint32_t junk;
			uint64_t accounts; /* DC-09: a bit for each known account it spoke for, by hash */
			bool passing;      /* watch: a frame that is too long is being passed over */
			bool wrong_clock;  /* DC-09: said already that its clock is wrong */
			bool strange;      /* said already: watch: that nobody knows it; DC-09: that its code table is gone */
		};
	};
};

/* A panel with a key, whose last frames had a wrong time. */
struct wrong_clock {
	char device[ID_MAX];
	uint32_t times; /* 0 = free */
	mono_t since;
};

struct devices {
	struct table links;     /* link in hex -> struct device_link */
	struct table by_device; /* device id -> its greeted native link */
	struct table watches;   /* incident in hex -> struct watch */
	TAILQ_HEAD(, device_link) all;
	size_t count, datagrams;   /* links; of these without a connection */
	struct device_link *leave; /* the next that drain.c looks at; NULL = from the beginning */
	uint64_t order;
	mono_t swept;
	/* units.h */
	struct beats beats;
	struct beats_load load;
	mono_t turn_due;           /* when the app wanted to be called again */
	struct device_link *sweep; /* next link to be looked at; NULL = none */
	bool sweep_again;
	uint64_t sweep_from;                     /* once this log entry is safe */
	char changed[UNITS_CHANGED_MAX][ID_MAX]; /* units whose records have changed */
	uint32_t changed_count;
	struct table tallies; /* device id -> its tally */
	struct up up;         /* scratch of one frame */
	struct incident reading;
	struct alarm alarms[DC09_EVENTS_MAX > WATCH_EVENTS_MAX ? DC09_EVENTS_MAX : WATCH_EVENTS_MAX];
	uint8_t plain[DC09_BODY_MAX / 2]; /* scratch of one encrypted frame */
	struct wrong_clock clocks[CLOCKS_MAX];
	struct arena arena;
	_Alignas(max_align_t) uint8_t arena_memory[DEVICE_SCRATCH];
};

/* False: the link has used up its rate: what it sent is shown again later. */
bool device_paced(struct app *app, struct device_link *l);
/* A frame had so many alarms: each costs as much as a frame, whatever they came in. */
void device_pace_alarms(struct device_link *l, uint32_t alarms);
/* Closes it and forgets it; `l` is gone. */
void device_close(struct app *app, struct device_link *l);
/* Forgets it without closing. */
void device_forget(struct app *app, struct device_link *l);
/* What the peer reads too slowly it does not need: closed, it comes again. False: `l` is gone. */
bool device_send(struct app *app, struct device_link *l, struct slice bytes) MUST_USE;

/* A message to a native unit. False: `l` is gone. */
bool device_say(struct app *app, struct device_link *l, const struct down *down) MUST_USE;

/* device_link.c. Both return the bytes used up; the link may be gone after. */
size_t native_bytes(struct app *app, struct device_link *l, struct slice bytes);
void native_stored(struct app *app, struct device_link *l, const struct change *ch, uint64_t incident);
/* True if a unit here waits for word of this incident. */
bool native_watched(struct app *app, uint64_t incident);
void native_touch(struct app *app, const struct incident *inc);
/* Says Refuse, counts, closes. */
void native_refuse(struct app *app, struct device_link *l, enum device_refusal reason, uint32_t retry_s);
/* The same for one that has done nothing wrong: its next address, at once. */
void native_elsewhere(struct app *app, struct device_link *l);
void held_free(struct app *app, struct held *h);

/* dc09_link.c, watch_link.c */
size_t dc09_bytes(struct app *app, struct device_link *l, struct slice bytes);
size_t watch_bytes(struct app *app, struct device_link *l, struct slice bytes);

/* dc09_clock.c. Notes one more frame of this account with a wrong time; how many there were in a row. */
uint32_t dc09_clock_wrong(struct app *app, const char *device);
void dc09_clock_right(struct app *app, const char *device);

/* ---- replies.c: answers in the order of the frames, none before its alarms are durable ---- */

/* A place in the line for the answer to the frame `raw`; `word` lives as long as the program. It is sent when `answer` is
 * set and nothing of it is waited for. NULL without memory: not answered, the unit repeats. */
struct reply *replies_add(struct app *app, struct device_link *l, struct slice raw, struct slice echo,
                          const char *word);
/* True if this very frame waits already. */
bool replies_waits(const struct device_link *l, struct slice raw);
/* Takes the alarms of a frame in; its answer waits for them. */
void replies_alarms(struct app *app, struct device_link *l, struct reply *r, struct alarm *alarms, uint32_t n);
void replies_stored(struct app *app, struct device_link *l, const struct change *ch);
/* Sends what is ready. False: the link has gone. */
bool replies_flush(struct app *app, struct device_link *l);
/* Lets go of frames that have waited too long. */
void replies_turn(struct app *app, struct device_link *l);
void replies_free(struct device_link *l);

/* Entered and not retired: it may open a native link. */
bool device_serves(const Pingan__V1__Device *d);
/* The registry has this device with this protocol, in a household. */
bool device_known(struct app *app, const char *device, Pingan__V1__Protocol protocol);

#endif
