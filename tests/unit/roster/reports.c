/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports of cards, their tries, and what a card is good for. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/card_condition.h"
#include "roster/card_report.h"
#include "roster/roster_internal.h"
#include "tests/unit/roster/support.h"

enum { DAY = 86400, HALF_YEAR = 180 * DAY, GRACE = 30 * DAY };

static struct roster_card
card_of(struct place *place, int card)
{
	struct err_trace trace = { 0 };
	struct roster_card found;

	assert_ok(roster_card_get(place->roster, &place->card[card], &found, &trace), &trace);
	return found;
}

static const char *
condition_of(struct place *place, int card)
{
	struct err_trace trace = { 0 };
	const struct roster_card found = card_of(place, card);
	int64_t lasts = 0;

	assert_ok(roster_proof_lasts(place->roster, 0, &lasts, &trace), &trace);
	return roster_condition_word(roster_condition_of(&found, lasts, place->now));
}

static enum err
try_report(struct place *place, int card, const char *word, struct err_trace *trace)
{
	struct roster_card_report report = {
		.happened = place->now, .reporter = place->person[1], .words = "left in a train"
	};
	enum err err = roster_report_parse(word, &report.report, trace);

	return err != ERR_OK
		   ? err
		   : roster_card_report(place->roster, &place->card[card], &report, trace);
}

static void
report(struct place *place, int card, const char *word)
{
	struct err_trace trace = { 0 };

	assert_ok(try_report(place, card, word, &trace), &trace);
}

static void
prove(struct place *place, int card)
{
	struct err_trace trace = { 0 };
	const struct roster_proof proof = { .kind = ROSTER_PROOF_ACTIVATION,
		.card = place->card[card],
		.quorum = place->quorum,
		.generation = 1,
		.tries_left = 3 };

	assert_ok(roster_card_proven(place->roster, &proof, &trace), &trace);
}

static void
see_tries(struct place *place, int card, unsigned user)
{
	struct err_trace trace = { 0 };
	const struct roster_card_tries tries = { user, 3 };

	assert_ok(
	    roster_card_note_tries(place->roster, &place->card[card], &tries, &trace), &trace);
}

static void
change_pin(struct place *place, int card, bool unblocked)
{
	struct err_trace trace = { 0 };
	const struct roster_pin_change change = { ROSTER_CARD_PIN_USER, unblocked };

	assert_ok(
	    roster_card_pin_changed(place->roster, &place->card[card], &change, &trace), &trace);
}

/* What comes in, one after another, and what the card is good for then; whether it is exposed. */
static const struct {
	const char *reports[3];
	const char *condition;
	bool exposed;
} reported[] = {
	{ { NULL }, "ready", false },
	{ { "lost" }, "lost", true },
	{ { "stolen" }, "lost", true },
	{ { "lost", "found" }, "suspected", true },
	{ { "found" }, "suspected", true },
	{ { "suspected" }, "suspected", true },
	{ { "damaged" }, "damaged", false },
	{ { "destroyed" }, "destroyed", false },
	{ { "lost", "destroyed" }, "destroyed", true },
	{ { "lost", "found", "damaged" }, "damaged", true },
	{ { "destroyed", "found" }, "suspected", true },
	{ { "pin-unknown" }, "pin-unknown", false },
	{ { "pin-unknown", "lost" }, "lost", true },
	{ { "lost", "found", "pin-unknown" }, "suspected", true },
};

static void
reports_make_a_card_what_it_is_and_exposure_is_never_taken_back(void **state)
{
	for (size_t i = 0; i < sizeof(reported) / sizeof(reported[0]); i++) {
		struct place *place;

		assert_int_equal(place_setup_roster(state), 0);
		place = *state;
		place_found_quorum(place);
		for (int k = 0; k < 3 && reported[i].reports[k] != NULL; k++)
			report(place, 0, reported[i].reports[k]);
		if (strcmp(condition_of(place, 0), reported[i].condition) != 0)
			print_error("row %zu\n", i);
		assert_string_equal(condition_of(place, 0), reported[i].condition);
		assert_int_equal(card_of(place, 0).exposed != 0, reported[i].exposed);
		assert_string_equal(condition_of(place, 1), "ready");
		place_teardown(state);
	}
}

static void
a_lost_card_that_works_is_still_not_ready(void **state)
{
	struct place *place = *state;

	place_found_quorum(place);
	report(place, 0, "lost");
	prove(place, 0);
	assert_string_equal(condition_of(place, 0), "lost");
	report(place, 0, "found");
	prove(place, 0);
	assert_string_equal(condition_of(place, 0), "suspected");
}

static void
a_proof_counts_for_the_roll_call_period_and_its_grace(void **state)
{
	struct place *place = *state;

	place_found_quorum(place);
	place->now += HALF_YEAR + GRACE;
	assert_string_equal(condition_of(place, 0), "ready");
	place->now += 1;
	assert_string_equal(condition_of(place, 0), "stale");
	prove(place, 0);
	assert_string_equal(condition_of(place, 0), "ready");
	assert_string_equal(condition_of(place, 1), "stale");
}

static void
a_blocked_card_is_ready_only_after_a_new_pin_and_a_proof(void **state)
{
	struct place *place = *state;

	place_found_quorum(place);
	see_tries(place, 0, 0);
	assert_string_equal(condition_of(place, 0), "blocked");
	report(place, 0, "pin-unknown");
	assert_string_equal(condition_of(place, 0), "blocked");
	change_pin(place, 0, true);
	assert_string_equal(condition_of(place, 0), "stale");
	prove(place, 0);
	assert_string_equal(condition_of(place, 0), "ready");
}

static void
a_forgotten_pin_is_known_again_after_a_proof_and_a_change_of_a_known_one_alters_nothing(
    void **state)
{
	struct place *place = *state;

	place_found_quorum(place);
	change_pin(place, 0, false);
	assert_string_equal(condition_of(place, 0), "ready");
	report(place, 0, "pin-unknown");
	assert_string_equal(condition_of(place, 0), "pin-unknown");
	change_pin(place, 0, false);
	assert_string_equal(condition_of(place, 0), "stale");
	prove(place, 0);
	assert_string_equal(condition_of(place, 0), "ready");
	change_pin(place, 0, true);
	assert_string_equal(condition_of(place, 0), "stale");
}

static void
tries_become_an_event_only_when_they_are_news(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_hash before, after;

	place_found_quorum(place);
	assert_ok(roster_head(place->roster, &before, &trace), &trace);
	see_tries(place, 0, 3);
	assert_ok(roster_head(place->roster, &after, &trace), &trace);
	assert_memory_equal(&before, &after, sizeof(before));
	see_tries(place, 0, 2);
	assert_int_equal(card_of(place, 0).tries_left, 2);
	assert_ok(roster_head(place->roster, &before, &trace), &trace);
	assert_memory_not_equal(&before, &after, sizeof(before));
	see_tries(place, 0, 2);
	assert_ok(roster_head(place->roster, &after, &trace), &trace);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_string_equal(condition_of(place, 0), "ready");
}

static void
a_blocked_card_seen_with_tries_again_waits_for_a_proof(void **state)
{
	struct place *place = *state;

	place_found_quorum(place);
	see_tries(place, 0, 0);
	see_tries(place, 0, 3);
	assert_string_equal(condition_of(place, 0), "stale");
}

static void
a_report_that_cannot_be_is_refused_and_changes_nothing(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card_report report = {
		.report = ROSTER_REPORT_LOST, .happened = 0, .reporter = place->person[1]
	};
	const struct roster_id nobody = { { 9 } };

	place_found_quorum(place);
	report.reporter = place->person[1];
	assert_fails(try_report(place, 0, "eaten", &trace), ERR_ARGUMENT, &trace);
	assert_non_null(strstr(trace.next, "damaged, destroyed or pin-unknown"));
	err_clear(&trace);
	report.happened = place->now + 1;
	assert_fails(roster_card_report(place->roster, &place->card[0], &report, &trace),
	    ERR_ARGUMENT, &trace);
	assert_true(place_says(&trace, "still to come"));
	err_clear(&trace);
	report.happened = place->now - 2 * DAY;
	assert_fails(roster_card_report(place->roster, &place->card[0], &report, &trace),
	    ERR_ARGUMENT, &trace);
	assert_true(place_says(&trace, "before card root/1 was enrolled"));
	err_clear(&trace);
	report.happened = place->now;
	report.reporter = nobody;
	assert_fails(roster_card_report(place->roster, &place->card[0], &report, &trace),
	    ERR_ABSENT, &trace);
	err_clear(&trace);
	report.reporter = place->person[1];
	snprintf(report.words, sizeof(report.words), "two\nlines");
	assert_fails(roster_card_report(place->roster, &place->card[0], &report, &trace),
	    ERR_ARGUMENT, &trace);
	err_clear(&trace);
	assert_ok(try_report(place, 0, "destroyed", &trace), &trace);
	assert_fails(try_report(place, 0, "damaged", &trace), ERR_NOT_NOW, &trace);
	assert_string_equal(condition_of(place, 0), "destroyed");
}

static void
the_words_of_a_report_are_no_part_of_the_event_and_read_back(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card_report *list = NULL;
	size_t count = 0;
	int64_t found = 0;

	place_found_quorum(place);
	report(place, 0, "lost");
	assert_ok(
	    roster_card_reports(place->roster, &place->card[0], &list, &count, &trace), &trace);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].report, ROSTER_REPORT_LOST);
	assert_string_equal(list[0].words, "left in a train");
	assert_true(roster_id_equal(&list[0].reporter, &place->person[1]));
	free(list);
	assert_ok(db_ask_integer(place->roster->db,
		      DB_CALL0("SELECT count(*) FROM event WHERE line LIKE '%train%'"), 0, &found,
		      &trace),
	    &trace);
	assert_int_equal(found, 0);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

/* Receipts show the fingerprint, and shares are sealed to the key: one follows from the other. */
static void
an_event_of_keys_with_anothers_fingerprint_is_not_taken(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_card_keys keys;
	struct roster_card before, card;

	place_add_people(place);
	place_enrol_cards(place);
	before = card_of(place, 1);
	place_keys(&keys);
	assert_fails(event_append(place->roster, "card.enrol",
			 json_pack("{s:o, s:o, s:o, s:o}", "card", member_of_id(&before.id),
			     "fingerprint", member_of_hash(&before.fingerprint), "dec",
			     member_of_bytes(keys.dec, sizeof(keys.dec)), "sig",
			     member_of_bytes(keys.sig, sizeof(keys.sig))),
			 &trace),
	    ERR_FORMAT, &trace);
	card = card_of(place, 1);
	assert_memory_equal(card.dec, before.dec, sizeof(card.dec));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_make_a_card_what_it_is_and_exposure_is_never_taken_back),
		WITH_ROSTER(a_lost_card_that_works_is_still_not_ready),
		WITH_ROSTER(a_proof_counts_for_the_roll_call_period_and_its_grace),
		WITH_ROSTER(a_blocked_card_is_ready_only_after_a_new_pin_and_a_proof),
		WITH_ROSTER(
		    a_forgotten_pin_is_known_again_after_a_proof_and_a_change_of_a_known_one_alters_nothing),
		WITH_ROSTER(tries_become_an_event_only_when_they_are_news),
		WITH_ROSTER(a_blocked_card_seen_with_tries_again_waits_for_a_proof),
		WITH_ROSTER(a_report_that_cannot_be_is_refused_and_changes_nothing),
		WITH_ROSTER(the_words_of_a_report_are_no_part_of_the_event_and_read_back),
		WITH_ROSTER(an_event_of_keys_with_anothers_fingerprint_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
