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

/* -- How pcscd was started ----------------------------------------------------------------------
 */

struct pcscd_options {
	bool logs_apdus;
	char config[READER_CONFIG]; /* "" when it was told of none */
};

/* A cluster of short options, as pcscd's getopt reads it; these three take the rest as a value. */
static void
read_cluster(const char *at, const char *next, struct pcscd_options *out)
{
	for (; *at != '\0'; at++) {
		if (*at == 'a')
			out->logs_apdus = true;
		if (*at == 'c')
			snprintf(
			    out->config, sizeof(out->config), "%s", at[1] == '\0' ? next : at + 1);
		if (*at == 'c' || *at == 't' || *at == 'r')
			return;
	}
}

/* getopt_long takes a beginning for the whole: no other option begins with --ap, or with --con. */
static void
read_option(const char *argument, const char *next, struct pcscd_options *out)
{
	const size_t len = strcspn(argument, "=");

	if (strncmp(argument, "--", 2) != 0) {
		if (argument[0] == '-')
			read_cluster(argument + 1, next, out);
	} else if (len >= 4 && strncmp("--apdu", argument, len) == 0) {
		out->logs_apdus = true;
	} else if (len >= 5 && strncmp("--config", argument, len) == 0) {
		snprintf(out->config, sizeof(out->config), "%s",
		    argument[len] == '=' ? argument + len + 1 : next);
	}
}

static bool
is_pcscd(const char *program)
{
	const char *slash = strrchr(program, '/');

	return strcmp(slash == NULL ? program : slash + 1, "pcscd") == 0;
}

static bool
read_pcscd(int proc, const char *pid, void *context)
{
	struct pcscd_options *out = context;
	char cmdline[CMDLINE_SIZE];
	size_t len = read_file(proc, pid, "cmdline", cmdline, sizeof(cmdline));
	size_t at;

	if (len == 0 || !is_pcscd(cmdline))
		return true;
	at = strlen(cmdline) + 1;
	while (at < len) {
		const char *argument = cmdline + at;

		at += strlen(argument) + 1;
		read_option(argument, at < len ? cmdline + at : "", out);
	}
	return true;
}

bool
reader_pcscd_logs_apdus_in(const char *proc)
{
	struct pcscd_options options = { .logs_apdus = false };

	each_process(proc, read_pcscd, &options);
	return options.logs_apdus;
}

bool
reader_pcscd_logs_apdus(void)
{
	return reader_pcscd_logs_apdus_in("/proc");
}

bool
reader_pcscd_config_in(const char *proc, char out[READER_CONFIG])
{
	struct pcscd_options options = { .logs_apdus = false };

	each_process(proc, read_pcscd, &options);
	if (options.config[0] == '\0')
		return false;
	memcpy(out, options.config, sizeof(options.config));
	return true;
}
