/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtual-cards/sandbox_namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WALLS = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC };

static enum err
refused(const char *what, struct err_trace *trace)
{
	err_next(trace,
	    "A sandbox needs root, or a system that allows unprivileged user namespaces (sysctl "
	    "user.max_user_namespaces and kernel.unprivileged_userns_clone). A plain chroot never "
	    "allows them: enter it with pivot_root, as systemd-nspawn and scripts/bare do.");
	return FAIL_RAW(trace, ERR_IO, ERR_ORIGIN_ERRNO, errno,
	    "the system refuses the sandbox its own %s", what);
}

/* These files take exactly one write. */
static enum err
write_map(const char *path, const char *text, struct err_trace *trace)
{
	size_t len = strlen(text);
	ssize_t written;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return refused("user namespace", trace);
	written = write(fd, text, len);
	if (written != (ssize_t)len) {
		enum err err = refused("user namespace", trace);

		close(fd);
		return err;
	}
	close(fd);
	return ERR_OK;
}

/* One is the same user and group inside as outside, so that no file changes its owner. */
static enum err
map_self(uid_t uid, gid_t gid, struct err_trace *trace)
{
	char map[64];
	enum err err;

	/* A gid_map may be written without privilege only once setgroups(2) is given up. */
	err = write_map("/proc/self/setgroups", "deny", trace);
	if (err != ERR_OK)
		return err;
	snprintf(map, sizeof(map), "%u %u 1\n", (unsigned)uid, (unsigned)uid);
	err = write_map("/proc/self/uid_map", map, trace);
	if (err != ERR_OK)
		return err;
	snprintf(map, sizeof(map), "%u %u 1\n", (unsigned)gid, (unsigned)gid);
	return write_map("/proc/self/gid_map", map, trace);
}

enum err
namespaces_enter(struct err_trace *trace)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (uid == 0 && unshare(WALLS) == 0)
		return ERR_OK;
	if (unshare(WALLS | CLONE_NEWUSER) != 0)
		return refused("namespaces", trace);
	return map_self(uid, gid, trace);
}

enum err
namespaces_loopback_up(struct err_trace *trace)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	enum err err = ERR_OK;
	int fd;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return FAIL_ERRNO(trace, "no socket to bring up the sandbox's loopback with");
	if (ioctl(fd, SIOCSIFFLAGS, &request) != 0)
		err = FAIL_ERRNO(trace, "the sandbox's loopback interface stays down");
	close(fd);
	return err;
}
