/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/hkdf.h"

#include <stdbool.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

struct hmac {
	EVP_MAC *mac;
	EVP_MAC_CTX *context;
};

static void
hmac_end(struct hmac *hmac)
{
	EVP_MAC_CTX_free(hmac->context);
	EVP_MAC_free(hmac->mac);
}

/* Whatever the outcome, hmac_end frees it. */
static bool
hmac_begin(struct hmac *hmac, const struct part *key)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	static const uint8_t none[1];
	const uint8_t *bytes = key->len == 0 ? none : key->bytes;

	hmac->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (hmac->mac == NULL)
		return false;
	hmac->context = EVP_MAC_CTX_new(hmac->mac);
	return hmac->context != NULL && EVP_MAC_init(hmac->context, bytes, key->len, params) == 1;
}

static bool
hmac_add(struct hmac *hmac, const void *bytes, size_t len)
{
	return len == 0 || EVP_MAC_update(hmac->context, bytes, len) == 1;
}

static bool
hmac_add_parts(struct hmac *hmac, struct hkdf_parts parts)
{
	for (size_t i = 0; i < parts.count; i++)
		if (!hmac_add(hmac, parts.parts[i].bytes, parts.parts[i].len))
			return false;
	return true;
}

static bool
hmac_finish(struct hmac *hmac, uint8_t out[HKDF_HASH])
{
	size_t len = 0;

	return EVP_MAC_final(hmac->context, out, &len, HKDF_HASH) == 1 && len == HKDF_HASH;
}

/* Under the same key again. */
static bool
hmac_again(struct hmac *hmac)
{
	return EVP_MAC_init(hmac->context, NULL, 0, NULL) == 1;
}

static enum err
hmac_failed(struct err_trace *trace)
{
	return FAIL(trace, ERR_INTERNAL, "OpenSSL could not compute an HMAC");
}

enum err
hkdf_hmac(
    const struct part *key, struct hkdf_parts message, struct secret **out, struct err_trace *trace)
{
	struct hmac hmac = { 0 };
	struct secret *made = NULL;
	enum err err = secret_new(HKDF_HASH, &made, trace);

	if (err != ERR_OK)
		goto out;
	if (!hmac_begin(&hmac, key) || !hmac_add_parts(&hmac, message) ||
	    !hmac_finish(&hmac, secret_extend(made, HKDF_HASH))) {
		err = hmac_failed(trace);
		goto out;
	}
	*out = made;
	made = NULL;
out:
	hmac_end(&hmac);
	secret_free(made);
	return err;
}

enum err
hkdf_extract(
    const struct part *salt, struct hkdf_parts ikm, struct secret **prk, struct err_trace *trace)
{
	return hkdf_hmac(salt, ikm, prk, trace);
}

/* T(n) = HMAC(prk, T(n − 1) ‖ info ‖ n), T(0) being empty. */
static bool
expand_block(struct hmac *hmac, struct hkdf_parts info, uint8_t number, uint8_t block[HKDF_HASH])
{
	if (number > 1 && (!hmac_again(hmac) || !hmac_add(hmac, block, HKDF_HASH)))
		return false;
	return hmac_add_parts(hmac, info) && hmac_add(hmac, &number, 1) && hmac_finish(hmac, block);
}

enum err
hkdf_expand(const struct secret *prk, struct hkdf_parts info, size_t len, struct secret **out,
    struct err_trace *trace)
{
	const struct part key = { secret_bytes(prk), secret_len(prk) };
	struct hmac hmac = { 0 };
	uint8_t block[HKDF_HASH] = { 0 };
	struct secret *made = NULL;
	enum err err = ERR_INTERNAL;

	if (len == 0 || len > HKDF_EXPAND_MAX)
		return FAIL(trace, ERR_ARGUMENT, "HKDF cannot expand to %zu bytes", len);
	err = secret_new(len, &made, trace);
	if (err == ERR_OK && !hmac_begin(&hmac, &key))
		err = hmac_failed(trace);
	for (uint8_t number = 1; err == ERR_OK && secret_len(made) < len; number++) {
		const size_t left = len - secret_len(made);

		if (expand_block(&hmac, info, number, block))
			err =
			    secret_append(made, block, left < HKDF_HASH ? left : HKDF_HASH, trace);
		else
			err = hmac_failed(trace);
	}
	if (err == ERR_OK) {
		*out = made;
		made = NULL;
	}
	secret_wipe(block, sizeof(block));
	hmac_end(&hmac);
	secret_free(made);
	return err;
}

/* PBKDF2's first block: the XOR of U(1) = HMAC(salt ‖ 1) and U(n) = HMAC(U(n − 1)). */
static bool
pbkdf2_block(struct hmac *hmac, const struct hkdf_pbkdf2 *input, uint8_t block[HKDF_HASH])
{
	static const uint8_t number[4] = { 0, 0, 0, 1 };
	uint8_t turn[HKDF_HASH] = { 0 };
	bool good = hmac_add_parts(hmac, input->salt) && hmac_add(hmac, number, sizeof(number)) &&
		    hmac_finish(hmac, turn);

	for (uint32_t n = 1; good; n++) {
		for (size_t i = 0; i < HKDF_HASH; i++)
			block[i] ^= turn[i];
		if (n == input->iterations)
			break;
		good = hmac_again(hmac) && hmac_add(hmac, turn, sizeof(turn)) &&
		       hmac_finish(hmac, turn);
	}
	secret_wipe(turn, sizeof(turn));
	return good;
}

enum err
hkdf_pbkdf2(
    const struct hkdf_pbkdf2 *input, size_t len, struct secret **out, struct err_trace *trace)
{
	struct hmac hmac = { 0 };
	uint8_t block[HKDF_HASH] = { 0 };
	enum err err = ERR_INTERNAL;

	if (len == 0 || len > HKDF_HASH || input->iterations == 0)
		return FAIL(trace, ERR_ARGUMENT, "PBKDF2 is bounded to one block here");
	if (hmac_begin(&hmac, &input->password) && pbkdf2_block(&hmac, input, block))
		err = secret_from(block, len, out, trace);
	else
		err = hmac_failed(trace);
	secret_wipe(block, sizeof(block));
	hmac_end(&hmac);
	return err;
}
