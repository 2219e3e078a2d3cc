/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/attendance_options.h"
#include "cli/cli.h"
#include "cli/quorum_view.h"
#include "cli/sheet_file.h"
#include "cli/token_options.h"
#include "custody/create.h"
#include "roster/quorum.h"
#include "roster/roster.h"

struct name_values {
	const char *name;
};

static const struct operand_row name_operands[] = {
	{ "QUORUM", "its name", true, offsetof(struct name_values, name) },
	{ .metavar = NULL },
};

/* ---- show and list ------------------------------------------------------------------------- */

static enum err
run_show(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct name_values *v = values;
	struct roster_quorum quorum;
	json_t *document = NULL;
	enum err err = roster_quorum_find(cli->custody.roster, v->name, &quorum, trace);

	if (err != ERR_OK)
		return err;
	if (!cli->line->json)
		return quorum_view_print(cli, &quorum, trace);
	err = quorum_view_json(cli, &quorum, &document, trace);
	if (err == ERR_OK)
		return cli_print_json(cli, document, trace);
	json_decref(document);
	return err;
}

static enum err
run_list(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct roster_quorum *quorums = NULL;
	json_t *list = json_array();
	size_t count = 0;
	enum err err = roster_quorum_list(cli->custody.roster, &quorums, &count, trace);

	(void)values;
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		json_t *one = NULL;

		if (!cli->line->json) {
			err = quorum_view_print(cli, &quorums[i], trace);
			continue;
		}
		err = quorum_view_json(cli, &quorums[i], &one, trace);
		json_array_append_new(list, one);
	}
	free(quorums);
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "quorums", list), trace);
	json_decref(list);
	return err;
}

/* ---- create -------------------------------------------------------------------------------- */

struct create_values {
	const char *name;
	int64_t threshold;
	struct names custodians;
	struct token_values token;
	struct attendance_values attendance;
	const char *sheet;
};

static const struct operand_row create_operands[] = {
	{ "QUORUM", "its name: 1 to 32 of a-z, 0-9 and -", true,
	    offsetof(struct create_values, name) },
	{ .metavar = NULL },
};

static const struct option_row create_options[] = {
	{ .letter = 'm',
	    .name = "threshold",
	    .kind = OPTION_NUMBER,
	    .metavar = "M",
	    .help = "how many cards open the HSM",
	    .required = true,
	    .min = 1,
	    .max = 99,
	    .offset = offsetof(struct create_values, threshold) },
	{ .name = "custodian",
	    .kind = OPTION_NAMES,
	    .metavar = "NAME,NAME,...",
	    .help = "the N custodians, each with an enrolled card",
	    .required = true,
	    .offset = offsetof(struct create_values, custodians) },
	TOKEN_OPTIONS(struct create_values, token),
	ATTENDANCE_LATER(struct create_values, attendance),
	ATTENDANCE_PEOPLE(struct create_values, attendance),
	SHEET_OPTION(struct create_values, sheet),
	{ .name = NULL },
};

static enum err
run_create(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct create_values *v = values;
	struct create_request request = { .name = v->name,
		.threshold = (unsigned)v->threshold,
		.custodians = v->custodians.name,
		.custodian_count = v->custodians.count,
		.attendance = attendance_values_read(&v->attendance) };
	struct roster_quorum quorum;
	struct roster_id id;
	enum err err = token_values_read(&v->token, &request.token, trace);

	if (err == ERR_OK)
		err = sheet_file_check(v->sheet, trace);
	if (err == ERR_OK)
		err = create_quorum(&cli->custody, &request, &id, trace);
	if (err == ERR_OK)
		err = roster_quorum_get(cli->custody.roster, &id, &quorum, trace);
	if (err != ERR_OK)
		return err;
	quorum_view_outcome(
	    cli, &(struct quorum_outcome){ ROSTER_OP_CREATE, v->name, request.threshold,
		     (unsigned)request.custodian_count, v->token.name });
	err = quorum_view_print(cli, &quorum, trace);
	if (err == ERR_OK && v->sheet != NULL)
		err = sheet_file_write(cli, &id, v->sheet, trace);
	return err;
}

const struct command cmd_quorum[] = {
	{ .group = "quorum",
	    .name = "create",
	    .summary = "Make an M-of-N quorum and give it a token",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS,
	    .operands = create_operands,
	    .options = create_options,
	    .size = sizeof(struct create_values),
	    .run = run_create,
	    .notes = "First every card's key is read (no PIN), then the secret is made, split and "
		     "sealed in one "
		     "step; then each\ncard gets its share, unseals it and is compared; only then "
		     "does the "
		     "token get its PINs. Broken off, go on\nwith 'quorate quorum resume "
		     "QUORUM --by NAME'.\nExample: "
		     "quorate quorum create root -m 3 --custodian alice,bob,carol,dave,eve --name "
		     "root-ca --by "
		     "ann" },
	{ .group = "quorum",
	    .name = "list",
	    .summary = "List the quorums",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .run = run_list },
	{ .group = "quorum",
	    .name = "show",
	    .summary = "Show a quorum: generations, shares, tokens",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .operands = name_operands,
	    .size = sizeof(struct name_values),
	    .run = run_show },
	{ .name = NULL },
};
