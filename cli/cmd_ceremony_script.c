/* SPDX-License-Identifier: BSD-2-Clause */
/* A ceremony's script and sheet before anything is done with them: new, lint. */
#include <stdlib.h>

#include "ceremony/template.h"
#include "cli/cli.h"
#include "cli/installed.h"

/* ---- new ------------------------------------------------------------------------------------- */

struct new_values {
	const char *name;
	const char *folder;
	bool list;
};

static const struct operand_row new_operands[] = {
	{ "TEMPLATE", "its name; --list has them", false, offsetof(struct new_values, name) },
	{ "FOLDER", "a folder that is not there yet", false, offsetof(struct new_values, folder) },
	{ .metavar = NULL },
};

static const struct option_row new_options[] = {
	{ .name = "list",
	    .kind = OPTION_FLAG,
	    .help = "list the templates instead",
	    .offset = offsetof(struct new_values, list) },
	{ .name = NULL },
};

static json_t *
template_json(const struct template_row *row)
{
	return json_pack("{s:s, s:s}", "name", row->name, "title", row->title);
}

static enum err
list_templates(struct cli *cli, const char *templates, struct err_trace *trace)
{
	struct template_row *rows = NULL;
	json_t *list = NULL;
	size_t count = 0;
	enum err err = template_list(templates, &rows, &count, trace);

	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		list = json_array();
	for (size_t i = 0; i < count; i++) {
		if (list != NULL)
			json_array_append_new(list, template_json(&rows[i]));
		else
			fprintf(cli->out, "%-24s %s\n", rows[i].name, rows[i].title);
	}
	if (cli->line->json)
		err = cli_print_json(cli, json_pack("{s:o}", "templates", list), trace);
	free(rows);
	return err;
}

static enum err
write_template(
    struct cli *cli, const char *templates, const struct new_values *v, struct err_trace *trace)
{
	const enum err err = template_write(templates, v->name, v->folder, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "no ceremony was begun in %s", v->folder);
	if (cli->line->json)
		return cli_print_json(
		    cli, json_pack("{s:s, s:s}", "template", v->name, "folder", v->folder), trace);
	fprintf(cli->out,
	    "The script is %s/script.yaml, the sheet %s/sheet.yaml; files that steps read go to\n"
	    "%s/brought. Write both anew for your organisation; every name in the sheet is an\n"
	    "example. Then: quorate ceremony lint %s\n",
	    v->folder, v->folder, v->folder, v->folder);
	return ERR_OK;
}

static enum err
run_new(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct new_values *v = values;
	char templates[INSTALLED_PATH];
	enum err err;

	if (!v->list && v->folder == NULL) {
		err_next(trace, "Name both: quorate ceremony new root-key-generation FOLDER. "
				"'quorate ceremony new --list' lists the templates.");
		return FAIL(trace, ERR_ARGUMENT, "a template and a folder are wanted");
	}
	err = installed_find("templates", "ceremony", templates, trace);
	if (err != ERR_OK)
		return err;
	return v->list ? list_templates(cli, templates, trace)
		       : write_template(cli, templates, v, trace);
}

const struct command cmd_ceremony_script[] = {
	{ .group = "ceremony",
	    .name = "new",
	    .summary = "Begin a ceremony from a template",
	    .needs = NEED_JSON,
	    .operands = new_operands,
	    .options = new_options,
	    .size = sizeof(struct new_values),
	    .run = run_new,
	    .notes = "Writes a script and a sheet. The script is reviewed, linted, dry-run and "
		     "approved; the sheet says\nwhat its names mean on the day. Needs no roster.\n"
		     "Example: quorate ceremony new root-key-generation root-2027" },
	{ .name = NULL },
};
