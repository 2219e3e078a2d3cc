/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/sandbox_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOUNT_PATH = 512 };

/*
 * Ways to a real reader, HSM or agent. /run holds the sockets of the machine's pcscd, of a running
 * quorate-agent and of gpg-agent; those of network HSMs are behind the network namespace, and
 * device nodes behind the new /dev. A folder that the machine lacks needs no hiding.
 */
static const char *const hidden[] = {
	"/run",
	"/sys/bus/usb",
	"/usr/lib/pcsc/drivers",
	"/etc/reader.conf.d",
	"/etc/pkcs11",
	"/etc/quorate",
	"/usr/share/p11-kit/modules",
};

/* What an ordinary program expects of /dev. */
static const char *const nodes[] = {
	"null",
	"zero",
	"full",
	"random",
	"urandom",
	"tty",
};

static const struct {
	const char *name;
	const char *target;
} links[] = {
	{ "ptmx", "pts/ptmx" },
	{ "fd", "/proc/self/fd" },
	{ "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* /dev is built here, out of sight, and then moved into place. */
#define NEW_DEV      "/run/dev"

static enum err
refused(const char *what, struct err_trace *trace)
{
	err_next(trace,
	    "The sandbox mounts only inside itself. A container or a plain chroot may forbid even "
	    "that: enter it with pivot_root, as systemd-nspawn and scripts/bare do.");
	return FAIL_RAW(
	    trace, ERR_IO, ERR_ORIGIN_ERRNO, errno, "the sandbox cannot mount its own %s", what);
}

static enum err
mount_empty(const char *path, const char *options, struct err_trace *trace)
{
	if (mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0)
		return refused(path, trace);
	return ERR_OK;
}

static enum err
hide(const char *path, struct err_trace *trace)
{
	struct stat status;

	if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
		return ERR_OK;
	return mount_empty(path, "mode=0755", trace);
}

/* p11-kit also reads modules that the person registered for themselves. */
static enum err
hide_own_modules(struct err_trace *trace)
{
	const struct passwd *self = getpwuid(geteuid());
	char path[MOUNT_PATH];

	if (self == NULL || self->pw_dir == NULL)
		return ERR_OK;
	if (snprintf(path, sizeof(path), "%s/.config/pkcs11", self->pw_dir) >= (int)sizeof(path))
		return FAIL(trace, ERR_ARGUMENT, "the home folder's path is too long");
	return hide(path, trace);
}

static enum err
bind_node(const char *name, struct err_trace *trace)
{
	char from[MOUNT_PATH], to[MOUNT_PATH];
	int fd;

	snprintf(from, sizeof(from), "/dev/%s", name);
	snprintf(to, sizeof(to), NEW_DEV "/%s", name);
	fd = open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return FAIL_ERRNO(trace, "no %s in the sandbox", from);
	close(fd);
	if (mount(from, to, NULL, MS_BIND, NULL) != 0)
		return refused(from, trace);
	return ERR_OK;
}

/* Terminals of its own (for expect and the like), and shared memory. */
static enum err
mount_terminals(struct err_trace *trace)
{
	if (mkdir(NEW_DEV "/pts", 0755) != 0 || mkdir(NEW_DEV "/shm", 0755) != 0)
		return FAIL_ERRNO(trace, "no folders in the sandbox's /dev");
	if (mount("devpts", NEW_DEV "/pts", "devpts", MS_NOSUID | MS_NOEXEC,
		"newinstance,ptmxmode=0666,mode=0620") != 0)
		return refused("/dev/pts", trace);
	return mount_empty(NEW_DEV "/shm", "mode=1777", trace);
}

static enum err
fill_dev(struct err_trace *trace)
{
	enum err err;

	for (size_t i = 0; i < COUNT(nodes); i++) {
		err = bind_node(nodes[i], trace);
		if (err != ERR_OK)
			return err;
	}
	for (size_t i = 0; i < COUNT(links); i++) {
		char path[MOUNT_PATH];

		snprintf(path, sizeof(path), NEW_DEV "/%s", links[i].name);
		if (symlink(links[i].target, path) != 0)
			return FAIL_ERRNO(trace, "no /dev/%s in the sandbox", links[i].name);
	}
	return mount_terminals(trace);
}

static enum err
replace_dev(struct err_trace *trace)
{
	enum err err;

	if (mkdir(NEW_DEV, 0755) != 0)
		return FAIL_ERRNO(trace, "no room for the sandbox's /dev");
	err = mount_empty(NEW_DEV, "mode=0755", trace);
	if (err == ERR_OK)
		err = fill_dev(trace);
	if (err != ERR_OK)
		return err;
	if (mount(NEW_DEV, "/dev", NULL, MS_MOVE, NULL) != 0)
		return refused("/dev", trace);
	if (rmdir(NEW_DEV) != 0)
		return FAIL_ERRNO(trace, "the sandbox's /dev left its folder behind");
	return ERR_OK;
}

/* The folders that programs expect in /run, the private pcscd's among them. */
static enum err
fill_run(struct err_trace *trace)
{
	char own[MOUNT_PATH];

	snprintf(own, sizeof(own), "/run/user/%u", (unsigned)geteuid());
	if (mkdir("/run/pcscd", 0755) != 0 || mkdir("/run/lock", 0755) != 0 ||
	    mkdir("/run/user", 0755) != 0 || mkdir(own, 0700) != 0 ||
	    chmod("/run/lock", 01777) != 0)
		return FAIL_ERRNO(trace, "no folders in the sandbox's /run");
	return ERR_OK;
}

enum err
mounts_hide_machine(struct err_trace *trace)
{
	enum err err = ERR_OK;

	/* Nothing that is mounted from here on may show outside. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return refused("view of the file system", trace);
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
		return refused("/proc", trace);
	for (size_t i = 0; i < COUNT(hidden) && err == ERR_OK; i++)
		err = hide(hidden[i], trace);
	if (err == ERR_OK)
		err = hide_own_modules(trace);
	if (err == ERR_OK)
		err = replace_dev(trace);
	if (err == ERR_OK)
		err = fill_run(trace);
	return err;
}

static bool
lies_in(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

bool
mounts_would_hide(const char *path)
{
	for (size_t i = 0; i < COUNT(hidden); i++)
		if (lies_in(path, hidden[i]))
			return true;
	return lies_in(path, "/dev") || lies_in(path, "/proc");
}
