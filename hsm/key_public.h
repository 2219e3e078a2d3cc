/* SPDX-License-Identifier: BSD-2-Clause */
/* The public half of a key as OpenSSL understands it. */
#ifndef HSM_KEY_PUBLIC_H
#define HSM_KEY_PUBLIC_H

#include <openssl/evp.h>

#include "hsm/key.h"
#include "hsm/pkcs11.h"

enum { KEY_PUBLIC_ID = 20 };

/* RFC 7093, 2, method 1, of a public key object. */
MUST_CHECK enum err key_public_id(struct token_session *session, CK_OBJECT_HANDLE object,
    uint8_t out[KEY_PUBLIC_ID], struct err_trace *trace);

/* From the public object that belongs to the private key; EVP_PKEY_free it. */
MUST_CHECK enum err key_public_load(struct token_session *session, const struct key_facts *key,
    EVP_PKEY **out, struct err_trace *trace);

/* The id of any public key, and what kind it is; KEY_OTHER when Quorate has no row for it. */
MUST_CHECK enum err
key_public_id_of(EVP_PKEY *public, uint8_t out[KEY_PUBLIC_ID], struct err_trace *trace);
enum key_kind key_public_kind(EVP_PKEY *public);

/* ERR_FORMAT unless it is one SubjectPublicKeyInfo and nothing more; EVP_PKEY_free *out. */
MUST_CHECK enum err
key_public_parse(const uint8_t *der, size_t len, EVP_PKEY **out, struct err_trace *trace);

/* A public key from elsewhere, to be put on the token with its id. */
struct key_import {
	EVP_PKEY *public;
	const char *label;
	bool on_token; /* else of the session */
	bool wraps;    /* else verifies */
};
MUST_CHECK enum err key_public_import(struct token_session *session,
    const struct key_import *import, CK_OBJECT_HANDLE *out, struct err_trace *trace);

#endif
