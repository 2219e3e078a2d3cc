/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/object.h"

#include <stdlib.h>
#include <string.h>

#include "hsm/token_info.h"

enum { BATCH = 64, OBJECTS_MAX = 65536, ATTRIBUTE_MAX = 65536 };

struct found {
	CK_OBJECT_HANDLE *handles;
	size_t count;
	size_t capacity;
};

static enum err
found_add(struct found *found, const CK_OBJECT_HANDLE *handles, size_t n, struct err_trace *trace)
{
	if (found->count + n > found->capacity) {
		size_t capacity = found->capacity * 2 + BATCH;
		CK_OBJECT_HANDLE *grown =
		    reallocarray(found->handles, capacity, sizeof(*found->handles));

		if (!grown)
			return FAIL(trace, ERR_NOMEM, "no memory for the list of objects");
		found->handles = grown;
		found->capacity = capacity;
	}
	if (n > 0)
		memcpy(found->handles + found->count, handles, n * sizeof(*handles));
	found->count += n;
	if (found->count > OBJECTS_MAX)
		return FAIL(trace, ERR_FORMAT, "more than %d objects on a token", OBJECTS_MAX);
	return ERR_OK;
}

static enum err
find_all(struct token_session *session, struct found *found, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = module_functions(token_session_module(session));
	CK_ULONG n = 0;
	enum err err = ERR_OK;

	do {
		CK_OBJECT_HANDLE batch[BATCH];
		CK_RV rv =
		    functions->C_FindObjects(token_session_handle(session), batch, BATCH, &n);

		if (rv != CKR_OK)
			return FAIL_CKR(trace, rv, "the token does not list its objects");
		err = found_add(found, batch, n <= BATCH ? n : 0, trace);
	} while (!err && n > 0);
	return err;
}

enum err
object_find(struct token_session *session, const CK_ATTRIBUTE *attributes, size_t n,
    struct object_list *out, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = module_functions(token_session_module(session));
	CK_SESSION_HANDLE handle = token_session_handle(session);
	struct found found = { .count = 0 };
	enum err err;
	CK_RV rv = functions->C_FindObjectsInit(
	    handle, (CK_ATTRIBUTE *)(uintptr_t)attributes, (CK_ULONG)n);

	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "the token does not list its objects");
	err = find_all(session, &found, trace);
	(void)functions->C_FindObjectsFinal(handle);
	if (err) {
		free(found.handles);
		return err;
	}
	*out = (struct object_list){ .handles = found.handles, .count = found.count };
	return ERR_OK;
}

enum err
object_read(struct token_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
    struct object_bytes *out, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = module_functions(token_session_module(session));
	CK_SESSION_HANDLE handle = token_session_handle(session);
	CK_ATTRIBUTE attribute = { .type = type };
	CK_RV rv = functions->C_GetAttributeValue(handle, object, &attribute, 1);
	CK_ULONG room = attribute.ulValueLen;

	if (rv == CKR_ATTRIBUTE_TYPE_INVALID || room == CK_UNAVAILABLE_INFORMATION)
		return FAIL_RAW(trace, ERR_ABSENT, ERR_ORIGIN_CKR, rv,
		    "the object has no attribute 0x%lx", type);
	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "attribute 0x%lx not read", type);
	if (room > ATTRIBUTE_MAX)
		return FAIL(trace, ERR_FORMAT, "attribute 0x%lx has %lu bytes", type, room);
	attribute.pValue = malloc(room + 1);
	if (!attribute.pValue)
		return FAIL(trace, ERR_NOMEM, "no memory for an attribute");
	rv = functions->C_GetAttributeValue(handle, object, &attribute, 1);
	if (rv != CKR_OK || attribute.ulValueLen > room) {
		free(attribute.pValue);
		return FAIL_CKR(trace, rv, "attribute 0x%lx not read", type);
	}
	out->bytes = attribute.pValue;
	out->len = attribute.ulValueLen;
	return ERR_OK;
}

/* True when the attribute is there and has just this size. */
static bool
read_fixed(struct token_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *attribute)
{
	CK_FUNCTION_LIST *functions = module_functions(token_session_module(session));
	CK_ULONG size = attribute->ulValueLen;

	return functions->C_GetAttributeValue(
		   token_session_handle(session), object, attribute, 1) == CKR_OK &&
	       attribute->ulValueLen == size;
}

bool
object_flag(struct token_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL flag = CK_FALSE;
	CK_ATTRIBUTE attribute = { type, &flag, sizeof(flag) };

	return read_fixed(session, object, &attribute) && flag == CK_TRUE;
}

bool
object_number(
    struct token_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG *out)
{
	CK_ULONG number = 0;
	CK_ATTRIBUTE attribute = { type, &number, sizeof(number) };

	if (!read_fixed(session, object, &attribute))
		return false;
	*out = number;
	return true;
}
