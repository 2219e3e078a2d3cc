/* SPDX-License-Identifier: BSD-2-Clause */
/* How a file stands to what this installation last wrote: clones, older copies, crashes. */
#include "tests/unit/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "roster/log.h"
#include "roster/state.h"
#include "tests/unit/roster/support.h"

/* Between SQLite's commit and the note in the state folder. */
static bool kill_before_state;

enum err __real_state_store(const char *state_dir, const struct roster_id *roster,
    const struct event_head *head, struct err_trace *trace);
enum err __wrap_state_store(const char *state_dir, const struct roster_id *roster,
    const struct event_head *head, struct err_trace *trace);

enum err
__wrap_state_store(const char *state_dir, const struct roster_id *roster,
    const struct event_head *head, struct err_trace *trace)
{
	if (kill_before_state)
		raise(SIGKILL);
	return __real_state_store(state_dir, roster, head, trace);
}

static void
expect_standing(
    struct place *place, enum roster_standing_kind kind, int64_t file_n, int64_t state_n)
{
	struct roster_standing standing;

	place_open(place, ROSTER_READ);
	roster_standing(place->roster, &standing);
	assert_int_equal(standing.kind, kind);
	assert_int_equal(standing.file_n, file_n);
	assert_int_equal(standing.state_n, state_n);
}

static void
an_older_copy_put_back_is_only_read_and_both_ends_are_shown(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_verified verified;

	place_close(place);
	place_copy_file(place);
	place_reopen(place);
	place_go_on(place, "walter");
	place_close(place);
	place_swap_file(place);
	assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "rolled back"));
	assert_true(place_says(&trace, "event 2"));
	assert_true(place_says(&trace, "event 3"));
	expect_standing(place, ROSTER_ROLLED_BACK, 2, 3);
	err_clear(&trace);
	assert_fails(roster_verify(place->roster, &verified, &trace), ERR_FORMAT, &trace);
}

static void
a_clone_that_went_on_by_itself_is_only_read(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_verified verified;

	place_close(place);
	place_copy_file(place);
	place_copy_state(place);
	place_reopen(place);
	place_go_on(place, "walter");
	place_close(place);
	/* The other machine: the clone with the cloned state folder. */
	place_swap_file(place);
	place_swap_state(place);
	place_reopen(place);
	place_go_on(place, "wanda");
	place_close(place);
	/* Its file comes here. */
	place_swap_state(place);
	assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "clone"));
	expect_standing(place, ROSTER_CLONED, 3, 3);
	err_clear(&trace);
	assert_fails(roster_verify(place->roster, &verified, &trace), ERR_FORMAT, &trace);
}

static void
a_roster_of_another_installation_is_only_read(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_close(place);
	place_swap_state(place);
	assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, "state folder"));
	expect_standing(place, ROSTER_FOREIGN, 0, 0);
}

static void
a_damaged_state_file_is_named(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	char id[ROSTER_ID_TEXT];
	char path[2 * PATH_SIZE];

	roster_id_format(roster_identity(place->roster), id);
	place_close(place);
	snprintf(path, sizeof(path), "%s/%s.writer", place->state_dir, id);
	assert_int_equal(file_replace(path, "{\"v\":1}", 7, NULL), ERR_OK);
	assert_fails(place_try_open(place, ROSTER_WRITE, &trace), ERR_FORMAT, &trace);
	assert_true(place_says(&trace, path));
}

/* Runs one append in a child that is killed after the commit. */
static void
append_and_die(struct place *place)
{
	int status = 0;
	const pid_t pid = fork();

	if (pid == 0) {
		place_reopen(place);
		kill_before_state = true;
		place_go_on(place, "walter");
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void
a_kill_between_commit_and_state_is_mended_by_the_next_command(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person walter;
	struct roster_verified verified;

	place_close(place);
	append_and_die(place);
	place_reopen(place);
	assert_ok(roster_person_find(place->roster, "walter", &walter, &trace), &trace);
	place_go_on(place, "wanda");
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	assert_int_equal(verified.events, 4);
	free(verified.checkpoint);
	place_close(place);
	expect_standing(place, ROSTER_OURS, 4, 4);
}

static void
what_a_killed_command_left_in_the_wal_is_read_without_merging_it(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person walter;

	place_close(place);
	append_and_die(place);
	place_open(place, ROSTER_READ);
	assert_ok(roster_person_find(place->roster, "walter", &walter, &trace), &trace);
}

static void
a_state_folder_that_cannot_be_written_loses_nothing_and_is_told_at_closing(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person walter;
	struct roster *roster = place->roster;
	char aside[2 * PATH_SIZE];

	/* Root may write anywhere; a folder that is a file stops it too. */
	snprintf(aside, sizeof(aside), "%s.aside", place->state_dir);
	assert_int_equal(rename(place->state_dir, aside), 0);
	assert_int_equal(file_create(place->state_dir, "", 0, NULL), ERR_OK);
	place_go_on(place, "walter");
	place->roster = NULL;
	assert_int_not_equal(roster_close(roster, &trace), ERR_OK);
	assert_true(place_says(&trace, "everything is in the roster"));
	assert_int_equal(unlink(place->state_dir), 0);
	assert_int_equal(rename(aside, place->state_dir), 0);
	place_reopen(place);
	err_clear(&trace);
	assert_ok(roster_person_find(place->roster, "walter", &walter, &trace), &trace);
}

enum { APPENDS = 200 };

/* Opens for each append, as commands do; waits for the other's lock. */
static void
append_many(struct place *place, char who)
{
	struct roster_options options = place_options(place, ROSTER_WRITE);
	struct roster_person ann;
	struct roster_id id;
	char name[32];

	options.wait_ms = 60000;
	for (int i = 0; i < APPENDS; i++) {
		struct roster *roster = NULL;
		const struct roster_person_add add = { .name = name, .roles = ROSTER_WITNESS };

		snprintf(name, sizeof(name), "%c%d", who, i);
		if (roster_open(&options, &roster, NULL) != ERR_OK ||
		    roster_person_find(roster, "ann", &ann, NULL) != ERR_OK ||
		    roster_act_as(roster, &ann.id, NULL) != ERR_OK ||
		    roster_person_add(roster, &add, &id, NULL) != ERR_OK ||
		    roster_close(roster, NULL) != ERR_OK)
			_exit(1);
	}
	_exit(0);
}

static void
two_processes_appending_at_once_lose_no_event(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_verified verified;
	pid_t pid[2];
	int status = 1;

	place_close(place);
	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			append_many(place, i == 0 ? 'x' : 'y');
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	place_open(place, ROSTER_READ);
	assert_ok(roster_verify(place->roster, &verified, &trace), &trace);
	assert_int_equal(verified.events, 2 + 2 * APPENDS);
	free(verified.checkpoint);
}

#define WITH_ROSTER(test) cmocka_unit_test_setup_teardown(test, place_setup_roster, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROSTER(an_older_copy_put_back_is_only_read_and_both_ends_are_shown),
		WITH_ROSTER(a_clone_that_went_on_by_itself_is_only_read),
		WITH_ROSTER(a_roster_of_another_installation_is_only_read),
		WITH_ROSTER(a_damaged_state_file_is_named),
		WITH_ROSTER(a_kill_between_commit_and_state_is_mended_by_the_next_command),
		WITH_ROSTER(what_a_killed_command_left_in_the_wal_is_read_without_merging_it),
		WITH_ROSTER(
		    a_state_folder_that_cannot_be_written_loses_nothing_and_is_told_at_closing),
		WITH_ROSTER(two_processes_appending_at_once_lose_no_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
