/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the bytes: a request that passes is one for a function that clients may call, with that
 * function's own signature, and it is whole: nothing shorter passes, and nothing longer does.
 */
#include <string.h>

#include "agent/grammar.h"
#include "agent/policy.h"
#include "base/bytes.h"
#include "tests/fuzz/fuzz.h"

static void
is_for_a_served_function(const uint8_t *bytes, size_t len)
{
	struct cursor cursor = cursor_over(bytes, len);
	const struct policy_row *row;
	uint32_t call = 0, signature_len = 0;

	HOLDS(cursor_u32(&cursor, &call) && cursor_u32(&cursor, &signature_len));
	row = policy_by_call(call);
	HOLDS(row != NULL && row->verdict != POLICY_REFUSED);
	HOLDS(signature_len == strlen(row->request) && signature_len <= cursor.left);
	HOLDS(memcmp(cursor.at, row->request, signature_len) == 0);
}

static void
is_whole(const uint8_t *bytes, size_t len)
{
	uint8_t *other = malloc(len + 1);
	CK_RV refusal;

	HOLDS(other != NULL);
	memcpy(other, bytes, len);
	other[len] = 0;
	HOLDS(grammar_check(other, len + 1, &refusal) != GRAMMAR_PASS);
	HOLDS(grammar_check(other, len - 1, &refusal) != GRAMMAR_PASS);
	free(other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CK_RV refusal = CKR_OK;

	switch (grammar_check(bytes, len, &refusal)) {
	case GRAMMAR_PASS:
		is_for_a_served_function(bytes, len);
		is_whole(bytes, len);
		break;
	case GRAMMAR_REFUSE:
		HOLDS(refusal != CKR_OK);
		break;
	case GRAMMAR_CUT:
		break;
	}
	return 0;
}
