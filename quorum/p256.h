/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Points and keys of P-256 (NIST SP 800-186) as Quorate carries them: points uncompressed (65
 * bytes, 04 ‖ x ‖ y) in use and compressed (33 bytes) where room is short; private keys as 32
 * bytes in a struct secret.
 */
#ifndef QUORUM_P256_H
#define QUORUM_P256_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"

enum { P256_POINT = 65, P256_COMPRESSED = 33, P256_SCALAR = 32 };

/* ERR_FORMAT when it is not a point of the curve in this form. */
MUST_CHECK enum err p256_check(const uint8_t point[P256_POINT], struct err_trace *trace);
MUST_CHECK enum err p256_compress(
    const uint8_t point[P256_POINT], uint8_t compressed[P256_COMPRESSED], struct err_trace *trace);
MUST_CHECK enum err p256_expand(
    const uint8_t compressed[P256_COMPRESSED], uint8_t point[P256_POINT], struct err_trace *trace);

/* True for 1 to the order − 1, in constant time. The verdict itself is not secret. */
bool p256_is_scalar(const struct secret *scalar);

MUST_CHECK enum err
p256_public(const struct secret *private_key, uint8_t point[P256_POINT], struct err_trace *trace);

/* The x-coordinate (32 bytes) of the ECDH in software; a card computes the same on its own. */
MUST_CHECK enum err p256_ecdh(const struct secret *private_key, const uint8_t peer[P256_POINT],
    struct secret **shared_x, struct err_trace *trace);

#endif
