/* crypto.h - the secrets part of the app's ports, by libsodium; AES, which it lacks, by OpenSSL.
 *
 * crypto_start() once before anything else. */
#ifndef IO_CRYPTO_H
#define IO_CRYPTO_H

#include "app/ports.h"

bool crypto_start(void) MUST_USE;

size_t crypto_seal(void *ctx, const uint8_t key[32], struct slice plain, uint8_t *ret, size_t size);
size_t crypto_unseal(void *ctx, const uint8_t key[32], struct slice sealed, uint8_t *ret, size_t size);
/* `hash` is BLAKE2b-256 of the right token. Takes the same time for right and wrong. */
bool crypto_aes_cbc(void *ctx, bool encrypt, struct slice key, struct slice in, uint8_t *ret);
bool crypto_token_matches(void *ctx, struct slice token, struct slice hash);
uint64_t crypto_random(void *ctx);

#endif
