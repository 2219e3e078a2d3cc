/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates on a token: public objects beside the key that they belong to, found by its CKA_ID.
 * What is in them is nobody's business here.
 */
#ifndef HSM_CERTIFICATE_H
#define HSM_CERTIFICATE_H

#include "hsm/key.h"

enum { CERTIFICATES_MAX = 16 };

struct certificate_der {
	uint8_t *bytes;
	size_t len;
};

/* Those of one key, in the token's order; certificate_list_drop. */
struct certificate_list {
	struct certificate_der at[CERTIFICATES_MAX];
	size_t count;
};
MUST_CHECK enum err certificate_list_read(struct token_session *session,
    const struct key_facts *key, struct certificate_list *out, struct err_trace *trace);
void certificate_list_drop(struct certificate_list *list);

/*
 * Puts a certificate on the token with the key's label and CKA_ID, and reads it back. What was not
 * read back as it was written is destroyed again.
 */
MUST_CHECK enum err certificate_store(struct token_session *session, const struct key_facts *key,
    const uint8_t *der, size_t len, struct err_trace *trace);

#endif
