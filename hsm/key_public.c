/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/key_public.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/hash.h"
#include "hsm/key_kind.h"
#include "hsm/object.h"
#include "hsm/token_info.h"

static enum err
openssl_failed(struct err_trace *trace, const char *what)
{
	return FAIL_RAW(trace, ERR_FORMAT, ERR_ORIGIN_OPENSSL, ERR_get_error(), "%s", what);
}

static enum err
build(const char *algorithm, OSSL_PARAM_BLD *parts, EVP_PKEY **out, struct err_trace *trace)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(parts);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
	EVP_PKEY *key = NULL;
	enum err err = ERR_OK;

	if (!params || !context || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		err = openssl_failed(trace, "the token's public key is none that OpenSSL takes");
	else
		*out = key;
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	return err;
}

/*
 * CKA_EC_POINT is the point inside a DER OCTET STRING; some modules give the bare point. Both P-256
 * and P-384 points are short enough for a one-byte length.
 */
static struct object_bytes
bare_point(const struct object_bytes *value, const struct key_kind_row *row)
{
	size_t want = 1 + 2 * (row->bits / 8);
	struct object_bytes point = *value;

	if (value->len == want + 2 && value->bytes[0] == 0x04 && value->bytes[1] == want) {
		point.bytes += 2;
		point.len -= 2;
	}
	return point;
}

static enum err
load_ec(struct token_session *session, CK_OBJECT_HANDLE object, const struct key_kind_row *row,
    EVP_PKEY **out, struct err_trace *trace)
{
	OSSL_PARAM_BLD *parts = OSSL_PARAM_BLD_new();
	struct object_bytes value = { .bytes = NULL };
	struct object_bytes point;
	enum err err = object_read(session, object, CKA_EC_POINT, &value, trace);

	if (err)
		goto out;
	point = bare_point(&value, row);
	if (!parts ||
	    OSSL_PARAM_BLD_push_utf8_string(parts, OSSL_PKEY_PARAM_GROUP_NAME, row->group, 0) !=
		1 ||
	    OSSL_PARAM_BLD_push_octet_string(
		parts, OSSL_PKEY_PARAM_PUB_KEY, point.bytes, point.len) != 1)
		err = openssl_failed(trace, "public key not put together");
	else
		err = build("EC", parts, out, trace);
out:
	free(value.bytes);
	OSSL_PARAM_BLD_free(parts);
	return err;
}

static enum err
read_number(struct token_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
    BIGNUM **out, struct err_trace *trace)
{
	struct object_bytes value;
	enum err err = object_read(session, object, type, &value, trace);

	if (err)
		return err;
	*out = BN_bin2bn(value.bytes, (int)value.len, NULL);
	free(value.bytes);
	return *out ? ERR_OK : openssl_failed(trace, "public key not put together");
}

static enum err
load_rsa(
    struct token_session *session, CK_OBJECT_HANDLE object, EVP_PKEY **out, struct err_trace *trace)
{
	OSSL_PARAM_BLD *parts = OSSL_PARAM_BLD_new();
	BIGNUM *modulus = NULL;
	BIGNUM *exponent = NULL;
	enum err err = read_number(session, object, CKA_MODULUS, &modulus, trace);

	if (!err)
		err = read_number(session, object, CKA_PUBLIC_EXPONENT, &exponent, trace);
	if (err)
		goto out;
	if (!parts || OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_N, modulus) != 1 ||
	    OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_E, exponent) != 1)
		err = openssl_failed(trace, "public key not put together");
	else
		err = build("RSA", parts, out, trace);
out:
	BN_free(modulus);
	BN_free(exponent);
	OSSL_PARAM_BLD_free(parts);
	return err;
}

static enum err
load_object(struct token_session *session, CK_OBJECT_HANDLE object, enum key_kind kind,
    EVP_PKEY **out, struct err_trace *trace)
{
	const struct key_kind_row *row = key_kind_row(kind);

	if (!row)
		return FAIL(trace, ERR_UNSUPPORTED, "a key of a kind that Quorate does not use");
	if (row->type == CKK_EC)
		return load_ec(session, object, row, out, trace);
	return load_rsa(session, object, out, trace);
}

/* By CKA_ID, else by label where the key has no id. */
static enum err
find_public(struct token_session *session, const struct key_facts *key, CK_OBJECT_HANDLE *out,
    struct err_trace *trace)
{
	CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	CK_ATTRIBUTE wanted[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_ID, ck_bytes(key->id), key->id_len },
	};
	struct object_list objects;
	enum err err;

	if (key->id_len == 0)
		wanted[1] = (CK_ATTRIBUTE){ CKA_LABEL, ck_bytes(key->label), strlen(key->label) };
	err = object_find(session, wanted, 2, &objects, trace);
	if (err)
		return err;
	if (objects.count == 1)
		*out = objects.handles[0];
	else
		err = FAIL(trace, objects.count ? ERR_NOT_NOW : ERR_ABSENT,
		    "%zu public keys belong to the private key '%s'", objects.count, key->label);
	free(objects.handles);
	return err;
}

enum err
key_public_load(struct token_session *session, const struct key_facts *key, EVP_PKEY **out,
    struct err_trace *trace)
{
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
	enum err err = find_public(session, key, &object, trace);

	return err ? err : load_object(session, object, key->kind, out, trace);
}

enum err
key_public_der(struct token_session *session, const struct key_facts *key, uint8_t **out,
    size_t *len, struct err_trace *trace)
{
	EVP_PKEY *public = NULL;
	unsigned char *der = NULL;
	uint8_t *copy;
	int n;
	enum err err = key_public_load(session, key, &public, trace);

	if (err)
		return err;
	n = i2d_PUBKEY(public, &der);
	EVP_PKEY_free(public);
	if (n <= 0)
		return openssl_failed(trace, "public key not written as DER");
	copy = malloc((size_t)n);
	if (copy)
		memcpy(copy, der, (size_t)n);
	OPENSSL_free(der);
	if (!copy)
		return FAIL(trace, ERR_NOMEM, "no memory for a public key");
	*out = copy;
	*len = (size_t)n;
	return ERR_OK;
}

enum err
key_public_pem(
    struct token_session *session, const struct key_facts *key, char **out, struct err_trace *trace)
{
	BIO *memory = BIO_new(BIO_s_mem());
	EVP_PKEY *public = NULL;
	char *text = NULL;
	long len;
	enum err err = key_public_load(session, key, &public, trace);

	if (err)
		goto out;
	if (!memory || PEM_write_bio_PUBKEY(memory, public) != 1) {
		err = openssl_failed(trace, "public key not written as PEM");
		goto out;
	}
	len = BIO_get_mem_data(memory, &text);
	*out = strndup(text, (size_t)len);
	if (!*out)
		err = FAIL(trace, ERR_NOMEM, "no memory for a public key");
out:
	EVP_PKEY_free(public);
	BIO_free(memory);
	return err;
}

enum err
key_public_id_of(EVP_PKEY *public, uint8_t out[KEY_PUBLIC_ID], struct err_trace *trace)
{
	X509_PUBKEY *spki = NULL;
	const unsigned char *bits = NULL;
	uint8_t hash[SHA256_SIZE];
	int len = 0;
	enum err err;

	if (X509_PUBKEY_set(&spki, public) != 1 ||
	    X509_PUBKEY_get0_param(NULL, &bits, &len, NULL, spki) != 1)
		err = openssl_failed(trace, "public key not written as SubjectPublicKeyInfo");
	else
		err = sha256(bits, (size_t)len, hash, trace);
	X509_PUBKEY_free(spki);
	if (err)
		return err;
	memcpy(out, hash, KEY_PUBLIC_ID);
	return ERR_OK;
}

enum err
key_public_id(struct token_session *session, CK_OBJECT_HANDLE object, uint8_t out[KEY_PUBLIC_ID],
    struct err_trace *trace)
{
	EVP_PKEY *public = NULL;
	enum err err = load_object(session, object, key_kind_of(session, object), &public, trace);

	if (!err)
		err = key_public_id_of(public, out, trace);
	EVP_PKEY_free(public);
	return err;
}
