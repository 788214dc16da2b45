/* quarantine.c - the household that stands for all unknown homes: it has nothing but a key, with which what people write
 * about their calls is sealed, and which can be destroyed like any other. Made once in the life of a cell. */
#include <stdlib.h>

#include "app/internal.h"

#define KEY_LEN 32

static uint8_t *body_make(struct app *app, uint32_t *ret_len)
{
	Pingan__V1__Household h = PINGAN__V1__HOUSEHOLD__INIT;
	char id[] = QUARANTINE;
	uint8_t key[KEY_LEN];
	uint8_t *body;

	for (size_t i = 0; i < sizeof key; i += sizeof(uint64_t)) {
		uint64_t bits = app->ports.random(app->ports.ctx);

		memcpy(key + i, &bits, sizeof bits);
	}
	h.id = id;
	h.key = (ProtobufCBinaryData){.len = sizeof key, .data = key};
	*ret_len = (uint32_t)pingan__v1__household__get_packed_size(&h);
	body = malloc(*ret_len);
	if (body != NULL)
		pingan__v1__household__pack(&h, body);
	return body;
}

void quarantine_turn(struct app *app)
{
	char key[STORE_KEY_MAX];
	const struct record *rec;
	struct change *ch;

	if (!app->store_up)
		return;
	record_key(key, "household", QUARANTINE);
	rec = record_find(app, key);
	if (rec != NULL && (rec->rev != 0 || rec->busy != NULL || rec->waiting_count != 0))
		return;
	ch = change_submit(app, CHANGE_NEW, key, NULL, NULL, (struct waiter){0});
	if (ch == NULL)
		return;
	ch->body = body_make(app, &ch->body_len);
	/* An empty record has no key: without memory there is none this time. */
	if (ch->body == NULL) {
		ch->body_len = 0;
		ch->remove = true;
	}
}
