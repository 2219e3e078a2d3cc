/* SPDX-License-Identifier: BSD-2-Clause */
/* Public keys that come from elsewhere. */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "hsm/key_kind.h"
#include "hsm/key_public.h"
#include "hsm/template.h"

enum { POINT_MAX = 133, NUMBER_MAX = 512, GROUP_NAME = 32 };

enum err
key_public_parse(const uint8_t *der, size_t len, EVP_PKEY **out, struct err_trace *trace)
{
	const unsigned char *at = der;
	EVP_PKEY *public = d2i_PUBKEY(NULL, &at, (long)len);

	if (public != NULL && at == der + len) {
		*out = public;
		return ERR_OK;
	}
	EVP_PKEY_free(public);
	return FAIL_RAW(trace, ERR_FORMAT, ERR_ORIGIN_OPENSSL, ERR_get_error(),
	    "this is no public key as SubjectPublicKeyInfo");
}

enum key_kind
key_public_kind(EVP_PKEY *public)
{
	char group[GROUP_NAME] = "";
	size_t len = 0;

	if (EVP_PKEY_is_a(public, "EC") &&
	    EVP_PKEY_get_group_name(public, group, sizeof(group), &len) != 1)
		return KEY_OTHER;
	for (enum key_kind kind = 0; kind < KEY_OTHER; kind++) {
		const struct key_kind_row *row = key_kind_row(kind);

		if (row->type == CKK_EC ? strcmp(row->group, group) == 0
					: EVP_PKEY_is_a(public, "RSA") &&
					      EVP_PKEY_get_bits(public) == (int)row->bits)
			return kind;
	}
	return KEY_OTHER;
}

/* The values of a key, for as long as its template is used. */
struct values {
	uint8_t point[2 + POINT_MAX]; /* CKA_EC_POINT: a DER OCTET STRING */
	size_t point_len;
	uint8_t modulus[NUMBER_MAX], exponent[NUMBER_MAX];
	size_t modulus_len, exponent_len;
};

static bool
read_number(EVP_PKEY *public, const char *name, uint8_t out[NUMBER_MAX], size_t *len)
{
	BIGNUM *number = NULL;
	const bool fits =
	    EVP_PKEY_get_bn_param(public, name, &number) == 1 && BN_num_bytes(number) <= NUMBER_MAX;

	if (fits)
		*len = (size_t)BN_bn2bin(number, out);
	BN_free(number);
	return fits;
}

/* P-256 and P-384 points are short enough for a one-byte length. */
static bool
read_point(EVP_PKEY *public, struct values *out)
{
	size_t len = 0;

	if (EVP_PKEY_get_octet_string_param(
		public, OSSL_PKEY_PARAM_PUB_KEY, out->point + 2, POINT_MAX, &len) != 1 ||
	    len >= 0x80)
		return false;
	out->point[0] = 0x04;
	out->point[1] = (uint8_t)len;
	out->point_len = 2 + len;
	return true;
}

static bool
put_values(
    EVP_PKEY *public, const struct key_kind_row *row, struct values *values, struct template *to)
{
	if (row->type == CKK_EC) {
		if (!read_point(public, values))
			return false;
		template_put(to, CKA_EC_PARAMS, row->params, row->params_len);
		template_put(to, CKA_EC_POINT, values->point, values->point_len);
		return true;
	}
	if (!read_number(public, OSSL_PKEY_PARAM_RSA_N, values->modulus, &values->modulus_len) ||
	    !read_number(public, OSSL_PKEY_PARAM_RSA_E, values->exponent, &values->exponent_len))
		return false;
	template_put(to, CKA_MODULUS, values->modulus, values->modulus_len);
	template_put(to, CKA_PUBLIC_EXPONENT, values->exponent, values->exponent_len);
	return true;
}

enum err
key_public_import(struct token_session *session, const struct key_import *import,
    CK_OBJECT_HANDLE *out, struct err_trace *trace)
{
	const struct key_kind_row *row = key_kind_row(key_public_kind(import->public));
	const CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	struct template template = { .count = 0 };
	uint8_t id[KEY_PUBLIC_ID];
	struct values values;
	enum err err;
	CK_RV rv;

	if (row == NULL)
		return FAIL(trace, ERR_UNSUPPORTED, "a key of a kind that Quorate does not use");
	err = key_public_id_of(import->public, id, trace);
	if (err)
		return err;
	template_number(&template, CKA_CLASS, &class);
	template_number(&template, CKA_KEY_TYPE, &row->type);
	template_flag(&template, CKA_TOKEN, import->on_token);
	template_flag(&template, CKA_PRIVATE, false);
	template_flag(&template, CKA_VERIFY, !import->wraps);
	template_flag(&template, CKA_ENCRYPT, false);
	template_flag(&template, CKA_WRAP, import->wraps);
	template_put(&template, CKA_LABEL, import->label, strlen(import->label));
	template_put(&template, CKA_ID, id, sizeof(id));
	if (!put_values(import->public, row, &values, &template))
		return FAIL_RAW(trace, ERR_FORMAT, ERR_ORIGIN_OPENSSL, ERR_get_error(),
		    "the public key was not taken apart");
	rv = module_functions(token_session_module(session))
		 ->C_CreateObject(token_session_handle(session), template.at, template.count, out);
	return rv == CKR_OK ? ERR_OK
			    : FAIL_CKR(trace, rv, "the token takes no public key from outside");
}
