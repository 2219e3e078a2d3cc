/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/p256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

#include "quorum/declassify.h"

/* A point in OpenSSL's own form, with what it needs around it. */
struct point {
	EC_GROUP *group;
	EC_POINT *at;
};

static enum err
openssl_failed(struct err_trace *trace, const char *what)
{
	return FAIL(trace, ERR_INTERNAL, "OpenSSL could not %s", what);
}

static void
point_end(struct point *point)
{
	EC_POINT_free(point->at);
	EC_GROUP_free(point->group);
}

/* Whatever the outcome, point_end frees it. */
static enum err
point_begin(struct point *point, struct err_trace *trace)
{
	point->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	if (point->group != NULL)
		point->at = EC_POINT_new(point->group);
	if (point->at == NULL)
		return openssl_failed(trace, "prepare a P-256 point");
	return ERR_OK;
}

/* Reads a point in one form and writes it in the form that `out_len` bytes imply. */
static enum err
convert(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len, struct err_trace *trace)
{
	const point_conversion_form_t form =
	    out_len == P256_POINT ? POINT_CONVERSION_UNCOMPRESSED : POINT_CONVERSION_COMPRESSED;
	struct point point = { 0 };
	enum err err = point_begin(&point, trace);

	if (err == ERR_OK && EC_POINT_oct2point(point.group, point.at, in, in_len, NULL) != 1)
		err = FAIL(trace, ERR_FORMAT, "not a point of P-256");
	if (err == ERR_OK &&
	    EC_POINT_point2oct(point.group, point.at, form, out, out_len, NULL) != out_len)
		err = FAIL(trace, ERR_FORMAT, "a point of P-256 at infinity");
	point_end(&point);
	return err;
}

enum err
p256_check(const uint8_t point[P256_POINT], struct err_trace *trace)
{
	uint8_t same[P256_POINT] = { 0 };

	if (point[0] != POINT_CONVERSION_UNCOMPRESSED)
		return FAIL(trace, ERR_FORMAT, "not an uncompressed point of P-256");
	return convert(point, P256_POINT, same, sizeof(same), trace);
}

enum err
p256_compress(
    const uint8_t point[P256_POINT], uint8_t compressed[P256_COMPRESSED], struct err_trace *trace)
{
	return convert(point, P256_POINT, compressed, P256_COMPRESSED, trace);
}

enum err
p256_expand(
    const uint8_t compressed[P256_COMPRESSED], uint8_t point[P256_POINT], struct err_trace *trace)
{
	return convert(compressed, P256_COMPRESSED, point, P256_POINT, trace);
}

bool
p256_is_scalar(const struct secret *scalar)
{
	static const uint8_t order[P256_SCALAR] = { 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00,
		0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17,
		0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51 };
	const uint8_t *bytes = secret_bytes(scalar);
	uint32_t borrow = 0;
	uint32_t some = 0;

	if (secret_len(scalar) != P256_SCALAR)
		return false;
	/* scalar − order borrows when the scalar is smaller. */
	for (size_t i = P256_SCALAR; i-- > 0;) {
		borrow = ((uint32_t)bytes[i] - order[i] - borrow) >> 31;
		some |= bytes[i];
	}
	uint32_t good = borrow & ((0U - some) >> 31);
	declassify(&good, sizeof(good));
	return good != 0;
}

/* In locked memory, wiped by BN_clear_free. */
static BIGNUM *
secure_number(const struct secret *scalar)
{
	BIGNUM *number = BN_secure_new();

	if (number == NULL)
		return NULL;
	BN_set_flags(number, BN_FLG_CONSTTIME);
	if (BN_bin2bn(secret_bytes(scalar), P256_SCALAR, number) == NULL) {
		BN_clear_free(number);
		return NULL;
	}
	return number;
}

static enum err
check_private(const struct secret *private_key, struct err_trace *trace)
{
	if (!p256_is_scalar(private_key))
		return FAIL(trace, ERR_FORMAT, "not a private key of P-256");
	return ERR_OK;
}

enum err
p256_public(const struct secret *private_key, uint8_t point[P256_POINT], struct err_trace *trace)
{
	struct point public = { 0 };
	BIGNUM *number = NULL;
	BN_CTX *scratch = NULL;
	enum err err = check_private(private_key, trace);

	if (err != ERR_OK)
		return err;
	err = point_begin(&public, trace);
	if (err != ERR_OK)
		goto out;
	number = secure_number(private_key);
	scratch = BN_CTX_secure_new();
	if (number == NULL || scratch == NULL ||
	    EC_POINT_mul(public.group, public.at, number, NULL, NULL, scratch) != 1 ||
	    EC_POINT_point2oct(public.group, public.at, POINT_CONVERSION_UNCOMPRESSED, point,
		P256_POINT, scratch) != P256_POINT) {
		err = openssl_failed(trace, "compute a public key");
		goto out;
	}
	declassify(point, P256_POINT);
out:
	BN_CTX_free(scratch);
	BN_clear_free(number);
	point_end(&public);
	return err;
}

/* `number` is NULL for a public key. */
static EVP_PKEY *
make_key(const BIGNUM *number, const uint8_t point[P256_POINT])
{
	const int selection = number == NULL ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (build == NULL || context == NULL ||
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, P256_POINT) !=
		1)
		goto out;
	if (number != NULL && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number) != 1)
		goto out;
	params = OSSL_PARAM_BLD_to_param(build);
	if (params == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, selection, params) != 1)
		key = NULL;
out:
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static enum err
derive(EVP_PKEY *own, EVP_PKEY *peer, struct secret **shared_x, struct err_trace *trace)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	struct secret *made = NULL;
	size_t len = P256_SCALAR;
	enum err err = secret_new(P256_SCALAR, &made, trace);

	if (err != ERR_OK)
		goto out;
	if (context == NULL || EVP_PKEY_derive_init(context) != 1 ||
	    EVP_PKEY_derive_set_peer(context, peer) != 1 ||
	    EVP_PKEY_derive(context, secret_extend(made, P256_SCALAR), &len) != 1 ||
	    len != P256_SCALAR) {
		err = openssl_failed(trace, "compute an ECDH");
		goto out;
	}
	*shared_x = made;
	made = NULL;
out:
	secret_free(made);
	EVP_PKEY_CTX_free(context);
	return err;
}

enum err
p256_ecdh(const struct secret *private_key, const uint8_t peer[P256_POINT],
    struct secret **shared_x, struct err_trace *trace)
{
	uint8_t own_point[P256_POINT] = { 0 };
	BIGNUM *number = NULL;
	EVP_PKEY *own = NULL;
	EVP_PKEY *other = NULL;
	enum err err = p256_check(peer, trace);

	if (err == ERR_OK)
		err = p256_public(private_key, own_point, trace);
	if (err != ERR_OK)
		return err;
	number = secure_number(private_key);
	if (number != NULL)
		own = make_key(number, own_point);
	other = make_key(NULL, peer);
	if (own == NULL || other == NULL)
		err = openssl_failed(trace, "import a P-256 key");
	else
		err = derive(own, other, shared_x, trace);
	EVP_PKEY_free(other);
	EVP_PKEY_free(own);
	BN_clear_free(number);
	return err;
}
