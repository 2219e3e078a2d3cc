/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changing one PIN of a token that holds keys, so that a crash at any instant is survived: what was
 * begun is in the caller's journal, a software token is copied before (hsm/guard.h), and the new
 * PIN is proven by a process that knows nothing else.
 */
#ifndef CUSTODY_TOKEN_CHANGE_H
#define CUSTODY_TOKEN_CHANGE_H

#include "custody/custody.h"
#include "roster/binding.h"

struct secret;

struct token_change {
	const struct roster_binding *binding;
	enum roster_token_pin pin;
	const struct secret *old_pin;
	const struct secret *new_pin;
	bool begun; /* the journal says that an earlier run may have changed it already */
};

/* On return with ERR_OK the token has the new PIN. ERR_DENIED: it refused the old one. */
MUST_CHECK enum err token_change_pin(
    struct custody *custody, const struct token_change *change, struct err_trace *trace);

/* Where the copy of a software token's folder lies meanwhile; the folder around it is made. */
struct token_copy_path {
	char text[512];
};
MUST_CHECK enum err token_copy_path(const struct custody *custody, const struct roster_id *binding,
    enum roster_token_pin pin, struct token_copy_path *out, struct err_trace *trace);

/*
 * Puts a software token back as it was before something that a crash broke off, where that is
 * simply done again: nothing is lost by it. No copy is fine.
 */
MUST_CHECK enum err token_copy_undo(const struct custody *custody, const struct roster_id *binding,
    enum roster_token_pin pin, struct err_trace *trace);

#endif
