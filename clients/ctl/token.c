#include "token.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "io/who.h"
#include "pingan/v1/record.pb-c.h"
#include "user.h"
#include "wire/console.h"

#define NAME_MAX_BYTES 63

static int complain(const char *what, const char *about)
{
	fprintf(stderr, "pinganctl: %s: %s\n", about, what);
	return 1;
}

/* "a,b" into pieces of `text`; 0 when there are none or too many, or one is empty. */
static size_t split(char *text, char **ret, size_t max)
{
	size_t count = 0;
	char *item;

	while ((item = strsep(&text, ",")) != NULL) {
		if (item[0] == '\0' || count == max)
			return 0;
		ret[count++] = item;
	}
	return count;
}

static bool scopes_read(const char *text, char *room, size_t size, char **ret, size_t *ret_count)
{
	enum api_scope scope;

	*ret_count = text == NULL || !text_copy(room, size, slice_str(text)) ? 0 : split(room, ret, SCOPE_COUNT);
	for (size_t i = 0; i < *ret_count; i++)
		if (!scope_find(slice_str(ret[i]), &scope)) {
			fprintf(stderr, "pinganctl: --scope: there is no scope \"%s\"; pinganctl role list names them\n", ret[i]);
			return false;
		}
	return *ret_count != 0 || complain("say what it may do, such as homes:read,statistics:read", "--scope") == 0;
}

static bool areas_read(const char *text, char *room, size_t size, char **ret, size_t *ret_count)
{
	*ret_count = text == NULL || !text_copy(room, size, slice_str(text)) ? 0 : split(room, ret, AREAS_MAX);
	for (size_t i = 0; i < *ret_count; i++)
		if (!area_code_valid(ret[i]))
			*ret_count = 0;
	return *ret_count != 0 ||
	       complain("is 1 to 32 division codes of 4, 6, 9 or 12 digits, parted by commas", "--area") == 0;
}

/* It is shown on terminals and told as JSON. */
static bool name_good(const char *name)
{
	return name[0] != '\0' && strlen(name) <= NAME_MAX_BYTES && strpbrk(name, "\n\t") == NULL &&
	       console_text_ok(slice_str(name));
}

static void by_whom(char ret[ID_MAX])
{
	char name[24];

	if (getlogin_r(name, sizeof name) != 0)
		snprintf(name, sizeof name, "%lu", (unsigned long)getuid());
	snprintf(ret, ID_MAX, "ctl:%s", name);
}

int token_add(struct cell *cell, const char *name, const struct token_options *o, bool json)
{
	char id[TOKEN_ID_LEN + 1], secret[TOKEN_SECRET_LEN + 1], key[STORE_KEY_MAX], by[ID_MAX], room[2][512];
	char *scopes[SCOPE_COUNT], *areas[AREAS_MAX];
	uint8_t raw[TOKEN_SECRET_LEN / 2], raw_id[TOKEN_ID_LEN / 2], hash[32], body[STORE_BODY_MAX];
	Pingan__V1__Token t = PINGAN__V1__TOKEN__INIT;
	uint64_t stored = cell->stored;
	ms_t now_ms;
	bool ok;

	if (!name_good(name))
		return complain("says what it is for in 1 to 63 bytes of UTF-8, on one line", "a token's name");
	if (!scopes_read(o->scopes, room[0], sizeof room[0], scopes, &t.n_scopes) ||
	    !areas_read(o->areas, room[1], sizeof room[1], areas, &t.n_areas))
		return 1;
	now_ms = cell_now_ms(cell);
	if (now_ms == 0)
		return 1;
	randombytes_buf(raw_id, sizeof raw_id);
	randombytes_buf(raw, sizeof raw);
	sodium_bin2hex(id, sizeof id, raw_id, sizeof raw_id);
	sodium_bin2hex(secret, sizeof secret, raw, sizeof raw);
	crypto_generichash(hash, sizeof hash, raw, sizeof raw, NULL, 0);
	by_whom(by);
	t.id = id;
	t.name = (char *)(uintptr_t)name;
	t.hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
	t.scopes = scopes;
	t.areas = areas;
	t.made_ms = now_ms;
	t.made_by = by;
	t.until_ms = now_ms + (ms_t)(o->days == 0 ? TOKEN_DAYS : o->days) * SECONDS(86400);
	snprintf(key, sizeof key, "token:%s", id);
	ok = cell_put_new(cell, key, slice_of(body, pingan__v1__token__pack(&t, body))) && cell->stored != stored;
	if (ok && json)
		printf("{\"id\":\"%s\",\"token\":\"" TOKEN_PREFIX "%s_%s\",\"until_ms\":%" PRId64 "}\n", id, id, secret,
		       t.until_ms);
	else if (ok)
		printf("id,token\n%s," TOKEN_PREFIX "%s_%s\n", id, id, secret);
	sodium_memzero(raw, sizeof raw);
	sodium_memzero(secret, sizeof secret);
	return !ok;
}

/* ------------------------------------------------------------ lists */

static void joined(char *const *items, size_t count, char *ret, size_t size)
{
	size_t n = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < count && n + 1 < size; i++)
		n += (size_t)snprintf(ret + n, size - n, "%s%s", i == 0 ? "" : ",", items[i]);
}

static json_t *texts(char *const *items, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, json_string(items[i]));
	return list;
}

static void day_text(int64_t at_ms, char ret[16])
{
	time_t at = (time_t)(at_ms / 1000);
	struct tm tm;

	if (at_ms == 0 || gmtime_r(&at, &tm) == NULL || strftime(ret, 16, "%Y-%m-%d", &tm) == 0)
		snprintf(ret, 16, "-");
}

static void token_print(const Pingan__V1__Token *t, ms_t now_ms, bool json)
{
	char scopes[SCOPE_COUNT * 24], areas[AREAS_MAX * 16], until[16], used[16]; /* whole: nobody shall miss a right */

	if (json) {
		json_t *line =
			json_pack("{s:s, s:s, s:o, s:o, s:s, s:I, s:I, s:I, s:b}", "id", t->id, "name", t->name, "scopes",
		              texts(t->scopes, t->n_scopes), "areas", texts(t->areas, t->n_areas), "made_by", t->made_by,
		              "made_ms", (json_int_t)t->made_ms, "until_ms", (json_int_t)t->until_ms, "used_ms",
		              (json_int_t)t->used_ms, "good", t->until_ms > now_ms);

		if (line != NULL)
			(void)json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(line);
		return;
	}
	joined(t->scopes, t->n_scopes, scopes, sizeof scopes);
	joined(t->areas, t->n_areas, areas, sizeof areas);
	day_text(t->until_ms, until);
	day_text(t->used_ms, used);
	printf("%-16s %-8s %-10s %-10s %-20s %-32s %s\n", t->id, t->until_ms > now_ms ? "good" : "expired", until, used,
	       areas, scopes, t->name);
}

int token_list(struct cell *cell, bool json)
{
	ms_t now_ms = cell_now_ms(cell);
	size_t count = 0;
	char **keys = now_ms == 0 ? NULL : cell_keys(cell, "token:", &count);

	if (keys == NULL)
		return 1;
	if (!json)
		printf("%-16s %-8s %-10s %-10s %-20s %-32s %s\n", "id", "state", "until UTC", "last used", "areas", "scopes",
		       "name");
	for (size_t i = 0; i < count; i++) {
		struct cell_record rec;
		Pingan__V1__Token *t = NULL;

		if (cell_get(cell, keys[i], &rec) && rec.rev != 0)
			t = pingan__v1__token__unpack(NULL, rec.len, rec.body);
		if (t == NULL) {
			(void)complain("is unreadable and left out", keys[i]);
			continue;
		}
		token_print(t, now_ms, json);
		pingan__v1__token__free_unpacked(t, NULL);
	}
	cell_keys_free(keys, count);
	return 0;
}

int token_revoke(struct cell *cell, const char *id)
{
	struct cell_record rec;
	char key[STORE_KEY_MAX];
	bool mine;

	if (strlen(id) != TOKEN_ID_LEN || strspn(id, "0123456789abcdef") != TOKEN_ID_LEN)
		return complain("a token is named by the 16 digits that token list shows, never by itself", "token revoke");
	snprintf(key, sizeof key, "token:%s", id);
	if (!cell_get(cell, key, &rec))
		return 1;
	if (rec.rev == 0)
		return complain("there is no such token", id);
	/* Whoever uses it at this moment has that written down in it: it is over all the same. */
	if (!cell_remove_now(cell, key, &mine))
		return 1;
	printf("%s: revoked\n", id);
	return 0;
}

int role_list(bool json)
{
	if (!json)
		printf("%-14s %s\n", "role", "may ask the API for");
	for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
		uint64_t may = role == ROLE_MACHINE ? SCOPE_BIT(SCOPE_COUNT) - 1 : rights_scopes((enum role)role);
		char *names[SCOPE_COUNT], text[512];
		size_t count = 0;

		for (enum api_scope s = 0; s < SCOPE_COUNT; s++)
			if ((may & SCOPE_BIT(s)) != 0)
				names[count++] = (char *)(uintptr_t)scope_name(s);
		joined(names, count, text, sizeof text);
		if (json) {
			json_t *line = json_pack("{s:s, s:o}", "role", role_name((enum role)role), "scopes", texts(names, count));

			if (line != NULL)
				(void)json_dumpf(line, stdout, JSON_COMPACT);
			putchar('\n');
			json_decref(line);
		} else {
			printf("%-14s %s%s\n", role_name((enum role)role), role == ROLE_MACHINE ? "as its token says, of " : "",
			       count == 0 ? "nothing" : text);
		}
	}
	return 0;
}
