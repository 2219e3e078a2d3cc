/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Escrow: an admin PIN or an older generation's secret, sealed to a quorum's escrow key so that M
 * cards can open it. A sealed escrow is enc (33 bytes) ‖ ciphertext ‖ tag, and no secret.
 */
#ifndef QUORUM_ESCROW_H
#define QUORUM_ESCROW_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"
#include "quorum/info.h"
#include "quorum/p256.h"

enum { ESCROW_PLAINTEXT_MAX = 128, ESCROW_OVERHEAD = 33 + 16, ESCROW_MAX = 128 + 33 + 16 };

struct escrow {
	uint8_t bytes[ESCROW_MAX];
	size_t len;
};

/* `ephemeral` (32 bytes or more of a seed) is used up; `plaintext` has 1 to 128 bytes. */
struct escrow_sealing {
	const uint8_t *escrow_point; /* 65 bytes: derive_escrow_key's, as the roster knows it */
	const struct secret *plaintext;
	const struct secret *ephemeral;
};
MUST_CHECK enum err escrow_seal(const struct escrow_subject *subject,
    const struct escrow_sealing *sealing, struct escrow *out, struct err_trace *trace);

/*
 * Opens with the escrow private key. ERR_DENIED when it is practice and a real one is wanted, or
 * the reverse; ERR_FORMAT when it is for another subject or generation, or damaged.
 */
MUST_CHECK enum err escrow_open(const struct escrow_subject *subject, const struct escrow *escrow,
    const struct secret *private_key, struct secret **plaintext, struct err_trace *trace);

#endif
