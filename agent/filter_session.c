/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/filter.h"

#include "agent/client.h"

CK_RV
filter_open_session(
    CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *number)
{
	(void)application;
	(void)notify;
	if (slot != FILTER_SLOT)
		return CKR_SLOT_ID_INVALID;
	if ((flags & CKF_SERIAL_SESSION) == 0)
		return CKR_SESSION_PARALLEL_NOT_SUPPORTED;
	return client_open_session(client_current(), number);
}

CK_RV
filter_close_session(CK_SESSION_HANDLE number)
{
	struct client *client = client_current();
	struct client_session *session = client_session(client, number);

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	client_close_session(client, session);
	return CKR_OK;
}

CK_RV
filter_close_all_sessions(CK_SLOT_ID slot)
{
	if (slot != FILTER_SLOT)
		return CKR_SLOT_ID_INVALID;
	client_close_all(client_current());
	return CKR_OK;
}

CK_RV
filter_get_session_info(CK_SESSION_HANDLE number, CK_SESSION_INFO *info)
{
	if (client_session(client_current(), number) == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	*info = (CK_SESSION_INFO){
		.slotID = FILTER_SLOT, .state = CKS_RO_USER_FUNCTIONS, .flags = CKF_SERIAL_SESSION
	};
	return CKR_OK;
}

/* Whatever the client's user typed is not looked at. */
CK_RV
filter_login(CK_SESSION_HANDLE number, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG pin_len)
{
	(void)pin;
	(void)pin_len;
	if (client_session(client_current(), number) == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	return user == CKU_USER ? CKR_OK : CKR_USER_TYPE_INVALID;
}

CK_RV
filter_logout(CK_SESSION_HANDLE number)
{
	return client_session(client_current(), number) == NULL ? CKR_SESSION_HANDLE_INVALID
								: CKR_OK;
}

CK_RV
filter_generate_random(CK_SESSION_HANDLE number, CK_BYTE *out, CK_ULONG len)
{
	struct client *client = client_current();
	const struct client_session *session = client_session(client, number);

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	if (out == NULL)
		return CKR_ARGUMENTS_BAD;
	return client_answer(
	    client, client->activation->functions->C_GenerateRandom(session->real, out, len));
}
