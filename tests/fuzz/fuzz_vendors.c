/* fuzz_vendors.c - any bytes as vendors.yaml.
 * Oracles: it is taken whole or refused with one line; what was taken is in its bounds and found by its name, and whatever
 * mapping it is, a body becomes valid alarms and a signature of it is good.
 */
#include <stdlib.h>
#include <string.h>

#include "io/vendor_map.h"
#include "io/vendor_sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())
#define UTC_MS INT64_C(1795334399000)

static const char BODY[] = "{\"events\":[{\"type\":\"sos\",\"at\":1795334399250,\"zone\":2,\"a\":{\"b\":[1,\"x\"]},"
						   "\"device\":{\"sn\":\"A1023\",\"battery\":81,\"rssi\":-67}}],\"gateway\":\"g\"}";

static void text(const char *at, size_t size)
{
	MUST(memchr(at, '\0', size) != NULL);
}

static void one(const struct vendor *v)
{
	static struct vendor_body b;
	static struct vendor signing;
	char signature[VENDOR_SIGNATURE_MAX];
	uint8_t mac[VENDOR_MAC_LEN];
	struct signed_request rq = {.timestamp =
	                                slice_str(v->sign.timestamp_unit == TIME_S ? "1795334399" : "1795334399000"),
	                            .key = slice_str("k"),
	                            .body = slice_str(BODY)};

	text(v->name, sizeof v->name);
	text(v->sign.text, sizeof v->sign.text);
	MUST(v->name[0] != '\0' && v->code_count <= VENDOR_CODES_MAX && v->rate_per_min != 0 && v->burst != 0);
	MUST(v->secret_files.count <= VENDOR_LIST_MAX && v->key.ignore.count <= VENDOR_LIST_MAX);
	MUST(v->sign.form < FORM_COUNT && v->map.time_form < TIME_FORM_COUNT);
	MUST(v->map.device.from != SOURCE_NONE && v->map.code.from != SOURCE_NONE);
	for (uint32_t i = 0; i < v->code_count; i++) {
		text(v->codes[i].code, sizeof v->codes[i].code);
		MUST(v->codes[i].kind < KIND_COUNT);
	}
	vendor_map(v, slice_str(BODY), slice_str("k"), NULL, &b);
	for (uint32_t i = 0; i < b.count; i++)
		MUST(alarm_valid(&b.at[i].alarm));
	/* A signature as it says is a good one, if what is signed says when. */
	signing = *v;
	signing.secrets[0].len = VENDOR_SECRET_MIN;
	vendor_sign(&signing, 0, &rq, signature);
	rq.signature = slice_str(signature);
	MUST(vendor_check_sign(&signing, &rq, UTC_MS, mac) == SIGN_GOOD);
	signature[strlen(signature) / 2] ^= 1;
	MUST(vendor_check_sign(&signing, &rq, UTC_MS, mac) == SIGN_BAD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[VENDORS_WHY_MAX] = "";
	struct vendors *all = vendors_parse(slice_of(data, size), ".", false, why);

	if (all == NULL) {
		MUST(why[0] != '\0' && memchr(why, '\0', sizeof why) != NULL && strchr(why, '\n') == NULL);
		return 0;
	}
	MUST(all->count <= VENDORS_MAX);
	for (uint32_t i = 0; i < all->count; i++) {
		MUST(vendors_find(all, slice_str(all->at[i].name)) == &all->at[i]);
		one(&all->at[i]);
	}
	vendors_free(all);
	return 0;
}
