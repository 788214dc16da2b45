/* fuzz_api_message.c - any bytes as the JSON of a home, a station, an area. The first byte says which.
 * Oracles: what is refused has a fault that says where, or there was no memory; what is read and told again reads as the same
 * record, and is told in the same words.
 */
#include <stdlib.h>
#include <string.h>

#include "io/api_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())

static bool hidden(void *ctx, const ProtobufCMessageDescriptor *message, const char *field)
{
	(void)ctx;
	(void)message;
	return strcmp(field, "key") == 0 || strcmp(field, "health") == 0;
}

static ProtobufCMessage *reading(const char *text, size_t len, const ProtobufCMessageDescriptor *what)
{
	json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	struct api_call *call = calloc(1, sizeof *call);
	ProtobufCMessage *m = NULL;

	MUST(call != NULL);
	if (json_is_object(json)) {
		m = api_message_read(call, json, what, hidden, NULL);
		MUST((m == NULL) == (call->fault_count != 0));
	}
	free(call);
	json_decref(json);
	return m;
}

static char *told(const ProtobufCMessage *m, size_t *ret_len)
{
	struct jot j;

	jot_begin(&j, 1u << 22);
	jot_open(&j, NULL, '{');
	api_message_write(&j, m, hidden, NULL);
	jot_close(&j, '}');
	return jot_take(&j, ret_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const ProtobufCMessageDescriptor *const KINDS[] = {&pingan__v1__household__descriptor,
	                                                   &pingan__v1__area__descriptor, &pingan__v1__station__descriptor};
	const ProtobufCMessageDescriptor *what;
	ProtobufCMessage *one, *two;
	char *first, *second;
	size_t first_len, second_len;

	if (size < 1 || size > API_BODY_MAX)
		return 0;
	what = KINDS[data[0] % COUNT_OF(KINDS)];
	one = reading((const char *)data + 1, size - 1, what);
	if (one == NULL)
		return 0;
	first = told(one, &first_len);
	MUST(first != NULL);
	two = reading(first, first_len, what);
	MUST(two != NULL);
	second = told(two, &second_len);
	MUST(second != NULL && first_len == second_len && memcmp(first, second, first_len) == 0);
	free(first);
	free(second);
	protobuf_c_message_free_unpacked(one, NULL);
	protobuf_c_message_free_unpacked(two, NULL);
	return 0;
}
