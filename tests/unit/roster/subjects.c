/* SPDX-License-Identifier: BSD-2-Clause */
/* People, cards, quorums, bindings, operations, checkpoints, policy: what is taken and refused. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/health.h"
#include "roster/journal.h"
#include "roster/log.h"
#include "roster/policy.h"
#include "roster/sheet.h"
#include "tests/unit/roster/support.h"

static void
a_whole_quorum_verifies_and_is_healthy(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_verified verified;
	struct roster_health *health = NULL;

	place_found_quorum(place);
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	free(verified.checkpoint);
	assert_ok(roster_health(place->roster, &place->quorum, 0, &health, &trace), &trace);
	assert_int_equal(health->level, ROSTER_LEVEL_OK);
	assert_int_equal(health->margin, 2);
	assert_int_equal(health->exposure, 0);
	free(health);
}

static void
the_sheet_has_what_recovery_needs(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	char *text = NULL;

	place_found_quorum(place);
	assert_ok(roster_sheet(place->roster, &place->quorum, &text, &trace), &trace);
	print_message("%s\n", text);
	assert_non_null(strstr(text, "3 of 5"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_whole_quorum_verifies_and_is_healthy, place_setup_roster, place_teardown),
		cmocka_unit_test_setup_teardown(
		    the_sheet_has_what_recovery_needs, place_setup_roster, place_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
