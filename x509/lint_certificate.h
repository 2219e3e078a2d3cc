/* SPDX-License-Identifier: BSD-2-Clause */
/* The checks behind the rows of lint.c: true when the rule holds. Internal to x509/. */
#ifndef X509_LINT_CERTIFICATE_H
#define X509_LINT_CERTIFICATE_H

#include <stdbool.h>

#include <openssl/x509v3.h>

#include "x509/lint.h"

/* The extensions, read once; NULL for those that are missing, repeated or damaged. */
struct lint_facts {
	const struct lint_certificate *what;
	const X509 *certificate;
	BASIC_CONSTRAINTS *constraints;
	BASIC_CONSTRAINTS *issuer_constraints;
	ASN1_BIT_STRING *usage;
	ASN1_BIT_STRING *issuer_usage;
	EXTENDED_KEY_USAGE *purposes;
	AUTHORITY_KEYID *authority;
	ASN1_OCTET_STRING *key_id;
	CRL_DIST_POINTS *crl_points;
	AUTHORITY_INFO_ACCESS *access;
};
void lint_facts_read(const struct lint_certificate *what, struct lint_facts *out);
void lint_facts_drop(struct lint_facts *facts);

/* Of lint_key.c. */
bool lint_strength(const struct lint_facts *facts);

/* Of lint_form.c: every certificate. */
bool lint_version(const struct lint_facts *facts);
bool lint_serial(const struct lint_facts *facts);
bool lint_algorithms(const struct lint_facts *facts);
bool lint_subject(const struct lint_facts *facts);
bool lint_time_forms(const struct lint_facts *facts);
bool lint_times(const struct lint_facts *facts);
bool lint_once(const struct lint_facts *facts);
bool lint_is_ca(const struct lint_facts *facts);
bool lint_usage(const struct lint_facts *facts);
bool lint_key_id(const struct lint_facts *facts);
bool lint_constraints(const struct lint_facts *facts);

/* Of lint_issuer.c: how it stands to its issuer. */
bool lint_authority_id(const struct lint_facts *facts);
bool lint_same_name(const struct lint_facts *facts);
bool lint_issuer_name(const struct lint_facts *facts);
bool lint_issuer_is_ca(const struct lint_facts *facts);
bool lint_path_length(const struct lint_facts *facts);
bool lint_inside_issuer(const struct lint_facts *facts);
bool lint_other_name(const struct lint_facts *facts);
bool lint_other_key(const struct lint_facts *facts);

/* Of lint_public.c: the Baseline Requirements. */
bool lint_country(const struct lint_facts *facts);
bool lint_organisation(const struct lint_facts *facts);
bool lint_common_name(const struct lint_facts *facts);
bool lint_no_unit(const struct lint_facts *facts);
bool lint_crl_usage(const struct lint_facts *facts);
bool lint_recent(const struct lint_facts *facts);
bool lint_urls(const struct lint_facts *facts);
bool lint_root_days(const struct lint_facts *facts);
bool lint_no_purpose(const struct lint_facts *facts);
bool lint_no_path_length(const struct lint_facts *facts);
bool lint_no_policies(const struct lint_facts *facts);
bool lint_no_constraints(const struct lint_facts *facts);
bool lint_purpose(const struct lint_facts *facts);
bool lint_policies(const struct lint_facts *facts);
bool lint_crl_address(const struct lint_facts *facts);

#endif
