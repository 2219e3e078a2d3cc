/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/recorder.h"
#include "base/file.h"
#include "custody/use_record.h"

enum { WRITERS = 16, LINES = 100 };

static char folder[] = "/tmp/recorder-XXXXXX";
static char path[64];

static int
setup(void **state)
{
	(void)state;
	/* A limit on the size of files stands for a disk that fails; it must not kill. */
	signal(SIGXFSZ, SIG_IGN);
	snprintf(path, sizeof(path), "%s/a.uses", mkdtemp(folder));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL) == ERR_OK ? 0 : 1;
}

static struct recorder *
open_new(void)
{
	const struct use_record_opening opening = { .roster = "c0",
		.activation = "a",
		.quorum = "root",
		.by = "ann",
		.cards = json_array(),
		.bounds = json_object() };
	struct err_trace trace = { 0 };
	struct recorder *recorder = NULL;

	unlink(path);
	assert_ok(use_record_create(path, &opening, &trace), &trace);
	json_decref(opening.cards);
	json_decref(opening.bounds);
	assert_ok(recorder_open(path, &recorder, &trace), &trace);
	return recorder;
}

static int
lines_on_disk(void)
{
	struct chain *record = NULL;
	struct chain_entry entry;
	struct err_trace trace = { 0 };
	bool more = true;
	int count = 0;

	assert_ok(chain_open(path, &record, &trace), &trace);
	while (more) {
		assert_ok(chain_next(record, &entry, &more, &trace), &trace);
		count += more;
	}
	chain_close(record);
	return count;
}

static json_t *
some_line(void)
{
	return json_pack("{s:s, s:s}", "kind", "use", "result", "made");
}

static void
a_line_is_in_the_file_when_writing_returns(void **state)
{
	struct recorder *recorder = open_new();
	struct err_trace trace = { 0 };

	(void)state;
	assert_true(recorder_has_room(recorder));
	assert_ok(recorder_write(recorder, some_line(), &trace), &trace);
	assert_int_equal(lines_on_disk(), 2);
	recorder_close(recorder);
}

static void
room_that_is_taken_later_is_behind_the_lines(void **state)
{
	struct recorder *recorder = open_new();
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(recorder_write(recorder, some_line(), &trace), &trace);
	assert_true(recorder_has_room(recorder));
	assert_ok(recorder_write(recorder, some_line(), &trace), &trace);
	assert_int_equal(lines_on_disk(), 3);
	recorder_close(recorder);
	assert_int_equal(lines_on_disk(), 3);
}

static void *
write_often(void *argument)
{
	struct recorder *recorder = argument;
	int64_t failed = 0;

	for (int i = 0; i < LINES; i++)
		failed += !recorder_has_room(recorder) ||
			  recorder_write(recorder, some_line(), NULL) != ERR_OK;
	return failed == 0 ? NULL : argument;
}

static void
lines_of_many_writers_make_one_chain(void **state)
{
	struct recorder *recorder = open_new();
	pthread_t threads[WRITERS];

	(void)state;
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_often, recorder), 0);
	for (int i = 0; i < WRITERS; i++) {
		void *failed = NULL;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	recorder_close(recorder);
	assert_int_equal(lines_on_disk(), 1 + WRITERS * LINES);
}

static void
room_that_was_taken_is_given_back(void **state)
{
	struct recorder *recorder = open_new();
	struct stat before, taken, after;

	(void)state;
	assert_int_equal(stat(path, &before), 0);
	assert_true(recorder_has_room(recorder));
	assert_int_equal(stat(path, &taken), 0);
	assert_true(taken.st_size >= before.st_size + RECORDER_AHEAD);
	assert_int_equal(lines_on_disk(), 1);
	recorder_close(recorder);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_size, after.st_size);
}

static void
limit_files_to(rlim_t bytes)
{
	const struct rlimit limit = { bytes, RLIM_INFINITY };

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
a_write_that_fails_ends_the_record(void **state)
{
	struct recorder *recorder = open_new();
	struct pollfd polled = { .fd = recorder_failed_fd(recorder), .events = POLLIN };
	struct err_trace trace = { 0 };
	struct stat stat_now;

	(void)state;
	assert_int_equal(poll(&polled, 1, 0), 0);
	assert_int_equal(stat(path, &stat_now), 0);
	limit_files_to((rlim_t)stat_now.st_size);
	assert_fails(recorder_write(recorder, some_line(), &trace), ERR_IO, &trace);
	limit_files_to(RLIM_INFINITY);
	assert_int_equal(poll(&polled, 1, 0), 1);
	assert_false(recorder_has_room(recorder));
	assert_fails(recorder_write(recorder, some_line(), &trace), ERR_IO, &trace);
	recorder_close(recorder);
	assert_int_equal(lines_on_disk(), 1);
}

static void
a_record_that_is_not_there_is_not_made(void **state)
{
	struct recorder *recorder = NULL;
	struct err_trace trace = { 0 };

	(void)state;
	unlink(path);
	assert_fails(recorder_open(path, &recorder, &trace), ERR_ABSENT, &trace);
	assert_null(recorder);
	assert_int_equal(access(path, F_OK), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_in_the_file_when_writing_returns),
		cmocka_unit_test(room_that_is_taken_later_is_behind_the_lines),
		cmocka_unit_test(lines_of_many_writers_make_one_chain),
		cmocka_unit_test(room_that_was_taken_is_given_back),
		cmocka_unit_test(a_write_that_fails_ends_the_record),
		cmocka_unit_test(a_record_that_is_not_there_is_not_made),
	};

	return cmocka_run_group_tests_name("agent: recorder", tests, setup, teardown);
}
