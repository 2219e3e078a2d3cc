/* SPDX-License-Identifier: BSD-2-Clause */
#include "hsm/softhsm.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "hsm/text.h"

#define SYSTEM_CONF "/etc/softhsm/softhsm2.conf"
#define TOKENDIR    "directories.tokendir"

enum { CONF_MAX = 65536, SERIAL_DIGITS = 16, UUID_TEXT = 36 };

bool
softhsm_would_keep(const struct token_facts *token)
{
	return strncmp(token->model, "SoftHSM", strlen("SoftHSM")) == 0;
}

bool
softhsm_keeps(const struct token_facts *token)
{
	return token->initialised && softhsm_would_keep(token);
}

/* The file that SoftHSM itself would read, in its order; free() it. NULL: no memory. */
static char *
conf_path(void)
{
	const char *named = getenv("SOFTHSM2_CONF");
	const char *home = getenv("HOME");
	char *path;

	if (named)
		return strdup(named);
	path = home ? text_joined(home, "/.config/softhsm2/", "softhsm2.conf") : NULL;
	if (path && access(path, R_OK) == 0)
		return path;
	free(path);
	return strdup(SYSTEM_CONF);
}

/* The value of `directories.tokendir = VALUE # comment` if this line is it; cuts the line. */
static char *
tokendir_in(char *line)
{
	char *value;
	size_t len;

	line[strcspn(line, "#")] = '\0';
	line += strspn(line, " \t");
	if (strncmp(line, TOKENDIR, strlen(TOKENDIR)) != 0)
		return NULL;
	value = line + strlen(TOKENDIR);
	value += strspn(value, " \t");
	if (*value != '=')
		return NULL;
	value++;
	value += strspn(value, " \t");
	len = strlen(value);
	while (len > 0 && strchr(" \t\r", value[len - 1]))
		value[--len] = '\0';
	return len > 0 ? value : NULL;
}

enum err
softhsm_root(char **out, struct err_trace *trace)
{
	char *conf = conf_path();
	char *text = NULL;
	char *rest = NULL;
	size_t len = 0;
	enum err err;

	if (!conf)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	err = file_read(conf, CONF_MAX, &text, &len, trace);
	if (err)
		goto out;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *value = tokendir_in(line);

		if (!value)
			continue;
		*out = strdup(value);
		err = *out ? ERR_OK : FAIL(trace, ERR_NOMEM, "no memory for a path");
		goto out;
	}
	err = FAIL(trace, ERR_FORMAT, "%s has no " TOKENDIR, conf);
out:
	free(text);
	free(conf);
	return err;
}

bool
softhsm_is_folder(const char *name)
{
	return strlen(name) == UUID_TEXT && strspn(name, "0123456789abcdefABCDEF-") == UUID_TEXT;
}

bool
softhsm_is_folder_of(const char *name, const char *serial)
{
	char digits[SERIAL_DIGITS + 1];
	const char *end;

	if (!softhsm_is_folder(name) || strlen(serial) != SERIAL_DIGITS)
		return false;
	/* ........-....-....-ssss-ssssssssssss */
	end = name + UUID_TEXT - SERIAL_DIGITS - 1;
	(void)snprintf(digits, sizeof(digits), "%.4s%s", end, end + 5);
	return strcasecmp(digits, serial) == 0;
}

static enum err
find_folder(const char *root, const char *serial, char **folder, struct err_trace *trace)
{
	DIR *dir = opendir(root);
	char *found = NULL;
	struct dirent *entry;

	if (!dir)
		return FAIL_ERRNO(trace, "SoftHSM's folder %s", root);
	while ((entry = readdir(dir)) != NULL) {
		if (!softhsm_is_folder_of(entry->d_name, serial))
			continue;
		found = text_joined(root, "/", entry->d_name);
		break;
	}
	(void)closedir(dir);
	if (!entry)
		return FAIL(trace, ERR_ABSENT, "SoftHSM's folder %s holds no token with serial %s",
		    root, serial);
	if (!found)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	*folder = found;
	return ERR_OK;
}

enum err
softhsm_folder(const char *serial, char **folder, struct err_trace *trace)
{
	char *root = NULL;
	enum err err = softhsm_root(&root, trace);

	if (!err)
		err = find_folder(root, serial, folder, trace);
	free(root);
	return err;
}
