/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/filter.h"

#include <stddef.h>

#include "agent/client.h"
#include "agent/mechanisms.h"
#include "base/hash.h"
#include "base/secret.h"

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

/* What is signed, for the record. */
static bool
describe(struct use *use, struct client_session *session, const struct signing *signing)
{
	uint8_t digest[SHA256_SIZE];

	if (signing->at_once)
		return use_describe(use, signing->data, signing->len, NULL) == ERR_OK;
	/* A buffer that is too small lets the same operation be finished again. */
	if (sha256_stream_so_far(session->sign.given, digest, NULL) != ERR_OK)
		return false;
	use_describe_digest(use, digest);
	return true;
}

/* A signature that could not be recorded is nobody's. */
static void
withhold(const struct signing *signing)
{
	secret_wipe(signing->signature, *signing->signature_len);
	*signing->signature_len = 0;
}

static CK_RV
make_signature(CK_SESSION_HANDLE number, const struct signing *signing)
{
	struct client *client = client_current();
	struct client_session *session = client_session(client, number);
	struct uses *uses = &client->activation->uses;
	struct use use = { .client = client };
	CK_RV rv, made;

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	if (!session->sign.active)
		return CKR_OPERATION_NOT_INITIALIZED;
	/* Without a buffer it asks for the length alone (PKCS#11 2.40, 5.2) and is no use. */
	if (signing->signature == NULL)
		return client_answer(client, ask_token(client, session->real, signing));
	use.key = session->sign.key;
	use.mechanism = session->sign.mechanism;
	rv = describe(&use, session, signing) ? use_begin(uses, &use) : CKR_HOST_MEMORY;
	if (rv != CKR_OK) {
		(void)client_renew_session(client, session);
		return rv;
	}
	made = ask_token(client, session->real, signing);
	rv = use_end(uses, &use, made);
	if (rv != made)
		withhold(signing);
	if (rv != CKR_BUFFER_TOO_SMALL)
		client_forget_signing(session);
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

static bool
remember(struct client_session *session, const CK_BYTE *part, CK_ULONG len)
{
	if (session->sign.given == NULL && sha256_stream_new(&session->sign.given, NULL) != ERR_OK)
		return false;
	return sha256_stream_add(session->sign.given, part, len, NULL) == ERR_OK;
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
	if (rv == CKR_OK && !remember(session, part, len))
		rv = CKR_HOST_MEMORY;
	if (rv != CKR_OK)
		(void)client_renew_session(client, session);
	return client_answer(client, rv);
}

CK_RV
filter_sign_final(CK_SESSION_HANDLE number, CK_BYTE *signature, CK_ULONG *signature_len)
{
	struct signing signing = { .signature = signature, .signature_len = signature_len };

	return make_signature(number, &signing);
}
