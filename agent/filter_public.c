/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations without a private key: verifying and digesting. The token keeps their state. */
#include "agent/filter.h"

#include <stddef.h>

#include "agent/client.h"
#include "agent/mechanisms.h"

/* The token's own handle of this client's session, 0 when it is not this client's. */
static CK_SESSION_HANDLE
real_session(CK_SESSION_HANDLE number)
{
	const struct client_session *session = client_session(client_current(), number);

	return session == NULL ? 0 : session->real;
}

static CK_FUNCTION_LIST *
token(void)
{
	return client_current()->activation->functions;
}

static CK_RV
answer(CK_RV rv)
{
	return client_answer(client_current(), rv);
}

CK_RV
filter_verify_init(CK_SESSION_HANDLE number, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	CK_SESSION_HANDLE real = real_session(number);
	const struct visible_object *object = client_object(client_current(), key);
	CK_RV rv = mechanism_check(mechanism, MECHANISM_VERIFY);

	if (real == 0)
		return CKR_SESSION_HANDLE_INVALID;
	if (object == NULL)
		return CKR_KEY_HANDLE_INVALID;
	if (object->class != CKO_PUBLIC_KEY)
		return CKR_KEY_TYPE_INCONSISTENT;
	return rv != CKR_OK ? rv : answer(token()->C_VerifyInit(real, mechanism, object->handle));
}

CK_RV
filter_verify(CK_SESSION_HANDLE number, CK_BYTE *data, CK_ULONG len, CK_BYTE *signature,
    CK_ULONG signature_len)
{
	CK_SESSION_HANDLE real = real_session(number);

	if (real == 0)
		return CKR_SESSION_HANDLE_INVALID;
	return answer(token()->C_Verify(real, data, len, signature, signature_len));
}

CK_RV
filter_verify_update(CK_SESSION_HANDLE number, CK_BYTE *part, CK_ULONG len)
{
	CK_SESSION_HANDLE real = real_session(number);

	if (real == 0)
		return CKR_SESSION_HANDLE_INVALID;
	return answer(token()->C_VerifyUpdate(real, part, len));
}

CK_RV
filter_verify_final(CK_SESSION_HANDLE number, CK_BYTE *signature, CK_ULONG signature_len)
{
	CK_SESSION_HANDLE real = real_session(number);

	if (real == 0)
		return CKR_SESSION_HANDLE_INVALID;
	return answer(token()->C_VerifyFinal(real, signature, signature_len));
}

CK_RV
filter_digest_init(CK_SESSION_HANDLE number, CK_MECHANISM *mechanism)
{
	CK_SESSION_HANDLE real = real_session(number);
	CK_RV rv = mechanism_check(mechanism, MECHANISM_DIGEST);

	if (real == 0)
		return CKR_SESSION_HANDLE_INVALID;
	return rv != CKR_OK ? rv : answer(token()->C_DigestInit(real, mechanism));
}

CK_RV
filter_digest(
    CK_SESSION_HANDLE number, CK_BYTE *data, CK_ULONG len, CK_BYTE *digest, CK_ULONG *digest_len)
{
	CK_SESSION_HANDLE real = real_session(number);

	if (real == 0)
		return CKR_SESSION_HANDLE_INVALID;
	return answer(token()->C_Digest(real, data, len, digest, digest_len));
}

CK_RV
filter_digest_update(CK_SESSION_HANDLE number, CK_BYTE *part, CK_ULONG len)
{
	CK_SESSION_HANDLE real = real_session(number);

	if (real == 0)
		return CKR_SESSION_HANDLE_INVALID;
	return answer(token()->C_DigestUpdate(real, part, len));
}

CK_RV
filter_digest_final(CK_SESSION_HANDLE number, CK_BYTE *digest, CK_ULONG *digest_len)
{
	CK_SESSION_HANDLE real = real_session(number);

	if (real == 0)
		return CKR_SESSION_HANDLE_INVALID;
	return answer(token()->C_DigestFinal(real, digest, digest_len));
}
