/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The copy of a software token's folder (the parts of hsm/guard.h).
 *
 * A copy is made under `copy`.part, synced and renamed, and destroyed by renaming it back first: so
 * a folder named `copy` is always whole, and a `.part` is always only something to destroy.
 *
 *   copy/guard.json   where the token's folder is
 *   copy/token/       what was in it
 */
#include "hsm/guard_copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "hsm/softhsm.h"
#include "hsm/text.h"

enum { NOTE_MAX = 16384, TOKEN_FILE_MAX = 16 << 20 };

struct guard_paths {
	char *part;
	char *note; /* in what `copy` will be */
	char *token;
};

static void
paths_free(struct guard_paths *paths)
{
	free(paths->part);
	free(paths->note);
	free(paths->token);
}

/* `whole`: the names inside the finished copy, else inside the part. */
static enum err
paths_of(const char *copy, bool whole, struct guard_paths *out, struct err_trace *trace)
{
	*out = (struct guard_paths){
		.part = text_joined(copy, ".part", ""),
		.note = text_joined(copy, whole ? "" : ".part", "/guard.json"),
		.token = text_joined(copy, whole ? "" : ".part", "/token"),
	};
	if (out->part && out->note && out->token)
		return ERR_OK;
	paths_free(out);
	return FAIL(trace, ERR_NOMEM, "no memory for a path");
}

static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

bool
token_guard_is_open(const char *copy)
{
	char *part = text_joined(copy, ".part", "");
	bool open = exists(copy) || !part || exists(part);

	free(part);
	return open;
}

static enum err
write_note(const char *path, const char *folder, struct err_trace *trace)
{
	json_t *note = json_pack("{s:i,s:s}", "v", 1, "folder", folder);
	char *text = NULL;
	enum err err;

	if (!note)
		return FAIL(trace, ERR_FORMAT, "the path %s cannot be written down", folder);
	err = json_canonical(note, &text, trace);
	if (!err)
		err = file_create(path, text, strlen(text), trace);
	free(text);
	json_decref(note);
	return err;
}

static enum err
read_note(const char *path, char **folder, struct err_trace *trace)
{
	json_t *note = NULL;
	const char *where = NULL;
	char *text = NULL;
	size_t len = 0;
	enum err err = file_read(path, NOTE_MAX, &text, &len, trace);

	if (!err)
		err = json_parse(text, len, NOTE_MAX, &note, trace);
	if (!err)
		err = json_get_text(note, "folder", &where, trace);
	if (!err) {
		*folder = strdup(where);
		err = *folder ? ERR_OK : FAIL(trace, ERR_NOMEM, "no memory for a path");
	}
	json_decref(note);
	free(text);
	return err;
}

/* rename(2) and the folder above synced: from here on the other name is the truth. */
static enum err
rename_durably(const char *from, const char *to, struct err_trace *trace)
{
	if (rename(from, to) != 0)
		return FAIL_ERRNO(trace, "%s not renamed to %s", from, to);
	return file_sync_folder_of(to, trace);
}

static enum err
make_copy(const char *folder, const char *copy, struct err_trace *trace)
{
	struct guard_paths in_part;
	enum err err = paths_of(copy, false, &in_part, trace);

	if (err)
		return err;
	err = file_remove_tree(in_part.part, trace);
	if (!err)
		err = file_make_folder(in_part.part, trace);
	if (!err)
		err = file_copy_tree(folder, in_part.token, trace);
	if (!err)
		err = write_note(in_part.note, folder, trace);
	if (!err)
		err = rename_durably(in_part.part, copy, trace);
	paths_free(&in_part);
	return err;
}

enum err
token_guard_begin(const struct token_facts *token, const char *copy, struct err_trace *trace)
{
	char *folder = NULL;
	enum err err;

	if (!softhsm_keeps(token))
		return ERR_OK;
	if (exists(copy)) {
		err_next(trace,
		    "Finish the interrupted change first: quorate quorum resume QUORUM --by NAME");
		return FAIL(trace, ERR_EXISTS, "a change of token '%s' is unfinished: %s is there",
		    token->label, copy);
	}
	err = softhsm_folder(token->serial, &folder, trace);
	if (!err)
		err = make_copy(folder, copy, trace);
	free(folder);
	return err;
}

/* Works with either name left over by a crash. */
static enum err
destroy_copy(const char *copy, struct err_trace *trace)
{
	struct guard_paths paths;
	enum err err = paths_of(copy, true, &paths, trace);

	if (err)
		return err;
	if (exists(copy)) {
		err = file_remove_tree(paths.part, trace);
		if (!err)
			err = rename_durably(copy, paths.part, trace);
	}
	if (!err)
		err = file_remove_tree(paths.part, trace);
	if (!err)
		err = file_sync_folder_of(copy, trace);
	paths_free(&paths);
	return err;
}

static enum err
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		bytes += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

/*
 * In place, not by rename: the file keeps its owner and rights, on which others' access to the
 * token may rest. The copy is still there if this is interrupted.
 */
static enum err
restore_file(const char *from, const char *to, struct err_trace *trace)
{
	char *bytes = NULL;
	size_t len = 0;
	int fd = -1;
	enum err err = file_read(from, TOKEN_FILE_MAX, &bytes, &len, trace);

	if (err)
		return err;
	fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || write_all(fd, bytes, len) || fsync(fd) != 0)
		err = FAIL_ERRNO(trace, "%s not restored", to);
	if (fd >= 0)
		(void)close(fd);
	explicit_bzero(bytes, len);
	free(bytes);
	return err;
}

/* A token's folder is flat: SoftHSM puts no folder into it. */
static enum err
restore_files(const char *from, const char *to, struct err_trace *trace)
{
	DIR *dir = opendir(from);
	struct dirent *entry;
	enum err err = ERR_OK;

	if (!dir)
		return FAIL_ERRNO(trace, "the copy %s", from);
	while (!err && (entry = readdir(dir)) != NULL) {
		char *source;
		char *target;

		if (entry->d_name[0] == '.')
			continue;
		source = text_joined(from, "/", entry->d_name);
		target = text_joined(to, "/", entry->d_name);
		err = source && target ? restore_file(source, target, trace)
				       : FAIL(trace, ERR_NOMEM, "no memory for a path");
		if (!err)
			err = file_sync_folder_of(target, trace);
		free(source);
		free(target);
	}
	(void)closedir(dir);
	return err;
}

static bool
is_object(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(".object") && strcmp(name + len - strlen(".object"), ".object") == 0 &&
	       strcmp(name, "token.object") != 0;
}

/* A file that cannot be read equals nothing. */
static bool
is_same_file(const char *a, const char *b)
{
	char *bytes[2] = { NULL, NULL };
	size_t len[2] = { 0, 0 };
	bool same = a && b && file_read(a, TOKEN_FILE_MAX, &bytes[0], &len[0], NULL) == ERR_OK &&
		    file_read(b, TOKEN_FILE_MAX, &bytes[1], &len[1], NULL) == ERR_OK &&
		    len[0] == len[1] && memcmp(bytes[0], bytes[1], len[0]) == 0;

	free(bytes[0]);
	free(bytes[1]);
	return same;
}

/*
 * C_SetPIN rewrites token.object and no object's file. A file of an object that the copy does not
 * have means that somebody has used or initialised the token since, with another key under it.
 */
static enum err
refuse_if_used_since(const char *copied, const char *folder, struct err_trace *trace)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	enum err err = ERR_OK;

	if (!dir)
		return errno == ENOENT ? ERR_OK : FAIL_ERRNO(trace, "the folder %s", folder);
	while (!err && (entry = readdir(dir)) != NULL) {
		char *there;
		char *then;

		if (!is_object(entry->d_name))
			continue;
		there = text_joined(folder, "/", entry->d_name);
		then = text_joined(copied, "/", entry->d_name);
		if (!is_same_file(there, then))
			err = FAIL(trace, ERR_NOT_NOW,
			    "the token in %s got objects after the copy %s was made; it was not "
			    "overwritten",
			    folder, copied);
		free(there);
		free(then);
	}
	(void)closedir(dir);
	return err;
}

enum err
token_guard_restore(const char *copy, struct err_trace *trace)
{
	struct guard_paths paths;
	char *folder = NULL;
	enum err err;

	if (!exists(copy))
		return FAIL(trace, ERR_ABSENT, "no copy of the token at %s", copy);
	err = paths_of(copy, true, &paths, trace);
	if (err)
		return err;
	err = read_note(paths.note, &folder, trace);
	if (!err)
		err = refuse_if_used_since(paths.token, folder, trace);
	if (!err)
		err = file_make_folder(folder, trace);
	if (!err)
		err = restore_files(paths.token, folder, trace);
	free(folder);
	paths_free(&paths);
	return err;
}

static enum err
sync_path(const char *path, int flags, struct err_trace *trace)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | flags);
	enum err err = ERR_OK;

	if (fd < 0 || fsync(fd) != 0)
		err = FAIL_ERRNO(trace, "%s not synced", path);
	if (fd >= 0)
		(void)close(fd);
	return err;
}

static enum err
sync_folder(const char *folder, struct err_trace *trace)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	enum err err = ERR_OK;

	if (!dir)
		return FAIL_ERRNO(trace, "the token's folder %s", folder);
	while (!err && (entry = readdir(dir)) != NULL) {
		char *path;

		if (entry->d_name[0] == '.' || entry->d_type == DT_DIR)
			continue;
		path = text_joined(folder, "/", entry->d_name);
		err = path ? sync_path(path, 0, trace)
			   : FAIL(trace, ERR_NOMEM, "no memory for a path");
		free(path);
	}
	(void)closedir(dir);
	if (!err)
		err = sync_path(folder, O_DIRECTORY, trace);
	return err ? err : file_sync_folder_of(folder, trace);
}

static enum err
sync_serial(const char *serial, struct err_trace *trace)
{
	char *folder = NULL;
	enum err err = softhsm_folder(serial, &folder, trace);

	if (!err)
		err = sync_folder(folder, trace);
	free(folder);
	return err;
}

enum err
token_sync(const struct token_facts *token, struct err_trace *trace)
{
	return softhsm_keeps(token) ? sync_serial(token->serial, trace) : ERR_OK;
}

enum err
guard_copy_settle(const char *serial, const char *copy, struct err_trace *trace)
{
	enum err err = sync_serial(serial, trace);

	return err ? err : destroy_copy(copy, trace);
}

enum err
token_guard_end(const struct token_facts *token, const char *copy, struct err_trace *trace)
{
	return softhsm_keeps(token) ? guard_copy_settle(token->serial, copy, trace) : ERR_OK;
}

enum err
token_guard_undo(const char *copy, struct err_trace *trace)
{
	enum err err = exists(copy) ? token_guard_restore(copy, trace) : ERR_OK;

	/* A copy never finished, or already being destroyed, guards nothing. */
	if (!err && token_guard_is_open(copy))
		err = destroy_copy(copy, trace);
	return err;
}
