/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/version.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/process.h"

enum { OUTPUT_MAX = 64 * 1024 };

static const struct {
	const char *name, *argument;
} known[] = {
	{ "certtool", "--version" },
	{ "cmp", "--version" },
	{ "cp", "--version" },
	{ "diff", "--version" },
	{ "gpg", "--version" },
	{ "jq", "--version" },
	{ "openssl", "version" },
	{ "p11tool", "--version" },
	{ "pcscd", "--version" },
	{ "pkcs11-tool", "--version" },
	{ "sha256sum", "--version" },
	{ "sha512sum", "--version" },
	{ "softhsm2-util", "--version" },
};

/* Where only the system's administrator puts programs: one of that name elsewhere is another. */
static bool
is_of_the_system(const char *path)
{
	static const char *const folders[] = { "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/" };
	const char *name = strrchr(path, '/');

	for (size_t i = 0; name != NULL && i < sizeof(folders) / sizeof(*folders); i++)
		if ((size_t)(name + 1 - path) == strlen(folders[i]) &&
		    strncmp(path, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

const char *
version_argument(const char *path)
{
	if (!is_of_the_system(path))
		return NULL;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(strrchr(path, '/') + 1, known[i].name) == 0)
			return known[i].argument;
	return NULL;
}

/* Runs it with its output in `file`; false: it did not end well in time. */
static bool
run(const char *path, const char *argument, unsigned wait_ms, int file)
{
	const char *const argv[] = { path, argument, NULL };
	static const char *const env[] = { "LC_ALL=C", NULL };
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int streams[] = { nothing, file, nothing };
	const struct process_start start = { .argv = argv,
		.env = env,
		.pass_fd = -1,
		.folder = "/",
		.streams = streams,
		.new_session = true,
		.die_with_parent = true,
		.file_max = OUTPUT_MAX };
	int status = -1;
	pid_t pid;
	enum err err = nothing < 0 ? ERR_IO : process_spawn(&start, &pid, NULL, NULL, NULL);

	if (nothing >= 0)
		close(nothing);
	if (err != ERR_OK)
		return false;
	err = process_wait_for(pid, wait_ms, &status, NULL);
	if (err != ERR_OK) {
		kill(-pid, SIGKILL);
		if (process_wait(pid, &status, NULL) != ERR_OK)
			return false;
	}
	return err == ERR_OK && status == 0;
}

/* The first line of what was printed, in ASCII. */
static bool
read_line(int file, char out[VERSION_TEXT])
{
	const ssize_t got = pread(file, out, VERSION_TEXT - 1, 0);

	out[got < 0 ? 0 : got] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	for (char *at = out; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	return strpbrk(out, "0123456789") != NULL;
}

bool
version_ask(const char *path, const char *argument, unsigned wait_ms, char out[VERSION_TEXT])
{
	const int file = memfd_create("version", MFD_CLOEXEC);
	const bool said = file >= 0 && run(path, argument, wait_ms, file) && read_line(file, out);

	if (file >= 0)
		close(file);
	if (!said)
		snprintf(out, VERSION_TEXT, "%s", VERSION_UNKNOWN);
	return said;
}

const char *
version_of_program(const char *path, char out[VERSION_TEXT])
{
	const char *argument = version_argument(path);

	snprintf(out, VERSION_TEXT, "%s", VERSION_UNKNOWN);
	if (argument != NULL)
		(void)version_ask(path, argument, VERSION_WAIT_MS, out);
	return out;
}
