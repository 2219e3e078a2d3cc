/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates signed by the keys of a quorum's tokens. What is to be signed is built and linted
 * before anybody is asked for a card, and linted again where the key is (custody/job.h).
 */
#ifndef CUSTODY_CERTIFY_H
#define CUSTODY_CERTIFY_H

#include "custody/custody.h"
#include "roster/signing.h"
#include "x509/draft.h"
#include "x509/request.h"

/* Which key. */
struct certify_key {
	const char *quorum;
	const char *binding; /* NULL: the quorum's only token */
	const char *label;
};

struct certify_request {
	struct certify_key by;
	const struct profile *profile;
	const char *subject; /* NULL: the profile's, else the request's */
	int64_t until;       /* the last second; 0: as many days as the profile says */
	int64_t days;        /* 0: the profile's */
	/* Self-signed: */
	bool store; /* on the token too */
	bool again; /* though the key has a certificate there */
	/* Of another key: */
	const X509 *issuer;
	const X509_REQ *request;
};

/* What was signed, and verified. certified_drop it. */
struct certified {
	struct der der;
	bool stored;
	char not_stored[ERR_TEXT]; /* why it should be on the token, but is not; else empty */
	struct roster_id quorum;
	struct roster_signing row; /* for the roster */
};
void certified_drop(struct certified *certified);

/*
 * Signs a certificate: the key's own where there is no issuer. ERR_DENIED: what would be signed
 * breaks the rules, or the issuer is not of that key; ERR_EXISTS: the key has a certificate, and
 * `again` was not said. Nothing was signed then.
 */
MUST_CHECK enum err certify_sign(struct custody *custody, const struct certify_request *request,
    struct certified *out, struct err_trace *trace);

/* Records it in the roster, with the date by which it must be renewed. */
MUST_CHECK enum err
certify_record(struct custody *custody, const struct certified *certified, struct err_trace *trace);

/* The certificates that the token has for a key, in no order; der_drop each and free() *out. */
MUST_CHECK enum err certify_read(struct custody *custody, const struct certify_key *key,
    struct der **out, size_t *count, struct err_trace *trace);

#endif
