/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of a roster that travels: rows of the table in cmd_roster.c. */
#ifndef CLI_ROSTER_MOVE_H
#define CLI_ROSTER_MOVE_H

#include "cli/command.h"

struct hand_over_values {
	const char *to;
};
extern const struct option_row hand_over_options[];
MUST_CHECK enum err hand_over_run(struct cli *cli, const void *values, struct err_trace *trace);

#endif
