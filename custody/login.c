/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/login.h"

#include <stdio.h>
#include <string.h>

#include "custody/attendant.h"
#include "roster/operation.h"

enum err
login_find(struct custody *custody, const char *quorum, const char *binding,
    struct login_target *out, struct err_trace *trace)
{
	unsigned opens;
	enum err err = roster_quorum_find(custody->roster, quorum, &out->quorum, trace);

	if (err != ERR_OK)
		return err;
	if (out->quorum.live == 0) {
		err_next(trace, "Finish it first: quorate quorum resume %s --by NAME", quorum);
		return FAIL(trace, ERR_NOT_NOW, "quorum '%s' is not complete yet", quorum);
	}
	err = bound_token_choose(custody->roster, &out->quorum.id, binding, &out->binding, trace);
	if (err != ERR_OK)
		return err;
	opens = out->binding.opens[ROSTER_USER_PIN];
	if (opens == 0) {
		err_next(trace, "Finish it first: quorate quorum resume %s --by NAME", quorum);
		return FAIL(trace, ERR_NOT_NOW, "token '%s' does not open with '%s' yet",
		    out->binding.spec.token.label, quorum);
	}
	return roster_generation_get(
	    custody->roster, &out->quorum.id, opens, &out->generation, trace);
}

static bool
has_step(const struct roster_operation *operation, const char *binding, enum roster_token_pin pin,
    enum roster_step_kind kind)
{
	struct roster_step like = { .kind = kind, .pin = pin };

	snprintf(like.binding, sizeof(like.binding), "%s", binding);
	return roster_operation_step(operation, &like) != NULL;
}

/* Which PIN it has is not known; and a software token may be torn, whichever PIN it was. */
static bool
is_changing(const struct roster_operation *operation, const struct roster_binding_spec *spec)
{
	for (int p = 0; p < ROSTER_TOKEN_PIN__COUNT; p++) {
		enum roster_token_pin pin = (enum roster_token_pin)p;

		if (pin != ROSTER_USER_PIN && !spec->token.software)
			continue;
		if (has_step(operation, spec->name, pin, ROSTER_STEP_SWITCH_BEGUN) &&
		    !has_step(operation, spec->name, pin, ROSTER_STEP_SWITCH_DONE))
			return true;
	}
	return false;
}

static bool
is_leaving(const struct roster_operation *operation, const struct roster_binding_spec *spec)
{
	for (size_t i = 0; i < operation->steps; i++)
		if (operation->plan.kind == ROSTER_OP_UNBIND &&
		    operation->step[i].kind == ROSTER_STEP_SWITCH_BEGUN &&
		    strcmp(operation->step[i].binding, spec->name) == 0)
			return true;
	return false;
}

enum err
login_check_stays(
    struct custody *custody, const struct login_target *target, struct err_trace *trace)
{
	const struct roster_binding_spec *spec = &target->binding.spec;
	struct roster_operation *pending = NULL;
	enum err err =
	    roster_operation_pending(custody->roster, &target->quorum.id, &pending, NULL);

	if (err != ERR_OK)
		return err == ERR_ABSENT ? ERR_OK
					 : FAIL(trace, err, "what is pending cannot be read");
	if (is_leaving(pending, spec)) {
		err_next(trace,
		    "Finish it first: quorate token unbind %s --by NAME, with the same new PINs.",
		    spec->name);
		err = FAIL(trace, ERR_NOT_NOW,
		    "token '%s' is being taken from its quorum, and may have other PINs already",
		    spec->token.label);
	} else if (is_changing(pending, spec)) {
		err_next(trace, "Finish it first: quorate quorum resume %s --by NAME",
		    target->quorum.name);
		err = FAIL(trace, ERR_NOT_NOW,
		    "'%s' of quorum '%s' is not complete, and token '%s' may have its new PINs",
		    roster_operation_word(pending->plan.kind), target->quorum.name,
		    spec->token.label);
	}
	roster_operation_free(pending);
	return err;
}

enum err
login_check_tries(struct custody *custody, const struct token_facts *facts, enum token_who who,
    struct err_trace *trace)
{
	const struct token_tries *tries = who == TOKEN_SO ? &facts->so : &facts->user;
	const char *which = who == TOKEN_SO ? "SO" : "user";
	struct attendant *attendant = custody->attendant;
	bool yes = false;
	char text[256];
	enum err err;

	if (tries->locked) {
		err_next(trace, "%s; 'quorate token info' shows the token.",
		    who == TOKEN_SO ? "Ask the token's maker what its lock means for its keys"
				    : "Have the SO set the user PIN again");
		return FAIL(
		    trace, ERR_LOCKED, "the %s PIN of token '%s' is locked", which, facts->label);
	}
	if (!tries->count_low && !tries->final_try)
		return ERR_OK;
	snprintf(text, sizeof(text),
	    "Token '%s' counts a wrong %s PIN%s, which did not come from a completed command here. "
	    "Go on and try the quorum's PIN once?",
	    facts->label, which, tries->final_try ? " and has one try left" : "");
	err = attendant->confirm(attendant->context, text, NULL, &yes, trace);
	if (err == ERR_OK && !yes)
		err = FAIL(trace, ERR_CANCELLED,
		    "stopped before the %s PIN of token '%s' was tried", which, facts->label);
	return err;
}
