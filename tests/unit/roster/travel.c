/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Three installations that write at the same time and exchange packs in random order end with the
 * same head and equal projections, which are those of a replay.
 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "roster/project.h"
#include "roster/roster_internal.h"
#include "tests/unit/roster/offices.h"
#include "tests/unit/roster/steps.h"

enum { SEEDS = 24, ROUNDS = 4, STEPS = 10, TYPES_WANTED = 25 };

static void
write_some(struct offices *offices)
{
	for (unsigned at = 0; at < OFFICES; at++) {
		struct place *place = offices->place[at];

		for (unsigned i = steps_draw(STEPS); i > 0; i--) {
			place->now += steps_draw(40);
			steps_one(place);
		}
	}
}

/* Clocks that differ by less than what is let pass. */
static void
set_clocks(struct offices *offices, int64_t now)
{
	for (unsigned at = 0; at < OFFICES; at++)
		offices->place[at]->now = now + steps_draw(100);
}

/* A pack may come late, twice, whole or in part, or only one way. */
static void
exchange_some(struct offices *offices)
{
	for (unsigned i = steps_draw(4); i > 0; i--) {
		const unsigned from = steps_draw(OFFICES);
		const unsigned to = (from + 1 + steps_draw(OFFICES - 1)) % OFFICES;

		offices_pack(offices, from);
		offices_take(offices, to);
		if (steps_draw(4) == 0)
			offices_take(offices, to);
	}
}

/* Once around and one further, by what is known to be lacking: then each has everything. */
static void
exchange_all(struct offices *offices)
{
	for (unsigned i = 0; i < OFFICES + 1; i++) {
		const unsigned from = i % OFFICES;
		const unsigned to = (i + 1) % OFFICES;

		offices_pack(offices, from);
		offices_take(offices, to);
		offices_pack_for(offices, to, from);
		offices_take(offices, from);
	}
}

static void
assert_equal(struct offices *offices)
{
	struct err_trace trace = { 0 };
	char head[ROSTER_HASH_TEXT];
	char other[ROSTER_HASH_TEXT];

	offices_head(offices, 0, head);
	for (unsigned at = 0; at < OFFICES; at++) {
		offices_head(offices, at, other);
		assert_string_equal(other, head);
		assert_ok(project_compare(offices->place[0]->roster->db,
			      offices->place[at]->roster->db, &trace),
		    &trace);
		offices_verify(offices, at);
	}
}

static void
try_seed(uint32_t value)
{
	void *state = NULL;

	offices_setup(&state);
	struct offices *offices = state;
	int64_t now = offices->place[0]->now;

	steps_seed(value);
	for (unsigned round = 0; round < ROUNDS; round++) {
		now += 3600 + (int64_t)steps_draw(86400);
		set_clocks(offices, now);
		write_some(offices);
		exchange_some(offices);
	}
	now += 86400;
	set_clocks(offices, now);
	exchange_all(offices);
	assert_equal(offices);
	offices_teardown(&state);
}

static void
three_installations_that_exchange_packs_in_any_order_end_equal(void **state)
{
	(void)state;
	for (uint32_t value = 1; value <= SEEDS; value++)
		try_seed(value);
}

/* What the random steps write is most of what there is. */
static void
the_exchanged_events_are_of_most_types(void **state)
{
	struct offices *offices = *state;
	int64_t types = 0;

	steps_seed(7);
	for (unsigned i = 0; i < 600; i++) {
		offices->place[0]->now += 60;
		steps_one(offices->place[0]);
	}
	assert_int_equal(
	    db_ask_integer(offices->place[0]->roster->db,
		DB_CALL0("SELECT count(DISTINCT json_extract(line, '$.type')) FROM event"), 0,
		&types, NULL),
	    ERR_OK);
	assert_true(types >= TYPES_WANTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_installations_that_exchange_packs_in_any_order_end_equal),
		cmocka_unit_test_setup_teardown(
		    the_exchanged_events_are_of_most_types, offices_setup, offices_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
