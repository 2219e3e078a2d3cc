/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/sandbox_pcscd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

/*
 * vpcd has two slots for each copy of its driver library, on one port after another. Two reader
 * entries with the same library overwrite each other's slots, so each pair of readers has a copy
 * of its own; and pcscd numbers readers by library, so each pair has a name of its own too.
 */
enum {
	DRIVERS = 2,
	SLOTS = 2,
	READERS = DRIVERS * SLOTS,
	FIRST_PORT = 35963, /* vpcd's own choice */
	DRIVER_MAX = 4 * 1024 * 1024,
	START_TIMEOUT_MS = 10000,
	POLL_MS = 5,
};

#define CONFIG_FOLDER "/run/quorate-readers"
#define CONFIG_FILE   CONFIG_FOLDER "/readers.conf"
#define DRIVER_FOLDER "/run/quorate-drivers"
#define SOCKET        "/run/pcscd/pcscd.comm"

static unsigned
driver_port(unsigned driver)
{
	return FIRST_PORT + driver * SLOTS;
}

/* The copies lie in the private /run: a sandbox kept elsewhere may be on a disk without exec. */
static enum err
copy_drivers(const struct sandbox *sandbox, struct err_trace *trace)
{
	char path[SANDBOX_PATH + 32];
	char *bytes = NULL;
	size_t len = 0;
	enum err err;

	snprintf(path, sizeof(path), "%s/libifdvpcd.so", sandbox->programs);
	err = file_read(path, DRIVER_MAX, &bytes, &len, trace);
	if (err != ERR_OK) {
		err_next(trace, "Run scripts/prepare: it fetches the virtual reader's driver.");
		return err;
	}
	err = file_make_folder(DRIVER_FOLDER, trace);
	for (unsigned driver = 0; driver < DRIVERS && err == ERR_OK; driver++) {
		snprintf(path, sizeof(path), DRIVER_FOLDER "/vpcd-%u.so", driver);
		err = file_create(path, bytes, len, trace);
	}
	free(bytes);
	return err;
}

static enum err
write_config(struct err_trace *trace)
{
	char text[1024];
	int len = 0;
	enum err err;

	for (unsigned driver = 0; driver < DRIVERS; driver++)
		len += snprintf(text + len, sizeof(text) - (size_t)len,
		    "FRIENDLYNAME \"Sandbox %c\"\n"
		    "DEVICENAME /dev/null:%u\n"
		    "LIBPATH " DRIVER_FOLDER "/vpcd-%u.so\n"
		    "CHANNELID %u\n\n",
		    'A' + (char)driver, driver_port(driver), driver, driver_port(driver));
	err = file_make_folder(CONFIG_FOLDER, trace);
	if (err != ERR_OK)
		return err;
	return file_create(CONFIG_FILE, text, (size_t)len, trace);
}

/* DIR/readers, for `virtual-card insert`: "INDEX PORT READER-NAME" as PC/SC shows the name. */
static enum err
write_readers(const struct sandbox *sandbox, struct err_trace *trace)
{
	char path[SANDBOX_PATH], text[512];
	int len = 0;

	for (unsigned reader = 0; reader < READERS; reader++)
		len +=
		    snprintf(text + len, sizeof(text) - (size_t)len, "%u %u Sandbox %c 00 %02u\n",
			reader, FIRST_PORT + reader, 'A' + (char)(reader / SLOTS), reader % SLOTS);
	snprintf(path, sizeof(path), "%s/readers", sandbox->dir);
	return file_replace(path, text, (size_t)len, trace);
}

/* Runs in the child. A session of its own: an interrupt at the terminal is for CMD alone. */
static void
become_pcscd(int log)
{
	sigset_t none;
	int nothing = open("/dev/null", O_RDONLY);

	sigemptyset(&none);
	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0 ||
	    dup2(log, STDERR_FILENO) < 0 || setsid() < 0 ||
	    sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		_exit(126);
	execlp("pcscd", "pcscd", "--foreground", "--config", CONFIG_FOLDER, (char *)NULL);
	_exit(127);
}

static enum err
spawn(const struct sandbox *sandbox, pid_t *pid, struct err_trace *trace)
{
	char path[SANDBOX_PATH];
	enum err err = ERR_OK;
	int log;

	snprintf(path, sizeof(path), "%s/pcscd.log", sandbox->dir);
	log = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	if (log < 0)
		return FAIL_ERRNO(trace, "pcscd's log %s cannot be written", path);
	*pid = fork();
	if (*pid == 0)
		become_pcscd(log);
	if (*pid < 0)
		err = FAIL_ERRNO(trace, "pcscd cannot be started");
	close(log);
	return err;
}

static enum err
ended_early(const struct sandbox *sandbox, int status, struct err_trace *trace)
{
	char path[SANDBOX_PATH];
	char *log = NULL;
	const char *last;
	size_t len = 0;
	enum err err;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		err_next(trace, "Install it: apt-get install pcscd.");
		return FAIL(trace, ERR_ABSENT, "the program pcscd is not in PATH");
	}
	snprintf(path, sizeof(path), "%s/pcscd.log", sandbox->dir);
	if (file_read(path, DRIVER_MAX, &log, &len, NULL) != ERR_OK)
		return FAIL(trace, ERR_IO, "pcscd ended at once and left no log");
	if (len > 0 && log[len - 1] == '\n')
		log[len - 1] = '\0';
	last = strrchr(log, '\n');
	err = FAIL(trace, ERR_IO, "pcscd ended at once; its last words: %s",
	    last != NULL ? last + 1 : log);
	free(log);
	return err;
}

/* Connecting to vpcd's ports would look like a card, so the kernel's list is read instead. */
static unsigned
listening_readers(void)
{
	static const char state_listening[] = "0A";
	FILE *table = fopen("/proc/net/tcp", "re");
	char line[256], state[3];
	unsigned port, found = 0;

	if (table == NULL)
		return 0;
	while (fgets(line, sizeof(line), table) != NULL)
		if (sscanf(line, " %*u: %*8x:%4x %*8x:%*4x %2s", &port, state) == 2 &&
		    strcmp(state, state_listening) == 0 && port >= FIRST_PORT &&
		    port < FIRST_PORT + READERS)
			found++;
	fclose(table);
	return found;
}

static bool
answers(void)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool connected;

	if (fd < 0)
		return false;
	connected = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return connected;
}

static enum err
wait_until_ready(const struct sandbox *sandbox, pid_t pid, struct err_trace *trace)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	int64_t end = clock_boot_ms() + START_TIMEOUT_MS;
	int status;

	while (!answers() || listening_readers() < READERS) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return ended_early(sandbox, status, trace);
		if (clock_boot_ms() > end)
			return FAIL(trace, ERR_TIMEOUT,
			    "pcscd has %u of %d readers ready after %d seconds",
			    listening_readers(), READERS, START_TIMEOUT_MS / 1000);
		nanosleep(&pause, NULL);
	}
	return ERR_OK;
}

enum err
pcscd_start(const struct sandbox *sandbox, struct err_trace *trace)
{
	enum err err;
	pid_t pid;

	err = copy_drivers(sandbox, trace);
	if (err == ERR_OK)
		err = write_config(trace);
	if (err == ERR_OK)
		err = write_readers(sandbox, trace);
	if (err == ERR_OK)
		err = spawn(sandbox, &pid, trace);
	if (err == ERR_OK)
		err = wait_until_ready(sandbox, pid, trace);
	return err;
}
