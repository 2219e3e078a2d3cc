/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Revocation lists, version 2, whole ones: what is added to the list before becomes the next, and
 * nothing ever leaves it.
 */
#ifndef X509_CRL_H
#define X509_CRL_H

#include <stdbool.h>

#include "x509/crl_entries.h"
#include "x509/encoding.h"

struct crl_order {
	const X509 *issuer;
	int64_t number; /* 1 or more */
	int64_t this_update;
	int64_t next_update;
	const X509_CRL *previous; /* NULL: the first one */
	const struct crl_entries *entries;
};

/*
 * A draft (x509/draft.h). ERR_FORMAT names the line of an entry that the previous list has already.
 */
MUST_CHECK enum err
crl_draft(const struct crl_order *order, struct der *out, struct err_trace *trace);

/*
 * Whether the next list may follow this one: ERR_DENIED when it is another issuer's or its
 * signature is wrong, ERR_ARGUMENT when its number is not less.
 */
MUST_CHECK enum err crl_check_previous(
    const X509_CRL *previous, const X509 *issuer, int64_t number, struct err_trace *trace);

/* False when it has none, or one that is beyond 2^63. */
bool crl_number(const X509_CRL *crl, int64_t *out);

/* How many certificates it revokes. */
size_t crl_count(const X509_CRL *crl);

#endif
