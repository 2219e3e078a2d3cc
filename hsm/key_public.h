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

#endif
