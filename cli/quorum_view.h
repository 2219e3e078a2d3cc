/* SPDX-License-Identifier: BSD-2-Clause */
/* A quorum as commands show it: generations, whose shares, and what opens with which. */
#ifndef CLI_QUORUM_VIEW_H
#define CLI_QUORUM_VIEW_H

#include "cli/cli.h"
#include "roster/operation.h"
#include "roster/quorum.h"

/* How an operation that ended well is told, also when it was broken off and resumed. */
struct quorum_outcome {
	enum roster_operation_kind kind;
	const char *quorum;
	unsigned threshold, cards;
	const char *token; /* of a create, its name */
};
void quorum_view_outcome(struct cli *cli, const struct quorum_outcome *outcome);

MUST_CHECK enum err
quorum_view_print(struct cli *cli, const struct roster_quorum *quorum, struct err_trace *trace);

/* The caller releases *out. */
MUST_CHECK enum err quorum_view_json(
    struct cli *cli, const struct roster_quorum *quorum, json_t **out, struct err_trace *trace);

#endif
