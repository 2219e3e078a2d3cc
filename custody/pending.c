/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/pending.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "custody/issuing.h"
#include "custody/operation_state.h"
#include "custody/whose.h"
#include "roster/binding.h"

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

static bool
has_step(const struct roster_operation *operation, enum roster_step_kind kind,
    const struct roster_id *card)
{
	const struct roster_step like = { .kind = kind, .card = *card };

	return roster_operation_step(operation, &like) != NULL;
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
		if (has_step(operation, ROSTER_STEP_DELIVERED, id))
			say(pending, "%s (%s): has its share, proven.", card.name, name);
		else if (!has_step(operation, ROSTER_STEP_ESCROW_STORED, id))
			say(pending, "%s (%s): waits for its share.", card.name, name);
		else
			say(pending,
			    "%s (%s): waits for its share; its admin PIN is the quorum's already.",
			    card.name, name);
	}
}

/* How far this token's PINs have come; NULL: not touched. */
static const char *
token_state(const struct roster_operation *operation, const struct roster_binding_spec *spec)
{
	unsigned begun = 0, done = 0, bound = 0;

	for (int pin = 0; pin < ROSTER_TOKEN_PIN__COUNT; pin++)
		bound += spec->binds[pin] ? 1 : 0;
	for (size_t i = 0; i < operation->steps; i++) {
		const struct roster_step *step = &operation->step[i];

		if (strcmp(step->binding, spec->name) != 0)
			continue;
		begun++;
		done += step->kind == ROSTER_STEP_SWITCH_DONE ? 1 : 0;
	}
	if (begun == 0)
		return NULL;
	return done == bound ? "has its new PINs" : "its PINs are being set; resume finishes that";
}

static void
say_tokens(
    struct custody *custody, const struct roster_operation *operation, struct pending *pending)
{
	for (unsigned i = 0; i < operation->plan.tokens; i++) {
		const struct roster_binding_spec *spec = &operation->plan.token[i];
		const char *state = token_state(operation, spec);
		struct roster_binding binding;

		if (roster_binding_find(custody->roster, spec->name, &binding, NULL) == ERR_ABSENT)
			state = "is gone for good, and left out";
		say(pending, "Token '%s' (%s): %s.", spec->token.label, spec->name,
		    state != NULL ? state
		    : spec->fresh ? "not initialised yet"
				  : "has its old PINs");
	}
}

static void
describe(struct custody *custody, const struct roster_operation *operation, struct pending *pending)
{
	const struct roster_step sealed = { .kind = ROSTER_STEP_SEALED };
	const enum roster_operation_kind kind = operation->plan.kind;
	char by[ROSTER_NAME];

	whose_name(custody->roster, &operation->by, by);
	if (operation_makes_generation(operation))
		say(pending, "Pending: '%s', generation %u, %u of %u, begun by %s.",
		    roster_operation_word(kind), operation->plan.generation,
		    operation->plan.threshold, operation->plan.cards, by);
	else
		say(pending, "Pending: '%s', generation %u, begun by %s.",
		    roster_operation_word(kind), operation->plan.generation, by);
	if (kind == ROSTER_OP_BIND || kind == ROSTER_OP_SWITCH || kind == ROSTER_OP_UNBIND)
		say(pending, "Resume gathers %u cards.", operation->plan.threshold);
	else if (operation_makes_generation(operation) &&
		 roster_operation_step(operation, &sealed) == NULL)
		say(pending, "No secret was made yet: resume begins with reading the cards' keys.");
	else
		say_cards(custody, operation, pending);
	say_tokens(custody, operation, pending);
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
	pending->may_abort = operation_may_abort(operation);
	pending->may_be_gone = operation_has_only_begun_init(operation);
	describe(custody, operation, pending);
	roster_operation_free(operation);
	*out = pending;
	return ERR_OK;
}

enum err
pending_resume(struct custody *custody, const struct pending *pending,
    const struct attendance *attendance, struct err_trace *trace)
{
	if (pending->kind == ROSTER_OP_UNBIND) {
		err_next(
		    trace, "Give the same 'quorate token unbind' again, with the same new PINs.");
		return FAIL(trace, ERR_NOT_NOW,
		    "taking a token from its quorum goes on by its own command");
	}
	return issuing_carry_out(custody, &pending->operation, attendance, trace);
}
