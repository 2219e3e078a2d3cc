/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"
#include "roster/policy.h"

static enum err
run_show(struct cli *cli, const void *values, struct err_trace *trace)
{
	json_t *document = json_object();
	enum err err = ERR_OK;

	(void)values;
	for (int i = 0; err == ERR_OK && i < ROSTER_POLICY__COUNT; i++) {
		const struct roster_policy_row *row = roster_policy_row((enum roster_policy)i);
		int64_t value = 0;

		err =
		    roster_policy_get(cli->custody.roster, (enum roster_policy)i, 0, &value, trace);
		if (cli->line->json)
			json_object_set_new(document, row->name, json_integer(value));
		else
			fprintf(cli->out, "%-24s %6lld %-8s %s\n", row->name, (long long)value,
			    row->unit, row->meaning);
	}
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "policy", document), trace);
	json_decref(document);
	return err;
}

const struct command cmd_policy[] = {
	{ .group = "policy",
	    .name = "show",
	    .summary = "Show the limits that are in force",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .run = run_show },
	{ .name = NULL },
};
