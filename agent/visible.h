/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The objects of the token that clients may see: the pinned private keys, and the public keys and
 * certificates that belong to them by CKA_ID; with no key pinned, every private and public key and
 * certificate. The set is read once, after the login, and does not grow while the activation
 * lasts. Secret keys and data objects are never in it.
 *
 * A key that wants its PIN before each use (CKA_ALWAYS_AUTHENTICATE) is left out: the agent keeps
 * no PIN.
 */
#ifndef AGENT_VISIBLE_H
#define AGENT_VISIBLE_H

#include <stddef.h>
#include <stdint.h>

#include <p11-kit/pkcs11.h>

#include "base/err.h"

struct agent_order;

enum { VISIBLE_OBJECTS = 4096, VISIBLE_LABEL = 65, VISIBLE_ID = 64 };

struct visible_object {
	CK_OBJECT_HANDLE handle; /* the token's own; never shown to a client */
	CK_OBJECT_CLASS class;
	char label[VISIBLE_LABEL]; /* cut to fit */
	uint8_t id[VISIBLE_ID];
	size_t id_len;
};

struct visible {
	size_t count;
	struct visible_object *object;
	size_t private_keys;
	char left_out[ERR_TEXT]; /* which keys are left out and why; empty when none */
};

struct visible_source {
	CK_FUNCTION_LIST *functions;
	CK_SESSION_HANDLE session; /* logged in as user */
};

/* ERR_ABSENT for a pinned key that is not there, or no private key at all; visible_free *out. */
MUST_CHECK enum err visible_read(const struct visible_source *source,
    const struct agent_order *order, struct visible **out, struct err_trace *trace);
void visible_free(struct visible *visible);

/* The object with the token's own handle, or NULL when clients may not see it. */
const struct visible_object *visible_find(const struct visible *visible, CK_OBJECT_HANDLE handle);

#endif
