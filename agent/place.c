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

		if (len > 5 && strcmp(entry->d_name + len - 5, ".sock") == 0 && printed > 0 &&
		    (size_t)printed < sizeof(path) && is_stale(path))
			unlink(path);
	}
	closedir(dir);
}

static enum err
listen_at(const char *path, bool for_others, int *out, struct err_trace *trace)
{
	struct sockaddr_un address;
	int fd = new_socket(path, &address);

	if (fd < 0)
		return FAIL_ERRNO(trace, "cannot make a socket");
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(path, for_others ? 0666 : 0600) != 0 || listen(fd, BACKLOG) != 0) {
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
	return len > 0 && len < PLACE_PATH ? ERR_OK : too_long(trace);
}

enum err
place_make(const struct agent_order *order, struct place *out, struct err_trace *trace)
{
	bool for_others = lets_others_in(order);
	struct place place = { .fd = -1 };
	char folder[PLACE_PATH];
	enum err err;
	int len = order->folder == NULL ? default_folder(folder)
					: snprintf(folder, sizeof(folder), "%s", order->folder);

	if (len <= 0 || len >= PLACE_PATH)
		return too_long(trace);
	err = name_socket(order, folder, &place, trace);
	if (err == ERR_OK)
		err = make_folder(folder, for_others, trace);
	if (err != ERR_OK)
		return err;
	clear_stale(folder);
	err = listen_at(place.path, for_others, &place.fd, trace);
	if (err == ERR_OK)
		*out = place;
	return err;
}

void
place_remove(struct place *place)
{
	if (place->fd < 0)
		return;
	unlink(place->path);
	close(place->fd);
	place->fd = -1;
}
