/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/installed.h"

#include <stdio.h>
#include <unistd.h>

#include "base/process.h"

enum err
installed_find(
    const char *name, const char *folder, char out[INSTALLED_PATH], struct err_trace *trace)
{
	const char *const places[] = { "share/quorate", folder };
	char programs[512];
	enum err err = process_folder(programs, sizeof(programs), trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(out, INSTALLED_PATH, "%s/../%s/%s", programs, places[i], name);
		if (access(out, F_OK) == 0)
			return ERR_OK;
	}
	err_next(trace, "Install Quorate again.");
	return FAIL(trace, ERR_ABSENT, "'%s', which comes with the program, is missing", name);
}
