/* SPDX-License-Identifier: BSD-2-Clause */
/* A step's command: what it leaves behind cannot change what was written down of it. */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ceremony/program.h"

enum { PATIENCE_MS = 20000 };

static char folder[] = "/tmp/ceremony-program-XXXXXX";
static char out[64], errors[64], fifo[64];
static char away_out[64], away_errors[64], endless_out[64], endless_errors[64], pid_file[64];

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(out, sizeof(out), "%s/1.out", folder);
	snprintf(errors, sizeof(errors), "%s/1.err", folder);
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	snprintf(away_out, sizeof(away_out), "%s/2.out", folder);
	snprintf(away_errors, sizeof(away_errors), "%s/2.err", folder);
	snprintf(pid_file, sizeof(pid_file), "%s/pid", folder);
	snprintf(endless_out, sizeof(endless_out), "%s/3.out", folder);
	snprintf(endless_errors, sizeof(endless_errors), "%s/3.err", folder);
	return mkfifo(fifo, 0600);
}

static int
teardown(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL) == ERR_OK ? 0 : 1;
}

static void
what_a_command_leaves_in_the_background_ends_with_it(void **state)
{
	/* The one that stays holds the output and the fifo open. */
	static const char *const argv[] = { "/bin/sh", "-c", "sleep 600 >fifo & echo done", NULL };
	const struct program_call call = { .argv = argv,
		.folder = folder,
		.out = out,
		.err = errors,
		.timeout_s = 60,
		.own_group = true };
	const int reader = open(fifo, O_RDWR | O_CLOEXEC);
	const int end_of = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct pollfd gone = { .fd = end_of, .events = 0 };
	struct program_end end = { .status = -1 };
	struct err_trace trace = { 0 };

	(void)state;
	assert_true(reader >= 0 && end_of >= 0);
	assert_ok(program_run(&call, &end, &trace), &trace);
	assert_int_equal(end.status, 0);
	assert_int_equal(end.out.bytes, 5);
	close(reader); /* from here on only what was left behind holds the other end */
	assert_int_equal(poll(&gone, 1, PATIENCE_MS), 1);
	assert_true((gone.revents & POLLHUP) != 0);
	close(end_of);
}

/* Begins something in a session of its own; gives whether that goes on. */
static bool
left_something(const struct program_call *how)
{
	static const char *const argv[] = { "/bin/sh", "-c",
		"setsid sh -c 'echo >away; (sleep 600 & echo $! >pid; wait) & wait' & "
		"until [ -s pid ]; do sleep 0.05; done; cat pid",
		NULL };
	struct program_call call = *how;
	struct program_end end = { .status = -1 };
	struct err_trace trace = { 0 };
	char *bytes = NULL;
	size_t len = 0;
	pid_t pid;

	call.argv = argv;
	call.folder = folder;
	call.out = away_out;
	call.err = away_errors;
	call.timeout_s = 60;
	assert_ok(program_run(&call, &end, &trace), &trace);
	assert_int_equal(end.status, 0);
	assert_ok(file_read(away_out, 64, &bytes, &len, &trace), &trace);
	assert_int_equal(unlink(away_out) | unlink(away_errors) | unlink(pid_file), 0);
	pid = (pid_t)strtol(bytes, NULL, 10);
	free(bytes);
	assert_true(pid > 1);
	return kill(pid, SIGKILL) == 0;
}

static void
what_leaves_its_session_ends_with_the_command_too(void **state)
{
	(void)state;
	assert_false(left_something(&(struct program_call){ .own_group = true }));
	assert_false(left_something(&(struct program_call){ .own_group = false }));
}

static void
what_is_there_to_go_on_goes_on(void **state)
{
	(void)state;
	assert_true(left_something(&(struct program_call){ .leaves_on = true }));
}

static void
what_prints_without_end_is_ended_and_kept_so_far(void **state)
{
	static const char *const argv[] = { "/usr/bin/yes", NULL };
	const struct program_call call = { .argv = argv,
		.folder = folder,
		.out = endless_out,
		.err = endless_errors,
		.timeout_s = 600,
		.own_group = true };
	struct program_end end = { .status = 0 };
	struct err_trace trace = { 0 };

	(void)state;
	assert_ok(program_run(&call, &end, &trace), &trace);
	assert_true(end.too_much);
	assert_false(end.timed_out);
	assert_int_equal(end.status, 128 + SIGKILL);
	assert_true(end.out.bytes > 64 * 1024 * 1024);
	assert_int_equal(unlink(endless_out), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_command_leaves_in_the_background_ends_with_it),
		cmocka_unit_test(what_leaves_its_session_ends_with_the_command_too),
		cmocka_unit_test(what_is_there_to_go_on_goes_on),
		cmocka_unit_test(what_prints_without_end_is_ended_and_kept_so_far),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
