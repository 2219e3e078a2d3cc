/* SPDX-License-Identifier: BSD-2-Clause */
/* What a token says of one private key, by its handle. */
#ifndef HSM_KEY_FACTS_H
#define HSM_KEY_FACTS_H

#include "hsm/key.h"
#include "hsm/pkcs11.h"

void key_facts_read(struct token_session *session, CK_OBJECT_HANDLE object, struct key_facts *out);

/* The attributes of a private key as read back, against what was asked: ERR_UNSUPPORTED. */
struct key_wanted {
	const char *name;
	bool got, want;
};
MUST_CHECK enum err
key_facts_check(const struct key_wanted *rows, size_t count, struct err_trace *trace);

/* A pair that was just made. */
struct key_pair {
	CK_OBJECT_HANDLE public;
	CK_OBJECT_HANDLE private;
};

/* RFC 7093, 2, method 1, as CKA_ID on both halves. */
MUST_CHECK enum err key_pair_give_id(
    struct token_session *session, const struct key_pair *pair, struct err_trace *trace);
void key_pair_destroy(struct token_session *session, const struct key_pair *pair);

/* ERR_EXISTS when any object on the token, key or certificate, has the label. */
MUST_CHECK enum err
key_label_is_free(struct token_session *session, const char *label, struct err_trace *trace);

#endif
