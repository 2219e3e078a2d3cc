/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/issuing.h"

#include <stdlib.h>

#include "base/secret.h"
#include "base/shell_word.h"
#include "custody/attendant.h"
#include "custody/gather.h"
#include "custody/operation_state.h"
#include "custody/whose.h"
#include "roster/binding.h"
#include "roster/seat.h"

typedef enum err (*phase)(struct issuing *issuing, struct err_trace *trace);
enum { PHASES_MAX = 10 };

/* No secret exists while people type a token's present PINs or are asked about it. */
static const phase phases[ROSTER_OP__COUNT][PHASES_MAX] = {
	[ROSTER_OP_CREATE] = { issuing_ask_tokens, issuing_read_keys, issuing_seal, issuing_deliver,
	    issuing_complete, issuing_switch, issuing_retire },
	[ROSTER_OP_BIND] = { issuing_ask_tokens, issuing_complete, issuing_switch, issuing_retire },
	[ROSTER_OP_REKEY] = { issuing_find_tokens, issuing_read_keys, issuing_open_former,
	    issuing_seal, issuing_deliver, issuing_complete, issuing_switch, issuing_retire,
	    issuing_change_admin_pins },
	[ROSTER_OP_SWITCH] = { issuing_find_tokens, issuing_complete, issuing_switch,
	    issuing_retire },
	[ROSTER_OP_DELIVER] = { issuing_deliver, issuing_retire },
	[ROSTER_OP_REPLACE_CARD] = { issuing_read_keys, issuing_recompute, issuing_deliver,
	    issuing_retire },
};

static enum err
load_members(struct issuing *issuing, struct err_trace *trace)
{
	const struct roster_plan *plan = &issuing->operation->plan;

	issuing->members = plan->cards;
	for (size_t i = 0; i < plan->cards; i++) {
		struct issuing_member *member = &issuing->member[i];
		enum err err = roster_card_get(
		    issuing->custody->roster, &plan->card[i].card, &member->card, trace);

		if (err != ERR_OK)
			return err;
		member->index = plan->card[i].index;
		whose_name(issuing->custody->roster, &member->card.custodian, member->custodian);
	}
	return ERR_OK;
}

static enum err
load_tokens(struct issuing *issuing, struct err_trace *trace)
{
	const struct roster_plan *plan = &issuing->operation->plan;

	issuing->tokens = plan->tokens;
	for (size_t i = 0; i < plan->tokens; i++) {
		struct issuing_token *token = &issuing->token[i];
		struct roster_binding binding;
		const enum err err = roster_binding_find(
		    issuing->custody->roster, plan->token[i].name, &binding, NULL);

		if (err != ERR_OK && err != ERR_ABSENT)
			return FAIL(trace, err, "the bindings were not read");
		token->spec = &plan->token[i];
		token->gone = err == ERR_ABSENT;
	}
	return ERR_OK;
}

enum err
issuing_get_generation(const struct issuing *issuing, unsigned number,
    struct roster_generation **out, struct err_trace *trace)
{
	struct roster_generation *generation = calloc(1, sizeof(*generation));
	enum err err;

	if (generation == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = roster_generation_get(
	    issuing->custody->roster, &issuing->quorum.id, number, generation, trace);
	if (err != ERR_OK) {
		free(generation);
		return err;
	}
	free(*out);
	*out = generation;
	return ERR_OK;
}

/* The generation as the roster has it; none yet is fine. */
static enum err
load_generation(struct issuing *issuing, struct err_trace *trace)
{
	enum err err;

	if (operation_makes_generation(issuing->operation) &&
	    !issuing_did(issuing, &(struct roster_step){ .kind = ROSTER_STEP_SEALED }))
		return issuing->quorum.live == 0
			   ? ERR_OK
			   : issuing_get_generation(
				 issuing, issuing->quorum.live, &issuing->former, trace);
	err = issuing_get_generation(
	    issuing, issuing->operation->plan.generation, &issuing->generation, trace);
	issuing->collection.quorum = &issuing->quorum;
	issuing->collection.generation = issuing->generation;
	return err;
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
	if (err == ERR_OK)
		err = load_tokens(issuing, trace);
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

static void
drop_secrets(struct issuing *issuing)
{
	collection_drop(&issuing->collection);
	secret_drop(&issuing->prk);
	secret_drop(&issuing->former_secret);
	secret_drop(&issuing->former_prk);
	for (size_t i = 0; i < issuing->entropies; i++)
		secret_drop(&issuing->entropy[i]);
	for (size_t i = 0; i < issuing->olders; i++)
		secret_drop(&issuing->older[i].prk);
	for (size_t i = 0; i < issuing->members; i++)
		for (size_t pin = 0; pin < 2; pin++)
			secret_drop(&issuing->member[i].admin_pin[pin]);
	for (size_t i = 0; i < issuing->tokens; i++)
		for (size_t pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
			secret_drop(&issuing->token[i].old_pin[pin]);
}

void
issuing_close(struct issuing *issuing)
{
	if (issuing == NULL)
		return;
	visit_seen_release(&issuing->seen);
	drop_secrets(issuing);
	if (issuing->last.card != NULL)
		visit_end(issuing->custody, &issuing->last, "Take the card out.");
	roster_operation_free(issuing->operation);
	free(issuing->generation);
	free(issuing->former);
	free(issuing);
}

/* Every member of a plan has one: the plan was made from the generation, or it from the plan. */
size_t
issuing_place(const struct issuing *issuing, const struct issuing_member *member)
{
	const struct roster_generation *generation = issuing->generation;
	size_t place = 0;

	while (place + 1 < generation->shares && generation->share[place].index != member->index)
		place++;
	return place;
}

const struct roster_share *
issuing_share(const struct issuing *issuing, const struct issuing_member *member)
{
	return &issuing->generation->share[issuing_place(issuing, member)];
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

/*
 * Where delivery did not leave the secret complete (it was interrupted, or there was none), cards
 * that have their share are gathered.
 */
enum err
issuing_complete(struct issuing *issuing, struct err_trace *trace)
{
	struct gather_request request = { .quorum = &issuing->quorum,
		.generation = issuing->generation,
		.purpose = "open the tokens with the new cards",
		.sign = true };
	struct gathered gathered = { 0 };
	size_t due[ROSTER_CARDS_MAX];
	enum err err;

	if (issuing->prk != NULL ||
	    (issuing_did(issuing, &(struct roster_step){ .kind = ROSTER_STEP_RETIRED }) &&
		issuing_admin_pins_due(issuing, due) == 0))
		return ERR_OK;
	visit_seen_release(&issuing->seen);
	issuing->seen = (struct visit_seen){ 0 };
	err = gather(
	    issuing->custody, &request, &issuing->collection, &issuing->seen, &gathered, trace);
	if (err != ERR_OK)
		return err;
	issuing->prk = gathered.prk;
	issuing->last = gathered.last;
	return roster_card_get(issuing->custody->roster,
	    &issuing->generation->share[gathered.place[gathered.cards - 1]].card,
	    &issuing->last_card, trace);
}

/* What state an operation that went wrong has left, and what can be done about it. */
static enum err
broke_off(const struct issuing *issuing, enum err err, struct err_trace *trace)
{
	const enum roster_operation_kind kind = issuing->operation->plan.kind;
	bool switched = !operation_may_abort(issuing->operation);
	const char *name = issuing->quorum.name;

	if (switched && kind == ROSTER_OP_REPLACE_CARD)
		err_next(trace,
		    "Run 'quorate quorum resume %s --by NAME': it finishes this. If the new card "
		    "cannot take its share, end it and replace that card in turn: "
		    "quorate quorum resume %s --later %s --by NAME",
		    name, name, shell_word(issuing->member[0].custodian).text);
	else if (switched)
		err_next(
		    trace, "Run 'quorate quorum resume %s --by NAME': it finishes this.", name);
	else
		err_next(trace,
		    "Run 'quorate quorum resume %s --by NAME' to go on, or 'quorate quorum abort "
		    "%s --reason "
		    "TEXT --by NAME' to give it up.",
		    name, name);
	return FAIL(trace, err, "'%s' of quorum '%s' is not complete; %s",
	    roster_operation_word(kind), name,
	    !operation_has_switched(issuing->operation) ? "no token was touched"
	    : issuing_did(issuing, &(struct roster_step){ .kind = ROSTER_STEP_RETIRED })
		? "its tokens have their PINs"
		: "its token's PINs are being set");
}

enum err
issuing_run(struct issuing *issuing, struct err_trace *trace)
{
	const phase *next = phases[issuing->operation->plan.kind];

	if (next[0] == NULL)
		return FAIL(trace, ERR_NOT_NOW, "'%s' goes on by its own command",
		    roster_operation_word(issuing->operation->plan.kind));
	for (size_t i = 0; i < PHASES_MAX && next[i] != NULL; i++) {
		enum err err = next[i](issuing, trace);

		if (err != ERR_OK)
			return broke_off(issuing, err, trace);
	}
	return ERR_OK;
}

enum err
issuing_carry_out(struct custody *custody, const struct roster_id *operation,
    const struct attendance *attendance, struct err_trace *trace)
{
	struct issuing *issuing = NULL;
	/* Resumed too: the pack of the seat's holder brings its pending operation everywhere. */
	enum err err = roster_seat_check(custody->roster, trace);

	if (err == ERR_OK)
		err = issuing_open(custody, operation, &issuing, trace);
	if (err == ERR_OK && attendance != NULL)
		err = issuing_excuse(issuing, attendance, trace);
	if (err == ERR_OK)
		err = issuing_run(issuing, trace);
	issuing_close(issuing);
	return err;
}
