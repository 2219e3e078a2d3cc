/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PINs that a token has before it is taken over. They are typed while no quorum secret exists
 * in memory, and tried once, so that a wrong one is found before any card is written.
 */
#include "custody/issuing.h"

#include <stdio.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/login.h"
#include "custody/token.h"
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
try_pin(struct issuing *issuing, const struct roster_binding_spec *spec, enum roster_token_pin pin,
    const struct secret *value, struct err_trace *trace)
{
	const struct token_try attempt = { bound_token_who(pin), value, false };
	enum token_verdict verdict = TOKEN_PIN_WRONG;
	struct bound_token bound;
	enum err err = bound_token_open(issuing->custody, &spec->token, &bound, trace);

	if (err != ERR_OK)
		return err;
	err = token_try_pin(bound.module, &bound.facts, &attempt, &verdict, trace);
	bound_token_close(&bound);
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

	if (!is_switched(issuing, spec, pin, ROSTER_STEP_SWITCH_BEGUN))
		return ERR_OK;
	err = bound_token_open(issuing->custody, &spec->token, &bound, trace);
	if (err != ERR_OK)
		return err;
	if (!bound.facts.software)
		err =
		    login_check_tries(issuing->custody, &bound.facts, bound_token_who(pin), trace);
	bound_token_close(&bound);
	return err;
}

enum err
issuing_ask_tokens(struct issuing *issuing, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < issuing->tokens; i++) {
		const struct roster_binding_spec *spec = issuing->token[i].spec;

		for (int p = 0; err == ERR_OK && !spec->fresh && p < ROSTER_TOKEN_PIN__COUNT; p++) {
			enum roster_token_pin pin = (enum roster_token_pin)p;
			struct secret **held = &issuing->token[i].old_pin[pin];

			if (!spec->binds[pin] ||
			    is_switched(issuing, spec, pin, ROSTER_STEP_SWITCH_DONE))
				continue;
			err = check_tries(issuing, spec, pin, trace);
			if (err == ERR_OK)
				err = ask_pin(issuing, spec, pin, held, trace);
			/* Once the switch was begun the token may have either PIN; it is tried
			 * then. */
			if (err == ERR_OK &&
			    !is_switched(issuing, spec, pin, ROSTER_STEP_SWITCH_BEGUN))
				err = try_pin(issuing, spec, pin, *held, trace);
		}
	}
	return err;
}
