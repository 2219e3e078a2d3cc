/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/guard.h"
#include "hsm/key_facts.h"
#include "hsm/key_kind.h"
#include "hsm/key_public.h"
#include "hsm/object.h"
#include "hsm/template.h"
#include "hsm/text.h"
#include "hsm/token_info.h"

/* Keys and certificates alike: what is made later for this key will want the label. */
enum err
key_label_is_free(struct token_session *session, const char *label, struct err_trace *trace)
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
	err_next(trace, "Choose another label; 'quorate key list' shows those in use.");
	return FAIL(trace, ERR_EXISTS, "token '%s' (serial %s) has an object labelled '%s'",
	    token->label, token->serial, label);
}

static const uint8_t f4[] = { 0x01, 0x00, 0x01 };

static void
public_template(const struct key_request *request, const CK_ULONG *bits, struct template *out)
{
	const struct key_kind_row *row = key_kind_row(request->kind);

	template_flag(out, CKA_TOKEN, true);
	template_flag(out, CKA_PRIVATE, false);
	template_flag(out, CKA_VERIFY, true);
	template_flag(out, CKA_ENCRYPT, false);
	template_flag(out, CKA_WRAP, false);
	template_put(out, CKA_LABEL, request->label, strlen(request->label));
	if (row->type == CKK_EC) {
		template_put(out, CKA_EC_PARAMS, row->params, row->params_len);
	} else {
		template_put(out, CKA_MODULUS_BITS, bits, sizeof(*bits));
		template_put(out, CKA_PUBLIC_EXPONENT, f4, sizeof(f4));
	}
}

static void
private_template(const struct key_request *request, struct template *out)
{
	template_flag(out, CKA_TOKEN, true);
	template_flag(out, CKA_PRIVATE, true);
	template_flag(out, CKA_SENSITIVE, true);
	template_flag(out, CKA_EXTRACTABLE, request->extractable_until_backup);
	if (request->wrap_with_trusted)
		template_flag(out, CKA_WRAP_WITH_TRUSTED, true);
	template_flag(out, CKA_SIGN, true);
	template_flag(out, CKA_DECRYPT, false);
	template_flag(out, CKA_UNWRAP, false);
	template_flag(out, CKA_DERIVE, false);
	template_put(out, CKA_LABEL, request->label, strlen(request->label));
}

static CK_RV
generate_pair(
    struct token_session *session, const struct key_request *request, struct key_pair *pair)
{
	const struct key_kind_row *row = key_kind_row(request->kind);
	CK_MECHANISM mechanism = { .mechanism = row->generate };
	struct template public = { .count = 0 };
	struct template private = { .count = 0 };
	const CK_ULONG bits = row->bits;

	public_template(request, &bits, &public);
	private_template(request, &private);
	return module_functions(token_session_module(session))
	    ->C_GenerateKeyPair(token_session_handle(session), &mechanism, public.at, public.count,
		private.at, private.count, &pair->public, &pair->private);
}

static enum err
make_pair(struct token_session *session, const struct key_request *request, struct key_pair *pair,
    struct err_trace *trace)
{
	const struct key_kind_row *row = key_kind_row(request->kind);
	const struct token_facts *token = token_session_token(session);
	CK_RV rv = generate_pair(session, request, pair);

	/* CKA_WRAP_WITH_TRUSTED is new to some modules; the backup says that it is not there */
	if ((rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_TEMPLATE_INCONSISTENT) &&
	    request->wrap_with_trusted) {
		struct key_request without = *request;

		without.wrap_with_trusted = false;
		rv = generate_pair(session, &without, pair);
	}
	if (rv == CKR_MECHANISM_INVALID)
		return FAIL_CKR(trace, rv, "token '%s' (serial %s) cannot make a key of kind %s",
		    token->label, token->serial, row->word);
	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "token '%s' (serial %s) made no %s key", token->label,
		    token->serial, row->word);
	return ERR_OK;
}

static enum err
check_attributes(
    const struct key_facts *key, const struct key_request *request, struct err_trace *trace)
{
	const struct key_wanted rows[] = {
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
	return key_facts_check(rows, sizeof(rows) / sizeof(*rows), trace);
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
	return key_label_is_free(session, request->label, trace);
}

enum err
key_generate(struct token_session *session, const struct key_request *request,
    struct key_facts *out, struct err_trace *trace)
{
	struct key_pair pair = { .public = CK_INVALID_HANDLE };
	struct key_facts made;
	enum err err = check_request(session, request, trace);

	if (err)
		return err;
	err = make_pair(session, request, &pair, trace);
	if (err)
		return err;
	err = key_pair_give_id(session, &pair, trace);
	if (!err) {
		key_facts_read(session, pair.private, &made);
		err = check_attributes(&made, request, trace);
	}
	if (!err)
		err = token_sync(token_session_token(session), trace);
	if (err) {
		key_pair_destroy(session, &pair);
		return err;
	}
	*out = made;
	return ERR_OK;
}
