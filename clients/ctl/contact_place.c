#include "contact_place.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 32
#define DIGITS_MIN 7 /* a local number */

/* ------------------------------------------------------------ numbers */

static size_t digits_of(const char *text, char *ret, size_t size)
{
	size_t n = 0;

	for (; *text != '\0' && n + 1 < size; text++)
		if (isdigit((unsigned char)*text))
			ret[n++] = *text;
	ret[n] = '\0';
	return n;
}

bool phone_same(const char *a, const char *b)
{
	char x[DIGITS_MAX], y[DIGITS_MAX];
	size_t n = digits_of(a, x, sizeof x), m = digits_of(b, y, sizeof y), less = n < m ? n : m;

	if (less < DIGITS_MIN)
		return n != 0 && strcmp(x, y) == 0;
	return strcmp(x + n - less, y + m - less) == 0;
}

/* Signs between digits are skipped, words end a number. */
bool phone_in(const char *text, const char *phone)
{
	char one[DIGITS_MAX];
	size_t n = 0;

	for (;; text++) {
		if (isdigit((unsigned char)*text) && n + 1 < sizeof one) {
			one[n++] = *text;
		} else if (*text == '\0' || (strchr(" -+()", *text) == NULL && n != 0)) {
			one[n] = '\0';
			if (n >= DIGITS_MIN && phone_same(one, phone))
				return true;
			n = 0;
		}
		if (*text == '\0')
			return false;
	}
}

/* ------------------------------------------------------------ places */

const Pingan__V1__Contact *contact_of(const struct contact_place *p)
{
	return p->at < p->home->n_contacts ? p->home->contacts[p->at] : NULL;
}

void contact_word(const struct contact_place *p, char ret[16])
{
	const Pingan__V1__Contact *c = contact_of(p);

	if (c == NULL)
		snprintf(ret, 16, "%s", CONTACT_HOLDER);
	else
		snprintf(ret, 16, "%" PRIu32, c->order);
}

bool contact_in_home(const Pingan__V1__Household *home, const char *who, size_t *ret)
{
	size_t found = 0;

	*ret = home->n_contacts;
	if (strcmp(who, CONTACT_HOLDER) == 0)
		return home->key_holder[0] != '\0';
	for (size_t i = 0; i < home->n_contacts; i++) {
		const Pingan__V1__Contact *c = home->contacts[i];
		char order[16];

		snprintf(order, sizeof order, "%" PRIu32, c->order);
		if (strcmp(order, who) != 0 && strcmp(c->name, who) != 0)
			continue;
		*ret = i;
		found++;
	}
	return found == 1;
}

/* What follows the name of the place in the path; NULL: it is about something else. */
static const char *tail_of(const struct contact_place *p, const char *path)
{
	char name[32];
	size_t len;

	if (p->at == p->home->n_contacts)
		snprintf(name, sizeof name, "%s", CONTACT_HOLDER);
	else
		snprintf(name, sizeof name, "contacts[%zu]", p->at + 1);
	len = strlen(name);
	return strncmp(path, name, len) == 0 && (path[len] == '\0' || path[len] == '.') ? path + len : NULL;
}

bool contact_path_is(const struct contact_place *p, const char *path)
{
	return tail_of(p, path) != NULL;
}

bool contact_path_another(const struct contact_place *p, const char *path)
{
	const char *tail = tail_of(p, path);

	return tail != NULL && (tail[0] == '\0' || strcmp(tail, ".name") == 0);
}
