/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/issuing.h"

#include <stdlib.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/checkpoint.h"
#include "custody/gather.h"
#include "custody/whose.h"

static enum err
load_members(struct issuing *issuing, struct err_trace *trace)
{
	const struct roster_plan *plan = &issuing->operation->plan;

	issuing->members = plan->cards;
	for (size_t i = 0; i < plan->cards; i++) {
		struct issuing_member *member = &issuing->member[plan->card[i].index];
		enum err err = roster_card_get(
		    issuing->custody->roster, &plan->card[i].card, &member->card, trace);

		if (err != ERR_OK)
			return err;
		whose_name(issuing->custody->roster, &member->card.custodian, member->custodian);
	}
	issuing->tokens = plan->tokens;
	for (size_t i = 0; i < plan->tokens; i++)
		issuing->token[i].spec = &plan->token[i];
	return ERR_OK;
}

/* The generation as the roster has it; none yet is fine. */
static enum err
load_generation(struct issuing *issuing, struct err_trace *trace)
{
	struct roster_generation *generation;
	enum err err;

	if (issuing->operation->plan.kind == ROSTER_OP_CREATE &&
	    !issuing_did(issuing, &(struct roster_step){ .kind = ROSTER_STEP_SEALED }))
		return ERR_OK;
	generation = calloc(1, sizeof(*generation));
	if (generation == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = roster_generation_get(issuing->custody->roster, &issuing->quorum.id,
	    issuing->operation->plan.generation, generation, trace);
	if (err != ERR_OK) {
		free(generation);
		return err;
	}
	free(issuing->generation);
	issuing->generation = generation;
	issuing->collection.quorum = &issuing->quorum;
	issuing->collection.generation = generation;
	return ERR_OK;
}

static enum err
reload(struct issuing *issuing, const struct roster_id *id, struct err_trace *trace)
{
	struct roster_operation *operation = NULL;
	enum err err = roster_operation_get(issuing->custody->roster, id, &operation, trace);

	if (err != ERR_OK)
		return err;
	roster_operation_free(issuing->operation);
	issuing->operation = operation;
	err = load_members(issuing, trace);
	return err == ERR_OK ? load_generation(issuing, trace) : err;
}

enum err
issuing_open(struct custody *custody, const struct roster_id *operation, struct issuing **out,
    struct err_trace *trace)
{
	struct issuing *issuing = calloc(1, sizeof(*issuing));
	enum err err;

	if (issuing == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	issuing->custody = custody;
	err = roster_operation_get(custody->roster, operation, &issuing->operation, trace);
	if (err == ERR_OK)
		err = roster_quorum_get(
		    custody->roster, &issuing->operation->plan.quorum, &issuing->quorum, trace);
	if (err == ERR_OK)
		err = reload(issuing, operation, trace);
	if (err != ERR_OK) {
		issuing_close(issuing);
		return err;
	}
	*out = issuing;
	return ERR_OK;
}

void
issuing_close(struct issuing *issuing)
{
	if (issuing == NULL)
		return;
	visit_seen_release(&issuing->seen);
	collection_drop(&issuing->collection);
	secret_drop(&issuing->prk);
	for (size_t i = 0; i < issuing->entropies; i++)
		secret_drop(&issuing->entropy[i]);
	for (size_t i = 0; i < issuing->tokens; i++)
		for (size_t pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
			secret_drop(&issuing->token[i].old_pin[pin]);
	if (issuing->last.card != NULL)
		visit_end(issuing->custody, &issuing->last, "Take the card out.");
	roster_operation_free(issuing->operation);
	free(issuing->generation);
	free(issuing);
}

bool
issuing_did(const struct issuing *issuing, const struct roster_step *like)
{
	return roster_operation_step(issuing->operation, like) != NULL;
}

enum err
issuing_journal(struct issuing *issuing, const struct roster_step *step, struct err_trace *trace)
{
	const struct roster_id id = issuing->operation->id;
	enum err err = roster_operation_journal(issuing->custody->roster, &id, step, trace);

	return err == ERR_OK ? reload(issuing, &id, trace) : err;
}

bool
issuing_has_switched(const struct roster_operation *operation)
{
	static const enum roster_step_kind kinds[] = { ROSTER_STEP_INIT_BEGUN,
		ROSTER_STEP_SWITCH_BEGUN };

	for (size_t i = 0; i < operation->steps; i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
			if (operation->step[i].kind == kinds[k])
				return true;
	return false;
}

/*
 * Where delivery did not leave the secret complete (it was interrupted), cards that have their
 * share already are gathered for the rest.
 */
enum err
issuing_complete(struct issuing *issuing, struct err_trace *trace)
{
	struct gather_request request = { .quorum = &issuing->quorum,
		.generation = issuing->generation,
		.purpose = "open the tokens with the new cards",
		.sign = true };
	struct gathered gathered = { 0 };
	enum err err;

	if (issuing->prk != NULL)
		return ERR_OK;
	visit_seen_release(&issuing->seen);
	issuing->seen = (struct visit_seen){ 0 };
	err = gather(
	    issuing->custody, &request, &issuing->collection, &issuing->seen, &gathered, trace);
	if (err != ERR_OK)
		return err;
	issuing->prk = gathered.prk;
	issuing->last = gathered.last;
	issuing->last_member = issuing->generation->share[gathered.place[gathered.cards - 1]].index;
	return ERR_OK;
}

/* A checkpoint is worth having, and not worth losing a finished operation for. */
static void
sign_checkpoint(struct issuing *issuing)
{
	struct attendant *attendant = issuing->custody->attendant;

	if (issuing->last.card != NULL &&
	    checkpoint_by_card(issuing->custody, issuing->last.card,
		&issuing->member[issuing->last_member].card, NULL) == ERR_OK)
		return;
	attendant->note(attendant->context,
	    "The last card signed no checkpoint: nothing is lost, but until the next enrolment or "
	    "activation no card vouches for the newest entries of the roster.");
}

enum err
issuing_retire(struct issuing *issuing, struct err_trace *trace)
{
	const struct roster_id id = issuing->operation->id;
	struct roster *roster = issuing->custody->roster;
	enum err err;

	secret_drop(&issuing->prk);
	err = roster_begin(roster, trace);
	if (err == ERR_OK)
		err = roster_operation_journal(
		    roster, &id, &(struct roster_step){ .kind = ROSTER_STEP_RETIRED }, trace);
	if (err == ERR_OK)
		err = roster_operation_finish(roster, &id, trace);
	err = roster_end(roster, err, trace);
	if (err != ERR_OK)
		return err;
	sign_checkpoint(issuing);
	visit_end(issuing->custody, &issuing->last, "That was the last card; take it out.");
	return ERR_OK;
}

/* What state an operation that went wrong has left, and what can be done about it. */
static enum err
broke_off(const struct issuing *issuing, enum err err, struct err_trace *trace)
{
	bool switched = issuing_has_switched(issuing->operation);
	const char *name = issuing->quorum.name;

	if (switched)
		err_next(trace, "Run 'quorate quorum resume %s': it finishes this.", name);
	else
		err_next(trace,
		    "Run 'quorate quorum resume %s' to go on, or 'quorate quorum abort %s --reason "
		    "TEXT' to give "
		    "it up.",
		    name, name);
	return FAIL(trace, err, "'%s' of quorum '%s' is not complete; %s",
	    roster_operation_word(issuing->operation->plan.kind), name,
	    switched ? "its token's PINs are being set" : "no token was touched");
}

enum err
issuing_run(struct issuing *issuing, struct err_trace *trace)
{
	static enum err (*const phases[])(struct issuing *, struct err_trace *) = {
		issuing_ask_tokens, /* no secret exists while people type the tokens' present PINs
				     */
		issuing_read_keys,
		issuing_seal,
		issuing_deliver,
		issuing_complete,
		issuing_switch,
		issuing_retire,
	};

	for (size_t i = 0; i < sizeof(phases) / sizeof(*phases); i++) {
		enum err err = phases[i](issuing, trace);

		if (err != ERR_OK)
			return broke_off(issuing, err, trace);
	}
	return ERR_OK;
}
