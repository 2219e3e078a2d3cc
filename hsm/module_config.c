/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/module_config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_FILE "/etc/quorate/modules.conf"

enum { ENTRIES_MAX = 256, LINE_MAX_BYTES = 4096 };

/* What a name means where no file says otherwise: the first path that exists. */
static const struct {
	const char *name;
	const char *path;
} built_in[] = {
	{ "softhsm", "/usr/lib/softhsm/libsofthsm2.so" },
	{ "softhsm", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so" },
	{ "softhsm", "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so" },
};

struct entry_list {
	struct module_entry *entries;
	size_t count;
};

bool
module_config_is_name(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len < MODULE_NAME &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

void
module_entries_free(struct module_entry *entries, size_t count)
{
	for (size_t i = 0; entries && i < count; i++) {
		free(entries[i].path);
		free(entries[i].from);
	}
	free(entries);
}

static const struct module_entry *
entry_named(const struct entry_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->entries[i].name, name) == 0)
			return &list->entries[i];
	}
	return NULL;
}

/* Borrowed. */
struct entry_text {
	const char *name, *profile, *path;
};

static enum err
list_add(struct entry_list *list, const struct entry_text *text, const char *from,
    struct err_trace *trace)
{
	struct module_entry *entry;

	if (list->count == ENTRIES_MAX)
		return FAIL(trace, ERR_FORMAT, "%s: more than %d modules", from, ENTRIES_MAX);
	if (!list->entries)
		list->entries = calloc(ENTRIES_MAX, sizeof(*list->entries));
	if (!list->entries)
		return FAIL(trace, ERR_NOMEM, "no memory for the list of modules");
	entry = &list->entries[list->count];
	(void)snprintf(entry->name, sizeof(entry->name), "%s", text->name);
	(void)snprintf(entry->profile, sizeof(entry->profile), "%s", text->profile);
	entry->path = strdup(text->path);
	entry->from = strdup(from);
	list->count++; /* before the check: module_entries_free then frees the half that exists */
	if (!entry->path || !entry->from)
		return FAIL(trace, ERR_NOMEM, "no memory for the list of modules");
	return ERR_OK;
}

static char *
trimmed(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r\n", text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* One line of a file: where it stands, for messages, and the list that its file has given so far.
 */
struct line_at {
	const char *file;
	unsigned number;
	size_t first; /* the file's first entry in the list */
};

static bool
is_repeated(const struct entry_list *list, const struct line_at *at, const char *name)
{
	for (size_t i = at->first; i < list->count; i++) {
		if (strcmp(list->entries[i].name, name) == 0)
			return true;
	}
	return false;
}

/* "profile:/path", or the path alone; cuts `value`. */
static void
split_value(char *value, struct entry_text *out)
{
	char *colon = strchr(value, ':');

	out->profile = "";
	out->path = value;
	if (value[0] == '/' || !colon)
		return;
	*colon = '\0';
	out->profile = value;
	out->path = colon + 1;
}

static enum err
take_line(struct entry_list *list, char *line, const struct line_at *at, struct err_trace *trace)
{
	struct entry_text text;
	char *name = trimmed(line);
	char *equals = strchr(name, '=');

	if (*name == '\0' || *name == '#')
		return ERR_OK;
	if (!equals)
		return FAIL(
		    trace, ERR_FORMAT, "%s:%u: not a line of 'name = /path'", at->file, at->number);
	*equals = '\0';
	split_value(trimmed(equals + 1), &text);
	text.name = trimmed(name);
	if (!module_config_is_name(text.name))
		return FAIL(trace, ERR_FORMAT,
		    "%s:%u: a module's name is 1 to 32 of a-z, 0-9 and -", at->file, at->number);
	if (text.path[0] != '/')
		return FAIL(trace, ERR_FORMAT, "%s:%u: the path of '%s' must begin with /",
		    at->file, at->number, text.name);
	if (text.profile[0] != '\0' && !module_config_is_name(text.profile))
		return FAIL(trace, ERR_FORMAT,
		    "%s:%u: a profile's name is 1 to 32 of a-z, 0-9 and -", at->file, at->number);
	if (is_repeated(list, at, text.name))
		return FAIL(trace, ERR_FORMAT, "%s:%u: '%s' is named twice in this file", at->file,
		    at->number, text.name);
	return list_add(list, &text, at->file, trace);
}

/* Who can write this file decides which code runs with a PIN in its hands. */
static enum err
refuse_if_others_can_write(int fd, const char *file, struct err_trace *trace)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return FAIL_ERRNO(trace, "%s: cannot be examined", file);
	if (!S_ISREG(st.st_mode))
		return FAIL(trace, ERR_FORMAT, "%s: not a regular file", file);
	if ((st.st_uid == 0 || st.st_uid == geteuid()) && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return ERR_OK;
	err_next(trace, "Look whether its lines are yours, then: chown %s %s && chmod go-w %s",
	    geteuid() == 0 ? "root" : "you", file, file);
	return FAIL(trace, ERR_DENIED,
	    "%s: others than you can write it, and it names code to be run", file);
}

static enum err
read_lines(struct entry_list *list, FILE *stream, const char *file, struct err_trace *trace)
{
	struct line_at at = { .file = file, .first = list->count };
	char line[LINE_MAX_BYTES / 2];
	enum err err;

	while (fgets(line, sizeof(line), stream)) {
		at.number++;
		if (!strchr(line, '\n') && !feof(stream))
			return FAIL(trace, ERR_FORMAT, "%s:%u: line too long", file, at.number);
		err = take_line(list, line, &at, trace);
		if (err)
			return err;
	}
	if (ferror(stream))
		return FAIL_ERRNO(trace, "%s: cannot be read", file);
	return ERR_OK;
}

/* A file that is not there has no lines. */
static enum err
read_file(struct entry_list *list, const char *file, struct err_trace *trace)
{
	enum err err = ERR_INTERNAL;
	FILE *stream = NULL;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR
			   ? ERR_OK
			   : FAIL_ERRNO(trace, "%s: cannot be opened", file);
	err = refuse_if_others_can_write(fd, file, trace);
	if (err)
		goto out;
	stream = fdopen(fd, "r");
	if (!stream) {
		err = FAIL_ERRNO(trace, "%s: cannot be read", file);
		goto out;
	}
	err = read_lines(list, stream, file, trace);
out:
	if (stream)
		(void)fclose(stream);
	else
		(void)close(fd);
	return err;
}

/* NULL when the user has no home; free() it. */
static char *
user_file(void)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	char *path = NULL;
	int len = -1;

	if (config && config[0] == '/')
		len = asprintf(&path, "%s/quorate/modules.conf", config);
	else if (home && home[0] == '/')
		len = asprintf(&path, "%s/.config/quorate/modules.conf", home);
	return len < 0 ? NULL : path;
}

static enum err
add_built_in(struct entry_list *list, struct err_trace *trace)
{
	for (size_t i = 0; i < sizeof(built_in) / sizeof(*built_in); i++) {
		const struct entry_text text = { built_in[i].name, "", built_in[i].path };
		enum err err;

		if (entry_named(list, text.name) || access(text.path, R_OK) != 0)
			continue;
		err = list_add(list, &text, "built in", trace);
		if (err)
			return err;
	}
	return ERR_OK;
}

enum err
module_entries(struct module_entry **out, size_t *count, struct err_trace *trace)
{
	struct entry_list list = { .count = 0 };
	char *user = user_file();
	enum err err = ERR_OK;

	if (user)
		err = read_file(&list, user, trace);
	if (!err)
		err = read_file(&list, SYSTEM_FILE, trace);
	if (!err)
		err = add_built_in(&list, trace);
	free(user);
	if (err) {
		module_entries_free(list.entries, list.count);
		return err;
	}
	*out = list.entries;
	*count = list.count;
	return ERR_OK;
}

/* module_entries_free the list; *found is one of it. */
static enum err
find_entry(const char *name, struct entry_list *list, const struct module_entry **found,
    struct err_trace *trace)
{
	enum err err = module_entries(&list->entries, &list->count, trace);

	if (err)
		return err;
	*found = entry_named(list, name);
	if (*found)
		return ERR_OK;
	err_next(trace, "Add the line '%s = /path/of/the/module.so' to %s.", name, SYSTEM_FILE);
	return FAIL(
	    trace, ERR_ABSENT, "no PKCS#11 module named '%s' is configured on this machine", name);
}

enum err
module_config_path(const char *name, char **path, struct err_trace *trace)
{
	struct entry_list list = { .count = 0 };
	const struct module_entry *found;
	enum err err = find_entry(name, &list, &found, trace);

	if (!err) {
		*path = strdup(found->path);
		err = *path ? ERR_OK : FAIL(trace, ERR_NOMEM, "no memory for a path");
	}
	module_entries_free(list.entries, list.count);
	return err;
}

enum err
module_config_profile(const char *name, char profile[MODULE_NAME], struct err_trace *trace)
{
	struct entry_list list = { .count = 0 };
	const struct module_entry *found;
	enum err err = find_entry(name, &list, &found, trace);

	if (!err)
		memcpy(profile, found->profile, MODULE_NAME);
	module_entries_free(list.entries, list.count);
	return err;
}

static bool
is_same_file(const char *a, const char *b)
{
	char *real_a = realpath(a, NULL);
	char *real_b = realpath(b, NULL);
	bool same = real_a && real_b && strcmp(real_a, real_b) == 0;

	free(real_a);
	free(real_b);
	return same;
}

enum err
module_config_name(const char *path, char name[MODULE_NAME], struct err_trace *trace)
{
	struct entry_list list = { .count = 0 };
	enum err err = module_entries(&list.entries, &list.count, trace);

	if (err)
		return err;
	err = ERR_ABSENT;
	for (size_t i = 0; err && i < list.count; i++) {
		const struct module_entry *entry = &list.entries[i];

		/* A line that an earlier one overrules means nothing. */
		if (entry_named(&list, entry->name) != entry || !is_same_file(entry->path, path))
			continue;
		(void)snprintf(name, MODULE_NAME, "%s", entry->name);
		err = ERR_OK;
	}
	module_entries_free(list.entries, list.count);
	return err ? FAIL(trace, err, "%s has no name in this installation's configuration", path)
		   : ERR_OK;
}
