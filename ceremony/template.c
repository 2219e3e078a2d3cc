/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/template.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ceremony/folder.h"
#include "ceremony/near.h"
#include "ceremony/script.h"

#define SCRIPT_END ".script.yaml"
#define SHEET_END  ".sheet.yaml"

enum { PATH_SIZE = 1024 };

static enum err
join(char out[PATH_SIZE], const char *folder, const char *name, const char *end,
    struct err_trace *trace)
{
	if (snprintf(out, PATH_SIZE, "%s/%s%s", folder, name, end) < PATH_SIZE)
		return ERR_OK;
	return FAIL(trace, ERR_ARGUMENT, "the path of '%s' is too long", name);
}

/* "NAME.script.yaml" as NAME; false for other files. */
static bool
take_name(const char *file, char out[TEMPLATE_NAME])
{
	const size_t len = strlen(file), end = strlen(SCRIPT_END);

	if (len <= end || len - end >= TEMPLATE_NAME || strcmp(file + len - end, SCRIPT_END) != 0)
		return false;
	memcpy(out, file, len - end);
	out[len - end] = '\0';
	return true;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(
	    ((const struct template_row *)a)->name, ((const struct template_row *)b)->name);
}

static enum err
list_names(const char *templates, struct template_row *rows, size_t *count, struct err_trace *trace)
{
	DIR *folder = opendir(templates);

	if (folder == NULL)
		return FAIL_ERRNO(trace, "the templates in %s", templates);
	for (const struct dirent *entry = readdir(folder); entry != NULL && *count < TEMPLATES_MAX;
	     entry = readdir(folder))
		if (take_name(entry->d_name, rows[*count].name))
			(*count)++;
	closedir(folder);
	qsort(rows, *count, sizeof(*rows), by_name);
	return ERR_OK;
}

static enum err
read_title(const char *templates, struct template_row *row, struct err_trace *trace)
{
	char path[PATH_SIZE];
	struct script *script = NULL;
	enum err err = join(path, templates, row->name, SCRIPT_END, trace);

	if (err == ERR_OK)
		err = script_read(path, &script, trace);
	if (err == ERR_OK)
		snprintf(row->title, sizeof(row->title), "%s", script->title);
	script_free(script);
	return err;
}

enum err
template_list(
    const char *templates, struct template_row **out, size_t *count, struct err_trace *trace)
{
	struct template_row *rows = calloc(TEMPLATES_MAX, sizeof(*rows));
	size_t found = 0;
	enum err err;

	if (rows == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	err = list_names(templates, rows, &found, trace);
	for (size_t i = 0; i < found && err == ERR_OK; i++)
		err = read_title(templates, &rows[i], trace);
	if (err != ERR_OK) {
		free(rows);
		return err;
	}
	*out = rows;
	*count = found;
	return ERR_OK;
}

/* ---- a ceremony's folder --------------------------------------------------------------------- */

static enum err
refuse_unknown(const char *templates, const char *name, struct err_trace *trace)
{
	struct template_row *rows = NULL;
	struct near near = near_to(name);
	char all[ERR_NEXT] = "";
	size_t count = 0, len = 0;
	const enum err err = template_list(templates, &rows, &count, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < count; i++) {
		near_offer(&near, rows[i].name);
		if (len < sizeof(all))
			len += (size_t)snprintf(
			    all + len, sizeof(all) - len, "%s%s", i == 0 ? "" : ", ", rows[i].name);
	}
	if (near.best != NULL)
		err_next(trace, "Did you mean '%s'? There are %s.", near.best, all);
	else
		err_next(trace, "Name one of these: %s.", all);
	free(rows);
	return FAIL(trace, ERR_ABSENT, "there is no template '%.64s'", name);
}

static enum err
must_be_empty(const char *folder, struct err_trace *trace)
{
	DIR *there = opendir(folder);
	bool empty = true;

	if (there == NULL)
		return errno == ENOENT ? ERR_OK : FAIL_ERRNO(trace, "the folder %s", folder);
	for (const struct dirent *entry = readdir(there); entry != NULL; entry = readdir(there))
		empty &= strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	closedir(there);
	if (empty)
		return ERR_OK;
	err_next(trace, "Name a folder that is not there yet, or is empty; nothing was written.");
	return FAIL(trace, ERR_EXISTS, "the folder %s has something in it", folder);
}

/* One of the template's two files into the new folder. */
struct template_part {
	const char *templates, *name, *end;
	const char *folder, *as;
};

static enum err
copy_part(const struct template_part *part, struct err_trace *trace)
{
	char from[PATH_SIZE], to[PATH_SIZE];
	char *bytes = NULL;
	size_t len = 0;
	enum err err = join(from, part->templates, part->name, part->end, trace);

	if (err == ERR_OK)
		err = join(to, part->folder, part->as, "", trace);
	if (err == ERR_OK)
		err = file_read(from, YAML_MAX, &bytes, &len, trace);
	if (err == ERR_OK)
		err = file_create(to, bytes, len, trace);
	free(bytes);
	return err;
}

enum err
template_write(const char *templates, const char *name, const char *folder, struct err_trace *trace)
{
	const struct template_part parts[] = {
		{ templates, name, SCRIPT_END, folder, FOLDER_SCRIPT },
		{ templates, name, SHEET_END, folder, FOLDER_SHEET },
	};
	char path[PATH_SIZE];
	enum err err = join(path, templates, name, SCRIPT_END, trace);

	if (err != ERR_OK)
		return err;
	if (strchr(name, '/') != NULL || access(path, R_OK) != 0)
		return refuse_unknown(templates, name, trace);
	err = must_be_empty(folder, trace);
	if (err == ERR_OK)
		err = join(path, folder, FOLDER_BROUGHT, "", trace);
	if (err == ERR_OK)
		err = file_make_folder(path, trace);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && err == ERR_OK; i++)
		err = copy_part(&parts[i], trace);
	return err;
}
