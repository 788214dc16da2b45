#include "table_settle.h"

#include <sodium.h>

#include "core/device_life.h"
#include "device.h"

#define SEAL_LEN 32
#define REPORT_MIN_S 10

static uint8_t *bytes_new(struct arena *arena, size_t len)
{
	uint8_t *at = arena_take(arena, len);

	ENSURE(at != NULL);
	return at;
}

/* ------------------------------------------------------------ homes, people */

static void home_settle(Pingan__V1__Household *h, const struct table_settle *s, struct arena *arena)
{
	if (s->before != NULL)
		return;
	h->key = (ProtobufCBinaryData){.len = SEAL_LEN, .data = bytes_new(arena, SEAL_LEN)};
	randombytes_buf(h->key.data, SEAL_LEN);
}

static bool same_texts(char *const *a, size_t a_count, char *const *b, size_t b_count)
{
	for (size_t i = 0; i < a_count && i < b_count; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return a_count == b_count;
}

/* Whoever gets another role, area or password, or is shut out, loses every session with the same entry. */
static void rights_settle(Pingan__V1__Person *p, const Pingan__V1__Person *before, int64_t now_ms)
{
	bool password = strcmp(p->password_hash, before->password_hash) != 0;

	if (password)
		p->password_ms = now_ms;
	if (password || p->role != before->role || (p->disabled && !before->disabled) ||
	    !same_texts(p->areas, p->n_areas, before->areas, before->n_areas))
		p->sessions_from_ms = now_ms;
}

static const char *person_settle(Pingan__V1__Person *p, const struct table_settle *s, const char **ret)
{
	p->account = p->id;
	*ret = "account";
	if (strpbrk(p->id, ":,/\"'\\") != NULL)
		return "an account has 1 to 31 letters, digits, dots or dashes";
	*ret = "role";
	if (p->role == PINGAN__V1__ROLE__ROLE_NONE)
		return "must not be empty";
	if (p->role == PINGAN__V1__ROLE__ROLE_MACHINE)
		return "another system has a token, no account: pinganctl token add";
	*ret = "password_hash";
	if (p->password_hash[0] != '\0' && strncmp(p->password_hash, "$argon2id$", 10) != 0)
		return "is no argon2id hash; leave it empty, and let pinganctl user password make one";
	/* An empty cell takes nobody's password away. */
	if (p->password_hash[0] == '\0' && s->before != NULL)
		p->password_hash = ((const Pingan__V1__Person *)s->before)->password_hash;
	if (s->before != NULL)
		rights_settle(p, (const Pingan__V1__Person *)s->before, s->now_ms);
	return NULL;
}

/* ------------------------------------------------------------ devices */

/* The key as its protocol keeps it. */
static void key_take(Pingan__V1__Device *d, const Pingan__V1__Device *checked, struct arena *arena)
{
	const ProtobufCBinaryData *from = checked->psk.len != 0 ? &checked->psk : &checked->dc09_key;
	ProtobufCBinaryData none = {0}, key = {.len = from->len, .data = bytes_new(arena, from->len + 1)};

	if (from->len != 0)
		memcpy(key.data, from->data, from->len);
	d->psk = checked->psk.len != 0 ? key : none;
	d->dc09_key = checked->psk.len != 0 ? none : key;
}

/* A life that has begun goes on in the console and by pinganctl device: a table says it of a new unit only. */
static const char *life_settle(Pingan__V1__Device *d, const Pingan__V1__Device *before, int64_t now_ms,
                               const char **ret)
{
	if (before == NULL) {
		/* A table that says how it stands comes from another cell: its life is as it was there. */
		if (d->state != PINGAN__V1__DEVICE_STATE__DEVICE_NONE)
			return NULL;
		d->state = PINGAN__V1__DEVICE_STATE__DEVICE_COMMISSIONING;
		d->entered_ms = d->entered_ms != 0 ? d->entered_ms : now_ms;
		d->state_ms = d->state_ms != 0 ? d->state_ms : now_ms;
		d->bound_ms = d->bound_ms != 0 || d->household[0] == '\0' ? d->bound_ms : now_ms;
		return NULL;
	}
	*ret = "household";
	if (strcmp(d->household, before->household) != 0)
		return "this device is bound to another home: unbind it there first";
	*ret = "protocol";
	if (d->protocol != before->protocol)
		return "this device is entered with another protocol";
	*ret = "state";
	if (d->state != before->state && d->state != PINGAN__V1__DEVICE_STATE__DEVICE_NONE)
		return "the state of a device that is entered is not changed by a table: see pinganctl device";
	d->state = before->state;
	d->state_ms = before->state_ms;
	d->entered_ms = before->entered_ms;
	d->bound_ms = before->bound_ms;
	d->proved_ms = before->proved_ms;
	d->proved_by = before->proved_by;
	d->tested_ms = before->tested_ms;
	d->installed_by = before->installed_by;
	return NULL;
}

static const char *given(const char *cell)
{
	return cell[0] == '\0' ? NULL : cell;
}

static const char *device_settle(const struct table_kind *kind, Pingan__V1__Device *d, struct table_settle *s,
                                 struct arena *arena, const char **ret)
{
	const Pingan__V1__Device *before = (const Pingan__V1__Device *)s->before;
	const char *key = given(s->cells[table_column_of(kind, "key")]);
	const struct device_options o = {.household = d->household,
	                                 .protocol = s->cells[table_column_of(kind, "protocol")],
	                                 .model = given(d->model),
	                                 .key = key,
	                                 .codes = given(d->code_table)};
	Pingan__V1__Device checked = PINGAN__V1__DEVICE__INIT;
	uint8_t secret[DEVICE_KEY_LEN];
	const char *why = device_entry(d->id, &o, &checked, secret, ret);

	if (why != NULL)
		return why;
	*ret = "report_s";
	if (d->report_s != 0 && d->report_s < REPORT_MIN_S)
		return "seconds without a word after which it is silent: 10 to 2592000, or empty";
	*ret = "carrier";
	for (const char *at = d->carrier; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~')
			return "a short code without blanks, letters and digits";
	if (key != NULL || before == NULL) {
		key_take(d, &checked, arena);
	} else {
		/* An empty cell takes no unit's key away. */
		d->psk = before->psk;
		d->dc09_key = before->dc09_key;
	}
	s->made_key = key == NULL && before == NULL && checked.psk.len != 0;
	sodium_memzero(secret, sizeof secret);
	return life_settle(d, before, s->now_ms, ret);
}

/* ------------------------------------------------------------ any */

const char *table_settle(const struct table_kind *kind, ProtobufCMessage *record, struct table_settle *s,
                         struct arena *arena, size_t *ret_column)
{
	const char *column = "", *why = NULL;

	s->made_key = false;
	if (kind->message == &pingan__v1__household__descriptor)
		home_settle((Pingan__V1__Household *)record, s, arena);
	else if (kind->message == &pingan__v1__person__descriptor)
		why = person_settle((Pingan__V1__Person *)record, s, &column);
	else if (kind->message == &pingan__v1__device__descriptor)
		why = device_settle(kind, (Pingan__V1__Device *)record, s, arena, &column);
	*ret_column = table_column_of(kind, column);
	return why;
}
