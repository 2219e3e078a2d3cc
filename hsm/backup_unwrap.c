/* SPDX-License-Identifier: BSD-2-Clause */
/* The target of a backup: the key arrives. */
#include <stdlib.h>
#include <string.h>

#include "hsm/backup_internal.h"
#include "hsm/guard.h"
#include "hsm/key_facts.h"
#include "hsm/key_kind.h"
#include "hsm/key_public.h"
#include "hsm/object.h"
#include "hsm/template.h"

struct unwrapping {
	struct token_session *session;
	CK_FUNCTION_LIST *functions;
	CK_SESSION_HANDLE handle;
	const struct backup_unwrap *request;
	EVP_PKEY *public;
	uint8_t id[KEY_PUBLIC_ID];
	CK_OBJECT_HANDLE wrapper;
	CK_OBJECT_HANDLE key;
};

/* The private half of just this transport key. */
static enum err
find_transport(struct unwrapping *unwrapping, CK_OBJECT_HANDLE *out, struct err_trace *trace)
{
	const struct public_der *transport = unwrapping->request->transport;
	const CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	struct template wanted = { .count = 0 };
	struct object_list objects;
	uint8_t id[KEY_PUBLIC_ID];
	EVP_PKEY *public = NULL;
	enum err err = key_public_parse(transport->bytes, transport->len, &public, trace);

	if (!err)
		err = key_public_id_of(public, id, trace);
	EVP_PKEY_free(public);
	if (err)
		return err;
	template_number(&wanted, CKA_CLASS, &class);
	template_put(&wanted, CKA_LABEL, TRANSPORT_LABEL, strlen(TRANSPORT_LABEL));
	template_put(&wanted, CKA_ID, id, sizeof(id));
	err = object_find(unwrapping->session, wanted.at, wanted.count, &objects, trace);
	if (err)
		return err;
	if (objects.count == 1)
		*out = objects.handles[0];
	else
		err = FAIL(trace, ERR_ABSENT, "the transport key is not on token '%s'",
		    token_session_token(unwrapping->session)->label);
	free(objects.handles);
	return err;
}

/* `suspicion`: what it means, unless the token itself failed, or is gone. */
static enum err
refuse(CK_RV rv, const char *what, const char *suspicion, struct err_trace *trace)
{
	const enum err err = FAIL_CKR(trace, rv, "%s did not come out of its wrapping", what);
	const bool failed = rv == CKR_DEVICE_REMOVED || rv == CKR_TOKEN_NOT_PRESENT ||
			    rv == CKR_DEVICE_ERROR || rv == CKR_DEVICE_MEMORY;

	return failed ? err : FAIL(trace, ERR_FORMAT, "%s", suspicion);
}

static enum err
unwrap_wrapper(struct unwrapping *unwrapping, struct err_trace *trace)
{
	const struct wrapped_key *wrapped = unwrapping->request->wrapped;
	const CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	const CK_KEY_TYPE type = CKK_AES;
	CK_MECHANISM mechanism = backup_oaep();
	CK_OBJECT_HANDLE transport = CK_INVALID_HANDLE;
	struct template aes = { .count = 0 };
	enum err err = find_transport(unwrapping, &transport, trace);
	CK_RV rv;

	if (err)
		return err;
	template_number(&aes, CKA_CLASS, &class);
	template_number(&aes, CKA_KEY_TYPE, &type);
	template_flag(&aes, CKA_TOKEN, false);
	template_flag(&aes, CKA_PRIVATE, true);
	template_flag(&aes, CKA_SENSITIVE, true);
	template_flag(&aes, CKA_EXTRACTABLE, false);
	template_flag(&aes, CKA_UNWRAP, true);
	rv = unwrapping->functions->C_UnwrapKey(unwrapping->handle, &mechanism, transport,
	    ck_bytes(wrapped->wrapper), wrapped->wrapper_len, aes.at, aes.count,
	    &unwrapping->wrapper);
	return rv == CKR_OK ? ERR_OK
			    : refuse(rv, "the wrapping key",
				  "what came from the source was not made for this token, "
				  "or was changed on its way",
				  trace);
}

static enum err
unwrap_key(struct unwrapping *unwrapping, struct err_trace *trace)
{
	const struct backup_unwrap *request = unwrapping->request;
	const struct key_kind_row *row = key_kind_row(key_public_kind(unwrapping->public));
	const CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_MECHANISM mechanism = { .mechanism = CKM_AES_KEY_WRAP_PAD };
	struct template key = { .count = 0 };
	CK_RV rv;

	if (row == NULL)
		return FAIL(trace, ERR_UNSUPPORTED, "a key of a kind that Quorate does not use");
	template_number(&key, CKA_CLASS, &class);
	template_number(&key, CKA_KEY_TYPE, &row->type);
	template_flag(&key, CKA_TOKEN, request->keep);
	template_flag(&key, CKA_PRIVATE, true);
	template_flag(&key, CKA_SENSITIVE, true);
	template_flag(&key, CKA_EXTRACTABLE, request->extractable);
	if (request->with_trusted)
		template_flag(&key, CKA_WRAP_WITH_TRUSTED, true);
	template_flag(&key, CKA_SIGN, true);
	template_flag(&key, CKA_DECRYPT, false);
	template_flag(&key, CKA_UNWRAP, false);
	template_flag(&key, CKA_DERIVE, false);
	template_put(&key, CKA_LABEL, request->label, strlen(request->label));
	template_put(&key, CKA_ID, unwrapping->id, sizeof(unwrapping->id));
	rv = unwrapping->functions->C_UnwrapKey(unwrapping->handle, &mechanism, unwrapping->wrapper,
	    ck_bytes(request->wrapped->key), request->wrapped->key_len, key.at, key.count,
	    &unwrapping->key);
	return rv == CKR_OK
		   ? ERR_OK
		   : refuse(rv, "the key",
			 "what came from the source is no such key, or was changed on its way",
			 trace);
}

static enum err
check_key(const struct key_facts *key, const struct backup_unwrap *request, struct err_trace *trace)
{
	const struct key_wanted rows[] = {
		{ "CKA_TOKEN", key->on_token, request->keep },
		{ "CKA_PRIVATE", key->is_private, true },
		{ "CKA_SENSITIVE", key->sensitive, true },
		{ "CKA_EXTRACTABLE", key->extractable, request->extractable },
		{ "CKA_SIGN", key->can_sign, true },
		{ "CKA_DECRYPT", key->can_decrypt, false },
		{ "CKA_UNWRAP", key->can_unwrap, false },
		{ "CKA_DERIVE", key->can_derive, false },
	};

	return key_facts_check(rows, sizeof(rows) / sizeof(*rows), trace);
}

struct labelled {
	size_t publics, others;
};

/* The public half alone is what an interrupted backup left, and what it is can be seen by its id.
 */
static enum err
look_for_label(struct token_session *session, const char *label, const uint8_t id[KEY_PUBLIC_ID],
    struct labelled *out, struct err_trace *trace)
{
	const CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	struct template wanted = { .count = 0 };
	struct object_list objects;
	enum err err;

	template_put(&wanted, CKA_LABEL, label, strlen(label));
	err = object_find(session, wanted.at, wanted.count, &objects, trace);
	if (err)
		return err;
	out->others = objects.count;
	free(objects.handles);
	template_number(&wanted, CKA_CLASS, &class);
	template_put(&wanted, CKA_ID, id, KEY_PUBLIC_ID);
	err = object_find(session, wanted.at, wanted.count, &objects, trace);
	if (err)
		return err;
	out->publics = objects.count;
	out->others -= objects.count < out->others ? objects.count : out->others;
	free(objects.handles);
	return ERR_OK;
}

/* The public half first: a crash behind it leaves nothing that is worth anything. */
static enum err
put_public(struct unwrapping *unwrapping, struct err_trace *trace)
{
	const struct token_facts *token = token_session_token(unwrapping->session);
	const struct key_import import = {
		.public = unwrapping->public, .label = unwrapping->request->label, .on_token = true
	};
	CK_OBJECT_HANDLE object;
	struct labelled there = { 0 };
	enum err err =
	    look_for_label(unwrapping->session, import.label, unwrapping->id, &there, trace);

	if (err)
		return err;
	if (there.others > 0)
		return FAIL(trace, ERR_EXISTS, "token '%s' (serial %s) has an object labelled '%s'",
		    token->label, token->serial, import.label);
	return there.publics > 0 ? ERR_OK
				 : key_public_import(unwrapping->session, &import, &object, trace);
}

static enum err
take_key(struct unwrapping *unwrapping, struct key_facts *out, struct err_trace *trace)
{
	const struct public_der *public = unwrapping->request->public;
	struct key_facts key;
	enum err err = unwrap_wrapper(unwrapping, trace);

	if (!err && unwrapping->request->keep)
		err = put_public(unwrapping, trace);
	if (!err)
		err = unwrap_key(unwrapping, trace);
	if (err)
		return err;
	key_facts_read(unwrapping->session, unwrapping->key, &key);
	err = check_key(&key, unwrapping->request, trace);
	if (!err)
		err = key_prove_as(unwrapping->session, &key, public->bytes, public->len, trace);
	if (!err && unwrapping->request->keep)
		err = token_sync(token_session_token(unwrapping->session), trace);
	if (!err)
		*out = key;
	return err;
}

enum err
backup_unwrap(struct token_session *session, const struct backup_unwrap *request,
    struct key_facts *out, struct err_trace *trace)
{
	struct unwrapping unwrapping = { .session = session,
		.functions = module_functions(token_session_module(session)),
		.handle = token_session_handle(session),
		.request = request,
		.wrapper = CK_INVALID_HANDLE,
		.key = CK_INVALID_HANDLE };
	enum err err = key_public_parse(
	    request->public->bytes, request->public->len, &unwrapping.public, trace);

	if (!err)
		err = key_public_id_of(unwrapping.public, unwrapping.id, trace);
	if (!err)
		err = take_key(&unwrapping, out, trace);
	if (err && unwrapping.key != CK_INVALID_HANDLE)
		(void)unwrapping.functions->C_DestroyObject(unwrapping.handle, unwrapping.key);
	if (unwrapping.wrapper != CK_INVALID_HANDLE)
		(void)unwrapping.functions->C_DestroyObject(unwrapping.handle, unwrapping.wrapper);
	EVP_PKEY_free(unwrapping.public);
	return err;
}

void
backup_forget(struct token_session *session, const struct key_facts *key)
{
	(void)module_functions(token_session_module(session))
	    ->C_DestroyObject(token_session_handle(session), key->handle);
}

enum err
backup_seal(struct token_session *session, struct key_facts *key, struct err_trace *trace)
{
	static const CK_BBOOL no = CK_FALSE;
	CK_ATTRIBUTE attribute = { CKA_EXTRACTABLE, ck_bytes(&no), sizeof(no) };
	CK_RV rv = CKR_OK;

	if (key->extractable)
		rv = module_functions(token_session_module(session))
			 ->C_SetAttributeValue(
			     token_session_handle(session), key->handle, &attribute, 1);
	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "key '%s' may still leave its token", key->label);
	key_facts_read(session, key->handle, key);
	if (key->extractable)
		return FAIL(trace, ERR_UNSUPPORTED,
		    "the token said that it sealed key '%s', and it may still leave", key->label);
	return token_sync(token_session_token(session), trace);
}
