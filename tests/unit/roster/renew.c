/* SPDX-License-Identifier: BSD-2-Clause */
/* Rosters whose projections an older version made, and rosters as they were. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "roster/log.h"
#include "roster/policy.h"
#include "roster/roster_internal.h"
#include "tests/unit/roster/support.h"

/* What an older Quorate may have left: other tables, other columns, other rows. */
#define OLD                                                                                        \
	"PRAGMA user_version=1; DROP TABLE policy; CREATE TABLE former(x REFERENCES person(id));"  \
	"ALTER TABLE proof ADD COLUMN colour TEXT; UPDATE quorum SET name = 'other'"

static void
assert_as_new(struct place *place)
{
	struct err_trace trace = { 0 };
	struct roster_verified verified;
	struct roster_quorum quorum;
	int64_t margin = 0;

	assert_ok(roster_quorum_find(place->roster, "root", &quorum, &trace), &trace);
	assert_ok(
	    roster_policy_get(place->roster, ROSTER_POLICY_MARGIN, 0, &margin, &trace), &trace);
	assert_int_equal(margin, 1);
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	free(verified.checkpoint);
}

static void
tables_of_an_older_version_are_made_anew_when_it_is_opened_for_writing(void **state)
{
	struct place *place = *state;

	place_found_quorum(place);
	place_close(place);
	place_tamper(place, OLD);
	place_reopen(place);
	assert_as_new(place);
	place_go_on(place, "walter");
	place_close(place);
	place_open(place, ROSTER_READ);
	assert_as_new(place);
}

static void
note(const struct place *place, struct stat *out)
{
	assert_int_equal(stat(place->file, out), 0);
}

static void
assert_untouched(const struct place *place, const struct stat *before)
{
	struct stat after;

	note(place, &after);
	assert_int_equal(before->st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	assert_int_equal(before->st_size, after.st_size);
}

static void
a_reader_of_older_tables_sees_them_made_anew_and_changes_nothing(void **state)
{
	struct place *place = *state;
	struct stat before;

	place_found_quorum(place);
	place_close(place);
	place_tamper(place, OLD);
	note(place, &before);
	place_open(place, ROSTER_READ);
	assert_as_new(place);
	place_close(place);
	assert_untouched(place, &before);
}

static void
older_tables_of_a_roster_from_elsewhere_are_left_alone(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct stat before;

	place_found_quorum(place);
	place_close(place);
	place_tamper(place, OLD);
	place_swap_state(place);
	note(place, &before);
	assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "not made on this installation"));
	assert_untouched(place, &before);
}

static void
an_older_roster_whose_events_do_not_replay_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_found_quorum(place);
	place_close(place);
	place_tamper(place, OLD "; UPDATE event SET hash = zeroblob(32) WHERE n = 4");
	assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_FORMAT, &trace);
	assert_true(place_says(&trace, "event 4"));
	err_clear(&trace);
	assert_fails(place_try_open(place, ROSTER_READ, &trace), ERR_FORMAT, &trace);
}

static void
a_table_of_a_name_that_quorate_never_gave_is_refused_in_an_older_roster(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_found_quorum(place);
	place_close(place);
	place_tamper(place, OLD "; CREATE TABLE \"event; DROP TABLE event\"(x)");
	assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_FORMAT, &trace);
}

static void
a_roster_is_read_as_it_was_on_a_day(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_options options = place_options(place, ROSTER_READ);
	struct roster_person found;

	place_go_on(place, "walter");
	options.as_of = place->now;
	place->now += 86400;
	place_go_on(place, "wanda");
	place_close(place);
	assert_ok(roster_open(&options, &place->roster, &trace), &trace);
	assert_ok(roster_person_find(place->roster, "walter", &found, &trace), &trace);
	assert_fails(
	    roster_person_find(place->roster, "wanda", &found, &trace), ERR_ABSENT, &trace);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(tables_of_an_older_version_are_made_anew_when_it_is_opened_for_writing),
		WITH_ROSTER(a_reader_of_older_tables_sees_them_made_anew_and_changes_nothing),
		WITH_ROSTER(older_tables_of_a_roster_from_elsewhere_are_left_alone),
		WITH_ROSTER(an_older_roster_whose_events_do_not_replay_is_refused),
		WITH_ROSTER(
		    a_table_of_a_name_that_quorate_never_gave_is_refused_in_an_older_roster),
		WITH_ROSTER(a_roster_is_read_as_it_was_on_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
