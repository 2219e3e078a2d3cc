/* SPDX-License-Identifier: BSD-2-Clause */
/* The seat: who has it, how it passes, what only its holder may do. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "roster/generation.h"
#include "roster/log.h"
#include "roster/roster_internal.h"
#include "tests/unit/roster/offices.h"

static enum err
try_enrol(struct place *place, const char *serial, struct roster_card *out, struct err_trace *trace)
{
	const struct roster_card_begin begin = { .quorum = "issuing",
		.serial = serial,
		.custodian = place->person[0],
		.family = "openpgp",
		.model = "virtual",
		.firmware = "",
		.atr = "" };

	return roster_card_begin(place->roster, &begin, out, trace);
}

/* Everything that needs the seat. */
static void
assert_may_not(struct place *place)
{
	const struct roster_plan plan = {
		.kind = ROSTER_OP_REKEY, .quorum = place->quorum, .generation = 2, .threshold = 3
	};
	struct err_trace trace = { 0 };
	struct roster_binding_spec spec;
	struct roster_card card;
	struct roster_seal seal;
	struct roster_id id;

	assert_fails(try_enrol(place, "X:1", &card, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "the seat is with the installation"));
	err_clear(&trace);
	assert_fails(
	    roster_quorum_create(place->roster, "other", &id, &trace), ERR_NOT_NOW, &trace);
	err_clear(&trace);
	place_seal_of(place, 2, &seal);
	assert_fails(roster_generation_seal(place->roster, &place->quorum, &seal, &trace),
	    ERR_NOT_NOW, &trace);
	err_clear(&trace);
	place_spec(&spec, "second");
	assert_fails(roster_binding_add(place->roster, &place->quorum, &spec, &id, &trace),
	    ERR_NOT_NOW, &trace);
	assert_int_not_equal(roster_operation_begin(place->roster, &plan, &id, NULL), ERR_OK);
}

static void
only_the_seats_holder_enrols_creates_rekeys_and_binds(void **state)
{
	struct offices *offices = *state;
	struct err_trace trace = { 0 };
	struct roster_card card;

	assert_may_not(offices->place[1]);
	place_go_on(offices->place[1], "walter"); /* people are written anywhere */
	assert_ok(try_enrol(offices->place[0], "X:1", &card, &trace), &trace);
}

static void
a_seat_that_was_passed_is_gone_here_at_once_and_there_with_the_pack(void **state)
{
	struct offices *offices = *state;
	const struct roster_id laptop = offices_writer(offices, 1);
	struct err_trace trace = { 0 };
	struct roster_card card;

	offices_pack(offices, 1);
	offices_take(offices, 0);
	assert_ok(roster_seat_pass(offices->place[0]->roster, &laptop, &trace), &trace);
	assert_may_not(offices->place[0]);
	assert_may_not(offices->place[1]);
	offices_pack_for(offices, 0, 1);
	offices_take(offices, 1);
	assert_ok(try_enrol(offices->place[1], "X:1", &card, &trace), &trace);
	assert_fails(
	    roster_seat_pass(offices->place[0]->roster, &laptop, &trace), ERR_NOT_NOW, &trace);
}

static void
the_seat_stays_while_an_operation_is_pending(void **state)
{
	struct offices *offices = *state;
	const struct roster_id laptop = offices_writer(offices, 1);
	struct place *first = offices->place[0];
	struct err_trace trace = { 0 };
	struct roster_plan plan = {
		.kind = ROSTER_OP_BIND, .quorum = first->quorum, .generation = 1, .tokens = 1
	};
	struct roster_id id;

	place_spec(&plan.token[0], "other");
	assert_ok(roster_operation_begin(first->roster, &plan, &id, &trace), &trace);
	assert_fails(roster_seat_pass(first->roster, &laptop, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "pending"));
}

static void
sign_with(struct place *place, int cards, struct roster_checkpoint_request *request)
{
	struct err_trace trace = { 0 };
	struct roster_signature signature;

	assert_ok(roster_checkpoint_request(place->roster, request, &trace), &trace);
	for (int i = 0; i < cards; i++) {
		place_sign(place, i, request, &signature);
		assert_ok(
		    roster_checkpoint_sign(place->roster, request, &signature, &trace), &trace);
	}
}

static void
a_dead_holders_seat_is_claimed_with_the_signatures_of_m_cards(void **state)
{
	struct offices *offices = *state;
	struct place *laptop = offices->place[1];
	struct roster_seat_claim claim = { .people = { laptop->person[0], laptop->person[1] },
		.quorum = laptop->quorum,
		.generation = 1 };
	struct err_trace trace = { 0 };
	struct roster_card card;

	sign_with(laptop, 3, &claim.checkpoint);
	assert_ok(roster_seat_claim(laptop->roster, &claim, &trace), &trace);
	assert_ok(try_enrol(laptop, "X:1", &card, &trace), &trace);
	offices_pack(offices, 1);
	offices_take(offices, 2);
	assert_may_not(offices->place[2]);
	offices_take(offices, 0); /* it lived after all */
	assert_may_not(offices->place[0]);
}

static void
a_claim_needs_enough_fresh_signatures_and_two_people(void **state)
{
	struct offices *offices = *state;
	struct place *laptop = offices->place[1];
	struct roster_seat_claim claim = { .people = { laptop->person[0], laptop->person[1] },
		.quorum = laptop->quorum,
		.generation = 1 };
	struct err_trace trace = { 0 };

	sign_with(laptop, 2, &claim.checkpoint);
	assert_fails(roster_seat_claim(laptop->roster, &claim, &trace), ERR_DENIED, &trace);
	assert_true(place_says(&trace, "2 cards of generation 1 signed for the claim; 3 must"));
	err_clear(&trace);
	sign_with(laptop, 3, &claim.checkpoint);
	place_go_on(laptop, "walter");
	assert_fails(roster_seat_claim(laptop->roster, &claim, &trace), ERR_DENIED, &trace);
	assert_true(place_says(&trace, "before other events"));
	err_clear(&trace);
	sign_with(laptop, 3, &claim.checkpoint);
	claim.people[1] = claim.people[0];
	assert_fails(roster_seat_claim(laptop->roster, &claim, &trace), ERR_ARGUMENT, &trace);
	assert_may_not(laptop);
}

/* The first was not dead: both enrolled a card 'issuing/1', and both keep it. */
static void
a_number_that_two_installations_gave_shows_as_two_names(void **state)
{
	struct offices *offices = *state;
	struct place *laptop = offices->place[1];
	struct roster_seat_claim claim = { .people = { laptop->person[0], laptop->person[1] },
		.quorum = laptop->quorum,
		.generation = 1 };
	struct err_trace trace = { 0 };
	struct roster_card card;

	sign_with(laptop, 3, &claim.checkpoint);
	assert_ok(roster_seat_claim(laptop->roster, &claim, &trace), &trace);
	laptop->now += 60;
	assert_ok(try_enrol(laptop, "X:1", &card, &trace), &trace);
	assert_ok(try_enrol(offices->place[0], "X:2", &card, &trace), &trace);
	assert_string_equal(card.name, "issuing/1");
	offices_pack(offices, 1);
	offices->place[0]->now += 60;
	offices_take(offices, 0);
	for (int i = 0; i < 2; i++) {
		struct place *place = offices->place[i];

		assert_ok(roster_card_by_name(place->roster, "issuing/1", &card, &trace), &trace);
		assert_string_equal(card.serial, "X:2");
		assert_ok(roster_card_by_name(place->roster, "issuing/1b", &card, &trace), &trace);
		assert_string_equal(card.serial, "X:1");
		offices_pack(offices, 0);
		offices_take(offices, 1);
	}
}

/* Both sealed a generation 2: the one that came first counts, the other is told as without effect.
 */
static void
a_generation_that_two_installations_sealed_counts_once(void **state)
{
	struct offices *offices = *state;
	struct place *laptop = offices->place[1];
	struct roster_seat_claim claim = { .people = { laptop->person[0], laptop->person[1] },
		.quorum = laptop->quorum,
		.generation = 1 };
	struct err_trace trace = { 0 };
	struct roster_generation generation;
	struct roster_verified verified;

	sign_with(laptop, 3, &claim.checkpoint);
	assert_ok(roster_seat_claim(laptop->roster, &claim, &trace), &trace);
	place_seal(offices->place[0], 2);
	laptop->now += 60;
	place_seal(laptop, 2);
	offices->place[0]->now += 60;
	offices_pack(offices, 1);
	offices_take(offices, 0);
	offices_verify(offices, 0);
	assert_ok(roster_verify(offices->place[0]->roster, &verified, &trace), &trace);
	assert_int_equal(verified.unapplied, 1);
	free(verified.checkpoint);
	assert_ok(roster_generation_get(
		      offices->place[0]->roster, &laptop->quorum, 2, &generation, &trace),
	    &trace);
	assert_int_equal(generation.sealed, offices->place[0]->now - 60);
}

/* A pack brings the operation that is pending with the seat's holder; it stays the holder's. */
static void
what_the_seats_holder_began_is_neither_gone_on_with_nor_given_up_elsewhere(void **state)
{
	const struct roster_step begun = {
		.kind = ROSTER_STEP_SWITCH_BEGUN, .pin = ROSTER_USER_PIN, .binding = "other"
	};
	struct offices *offices = *state;
	struct place *first = offices->place[0];
	struct roster *laptop = offices->place[1]->roster;
	struct err_trace trace = { 0 };
	struct roster_plan plan = {
		.kind = ROSTER_OP_BIND, .quorum = first->quorum, .generation = 1, .tokens = 1
	};
	struct roster_id id;

	place_spec(&plan.token[0], "other");
	assert_ok(roster_operation_begin(first->roster, &plan, &id, &trace), &trace);
	offices_pack(offices, 0);
	offices_take(offices, 1);
	assert_fails(roster_operation_journal(laptop, &id, &begun, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "the seat is with the installation 'first'"));
	err_clear(&trace);
	assert_fails(roster_operation_abort(laptop, &id, "not mine", &trace), ERR_NOT_NOW, &trace);
	err_clear(&trace);
	assert_fails(roster_operation_finish(laptop, &id, &trace), ERR_NOT_NOW, &trace);
	err_clear(&trace);
	assert_ok(roster_operation_journal(first->roster, &id, &begun, &trace), &trace);
	assert_ok(roster_operation_abort(first->roster, &id, "mine", &trace), &trace);
}

/*
 * The first was not dead, and gave generation 2 up that the claimer had made live meanwhile: cards
 * and roster keep what opens the token.
 */
static void
a_generation_that_went_live_elsewhere_is_not_given_up_here(void **state)
{
	static const struct roster_generation_ending given_up = { 2, ROSTER_GENERATION_ABORTED };
	struct offices *offices = *state;
	struct place *first = offices->place[0];
	struct place *laptop = offices->place[1];
	struct roster_seat_claim claim = { .people = { laptop->person[0], laptop->person[1] },
		.quorum = laptop->quorum,
		.generation = 1 };
	struct err_trace trace = { 0 };
	struct roster_generation generation;

	place_seal(first, 2);
	offices_pack(offices, 0);
	offices_take(offices, 1);
	sign_with(laptop, 3, &claim.checkpoint);
	assert_ok(roster_seat_claim(laptop->roster, &claim, &trace), &trace);
	place_deliver(laptop, 2);
	place_go_live(laptop, 2);
	first->now = laptop->now += 60;
	assert_ok(roster_generation_end(first->roster, &first->quorum, &given_up, &trace), &trace);
	offices_pack(offices, 0);
	offices_take(offices, 1);
	offices_verify(offices, 1);
	assert_ok(
	    roster_generation_get(laptop->roster, &laptop->quorum, 2, &generation, &trace), &trace);
	assert_int_equal(generation.state, ROSTER_GENERATION_LIVE);
	assert_true(generation.share[0].has_record);
}

#define WITH_OFFICES(test) cmocka_unit_test_setup_teardown(test, offices_setup, offices_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_OFFICES(only_the_seats_holder_enrols_creates_rekeys_and_binds),
		WITH_OFFICES(a_seat_that_was_passed_is_gone_here_at_once_and_there_with_the_pack),
		WITH_OFFICES(the_seat_stays_while_an_operation_is_pending),
		WITH_OFFICES(a_dead_holders_seat_is_claimed_with_the_signatures_of_m_cards),
		WITH_OFFICES(a_claim_needs_enough_fresh_signatures_and_two_people),
		WITH_OFFICES(a_number_that_two_installations_gave_shows_as_two_names),
		WITH_OFFICES(a_generation_that_two_installations_sealed_counts_once),
		WITH_OFFICES(
		    what_the_seats_holder_began_is_neither_gone_on_with_nor_given_up_elsewhere),
		WITH_OFFICES(a_generation_that_went_live_elsewhere_is_not_given_up_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
