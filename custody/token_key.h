/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys on a quorum's token: made and listed behind M cards. */
#ifndef CUSTODY_TOKEN_KEY_H
#define CUSTODY_TOKEN_KEY_H

#include "custody/custody.h"
#include "hsm/key.h"

struct token_key_request {
	const char *quorum;
	const char *binding; /* NULL: the quorum's only token */
	struct key_request key;
};

/* Makes the key, has it sign and verifies that, and records it. `pem` is free()d by the caller. */
MUST_CHECK enum err
token_key_generate(struct custody *custody, const struct token_key_request *request,
    struct key_facts *out, char **pem, struct err_trace *trace);

/* The private keys on the token; free() *out. */
MUST_CHECK enum err token_key_list(struct custody *custody, const char *quorum, const char *binding,
    struct key_facts **out, size_t *count, struct err_trace *trace);

#endif
