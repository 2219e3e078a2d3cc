/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/pending.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "custody/issuing.h"
#include "custody/token_change.h"
#include "custody/whose.h"

static void say(struct pending *pending, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
say(struct pending *pending, const char *fmt, ...)
{
	va_list args;

	if (pending->lines == PENDING_LINES)
		return;
	va_start(args, fmt);
	vsnprintf(pending->line[pending->lines++], PENDING_LINE, fmt, args);
	va_end(args);
}

static const struct roster_step *
step_of_card(const struct roster_operation *operation, enum roster_step_kind kind,
    const struct roster_id *card)
{
	const struct roster_step like = { .kind = kind, .card = *card };

	return roster_operation_step(operation, &like);
}

/* Where each card stands, and what an abort would leave on it. */
static void
say_cards(
    struct custody *custody, const struct roster_operation *operation, struct pending *pending)
{
	for (unsigned i = 0; i < operation->plan.cards; i++) {
		const struct roster_id *id = &operation->plan.card[i].card;
		struct roster_card card;
		char name[ROSTER_NAME];

		if (roster_card_get(custody->roster, id, &card, NULL) != ERR_OK)
			continue;
		whose_name(custody->roster, &card.custodian, name);
		if (step_of_card(operation, ROSTER_STEP_DELIVERED, id) != NULL)
			say(pending, "%s (%s): has its share, proven.", card.name, name);
		else if (card.admin_pin == ROSTER_ADMIN_PIN_OWN)
			say(pending, "%s (%s): waits for its share.", card.name, name);
		else
			say(pending,
			    "%s (%s): waits for its share; its admin PIN is the quorum's already.",
			    card.name, name);
	}
}

static void
say_tokens(const struct roster_operation *operation, struct pending *pending)
{
	for (unsigned i = 0; i < operation->plan.tokens; i++) {
		const struct roster_binding_spec *spec = &operation->plan.token[i];
		bool touched = issuing_has_switched(operation);

		say(pending, "Token '%s' (%s): %s.", spec->token.label, spec->name,
		    touched       ? "its PINs are being set; resume finishes that"
		    : spec->fresh ? "not initialised yet"
				  : "has its old PINs");
	}
}

static void
describe(struct custody *custody, const struct roster_operation *operation, struct pending *pending)
{
	const struct roster_step sealed = { .kind = ROSTER_STEP_SEALED };
	char by[ROSTER_NAME];

	whose_name(custody->roster, &operation->by, by);
	say(pending, "Pending: '%s', generation %u, %u of %u, begun by %s.",
	    roster_operation_word(operation->plan.kind), operation->plan.generation,
	    operation->plan.threshold, operation->plan.cards, by);
	if (operation->plan.kind == ROSTER_OP_CREATE &&
	    roster_operation_step(operation, &sealed) == NULL)
		say(pending, "No secret was made yet: resume begins with reading the cards' keys.");
	else if (operation->plan.kind == ROSTER_OP_CREATE)
		say_cards(custody, operation, pending);
	else
		say(pending, "Resume gathers %u cards.", operation->plan.threshold);
	say_tokens(operation, pending);
}

enum err
pending_describe(
    struct custody *custody, const char *quorum, struct pending **out, struct err_trace *trace)
{
	struct roster_operation *operation = NULL;
	struct roster_quorum found;
	struct pending *pending;
	enum err err = roster_quorum_find(custody->roster, quorum, &found, trace);

	if (err == ERR_OK)
		err = roster_operation_pending(custody->roster, &found.id, &operation, trace);
	if (err != ERR_OK)
		return err;
	pending = calloc(1, sizeof(*pending));
	if (pending == NULL) {
		roster_operation_free(operation);
		return FAIL(trace, ERR_NOMEM, "no memory");
	}
	pending->operation = operation->id;
	pending->quorum = found.id;
	pending->kind = operation->plan.kind;
	pending->may_abort = !issuing_has_switched(operation);
	describe(custody, operation, pending);
	roster_operation_free(operation);
	*out = pending;
	return ERR_OK;
}

enum err
pending_resume(struct custody *custody, const struct pending *pending, struct err_trace *trace)
{
	struct issuing *issuing = NULL;
	enum err err;

	if (pending->kind == ROSTER_OP_UNBIND) {
		err_next(
		    trace, "Give the same 'quorate token unbind' again, with the same new PINs.");
		return FAIL(trace, ERR_NOT_NOW,
		    "taking a token from its quorum goes on by its own command");
	}
	err = issuing_open(custody, &pending->operation, &issuing, trace);

	if (err == ERR_OK)
		err = issuing_run(issuing, trace);
	issuing_close(issuing);
	return err;
}

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

/* A quorum that never stood: its sealed generation, if any, and its name. */
static enum err
give_up_quorum(struct custody *custody, const struct roster_operation *operation,
    const char *reason, struct err_trace *trace)
{
	const struct roster_step sealed = { .kind = ROSTER_STEP_SEALED };
	enum err err = ERR_OK;

	if (operation->plan.kind != ROSTER_OP_CREATE)
		return ERR_OK;
	if (roster_operation_step(operation, &sealed) != NULL)
		err = roster_generation_set_state(custody->roster, &operation->plan.quorum,
		    operation->plan.generation, ROSTER_GENERATION_ABORTED, trace);
	if (err == ERR_OK)
		err =
		    roster_quorum_abandon(custody->roster, &operation->plan.quorum, reason, trace);
	return err;
}

enum err
pending_abort(struct custody *custody, const struct pending *pending, const char *reason,
    struct err_trace *trace)
{
	struct roster_operation *operation = NULL;
	enum err err;

	if (!pending->may_abort) {
		err_next(trace, "Run 'quorate quorum resume': it finishes what was begun.");
		return FAIL(
		    trace, ERR_NOT_NOW, "a token was touched already: there is no way back");
	}
	err = roster_operation_get(custody->roster, &pending->operation, &operation, trace);
	if (err == ERR_OK)
		err = roster_begin(custody->roster, trace);
	if (err == ERR_OK)
		err = roster_operation_abort(custody->roster, &operation->id, reason, trace);
	if (err == ERR_OK)
		err = take_bindings_back(custody, operation, reason, trace);
	if (err == ERR_OK)
		err = give_up_quorum(custody, operation, reason, trace);
	err = roster_end(custody->roster, err, trace);
	roster_operation_free(operation);
	return err;
}
