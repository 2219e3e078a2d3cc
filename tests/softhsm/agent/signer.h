/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests: one application at the socket of an activation, through p11-kit-client.so. */
#ifndef TESTS_SIGNER_H
#define TESTS_SIGNER_H

#include <p11-kit/pkcs11.h>

enum { SIGNER_DIGEST = 48 };

/* What one client holds; what a rival would like to have. */
struct signer {
	CK_FUNCTION_LIST *pkcs11;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key; /* the one private key that is visible */
};

extern CK_MECHANISM signer_ecdsa;

/* Ends the process, with words, unless it went well. */
void signer_must(const char *what, CK_RV rv);

struct signer signer_connect(const char *module);

/* By ECDSA; the signature is thrown away. */
CK_RV signer_sign(const struct signer *signer, CK_BYTE digest[SIGNER_DIGEST]);

#endif
