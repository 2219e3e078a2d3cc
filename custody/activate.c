/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/activate.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/secret.h"
#include "custody/activate_parts.h"
#include "custody/session_open.h"
#include "custody/take_in.h"

/* The token must be there, and fit to be logged in to, before anyone presents a card. */
static enum err
check_token(struct activating *activating, struct err_trace *trace)
{
	struct bound_token bound;
	enum err err = bound_token_open(
	    activating->custody, &activating->target->binding.spec.token, &bound, trace);

	if (err != ERR_OK)
		return err;
	err = login_check_tries(activating->custody, &bound.facts, TOKEN_USER, trace);
	bound_token_close(&bound);
	return err;
}

static enum err
start_for_applications(
    struct activating *activating, const struct secret *prk, struct err_trace *trace)
{
	const struct roster_binding_spec *spec = &activating->target->binding.spec;
	struct agent_order order = activate_order(activating);
	struct agent_secrets secrets = { .count = 1 };
	struct secret *pin = NULL;
	enum err err = bound_token_pin(prk, spec, ROSTER_USER_PIN, &pin, trace);

	order.module = spec->token.module;
	order.token = spec->token.uri;
	order.label = spec->token.label;
	secrets.secret[0] = pin;
	if (err == ERR_OK)
		err = agent_start(&order, &secrets, &activating->out.agent, trace);
	secret_free(pin);
	return err;
}

/*
 * The record comes first: an activation that nobody wrote down does not happen. The record of an
 * agent that did not come to serve is taken in at once, as one that never began.
 */
static enum err
hand_over(struct activating *activating, struct gathered *gathered, struct err_trace *trace)
{
	bool stay = activating->request->stay != GATHER_STAY_NONE;
	struct secret *prk = gathered->prk;
	enum err err;

	gathered->prk = NULL;
	activate_note_cards(activating, gathered);
	err = activate_record(activating, trace);
	gathered_end(activating->custody, gathered, stay);
	if (err == ERR_OK) {
		err = activating->request->commands
			  ? session_start(activating, prk, &activating->out.agent, trace)
			  : start_for_applications(activating, prk, trace);
		if (err != ERR_OK) {
			enum err later =
			    take_in_one(activating->custody, &activating->out.record.id, NULL);
			(void)later; /* the next command does it */
		}
	}
	secret_free(prk);
	return err;
}

static enum err
gather_and_hand_over(struct activating *activating, struct err_trace *trace)
{
	struct login_target *target = activating->target;
	char purpose[ROSTER_NAME + ROSTER_TEXT + 16];
	const struct gather_request request = { .quorum = &target->quorum,
		.generation = &target->generation,
		.purpose = purpose,
		.stay = activating->request->stay };
	struct collection collection = { .quorum = &target->quorum,
		.generation = &target->generation };
	struct visit_seen seen = { 0 };
	struct gathered gathered = { 0 };
	enum err err;

	/* The custodians are told what they open it for. */
	snprintf(purpose, sizeof(purpose), "%s %s%s%s",
	    activating->request->commands ? "a session of" : "activate", target->quorum.name,
	    activating->request->purpose == NULL ? "" : ": ",
	    activating->request->purpose == NULL ? "" : activating->request->purpose);
	err = gather(activating->custody, &request, &collection, &seen, &gathered, trace);
	return err == ERR_OK ? hand_over(activating, &gathered, trace) : err;
}

/* The tokens of a session may be away for now; its quorum must stand. */
static enum err
find_for_commands(struct activating *activating, struct err_trace *trace)
{
	struct roster *roster = activating->custody->roster;
	struct login_target *target = activating->target;
	enum err err =
	    roster_quorum_find(roster, activating->request->quorum, &target->quorum, trace);

	if (err == ERR_OK && target->quorum.live == 0) {
		err_next(trace, "Finish it first: quorate quorum resume %s --by NAME",
		    target->quorum.name);
		return FAIL(
		    trace, ERR_NOT_NOW, "quorum '%s' is not complete yet", target->quorum.name);
	}
	if (err == ERR_OK)
		err = roster_generation_get(
		    roster, &target->quorum.id, target->quorum.live, &target->generation, trace);
	return err == ERR_OK ? activate_settle_time(activating, trace) : err;
}

static enum err
find(struct activating *activating, struct err_trace *trace)
{
	const struct activate_request *request = activating->request;
	struct login_target *target = activating->target;
	enum err err =
	    login_find(activating->custody, request->quorum, request->binding, target, trace);

	if (err == ERR_OK)
		err = login_check_stays(activating->custody, target, trace);
	if (err == ERR_OK)
		err = activate_settle_time(activating, trace);
	if (err == ERR_OK)
		err = check_token(activating, trace);
	if (err != ERR_OK)
		return err;
	snprintf(activating->out.token, sizeof(activating->out.token), "%s",
	    target->binding.spec.token.label);
	activating->out.software = target->binding.spec.token.software;
	return ERR_OK;
}

enum err
activate_open(struct custody *custody, const struct activate_request *request,
    struct activation *out, struct err_trace *trace)
{
	struct activating *activating = calloc(1, sizeof(*activating));
	enum err err;

	if (activating == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	activating->custody = custody;
	activating->request = request;
	activating->target = calloc(1, sizeof(*activating->target));
	err = activating->target == NULL ? FAIL(trace, ERR_NOMEM, "no memory")
	      : request->commands        ? find_for_commands(activating, trace)
					 : find(activating, trace);
	if (err == ERR_OK)
		err = gather_and_hand_over(activating, trace);
	free(activating->target);
	if (err == ERR_OK)
		*out = activating->out;
	free(activating);
	return err;
}

enum err
activate_close(struct custody *custody, struct activation *activation, struct agent_event *event,
    struct err_trace *trace)
{
	enum err err = agent_end(activation->agent, event, trace);
	enum err taken;

	agent_free(activation->agent);
	activation->agent = NULL;
	/* One that had to be killed has its record too. */
	taken = take_in_one(custody, &activation->record.id, err == ERR_OK ? trace : NULL);
	return err == ERR_OK ? taken : err;
}

enum err
activate_leave(struct activation *activation, struct err_trace *trace)
{
	enum err err = agent_leave(activation->agent, trace);

	if (err != ERR_OK)
		agent_free(activation->agent);
	activation->agent = NULL;
	return err;
}
