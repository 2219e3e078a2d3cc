/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows are whole request bodies in hex, written by hand from p11-kit's protocol (version 0):
 * call number, length of signature, signature, arguments.
 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "agent/grammar.h"
#include "base/encode.h"

#define SESSION "0000000000000007"
#define NONE    "ffffffff"

/* call 43, "uayfy" */
#define SIGN                                                                                       \
	"0000002b"                                                                                 \
	"00000005"                                                                                 \
	"7561796679"
/* call 42, "uMu" */
#define SIGN_INIT                                                                                  \
	"0000002a"                                                                                 \
	"00000003"                                                                                 \
	"754d75"
/* call 26, "uaA" */
#define FIND_INIT                                                                                  \
	"0000001a"                                                                                 \
	"00000003"                                                                                 \
	"756141"
/* call 24, "uufA" */
#define GET_ATTRIBUTE                                                                              \
	"00000018"                                                                                 \
	"00000004"                                                                                 \
	"75756641"
/* call 27, "ufu" */
#define FIND                                                                                       \
	"0000001b"                                                                                 \
	"00000003"                                                                                 \
	"756675"

static const struct {
	const char *name;
	const char *body;
	enum grammar_verdict verdict;
	CK_RV refusal;
} rows[] = {
	{ "a signature",
	    SIGN SESSION "01"
			 "00000002"
			 "abcd"
			 "00000060",
	    GRAMMAR_PASS, 0 },
	{ "a signature over nothing", SIGN SESSION "01" NONE "00000060", GRAMMAR_PASS, 0 },
	{ "room of a megabyte", SIGN SESSION "01" NONE "00100000", GRAMMAR_PASS, 0 },
	{ "room of a byte more", SIGN SESSION "01" NONE "00100001", GRAMMAR_CUT, 0 },
	{ "room of two gigabytes", SIGN SESSION "01" NONE "7fffffff", GRAMMAR_CUT, 0 },
	{ "data longer than the frame",
	    SIGN SESSION "01"
			 "00000003"
			 "abcd"
			 "00000060",
	    GRAMMAR_CUT, 0 },
	{ "data that is said to be absent",
	    SIGN SESSION "00"
			 "00000060",
	    GRAMMAR_CUT, 0 },
	{ "an argument missing",
	    SIGN SESSION "01"
			 "00000002"
			 "abcd",
	    GRAMMAR_CUT, 0 },
	{ "an argument too many",
	    SIGN SESSION "01" NONE "00000060"
			 "00",
	    GRAMMAR_CUT, 0 },
	{ "another signature",
	    "0000002b"
	    "00000003"
	    "756675" SESSION "00000001",
	    GRAMMAR_CUT, 0 },
	{ "a signature cut short",
	    "0000002b"
	    "00000009"
	    "7561796679",
	    GRAMMAR_CUT, 0 },
	{ "no call number", "000000", GRAMMAR_CUT, 0 },
	{ "nothing", "", GRAMMAR_CUT, 0 },
	{ "a call that does not exist",
	    "00000100"
	    "00000000",
	    GRAMMAR_REFUSE, CKR_FUNCTION_NOT_SUPPORTED },
	{ "an error as a call",
	    "00000000"
	    "00000001"
	    "75" SESSION,
	    GRAMMAR_REFUSE, CKR_FUNCTION_NOT_SUPPORTED },
	{ "ECDSA without parameter", SIGN_INIT SESSION "00001041" NONE SESSION, GRAMMAR_PASS, 0 },
	{ "ECDSA with a parameter",
	    SIGN_INIT SESSION "00001041"
			      "00000001"
			      "aa" SESSION,
	    GRAMMAR_REFUSE, CKR_MECHANISM_PARAM_INVALID },
	{ "raw RSA", SIGN_INIT SESSION "00000003" NONE SESSION, GRAMMAR_REFUSE,
	    CKR_MECHANISM_INVALID },
	{ "RSA-PSS", SIGN_INIT SESSION "0000000d" SESSION SESSION SESSION SESSION, GRAMMAR_PASS,
	    0 },
	{ "RSA-PSS with half a parameter", SIGN_INIT SESSION "0000000d" SESSION SESSION,
	    GRAMMAR_CUT, 0 },
	{ "a search for a class",
	    FIND_INIT SESSION "00000001"
			      "00000000"
			      "01"
			      "00000008"
			      "0000000000000003",
	    GRAMMAR_PASS, 0 },
	{ "a number in four bytes of room",
	    FIND_INIT SESSION "00000001"
			      "00000000"
			      "01"
			      "00000004"
			      "0000000000000003",
	    GRAMMAR_CUT, 0 },
	{ "a search for a label",
	    FIND_INIT SESSION "00000001"
			      "00000003"
			      "01"
			      "00000002"
			      "00000002"
			      "6361",
	    GRAMMAR_PASS, 0 },
	{ "bytes with more room than bytes",
	    FIND_INIT SESSION "00000001"
			      "00000003"
			      "01"
			      "7fffffff"
			      "00000002"
			      "6361",
	    GRAMMAR_CUT, 0 },
	{ "a flag",
	    FIND_INIT SESSION "00000001"
			      "00000001"
			      "01"
			      "00000001"
			      "01",
	    GRAMMAR_PASS, 0 },
	{ "a flag with room for none",
	    FIND_INIT SESSION "00000001"
			      "00000001"
			      "01"
			      "00000000"
			      "01",
	    GRAMMAR_CUT, 0 },
	{ "a date",
	    FIND_INIT SESSION "00000001"
			      "00000110"
			      "01"
			      "00000008"
			      "00000008"
			      "3230323630313031",
	    GRAMMAR_PASS, 0 },
	{ "a template within a template",
	    FIND_INIT SESSION "00000001"
			      "40000211"
			      "01"
			      "00000018"
			      "00000001",
	    GRAMMAR_REFUSE, CKR_ATTRIBUTE_TYPE_INVALID },
	{ "a vendor's attribute",
	    FIND_INIT SESSION "00000001"
			      "80000001"
			      "01"
			      "00000000" NONE,
	    GRAMMAR_REFUSE, CKR_ATTRIBUTE_TYPE_INVALID },
	{ "attributes without end", FIND_INIT SESSION "ffffffff", GRAMMAR_CUT, 0 },
	{ "an attribute without a value",
	    FIND_INIT SESSION "00000001"
			      "00000003"
			      "00",
	    GRAMMAR_REFUSE, CKR_ATTRIBUTE_VALUE_INVALID },
	{ "a label to be read",
	    GET_ATTRIBUTE SESSION SESSION "00000001"
					  "00000003"
					  "00000100",
	    GRAMMAR_PASS, 0 },
	{ "too much room for one attribute",
	    GET_ATTRIBUTE SESSION SESSION "00000001"
					  "00000003"
					  "00010001",
	    GRAMMAR_CUT, 0 },
	{ "four billion attributes", GET_ATTRIBUTE SESSION SESSION "ffffffff", GRAMMAR_CUT, 0 },
	{ "many found at once", FIND SESSION "00010000", GRAMMAR_PASS, 0 },
	{ "too many found at once", FIND SESSION "00010001", GRAMMAR_CUT, 0 },
};

static void
requests_get_their_verdicts(void **state)
{
	uint8_t body[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t len = strlen(rows[i].body) / 2;
		CK_RV refusal = 0;
		enum grammar_verdict verdict;

		assert_true(hex_decode(rows[i].body, body, len));
		verdict = grammar_check(body, len, &refusal);
		if (verdict != rows[i].verdict)
			fail_msg("%s: verdict %d", rows[i].name, (int)verdict);
		if (verdict == GRAMMAR_REFUSE && refusal != rows[i].refusal)
			fail_msg("%s: refused with 0x%lx", rows[i].name, refusal);
	}
}

/* Whatever is missing at the end, no shorter request passes, and none is read past its end. */
static void
no_part_of_a_request_passes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t whole = strlen(rows[i].body) / 2;

		if (rows[i].verdict != GRAMMAR_PASS)
			continue;
		for (size_t len = 0; len < whole; len++) {
			uint8_t *part = malloc(len + 1);
			char *text = strndup(rows[i].body, 2 * len);
			CK_RV refusal;

			assert_non_null(part);
			assert_true(hex_decode(text, part, len));
			if (grammar_check(part, len, &refusal) == GRAMMAR_PASS)
				fail_msg("%s: %zu bytes of it pass", rows[i].name, len);
			free(text);
			free(part);
		}
	}
}

static void
room_of_many_attributes_adds_up(void **state)
{
	uint8_t body[16 + 4 + 16 + 4 + 17 * 8];
	const char *head = GET_ATTRIBUTE SESSION SESSION "00000011";
	size_t len = strlen(head) / 2;
	CK_RV refusal;

	(void)state;
	assert_true(hex_decode(head, body, len));
	for (int i = 0; i < 17; i++, len += 8)
		assert_true(hex_decode("0000000300010000", body + len, 8));
	assert_int_equal(grammar_check(body, len, &refusal), GRAMMAR_CUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_get_their_verdicts),
		cmocka_unit_test(no_part_of_a_request_passes),
		cmocka_unit_test(room_of_many_attributes_adds_up),
	};

	return cmocka_run_group_tests_name("agent: grammar", tests, NULL, NULL);
}
