/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Projections that grew event by event are the same as those made anew from all events, also for
 * several writers whose events come in any order.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "roster/absence.h"
#include "roster/appointment.h"
#include "roster/departure.h"
#include "roster/log.h"
#include "roster/project.h"
#include "roster/replay.h"
#include "roster/roster_internal.h"
#include "roster/schema.h"
#include "tests/unit/roster/steps.h"
#include "tests/unit/roster/support.h"

enum { ROUNDS = 40, STEPS = 60 };

/* Projections made anew in memory equal those of the roster. */
static void
assert_rebuild_is_equal(struct place *place)
{
	struct err_trace trace = { 0 };
	struct db *memory = NULL;

	assert_ok(db_open("", DB_TEMPORARY, &memory, &trace), &trace);
	assert_ok(schema_make(memory, &trace), &trace);
	assert_ok(project_all(place->roster->db, memory, PROJECT_EVERYTHING, &trace), &trace);
	assert_ok(project_compare(place->roster->db, memory, &trace), &trace);
	db_close(memory);
}

static void
random_events_project_the_same_one_by_one_and_all_anew(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_verified verified;

	place_found_quorum(place);
	for (int round = 0; round < ROUNDS; round++) {
		steps_seed((uint32_t)round + 1);
		for (int i = 0; i < STEPS; i++) {
			place->now += steps_draw(3600);
			steps_one(place);
			if (steps_draw(10) == 0)
				roster_rollback(place->roster);
		}
		assert_rebuild_is_equal(place);
	}
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	assert_true(verified.events > ROUNDS * STEPS / 2);
	assert_true(verified.pinned > 0);
	assert_true(verified.erased > 0);
	free(verified.checkpoint);
}

static void
a_rebuild_in_the_file_leaves_it_as_it_was(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_verified verified;

	place_found_quorum(place);
	assert_ok(roster_rebuild(place->roster, &trace), &trace);
	assert_rebuild_is_equal(place);
	place_go_on(place, "walter");
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	free(verified.checkpoint);
}

static void
what_is_rolled_back_leaves_no_trace(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_hash before;
	struct roster_hash after;
	struct roster_person found;

	assert_ok(roster_head(place->roster, &before, &trace), &trace);
	assert_ok(roster_begin(place->roster, &trace), &trace);
	place_go_on(place, "walter");
	place_go_on(place, "wanda");
	roster_rollback(place->roster);
	assert_ok(roster_head(place->roster, &after, &trace), &trace);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_fails(
	    roster_person_find(place->roster, "walter", &found, &trace), ERR_ABSENT, &trace);
	assert_fails(roster_commit(place->roster, &trace), ERR_INTERNAL, &trace);
	place_go_on(place, "walter");
	assert_rebuild_is_equal(place);
}

static void
a_failure_inside_a_transaction_undoes_all_of_it(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person found;
	struct roster_id id;
	const struct roster_person_add again = { .name = "ann", .roles = ROSTER_WITNESS };

	assert_ok(roster_begin(place->roster, &trace), &trace);
	place_go_on(place, "walter");
	/* The name is refused before anything is begun: the caller decides. */
	assert_fails(roster_person_add(place->roster, &again, &id, &trace), ERR_EXISTS, &trace);
	roster_rollback(place->roster);
	err_clear(&trace);
	assert_fails(
	    roster_person_find(place->roster, "walter", &found, &trace), ERR_ABSENT, &trace);
}

/* Appends a line of another writer as a pack would bring it. */
static void
bring(struct place *place, const struct event_head *prev, char writer, const char *seen,
    int64_t time, struct event_head *out)
{
	struct event_head head = { .n = prev->n + 1 };
	json_t *body = json_pack("{s:s, s:i, s:s, s:o}", "name", "margin", "value", (int)time % 10,
	    "reason", "elsewhere", "people", member_of_ids(place->person, 2));
	char *line = NULL;

	memset(head.writer.bytes, writer, sizeof(head.writer.bytes));
	json_t *seen_list = seen == NULL ? json_array() : json_pack("[s]", seen);
	json_t *json = json_pack("{s:i, s:o, s:I, s:o, s:o, s:I, s:o, s:s, s:o}", "v", 1, "writer",
	    member_of_id(&head.writer), "n", (json_int_t)head.n, "prev",
	    member_of_hash(&prev->hash), "seen", seen_list, "time", (json_int_t)time, "by",
	    member_of_id(&place->person[0]), "type", "policy.set", "body", body);
	assert_int_equal(json_canonical(json, &line, NULL), ERR_OK);
	json_decref(json);
	assert_int_equal(sha256(line, strlen(line), head.hash.bytes, NULL), ERR_OK);
	assert_int_equal(db_run(place->roster->db,
			     DB_CALL("INSERT INTO event(writer, n, hash, line) "
				     "VALUES(?1, ?2, ?3, ?4)",
				 db_blob(head.writer.bytes, ROSTER_ID_SIZE), db_integer(head.n),
				 db_blob(head.hash.bytes, ROSTER_HASH_SIZE), db_text(line)),
			     NULL),
	    ERR_OK);
	free(line);
	*out = head;
}

struct order {
	int64_t times[16];
	unsigned char writers[16];
	size_t count;
};

static enum err
note_order(void *context, const struct roster_log_entry *entry, struct err_trace *trace)
{
	struct order *order = context;

	(void)trace;
	if (strcmp(entry->type, "policy.set") == 0) {
		order->times[order->count] = entry->time;
		order->writers[order->count++] = entry->writer.bytes[0];
	}
	return ERR_OK;
}

static void
events_of_several_writers_replay_by_what_they_saw_then_by_time(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct event_head none = { 0 };
	struct event_head a1;
	struct event_head a2;
	struct event_head b1;
	char seen[EVENT_HEAD_TEXT];
	char own[EVENT_HEAD_TEXT];
	struct order order = { 0 };
	static const unsigned char want[] = { 0xbb, 0xaa, 0xaa, 0xcc };

	place_add_people(place);
	event_head_format(&place->roster->own, own);
	/* b's event has the earlier time; c's the earliest, but it has seen a2. */
	bring(place, &none, '\xaa', own, place->now + 200, &a1);
	bring(place, &a1, '\xaa', NULL, place->now + 300, &a2);
	bring(place, &none, '\xbb', own, place->now + 100, &b1);
	event_head_format(&a2, seen);
	bring(place, &none, '\xcc', seen, place->now + 1, &b1);
	assert_ok(roster_log(place->roster,
		      &(struct roster_log_walk){ .visit = note_order, .context = &order }, &trace),
	    &trace);
	assert_int_equal(order.count, sizeof(want));
	assert_memory_equal(order.writers, want, sizeof(want));
	assert_ok(roster_rebuild(place->roster, &trace), &trace);
	assert_rebuild_is_equal(place);
	/* The next event of this writer has seen the three others. */
	place_go_on(place, "walter");
	assert_rebuild_is_equal(place);
}

static void
an_event_that_saw_one_which_is_not_there_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct event_head none = { 0 };
	struct event_head unknown = { .n = 9 };
	struct event_head head;
	char seen[EVENT_HEAD_TEXT];

	place_add_people(place);
	memset(unknown.writer.bytes, 0xEE, sizeof(unknown.writer.bytes));
	event_head_format(&unknown, seen);
	bring(place, &none, '\xaa', seen, place->now, &head);
	assert_fails(roster_rebuild(place->roster, &trace), ERR_FORMAT, &trace);
}

static void
an_event_that_saw_another_hash_is_refused(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct event_head none = { 0 };
	struct event_head other;
	struct event_head head;
	char seen[EVENT_HEAD_TEXT];

	place_add_people(place);
	other = place->roster->own;
	other.hash.bytes[31] ^= 1;
	event_head_format(&other, seen);
	bring(place, &none, '\xaa', seen, place->now, &head);
	assert_fails(roster_rebuild(place->roster, &trace), ERR_FORMAT, &trace);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(random_events_project_the_same_one_by_one_and_all_anew),
		WITH_ROSTER(a_rebuild_in_the_file_leaves_it_as_it_was),
		WITH_ROSTER(what_is_rolled_back_leaves_no_trace),
		WITH_ROSTER(a_failure_inside_a_transaction_undoes_all_of_it),
		WITH_ROSTER(events_of_several_writers_replay_by_what_they_saw_then_by_time),
		WITH_ROSTER(an_event_that_saw_one_which_is_not_there_is_refused),
		WITH_ROSTER(an_event_that_saw_another_hash_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
