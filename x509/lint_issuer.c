/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "x509/lint_certificate.h"
#include "x509/times.h"

static ASN1_OCTET_STRING *
issuer_key_id(const struct lint_facts *facts)
{
	const X509 *issuer = facts->what->issuer == NULL ? facts->certificate : facts->what->issuer;

	return X509_get_ext_d2i(issuer, NID_subject_key_identifier, NULL, NULL);
}

bool
lint_authority_id(const struct lint_facts *facts)
{
	const AUTHORITY_KEYID *above = facts->authority;
	int at = X509_get_ext_by_NID(facts->certificate, NID_authority_key_identifier, -1);
	ASN1_OCTET_STRING *id = issuer_key_id(facts);
	bool good = above != NULL && above->keyid != NULL && above->issuer == NULL &&
		    above->serial == NULL && at >= 0 &&
		    X509_EXTENSION_get_critical(X509_get_ext(facts->certificate, at)) == 0 &&
		    (id == NULL || ASN1_OCTET_STRING_cmp(above->keyid, id) == 0);

	ASN1_OCTET_STRING_free(id);
	return good;
}

/* Byte for byte, which X509_NAME_cmp would not be: it folds case and blanks. */
static bool
same_bytes(const X509_NAME *a, const X509_NAME *b)
{
	unsigned char *left = NULL, *right = NULL;
	int left_len = i2d_X509_NAME(a, &left);
	int right_len = i2d_X509_NAME(b, &right);
	bool same = left_len > 0 && left_len == right_len &&
		    CRYPTO_memcmp(left, right, (size_t)left_len) == 0;

	OPENSSL_free(left);
	OPENSSL_free(right);
	return same;
}

bool
lint_same_name(const struct lint_facts *facts)
{
	return same_bytes(
	    X509_get_subject_name(facts->certificate), X509_get_issuer_name(facts->certificate));
}

bool
lint_issuer_name(const struct lint_facts *facts)
{
	return same_bytes(
	    X509_get_subject_name(facts->what->issuer), X509_get_issuer_name(facts->certificate));
}

bool
lint_issuer_is_ca(const struct lint_facts *facts)
{
	enum { BIT_CERT_SIGN = 5 };

	return facts->issuer_constraints != NULL && facts->issuer_constraints->ca != 0 &&
	       (facts->issuer_usage == NULL ||
		   ASN1_BIT_STRING_get_bit(facts->issuer_usage, BIT_CERT_SIGN) == 1);
}

bool
lint_path_length(const struct lint_facts *facts)
{
	const BASIC_CONSTRAINTS *above = facts->issuer_constraints;
	const BASIC_CONSTRAINTS *own = facts->constraints;
	long limit;

	if (above == NULL || above->pathlen == NULL)
		return true;
	limit = ASN1_INTEGER_get(above->pathlen);
	if (limit <= 0)
		return false;
	return own != NULL && own->pathlen != NULL && ASN1_INTEGER_get(own->pathlen) < limit;
}

bool
lint_inside_issuer(const struct lint_facts *facts)
{
	const X509 *issuer = facts->what->issuer;
	int64_t from, to, issuer_from, issuer_to;

	return times_read(X509_get0_notBefore(facts->certificate), &from) &&
	       times_read(X509_get0_notAfter(facts->certificate), &to) &&
	       times_read(X509_get0_notBefore(issuer), &issuer_from) &&
	       times_read(X509_get0_notAfter(issuer), &issuer_to) && from >= issuer_from &&
	       to <= issuer_to;
}

bool
lint_other_name(const struct lint_facts *facts)
{
	return X509_NAME_cmp(X509_get_subject_name(facts->certificate),
		   X509_get_subject_name(facts->what->issuer)) != 0;
}

bool
lint_other_key(const struct lint_facts *facts)
{
	return EVP_PKEY_eq(X509_get0_pubkey(facts->certificate),
		   X509_get0_pubkey(facts->what->issuer)) != 1;
}
