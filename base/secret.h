/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A secret: bytes that live in locked, guarded memory that is wiped when freed (OpenSSL's secure
 * heap), cannot be printed and are compared in constant time. PINs, shares, seeds and keys are
 * passed as struct secret and as nothing else. The capacity is chosen once; there is no realloc,
 * which would leave an unwiped copy behind.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct secret;

/*
 * Sets up the secure heap (256 KiB), once, at the start of each program. A refused lock is an
 * error that says how to raise the limit (`ulimit -l`), never a silent fallback.
 */
MUST_CHECK enum err secret_heap_init(struct err_trace *trace);

/* An empty secret that can hold `capacity` bytes (1 to 64 KiB). */
MUST_CHECK enum err secret_new(size_t capacity, struct secret **out, struct err_trace *trace);

/* As secret_new, filled with a copy of `bytes`; the caller still wipes its own. */
MUST_CHECK enum err
secret_from(const void *bytes, size_t len, struct secret **out, struct err_trace *trace);

/* Filled with `len` bytes of getrandom. */
MUST_CHECK enum err secret_random(size_t len, struct secret **out, struct err_trace *trace);

/* Wipes and frees; NULL is fine. */
void secret_free(struct secret *secret);

/* secret_free of *secret, then NULL: for cleanup attributes and loops. */
void secret_drop(struct secret **secret);

size_t secret_len(const struct secret *secret);
size_t secret_capacity(const struct secret *secret);

/* Borrowed until the next change or free. */
const uint8_t *secret_bytes(const struct secret *secret);

/* Appends a copy. ERR_ARGUMENT, and no change, when the capacity does not suffice. */
MUST_CHECK enum err
secret_append(struct secret *secret, const void *bytes, size_t len, struct err_trace *trace);

/*
 * Lengthens by `len` zero bytes and returns where they are, for a library that writes its output
 * there; NULL when the capacity does not suffice.
 */
MUST_CHECK uint8_t *secret_extend(struct secret *secret, size_t len);

/* Shortens to `len` bytes and wipes the rest; longer than present is ignored. */
void secret_truncate(struct secret *secret, size_t len);

/* Wipes the content; the capacity stays. */
void secret_clear(struct secret *secret);

MUST_CHECK enum err
secret_copy(const struct secret *secret, struct secret **out, struct err_trace *trace);

/* Constant time in the content; the lengths are not secret. */
bool secret_equal(const struct secret *a, const struct secret *b);
bool secret_equal_bytes(const struct secret *a, const void *bytes, size_t len);

/* Wipes bytes that are not in a struct secret (an APDU buffer, a stack copy). */
void secret_wipe(void *bytes, size_t len);

#endif
