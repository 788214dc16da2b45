/* ports.h - everything the app needs from the world. io fills it in for real, tests/sim for the simulator.
 *
 * Owns:  the list. Nothing here blocks; nothing here calls back into the app before it returns.
 * Rules: `ctx` is handed back as it came. A link is a handle (index and generation): this, never a pointer, crosses an
 *        asynchronous gap, and a call for a link that has gone does nothing.
 */
#ifndef APP_PORTS_H
#define APP_PORTS_H

#include "app/store.h"

struct audit_seal;
struct guess_count;

typedef uint64_t link_t; /* one connection of a device or a screen; 0 = none */

enum send_result {
	SEND_OK,
	SEND_FULL, /* this peer reads too slowly: not taken. app_link_drained() comes later */
	SEND_GONE
};

/* What came of the alarms of one request, in their order. */
#define POST_ALARMS_MAX 32
struct post_answer {
	bool stored; /* all of them are durable, here and now; false: one at least is not, and is to be sent again */
	uint32_t count;
	struct {
		uint64_t incident; /* 0 = its kind opens none */
		bool known;        /* the registry has its device, in a household; else it waits in quarantine */
	} at[POST_ALARMS_MAX];
};

/* What came of an edit of a record (app_record_edit). */
#define RECORD_FAULTS_MAX 32
struct record_done {
	enum record_end {
		RECORD_SAVED,
		RECORD_SAME,      /* it stands there already: nothing was written */
		RECORD_CONFLICT,  /* somebody else has changed it since */
		RECORD_INVALID,   /* faults */
		RECORD_FORBIDDEN, /* outside their areas */
		RECORD_ROLE,      /* of, or to, a role that is not given and taken so */
		RECORD_BUSY,      /* somebody proves this unit at the moment */
		RECORD_GONE,      /* there is no such record */
		RECORD_AWAY       /* the store is away, or a bound is reached: again later */
	} end;
	uint64_t commit;                     /* of the record now: SAVED, SAME, CONFLICT */
	size_t fault_count;                  /* all there are; the first RECORD_FAULTS_MAX are listed */
	const struct registry_fault *faults; /* wire/registry.h; borrowed during the call */
};

/* What the log line is about; io puts date, daemon and severity to it. Values are ids, codes and numbers, never names,
 * health data or payloads. Each code stands in docs/OPERATING.md with what the operator should do. */
struct ports {
	void *ctx;

	/* Reads all clocks. The app asks once at the start of each call that acts. */
	void (*now)(void *ctx, struct now *ret);

	/* Store. commit: the answer comes by app_store_answer() with the same id, or by app_store_down() (unknown outcome). */
	void (*store_commit)(void *ctx, const struct store_commit *commit);
	/* Begin: check that log entry `id` has `commit` (0, 0: nothing known yet) and tail from there, else say CUT; both by
	 * app_store_attached(). */
	void (*store_attach)(void *ctx, uint64_t id, uint64_t commit);
	/* The same question after a CUT, and no more than that: app_store_attached(THERE or CUT). Then look again, or load. */
	void (*store_look)(void *ctx, uint64_t id, uint64_t commit);
	/* Read every record: app_load_begin(), app_load_record() for each, app_load_end(); then entries from there on. */
	void (*store_load)(void *ctx);

	/* Last seen (store.h). put: all of the list or nothing, STORE_SEEN_MAX at most; then app_store_seen_put(). ask: the names
	 * in the list, with their vitals if asked for; then app_store_seen() with as many, in the same order, or with none
	 * when the store can't say. One of each on the way at a time; app_store_down() instead of an answer. */
	void (*store_seen_put)(void *ctx, const struct store_seen *list, size_t count);
	void (*store_seen_ask)(void *ctx, const struct store_seen *list, size_t count, bool vitals);

	/* Links. */
	enum send_result (*link_send)(void *ctx, link_t link, struct slice bytes);
	void (*link_close)(void *ctx, link_t link); /* app_link_down() is not called for it any more */
	void (*links_read)(void *ctx, bool on);     /* false: the inbox is full, stop reading all sockets */

	/* Answer to app_login_begin() and the like: `tag` as given. ok: the entry has come back safe. */
	void (*login_done)(void *ctx, uint64_t tag, bool ok);

	/* What all daemons of the cell know of failed log-ins: the key that names are made with, and counts (app.h). NULL: nobody
	 * logs in here. */
	void (*guess_key)(void *ctx, const uint64_t key[2]);
	void (*guess_known)(void *ctx, const struct guess_count *list, size_t count);

	/* Answer to app_post(), once, unless it was forgotten. */
	void (*post_done)(void *ctx, uint64_t tag, const struct post_answer *answer);

	/* Answer to app_record_edit(). NULL: nobody asks. */
	void (*record_done)(void *ctx, uint64_t tag, const struct record_done *done);

	/* Secrets. seal: libsodium secretbox with a random nonce in front; returns bytes written, 0 when it does not fit. */
	size_t (*seal)(void *ctx, const uint8_t key[32], struct slice plain, uint8_t *ret, size_t size);
	size_t (*unseal)(void *ctx, const uint8_t key[32], struct slice sealed, uint8_t *ret, size_t size);
	/* AES-CBC with a key of 16, 24 or 32 bytes, IV all zeros, no padding: DC-09. `in` is whole blocks, `ret` as long. False
	 * for a key of another length. */
	bool (*aes_cbc)(void *ctx, bool encrypt, struct slice key, struct slice in, uint8_t *ret);
	bool (*token_matches)(void *ctx, struct slice token, struct slice hash);
	uint64_t (*random)(void *ctx); /* 64 unpredictable bits, never 0 */

	/* The audit chain. seal: fills key and signature (wire/audit.h). words: what was searched for, so that only whoever has
	 * the audit key reads it; returns bytes written, 0 when it does not fit. NULL: this daemon has no audit key. */
	bool (*audit_seal)(void *ctx, struct audit_seal *seal);
	size_t (*audit_words)(void *ctx, struct slice words, uint8_t *ret, size_t size);

	/* How a Chinese character sounds: its pinyin in small letters without tones, "zhang"; the most usual one. Returns its
	 * length, 0 when it has none or does not fit. */
	size_t (*pinyin)(void *ctx, uint32_t rune, char *ret, size_t size);

	/* One log line `ev=CODE rest`. */
	void (*log)(void *ctx, const char *code, const char *fmt, ...) PRINTF_LIKE(3, 4);
};

#endif
