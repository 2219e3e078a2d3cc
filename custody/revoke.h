/* SPDX-License-Identifier: BSD-2-Clause */
/* Revocation lists signed by the keys of a quorum's tokens. */
#ifndef CUSTODY_REVOKE_H
#define CUSTODY_REVOKE_H

#include "custody/certify.h"
#include "x509/crl.h"

struct revoke_request {
	struct certify_key by;
	const X509 *issuer;
	enum profile_rules rules;
	int64_t number;
	int64_t next_update;
	const X509_CRL *previous;         /* NULL: the first list of this key */
	struct roster_hash previous_hash; /* SHA-256 of its DER */
	const struct crl_entries *entries;
};

/*
 * Signs the next list: the previous one's entries and the new ones. ERR_DENIED: the previous list
 * is another's, or not the last one that the roster knows this key to have signed, or what would
 * be signed breaks the rules; ERR_ARGUMENT: the number does not follow. Nothing was signed then.
 * certify_record records it.
 */
MUST_CHECK enum err revoke_sign(struct custody *custody, const struct revoke_request *request,
    struct certified *out, struct err_trace *trace);

#endif
