/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drafts: certificates and revocation lists that are complete but for the signature, which only the
 * HSM's key can make. A draft is the DER of the whole with a throwaway key's signature in it: so
 * OpenSSL itself writes the algorithm's identifiers, and everything that reads certificates (the
 * lint too) reads drafts. draft_finish puts the real signature in its place.
 */
#ifndef X509_DRAFT_H
#define X509_DRAFT_H

#include <openssl/x509.h>

#include "x509/encoding.h"
#include "x509/profile.h"

enum { DRAFT_SERIAL = 16, DRAFT_KEY_ID = 20, DRAFT_DIGEST_MAX = 64 };

struct draft_order {
	const struct profile *profile;
	const X509_NAME *subject;
	EVP_PKEY *subject_key; /* NULL: a throwaway one, until draft_set_key gives the real one */
	const X509 *issuer;    /* NULL: self-signed */
	int64_t not_before;    /* seconds UTC, 1950 to 9999 */
	int64_t not_after;
};

/*
 * A certificate by its profile, with a serial number of 126 random bits. ERR_ARGUMENT: a time that
 * no certificate can hold.
 */
MUST_CHECK enum err
draft_certificate(const struct draft_order *order, struct der *out, struct err_trace *trace);

/* The same self-signed draft with that key in it, and the key identifiers that follow from it. */
MUST_CHECK enum err draft_set_key(
    const struct der *draft, EVP_PKEY *subject_key, struct der *out, struct err_trace *trace);

/*
 * Signs with a throwaway key of the kind of `like`: that the throwaway's hash and algorithm are the
 * real key's is what matters. ERR_UNSUPPORTED for a kind that signs no certificates here.
 */
MUST_CHECK enum err
draft_sign_certificate(X509 *certificate, const EVP_PKEY *like, struct err_trace *trace);
MUST_CHECK enum err draft_sign_crl(X509_CRL *crl, const EVP_PKEY *like, struct err_trace *trace);

struct draft_digest {
	int bits; /* of the hash: 256, 384 or 512 */
	uint8_t bytes[DRAFT_DIGEST_MAX];
};

/* What the key has to sign: the hash that the draft itself names, over its to-be-signed part. */
MUST_CHECK enum err
draft_digest_of(const struct der *draft, struct draft_digest *out, struct err_trace *trace);

/* The draft with that signature (DER of ECDSA, or RSA's bytes). */
MUST_CHECK enum err draft_finish(const struct der *draft, const uint8_t *signature, size_t len,
    struct der *out, struct err_trace *trace);

/* The subject key identifier: RFC 7093, 2, method 1. */
MUST_CHECK enum err
draft_key_id(const X509 *certificate, uint8_t out[DRAFT_KEY_ID], struct err_trace *trace);

#endif
