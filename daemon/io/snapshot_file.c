#include "io/snapshot_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "PINGANS1"
#define MAGIC_LEN 8
#define FORM 1
#define CELL_MAX 32
#define SEALED_MAX (SNAPSHOT_CHUNK_MAX + crypto_secretstream_xchacha20poly1305_ABYTES)
#define RECORD_HEAD (1 + 8 + 8 * STORE_COMMITS_KEPT + 4)

/* ------------------------------------------------------------ writing */

static void write_all(struct snapshot_writer *w, const uint8_t *at, size_t len)
{
	while (len > 0 && w->error == 0) {
		ssize_t n = write(w->fd, at, len);

		if (n < 0 && errno != EINTR)
			w->error = errno;
		if (n <= 0)
			continue;
		at += n;
		len -= (size_t)n;
		w->bytes += (uint64_t)n;
	}
}

static void put_le(uint8_t **at, uint64_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		*(*at)++ = (uint8_t)(value >> (8 * i));
}

static void put_bytes(uint8_t **at, const void *from, size_t len)
{
	if (len != 0)
		memcpy(*at, from, len);
	*at += len;
}

static void seal_chunk(struct snapshot_writer *w, uint8_t tag)
{
	static uint8_t sealed[4 + SEALED_MAX];
	unsigned long long len;
	uint8_t *at = sealed;

	crypto_secretstream_xchacha20poly1305_push(&w->state, sealed + 4, &len, w->chunk, w->len, (const uint8_t *)MAGIC,
	                                           MAGIC_LEN, tag);
	put_le(&at, len, 4);
	write_all(w, sealed, 4 + (size_t)len);
	w->len = 0;
}

void snapshot_write_begin(struct snapshot_writer *w, int fd, const uint8_t key[SNAPSHOT_KEY_LEN], const char *cell,
                          ms_t saved_ms)
{
	uint8_t header[crypto_secretstream_xchacha20poly1305_HEADERBYTES], *at = w->chunk;
	size_t cell_len = strlen(cell);

	ENSURE(cell_len < CELL_MAX);
	w->fd = fd;
	w->len = 0;
	w->records = w->bytes = 0;
	w->error = 0;
	crypto_secretstream_xchacha20poly1305_init_push(&w->state, header, key);
	write_all(w, (const uint8_t *)MAGIC, MAGIC_LEN);
	write_all(w, header, sizeof header);
	put_le(&at, FORM, 4);
	put_le(&at, (uint64_t)saved_ms, 8);
	put_bytes(&at, cell, cell_len);
	w->len = (size_t)(at - w->chunk);
	seal_chunk(w, 0);
}

void snapshot_write_record(struct snapshot_writer *w, const struct store_record *r)
{
	size_t key_len = strnlen(r->key, sizeof r->key), len = RECORD_HEAD + key_len + r->body.len;
	uint8_t *at;

	ENSURE(key_len < sizeof r->key && r->body.len <= STORE_BODY_MAX && len <= sizeof w->chunk);
	if (w->error != 0)
		return;
	if (len > sizeof w->chunk - w->len)
		seal_chunk(w, 0);
	at = w->chunk + w->len;
	put_le(&at, key_len, 1);
	put_bytes(&at, r->key, key_len);
	put_le(&at, r->rev, 8);
	for (size_t i = 0; i < STORE_COMMITS_KEPT; i++)
		put_le(&at, r->commits[i], 8);
	put_le(&at, r->body.len, 4);
	put_bytes(&at, r->body.at, r->body.len);
	w->len += len;
	w->records++;
}

bool snapshot_write_end(struct snapshot_writer *w)
{
	uint8_t *at;

	if (w->len > 0)
		seal_chunk(w, 0);
	at = w->chunk;
	put_le(&at, w->records, 8);
	w->len = 8;
	seal_chunk(w, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
	sodium_memzero(w->chunk, sizeof w->chunk);
	sodium_memzero(&w->state, sizeof w->state);
	return w->error == 0;
}

/* ------------------------------------------------------------ reading: nothing of it is trusted */

struct reader {
	int fd;
	crypto_secretstream_xchacha20poly1305_state state;
	uint8_t sealed[SEALED_MAX], plain[SNAPSHOT_CHUNK_MAX];
	size_t len;
	uint64_t records;
};

/* Exactly so many bytes. */
static bool read_all(int fd, uint8_t *at, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, at, len);

		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		if (n < 0)
			continue;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static uint64_t le(const uint8_t *at, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

static const char *open_chunk(struct reader *r, uint8_t *ret_tag)
{
	uint8_t head[4];
	unsigned long long len;
	size_t sealed;

	if (!read_all(r->fd, head, sizeof head))
		return "cut";
	sealed = (size_t)le(head, 4);
	if (sealed < crypto_secretstream_xchacha20poly1305_ABYTES || sealed > sizeof r->sealed)
		return "altered";
	if (!read_all(r->fd, r->sealed, sealed))
		return "cut";
	if (crypto_secretstream_xchacha20poly1305_pull(&r->state, r->plain, &len, ret_tag, r->sealed, sealed,
	                                               (const uint8_t *)MAGIC, MAGIC_LEN) != 0)
		return "altered_or_other_key";
	r->len = (size_t)len;
	return NULL;
}

static const char *read_records(struct reader *r, void (*each)(void *ctx, const struct store_record *), void *ctx)
{
	const uint8_t *at = r->plain, *end = r->plain + r->len;

	while (at < end) {
		struct store_record record = {0};
		size_t key_len = *at, body_len;

		if ((size_t)(end - at) < RECORD_HEAD + key_len ||
		    !text_copy(record.key, sizeof record.key, slice_of(at + 1, key_len)) || key_len == 0)
			return "malformed";
		at += 1 + key_len;
		record.rev = le(at, 8);
		for (size_t i = 0; i < STORE_COMMITS_KEPT; i++)
			record.commits[i] = le(at + 8 + 8 * i, 8);
		at += 8 + 8 * STORE_COMMITS_KEPT;
		body_len = (size_t)le(at, 4);
		at += 4;
		if (body_len > STORE_BODY_MAX || body_len > (size_t)(end - at) || record.rev == 0)
			return "malformed";
		record.body = slice_of(at, body_len);
		at += body_len;
		r->records++;
		if (each != NULL)
			each(ctx, &record);
	}
	return NULL;
}

static const char *read_file(struct reader *r, const uint8_t key[SNAPSHOT_KEY_LEN], const char *cell,
                             void (*each)(void *ctx, const struct store_record *), void *ctx, ms_t *ret_saved_ms)
{
	uint8_t magic[MAGIC_LEN], header[crypto_secretstream_xchacha20poly1305_HEADERBYTES], tag = 0, more;
	const char *wrong;

	if (!read_all(r->fd, magic, sizeof magic) || memcmp(magic, MAGIC, MAGIC_LEN) != 0)
		return "no_snapshot";
	if (!read_all(r->fd, header, sizeof header))
		return "cut";
	if (crypto_secretstream_xchacha20poly1305_init_pull(&r->state, header, key) != 0)
		return "altered_or_other_key";
	if ((wrong = open_chunk(r, &tag)) != NULL)
		return wrong;
	if (tag != 0 || r->len < 12 || le(r->plain, 4) != FORM)
		return "other_form";
	if (r->len - 12 != strlen(cell) || memcmp(r->plain + 12, cell, r->len - 12) != 0)
		return "other_cell";
	*ret_saved_ms = (ms_t)le(r->plain + 4, 8);
	while ((wrong = open_chunk(r, &tag)) == NULL && tag == 0)
		if ((wrong = read_records(r, each, ctx)) != NULL)
			return wrong;
	if (wrong != NULL)
		return wrong;
	if (tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL || r->len != 8 || le(r->plain, 8) != r->records)
		return "malformed";
	return read(r->fd, &more, 1) == 0 ? NULL : "longer_than_it_says";
}

const char *snapshot_read(int fd, const uint8_t key[SNAPSHOT_KEY_LEN], const char *cell,
                          void (*each)(void *ctx, const struct store_record *record), void *ctx, ms_t *ret_saved_ms)
{
	struct reader *r = calloc(1, sizeof *r);
	const char *wrong;

	if (r == NULL)
		return "no_memory";
	r->fd = fd;
	wrong = read_file(r, key, cell, each, ctx, ret_saved_ms);
	sodium_memzero(r, sizeof *r);
	free(r);
	return wrong;
}

bool snapshot_key_make(const char *path, uint8_t key[SNAPSHOT_KEY_LEN], char *why, size_t size)
{
	char hex[2 * SNAPSHOT_KEY_LEN + 2];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0) {
		snprintf(why, size, "%s: %s", path, strerror(errno));
		return false;
	}
	randombytes_buf(key, SNAPSHOT_KEY_LEN);
	sodium_bin2hex(hex, sizeof hex, key, SNAPSHOT_KEY_LEN);
	hex[2 * SNAPSHOT_KEY_LEN] = '\n';
	ok = write(fd, hex, 2 * SNAPSHOT_KEY_LEN + 1) == 2 * SNAPSHOT_KEY_LEN + 1 && fsync(fd) == 0;
	if (!ok)
		snprintf(why, size, "%s: %s", path, strerror(errno));
	close(fd);
	sodium_memzero(hex, sizeof hex);
	return ok;
}

bool snapshot_key_read(const char *path, uint8_t key[SNAPSHOT_KEY_LEN], char *why, size_t size)
{
	char hex[2 * SNAPSHOT_KEY_LEN + 2];
	struct stat st;
	size_t len = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = false;

	if (fd < 0 || fstat(fd, &st) < 0) {
		snprintf(why, size, "%s: %s", path, strerror(errno));
	} else if ((st.st_mode & 077) != 0) {
		snprintf(why, size, "%s: others may read this key: chmod 600", path);
	} else {
		n = read(fd, hex, sizeof hex);
		len = n < 0 ? 0 : (size_t)n;
		if (len > 0 && hex[len - 1] == '\n')
			len--;
		ok = len == 2 * SNAPSHOT_KEY_LEN && sodium_hex2bin(key, SNAPSHOT_KEY_LEN, hex, len, NULL, &len, NULL) == 0 &&
		     len == SNAPSHOT_KEY_LEN;
		if (!ok)
			snprintf(why, size, "%s: must be %u hex digits", path, 2 * SNAPSHOT_KEY_LEN);
	}
	if (fd >= 0)
		close(fd);
	sodium_memzero(hex, sizeof hex);
	return ok;
}
