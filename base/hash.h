/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 over parts, and the system's randomness. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { SHA256_SIZE = 32 };

struct part {
	const void *bytes;
	size_t len;
};

/* The hash of the parts one after another. */
MUST_CHECK enum err sha256_parts(
    const struct part *parts, size_t count, uint8_t out[SHA256_SIZE], struct err_trace *trace);
MUST_CHECK enum err
sha256(const void *bytes, size_t len, uint8_t out[SHA256_SIZE], struct err_trace *trace);

/* For hashes of what is no secret: it takes longer the more of them agrees. */
bool sha256_equal(const uint8_t a[SHA256_SIZE], const uint8_t b[SHA256_SIZE]);

/* SHA-256 of what comes little by little. */
struct sha256_stream;
MUST_CHECK enum err sha256_stream_new(struct sha256_stream **out, struct err_trace *trace);
MUST_CHECK enum err sha256_stream_add(
    struct sha256_stream *stream, const void *bytes, size_t len, struct err_trace *trace);
/* Of what was added so far; more may follow. NULL is nothing. */
MUST_CHECK enum err sha256_stream_so_far(
    const struct sha256_stream *stream, uint8_t out[SHA256_SIZE], struct err_trace *trace);
/* Of all that was added; nothing can be added afterwards. */
MUST_CHECK enum err
sha256_stream_end(struct sha256_stream *stream, uint8_t out[SHA256_SIZE], struct err_trace *trace);
void sha256_stream_free(struct sha256_stream *stream); /* NULL is fine */

/* getrandom(2); for public values (ids, salts, nonces). Secrets come from secret_random. */
MUST_CHECK enum err random_bytes(void *out, size_t len, struct err_trace *trace);

#endif
