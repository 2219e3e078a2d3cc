/* SPDX-License-Identifier: BSD-2-Clause */
/* People from a table and into one. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "cli/cli.h"
#include "roster/person_import.h"

struct table_values {
	const char *file;
};

static const struct operand_row import_operands[] = {
	{ "FILE", "the table, CSV: the first line names the columns", true,
	    offsetof(struct table_values, file) },
	{ .metavar = NULL },
};

static enum err
run_import(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct table_values *v = values;
	struct roster_table table = { 0 };
	char *text = NULL;
	size_t count = 0;
	enum err err = file_read(v->file, ROSTER_IMPORT_MAX, &text, &table.len, trace);

	table.text = text;
	if (err == ERR_OK)
		err = roster_person_import(cli->custody.roster, &table, &count, trace);
	free(text);
	if (err == ERR_OK)
		fprintf(cli->out, "%zu people were added to the roster %s.\n", count,
		    roster_path(cli->custody.roster));
	return err;
}

static const struct operand_row export_operands[] = {
	{ "FILE", "where to, a new file", true, offsetof(struct table_values, file) },
	{ .metavar = NULL },
};

static enum err
run_export(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct table_values *v = values;
	char *text = NULL;
	size_t len = 0;
	size_t count = 0;
	FILE *to = NULL;
	enum err err = cli_check_new_file(v->file, trace);

	if (err != ERR_OK)
		return err;
	to = open_memstream(&text, &len);
	if (to == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a table");
	err = roster_person_export(cli->custody.roster, to, &count, trace);
	if (fclose(to) != 0 && err == ERR_OK)
		err = FAIL(trace, ERR_NOMEM, "no memory for a table");
	if (err == ERR_OK)
		err = file_create(v->file, text, len, trace);
	free(text);
	if (err == ERR_OK)
		fprintf(cli->out, "%zu people are in %s.\n", count, v->file);
	return err;
}

const struct command cmd_person_table[] = {
	{ .group = "person",
	    .name = "import",
	    .summary = "Add people from a table",
	    .needs = NEED_WRITE,
	    .operands = import_operands,
	    .size = sizeof(struct table_values),
	    .run = run_import,
	    .notes = "Columns, in any order: name, roles, and as wanted contact, site, employer, "
		     "line, deputy.\nRoles have blanks or semicolons between. One bad row, and "
		     "nobody is added." },
	{ .group = "person",
	    .name = "export",
	    .summary = "Write those who are present into a table",
	    .needs = NEED_ROSTER,
	    .operands = export_operands,
	    .size = sizeof(struct table_values),
	    .run = run_export },
	{ .name = NULL },
};
