/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/agent/fake_token.h"

#include <stdbool.h>
#include <string.h>

enum { SESSIONS = 256, FIRST_SESSION = 500 };

struct object {
	CK_OBJECT_HANDLE handle;
	CK_OBJECT_CLASS class;
	const char *label;
	CK_BYTE id;
	CK_BBOOL each_time;
};

static const struct object objects[] = {
	{ FAKE_CA_PRIVATE, CKO_PRIVATE_KEY, "ca", 1, CK_FALSE },
	{ FAKE_CA_PUBLIC, CKO_PUBLIC_KEY, "ca", 1, CK_FALSE },
	{ FAKE_CA_CERTIFICATE, CKO_CERTIFICATE, "ca", 1, CK_FALSE },
	{ FAKE_OTHER_PRIVATE, CKO_PRIVATE_KEY, "other", 2, CK_FALSE },
	{ FAKE_OTHER_PUBLIC, CKO_PUBLIC_KEY, "other", 2, CK_FALSE },
	{ FAKE_SECRET, CKO_SECRET_KEY, "wrap", 9, CK_FALSE },
	{ FAKE_EACH_TIME, CKO_PRIVATE_KEY, "careful", 3, CK_TRUE },
};
enum { OBJECTS = sizeof(objects) / sizeof(*objects) };

struct session {
	bool open;
	bool signing;
	size_t found[OBJECTS];
	size_t found_count;
};

struct fake_token fake_token;
static struct session sessions[SESSIONS];
static CK_FUNCTION_LIST functions;

static struct session *
session_at(CK_SESSION_HANDLE handle)
{
	size_t i = handle - FIRST_SESSION;

	return i < SESSIONS && sessions[i].open ? &sessions[i] : NULL;
}

static CK_RV
fake_open_session(
    CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *out)
{
	(void)slot;
	(void)flags;
	(void)application;
	(void)notify;
	for (size_t i = 0; i < SESSIONS; i++) {
		if (sessions[i].open)
			continue;
		sessions[i] = (struct session){ .open = true };
		*out = FIRST_SESSION + i;
		fake_token.open_sessions++;
		return CKR_OK;
	}
	return CKR_SESSION_COUNT;
}

static CK_RV
fake_close_session(CK_SESSION_HANDLE handle)
{
	struct session *session = session_at(handle);

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	session->open = false;
	fake_token.open_sessions--;
	return CKR_OK;
}

/* The value of one attribute; NULL when the object has none such. */
static const void *
value_of(const struct object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG *len)
{
	*len = sizeof(CK_BYTE);
	switch (type) {
	case CKA_CLASS:
		*len = sizeof(object->class);
		return &object->class;
	case CKA_LABEL:
		*len = strlen(object->label);
		return object->label;
	case CKA_ID:
		return &object->id;
	case CKA_ALWAYS_AUTHENTICATE:
		return &object->each_time;
	case CKA_VALUE:
		/* A careless module: it would give the private half to whoever asks. */
		*len = 4;
		return "half";
	default:
		return NULL;
	}
}

static bool
matches(const struct object *object, const CK_ATTRIBUTE *template, CK_ULONG count)
{
	for (CK_ULONG i = 0; i < count; i++) {
		CK_ULONG len;
		const void *value = value_of(object, template[i].type, &len);

		if (value == NULL || len != template[i].ulValueLen ||
		    memcmp(value, template[i].pValue, len) != 0)
			return false;
	}
	return true;
}

static CK_RV
fake_find_init(CK_SESSION_HANDLE handle, CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct session *session = session_at(handle);

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	session->found_count = 0;
	for (size_t i = 0; i < OBJECTS; i++)
		if (matches(&objects[i], template, count))
			session->found[session->found_count++] = i;
	return CKR_OK;
}

static CK_RV
fake_find(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE *out, CK_ULONG max, CK_ULONG *count)
{
	struct session *session = session_at(handle);

	*count = 0;
	while (session->found_count > 0 && *count < max)
		out[(*count)++] = objects[session->found[--session->found_count]].handle;
	return CKR_OK;
}

static CK_RV
fake_find_final(CK_SESSION_HANDLE handle)
{
	return session_at(handle) == NULL ? CKR_SESSION_HANDLE_INVALID : CKR_OK;
}

static CK_RV
read_attribute(const struct object *object, CK_ATTRIBUTE *attribute)
{
	CK_ULONG len;
	const void *value = value_of(object, attribute->type, &len);
	CK_ULONG room = attribute->ulValueLen;

	attribute->ulValueLen = value == NULL ? CK_UNAVAILABLE_INFORMATION : len;
	if (value == NULL)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	if (attribute->pValue == NULL)
		return CKR_OK;
	if (room < len)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(attribute->pValue, value, len);
	return CKR_OK;
}

static CK_RV
fake_get_attribute(
    CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_RV result = CKR_OK;

	(void)session;
	for (size_t i = 0; i < OBJECTS; i++)
		for (CK_ULONG j = 0; objects[i].handle == handle && j < count; j++) {
			CK_RV rv = read_attribute(&objects[i], &template[j]);

			result = rv == CKR_OK ? result : rv;
		}
	return result;
}

static CK_RV
fake_sign_init(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	struct session *session = session_at(handle);

	(void)mechanism;
	(void)key;
	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	if (session->signing)
		return CKR_OPERATION_ACTIVE;
	session->signing = true;
	return CKR_OK;
}

static CK_RV
fake_sign(CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG len, CK_BYTE *signature,
    CK_ULONG *signature_len)
{
	struct session *session = session_at(handle);
	CK_ULONG room = *signature_len;

	(void)data;
	(void)len;
	if (session == NULL || !session->signing)
		return CKR_OPERATION_NOT_INITIALIZED;
	*signature_len = FAKE_SIGNATURE;
	if (signature == NULL)
		return CKR_OK;
	if (room < FAKE_SIGNATURE)
		return CKR_BUFFER_TOO_SMALL;
	session->signing = false;
	if (fake_token.sign_answer != CKR_OK)
		return fake_token.sign_answer;
	memset(signature, 0x5A, FAKE_SIGNATURE);
	fake_token.signatures++;
	return CKR_OK;
}

static CK_RV
fake_sign_update(CK_SESSION_HANDLE handle, CK_BYTE *part, CK_ULONG len)
{
	(void)part;
	(void)len;
	return session_at(handle)->signing ? CKR_OK : CKR_OPERATION_NOT_INITIALIZED;
}

static CK_RV
fake_sign_final(CK_SESSION_HANDLE handle, CK_BYTE *signature, CK_ULONG *signature_len)
{
	return fake_sign(handle, NULL, 0, signature, signature_len);
}

static CK_RV
fake_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	(void)slot;
	*info =
	    (CK_TOKEN_INFO){ .flags = CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED | CKF_RNG |
				      CKF_USER_PIN_COUNT_LOW | CKF_PROTECTED_AUTHENTICATION_PATH };
	return CKR_OK;
}

static CK_RV
fake_mechanisms(CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
	static const CK_MECHANISM_TYPE all[] = { CKM_ECDSA, CKM_RSA_X_509, CKM_AES_KEY_WRAP_PAD,
		CKM_SHA256 };

	(void)slot;
	*count = sizeof(all) / sizeof(*all);
	if (list != NULL)
		memcpy(list, all, sizeof(all));
	return CKR_OK;
}

static CK_RV
fake_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
	(void)slot;
	*info = (CK_SLOT_INFO){ .flags = CKF_TOKEN_PRESENT };
	return CKR_OK;
}

static CK_RV
fake_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	(void)slot;
	(void)type;
	*info = (CK_MECHANISM_INFO){ 256, 256, CKF_SIGN | CKF_DERIVE };
	return CKR_OK;
}

static CK_RV
fake_random(CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG len)
{
	memset(out, 4, len);
	return session_at(session) == NULL ? CKR_SESSION_HANDLE_INVALID : CKR_OK;
}

static CK_RV
fake_verify_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	(void)mechanism;
	(void)key;
	return session_at(session) == NULL ? CKR_SESSION_HANDLE_INVALID : CKR_OK;
}

static CK_RV
fake_verify(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *signature,
    CK_ULONG signature_len)
{
	(void)session;
	(void)data;
	(void)len;
	for (CK_ULONG i = 0; i < signature_len; i++)
		if (signature[i] != 0x5A)
			return CKR_SIGNATURE_INVALID;
	return signature_len == FAKE_SIGNATURE ? CKR_OK : CKR_SIGNATURE_LEN_RANGE;
}

static CK_RV
fake_verify_final(CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG signature_len)
{
	return fake_verify(session, NULL, 0, signature, signature_len);
}

static CK_RV
fake_update(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG len)
{
	(void)session;
	(void)part;
	(void)len;
	return CKR_OK;
}

static CK_RV
fake_digest_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism)
{
	(void)session;
	(void)mechanism;
	return CKR_OK;
}

static CK_RV
fake_digest(
    CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *digest, CK_ULONG *digest_len)
{
	CK_ULONG room = *digest_len;

	(void)session;
	(void)data;
	(void)len;
	*digest_len = 32;
	if (digest == NULL)
		return CKR_OK;
	if (room < 32)
		return CKR_BUFFER_TOO_SMALL;
	memset(digest, 0xD1, 32);
	return CKR_OK;
}

static CK_RV
fake_digest_final(CK_SESSION_HANDLE session, CK_BYTE *digest, CK_ULONG *digest_len)
{
	return fake_digest(session, NULL, 0, digest, digest_len);
}

CK_FUNCTION_LIST *
fake_token_functions(void)
{
	functions = (CK_FUNCTION_LIST){ .C_OpenSession = fake_open_session,
		.C_CloseSession = fake_close_session,
		.C_FindObjectsInit = fake_find_init,
		.C_FindObjects = fake_find,
		.C_FindObjectsFinal = fake_find_final,
		.C_GetAttributeValue = fake_get_attribute,
		.C_SignInit = fake_sign_init,
		.C_Sign = fake_sign,
		.C_SignUpdate = fake_sign_update,
		.C_SignFinal = fake_sign_final,
		.C_VerifyInit = fake_verify_init,
		.C_Verify = fake_verify,
		.C_VerifyUpdate = fake_update,
		.C_VerifyFinal = fake_verify_final,
		.C_DigestInit = fake_digest_init,
		.C_Digest = fake_digest,
		.C_DigestUpdate = fake_update,
		.C_DigestFinal = fake_digest_final,
		.C_GenerateRandom = fake_random,
		.C_GetSlotInfo = fake_slot_info,
		.C_GetTokenInfo = fake_token_info,
		.C_GetMechanismInfo = fake_mechanism_info,
		.C_GetMechanismList = fake_mechanisms };
	return &functions;
}

void
fake_token_reset(void)
{
	memset(sessions, 0, sizeof(sessions));
	fake_token = (struct fake_token){ 0 };
}
