/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/place.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/hash.h"
#include "custody/agent_link.h"

enum { BACKLOG = 64 };

static int
default_folder(char out[PLACE_PATH])
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	const char *home = getenv("HOME");

	if (runtime != NULL && runtime[0] == '/')
		return snprintf(out, PLACE_PATH, "%s/quorate", runtime);
	if (geteuid() == 0)
		return snprintf(out, PLACE_PATH, "/run/quorate");
	return snprintf(out, PLACE_PATH, "%s/.local/state/quorate/run", home == NULL ? "" : home);
}

static enum err
too_long(struct err_trace *trace)
{
	err_next(trace, "Set XDG_RUNTIME_DIR to a folder with a shorter path.");
	return FAIL(trace, ERR_ARGUMENT, "the path of the activation's socket is longer than %d",
	    PLACE_PATH - 1);
}

static bool
lets_others_in(const struct agent_order *order)
{
	for (size_t i = 0; i < order->user_count; i++)
		if (order->users[i] != geteuid())
			return true;
	return false;
}

static enum err
make_folder(const char *folder, bool for_others, struct err_trace *trace)
{
	struct stat stat;
	enum err err = file_make_folder(folder, trace);

	if (err != ERR_OK)
		return err;
	if (lstat(folder, &stat) != 0)
		return FAIL_ERRNO(trace, "folder '%s'", folder);
	if (!S_ISDIR(stat.st_mode) || stat.st_uid != geteuid() || (stat.st_mode & 022) != 0) {
		err_next(trace, "Give a folder of your own that nobody else can write to.");
		return FAIL(trace, ERR_DENIED,
		    "folder '%s' is another's, or others can write to it", folder);
	}
	if (chmod(folder, for_others ? 0711 : 0700) != 0)
		return FAIL_ERRNO(trace, "folder '%s'", folder);
	return ERR_OK;
}

static int
new_socket(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path, path, strlen(path));
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* A socket that nobody listens on was left by an agent that was killed. */
static bool
is_stale(const char *path)
{
	struct sockaddr_un address;
	int fd = new_socket(path, &address);
	bool stale;

	if (fd < 0)
		return false;
	stale = connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 &&
		errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static bool
is_socket_name(const char *name, size_t len)
{
	return (len > 5 && strcmp(name + len - 5, ".sock") == 0) ||
	       (len > 4 && strcmp(name + len - 4, ".ctl") == 0);
}

static void
clear_stale(const char *folder)
{
	char path[PLACE_PATH];
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name);
		int printed = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);

		if (is_socket_name(entry->d_name, len) && printed > 0 &&
		    (size_t)printed < sizeof(path) && is_stale(path))
			unlink(path);
	}
	closedir(dir);
}

/* *bound is what the path names now. */
static enum err
listen_at(const char *path, bool for_others, int *out, struct stat *bound, struct err_trace *trace)
{
	struct sockaddr_un address;
	int fd = new_socket(path, &address);

	if (fd < 0)
		return FAIL_ERRNO(trace, "cannot make a socket");
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(path, for_others ? 0666 : 0600) != 0 || lstat(path, bound) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		enum err err = FAIL_ERRNO(trace, "cannot listen at '%s'", path);

		close(fd);
		return err;
	}
	*out = fd;
	return ERR_OK;
}

/* The number is drawn, not the process's: processes of two namespaces may share the folder. */
static enum err
name_socket(const struct agent_order *order, const char *folder, struct place *place,
    struct err_trace *trace)
{
	uint8_t number[4];
	char hex[2 * sizeof(number) + 1];
	enum err err = random_bytes(number, sizeof(number), trace);
	int len;

	if (err != ERR_OK)
		return err;
	if (strchr(order->quorum, '/') != NULL)
		return FAIL(trace, ERR_ARGUMENT, "'%s' is not the name of a quorum", order->quorum);
	hex_encode(number, sizeof(number), hex);
	len =
	    snprintf(place->path, sizeof(place->path), "%s/%s-%s.sock", folder, order->quorum, hex);
	if (len <= 0 || len >= PLACE_PATH)
		return too_long(trace);
	memcpy(place->control_path, place->path, sizeof(place->path));
	memcpy(place->control_path + len - strlen(".sock"), ".ctl", sizeof(".ctl"));
	return ERR_OK;
}

enum err
place_folder(const struct agent_order *order, char out[PLACE_PATH], struct err_trace *trace)
{
	char folder[PLACE_PATH];
	enum err err;
	int len = order->folder == NULL ? default_folder(folder)
					: snprintf(folder, sizeof(folder), "%s", order->folder);

	if (len <= 0 || len >= PLACE_PATH)
		return too_long(trace);
	err = make_folder(folder, lets_others_in(order), trace);
	if (err == ERR_OK)
		memcpy(out, folder, (size_t)len + 1);
	return err;
}

enum err
place_make(const struct agent_order *order, struct place *out, struct err_trace *trace)
{
	bool for_others = lets_others_in(order);
	struct place place = { .fd = -1, .control_fd = -1 };
	char folder[PLACE_PATH];
	enum err err = place_folder(order, folder, trace);

	if (err == ERR_OK)
		err = name_socket(order, folder, &place, trace);
	if (err != ERR_OK)
		return err;
	clear_stale(folder);
	err = listen_at(place.path, for_others, &place.fd, &place.bound[0], trace);
	if (err == ERR_OK)
		err =
		    listen_at(place.control_path, false, &place.control_fd, &place.bound[1], trace);
	if (err == ERR_OK)
		*out = place;
	else
		place_remove(&place);
	return err;
}

static bool
is_ours(const char *path, const struct stat *bound)
{
	struct stat now;

	return lstat(path, &now) == 0 && now.st_ino == bound->st_ino && now.st_dev == bound->st_dev;
}

bool
place_stands(const struct place *place)
{
	return is_ours(place->path, &place->bound[0]) &&
	       is_ours(place->control_path, &place->bound[1]);
}

static void
remove_socket(int *fd, const char *path, const struct stat *bound)
{
	if (*fd < 0)
		return;
	if (is_ours(path, bound))
		unlink(path);
	close(*fd);
	*fd = -1;
}

void
place_remove(struct place *place)
{
	remove_socket(&place->fd, place->path, &place->bound[0]);
	remove_socket(&place->control_fd, place->control_path, &place->bound[1]);
}
