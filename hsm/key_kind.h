/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of key as PKCS#11 and OpenSSL name them: one row for each that can be made. */
#ifndef HSM_KEY_KIND_H
#define HSM_KEY_KIND_H

#include "hsm/key.h"
#include "hsm/pkcs11.h"

struct key_kind_row {
	const char *word;
	CK_KEY_TYPE type;
	CK_MECHANISM_TYPE generate;
	CK_MECHANISM_TYPE sign;
	const char *group;     /* EC: OpenSSL's name of the curve */
	const uint8_t *params; /* EC: CKA_EC_PARAMS, the curve's OID in DER */
	size_t params_len;
	unsigned long bits; /* of the RSA modulus or of the curve's order */
};

/* NULL for KEY_OTHER. */
const struct key_kind_row *key_kind_row(enum key_kind kind);

/* What a key object on the token is; KEY_OTHER when Quorate has no row for it. */
enum key_kind key_kind_of(struct token_session *session, CK_OBJECT_HANDLE object);

#endif
