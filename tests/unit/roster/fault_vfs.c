/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/roster/fault_vfs.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

static struct {
	enum fault_kind kind;
	unsigned at;
	unsigned count;
} fault;

static sqlite3_vfs vfs;
static sqlite3_vfs *real_vfs;

/* The real file lies behind it. */
struct fault_file {
	sqlite3_file base;
};

static sqlite3_file *
real_of(sqlite3_file *file)
{
	return (sqlite3_file *)(void *)((struct fault_file *)(void *)file + 1);
}

void
fault_vfs_arm(enum fault_kind kind, unsigned at)
{
	fault.kind = kind;
	fault.at = at;
	fault.count = 0;
}

unsigned
fault_vfs_disarm(void)
{
	fault.kind = FAULT_NONE;
	return fault.count;
}

/* SQLITE_OK when the act may happen. */
static int
act(void)
{
	fault.count++;
	if (fault.kind == FAULT_NONE || fault.count < fault.at)
		return SQLITE_OK;
	if (fault.kind == FAULT_KILL)
		raise(SIGKILL);
	return fault.kind == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int
fault_close(sqlite3_file *file)
{
	sqlite3_file *real = real_of(file);

	return real->pMethods == NULL ? SQLITE_OK : real->pMethods->xClose(real);
}

static int
fault_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
	return real_of(file)->pMethods->xRead(real_of(file), out, len, at);
}

static int
fault_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
	const int code = act();

	return code != SQLITE_OK ? code
				 : real_of(file)->pMethods->xWrite(real_of(file), bytes, len, at);
}

static int
fault_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	const int code = act();

	return code != SQLITE_OK ? code : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int
fault_sync(sqlite3_file *file, int flags)
{
	const int code = act();

	return code != SQLITE_OK ? code : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int
fault_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int
fault_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int
fault_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int
fault_check_lock(sqlite3_file *file, int *held)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}

static int
fault_control(sqlite3_file *file, int op, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int
fault_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int
fault_device(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int
fault_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int
fault_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void
fault_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int
fault_shm_unmap(sqlite3_file *file, int delete_it)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), delete_it);
}

/* Version 2: with WAL, without mapped reads. */
static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = fault_close,
	.xRead = fault_read,
	.xWrite = fault_write,
	.xTruncate = fault_truncate,
	.xSync = fault_sync,
	.xFileSize = fault_size,
	.xLock = fault_lock,
	.xUnlock = fault_unlock,
	.xCheckReservedLock = fault_check_lock,
	.xFileControl = fault_control,
	.xSectorSize = fault_sector,
	.xDeviceCharacteristics = fault_device,
	.xShmMap = fault_shm_map,
	.xShmLock = fault_shm_lock,
	.xShmBarrier = fault_shm_barrier,
	.xShmUnmap = fault_shm_unmap,
};

static int
fault_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	sqlite3_file *real = real_of(file);

	(void)self;
	memset(real, 0, (size_t)real_vfs->szOsFile);
	file->pMethods = NULL;
	const int code = real_vfs->xOpen(real_vfs, name, real, flags, out_flags);
	if (real->pMethods != NULL)
		file->pMethods = &methods;
	return code;
}

static int
fault_delete(sqlite3_vfs *self, const char *name, int sync_folder)
{
	const int code = act();

	(void)self;
	return code != SQLITE_OK ? code : real_vfs->xDelete(real_vfs, name, sync_folder);
}

void
fault_vfs_install(void)
{
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "fault";
	vfs.szOsFile = (int)sizeof(struct fault_file) + real_vfs->szOsFile;
	vfs.pNext = NULL;
	vfs.xOpen = fault_open;
	vfs.xDelete = fault_delete;
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}
