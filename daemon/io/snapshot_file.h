/* snapshot_file.h - the form of a snapshot: libsodium's secretstream over chunks of records.
 *
 *   "PINGANS1" | 24 bytes secretstream header | chunks: length of the sealed bytes (4, little-endian), sealed bytes
 *   first chunk   form, time, cell                              what follows is about this cell at this time
 *   then          records: key, revision, commit ids, body      whole records, CHUNK_MAX bytes of them at most
 *   last chunk    number of records, marked final               a file without it was cut
 *
 * Owns:   reading and writing it.
 * Knows:  no app, no loop.
 */
#ifndef IO_SNAPSHOT_FILE_H
#define IO_SNAPSHOT_FILE_H

#include <sodium.h>

#include "app/store.h"

#define SNAPSHOT_KEY_LEN crypto_secretstream_xchacha20poly1305_KEYBYTES
#define SNAPSHOT_CHUNK_MAX 65536

struct snapshot_writer {
	int fd;
	crypto_secretstream_xchacha20poly1305_state state;
	uint8_t chunk[SNAPSHOT_CHUNK_MAX];
	size_t len;
	uint64_t records, bytes;
	int error; /* errno of the first write that failed; nothing is written after it */
};

void snapshot_write_begin(struct snapshot_writer *w, int fd, const uint8_t key[SNAPSHOT_KEY_LEN], const char *cell,
                          ms_t saved_ms);
void snapshot_write_record(struct snapshot_writer *w, const struct store_record *record);
/* True when every byte was taken. The caller syncs. */
bool snapshot_write_end(struct snapshot_writer *w) MUST_USE;

/* 64 hex digits in a file that nobody else may read. False with a sentence in `why`. */
bool snapshot_key_read(const char *path, uint8_t key[SNAPSHOT_KEY_LEN], char *why, size_t size);

/* A new one in a file that is not there yet, mode 0600. Likewise. */
bool snapshot_key_make(const char *path, uint8_t key[SNAPSHOT_KEY_LEN], char *why, size_t size);

/* Reads all of it, giving records to `each` (NULL: only looks whether it is whole). Returns NULL and the time when it was
 * saved, or what is wrong with it. */
const char *snapshot_read(int fd, const uint8_t key[SNAPSHOT_KEY_LEN], const char *cell,
                          void (*each)(void *ctx, const struct store_record *record), void *ctx, ms_t *ret_saved_ms);

#endif
