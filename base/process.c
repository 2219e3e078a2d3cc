/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

/* A closed 0, 1 or 2 would be the number of the next file opened, and prompts would go into it. */
static enum err
open_standard_streams(struct err_trace *trace)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", O_RDWR | O_NOCTTY) != fd)
			return FAIL_ERRNO(trace, "/dev/null not opened for stream %d", fd);
	}
	return ERR_OK;
}

/* As it was before process_harden: for programs of the user's own. */
static mode_t users_umask = 022;

void
process_restore_umask(void)
{
	umask(users_umask);
}

enum err
process_harden(struct err_trace *trace)
{
	const struct rlimit none = { 0, 0 };

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return FAIL_ERRNO(trace, "process not made undumpable");
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return FAIL_ERRNO(trace, "core dumps not switched off");
	users_umask = umask(077);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return FAIL_ERRNO(trace, "SIGPIPE not ignored");
	return open_standard_streams(trace);
}

bool
process_swap_is_on_in(const char *file)
{
	FILE *swaps = fopen(file, "re");
	unsigned lines = 0;
	int character;

	if (swaps == NULL)
		return false; /* a kernel without swap has no such file */
	while ((character = fgetc(swaps)) != EOF)
		lines += character == '\n';
	fclose(swaps);
	return lines > 1; /* the first is a heading */
}

bool
process_swap_is_on(void)
{
	return process_swap_is_on_in("/proc/swaps");
}

/* What the child needs, made before the fork, behind which little is safe to call. */
struct child {
	const struct process_start *start;
	char **env;
	pid_t parent;
	int in[2];     /* our end is [1] */
	int out[2];    /* our end is [0] */
	int failed[2]; /* closed by a good exec; else brings its errno */
};

static void
close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			close(pair[i]);
		pair[i] = -1;
	}
}

static bool
same_name(const char *a, const char *b)
{
	const size_t len = strcspn(a, "=");

	return strncmp(a, b, len) == 0 && b[len] == '=';
}

static bool
is_set_anew(const char *entry, const char *const *env)
{
	for (; env != NULL && *env != NULL; env++) {
		if (same_name(*env, entry))
			return true;
	}
	return false;
}

/* The present environment with `env` beside it. The strings are borrowed. */
static char **
merge_environment(const char *const *env)
{
	size_t count = 1;
	char **merged;

	for (size_t i = 0; environ[i] != NULL; i++)
		count++;
	for (size_t i = 0; env != NULL && env[i] != NULL; i++)
		count++;
	merged = calloc(count, sizeof(*merged));
	if (merged == NULL)
		return NULL;
	count = 0;
	for (size_t i = 0; environ[i] != NULL; i++) {
		if (!is_set_anew(environ[i], env))
			merged[count++] = environ[i];
	}
	for (size_t i = 0; env != NULL && env[i] != NULL; i++)
		merged[count++] = (char *)(uintptr_t)env[i];
	return merged;
}

/* What other code opened without O_CLOEXEC must not reach the program. */
static void
close_others_on_exec(int pass_fd)
{
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
		const int end = (int)sysconf(_SC_OPEN_MAX);

		for (int fd = 3; fd < end; fd++)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	if (pass_fd >= 0)
		fcntl(pass_fd, F_SETFD, 0);
}

static bool
bound_files(int64_t most)
{
	const struct rlimit bound = { (rlim_t)most, (rlim_t)most };

	return most == 0 || setrlimit(RLIMIT_FSIZE, &bound) == 0;
}

/* In the child: only calls that are safe behind a fork. Returns when something failed. */
static void
become(const struct child *child)
{
	const struct process_start *start = child->start;
	sigset_t none;

	if (start->die_with_parent) {
		if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0)
			return;
		if (getppid() != child->parent)
			_exit(128 + SIGTERM); /* it was gone before we asked */
	}
	if (start->new_group && setpgid(0, 0) != 0)
		return;
	if (start->new_session && setsid() < 0)
		return;
	if (child->in[0] >= 0 && dup2(child->in[0], 0) < 0)
		return;
	if (child->out[1] >= 0 && dup2(child->out[1], 1) < 0)
		return;
	for (int i = 0; start->streams != NULL && i < 3; i++)
		if (dup2(start->streams[i], i) < 0)
			return;
	if (start->folder != NULL && chdir(start->folder) != 0)
		return;
	if (!bound_files(start->file_max))
		return;
	close_others_on_exec(start->pass_fd);
	if (start->users_umask)
		process_restore_umask();
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		return;
	execvpe(start->argv[0], (char *const *)(uintptr_t)start->argv, child->env);
}

/* How the exec went: 0, or its errno. */
static int
await_exec(int fd)
{
	int number = 0;
	ssize_t got;

	do
		got = read(fd, &number, sizeof(number));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno;
	return got == sizeof(number) ? number : 0;
}

static enum err
fork_and_exec(struct child *child, pid_t *pid, struct err_trace *trace)
{
	const char *name = child->start->argv[0];
	const pid_t made = fork();

	if (made < 0)
		return FAIL_ERRNO(trace, "no process for '%s'", name);
	if (made == 0) {
		become(child);
		const int number = errno;
		if (write(child->failed[1], &number, sizeof(number)) < 0)
			_exit(126); /* nobody is there to tell */
		_exit(127);
	}
	close(child->failed[1]);
	child->failed[1] = -1;
	const int number = await_exec(child->failed[0]);
	if (number != 0) {
		kill(made, SIGKILL);
		while (waitpid(made, NULL, 0) < 0 && errno == EINTR)
			continue;
		if (number == ENOENT)
			err_next(trace, "Install '%s', or add its folder to PATH.", name);
		errno = number;
		return FAIL_ERRNO(trace, "program '%s' not started", name);
	}
	*pid = made;
	return ERR_OK;
}

static int
take(int *fd)
{
	const int taken = *fd;

	*fd = -1;
	return taken;
}

enum err
process_spawn(const struct process_start *start, pid_t *pid, int *to_child, int *from_child,
    struct err_trace *trace)
{
	struct child child = {
		.start = start,
		.parent = getpid(),
		.in = { -1, -1 },
		.out = { -1, -1 },
		.failed = { -1, -1 },
	};
	enum err err = ERR_INTERNAL;

	child.env = merge_environment(start->env);
	if (child.env == NULL) {
		err = FAIL(trace, ERR_NOMEM, "no memory for an environment");
		goto out;
	}
	if (pipe2(child.failed, O_CLOEXEC) != 0 ||
	    (to_child != NULL && pipe2(child.in, O_CLOEXEC) != 0) ||
	    (from_child != NULL && pipe2(child.out, O_CLOEXEC) != 0)) {
		err = FAIL_ERRNO(trace, "no pipe to '%s'", start->argv[0]);
		goto out;
	}
	err = fork_and_exec(&child, pid, trace);
	if (err != ERR_OK)
		goto out;
	if (to_child != NULL)
		*to_child = take(&child.in[1]);
	if (from_child != NULL)
		*from_child = take(&child.out[0]);
out:
	close_pair(child.in);
	close_pair(child.out);
	close_pair(child.failed);
	free(child.env);
	return err;
}

enum err
process_wait(pid_t pid, int *status, struct err_trace *trace)
{
	int raw;

	while (waitpid(pid, &raw, 0) < 0) {
		if (errno != EINTR)
			return FAIL_ERRNO(trace, "process %d not waited for", (int)pid);
	}
	*status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
	return ERR_OK;
}

enum err
process_wait_for(pid_t pid, int64_t timeout_ms, int *status, struct err_trace *trace)
{
	const int64_t until = clock_boot_ms() + timeout_ms;
	struct pollfd ended = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	int polled = 0;

	if (ended.fd < 0)
		return FAIL_ERRNO(trace, "process %d not waited for", (int)pid);
	for (;;) {
		const int64_t left = until - clock_boot_ms();

		polled = poll(&ended, 1, left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left);
		if (polled >= 0 || errno != EINTR)
			break;
	}
	close(ended.fd);
	if (polled > 0)
		return process_wait(pid, status, trace);
	return polled == 0 ? FAIL(trace, ERR_TIMEOUT, "process %d has not ended", (int)pid)
			   : FAIL_ERRNO(trace, "process %d not waited for", (int)pid);
}

enum err
process_folder(char *out, size_t out_size, struct err_trace *trace)
{
	ssize_t len = readlink("/proc/self/exe", out, out_size);
	char *slash;

	if (len < 0)
		return FAIL_ERRNO(trace, "cannot tell where this program lies");
	if ((size_t)len == out_size)
		return FAIL(trace, ERR_UNSUPPORTED, "the path of this program is too long");
	out[len] = '\0';
	slash = strrchr(out, '/');
	if (slash != NULL)
		*slash = '\0';
	return ERR_OK;
}

enum err
process_sibling(
    const char *folder, const char *name, char *out, size_t out_size, struct err_trace *trace)
{
	/* As installed; then as built, from programs and from tests, which lie deeper. */
	static const char *const places[] = { "./", "../libexec/quorate/", "../%s/", "../../%s/",
		"../../../%s/" };
	char self[512];
	enum err err = process_folder(self, sizeof(self), trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		bool built = i >= 2;
		int n = snprintf(out, out_size, "%s/%.*s%s/%s", self, (int)strcspn(places[i], "%"),
		    places[i], built ? folder : ".", name);

		if (n > 0 && (size_t)n < out_size && access(out, X_OK) == 0)
			return ERR_OK;
	}
	err_next(
	    trace, "Install Quorate as a whole (meson install), or run it from its build folder.");
	return FAIL(trace, ERR_ABSENT, "%s is missing from this installation", name);
}
