/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "hsm/object.h"
#include "hsm/token_info.h"

struct token_session {
	struct module *module;
	CK_SESSION_HANDLE handle;
	struct token_facts token;
	bool logged_in;
};

CK_SESSION_HANDLE
token_session_handle(const struct token_session *session)
{
	return session->handle;
}

struct module *
token_session_module(const struct token_session *session)
{
	return session->module;
}

const struct token_facts *
token_session_token(const struct token_session *session)
{
	return &session->token;
}

enum err
token_session_open(struct module *module, const struct token_facts *token, bool writable,
    struct token_session **out, struct err_trace *trace)
{
	struct token_facts now;
	struct token_session *session;
	CK_FLAGS flags = CKF_SERIAL_SESSION | (writable ? CKF_RW_SESSION : 0);
	enum err err = token_refresh(module, token, &now, trace);
	CK_RV rv;

	if (err)
		return err;
	if (!token->initialised || !now.initialised)
		return FAIL(trace, ERR_NOT_NOW, "the token in slot %lu is not initialised%s",
		    now.slot, now.initialised ? ", or was not when it was looked at" : "");
	session = calloc(1, sizeof(*session));
	if (!session)
		return FAIL(trace, ERR_NOMEM, "no memory for a session");
	session->module = module;
	session->token = now;
	rv = module_functions(module)->C_OpenSession(now.slot, flags, NULL, NULL, &session->handle);
	if (rv != CKR_OK) {
		free(session);
		return FAIL_CKR(
		    trace, rv, "token '%s' (serial %s) opens no session", now.label, now.serial);
	}
	*out = session;
	return ERR_OK;
}

void
token_session_close(struct token_session *session)
{
	CK_FUNCTION_LIST *functions;

	if (!session)
		return;
	functions = module_functions(session->module);
	if (session->logged_in)
		(void)functions->C_Logout(session->handle);
	(void)functions->C_CloseSession(session->handle);
	free(session);
}

const char *
token_tries_words(const struct token_facts *token, enum token_who who)
{
	const struct token_tries *tries = who == TOKEN_SO ? &token->so : &token->user;

	if (tries->locked)
		return "; it is locked now";
	if (tries->final_try)
		return "; ONE try is left before it locks";
	if (tries->count_low)
		return "; the token says that few tries are left";
	return "";
}

enum err
token_login_failed(
    const struct token_session *session, enum token_who who, CK_RV rv, struct err_trace *trace)
{
	const struct token_facts *token = &session->token;
	struct token_facts now = *token;

	if (rv == CKR_PIN_INCORRECT)
		(void)!token_refresh(session->module, token, &now, NULL);
	if (rv == CKR_USER_ALREADY_LOGGED_IN || rv == CKR_USER_ANOTHER_ALREADY_LOGGED_IN)
		return FAIL_CKR(trace, rv,
		    "token '%s' (serial %s): this program is logged in already; no PIN was tried",
		    token->label, token->serial);
	if (rv == CKR_USER_PIN_NOT_INITIALIZED)
		return FAIL_CKR(trace, rv, "token '%s' (serial %s) has no user PIN yet",
		    token->label, token->serial);
	return FAIL_CKR(trace, rv, "token '%s' (serial %s) refused the %s%s", token->label,
	    token->serial, token_pin_word(who), token_tries_words(&now, who));
}

CK_RV
token_login_once(struct token_session *session, enum token_who who, const struct secret *pin)
{
	CK_RV rv = module_functions(session->module)
		       ->C_Login(session->handle, ck_user(who), ck_pin(pin), ck_pin_len(pin));

	session->logged_in = session->logged_in || rv == CKR_OK;
	return rv;
}

enum err
token_login(struct token_session *session, enum token_who who, const struct secret *pin,
    struct err_trace *trace)
{
	CK_RV rv = token_login_once(session, who, pin);

	return rv == CKR_OK ? ERR_OK : token_login_failed(session, who, rv, trace);
}

enum err
token_logout(struct token_session *session, struct err_trace *trace)
{
	CK_RV rv = module_functions(session->module)->C_Logout(session->handle);

	if (rv != CKR_OK)
		return FAIL_CKR(trace, rv, "token '%s' (serial %s) does not log out",
		    session->token.label, session->token.serial);
	session->logged_in = false;
	return ERR_OK;
}

enum err
token_count_objects(struct token_session *session, size_t *count, struct err_trace *trace)
{
	struct object_list all;
	enum err err = object_find(session, NULL, 0, &all, trace);

	if (err)
		return err;
	free(all.handles);
	*count = all.count;
	return ERR_OK;
}

enum err
token_random(struct token_session *session, size_t len, struct secret *out, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = module_functions(session->module);
	size_t before = secret_len(out);
	uint8_t *at;
	CK_RV rv;

	if (!session->token.has_random || !functions->C_GenerateRandom)
		return FAIL(trace, ERR_UNSUPPORTED, "token '%s' (serial %s) gives no randomness",
		    session->token.label, session->token.serial);
	at = secret_extend(out, len);
	if (!at)
		return FAIL(trace, ERR_ARGUMENT, "no room for %zu random bytes", len);
	rv = functions->C_GenerateRandom(session->handle, at, (CK_ULONG)len);
	if (rv != CKR_OK) {
		secret_truncate(out, before);
		return FAIL_CKR(trace, rv, "token '%s' (serial %s) gives no randomness",
		    session->token.label, session->token.serial);
	}
	return ERR_OK;
}
