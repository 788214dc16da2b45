/* pinyin.h - how Chinese characters sound, by ICU's transliterator. The pinyin port of the app.
 *
 * Owns:   the transliterator, and what it said of each character: asked once.
 * Bounds: one small table for the characters of the basic plane; others are asked each time.
 */
#ifndef IO_PINYIN_H
#define IO_PINYIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ensure.h"

/* False with one line in `error` when ICU's data is not there. Once, before anything else. */
bool pinyin_start(char error[256]) MUST_USE;
void pinyin_stop(void);

size_t pinyin_of(void *ctx, uint32_t rune, char *ret, size_t size);

#endif
