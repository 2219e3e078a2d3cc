/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "x509/lint_certificate.h"

static const char *
rsa_fault(const EVP_PKEY *subject_key)
{
	BIGNUM *exponent = NULL;
	bool good = EVP_PKEY_get_bn_param(subject_key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
		    BN_is_odd(exponent) && BN_num_bits(exponent) >= 17 &&
		    BN_num_bits(exponent) <= 256;

	BN_free(exponent);
	if (EVP_PKEY_get_bits(subject_key) < 2048 || EVP_PKEY_get_bits(subject_key) % 8 != 0)
		return "is an RSA key of less than 2048 bits, or not of whole bytes";
	return good ? NULL : "is an RSA key whose exponent is not an odd one from 65537";
}

static const char *
ec_fault(const EVP_PKEY *subject_key)
{
	static const char *const curves[] = { "P-256", "P-384", "P-521" };
	char name[32] = "";
	size_t len = 0;

	if (EVP_PKEY_get_group_name(subject_key, name, sizeof(name), &len) == 1)
		for (size_t i = 0; i < sizeof(curves) / sizeof(*curves); i++)
			if (OBJ_txt2nid(name) == EC_curve_nist2nid(curves[i]))
				return NULL;
	return "is not on P-256, P-384 or P-521";
}

const char *
lint_key_fault(const EVP_PKEY *subject_key)
{
	if (subject_key != NULL && EVP_PKEY_is_a(subject_key, "RSA") == 1)
		return rsa_fault(subject_key);
	if (subject_key != NULL && EVP_PKEY_is_a(subject_key, "EC") == 1)
		return ec_fault(subject_key);
	return "is of a kind that is not certified";
}

bool
lint_strength(const struct lint_facts *facts)
{
	return lint_key_fault(X509_get0_pubkey(facts->certificate)) == NULL;
}
