/* ensure.h - our own invariants, checked in production too.
 *
 * A broken invariant stops the daemon; it comes back from the store within two seconds. Input is never asserted:
 * what a peer, a file or a record says is checked with an `if`, counted and refused.
 */
#ifndef BASE_ENSURE_H
#define BASE_ENSURE_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Writes one line to standard error and aborts. */
_Noreturn void ensure_failed(const char *cond, const char *file, int line);

#define ENSURE(cond) ((cond) ? (void)0 : ensure_failed(#cond, __FILE__, __LINE__))

/* Here nobody ever comes. */
#define ENSURE_NEVER(why) ensure_failed(why, __FILE__, __LINE__)

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(value) (UINT32_C(1) << (value)) /* one bit for each value of an enum */

#endif
