/* SPDX-License-Identifier: BSD-2-Clause */
/* The source of a backup: the key leaves, wrapped. */
#include <string.h>

#include "hsm/backup_internal.h"
#include "hsm/key_public.h"
#include "hsm/object.h"
#include "hsm/template.h"

#define WRAPPER_LABEL "quorate-wrapper"

static const char *const trust_words[BACKUP_TRUST__COUNT] = { "not asked", "ignored", "enforced" };

const char *
backup_trust_word(enum backup_trust trust)
{
	return trust_words[trust];
}

struct wrapping {
	struct token_session *session;
	CK_FUNCTION_LIST *functions;
	CK_SESSION_HANDLE handle;
	CK_OBJECT_HANDLE wrapper;   /* AES-256 */
	CK_OBJECT_HANDLE transport; /* RSA, public */
	struct key_facts key;
};

enum err
backup_check_key(
    struct token_session *session, const struct key_facts *key, struct err_trace *trace)
{
	const struct token_facts *token = token_session_token(session);

	if (key->extractable)
		return ERR_OK;
	if (key->never_extractable)
		err_next(trace,
		    "Only the maker's own backup can copy it. A new key that is to have a backup "
		    "is "
		    "made with: quorate key generate QUORUM --label LABEL --backup --by NAME");
	else
		err_next(trace,
		    "It was sealed after an earlier backup: 'quorate backup list' shows "
		    "where that is.");
	return FAIL(trace, ERR_DENIED, "key '%s' cannot leave token '%s' (serial %s): %s",
	    key->label, token->label, token->serial,
	    key->never_extractable ? "it was made so" : "it may no longer");
}

/* Of the session, and so gone with it; it leaves itself, wrapped, once. */
static enum err
make_wrapper(struct wrapping *wrapping, bool trusted, struct err_trace *trace)
{
	const CK_ULONG len = 32;
	CK_MECHANISM mechanism = { .mechanism = CKM_AES_KEY_GEN };
	struct template aes = { .count = 0 };
	CK_RV rv;

	template_flag(&aes, CKA_TOKEN, false);
	template_flag(&aes, CKA_PRIVATE, !trusted); /* the SO makes no private objects */
	template_flag(&aes, CKA_SENSITIVE, true);
	template_flag(&aes, CKA_EXTRACTABLE, true);
	template_flag(&aes, CKA_WRAP, true);
	template_flag(&aes, CKA_UNWRAP, false);
	template_flag(&aes, CKA_ENCRYPT, false);
	template_flag(&aes, CKA_DECRYPT, false);
	if (trusted)
		template_flag(&aes, CKA_TRUSTED, true);
	template_put(&aes, CKA_LABEL, WRAPPER_LABEL, strlen(WRAPPER_LABEL));
	template_number(&aes, CKA_VALUE_LEN, &len);
	rv = wrapping->functions->C_GenerateKey(
	    wrapping->handle, &mechanism, aes.at, aes.count, &wrapping->wrapper);
	return rv == CKR_OK ? ERR_OK
			    : FAIL_CKR(trace, rv, "the source makes no%s wrapping key",
				  trusted ? " trusted" : "");
}

static void
drop(struct wrapping *wrapping, CK_OBJECT_HANDLE *object)
{
	if (*object != CK_INVALID_HANDLE)
		(void)wrapping->functions->C_DestroyObject(wrapping->handle, *object);
	*object = CK_INVALID_HANDLE;
}

static CK_RV
wrap_key(struct wrapping *wrapping, struct wrapped_key *out)
{
	CK_MECHANISM mechanism = { .mechanism = CKM_AES_KEY_WRAP_PAD };
	CK_ULONG len = sizeof(out->key);
	const CK_RV rv = wrapping->functions->C_WrapKey(
	    wrapping->handle, &mechanism, wrapping->wrapper, wrapping->key.handle, out->key, &len);

	out->key_len = len <= sizeof(out->key) ? len : 0;
	return rv;
}

/* The SO makes the wrapper in this session, and the user comes back. A PIN is tried once. */
static enum err
make_trusted(struct wrapping *wrapping, const struct backup_pins *pins, struct err_trace *trace)
{
	const struct token_facts *token = token_session_token(wrapping->session);
	enum err err;

	if (pins->so == NULL || token->so.count_low || token->so.final_try || token->so.locked) {
		err_next(trace, "Have the SO see to it, then begin the backup again.");
		return FAIL(trace, ERR_NOT_NOW,
		    "key '%s' leaves only under a key that the SO of token '%s' trusts, and %s",
		    wrapping->key.label, token->label,
		    pins->so == NULL ? "the quorum does not have the SO PIN"
				     : "the counter of its SO PIN shows a wrong try");
	}
	err = token_logout(wrapping->session, trace);
	if (!err)
		err = token_login(wrapping->session, TOKEN_SO, pins->so, trace);
	if (err)
		return err;
	err = make_wrapper(wrapping, true, trace);
	if (!err)
		err = token_logout(wrapping->session, trace);
	if (!err)
		err = token_login(wrapping->session, TOKEN_USER, pins->user, trace);
	/* what is private got another handle */
	return err ? err : key_find(wrapping->session, wrapping->key.label, &wrapping->key, trace);
}

static enum err
wrap_under_any(struct wrapping *wrapping, const struct backup_pins *pins, struct wrapped_key *out,
    struct err_trace *trace)
{
	CK_RV rv;
	enum err err = make_wrapper(wrapping, false, trace);

	if (err)
		return err;
	out->trust =
	    wrapping->key.wrap_with_trusted ? BACKUP_TRUST_IGNORED : BACKUP_TRUST_NOT_ASKED;
	rv = wrap_key(wrapping, out);
	if (rv == CKR_KEY_NOT_WRAPPABLE && wrapping->key.wrap_with_trusted) {
		drop(wrapping, &wrapping->wrapper);
		out->trust = BACKUP_TRUST_ENFORCED;
		err = make_trusted(wrapping, pins, trace);
		if (err)
			return err;
		rv = wrap_key(wrapping, out);
	}
	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "key '%s' was not wrapped", wrapping->key.label);
	return out->key_len > 0 ? ERR_OK : FAIL(trace, ERR_FORMAT, "the wrapped key is too long");
}

static enum err
import_transport(
    struct wrapping *wrapping, const struct public_der *transport, struct err_trace *trace)
{
	struct key_import import = { .label = TRANSPORT_LABEL, .wraps = true };
	enum err err = key_public_parse(transport->bytes, transport->len, &import.public, trace);

	if (err)
		return err;
	err = key_public_kind(import.public) == TRANSPORT_KIND
		  ? key_public_import(wrapping->session, &import, &wrapping->transport, trace)
		  : FAIL(trace, ERR_FORMAT, "the transport key is no RSA key of 3072 bits");
	EVP_PKEY_free(import.public);
	return err;
}

static enum err
wrap_wrapper(struct wrapping *wrapping, const struct public_der *transport, struct wrapped_key *out,
    struct err_trace *trace)
{
	CK_MECHANISM mechanism = backup_oaep();
	CK_ULONG len = sizeof(out->wrapper);
	enum err err = import_transport(wrapping, transport, trace);
	CK_RV rv;

	if (err)
		return err;
	rv = wrapping->functions->C_WrapKey(wrapping->handle, &mechanism, wrapping->transport,
	    wrapping->wrapper, out->wrapper, &len);
	if (rv != CKR_OK || len > sizeof(out->wrapper))
		return FAIL_CKR(trace, rv, "the wrapping key was not wrapped");
	out->wrapper_len = len;
	return ERR_OK;
}

enum err
backup_wrap(struct token_session *session, const struct key_facts *key,
    const struct public_der *transport, const struct backup_pins *pins, struct wrapped_key *out,
    struct err_trace *trace)
{
	struct wrapping wrapping = { .session = session,
		.functions = module_functions(token_session_module(session)),
		.handle = token_session_handle(session),
		.wrapper = CK_INVALID_HANDLE,
		.transport = CK_INVALID_HANDLE,
		.key = *key };
	enum err err = backup_check_key(session, key, trace);

	if (!err)
		err = backup_check_mechanisms(session, trace);
	if (!err)
		err = wrap_under_any(&wrapping, pins, out, trace);
	if (!err)
		err = wrap_wrapper(&wrapping, transport, out, trace);
	drop(&wrapping, &wrapping.wrapper);
	drop(&wrapping, &wrapping.transport);
	return err;
}
