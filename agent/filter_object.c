/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/filter.h"

#include <stdlib.h>
#include <string.h>

#include "agent/attributes.h"
#include "agent/client.h"

enum { BATCH = 64, TEMPLATE_MAX = 256 };

/*
 * Names nothing secret: else a search could try values of a private half, one guess a call.
 */
static bool
may_match_private(const CK_ATTRIBUTE *template, CK_ULONG count)
{
	for (CK_ULONG i = 0; i < count; i++)
		if (!attribute_is_public(template[i].type))
			return false;
	return true;
}

static void
forget_found(struct client_session *session)
{
	free(session->found);
	session->found = NULL;
	session->found_count = 0;
	session->found_next = 0;
	session->finding = false;
}

/* Keeps the client's numbers of what it may see among `real`. */
static void
keep_visible(const struct client *client, struct client_session *session,
    const CK_OBJECT_HANDLE *real, CK_ULONG count, bool with_private)
{
	for (CK_ULONG i = 0; i < count; i++) {
		CK_OBJECT_HANDLE number = client_number_of(client, real[i]);
		const struct visible_object *object = client_object(client, number);

		if (object == NULL || session->found_count == client->activation->visible->count)
			continue;
		if (object->class == CKO_PRIVATE_KEY && !with_private)
			continue;
		session->found[session->found_count++] = number;
	}
}

/* Runs the whole search at once, so that none is open on the token between two requests. */
static CK_RV
search(const struct client *client, struct client_session *session, CK_ATTRIBUTE *template,
    CK_ULONG count)
{
	CK_FUNCTION_LIST *functions = client->activation->functions;
	bool with_private = may_match_private(template, count);
	CK_OBJECT_HANDLE real[BATCH];
	CK_ULONG got = 0;
	CK_RV rv = functions->C_FindObjectsInit(session->real, template, count);

	if (rv != CKR_OK)
		return rv;
	do {
		rv = functions->C_FindObjects(session->real, real, BATCH, &got);
		if (rv == CKR_OK)
			keep_visible(client, session, real, got, with_private);
	} while (rv == CKR_OK && got > 0);
	functions->C_FindObjectsFinal(session->real);
	return rv;
}

CK_RV
filter_find_objects_init(CK_SESSION_HANDLE number, CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct client *client = client_current();
	struct client_session *session = client_session(client, number);
	CK_RV rv;

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	if (session->finding)
		return CKR_OPERATION_ACTIVE;
	for (CK_ULONG i = 0; i < count; i++)
		if (attribute_form(template[i].type) == ATTRIBUTE_UNKNOWN)
			return CKR_ATTRIBUTE_TYPE_INVALID;
	session->found = calloc(client->activation->visible->count + 1, sizeof(*session->found));
	if (session->found == NULL)
		return CKR_HOST_MEMORY;
	rv = search(client, session, template, count);
	if (rv != CKR_OK)
		forget_found(session);
	session->finding = rv == CKR_OK;
	return client_answer(client, rv);
}

CK_RV
filter_find_objects(CK_SESSION_HANDLE number, CK_OBJECT_HANDLE *out, CK_ULONG max, CK_ULONG *count)
{
	struct client_session *session = client_session(client_current(), number);
	size_t left;

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	if (!session->finding)
		return CKR_OPERATION_NOT_INITIALIZED;
	left = session->found_count - session->found_next;
	*count = left < max ? left : max;
	if (*count > 0)
		memcpy(out, session->found + session->found_next, *count * sizeof(*out));
	session->found_next += *count;
	return CKR_OK;
}

CK_RV
filter_find_objects_final(CK_SESSION_HANDLE number)
{
	struct client_session *session = client_session(client_current(), number);

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	if (!session->finding)
		return CKR_OPERATION_NOT_INITIALIZED;
	forget_found(session);
	return CKR_OK;
}

/* CKR_OK when the client may read it; PKCS#11 2.40, C_GetAttributeValue, has the two others. */
static CK_RV
may_read(const struct visible_object *object, CK_ATTRIBUTE_TYPE type)
{
	if (attribute_form(type) == ATTRIBUTE_UNKNOWN)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	if (object->class == CKO_PRIVATE_KEY && !attribute_is_public(type))
		return CKR_ATTRIBUTE_SENSITIVE;
	return CKR_OK;
}

/*
 * OpenSC's module, for one, answers a buffer that is too small with the length that would do.
 * p11-kit's server then sends that many bytes from that buffer: the client reads the agent's heap.
 * PKCS#11 2.40 wants CK_UNAVAILABLE_INFORMATION there, and gets it here.
 */
static CK_RV
read_one(const struct client *client, const struct client_session *session,
    const struct visible_object *object, CK_ATTRIBUTE *attribute)
{
	CK_ULONG room = attribute->ulValueLen;
	CK_RV rv = may_read(object, attribute->type);

	if (rv == CKR_OK)
		rv = client->activation->functions->C_GetAttributeValue(
		    session->real, object->handle, attribute, 1);
	else
		attribute->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	if (attribute->pValue != NULL && attribute->ulValueLen > room)
		attribute->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	return rv;
}

/* Asks the token for one attribute at a time, and only for what may be read. */
CK_RV
filter_get_attribute_value(CK_SESSION_HANDLE number, CK_OBJECT_HANDLE object_number,
    CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct client *client = client_current();
	const struct client_session *session = client_session(client, number);
	const struct visible_object *object = client_object(client, object_number);
	CK_RV result = CKR_OK;

	if (session == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	if (object == NULL)
		return CKR_OBJECT_HANDLE_INVALID;
	if (count > TEMPLATE_MAX)
		return CKR_ARGUMENTS_BAD;
	for (CK_ULONG i = 0; i < count; i++) {
		CK_RV rv = read_one(client, session, object, &template[i]);

		if (result == CKR_OK)
			result = rv;
	}
	return client_answer(client, result);
}
