/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/pin.h"

#include <stdlib.h>
#include <string.h>

#include "hsm/guard.h"
#include "hsm/module.h"
#include "hsm/text.h"
#include "hsm/token_info.h"

enum { LABEL_BYTES = 32 };

static enum err
missing(const char *function, struct module *module, struct err_trace *trace)
{
	err_next(trace,
	    "Quorate must be able to set this token's PINs. Ask the HSM's maker for a PKCS#11 "
	    "module that has %s, or use another HSM.",
	    function);
	return FAIL(trace, ERR_UNSUPPORTED, "module %s has no %s", module_path(module), function);
}

/*
 * Session handle 0 belongs to no token (CK_INVALID_HANDLE), so that whatever these calls answer, no
 * PIN was tried; a stub answers before it looks at the handle.
 */
static bool
set_pin_is_stub(CK_FUNCTION_LIST *functions)
{
	return functions->C_SetPIN(CK_INVALID_HANDLE, NULL, 0, NULL, 0) ==
	       CKR_FUNCTION_NOT_SUPPORTED;
}

static bool
init_pin_is_stub(CK_FUNCTION_LIST *functions)
{
	return functions->C_InitPIN(CK_INVALID_HANDLE, NULL, 0) == CKR_FUNCTION_NOT_SUPPORTED;
}

enum err
token_can_set_pins(struct module *module, const struct token_facts *token, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = module_functions(module);

	if (!functions->C_SetPIN || set_pin_is_stub(functions))
		return missing("C_SetPIN", module, trace);
	if (!token->initialised && !functions->C_InitToken)
		return missing("C_InitToken", module, trace);
	if (!token->initialised && (!functions->C_InitPIN || init_pin_is_stub(functions)))
		return missing("C_InitPIN", module, trace);
	if (token->own_pin_pad)
		return FAIL(trace, ERR_UNSUPPORTED,
		    "token '%s' (serial %s) takes its PINs from a pad of its own", token->label,
		    token->serial);
	if (token->write_protected)
		return FAIL(trace, ERR_NOT_NOW, "token '%s' (serial %s) is write-protected",
		    token->label, token->serial);
	return ERR_OK;
}

enum err
token_pin_fits(const struct token_facts *token, size_t length, struct err_trace *trace)
{
	/* Some modules leave the limits at "unknown"; 0 as the greatest says the same. */
	bool no_max = token->pin_max == 0 || token->pin_max == CK_UNAVAILABLE_INFORMATION;
	bool no_min = token->pin_min == CK_UNAVAILABLE_INFORMATION;

	if ((no_min || length >= token->pin_min) && (no_max || length <= token->pin_max))
		return ERR_OK;
	err_next(trace, "Bind the token with a PIN format of its own (prefix, alphabet, length).");
	return FAIL(trace, ERR_UNSUPPORTED,
	    "token '%s' (serial %s) takes PINs of %lu to %lu characters, not of %zu", token->label,
	    token->serial, token->pin_min, token->pin_max, length);
}

static enum err
refuse_label_in_use(struct module *module, const char *label, const struct token_facts *except,
    struct err_trace *trace)
{
	struct token_facts *tokens = NULL;
	size_t count = 0;
	enum err err = token_list(module, &tokens, &count, trace);

	for (size_t i = 0; !err && i < count; i++) {
		if (!tokens[i].initialised || strcmp(tokens[i].label, label) != 0)
			continue;
		if (except->initialised && tokens[i].slot == except->slot)
			continue;
		err_next(trace, "Choose another label.");
		err = FAIL(trace, ERR_EXISTS, "a token labelled '%s' is present (serial %s)", label,
		    tokens[i].serial);
	}
	free(tokens);
	return err;
}

static enum err
init_token(struct module *module, const struct token_facts *token, const struct token_init *init,
    struct token_facts *now, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = module_functions(module);
	CK_UTF8CHAR label[LABEL_BYTES];
	enum err err;
	CK_RV rv;

	if (!functions->C_InitToken)
		return missing("C_InitToken", module, trace);
	text_to_padded(init->label, label, sizeof(label));
	rv = functions->C_InitToken(
	    token->slot, ck_pin(init->so_pin), ck_pin_len(init->so_pin), label);
	if (rv == CKR_FUNCTION_NOT_SUPPORTED)
		return missing("C_InitToken", module, trace);
	if (rv != CKR_OK)
		return FAIL_CKR(
		    trace, rv, "the token in slot %lu refused to be initialised", token->slot);
	/* Some modules move a token to another slot when they initialise it: its label tells. */
	err = token_find_label(module, init->label, now, trace);
	if (err)
		return err;
	return token_sync(now, trace);
}

/* Everything about a new token that can be refused before it is touched. */
static enum err
check_init(struct module *module, const struct token_facts *token, const struct token_init *init,
    struct err_trace *trace)
{
	enum err err = token_label_check(init->label, init->practice, trace);

	if (err)
		return err;
	err = token_pin_fits(token, secret_len(init->so_pin), trace);
	if (err)
		return err;
	return refuse_label_in_use(module, init->label, token, trace);
}

enum err
token_init(struct module *module, const struct token_facts *fresh, const struct token_init *init,
    struct token_facts *now, struct err_trace *trace)
{
	struct token_facts seen;
	enum err err = token_refresh(module, fresh, &seen, trace);

	if (err)
		return err;
	if (fresh->initialised || seen.initialised)
		return FAIL(trace, ERR_EXISTS,
		    "token '%s' (serial %s) is initialised; initialising it again would erase it",
		    seen.label, seen.serial);
	err = check_init(module, &seen, init, trace);
	if (err)
		return err;
	return init_token(module, &seen, init, now, trace);
}

enum err
token_erase_all_objects(struct module *module, const struct token_facts *token,
    const char *serial_typed, const struct token_init *init, struct err_trace *trace)
{
	struct token_facts seen;
	enum err err = token_refresh(module, token, &seen, trace);

	if (err)
		return err;
	if (!seen.initialised)
		return FAIL(trace, ERR_NOT_NOW,
		    "the token in slot %lu is not initialised: there is "
		    "nothing to erase",
		    seen.slot);
	if (seen.serial[0] == '\0' || strcmp(seen.serial, serial_typed) != 0)
		return FAIL(trace, ERR_DENIED,
		    "'%s' is not the serial of token '%s' (serial %s); nothing was erased",
		    serial_typed, seen.label, seen.serial);
	err = token_practice_check(&seen, init->practice, trace);
	if (err)
		return err;
	err = check_init(module, &seen, init, trace);
	if (err)
		return err;
	return init_token(module, &seen, init, &seen, trace);
}

enum err
token_init_user_pin(struct module *module, const struct token_facts *token,
    const struct token_user_pin *pins, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = module_functions(module);
	struct token_session *session = NULL;
	enum err err = token_pin_fits(token, secret_len(pins->user_pin), trace);
	CK_RV rv;

	if (err)
		return err;
	if (!functions->C_InitPIN)
		return missing("C_InitPIN", module, trace);
	err = token_session_open(module, token, true, &session, trace);
	if (err)
		return err;
	err = token_login(session, TOKEN_SO, pins->so_pin, trace);
	if (err)
		goto out;
	rv = functions->C_InitPIN(
	    token_session_handle(session), ck_pin(pins->user_pin), ck_pin_len(pins->user_pin));
	if (rv == CKR_FUNCTION_NOT_SUPPORTED)
		err = missing("C_InitPIN", module, trace);
	else if (rv != CKR_OK)
		err = FAIL_CKR(trace, rv, "token '%s' (serial %s) refused its new user PIN",
		    token->label, token->serial);
	else
		err = token_sync(token, trace);
out:
	token_session_close(session);
	return err;
}

/* After a login no refusal is a wrong PIN's: callers rely on ERR_DENIED meaning "unchanged". */
static enum err
set_pin_err(CK_RV rv)
{
	enum err err = ckr_err(rv);

	return err == ERR_DENIED || err == ERR_LOCKED ? ERR_IO : err;
}

enum err
token_set_pin(struct module *module, const struct token_facts *token,
    const struct token_pin_change *change, struct err_trace *trace)
{
	CK_FUNCTION_LIST *functions = module_functions(module);
	struct token_session *session = NULL;
	enum err err = token_pin_fits(token, secret_len(change->new_pin), trace);
	CK_RV rv;

	if (err)
		return err;
	if (!functions->C_SetPIN)
		return missing("C_SetPIN", module, trace);
	err = token_session_open(module, token, true, &session, trace);
	if (err)
		return err;
	err = token_login(session, change->who, change->old_pin, trace);
	if (err)
		goto out;
	rv = functions->C_SetPIN(token_session_handle(session), ck_pin(change->old_pin),
	    ck_pin_len(change->old_pin), ck_pin(change->new_pin), ck_pin_len(change->new_pin));
	if (rv == CKR_FUNCTION_NOT_SUPPORTED)
		err = missing("C_SetPIN", module, trace);
	else if (rv != CKR_OK)
		err = FAIL_RAW(trace, set_pin_err(rv), ERR_ORIGIN_CKR, rv,
		    "token '%s' (serial %s) did not change its %s: %s", token->label, token->serial,
		    token_pin_word(change->who), ckr_word(rv));
	else
		err = token_sync(token, trace);
out:
	token_session_close(session);
	return err;
}

static enum err
refuse_low_counter(const struct token_facts *token, enum token_who who, struct err_trace *trace)
{
	const struct token_tries *tries = who == TOKEN_SO ? &token->so : &token->user;

	if (!tries->count_low && !tries->final_try && !tries->locked)
		return ERR_OK;
	return FAIL(trace, ERR_NOT_NOW, "token '%s' (serial %s): the %s was not tried%s",
	    token->label, token->serial, token_pin_word(who), token_tries_words(token, who));
}

enum err
token_try_pin(struct module *module, const struct token_facts *token,
    const struct token_try *attempt, enum token_verdict *verdict, struct err_trace *trace)
{
	struct token_session *session = NULL;
	enum err err;
	CK_RV rv;

	/* An SO can log in only while no read-only session is open, so this one is writable. */
	err = token_session_open(module, token, true, &session, trace);
	if (err)
		return err;
	if (!attempt->even_if_low)
		err = refuse_low_counter(token_session_token(session), attempt->who, trace);
	if (err)
		goto out;
	rv = token_login_once(session, attempt->who, attempt->pin);
	if (rv == CKR_OK)
		*verdict = TOKEN_PIN_RIGHT;
	else if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LEN_RANGE)
		*verdict = TOKEN_PIN_WRONG;
	else if (rv == CKR_PIN_LOCKED)
		*verdict = TOKEN_PIN_LOCKED;
	else
		err = token_login_failed(session, attempt->who, rv, trace);
out:
	token_session_close(session);
	return err;
}
