/* SPDX-License-Identifier: BSD-2-Clause */
/* Making a roster: under another name first, so that no half-made one is ever found. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "roster/create_internal.h"
#include "roster/founding.h"
#include "roster/roster.h"
#include "roster/state.h"

static enum err
make_folders(const struct roster_paths *paths, struct err_trace *trace)
{
	const char *slash = strrchr(paths->file, '/');
	enum err err = file_make_folder(paths->state_dir, trace);

	if (err != ERR_OK || slash == NULL || slash == paths->file)
		return err;
	char *folder = strndup(paths->file, (size_t)(slash - paths->file));
	if (folder == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	err = file_make_folder(folder, trace);
	free(folder);
	return err;
}

/* An empty file for its owner alone, or for a group to read; SQLite's other files follow it. */
static enum err
make_empty(const char *path, const char *group, struct err_trace *trace)
{
	const struct group *found = group == NULL ? NULL : getgrnam(group);
	enum err err = ERR_OK;

	if (group != NULL && found == NULL)
		return FAIL(trace, ERR_ABSENT, "there is no group '%s'", group);
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return FAIL_ERRNO(trace, "'%s' not made", path);
	if (found != NULL && (fchown(fd, (uid_t)-1, found->gr_gid) != 0 || fchmod(fd, 0640) != 0))
		err = FAIL_ERRNO(trace, "'%s' not given to the group '%s'", path, group);
	close(fd);
	return err;
}

/* What of a roster that was made is still needed when it is closed. */
struct made {
	struct roster_id by;
	struct roster_id identity;
	bool has_written; /* so that the state folder may have a note of it */
};

static enum err
fill_at(const char *path, const struct making *making, bool after_death, struct made *out,
    struct err_trace *trace)
{
	struct roster roster = { .lock = -1, .writable = true, .clock = making->clock };
	enum err err = make_empty(path, making->group, trace);

	if (err != ERR_OK)
		return err;
	/* The events are stored before the state folder knows of them, as with every commit. */
	roster.state_dir = strdup(making->paths.state_dir);
	if (roster.state_dir == NULL)
		err = FAIL(trace, ERR_NOMEM, "no memory for a path");
	if (err == ERR_OK)
		err = roster_id_new(&roster.own.writer, trace);
	if (err == ERR_OK)
		err = db_open(path, DB_CREATE, &roster.db, trace);
	if (err == ERR_OK)
		err = making->fill(&roster, making->context, after_death, trace);
	if (err == ERR_OK)
		err = db_checkpoint(roster.db, trace);
	if (err == ERR_OK && roster.state_behind)
		err = state_store(roster.state_dir, &roster.identity, &roster.own, trace);
	out->by = roster.by;
	out->identity = roster.identity;
	out->has_written = roster.own.n > 0;
	db_close(roster.db);
	free(roster.state_dir);
	return err;
}

static void
remove_half_made(const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
	char *name = NULL;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (asprintf(&name, "%s%s", path, suffixes[i]) < 0)
			return;
		unlink(name);
		free(name);
	}
}

static enum err
move_into_place(const char *from, const char *to, struct err_trace *trace)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return file_sync_folder_of(to, trace);
	if (errno == EEXIST)
		return FAIL(trace, ERR_EXISTS, "'%s' is there already", to);
	/* A file system without it: the lock beside the file keeps other commands away. */
	if (errno == EINVAL && access(to, F_OK) != 0 && rename(from, to) == 0)
		return file_sync_folder_of(to, trace);
	return FAIL_ERRNO(trace, "'%s' not made", to);
}

static enum err
create_locked(const struct making *making, struct roster_id *by, struct err_trace *trace)
{
	const char *file = making->paths.file;
	struct made made = { .has_written = false };
	char *half = NULL;
	enum err err = ERR_INTERNAL;

	if (asprintf(&half, "%s.founding", file) < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	const bool after_death = access(half, F_OK) == 0;
	remove_half_made(half);
	err = fill_at(half, making, after_death, &made, trace);
	if (err == ERR_OK)
		err = move_into_place(half, file, trace);
	if (err != ERR_OK && made.has_written)
		state_forget(making->paths.state_dir, &made.identity);
	if (err != ERR_OK)
		remove_half_made(half);
	*by = made.by;
	free(half);
	return err;
}

/* Who made it acts for what follows in this command. */
static enum err
open_as(const struct making *making, const struct roster_id *by, struct roster **out,
    struct err_trace *trace)
{
	const struct roster_options options = {
		.paths = making->paths, .mode = ROSTER_WRITE, .clock = making->clock
	};
	const enum err err = roster_open(&options, out, trace);

	if (err == ERR_OK)
		(*out)->by = *by;
	return err;
}

enum err
create_roster(const struct making *making, struct roster **out, struct err_trace *trace)
{
	const char *file = making->paths.file;
	struct roster_id by = { 0 };
	struct stat stat_buf;
	char *lock_path = NULL;
	int lock = -1;

	if (lstat(file, &stat_buf) == 0) {
		err_next(trace, "use it as it is, or name another with --roster");
		return FAIL(trace, ERR_EXISTS, "'%s' is there already", file);
	}
	enum err err = make_folders(&making->paths, trace);
	if (err != ERR_OK)
		return err;
	if (asprintf(&lock_path, "%s.lock", file) < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	err = file_lock(lock_path, &lock, trace);
	free(lock_path);
	if (err != ERR_OK)
		return err;
	err = create_locked(making, &by, trace);
	file_unlock(lock);
	return err != ERR_OK ? FAIL(trace, err, "roster '%s' not made", file)
			     : open_as(making, &by, out, trace);
}

static enum err
found(struct roster *roster, const void *context, bool after_death, struct err_trace *trace)
{
	enum err err = roster_id_new(&roster->identity, trace);

	(void)after_death;
	if (err == ERR_OK)
		err = roster_id_new(&roster->by, trace);
	return err == ERR_OK ? founding_write(roster, context, trace) : err;
}

enum err
roster_create(const struct roster_founding *founding, struct roster **out, struct err_trace *trace)
{
	const struct making making = { .paths = founding->paths,
		.clock = founding->clock,
		.group = founding->group,
		.fill = found,
		.context = founding };

	return create_roster(&making, out, trace);
}
