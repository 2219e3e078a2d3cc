/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PKCS#11 module of a hardware token that cannot have its PINs set: built with C_SetPIN left out
 * of its table, and with WITH_STUBS as a function that says CKR_FUNCTION_NOT_SUPPORTED, as
 * YubiHSM's module does. The token's user PIN is locked, and its label holds what a terminal should
 * not be sent.
 */
#include <string.h>

#include <p11-kit/pkcs11.h>

#define SLOT    7
#define SESSION 1

static CK_RV
initialize(void *args)
{
	(void)args;
	return CKR_OK;
}

static void
pad(unsigned char *field, size_t size, const char *text)
{
	memset(field, ' ', size);
	memcpy(field, text, strlen(text));
}

static CK_RV
get_info(CK_INFO *info)
{
	*info = (CK_INFO){ .cryptokiVersion = { 2, 40 }, .libraryVersion = { 1, 0 } };
	pad(info->manufacturerID, sizeof(info->manufacturerID), "Quorate tests");
	pad(info->libraryDescription, sizeof(info->libraryDescription), "Fake HSM");
	return CKR_OK;
}

static CK_RV
get_slot_list(CK_BBOOL present, CK_SLOT_ID *slots, CK_ULONG *count)
{
	(void)present;
	if (slots && *count < 1)
		return CKR_BUFFER_TOO_SMALL;
	if (slots)
		slots[0] = SLOT;
	*count = 1;
	return CKR_OK;
}

static CK_RV
get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
	*info = (CK_SLOT_INFO){ .flags = CKF_TOKEN_PRESENT | CKF_HW_SLOT };
	pad(info->slotDescription, sizeof(info->slotDescription), "Fake slot");
	pad(info->manufacturerID, sizeof(info->manufacturerID), "Quorate tests");
	return slot == SLOT ? CKR_OK : CKR_SLOT_ID_INVALID;
}

static CK_RV
get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	*info = (CK_TOKEN_INFO){
		.flags = CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_LOGIN_REQUIRED |
			 CKF_USER_PIN_LOCKED | CKF_SO_PIN_FINAL_TRY,
		.ulMinPinLen = 6,
		.ulMaxPinLen = 16,
		.hardwareVersion = { 3, 1 },
		.firmwareVersion = { 10, 42 },
	};
	pad(info->label, sizeof(info->label), "fake\x1b[2J\xff");
	pad(info->manufacturerID, sizeof(info->manufacturerID), "Quorate tests");
	pad(info->model, sizeof(info->model), "Fake HSM");
	pad(info->serialNumber, sizeof(info->serialNumber), "FAKE0001");
	return slot == SLOT ? CKR_OK : CKR_SLOT_ID_INVALID;
}

static CK_RV
open_session(
    CK_SLOT_ID slot, CK_FLAGS flags, void *app, CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
	(void)flags;
	(void)app;
	(void)notify;
	*session = SESSION;
	return slot == SLOT ? CKR_OK : CKR_SLOT_ID_INVALID;
}

static CK_RV
close_session(CK_SESSION_HANDLE session)
{
	return session == SESSION ? CKR_OK : CKR_SESSION_HANDLE_INVALID;
}

static CK_RV
login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG len)
{
	(void)session;
	(void)pin;
	(void)len;
	return user == CKU_USER ? CKR_PIN_LOCKED : CKR_PIN_INCORRECT;
}

#ifdef WITH_STUBS
static CK_RV
set_pin(CK_SESSION_HANDLE session, CK_UTF8CHAR *old_pin, CK_ULONG old_len, CK_UTF8CHAR *new_pin,
    CK_ULONG new_len)
{
	(void)session;
	(void)old_pin;
	(void)old_len;
	(void)new_pin;
	(void)new_len;
	return CKR_FUNCTION_NOT_SUPPORTED;
}
#endif

static CK_FUNCTION_LIST functions;

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **out)
{
	functions = (CK_FUNCTION_LIST){
		.version = { 2, 40 },
		.C_Initialize = initialize,
		.C_Finalize = initialize,
		.C_GetInfo = get_info,
		.C_GetFunctionList = C_GetFunctionList,
		.C_GetSlotList = get_slot_list,
		.C_GetSlotInfo = get_slot_info,
		.C_GetTokenInfo = get_token_info,
		.C_OpenSession = open_session,
		.C_CloseSession = close_session,
		.C_Login = login,
#ifdef WITH_STUBS
		.C_SetPIN = set_pin,
#endif
	};
	*out = &functions;
	return CKR_OK;
}
