/* SPDX-License-Identifier: BSD-2-Clause */
/* Shares in one place: with one person, at one site, of one employer, line or model. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "roster/placement.h"
#include "tests/unit/roster/support.h"

static int
setup_cards(void **state)
{
	struct place *place;

	place_setup_roster(state);
	place = *state;
	place_add_people(place);
	place_enrol_cards(place);
	return 0;
}

static void
placing_of(const struct place *place, struct roster_placing *out)
{
	*out = (struct roster_placing){ .threshold = 3, .cards = PEOPLE };
	memcpy(out->card, place->card, sizeof(place->card));
}

static void
live_at(struct place *place, int person, const struct roster_person_edit *edit)
{
	struct err_trace trace = { 0 };

	assert_ok(roster_person_edit(place->roster, &place->person[person], edit, &trace), &trace);
}

/* The crowds without that of the one model that all virtual cards are of. */
static unsigned
find(struct place *place, struct roster_crowd *first)
{
	struct err_trace trace = { 0 };
	struct roster_placing placing;
	struct roster_placement found;
	unsigned crowds = 0;

	placing_of(place, &placing);
	assert_ok(roster_placement_find(place->roster, &placing, 0, &found, &trace), &trace);
	for (unsigned i = 0; i < found.crowds; i++) {
		if (found.crowd[i].limit == ROSTER_POLICY_SHARES_PER_MODEL)
			continue;
		if (crowds++ == 0)
			*first = found.crowd[i];
	}
	return crowds;
}

/* One row a dimension: what two people have alike is fine, a third one is too many. */
static const struct {
	struct roster_person_edit edit;
	enum roster_policy limit;
	const char *words;
} rows[] = {
	{ { .site = "Bern" }, ROSTER_POLICY_SHARES_PER_SITE, "at the site 'Bern'" },
	{ { .employer = "ACME" }, ROSTER_POLICY_SHARES_PER_EMPLOYER,
	    "with people of the employer 'ACME'" },
	{ { .line = "the CISO" }, ROSTER_POLICY_SHARES_PER_LINE,
	    "with people who report to 'the CISO'" },
};

static void
as_many_shares_as_the_threshold_in_one_place_are_too_many(void **state)
{
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct roster_person_edit away = { .site = "", .employer = "", .line = "" };
		struct roster_crowd crowd;
		char words[ROSTER_CROWD_TEXT];

		live_at(place, 0, &rows[i].edit);
		live_at(place, 3, &rows[i].edit);
		assert_int_equal(find(place, &crowd), 0);
		live_at(place, 4, &rows[i].edit);
		assert_int_equal(find(place, &crowd), 1);
		assert_int_equal(crowd.limit, rows[i].limit);
		assert_int_equal(crowd.shares, 3);
		assert_int_equal(crowd.allowed, 2);
		roster_crowd_format(&crowd, words);
		assert_non_null(strstr(words, rows[i].words));
		for (int person = 0; person < PEOPLE; person++)
			live_at(place, person, &away);
	}
}

static void
the_same_site_in_other_letters_is_the_same_site(void **state)
{
	struct place *place = *state;
	struct roster_crowd crowd;

	live_at(place, 0, &(struct roster_person_edit){ .site = "Bern" });
	live_at(place, 1, &(struct roster_person_edit){ .site = "BERN" });
	live_at(place, 2, &(struct roster_person_edit){ .site = "bern" });
	assert_int_equal(find(place, &crowd), 1);
	assert_int_equal(crowd.shares, 3);
}

static void
a_refused_placement_is_a_denial_and_its_limit_is_slept_over(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_placing placing;
	struct roster_policy_change change = { .which = ROSTER_POLICY_SHARES_PER_SITE,
		.value = 3,
		.reason = "one site is enough",
		.people = { place->person[0], place->person[1] } };

	placing_of(place, &placing);
	assert_ok(roster_placement_check(place->roster, &placing, &trace), &trace);
	for (int i = 0; i < 3; i++)
		live_at(place, i, &(struct roster_person_edit){ .site = "Bern" });
	assert_fails(roster_placement_check(place->roster, &placing, &trace), ERR_DENIED, &trace);
	assert_true(place_says(&trace, "3 shares would be at the site 'Bern'"));
	assert_fails(roster_policy_set(place->roster, &change, NULL), ERR_NOT_NOW, NULL);
}

static void
a_second_card_of_one_person_is_too_many(void **state)
{
	struct place *place = *state;
	struct roster_placing placing;
	struct err_trace trace = { 0 };
	struct roster_card card;
	struct roster_card_keys keys;
	const struct roster_card_begin begin = { .quorum = "root",
		.serial = "FFFE:00000099",
		.custodian = place->person[1],
		.family = "openpgp",
		.model = "virtual",
		.firmware = "3.4",
		.atr = "3b00" };

	assert_ok(roster_card_begin(place->roster, &begin, &card, &trace), &trace);
	place_keys(&keys);
	assert_ok(roster_card_enrol(place->roster, &card.id, &keys, &trace), &trace);
	placing_of(place, &placing);
	placing.card[0] = card.id;
	assert_fails(roster_placement_check(place->roster, &placing, &trace), ERR_DENIED, &trace);
	assert_true(place_says(&trace, "with 'bob'"));
}

#define WITH_CARDS(test) cmocka_unit_test_setup_teardown(test, setup_cards, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CARDS(as_many_shares_as_the_threshold_in_one_place_are_too_many),
		WITH_CARDS(the_same_site_in_other_letters_is_the_same_site),
		WITH_CARDS(a_refused_placement_is_a_denial_and_its_limit_is_slept_over),
		WITH_CARDS(a_second_card_of_one_person_is_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
