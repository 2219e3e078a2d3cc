/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows for revocation lists. */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "x509/crl.h"
#include "x509/lint.h"
#include "x509/times.h"

static X509_CRL *
sortable(const X509_CRL *crl)
{
	return (X509_CRL *)(uintptr_t)crl;
}

static bool
has_version_2(const struct lint_crl *what)
{
	return X509_CRL_get_version(what->crl) == X509_CRL_VERSION_2;
}

static bool
has_issuers_name(const struct lint_crl *what)
{
	return X509_NAME_cmp(X509_CRL_get_issuer(what->crl), X509_get_subject_name(what->issuer)) ==
	       0;
}

static bool
may_be_signed(const struct lint_crl *what)
{
	enum { BIT_CRL_SIGN = 6 };
	ASN1_BIT_STRING *usage = X509_get_ext_d2i(what->issuer, NID_key_usage, NULL, NULL);
	bool good = usage == NULL || ASN1_BIT_STRING_get_bit(usage, BIT_CRL_SIGN) == 1;

	ASN1_BIT_STRING_free(usage);
	return good;
}

static bool
has_good_hash(const struct lint_crl *what)
{
	int hash = NID_undef, type = NID_undef;

	return OBJ_find_sigid_algs(X509_CRL_get_signature_nid(what->crl), &hash, &type) == 1 &&
	       (hash == NID_sha256 || hash == NID_sha384 || hash == NID_sha512);
}

static bool
has_right_times(const struct lint_crl *what)
{
	const ASN1_TIME *this_update = X509_CRL_get0_lastUpdate(what->crl);
	const ASN1_TIME *next_update = X509_CRL_get0_nextUpdate(what->crl);
	int64_t from, until;

	return times_read(this_update, &from) && times_read(next_update, &until) && from < until &&
	       times_has_right_form(this_update) && times_has_right_form(next_update);
}

static bool
is_of_now(const struct lint_crl *what)
{
	int64_t from, until;

	return times_read(X509_CRL_get0_lastUpdate(what->crl), &from) &&
	       times_read(X509_CRL_get0_nextUpdate(what->crl), &until) && from <= what->now &&
	       until > what->now;
}

static bool
is_inside_issuer(const struct lint_crl *what)
{
	int64_t from, issuer_from, issuer_until;

	return times_read(X509_CRL_get0_lastUpdate(what->crl), &from) &&
	       times_read(X509_get0_notBefore(what->issuer), &issuer_from) &&
	       times_read(X509_get0_notAfter(what->issuer), &issuer_until) && from >= issuer_from &&
	       from <= issuer_until;
}

static bool
has_number(const struct lint_crl *what)
{
	int at = X509_CRL_get_ext_by_NID(what->crl, NID_crl_number, -1);
	int64_t number;

	return at >= 0 && crl_number(what->crl, &number) && number > 0 &&
	       X509_EXTENSION_get_critical(X509_CRL_get_ext(what->crl, at)) == 0;
}

static bool
has_issuers_key_id(const struct lint_crl *what)
{
	AUTHORITY_KEYID *above =
	    X509_CRL_get_ext_d2i(what->crl, NID_authority_key_identifier, NULL, NULL);
	ASN1_OCTET_STRING *id =
	    X509_get_ext_d2i(what->issuer, NID_subject_key_identifier, NULL, NULL);
	bool good = above != NULL && above->keyid != NULL &&
		    (id == NULL || ASN1_OCTET_STRING_cmp(above->keyid, id) == 0);

	ASN1_OCTET_STRING_free(id);
	AUTHORITY_KEYID_free(above);
	return good;
}

static const X509_REVOKED *
entry(const struct lint_crl *what, int index)
{
	return sk_X509_REVOKED_value(X509_CRL_get_REVOKED(sortable(what->crl)), index);
}

static bool
has_each_once(const struct lint_crl *what)
{
	int count = (int)crl_count(what->crl);

	for (int i = 1; i < count; i++) /* they are sorted */
		if (ASN1_INTEGER_cmp(X509_REVOKED_get0_serialNumber(entry(what, i - 1)),
			X509_REVOKED_get0_serialNumber(entry(what, i))) == 0)
			return false;
	return true;
}

static bool
has_past_dates(const struct lint_crl *what)
{
	int count = (int)crl_count(what->crl);
	int64_t date;

	for (int i = 0; i < count; i++) {
		const ASN1_TIME *time = X509_REVOKED_get0_revocationDate(entry(what, i));

		if (!times_read(time, &date) || date > what->now || !times_has_right_form(time))
			return false;
	}
	return true;
}

/* BR 7.2.2: a reason for each CA, and none of unspecified (0) and certificateHold (6). */
static bool
has_reasons(const struct lint_crl *what)
{
	int count = (int)crl_count(what->crl);

	for (int i = 0; i < count; i++) {
		ASN1_ENUMERATED *reason =
		    X509_REVOKED_get_ext_d2i(entry(what, i), NID_crl_reason, NULL, NULL);
		long code = reason == NULL ? 0 : ASN1_ENUMERATED_get(reason);

		ASN1_ENUMERATED_free(reason);
		if (code == 0 || code == 6)
			return false;
	}
	return true;
}

static bool
is_renewed_within_a_year(const struct lint_crl *what)
{
	int64_t from, until;

	return times_read(X509_CRL_get0_lastUpdate(what->crl), &from) &&
	       times_read(X509_CRL_get0_nextUpdate(what->crl), &until) &&
	       until - from <= INT64_C(366) * CLOCK_DAY;
}

static const struct row {
	bool (*holds)(const struct lint_crl *what);
	bool is_public;
	const char *rule;
	const char *text;
} rows[] = {
	{ has_version_2, false, "RFC 5280 5.1.2.1", "the version is 2" },
	{ has_issuers_name, false, "RFC 5280 5.1.2.3", "the issuer is the CA's subject" },
	{ may_be_signed, false, "RFC 5280 4.2.1.3", "the CA's keyUsage has cRLSign" },
	{ has_good_hash, false, "RFC 5280 5.1.1.2",
	    "the signature is made with SHA-256, SHA-384 or SHA-512" },
	{ has_right_times, false, "RFC 5280 5.1.2.4, 5.1.2.5",
	    "it ends after it begins, in UTCTime through 2049 and GeneralizedTime from 2050" },
	{ is_of_now, false, "RFC 5280 5.1.2.5", "it has begun, and has not ended" },
	{ is_inside_issuer, false, "RFC 5280 6.3.3",
	    "it begins while the CA's certificate is valid" },
	{ has_number, false, "RFC 5280 5.2.3", "it has a number, not critical" },
	{ has_issuers_key_id, false, "RFC 5280 5.2.1", "the authority key identifier is the CA's" },
	{ has_each_once, false, "RFC 5280 5.1.2.6", "no certificate is there twice" },
	{ has_past_dates, false, "RFC 5280 5.1.2.6", "nothing is revoked in the future" },
	{ has_reasons, true, "BR 7.2.2",
	    "each entry has a reason, which is neither unspecified nor certificateHold" },
	{ is_renewed_within_a_year, true, "BR 4.9.7", "the next one is due within twelve months" },
};

bool
lint_crl_row(size_t index, const char **rule, const char **text)
{
	if (index >= sizeof(rows) / sizeof(*rows))
		return false;
	*rule = rows[index].rule;
	*text = rows[index].text;
	return true;
}

enum err
lint_crl(const struct lint_crl *what, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if ((!rows[i].is_public || what->rules == PROFILE_PUBLIC) && !rows[i].holds(what))
			err =
			    FAIL(trace, ERR_DENIED, "not so: %s (%s)", rows[i].text, rows[i].rule);
	ERR_clear_error();
	if (err == ERR_OK)
		return ERR_OK;
	err_next(trace, "Mend the entries or the command's options; nothing was signed.");
	return FAIL(trace, ERR_DENIED, "the revocation list would break the rules");
}
