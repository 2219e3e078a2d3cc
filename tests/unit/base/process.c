/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

enum { OUTPUT = 256 };

/* What a shell command prints, and how it ends. */
static int
run_shell(const char *command, struct process_start start, char out[OUTPUT])
{
	const char *const argv[] = { "sh", "-c", command, NULL };
	struct err_trace trace = { 0 };
	size_t len = 0;
	ssize_t got;
	pid_t pid = -1;
	int from = -1;
	int status = -1;

	start.argv = argv;
	assert_ok(process_spawn(&start, &pid, NULL, &from, &trace), &trace);
	while ((got = read(from, out + len, OUTPUT - 1 - len)) > 0)
		len += (size_t)got;
	out[len] = '\0';
	close(from);
	assert_ok(process_wait(pid, &status, &trace), &trace);
	return status;
}

static void
a_program_reads_our_bytes_and_we_read_its(void **state)
{
	static const char *const argv[] = { "cat", NULL };
	const struct process_start start = { .argv = argv, .pass_fd = -1 };
	struct err_trace trace = { 0 };
	char answer[8] = "";
	pid_t pid = -1;
	int to = -1;
	int from = -1;
	int status = -1;

	(void)state;
	assert_ok(process_spawn(&start, &pid, &to, &from, &trace), &trace);
	assert_int_equal(write(to, "hello", 5), 5);
	close(to);
	assert_int_equal(read(from, answer, sizeof(answer)), 5);
	assert_string_equal(answer, "hello");
	assert_int_equal(read(from, answer, sizeof(answer)), 0);
	close(from);
	assert_ok(process_wait(pid, &status, &trace), &trace);
	assert_int_equal(status, 0);
}

static void
the_status_is_the_exit_status_or_128_and_the_signal(void **state)
{
	char out[OUTPUT];

	(void)state;
	assert_int_equal(run_shell("exit 3", (struct process_start){ .pass_fd = -1 }, out), 3);
	assert_int_equal(
	    run_shell("kill -KILL $$", (struct process_start){ .pass_fd = -1 }, out), 137);
}

static const struct {
	const char *program;
	enum err code;
	int number;
} no_programs[] = {
	{ "quorate-no-such-program", ERR_ABSENT, ENOENT },
	{ "/no/such/program", ERR_ABSENT, ENOENT },
	{ "/etc/passwd", ERR_DENIED, EACCES },
};

static void
an_exec_that_fails_is_reported_here(void **state)
{
	(void)state;
	/* A folder in PATH that we may not look into would make it "denied". */
	assert_int_equal(setenv("PATH", "/usr/bin:/bin", 1), 0);
	for (size_t i = 0; i < sizeof(no_programs) / sizeof(no_programs[0]); i++) {
		const char *const argv[] = { no_programs[i].program, NULL };
		const struct process_start start = { .argv = argv, .pass_fd = -1 };
		struct err_trace trace = { 0 };
		unsigned long raw = 0;
		pid_t pid = -7;
		int from = -7;

		assert_fails(
		    process_spawn(&start, &pid, NULL, &from, &trace), no_programs[i].code, &trace);
		assert_true(err_raw(&trace, ERR_ORIGIN_ERRNO, &raw));
		assert_int_equal(raw, no_programs[i].number);
		assert_int_equal(pid, -7);
		assert_int_equal(from, -7);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
	}
}

static void
variables_are_set_beside_and_instead_of_the_present_ones(void **state)
{
	static const char *const env[] = { "QUORATE_NEW=a=b", "QUORATE_OLD=second", NULL };
	char out[OUTPUT];

	(void)state;
	assert_int_equal(setenv("QUORATE_OLD", "first", 1), 0);
	assert_int_equal(setenv("QUORATE_KEPT", "kept", 1), 0);
	assert_int_equal(setenv("QUORATE_OLDER", "older", 1), 0);
	assert_int_equal(run_shell("env | grep ^QUORATE_ | sort",
			     (struct process_start){ .env = env, .pass_fd = -1 }, out),
	    0);
	assert_string_equal(out, "QUORATE_KEPT=kept\nQUORATE_NEW=a=b\nQUORATE_OLD=second\n"
				 "QUORATE_OLDER=older\n");
	assert_string_equal(getenv("QUORATE_OLD"), "first");
}

static void
only_the_passed_descriptor_reaches_the_program(void **state)
{
	static const char command[] =
	    "for fd in /proc/$$/fd/*; do test -e $fd && echo ${fd##*/}; done; true";
	const int leaked = open("/dev/null", O_RDONLY); /* as careless code does */
	const int passed = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char want[OUTPUT];
	char out[OUTPUT];

	(void)state;
	assert_true(leaked > 2 && passed > 2);
	snprintf(want, sizeof(want), "0\n1\n2\n%d\n", passed);
	assert_int_equal(run_shell(command, (struct process_start){ .pass_fd = passed }, out), 0);
	assert_string_equal(out, want);
	assert_int_equal(run_shell(command, (struct process_start){ .pass_fd = -1 }, out), 0);
	assert_string_equal(out, "0\n1\n2\n");
	close(leaked);
	close(passed);
}

static void
signals_are_as_a_program_expects_them(void **state)
{
	sigset_t term;
	sigset_t before;
	char out[OUTPUT];

	(void)state;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &term, &before), 0);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(
	    run_shell("kill -PIPE $$; echo alive", (struct process_start){ .pass_fd = -1 }, out),
	    128 + SIGPIPE);
	assert_int_equal(
	    run_shell("kill -TERM $$; echo alive", (struct process_start){ .pass_fd = -1 }, out),
	    128 + SIGTERM);
	assert_string_equal(out, "");
	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
}

static void
a_group_of_its_own_is_given_when_asked_for(void **state)
{
	static const char command[] = "set -- $(cat /proc/$$/stat); test $5 = $$";
	char out[OUTPUT];

	(void)state;
	assert_int_equal(
	    run_shell(command, (struct process_start){ .pass_fd = -1, .new_group = true }, out), 0);
	assert_int_equal(run_shell(command, (struct process_start){ .pass_fd = -1 }, out), 1);
}

/* Starts a program that holds `fd` for a minute, in a process that then ends. */
static void
start_and_end(int fd, bool die_with_parent)
{
	static const char *const argv[] = { "sleep", "60", NULL };
	const struct process_start start = {
		.argv = argv,
		.pass_fd = fd,
		.die_with_parent = die_with_parent,
	};
	pid_t pid;
	const pid_t made = fork();

	if (made == 0)
		_exit(process_spawn(&start, &pid, NULL, NULL, NULL) == ERR_OK ? 0 : 1);
	int status = -1;
	assert_int_equal(waitpid(made, &status, 0), made);
	assert_int_equal(status, 0);
}

static void
a_program_may_be_bound_to_die_with_us(void **state)
{
	struct pollfd end = { .events = POLLIN };
	int held[2];

	(void)state;
	assert_int_equal(pipe2(held, O_CLOEXEC), 0);
	start_and_end(held[1], true);
	close(held[1]);
	end.fd = held[0];
	/* The pipe ends when nobody holds its other side any more. */
	assert_int_equal(poll(&end, 1, 10000), 1);
	assert_true((end.revents & POLLHUP) != 0);
	close(held[0]);
}

static void
what_is_no_child_cannot_be_waited_for(void **state)
{
	struct err_trace trace = { 0 };
	int status = -7;

	(void)state;
	assert_fails(process_wait(getpid(), &status, &trace), ERR_IO, &trace);
	assert_int_equal(status, -7);
}

/* Asks while a file lies over /proc/swaps, in a mount namespace that the caller has made. */
static bool
swap_is_on_with(const char *text)
{
	char path[] = "/tmp/quorate-swaps-XXXXXX";
	const int fd = mkstemp(path);
	bool is_on;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(mount(path, "/proc/swaps", "none", MS_BIND, NULL), 0);
	is_on = process_swap_is_on();
	assert_int_equal(umount("/proc/swaps"), 0);
	unlink(path);
	return is_on;
}

static void
swap_is_on_when_the_system_lists_any(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0)
		skip(); /* not root */
	assert_false(swap_is_on_with("Filename\t\t\t\tType\t\tSize\n"));
	assert_true(swap_is_on_with("Filename\tType\n/dev/sda2\tpartition\n"));
	assert_false(swap_is_on_with(""));
}

/* Each runs in a child, because hardening cannot be taken back. */
static bool
is_hardened(void)
{
	struct rlimit core = { 1, 1 };
	struct sigaction pipe_action;

	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && getrlimit(RLIMIT_CORE, &core) == 0 &&
	       core.rlim_cur == 0 && core.rlim_max == 0 && umask(0) == 077 &&
	       sigaction(SIGPIPE, NULL, &pipe_action) == 0 && pipe_action.sa_handler == SIG_IGN;
}

static int
status_of(bool (*claim)(void))
{
	int status = -1;
	const pid_t pid = fork();

	if (pid == 0)
		_exit(claim() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool
hardening_holds(void)
{
	return !is_hardened() && process_harden(NULL) == ERR_OK && is_hardened();
}

static void
a_hardened_process_is_not_dumped_and_shares_nothing(void **state)
{
	(void)state;
	assert_int_equal(status_of(hardening_holds), 0);
}

static bool
closed_streams_are_filled(void)
{
	close(0);
	close(2);
	return process_harden(NULL) == ERR_OK && fcntl(0, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0 &&
	       open("/dev/null", O_RDONLY | O_CLOEXEC) > 2;
}

static void
a_closed_standard_stream_does_not_become_somebodys_file(void **state)
{
	(void)state;
	assert_int_equal(status_of(closed_streams_are_filled), 0);
}

static void
a_program_of_the_same_build_is_found_and_another_is_not(void **state)
{
	char folder[512], found[600], name[64];
	struct err_trace trace = { 0 };

	(void)state;
	snprintf(name, sizeof(name), "%s", program_invocation_short_name);
	assert_ok(process_folder(folder, sizeof(folder), &trace), &trace);
	assert_ok(process_sibling("base", name, found, sizeof(found), &trace), &trace);
	assert_memory_equal(found, folder, strlen(folder));
	assert_string_equal(found + strlen(found) - strlen(name), name);
	/* "sh" is in PATH, which is no place to look. */
	assert_fails(
	    process_sibling("base", "sh", found, sizeof(found), &trace), ERR_ABSENT, &trace);
}

static void
a_folder_that_does_not_fit_is_refused(void **state)
{
	char folder[8] = "before";
	struct err_trace trace = { 0 };

	(void)state;
	assert_fails(process_folder(folder, sizeof(folder), &trace), ERR_UNSUPPORTED, &trace);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_reads_our_bytes_and_we_read_its),
		cmocka_unit_test(the_status_is_the_exit_status_or_128_and_the_signal),
		cmocka_unit_test(an_exec_that_fails_is_reported_here),
		cmocka_unit_test(variables_are_set_beside_and_instead_of_the_present_ones),
		cmocka_unit_test(only_the_passed_descriptor_reaches_the_program),
		cmocka_unit_test(signals_are_as_a_program_expects_them),
		cmocka_unit_test(a_group_of_its_own_is_given_when_asked_for),
		cmocka_unit_test(a_program_may_be_bound_to_die_with_us),
		cmocka_unit_test(what_is_no_child_cannot_be_waited_for),
		cmocka_unit_test(swap_is_on_when_the_system_lists_any),
		cmocka_unit_test(a_hardened_process_is_not_dumped_and_shares_nothing),
		cmocka_unit_test(a_closed_standard_stream_does_not_become_somebodys_file),
		cmocka_unit_test(a_program_of_the_same_build_is_found_and_another_is_not),
		cmocka_unit_test(a_folder_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
