/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <stdlib.h>

#include "ceremony/folder.h"
#include "ceremony/print.h"
#include "ceremony/report.h"
#include "cli/cli.h"

/* ---- print --------------------------------------------------------------------------------- */

struct print_values {
	const char *folder;
	const char *out;
	int64_t exceptions;
};

static const struct operand_row print_operands[] = {
	{ "FOLDER", "where the ceremony's script and sheet are", true,
	    offsetof(struct print_values, folder) },
	{ .metavar = NULL },
};

static const struct option_row print_options[] = {
	{ .name = "out",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "the PDF to write",
	    .required = true,
	    .offset = offsetof(struct print_values, out) },
	{ .name = "exceptions",
	    .kind = OPTION_NUMBER,
	    .metavar = "N",
	    .help = "how many exception sheets (4 unless given)",
	    .min = 1,
	    .max = PRINT_EXCEPTIONS_MAX,
	    .offset = offsetof(struct print_values, exceptions) },
	{ .name = NULL },
};

/* script_free and sheet_free them in every case. */
static enum err
read_folder(
    const char *folder, struct script **script, struct sheet **sheet, struct err_trace *trace)
{
	char *path = NULL;
	enum err err = folder_path(folder, FOLDER_SCRIPT, &path, trace);

	if (err == ERR_OK)
		err = script_read(path, script, trace);
	free(path);
	path = NULL;
	if (err == ERR_OK)
		err = folder_path(folder, FOLDER_SHEET, &path, trace);
	if (err == ERR_OK)
		err = sheet_read(path, sheet, trace);
	free(path);
	return err;
}

static enum err
run_print(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct print_values *v = values;
	struct print_input input = { .exceptions = PRINT_EXCEPTIONS };
	struct script *script = NULL;
	struct sheet *sheet = NULL;
	enum err err = cli_check_new_file(v->out, trace);

	if (err == ERR_OK)
		err = read_folder(v->folder, &script, &sheet, trace);
	input.script = script;
	input.sheet = sheet;
	input.practice = cli->custody.roster != NULL && roster_is_practice(cli->custody.roster);
	if (v->exceptions > 0)
		input.exceptions = (unsigned)v->exceptions;
	if (err == ERR_OK)
		err = print_pages(&input, v->out, trace);
	if (err == ERR_OK)
		fprintf(cli->out, "The script is in %s, to be printed for the table.\n", v->out);
	sheet_free(sheet);
	script_free(script);
	return err;
}

/* ---- report -------------------------------------------------------------------------------- */

struct report_values {
	const char *folder;
	const char *out;
};

static const struct operand_row report_operands[] = {
	{ "FOLDER", "the ceremony's folder, or its evidence alone", true,
	    offsetof(struct report_values, folder) },
	{ .metavar = NULL },
};

static const struct option_row report_options[] = {
	{ .name = "out",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "the PDF to write",
	    .offset = offsetof(struct report_values, out) },
	{ .name = NULL },
};

static enum err
run_report(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct report_values *v = values;
	struct report_question question = { .roster = cli->custody.roster };
	char *evidence = NULL;
	json_t *report = NULL;
	enum err err;

	if (v->out == NULL && !cli->line->json)
		return FAIL(trace, ERR_ARGUMENT, "give --out FILE for pages, or --json");
	err = cli_check_new_file(v->out, trace);
	if (err == ERR_OK)
		err = folder_evidence(v->folder, &evidence, trace);
	question.evidence = evidence;
	if (err == ERR_OK)
		err = report_json(&question, &report, trace);
	if (err == ERR_OK && v->out != NULL)
		err = report_pages(report, v->out, trace);
	if (err == ERR_OK && cli->line->json)
		err = cli_print_json(cli, json_incref(report), trace);
	else if (err == ERR_OK)
		fprintf(cli->out, "The report is in %s.\n", v->out);
	json_decref(report);
	free(evidence);
	return err;
}

const struct command cmd_ceremony_paper[] = {
	{ .group = "ceremony",
	    .name = "print",
	    .summary = "Make pages of the script for the table: steps to tick, blanks, signatures",
	    .needs = NEED_OPTIONAL_ROSTER,
	    .operands = print_operands,
	    .options = print_options,
	    .size = sizeof(struct print_values),
	    .run = run_print,
	    .notes =
		"Nothing is asked and nothing changes. With a practice roster in use each page "
		"says PRACTICE,\nwith a token of software in the sheet SOFTWARE TOKEN." },
	{ .group = "ceremony",
	    .name = "report",
	    .summary = "Say from the evidence what a ceremony was: pages, or JSON",
	    .needs = NEED_OPTIONAL_ROSTER | NEED_JSON,
	    .operands = report_operands,
	    .options = report_options,
	    .size = sizeof(struct report_values),
	    .run = run_report,
	    .notes =
		"The evidence is enough; with a roster, it also says who was appointed and whose "
		"the cards are.\nWhat the evidence does not have is \"not recorded\"." },
	{ .name = NULL },
};
