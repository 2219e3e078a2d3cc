/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands that hold a ceremony share: the command table, the roster closed, the end. */
#ifndef CLI_CEREMONY_HOLD_H
#define CLI_CEREMONY_HOLD_H

#include "ceremony/run.h"
#include "cli/cli.h"

struct ceremony_hold {
	const char *folder;
	enum run_mode mode;
	bool people; /* they answer at the terminal; the sandbox's robot has the cards */
	const uint8_t *script, *sheet; /* as in struct run_input */
	enum err (*begin)(
	    const struct run_input *input, struct run_outcome *out, struct err_trace *trace);
};

/* Closes the roster, holds it, and says how it ended. */
MUST_CHECK enum err
ceremony_hold(struct cli *cli, const struct ceremony_hold *hold, struct err_trace *trace);

#endif
