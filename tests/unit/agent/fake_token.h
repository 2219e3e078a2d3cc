/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PKCS#11 module in this process, with a few objects and no cryptography: what it was asked is
 * counted, and what it answers to a signature can be set. A signature is the byte 0x5A, 64 times.
 */
#ifndef TESTS_UNIT_AGENT_FAKE_TOKEN_H
#define TESTS_UNIT_AGENT_FAKE_TOKEN_H

#include <stdatomic.h>

#include <p11-kit/pkcs11.h>

#include "agent/client.h"

/* The token's own handles. */
enum {
	FAKE_CA_PRIVATE = 101,     /* label "ca", id 01 */
	FAKE_CA_PUBLIC = 102,      /* label "ca", id 01 */
	FAKE_CA_CERTIFICATE = 103, /* label "ca", id 01 */
	FAKE_OTHER_PRIVATE = 104,  /* label "other", id 02 */
	FAKE_OTHER_PUBLIC = 105,   /* label "other", id 02 */
	FAKE_SECRET = 106,         /* a secret key, label "wrap" */
	FAKE_EACH_TIME = 107,      /* private, label "careful", id 03, CKA_ALWAYS_AUTHENTICATE */
	FAKE_SIGNATURE = 64,
};

struct fake_token {
	atomic_int open_sessions;
	atomic_int signatures;
	CK_RV sign_answer; /* CKR_OK unless set */
};

/* Set back by fake_token_reset. */
extern struct fake_token fake_token;

CK_FUNCTION_LIST *fake_token_functions(void);
void fake_token_reset(void);

#endif
