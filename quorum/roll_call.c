/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/roll_call.h"

#include <string.h>

#include "quorum/hpke.h"

_Static_assert(ROLL_CALL_SEALED == ROLL_CALL_NONCE + HPKE_TAG, "a sealed nonce has a tag");

enum err
roll_call_seal(const struct roll_call_subject *subject, const struct roll_call_sealing *sealing,
    struct roll_call_sealed *out, struct err_trace *trace)
{
	const struct info info = info_for_roll_call(subject);
	const struct hpke_context context = {
		.recipient = sealing->card_point,
		.info = info.bytes,
		.info_len = info.len,
	};
	const struct hpke_sealing seal = { sealing->nonce, sealing->ephemeral };
	struct roll_call_sealed made = { .enc = { 0 } };
	struct hpke_sealed sealed = { .ciphertext = made.sealed };
	enum err err;

	if (secret_len(sealing->nonce) != ROLL_CALL_NONCE)
		return FAIL(trace, ERR_ARGUMENT, "a nonce has %d bytes, not %zu", ROLL_CALL_NONCE,
		    secret_len(sealing->nonce));
	err = hpke_seal(&context, &seal, &sealed, trace);
	if (err != ERR_OK)
		return err;
	memcpy(made.enc, sealed.enc, sizeof(made.enc));
	*out = made;
	return ERR_OK;
}

enum err
roll_call_point(
    const struct roll_call_sealed *sealed, uint8_t point[P256_POINT], struct err_trace *trace)
{
	return p256_expand(sealed->enc, point, trace);
}

enum err
roll_call_open(const struct roll_call_subject *subject, const struct roll_call_sealed *sealed,
    const struct roll_call_opening *opening, struct secret **nonce, struct err_trace *trace)
{
	const struct info info = info_for_roll_call(subject);
	const struct hpke_context context = {
		.recipient = opening->card_point,
		.info = info.bytes,
		.info_len = info.len,
	};
	const struct hpke_opening what = {
		.enc = sealed->enc,
		.ciphertext = sealed->sealed,
		.ciphertext_len = sizeof(sealed->sealed),
		.shared_x = opening->shared_x,
	};

	return hpke_open(&context, &what, nonce, trace);
}
