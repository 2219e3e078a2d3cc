/* SPDX-License-Identifier: BSD-2-Clause */
/* The transport pair of a backup's target. */
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/backup_internal.h"
#include "hsm/guard.h"
#include "hsm/key_facts.h"
#include "hsm/key_kind.h"
#include "hsm/key_public.h"
#include "hsm/object.h"
#include "hsm/template.h"

enum err
backup_check_mechanisms(struct token_session *session, struct err_trace *trace)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		const char *name;
	} needed[] = {
		{ CKM_RSA_PKCS_KEY_PAIR_GEN, "CKM_RSA_PKCS_KEY_PAIR_GEN" },
		{ CKM_RSA_PKCS_OAEP, "CKM_RSA_PKCS_OAEP" },
		{ CKM_AES_KEY_GEN, "CKM_AES_KEY_GEN" },
		{ CKM_AES_KEY_WRAP_PAD, "CKM_AES_KEY_WRAP_PAD" },
	};
	const struct token_facts *token = token_session_token(session);
	CK_FUNCTION_LIST *functions = module_functions(token_session_module(session));

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		CK_MECHANISM_INFO info;
		const CK_RV rv =
		    functions->C_GetMechanismInfo == NULL
			? CKR_FUNCTION_NOT_SUPPORTED
			: functions->C_GetMechanismInfo(token->slot, needed[i].type, &info);

		if (rv == CKR_OK)
			continue;
		err_next(trace, "Back the key up with the maker's own tool, and write it down: "
				"quorate backup record QUORUM --key LABEL --what TEXT --place TEXT "
				"--by NAME");
		return FAIL_RAW(trace, ERR_UNSUPPORTED, ERR_ORIGIN_CKR, rv,
		    "token '%s' (serial %s) has no %s, which a backup from token to token needs",
		    token->label, token->serial, needed[i].name);
	}
	return ERR_OK;
}

CK_MECHANISM
backup_oaep(void)
{
	static CK_RSA_PKCS_OAEP_PARAMS sha1 = {
		.hashAlg = CKM_SHA_1, .mgf = CKG_MGF1_SHA1, .source = CKZ_DATA_SPECIFIED
	};

	return (CK_MECHANISM){ CKM_RSA_PKCS_OAEP, &sha1, sizeof(sha1) };
}

enum err
backup_transport_clear(struct token_session *session, size_t *cleared, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = module_functions(token_session_module(session));
	CK_ATTRIBUTE wanted = { CKA_LABEL, ck_bytes(TRANSPORT_LABEL), strlen(TRANSPORT_LABEL) };
	struct object_list objects;
	enum err err = object_find(session, &wanted, 1, &objects, trace);

	if (err)
		return err;
	for (size_t i = 0; !err && i < objects.count; i++) {
		const CK_RV rv =
		    functions->C_DestroyObject(token_session_handle(session), objects.handles[i]);

		if (rv != CKR_OK)
			err = FAIL_CKR(trace, rv, "a '%s' key is not destroyed", TRANSPORT_LABEL);
	}
	if (!err && objects.count > 0)
		err = token_sync(token_session_token(session), trace);
	if (!err)
		*cleared = objects.count;
	free(objects.handles);
	return err;
}

/* The public half stays as long, so that a second machine can read it from the token and compare.
 */
static enum err
make_pair(struct token_session *session, struct key_pair *out, struct err_trace *trace)
{
	static const uint8_t f4[] = { 0x01, 0x00, 0x01 };
	const struct key_kind_row *row = key_kind_row(TRANSPORT_KIND);
	const CK_ULONG bits = row->bits;
	CK_MECHANISM mechanism = { .mechanism = row->generate };
	struct template public = { .count = 0 }, private = { .count = 0 };
	CK_RV rv;

	template_flag(&public, CKA_TOKEN, true);
	template_flag(&public, CKA_PRIVATE, false);
	template_flag(&public, CKA_WRAP, true);
	template_flag(&public, CKA_ENCRYPT, false);
	template_flag(&public, CKA_VERIFY, false);
	template_put(&public, CKA_LABEL, TRANSPORT_LABEL, strlen(TRANSPORT_LABEL));
	template_number(&public, CKA_MODULUS_BITS, &bits);
	template_put(&public, CKA_PUBLIC_EXPONENT, f4, sizeof(f4));
	template_flag(&private, CKA_TOKEN, true);
	template_flag(&private, CKA_PRIVATE, true);
	template_flag(&private, CKA_SENSITIVE, true);
	template_flag(&private, CKA_EXTRACTABLE, false);
	template_flag(&private, CKA_UNWRAP, true);
	template_flag(&private, CKA_DECRYPT, false);
	template_flag(&private, CKA_SIGN, false);
	template_flag(&private, CKA_DERIVE, false);
	template_put(&private, CKA_LABEL, TRANSPORT_LABEL, strlen(TRANSPORT_LABEL));
	rv = module_functions(token_session_module(session))
		 ->C_GenerateKeyPair(token_session_handle(session), &mechanism, public.at,
		     public.count, private.at, private.count, &out->public, &out->private);
	return rv == CKR_OK ? ERR_OK : FAIL_CKR(trace, rv, "no transport key was made");
}

/* A private half that could leave, or decrypt, would make the whole wrapping worth nothing. */
static enum err
check_private(const struct key_facts *key, struct err_trace *trace)
{
	const struct key_wanted rows[] = {
		{ "CKA_TOKEN", key->on_token, true },
		{ "CKA_PRIVATE", key->is_private, true },
		{ "CKA_SENSITIVE", key->sensitive, true },
		{ "CKA_ALWAYS_SENSITIVE", key->always_sensitive, true },
		{ "CKA_EXTRACTABLE", key->extractable, false },
		{ "CKA_NEVER_EXTRACTABLE", key->never_extractable, true },
		{ "CKA_LOCAL", key->made_here, true },
		{ "CKA_UNWRAP", key->can_unwrap, true },
		{ "CKA_DECRYPT", key->can_decrypt, false },
		{ "CKA_SIGN", key->can_sign, false },
		{ "CKA_DERIVE", key->can_derive, false },
	};

	if (key->kind != TRANSPORT_KIND)
		return FAIL(
		    trace, ERR_UNSUPPORTED, "the token made a transport key of another kind");
	return key_facts_check(rows, sizeof(rows) / sizeof(*rows), trace);
}

enum err
backup_public(struct token_session *session, const struct key_facts *key, struct public_der *out,
    struct err_trace *trace)
{
	uint8_t *der = NULL;
	size_t len = 0;
	enum err err = key_public_der(session, key, &der, &len, trace);

	if (!err && len > sizeof(out->bytes))
		err = FAIL(trace, ERR_FORMAT, "a public key of %zu bytes", len);
	if (!err) {
		memcpy(out->bytes, der, len);
		out->len = len;
	}
	free(der);
	return err;
}

enum err
backup_transport_make(
    struct token_session *session, struct public_der *out, struct err_trace *trace)
{
	struct key_pair pair = { .public = CK_INVALID_HANDLE };
	struct key_facts key;
	size_t cleared = 0;
	enum err err = backup_check_mechanisms(session, trace);

	if (!err)
		err = backup_transport_clear(session, &cleared, trace);
	if (!err)
		err = make_pair(session, &pair, trace);
	if (err)
		return err;
	err = key_pair_give_id(session, &pair, trace);
	if (!err) {
		key_facts_read(session, pair.private, &key);
		err = check_private(&key, trace);
	}
	if (!err)
		err = backup_public(session, &key, out, trace);
	if (!err)
		err = token_sync(token_session_token(session), trace);
	if (err) {
		key_pair_destroy(session, &pair);
		return FAIL(trace, err, "no transport key; the pair was destroyed");
	}
	return ERR_OK;
}
