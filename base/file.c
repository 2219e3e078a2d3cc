/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/hash.h"

enum { READ_START = 4096 };

/* The folder that holds `path`: "." for a bare name, "/" in the root. free() it. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

enum err
file_sync_folder_of(const char *path, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	char *folder = folder_of(path);
	int fd = -1;

	if (folder == NULL) {
		err = FAIL(trace, ERR_NOMEM, "no memory for a path");
		goto out;
	}
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		err = FAIL_ERRNO(trace, "folder '%s' not opened", folder);
		goto out;
	}
	/* EINVAL: a file system whose folders need no syncing. */
	if (fsync(fd) != 0 && errno != EINVAL) {
		err = FAIL_ERRNO(trace, "folder '%s' not synced", folder);
		goto out;
	}
	err = ERR_OK;
out:
	if (fd >= 0)
		close(fd);
	free(folder);
	return err;
}

static bool
write_all(int fd, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len > 0) {
		const ssize_t put = write(fd, at, len);

		if (put < 0 && errno != EINTR)
			return false;
		if (put > 0) {
			at += put;
			len -= (size_t)put;
		}
	}
	return true;
}

/*
 * Writes a new file down to the disk under a name made from `name`, which ends in XXXXXX. A mode
 * other than 0600, which some file systems do not have, is set by the descriptor: in a folder that
 * others can write, the name may be theirs by then. A failure leaves no file behind.
 */
static enum err
write_new(char *name, const struct part *content, mode_t mode, struct err_trace *trace)
{
	const int fd = mkostemp(name, O_CLOEXEC);
	enum err err = ERR_OK;

	if (fd < 0)
		return FAIL_ERRNO(trace, "file '%s' not made", name);
	if (!write_all(fd, content->bytes, content->len) ||
	    (mode != 0600 && fchmod(fd, mode) != 0) || fsync(fd) != 0)
		err = FAIL_ERRNO(trace, "file '%s' not written", name);
	if (close(fd) != 0 && err == ERR_OK)
		err = FAIL_ERRNO(trace, "file '%s' not written", name);
	if (err != ERR_OK)
		unlink(name);
	return err;
}

static enum err
write_beside(
    const char *path, const struct part *content, mode_t mode, char **out, struct err_trace *trace)
{
	char *name = NULL;
	enum err err;

	if (asprintf(&name, "%s.XXXXXX", path) < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	err = write_new(name, content, mode, trace);
	if (err != ERR_OK) {
		free(name);
		return err;
	}
	*out = name;
	return ERR_OK;
}

static enum err
replace(const char *path, const struct part *content, mode_t mode, struct err_trace *trace)
{
	char *name = NULL;
	enum err err = write_beside(path, content, mode, &name, trace);

	if (err != ERR_OK)
		return err;
	if (rename(name, path) == 0) {
		err = file_sync_folder_of(path, trace);
	} else {
		err = FAIL_ERRNO(trace, "file '%s' not replaced", path);
		unlink(name);
	}
	free(name);
	return err;
}

enum err
file_replace(const char *path, const void *bytes, size_t len, struct err_trace *trace)
{
	return replace(path, &(struct part){ bytes, len }, 0600, trace);
}

enum err
file_publish(const char *path, const void *bytes, size_t len, struct err_trace *trace)
{
	return replace(path, &(struct part){ bytes, len }, 0644, trace);
}

/* Some file systems (FAT by FUSE, NFS) cannot refuse in a rename, but can in a link. */
static bool
rename_to_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	return link(from, to) == 0 && unlink(from) == 0;
}

enum err
file_put_in_place(const char *beside, const char *path, struct err_trace *trace)
{
	enum err err;

	if (rename_to_new(beside, path)) {
		err = file_sync_folder_of(path, trace);
		if (err != ERR_OK)
			unlink(path); /* ours, and else in the way of the next try */
	} else {
		err = FAIL_ERRNO(trace, "file '%s' not made", path);
		unlink(beside);
	}
	return err;
}

enum err
file_create(const char *path, const void *bytes, size_t len, struct err_trace *trace)
{
	struct stat there;
	char *name = NULL;
	enum err err;

	/* For the message, before anything is written; what decides is the rename. */
	if (lstat(path, &there) == 0)
		return FAIL(trace, ERR_EXISTS, "'%s' exists and is never overwritten", path);
	err = write_beside(path, &(struct part){ bytes, len }, 0600, &name, trace);
	if (err == ERR_OK)
		err = file_put_in_place(name, path, trace);
	free(name);
	return err;
}

/* Reads to the end of the file, or to one byte more than `max`. */
static enum err
read_all(int fd, size_t max, struct writer *to, struct err_trace *trace)
{
	for (;;) {
		if (to->len + 1 >= to->capacity) {
			const size_t wanted =
			    to->capacity * 2 < max + 2 ? to->capacity * 2 : max + 2;
			uint8_t *grown = realloc(to->bytes, wanted);

			if (grown == NULL)
				return FAIL(trace, ERR_NOMEM, "no memory for a file");
			to->bytes = grown;
			to->capacity = wanted;
		}
		const ssize_t got = read(fd, to->bytes + to->len, to->capacity - to->len - 1);
		if (got < 0 && errno != EINTR)
			return FAIL_ERRNO(trace, "file not read");
		if (got == 0)
			return ERR_OK;
		if (got > 0)
			to->len += (size_t)got;
		if (to->len > max)
			return FAIL(
			    trace, ERR_FORMAT, "file larger than the %zu bytes allowed", max);
	}
}

enum err
file_read(const char *path, size_t max, char **out, size_t *len, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	struct writer content = writer_into(malloc(READ_START), READ_START);
	int fd = -1;

	if (content.bytes == NULL) {
		err = FAIL(trace, ERR_NOMEM, "no memory for a file");
		goto out;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		err = FAIL_ERRNO(trace, "file '%s' not opened", path);
		goto out;
	}
	err = read_all(fd, max, &content, trace);
	if (err != ERR_OK) {
		err = FAIL(trace, err, "file '%s' not read", path);
		goto out;
	}
	content.bytes[content.len] = '\0';
	*len = content.len;
	*out = (char *)content.bytes;
	content.bytes = NULL;
out:
	if (fd >= 0)
		close(fd);
	free(content.bytes);
	return err;
}

static enum err
make_one_folder(const char *path, struct err_trace *trace)
{
	struct stat there;

	if (mkdir(path, 0700) == 0)
		return file_sync_folder_of(path, trace);
	if (errno == EEXIST && stat(path, &there) == 0 && S_ISDIR(there.st_mode))
		return ERR_OK;
	return FAIL_ERRNO(trace, "folder '%s' not made", path);
}

enum err
file_make_folder(const char *path, struct err_trace *trace)
{
	enum err err = ERR_OK;
	char *partial = strdup(path);

	if (partial == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	for (char *at = partial; *at != '\0' && err == ERR_OK; at++) {
		if (*at != '/' || at == partial || at[1] == '\0' || at[1] == '/')
			continue;
		*at = '\0';
		err = make_one_folder(partial, trace);
		*at = '/';
	}
	if (err == ERR_OK)
		err = make_one_folder(partial, trace);
	free(partial);
	return err;
}

static enum err
fail_locked(const char *path, int fd, struct err_trace *trace)
{
	char pid[16] = "";
	const ssize_t got = pread(fd, pid, sizeof(pid) - 1, 0);

	pid[got > 0 ? got : 0] = '\0';
	pid[strspn(pid, "0123456789")] = '\0';
	err_next(trace, "Wait until that command has ended, then run this one again.");
	if (pid[0] == '\0')
		return FAIL(trace, ERR_NOT_NOW, "'%s' is held by another command", path);
	return FAIL(trace, ERR_NOT_NOW, "'%s' is held by another command, process %s", path, pid);
}

/*
 * A lock of the open file (F_OFD_SETLK), not of the process, which would lose it with any other
 * descriptor of the same file that it closes. Such a lock does not know its process: the file
 * tells.
 */
enum err
file_lock(const char *path, int *fd, struct err_trace *trace)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	enum err err = ERR_INTERNAL;
	const int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	char pid[16];

	if (opened < 0)
		return FAIL_ERRNO(trace, "lock file '%s' not opened", path);
	if (fcntl(opened, F_OFD_SETLK, &whole) != 0) {
		if (errno == EAGAIN || errno == EACCES)
			err = fail_locked(path, opened, trace);
		else
			err = FAIL_ERRNO(trace, "'%s' not locked", path);
		goto fail;
	}
	const int len = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (ftruncate(opened, 0) != 0 || !write_all(opened, pid, (size_t)len)) {
		err = FAIL_ERRNO(trace, "lock file '%s' not written", path);
		goto fail;
	}
	*fd = opened;
	return ERR_OK;
fail:
	close(opened);
	return err;
}

void
file_unlock(int fd)
{
	close(fd);
}
