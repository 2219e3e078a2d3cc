/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/softhsm_torn.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "hsm/softhsm.h"
#include "hsm/text.h"

enum { NOTE_MAX = 1 << 20 };

/* The names of the tokens' folders, a line each; free() *out. */
static enum err
list_folders(const char *root, char **out, struct err_trace *trace)
{
	DIR *dir = opendir(root);
	struct dirent *entry;
	size_t len = 0;
	FILE *list;
	bool failed;

	if (!dir)
		return FAIL_ERRNO(trace, "SoftHSM's folder %s", root);
	list = open_memstream(out, &len);
	while (list && (entry = readdir(dir)) != NULL)
		if (softhsm_is_folder(entry->d_name))
			(void)fprintf(list, "%s\n", entry->d_name);
	(void)closedir(dir);
	failed = !list || ferror(list);
	if (list && fclose(list) != 0)
		failed = true;
	return failed ? FAIL(trace, ERR_NOMEM, "no memory for a list of folders") : ERR_OK;
}

enum err
softhsm_torn_note(const struct token_facts *fresh, const char *note, struct err_trace *trace)
{
	char *root = NULL;
	char *names = NULL;
	enum err err;

	if (!softhsm_would_keep(fresh))
		return ERR_OK;
	err = softhsm_root(&root, trace);
	if (!err)
		err = list_folders(root, &names, trace);
	if (!err)
		err = file_replace(note, names, strlen(names), trace);
	free(names);
	free(root);
	return err;
}

bool
softhsm_torn_is_noted(const char *note)
{
	return access(note, F_OK) == 0;
}

/* Anything but token.object that ends so is a key or a certificate. */
static bool
holds_objects(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	bool holds = dir == NULL && errno != ENOENT;

	while (dir && (entry = readdir(dir)) != NULL) {
		const char *end = strrchr(entry->d_name, '.');

		if (end && strcmp(end, ".object") == 0 &&
		    strcmp(entry->d_name, "token.object") != 0)
			holds = true;
	}
	if (dir)
		(void)closedir(dir);
	return holds;
}

static bool
is_whole(const char *name, const struct token_facts *whole, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (softhsm_is_folder_of(name, whole[i].serial))
			return true;
	return false;
}

static enum err
clear_one(const char *root, const char *name, struct err_trace *trace)
{
	char *folder = text_joined(root, "/", name);
	enum err err = ERR_OK;

	if (!folder)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	if (!holds_objects(folder))
		err = file_remove_tree(folder, trace);
	if (!err)
		err = file_sync_folder_of(folder, trace);
	free(folder);
	return err;
}

enum err
softhsm_torn_clear(
    const char *note, const struct token_facts *whole, size_t count, struct err_trace *trace)
{
	char *root = NULL, *before = NULL, *now = NULL;
	char *rest = NULL;
	size_t len = 0;
	enum err err = file_read(note, NOTE_MAX, &before, &len, trace);

	if (!err)
		err = softhsm_root(&root, trace);
	if (!err)
		err = list_folders(root, &now, trace);
	if (err)
		goto out;
	for (char *name = strtok_r(now, "\n", &rest); name && !err;
	     name = strtok_r(NULL, "\n", &rest))
		if (!strstr(before, name) && !is_whole(name, whole, count))
			err = clear_one(root, name, trace);
out:
	free(root);
	free(before);
	free(now);
	return err;
}

enum err
softhsm_torn_forget(const char *note, struct err_trace *trace)
{
	if (unlink(note) != 0)
		return errno == ENOENT ? ERR_OK : FAIL_ERRNO(trace, "%s not removed", note);
	return file_sync_folder_of(note, trace);
}
