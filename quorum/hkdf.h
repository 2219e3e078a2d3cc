/* SPDX-License-Identifier: BSD-2-Clause */
/* HMAC-SHA-256 (RFC 2104), HKDF (RFC 5869) and PBKDF2 (RFC 8018) over it, on secrets. */
#ifndef QUORUM_HKDF_H
#define QUORUM_HKDF_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/secret.h"

enum { HKDF_HASH = 32, HKDF_EXPAND_MAX = 255 * 32 };

/* The parts one after another are the message or the input; they may be borrowed from secrets. */
struct hkdf_parts {
	const struct part *parts;
	size_t count;
};
#define HKDF_PARTS(array) ((struct hkdf_parts){ (array), sizeof(array) / sizeof((array)[0]) })

MUST_CHECK enum err hkdf_hmac(const struct part *key, struct hkdf_parts message,
    struct secret **out, struct err_trace *trace);

/* Extract(salt, ikm); the salt may be empty. */
MUST_CHECK enum err hkdf_extract(
    const struct part *salt, struct hkdf_parts ikm, struct secret **prk, struct err_trace *trace);

/* Expand(prk, info, len), 1 to HKDF_EXPAND_MAX bytes. */
MUST_CHECK enum err hkdf_expand(const struct secret *prk, struct hkdf_parts info, size_t len,
    struct secret **out, struct err_trace *trace);

/* Any number of bytes from 1 to 32: one block. */
struct hkdf_pbkdf2 {
	struct part password;
	struct hkdf_parts salt;
	uint32_t iterations;
};
MUST_CHECK enum err hkdf_pbkdf2(
    const struct hkdf_pbkdf2 *input, size_t len, struct secret **out, struct err_trace *trace);

#endif
