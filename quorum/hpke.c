/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/hpke.h"

#include <string.h>

#include <openssl/evp.h>

#include "quorum/declassify.h"
#include "quorum/hkdf.h"

enum { KEY_SIZE = 16, NONCE_SIZE = 12, LABELED_PARTS_MAX = 8, CANDIDATES = 256 };

/* RFC 9180, 4.1 and 5.1: KEM 0x0010, KDF 0x0001, AEAD 0x0001. */
static const uint8_t kem_suite[] = { 'K', 'E', 'M', 0x00, 0x10 };
static const uint8_t hpke_suite[] = { 'H', 'P', 'K', 'E', 0x00, 0x10, 0x00, 0x01, 0x00, 0x01 };
static const struct part kem = { kem_suite, sizeof(kem_suite) };
static const struct part hpke = { hpke_suite, sizeof(hpke_suite) };
static const struct part version = { "HPKE-v1", 7 };
static const struct part nothing = { "", 0 };

static struct part
part_of(const struct secret *secret)
{
	return (struct part){ secret_bytes(secret), secret_len(secret) };
}

static struct part
text(const char *label)
{
	return (struct part){ label, strlen(label) };
}

/* LabeledExtract(salt, label, ikm) of RFC 9180, 4; `named` is { suite, label }. */
static enum err
labeled_extract(const struct part *salt, const struct part named[2], struct part ikm,
    struct secret **prk, struct err_trace *trace)
{
	const struct part parts[] = { version, named[0], named[1], ikm };

	return hkdf_extract(salt, HKDF_PARTS(parts), prk, trace);
}

/* LabeledExpand(prk, label, info, L); what the length and label stand before. */
struct expansion {
	struct part suite;
	const char *label;
	struct part info[3]; /* one after another */
	uint16_t len;
};

static enum err
labeled_expand(const struct secret *prk, const struct expansion *want, struct secret **out,
    struct err_trace *trace)
{
	const uint8_t len[2] = { (uint8_t)(want->len >> 8), (uint8_t)want->len };
	const struct part parts[LABELED_PARTS_MAX - 1] = {
		{ len, sizeof(len) },
		version,
		want->suite,
		text(want->label),
		want->info[0],
		want->info[1],
		want->info[2],
	};

	return hkdf_expand(prk, HKDF_PARTS(parts), want->len, out, trace);
}

/* The candidate of one counter (7.1.3); *good tells whether it is a private key. */
static enum err
try_candidate(const struct secret *prk, uint8_t counter, struct secret **candidate, bool *good,
    struct err_trace *trace)
{
	const struct expansion want = {
		.suite = kem,
		.label = "candidate",
		.info = { { &counter, 1 } },
		.len = P256_SCALAR,
	};
	enum err err = labeled_expand(prk, &want, candidate, trace);

	if (err == ERR_OK)
		*good = p256_is_scalar(*candidate);
	return err;
}

enum err
hpke_derive_key_pair(const struct secret *ikm, struct secret **private_key,
    uint8_t point[P256_POINT], struct err_trace *trace)
{
	const struct part named[2] = { kem, text("dkp_prk") };
	struct secret *prk = NULL;
	struct secret *candidate = NULL;
	bool good = false;
	enum err err = ERR_INTERNAL;

	if (secret_len(ikm) < HPKE_IKM_MIN)
		return FAIL(
		    trace, ERR_ARGUMENT, "a key pair needs %d bytes to derive from", HPKE_IKM_MIN);
	err = labeled_extract(&nothing, named, part_of(ikm), &prk, trace);
	for (unsigned counter = 0; err == ERR_OK && !good && counter < CANDIDATES; counter++) {
		secret_drop(&candidate);
		err = try_candidate(prk, (uint8_t)counter, &candidate, &good, trace);
	}
	if (err == ERR_OK && !good)
		err = FAIL(trace, ERR_INTERNAL, "no private key among 256 candidates");
	if (err == ERR_OK)
		err = p256_public(candidate, point, trace);
	if (err == ERR_OK) {
		*private_key = candidate;
		candidate = NULL;
	}
	secret_free(candidate);
	secret_free(prk);
	return err;
}

/* ExtractAndExpand of 4.1, with kem_context = enc ‖ recipient. */
static enum err
shared_secret(const struct secret *shared_x, const uint8_t enc[P256_POINT],
    const uint8_t recipient[P256_POINT], struct secret **out, struct err_trace *trace)
{
	const struct part named[2] = { kem, text("eae_prk") };
	const struct expansion want = {
		.suite = kem,
		.label = "shared_secret",
		.info = { { enc, P256_POINT }, { recipient, P256_POINT } },
		.len = HKDF_HASH,
	};
	struct secret *prk = NULL;
	enum err err = labeled_extract(&nothing, named, part_of(shared_x), &prk, trace);

	if (err == ERR_OK)
		err = labeled_expand(prk, &want, out, trace);
	secret_free(prk);
	return err;
}

/* What the key schedule gives for the one message of a context. */
struct keys {
	struct secret *key;
	struct secret *nonce;
};

static void
keys_drop(struct keys *keys)
{
	secret_drop(&keys->key);
	secret_drop(&keys->nonce);
}

static enum err
expand_keys(const struct secret *prk, const struct part context[3], struct keys *out,
    struct err_trace *trace)
{
	struct expansion want = {
		.suite = hpke,
		.label = "key",
		.info = { context[0], context[1], context[2] },
		.len = KEY_SIZE,
	};
	enum err err = labeled_expand(prk, &want, &out->key, trace);

	want.label = "base_nonce";
	want.len = NONCE_SIZE;
	if (err == ERR_OK)
		err = labeled_expand(prk, &want, &out->nonce, trace);
	return err;
}

/* KeySchedule of 5.1 in base mode, without a pre-shared key. On failure keys_drop clears. */
static enum err
schedule(const struct secret *shared, const struct hpke_context *context, struct keys *out,
    struct err_trace *trace)
{
	static const uint8_t base_mode = 0x00;
	const struct part psk_id_named[2] = { hpke, text("psk_id_hash") };
	const struct part info_named[2] = { hpke, text("info_hash") };
	const struct part secret_named[2] = { hpke, text("secret") };
	const struct part info = { context->info, context->info_len };
	const struct part salt = part_of(shared);
	struct secret *psk_id_hash = NULL;
	struct secret *info_hash = NULL;
	struct secret *prk = NULL;
	enum err err = labeled_extract(&nothing, psk_id_named, nothing, &psk_id_hash, trace);

	if (err == ERR_OK)
		err = labeled_extract(&nothing, info_named, info, &info_hash, trace);
	if (err == ERR_OK)
		err = labeled_extract(&salt, secret_named, nothing, &prk, trace);
	if (err == ERR_OK) {
		const struct part parts[3] = { { &base_mode, 1 }, part_of(psk_id_hash),
			part_of(info_hash) };

		err = expand_keys(prk, parts, out, trace);
	}
	secret_free(prk);
	secret_free(info_hash);
	secret_free(psk_id_hash);
	return err;
}

/* From the ECDH to the AEAD's keys, for both sides. */
static enum err
make_keys(const struct hpke_context *context, const uint8_t enc[P256_POINT],
    const struct secret *shared_x, struct keys *out, struct err_trace *trace)
{
	struct secret *shared = NULL;
	enum err err = shared_secret(shared_x, enc, context->recipient, &shared, trace);

	if (err == ERR_OK)
		err = schedule(shared, context, out, trace);
	secret_free(shared);
	return err;
}

/* AES-128-GCM, one way or the other, as far as the additional data. */
struct aead {
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *context;
};

static void
aead_end(struct aead *aead)
{
	EVP_CIPHER_CTX_free(aead->context);
	EVP_CIPHER_free(aead->cipher);
}

/* Whatever the outcome, aead_end frees it. */
static bool
aead_begin(
    struct aead *aead, bool encrypt, const struct keys *keys, const struct hpke_context *context)
{
	int len = 0;

	aead->cipher = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	aead->context = EVP_CIPHER_CTX_new();
	if (aead->cipher == NULL || aead->context == NULL ||
	    EVP_CipherInit_ex2(aead->context, aead->cipher, secret_bytes(keys->key),
		secret_bytes(keys->nonce), encrypt ? 1 : 0, NULL) != 1)
		return false;
	return context->aad_len == 0 || EVP_CipherUpdate(aead->context, NULL, &len, context->aad,
					    (int)context->aad_len) == 1;
}

static bool
aead_seal(struct aead *aead, const struct secret *plaintext, uint8_t *out)
{
	const size_t size = secret_len(plaintext);
	int len = 0;
	int last = 0;

	return EVP_CipherUpdate(aead->context, out, &len, secret_bytes(plaintext), (int)size) ==
		   1 &&
	       EVP_CipherFinal_ex(aead->context, out + len, &last) == 1 &&
	       (size_t)len + (size_t)last == size &&
	       EVP_CIPHER_CTX_ctrl(aead->context, EVP_CTRL_AEAD_GET_TAG, HPKE_TAG, out + size) == 1;
}

/* False when the tag does not fit; what was written to `out` is then to be dropped. */
static bool
aead_open(struct aead *aead, const struct hpke_opening *opening, uint8_t *out)
{
	const size_t size = opening->ciphertext_len - HPKE_TAG;
	uint8_t tag[HPKE_TAG] = { 0 };
	int len = 0;
	int last = 0;

	memcpy(tag, opening->ciphertext + size, sizeof(tag));
	return EVP_CIPHER_CTX_ctrl(aead->context, EVP_CTRL_AEAD_SET_TAG, HPKE_TAG, tag) == 1 &&
	       EVP_CipherUpdate(aead->context, out, &len, opening->ciphertext, (int)size) == 1 &&
	       EVP_CipherFinal_ex(aead->context, out + len, &last) == 1 &&
	       (size_t)len + (size_t)last == size;
}

/* The ephemeral key pair and its ECDH with the recipient. */
static enum err
encapsulate(const struct hpke_context *context, const struct secret *ephemeral,
    uint8_t enc[P256_POINT], struct secret **shared_x, struct err_trace *trace)
{
	struct secret *private_key = NULL;
	enum err err = hpke_derive_key_pair(ephemeral, &private_key, enc, trace);

	if (err == ERR_OK)
		err = p256_ecdh(private_key, context->recipient, shared_x, trace);
	secret_free(private_key);
	return err;
}

static enum err
seal_with(const struct keys *keys, const struct hpke_context *context,
    const struct secret *plaintext, uint8_t *out, struct err_trace *trace)
{
	const size_t size = secret_len(plaintext) + HPKE_TAG;
	struct aead aead = { 0 };
	enum err err = ERR_OK;

	if (!aead_begin(&aead, true, keys, context) || !aead_seal(&aead, plaintext, out))
		err = FAIL(trace, ERR_INTERNAL, "OpenSSL could not seal");
	else
		declassify(out, size);
	aead_end(&aead);
	return err;
}

enum err
hpke_seal(const struct hpke_context *context, const struct hpke_sealing *sealing,
    struct hpke_sealed *out, struct err_trace *trace)
{
	const size_t size = secret_len(sealing->plaintext);
	uint8_t enc[P256_POINT] = { 0 };
	struct secret *shared_x = NULL;
	struct keys keys = { NULL, NULL };
	enum err err = ERR_INTERNAL;

	if (size == 0 || size > HPKE_PLAINTEXT_MAX)
		return FAIL(trace, ERR_ARGUMENT, "cannot seal %zu bytes", size);
	err = encapsulate(context, sealing->ephemeral, enc, &shared_x, trace);
	if (err == ERR_OK)
		err = make_keys(context, enc, shared_x, &keys, trace);
	if (err == ERR_OK)
		err = seal_with(&keys, context, sealing->plaintext, out->ciphertext, trace);
	if (err == ERR_OK)
		err = p256_compress(enc, out->enc, trace);
	keys_drop(&keys);
	secret_free(shared_x);
	return err;
}

static enum err
open_with(const struct keys *keys, const struct hpke_context *context,
    const struct hpke_opening *opening, struct secret **plaintext, struct err_trace *trace)
{
	const size_t size = opening->ciphertext_len - HPKE_TAG;
	struct aead aead = { 0 };
	struct secret *made = NULL;
	enum err err = secret_new(size, &made, trace);

	if (err != ERR_OK)
		return err;
	if (!aead_begin(&aead, false, keys, context))
		err = FAIL(trace, ERR_INTERNAL, "OpenSSL could not prepare to open");
	else if (!aead_open(&aead, opening, secret_extend(made, size)))
		err = FAIL(trace, ERR_FORMAT, "the seal does not open");
	aead_end(&aead);
	if (err != ERR_OK) {
		secret_free(made);
		return err;
	}
	*plaintext = made;
	return ERR_OK;
}

enum err
hpke_open(const struct hpke_context *context, const struct hpke_opening *opening,
    struct secret **plaintext, struct err_trace *trace)
{
	uint8_t enc[P256_POINT] = { 0 };
	struct keys keys = { NULL, NULL };
	enum err err = ERR_INTERNAL;

	if (opening->ciphertext_len <= HPKE_TAG ||
	    opening->ciphertext_len > HPKE_PLAINTEXT_MAX + HPKE_TAG)
		return FAIL(trace, ERR_FORMAT, "a seal of %zu bytes", opening->ciphertext_len);
	if (secret_len(opening->shared_x) != P256_SCALAR)
		return FAIL(trace, ERR_ARGUMENT, "an ECDH gives %d bytes, not %zu", P256_SCALAR,
		    secret_len(opening->shared_x));
	err = p256_expand(opening->enc, enc, trace);
	if (err == ERR_OK)
		err = make_keys(context, enc, opening->shared_x, &keys, trace);
	if (err == ERR_OK)
		err = open_with(&keys, context, opening, plaintext, trace);
	keys_drop(&keys);
	return err;
}
