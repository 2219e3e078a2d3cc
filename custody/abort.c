/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving an operation up. The cards are not rewritten: what stood before stands as it did. */
#include "custody/pending.h"

#include <stdio.h>
#include <stdlib.h>

#include "custody/attendant.h"
#include "custody/operation_state.h"
#include "custody/token.h"
#include "custody/token_change.h"
#include "hsm/module.h"
#include "roster/generation.h"
#include "roster/person.h"
#include "roster/seat.h"

/* The bindings that the operation added open nothing. */
static enum err
take_bindings_back(struct custody *custody, const struct roster_operation *operation,
    const char *reason, struct err_trace *trace)
{
	bool added =
	    operation->plan.kind == ROSTER_OP_CREATE || operation->plan.kind == ROSTER_OP_BIND;
	enum err err = ERR_OK;

	for (unsigned i = 0; added && err == ERR_OK && i < operation->plan.tokens; i++) {
		struct roster_binding binding;

		err = roster_binding_find(
		    custody->roster, operation->plan.token[i].name, &binding, trace);
		if (err == ERR_OK)
			err = token_copy_undo(custody, &binding.id, ROSTER_USER_PIN, trace);
		if (err == ERR_OK)
			err = roster_binding_remove(custody->roster, &binding.id, reason, trace);
	}
	return err;
}

/* The sealed generation, if any, and the name of a quorum that never stood. */
static enum err
give_up_generation(struct custody *custody, const struct roster_operation *operation,
    const char *reason, struct err_trace *trace)
{
	const struct roster_step sealed = { .kind = ROSTER_STEP_SEALED };
	struct roster_generation_ending ending = { operation->plan.generation,
		ROSTER_GENERATION_ABORTED };
	struct roster_quorum quorum;
	enum err err;

	if (!operation_makes_generation(operation))
		return ERR_OK;
	err = roster_quorum_get(custody->roster, &operation->plan.quorum, &quorum, trace);
	/* One that was about to initialise a token counts as live already. */
	if (err == ERR_OK && quorum.live == ending.generation)
		ending.state = ROSTER_GENERATION_DEAD;
	if (err == ERR_OK && roster_operation_step(operation, &sealed) != NULL)
		err =
		    roster_generation_end(custody->roster, &operation->plan.quorum, &ending, trace);
	if (err == ERR_OK && operation->plan.kind == ROSTER_OP_CREATE)
		err =
		    roster_quorum_abandon(custody->roster, &operation->plan.quorum, reason, trace);
	return err;
}

static enum err
give_up(struct custody *custody, const struct roster_operation *operation, const char *reason,
    struct err_trace *trace)
{
	enum err err = roster_begin(custody->roster, trace);

	if (err == ERR_OK)
		err = take_bindings_back(custody, operation, reason, trace);
	if (err == ERR_OK)
		err = give_up_generation(custody, operation, reason, trace);
	if (err == ERR_OK)
		err = roster_operation_abort(custody->roster, &operation->id, reason, trace);
	return roster_end(custody->roster, err, trace);
}

/* A device that is there is not gone: resume finishes it. */
static enum err
refuse_if_there(const struct roster_operation *operation, struct err_trace *trace)
{
	enum err err = ERR_OK;

	for (unsigned i = 0; err == ERR_OK && i < operation->plan.tokens; i++) {
		const struct roster_token *token = &operation->plan.token[i].token;
		struct module *module = NULL;
		struct token_facts facts;

		err = module_open_named(token->module, &module, trace);
		if (err == ERR_OK &&
		    token_find_label(module, token->label, &facts, NULL) != ERR_ABSENT) {
			err_next(trace, "Run 'quorate quorum resume QUORUM --by NAME': it finishes "
					"what was begun.");
			err = FAIL(trace, ERR_NOT_NOW, "token '%s' is there", token->label);
		}
		module_close(module);
	}
	return err;
}

static enum err
check_two_people(struct custody *custody, const char *const *people, struct err_trace *trace)
{
	struct roster_person person[2];
	enum err err = ERR_OK;

	if (people[0] == NULL || people[1] == NULL) {
		err_next(trace,
		    "If that device is gone for good, two people say so: quorate quorum abort "
		    "QUORUM "
		    "--people NAME,NAME --reason TEXT --by NAME. Else connect it, and run 'quorate "
		    "quorum resume QUORUM --by NAME'.");
		return FAIL(trace, ERR_NOT_NOW,
		    "a fresh token was about to be initialised, and may be the quorum's by now");
	}
	for (int i = 0; err == ERR_OK && i < 2; i++)
		err = roster_person_find(custody->roster, people[i], &person[i], trace);
	if (err == ERR_OK && roster_id_equal(&person[0].id, &person[1].id))
		err = FAIL(trace, ERR_ARGUMENT, "two different people say that it is gone");
	return err;
}

static enum err
confirm_gone(struct custody *custody, const struct roster_operation *operation,
    const struct pending_giving_up *why, struct err_trace *trace)
{
	const char *people[] = { why->people[0], why->people[1], NULL };
	struct attendant *attendant = custody->attendant;
	bool yes = false;
	char text[320];
	enum err err = check_two_people(custody, people, trace);

	if (err == ERR_OK)
		err = refuse_if_there(operation, trace);
	if (err != ERR_OK)
		return err;
	snprintf(text, sizeof(text),
	    "Is the device that was to become token '%s' gone for good? What it may have on it "
	    "will open with nothing.",
	    operation->plan.token[0].token.label);
	err = attendant->confirm(attendant->context, text, people, &yes, trace);
	if (err == ERR_OK && !yes)
		err = FAIL(trace, ERR_CANCELLED, "left as it is");
	return err;
}

static enum err
check_may(struct custody *custody, const struct pending *pending,
    const struct roster_operation *operation, const struct pending_giving_up *why,
    struct err_trace *trace)
{
	if (pending->may_abort)
		return ERR_OK;
	if (pending->may_be_gone)
		return confirm_gone(custody, operation, why, trace);
	if (pending->kind == ROSTER_OP_REPLACE_CARD) {
		err_next(trace,
		    "Run 'quorate quorum resume QUORUM --by NAME': it finishes what was begun. If "
		    "the new card cannot take its share, add '--later' and its custodian: that "
		    "ends "
		    "it, and the card is replaced in turn.");
		return FAIL(trace, ERR_NOT_NOW,
		    "the share is the new card's already: there is no way back");
	}
	err_next(trace,
	    "Run 'quorate quorum resume QUORUM --by NAME': it finishes what was begun. It goes on "
	    "without a token that is gone for good: quorate token unbind NAME --gone --people "
	    "NAME,NAME --reason TEXT --by NAME");
	return FAIL(trace, ERR_NOT_NOW, "a token was touched already: there is no way back");
}

enum err
pending_abort(struct custody *custody, const struct pending *pending,
    const struct pending_giving_up *why, struct err_trace *trace)
{
	struct roster_operation *operation = NULL;
	enum err err = roster_seat_check(custody->roster, trace);

	if (err == ERR_OK)
		err = roster_operation_get(custody->roster, &pending->operation, &operation, trace);
	if (err == ERR_OK)
		err = check_may(custody, pending, operation, why, trace);
	if (err == ERR_OK)
		err = give_up(custody, operation, why->reason, trace);
	roster_operation_free(operation);
	return err;
}
