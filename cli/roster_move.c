/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/roster_move.h"

#include "cli/cli.h"
#include "roster/seat.h"

/* ---- hand-over ----------------------------------------------------------------------------- */

const struct option_row hand_over_options[] = {
	{ .name = "to",
	    .kind = OPTION_TEXT,
	    .metavar = "INSTALLATION",
	    .help = "the one that gets the seat: its name, or the first 8 characters of its id",
	    .required = true,
	    .offset = offsetof(struct hand_over_values, to) },
	{ .name = NULL },
};

enum err
hand_over_run(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct hand_over_values *v = values;
	struct roster_installation to;
	enum err err = roster_installation_find(cli->custody.roster, v->to, &to, trace);

	if (err == ERR_OK)
		err = roster_seat_pass(cli->custody.roster, &to.writer, trace);
	if (err != ERR_OK)
		return err;
	fprintf(cli->out, "The seat passes to the installation '%s'; this one has let it go.\n",
	    to.name);
	return ERR_OK;
}
