/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a client may call: one row for each function of PKCS#11 2.40, in the order of its function
 * list. Whatever has no row, or a row that says so, is refused.
 *
 * The same row tells how the function's request looks on the wire of p11-kit's remote protocol, so
 * that agent/grammar.h can read a frame before p11-kit does.
 */
#ifndef AGENT_POLICY_H
#define AGENT_POLICY_H

#include <stddef.h>
#include <stdint.h>

enum policy_verdict {
	POLICY_REFUSED,  /* CKR_FUNCTION_NOT_SUPPORTED, and nothing of it reaches the token */
	POLICY_ABSORBED, /* answered here: the agent's own login is nobody else's to change */
	POLICY_ALLOWED,  /* reaches the token, for this client's own sessions and pinned objects */
};

struct policy_row {
	const char *name;    /* "C_Sign" */
	size_t offset;       /* in CK_FUNCTION_LIST */
	uint32_t call;       /* number in the remote protocol; 0: does not travel */
	const char *request; /* its arguments: see agent/grammar.h */
	enum policy_verdict verdict;
};

const struct policy_row *policy_rows(size_t *count);

/* NULL for a number that no function of PKCS#11 2.40 has. */
const struct policy_row *policy_by_call(uint32_t call);

#endif
