#include "io/pinyin.h"

#include <stdio.h>
#include <string.h>
#include <unicode/utrans.h>
#include <unicode/ustring.h>

#define FIRST 0x3400 /* Han of the basic plane */
#define LAST 0x9fff
#define SOUND_MAX 7

static UTransliterator *translit;
/* First byte: 0 = not asked yet, else its length + 1. */
static char sounds[LAST - FIRST + 1][SOUND_MAX + 1];

bool pinyin_start(char error[256])
{
	static const char RULE[] = "Han-Latin; Latin-ASCII; Lower";
	UErrorCode status = U_ZERO_ERROR;
	UChar id[sizeof RULE];

	u_uastrcpy(id, RULE);
	translit = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
	if (U_SUCCESS(status))
		return true;
	(void)snprintf(error, 256, "no pinyin: %s", u_errorName(status));
	return false;
}

void pinyin_stop(void)
{
	if (translit != NULL)
		utrans_close(translit);
	translit = NULL;
}

static size_t ask(uint32_t rune, char ret[SOUND_MAX + 1])
{
	UErrorCode status = U_ZERO_ERROR;
	UChar text[32];
	int32_t len = 0, limit;
	size_t n = 0;

	U16_APPEND_UNSAFE(text, len, (UChar32)rune);
	text[len] = 0;
	limit = len;
	utrans_transUChars(translit, text, &len, (int32_t)COUNT_OF(text), 0, &limit, &status);
	if (U_FAILURE(status))
		return 0;
	for (int32_t i = 0; i < len && n < SOUND_MAX; i++)
		if (text[i] >= 'a' && text[i] <= 'z')
			ret[n++] = (char)text[i];
	return n;
}

size_t pinyin_of(void *ctx, uint32_t rune, char *ret, size_t size)
{
	char fresh[SOUND_MAX + 1] = "", *sound = fresh + 1;
	size_t len;

	(void)ctx;
	/* Only Han: other letters are found as they stand. */
	if (translit == NULL || rune < FIRST || (rune > LAST && rune < 0x20000) || rune > 0x3ffff)
		return 0;
	if (rune <= LAST) {
		char *kept = sounds[rune - FIRST];

		if (kept[0] == 0)
			kept[0] = (char)(ask(rune, kept + 1) + 1);
		len = (size_t)kept[0] - 1;
		sound = kept + 1;
	} else {
		len = ask(rune, fresh);
		sound = fresh;
	}
	if (len >= size)
		return 0;
	memcpy(ret, sound, len);
	ret[len] = 0;
	return len;
}
