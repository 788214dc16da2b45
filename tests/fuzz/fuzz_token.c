/* fuzz_token.c - what somebody at the door says of themselves: a token, a code on paper, a code of an app, a time of day in a
 * parameter. The first byte says which.
 *
 * Oracles: a token that is read says the same again when written, and one letter more or less is none; a code counts once only, and is
 * six digits of a step near now; a code on paper is the same however it is typed; a time is told as it was read.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/utc.h"
#include "io/totp.h"
#include "io/who.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ORACLE(cond)                                \
	do {                                            \
		if (!(cond)) {                              \
			fprintf(stderr, "oracle: %s\n", #cond); \
			abort();                                \
		}                                           \
	} while (0)

static void a_token(struct slice text)
{
	char id[TOKEN_ID_LEN + 1] = "", again[TOKEN_LEN + 1];
	uint8_t secret[TOKEN_SECRET_LEN / 2];
	size_t at;

	if (!token_read(text, id, secret))
		return;
	at = (size_t)snprintf(again, sizeof again, TOKEN_PREFIX "%s_", id);
	for (size_t i = 0; i < sizeof secret; i++)
		at += (size_t)snprintf(again + at, sizeof again - at, "%02x", secret[i]);
	ORACLE(slice_equal(text, slice_str(again)));
	ORACLE(!token_read(slice_of(text.at, text.len - 1), id, secret));
	again[0] = 'P';
	ORACLE(!token_read(slice_str(again), id, secret));
}

static int64_t checked(struct slice typed, int64_t step, int64_t last)
{
	static const uint8_t KEY[TOTP_KEY_LEN] = "twenty bytes of key";

	return totp_check(slice_of(KEY, sizeof KEY), typed, step * TOTP_STEP_S * 1000, last);
}

/* What is typed, and the code of a step near now, which the first letter picks. */
static void a_code(struct slice typed)
{
	static const uint8_t KEY[TOTP_KEY_LEN] = "twenty bytes of key";
	const int64_t now = 1795334400 / TOTP_STEP_S;
	int64_t step = checked(typed, now, 0), near = now + (typed.len == 0 ? 0 : typed.at[0] % 7 - 3);
	char code[TOTP_DIGITS + 1];

	ORACLE(step == 0 || (step >= now - 1 && step <= now + 1 && typed.len == TOTP_DIGITS));
	ORACLE(step == 0 || checked(typed, now, step) != step);
	totp_code(slice_of(KEY, sizeof KEY), near, code);
	ORACLE(strlen(code) == TOTP_DIGITS && strspn(code, "0123456789") == TOTP_DIGITS);
	ORACLE((checked(slice_str(code), now, 0) == near) == (near >= now - 1 && near <= now + 1));
	ORACLE(checked(slice_str(code), now, near) == 0);
}

static void on_paper(struct slice typed)
{
	uint8_t hash[32], again[32];
	char text[64];
	size_t n = 0;

	if (!recovery_read(typed, hash))
		return;
	for (size_t i = 0; i < typed.len; i++) {
		uint8_t c = typed.at[i];

		if (c == '-' || c == ' ')
			continue;
		ORACLE(n < RECOVERY_LETTERS);
		text[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	ORACLE(n == RECOVERY_LETTERS && recovery_read(slice_of(text, n), again) && memcmp(hash, again, sizeof hash) == 0);
	ORACLE(!recovery_read(slice_of(text, n - 1), again));
}

static void a_time(struct slice text)
{
	char said[UTC_TEXT_LEN + 1];
	int64_t ms = utc_of_text(text);

	if (ms == 0)
		return;
	utc_text(ms, said);
	ORACLE(strlen(said) == UTC_TEXT_LEN);
	if (ms > 0 && ms < utc_ms_of(9999, 12, 31, 23, 59, 59)) /* beyond it, it is told as the end */
		ORACLE(utc_of_text(slice_str(said)) == ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text;

	if (size == 0)
		return 0;
	text = slice_of(data + 1, size - 1);
	switch (data[0] % 4) {
	case 0:
		a_token(text);
		break;
	case 1:
		a_code(text);
		break;
	case 2:
		on_paper(text);
		break;
	default:
		a_time(text);
		break;
	}
	return 0;
}
