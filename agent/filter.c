/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/filter.h"

#include <pthread.h>

static CK_FUNCTION_LIST list;

static void
serve_token_functions(void)
{
	list.C_Initialize = filter_initialize;
	list.C_Finalize = filter_finalize;
	list.C_GetInfo = filter_get_info;
	list.C_GetSlotList = filter_get_slot_list;
	list.C_GetSlotInfo = filter_get_slot_info;
	list.C_GetTokenInfo = filter_get_token_info;
	list.C_GetMechanismList = filter_get_mechanism_list;
	list.C_GetMechanismInfo = filter_get_mechanism_info;
	list.C_OpenSession = filter_open_session;
	list.C_CloseSession = filter_close_session;
	list.C_CloseAllSessions = filter_close_all_sessions;
	list.C_GetSessionInfo = filter_get_session_info;
	list.C_Login = filter_login;
	list.C_Logout = filter_logout;
	list.C_GenerateRandom = filter_generate_random;
}

static void
serve_object_functions(void)
{
	list.C_FindObjectsInit = filter_find_objects_init;
	list.C_FindObjects = filter_find_objects;
	list.C_FindObjectsFinal = filter_find_objects_final;
	list.C_GetAttributeValue = filter_get_attribute_value;
	list.C_SignInit = filter_sign_init;
	list.C_Sign = filter_sign;
	list.C_SignUpdate = filter_sign_update;
	list.C_SignFinal = filter_sign_final;
	list.C_VerifyInit = filter_verify_init;
	list.C_Verify = filter_verify;
	list.C_VerifyUpdate = filter_verify_update;
	list.C_VerifyFinal = filter_verify_final;
	list.C_DigestInit = filter_digest_init;
	list.C_Digest = filter_digest;
	list.C_DigestUpdate = filter_digest_update;
	list.C_DigestFinal = filter_digest_final;
}

static void
fill_list(void)
{
	list.version = (CK_VERSION){ 2, 40 };
	filter_refuse_all(&list);
	serve_token_functions();
	serve_object_functions();
}

CK_FUNCTION_LIST *
filter_functions(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, fill_list);
	return &list;
}
