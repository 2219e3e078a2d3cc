/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <string.h>

#include "agent/filter.h"
#include "agent/grammar.h"
#include "agent/policy.h"
#include "base/bytes.h"

/* The whole of what clients reach, written out once more: a new row must be added here too. */
static const char *const served[] = { "C_Initialize", "C_Finalize", "C_Login", "C_Logout",
	"C_GetInfo", "C_GetSlotList", "C_GetSlotInfo", "C_GetTokenInfo", "C_GetMechanismList",
	"C_GetMechanismInfo", "C_OpenSession", "C_CloseSession", "C_CloseAllSessions",
	"C_GetSessionInfo", "C_GetAttributeValue", "C_FindObjectsInit", "C_FindObjects",
	"C_FindObjectsFinal", "C_DigestInit", "C_Digest", "C_DigestUpdate", "C_DigestFinal",
	"C_SignInit", "C_Sign", "C_SignUpdate", "C_SignFinal", "C_VerifyInit", "C_Verify",
	"C_VerifyUpdate", "C_VerifyFinal", "C_GenerateRandom" };

static bool
is_served(const char *name)
{
	for (size_t i = 0; i < sizeof(served) / sizeof(*served); i++)
		if (strcmp(name, served[i]) == 0)
			return true;
	return false;
}

static void
each_function_of_pkcs11_has_one_row_and_its_verdict(void **state)
{
	size_t count, hits = 0;
	const struct policy_row *rows = policy_rows(&count);

	(void)state;
	assert_int_equal(count, 68);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = i + 1; j < count; j++) {
			assert_int_not_equal(rows[i].offset, rows[j].offset);
			assert_true(rows[i].call == 0 || rows[i].call != rows[j].call);
		}
		if ((rows[i].verdict != POLICY_REFUSED) != is_served(rows[i].name))
			fail_msg("%s has another verdict than this test", rows[i].name);
		hits += is_served(rows[i].name);
	}
	assert_int_equal(hits, sizeof(served) / sizeof(*served));
}

static void
logging_in_and_out_is_absorbed(void **state)
{
	static const uint32_t absorbed[] = { 1, 2, 18, 19 };

	(void)state;
	for (size_t i = 0; i < sizeof(absorbed) / sizeof(*absorbed); i++)
		assert_int_equal(policy_by_call(absorbed[i])->verdict, POLICY_ABSORBED);
}

static void
calls_of_other_versions_have_no_row(void **state)
{
	(void)state;
	assert_null(policy_by_call(0));
	assert_null(policy_by_call(66));
	assert_null(policy_by_call(UINT32_MAX));
}

static void
requests_for_refused_functions_are_answered_before_pkcs11_kit(void **state)
{
	uint8_t body[64];
	size_t count;
	const struct policy_row *rows = policy_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct writer writer = writer_into(body, sizeof(body));
		CK_RV refusal = 0;

		if (rows[i].verdict != POLICY_REFUSED || rows[i].call == 0)
			continue;
		writer_u32(&writer, rows[i].call);
		writer_u32(&writer, (uint32_t)strlen(rows[i].request));
		writer_text(&writer, rows[i].request);
		if (grammar_check(body, writer.len, &refusal) != GRAMMAR_REFUSE)
			fail_msg("%s got through", rows[i].name);
		assert_int_equal(refusal, CKR_FUNCTION_NOT_SUPPORTED);
	}
}

struct answer {
	const char *name;
	CK_RV rv;
};

static void
assert_all_refused(const struct answer *answers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (answers[i].rv != CKR_FUNCTION_NOT_SUPPORTED)
			fail_msg("%s answered 0x%lx", answers[i].name, answers[i].rv);
}

/* Every call with the arguments of its type; none of them may be looked at. */
static void
the_function_list_refuses_management(void **state)
{
	CK_FUNCTION_LIST *list = filter_functions();
	const struct answer answers[] = {
		{ "C_GetFunctionList", list->C_GetFunctionList(NULL) },
		{ "C_InitToken", list->C_InitToken(0, NULL, 0, NULL) },
		{ "C_InitPIN", list->C_InitPIN(1, NULL, 0) },
		{ "C_SetPIN", list->C_SetPIN(1, NULL, 0, NULL, 0) },
		{ "C_GetOperationState", list->C_GetOperationState(1, NULL, NULL) },
		{ "C_SetOperationState", list->C_SetOperationState(1, NULL, 0, 0, 0) },
		{ "C_CreateObject", list->C_CreateObject(1, NULL, 0, NULL) },
		{ "C_CopyObject", list->C_CopyObject(1, 1, NULL, 0, NULL) },
		{ "C_DestroyObject", list->C_DestroyObject(1, 1) },
		{ "C_GetObjectSize", list->C_GetObjectSize(1, 1, NULL) },
		{ "C_SetAttributeValue", list->C_SetAttributeValue(1, 1, NULL, 0) },
		{ "C_GenerateKey", list->C_GenerateKey(1, NULL, NULL, 0, NULL) },
		{ "C_GenerateKeyPair",
		    list->C_GenerateKeyPair(1, NULL, NULL, 0, NULL, 0, NULL, NULL) },
		{ "C_WrapKey", list->C_WrapKey(1, NULL, 1, 1, NULL, NULL) },
		{ "C_UnwrapKey", list->C_UnwrapKey(1, NULL, 1, NULL, 0, NULL, 0, NULL) },
		{ "C_DeriveKey", list->C_DeriveKey(1, NULL, 1, NULL, 0, NULL) },
		{ "C_SeedRandom", list->C_SeedRandom(1, NULL, 0) },
		{ "C_GetFunctionStatus", list->C_GetFunctionStatus(1) },
		{ "C_CancelFunction", list->C_CancelFunction(1) },
		{ "C_WaitForSlotEvent", list->C_WaitForSlotEvent(0, NULL, NULL) },
	};

	(void)state;
	assert_all_refused(answers, sizeof(answers) / sizeof(*answers));
}

static void
the_function_list_refuses_operations(void **state)
{
	CK_FUNCTION_LIST *list = filter_functions();
	const struct answer answers[] = {
		{ "C_EncryptInit", list->C_EncryptInit(1, NULL, 1) },
		{ "C_Encrypt", list->C_Encrypt(1, NULL, 0, NULL, NULL) },
		{ "C_EncryptUpdate", list->C_EncryptUpdate(1, NULL, 0, NULL, NULL) },
		{ "C_EncryptFinal", list->C_EncryptFinal(1, NULL, NULL) },
		{ "C_DecryptInit", list->C_DecryptInit(1, NULL, 1) },
		{ "C_Decrypt", list->C_Decrypt(1, NULL, 0, NULL, NULL) },
		{ "C_DecryptUpdate", list->C_DecryptUpdate(1, NULL, 0, NULL, NULL) },
		{ "C_DecryptFinal", list->C_DecryptFinal(1, NULL, NULL) },
		{ "C_DigestKey", list->C_DigestKey(1, 1) },
		{ "C_SignRecoverInit", list->C_SignRecoverInit(1, NULL, 1) },
		{ "C_SignRecover", list->C_SignRecover(1, NULL, 0, NULL, NULL) },
		{ "C_VerifyRecoverInit", list->C_VerifyRecoverInit(1, NULL, 1) },
		{ "C_VerifyRecover", list->C_VerifyRecover(1, NULL, 0, NULL, NULL) },
		{ "C_DigestEncryptUpdate", list->C_DigestEncryptUpdate(1, NULL, 0, NULL, NULL) },
		{ "C_DecryptDigestUpdate", list->C_DecryptDigestUpdate(1, NULL, 0, NULL, NULL) },
		{ "C_SignEncryptUpdate", list->C_SignEncryptUpdate(1, NULL, 0, NULL, NULL) },
		{ "C_DecryptVerifyUpdate", list->C_DecryptVerifyUpdate(1, NULL, 0, NULL, NULL) },
	};

	(void)state;
	assert_all_refused(answers, sizeof(answers) / sizeof(*answers));
}

static void
no_place_of_the_function_list_is_empty(void **state)
{
	const CK_FUNCTION_LIST *list = filter_functions();
	size_t count;
	const struct policy_row *rows = policy_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		CK_C_Initialize function;

		memcpy(&function, (const uint8_t *)list + rows[i].offset, sizeof(function));
		if (function == NULL)
			fail_msg("%s is NULL", rows[i].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_function_of_pkcs11_has_one_row_and_its_verdict),
		cmocka_unit_test(logging_in_and_out_is_absorbed),
		cmocka_unit_test(calls_of_other_versions_have_no_row),
		cmocka_unit_test(requests_for_refused_functions_are_answered_before_pkcs11_kit),
		cmocka_unit_test(the_function_list_refuses_management),
		cmocka_unit_test(the_function_list_refuses_operations),
		cmocka_unit_test(no_place_of_the_function_list_is_empty),
	};

	return cmocka_run_group_tests_name("agent: policy", tests, NULL, NULL);
}
