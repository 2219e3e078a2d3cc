/* SPDX-License-Identifier: BSD-2-Clause */
/* Who else uses smart cards on this machine, as far as /proc tells. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pcsc/reader.h"

enum { PATH_SIZE = 64, COMM_SIZE = 32, CMDLINE_SIZE = 1024 };

/* Called for each process; false stops the walk. */
typedef bool visit(int proc, const char *pid, void *context);

static void
each_process(const char *path, visit *fn, void *context)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (!fn(dirfd(folder), entry->d_name, context))
			break;
	}
	(void)closedir(folder);
}

static int
open_file(int proc, const char *pid, const char *name)
{
	char path[PATH_SIZE];
	int len = snprintf(path, sizeof(path), "%s/%s", pid, name);

	if (len < 0 || len >= (int)sizeof(path))
		return -1;
	return openat(proc, path, O_RDONLY | O_CLOEXEC);
}

/* The beginning of a file; 0 when it cannot be read. NUL-terminated. */
static size_t
read_file(int proc, const char *pid, const char *name, char *out, size_t out_size)
{
	int fd = open_file(proc, pid, name);
	ssize_t got;

	if (fd < 0)
		return 0;
	got = read(fd, out, out_size - 1);
	(void)close(fd);
	if (got <= 0)
		return 0;
	out[got] = '\0';
	return (size_t)got;
}

static bool
file_mentions(int proc, const char *pid, const char *name, const char *word)
{
	int fd = open_file(proc, pid, name);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	if (file == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	while (!found && getline(&line, &size, file) > 0)
		found = strstr(line, word) != NULL;
	free(line);
	(void)fclose(file);
	return found;
}

/* -- Holders ----------------------------------------------------------------------------------- */

/* A program that talks to pcscd has its library mapped; scdaemon may hide its maps, not its name.
 */
static bool
add_holder(int proc, const char *pid, void *context)
{
	struct writer *text = context;
	char comm[COMM_SIZE];
	char item[COMM_SIZE + 16];
	size_t len = read_file(proc, pid, "comm", comm, sizeof(comm));

	if (len == 0 || strtol(pid, NULL, 10) == getpid())
		return true;
	comm[strcspn(comm, "\n")] = '\0';
	if (strcmp(comm, "scdaemon") != 0 && !file_mentions(proc, pid, "maps", "/libpcsclite.so"))
		return true;
	(void)snprintf(item, sizeof(item), "%s%s (%.8s)", text->len > 0 ? ", " : "", comm, pid);
	if (strlen(item) > text->capacity - text->len)
		return false;
	writer_text(text, item);
	return true;
}

void
reader_holders_in(const char *proc, char out[READER_HOLDERS])
{
	struct writer text = writer_into(out, READER_HOLDERS - 1);

	each_process(proc, add_holder, &text);
	out[text.len] = '\0';
}

void
reader_holders(char out[READER_HOLDERS])
{
	reader_holders_in("/proc", out);
}

/* -- pcscd --apdu ------------------------------------------------------------------------------ */

/* A cluster of short options, as pcscd's getopt reads it; these three take the rest as a value. */
static bool
cluster_has_apdu(const char *at)
{
	for (; *at != '\0'; at++) {
		if (*at == 'a')
			return true;
		if (*at == 'c' || *at == 't' || *at == 'r')
			return false;
	}
	return false;
}

/* "--apdu", or what getopt_long takes for it: no other option of pcscd begins with --ap. */
static bool
is_apdu_option(const char *argument)
{
	if (strncmp(argument, "--", 2) == 0)
		return strlen(argument) >= 4 && strncmp("--apdu", argument, strlen(argument)) == 0;
	return argument[0] == '-' && cluster_has_apdu(argument + 1);
}

static bool
is_pcscd(const char *program)
{
	const char *slash = strrchr(program, '/');

	return strcmp(slash == NULL ? program : slash + 1, "pcscd") == 0;
}

static bool
find_logger(int proc, const char *pid, void *context)
{
	bool *found = context;
	char cmdline[CMDLINE_SIZE];
	size_t len = read_file(proc, pid, "cmdline", cmdline, sizeof(cmdline));
	size_t at = strlen(cmdline) + 1;

	if (len == 0 || !is_pcscd(cmdline))
		return true;
	for (; at < len && !*found; at += strlen(cmdline + at) + 1)
		*found = is_apdu_option(cmdline + at);
	return !*found;
}

bool
reader_pcscd_logs_apdus_in(const char *proc)
{
	bool found = false;

	each_process(proc, find_logger, &found);
	return found;
}

bool
reader_pcscd_logs_apdus(void)
{
	return reader_pcscd_logs_apdus_in("/proc");
}
