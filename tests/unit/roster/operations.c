/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal of operations and checkpoints: what resume and verification live on. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/log.h"
#include "tests/unit/roster/support.h"

static void
plan_of(const struct place *place, struct roster_plan *out)
{
	/* Plans are compared as bytes below; a literal would bring its padding along. */
	memset(out, 0, sizeof(*out));
	out->kind = ROSTER_OP_CREATE;
	out->quorum = place->quorum;
	out->generation = 1;
	out->threshold = 3;
	out->cards = PEOPLE;
	out->tokens = 2;
	for (unsigned i = 0; i < PEOPLE; i++) {
		out->card[i].card = place->card[i];
		out->card[i].index = i;
	}
	place_spec(&out->token[0], "root-ca");
	place_spec(&out->token[1], "backup");
	out->token[1].role = ROSTER_BACKUP;
	out->token[1].fresh = false;
	struct roster_pin_format *format = &out->token[1].format[ROSTER_USER_PIN];
	format->is_set = true;
	snprintf(format->prefix, sizeof(format->prefix), "p:");
	snprintf(format->alphabet, sizeof(format->alphabet), "0123456789");
	format->length = 24;
}

static void
begin(struct place *place)
{
	struct err_trace trace = { 0 };
	struct roster_plan plan;

	place_add_people(place);
	place_enrol_cards(place);
	place_seal(place, 1);
	plan_of(place, &plan);
	assert_ok(roster_operation_begin(place->roster, &plan, &place->operation, &trace), &trace);
}

static void
journal(struct place *place, const struct roster_step *step)
{
	struct err_trace trace = { 0 };

	assert_ok(roster_operation_journal(place->roster, &place->operation, step, &trace), &trace);
}

static void
an_operation_comes_back_whole_after_a_restart(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_plan plan;
	struct roster_operation *found = NULL;
	struct roster_step step = { .kind = ROSTER_STEP_DELIVERED };

	begin(place);
	step.card = place->card[2];
	journal(place, &step);
	journal(
	    place, &(struct roster_step){
		       .kind = ROSTER_STEP_INIT_BEGUN, .binding = "root-ca", .text = "root-ca" });
	journal(place,
	    &(struct roster_step){
		.kind = ROSTER_STEP_SWITCH_BEGUN, .binding = "root-ca", .pin = ROSTER_SO_PIN });
	place_close(place);
	place_reopen(place);
	assert_ok(roster_operation_pending(place->roster, &place->quorum, &found, &trace), &trace);
	plan_of(place, &plan);
	assert_memory_equal(&found->plan, &plan, sizeof(plan));
	assert_int_equal(found->steps, 3);
	assert_int_equal(found->state, ROSTER_OP_PENDING);
	assert_non_null(roster_operation_step(found, &step));
	step.card = place->card[3];
	assert_null(roster_operation_step(found, &step));
	step = (struct roster_step){
		.kind = ROSTER_STEP_SWITCH_BEGUN, .binding = "root-ca", .pin = ROSTER_SO_PIN
	};
	assert_non_null(roster_operation_step(found, &step));
	step.pin = ROSTER_USER_PIN;
	assert_null(roster_operation_step(found, &step));
	step = (struct roster_step){ .kind = ROSTER_STEP_INIT_BEGUN };
	assert_string_equal(roster_operation_step(found, &step)->text, "root-ca");
	roster_operation_free(found);
}

static void
a_quorum_has_one_pending_operation_at_a_time(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_plan plan;
	struct roster_id second;
	struct roster_id *pending = NULL;
	size_t count = 0;

	begin(place);
	plan_of(place, &plan);
	assert_fails(
	    roster_operation_begin(place->roster, &plan, &second, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "quorum resume root"));
	err_clear(&trace);
	assert_ok(roster_operation_list_pending(place->roster, &pending, &count, &trace), &trace);
	assert_int_equal(count, 1);
	assert_memory_equal(&pending[0], &place->operation, sizeof(second));
	free(pending);
	assert_ok(
	    roster_operation_abort(place->roster, &place->operation, "not today", &trace), &trace);
	assert_ok(roster_operation_begin(place->roster, &plan, &second, &trace), &trace);
}

static void
an_operation_that_is_over_takes_no_step_and_ends_once(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_operation *found = NULL;
	const struct roster_step step = { .kind = ROSTER_STEP_SEALED };

	begin(place);
	assert_ok(roster_operation_finish(place->roster, &place->operation, &trace), &trace);
	assert_fails(roster_operation_journal(place->roster, &place->operation, &step, &trace),
	    ERR_NOT_NOW, &trace);
	err_clear(&trace);
	assert_fails(
	    roster_operation_finish(place->roster, &place->operation, &trace), ERR_NOT_NOW, &trace);
	err_clear(&trace);
	assert_fails(roster_operation_abort(place->roster, &place->operation, "x", &trace),
	    ERR_NOT_NOW, &trace);
	err_clear(&trace);
	assert_fails(roster_operation_pending(place->roster, &place->quorum, &found, &trace),
	    ERR_ABSENT, &trace);
}

static const struct {
	const char *name;
	struct roster_step step;
	bool with_card;
} wrong_steps[] = {
	{ "a delivery without a card", { .kind = ROSTER_STEP_DELIVERED }, false },
	{ "a seal with a card", { .kind = ROSTER_STEP_SEALED }, true },
	{ "a switch without a token", { .kind = ROSTER_STEP_SWITCH_DONE }, false },
	{ "an initialisation without a label",
	    { .kind = ROSTER_STEP_INIT_BEGUN, .binding = "root-ca" }, false },
	{ "a token that is not in the plan",
	    { .kind = ROSTER_STEP_COPY_GONE, .binding = "elsewhere" }, false },
	{ "a switch with a text",
	    { .kind = ROSTER_STEP_SWITCH_DONE, .binding = "root-ca", .text = "x" }, false },
};

static void
a_step_has_exactly_what_its_kind_needs(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_step stranger = { .kind = ROSTER_STEP_DELIVERED, .card = { { 1 } } };

	begin(place);
	for (size_t i = 0; i < sizeof(wrong_steps) / sizeof(wrong_steps[0]); i++) {
		struct roster_step step = wrong_steps[i].step;

		if (wrong_steps[i].with_card)
			step.card = place->card[0];
		err_clear(&trace);
		const enum err err =
		    roster_operation_journal(place->roster, &place->operation, &step, &trace);
		if (err != ERR_ARGUMENT)
			print_error("%s\n", wrong_steps[i].name);
		assert_int_equal(err, ERR_ARGUMENT);
	}
	err_clear(&trace);
	assert_fails(roster_operation_journal(place->roster, &place->operation, &stranger, &trace),
	    ERR_ARGUMENT, &trace);
}

static void
two_tokens_of_one_name_are_no_plan(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_plan plan;
	struct roster_id id;

	place_add_people(place);
	place_enrol_cards(place);
	place_seal(place, 1);
	plan_of(place, &plan);
	snprintf(plan.token[1].name, sizeof(plan.token[1].name), "root-ca");
	assert_fails(
	    roster_operation_begin(place->roster, &plan, &id, &trace), ERR_ARGUMENT, &trace);
}

static void
a_checkpoint_is_signed_by_several_cards_and_pins_what_was_before(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_checkpoint_request request;
	struct roster_checkpoint last;
	struct roster_signature signature;
	struct roster_verified verified;
	bool pinned = true;

	place_found_quorum(place);
	assert_fails(roster_checkpoint_last(place->roster, &last, &trace), ERR_ABSENT, &trace);
	err_clear(&trace);
	assert_ok(
	    roster_card_is_pinned(place->roster, &place->card[1], &place->card[0], &pinned, &trace),
	    &trace);
	assert_false(pinned);
	assert_ok(roster_checkpoint_request(place->roster, &request, &trace), &trace);
	for (int i = 0; i < 3; i++) {
		place_sign(place, i, &request, &signature);
		assert_ok(
		    roster_checkpoint_sign(place->roster, &request, &signature, &trace), &trace);
	}
	assert_ok(roster_checkpoint_last(place->roster, &last, &trace), &trace);
	assert_int_equal(last.number, 1);
	assert_int_equal(last.signers, 3);
	assert_memory_equal(&last.head, &request.head, sizeof(last.head));
	assert_memory_equal(&last.signer[2], &place->card[2], sizeof(last.signer[2]));
	assert_ok(
	    roster_card_is_pinned(place->roster, &place->card[1], &place->card[0], &pinned, &trace),
	    &trace);
	assert_true(pinned);
	assert_ok(
	    roster_card_is_pinned(place->roster, &place->card[1], &place->card[4], &pinned, &trace),
	    &trace);
	assert_false(pinned); /* card 5 signed nothing */
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	assert_int_equal(verified.pinned, verified.events - 3);
	assert_int_equal(verified.checkpoints, 1);
	free(verified.checkpoint);
	assert_ok(roster_checkpoint_request(place->roster, &request, &trace), &trace);
	assert_int_equal(request.number, 2);
}

static void
a_signature_by_another_card_or_of_another_head_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_checkpoint_request request;
	struct roster_checkpoint_request other;
	struct roster_signature signature;

	place_found_quorum(place);
	assert_ok(roster_checkpoint_request(place->roster, &request, &trace), &trace);
	place_sign(place, 1, &request, &signature);
	signature.card = place->card[0];
	assert_fails(roster_checkpoint_sign(place->roster, &request, &signature, &trace),
	    ERR_DENIED, &trace);
	place_sign(place, 1, &request, &signature);
	signature.der[signature.len - 1] ^= 1;
	err_clear(&trace);
	assert_fails(roster_checkpoint_sign(place->roster, &request, &signature, &trace),
	    ERR_DENIED, &trace);
	/* Well signed, but never a head of this roster. */
	other = request;
	other.head.bytes[0] ^= 1;
	place_sign(place, 1, &other, &signature);
	err_clear(&trace);
	assert_fails(roster_checkpoint_sign(place->roster, &other, &signature, &trace),
	    ERR_ARGUMENT, &trace);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(an_operation_comes_back_whole_after_a_restart),
		WITH_ROSTER(a_quorum_has_one_pending_operation_at_a_time),
		WITH_ROSTER(an_operation_that_is_over_takes_no_step_and_ends_once),
		WITH_ROSTER(a_step_has_exactly_what_its_kind_needs),
		WITH_ROSTER(two_tokens_of_one_name_are_no_plan),
		WITH_ROSTER(a_checkpoint_is_signed_by_several_cards_and_pins_what_was_before),
		WITH_ROSTER(a_signature_by_another_card_or_of_another_head_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
