/* SPDX-License-Identifier: BSD-2-Clause */
/* A ceremony's script and sheet before anything is done with them: new, lint. */
#include <stdlib.h>

#include "base/encode.h"
#include "base/shell_word.h"
#include "ceremony/folder.h"
#include "ceremony/template.h"
#include "cli/ceremony_commands.h"
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
	{ "FOLDER", "a folder that is not there yet, or is empty", false,
	    offsetof(struct new_values, folder) },
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
	    v->folder, v->folder, v->folder, shell_word(v->folder).text);
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

/* ---- lint ------------------------------------------------------------------------------------ */

struct lint_values {
	const char *folder;
};

static const struct operand_row lint_operands[] = {
	{ "FOLDER", "the ceremony's folder", true, offsetof(struct lint_values, folder) },
	{ .metavar = NULL },
};

static enum err
read_part(const char *folder, const char *part, char **path, struct err_trace *trace)
{
	const enum err err = folder_path(folder, part, path, trace);

	if (err != ERR_OK)
		err_next(trace, "Begin one: quorate ceremony new root-key-generation FOLDER");
	return err;
}

/* Script and sheet of a folder; the caller frees both, whatever is returned. */
static enum err
read_both(const char *folder, struct script **script, struct sheet **sheet, struct err_trace *trace)
{
	char *script_path = NULL, *sheet_path = NULL;
	enum err err = read_part(folder, FOLDER_SCRIPT, &script_path, trace);

	if (err == ERR_OK)
		err = script_read(script_path, script, trace);
	if (err == ERR_OK)
		err = read_part(folder, FOLDER_SHEET, &sheet_path, trace);
	if (err == ERR_OK)
		err = sheet_read(sheet_path, sheet, trace);
	free(script_path);
	free(sheet_path);
	return err;
}

static json_t *
finding_json(const struct lint_finding *finding)
{
	return json_pack("{s:s, s:s, s:i, s:i, s:s, s:s}", "rule", finding->rule, "file",
	    finding->file, "line", (int)finding->place.line, "column", (int)finding->place.column,
	    "what", finding->what, "do", finding->todo);
}

static enum err
print_findings_json(struct cli *cli, const struct lint_input *input,
    const struct lint_findings *findings, struct err_trace *trace)
{
	char script[2 * SHA256_SIZE + 1], sheet[2 * SHA256_SIZE + 1];
	json_t *list = json_array();

	hex_encode(input->script->hash, SHA256_SIZE, script);
	hex_encode(input->sheet->hash, SHA256_SIZE, sheet);
	for (size_t i = 0; i < findings->count; i++)
		json_array_append_new(list, finding_json(&findings->finding[i]));
	return cli_print_json(cli,
	    json_pack("{s:b, s:s, s:s, s:b, s:o}", "well", findings->count == 0, "script", script,
		"sheet", sheet, "roster", input->roster != NULL, "findings", list),
	    trace);
}

static void
print_findings(
    struct cli *cli, const struct lint_input *input, const struct lint_findings *findings)
{
	char hash[2 * SHA256_SIZE + 1];

	for (size_t i = 0; i < findings->count; i++) {
		const struct lint_finding *finding = &findings->finding[i];

		fprintf(cli->out, "%s:%u: %s (%s)\n  next: %s\n", finding->file,
		    finding->place.line, finding->what, finding->rule, finding->todo);
	}
	if (input->roster == NULL)
		fputs("There is no roster here: people, cards and policy were not looked at.\n",
		    cli->out);
	if (findings->count > 0) {
		fprintf(
		    cli->out, "%zu finding%s.\n", findings->count, findings->count == 1 ? "" : "s");
		return;
	}
	hex_encode(input->script->hash, SHA256_SIZE, hash);
	fprintf(cli->out, "Nothing to find fault with: %zu steps, %zu people.\nscript  %s\n",
	    input->script->step_count, input->sheet->person_count, hash);
	cli_print_words(cli, "        ", input->script->hash, SHA256_SIZE);
}

static enum err
run_lint(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct lint_values *v = values;
	struct script *script = NULL;
	struct sheet *sheet = NULL;
	struct lint_findings findings = { .count = 0 };
	struct lint_input input = {
		.folder = v->folder, .roster = cli->custody.roster, .commands = &ceremony_commands
	};
	enum err err = read_both(v->folder, &script, &sheet, trace);

	input.script = script;
	input.sheet = sheet;
	if (err == ERR_OK)
		err = lint(&input, &findings, trace);
	if (err == ERR_OK && cli->line->json)
		err = print_findings_json(cli, &input, &findings, trace);
	else if (err == ERR_OK)
		print_findings(cli, &input, &findings);
	if (err == ERR_OK && findings.count > 0)
		cli->status = 1;
	lint_findings_free(&findings);
	script_free(script);
	sheet_free(sheet);
	return err;
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
	{ .group = "ceremony",
	    .name = "lint",
	    .summary = "Find what is wrong with a script and its sheet",
	    .needs = NEED_OPTIONAL_ROSTER | NEED_JSON,
	    .operands = lint_operands,
	    .size = sizeof(struct lint_values),
	    .run = run_lint,
	    .notes = "Each finding has its file and line, and what to do. With a roster, people, "
		     "cards and policy are\nlooked at, too. Exit status 1 when anything was "
		     "found." },
	{ .name = NULL },
};
