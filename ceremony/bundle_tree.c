/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/bundle_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_hash.h"
#include "ceremony/folder.h"

enum { DEPTH_MAX = 8, WHAT = 384, SHOWN = 120 };

struct walk {
	const struct bundle_odd *odd;
	struct bundle_tree tree;
	size_t room;
};

/* ---- names --------------------------------------------------------------------------------- */

static bool
character_is_good(char c)
{
	return c >= ' ' && c <= '~' && strchr("\"*:<>?\\|", c) == NULL;
}

/* One part of a path: FAT drops a blank or dot at its end. */
static bool
part_is_good(const char *part, size_t len)
{
	if (len == 0 || part[0] == ' ' || part[len - 1] == ' ' || part[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!character_is_good(part[i]))
			return false;
	return true;
}

bool
bundle_path_is_good(const char *path)
{
	if (strlen(path) > BUNDLE_PATH_MAX)
		return false;
	for (;;) {
		const size_t len = strcspn(path, "/");

		if (!part_is_good(path, len))
			return false;
		if (path[len] == '\0')
			return true;
		path += len + 1;
	}
}

bool
bundle_path_lies_in(const char *path, const char *folder)
{
	const size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && path[len] == '/';
}

bool
bundle_path_ends_with(const char *path, const char *end)
{
	const size_t len = strlen(path), end_len = strlen(end);

	return len >= end_len && strcmp(path + len - end_len, end) == 0;
}

bool
bundle_path_comes_later(const char *path)
{
	return strcmp(path, EVIDENCE_MANIFEST) == 0 ||
	       strcmp(path, EVIDENCE_ADDENDUM ".jsonl") == 0 ||
	       bundle_path_lies_in(path, EVIDENCE_ADDENDUM) ||
	       bundle_path_lies_in(path, EVIDENCE_SIGNATURES);
}

/* A name as it can be shown: cut, and without what a terminal would act on. */
static void
show(const char *path, char out[SHOWN])
{
	size_t len = strnlen(path, SHOWN);

	if (len == SHOWN)
		len = SHOWN - 4;
	for (size_t i = 0; i < len; i++)
		out[i] = path[i];
	for (size_t i = 0; i < len; i++)
		if (out[i] < ' ' || out[i] > '~')
			out[i] = '?';
	snprintf(out + len, SHOWN - len, "%s", path[len] == '\0' ? "" : "...");
}

static enum err
tell_odd(const struct walk *walk, const char *path, const char *what, struct err_trace *trace)
{
	char text[WHAT], shown[SHOWN];

	show(path, shown);
	snprintf(text, sizeof(text), "%s %s", shown, what);
	return walk->odd->found(walk->odd->context, text, trace);
}

/* ---- files --------------------------------------------------------------------------------- */

/* Room for one more; NULL with ERR_NOMEM or ERR_UNSUPPORTED in the trace. */
static struct bundle_file *
next_file(struct walk *walk, struct err_trace *trace)
{
	struct bundle_tree *tree = &walk->tree;
	const size_t room = walk->room == 0 ? 64 : 2 * walk->room;
	struct bundle_file *larger;

	if (tree->count == BUNDLE_FILES_MAX) {
		(void)FAIL(
		    trace, ERR_UNSUPPORTED, "more than %d files are no evidence", BUNDLE_FILES_MAX);
		return NULL;
	}
	if (tree->count < walk->room)
		return &tree->file[tree->count];
	larger = reallocarray(tree->file, room, sizeof(*larger));
	if (larger == NULL) {
		(void)FAIL(trace, ERR_NOMEM, "no memory to list the evidence");
		return NULL;
	}
	tree->file = larger;
	walk->room = room;
	return &tree->file[tree->count];
}

enum err
bundle_hash_file(const char *path, struct bundle_file *out, struct err_trace *trace)
{
	struct file_hash hash;
	const enum err err = file_hash(path, &hash, trace);

	if (err != ERR_OK)
		return err;
	*out = (struct bundle_file){ .size = hash.size };
	memcpy(out->hash, hash.sha256, sizeof(out->hash));
	return ERR_OK;
}

static enum err
add_file(struct walk *walk, int folder, const char *path, struct err_trace *trace)
{
	const char *slash = strrchr(path, '/');
	struct bundle_file *file = next_file(walk, trace);
	struct file_hash hash = { .size = 0 };
	struct stat there;
	enum err err;
	int fd;

	if (file == NULL)
		return walk->tree.count == BUNDLE_FILES_MAX ? ERR_UNSUPPORTED : ERR_NOMEM;
	*file = (struct bundle_file){ .size = 0 };
	snprintf(file->path, sizeof(file->path), "%s", path);
	fd = openat(folder, slash == NULL ? path : slash + 1,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &there) != 0 || !S_ISREG(there.st_mode)) {
		if (fd >= 0)
			close(fd);
		return tell_odd(walk, path, "cannot be read", trace);
	}
	err = file_hash_rest(fd, &hash, NULL);
	close(fd);
	if (err == ERR_NOMEM)
		return FAIL(trace, ERR_NOMEM, "no memory to read %s", path);
	if (err != ERR_OK)
		return tell_odd(walk, path, "cannot be read to its end", trace);
	file->size = hash.size;
	memcpy(file->hash, hash.sha256, sizeof(file->hash));
	walk->tree.count++;
	return ERR_OK;
}

/* ---- folders ------------------------------------------------------------------------------- */

static enum err
walk_folder(struct walk *walk, int folder, const char *path, struct err_trace *trace);

static enum err
enter(struct walk *walk, int folder, const char *path, struct err_trace *trace)
{
	const char *slash = strrchr(path, '/');
	unsigned depth = 0;
	enum err err;
	int fd;

	for (const char *at = path; *at != '\0'; at++)
		depth += *at == '/';
	if (depth >= DEPTH_MAX)
		return tell_odd(walk, path, "lies too deep: no evidence has such folders", trace);
	fd = openat(folder, slash == NULL ? path : slash + 1,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return tell_odd(walk, path, "is a folder that cannot be opened", trace);
	err = walk_folder(walk, fd, path, trace);
	close(fd);
	return err;
}

static const char *
odd_kind(mode_t mode)
{
	if (S_ISLNK(mode))
		return "is a symbolic link: evidence has only files";
	return "is a device, a pipe or a socket: evidence has only files";
}

static enum err
look_at(struct walk *walk, int folder, const char *path, struct err_trace *trace)
{
	const char *slash = strrchr(path, '/');
	struct stat there;

	if (!bundle_path_is_good(path))
		return tell_odd(walk, path,
		    "has a name that not every medium and tool can hold: too long, or with other "
		    "characters than letters, digits, blanks inside and !#$%&'()+,-.;=@[]^_`{}~",
		    trace);
	if (fstatat(folder, slash == NULL ? path : slash + 1, &there, AT_SYMLINK_NOFOLLOW) != 0)
		return tell_odd(walk, path, "cannot be looked at", trace);
	if (S_ISDIR(there.st_mode))
		return enter(walk, folder, path, trace);
	if (S_ISREG(there.st_mode))
		return add_file(walk, folder, path, trace);
	return tell_odd(walk, path, odd_kind(there.st_mode), trace);
}

static enum err
join(const char *path, const char *name, char **out, struct err_trace *trace)
{
	if (asprintf(out, "%s%s%s", path, path[0] == '\0' ? "" : "/", name) < 0)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	return ERR_OK;
}

/* `path` is "" for the evidence itself. `folder` stays open. */
static enum err
walk_folder(struct walk *walk, int folder, const char *path, struct err_trace *trace)
{
	const int again = fcntl(folder, F_DUPFD_CLOEXEC, 0);
	DIR *listing = again < 0 ? NULL : fdopendir(again);
	const struct dirent *entry;
	bool is_empty = path[0] != '\0';
	enum err err = ERR_OK;

	if (listing == NULL) {
		err = FAIL_ERRNO(trace, "a folder of the evidence is not listed");
		if (again >= 0)
			close(again);
		return err;
	}
	errno = 0;
	while (err == ERR_OK && (entry = readdir(listing)) != NULL) {
		char *below = NULL;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		is_empty = false;
		err = join(path, entry->d_name, &below, trace);
		if (err == ERR_OK)
			err = look_at(walk, folder, below, trace);
		free(below);
		errno = 0;
	}
	if (err == ERR_OK && errno != 0)
		err = FAIL_ERRNO(trace, "a folder of the evidence is not listed");
	closedir(listing);
	if (err == ERR_OK && is_empty)
		err = tell_odd(
		    walk, path, "is a folder with nothing in it: evidence has none", trace);
	return err;
}

static int
compare_files(const void *a, const void *b)
{
	const struct bundle_file *first = a, *second = b;

	return strcmp(first->path, second->path);
}

enum err
bundle_tree_read(const char *folder, const struct bundle_odd *odd, struct bundle_tree *out,
    struct err_trace *trace)
{
	const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct walk walk = { .odd = odd };
	enum err err;

	if (fd < 0)
		return FAIL_ERRNO(trace, "the evidence in %s", folder);
	err = walk_folder(&walk, fd, "", trace);
	close(fd);
	if (err != ERR_OK) {
		bundle_tree_free(&walk.tree);
		return err;
	}
	if (walk.tree.count > 1)
		qsort(walk.tree.file, walk.tree.count, sizeof(*walk.tree.file), compare_files);
	*out = walk.tree;
	return ERR_OK;
}

void
bundle_tree_free(struct bundle_tree *tree)
{
	free(tree->file);
	*tree = (struct bundle_tree){ .count = 0 };
}

const struct bundle_file *
bundle_tree_find(const struct bundle_tree *tree, const char *path)
{
	struct bundle_file wanted = { .size = 0 };

	if (tree->count == 0 || strlen(path) > BUNDLE_PATH_MAX)
		return NULL;
	snprintf(wanted.path, sizeof(wanted.path), "%s", path);
	return bsearch(&wanted, tree->file, tree->count, sizeof(wanted), compare_files);
}
