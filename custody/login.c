/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/login.h"

#include <stdio.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/checkpoint.h"

enum err
login_find(struct custody *custody, const char *quorum, const char *binding,
    struct login_target *out, struct err_trace *trace)
{
	unsigned opens;
	enum err err = roster_quorum_find(custody->roster, quorum, &out->quorum, trace);

	if (err != ERR_OK)
		return err;
	if (out->quorum.live == 0) {
		err_next(trace, "Finish it first: quorate quorum resume %s", quorum);
		return FAIL(trace, ERR_NOT_NOW, "quorum '%s' is not complete yet", quorum);
	}
	err = bound_token_choose(custody->roster, &out->quorum.id, binding, &out->binding, trace);
	if (err != ERR_OK)
		return err;
	opens = out->binding.opens[ROSTER_USER_PIN];
	if (opens == 0) {
		err_next(trace, "Finish it first: quorate quorum resume %s", quorum);
		return FAIL(trace, ERR_NOT_NOW, "token '%s' does not open with '%s' yet",
		    out->binding.spec.token.label, quorum);
	}
	return roster_generation_get(
	    custody->roster, &out->quorum.id, opens, &out->generation, trace);
}

enum err
login_check_tries(struct custody *custody, const struct token_facts *facts, struct err_trace *trace)
{
	struct attendant *attendant = custody->attendant;
	bool yes = false;
	char text[256];
	enum err err;

	if (facts->user.locked) {
		err_next(trace,
		    "Have the SO set the user PIN again; 'quorate token info' shows the token.");
		return FAIL(
		    trace, ERR_LOCKED, "the user PIN of token '%s' is locked", facts->label);
	}
	if (!facts->user.count_low && !facts->user.final_try)
		return ERR_OK;
	snprintf(text, sizeof(text),
	    "Token '%s' counts a wrong user PIN%s, which did not come from a completed command "
	    "here. "
	    "Go on and try the quorum's PIN once?",
	    facts->label, facts->user.final_try ? " and has one try left" : "");
	err = attendant->confirm(attendant->context, text, NULL, &yes, trace);
	if (err == ERR_OK && !yes)
		err = FAIL(trace, ERR_CANCELLED, "stopped before the PIN of token '%s' was tried",
		    facts->label);
	return err;
}

/* The card that completed the secret vouches for what the roster says now. */
static void
sign_checkpoint(
    struct custody *custody, const struct login_target *target, struct gathered *gathered)
{
	size_t place = gathered->place[gathered->cards - 1];
	struct roster_card card;

	if (roster_card_get(custody->roster, &target->generation.share[place].card, &card, NULL) !=
		ERR_OK ||
	    checkpoint_by_card(custody, gathered->last.card, &card, NULL) != ERR_OK)
		custody->attendant->note(custody->attendant->context,
		    "The last card signed no checkpoint; nothing else is affected.");
}

static enum err
log_in(struct custody *custody, const struct login_target *target, const char *purpose,
    struct login *login, struct err_trace *trace)
{
	const struct gather_request request = { .quorum = &target->quorum,
		.generation = &target->generation,
		.purpose = purpose,
		.sign = true };
	struct collection collection = { .quorum = &target->quorum,
		.generation = &target->generation };
	struct visit_seen seen = { 0 };
	struct gathered gathered = { 0 };
	struct secret *pin = NULL;
	enum err err = gather(custody, &request, &collection, &seen, &gathered, trace);

	if (err != ERR_OK)
		return err;
	err = bound_token_pin(gathered.prk, &target->binding.spec, ROSTER_USER_PIN, &pin, trace);
	secret_drop(&gathered.prk);
	if (err == ERR_OK)
		err = token_session_open(
		    login->token.module, &login->token.facts, true, &login->session, trace);
	if (err == ERR_OK)
		err = token_login(login->session, TOKEN_USER, pin, trace);
	secret_free(pin);
	if (err == ERR_OK)
		sign_checkpoint(custody, target, &gathered);
	gathered_end(custody, &gathered, false);
	return err;
}

enum err
login_open(struct custody *custody, const struct login_target *target, const char *purpose,
    struct login *out, struct err_trace *trace)
{
	struct login login = { .session = NULL };
	enum err err = bound_token_open(custody, &target->binding.spec.token, &login.token, trace);

	if (err != ERR_OK)
		return err;
	err = login_check_tries(custody, &login.token.facts, trace);
	if (err == ERR_OK)
		err = log_in(custody, target, purpose, &login, trace);
	if (err != ERR_OK) {
		login_close(&login);
		return err;
	}
	*out = login;
	return ERR_OK;
}

void
login_close(struct login *login)
{
	token_session_close(login->session);
	login->session = NULL;
	bound_token_close(&login->token);
}
