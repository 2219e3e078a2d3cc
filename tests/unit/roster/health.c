/* SPDX-License-Identifier: BSD-2-Clause */
/* Health: each reason appears when it should, and not before. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/card_report.h"
#include "roster/health.h"
#include "roster/roster_internal.h"
#include "tests/unit/roster/support.h"

enum { DAY = 86400 };

static struct roster_health *
evaluate(struct place *place, int64_t at)
{
	struct err_trace trace = { 0 };
	struct roster_health *health = NULL;

	assert_ok(roster_health(place->roster, &place->quorum, at, &health, &trace), &trace);
	return health;
}

static const struct roster_reason *
reason_of(const struct roster_health *health, enum roster_reason_kind kind)
{
	for (unsigned i = 0; i < health->reasons; i++) {
		if (health->reason[i].kind == kind)
			return &health->reason[i];
	}
	return NULL;
}

static void
a_standing_quorum_is_ok_with_its_margin(void **state)
{
	struct place *place = *state;
	struct roster_health *health;

	place_found_quorum(place);
	health = evaluate(place, 0);
	assert_int_equal(health->level, ROSTER_LEVEL_OK);
	assert_int_equal(health->ready, 5);
	assert_int_equal(health->margin, 2);
	assert_int_equal(health->exposure, 0);
	assert_int_equal(health->generation, 1);
	assert_int_equal(health->live[0].pins, 2);
	assert_int_equal(health->oldest_proof, place->now);
	assert_int_equal(health->next_due, place->now + 180 * DAY);
	/* A practice roster's tokens are all software; it is not marked there. */
	assert_null(reason_of(health, ROSTER_REASON_SOFTWARE_TOKEN));
	free(health);
}

static void
the_level_follows_the_roll_calls_through_due_and_overdue(void **state)
{
	struct place *place = *state;
	struct roster_health *health;
	int64_t proven = 0;

	place_found_quorum(place);
	proven = place->now;
	health = evaluate(place, proven + 180 * DAY);
	assert_int_equal(health->level, ROSTER_LEVEL_OK);
	free(health);
	health = evaluate(place, proven + 180 * DAY + 1);
	assert_int_equal(health->level, ROSTER_LEVEL_WARNING);
	assert_int_equal(health->ready, 5);
	assert_non_null(reason_of(health, ROSTER_REASON_ROLL_CALL_DUE));
	assert_string_equal(reason_of(health, ROSTER_REASON_ROLL_CALL_DUE)->next,
	    "quorate activate root -- true (with this card among those presented)");
	free(health);
	health = evaluate(place, proven + 210 * DAY + 1);
	assert_int_equal(health->level, ROSTER_LEVEL_CRITICAL);
	assert_int_equal(health->ready, 0);
	assert_int_equal(health->margin, -3);
	assert_non_null(reason_of(health, ROSTER_REASON_BELOW_THRESHOLD));
	free(health);
}

static void
prove(struct place *place, int card, unsigned tries)
{
	struct err_trace trace = { 0 };
	const struct roster_proof proof = { .kind = ROSTER_PROOF_ROLL_CALL,
		.card = place->card[card],
		.quorum = place->quorum,
		.generation = 1,
		.tries_left = tries };

	assert_ok(roster_card_proven(place->roster, &proof, &trace), &trace);
}

static void
the_margin_counts_only_cards_proven_in_time(void **state)
{
	struct place *place = *state;
	struct roster_health *health;

	place_found_quorum(place);
	place->now += 211 * DAY;
	for (int i = 0; i < 3; i++)
		prove(place, i, 3);
	health = evaluate(place, 0);
	assert_int_equal(health->level, ROSTER_LEVEL_WARNING);
	assert_int_equal(health->ready, 3);
	assert_int_equal(health->margin, 0);
	assert_non_null(reason_of(health, ROSTER_REASON_MARGIN));
	free(health);
	prove(place, 3, 3);
	health = evaluate(place, 0);
	assert_int_equal(health->margin, 1);
	assert_null(reason_of(health, ROSTER_REASON_MARGIN));
	free(health);
}

static void
a_blocked_card_is_not_ready_and_one_try_left_is_told(void **state)
{
	struct place *place = *state;
	struct roster_health *health;

	place_found_quorum(place);
	prove(place, 0, 0);
	prove(place, 1, 1);
	health = evaluate(place, 0);
	assert_int_equal(health->ready, 4);
	assert_int_equal(health->level, ROSTER_LEVEL_WARNING);
	assert_non_null(reason_of(health, ROSTER_REASON_TRIES));
	free(health);
}

static void
a_lost_card_is_not_ready_and_counts_as_exposed(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card_report report = { .report = ROSTER_REPORT_LOST };
	struct roster_health *health;

	place_found_quorum(place);
	report.happened = place->now;
	report.reporter = place->person[0];
	assert_ok(roster_card_report(place->roster, &place->card[0], &report, &trace), &trace);
	health = evaluate(place, 0);
	assert_int_equal(health->ready, 4);
	assert_int_equal(health->exposure, 1);
	assert_non_null(reason_of(health, ROSTER_REASON_EXPOSURE));
	free(health);
}

static void
a_quorum_that_is_being_made_is_unknown_and_says_what_is_pending(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_health *health;
	struct roster_plan plan = { .kind = ROSTER_OP_CREATE, .generation = 1, .threshold = 3 };

	place_add_people(place);
	place_enrol_cards(place);
	place_seal(place, 1);
	plan.quorum = place->quorum;
	assert_ok(roster_operation_begin(place->roster, &plan, &place->operation, &trace), &trace);
	health = evaluate(place, 0);
	assert_int_equal(health->level, ROSTER_LEVEL_UNKNOWN);
	assert_int_equal(health->generation, 0);
	assert_true(health->pending);
	assert_int_equal(health->operation, ROSTER_OP_CREATE);
	assert_non_null(reason_of(health, ROSTER_REASON_NOT_LIVE));
	assert_string_equal(
	    reason_of(health, ROSTER_REASON_OPERATION_PENDING)->next, "quorate quorum resume root");
	free(health);
}

static void
an_undelivered_share_does_not_count(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_health *health;

	place_add_people(place);
	place_enrol_cards(place);
	place_seal(place, 1);
	assert_ok(roster_generation_set_state(
		      place->roster, &place->quorum, 1, ROSTER_GENERATION_DELIVERING, &trace),
	    &trace);
	for (int i = 0; i < 4; i++) {
		const struct roster_proof proof = { .kind = ROSTER_PROOF_DELIVERY,
			.card = place->card[i],
			.quorum = place->quorum,
			.generation = 1,
			.tries_left = 3 };

		assert_ok(roster_card_proven(place->roster, &proof, &trace), &trace);
	}
	place_bind(place);
	place_go_live(place, 1);
	health = evaluate(place, 0);
	assert_int_equal(health->ready, 4);
	assert_int_equal(health->level, ROSTER_LEVEL_WARNING);
	assert_string_equal(
	    reason_of(health, ROSTER_REASON_NOT_DELIVERED)->next, "quorate quorum resume root");
	free(health);
}

/* The events of departures come later; what they project is there to be judged. */
static void
depart(struct place *place, int person)
{
	struct err_trace trace = { 0 };

	assert_ok(
	    db_run(place->roster->db,
		DB_CALL("UPDATE person SET departed = ?2 WHERE id = ?1",
		    db_blob(place->person[person].bytes, ROSTER_ID_SIZE), db_integer(place->now)),
		&trace),
	    &trace);
}

static void
shares_of_people_who_left_are_exposure_and_m_of_them_are_critical(void **state)
{
	struct place *place = *state;
	struct roster_health *health;

	place_found_quorum(place);
	place->now += DAY;
	depart(place, 0);
	health = evaluate(place, 0);
	assert_int_equal(health->exposure, 1);
	assert_int_equal(health->ready, 4);
	assert_int_equal(health->level, ROSTER_LEVEL_WARNING);
	free(health);
	/* A day before, all was well. */
	health = evaluate(place, place->now - DAY);
	assert_int_equal(health->exposure, 0);
	assert_int_equal(health->level, ROSTER_LEVEL_OK);
	free(health);
	depart(place, 1);
	depart(place, 2);
	health = evaluate(place, 0);
	assert_int_equal(health->exposure, 3);
	assert_int_equal(health->level, ROSTER_LEVEL_CRITICAL);
	assert_non_null(reason_of(health, ROSTER_REASON_EXPOSED));
	free(health);
}

static void
an_older_generation_that_still_opens_a_token_is_told(void **state)
{
	struct place *place = *state;
	struct roster_health *health;

	place_found_quorum(place);
	place_seal(place, 2);
	place_deliver(place, 2);
	place_go_live(place, 2);
	health = evaluate(place, 0);
	assert_int_equal(health->generation, 2);
	assert_int_equal(health->generations, 2);
	assert_int_equal(health->live[0].pins, 2);
	assert_int_equal(health->live[1].pins, 0);
	assert_non_null(reason_of(health, ROSTER_REASON_OLD_GENERATION));
	assert_int_equal(health->level, ROSTER_LEVEL_WARNING);
	free(health);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(a_standing_quorum_is_ok_with_its_margin),
		WITH_ROSTER(the_level_follows_the_roll_calls_through_due_and_overdue),
		WITH_ROSTER(the_margin_counts_only_cards_proven_in_time),
		WITH_ROSTER(a_blocked_card_is_not_ready_and_one_try_left_is_told),
		WITH_ROSTER(a_lost_card_is_not_ready_and_counts_as_exposed),
		WITH_ROSTER(a_quorum_that_is_being_made_is_unknown_and_says_what_is_pending),
		WITH_ROSTER(an_undelivered_share_does_not_count),
		WITH_ROSTER(shares_of_people_who_left_are_exposure_and_m_of_them_are_critical),
		WITH_ROSTER(an_older_generation_that_still_opens_a_token_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
