/* SPDX-License-Identifier: BSD-2-Clause */
/* What the keys of a quorum's tokens signed: certificates and revocation lists. */
#ifndef ROSTER_SIGNING_H
#define ROSTER_SIGNING_H

#include "roster/binding.h"
#include "roster/roster.h"

enum roster_signing_kind {
	ROSTER_SIGNED_SELF,   /* a certificate of the key itself */
	ROSTER_SIGNED_ISSUED, /* a certificate of another key */
	ROSTER_SIGNED_CRL,
	ROSTER_SIGNED__COUNT
};
/* "self-signed", "issued", "crl" */
const char *roster_signing_word(enum roster_signing_kind kind);

struct roster_signing {
	char binding[ROSTER_BINDING_NAME];
	char label[ROSTER_TEXT]; /* of the key */
	char id[ROSTER_TEXT];    /* its CKA_ID, hex */
	enum roster_signing_kind kind;
	char subject[ROSTER_TEXT]; /* of the certificate; the issuer of a list. Cut to fit */
	char number[ROSTER_TEXT];  /* hex: of the certificate, or of the list */
	struct roster_hash hash;   /* SHA-256 of the DER */
	int64_t from;              /* notBefore, thisUpdate */
	int64_t until;             /* notAfter, nextUpdate */
	int64_t time;              /* when it was signed */
};

/* Records it, and sets the date by which it must be renewed. */
MUST_CHECK enum err roster_signing_add(struct roster *roster, const struct roster_id *quorum,
    const struct roster_signing *signing, struct err_trace *trace);

/* Those of one token, the oldest first; free() *out. */
MUST_CHECK enum err roster_signing_list(struct roster *roster, const char *binding,
    struct roster_signing **out, size_t *count, struct err_trace *trace);

#endif
