/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/folder.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum err
folder_path(const char *folder, const char *part, char **out, struct err_trace *trace)
{
	char *whole = realpath(folder, NULL), *path = NULL;

	if (whole == NULL)
		return FAIL_ERRNO(trace, "the ceremony's folder %s", folder);
	if (part == NULL) {
		*out = whole;
		return ERR_OK;
	}
	if (asprintf(&path, "%s/%s", whole, part) < 0)
		path = NULL;
	free(whole);
	if (path == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a path");
	*out = path;
	return ERR_OK;
}

static bool
has(const char *folder, const char *part)
{
	char *path = NULL;
	bool there;

	if (folder_path(folder, part, &path, NULL) != ERR_OK)
		return false;
	there = access(path, F_OK) == 0;
	free(path);
	return there;
}

enum err
folder_evidence(const char *folder, char **out, struct err_trace *trace)
{
	if (has(folder, FOLDER_EVIDENCE))
		return folder_path(folder, FOLDER_EVIDENCE, out, trace);
	if (has(folder, EVIDENCE_RECORD) || has(folder, EVIDENCE_MANIFEST))
		return folder_path(folder, NULL, out, trace);
	if (access(folder, F_OK) != 0)
		return FAIL_ERRNO(trace, "the folder %s", folder);
	err_next(trace, "Name a ceremony's folder that was run, or the evidence itself.");
	return FAIL(trace, ERR_ABSENT, "there is no evidence in %s", folder);
}
