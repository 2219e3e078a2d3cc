/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/filter.h"

#include <stddef.h>

#include "agent/client.h"
#include "agent/mechanisms.h"

CK_RV
filter_sign_init(CK_SESSION_HANDLE number, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	struct client *client = client_current();
	struct client_session *session = client_session(client, number);
	const struct visible_object *object = client_object(client, key);
	CK_RV rv;

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	if (object == NULL)
		return CKR_KEY_HANDLE_INVALID;
	if (object->class != CKO_PRIVATE_KEY)
		return CKR_KEY_TYPE_INCONSISTENT;
	if (session->sign.active)
		return CKR_OPERATION_ACTIVE;
	rv = mechanism_check(mechanism, MECHANISM_SIGN);
	if (rv != CKR_OK)
		return rv;
	rv = client->activation->functions->C_SignInit(session->real, mechanism, object->handle);
	if (rv == CKR_OK)
		session->sign = (struct client_operation){ .active = true,
			.key = object,
			.mechanism = mechanism_find(mechanism->mechanism) };
	return client_answer(client, rv);
}

/* C_Sign and C_SignFinal as one: the signature comes from `data`, or from the parts before. */
struct signing {
	bool at_once;
	CK_BYTE *data;
	CK_ULONG len;
	CK_BYTE *signature;
	CK_ULONG *signature_len;
};

static CK_RV
ask_token(const struct client *client, CK_SESSION_HANDLE real, const struct signing *signing)
{
	CK_FUNCTION_LIST *functions = client->activation->functions;

	return signing->at_once
		   ? functions->C_Sign(real, signing->data, signing->len, signing->signature,
			 signing->signature_len)
		   : functions->C_SignFinal(real, signing->signature, signing->signature_len);
}

static CK_RV
make_signature(CK_SESSION_HANDLE number, const struct signing *signing)
{
	struct client *client = client_current();
	struct client_session *session = client_session(client, number);
	struct uses *uses = &client->activation->uses;
	struct use use = { .client = client };
	CK_RV rv;

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	if (!session->sign.active)
		return CKR_OPERATION_NOT_INITIALIZED;
	/* Without a buffer it asks for the length alone (PKCS#11 2.40, 5.2) and is no use. */
	if (signing->signature == NULL)
		return client_answer(client, ask_token(client, session->real, signing));
	use.key = session->sign.key;
	use.mechanism = session->sign.mechanism;
	rv = use_begin(uses, &use);
	if (rv != CKR_OK) {
		(void)client_renew_session(client, session);
		return rv;
	}
	rv = use_end(uses, &use, ask_token(client, session->real, signing));
	if (rv != CKR_BUFFER_TOO_SMALL)
		session->sign.active = false;
	return client_answer(client, rv);
}

CK_RV
filter_sign(CK_SESSION_HANDLE number, CK_BYTE *data, CK_ULONG len, CK_BYTE *signature,
    CK_ULONG *signature_len)
{
	struct signing signing = { .at_once = true,
		.data = data,
		.len = len,
		.signature = signature,
		.signature_len = signature_len };

	return make_signature(number, &signing);
}

CK_RV
filter_sign_update(CK_SESSION_HANDLE number, CK_BYTE *part, CK_ULONG len)
{
	struct client *client = client_current();
	struct client_session *session = client_session(client, number);
	CK_RV rv;

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	if (!session->sign.active)
		return CKR_OPERATION_NOT_INITIALIZED;
	rv = client->activation->functions->C_SignUpdate(session->real, part, len);
	if (rv != CKR_OK)
		session->sign.active = false;
	return client_answer(client, rv);
}

CK_RV
filter_sign_final(CK_SESSION_HANDLE number, CK_BYTE *signature, CK_ULONG *signature_len)
{
	struct signing signing = { .signature = signature, .signature_len = signature_len };

	return make_signature(number, &signing);
}
