/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PINs that a token has before it is taken over. They are typed while no quorum secret exists
 * in memory, and tried once, so that a wrong one is found before any card is written.
 *
 * SoftHSM rewrites a token's file in place at each login too, so each try has a copy beside it.
 */
#include "custody/issuing.h"

#include <stdio.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/login.h"
#include "custody/token.h"
#include "custody/token_change.h"
#include "hsm/guard.h"
#include "hsm/pin.h"

static bool
is_switched(const struct issuing *issuing, const struct roster_binding_spec *spec,
    enum roster_token_pin pin, enum roster_step_kind kind)
{
	struct roster_step like = { .kind = kind, .pin = pin };

	snprintf(like.binding, sizeof(like.binding), "%s", spec->name);
	return issuing_did(issuing, &like);
}

static enum err
ask_pin(struct issuing *issuing, const struct roster_binding_spec *spec, enum roster_token_pin pin,
    struct secret **out, struct err_trace *trace)
{
	struct attendant *attendant = issuing->custody->attendant;
	const struct attendant_pin_ask ask = {
		.purpose = pin == ROSTER_SO_PIN ? ATTENDANT_PIN_TOKEN_SO : ATTENDANT_PIN_TOKEN_USER,
		.token = spec->token.label,
		.serial = spec->token.serial,
		.min = 1,
		.max = 255,
	};
	enum err err = attendant->pin(attendant->context, &ask, out, trace);

	if (err == ERR_OK && *out == NULL)
		err = FAIL(trace, ERR_CANCELLED, "the present %s of token '%s' was not given",
		    pin == ROSTER_SO_PIN ? "SO PIN" : "user PIN", spec->token.label);
	return err;
}

static enum err
try_guarded(struct issuing *issuing, const struct roster_binding *binding,
    const struct token_try *attempt, enum token_verdict *verdict, struct err_trace *trace)
{
	struct token_copy_path copy;
	struct bound_token bound;
	enum err err = bound_token_open(issuing->custody, &binding->spec.token, &bound, trace);

	if (err != ERR_OK)
		return err;
	err = token_copy_path(issuing->custody, &binding->id, ROSTER_USER_PIN, &copy, trace);
	if (err == ERR_OK)
		err = token_guard_begin(&bound.facts, copy.text, trace);
	if (err == ERR_OK)
		err = token_try_pin(bound.module, &bound.facts, attempt, verdict, trace);
	/* After a failure that is none of the PIN's the copy stays: the next run puts it back. */
	if (err == ERR_OK || err == ERR_NOT_NOW) {
		enum err ended = token_guard_end(&bound.facts, copy.text, trace);

		err = err == ERR_OK ? ended : err;
	}
	bound_token_close(&bound);
	return err;
}

static enum err
try_pin(struct issuing *issuing, const struct roster_binding_spec *spec, enum roster_token_pin pin,
    const struct secret *value, struct err_trace *trace)
{
	const struct token_try attempt = { bound_token_who(pin), value, false };
	enum token_verdict verdict = TOKEN_PIN_WRONG;
	struct roster_binding binding;
	enum err err = roster_binding_find(issuing->custody->roster, spec->name, &binding, trace);

	if (err == ERR_OK)
		err = try_guarded(issuing, &binding, &attempt, &verdict, trace);
	if (err == ERR_OK && verdict != TOKEN_PIN_RIGHT) {
		err_next(trace,
		    "Find the right PIN before you try again: tokens lock after few wrong ones.");
		err = FAIL(trace, verdict == TOKEN_PIN_LOCKED ? ERR_LOCKED : ERR_DENIED,
		    "token '%s' refused its %s", spec->token.label,
		    pin == ROSTER_SO_PIN ? "SO PIN" : "user PIN");
	}
	return err;
}

/*
 * A token that counts wrong tries already, where a PIN will be tried that nobody has proven: a
 * switch that was begun may have set it or not. Asked now, before any secret exists: later there is
 * nobody to ask. SoftHSM counts one wrong try and never locks.
 */
static enum err
check_tries(struct issuing *issuing, const struct roster_binding_spec *spec,
    enum roster_token_pin pin, struct err_trace *trace)
{
	struct bound_token bound;
	enum err err;

	if (spec->token.software || !is_switched(issuing, spec, pin, ROSTER_STEP_SWITCH_BEGUN))
		return ERR_OK;
	err = bound_token_open(issuing->custody, &spec->token, &bound, trace);
	if (err != ERR_OK)
		return err;
	err = login_check_tries(issuing->custody, &bound.facts, bound_token_who(pin), trace);
	bound_token_close(&bound);
	return err;
}

/*
 * False once this PIN's switch was begun: the token may have either, and it is tried then. A
 * software token may be torn as soon as any was, until the switch goes on.
 */
static bool
may_try(const struct issuing *issuing, const struct roster_binding_spec *spec,
    enum roster_token_pin pin)
{
	enum roster_token_pin other = pin == ROSTER_SO_PIN ? ROSTER_USER_PIN : ROSTER_SO_PIN;

	return !is_switched(issuing, spec, pin, ROSTER_STEP_SWITCH_BEGUN) &&
	       !(spec->token.software &&
		   is_switched(issuing, spec, other, ROSTER_STEP_SWITCH_BEGUN));
}

/* A try that a crash broke off. */
static enum err
undo_try(struct issuing *issuing, const struct roster_binding_spec *spec, struct err_trace *trace)
{
	struct roster_binding binding;
	enum err err;

	if (!may_try(issuing, spec, ROSTER_USER_PIN))
		return ERR_OK;
	err = roster_binding_find(issuing->custody->roster, spec->name, &binding, trace);
	return err == ERR_OK
		   ? token_copy_undo(issuing->custody, &binding.id, ROSTER_USER_PIN, trace)
		   : err;
}

static enum err
ask_token(struct issuing *issuing, struct issuing_token *token, struct err_trace *trace)
{
	const struct roster_binding_spec *spec = token->spec;
	enum err err = undo_try(issuing, spec, trace);

	for (int p = 0; err == ERR_OK && p < ROSTER_TOKEN_PIN__COUNT; p++) {
		enum roster_token_pin pin = (enum roster_token_pin)p;

		if (!spec->binds[pin] || is_switched(issuing, spec, pin, ROSTER_STEP_SWITCH_DONE))
			continue;
		err = check_tries(issuing, spec, pin, trace);
		if (err == ERR_OK)
			err = ask_pin(issuing, spec, pin, &token->old_pin[pin], trace);
		if (err == ERR_OK && may_try(issuing, spec, pin))
			err = try_pin(issuing, spec, pin, token->old_pin[pin], trace);
	}
	return err;
}

enum err
issuing_ask_tokens(struct issuing *issuing, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < issuing->tokens; i++)
		if (!issuing->token[i].spec->fresh && !issuing->token[i].gone)
			err = ask_token(issuing, &issuing->token[i], trace);
	return err;
}
