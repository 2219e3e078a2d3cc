/* SPDX-License-Identifier: BSD-2-Clause */
/* ftruncate is to keep the name that libraries built for small files call it by. */
#undef _FILE_OFFSET_BITS

#include "tests/unit/hsm/kill_points.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct kill_points *kill_points;

void
kill_points_start(void)
{
	void *shared = mmap(
	    NULL, sizeof(*kill_points), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		abort();
	kill_points = shared;
}

static bool
point(void)
{
	if (!kill_points || !kill_points->armed)
		return false;
	kill_points->count++;
	if (kill_points->count == kill_points->kill_at && !kill_points->after)
		(void)raise(SIGKILL);
	return kill_points->count == kill_points->kill_at;
}

static void
point_done(bool here)
{
	if (here)
		(void)raise(SIGKILL);
}

/* ISO C has no conversion from an object pointer to a function pointer; POSIX promises this one. */
#define REAL(name, type)                                                                           \
	static type real;                                                                          \
	if (!real)                                                                                 \
	*(void **)&real = dlsym(RTLD_NEXT, name)

int
ftruncate(int fd, off_t length)
{
	bool here = point();
	int result = (int)syscall(SYS_ftruncate, fd, length);

	point_done(here);
	return result;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	bool here = point();
	ssize_t result = syscall(SYS_write, fd, bytes, len);

	point_done(here);
	return result;
}

int
fsync(int fd)
{
	bool here = point();
	int result = (int)syscall(SYS_fsync, fd);

	point_done(here);
	return result;
}

int
rename(const char *from, const char *to)
{
	bool here = point();
	int result = (int)syscall(SYS_renameat2, -100, from, -100, to, 0);

	point_done(here);
	return result;
}

typedef int (*flush_function)(FILE *);
typedef size_t (*write_function)(const void *, size_t, size_t, FILE *);

int
fflush(FILE *stream)
{
	bool here = point();
	int result;
	REAL("fflush", flush_function);

	result = real(stream);
	point_done(here);
	return result;
}

size_t
fwrite(const void *bytes, size_t size, size_t count, FILE *stream)
{
	bool here = point();
	size_t result;
	REAL("fwrite", write_function);

	result = real(bytes, size, count, stream);
	if (kill_points && kill_points->armed)
		(void)fflush_unlocked(stream);
	point_done(here);
	return result;
}
