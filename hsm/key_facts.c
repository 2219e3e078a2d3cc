/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/key_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/guard.h"
#include "hsm/key_kind.h"
#include "hsm/key_public.h"
#include "hsm/object.h"
#include "hsm/text.h"

enum { LISTED = 128 };

static const struct {
	CK_ATTRIBUTE_TYPE type;
	size_t offset;
} flags[] = {
	{ CKA_TOKEN, offsetof(struct key_facts, on_token) },
	{ CKA_PRIVATE, offsetof(struct key_facts, is_private) },
	{ CKA_SENSITIVE, offsetof(struct key_facts, sensitive) },
	{ CKA_ALWAYS_SENSITIVE, offsetof(struct key_facts, always_sensitive) },
	{ CKA_EXTRACTABLE, offsetof(struct key_facts, extractable) },
	{ CKA_NEVER_EXTRACTABLE, offsetof(struct key_facts, never_extractable) },
	{ CKA_LOCAL, offsetof(struct key_facts, made_here) },
	{ CKA_SIGN, offsetof(struct key_facts, can_sign) },
	{ CKA_DECRYPT, offsetof(struct key_facts, can_decrypt) },
	{ CKA_UNWRAP, offsetof(struct key_facts, can_unwrap) },
	{ CKA_DERIVE, offsetof(struct key_facts, can_derive) },
	{ CKA_ALWAYS_AUTHENTICATE, offsetof(struct key_facts, asks_each_time) },
	{ CKA_WRAP_WITH_TRUSTED, offsetof(struct key_facts, wrap_with_trusted) },
};

static void
read_label(struct token_session *session, CK_OBJECT_HANDLE object, char out[KEY_LABEL])
{
	struct object_bytes label;
	size_t len;

	if (object_read(session, object, CKA_LABEL, &label, NULL) != ERR_OK)
		return;
	len = label.len < KEY_LABEL ? label.len : KEY_LABEL - 1;
	text_from_padded(label.bytes, len, out);
	free(label.bytes);
}

void
key_facts_read(struct token_session *session, CK_OBJECT_HANDLE object, struct key_facts *out)
{
	struct object_bytes id;

	*out = (struct key_facts){ .handle = object, .kind = key_kind_of(session, object) };
	read_label(session, object, out->label);
	if (object_read(session, object, CKA_ID, &id, NULL) == ERR_OK) {
		out->id_len = id.len < KEY_ID_MAX ? id.len : KEY_ID_MAX;
		memcpy(out->id, id.bytes, out->id_len);
		free(id.bytes);
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		bool *flag = (bool *)((char *)out + flags[i].offset);

		*flag = object_flag(session, object, flags[i].type);
	}
}

enum err
key_facts_check(const struct key_wanted *rows, size_t count, struct err_trace *trace)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].got != rows[i].want)
			return FAIL(trace, ERR_UNSUPPORTED,
			    "the token gave the key %s = %s, against what was asked", rows[i].name,
			    rows[i].got ? "true" : "false");
	return ERR_OK;
}

enum err
key_pair_give_id(
    struct token_session *session, const struct key_pair *pair, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = module_functions(token_session_module(session));
	CK_SESSION_HANDLE handle = token_session_handle(session);
	uint8_t id[KEY_PUBLIC_ID];
	CK_ATTRIBUTE attribute = { CKA_ID, id, sizeof(id) };
	enum err err = key_public_id(session, pair->public, id, trace);
	CK_RV rv;

	if (err)
		return err;
	rv = functions->C_SetAttributeValue(handle, pair->private, &attribute, 1);
	if (rv == CKR_OK)
		rv = functions->C_SetAttributeValue(handle, pair->public, &attribute, 1);
	return rv == CKR_OK ? ERR_OK : FAIL_CKR(trace, rv, "the key takes no CKA_ID");
}

void
key_pair_destroy(struct token_session *session, const struct key_pair *pair)
{
	CK_FUNCTION_LIST *functions = module_functions(token_session_module(session));
	CK_SESSION_HANDLE handle = token_session_handle(session);

	(void)functions->C_DestroyObject(handle, pair->private);
	(void)functions->C_DestroyObject(handle, pair->public);
}

enum err
key_list(
    struct token_session *session, struct key_facts **out, size_t *count, struct err_trace *trace)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE wanted = { CKA_CLASS, &class, sizeof(class) };
	struct object_list objects;
	struct key_facts *keys;
	enum err err = object_find(session, &wanted, 1, &objects, trace);

	if (err)
		return err;
	keys = calloc(objects.count + 1, sizeof(*keys));
	if (!keys) {
		free(objects.handles);
		return FAIL(trace, ERR_NOMEM, "no memory for the list of keys");
	}
	for (size_t i = 0; i < objects.count; i++)
		key_facts_read(session, objects.handles[i], &keys[i]);
	*out = keys;
	*count = objects.count;
	free(objects.handles);
	return ERR_OK;
}

static enum err
no_such_key(const struct token_session *session, const char *label, const struct key_facts *keys,
    size_t count, struct err_trace *trace)
{
	const struct token_facts *token = token_session_token(session);
	char listed[LISTED] = "";
	size_t used = 0;

	for (size_t i = 0; i < count && used < sizeof(listed); i++)
		used += (size_t)snprintf(
		    listed + used, sizeof(listed) - used, "%s'%s'", i ? ", " : "", keys[i].label);
	return FAIL(trace, ERR_ABSENT, "token '%s' (serial %s) has no private key '%s'; it has %s",
	    token->label, token->serial, label, count ? listed : "none");
}

enum err
key_find(struct token_session *session, const char *label, struct key_facts *out,
    struct err_trace *trace)
{
	struct key_facts *keys = NULL;
	const struct key_facts *found = NULL;
	size_t count = 0;
	size_t matching = 0;
	enum err err = key_list(session, &keys, &count, trace);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(keys[i].label, label) == 0) {
			found = &keys[i];
			matching++;
		}
	}
	if (matching == 1)
		*out = *found;
	else if (matching == 0)
		err = no_such_key(session, label, keys, count, trace);
	else
		err =
		    FAIL(trace, ERR_NOT_NOW, "%zu private keys are labelled '%s'", matching, label);
	free(keys);
	return err;
}
