/* quarantine.c - the household that stands for all unknown homes: it has nothing but a key, with which what people write
 * about their calls is sealed, and which can be destroyed like any other. Made once in the life of a cell. And how many calls
 * of unknown devices there may be: behind each may be somebody, and behind all of them one machine that makes them up. */
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

bool quarantine_may(struct app *app, link_t link)
{
	const char *peer = devices_peer(app, link);
	size_t of_peer = 0, at;

	if (app->quarantine_count >= QUARANTINE_MAX)
		return false;
	for (size_t i = 0; i < QUARANTINE_MAX; i++)
		of_peer += app->quarantined[i].at_ms != 0 && strcmp(app->quarantined[i].peer, peer) == 0 &&
		           app->now.store_ms - app->quarantined[i].at_ms < QUARANTINE_WINDOW_MS;
	/* A vendor's cloud has signed for what it sends: it has no address. */
	if (peer[0] != '\0' && of_peer >= QUARANTINE_FEW && app->quarantine_count >= QUARANTINE_MAX - QUARANTINE_RESERVED)
		return false;
	at = app->quarantined_at++ % QUARANTINE_MAX;
	(void)text_copy(app->quarantined[at].peer, sizeof app->quarantined[at].peer, slice_str(peer));
	app->quarantined[at].at_ms = app->now.store_ms;
	return true;
}
