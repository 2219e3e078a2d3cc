/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A roll-call's nonce (docs/formats/roll-call.md): 32 random bytes sealed to one card's key, under
 * an info of their own, so that whatever opens here is a nonce and nothing else that was ever
 * sealed to the card. Who can tell the nonce has used the card's key, behind its PIN.
 */
#ifndef QUORUM_ROLL_CALL_H
#define QUORUM_ROLL_CALL_H

#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"
#include "quorum/info.h"
#include "quorum/p256.h"

enum { ROLL_CALL_NONCE = 32, ROLL_CALL_SEALED = ROLL_CALL_NONCE + 16 };

struct roll_call_sealed {
	uint8_t enc[P256_COMPRESSED];
	uint8_t sealed[ROLL_CALL_SEALED]; /* ciphertext and tag */
};

/* `ephemeral` (32 bytes or more of a seed) is used up. */
struct roll_call_sealing {
	const uint8_t *card_point; /* 65 bytes: the card's DEC key */
	const struct secret *nonce;
	const struct secret *ephemeral;
};
MUST_CHECK enum err roll_call_seal(const struct roll_call_subject *subject,
    const struct roll_call_sealing *sealing, struct roll_call_sealed *out, struct err_trace *trace);

/* The point to send to the card for its ECDH: enc, expanded. */
MUST_CHECK enum err roll_call_point(
    const struct roll_call_sealed *sealed, uint8_t point[P256_POINT], struct err_trace *trace);

/*
 * `shared_x` is the x-coordinate of the card's ECDH with that point. ERR_FORMAT when it does not
 * open: sealed to another card, generation or quorum, practice for real, or damaged.
 */
struct roll_call_opening {
	const uint8_t *card_point; /* 65 bytes */
	const struct secret *shared_x;
};
MUST_CHECK enum err
roll_call_open(const struct roll_call_subject *subject, const struct roll_call_sealed *sealed,
    const struct roll_call_opening *opening, struct secret **nonce, struct err_trace *trace);

#endif
