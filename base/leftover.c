/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/leftover.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/process.h"

/* One generation a round: the children of what ended become ours in the next. */
enum { CHILDREN_MAX = 256, ROUNDS = 100, PATIENCE_MS = 5000 };

struct children {
	pid_t pid[CHILDREN_MAX];
	size_t count;
};

struct leftover {
	struct children before;
};

static bool
has(const struct children *children, pid_t pid)
{
	for (size_t i = 0; i < children->count; i++)
		if (children->pid[i] == pid)
			return true;
	return false;
}

/* "PID (NAME) STATE PARENT …": the name may hold anything. 0: it is gone. */
static pid_t
parent_of(const char *pid)
{
	char path[64], line[512];
	const char *behind;
	FILE *file;
	long parent = 0;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	len = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[len] = '\0';
	behind = strrchr(line, ')');
	if (behind != NULL && strlen(behind) > 4)
		parent = strtol(behind + 4, NULL, 10);
	return (pid_t)parent;
}

static enum err
find_children(struct children *out, struct err_trace *trace)
{
	const pid_t self = getpid();
	DIR *all = opendir("/proc");
	const struct dirent *entry;

	if (all == NULL)
		return FAIL_ERRNO(trace, "cannot tell which programs run");
	out->count = 0;
	while ((entry = readdir(all)) != NULL) {
		const pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 0 && out->count < CHILDREN_MAX && parent_of(entry->d_name) == self)
			out->pid[out->count++] = pid;
	}
	closedir(all);
	return ERR_OK;
}

enum err
leftover_watch(struct leftover **out, struct err_trace *trace)
{
	struct leftover *leftover = calloc(1, sizeof(*leftover));
	enum err err;

	if (leftover == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = find_children(&leftover->before, trace);
	if (err == ERR_OK && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
		err = FAIL_ERRNO(trace, "what a command leaves running cannot be watched");
	if (err == ERR_OK)
		*out = leftover;
	else
		free(leftover);
	return err;
}

/* Those that came; *some: there were any. */
static enum err
end_round(const struct children *before, bool *some, struct err_trace *trace)
{
	struct children now;
	int status = 0;
	enum err err = find_children(&now, trace);

	*some = false;
	for (size_t i = 0; err == ERR_OK && i < now.count; i++) {
		if (has(before, now.pid[i]))
			continue;
		*some = true;
		(void)kill(now.pid[i], SIGKILL);
		err = process_wait_for(now.pid[i], PATIENCE_MS, &status, trace);
	}
	return err;
}

enum err
leftover_end(struct leftover *leftover, struct err_trace *trace)
{
	bool some = leftover != NULL;
	enum err err = ERR_OK;

	for (unsigned i = 0; err == ERR_OK && some && i < ROUNDS; i++)
		err = end_round(&leftover->before, &some, trace);
	if (err == ERR_OK && some)
		err = FAIL(trace, ERR_TIMEOUT, "what the command left running begins itself anew");
	if (leftover != NULL)
		(void)prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	free(leftover);
	return err;
}
