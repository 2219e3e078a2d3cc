/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measure FILE COMMAND...
 *
 * Runs the command, writes to FILE what it took: microseconds, and the KiB that the greatest of its
 * processes had in memory at once. Ends with the command's status.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t
now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int
main(int argc, char **argv)
{
	int64_t begun = now_us();
	struct rusage use;
	int status;
	pid_t pid;
	FILE *out;

	if (argc < 3)
		return 2;
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], &argv[2]);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &use) != pid)
		return 1;
	out = fopen(argv[1], "we");
	if (out == NULL || fprintf(out, "%" PRId64 " %ld\n", now_us() - begun, use.ru_maxrss) < 0 ||
	    fclose(out) != 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
