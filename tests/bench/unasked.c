/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unasked: the sandbox's robot as an attendant, overheard. Writes to $UNASKED, when the command has
 * ended, for how many microseconds since the first PIN nobody was asked anything: all together, and
 * the longest at one go.
 *
 * While somebody is asked, at most M − 1 opened shares are held and no whole secret
 * (tests/unit/custody/rekey_test.c looks at each ask): so no whole secret is there for longer than
 * the longest of these, and no share for longer than all of them while nobody acts. The robot takes
 * cards out meanwhile, which counts against us.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
	bool begun; /* the first PIN was typed */
	int64_t since, all, longest;
} unasked;

static int64_t
now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
end_stretch(void)
{
	int64_t took = now_us() - unasked.since;

	if (!unasked.begun)
		return;
	unasked.all += took;
	if (took > unasked.longest)
		unasked.longest = took;
}

/* The robot between two pipes; its ends for us. */
static bool
start_robot(FILE **to, FILE **from)
{
	int asks[2], answers[2];
	pid_t pid;

	if (pipe(asks) != 0 || pipe(answers) != 0)
		return false;
	pid = fork();
	if (pid == 0) {
		if (dup2(asks[0], STDIN_FILENO) < 0 || dup2(answers[1], STDOUT_FILENO) < 0)
			_exit(126);
		close(asks[1]);
		close(answers[0]);
		(void)execlp("quorate-robot", "quorate-robot", (char *)NULL);
		_exit(127);
	}
	close(asks[0]);
	close(answers[1]);
	*to = fdopen(asks[1], "w");
	*from = fdopen(answers[0], "r");
	return pid > 0 && *to != NULL && *from != NULL;
}

static bool
pass_on(const char *line, FILE *to)
{
	return fputs(line, to) >= 0 && fflush(to) == 0;
}

static bool
answer(const char *ask, FILE *from)
{
	char *line = NULL;
	size_t size = 0;
	bool good = getline(&line, &size, from) > 0 && pass_on(line, stdout);

	unasked.begun = unasked.begun || strncmp(ask, "{\"ask\":\"pin\"", 12) == 0;
	unasked.since = now_us();
	free(line);
	return good;
}

static bool
write_result(void)
{
	const char *path = getenv("UNASKED");
	FILE *out = path == NULL ? NULL : fopen(path, "we");

	return out != NULL &&
	       fprintf(out, "%" PRId64 " %" PRId64 "\n", unasked.all, unasked.longest) > 0 &&
	       fclose(out) == 0;
}

int
main(void)
{
	FILE *to, *from;
	char *line = NULL;
	size_t size = 0;
	bool good = start_robot(&to, &from);

	while (good && getline(&line, &size, stdin) > 0) {
		bool is_ask = strncmp(line, "{\"ask\"", 6) == 0;

		if (is_ask)
			end_stretch();
		good = pass_on(line, to) && (!is_ask || answer(line, from));
	}
	end_stretch();
	free(line);
	return good && write_result() ? 0 : 1;
}
