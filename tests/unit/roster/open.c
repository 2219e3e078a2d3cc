/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening: what is opened, what is refused and with which words. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "roster/log.h"
#include "tests/unit/roster/support.h"

static void
a_new_roster_opens_again_with_its_mark_and_its_first_person(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	struct roster_person ann;

	place_create(place);
	place_close(place);
	place_open(place, ROSTER_READ);
	assert_true(roster_is_practice(place->roster));
	assert_false(roster_is_writable(place->roster));
	assert_ok(roster_person_find(place->roster, "ann", &ann, &trace), &trace);
	assert_int_equal(ann.roles, ROSTER_ADMINISTRATOR);
	assert_int_equal(ann.since, place->now);
}

static void
a_new_roster_is_its_owners_alone_and_leaves_nothing_half_made(void **state)
{
	struct place *place = *state;
	char path[2 * PATH_SIZE];
	struct stat stat_buf;

	place_create(place);
	place_close(place);
	assert_int_equal(stat(place->file, &stat_buf), 0);
	assert_int_equal(stat_buf.st_mode & 0777, 0600);
	snprintf(path, sizeof(path), "%s.founding", place->file);
	assert_int_not_equal(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "%s-wal", place->file);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void
an_existing_file_is_never_overwritten(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	const struct roster_founding founding = { .paths = { place->file, place->state_dir },
		.administrator = "mallory" };
	struct roster *other = NULL;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(file_create(place->file, "mine", 4, NULL), ERR_OK);
	assert_fails(roster_create(&founding, &other, &trace), ERR_EXISTS, &trace);
	assert_int_equal(file_read(place->file, 64, &text, &len, NULL), ERR_OK);
	assert_string_equal(text, "mine");
	free(text);
}

static void
a_missing_file_says_how_to_make_one(void **state)
{
	struct err_trace trace = { 0 };

	assert_fails(place_try_open(*state, ROSTER_WRITE, &trace), ERR_ABSENT, &trace);
	assert_true(place_says(&trace, "quorate init"));
	err_clear(&trace);
	assert_fails(place_try_open(*state, ROSTER_READ, &trace), ERR_ABSENT, &trace);
}

static void
a_second_writer_is_refused_and_told_whose_process_has_it(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	const struct roster_options options = place_options(place, ROSTER_WRITE);
	struct roster *second = NULL;
	char pid[32];

	place_create(place);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	assert_fails(roster_open(&options, &second, &trace), ERR_NOT_NOW, &trace);
	assert_true(place_says(&trace, pid));
}

static void
a_reader_beside_a_writer_sees_what_was_committed(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	const struct roster_options options = place_options(place, ROSTER_READ);
	struct roster *reader = NULL;
	struct roster_person found;

	place_create(place);
	place_go_on(place, "walter");
	assert_ok(roster_open(&options, &reader, &trace), &trace);
	assert_ok(roster_person_find(reader, "walter", &found, &trace), &trace);
	assert_ok(roster_close(reader, &trace), &trace);
}

static void
a_reader_of_a_closed_file_learns_that_it_changed_meanwhile(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };
	const struct roster_options options = place_options(place, ROSTER_READ);
	struct roster *reader = NULL;

	place_create(place);
	place_close(place);
	assert_ok(roster_open(&options, &reader, &trace), &trace);
	place_reopen(place);
	place_go_on(place, "walter");
	place_close(place);
	assert_fails(roster_close(reader, &trace), ERR_NOT_NOW, &trace);
}

static void
a_reader_changes_nothing(void **state)
{
	struct place *place = *state;
	struct err_trace trace = { 0 };

	place_create(place);
	place_close(place);
	place_open(place, ROSTER_READ);
	assert_fails(roster_begin(place->roster, &trace), ERR_NOT_NOW, &trace);
}

/* As from a read-only medium: no right to write to the folder or the file (root has it always). */
static void
a_closed_roster_is_read_where_nothing_can_be_written(void **state)
{
	struct place *place = *state;
	int status = 1;

	place_create(place);
	place_close(place);
	assert_int_equal(chmod(place->folder, 0555), 0);
	assert_int_equal(chmod(place->file, 0444), 0);
	const pid_t pid = fork();
	if (pid == 0) {
		struct roster_person ann;

		if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(2);
		if (place_try_open(place, ROSTER_READ, NULL) != ERR_OK)
			_exit(3);
		if (roster_person_find(place->roster, "ann", &ann, NULL) != ERR_OK)
			_exit(4);
		_exit(roster_close(place->roster, NULL) == ERR_OK ? 0 : 5);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(chmod(place->folder, 0700), 0);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_new_roster_opens_again_with_its_mark_and_its_first_person, place_setup,
		    place_teardown),
		cmocka_unit_test_setup_teardown(
		    a_new_roster_is_its_owners_alone_and_leaves_nothing_half_made, place_setup,
		    place_teardown),
		cmocka_unit_test_setup_teardown(
		    an_existing_file_is_never_overwritten, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(
		    a_missing_file_says_how_to_make_one, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(
		    a_second_writer_is_refused_and_told_whose_process_has_it, place_setup,
		    place_teardown),
		cmocka_unit_test_setup_teardown(
		    a_reader_beside_a_writer_sees_what_was_committed, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(
		    a_reader_of_a_closed_file_learns_that_it_changed_meanwhile, place_setup,
		    place_teardown),
		cmocka_unit_test_setup_teardown(
		    a_reader_changes_nothing, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(
		    a_closed_roster_is_read_where_nothing_can_be_written, place_setup,
		    place_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
