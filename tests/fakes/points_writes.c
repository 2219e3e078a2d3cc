/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LD_PRELOADed: what makes a change to a file durable, and every write to one, is a point. What a
 * virtual card writes in this process is the card's own affair: paths with ".card" are let be, as
 * is the folder of the in-process readers.
 *
 * Below $QUORATE_POINTS_TOKENS lie a software token's own files, which it changes as it likes: they
 * are a class of their own.
 *
 * Not seen: what C's stdio writes, which never leaves libc through a name.
 */
#undef _FILE_OFFSET_BITS /* it would give two functions one name */

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fakes/points.h"

enum { PATH_SIZE = 256 };

/* dlsym gives an object pointer for a function: ISO C has no cast for that. */
#define NEXT(pointer, name)                                                                        \
	do {                                                                                       \
		void *found = dlsym(RTLD_NEXT, name);                                              \
		memcpy(&(pointer), &found, sizeof(pointer));                                       \
	} while (0)

static bool
is_card(const char *path)
{
	const char *readers = getenv("QUORATE_FAKE_CARDS");

	return strstr(path, ".card") != NULL || (readers != NULL && strstr(path, readers) != NULL);
}

static enum points_class
class_of(const char *path)
{
	const char *tokens = getenv("QUORATE_POINTS_TOKENS");

	return tokens != NULL && strstr(path, tokens) != NULL ? POINTS_TOKEN : POINTS_WRITE;
}

/* "fsync /path": false for what is no file on a disk, or a card's. */
static bool
describe(const char *call, int fd, char out[PATH_SIZE])
{
	char link[64];
	struct stat status;
	int len = snprintf(out, PATH_SIZE, "%s ", call);
	ssize_t got;

	if (fstat(fd, &status) != 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
		return false;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	got = readlink(link, out + len, PATH_SIZE - 1 - (size_t)len);
	out[len + (got > 0 ? (int)got : 0)] = '\0';
	return !is_card(out);
}

static int
full(void)
{
	errno = ENOSPC;
	return -1;
}

/* A call by which a change becomes durable, or visible. */
#define POINT(call, description)                                                                   \
	do {                                                                                       \
		struct points_mark mark;                                                           \
		enum points_verdict verdict =                                                      \
		    points_before(class_of(description), description, &mark);                      \
		int result = verdict == POINTS_FAIL_BEFORE ? full() : (call);                      \
                                                                                                   \
		points_after(&mark);                                                               \
		return verdict == POINTS_FAIL_AFTER ? full() : result;                             \
	} while (0)

int
fsync(int fd)
{
	static int (*next)(int);
	char what[PATH_SIZE];

	NEXT(next, "fsync");
	if (!describe("fsync", fd, what))
		return next(fd);
	POINT(next(fd), what);
}

int
fdatasync(int fd)
{
	static int (*next)(int);
	char what[PATH_SIZE];

	NEXT(next, "fdatasync");
	if (!describe("fdatasync", fd, what))
		return next(fd);
	POINT(next(fd), what);
}

int
ftruncate(int fd, off_t length)
{
	static int (*next)(int, off_t);
	char what[PATH_SIZE];

	NEXT(next, "ftruncate");
	if (!describe("ftruncate", fd, what))
		return next(fd, length);
	POINT(next(fd, length), what);
}

int
ftruncate64(int fd, off64_t length)
{
	static int (*next)(int, off64_t);
	char what[PATH_SIZE];

	NEXT(next, "ftruncate64");
	if (!describe("ftruncate", fd, what))
		return next(fd, length);
	POINT(next(fd, length), what);
}

int
rename(const char *from, const char *to)
{
	static int (*next)(const char *, const char *);
	char what[PATH_SIZE];

	NEXT(next, "rename");
	(void)snprintf(what, sizeof(what), "rename %s", to);
	if (is_card(to))
		return next(from, to);
	POINT(next(from, to), what);
}

int
renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
	static int (*next)(int, const char *, int, const char *, unsigned);
	char what[PATH_SIZE];

	NEXT(next, "renameat2");
	(void)snprintf(what, sizeof(what), "rename %s", to);
	if (is_card(to))
		return next(from_folder, from, to_folder, to, flags);
	POINT(next(from_folder, from, to_folder, to, flags), what);
}

int
link(const char *from, const char *to)
{
	static int (*next)(const char *, const char *);
	char what[PATH_SIZE];

	NEXT(next, "link");
	(void)snprintf(what, sizeof(what), "link %s", to);
	if (is_card(to))
		return next(from, to);
	POINT(next(from, to), what);
}

int
unlink(const char *path)
{
	static int (*next)(const char *);
	char what[PATH_SIZE];

	NEXT(next, "unlink");
	(void)snprintf(what, sizeof(what), "unlink %s", path);
	if (is_card(path))
		return next(path);
	POINT(next(path), what);
}

/* A write to a file. `next` is the function itself, so its result is a length. */
#define FILL(fd, call, name)                                                                       \
	do {                                                                                       \
		struct points_mark mark;                                                           \
		char what[PATH_SIZE];                                                              \
		ssize_t result;                                                                    \
                                                                                                   \
		if (!describe(name, fd, what))                                                     \
			return call;                                                               \
		result = points_before(POINTS_FILL, what, &mark) == POINTS_GO ? (call) : full();   \
		points_after(&mark);                                                               \
		return result;                                                                     \
	} while (0)

ssize_t
write(int fd, const void *bytes, size_t len)
{
	static ssize_t (*next)(int, const void *, size_t);

	NEXT(next, "write");
	FILL(fd, next(fd, bytes, len), "write");
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	static ssize_t (*next)(int, const void *, size_t, off_t);

	NEXT(next, "pwrite");
	FILL(fd, next(fd, bytes, len, at), "pwrite");
}

ssize_t
pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
	static ssize_t (*next)(int, const void *, size_t, off64_t);

	NEXT(next, "pwrite64");
	FILL(fd, next(fd, bytes, len, at), "pwrite");
}
