#include "io/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>

/* Without letters that are taken for each other when they are read out. */
static const char LETTERS[] = "abcdefghijkmnpqrstuvwxyz23456789";

_Static_assert(sizeof LETTERS == 33, "five bits a letter");

void totp_code(struct slice key, int64_t step, char ret[TOTP_DIGITS + 1])
{
	uint8_t counter[8], mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	const uint8_t *at;
	uint32_t number;

	for (int i = 0; i < 8; i++)
		counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
	ENSURE(HMAC(EVP_sha1(), key.at, (int)key.len, counter, sizeof counter, mac, &len) != NULL && len == 20);
	at = mac + (mac[19] & 15); /* RFC 4226, 5.3 */
	number = ((uint32_t)(at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]) % 1000000;
	snprintf(ret, TOTP_DIGITS + 1, "%06u", number);
}

int64_t totp_check(struct slice key, struct slice typed, ms_t now_ms, int64_t last)
{
	int64_t step = now_ms / 1000 / TOTP_STEP_S, found = 0;
	char code[TOTP_DIGITS + 1];

	if (key.len == 0 || typed.len != TOTP_DIGITS)
		return 0;
	for (int64_t s = step - 1; s <= step + 1; s++) {
		totp_code(key, s, code);
		if (s > last && sodium_memcmp(code, typed.at, TOTP_DIGITS) == 0)
			found = s;
	}
	sodium_memzero(code, sizeof code);
	return found;
}

void totp_base32(struct slice bytes, char *ret, size_t size)
{
	static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t have = 0;
	unsigned bits = 0;
	size_t n = 0;

	ENSURE(size > (bytes.len + 4) / 5 * 8);
	for (size_t i = 0; i < bytes.len; i++) {
		have = have << 8 | bytes.at[i];
		for (bits += 8; bits >= 5; bits -= 5)
			ret[n++] = DIGITS[have >> (bits - 5) & 31];
	}
	if (bits != 0)
		ret[n++] = DIGITS[have << (5 - bits) & 31];
	ret[n] = '\0';
}

void totp_uri(struct slice key, const char *cell, const char *account, char ret[TOTP_URI_MAX])
{
	char text[72];
	int n;

	ENSURE(key.len <= 32);
	totp_base32(key, text, sizeof text);
	n = snprintf(ret, TOTP_URI_MAX, "otpauth://totp/PingAnTong%%20%s:%s?secret=%s&issuer=PingAnTong%%20%s", cell,
	             account, text, cell);
	ENSURE(n > 0 && n < TOTP_URI_MAX);
	sodium_memzero(text, sizeof text);
}

static void hash(const char letters[RECOVERY_LETTERS], uint8_t ret[32])
{
	crypto_generichash(ret, 32, (const uint8_t *)letters, RECOVERY_LETTERS, NULL, 0);
}

void recovery_make(char ret[RECOVERY_TEXT], uint8_t ret_hash[32])
{
	char letters[RECOVERY_LETTERS];
	size_t n = 0;

	for (unsigned i = 0; i < RECOVERY_LETTERS; i++) {
		letters[i] = LETTERS[randombytes_uniform(32)];
		if (i != 0 && i % 4 == 0)
			ret[n++] = '-';
		ret[n++] = letters[i];
	}
	ret[n] = '\0';
	hash(letters, ret_hash);
	sodium_memzero(letters, sizeof letters);
}

bool recovery_read(struct slice typed, uint8_t ret_hash[32])
{
	char letters[RECOVERY_LETTERS];
	size_t n = 0;

	for (size_t i = 0; i < typed.len; i++) {
		uint8_t c = typed.at[i];

		if (c == '-' || c == ' ')
			continue;
		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c - 'A' + 'a');
		if (n == RECOVERY_LETTERS || c == '\0' || strchr(LETTERS, c) == NULL)
			return false;
		letters[n++] = (char)c;
	}
	if (n != RECOVERY_LETTERS)
		return false;
	hash(letters, ret_hash);
	sodium_memzero(letters, sizeof letters);
	return true;
}
