/* SPDX-License-Identifier: BSD-2-Clause */
/* CA/Browser Forum, Baseline Requirements for TLS server certificates, version 2: section 7.1.2. */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "x509/lint_certificate.h"
#include "x509/times.h"

/* NULL when it is not there just once. */
static const ASN1_STRING *
value_of(const struct lint_facts *facts, int nid)
{
	const X509_NAME *subject = X509_get_subject_name(facts->certificate);
	int at = X509_NAME_get_index_by_NID(subject, nid, -1);

	if (at < 0 || X509_NAME_get_index_by_NID(subject, nid, at) >= 0)
		return NULL;
	return X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
}

bool
lint_country(const struct lint_facts *facts)
{
	const ASN1_STRING *value = value_of(facts, NID_countryName);
	const unsigned char *text = value == NULL ? NULL : ASN1_STRING_get0_data(value);

	return text != NULL && ASN1_STRING_type(value) == V_ASN1_PRINTABLESTRING &&
	       ASN1_STRING_length(value) == 2 && isupper(text[0]) && isupper(text[1]);
}

bool
lint_organisation(const struct lint_facts *facts)
{
	return value_of(facts, NID_organizationName) != NULL;
}

bool
lint_common_name(const struct lint_facts *facts)
{
	return value_of(facts, NID_commonName) != NULL;
}

bool
lint_no_unit(const struct lint_facts *facts)
{
	return X509_NAME_get_index_by_NID(
		   X509_get_subject_name(facts->certificate), NID_organizationalUnitName, -1) < 0;
}

bool
lint_crl_usage(const struct lint_facts *facts)
{
	enum { BIT_CRL_SIGN = 6 };

	return facts->usage != NULL && ASN1_BIT_STRING_get_bit(facts->usage, BIT_CRL_SIGN) == 1;
}

bool
lint_recent(const struct lint_facts *facts)
{
	int64_t from;

	return times_read(X509_get0_notBefore(facts->certificate), &from) &&
	       from <= facts->what->now && from >= facts->what->now - CLOCK_DAY;
}

static bool
is_http(const GENERAL_NAME *name)
{
	const ASN1_STRING *text;
	int type = -1;

	text = GENERAL_NAME_get0_value(name, &type);
	return type == GEN_URI && ASN1_STRING_length(text) > 7 &&
	       strncmp((const char *)ASN1_STRING_get0_data(text), "http://", 7) == 0;
}

static bool
point_is_http(const DIST_POINT *point)
{
	if (point->distpoint == NULL || point->distpoint->type != 0)
		return false;
	for (int i = 0; i < sk_GENERAL_NAME_num(point->distpoint->name.fullname); i++)
		if (!is_http(sk_GENERAL_NAME_value(point->distpoint->name.fullname, i)))
			return false;
	return true;
}

bool
lint_urls(const struct lint_facts *facts)
{
	for (int i = 0; i < sk_DIST_POINT_num(facts->crl_points); i++)
		if (!point_is_http(sk_DIST_POINT_value(facts->crl_points, i)))
			return false;
	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(facts->access); i++)
		if (!is_http(sk_ACCESS_DESCRIPTION_value(facts->access, i)->location))
			return false;
	return true;
}

/* Both ends belong to the validity. */
bool
lint_root_days(const struct lint_facts *facts)
{
	int64_t from, to;

	return times_read(X509_get0_notBefore(facts->certificate), &from) &&
	       times_read(X509_get0_notAfter(facts->certificate), &to) &&
	       to - from + 1 >= INT64_C(2922) * CLOCK_DAY &&
	       to - from + 1 <= INT64_C(9132) * CLOCK_DAY;
}

static bool
has(const struct lint_facts *facts, int nid)
{
	return X509_get_ext_by_NID(facts->certificate, nid, -1) >= 0;
}

bool
lint_no_purpose(const struct lint_facts *facts)
{
	return !has(facts, NID_ext_key_usage);
}

bool
lint_no_path_length(const struct lint_facts *facts)
{
	return facts->constraints == NULL || facts->constraints->pathlen == NULL;
}

bool
lint_no_policies(const struct lint_facts *facts)
{
	return !has(facts, NID_certificate_policies);
}

bool
lint_no_constraints(const struct lint_facts *facts)
{
	return !has(facts, NID_name_constraints);
}

bool
lint_purpose(const struct lint_facts *facts)
{
	bool server = false;

	for (int i = 0; i < sk_ASN1_OBJECT_num(facts->purposes); i++) {
		int nid = OBJ_obj2nid(sk_ASN1_OBJECT_value(facts->purposes, i));

		if (nid != NID_server_auth && nid != NID_client_auth)
			return false;
		server |= nid == NID_server_auth;
	}
	return server;
}

bool
lint_policies(const struct lint_facts *facts)
{
	int at = X509_get_ext_by_NID(facts->certificate, NID_certificate_policies, -1);

	return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(facts->certificate, at)) == 0;
}

bool
lint_crl_address(const struct lint_facts *facts)
{
	return facts->crl_points != NULL && sk_DIST_POINT_num(facts->crl_points) > 0;
}
