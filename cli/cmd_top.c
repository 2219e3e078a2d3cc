/* SPDX-License-Identifier: BSD-2-Clause */
/* init, sandbox, doctor: the commands without a noun. health has a file of its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "base/shell_word.h"
#include "cli/cli.h"
#include "cli/doctor.h"
#include "cli/found.h"
#include "roster/checkpoint.h"
#include "roster/pack.h"
#include "roster/person.h"
#include "roster/roster.h"

/* ---- init ---------------------------------------------------------------------------------- */

struct init_values {
	bool practice;
	const char *group;
	const char *join;
	const char *installation;
};

static const struct option_row init_options[] = {
	{ .name = "practice",
	    .kind = OPTION_FLAG,
	    .help = "for practice, for ever: its cards and tokens are never taken for real",
	    .offset = offsetof(struct init_values, practice) },
	{ .name = "group",
	    .kind = OPTION_TEXT,
	    .metavar = "GROUP",
	    .help = "may read the roster, for monitoring",
	    .offset = offsetof(struct init_values, group) },
	{ .name = "join",
	    .kind = OPTION_TEXT,
	    .metavar = "PACK",
	    .help = "begin a second installation of the roster that a whole pack brings",
	    .offset = offsetof(struct init_values, join) },
	{ .name = "installation",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "with --join: what this one is to be called; the machine's name without it",
	    .offset = offsetof(struct init_values, installation) },
	{ .name = NULL },
};

static enum err
found(struct cli *cli, const struct init_values *v, struct err_trace *trace)
{
	const enum err err = found_roster(cli, v->practice, v->group, trace);

	if (err != ERR_OK)
		return err;
	fprintf(cli->out, "Next: quorate person add NAME --role custodian --by %s\n",
	    shell_word(cli->line->by).text);
	return ERR_OK;
}

static enum err
join(struct cli *cli, const struct init_values *v, struct err_trace *trace)
{
	char host[ROSTER_INSTALLATION_NAME] = "";
	struct roster_joining joining = {
		.paths = { cli->roster_file, cli->state_dir },
		.practice_only = v->practice || found_in_sandbox(),
		.pack = v->join,
		.person = cli->line->by,
		.installation = v->installation,
		.group = v->group,
	};
	struct roster_hash head;
	enum err err = ERR_OK;

	if (gethostname(host, sizeof(host) - 1) != 0)
		return FAIL_ERRNO(trace, "this machine has no name: give --installation NAME");
	if (joining.installation == NULL)
		joining.installation = host;
	err = roster_join(&joining, &cli->custody.roster, trace);
	if (err == ERR_OK)
		err = roster_head(cli->custody.roster, &head, trace);
	if (err != ERR_OK)
		return err;
	fprintf(cli->out, "%sRoster %s made from the pack; this is its installation '%s'.\n",
	    roster_is_practice(cli->custody.roster) ? "PRACTICE. " : "", cli->roster_file,
	    joining.installation);
	cli_print_head(cli, "head", &head);
	fputs("Next: take a pack of this one where the other is: quorate roster pack FILE\n",
	    cli->out);
	return ERR_OK;
}

static enum err
run_init(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct init_values *v = values;
	enum err err;

	if (cli->line->by == NULL) {
		err_next(trace, "Add --by NAME: the first administrator, or with --join somebody "
				"of that roster, who is at the keyboard.");
		return FAIL(trace, ERR_ARGUMENT, "who is at the keyboard?");
	}
	if (v->installation != NULL && v->join == NULL)
		return FAIL(trace, ERR_ARGUMENT, "--installation belongs to --join");
	err = found_folders(cli, trace);
	if (err != ERR_OK)
		return err;
	return v->join != NULL ? join(cli, v, trace) : found(cli, v, trace);
}

/* ---- sandbox ------------------------------------------------------------------------------- */

struct sandbox_values {
	const char *dir;
};

static const struct option_row sandbox_options[] = {
	{ .name = "dir",
	    .kind = OPTION_TEXT,
	    .metavar = "FOLDER",
	    .help = "keep cards, tokens and roster in FOLDER, for another run",
	    .offset = offsetof(struct sandbox_values, dir) },
	{ .name = NULL },
};

static enum err
run_sandbox(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct sandbox_values *v = values;
	char program[512];
	size_t rest = 0, at = 0;
	const char **argv;
	enum err err =
	    process_sibling("virtual-cards", "quorate-sandbox", program, sizeof(program), trace);

	if (err != ERR_OK)
		return err;
	while (cli->line->rest[rest] != NULL)
		rest++;
	argv = calloc(rest + 6, sizeof(*argv));
	if (argv == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	argv[at++] = program;
	if (v->dir != NULL) {
		argv[at++] = "--dir";
		argv[at++] = v->dir;
	}
	argv[at++] = "--";
	memcpy(argv + at, cli->line->rest, rest * sizeof(*argv));
	process_restore_umask();
	/* execv takes the strings as they are; it changes none of them. */
	execv(program, (char *const *)(uintptr_t)argv);
	free(argv);
	return FAIL_ERRNO(trace, "%s does not start", program);
}

const struct command cmd_top[] = {
	{ .name = "init",
	    .summary = "Make a new roster, or a second installation of one",
	    .needs = NEED_PATH | NEED_BY,
	    .options = init_options,
	    .size = sizeof(struct init_values),
	    .run = run_init },
	{ .name = "doctor",
	    .summary = "Say whether this machine is ready, with the line that mends what is not",
	    .needs = NEED_PATH | NEED_JSON,
	    .run = doctor_run },
	{ .name = "sandbox",
	    .summary = "Run a command among virtual cards, readers and tokens, and nothing real",
	    .needs = NEED_REST,
	    .options = sandbox_options,
	    .size = sizeof(struct sandbox_values),
	    .run = run_sandbox,
	    .notes = "Inside are four virtual readers, five blank cards, a fresh SoftHSM token, a "
		     "practice "
		     "roster's place\nand a robot that answers for the people. 'virtual-card "
		     "insert|eject|list' move cards by hand.\nExample: quorate sandbox -- bash" },
	{ .name = NULL },
};
