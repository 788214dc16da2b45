#include "user.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/app.h"
#include "core/alarm.h"
#include "pingan/v1/record.pb-c.h"
#include "second.h"
#include "session.h"

#define PASSWORD_MIN 10
#define PASSWORD_MAX 256
#define NAME_MAX_BYTES 63
#define PHONE_MAX 31
#define LIST_MAX AREAS_MAX

static const struct role_word {
	const char *name;
	Pingan__V1__Role role;
} ROLES[] = {
	{"operator", PINGAN__V1__ROLE__ROLE_OPERATOR},           {"supervisor", PINGAN__V1__ROLE__ROLE_SUPERVISOR},
	{"caregiver", PINGAN__V1__ROLE__ROLE_CAREGIVER},         {"technician", PINGAN__V1__ROLE__ROLE_TECHNICIAN},
	{"administrator", PINGAN__V1__ROLE__ROLE_ADMINISTRATOR}, {"auditor", PINGAN__V1__ROLE__ROLE_AUDITOR},
	{"wallboard", PINGAN__V1__ROLE__ROLE_WALLBOARD},
};

static int complain(const char *what, const char *about)
{
	fprintf(stderr, "pinganctl: %s: %s\n", about, what);
	return 1;
}

/* An account is the id of its person: what stands there already cannot be entered twice. */
bool user_key(const char *account, char ret[STORE_KEY_MAX])
{
	char copy[ID_MAX];

	if (!text_copy(copy, sizeof copy, slice_str(account)) || !alarm_id_valid(copy) ||
	    strpbrk(copy, ":,/\"'\\") != NULL) {
		(void)complain("an account has 1 to 31 letters, digits, dots or dashes", account);
		return false;
	}
	snprintf(ret, STORE_KEY_MAX, "person:%s", account);
	return true;
}

/* ------------------------------------------------------------ what is typed */

struct list {
	char text[512];
	char *item[LIST_MAX];
	size_t count;
};

/* "a,b,c"; false when there are too many, or one is empty. */
static bool list_read(const char *text, size_t max, struct list *ret)
{
	char *rest = ret->text, *item;

	ret->count = 0;
	if (!text_copy(ret->text, sizeof ret->text, slice_str(text)))
		return false;
	while ((item = strsep(&rest, ",")) != NULL) {
		if (item[0] == '\0' || ret->count == max)
			return false;
		ret->item[ret->count++] = item;
	}
	return true;
}

bool area_code_valid(const char *code)
{
	size_t len = strlen(code);

	return strspn(code, "0123456789") == len && (len == 4 || len == 6 || len == 9 || len == 12);
}

static bool word(const char *s)
{
	size_t len = strlen(s);

	return len >= 1 && len <= 15 && strspn(s, "abcdefghijklmnopqrstuvwxyz_") == len;
}

/* What was typed of a person, taken apart. */
struct typed {
	struct list areas, languages, skills;
};

/* The station that was named is there, or none was. */
static bool station_there(struct cell *cell, const char *account, const struct user_options *o)
{
	uint64_t kept = cell->kept;
	char key[STORE_KEY_MAX];
	bool there;

	if (o->station == NULL || o->station[0] == '\0')
		return true;
	snprintf(key, sizeof key, "station:%.*s", ID_MAX, o->station);
	there = strlen(o->station) < ID_MAX && cell_has(cell, key);
	cell->kept = kept; /* this was only a look */
	return there || complain("--station: there is no such station (pinganctl station list)", account) == 0;
}

/* Puts what was said into the record. False with one line on standard error. `p` points into `t` and `o` after. */
static bool person_set(Pingan__V1__Person *p, const char *account, const struct user_options *o, struct typed *t)
{
	if (o->name != NULL) {
		if (o->name[0] == '\0' || strlen(o->name) > NAME_MAX_BYTES)
			return complain("--name has 1 to 63 bytes", account), false;
		p->name = (char *)(uintptr_t)o->name;
	}
	if (o->role != NULL) {
		p->role = PINGAN__V1__ROLE__ROLE_NONE;
		for (size_t i = 0; i < COUNT_OF(ROLES); i++)
			if (strcmp(ROLES[i].name, o->role) == 0)
				p->role = ROLES[i].role;
		if (p->role == PINGAN__V1__ROLE__ROLE_NONE)
			return complain(
					   "--role is operator, supervisor, caregiver, technician, administrator, auditor or wallboard",
					   account),
			       false;
	}
	if (o->areas != NULL) {
		bool good = list_read(o->areas, AREAS_MAX, &t->areas);

		for (size_t i = 0; good && i < t->areas.count; i++)
			good = area_code_valid(t->areas.item[i]);
		if (!good)
			return complain("--area is 1 to 32 division codes of 4, 6, 9 or 12 digits, parted by commas", account),
			       false;
		p->areas = t->areas.item;
		p->n_areas = t->areas.count;
	}
	if (o->phone != NULL) {
		if (strlen(o->phone) > PHONE_MAX || strspn(o->phone, "+0123456789 -") != strlen(o->phone))
			return complain("--phone is a telephone number of 31 characters at most", account), false;
		p->phone = (char *)(uintptr_t)o->phone;
	}
	if (o->station != NULL)
		p->station = (char *)(uintptr_t)o->station;
	if (o->languages != NULL) {
		bool good = list_read(o->languages, LANGUAGES_MAX, &t->languages);

		for (size_t i = 0; good && i < t->languages.count; i++)
			good = word(t->languages.item[i]);
		if (!good)
			return complain("--language is 1 to 4 codes such as cmn,yue,eng", account), false;
		p->languages = t->languages.item;
		p->n_languages = t->languages.count;
	}
	if (o->skills != NULL) {
		bool good = list_read(o->skills, SKILLS_MAX, &t->skills);

		for (size_t i = 0; good && i < t->skills.count; i++)
			good = strcmp(t->skills.item[i], "care") == 0 || strcmp(t->skills.item[i], "nurse") == 0 ||
			       strcmp(t->skills.item[i], "technician") == 0;
		if (!good)
			return complain("--skill is care, nurse or technician, parted by commas", account), false;
		p->skills = t->skills.item;
		p->n_skills = t->skills.count;
	}
	return true;
}

/* ------------------------------------------------------------ passwords */

/* Without letters that are taken for each other when they are read out: 20 of 32, 100 bits. */
static void password_make(char ret[PASSWORD_MAX + 1])
{
	static const char LETTERS[] = "abcdefghijkmnpqrstuvwxyz23456789";
	size_t n = 0;

	_Static_assert(sizeof LETTERS == 33, "five bits a letter");
	for (unsigned i = 0; i < 20; i++) {
		if (i != 0 && i % 5 == 0)
			ret[n++] = '-';
		ret[n++] = LETTERS[randombytes_uniform(32)];
	}
	ret[n] = '\0';
}

/* The first line of the file. */
static bool password_read(const char *path, char ret[PASSWORD_MAX + 1])
{
	char line[PASSWORD_MAX + 3];
	FILE *f = fopen(path, "re");
	bool got = f != NULL && fgets(line, sizeof line, f) != NULL;
	size_t len = got ? strcspn(line, "\r\n") : 0;

	if (f != NULL)
		(void)fclose(f);
	if (!got || len < PASSWORD_MIN || len > PASSWORD_MAX) {
		(void)complain(f == NULL ? "this file can't be read" : "its first line must be a password of 10 to 256 bytes",
		               path);
		return false;
	}
	memcpy(ret, line, len);
	ret[len] = '\0';
	sodium_memzero(line, sizeof line);
	return true;
}

/* Hashes the given one, or a new one. *made: it must be printed. */
static bool password_set(const char *account, const struct user_options *o, char hash[crypto_pwhash_STRBYTES],
                         char plain[PASSWORD_MAX + 1], bool *made)
{
	*made = o->password_file == NULL;
	if (*made)
		password_make(plain);
	else if (!password_read(o->password_file, plain))
		return false;
	if (crypto_pwhash_str(hash, plain, strlen(plain), crypto_pwhash_OPSLIMIT_INTERACTIVE,
	                      crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0)
		return true;
	(void)complain("no memory to hash its password", account);
	return false;
}

static void password_print(const char *account, const char *plain, bool made)
{
	if (made)
		printf("account,password\n%s,%s\n", account, plain);
	else
		printf("%s has the password of that file\n", account);
}

/* ------------------------------------------------------------ records */

static struct slice pack(const Pingan__V1__Person *p, uint8_t *room, size_t size)
{
	size_t len = pingan__v1__person__get_packed_size(p);

	ENSURE(len <= size);
	return slice_of(room, pingan__v1__person__pack(p, room));
}

/* NULL with one line on standard error. The caller frees it. */
static Pingan__V1__Person *person_get(struct cell *cell, const char *account, char key[STORE_KEY_MAX],
                                      struct cell_record *rec)
{
	Pingan__V1__Person *p;

	if (!user_key(account, key) || !cell_get(cell, key, rec))
		return NULL;
	if (rec->rev == 0) {
		(void)complain("there is no such account", account);
		return NULL;
	}
	p = pingan__v1__person__unpack(NULL, rec->len, rec->body);
	if (p == NULL)
		(void)complain("its record is unreadable", account);
	return p;
}

/* One that was printed has been seen by whoever made it: it opens the way to one of their own, and nothing else. Nobody is at the
 * keyboard of a wall to take another. */
static bool for_once(const Pingan__V1__Person *p, bool printed)
{
	return printed && p->role != PINGAN__V1__ROLE__ROLE_WALLBOARD;
}

static int person_new(struct cell *cell, const char *account, const struct user_options *o)
{
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	uint8_t body[STORE_BODY_MAX];
	char key[STORE_KEY_MAX], hash[crypto_pwhash_STRBYTES], plain[PASSWORD_MAX + 1];
	uint64_t kept = cell->kept;
	bool made, ok, second;
	struct second codes;
	struct typed t;

	if (!user_key(account, key) || !station_there(cell, account, o) || !person_set(&p, account, o, &t))
		return 1;
	if (cell_has(cell, key))
		return complain("this account is there already; nothing was changed", account);
	if (!password_set(account, o, hash, plain, &made))
		return 1;
	p.id = p.account = (char *)(uintptr_t)account;
	p.password_hash = hash;
	p.password_ms = cell_now_ms(cell);
	p.password_once = for_once(&p, made);
	/* An administrator may not log in without a code. */
	second = p.role == PINGAN__V1__ROLE__ROLE_ADMINISTRATOR;
	if (second)
		second_new(&p, &codes);
	ok = p.password_ms != 0 && cell_put_new(cell, key, pack(&p, body, sizeof body));
	if (ok && cell->kept != kept)
		ok = complain("this account is there already; nothing was changed", account) == 0;
	if (ok)
		password_print(account, plain, made);
	if (ok && second)
		second_print(cell, account, &codes, false);
	sodium_memzero(plain, sizeof plain);
	second_forget(&codes);
	return !ok;
}

int user_add(struct cell *cell, const char *account, const struct user_options *o)
{
	if (o->name == NULL || o->role == NULL || o->areas == NULL)
		return complain("say --name, --role and --area", account);
	return person_new(cell, account, o);
}

/* ------------------------------------------------------------ lists */

typedef bool each_person(struct cell *cell, const Pingan__V1__Person *p, void *ctx);

/* Calls `each` for every readable person until it says false. False, with a line on standard error for each, when some could
 * not be read. */
static bool people(struct cell *cell, each_person *each, void *ctx)
{
	size_t count = 0;
	char **keys = cell_keys(cell, "person:", &count);
	bool on = true, all = keys != NULL;

	for (size_t i = 0; keys != NULL && on && cell->redis->err == 0 && i < count; i++) {
		struct cell_record rec;
		Pingan__V1__Person *p = NULL;

		if (cell_get(cell, keys[i], &rec) && rec.rev != 0)
			p = pingan__v1__person__unpack(NULL, rec.len, rec.body);
		if (p == NULL) {
			(void)complain("is unreadable and left out", keys[i]);
			all = false;
			continue;
		}
		on = each(cell, p, ctx);
		pingan__v1__person__free_unpacked(p, NULL);
	}
	cell_keys_free(keys, count);
	return all;
}

static void joined(char *const *items, size_t count, char ret[160])
{
	size_t n = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < count && n < 150; i++)
		n += (size_t)snprintf(ret + n, 160 - n, "%s%s", i == 0 ? "" : ",", items[i]);
}

static json_t *texts(char *const *items, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, json_string(items[i]));
	return list;
}

static bool print(struct cell *cell, const Pingan__V1__Person *p, void *ctx)
{
	bool json = *(const bool *)ctx;
	char areas[160], skills[160];

	(void)cell;
	if (json) {
		json_t *line = json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:b, s:b, s:b, s:b, s:i}", "account",
		                         p->account, "name", p->name, "role", role_name((enum role)p->role), "areas",
		                         texts(p->areas, p->n_areas), "phone", p->phone, "station", p->station, "languages",
		                         texts(p->languages, p->n_languages), "skills", texts(p->skills, p->n_skills),
		                         "disabled", p->disabled, "has_password", p->password_hash[0] != '\0', "password_once",
		                         p->password_once, "code", p->totp_key.len != 0, "recovery", (int)p->n_recovery);

		if (line == NULL) {
			(void)complain("its record is no text", "person");
			return true;
		}
		(void)json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(line);
		return true;
	}
	joined(p->areas, p->n_areas, areas);
	joined(p->skills, p->n_skills, skills);
	printf("%-20s %-13s %-8s %-24s %-12s %s\n", p->account, role_name((enum role)p->role),
	       p->erased_ms != 0 ? "erased"
	       : p->disabled     ? "disabled"
	                         : "open",
	       areas, skills[0] == '\0' ? "-" : skills, p->name);
	return true;
}

static void head_print(bool json)
{
	if (!json)
		printf("%-20s %-13s %-8s %-24s %-12s %s\n", "account", "role", "state", "areas", "skills", "name");
}

int user_list(struct cell *cell, bool json)
{
	head_print(json);
	return !people(cell, print, &json);
}

int user_show(struct cell *cell, const char *account, bool json)
{
	struct cell_record rec;
	char key[STORE_KEY_MAX];
	Pingan__V1__Person *p = person_get(cell, account, key, &rec);

	if (p == NULL)
		return 1;
	head_print(json);
	(void)print(cell, p, &json);
	pingan__v1__person__free_unpacked(p, NULL);
	return 0;
}

int user_sessions(struct cell *cell, const char *account, bool json)
{
	struct cell_record rec;
	char key[STORE_KEY_MAX];
	Pingan__V1__Person *p = person_get(cell, account, key, &rec);

	if (p == NULL)
		return 1;
	pingan__v1__person__free_unpacked(p, NULL);
	return session_list(cell, account, json);
}

int user_logout(struct cell *cell, const char *account)
{
	struct cell_record rec;
	char key[STORE_KEY_MAX];
	Pingan__V1__Person *p = person_get(cell, account, key, &rec);

	if (p == NULL)
		return 1;
	pingan__v1__person__free_unpacked(p, NULL);
	return session_end_all(cell, account);
}

/* ------------------------------------------------------------ changes */

/* A person with other fields is made for a moment; what was unpacked is freed as it came. */
static int change(struct cell *cell, const char *account, const struct user_options *o, char *hash, bool printed,
                  int disabled, const struct second *second)
{
	ms_t now_ms = cell_now_ms(cell);
	uint8_t body[STORE_BODY_MAX];
	struct cell_record rec;
	char key[STORE_KEY_MAX];
	struct typed t;
	Pingan__V1__Person *p = person_get(cell, account, key, &rec), now;
	bool ok;

	if (p == NULL || now_ms == 0) {
		if (p != NULL)
			pingan__v1__person__free_unpacked(p, NULL);
		return 1;
	}
	if (p->erased_ms != 0) {
		pingan__v1__person__free_unpacked(p, NULL);
		return complain("was erased; the account is not used again", account);
	}
	now = *p;
	if (hash != NULL) {
		now.password_hash = hash;
		now.password_ms = now_ms;
		now.password_once = for_once(p, printed);
	}
	if (disabled >= 0) {
		now.disabled = disabled;
		now.disabled_ms = disabled ? now_ms : 0;
	}
	if (second != NULL) {
		now.totp_key = second->list[0].data == NULL
		                   ? (ProtobufCBinaryData){0}
		                   : (ProtobufCBinaryData){sizeof second->key, (uint8_t *)(uintptr_t)second->key};
		now.totp_step = 0;
		now.recovery = (ProtobufCBinaryData *)(uintptr_t)second->list;
		now.n_recovery = second->list[0].data == NULL ? 0 : RECOVERY_CODES;
	}
	/* Every session of before is over by this one entry, whatever becomes of the command after it. */
	if (hash != NULL || disabled == 1 || second != NULL || o->role != NULL || o->areas != NULL)
		now.sessions_from_ms = now_ms;
	ok = station_there(cell, account, o) && person_set(&now, account, o, &t) &&
	     cell_put(cell, key, &rec, pack(&now, body, sizeof body));
	pingan__v1__person__free_unpacked(p, NULL);
	return !ok;
}

int user_set(struct cell *cell, const char *account, const struct user_options *o)
{
	if (o->name == NULL && o->role == NULL && o->areas == NULL && o->phone == NULL && o->station == NULL &&
	    o->languages == NULL && o->skills == NULL)
		return complain("say what to change: --name, --role, --area, --phone, --station, --language or --skill",
		                account);
	if (change(cell, account, o, NULL, false, -1, NULL) != 0)
		return 1;
	if (o->role != NULL && strcmp(o->role, "administrator") == 0)
		fprintf(stderr, "pinganctl: %s: an administrator logs in with a code: pinganctl user totp %s makes its key\n",
		        account, account);
	/* Rights are read when a session begins. */
	return o->role == NULL && o->areas == NULL ? 0 : session_end_all(cell, account);
}

int user_password(struct cell *cell, const char *account, const struct user_options *o)
{
	const struct user_options nothing = {0};
	char hash[crypto_pwhash_STRBYTES], plain[PASSWORD_MAX + 1];
	bool made;
	int bad;

	if (!password_set(account, o, hash, plain, &made))
		return 1;
	bad = change(cell, account, &nothing, hash, made, -1, NULL);
	if (bad == 0) {
		password_print(account, plain, made);
		bad = session_end_all(cell, account);
	}
	sodium_memzero(plain, sizeof plain);
	return bad;
}

int user_disable(struct cell *cell, const char *account)
{
	const struct user_options nothing = {0};

	return change(cell, account, &nothing, NULL, false, 1, NULL) != 0 ? 1 : session_end_all(cell, account);
}

int user_enable(struct cell *cell, const char *account)
{
	const struct user_options nothing = {0};

	return change(cell, account, &nothing, NULL, false, 0, NULL);
}

int user_second(struct cell *cell, const char *account, bool off, bool json)
{
	const struct user_options nothing = {0};
	Pingan__V1__Person made = PINGAN__V1__PERSON__INIT, *p;
	struct second second = {0};
	struct cell_record rec;
	char key[STORE_KEY_MAX];
	bool administrator;
	int bad;

	p = person_get(cell, account, key, &rec);
	if (p == NULL)
		return 1;
	administrator = p->role == PINGAN__V1__ROLE__ROLE_ADMINISTRATOR;
	pingan__v1__person__free_unpacked(p, NULL);
	if (off && administrator)
		return complain("an administrator may not log in without a code", account);
	if (!off)
		second_new(&made, &second);
	bad = change(cell, account, &nothing, NULL, false, -1, &second);
	if (bad == 0 && !off)
		second_print(cell, account, &second, json);
	second_forget(&second);
	/* Its record says already that they are over. */
	return bad != 0 || json ? bad : session_end_all(cell, account);
}

/* ------------------------------------------------------------ the first one */

static bool no_administrator(struct cell *cell, const Pingan__V1__Person *p, void *ctx)
{
	(void)cell;
	if (p->role != PINGAN__V1__ROLE__ROLE_ADMINISTRATOR)
		return true;
	*(bool *)ctx = true;
	return false;
}

int user_init(struct cell *cell, const char *account, const struct user_options *o)
{
	struct user_options first = *o;
	bool there = false;

	if (o->name == NULL || o->areas == NULL)
		return complain("say --name, and --area: the code of the city, such as 4401", account);
	if (o->role != NULL)
		return complain("the first account is an administrator's: leave --role out", account);
	if (!people(cell, no_administrator, &there))
		return 1;
	if (there)
		return complain("this cell has an administrator; further accounts are made with user add", account);
	first.role = "administrator";
	return person_new(cell, account, &first);
}
