/* SPDX-License-Identifier: BSD-2-Clause */
/* Taking a token from its quorum: two people type its new PINs, M cards open it for the last time.
 */
#ifndef CUSTODY_UNBIND_H
#define CUSTODY_UNBIND_H

#include "custody/custody.h"

struct unbind_request {
	const char *binding;
	const char *people[2]; /* the first types the user PIN, the second the SO PIN */
	const char *reason;
};

MUST_CHECK enum err unbind_token(
    struct custody *custody, const struct unbind_request *request, struct err_trace *trace);

/*
 * The device is gone for good, with whatever was on it: two people confirm it, nobody types a PIN,
 * and what was begun with it goes on without it. ERR_NOT_NOW when the token is there, or when a
 * software token was broken off in a change of its PIN and its copy is at hand: resume finishes
 * those.
 */
MUST_CHECK enum err
unbind_gone(struct custody *custody, const struct unbind_request *request, struct err_trace *trace);

#endif
