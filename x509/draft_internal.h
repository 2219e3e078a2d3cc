/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a draft. Internal to x509/. */
#ifndef X509_DRAFT_INTERNAL_H
#define X509_DRAFT_INTERNAL_H

#include "x509/draft.h"

/* Those of the profile and the key identifiers. */
MUST_CHECK enum err
draft_add_extensions(X509 *certificate, const struct draft_order *order, struct err_trace *trace);

/*
 * Subject key identifier, and the authority's: that of `issuer`, or of the certificate itself where
 * it is NULL. What is there is replaced.
 */
MUST_CHECK enum err
draft_set_key_ids(X509 *certificate, const X509 *issuer, struct err_trace *trace);

/* The authority key identifier of a revocation list. */
MUST_CHECK enum err
draft_set_crl_key_id(X509_CRL *crl, const X509 *issuer, struct err_trace *trace);

#endif
