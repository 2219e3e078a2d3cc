/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/escrow.h"

#include <string.h>

#include "quorum/hpke.h"

enum err
escrow_seal(const struct escrow_subject *subject, const struct escrow_sealing *sealing,
    struct escrow *out, struct err_trace *trace)
{
	const size_t len = secret_len(sealing->plaintext);
	const struct info info = info_for_escrow(subject);
	const struct hpke_context context = {
		.recipient = sealing->escrow_point,
		.info = info.bytes,
		.info_len = info.len,
	};
	const struct hpke_sealing seal = { sealing->plaintext, sealing->ephemeral };
	uint8_t ciphertext[ESCROW_PLAINTEXT_MAX + HPKE_TAG] = { 0 };
	struct hpke_sealed sealed = { .ciphertext = ciphertext };
	struct escrow made = { 0 };
	enum err err = ERR_INTERNAL;

	if (len == 0 || len > ESCROW_PLAINTEXT_MAX)
		return FAIL(trace, ERR_ARGUMENT, "cannot escrow %zu bytes", len);
	err = hpke_seal(&context, &seal, &sealed, trace);
	if (err != ERR_OK)
		return err;
	memcpy(made.bytes, sealed.enc, P256_COMPRESSED);
	memcpy(made.bytes + P256_COMPRESSED, ciphertext, len + HPKE_TAG);
	made.len = len + ESCROW_OVERHEAD;
	*out = made;
	return ERR_OK;
}

/* What opening wants beside the subject. */
struct unsealing {
	const struct escrow *escrow;
	uint8_t escrow_point[P256_POINT];
	struct secret *shared_x;
};

static enum err
open_as(const struct escrow_subject *subject, const struct unsealing *unsealing,
    struct secret **plaintext, struct err_trace *trace)
{
	const struct info info = info_for_escrow(subject);
	const struct hpke_context context = {
		.recipient = unsealing->escrow_point,
		.info = info.bytes,
		.info_len = info.len,
	};
	const struct hpke_opening opening = {
		.enc = unsealing->escrow->bytes,
		.ciphertext = unsealing->escrow->bytes + P256_COMPRESSED,
		.ciphertext_len = unsealing->escrow->len - P256_COMPRESSED,
		.shared_x = unsealing->shared_x,
	};

	return hpke_open(&context, &opening, plaintext, trace);
}

/* After a failure: is it the same thing of the other kind, practice or real? */
static enum err
name_failure(const struct escrow_subject *subject, const struct unsealing *unsealing,
    struct err_trace *trace)
{
	struct escrow_subject other = *subject;
	struct secret *plaintext = NULL;

	other.practice = !subject->practice;
	if (open_as(&other, unsealing, &plaintext, NULL) != ERR_OK)
		return FAIL(trace, ERR_FORMAT,
		    "this escrow is damaged, or not what it should be for this generation");
	secret_free(plaintext);
	err_clear(trace);
	if (subject->practice)
		return FAIL(trace, ERR_DENIED, "this escrow is real, and this is practice");
	return FAIL(trace, ERR_DENIED, "this escrow is PRACTICE, and a real one is wanted");
}

static enum err
prepare(const struct escrow *escrow, const struct secret *private_key, struct unsealing *out,
    struct err_trace *trace)
{
	uint8_t enc[P256_POINT] = { 0 };
	enum err err = ERR_INTERNAL;

	if (escrow->len <= ESCROW_OVERHEAD || escrow->len > ESCROW_MAX)
		return FAIL(trace, ERR_FORMAT, "an escrow cannot have %zu bytes", escrow->len);
	out->escrow = escrow;
	err = p256_expand(escrow->bytes, enc, trace);
	if (err == ERR_OK)
		err = p256_public(private_key, out->escrow_point, trace);
	if (err == ERR_OK)
		err = p256_ecdh(private_key, enc, &out->shared_x, trace);
	return err;
}

enum err
escrow_open(const struct escrow_subject *subject, const struct escrow *escrow,
    const struct secret *private_key, struct secret **plaintext, struct err_trace *trace)
{
	struct unsealing unsealing = { 0 };
	enum err err = prepare(escrow, private_key, &unsealing, trace);

	if (err == ERR_OK) {
		err = open_as(subject, &unsealing, plaintext, trace);
		if (err == ERR_FORMAT)
			err = name_failure(subject, &unsealing, trace);
	}
	secret_free(unsealing.shared_x);
	return err;
}
