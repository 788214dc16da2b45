#include "io/vendor_sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <sodium.h>

/* ------------------------------------------------------------ signatures */

static void mac_of(const struct vendor *v, const struct vendor_secret *secret, const struct signed_request *rq,
                   uint8_t ret[VENDOR_MAC_LEN])
{
	static const char *const PLACES[] = {"{timestamp}", "{body}", "{key}"};
	const struct slice VALUES[] = {rq->timestamp, rq->body, rq->key};
	crypto_auth_hmacsha256_state state;
	const char *at = v->sign.text;

	crypto_auth_hmacsha256_init(&state, secret->at, secret->len);
	while (*at != '\0') {
		size_t i, plain = strcspn(at, "{");

		crypto_auth_hmacsha256_update(&state, (const uint8_t *)at, plain);
		at += plain;
		for (i = 0; i < COUNT_OF(PLACES); i++)
			if (strncmp(at, PLACES[i], strlen(PLACES[i])) == 0)
				break;
		if (i < COUNT_OF(PLACES)) {
			crypto_auth_hmacsha256_update(&state, VALUES[i].at, VALUES[i].len);
			at += strlen(PLACES[i]);
		} else if (*at != '\0') {
			crypto_auth_hmacsha256_update(&state, (const uint8_t *)at++, 1);
		}
	}
	crypto_auth_hmacsha256_final(&state, ret);
	sodium_memzero(&state, sizeof state);
}

/* False when the text is no signature of this vendor's form; *ret is then of no use, and compared all the same. */
static bool signature_read(const struct vendor *v, struct slice text, uint8_t ret[VENDOR_MAC_LEN])
{
	size_t prefix = strlen(v->sign.prefix), len = 0;
	const char *end = NULL, *at;
	int bad;

	memset(ret, 0, VENDOR_MAC_LEN);
	if (text.len < prefix || memcmp(text.at, v->sign.prefix, prefix) != 0)
		return false;
	at = (const char *)text.at + prefix;
	if (v->sign.form == FORM_HEX)
		bad = sodium_hex2bin(ret, VENDOR_MAC_LEN, at, text.len - prefix, NULL, &len, &end);
	else
		bad = sodium_base642bin(ret, VENDOR_MAC_LEN, at, text.len - prefix, NULL, &len, &end,
		                        sodium_base64_VARIANT_ORIGINAL);
	return bad == 0 && len == VENDOR_MAC_LEN && end == (const char *)text.at + text.len;
}

/* Unix time in the vendor's unit; false when it is no number. */
static bool timestamp_read(const struct vendor *v, struct slice text, int64_t *ret_ms)
{
	int64_t value = 0;

	if (text.len == 0 || text.len > 15)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		value = value * 10 + (text.at[i] - '0');
	}
	*ret_ms = v->sign.timestamp_unit == TIME_S ? value * 1000 : value;
	return true;
}

enum sign_verdict vendor_check_sign(const struct vendor *v, const struct signed_request *rq, int64_t utc_ms,
                                    uint8_t ret_mac[VENDOR_MAC_LEN])
{
	static const struct vendor_secret NONE = {.len = VENDOR_SECRET_MIN};
	uint8_t shown[VENDOR_MAC_LEN], right[VENDOR_SECRETS_MAX][VENDOR_MAC_LEN];
	bool form = signature_read(v, rq->signature, shown), good = false;
	int64_t stamp_ms, tolerance_ms = (int64_t)v->sign.tolerance_s * 1000;

	/* All secrets are always tried; one that is not there counts for nothing, and takes as long. */
	for (size_t i = 0; i < VENDOR_SECRETS_MAX; i++) {
		bool is = v->secrets[i].len != 0, same;

		mac_of(v, is ? &v->secrets[i] : &NONE, rq, right[i]);
		same = sodium_memcmp(right[i], shown, VENDOR_MAC_LEN) == 0;
		good = good | (is & same);
	}
	if (!form || !good || !timestamp_read(v, rq->timestamp, &stamp_ms))
		return SIGN_BAD;
	memcpy(ret_mac, shown, VENDOR_MAC_LEN);
	if (stamp_ms - utc_ms > tolerance_ms || utc_ms - stamp_ms > tolerance_ms)
		return SIGN_STALE;
	return SIGN_GOOD;
}

void vendor_nobody(struct vendor *ret)
{
	memset(ret, 0, sizeof *ret);
	snprintf(ret->sign.text, sizeof ret->sign.text, "{timestamp}.{body}");
	ret->secrets[0].len = VENDOR_MAC_LEN;
	randombytes_buf(ret->secrets[0].at, VENDOR_MAC_LEN);
}

void vendor_sign(const struct vendor *v, uint32_t secret, const struct signed_request *rq,
                 char ret[VENDOR_SIGNATURE_MAX])
{
	uint8_t mac[VENDOR_MAC_LEN];
	size_t len = (size_t)snprintf(ret, VENDOR_SIGNATURE_MAX, "%s", v->sign.prefix);

	mac_of(v, &v->secrets[secret], rq, mac);
	if (v->sign.form == FORM_HEX)
		sodium_bin2hex(ret + len, VENDOR_SIGNATURE_MAX - len, mac, sizeof mac);
	else
		sodium_bin2base64(ret + len, VENDOR_SIGNATURE_MAX - len, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
}

/* ------------------------------------------------------------ requests that were answered */

struct replay {
	TAILQ_ENTRY(replay) link;
	uint8_t mac[VENDOR_MAC_LEN];
	struct replay_key key;
	ms_t until_ms;
	unsigned status;
	size_t len;
	uint8_t answer[];
};

struct replay_list {
	char vendor[VENDOR_NAME_MAX]; /* a reload may move it to another place in the file */
	uint32_t count;
	TAILQ_HEAD(replay_queue, replay) all; /* oldest first */
};

struct replays {
	struct replay_list of[VENDORS_MAX];
};

struct replays *replays_new(void)
{
	struct replays *r = calloc(1, sizeof *r);

	for (size_t i = 0; r != NULL && i < VENDORS_MAX; i++)
		TAILQ_INIT(&r->of[i].all);
	return r;
}

static void drop_first(struct replay_list *l)
{
	struct replay *first = TAILQ_FIRST(&l->all);

	TAILQ_REMOVE(&l->all, first, link);
	l->count--;
	free(first);
}

static void list_clear(struct replay_list *l)
{
	while (l->count > 0)
		drop_first(l);
}

void replays_free(struct replays *r)
{
	for (size_t i = 0; r != NULL && i < VENDORS_MAX; i++)
		list_clear(&r->of[i]);
	free(r);
}

static struct replay_list *list_find(struct replays *r, const char *vendor)
{
	for (size_t i = 0; i < VENDORS_MAX; i++)
		if (strcmp(r->of[i].vendor, vendor) == 0)
			return &r->of[i];
	return NULL;
}

/* The vendor's own, else a free one, else that of a vendor who has been silent for long: its memory is as good as empty. */
static struct replay_list *list_want(struct replays *r, const char *vendor, ms_t utc_ms)
{
	struct replay_list *l = list_find(r, vendor);

	for (size_t i = 0; l == NULL && i < VENDORS_MAX; i++) {
		const struct replay *last = TAILQ_LAST(&r->of[i].all, replay_queue);

		if (last == NULL || last->until_ms < utc_ms) {
			l = &r->of[i];
			list_clear(l);
			snprintf(l->vendor, sizeof l->vendor, "%s", vendor);
		}
	}
	return l;
}

unsigned replays_find(const struct replays *r, const char *vendor, const uint8_t mac[VENDOR_MAC_LEN], ms_t utc_ms,
                      struct slice *ret)
{
	const struct replay_list *l = list_find((struct replays *)r, vendor);
	const struct replay *p;

	if (l == NULL)
		return 0;
	TAILQ_FOREACH (p, &l->all, link) {
		if (p->until_ms < utc_ms || memcmp(p->mac, mac, VENDOR_MAC_LEN) != 0)
			continue;
		*ret = slice_of(p->answer, p->len);
		return p->status;
	}
	return 0;
}

bool replays_other(const struct replays *r, const char *vendor, const struct replay_key *key, ms_t utc_ms)
{
	const struct replay_list *l = list_find((struct replays *)r, vendor);
	const struct replay *p;

	if (l == NULL || key->key == 0)
		return false;
	TAILQ_FOREACH (p, &l->all, link)
		if (p->key.key == key->key && p->until_ms >= utc_ms)
			return p->key.content != key->content; /* the oldest is the first use */
	return false;
}

void replays_keep(struct replays *r, const struct vendor *v, const uint8_t mac[VENDOR_MAC_LEN],
                  const struct replay_key *key, ms_t utc_ms, unsigned status, struct slice answer)
{
	struct replay_list *l = list_want(r, v->name, utc_ms);
	struct replay *p;

	while (l != NULL && l->count > 0 && (l->count >= v->sign.replay_max || TAILQ_FIRST(&l->all)->until_ms < utc_ms))
		drop_first(l);
	p = l == NULL ? NULL : malloc(sizeof *p + answer.len);
	if (p == NULL)
		return;
	memcpy(p->mac, mac, VENDOR_MAC_LEN);
	p->key = *key;
	/* Signed as far ahead as it may be, it is good for twice the tolerance. */
	p->until_ms = utc_ms + 2 * SECONDS((ms_t)v->sign.tolerance_s);
	p->status = status;
	p->len = answer.len;
	if (answer.len != 0)
		memcpy(p->answer, answer.at, answer.len);
	TAILQ_INSERT_TAIL(&l->all, p, link);
	l->count++;
}
