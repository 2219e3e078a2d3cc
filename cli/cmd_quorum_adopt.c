/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <stdlib.h>

#include "base/file.h"
#include "cli/cli.h"
#include "custody/adopt.h"
#include "roster/sheet.h"

struct adopt_values {
	const char *name;
	const char *sheet;
	struct names names;
	const char *module;
};

static const struct operand_row adopt_operands[] = {
	{ "QUORUM", "its name", true, offsetof(struct adopt_values, name) },
	{ .metavar = NULL },
};

static const struct option_row adopt_options[] = {
	{ .name = "sheet",
	    .kind = OPTION_TEXT,
	    .metavar = "FILE",
	    .help = "the text of the binding sheet, for what cards cannot carry",
	    .offset = offsetof(struct adopt_values, sheet) },
	{ .name = "name",
	    .kind = OPTION_NAMES,
	    .metavar = "NAME,NAME,...",
	    .help = "bindings that are known to be on no card, in default format",
	    .offset = offsetof(struct adopt_values, names) },
	{ .name = "module",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "of its tokens: a name of modules.conf or a path; else the sheet's, or softhsm",
	    .offset = offsetof(struct adopt_values, module) },
	{ .name = NULL },
};

static enum err
read_sheet(const char *file, struct roster_sheet **out, struct err_trace *trace)
{
	char *text = NULL;
	size_t len = 0;
	enum err err;

	if (file == NULL)
		return ERR_OK;
	err = file_read(file, ROSTER_SHEET_MAX, &text, &len, trace);
	if (err == ERR_OK)
		err = roster_sheet_parse(text, len, out, trace);
	free(text);
	return err == ERR_OK ? ERR_OK : FAIL(trace, err, "'%s' cannot be used", file);
}

static void
print_adopted(struct cli *cli, const struct adopted *adopted)
{
	fputs("Adopted:\n", cli->out);
	for (size_t i = 0; i < adopted->found; i++)
		fprintf(cli->out, "  %s\n", adopted->found_line[i]);
	fputs("Lost, or not known:\n", cli->out);
	for (size_t i = 0; i < adopted->lost; i++)
		fprintf(cli->out, "  %s\n", adopted->lost_line[i]);
}

static enum err
run_adopt(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct adopt_values *v = values;
	struct adopt_request request = { .name = v->name,
		.bindings = v->names.name,
		.binding_count = v->names.count,
		.module = v->module };
	struct roster_sheet *sheet = NULL;
	struct adopted *adopted = NULL;
	enum err err = read_sheet(v->sheet, &sheet, trace);

	request.sheet = sheet;
	if (err == ERR_OK)
		err = adopt_quorum(&cli->custody, &request, &adopted, trace);
	if (err == ERR_OK) {
		print_adopted(cli, adopted);
		fprintf(cli->out,
		    "Next: quorate health, then a re-key, which makes all of it known again; who "
		    "was not here counts as a new custodian: quorate quorum rekey %s --add NAME "
		    "--by NAME\n",
		    v->name);
	}
	free(adopted);
	roster_sheet_free(sheet);
	return err;
}

const struct command cmd_quorum_adopt[] = {
	{ .group = "quorum",
	    .name = "adopt",
	    .summary = "Begin a new roster with M cards and the tokens, where the old one is lost",
	    .needs = NEED_WRITE | NEED_FOUND | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS,
	    .operands = adopt_operands,
	    .options = adopt_options,
	    .size = sizeof(struct adopt_values),
	    .run = run_adopt,
	    .notes =
		"The cards give their shares back, and each PIN that comes of them is tried "
		"once on the tokens. What opens is written\ndown; what is lost is said. A "
		"roster is made where none is there. Given again, it adds cards and tokens that "
		"were\nnot here.\nExample: quorate quorum adopt root --sheet root.txt --by ann" },
	{ .name = NULL },
};
