/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/folder.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
folder_next_absent(struct err_trace *trace)
{
	err_next(trace,
	    "Look at the path: a ceremony's folder has %s and %s. A new one is made by: "
	    "quorate ceremony new TEMPLATE FOLDER",
	    FOLDER_SCRIPT, FOLDER_SHEET);
}

static enum err
folder_fail_errno(struct err_trace *trace, const char *what, const char *folder)
{
	const enum err err = FAIL_ERRNO(trace, "%s %s", what, folder);

	if (err == ERR_ABSENT)
		folder_next_absent(trace);
	return err;
}

enum err
folder_path(const char *folder, const char *part, char **out, struct err_trace *trace)
{
	char *whole = realpath(folder, NULL), *path = NULL;

	if (whole == NULL)
		return folder_fail_errno(trace, "the ceremony's folder", folder);
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
		return folder_fail_errno(trace, "the folder", folder);
	err_next(trace, "Name a ceremony's folder that was run, or the evidence itself.");
	return FAIL(trace, ERR_ABSENT, "there is no evidence in %s", folder);
}
