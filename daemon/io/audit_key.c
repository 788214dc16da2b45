#include "io/audit_key.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/crypto.h"

#define HEX_LEN (2 * crypto_sign_SEEDBYTES)

_Static_assert(crypto_sign_PUBLICKEYBYTES == AUDIT_KEY_LEN && crypto_sign_BYTES == AUDIT_SIGNATURE_LEN &&
                   crypto_sign_SECRETKEYBYTES == 64,
               "Ed25519");

static bool complain(char why[AUDIT_KEY_WHY_MAX], const char *path, const char *what)
{
	snprintf(why, AUDIT_KEY_WHY_MAX, "%.300s: %.180s", path, what);
	return false;
}

static void derive(const uint8_t seed[crypto_sign_SEEDBYTES], struct audit_key *ret)
{
	static const char WORDS[] = "pingan audit words";

	(void)crypto_sign_seed_keypair(ret->public_key, ret->secret, seed);
	(void)crypto_generichash(ret->words, sizeof ret->words, (const uint8_t *)WORDS, sizeof WORDS - 1, seed,
	                         crypto_sign_SEEDBYTES);
}

static bool line_write(const char *path, mode_t mode, int flags, const uint8_t *bytes, size_t len)
{
	char hex[HEX_LEN + 2];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode);
	bool ok = fd >= 0;

	(void)sodium_bin2hex(hex, sizeof hex, bytes, len);
	hex[2 * len] = '\n';
	ok = ok && write(fd, hex, 2 * len + 1) == (ssize_t)(2 * len + 1) && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	sodium_memzero(hex, sizeof hex);
	return ok;
}

static bool key_make(const char *path, struct audit_key *ret, char why[AUDIT_KEY_WHY_MAX])
{
	uint8_t seed[crypto_sign_SEEDBYTES];
	char beside[4096];
	bool ok;

	randombytes_buf(seed, sizeof seed);
	derive(seed, ret);
	ok = line_write(path, 0600, O_EXCL, seed, sizeof seed);
	sodium_memzero(seed, sizeof seed);
	if (!ok)
		return complain(why, path, strerror(errno));
	snprintf(beside, sizeof beside, "%.4000s.pub", path);
	/* Keys of before stay in it: what they sealed is still good. */
	return line_write(beside, 0644, O_APPEND, ret->public_key, AUDIT_KEY_LEN) || complain(why, beside, strerror(errno));
}

static bool hex_take(const char *text, size_t len, uint8_t *ret, size_t size)
{
	size_t got = 0;

	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r' || text[len - 1] == ' '))
		len--;
	return len == 2 * size && sodium_hex2bin(ret, size, text, len, NULL, &got, NULL) == 0 && got == size;
}

bool audit_key_read(const char *path, bool make, struct audit_key *ret, char why[AUDIT_KEY_WHY_MAX])
{
	uint8_t seed[crypto_sign_SEEDBYTES];
	char hex[HEX_LEN + 2];
	struct stat st;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = false;

	if (fd < 0 && errno == ENOENT && make)
		return key_make(path, ret, why);
	if (fd < 0 || fstat(fd, &st) < 0) {
		(void)complain(why, path, strerror(errno));
	} else if ((st.st_mode & 077) != 0) {
		(void)complain(why, path, "others may read this key: chmod 600");
	} else {
		n = read(fd, hex, sizeof hex);
		ok = n > 0 && hex_take(hex, (size_t)n, seed, sizeof seed);
		if (!ok)
			(void)complain(why, path, "must be 64 hex digits");
	}
	if (fd >= 0)
		close(fd);
	if (ok)
		derive(seed, ret);
	sodium_memzero(hex, sizeof hex);
	sodium_memzero(seed, sizeof seed);
	return ok;
}

void audit_key_wipe(struct audit_key *key)
{
	sodium_memzero(key, sizeof *key);
}

void audit_key_sign(const struct audit_key *key, const char *cell, bool trim, struct audit_seal *seal)
{
	char text[256];
	size_t len = audit_seal_text(cell, seal, trim, text, sizeof text);

	memcpy(seal->key, key->public_key, sizeof seal->key);
	(void)crypto_sign_detached(seal->signature, NULL, (const uint8_t *)text, len, key->secret);
}

bool audit_seal_good(const char *cell, bool trim, const struct audit_seal *seal)
{
	char text[256];
	size_t len = audit_seal_text(cell, seal, trim, text, sizeof text);

	return crypto_sign_verify_detached(seal->signature, (const uint8_t *)text, len, seal->key) == 0;
}

size_t audit_words_seal(const struct audit_key *key, struct slice words, uint8_t *ret, size_t size)
{
	return crypto_seal(NULL, key->words, words, ret, size);
}

size_t audit_words_open(const struct audit_key *key, struct slice sealed, uint8_t *ret, size_t size)
{
	return crypto_unseal(NULL, key->words, sealed, ret, size);
}

bool audit_public_read(const char *path, uint8_t ret[AUDIT_KEYS_MAX][AUDIT_KEY_LEN], size_t *count,
                       char why[AUDIT_KEY_WHY_MAX])
{
	FILE *file = fopen(path, "re");
	char line[256];
	bool ok = file != NULL || complain(why, path, strerror(errno));

	while (ok && fgets(line, sizeof line, file) != NULL) {
		if (line[0] == '\n' || line[0] == '#')
			continue;
		ok = *count < AUDIT_KEYS_MAX && hex_take(line, strlen(line), ret[*count], AUDIT_KEY_LEN);
		if (!ok)
			(void)complain(why, path, "must hold public keys of 64 hex digits, one a line, 8 at most");
		*count += ok;
	}
	if (file != NULL)
		fclose(file);
	return ok;
}

bool audit_anchor_append(const char *path, const struct audit_seal *seal)
{
	char key[2 * AUDIT_KEY_LEN + 1], signature[2 * AUDIT_SIGNATURE_LEN + 1], line[512];
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	int len = snprintf(line, sizeof line, "%" PRIu64 " %s %" PRId64 " %s %s\n", seal->entry, seal->hash,
	                   (int64_t)seal->at_ms, sodium_bin2hex(key, sizeof key, seal->key, sizeof seal->key),
	                   sodium_bin2hex(signature, sizeof signature, seal->signature, sizeof seal->signature));
	bool ok = fd >= 0 && write(fd, line, (size_t)len) == len;

	if (fd >= 0)
		close(fd);
	return ok;
}

bool audit_anchor_read(const char *line, struct audit_seal *ret)
{
	char hash[41] = "", key[65] = "", signature[129] = "", *end;

	memset(ret, 0, sizeof *ret);
	ret->entry = strtoull(line, &end, 10);
	if (end == line || *end != ' ' ||
	    sscanf(end, " %40s %" SCNd64 " %64s %128s", hash, &ret->at_ms, key, signature) != 4)
		return false;
	memcpy(ret->hash, hash, sizeof ret->hash);
	return ret->entry != 0 && strspn(hash, "0123456789abcdef") == 40 &&
	       hex_take(key, strlen(key), ret->key, sizeof ret->key) &&
	       hex_take(signature, strlen(signature), ret->signature, sizeof ret->signature);
}
