/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands of a roster that travels between installations: pack, take, hand-over, checkpoint.
 * Their rows are in the table of cmd_roster.c.
 */
#ifndef CLI_ROSTER_MOVE_H
#define CLI_ROSTER_MOVE_H

#include "cli/command.h"

struct pack_values {
	const char *file;
	const char *lacks;
};
extern const struct operand_row pack_operands[];
extern const struct option_row pack_options[];
MUST_CHECK enum err pack_run(struct cli *cli, const void *values, struct err_trace *trace);

struct take_values {
	const char *file;
};
extern const struct operand_row take_operands[];
MUST_CHECK enum err take_run(struct cli *cli, const void *values, struct err_trace *trace);

struct hand_over_values {
	const char *to;
	bool claim;
	struct names people;
	const char *quorum;
};
extern const struct option_row hand_over_options[];
MUST_CHECK enum err hand_over_run(struct cli *cli, const void *values, struct err_trace *trace);

struct checkpoint_values {
	const char *quorum;
	int64_t cards;
};
extern const struct operand_row checkpoint_operands[];
extern const struct option_row checkpoint_options[];
MUST_CHECK enum err checkpoint_run(struct cli *cli, const void *values, struct err_trace *trace);

#endif
