/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/sandbox_run.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/process.h"

static const int passed_on[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
held_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (size_t i = 0; i < COUNT(passed_on); i++)
		sigaddset(set, passed_on[i]);
}

enum err
run_hold_signals(struct err_trace *trace)
{
	sigset_t held;

	held_signals(&held);
	if (sigprocmask(SIG_BLOCK, &held, NULL) != 0)
		return FAIL_ERRNO(trace, "signals cannot be held");
	return ERR_OK;
}

/* Waits for one signal; what a person sent goes on to `child`. The terminal's own ^C has already
 * reached CMD, which is in the same process group. */
static void
wait_and_pass_on(pid_t child)
{
	sigset_t held;
	siginfo_t info;

	held_signals(&held);
	if (sigwaitinfo(&held, &info) > 0 && info.si_signo != SIGCHLD && info.si_code <= 0)
		kill(child, info.si_signo);
}

static int
shell_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* True when `child` ended; every other child that ended is buried on the way. */
static bool
has_ended(pid_t child, int *status)
{
	int raw;
	pid_t pid;

	while ((pid = waitpid(-1, &raw, WNOHANG)) > 0) {
		if (pid == child) {
			*status = shell_status(raw);
			return true;
		}
	}
	return false;
}

enum err
run_command(const char *const *argv, int *status, struct err_trace *trace)
{
	const struct process_start start = { .argv = argv, .pass_fd = -1 };
	pid_t child;
	enum err err;

	err = process_spawn(&start, &child, NULL, NULL, trace);
	if (err != ERR_OK)
		return err;
	while (!has_ended(child, status))
		wait_and_pass_on(child);
	return ERR_OK;
}

int
run_wait(pid_t first)
{
	int status = 0;

	while (!has_ended(first, &status))
		wait_and_pass_on(first);
	return status;
}
