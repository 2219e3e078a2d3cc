/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mechanisms that clients may use, with the exact length of their parameter: a module casts
 * the parameter's bytes to the structure it expects, and they come from the client. Raw RSA
 * (CKM_RSA_X_509) is not among them: signing with it is decrypting.
 */
#ifndef AGENT_MECHANISMS_H
#define AGENT_MECHANISMS_H

#include <stdbool.h>

#include <p11-kit/pkcs11.h>

enum mechanism_use { MECHANISM_SIGN = 1, MECHANISM_VERIFY = 2, MECHANISM_DIGEST = 4 };

struct mechanism {
	CK_MECHANISM_TYPE type;
	unsigned uses; /* of enum mechanism_use */
	CK_ULONG parameter_len;
	const char *word;  /* "ECDSA-SHA384" */
	bool takes_digest; /* what the client gives is a hash already, or a DigestInfo */
};

/* NULL when clients may not use it at all. */
const struct mechanism *mechanism_find(CK_MECHANISM_TYPE type);

/* CKR_OK, or why this client's mechanism is refused for this use. */
CK_RV mechanism_check(const CK_MECHANISM *mechanism, enum mechanism_use use);

#endif
