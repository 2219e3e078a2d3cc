/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/activate.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/secret.h"
#include "custody/login.h"
#include "roster/card.h"
#include "roster/policy.h"

enum { MINUTE_MS = 60 * 1000 };

struct activating {
	struct custody *custody;
	const struct activate_request *request;
	struct login_target *target;
	struct activation out;
	int64_t for_ms;
};

/* The bound in time: asked for, or the longest that the policy allows. */
static enum err
settle_time(struct activating *activating, struct err_trace *trace)
{
	int64_t minutes = 0;
	enum err err = roster_policy_get(
	    activating->custody->roster, ROSTER_POLICY_ACTIVATION_MINUTES, 0, &minutes, trace);

	if (err != ERR_OK)
		return err;
	activating->for_ms = activating->request->for_ms;
	if (activating->for_ms == 0)
		activating->for_ms = minutes * MINUTE_MS;
	if (activating->for_ms <= minutes * MINUTE_MS)
		return ERR_OK;
	return FAIL(trace, ERR_DENIED, "the policy allows an activation of at most %lld minutes",
	    (long long)minutes);
}

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
start_agent(struct activating *activating, const struct secret *pin, struct err_trace *trace)
{
	const struct activate_request *request = activating->request;
	const struct roster_token *token = &activating->target->binding.spec.token;
	const char *const readers[] = { activating->out.reader };
	const struct agent_order order = {
		.module = token->module,
		.token = token->uri,
		.label = token->label,
		.quorum = request->quorum,
		.purpose = request->purpose,
		.readers = readers,
		.reader_count = request->persistent ? 0 : 1,
		.for_ms = activating->for_ms,
		.max_uses = request->max_uses,
	};

	return agent_start(&order, pin, &activating->out.agent, trace);
}

static enum err
record_opening(
    struct activating *activating, const struct gathered *gathered, struct err_trace *trace)
{
	const struct login_target *target = activating->target;
	struct roster_activation *record = &activating->out.record;

	record->quorum = target->quorum.id;
	record->generation = target->generation.number;
	snprintf(record->binding, sizeof(record->binding), "%s", target->binding.spec.name);
	snprintf(record->purpose, sizeof(record->purpose), "%s",
	    activating->request->purpose == NULL ? "" : activating->request->purpose);
	record->cards = (unsigned)gathered->cards;
	for (size_t i = 0; i < gathered->cards; i++)
		record->card[i] = target->generation.share[gathered->place[i]].card;
	return roster_activation_open(activating->custody->roster, record, trace);
}

/* Says what stays where, for the prompt and the record. */
static void
note_last_card(struct activating *activating, const struct gathered *gathered)
{
	const struct login_target *target = activating->target;
	size_t place = gathered->place[gathered->cards - 1];
	struct roster_card card;

	snprintf(
	    activating->out.reader, sizeof(activating->out.reader), "%s", gathered->last.reader);
	if (roster_card_get(activating->custody->roster, &target->generation.share[place].card,
		&card, NULL) == ERR_OK)
		snprintf(
		    activating->out.last_card, sizeof(activating->out.last_card), "%s", card.name);
	snprintf(activating->out.token, sizeof(activating->out.token), "%s",
	    target->binding.spec.token.label);
	activating->out.software = target->binding.spec.token.software;
}

/* The record comes first: an activation that nobody wrote down does not happen. */
static enum err
hand_over(struct activating *activating, struct gathered *gathered, struct err_trace *trace)
{
	struct secret *pin = NULL;
	enum err err = bound_token_pin(
	    gathered->prk, &activating->target->binding.spec, ROSTER_USER_PIN, &pin, trace);

	secret_drop(&gathered->prk);
	note_last_card(activating, gathered);
	if (err == ERR_OK)
		err = record_opening(activating, gathered, trace);
	gathered_end(activating->custody, gathered, !activating->request->persistent);
	if (err == ERR_OK) {
		err = start_agent(activating, pin, trace);
		if (err != ERR_OK) {
			enum err ignored = roster_activation_close(activating->custody->roster,
			    &activating->out.record.id, 0, "never began", NULL);
			(void)ignored;
		}
	}
	secret_free(pin);
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
		.stay = !activating->request->persistent };
	struct collection collection = { .quorum = &target->quorum,
		.generation = &target->generation };
	struct visit_seen seen = { 0 };
	struct gathered gathered = { 0 };
	enum err err;

	/* The custodians are told what they open it for. */
	snprintf(purpose, sizeof(purpose), "activate %s%s%s", target->quorum.name,
	    activating->request->purpose == NULL ? "" : ": ",
	    activating->request->purpose == NULL ? "" : activating->request->purpose);
	err = gather(activating->custody, &request, &collection, &seen, &gathered, trace);
	return err == ERR_OK ? hand_over(activating, &gathered, trace) : err;
}

enum err
activate_open(struct custody *custody, const struct activate_request *request,
    struct activation *out, struct err_trace *trace)
{
	struct activating activating = { .custody = custody, .request = request };
	enum err err;

	activating.target = calloc(1, sizeof(*activating.target));
	if (activating.target == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = login_find(custody, request->quorum, request->binding, activating.target, trace);
	if (err == ERR_OK)
		err = login_check_stays(custody, activating.target, trace);
	if (err == ERR_OK)
		err = settle_time(&activating, trace);
	if (err == ERR_OK)
		err = check_token(&activating, trace);
	if (err == ERR_OK)
		err = gather_and_hand_over(&activating, trace);
	free(activating.target);
	if (err == ERR_OK)
		*out = activating.out;
	return err;
}

enum err
activate_close(struct custody *custody, struct activation *activation, struct agent_event *event,
    struct err_trace *trace)
{
	enum err err = agent_end(activation->agent, event, trace);

	agent_free(activation->agent);
	activation->agent = NULL;
	if (err != ERR_OK)
		return err;
	return roster_activation_close(custody->roster, &activation->record.id, event->uses,
	    agent_end_word(event->end), trace);
}
