/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/point.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

/* EVP_PKEY_free *out. */
static enum err
import(const uint8_t point[ROSTER_POINT_SIZE], EVP_PKEY **out, struct err_trace *trace)
{
	char group[] = "P-256";
	uint8_t bytes[ROSTER_POINT_SIZE];
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	enum err err = ERR_INTERNAL;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = point[i];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, bytes, sizeof(bytes)),
		OSSL_PARAM_construct_end(),
	};
	if (ctx == NULL) {
		err = FAIL(trace, ERR_NOMEM, "no memory for a key");
		goto out;
	}
	if (point[0] != 4 || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		ERR_clear_error();
		err = FAIL(trace, ERR_ARGUMENT, "a card's key is not a point of P-256");
		goto out;
	}
	*out = key;
	err = ERR_OK;
out:
	EVP_PKEY_CTX_free(ctx);
	return err;
}

enum err
point_check(const uint8_t point[ROSTER_POINT_SIZE], struct err_trace *trace)
{
	EVP_PKEY *key = NULL;
	const enum err err = import(point, &key, trace);

	EVP_PKEY_free(key);
	return err;
}

enum err
point_verify(const uint8_t point[ROSTER_POINT_SIZE], const struct point_signed *what,
    struct err_trace *trace)
{
	EVP_PKEY *key = NULL;
	EVP_MD_CTX *ctx = NULL;
	enum err err = import(point, &key, trace);

	if (err != ERR_OK)
		return err;
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL) {
		err = FAIL(trace, ERR_NOMEM, "no memory to verify a signature");
		goto out;
	}
	if (EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) != 1) {
		err = FAIL_RAW(trace, ERR_INTERNAL, ERR_ORIGIN_OPENSSL, ERR_get_error(),
		    "a signature's verification did not begin");
		goto out;
	}
	if (EVP_DigestVerify(ctx, what->der, what->der_len, what->message, what->message_len) !=
	    1) {
		ERR_clear_error();
		err = FAIL(trace, ERR_DENIED, "the signature is not by this card's key");
		goto out;
	}
	err = ERR_OK;
out:
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return err;
}
