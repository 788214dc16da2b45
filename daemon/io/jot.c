#include "io/jot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"
#include "base/utc.h"
#include "io/utf8.h"

#define FIRST_SIZE 1024

void jot_begin(struct jot *j, size_t max)
{
	*j = (struct jot){.max = max};
}

void jot_free(struct jot *j)
{
	free(j->at);
	*j = (struct jot){0};
}

char *jot_take(struct jot *j, size_t *ret_len)
{
	char *at = j->failed ? NULL : j->at;

	*ret_len = at == NULL ? 0 : j->len;
	if (at == NULL)
		free(j->at);
	*j = (struct jot){0};
	return at;
}

static bool room(struct jot *j, size_t len)
{
	size_t size = j->size == 0 ? FIRST_SIZE : j->size;
	char *more;

	if (j->failed || len > j->max - j->len) {
		j->failed = true;
		return false;
	}
	if (j->len + len <= j->size)
		return true;
	while (size < j->len + len)
		size *= 2;
	more = realloc(j->at, size);
	if (more == NULL) {
		j->failed = true;
		return false;
	}
	j->at = more;
	j->size = size;
	return true;
}

static void put(struct jot *j, const char *bytes, size_t len)
{
	if (!room(j, len))
		return;
	memcpy(j->at + j->len, bytes, len);
	j->len += len;
}

/* How many bytes the first character of the text has; 0 when it is none. */
static size_t character(struct slice text)
{
	for (size_t len = 1; len <= 4 && len <= text.len; len++) {
		struct utf8 u = {0};

		if (!utf8_take(&u, slice_of(text.at, len)))
			return 0;
		if (utf8_whole(&u))
			return len;
	}
	return 0;
}

static void quoted(struct jot *j, struct slice text)
{
	put(j, "\"", 1);
	for (size_t i = 0; i < text.len;) {
		size_t plain = i;
		char escape[8];

		while (plain < text.len && text.at[plain] >= 0x20 && text.at[plain] < 0x7f && text.at[plain] != '"' &&
		       text.at[plain] != '\\')
			plain++;
		put(j, (const char *)text.at + i, plain - i);
		i = plain;
		if (i == text.len)
			break;
		if (text.at[i] == '"' || text.at[i] == '\\') {
			put(j, (const char[]){'\\', (char)text.at[i]}, 2);
			i++;
		} else if (text.at[i] < 0x80) {
			snprintf(escape, sizeof escape, "\\u%04x", text.at[i]);
			put(j, escape, 6);
			i++;
		} else {
			size_t len = character(slice_of(text.at + i, text.len - i));

			if (len == 0)
				put(j, "\xef\xbf\xbd", 3);
			else
				put(j, (const char *)text.at + i, len);
			i += len == 0 ? 1 : len;
		}
	}
	put(j, "\"", 1);
}

static void key_put(struct jot *j, const char *key)
{
	if (j->more)
		put(j, ",", 1);
	j->more = true;
	if (key != NULL) {
		quoted(j, slice_str(key));
		put(j, ":", 1);
	}
}

void jot_open(struct jot *j, const char *key, char bracket)
{
	key_put(j, key);
	put(j, &bracket, 1);
	j->more = false;
}

void jot_close(struct jot *j, char bracket)
{
	put(j, &bracket, 1);
	j->more = true;
}

void jot_slice(struct jot *j, const char *key, struct slice text)
{
	key_put(j, key);
	quoted(j, text);
}

void jot_text(struct jot *j, const char *key, const char *text)
{
	jot_slice(j, key, slice_str(text));
}

void jot_number(struct jot *j, const char *key, int64_t number)
{
	char text[24];

	key_put(j, key);
	put(j, text, (size_t)snprintf(text, sizeof text, "%" PRId64, number));
}

void jot_decimal(struct jot *j, const char *key, int64_t number, unsigned places)
{
	uint64_t part = 1, whole = number < 0 ? -(uint64_t)number : (uint64_t)number;
	char text[64];

	ENSURE(places <= 9);
	for (unsigned i = 0; i < places; i++)
		part *= 10;
	key_put(j, key);
	if (places == 0)
		snprintf(text, sizeof text, "%" PRId64, number);
	else
		snprintf(text, sizeof text, "%s%" PRIu64 ".%0*" PRIu64, number < 0 ? "-" : "", whole / part, (int)places,
		         whole % part);
	put(j, text, strlen(text));
}

void jot_bool(struct jot *j, const char *key, bool value)
{
	key_put(j, key);
	put(j, value ? "true" : "false", value ? 4 : 5);
}

void jot_raw(struct jot *j, const char *key, struct slice json)
{
	key_put(j, key);
	put(j, (const char *)json.at, json.len);
}

void jot_null(struct jot *j, const char *key)
{
	key_put(j, key);
	put(j, "null", 4);
}

void jot_time(struct jot *j, const char *key, ms_t at_ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_text(at_ms, text);
	jot_text(j, key, text);
}

void jot_hex16(struct jot *j, const char *key, uint64_t id)
{
	char text[17];

	hex16(id, text);
	jot_text(j, key, text);
}

void jot_text_if(struct jot *j, const char *key, const char *text)
{
	if (text[0] != '\0')
		jot_text(j, key, text);
}

void jot_number_if(struct jot *j, const char *key, int64_t number)
{
	if (number != 0)
		jot_number(j, key, number);
}

void jot_time_if(struct jot *j, const char *key, ms_t at_ms)
{
	if (at_ms > 0)
		jot_time(j, key, at_ms);
}

void jot_true_if(struct jot *j, const char *key, bool value)
{
	if (value)
		jot_bool(j, key, true);
}
