/* SPDX-License-Identifier: BSD-2-Clause */
/* Help and shell completion, both read from the command table. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

/* Every command, a line each, by group. */
void help_all(FILE *out);

/* The commands of one group; false when there is no such group. */
bool help_group(FILE *out, const char *group);

/* Synopsis, arguments, options, notes and exit status of one command. */
void help_command(FILE *out, const struct command *command);

/* A bash completion script. */
void help_completion(FILE *out);

#endif
