/* SPDX-License-Identifier: BSD-2-Clause */
/* Dates that people must keep: set, moved, taken out; of one quorum or of all. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/calendar.h"
#include "roster/log.h"
#include "tests/unit/roster/support.h"

enum { DAY = 86400 };

static void
set(struct place *place, const struct roster_date *date)
{
	struct err_trace trace = { 0 };

	assert_ok(roster_calendar_set(place->roster, date, &trace), &trace);
}

static size_t
list(struct place *place, const struct roster_id *quorum, struct roster_date *first)
{
	struct err_trace trace = { 0 };
	struct roster_date *dates = NULL;
	size_t count = 0;

	assert_ok(roster_calendar_list(place->roster, quorum, &dates, &count, &trace), &trace);
	if (count > 0)
		*first = dates[0];
	free(dates);
	return count;
}

static void
a_date_is_set_moved_and_taken_out(void **state)
{
	struct place *place = *state;
	struct roster_date first = { 0 };
	struct roster_date date = { .kind = ROSTER_DATE_CRL, .subject = "ca-1" };

	place_found_quorum(place);
	date.quorum = place->quorum;
	date.date = place->now + 30 * DAY;
	set(place, &date);
	date.date = place->now + 60 * DAY;
	set(place, &date);
	assert_int_equal(list(place, &place->quorum, &first), 1);
	assert_int_equal(first.date, place->now + 60 * DAY);
	assert_int_equal(first.kind, ROSTER_DATE_CRL);
	assert_string_equal(first.subject, "ca-1");
	date.date = 0;
	set(place, &date);
	assert_int_equal(list(place, &place->quorum, &first), 0);
	/* Taking out what is not there changes nothing. */
	set(place, &date);
	assert_int_equal(list(place, &place->quorum, &first), 0);
}

static void
a_date_of_all_quorums_comes_before_a_later_one_of_one(void **state)
{
	struct place *place = *state;
	const struct roster_id other = { { 7 } };
	struct roster_date first = { 0 };
	struct roster_date date = { .kind = ROSTER_DATE_RENEWAL, .subject = "root" };

	place_found_quorum(place);
	date.quorum = place->quorum;
	date.date = place->now + 60 * DAY;
	set(place, &date);
	date = (struct roster_date){
		.kind = ROSTER_DATE_FIRMWARE, .subject = "7.13", .date = place->now + 10 * DAY
	};
	set(place, &date);
	assert_int_equal(list(place, &place->quorum, &first), 2);
	assert_string_equal(first.subject, "7.13");
	assert_int_equal(list(place, &other, &first), 1);
}

static void
a_date_without_subject_or_of_no_quorum_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_date date = { .kind = ROSTER_DATE_CRL, .date = 1 };

	assert_fails(roster_calendar_set(place->roster, &date, &trace), ERR_ARGUMENT, &trace);
	snprintf(date.subject, sizeof(date.subject), "ca");
	date.quorum.bytes[0] = 9;
	err_clear(&trace);
	assert_fails(roster_calendar_set(place->roster, &date, &trace), ERR_ABSENT, &trace);
}

static void
the_calendar_is_what_the_events_say(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_verified verified = { 0 };
	struct roster_date date = { .kind = ROSTER_DATE_RECOVERY_TEST, .subject = "root" };

	place_found_quorum(place);
	date.date = place->now;
	set(place, &date);
	date.date += DAY;
	set(place, &date);
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	free(verified.checkpoint);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(a_date_is_set_moved_and_taken_out),
		WITH_ROSTER(a_date_of_all_quorums_comes_before_a_later_one_of_one),
		WITH_ROSTER(a_date_without_subject_or_of_no_quorum_is_refused),
		WITH_ROSTER(the_calendar_is_what_the_events_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
