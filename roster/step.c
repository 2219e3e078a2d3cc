/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of operations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "roster/binding_internal.h"
#include "roster/operation_internal.h"
#include "roster/quorum_internal.h"
#include "roster/roster_internal.h"
#include "roster/seat.h"

/* In the order of enum roster_step_kind. */
static const char *const step_words[] = { "sealed", "retired", "escrow-stored", "admin-pin-changed",
	"delivered", "old-record-erased", "init-begun", "init-done", "copy-made", "switch-begun",
	"switch-done", "copy-gone", "delivery-begun", NULL };
_Static_assert(sizeof(step_words) / sizeof(step_words[0]) == ROSTER_STEP__COUNT + 1,
    "a word for each kind of step");

/* Exactly these members a step of the kind has. */
static const struct needs {
	bool card;
	bool binding;
	bool pin;
	bool text;
} needs[ROSTER_STEP__COUNT] = {
	[ROSTER_STEP_ESCROW_STORED] = { .card = true },
	[ROSTER_STEP_ADMIN_PIN_CHANGED] = { .card = true },
	[ROSTER_STEP_DELIVERED] = { .card = true },
	[ROSTER_STEP_OLD_RECORD_ERASED] = { .card = true },
	[ROSTER_STEP_INIT_BEGUN] = { .binding = true, .text = true },
	[ROSTER_STEP_INIT_DONE] = { .binding = true, .text = true },
	[ROSTER_STEP_COPY_MADE] = { .binding = true, .text = true },
	[ROSTER_STEP_SWITCH_BEGUN] = { .binding = true, .pin = true },
	[ROSTER_STEP_SWITCH_DONE] = { .binding = true, .pin = true },
	[ROSTER_STEP_COPY_GONE] = { .binding = true },
	[ROSTER_STEP_DELIVERY_BEGUN] = { .card = true },
};

const char *
roster_step_word(enum roster_step_kind kind)
{
	return step_words[kind];
}

static bool
plan_has_card(const struct roster_plan *plan, const struct roster_id *card)
{
	for (unsigned i = 0; i < plan->cards; i++) {
		if (roster_id_equal(&plan->card[i].card, card))
			return true;
	}
	return false;
}

static bool
plan_has_token(const struct roster_plan *plan, const char *binding)
{
	for (unsigned i = 0; i < plan->tokens; i++) {
		if (strcmp(plan->token[i].name, binding) == 0)
			return true;
	}
	return false;
}

static enum err
check_step(const struct roster_plan *plan, const struct roster_step *step, struct err_trace *trace)
{
	const struct needs *need = &needs[step->kind];
	const char *word = step_words[step->kind];

	if (need->card != roster_id_is_set(&step->card) ||
	    need->binding != (step->binding[0] != '\0') || need->text != (step->text[0] != '\0'))
		return FAIL(trace, ERR_ARGUMENT, "a step '%s' has other members", word);
	if (need->card && !plan_has_card(plan, &step->card))
		return FAIL(
		    trace, ERR_ARGUMENT, "step '%s': the card is not in the operation", word);
	if (need->binding && !plan_has_token(plan, step->binding))
		return FAIL(trace, ERR_ARGUMENT, "step '%s': token '%s' is not in the operation",
		    word, step->binding);
	return ERR_OK;
}

static json_t *
pack_step(const struct roster_id *operation, const struct roster_step *step)
{
	const struct needs *need = &needs[step->kind];

	return json_pack("{s:o, s:s, s:o*, s:s*, s:s*, s:s*}", "operation", member_of_id(operation),
	    "step", step_words[step->kind], "card", need->card ? member_of_id(&step->card) : NULL,
	    "binding", need->binding ? step->binding : NULL, "pin",
	    need->pin ? binding_pin_words[step->pin] : NULL, "text",
	    need->text ? step->text : NULL);
}

enum err
roster_operation_journal(struct roster *roster, const struct roster_id *operation,
    const struct roster_step *step, struct err_trace *trace)
{
	struct roster_operation *found = NULL;
	enum err err = roster_seat_check(roster, trace);

	if (err == ERR_OK)
		err = roster_operation_get(roster, operation, &found, trace);
	if (err != ERR_OK)
		return err;
	if (found->state != ROSTER_OP_PENDING)
		err = FAIL(trace, ERR_NOT_NOW, "the operation is over");
	if (err == ERR_OK)
		err = check_step(&found->plan, step, trace);
	roster_operation_free(found);
	if (err != ERR_OK)
		return err;
	return event_append(roster, "operation.step", pack_step(operation, step), trace);
}

static bool
read_step(const struct db_rows *rows, void *item)
{
	struct roster_step *step = item;

	step->kind = (enum roster_step_kind)db_get_integer(rows, 0);
	db_copy_text(rows, 2, step->binding, sizeof(step->binding));
	step->pin = (enum roster_token_pin)db_get_integer(rows, 3);
	db_copy_text(rows, 4, step->text, sizeof(step->text));
	step->time = db_get_integer(rows, 5);
	return db_is_null(rows, 1) || db_copy_blob(rows, 1, step->card.bytes, ROSTER_ID_SIZE);
}

enum err
operation_load_steps(struct db *db, struct roster_operation *operation, struct err_trace *trace)
{
	static const struct db_shape shape = { sizeof(struct roster_step), read_step };
	void *steps = NULL;
	const enum err err = db_all(db,
	    DB_CALL("SELECT kind, card, binding, pin, text, time FROM step WHERE operation = ?1 "
		    "ORDER BY ordinal",
		db_blob(operation->id.bytes, ROSTER_ID_SIZE)),
	    &shape, &steps, &operation->steps, trace);

	if (err == ERR_OK)
		operation->step = steps;
	return err;
}

const struct roster_step *
roster_operation_step(const struct roster_operation *operation, const struct roster_step *like)
{
	const struct needs *need = &needs[like->kind];

	for (size_t i = operation->steps; i-- > 0;) {
		const struct roster_step *step = &operation->step[i];

		if (step->kind != like->kind || (need->pin && step->pin != like->pin))
			continue;
		if (roster_id_is_set(&like->card) && !roster_id_equal(&like->card, &step->card))
			continue;
		if (like->binding[0] != '\0' && strcmp(like->binding, step->binding) != 0)
			continue;
		return step;
	}
	return NULL;
}

static enum err
check_needs(const json_t *body, int kind, struct err_trace *trace)
{
	const struct needs *need = &needs[kind];

	if (need->card != (json_object_get(body, "card") != NULL) ||
	    need->binding != (json_object_get(body, "binding") != NULL) ||
	    need->pin != (json_object_get(body, "pin") != NULL) ||
	    need->text != (json_object_get(body, "text") != NULL))
		return FAIL(trace, ERR_FORMAT, "a step '%s' has other members", step_words[kind]);
	return ERR_OK;
}

static enum err
apply_step(struct db *db, const struct event *event, struct err_trace *trace)
{
	const json_t *body = event->body;
	const int kind = member_word(body, "step", step_words);
	const bool has_card = json_object_get(body, "card") != NULL;
	const bool has_pin = json_object_get(body, "pin") != NULL;
	struct roster_id operation;
	struct roster_id card;
	enum err err = check_needs(body, kind, trace);

	if (err != ERR_OK)
		return err;
	member_hex(body, "operation", operation.bytes, sizeof(operation.bytes));
	member_hex(body, "card", card.bytes, sizeof(card.bytes));
	if (kind == ROSTER_STEP_DELIVERY_BEGUN)
		err = share_note_begun(db, &operation, &card, event->time, trace);
	if (err != ERR_OK)
		return err;
	return db_run(db,
	    DB_CALL("INSERT INTO step(operation, kind, card, binding, pin, text, time) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		db_blob(operation.bytes, sizeof(operation.bytes)), db_integer(kind),
		has_card ? db_blob(card.bytes, sizeof(card.bytes)) : db_null(),
		db_text(member_text(body, "binding")),
		has_pin ? db_integer(member_word(body, "pin", binding_pin_words)) : db_null(),
		db_text(member_text(body, "text")), db_integer(event->time)),
	    trace);
}

static const struct member step_members[] = {
	MEMBER_AN_ID("operation"),
	MEMBER_A_WORD("step", step_words),
	{ .name = "card", .kind = MEMBER_HEX, .optional = true, .min = 16, .max = 16 },
	{ .name = "binding", .kind = MEMBER_TEXT, .optional = true, .min = 1, .max = 32 },
	{ .name = "pin", .kind = MEMBER_WORD, .optional = true, .words = binding_pin_words },
	{ .name = "text", .kind = MEMBER_TEXT, .optional = true, .min = 1, .max = ROSTER_TEXT - 1 },
	MEMBER_END,
};

const struct event_type step_events[] = {
	{ "operation.step", step_members, apply_step },
	{ 0 },
};
