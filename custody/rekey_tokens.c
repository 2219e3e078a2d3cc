/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/rekey_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "custody/token.h"
#include "hsm/module.h"
#include "hsm/pin.h"
#include "roster/generation.h"

static bool
is_left_away(const struct rekeying *rekeying, const char *name)
{
	const struct attendance *attendance = &rekeying->request->attendance;

	for (size_t i = 0; i < attendance->away_count; i++)
		if (strcmp(attendance->away[i], name) == 0)
			return true;
	return false;
}

/* What can be seen without a PIN of a token that is to take new ones. */
static enum err
check_here(const struct roster_binding_spec *spec, const struct token_facts *facts,
    struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
		const struct roster_pin_format *format = &spec->format[pin];
		const struct token_tries *tries = pin == ROSTER_SO_PIN ? &facts->so : &facts->user;
		size_t length =
		    format->is_set ? strlen(format->prefix) + format->length : PIN_DEFAULT_LENGTH;

		if (!spec->binds[pin])
			continue;
		err = token_pin_fits(facts, length, trace);
		if (err == ERR_OK && tries->locked) {
			err_next(trace,
			    "Have it unlocked first, or leave this token out for now: --away %s",
			    spec->name);
			err = FAIL(trace, ERR_LOCKED, "the %s PIN of token '%s' is locked",
			    pin == ROSTER_SO_PIN ? "SO" : "user", facts->label);
		}
	}
	return err;
}

static enum err
look_at(struct rekeying *rekeying, const struct roster_binding_spec *spec,
    struct rekey_token *token, struct err_trace *trace)
{
	struct bound_token bound;
	enum err err;

	token->away = is_left_away(rekeying, spec->name);
	if (token->away)
		return ERR_OK;
	err = bound_token_open(rekeying->custody, &spec->token, &bound, trace);
	if (err == ERR_ABSENT) {
		err_clear(trace);
		token->away = true;
		return ERR_OK;
	}
	if (err != ERR_OK)
		return err;
	err = check_here(spec, &bound.facts, trace);
	bound_token_close(&bound);
	return err;
}

/*
 * What opens a token that was left behind must be sealed to the generation of before: the re-key
 * carries that on. It is not where a roster was adopted without enough cards of both.
 */
static enum err
check_carried(
    struct rekeying *rekeying, const struct roster_binding *binding, struct err_trace *trace)
{
	const struct rekey_forecast *out = rekeying->out;
	enum err err = ERR_OK;

	for (int pin = 0; err == ERR_OK && pin < ROSTER_TOKEN_PIN__COUNT; pin++) {
		struct roster_escrow row = { .kind = ROSTER_ESCROW_OLDER_SECRET,
			.generation = out->former };

		if (binding->opens[pin] == 0 || binding->opens[pin] == out->former)
			continue;
		roster_subject_of_generation(binding->opens[pin], row.subject);
		err = roster_escrow_get(
		    rekeying->custody->roster, &rekeying->quorum.id, &row, &row, trace);
		if (err != ERR_ABSENT)
			continue;
		err_next(trace,
		    "Take it out first, with cards of generation %u: quorate token unbind %s --by "
		    "NAME; and "
		    "bind it again after the re-key.",
		    binding->opens[pin], binding->spec.name);
		err = FAIL(trace, ERR_NOT_NOW,
		    "token '%s' opens with generation %u, whose secret is not sealed to generation "
		    "%u: a re-key would lose it",
		    binding->spec.token.label, binding->opens[pin], out->former);
	}
	return err;
}

static enum err
plan_token(struct rekeying *rekeying, const struct roster_binding *binding, struct err_trace *trace)
{
	struct rekey_forecast *out = rekeying->out;
	struct rekey_token *token = &out->token[out->tokens];
	enum err err;

	if (out->tokens == ROSTER_TOKENS_MAX)
		return FAIL(trace, ERR_UNSUPPORTED, "one re-key switches at most %d tokens",
		    ROSTER_TOKENS_MAX);
	snprintf(token->name, sizeof(token->name), "%s", binding->spec.name);
	snprintf(token->label, sizeof(token->label), "%s", binding->spec.token.label);
	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		token->twice = token->twice ||
			       (binding->opens[pin] != 0 && binding->opens[pin] != out->former);
	out->plan.token[out->tokens] = binding->spec;
	out->plan.token[out->tokens].fresh = false;
	out->tokens++;
	out->plan.tokens++;
	err = check_carried(rekeying, binding, trace);
	return err == ERR_OK ? look_at(rekeying, &binding->spec, token, trace) : err;
}

enum err
rekey_plan_tokens(struct rekeying *rekeying, struct err_trace *trace)
{
	const struct rekey_forecast *out = rekeying->out;
	struct roster_binding *bindings = NULL;
	size_t count = 0, here = 0, left = 0;
	enum err err = roster_binding_list(
	    rekeying->custody->roster, &rekeying->quorum.id, &bindings, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++)
		if (bindings[i].opens[ROSTER_USER_PIN] != 0 ||
		    bindings[i].opens[ROSTER_SO_PIN] != 0)
			err = plan_token(rekeying, &bindings[i], trace);
	free(bindings);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < out->tokens; i++) {
		here += out->token[i].away ? 0 : 1;
		left += is_left_away(rekeying, out->token[i].name) ? 1 : 0;
	}
	if (left != rekeying->request->attendance.away_count)
		return FAIL(trace, ERR_ARGUMENT, "--away names a token that is not bound to '%s'",
		    out->quorum);
	if (here > 0)
		return ERR_OK;
	err_next(trace, "Connect the HSM; 'quorate token list' shows what is here.");
	return FAIL(
	    trace, ERR_ABSENT, "no token of '%s' is here: nothing would switch", out->quorum);
}
