/* vendor_sign.h - who sent this: the signature of a vendor's request, and requests that were answered already.
 *
 * Owns:   HMAC-SHA256 over what the vendor's configuration says is signed; the memory of answered requests.
 * Knows:  no HTTP: the texts of headers come in as they are.
 * Result: good, bad, or good with a time too far off. Right and wrong signatures take the same time, known and unknown vendors
 *         too: whoever guesses learns nothing.
 * Bounds: replay_max answers a vendor, each until its time stamp is out of tolerance; beyond that the oldest goes.
 */
#ifndef IO_VENDOR_SIGN_H
#define IO_VENDOR_SIGN_H

#include "io/vendor.h"

#define VENDOR_MAC_LEN 32
#define VENDOR_SIGNATURE_MAX 128 /* as text, with its NUL */

struct signed_request {
	struct slice signature, timestamp, key; /* of their headers; empty when missing */
	struct slice body;
};

enum sign_verdict { SIGN_GOOD, SIGN_BAD, SIGN_STALE };

/* On GOOD and STALE *ret_mac names the request. */
enum sign_verdict vendor_check_sign(const struct vendor *v, const struct signed_request *rq, int64_t utc_ms,
                                    uint8_t ret_mac[VENDOR_MAC_LEN]) MUST_USE;

/* Stands for a vendor that nobody knows: the same work, with a secret that nobody knows either. */
void vendor_nobody(struct vendor *ret);

/* The signature as its header holds it, prefix included: what a vendor's side does. `secret`: 0 or 1. */
void vendor_sign(const struct vendor *v, uint32_t secret, const struct signed_request *rq,
                 char ret[VENDOR_SIGNATURE_MAX]);

/* ------------------------------------------------------------ requests that were answered */

struct replays;

struct replays *replays_new(void) MUST_USE;
void replays_free(struct replays *replays); /* accepts NULL */
/* The answer that this very request was given: its status, and its body in *ret; 0 when it is new. */
unsigned replays_find(const struct replays *replays, const char *vendor, const uint8_t mac[VENDOR_MAC_LEN], ms_t utc_ms,
                      struct slice *ret);

/* What a vendor's key was first used for, as hashes; key 0: it gave none. */
struct replay_key {
	uint64_t key, content;
};

/* True when this key was answered before, for other content: the vendor's keys are not what they should be. */
bool replays_other(const struct replays *replays, const char *vendor, const struct replay_key *key, ms_t utc_ms);
/* Keeps an answer. Without memory it is not kept: the store knows copies all the same. */
void replays_keep(struct replays *replays, const struct vendor *v, const uint8_t mac[VENDOR_MAC_LEN],
                  const struct replay_key *key, ms_t utc_ms, unsigned status, struct slice answer);

#endif
