/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"
#include "cli/help.h"

struct help_values {
	const char *first;
	const char *second;
};

static const struct operand_row help_operands[] = {
	{ "COMMAND", "which; all of them without it", false, offsetof(struct help_values, first) },
	{ "WORD", "its second word", false, offsetof(struct help_values, second) },
	{ .metavar = NULL },
};

static enum err
run_help(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct help_values *v = values;
	const struct command *command;

	if (v->first == NULL) {
		help_all(cli->out);
		return ERR_OK;
	}
	command = command_find(v->first, v->second);
	if (command != NULL) {
		help_command(cli->out, command);
		return ERR_OK;
	}
	if (v->second == NULL && help_group(cli->out, v->first))
		return ERR_OK;
	err_next(trace, "Run 'quorate help' for all commands.");
	return FAIL(trace, ERR_ARGUMENT, "there is no command '%s%s%s'", v->first,
	    v->second == NULL ? "" : " ", v->second == NULL ? "" : v->second);
}

static enum err
run_completion(struct cli *cli, const void *values, struct err_trace *trace)
{
	(void)values;
	(void)trace;
	help_completion(cli->out);
	return ERR_OK;
}

const struct command cmd_help[] = {
	{ .name = "help",
	    .summary = "Explain a command",
	    .operands = help_operands,
	    .size = sizeof(struct help_values),
	    .run = run_help },
	{ .name = "completion",
	    .summary = "Print a completion script for bash",
	    .run = run_completion,
	    .notes = "Example: quorate completion > "
		     "~/.local/share/bash-completion/completions/quorate" },
	{ .name = NULL },
};
