/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing a limit: who may, to what, and when loosening it is refused. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/activation.h"
#include "roster/policy.h"
#include "tests/unit/roster/support.h"

enum { HOUR = 3600 };

/* Every name, its default, and which way is looser: what the organisation was promised. */
static const struct {
	const char *name;
	const char *standard;
	const char *looser;
	const char *tighter;
	const char *wrong;
} limits[] = {
	{ "roll-call-days", "180", "181", "179", "0" },
	{ "roll-call-grace-days", "30", "31", "0", "367" },
	{ "margin", "1", "0", "2", "15" },
	{ "rekey-days", "7", "8", "6", "-1" },
	{ "rekey-decision-hours", "24", "25", "1", "0" },
	{ "recovery-test-days", "365", "366", "1", "yearly" },
	{ "acknowledgement-days", "365", "366", "30", "" },
	{ "pin-length", "6", NULL, "8", "5" },
	{ "activation-minutes", "240", "241", "239", "4h" },
	{ "session-minutes", "60", "61", "59", "0x3C" },
	{ "shares-per-person", "1", "2", NULL, "0" },
	{ "shares-per-site", "M-1", "2", "1", "0" },
	{ "shares-per-employer", "M-1", "16", "1", "17" },
	{ "shares-per-line", "M-1", "3", "1", "m-1" },
	{ "shares-per-model", "M-1", "16", "1", "N" },
	{ "stale-news-days", "30", "31", "29", "99999999999999999999" },
	{ "software-token", "allowed", NULL, "refused", "1" },
	{ "all-of-n", "refused", "allowed", NULL, "yes" },
	{ "extractable-after-backup", "backup", "everywhere", "nowhere", "primary" },
};
_Static_assert(sizeof(limits) / sizeof(limits[0]) == ROSTER_POLICY__COUNT, "all of them");

static enum err
set(struct place *place, const char *name, const char *text, struct err_trace *trace)
{
	struct roster_policy_change change = { .reason = "the audit of May",
		.people = { place->person[0], place->person[1] } };
	enum err err = roster_policy_find(name, &change.which, trace);

	if (err == ERR_OK)
		err = roster_policy_parse(change.which, text, &change.value, trace);
	return err == ERR_OK ? roster_policy_set(place->roster, &change, trace) : err;
}

static void
assert_value(struct place *place, const char *name, const char *text)
{
	struct err_trace trace = { 0 };
	enum roster_policy which;
	char shown[ROSTER_POLICY_TEXT];
	int64_t value = 0;

	assert_ok(roster_policy_find(name, &which, &trace), &trace);
	assert_ok(roster_policy_get(place->roster, which, 0, &value, &trace), &trace);
	roster_policy_format(which, value, shown);
	assert_string_equal(shown, text);
}

static void
every_limit_has_its_default_and_refuses_what_it_cannot_be(void **state)
{
	struct place *place = *state;

	place_add_people(place);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct err_trace trace = { 0 };

		print_message("  %s\n", limits[i].name);
		assert_value(place, limits[i].name, limits[i].standard);
		assert_fails(
		    set(place, limits[i].name, limits[i].wrong, &trace), ERR_ARGUMENT, &trace);
		assert_true(trace.next[0] != '\0');
		assert_value(place, limits[i].name, limits[i].standard);
	}
}

static void
a_limit_is_changed_and_set_back_and_its_last_change_is_told(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_policy_last last;

	place_add_people(place);
	assert_int_equal(
	    roster_policy_last(place->roster, ROSTER_POLICY_MARGIN, 0, &last, NULL), ERR_ABSENT);
	assert_ok(set(place, "margin", "2", &trace), &trace);
	assert_ok(
	    roster_policy_last(place->roster, ROSTER_POLICY_MARGIN, 0, &last, &trace), &trace);
	assert_string_equal(last.reason, "the audit of May");
	assert_true(roster_id_equal(&last.people[1], &place->person[1]));
	assert_int_equal(last.time, place->now);
	assert_ok(set(place, "margin", "1", &trace), &trace);
	assert_fails(set(place, "margin", "1", &trace), ERR_ARGUMENT, &trace);
	assert_true(place_says(&trace, "already"));
}

static void
two_different_people_who_are_present_change_it_and_say_why(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_policy_change change = { .which = ROSTER_POLICY_MARGIN,
		.value = 2,
		.reason = "",
		.people = { place->person[0], place->person[1] } };

	place_add_people(place);
	memcpy(change.people, place->person, sizeof(change.people));
	assert_fails(roster_policy_set(place->roster, &change, &trace), ERR_ARGUMENT, &trace);
	assert_true(place_says(&trace, "the reason"));
	change.reason = "two sites";
	change.people[1] = change.people[0];
	assert_fails(roster_policy_set(place->roster, &change, NULL), ERR_ARGUMENT, NULL);
	change.people[1] = place->person[1];
	place_depart(place, &place->person[1]);
	err_clear(&trace);
	assert_fails(roster_policy_set(place->roster, &change, &trace), ERR_ABSENT, &trace);
	assert_true(place_says(&trace, "left on"));
	assert_value(place, "margin", "1");
}

static void
begin(struct place *place, enum roster_operation_kind kind)
{
	struct err_trace trace = { 0 };
	const struct roster_plan plan = {
		.kind = kind, .quorum = place->quorum, .generation = 1, .threshold = 3
	};

	assert_ok(roster_operation_begin(place->roster, &plan, &place->operation, &trace), &trace);
}

static void
while_an_operation_is_pending_its_limits_are_tightened_but_not_loosened(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_found_quorum(place);
	begin(place, ROSTER_OP_DELIVER);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		enum roster_policy which;

		assert_ok(roster_policy_find(limits[i].name, &which, &trace), &trace);
		if ((roster_policy_row(which)->holds & ROSTER_HOLDS_ISSUE) == 0)
			continue;
		print_message("  %s\n", limits[i].name);
		if (limits[i].looser != NULL) {
			err_clear(&trace);
			assert_fails(set(place, limits[i].name, limits[i].looser, &trace),
			    ERR_NOT_NOW, &trace);
			assert_true(place_says(&trace, "pending"));
		}
		if (limits[i].tighter != NULL)
			assert_ok(set(place, limits[i].name, limits[i].tighter, &trace), &trace);
	}
	err_clear(&trace);
	assert_ok(set(place, "roll-call-days", "200", &trace), &trace);
	assert_ok(roster_operation_finish(place->roster, &place->operation, &trace), &trace);
	assert_ok(set(place, "margin", "0", &trace), &trace);
}

static void
while_an_activation_is_open_it_is_not_given_more_time(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_activation activation = { .generation = 1, .purpose = "signing" };

	place_found_quorum(place);
	activation.quorum = place->quorum;
	snprintf(activation.binding, sizeof(activation.binding), "root-ca");
	activation.cards = 3;
	memcpy(activation.card, place->card, 3 * sizeof(place->card[0]));
	assert_ok(roster_activation_open(place->roster, &activation, &trace), &trace);
	assert_fails(set(place, "activation-minutes", "300", &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "activation"));
	err_clear(&trace);
	assert_ok(set(place, "activation-minutes", "30", &trace), &trace);
	place->now += 30 * 60 - 1;
	assert_fails(set(place, "activation-minutes", "300", NULL), ERR_NOT_NOW, NULL);
	assert_ok(
	    roster_activation_close(place->roster, &activation.id, 0, "ended", &trace), &trace);
	assert_ok(set(place, "activation-minutes", "300", &trace), &trace);
}

static void
an_activation_whose_end_was_not_recorded_holds_no_longer_than_its_bound(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_found_quorum(place);
	struct roster_activation activation = { .quorum = place->quorum,
		.generation = 1,
		.binding = "root-ca",
		.purpose = "signing",
		.cards = 1,
		.card = { place->card[0] } };
	assert_ok(roster_activation_open(place->roster, &activation, &trace), &trace);
	place->now += 240 * 60 - 1;
	assert_fails(set(place, "session-minutes", "90", NULL), ERR_NOT_NOW, NULL);
	place->now += 1;
	assert_ok(set(place, "session-minutes", "90", &trace), &trace);
}

static void
a_limit_that_refused_is_slept_over(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_found_quorum(place);
	struct roster_plan plan = { .kind = ROSTER_OP_REKEY,
		.quorum = place->quorum,
		.generation = 2,
		.threshold = PEOPLE,
		.cards = PEOPLE };

	for (unsigned i = 0; i < PEOPLE; i++)
		plan.card[i].card = place->card[i];
	assert_fails(roster_plan_check(place->roster, &plan, &trace), ERR_DENIED, &trace);
	assert_fails(roster_operation_begin(place->roster, &plan, &place->operation, NULL),
	    ERR_DENIED, NULL);
	err_clear(&trace);
	assert_fails(set(place, "all-of-n", "allowed", &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "24 hours"));
	place->now += ROSTER_POLICY_COOLING_HOURS * HOUR - 1;
	assert_fails(set(place, "all-of-n", "allowed", NULL), ERR_NOT_NOW, NULL);
	place->now += 1;
	err_clear(&trace);
	assert_ok(set(place, "all-of-n", "allowed", &trace), &trace);
	assert_ok(roster_plan_check(place->roster, &plan, &trace), &trace);
}

static void
a_software_token_is_refused_where_the_policy_says_so(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_plan *plan = calloc(1, sizeof(*plan));

	place_found_quorum(place);
	*plan = (struct roster_plan){ .kind = ROSTER_OP_BIND,
		.quorum = place->quorum,
		.generation = 1,
		.threshold = 3,
		.tokens = 1 };
	place_spec(&plan->token[0], "second");
	assert_ok(roster_plan_check(place->roster, plan, &trace), &trace);
	assert_ok(set(place, "software-token", "refused", &trace), &trace);
	assert_fails(roster_plan_check(place->roster, plan, &trace), ERR_DENIED, &trace);
	plan->kind = ROSTER_OP_UNBIND;
	assert_ok(roster_plan_check(place->roster, plan, &trace), &trace);
	free(plan);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(every_limit_has_its_default_and_refuses_what_it_cannot_be),
		WITH_ROSTER(a_limit_is_changed_and_set_back_and_its_last_change_is_told),
		WITH_ROSTER(two_different_people_who_are_present_change_it_and_say_why),
		WITH_ROSTER(
		    while_an_operation_is_pending_its_limits_are_tightened_but_not_loosened),
		WITH_ROSTER(while_an_activation_is_open_it_is_not_given_more_time),
		WITH_ROSTER(
		    an_activation_whose_end_was_not_recorded_holds_no_longer_than_its_bound),
		WITH_ROSTER(a_limit_that_refused_is_slept_over),
		WITH_ROSTER(a_software_token_is_refused_where_the_policy_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
