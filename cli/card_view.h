/* SPDX-License-Identifier: BSD-2-Clause */
/* How a card is shown, wherever one is. */
#ifndef CLI_CARD_VIEW_H
#define CLI_CARD_VIEW_H

#include <jansson.h>

#include "cli/cli.h"
#include "roster/card_condition.h"

/* What it is good for now. */
MUST_CHECK enum err card_view_condition(struct cli *cli, const struct roster_card *card,
    enum roster_condition *out, struct err_trace *trace);

/* What the roster knows of the card itself. */
MUST_CHECK enum err card_view_json(
    struct cli *cli, const struct roster_card *card, json_t **out, struct err_trace *trace);

#endif
