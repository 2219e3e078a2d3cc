/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/policy.h"

#include <p11-kit/pkcs11.h>

/* clang-format off */
#define ROW(name, call, request, verdict) \
	{ "C_" #name, offsetof(CK_FUNCTION_LIST, C_##name), call, request, POLICY_##verdict }

/* The numbers and requests are p11-kit's (p11-kit/rpc-message.h, protocol version 0). */
static const struct policy_row rows[] = {
	ROW(Initialize,           1, "ayyay",   ABSORBED),
	ROW(Finalize,             2, "",        ABSORBED),
	ROW(GetInfo,              3, "",        ALLOWED),
	ROW(GetFunctionList,      0, "",        REFUSED),
	ROW(GetSlotList,          4, "yfu",     ALLOWED),
	ROW(GetSlotInfo,          5, "u",       ALLOWED),
	ROW(GetTokenInfo,         6, "u",       ALLOWED),
	ROW(GetMechanismList,     7, "ufu",     ALLOWED),
	ROW(GetMechanismInfo,     8, "uu",      ALLOWED),
	ROW(InitToken,            9, "uayz",    REFUSED),
	ROW(InitPIN,             14, "uay",     REFUSED),
	ROW(SetPIN,              15, "uayay",   REFUSED),
	ROW(OpenSession,         10, "uu",      ALLOWED),
	ROW(CloseSession,        11, "u",       ALLOWED),
	ROW(CloseAllSessions,    12, "u",       ALLOWED),
	ROW(GetSessionInfo,      13, "u",       ALLOWED),
	ROW(GetOperationState,   16, "ufy",     REFUSED),
	ROW(SetOperationState,   17, "uayuu",   REFUSED),
	ROW(Login,               18, "uuay",    ABSORBED),
	ROW(Logout,              19, "u",       ABSORBED),
	ROW(CreateObject,        20, "uaA",     REFUSED),
	ROW(CopyObject,          21, "uuaA",    REFUSED),
	ROW(DestroyObject,       22, "uu",      REFUSED),
	ROW(GetObjectSize,       23, "uu",      REFUSED),
	ROW(GetAttributeValue,   24, "uufA",    ALLOWED),
	ROW(SetAttributeValue,   25, "uuaA",    REFUSED),
	ROW(FindObjectsInit,     26, "uaA",     ALLOWED),
	ROW(FindObjects,         27, "ufu",     ALLOWED),
	ROW(FindObjectsFinal,    28, "u",       ALLOWED),
	ROW(EncryptInit,         29, "uMu",     REFUSED),
	ROW(Encrypt,             30, "uayfy",   REFUSED),
	ROW(EncryptUpdate,       31, "uayfy",   REFUSED),
	ROW(EncryptFinal,        32, "ufy",     REFUSED),
	ROW(DecryptInit,         33, "uMu",     REFUSED),
	ROW(Decrypt,             34, "uayfy",   REFUSED),
	ROW(DecryptUpdate,       35, "uayfy",   REFUSED),
	ROW(DecryptFinal,        36, "ufy",     REFUSED),
	ROW(DigestInit,          37, "uM",      ALLOWED),
	ROW(Digest,              38, "uayfy",   ALLOWED),
	ROW(DigestUpdate,        39, "uay",     ALLOWED),
	ROW(DigestKey,           40, "uu",      REFUSED),
	ROW(DigestFinal,         41, "ufy",     ALLOWED),
	ROW(SignInit,            42, "uMu",     ALLOWED),
	ROW(Sign,                43, "uayfy",   ALLOWED),
	ROW(SignUpdate,          44, "uay",     ALLOWED),
	ROW(SignFinal,           45, "ufy",     ALLOWED),
	ROW(SignRecoverInit,     46, "uMu",     REFUSED),
	ROW(SignRecover,         47, "uayfy",   REFUSED),
	ROW(VerifyInit,          48, "uMu",     ALLOWED),
	ROW(Verify,              49, "uayay",   ALLOWED),
	ROW(VerifyUpdate,        50, "uay",     ALLOWED),
	ROW(VerifyFinal,         51, "uay",     ALLOWED),
	ROW(VerifyRecoverInit,   52, "uMu",     REFUSED),
	ROW(VerifyRecover,       53, "uayfy",   REFUSED),
	ROW(DigestEncryptUpdate, 54, "uayfy",   REFUSED),
	ROW(DecryptDigestUpdate, 55, "uayfy",   REFUSED),
	ROW(SignEncryptUpdate,   56, "uayfy",   REFUSED),
	ROW(DecryptVerifyUpdate, 57, "uayfy",   REFUSED),
	ROW(GenerateKey,         58, "uMaA",    REFUSED),
	ROW(GenerateKeyPair,     59, "uMaAaA",  REFUSED),
	ROW(WrapKey,             60, "uMuufy",  REFUSED),
	ROW(UnwrapKey,           61, "uMuayaA", REFUSED),
	ROW(DeriveKey,           62, "uMuaA",   REFUSED),
	ROW(SeedRandom,          63, "uay",     REFUSED),
	ROW(GenerateRandom,      64, "ufy",     ALLOWED),
	ROW(GetFunctionStatus,    0, "",        REFUSED),
	ROW(CancelFunction,       0, "",        REFUSED),
	ROW(WaitForSlotEvent,    65, "u",       REFUSED),
};
/* clang-format on */

enum { ROW_COUNT = sizeof(rows) / sizeof(*rows) };

_Static_assert(ROW_COUNT == (sizeof(CK_FUNCTION_LIST) - offsetof(CK_FUNCTION_LIST, C_Initialize)) /
				sizeof(CK_C_Initialize),
    "a function of PKCS#11 2.40 has no row");

const struct policy_row *
policy_rows(size_t *count)
{
	*count = ROW_COUNT;
	return rows;
}

const struct policy_row *
policy_by_call(uint32_t call)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (call != 0 && rows[i].call == call)
			return &rows[i];
	return NULL;
}
