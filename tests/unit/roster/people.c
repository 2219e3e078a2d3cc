/* SPDX-License-Identifier: BSD-2-Clause */
/* People change, go away, leave and are appointed; what is refused of it. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "roster/absence.h"
#include "roster/appointment.h"
#include "roster/departure.h"
#include "tests/unit/roster/support.h"

/* place->now is 1790000000: 2026-09-21T14:13:20Z. */
static const int64_t TODAY = 1789948800;
enum { ALICE, BOB, CAROL };

static int
setup_people(void **state)
{
	struct place *place;

	place_setup_roster(state);
	place = *state;
	place_add_people(place);
	return 0;
}

static void
get(struct place *place, int who, struct roster_person *out)
{
	struct err_trace trace = { 0 };

	assert_ok(roster_person_get(place->roster, &place->person[who], out, &trace), &trace);
}

static enum err
edit(struct place *place, int who, const struct roster_person_edit *edit, struct err_trace *trace)
{
	return roster_person_edit(place->roster, &place->person[who], edit, trace);
}

static void
what_is_known_of_a_person_is_changed_and_taken_away(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person alice;
	const struct roster_id nobody = { { 0 } };

	assert_ok(edit(place, ALICE,
		      &(struct roster_person_edit){ .site = "Bern",
			  .employer = "ACME",
			  .line = "the CISO",
			  .deputy = &place->person[BOB],
			  .roles = ROSTER_CUSTODIAN | ROSTER_AUDITOR },
		      &trace),
	    &trace);
	get(place, ALICE, &alice);
	assert_string_equal(alice.contact, "alice@example.org");
	assert_string_equal(alice.site, "Bern");
	assert_string_equal(alice.employer, "ACME");
	assert_string_equal(alice.line, "the CISO");
	assert_true(roster_id_equal(&alice.deputy, &place->person[BOB]));
	assert_int_equal(alice.roles, ROSTER_CUSTODIAN | ROSTER_AUDITOR);
	assert_ok(edit(place, ALICE,
		      &(struct roster_person_edit){
			  .name = "Alice B.", .contact = "", .deputy = &nobody },
		      &trace),
	    &trace);
	get(place, ALICE, &alice);
	assert_string_equal(alice.name, "Alice B.");
	assert_string_equal(alice.contact, "");
	assert_string_equal(alice.site, "Bern");
	assert_false(roster_id_is_set(&alice.deputy));
}

static void
an_edit_that_makes_no_sense_is_refused(void **state)
{
	struct place *place = *state;
	struct roster_person alice;
	char long_site[ROSTER_PLACE + 1];

	memset(long_site, 'x', sizeof(long_site));
	long_site[ROSTER_PLACE] = '\0';
	const struct {
		struct roster_person_edit edit;
		enum err err;
	} rows[] = {
		{ { 0 }, ERR_ARGUMENT },
		{ { .name = "" }, ERR_ARGUMENT },
		{ { .name = "a,b" }, ERR_ARGUMENT },
		{ { .name = "bob" }, ERR_EXISTS },
		{ { .site = "line\nfeed" }, ERR_ARGUMENT },
		{ { .site = "\xff" }, ERR_ARGUMENT },
		{ { .site = long_site }, ERR_ARGUMENT },
		{ { .deputy = &place->person[ALICE] }, ERR_ARGUMENT },
		{ { .roles = 1 << 9 }, ERR_ARGUMENT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err_trace trace = { 0 };

		print_message("  %zu\n", i);
		assert_fails(edit(place, ALICE, &rows[i].edit, &trace), rows[i].err, &trace);
	}
	get(place, ALICE, &alice);
	assert_string_equal(alice.name, "alice");
	assert_string_equal(alice.site, "");
	place_depart(place, &place->person[BOB]);
	assert_int_equal(
	    edit(place, BOB, &(struct roster_person_edit){ .site = "Bern" }, NULL), ERR_ABSENT);
	assert_int_equal(
	    edit(place, ALICE, &(struct roster_person_edit){ .deputy = &place->person[BOB] }, NULL),
	    ERR_ABSENT);
}

static enum err
away(struct place *place, int64_t from, int64_t until, struct err_trace *trace)
{
	const struct roster_absence absence = { place->person[ALICE], from, until };

	return roster_person_away(place->roster, &absence, trace);
}

static size_t
absences(struct place *place, struct roster_absence **out)
{
	size_t count = 0;

	assert_int_equal(
	    roster_absences(place->roster, &place->person[ALICE], out, &count, NULL), ERR_OK);
	return count;
}

static void
absences_that_join_are_one_stretch_and_being_back_ends_it(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_absence *list = NULL;
	int64_t until = 0;

	assert_ok(away(place, TODAY + 5 * CLOCK_DAY, TODAY + 9 * CLOCK_DAY, &trace), &trace);
	assert_ok(away(place, 0, TODAY + 5 * CLOCK_DAY, &trace), &trace);
	assert_int_equal(absences(place, &list), 2);
	assert_int_equal(list[0].from, place->now);
	assert_true(roster_is_away(list, 2, place->now, &until));
	assert_int_equal(until, TODAY + 9 * CLOCK_DAY);
	assert_false(roster_is_away(list, 2, place->now - 1, &until));
	assert_false(roster_is_away(list, 2, TODAY + 9 * CLOCK_DAY, &until));
	free(list);
	place->now += 2 * CLOCK_DAY;
	assert_ok(roster_person_back(place->roster, &place->person[ALICE], false, &trace), &trace);
	assert_int_equal(absences(place, &list), 2);
	assert_int_equal(list[0].until, place->now);
	assert_false(roster_is_away(list, 2, place->now, &until));
	free(list);
	assert_fails(roster_person_back(place->roster, &place->person[ALICE], false, &trace),
	    ERR_NOT_NOW, &trace);
	assert_non_null(strstr(trace.next, "--planned"));
	err_clear(&trace);
	assert_ok(roster_person_back(place->roster, &place->person[ALICE], true, &trace), &trace);
	assert_int_equal(absences(place, &list), 1);
	free(list);
	assert_fails(roster_person_back(place->roster, &place->person[ALICE], true, NULL),
	    ERR_NOT_NOW, NULL);
}

static void
an_absence_that_is_over_or_of_somebody_gone_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_absence *list = NULL;

	assert_fails(away(place, 0, TODAY, &trace), ERR_ARGUMENT, &trace);
	assert_fails(
	    away(place, TODAY + 3 * CLOCK_DAY, TODAY + 3 * CLOCK_DAY, NULL), ERR_ARGUMENT, NULL);
	const struct roster_departure planned = { .person = place->person[ALICE],
		.on = TODAY + 2 * CLOCK_DAY };
	assert_int_equal(roster_person_depart(place->roster, &planned, NULL), ERR_OK);
	err_clear(&trace);
	assert_fails(
	    away(place, TODAY + 3 * CLOCK_DAY, TODAY + 4 * CLOCK_DAY, &trace), ERR_ABSENT, &trace);
	assert_true(place_says(&trace, "leaves on 2026-09-23"));
	place->now = TODAY + 2 * CLOCK_DAY;
	assert_fails(away(place, 0, TODAY + 9 * CLOCK_DAY, NULL), ERR_ABSENT, NULL);
	assert_int_equal(absences(place, &list), 0);
	free(list);
}

/* The fate of alice's card as it counts at that time. */
static enum roster_fate
fate_at(struct place *place, int64_t at)
{
	struct roster_person alice;
	struct roster_card_fate *fates = NULL;
	size_t count = 0;

	get(place, ALICE, &alice);
	assert_int_equal(roster_fates(place->roster, &alice.id, &fates, &count, NULL), ERR_OK);
	assert_int_equal(count, 1);
	const enum roster_fate fate = roster_fate_at(&alice, &fates[0], at);
	free(fates);
	return fate;
}

static enum err
depart(struct place *place, int64_t on, enum roster_fate fate, struct err_trace *trace)
{
	const struct roster_card_fate card = { place->card[ALICE], fate, 0 };
	const struct roster_departure departure = {
		.person = place->person[ALICE], .on = on, .card = &card, .cards = 1
	};

	return roster_person_depart(place->roster, &departure, trace);
}

static void
a_planned_departure_is_an_expectation_until_it_is_said_again(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person alice;
	const int64_t day = TODAY + 10 * CLOCK_DAY;

	place_enrol_cards(place);
	assert_ok(depart(place, day + 3600, ROSTER_FATE_RETURNED, &trace), &trace);
	get(place, ALICE, &alice);
	assert_int_equal(alice.departed, day);
	assert_false(roster_person_has_left(&alice, day - 1));
	assert_true(roster_person_has_left(&alice, day));
	assert_int_equal(fate_at(place, day), ROSTER_FATE_OUTSTANDING);
	assert_ok(roster_person_find(place->roster, "alice", &alice, &trace), &trace);
	/* Which day is meant is never guessed. */
	assert_fails(depart(place, 0, ROSTER_FATE_RETURNED, &trace), ERR_ARGUMENT, &trace);
	place->now = day;
	err_clear(&trace);
	assert_fails(
	    roster_person_find(place->roster, "alice", &alice, &trace), ERR_ABSENT, &trace);
	assert_true(place_says(&trace, "left on 2026-10-01"));
	assert_int_equal(fate_at(place, place->now), ROSTER_FATE_OUTSTANDING);
	err_clear(&trace);
	assert_ok(depart(place, 0, ROSTER_FATE_RETURNED, &trace), &trace);
	assert_int_equal(fate_at(place, place->now), ROSTER_FATE_RETURNED);
	assert_int_equal(fate_at(place, place->now - 1), ROSTER_FATE_OUTSTANDING);
	assert_fails(
	    depart(place, day + CLOCK_DAY, ROSTER_FATE_RETURNED, &trace), ERR_NOT_NOW, &trace);
	assert_fails(
	    roster_person_stay(place->roster, &place->person[ALICE], NULL), ERR_ABSENT, NULL);
}

static void
a_planned_departure_is_moved_and_taken_back(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person alice;

	place_enrol_cards(place);
	assert_fails(
	    roster_person_stay(place->roster, &place->person[ALICE], &trace), ERR_NOT_NOW, &trace);
	err_clear(&trace);
	assert_ok(depart(place, TODAY + CLOCK_DAY, ROSTER_FATE_RETURNED, &trace), &trace);
	assert_ok(depart(place, TODAY + 2 * CLOCK_DAY, ROSTER_FATE_RETURNED, &trace), &trace);
	get(place, ALICE, &alice);
	assert_int_equal(alice.departed, TODAY + 2 * CLOCK_DAY);
	assert_ok(roster_person_stay(place->roster, &place->person[ALICE], &trace), &trace);
	place->now += 30 * CLOCK_DAY;
	assert_ok(roster_person_find(place->roster, "alice", &alice, &trace), &trace);
	assert_int_equal(alice.departed, 0);
}

static void
what_became_of_each_card_is_said_and_of_no_other(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_departure departure = { .person = place->person[ALICE] };
	struct roster_card_fate cards[2] = { { .fate = ROSTER_FATE_RETURNED },
		{ .fate = ROSTER_FATE_RETURNED } };

	assert_fails(depart(place, 0, ROSTER_FATE_RETURNED, &trace), ERR_ARGUMENT, &trace);
	assert_true(place_says(&trace, "holds no card"));
	place_enrol_cards(place);
	assert_int_equal(roster_person_depart(place->roster, &departure, NULL), ERR_ARGUMENT);
	departure.card = cards;
	departure.cards = 1;
	cards[0].card = place->card[BOB];
	assert_int_equal(roster_person_depart(place->roster, &departure, NULL), ERR_ARGUMENT);
	cards[0].card = place->card[ALICE];
	cards[1].card = place->card[ALICE];
	departure.cards = 2;
	assert_int_equal(roster_person_depart(place->roster, &departure, NULL), ERR_ARGUMENT);
	departure.cards = 1;
	err_clear(&trace);
	assert_ok(roster_person_depart(place->roster, &departure, &trace), &trace);
}

static void
a_departure_before_they_came_or_of_the_last_administrator_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person ann;

	assert_int_equal(
	    roster_person_depart(place->roster,
		&(struct roster_departure){ .person = place->person[BOB], .on = TODAY - CLOCK_DAY },
		&trace),
	    ERR_ARGUMENT);
	assert_true(place_says(&trace, "came into the roster on 2026-09-21"));
	assert_ok(roster_person_find(place->roster, "ann", &ann, &trace), &trace);
	const struct roster_departure later = { .person = ann.id, .on = TODAY + CLOCK_DAY };
	const struct roster_departure now = { .person = ann.id };
	assert_int_equal(roster_person_depart(place->roster, &later, NULL), ERR_DENIED);
	assert_int_equal(
	    edit(place, BOB, &(struct roster_person_edit){ .roles = ROSTER_ADMINISTRATOR }, NULL),
	    ERR_OK);
	assert_int_equal(roster_person_depart(place->roster, &now, NULL), ERR_DENIED);
	assert_int_equal(roster_person_depart(place->roster, &later, NULL), ERR_OK);
}

static void
who_has_left_does_not_act_gets_no_card_and_their_name_is_free(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person found;
	struct roster_card card;
	struct roster_id id;
	const struct roster_card_begin begin = { .quorum = "root",
		.serial = "FFFE:00000077",
		.custodian = place->person[ALICE],
		.family = "openpgp",
		.model = "virtual",
		.firmware = "",
		.atr = "" };
	const struct roster_person_add again = { .name = "alice", .roles = ROSTER_WITNESS };

	place_depart(place, &place->person[ALICE]);
	assert_fails(
	    roster_act_as(place->roster, &place->person[ALICE], &trace), ERR_ABSENT, &trace);
	assert_true(place_says(&trace, "'alice' left on 2026-09-21"));
	assert_int_equal(roster_card_begin(place->roster, &begin, &card, NULL), ERR_ABSENT);
	err_clear(&trace);
	assert_ok(roster_person_find_any(place->roster, "alice", &found, &trace), &trace);
	assert_true(roster_id_equal(&found.id, &place->person[ALICE]));
	assert_ok(roster_person_add(place->roster, &again, &id, &trace), &trace);
	assert_ok(roster_person_find_any(place->roster, "alice", &found, &trace), &trace);
	assert_true(roster_id_equal(&found.id, &id));
}

static void
an_appointment_is_kept_and_its_acknowledgement_ends_by_the_policy(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_appointment *list = NULL;
	struct roster_person alice;
	const struct roster_hash paper = { { 0xAB } };
	size_t count = 0;
	struct roster_appoint appoint = { .person = place->person[ALICE],
		.by = "the board",
		.identity = "passport seen, file 12",
		.document = &paper,
		.acknowledged = TODAY };

	assert_ok(roster_person_appoint(place->roster, &appoint, &trace), &trace);
	assert_ok(
	    roster_appointments(place->roster, &appoint.person, &list, &count, &trace), &trace);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].by, "the board");
	assert_string_equal(list[0].identity, "passport seen, file 12");
	assert_string_equal(list[0].training, "");
	assert_true(list[0].has_document && roster_hash_equal(&list[0].document, &paper));
	assert_int_equal(list[0].acknowledged_until, TODAY + 365 * CLOCK_DAY);
	free(list);
	get(place, ALICE, &alice);
	assert_int_equal(alice.acknowledged_until, TODAY + 365 * CLOCK_DAY);
	appoint.acknowledged_until = TODAY + 366 * CLOCK_DAY;
	assert_fails(roster_person_appoint(place->roster, &appoint, &trace), ERR_DENIED, &trace);
	appoint.acknowledged_until = TODAY;
	assert_int_equal(roster_person_appoint(place->roster, &appoint, NULL), ERR_ARGUMENT);
	appoint.acknowledged = place->now + CLOCK_DAY;
	appoint.acknowledged_until = 0;
	assert_int_equal(roster_person_appoint(place->roster, &appoint, NULL), ERR_ARGUMENT);
	appoint.acknowledged = 0;
	appoint.by = NULL;
	assert_int_equal(roster_person_appoint(place->roster, &appoint, NULL), ERR_ARGUMENT);
}

#define WITH_PEOPLE(test) cmocka_unit_test_setup_teardown(test, setup_people, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PEOPLE(what_is_known_of_a_person_is_changed_and_taken_away),
		WITH_PEOPLE(an_edit_that_makes_no_sense_is_refused),
		WITH_PEOPLE(absences_that_join_are_one_stretch_and_being_back_ends_it),
		WITH_PEOPLE(an_absence_that_is_over_or_of_somebody_gone_is_refused),
		WITH_PEOPLE(a_planned_departure_is_an_expectation_until_it_is_said_again),
		WITH_PEOPLE(a_planned_departure_is_moved_and_taken_back),
		WITH_PEOPLE(what_became_of_each_card_is_said_and_of_no_other),
		WITH_PEOPLE(a_departure_before_they_came_or_of_the_last_administrator_is_refused),
		WITH_PEOPLE(who_has_left_does_not_act_gets_no_card_and_their_name_is_free),
		WITH_PEOPLE(an_appointment_is_kept_and_its_acknowledgement_ends_by_the_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
