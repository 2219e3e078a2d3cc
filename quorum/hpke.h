/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HPKE (RFC 9180), base mode, single shot: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM.
 * Opening takes the shared x-coordinate from the caller, because the card computes it: send the
 * card `enc` as a point (p256_expand), then open with what it answers.
 */
#ifndef QUORUM_HPKE_H
#define QUORUM_HPKE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"
#include "quorum/p256.h"

enum { HPKE_TAG = 16, HPKE_PLAINTEXT_MAX = 1024, HPKE_IKM_MIN = 32 };

/* DeriveKeyPair of RFC 9180, 7.1.3; `ikm` has at least 32 bytes. */
MUST_CHECK enum err hpke_derive_key_pair(const struct secret *ikm, struct secret **private_key,
    uint8_t point[P256_POINT], struct err_trace *trace);

/* To whom, and what is bound in. `aad` may be NULL with length 0, as everywhere in Quorate. */
struct hpke_context {
	const uint8_t *recipient; /* 65 bytes */
	const void *info;
	size_t info_len;
	const void *aad;
	size_t aad_len;
};

/*
 * Seals 1 to HPKE_PLAINTEXT_MAX bytes. `ephemeral` is the ikm of the ephemeral key pair and must
 * never be used twice. `ciphertext` receives the plaintext's length + HPKE_TAG bytes.
 */
struct hpke_sealing {
	const struct secret *plaintext;
	const struct secret *ephemeral;
};
struct hpke_sealed {
	uint8_t enc[P256_COMPRESSED];
	uint8_t *ciphertext;
};
MUST_CHECK enum err hpke_seal(const struct hpke_context *context,
    const struct hpke_sealing *sealing, struct hpke_sealed *out, struct err_trace *trace);

/* ERR_FORMAT when it does not open: another recipient, other info, or a changed byte. */
struct hpke_opening {
	const uint8_t *enc; /* 33 bytes, compressed */
	const uint8_t *ciphertext;
	size_t ciphertext_len;
	const struct secret *shared_x; /* 32 bytes: x of ECDH(recipient's key, enc) */
};
MUST_CHECK enum err hpke_open(const struct hpke_context *context,
    const struct hpke_opening *opening, struct secret **plaintext, struct err_trace *trace);

#endif
