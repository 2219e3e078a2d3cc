/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/folder.h"

#include <stdio.h>
#include <stdlib.h>

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
