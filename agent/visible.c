/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "custody/agent_link.h"
#include "hsm/pkcs11.h"

/* One search over the token, batch by batch; `add` sees each handle. */
struct search {
	const struct visible_source *source;
	CK_OBJECT_CLASS class;
	const struct agent_order *order;
	struct visible *visible;
};

enum { BATCH = 64 };

static bool
read_flag(const struct visible_source *source, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL flag = CK_FALSE;
	CK_ATTRIBUTE attribute = { type, &flag, sizeof(flag) };
	CK_RV rv = source->functions->C_GetAttributeValue(source->session, handle, &attribute, 1);

	return rv == CKR_OK && attribute.ulValueLen == sizeof(flag) && flag != CK_FALSE;
}

/* An attribute that is missing, or longer than its room, counts as empty. */
static size_t
read_bytes(const struct visible_source *source, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE *attribute)
{
	CK_ULONG room = attribute->ulValueLen;
	CK_RV rv = source->functions->C_GetAttributeValue(source->session, handle, attribute, 1);

	/* CK_UNAVAILABLE_INFORMATION is longer than any room. */
	return rv == CKR_OK && attribute->ulValueLen <= room ? attribute->ulValueLen : 0;
}

static void
read_object(const struct search *search, CK_OBJECT_HANDLE handle, struct visible_object *out)
{
	CK_ATTRIBUTE label = { CKA_LABEL, out->label, sizeof(out->label) - 1 };
	CK_ATTRIBUTE id = { CKA_ID, out->id, sizeof(out->id) };

	out->handle = handle;
	out->class = search->class;
	out->label[read_bytes(search->source, handle, &label)] = '\0';
	out->id_len = read_bytes(search->source, handle, &id);
}

/* "label:root-ca" or "id:0A1B" */
static bool
is_named_by(const struct visible_object *object, const char *key)
{
	char hex[2 * VISIBLE_ID + 1];

	if (strncmp(key, "label:", 6) == 0)
		return strcmp(object->label, key + 6) == 0;
	hex_encode(object->id, object->id_len, hex);
	return strncmp(key, "id:", 3) == 0 && object->id_len > 0 && strcasecmp(hex, key + 3) == 0;
}

static bool
is_pinned(const struct visible_object *object, const struct agent_order *order)
{
	for (size_t i = 0; i < order->key_count; i++)
		if (is_named_by(object, order->keys[i]))
			return true;
	return order->key_count == 0;
}

static bool
belongs_to_visible_key(const struct visible_object *object, const struct visible *visible)
{
	for (size_t i = 0; i < visible->count; i++) {
		const struct visible_object *key = &visible->object[i];

		if (key->class == CKO_PRIVATE_KEY && key->id_len == object->id_len &&
		    key->id_len > 0 && memcmp(key->id, object->id, key->id_len) == 0)
			return true;
	}
	return false;
}

static void
leave_out(struct visible *visible, const struct visible_object *object)
{
	size_t len = strlen(visible->left_out);

	snprintf(visible->left_out + len, sizeof(visible->left_out) - len, "%s'%s'",
	    len == 0 ? "" : ", ", object->label);
}

static enum err
add(const struct search *search, CK_OBJECT_HANDLE handle, struct err_trace *trace)
{
	struct visible *visible = search->visible;
	struct visible_object object = { 0 };
	bool is_key = search->class == CKO_PRIVATE_KEY;

	read_object(search, handle, &object);
	if (is_key && !is_pinned(&object, search->order))
		return ERR_OK;
	if (is_key && read_flag(search->source, handle, CKA_ALWAYS_AUTHENTICATE)) {
		leave_out(visible, &object);
		return ERR_OK;
	}
	if (!is_key && search->order->key_count > 0 && !belongs_to_visible_key(&object, visible))
		return ERR_OK;
	if (visible->count == VISIBLE_OBJECTS)
		return FAIL(trace, ERR_UNSUPPORTED, "token '%s' holds more than %d objects",
		    search->order->label, VISIBLE_OBJECTS);
	visible->object[visible->count++] = object;
	visible->private_keys += is_key;
	return ERR_OK;
}

static enum err
find_class(const struct search *search, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = search->source->functions;
	CK_SESSION_HANDLE session = search->source->session;
	CK_OBJECT_CLASS class = search->class;
	CK_ATTRIBUTE template = { CKA_CLASS, &class, sizeof(class) };
	CK_OBJECT_HANDLE found[BATCH];
	CK_ULONG count = 0;
	enum err err = ERR_OK;
	CK_RV rv = functions->C_FindObjectsInit(session, &template, 1);

	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "cannot look for keys on the token");
	do {
		rv = functions->C_FindObjects(session, found, BATCH, &count);
		for (CK_ULONG i = 0; rv == CKR_OK && err == ERR_OK && i < count; i++)
			err = add(search, found[i], trace);
	} while (rv == CKR_OK && err == ERR_OK && count > 0);
	functions->C_FindObjectsFinal(session);
	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "cannot look for keys on the token");
	return err;
}

/* Each pinned name must mean something: a misspelt bound is not a bound. */
static enum err
check_pins(const struct visible *visible, const struct agent_order *order, struct err_trace *trace)
{
	for (size_t i = 0; i < order->key_count; i++) {
		size_t hits = 0;

		for (size_t j = 0; j < visible->count; j++)
			hits += visible->object[j].class == CKO_PRIVATE_KEY &&
				is_named_by(&visible->object[j], order->keys[i]);
		if (hits == 0 && visible->left_out[0] == '\0') {
			err_next(trace, "See 'quorate key list' for the keys of this token.");
			return FAIL(trace, ERR_ABSENT, "token '%s' has no private key %s",
			    order->label, order->keys[i]);
		}
	}
	if (visible->private_keys > 0)
		return ERR_OK;
	if (visible->left_out[0] != '\0') {
		err_next(trace, "Use these keys with the maker's own tools, or make a key without "
				"that attribute.");
		return FAIL(trace, ERR_UNSUPPORTED,
		    "%s wants its PIN before each use (CKA_ALWAYS_AUTHENTICATE); an activation "
		    "keeps no PIN",
		    visible->left_out);
	}
	err_next(trace, "Make one with 'quorate key generate'.");
	return FAIL(trace, ERR_ABSENT, "token '%s' has no private key", order->label);
}

enum err
visible_read(const struct visible_source *source, const struct agent_order *order,
    struct visible **out, struct err_trace *trace)
{
	static const CK_OBJECT_CLASS classes[] = { CKO_PRIVATE_KEY, CKO_PUBLIC_KEY,
		CKO_CERTIFICATE };
	struct visible *visible = calloc(1, sizeof(*visible));
	struct search search = { .source = source, .order = order, .visible = visible };
	enum err err = ERR_OK;

	if (visible != NULL)
		visible->object = calloc(VISIBLE_OBJECTS, sizeof(*visible->object));
	if (visible == NULL || visible->object == NULL) {
		visible_free(visible);
		return FAIL(trace, ERR_NOMEM, "no memory for the list of keys");
	}
	for (size_t i = 0; err == ERR_OK && i < sizeof(classes) / sizeof(*classes); i++) {
		search.class = classes[i];
		err = find_class(&search, trace);
	}
	if (err == ERR_OK)
		err = check_pins(visible, order, trace);
	if (err == ERR_OK)
		*out = visible;
	else
		visible_free(visible);
	return err;
}

void
visible_free(struct visible *visible)
{
	if (visible == NULL)
		return;
	free(visible->object);
	free(visible);
}

const struct visible_object *
visible_find(const struct visible *visible, CK_OBJECT_HANDLE handle)
{
	for (size_t i = 0; i < visible->count; i++)
		if (visible->object[i].handle == handle)
			return &visible->object[i];
	return NULL;
}
