/* fuzz_snapshot.c - any bytes as a daemon's own copy of the registry: as the file itself, and as what stands sealed in it by
 * somebody who has the key.
 * Oracles: it is taken whole or refused with a word; records are in their bounds, lie in it, and are as many as it says;
 * written anew they are read as the same.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io/snapshot_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())

static const uint8_t KEY[SNAPSHOT_KEY_LEN] = "a key that nobody else may have";
static const uint8_t MAGIC[] = {'P', 'I', 'N', 'G', 'A', 'N', 'S', '1'};
static int file = -1, copy = -1;

static void fresh(int fd)
{
	MUST(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
}

static void all(int fd, const void *at, size_t len)
{
	MUST(write(fd, at, len) == (ssize_t)len);
}

struct seen {
	uint64_t count, sum, bytes;
	struct snapshot_writer *into; /* NULL, or it is written anew */
};

static void on_record(void *ctx, const struct store_record *r)
{
	struct seen *s = ctx;

	MUST(memchr(r->key, '\0', sizeof r->key) != NULL && r->key[0] != '\0' && r->rev != 0);
	MUST(r->body.len <= STORE_BODY_MAX);
	s->count++;
	s->bytes += strlen(r->key) + r->body.len;
	s->sum += r->rev + r->body.len + r->commits[0] + (unsigned char)r->key[0];
	for (size_t i = 0; i < r->body.len; i++)
		s->sum = s->sum * 31 + r->body.at[i];
	if (s->into != NULL)
		snapshot_write_record(s->into, r);
}

static const char *read_it(int fd, struct seen *s)
{
	ms_t saved_ms;

	MUST(lseek(fd, 0, SEEK_SET) == 0);
	return snapshot_read(fd, KEY, "pa", on_record, s, &saved_ms);
}

static void look(size_t input)
{
	static struct snapshot_writer w;
	struct seen first = {0}, second = {0}, third = {0};
	const char *wrong = read_it(file, &first);

	MUST(first.bytes <= input); /* nothing of it stood elsewhere */
	if (wrong != NULL) {
		MUST(wrong[0] != '\0' && strchr(wrong, ' ') == NULL);
		return;
	}
	fresh(copy);
	snapshot_write_begin(&w, copy, KEY, "pa", 1760000000000);
	second.into = &w;
	MUST(read_it(file, &second) == NULL);
	MUST(snapshot_write_end(&w) && w.records == first.count);
	MUST(read_it(copy, &third) == NULL);
	MUST(first.count == third.count && first.sum == third.sum);
}

static void seal(crypto_secretstream_xchacha20poly1305_state *state, const uint8_t *at, size_t len, uint8_t tag)
{
	static uint8_t sealed[SNAPSHOT_CHUNK_MAX + crypto_secretstream_xchacha20poly1305_ABYTES];
	unsigned long long sealed_len;
	uint8_t head[4];

	crypto_secretstream_xchacha20poly1305_push(state, sealed, &sealed_len, at, len, MAGIC, sizeof MAGIC, tag);
	for (size_t i = 0; i < sizeof head; i++)
		head[i] = (uint8_t)(sealed_len >> (8 * i));
	all(file, head, sizeof head);
	all(file, sealed, (size_t)sealed_len);
}

/* Chunks as the input has them: tag (final or not), length in two bytes, content. The first one says what it must, unless
 * the first byte of the input is odd. */
static void sealed_file(const uint8_t *at, const uint8_t *end)
{
	static const uint8_t BEGINNING[] = {1, 0, 0, 0, 0, 0xd0, 0xb0, 0x99, 0x99, 1, 0, 0, 'p', 'a'};
	crypto_secretstream_xchacha20poly1305_state state;
	uint8_t header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];

	fresh(file);
	crypto_secretstream_xchacha20poly1305_init_push(&state, header, KEY);
	all(file, MAGIC, sizeof MAGIC);
	all(file, header, sizeof header);
	if ((*at++ & 1) == 0)
		seal(&state, BEGINNING, sizeof BEGINNING, 0);
	while (end - at >= 3) {
		uint8_t tag = (at[0] & 1) != 0 ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0;
		size_t len = (size_t)(at[1] | at[2] << 8);

		at += 3;
		if (len > (size_t)(end - at))
			len = (size_t)(end - at);
		seal(&state, at, len, tag);
		at += len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (file < 0) {
		MUST(sodium_init() >= 0);
		file = memfd_create("snapshot", MFD_CLOEXEC);
		copy = memfd_create("copy", MFD_CLOEXEC);
		MUST(file >= 0 && copy >= 0);
	}
	fresh(file);
	all(file, data, size);
	look(size);
	if (size == 0)
		return 0;
	sealed_file(data, data + size);
	look(size);
	return 0;
}
