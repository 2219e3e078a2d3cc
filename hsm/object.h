/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects on a token: finding them and reading their attributes, with every length checked. */
#ifndef HSM_OBJECT_H
#define HSM_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hsm/pkcs11.h"
#include "hsm/token.h"

struct object_list {
	CK_OBJECT_HANDLE *handles; /* free() it */
	size_t count;
};

/* All objects that match the `n` attributes; none of them: all objects. */
MUST_CHECK enum err object_find(struct token_session *session, const CK_ATTRIBUTE *attributes,
    size_t n, struct object_list *out, struct err_trace *trace);

struct object_bytes {
	uint8_t *bytes; /* free() it */
	size_t len;
};

/* An attribute of at most 64 KiB. ERR_ABSENT when the object does not have it. */
MUST_CHECK enum err object_read(struct token_session *session, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE_TYPE type, struct object_bytes *out, struct err_trace *trace);

/* False also when the object does not have it. */
bool object_flag(struct token_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

/* False when it does not have it. */
bool object_number(
    struct token_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG *out);

#endif
