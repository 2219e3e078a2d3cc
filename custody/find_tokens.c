/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of the plan's tokens are here. One that is not is left as it is and keeps its generation
 * live, unless its PINs may have been touched already. Looked at before anybody presents a card:
 * a locked PIN, or a wrong try that nobody here can explain, is asked about while people may be.
 */
#include "custody/issuing.h"

#include <stdio.h>
#include <stdlib.h>

#include "custody/attendant.h"
#include "custody/login.h"
#include "custody/token.h"
#include "roster/activation.h"
#include "roster/policy.h"

enum { MINUTE = 60 };

static bool
has_step(const struct issuing *issuing, const struct roster_binding_spec *spec,
    enum roster_token_pin pin, enum roster_step_kind kind)
{
	struct roster_step like = { .kind = kind, .pin = pin };

	snprintf(like.binding, sizeof(like.binding), "%s", spec->name);
	return issuing_did(issuing, &like);
}

static bool
is_begun(const struct issuing *issuing, const struct roster_binding_spec *spec)
{
	return has_step(issuing, spec, ROSTER_USER_PIN, ROSTER_STEP_SWITCH_BEGUN) ||
	       has_step(issuing, spec, ROSTER_SO_PIN, ROSTER_STEP_SWITCH_BEGUN);
}

/* SoftHSM counts one wrong try and never locks. */
static enum err
check_tries(struct issuing *issuing, const struct roster_binding_spec *spec,
    const struct token_facts *facts, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (int p = 0; err == ERR_OK && !facts->software && p < ROSTER_TOKEN_PIN__COUNT; p++) {
		enum roster_token_pin pin = (enum roster_token_pin)p;

		if (spec->binds[pin] && !has_step(issuing, spec, pin, ROSTER_STEP_SWITCH_DONE))
			err =
			    login_check_tries(issuing->custody, facts, bound_token_who(pin), trace);
	}
	return err;
}

static void
note_away(const struct issuing *issuing, const struct roster_binding_spec *spec)
{
	struct attendant *attendant = issuing->custody->attendant;
	char text[256];

	snprintf(text, sizeof(text),
	    "Token '%.32s' (%.32s) is not here: it keeps its PINs for now. When it is here: "
	    "quorate "
	    "quorum resume %.32s --by NAME",
	    spec->token.label, spec->name, issuing->quorum.name);
	attendant->note(attendant->context, text);
}

/* It may have either PIN by now. */
static enum err
refuse_half_done(const struct roster_binding_spec *spec, struct err_trace *trace)
{
	err_next_instead(trace,
	    "Connect it and run the command again. If the device is gone for good, two people say "
	    "so: "
	    "quorate token unbind %s --gone --people NAME,NAME --reason TEXT --by NAME",
	    spec->name);
	return FAIL(trace, ERR_ABSENT, "token '%s' is wanted: its PINs are being changed already",
	    spec->token.label);
}

static enum err
find_one(struct issuing *issuing, struct issuing_token *token, struct err_trace *trace)
{
	const struct roster_binding_spec *spec = token->spec;
	struct bound_token bound;
	enum err err;

	/* A software token may be torn until its switch goes on: it is not looked into. */
	if (is_begun(issuing, spec) && spec->token.software && !token->away)
		return ERR_OK;
	err = token->away ? ERR_ABSENT
			  : bound_token_open(issuing->custody, &spec->token, &bound, trace);
	if (err == ERR_OK) {
		err = check_tries(issuing, spec, &bound.facts, trace);
		bound_token_close(&bound);
		return err;
	}
	if (err != ERR_ABSENT)
		return err;
	if (is_begun(issuing, spec))
		return refuse_half_done(spec, trace);
	err_clear(trace);
	token->away = true;
	note_away(issuing, spec);
	return ERR_OK;
}

enum err
issuing_check_not_active(
    struct custody *custody, const struct roster_quorum *quorum, struct err_trace *trace)
{
	struct roster *roster = custody->roster;
	struct roster_activation *all = NULL;
	size_t count = 0;
	int64_t minutes = 0;
	enum err err = roster_activation_list(roster, &quorum->id, &all, &count, trace);

	if (err == ERR_OK)
		err =
		    roster_policy_get(roster, ROSTER_POLICY_ACTIVATION_MINUTES, 0, &minutes, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		if (all[i].closed == 0 && roster_now(roster) < all[i].opened + minutes * MINUTE) {
			err_next(trace,
			    "End it with 'quorate deactivate %s', or wait until it ends.",
			    quorum->name);
			err =
			    FAIL(trace, ERR_NOT_NOW, "quorum '%s' is activated now", quorum->name);
		}
	free(all);
	return err;
}

enum err
issuing_find_tokens(struct issuing *issuing, struct err_trace *trace)
{
	size_t wanted = 0, here = 0;
	enum err err;

	if (issuing_did(issuing, &(struct roster_step){ .kind = ROSTER_STEP_RETIRED }))
		return ERR_OK;
	err = issuing_check_not_active(issuing->custody, &issuing->quorum, trace);
	for (size_t i = 0; err == ERR_OK && i < issuing->tokens; i++) {
		if (issuing->token[i].gone)
			continue;
		err = find_one(issuing, &issuing->token[i], trace);
		wanted++;
		here += issuing->token[i].away ? 0 : 1;
	}
	if (err != ERR_OK || here > 0 || wanted == 0)
		return err;
	err_next(trace, "Connect the HSM; 'quorate token list' shows what is here.");
	return FAIL(trace, ERR_ABSENT, "none of the tokens that are to switch is here");
}
