/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/filter.h"

#include <stdlib.h>
#include <string.h>

#include "agent/client.h"
#include "agent/mechanisms.h"

/* What no client may do with a mechanism, whatever the module could. */
static const CK_FLAGS refused_flags = CKF_ENCRYPT | CKF_DECRYPT | CKF_SIGN_RECOVER |
				      CKF_VERIFY_RECOVER | CKF_GENERATE | CKF_GENERATE_KEY_PAIR |
				      CKF_WRAP | CKF_UNWRAP | CKF_DERIVE;

CK_RV
filter_initialize(void *args)
{
	(void)args;
	return CKR_OK;
}

CK_RV
filter_finalize(void *reserved)
{
	(void)reserved;
	client_close_all(client_current());
	return CKR_OK;
}

/* PKCS#11's text fields are padded with blanks and have no NUL. */
static void
put_padded(CK_UTF8CHAR *field, size_t size, const char *text)
{
	memset(field, ' ', size);
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): as PKCS#11 wants it */
	memcpy(field, text, strlen(text));
}

CK_RV
filter_get_info(CK_INFO *info)
{
	*info = (CK_INFO){ .cryptokiVersion = { 2, 40 }, .libraryVersion = { 1, 0 } };
	put_padded(info->manufacturerID, sizeof(info->manufacturerID), "Quorate");
	put_padded(info->libraryDescription, sizeof(info->libraryDescription), "quorate-agent");
	return CKR_OK;
}

CK_RV
filter_get_slot_list(CK_BBOOL present, CK_SLOT_ID *list, CK_ULONG *count)
{
	CK_ULONG room = *count;

	(void)present;
	*count = 1;
	if (list == NULL)
		return CKR_OK;
	if (room < 1)
		return CKR_BUFFER_TOO_SMALL;
	list[0] = FILTER_SLOT;
	return CKR_OK;
}

CK_RV
filter_get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
	const struct client *client = client_current();
	const struct activation *activation = client->activation;

	if (slot != FILTER_SLOT)
		return CKR_SLOT_ID_INVALID;
	return client_answer(client, activation->functions->C_GetSlotInfo(activation->slot, info));
}

CK_RV
filter_get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	static const CK_FLAGS pin_flags = CKF_LOGIN_REQUIRED | CKF_PROTECTED_AUTHENTICATION_PATH |
					  CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY |
					  CKF_USER_PIN_LOCKED | CKF_USER_PIN_TO_BE_CHANGED |
					  CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY |
					  CKF_SO_PIN_LOCKED | CKF_SO_PIN_TO_BE_CHANGED;
	const struct client *client = client_current();
	const struct activation *activation = client->activation;
	CK_RV rv;

	if (slot != FILTER_SLOT)
		return CKR_SLOT_ID_INVALID;
	rv = client_answer(client, activation->functions->C_GetTokenInfo(activation->slot, info));
	if (rv != CKR_OK)
		return rv;
	/* While CKF_LOGIN_REQUIRED is shown, pkcs11-tool and ssh-keygen demand a PIN. */
	info->flags &= ~pin_flags;
	info->flags |= CKF_WRITE_PROTECTED;
	info->ulSessionCount = CK_UNAVAILABLE_INFORMATION;
	info->ulRwSessionCount = CK_UNAVAILABLE_INFORMATION;
	return CKR_OK;
}

/* The module's list without what clients may not use, in place. */
static CK_ULONG
keep_served(CK_MECHANISM_TYPE *list, CK_ULONG count)
{
	CK_ULONG kept = 0;

	for (CK_ULONG i = 0; i < count; i++)
		if (mechanism_find(list[i]) != NULL)
			list[kept++] = list[i];
	return kept;
}

static CK_RV
read_mechanisms(const struct activation *activation, CK_MECHANISM_TYPE **out, CK_ULONG *count)
{
	CK_MECHANISM_TYPE *list;
	CK_RV rv = activation->functions->C_GetMechanismList(activation->slot, NULL, count);

	if (rv != CKR_OK)
		return rv;
	list = calloc(*count + 1, sizeof(*list));
	if (list == NULL)
		return CKR_HOST_MEMORY;
	rv = activation->functions->C_GetMechanismList(activation->slot, list, count);
	if (rv != CKR_OK) {
		free(list);
		return rv;
	}
	*count = keep_served(list, *count);
	*out = list;
	return CKR_OK;
}

CK_RV
filter_get_mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
	const struct client *client = client_current();
	CK_MECHANISM_TYPE *served = NULL;
	CK_ULONG room = *count, found = 0;
	CK_RV rv;

	if (slot != FILTER_SLOT)
		return CKR_SLOT_ID_INVALID;
	rv = read_mechanisms(client->activation, &served, &found);
	if (rv != CKR_OK)
		return client_answer(client, rv);
	*count = found;
	if (list != NULL && room < found)
		rv = CKR_BUFFER_TOO_SMALL;
	else if (list != NULL)
		memcpy(list, served, found * sizeof(*list));
	free(served);
	return rv;
}

CK_RV
filter_get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	const struct client *client = client_current();
	const struct activation *activation = client->activation;
	CK_RV rv;

	if (slot != FILTER_SLOT)
		return CKR_SLOT_ID_INVALID;
	if (mechanism_find(type) == NULL)
		return CKR_MECHANISM_INVALID;
	rv = client_answer(
	    client, activation->functions->C_GetMechanismInfo(activation->slot, type, info));
	if (rv == CKR_OK)
		info->flags &= ~refused_flags;
	return rv;
}
