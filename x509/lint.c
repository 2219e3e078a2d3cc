/* SPDX-License-Identifier: BSD-2-Clause */
#include "x509/lint.h"

#include <string.h>

#include "x509/lint_certificate.h"

enum {
	SELF_SIGNED = 1 << 0,
	ISSUED = 1 << 1,
	ANY = SELF_SIGNED | ISSUED,
	PUBLIC = 1 << 2, /* by the public rules alone */
};

static const struct row {
	unsigned when;
	bool (*holds)(const struct lint_facts *facts);
	const char *rule;
	const char *text;
} rows[] = {
	{ ANY, lint_version, "RFC 5280 4.1.2.1", "the version is 3" },
	{ ANY, lint_serial, "RFC 5280 4.1.2.2, BR 7.1",
	    "the serial number is positive, of 64 to 159 bits" },
	{ ANY, lint_algorithms, "RFC 5280 4.1.1.2",
	    "the signature is made with SHA-256, SHA-384 or SHA-512, and named alike twice" },
	{ ANY, lint_subject, "RFC 5280 4.1.2.6", "the subject is not empty" },
	{ ANY, lint_time_forms, "RFC 5280 4.1.2.5",
	    "times are UTCTime through 2049 and GeneralizedTime from 2050" },
	{ ANY, lint_times, "RFC 5280 4.1.2.5", "it begins before it ends" },
	{ ANY, lint_once, "RFC 5280 4.2", "no extension is there twice" },
	{ ANY, lint_strength, "BR 6.1.5, 6.1.6",
	    "the key is on P-256, P-384 or P-521, or RSA of 2048 bits with an odd exponent from "
	    "65537" },
	{ ANY, lint_is_ca, "RFC 5280 4.2.1.9", "basicConstraints is critical and says CA" },
	{ ANY, lint_usage, "RFC 5280 4.2.1.3", "keyUsage is critical and has keyCertSign" },
	{ ANY, lint_key_id, "RFC 5280 4.2.1.2",
	    "the subject key identifier is there, not critical, and is the key's" },
	{ ANY, lint_authority_id, "RFC 5280 4.2.1.1",
	    "the authority key identifier is the issuer's, not critical, and has nothing beside" },
	{ ANY, lint_constraints, "RFC 5280 4.2.1.10", "name constraints are critical" },
	{ SELF_SIGNED, lint_same_name, "BR 7.1.2.1", "issuer and subject are the same bytes" },
	{ ISSUED, lint_issuer_name, "RFC 5280 6.1.3", "the issuer is the CA's subject" },
	{ ISSUED, lint_issuer_is_ca, "RFC 5280 6.1.4",
	    "the issuer's certificate is one of a CA, and lets it sign certificates" },
	{ ISSUED, lint_path_length, "RFC 5280 4.2.1.9",
	    "the issuer may have a CA below it, and the path length is less than its own" },
	{ ISSUED, lint_inside_issuer, "RFC 5280 6.1.3",
	    "it is valid only while the issuer's certificate is" },
	{ ISSUED, lint_other_name, "RFC 5280 6.1", "the subject is not the issuer" },
	{ ISSUED, lint_other_key, "RFC 5280 6.1", "the key is not the issuer's" },
	{ ANY | PUBLIC, lint_country, "BR 7.1.2.10.2",
	    "the subject has a country of two capital letters" },
	{ ANY | PUBLIC, lint_organisation, "BR 7.1.2.10.2", "the subject has an organisation" },
	{ ANY | PUBLIC, lint_common_name, "BR 7.1.2.10.2", "the subject has a common name" },
	{ ANY | PUBLIC, lint_no_unit, "BR 7.1.2.10.2", "the subject has no organisational unit" },
	{ ANY | PUBLIC, lint_crl_usage, "BR 7.1.2.10.7", "keyUsage has cRLSign" },
	{ ANY | PUBLIC, lint_recent, "BR 7.1.2.1.1, 7.1.2.10.1",
	    "it begins now, or at most a day ago" },
	{ ANY | PUBLIC, lint_urls, "BR 7.1.2.11.2, 7.1.2.10.3", "addresses begin with http://" },
	{ SELF_SIGNED | PUBLIC, lint_root_days, "BR 7.1.2.1.1",
	    "a root is valid for 2922 to 9132 days" },
	{ SELF_SIGNED | PUBLIC, lint_no_purpose, "BR 7.1.2.1.2", "a root has no extKeyUsage" },
	{ SELF_SIGNED | PUBLIC, lint_no_path_length, "BR 7.1.2.1.4", "a root has no path length" },
	{ SELF_SIGNED | PUBLIC, lint_no_policies, "BR 7.1.2.1.2",
	    "a root has no certificate policies" },
	{ SELF_SIGNED | PUBLIC, lint_no_constraints, "BR 7.1.2.1.2",
	    "a root has no name constraints" },
	{ ISSUED | PUBLIC, lint_purpose, "BR 7.1.2.10.6",
	    "extKeyUsage has serverAuth, and nothing but clientAuth beside it" },
	{ ISSUED | PUBLIC, lint_policies, "BR 7.1.2.10.5",
	    "certificate policies are there, and not critical" },
	{ ISSUED | PUBLIC, lint_crl_address, "BR 7.1.2.11.2",
	    "the address of the revocation list is there" },
};

bool
lint_row(size_t index, const char **rule, const char **text)
{
	if (index >= sizeof(rows) / sizeof(*rows))
		return false;
	*rule = rows[index].rule;
	*text = rows[index].text;
	return true;
}

static bool
applies(const struct row *row, const struct lint_certificate *what)
{
	if ((row->when & PUBLIC) != 0 && what->rules != PROFILE_PUBLIC)
		return false;
	return (row->when & (what->issuer == NULL ? SELF_SIGNED : ISSUED)) != 0;
}

enum err
lint_certificate(const struct lint_certificate *what, struct err_trace *trace)
{
	struct lint_facts facts;
	enum err err = ERR_OK;

	lint_facts_read(what, &facts);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (applies(&rows[i], what) && !rows[i].holds(&facts))
			err =
			    FAIL(trace, ERR_DENIED, "not so: %s (%s)", rows[i].text, rows[i].rule);
	lint_facts_drop(&facts);
	if (err == ERR_OK)
		return ERR_OK;
	err_next(trace, "Mend the profile or the command's options; nothing was signed.");
	return FAIL(trace, ERR_DENIED, "the certificate would break the rules");
}
