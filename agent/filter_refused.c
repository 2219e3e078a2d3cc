/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One function of the right type for each refused row of agent/policy.h. Requests for them are
 * answered before they get here (agent/frames.h); this is the second wall.
 */
#include "agent/filter.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

/* The declaration behind the definition takes the semicolon of each use. */
#define REFUSE(name, ...)                                                                          \
	static CK_RV refuse_##name(__VA_ARGS__)                                                    \
	{                                                                                          \
		return CKR_FUNCTION_NOT_SUPPORTED;                                                 \
	}                                                                                          \
	static CK_RV refuse_##name(__VA_ARGS__)

/* clang-format off */
/* What the same arguments are called everywhere. */
#define S  CK_SESSION_HANDLE session
#define IN(n) CK_BYTE *in##n, CK_ULONG in##n##_len
#define OUT CK_BYTE *out, CK_ULONG *out_len
#define MECHANISM CK_MECHANISM *mechanism
#define KEY CK_OBJECT_HANDLE key
#define TEMPLATE(n) CK_ATTRIBUTE *template##n, CK_ULONG template##n##_len

REFUSE(GetFunctionList, CK_FUNCTION_LIST **out);
REFUSE(InitToken, CK_SLOT_ID slot, IN(1), CK_UTF8CHAR *label);
REFUSE(InitPIN, S, IN(1));
REFUSE(SetPIN, S, IN(1), IN(2));
REFUSE(GetOperationState, S, OUT);
REFUSE(SetOperationState, S, IN(1), CK_OBJECT_HANDLE encryption, CK_OBJECT_HANDLE authentication);
REFUSE(CreateObject, S, TEMPLATE(1), CK_OBJECT_HANDLE *object);
REFUSE(CopyObject, S, KEY, TEMPLATE(1), CK_OBJECT_HANDLE *object);
REFUSE(DestroyObject, S, KEY);
REFUSE(GetObjectSize, S, KEY, CK_ULONG *size);
REFUSE(SetAttributeValue, S, KEY, TEMPLATE(1));
REFUSE(EncryptInit, S, MECHANISM, KEY);
REFUSE(Encrypt, S, IN(1), OUT);
REFUSE(EncryptUpdate, S, IN(1), OUT);
REFUSE(EncryptFinal, S, OUT);
REFUSE(DecryptInit, S, MECHANISM, KEY);
REFUSE(Decrypt, S, IN(1), OUT);
REFUSE(DecryptUpdate, S, IN(1), OUT);
REFUSE(DecryptFinal, S, OUT);
REFUSE(DigestKey, S, KEY);
REFUSE(SignRecoverInit, S, MECHANISM, KEY);
REFUSE(SignRecover, S, IN(1), OUT);
REFUSE(VerifyRecoverInit, S, MECHANISM, KEY);
REFUSE(VerifyRecover, S, IN(1), OUT);
REFUSE(DigestEncryptUpdate, S, IN(1), OUT);
REFUSE(DecryptDigestUpdate, S, IN(1), OUT);
REFUSE(SignEncryptUpdate, S, IN(1), OUT);
REFUSE(DecryptVerifyUpdate, S, IN(1), OUT);
REFUSE(GenerateKey, S, MECHANISM, TEMPLATE(1), CK_OBJECT_HANDLE *object);
REFUSE(GenerateKeyPair, S, MECHANISM, TEMPLATE(1), TEMPLATE(2), CK_OBJECT_HANDLE *public_key,
    CK_OBJECT_HANDLE *private_key);
REFUSE(WrapKey, S, MECHANISM, CK_OBJECT_HANDLE wrapping, KEY, OUT);
REFUSE(UnwrapKey, S, MECHANISM, KEY, IN(1), TEMPLATE(1), CK_OBJECT_HANDLE *object);
REFUSE(DeriveKey, S, MECHANISM, KEY, TEMPLATE(1), CK_OBJECT_HANDLE *object);
REFUSE(SeedRandom, S, IN(1));
REFUSE(GetFunctionStatus, S);
REFUSE(CancelFunction, S);
REFUSE(WaitForSlotEvent, CK_FLAGS flags, CK_SLOT_ID *slot, void *reserved);
/* clang-format on */

#define SET(name) list->C_##name = refuse_##name

static void
refuse_management(CK_FUNCTION_LIST *list)
{
	SET(GetFunctionList);
	SET(InitToken);
	SET(InitPIN);
	SET(SetPIN);
	SET(GetOperationState);
	SET(SetOperationState);
	SET(CreateObject);
	SET(CopyObject);
	SET(DestroyObject);
	SET(GetObjectSize);
	SET(SetAttributeValue);
	SET(GenerateKey);
	SET(GenerateKeyPair);
	SET(WrapKey);
	SET(UnwrapKey);
	SET(DeriveKey);
	SET(SeedRandom);
	SET(GetFunctionStatus);
	SET(CancelFunction);
	SET(WaitForSlotEvent);
}

static void
refuse_operations(CK_FUNCTION_LIST *list)
{
	SET(EncryptInit);
	SET(Encrypt);
	SET(EncryptUpdate);
	SET(EncryptFinal);
	SET(DecryptInit);
	SET(Decrypt);
	SET(DecryptUpdate);
	SET(DecryptFinal);
	SET(DigestKey);
	SET(SignRecoverInit);
	SET(SignRecover);
	SET(VerifyRecoverInit);
	SET(VerifyRecover);
	SET(DigestEncryptUpdate);
	SET(DecryptDigestUpdate);
	SET(SignEncryptUpdate);
	SET(DecryptVerifyUpdate);
}

void
filter_refuse_all(CK_FUNCTION_LIST *list)
{
	refuse_management(list);
	refuse_operations(list);
}
