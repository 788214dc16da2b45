#include "second.h"

#include <jansson.h>
#include <qrencode.h>
#include <sodium.h>
#include <stdio.h>

#define QUIET 2 /* empty modules around it */

void second_new(Pingan__V1__Person *p, struct second *ret)
{
	randombytes_buf(ret->key, sizeof ret->key);
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		recovery_make(ret->codes[i], ret->hashes[i]);
		ret->list[i] = (ProtobufCBinaryData){.len = sizeof ret->hashes[i], .data = ret->hashes[i]};
	}
	p->totp_key = (ProtobufCBinaryData){.len = sizeof ret->key, .data = ret->key};
	p->totp_step = 0;
	p->recovery = ret->list;
	p->n_recovery = RECOVERY_CODES;
}

void second_forget(struct second *s)
{
	sodium_memzero(s, sizeof *s);
}

static bool dark(const QRcode *code, int x, int y)
{
	return x >= 0 && y >= 0 && x < code->width && y < code->width && (code->data[y * code->width + x] & 1) != 0;
}

/* Two rows of modules a line. Drawn light on the terminal's dark, as most are: cameras read both. */
static void qr_print(const char *text)
{
	static const char *const HALVES[4] = {"█", "▀", "▄", " "}; /* by (upper dark) * 2 + (lower dark) */
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);

	if (code == NULL)
		return; /* the text below says the same */
	for (int y = -QUIET; y < code->width + QUIET; y += 2) {
		for (int x = -QUIET; x < code->width + QUIET; x++) {
			bool upper = dark(code, x, y), lower = dark(code, x, y + 1);

			fputs(HALVES[upper * 2 + lower], stdout);
		}
		putchar('\n');
	}
	QRcode_free(code);
}

void second_print(const struct cell *cell, const char *account, const struct second *s, bool json)
{
	char uri[TOTP_URI_MAX], name[PREFIX_MAX + 1];

	snprintf(name, sizeof name, "%.*s", (int)strcspn(cell->prefix, ":"), cell->prefix);
	totp_uri(slice_of(s->key, sizeof s->key), name, account, uri);
	if (json) {
		json_t *line = json_pack("{s:s, s:s, s:[]}", "account", account, "uri", uri, "recovery");

		for (size_t i = 0; line != NULL && i < RECOVERY_CODES; i++)
			(void)json_array_append_new(json_object_get(line, "recovery"), json_string(s->codes[i]));
		if (line != NULL)
			(void)json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(line);
	} else {
		printf("\n%s: scan this with an app for one-time codes, or enter the text below it. It is not shown again.\n\n",
		       account);
		qr_print(uri);
		printf("\n%s\n\nEach of these opens once in place of a code. Keep them on paper, locked away:\n", uri);
		for (size_t i = 0; i < RECOVERY_CODES; i++)
			printf("  %s\n", s->codes[i]);
	}
	sodium_memzero(uri, sizeof uri);
}
