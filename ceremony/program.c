/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/file_hash.h"
#include "base/leftover.h"
#include "base/process.h"

enum {
	NOT_STARTED = 127,
	GRACE_MS = 5000, /* between asking a program to end and ending it */
	PEEK_MAX = 2400, /* bytes that people are shown */
	LOOK_MS = 100,   /* between two looks at how much it printed */
	OUTPUT_MAX = 64 * 1024 * 1024,
	RESERVE = 8 * 1024 * 1024, /* of the disk, for the record */
};

struct streams {
	int fd[3];
	int64_t room;     /* what the disk has beside what the record needs; at least 1 */
	int64_t file_max; /* faster than anybody can look, both do not take the record's room */
};

static void
close_streams(struct streams *streams)
{
	for (int i = 0; i < 3; i++)
		if (streams->fd[i] >= 0)
			close(streams->fd[i]);
}

static int64_t
find_room(int fd)
{
	struct statvfs disk;
	int64_t room;

	if (fstatvfs(fd, &disk) != 0)
		return OUTPUT_MAX;
	room = (int64_t)(disk.f_bavail * disk.f_frsize) - RESERVE;
	return room < 1 ? 1 : room;
}

static enum err
open_streams(const struct program_call *call, struct streams *out, struct err_trace *trace)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;

	*out = (struct streams){ .fd = { -1, -1, -1 } };
	out->fd[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	out->fd[1] = open(call->out, flags, 0600);
	out->fd[2] = open(call->err, flags, 0600);
	if (out->fd[0] >= 0 && out->fd[1] >= 0 && out->fd[2] >= 0) {
		out->room = find_room(out->fd[1]);
		out->file_max = (out->room + 1) / 2;
		return ERR_OK;
	}
	close_streams(out);
	return FAIL_ERRNO(trace, "no file for what the command prints (%s)", call->out);
}

/* Asked to end, then ended; what prints too much is not left the time to print more. */
static enum err
end_program(
    const struct program_call *call, pid_t pid, struct program_end *end, struct err_trace *trace)
{
	const pid_t whom = call->own_group ? -pid : pid;
	enum err err = ERR_TIMEOUT;

	if (!end->too_much) {
		(void)kill(whom, SIGTERM);
		err = process_wait_for(pid, GRACE_MS, &end->status, NULL);
	}
	if (call->own_group || err != ERR_OK)
		(void)kill(whom, SIGKILL);
	return err == ERR_OK ? ERR_OK : process_wait(pid, &end->status, trace);
}

static bool
has_printed_more(const struct streams *streams, int64_t limit)
{
	struct stat out, err;

	return fstat(streams->fd[1], &out) == 0 && fstat(streams->fd[2], &err) == 0 &&
	       (out.st_size + err.st_size >= limit || out.st_size >= streams->file_max ||
		   err.st_size >= streams->file_max);
}

/* Until it ends by itself; else it is ended, and *end says why. */
static enum err
await(const struct program_call *call, const struct streams *streams, pid_t pid,
    struct program_end *end)
{
	const int64_t until = clock_boot_ms() + (int64_t)call->timeout_s * 1000;
	const int64_t limit = streams->room < OUTPUT_MAX ? streams->room : OUTPUT_MAX;
	struct err_trace slept;
	enum err err;

	do {
		slept = (struct err_trace){ 0 };
		err = process_wait_for(pid, LOOK_MS, &end->status, &slept);
		end->too_much = has_printed_more(streams, limit);
		end->timed_out = err == ERR_TIMEOUT && clock_boot_ms() >= until;
	} while (err == ERR_TIMEOUT && !end->too_much && !end->timed_out);
	return err;
}

static enum err
await_or_end(const struct program_call *call, const struct streams *streams, pid_t pid,
    struct program_end *end, struct err_trace *trace)
{
	const enum err err = await(call, streams, pid, end);

	if (err == ERR_TIMEOUT)
		return end_program(call, pid, end, trace);
	/* What it left behind could still write into what is measured next. */
	if (call->own_group)
		(void)kill(-pid, SIGKILL);
	return err == ERR_OK ? ERR_OK : FAIL(trace, err, "the command was not waited for");
}

/* Why a program did not start is what it would have said. */
static void
tell_not_started(int fd, const struct err_trace *why)
{
	char line[ERR_TEXT + 64];

	for (unsigned i = why->count; i > 0; i--) {
		err_format(&why->frame[i - 1], line, sizeof(line));
		dprintf(fd, "%s\n", line);
	}
}

static enum err
start(const struct program_call *call, const struct streams *streams, struct program_end *end,
    struct err_trace *trace)
{
	const struct process_start how = { .argv = call->argv,
		.pass_fd = -1,
		.folder = call->folder,
		.streams = streams->fd,
		.new_group = call->own_group,
		.file_max = call->own_group ? streams->file_max : 0,
		.die_with_parent = true };
	struct err_trace why = { 0 };
	struct leftover *leftover = NULL;
	pid_t pid;
	enum err err = call->leaves_on ? ERR_OK : leftover_watch(&leftover, trace);
	enum err ended;

	if (err != ERR_OK)
		return err;
	if (process_spawn(&how, &pid, NULL, NULL, &why) == ERR_OK) {
		err = await_or_end(call, streams, pid, end, trace);
		ended = leftover_end(leftover, trace);
		return err == ERR_OK ? ended : err;
	}
	err = leftover_end(leftover, trace);
	tell_not_started(streams->fd[2], &why);
	end->status = NOT_STARTED;
	return err;
}

/* The size and hash of what was printed, and it is on the disk. */
static enum err
measure(int fd, const char *path, struct program_output *out, struct err_trace *trace)
{
	struct file_hash hash;
	enum err err = fsync(fd) == 0 ? file_hash(path, &hash, trace)
				      : FAIL_ERRNO(trace, "%s cannot be kept", path);

	if (err != ERR_OK)
		return err;
	out->bytes = (int64_t)hash.size;
	memcpy(out->hash, hash.sha256, sizeof(out->hash));
	return ERR_OK;
}

enum err
program_run(const struct program_call *call, struct program_end *end, struct err_trace *trace)
{
	const int64_t began = clock_boot_ms();
	struct program_end ended = { .status = 0 };
	struct streams streams;
	enum err err = open_streams(call, &streams, trace);

	if (err != ERR_OK)
		return err;
	err = start(call, &streams, &ended, trace);
	ended.seconds = (clock_boot_ms() - began) / 1000;
	if (err == ERR_OK)
		err = measure(streams.fd[1], call->out, &ended.out, trace);
	if (err == ERR_OK)
		err = measure(streams.fd[2], call->err, &ended.err, trace);
	close_streams(&streams);
	if (err == ERR_OK)
		err = file_sync_folder_of(call->out, trace);
	if (err == ERR_OK)
		*end = ended;
	return err;
}

/* Cuts behind `lines` lines; a "?" stands for each byte that a terminal should not get. */
static size_t
make_plain(char *text, size_t len, unsigned lines)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n' && --lines == 0)
			return i + 1;
		if ((text[i] < ' ' || text[i] > '~') && text[i] != '\n')
			text[i] = '?';
	}
	return len;
}

enum err
program_peek(const char *path, unsigned lines, char **out, bool *whole, struct err_trace *trace)
{
	FILE *file = fopen(path, "re");
	char *text = calloc(1, PEEK_MAX + 1);
	size_t len = 0, shown;

	if (text == NULL) {
		if (file != NULL)
			fclose(file);
		return FAIL(trace, ERR_NOMEM, "no memory");
	}
	if (file != NULL)
		len = fread(text, 1, PEEK_MAX, file);
	shown = make_plain(text, len, lines);
	*whole = file == NULL || (shown == len && fgetc(file) == EOF);
	if (file != NULL)
		fclose(file);
	text[shown] = '\0';
	*out = text;
	return ERR_OK;
}
