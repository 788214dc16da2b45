#include "session.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/app.h"
#include "pingan/v1/record.pb-c.h"

#define SHORT 12

typedef bool each_login(struct cell *cell, const char *key, const struct cell_record *rec, const Pingan__V1__Login *l,
                        void *ctx);

static int complain(const char *what, const char *about)
{
	fprintf(stderr, "pinganctl: %s: %s\n", about, what);
	return 1;
}

static const char *id_of(const char *key)
{
	return key + strlen("login:");
}

/* Every open session of this person (NULL: of anybody). False with one line on standard error. */
static bool sessions(struct cell *cell, const char *account, each_login *each, void *ctx)
{
	size_t count = 0;
	char **keys = cell_keys(cell, "login:", &count);
	bool ok = keys != NULL;

	for (size_t i = 0; keys != NULL && i < count; i++) {
		struct cell_record rec;
		Pingan__V1__Login *l;

		if (!cell_get(cell, keys[i], &rec)) {
			ok = false;
			continue;
		}
		l = rec.rev == 0 ? NULL : pingan__v1__login__unpack(NULL, rec.len, rec.body);
		if (l != NULL && (account == NULL || strcmp(l->person, account) == 0))
			ok = each(cell, keys[i], &rec, l, ctx) && ok;
		if (l != NULL)
			pingan__v1__login__free_unpacked(l, NULL);
	}
	cell_keys_free(keys, count);
	return ok;
}

static void utc_text(int64_t at_ms, char ret[24])
{
	time_t at = (time_t)(at_ms / 1000);
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL || strftime(ret, 24, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(ret, 24, "?");
}

static bool print(struct cell *cell, const char *key, const struct cell_record *rec, const Pingan__V1__Login *l,
                  void *ctx)
{
	const char *role = role_name((enum role)l->role);
	char from[24], until[24];

	(void)cell;
	(void)rec;
	if (*(const bool *)ctx) {
		json_t *line = json_pack("{s:s%, s:s, s:s, s:I, s:I, s:s, s:b}", "session", id_of(key), (size_t)SHORT,
		                         "account", l->person, "role", role, "made_ms", (json_int_t)l->made_ms, "until_ms",
		                         (json_int_t)l->until_ms, "address", l->address, "code", (int)l->second);

		if (line == NULL)
			return complain("its record is no text", key) == 0;
		(void)json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(line);
		return true;
	}
	utc_text(l->made_ms, from);
	utc_text(l->until_ms, until);
	printf("%-20s %-13s %-20s %-20s %-*.*s %-5s %s\n", l->person, role, from, until, SHORT, SHORT, id_of(key),
	       l->second ? "yes" : "-", l->address[0] == '\0' ? "-" : l->address);
	return true;
}

int session_list(struct cell *cell, const char *account, bool json)
{
	if (!json)
		printf("%-20s %-13s %-20s %-20s %-*s %-5s %s\n", "account", "role", "since, UTC", "until, UTC", SHORT,
		       "session", "code", "from");
	return !sessions(cell, account, print, &json);
}

static bool end(struct cell *cell, const char *key, const struct cell_record *rec, const Pingan__V1__Login *l,
                void *ctx)
{
	bool mine;

	(void)rec;
	(void)l;
	/* The daemon ends it too, or writes to it that it goes on: over it is in any case. */
	if (!cell_remove_now(cell, key, &mine))
		return false;
	*(unsigned *)ctx += mine;
	return true;
}

int session_end_all(struct cell *cell, const char *account)
{
	unsigned ended = 0;
	bool ok = sessions(cell, account, end, &ended);

	printf("%s: %u session%s ended\n", account, ended, ended == 1 ? "" : "s");
	return ok ? 0 : complain("not all of its sessions could be ended: try again", account);
}

bool session_forget(struct cell *cell, const char *account)
{
	unsigned ended = 0;

	return sessions(cell, account, end, &ended);
}

static bool seen(struct cell *cell, const char *key, const struct cell_record *rec, const Pingan__V1__Login *l,
                 void *ctx)
{
	(void)cell;
	(void)key;
	(void)rec;
	(void)l;
	(void)ctx;
	return false;
}

bool session_none(struct cell *cell, const char *account)
{
	return sessions(cell, account, seen, NULL);
}

struct wanted {
	const char *id;
	char key[STORE_KEY_MAX];
	unsigned count;
};

static bool find(struct cell *cell, const char *key, const struct cell_record *rec, const Pingan__V1__Login *l,
                 void *ctx)
{
	struct wanted *w = ctx;

	(void)cell;
	(void)rec;
	(void)l;
	if (strncmp(id_of(key), w->id, strlen(w->id)) == 0) {
		snprintf(w->key, sizeof w->key, "%s", key);
		w->count++;
	}
	return true;
}

int session_end(struct cell *cell, const char *id)
{
	struct wanted w = {.id = id};
	bool mine;

	if (strlen(id) < SHORT || strspn(id, "0123456789abcdef") != strlen(id))
		return complain("a session is named by the 12 digits that session list shows", id);
	if (!sessions(cell, NULL, find, &w))
		return 1;
	if (w.count != 1)
		return complain(w.count == 0 ? "there is no such session" : "more than one begins so: say more digits", id);
	if (!cell_remove_now(cell, w.key, &mine))
		return 1;
	printf("%s: ended\n", id);
	return 0;
}
