/* fuzz_vendor_sign.c - any bytes in the headers of a vendor's request: signature, time stamp, key; and any body.
 * The first byte says how this vendor signs; signature, time stamp and key follow, each behind its length; the rest is the body.
 * Oracles: only the signature that belongs to it is good; that one is, if its time can be read, and with any bit changed it is
 * not, nor is it for another body; nobody's is never good.
 */
#include <stdlib.h>
#include <string.h>

#include "io/vendor_sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())
#define UTC_MS INT64_C(1795334399000)

static struct vendor v, nobody;

static void vendor_of(uint8_t how)
{
	memset(&v, 0, sizeof v);
	strcpy(v.name, "sample");
	v.sign.form = (how & 1) != 0 ? FORM_BASE64 : FORM_HEX;
	strcpy(v.sign.prefix, (how & 2) != 0 ? "sha256=" : "");
	strcpy(v.sign.text, (how & 4) != 0 ? "{timestamp}.{key}.{body}" : "{timestamp}{x}{body}");
	v.sign.timestamp_unit = (how & 8) != 0 ? TIME_MS : TIME_S;
	v.sign.tolerance_s = 300;
	v.secrets[0].len = v.secrets[1].len = VENDOR_SECRET_MIN;
	memset(v.secrets[0].at, 'a', VENDOR_SECRET_MIN);
	memset(v.secrets[1].at, 'b', VENDOR_SECRET_MIN);
	if ((how & 16) != 0)
		v.secrets[1].len = 0;
}

static struct slice piece(struct slice *from)
{
	struct slice ret = slice_of(from->at, 0);

	if (from->len == 0)
		return ret;
	ret = slice_of(from->at + 1, from->at[0] < from->len - 1 ? from->at[0] : from->len - 1);
	*from = slice_of(ret.at + ret.len, from->len - 1 - ret.len);
	return ret;
}

static bool ours(struct slice shown, uint32_t secret, const struct signed_request *rq)
{
	char text[VENDOR_SIGNATURE_MAX];
	size_t prefix = strlen(v.sign.prefix);

	if (v.secrets[secret].len == 0)
		return false;
	vendor_sign(&v, secret, rq, text);
	/* Hex digits may be large or small. */
	return shown.len == strlen(text) && memcmp(shown.at, text, prefix) == 0 &&
	       (v.sign.form == FORM_HEX ? strncasecmp((const char *)shown.at + prefix, text + prefix, shown.len - prefix)
	                                : memcmp(shown.at, text, shown.len)) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size);
	struct signed_request rq = {0};
	uint8_t mac[VENDOR_MAC_LEN], other[1] = {0};
	char right[VENDOR_SIGNATURE_MAX];
	enum sign_verdict verdict;
	struct slice shown, body;

	if (size == 0)
		return 0;
	if (nobody.sign.text[0] == '\0')
		vendor_nobody(&nobody);
	vendor_of(data[0]);
	rest = slice_of(rest.at + 1, rest.len - 1);
	rq.signature = shown = piece(&rest);
	rq.timestamp = piece(&rest);
	rq.key = piece(&rest);
	rq.body = body = rest;
	if (vendor_check_sign(&v, &rq, UTC_MS, mac) != SIGN_BAD)
		MUST(ours(shown, 0, &rq) || ours(shown, 1, &rq));
	MUST(vendor_check_sign(&nobody, &rq, UTC_MS, mac) == SIGN_BAD);
	for (uint32_t i = 0; i < VENDOR_SECRETS_MAX && v.secrets[i].len != 0; i++) {
		size_t at;

		vendor_sign(&v, i, &rq, right);
		rq.signature = slice_str(right);
		verdict = vendor_check_sign(&v, &rq, UTC_MS, mac);
		if (verdict == SIGN_BAD)
			MUST(rq.timestamp.len == 0 || rq.timestamp.len > 15 ||
			     memchr("0123456789", rq.timestamp.at[0], 10) == NULL || rq.timestamp.len > 1);
		at = (size_t)data[size - 1] % strlen(right);
		right[at] ^= 1;
		MUST(vendor_check_sign(&v, &rq, UTC_MS, mac) == SIGN_BAD);
		right[at] ^= 1;
		rq.body = body.len == 0 ? slice_of(other, 1) : slice_of(body.at, body.len - 1);
		MUST(vendor_check_sign(&v, &rq, UTC_MS, mac) == SIGN_BAD);
		rq.body = body;
	}
	return 0;
}
