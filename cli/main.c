/* SPDX-License-Identifier: BSD-2-Clause */
/* The program `quorate`: finds the command, gives it what it needs, prints what went wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/process.h"
#include "base/secret.h"
#include "cli/cli.h"
#include "cli/help.h"

const struct command *const command_groups[] = {
	cmd_top,
	cmd_health,
	cmd_person,
	cmd_person_leave,
	cmd_person_table,
	cmd_card,
	cmd_card_check,
	cmd_card_list,
	cmd_card_report,
	cmd_item,
	cmd_stow,
	cmd_quorum,
	cmd_quorum_advise,
	cmd_quorum_rekey,
	cmd_quorum_pending,
	cmd_quorum_adopt,
	cmd_sheet,
	cmd_token_info,
	cmd_token,
	cmd_token_copy,
	cmd_activate,
	cmd_status,
	cmd_key,
	cmd_cert,
	cmd_crl,
	cmd_backup,
	cmd_policy,
	cmd_roster,
	cmd_ceremony_script,
	cmd_ceremony_paper,
	cmd_ceremony_approve,
	cmd_ceremony_dry_run,
	cmd_ceremony_ready,
	cmd_ceremony_run,
	cmd_ceremony_close,
	cmd_ceremony_verify,
	cmd_help,
	NULL,
};

/* Where nobody who failed knew better: whose failure it was. */
static const struct advice {
	enum err_origin origin;
	const char *next;
} advice[] = {
	{ ERR_ORIGIN_CKR,
	    "See that the HSM is connected and well ('quorate token list'), then give "
	    "the command again." },
	{ ERR_ORIGIN_PCSC, "See that reader and card are well ('quorate doctor'), then give the "
			   "command again." },
	{ ERR_ORIGIN_SW, "See what the card says of itself ('quorate card inspect')." },
	{ ERR_ORIGIN_ERRNO,
	    "Mend what the system names above ('quorate doctor' looks for the usual "
	    "causes), then give the command again." },
};

static void
advise(struct err_trace *trace)
{
	unsigned long raw;

	for (size_t i = 0; i < sizeof(advice) / sizeof(*advice); i++)
		if (err_raw(trace, advice[i].origin, &raw))
			err_next(trace, "%s", advice[i].next);
}

/* The outermost attempt first, then why, then what to do. */
static void
print_trace(const struct err_trace *trace, enum err code)
{
	char line[ERR_TEXT + 64];

	if (trace->count == 0)
		fprintf(stderr, "quorate: failed (%s)\n", err_word(code));
	for (unsigned i = trace->count; i > 0; i--) {
		err_format(&trace->frame[i - 1], line, sizeof(line));
		fprintf(stderr, "%s %s\n", i == trace->count ? "quorate:" : "  because:", line);
	}
	if (trace->next[0] != '\0')
		fprintf(stderr, "  next: %s\n", trace->next);
	if (code == ERR_INTERNAL && trace->count > 0)
		fprintf(stderr, "  This is a bug in Quorate (%s:%d); please report it.\n",
		    trace->frame[0].function, trace->frame[0].line);
}

static enum err
run_command(const struct command_line *line, int *status, struct err_trace *trace)
{
	struct cli cli = { .line = line, .out = stdout, .status = -1 };
	struct err_trace closing = { 0 };
	enum err err, closed;

	err = cli_open(&cli, trace);
	if (err == ERR_OK)
		err = line->command->run(&cli, line->values, trace);
	closed = cli_close(&cli, err == ERR_OK ? trace : &closing);
	*status = cli.status;
	if (err == ERR_OK && (fflush(stdout) != 0 || ferror(stdout)))
		return FAIL(trace, ERR_IO, "the output could not be written");
	return err == ERR_OK ? closed : err;
}

static enum err
start(int argc, char **argv, int *status, struct err_trace *trace)
{
	struct command_line line;
	enum err err = process_harden(trace);

	if (err == ERR_OK)
		err = secret_heap_init(trace);
	if (err == ERR_OK)
		err = command_parse(argc, argv, &line, trace);
	if (err != ERR_OK)
		return err;
	if (line.help)
		help_command(stdout, line.command);
	else
		err = run_command(&line, status, trace);
	free(line.values);
	return err;
}

/* "quorate", "quorate --help", "quorate card": what people type before they know more. */
static bool
was_only_asking(int argc, char **argv)
{
	if (argc == 1 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		help_all(stdout);
		return true;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("quorate %s\n", QUORATE_VERSION);
		return true;
	}
	if (argc == 2 || strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)
		return command_find(argv[1], NULL) == NULL && help_group(stdout, argv[1]);
	return false;
}

static bool
is_among(const char *word, char **argv)
{
	for (; *argv != NULL; argv++)
		if (strcmp(*argv, word) == 0)
			return true;
	return false;
}

/* Some commands' own statuses mean something, so that no failure before them may be mistaken. */
static int
status_of_failure(int argc, char **argv, enum err err)
{
	const struct command *command = command_find(argv[1], argc > 2 ? argv[2] : NULL);

	if (command == NULL || command->never_ran == 0)
		return err_exit_code(err);
	/* Where a command behind "--" may be left out, its status is nobody's. */
	if ((command->needs & NEED_OPTIONAL_REST) != 0 && !is_among("--", argv))
		return err_exit_code(err);
	return command->never_ran;
}

int
main(int argc, char **argv)
{
	struct err_trace trace = { 0 };
	int status = -1;
	enum err err;

	if (was_only_asking(argc, argv))
		return 0;
	err = start(argc, argv, &status, &trace);
	if (err != ERR_OK) {
		advise(&trace);
		print_trace(&trace, err);
	}
	if (status < 0)
		status = err == ERR_OK ? 0 : status_of_failure(argc, argv, err);
	return status;
}
