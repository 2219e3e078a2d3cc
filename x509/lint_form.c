/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/crypto.h>

#include "x509/draft.h"
#include "x509/lint_certificate.h"
#include "x509/times.h"

void
lint_facts_read(const struct lint_certificate *what, struct lint_facts *out)
{
	const X509 *own = what->certificate;
	const X509 *issuer = what->issuer;

	*out = (struct lint_facts){ .what = what, .certificate = own };
	out->constraints = X509_get_ext_d2i(own, NID_basic_constraints, NULL, NULL);
	out->usage = X509_get_ext_d2i(own, NID_key_usage, NULL, NULL);
	out->purposes = X509_get_ext_d2i(own, NID_ext_key_usage, NULL, NULL);
	out->authority = X509_get_ext_d2i(own, NID_authority_key_identifier, NULL, NULL);
	out->key_id = X509_get_ext_d2i(own, NID_subject_key_identifier, NULL, NULL);
	out->crl_points = X509_get_ext_d2i(own, NID_crl_distribution_points, NULL, NULL);
	out->access = X509_get_ext_d2i(own, NID_info_access, NULL, NULL);
	if (issuer == NULL)
		return;
	out->issuer_constraints = X509_get_ext_d2i(issuer, NID_basic_constraints, NULL, NULL);
	out->issuer_usage = X509_get_ext_d2i(issuer, NID_key_usage, NULL, NULL);
}

void
lint_facts_drop(struct lint_facts *facts)
{
	BASIC_CONSTRAINTS_free(facts->constraints);
	BASIC_CONSTRAINTS_free(facts->issuer_constraints);
	ASN1_BIT_STRING_free(facts->usage);
	ASN1_BIT_STRING_free(facts->issuer_usage);
	EXTENDED_KEY_USAGE_free(facts->purposes);
	AUTHORITY_KEYID_free(facts->authority);
	ASN1_OCTET_STRING_free(facts->key_id);
	CRL_DIST_POINTS_free(facts->crl_points);
	AUTHORITY_INFO_ACCESS_free(facts->access);
}

static bool
is_critical(const X509 *certificate, int nid)
{
	int at = X509_get_ext_by_NID(certificate, nid, -1);

	return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(certificate, at)) == 1;
}

bool
lint_version(const struct lint_facts *facts)
{
	return X509_get_version(facts->certificate) == X509_VERSION_3;
}

bool
lint_serial(const struct lint_facts *facts)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(facts->certificate), NULL);
	bool good = number != NULL && !BN_is_negative(number) && BN_num_bits(number) >= 64 &&
		    BN_num_bits(number) <= 159;

	BN_free(number);
	return good;
}

bool
lint_algorithms(const struct lint_facts *facts)
{
	const X509_ALGOR *outer = NULL;
	const X509_ALGOR *inner = X509_get0_tbs_sigalg(facts->certificate);
	int hash = NID_undef, type = NID_undef;

	X509_get0_signature(NULL, &outer, facts->certificate);
	if (X509_ALGOR_cmp(inner, outer) != 0 ||
	    OBJ_find_sigid_algs(OBJ_obj2nid(outer->algorithm), &hash, &type) != 1)
		return false;
	return hash == NID_sha256 || hash == NID_sha384 || hash == NID_sha512;
}

bool
lint_subject(const struct lint_facts *facts)
{
	return X509_NAME_entry_count(X509_get_subject_name(facts->certificate)) > 0;
}

bool
lint_time_forms(const struct lint_facts *facts)
{
	return times_has_right_form(X509_get0_notBefore(facts->certificate)) &&
	       times_has_right_form(X509_get0_notAfter(facts->certificate));
}

bool
lint_times(const struct lint_facts *facts)
{
	int64_t from, to;

	return times_read(X509_get0_notBefore(facts->certificate), &from) &&
	       times_read(X509_get0_notAfter(facts->certificate), &to) && from < to;
}

bool
lint_once(const struct lint_facts *facts)
{
	int count = X509_get_ext_count(facts->certificate);

	for (int i = 0; i < count; i++) {
		const X509_EXTENSION *one = X509_get_ext(facts->certificate, i);

		if (X509_get_ext_by_OBJ(facts->certificate,
			X509_EXTENSION_get_object((X509_EXTENSION *)(uintptr_t)one), i) >= 0)
			return false;
	}
	return true;
}

bool
lint_is_ca(const struct lint_facts *facts)
{
	return facts->constraints != NULL && facts->constraints->ca != 0 &&
	       is_critical(facts->certificate, NID_basic_constraints);
}

/* Bits of KeyUsage (RFC 5280, 4.2.1.3). */
enum { BIT_CERT_SIGN = 5 };

bool
lint_usage(const struct lint_facts *facts)
{
	return facts->usage != NULL && ASN1_BIT_STRING_get_bit(facts->usage, BIT_CERT_SIGN) == 1 &&
	       is_critical(facts->certificate, NID_key_usage);
}

bool
lint_key_id(const struct lint_facts *facts)
{
	uint8_t id[DRAFT_KEY_ID];

	return facts->key_id != NULL && draft_key_id(facts->certificate, id, NULL) == ERR_OK &&
	       ASN1_STRING_length(facts->key_id) == DRAFT_KEY_ID &&
	       CRYPTO_memcmp(ASN1_STRING_get0_data(facts->key_id), id, sizeof(id)) == 0 &&
	       !is_critical(facts->certificate, NID_subject_key_identifier);
}

bool
lint_constraints(const struct lint_facts *facts)
{
	return X509_get_ext_by_NID(facts->certificate, NID_name_constraints, -1) < 0 ||
	       is_critical(facts->certificate, NID_name_constraints);
}
