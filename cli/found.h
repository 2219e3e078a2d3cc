/* SPDX-License-Identifier: BSD-2-Clause */
/* Founding a roster: for `quorate init`, and for what begins with one where none is there. */
#ifndef CLI_FOUND_H
#define CLI_FOUND_H

#include "cli/cli.h"

/* Whatever is made in a sandbox is practice (design.md, rule 9). */
bool found_in_sandbox(void);

/* The state folder, and the folder that the roster is to lie in. */
MUST_CHECK enum err found_folders(struct cli *cli, struct err_trace *trace);

/* Makes the roster, whose first person is --by, opens it for writing and says so. */
MUST_CHECK enum err
found_roster(struct cli *cli, bool practice, const char *group, struct err_trace *trace);

#endif
