/* SPDX-License-Identifier: BSD-2-Clause */
/* Health: each reason appears when it should, and not before. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "roster/absence.h"
#include "roster/card_report.h"
#include "roster/departure.h"
#include "roster/health.h"
#include "roster/share.h"
#include "tests/unit/roster/support.h"

enum { DAY = 86400 };

static struct roster_health *
ask(struct place *place, const struct roster_question *question)
{
	struct err_trace trace = { 0 };
	struct roster_health *health = NULL;

	assert_ok(roster_health(place->roster, &place->quorum, question, &health, &trace), &trace);
	return health;
}

static struct roster_health *
evaluate(struct place *place, int64_t at)
{
	const struct roster_question question = { .at = at };

	return ask(place, at == 0 ? NULL : &question);
}

static const struct roster_reason *
reason_of(const struct roster_health *health, enum roster_reason_kind kind)
{
	for (size_t i = 0; i < health->reasons; i++) {
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
	roster_health_free(health);
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
	roster_health_free(health);
	health = evaluate(place, proven + 180 * DAY + 1);
	assert_int_equal(health->level, ROSTER_LEVEL_WARNING);
	assert_int_equal(health->ready, 5);
	assert_non_null(reason_of(health, ROSTER_REASON_ROLL_CALL_DUE));
	assert_string_equal(reason_of(health, ROSTER_REASON_ROLL_CALL_DUE)->next,
	    "quorate card check root/1 --by NAME");
	roster_health_free(health);
	health = evaluate(place, proven + 210 * DAY + 1);
	assert_int_equal(health->level, ROSTER_LEVEL_CRITICAL);
	assert_int_equal(health->ready, 0);
	assert_int_equal(health->margin, -3);
	assert_non_null(reason_of(health, ROSTER_REASON_BELOW_THRESHOLD));
	roster_health_free(health);
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
	roster_health_free(health);
	prove(place, 3, 3);
	health = evaluate(place, 0);
	assert_int_equal(health->margin, 1);
	assert_null(reason_of(health, ROSTER_REASON_MARGIN));
	roster_health_free(health);
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
	roster_health_free(health);
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
	roster_health_free(health);
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
	assert_string_equal(reason_of(health, ROSTER_REASON_OPERATION_PENDING)->next,
	    "quorate quorum resume root --by NAME");
	roster_health_free(health);
}

/* A standing quorum whose last card has no share yet. */
static void
found_but_for_eve(struct place *place)
{
	struct err_trace trace = { 0 };

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
}

static void
an_undelivered_share_does_not_count(void **state)
{
	struct place *place = *state;
	struct roster_health *health;

	found_but_for_eve(place);
	health = evaluate(place, 0);
	assert_int_equal(health->ready, 4);
	assert_int_equal(health->level, ROSTER_LEVEL_WARNING);
	assert_string_equal(reason_of(health, ROSTER_REASON_NOT_DELIVERED)->next,
	    "quorate quorum deliver root --by NAME");
	roster_health_free(health);
}

/* Leaves on that day with the card outstanding; 0: today. */
static void
depart(struct place *place, int person, int64_t on)
{
	struct err_trace trace = { 0 };
	const struct roster_card_fate fate = { .card = place->card[person],
		.fate = ROSTER_FATE_OUTSTANDING };
	const struct roster_departure departure = {
		.person = place->person[person], .on = on, .card = &fate, .cards = 1
	};

	assert_ok(roster_person_depart(place->roster, &departure, &trace), &trace);
}

/* The first second of the day that begins after so many. */
static int64_t
day_after(const struct place *place, int days)
{
	return (place->now / DAY + days) * DAY;
}

static void
shares_of_people_who_left_are_exposure_and_m_of_them_are_critical(void **state)
{
	struct place *place = *state;
	struct roster_health *health;

	place_found_quorum(place);
	place->now += DAY;
	depart(place, 0, 0);
	health = evaluate(place, 0);
	assert_int_equal(health->exposure, 1);
	assert_int_equal(health->ready, 4);
	assert_int_equal(health->level, ROSTER_LEVEL_WARNING);
	assert_non_null(reason_of(health, ROSTER_REASON_PERSON_GONE));
	roster_health_free(health);
	depart(place, 1, 0);
	depart(place, 2, 0);
	health = evaluate(place, 0);
	assert_int_equal(health->exposure, 3);
	assert_int_equal(health->level, ROSTER_LEVEL_CRITICAL);
	assert_non_null(reason_of(health, ROSTER_REASON_EXPOSED));
	roster_health_free(health);
}

static void
an_outstanding_card_is_decided_on_within_the_hours_of_the_policy(void **state)
{
	struct place *place = *state;
	struct roster_health *health;
	int64_t left = 0;

	place_found_quorum(place);
	depart(place, 0, 0);
	left = place->now / DAY * DAY;
	health = evaluate(place, left + 86399);
	assert_non_null(reason_of(health, ROSTER_REASON_DECIDE));
	assert_int_equal(reason_of(health, ROSTER_REASON_DECIDE)->due, left + DAY);
	assert_string_equal(
	    reason_of(health, ROSTER_REASON_DECIDE)->next, "quorate quorum rekey root --by NAME");
	assert_int_equal(health->nights, 5);
	assert_non_null(strstr(health->night[3], "quorate card report root/1 found"));
	roster_health_free(health);
	health = evaluate(place, left + DAY);
	assert_null(reason_of(health, ROSTER_REASON_DECIDE));
	assert_int_equal(
	    reason_of(health, ROSTER_REASON_DECISION_OVERDUE)->level, ROSTER_LEVEL_CRITICAL);
	roster_health_free(health);
	health = evaluate(place, left + 7 * DAY);
	assert_non_null(reason_of(health, ROSTER_REASON_REKEY_OVERDUE));
	roster_health_free(health);
}

static void
a_card_that_came_back_is_not_exposed_but_a_rekey_is_due(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_health *health;
	struct roster_card_fate back = { .fate = ROSTER_FATE_RETURNED };
	struct roster_departure departure = { .card = &back, .cards = 1 };

	place_found_quorum(place);
	back.card = place->card[0];
	departure.person = place->person[0];
	assert_ok(roster_person_depart(place->roster, &departure, &trace), &trace);
	health = evaluate(place, 0);
	assert_int_equal(health->exposure, 0);
	assert_int_equal(health->ready, 4);
	assert_int_equal(health->nights, 0);
	assert_null(reason_of(health, ROSTER_REASON_DECIDE));
	assert_non_null(reason_of(health, ROSTER_REASON_PERSON_GONE));
	roster_health_free(health);
}

static void
a_planned_departure_is_on_the_timeline_and_not_yet_in_the_level(void **state)
{
	struct place *place = *state;
	const struct roster_question question = { .timeline = true };
	struct roster_health *health;

	place_found_quorum(place);
	depart(place, 0, day_after(place, 40));
	health = ask(place, &question);
	assert_int_equal(health->level, ROSTER_LEVEL_OK);
	assert_int_equal(health->change[0].at, day_after(place, 40));
	assert_int_equal(health->change[0].level, ROSTER_LEVEL_WARNING);
	assert_int_equal(health->change[0].margin, 1);
	assert_int_equal(health->change[0].exposure, 1);
	assert_string_equal(health->change[0].reason[0].words,
	    "alice left on 2026-10-31 and card root/1 has not come back: decide by 2026-11-01 "
	    "00:00 UTC");
	/* Then the hours to decide are over. */
	assert_int_equal(health->change[1].at, day_after(place, 41));
	assert_int_equal(health->change[1].level, ROSTER_LEVEL_CRITICAL);
	roster_health_free(health);
}

static void
an_absence_takes_a_card_out_until_its_end(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_health *health;
	struct roster_absence absence = { 0 };

	place_found_quorum(place);
	absence = (struct roster_absence){
		.person = place->person[1], .from = place->now, .until = day_after(place, 10)
	};
	assert_ok(roster_person_away(place->roster, &absence, &trace), &trace);
	health = evaluate(place, 0);
	assert_int_equal(health->ready, 4);
	assert_int_equal(health->level, ROSTER_LEVEL_OK);
	assert_string_equal(reason_of(health, ROSTER_REASON_AWAY)->words,
	    "bob is away until 2026-10-01: card root/2 does not count");
	roster_health_free(health);
	health = evaluate(place, day_after(place, 10));
	assert_int_equal(health->ready, 5);
	roster_health_free(health);
}

static void
what_ifs_are_judged_and_leave_no_trace(void **state)
{
	struct place *place = *state;
	struct roster_health *health;

	place_found_quorum(place);
	const struct roster_question question = { .depart = place->person,
		.departs = 2,
		.away = &place->person[2],
		.aways = 1,
		.lost = &place->card[3],
		.losses = 1 };

	health = ask(place, &question);
	assert_int_equal(health->ready, 1);
	assert_int_equal(health->margin, -2);
	assert_int_equal(health->exposure, 3);
	assert_int_equal(health->level, ROSTER_LEVEL_CRITICAL);
	roster_health_free(health);
	health = evaluate(place, 0);
	assert_int_equal(health->level, ROSTER_LEVEL_OK);
	assert_int_equal(health->ready, 5);
	roster_health_free(health);
}

static void
a_past_date_is_judged_by_what_was_known_then(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_options options;
	struct roster_health *health;
	int64_t before = 0;

	place_found_quorum(place);
	before = place->now;
	place->now += 10 * DAY;
	depart(place, 0, 0);
	place_close(place);
	options = place_options(place, ROSTER_READ);
	options.as_of = before;
	assert_ok(roster_open(&options, &place->roster, &trace), &trace);
	health = evaluate(place, before);
	assert_int_equal(health->level, ROSTER_LEVEL_OK);
	assert_int_equal(health->ready, 5);
	roster_health_free(health);
	place_close(place);
	place_open(place, ROSTER_READ);
	health = evaluate(place, 0);
	assert_int_equal(health->exposure, 1);
	roster_health_free(health);
}

/* Its delivery was begun and broke off: the card may hold its share, and is lost. */
static void
a_lost_card_that_may_hold_its_share_counts_as_exposed(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card_report report = { .report = ROSTER_REPORT_LOST };
	struct roster_plan plan = { .kind = ROSTER_OP_DELIVER, .generation = 1, .threshold = 3 };
	struct roster_step begun = { .kind = ROSTER_STEP_DELIVERY_BEGUN };
	struct roster_health *health;

	found_but_for_eve(place);
	plan.quorum = place->quorum;
	plan.cards = 1;
	plan.card[0].card = begun.card = place->card[4];
	plan.card[0].index = 4;
	assert_ok(roster_operation_begin(place->roster, &plan, &place->operation, &trace), &trace);
	report.happened = place->now;
	report.reporter = place->person[0];
	assert_ok(roster_card_report(place->roster, &place->card[4], &report, &trace), &trace);
	health = evaluate(place, 0);
	assert_int_equal(health->exposure, 0);
	roster_health_free(health);
	assert_ok(
	    roster_operation_journal(place->roster, &place->operation, &begun, &trace), &trace);
	health = evaluate(place, 0);
	assert_int_equal(health->exposure, 1);
	roster_health_free(health);
}

/* Alice gets another card for her share of generation 1. */
static void
replace_first(struct place *place)
{
	struct err_trace trace = { 0 };
	struct roster_share_replacement replacement = { .generation = 1 };
	const struct roster_card_begin another = { .quorum = "root",
		.serial = "FFFE:00000009",
		.custodian = place->person[0],
		.family = "openpgp",
		.model = "virtual",
		.firmware = "",
		.atr = "3b00",
		.resettable = true };
	struct roster_card_keys keys;
	struct roster_card card;

	assert_ok(roster_card_begin(place->roster, &another, &card, &trace), &trace);
	place_keys(&keys);
	assert_ok(roster_card_enrol(place->roster, &card.id, &keys, &trace), &trace);
	replacement.card = card.id;
	memset(replacement.record, 0x77, sizeof(replacement.record));
	assert_ok(
	    roster_share_replace(place->roster, &place->quorum, &replacement, &trace), &trace);
}

/* A lost card whose custodian got another one: the share on the lost one is still dangerous. */
static void
a_share_moved_to_another_card_is_still_exposed_by_the_lost_one(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card_report report = { .report = ROSTER_REPORT_LOST };
	struct roster_health *health;

	place_found_quorum(place);
	report.happened = place->now;
	report.reporter = place->person[0];
	assert_ok(roster_card_report(place->roster, &place->card[0], &report, &trace), &trace);
	replace_first(place);
	health = evaluate(place, 0);
	assert_int_equal(health->exposure, 1);
	assert_int_equal(health->ready, 4);
	assert_non_null(reason_of(health, ROSTER_REASON_NOT_DELIVERED));
	roster_health_free(health);
}

/* It was to be destroyed, and is not to be found. */
static void
a_replaced_card_can_be_reported_lost_and_exposes_its_share(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card_report report = { .report = ROSTER_REPORT_LOST };
	struct roster_health *health;

	place_found_quorum(place);
	replace_first(place);
	health = evaluate(place, 0);
	assert_int_equal(health->exposure, 0);
	roster_health_free(health);
	report.happened = place->now;
	report.reporter = place->person[0];
	assert_ok(roster_card_report(place->roster, &place->card[0], &report, &trace), &trace);
	health = evaluate(place, 0);
	assert_int_equal(health->exposure, 1);
	roster_health_free(health);
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
	roster_health_free(health);
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
		WITH_ROSTER(a_lost_card_that_may_hold_its_share_counts_as_exposed),
		WITH_ROSTER(shares_of_people_who_left_are_exposure_and_m_of_them_are_critical),
		WITH_ROSTER(an_outstanding_card_is_decided_on_within_the_hours_of_the_policy),
		WITH_ROSTER(a_card_that_came_back_is_not_exposed_but_a_rekey_is_due),
		WITH_ROSTER(a_planned_departure_is_on_the_timeline_and_not_yet_in_the_level),
		WITH_ROSTER(an_absence_takes_a_card_out_until_its_end),
		WITH_ROSTER(what_ifs_are_judged_and_leave_no_trace),
		WITH_ROSTER(a_past_date_is_judged_by_what_was_known_then),
		WITH_ROSTER(a_share_moved_to_another_card_is_still_exposed_by_the_lost_one),
		WITH_ROSTER(a_replaced_card_can_be_reported_lost_and_exposes_its_share),
		WITH_ROSTER(an_older_generation_that_still_opens_a_token_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
