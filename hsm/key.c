/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/guard.h"
#include "hsm/key_kind.h"
#include "hsm/key_public.h"
#include "hsm/object.h"
#include "hsm/text.h"
#include "hsm/token_info.h"

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

static void
read_facts(struct token_session *session, CK_OBJECT_HANDLE object, struct key_facts *out)
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
		read_facts(session, objects.handles[i], &keys[i]);
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

/* Keys and certificates alike: what is made later for this key will want the label. */
static enum err
refuse_label_in_use(struct token_session *session, const char *label, struct err_trace *trace)
{
	const struct token_facts *token = token_session_token(session);
	CK_ATTRIBUTE wanted = { CKA_LABEL, ck_bytes(label), strlen(label) };
	struct object_list objects;
	enum err err = object_find(session, &wanted, 1, &objects, trace);

	if (err)
		return err;
	free(objects.handles);
	if (objects.count == 0)
		return ERR_OK;
	err_next(trace, "Choose another label; `quorate key list` shows those in use.");
	return FAIL(trace, ERR_EXISTS, "token '%s' (serial %s) has an object labelled '%s'",
	    token->label, token->serial, label);
}

enum { TEMPLATE_MAX = 16 };

struct attributes {
	CK_ATTRIBUTE at[TEMPLATE_MAX];
	CK_ULONG count;
};

static void
put(struct attributes *to, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	to->at[to->count++] = (CK_ATTRIBUTE){ type, ck_bytes(value), (CK_ULONG)len };
}

static CK_BBOOL yes = CK_TRUE;
static CK_BBOOL no = CK_FALSE;
static const uint8_t f4[] = { 0x01, 0x00, 0x01 };

static void
put_flag(struct attributes *to, CK_ATTRIBUTE_TYPE type, bool value)
{
	put(to, type, value ? &yes : &no, sizeof(CK_BBOOL));
}

static void
public_template(const struct key_request *request, const CK_ULONG *bits, struct attributes *out)
{
	const struct key_kind_row *row = key_kind_row(request->kind);

	put_flag(out, CKA_TOKEN, true);
	put_flag(out, CKA_PRIVATE, false);
	put_flag(out, CKA_VERIFY, true);
	put_flag(out, CKA_ENCRYPT, false);
	put_flag(out, CKA_WRAP, false);
	put(out, CKA_LABEL, request->label, strlen(request->label));
	if (row->type == CKK_EC) {
		put(out, CKA_EC_PARAMS, row->params, row->params_len);
	} else {
		put(out, CKA_MODULUS_BITS, bits, sizeof(*bits));
		put(out, CKA_PUBLIC_EXPONENT, f4, sizeof(f4));
	}
}

static void
private_template(const struct key_request *request, struct attributes *out)
{
	put_flag(out, CKA_TOKEN, true);
	put_flag(out, CKA_PRIVATE, true);
	put_flag(out, CKA_SENSITIVE, true);
	put_flag(out, CKA_EXTRACTABLE, request->extractable_until_backup);
	put_flag(out, CKA_SIGN, true);
	put_flag(out, CKA_DECRYPT, false);
	put_flag(out, CKA_UNWRAP, false);
	put_flag(out, CKA_DERIVE, false);
	put(out, CKA_LABEL, request->label, strlen(request->label));
}

struct pair {
	CK_OBJECT_HANDLE public;
	CK_OBJECT_HANDLE private;
};

static enum err
make_pair(struct token_session *session, const struct key_request *request, struct pair *pair,
    struct err_trace *trace)
{
	const struct key_kind_row *row = key_kind_row(request->kind);
	const struct token_facts *token = token_session_token(session);
	CK_MECHANISM mechanism = { .mechanism = row->generate };
	struct attributes public = { .count = 0 };
	struct attributes private = { .count = 0 };
	CK_ULONG bits = row->bits;
	CK_RV rv;

	public_template(request, &bits, &public);
	private_template(request, &private);
	rv = module_functions(token_session_module(session))
		 ->C_GenerateKeyPair(token_session_handle(session), &mechanism, public.at,
		     public.count, private.at, private.count, &pair->public, &pair->private);
	if (rv == CKR_MECHANISM_INVALID)
		return FAIL_CKR(trace, rv, "token '%s' (serial %s) cannot make a key of kind %s",
		    token->label, token->serial, row->word);
	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "token '%s' (serial %s) made no %s key", token->label,
		    token->serial, row->word);
	return ERR_OK;
}

/* RFC 7093, 2, method 1, on both halves. */
static enum err
give_id(struct token_session *session, const struct pair *pair, struct err_trace *trace)
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

static enum err
check_attributes(
    const struct key_facts *key, const struct key_request *request, struct err_trace *trace)
{
	const struct {
		const char *name;
		bool got, want;
	} rows[] = {
		{ "CKA_TOKEN", key->on_token, true },
		{ "CKA_PRIVATE", key->is_private, true },
		{ "CKA_SENSITIVE", key->sensitive, true },
		{ "CKA_ALWAYS_SENSITIVE", key->always_sensitive, true },
		{ "CKA_LOCAL", key->made_here, true },
		{ "CKA_EXTRACTABLE", key->extractable, request->extractable_until_backup },
		{ "CKA_NEVER_EXTRACTABLE", key->never_extractable,
		    !request->extractable_until_backup },
		{ "CKA_SIGN", key->can_sign, true },
		{ "CKA_DECRYPT", key->can_decrypt, false },
		{ "CKA_UNWRAP", key->can_unwrap, false },
		{ "CKA_DERIVE", key->can_derive, false },
	};

	if (key->kind != request->kind || strcmp(key->label, request->label) != 0)
		return FAIL(
		    trace, ERR_UNSUPPORTED, "the token made a key of another kind or label");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].got != rows[i].want)
			return FAIL(trace, ERR_UNSUPPORTED,
			    "the token gave the key %s = %s, against what was asked", rows[i].name,
			    rows[i].got ? "true" : "false");
	}
	return ERR_OK;
}

static void
destroy_pair(struct token_session *session, const struct pair *pair)
{
	CK_FUNCTION_LIST *functions = module_functions(token_session_module(session));
	CK_SESSION_HANDLE handle = token_session_handle(session);

	(void)functions->C_DestroyObject(handle, pair->private);
	(void)functions->C_DestroyObject(handle, pair->public);
}

static enum err
check_request(
    struct token_session *session, const struct key_request *request, struct err_trace *trace)
{
	if (!key_kind_row(request->kind))
		return FAIL(trace, ERR_ARGUMENT, "no such kind of key can be made");
	if (strlen(request->label) >= KEY_LABEL || !text_is_printable(request->label))
		return FAIL(trace, ERR_ARGUMENT,
		    "a key's label has 1 to %d bytes of printable UTF-8", KEY_LABEL - 1);
	return refuse_label_in_use(session, request->label, trace);
}

enum err
key_generate(struct token_session *session, const struct key_request *request,
    struct key_facts *out, struct err_trace *trace)
{
	struct pair pair = { .public = CK_INVALID_HANDLE };
	struct key_facts made;
	enum err err = check_request(session, request, trace);

	if (err)
		return err;
	err = make_pair(session, request, &pair, trace);
	if (err)
		return err;
	err = give_id(session, &pair, trace);
	if (!err) {
		read_facts(session, pair.private, &made);
		err = check_attributes(&made, request, trace);
	}
	if (!err)
		err = token_sync(token_session_token(session), trace);
	if (err) {
		destroy_pair(session, &pair);
		return err;
	}
	*out = made;
	return ERR_OK;
}
