/* SPDX-License-Identifier: BSD-2-Clause */
/* What a token says of one private key, by its handle. */
#ifndef HSM_KEY_FACTS_H
#define HSM_KEY_FACTS_H

#include "hsm/key.h"
#include "hsm/pkcs11.h"

void key_facts_read(struct token_session *session, CK_OBJECT_HANDLE object, struct key_facts *out);

/* ERR_EXISTS when any object on the token, key or certificate, has the label. */
MUST_CHECK enum err
key_label_is_free(struct token_session *session, const char *label, struct err_trace *trace);

#endif
