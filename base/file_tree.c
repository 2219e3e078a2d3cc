/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* A software token's folder is two levels deep; a loop of mounts would have no end. */
enum { DEPTH_MAX = 16, OPEN_MAX = 16 };

static enum err copy_folder(int from, int to, unsigned depth, struct err_trace *trace);

static enum err
copy_content(int from, int to, const char *name, struct err_trace *trace)
{
	ssize_t sent;

	do
		sent = sendfile(to, from, NULL, 1U << 20);
	while (sent > 0 || (sent < 0 && errno == EINTR));
	if (sent < 0 || fsync(to) != 0)
		return FAIL_ERRNO(trace, "file '%s' not copied", name);
	return ERR_OK;
}

static enum err
copy_file(int from_folder, int to_folder, const char *name, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	const int from = openat(from_folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	const int to =
	    from < 0 ? -1 : openat(to_folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (to < 0)
		err = FAIL_ERRNO(trace, "file '%s' not copied", name);
	else
		err = copy_content(from, to, name, trace);
	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
	return err;
}

static enum err
copy_subfolder(
    int from_folder, int to_folder, const char *name, unsigned depth, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	int from = -1;
	int to = -1;

	if (depth == 0)
		return FAIL(trace, ERR_UNSUPPORTED, "folder '%s' is too deep to copy", name);
	from = openat(from_folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (from < 0) {
		err = FAIL_ERRNO(trace, "folder '%s' not opened", name);
		goto out;
	}
	if (mkdirat(to_folder, name, 0700) != 0) {
		err = FAIL_ERRNO(trace, "folder '%s' not made", name);
		goto out;
	}
	to = openat(to_folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (to < 0) {
		err = FAIL_ERRNO(trace, "folder '%s' not opened", name);
		goto out;
	}
	err = copy_folder(from, to, depth - 1, trace);
out:
	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
	return err;
}

static enum err
copy_entry(int from, int to, const char *name, unsigned depth, struct err_trace *trace)
{
	struct stat there;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return ERR_OK;
	if (fstatat(from, name, &there, AT_SYMLINK_NOFOLLOW) != 0)
		return FAIL_ERRNO(trace, "'%s' not looked at", name);
	if (S_ISDIR(there.st_mode))
		return copy_subfolder(from, to, name, depth, trace);
	if (S_ISREG(there.st_mode))
		return copy_file(from, to, name, trace);
	return FAIL(trace, ERR_UNSUPPORTED, "'%s' is neither a file nor a folder", name);
}

/* Copies what is in `from` into `to`, and syncs `to`. Both stay open. */
static enum err
copy_folder(int from, int to, unsigned depth, struct err_trace *trace)
{
	enum err err = ERR_OK;
	const int again = fcntl(from, F_DUPFD_CLOEXEC, 0);
	DIR *folder = again < 0 ? NULL : fdopendir(again);
	const struct dirent *entry;

	if (folder == NULL) {
		err = FAIL_ERRNO(trace, "folder not listed");
		if (again >= 0)
			close(again);
		return err;
	}
	errno = 0;
	while (err == ERR_OK && (entry = readdir(folder)) != NULL) {
		err = copy_entry(from, to, entry->d_name, depth, trace);
		errno = 0;
	}
	if (err == ERR_OK && errno != 0)
		err = FAIL_ERRNO(trace, "folder not listed");
	if (err == ERR_OK && fsync(to) != 0 && errno != EINVAL)
		err = FAIL_ERRNO(trace, "folder not synced");
	closedir(folder);
	return err;
}

/* Copies into the folder just made at `to`. */
static enum err
copy_into(const char *from, const char *to, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	const int from_fd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const int to_fd = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (from_fd < 0 || to_fd < 0)
		err = FAIL_ERRNO(trace, "folder '%s' not opened", from_fd < 0 ? from : to);
	else
		err = copy_folder(from_fd, to_fd, DEPTH_MAX, trace);
	if (to_fd >= 0)
		close(to_fd);
	if (from_fd >= 0)
		close(from_fd);
	return err;
}

enum err
file_copy_tree(const char *from, const char *to, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;

	if (mkdir(to, 0700) != 0)
		return FAIL_ERRNO(trace, "folder '%s' not made", to);
	err = copy_into(from, to, trace);
	if (err == ERR_OK)
		err = file_sync_folder_of(to, trace);
	if (err == ERR_OK)
		return ERR_OK;
	if (file_remove_tree(to, NULL) != ERR_OK)
		err_next(trace, "Remove the incomplete copy '%s'.", to);
	return FAIL(trace, err, "'%s' not copied to '%s'", from, to);
}

static int
remove_entry(const char *path, const struct stat *there, int kind, struct FTW *where)
{
	(void)there;
	(void)kind;
	(void)where;
	return remove(path);
}

enum err
file_remove_tree(const char *path, struct err_trace *trace)
{
	if (nftw(path, remove_entry, OPEN_MAX, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0)
		return ERR_OK;
	if (errno == ENOENT)
		return ERR_OK;
	return FAIL_ERRNO(trace, "'%s' not removed", path);
}
