/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/sheet_file.h"
#include "roster/quorum.h"
#include "roster/sheet.h"

struct sheet_values {
	const char *name;
	const char *out;
};

static const struct operand_row sheet_operands[] = {
	{ "QUORUM", "its name", true, offsetof(struct sheet_values, name) },
	{ .metavar = NULL },
};

static const struct option_row sheet_options[] = {
	{ .name = "out",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "write it: FILE.pdf and .txt, or the text alone; else the text is printed",
	    .offset = offsetof(struct sheet_values, out) },
	{ .name = NULL },
};

static enum err
print_text(struct cli *cli, const struct roster_id *quorum, struct err_trace *trace)
{
	struct roster_sheet *sheet = NULL;
	char *text = NULL;
	enum err err = roster_sheet_load(cli->custody.roster, quorum, &sheet, trace);

	if (err == ERR_OK)
		err = roster_sheet_text(sheet, &text, trace);
	if (err == ERR_OK)
		fputs(text, cli->out);
	free(text);
	roster_sheet_free(sheet);
	return err;
}

static enum err
run_sheet(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct sheet_values *v = values;
	struct roster_quorum quorum;
	enum err err = roster_quorum_find(cli->custody.roster, v->name, &quorum, trace);

	if (err != ERR_OK)
		return err;
	if (v->out == NULL)
		return print_text(cli, &quorum.id, trace);
	err = sheet_file_check(v->out, trace);
	return err == ERR_OK ? sheet_file_write(cli, &quorum.id, v->out, trace) : err;
}

const struct command cmd_sheet[] = {
	{ .group = "quorum",
	    .name = "sheet",
	    .summary = "Print the binding sheet: what paper must keep to open the HSM without the "
		       "roster",
	    .needs = NEED_ROSTER,
	    .operands = sheet_operands,
	    .options = sheet_options,
	    .size = sizeof(struct sheet_values),
	    .run = run_sheet },
	{ .name = NULL },
};
