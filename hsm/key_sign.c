/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "base/hash.h"
#include "hsm/key_kind.h"
#include "hsm/key_public.h"
#include "hsm/token_info.h"

enum { DIGEST_MAX = 64, PREFIX = 19 };

/* What stands before the digest in a DigestInfo (RFC 8017, 9.2, note 1). */
static const struct {
	const char *name; /* OpenSSL's */
	size_t size;
	uint8_t prefix[PREFIX];
} hashes[] = {
	[KEY_SHA256] = { "SHA256", 32,
	    { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
		0x01, 0x05, 0x00, 0x04, 0x20 } },
	[KEY_SHA384] = { "SHA384", 48,
	    { 0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
		0x02, 0x05, 0x00, 0x04, 0x30 } },
	[KEY_SHA512] = { "SHA512", 64,
	    { 0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
		0x03, 0x05, 0x00, 0x04, 0x40 } },
};
_Static_assert(sizeof(hashes) / sizeof(*hashes) == KEY_HASH__COUNT, "a row for each hash");

/* What the mechanism wants to sign. */
struct to_sign {
	uint8_t bytes[PREFIX + DIGEST_MAX];
	size_t len;
};

static struct to_sign
prepare(const struct key_kind_row *row, const struct key_digest *digest)
{
	struct to_sign out = { .len = hashes[digest->hash].size };

	if (row->type == CKK_RSA) {
		memcpy(out.bytes, hashes[digest->hash].prefix, PREFIX);
		memcpy(out.bytes + PREFIX, digest->bytes, out.len);
		out.len += PREFIX;
		return out;
	}
	/* ECDSA takes the leftmost bits of a digest longer than the order (FIPS 186-5, 6.4.1). */
	if (out.len > row->bits / 8)
		out.len = row->bits / 8;
	memcpy(out.bytes, digest->bytes, out.len);
	return out;
}

/* PKCS#11 gives r and s side by side; the world wants them as DER. */
static enum err
ecdsa_to_der(struct key_signature *signature, struct err_trace *trace)
{
	ECDSA_SIG *parts = ECDSA_SIG_new();
	int half = (int)(signature->len / 2);
	BIGNUM *r = BN_bin2bn(signature->bytes, half, NULL);
	BIGNUM *s = BN_bin2bn(signature->bytes + half, half, NULL);
	unsigned char *at = signature->bytes;
	int len = 0;

	if (!parts || !r || !s || ECDSA_SIG_set0(parts, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	} else {
		len = i2d_ECDSA_SIG(parts, &at);
	}
	ECDSA_SIG_free(parts);
	if (len <= 0)
		return FAIL(trace, ERR_NOMEM, "signature not written as DER");
	signature->len = (size_t)len;
	return ERR_OK;
}

static enum err
refuse_key(const struct key_facts *key, struct err_trace *trace)
{
	if (!key_kind_row(key->kind))
		return FAIL(trace, ERR_UNSUPPORTED,
		    "key '%s' is of a kind that Quorate does not use", key->label);
	if (key->asks_each_time)
		return FAIL(trace, ERR_UNSUPPORTED,
		    "key '%s' wants the PIN for every signature (CKA_ALWAYS_AUTHENTICATE), which "
		    "an activation cannot give",
		    key->label);
	return ERR_OK;
}

static enum err
sign_raw(struct token_session *session, const struct key_facts *key, struct to_sign *data,
    struct key_signature *out, struct err_trace *trace)
{
	const struct key_kind_row *row = key_kind_row(key->kind);
	CK_FUNCTION_LIST *functions = module_functions(token_session_module(session));
	CK_SESSION_HANDLE handle = token_session_handle(session);
	CK_MECHANISM mechanism = { .mechanism = row->sign };
	CK_ULONG len = sizeof(out->bytes);
	size_t want = row->type == CKK_RSA ? row->bits / 8 : 2 * (row->bits / 8);
	CK_RV rv = functions->C_SignInit(handle, &mechanism, key->handle);

	if (rv == CKR_OK)
		rv = functions->C_Sign(handle, data->bytes, (CK_ULONG)data->len, out->bytes, &len);
	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "key '%s' did not sign", key->label);
	if (len != want)
		return FAIL(trace, ERR_FORMAT,
		    "key '%s' made a signature of %lu bytes instead of %zu", key->label, len, want);
	out->len = len;
	return ERR_OK;
}

enum err
key_sign(struct token_session *session, const struct key_facts *key,
    const struct key_digest *digest, struct key_signature *out, struct err_trace *trace)
{
	struct key_signature made = { .len = 0 };
	struct to_sign data;
	enum err err = refuse_key(key, trace);

	if (err)
		return err;
	data = prepare(key_kind_row(key->kind), digest);
	err = sign_raw(session, key, &data, &made, trace);
	if (!err && key_kind_row(key->kind)->type == CKK_EC)
		err = ecdsa_to_der(&made, trace);
	if (err)
		return err;
	*out = made;
	return ERR_OK;
}

/* EVP_PKEY_verify over a digest; RSA in PKCS#1 v1.5, which is EVP's default. */
static bool
verifies(EVP_PKEY *public, const struct key_digest *digest, const struct key_signature *signature)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(public, NULL);
	const EVP_MD *md = EVP_get_digestbyname(hashes[digest->hash].name);
	bool good = context && md && EVP_PKEY_verify_init(context) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(context, md) == 1 &&
		    EVP_PKEY_verify(context, signature->bytes, signature->len, digest->bytes,
			hashes[digest->hash].size) == 1;

	EVP_PKEY_CTX_free(context);
	return good;
}

static enum err
prove_with(struct token_session *session, const struct key_facts *key, EVP_PKEY *public,
    struct err_trace *trace)
{
	uint8_t bytes[SHA256_SIZE];
	const struct key_digest digest = { .hash = KEY_SHA256, .bytes = bytes };
	struct key_signature signature;
	enum err err = random_bytes(bytes, sizeof(bytes), trace);

	if (!err)
		err = key_sign(session, key, &digest, &signature, trace);
	if (!err && !verifies(public, &digest, &signature))
		err = FAIL(trace, ERR_FORMAT,
		    "a signature by key '%s' does not verify with its public half", key->label);
	return err;
}

enum err
key_prove(struct token_session *session, const struct key_facts *key, struct err_trace *trace)
{
	EVP_PKEY *public = NULL;
	enum err err = key_public_load(session, key, &public, trace);

	if (!err)
		err = prove_with(session, key, public, trace);
	EVP_PKEY_free(public);
	return err;
}

enum err
key_prove_as(struct token_session *session, const struct key_facts *key, const uint8_t *der,
    size_t len, struct err_trace *trace)
{
	EVP_PKEY *public = NULL;
	enum err err = key_public_parse(der, len, &public, trace);

	if (!err)
		err = prove_with(session, key, public, trace);
	EVP_PKEY_free(public);
	return err;
}
