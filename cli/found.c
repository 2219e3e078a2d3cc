/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/found.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "roster/roster.h"

bool
found_in_sandbox(void)
{
	return getenv("QUORATE_SANDBOX") != NULL;
}

/* The folder that a file is to lie in. */
static enum err
make_parent(const char *file, struct err_trace *trace)
{
	char *folder = strdup(file);
	char *slash = folder == NULL ? NULL : strrchr(folder, '/');
	enum err err = ERR_OK;

	if (slash != NULL && slash != folder) {
		*slash = '\0';
		err = file_make_folder(folder, trace);
	}
	free(folder);
	return err;
}

enum err
found_folders(struct cli *cli, struct err_trace *trace)
{
	enum err err = file_make_folder(cli->state_dir, trace);

	return err == ERR_OK ? make_parent(cli->roster_file, trace) : err;
}

enum err
found_roster(struct cli *cli, bool practice, const char *group, struct err_trace *trace)
{
	const struct roster_founding founding = {
		.paths = { cli->roster_file, cli->state_dir },
		.practice = practice || found_in_sandbox(),
		.administrator = cli->line->by,
		.group = group,
	};
	const enum err err = roster_create(&founding, &cli->custody.roster, trace);

	if (err != ERR_OK)
		return err;
	fprintf(cli->out, "%sRoster %s made; %s is its first person, an administrator.\n",
	    founding.practice ? "PRACTICE. " : "", cli->roster_file, cli->line->by);
	return ERR_OK;
}
