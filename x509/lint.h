/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to be signed, against the rules: rows of a table, each with the paragraph that it holds.
 * RFC 5280 always; the CA/Browser Forum's Baseline Requirements ("BR") where the profile's rules
 * are `public`.
 */
#ifndef X509_LINT_H
#define X509_LINT_H

#include <openssl/x509.h>

#include "base/err.h"
#include "x509/profile.h"

struct lint_certificate {
	const X509 *certificate; /* a draft, or what became of it */
	const X509 *issuer;      /* NULL: self-signed */
	enum profile_rules rules;
	int64_t now; /* seconds UTC */
};

/* ERR_DENIED; the trace has a frame for each rule that is broken, as far as they fit. */
MUST_CHECK enum err lint_certificate(const struct lint_certificate *what, struct err_trace *trace);

struct lint_crl {
	const X509_CRL *crl;
	const X509 *issuer;
	enum profile_rules rules;
	int64_t now;
};
MUST_CHECK enum err lint_crl(const struct lint_crl *what, struct err_trace *trace);

/*
 * Whether such a key may be certified at all (BR 6.1.5, 6.1.6): P-256, P-384, P-521, or RSA of 2048
 * bits or more with an odd exponent of 65537 or more. NULL, or what is wrong with it.
 */
const char *lint_key_fault(const EVP_PKEY *subject_key);

/* Every row's rule and text, for tests and documents; false behind the last one. */
bool lint_row(size_t index, const char **rule, const char **text);
bool lint_crl_row(size_t index, const char **rule, const char **text);

#endif
