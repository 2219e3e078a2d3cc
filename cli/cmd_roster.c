/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "cli/cli.h"
#include "cli/roster_move.h"
#include "custody/whose.h"
#include "roster/log.h"
#include "roster/roster.h"

/* ---- log ----------------------------------------------------------------------------------- */

/* JSON Lines are the very bytes that are hashed. */
static enum err
print_entry(void *context, const struct roster_log_entry *entry, struct err_trace *trace)
{
	struct cli *cli = context;
	char time[CLI_TIME], name[ROSTER_NAME];

	(void)trace;
	if (cli->line->json) {
		fprintf(cli->out, "%.*s\n", (int)entry->line_len, entry->line);
		return ERR_OK;
	}
	whose_name(cli->custody.roster, &entry->by, name);
	fprintf(cli->out, "%s  %-12s %s\n", cli_time(entry->time, time), name, entry->words);
	return ERR_OK;
}

static enum err
run_log(struct cli *cli, const void *values, struct err_trace *trace)
{
	(void)values;
	return roster_log(cli->custody.roster, print_entry, cli, trace);
}

/* ---- verify -------------------------------------------------------------------------------- */

static void
print_checkpoint(struct cli *cli, const struct roster_checkpoint *checkpoint)
{
	char time[CLI_TIME];

	fprintf(cli->out, "  checkpoint %u, %s, signed by", checkpoint->number,
	    cli_time(checkpoint->time, time));
	for (unsigned i = 0; i < checkpoint->signers; i++) {
		struct roster_card card;
		char name[ROSTER_NAME];

		if (roster_card_get(cli->custody.roster, &checkpoint->signer[i], &card, NULL) !=
		    ERR_OK)
			continue;
		whose_name(cli->custody.roster, &card.custodian, name);
		fprintf(cli->out, "%s %s (%s)", i == 0 ? "" : ",", card.name, name);
	}
	fputc('\n', cli->out);
}

static void
print_verified(struct cli *cli, const struct roster_verified *verified)
{
	char hex[ROSTER_HASH_TEXT];

	hex_encode(verified->head.bytes, sizeof(verified->head.bytes), hex);
	fprintf(cli->out,
	    "%s verifies: %lld events by %u %s; every hash, signature and table agrees.\n",
	    roster_path(cli->custody.roster), (long long)verified->events, verified->writers,
	    verified->writers == 1 ? "writer" : "writers");
	if (verified->erased > 0)
		fprintf(cli->out, "  %lld contents were erased, as events say.\n",
		    (long long)verified->erased);
	fprintf(cli->out, "  head %.32s\n       %s\n", hex, hex + 32);
	cli_print_words(cli, "       ", verified->head.bytes, 16);
	for (size_t i = 0; i < verified->checkpoints; i++)
		print_checkpoint(cli, &verified->checkpoint[i]);
	fprintf(cli->out, "  %lld of %lld events are pinned by checkpoints.\n",
	    (long long)verified->pinned, (long long)verified->events);
	fputs("  Compare a checkpoint with one known from elsewhere (a card's header, paper): "
	      "without that, "
	      "this finds\n  accidents, not an editor who rewrote everything.\n",
	    cli->out);
}

static enum err
run_verify(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct roster_verified verified = { .checkpoint = NULL };
	char hex[ROSTER_HASH_TEXT];
	enum err err = roster_verify(cli->custody.roster, &verified, trace);

	(void)values;
	if (err == ERR_OK && cli->line->json) {
		hex_encode(verified.head.bytes, sizeof(verified.head.bytes), hex);
		err = cli_print_json(cli,
		    json_pack("{s:b, s:I, s:i, s:I, s:I, s:s}", "verified", 1, "events",
			(json_int_t)verified.events, "writers", (int)verified.writers, "pinned",
			(json_int_t)verified.pinned, "erased", (json_int_t)verified.erased, "head",
			hex),
		    trace);
	} else if (err == ERR_OK) {
		print_verified(cli, &verified);
	}
	free(verified.checkpoint);
	return err;
}

const struct command cmd_roster[] = {
	{ .group = "roster",
	    .name = "log",
	    .summary = "Print every event; with --json the very bytes that are hashed",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .run = run_log },
	{ .group = "roster",
	    .name = "verify",
	    .summary = "Replay every event and compare everything",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .run = run_verify },
	{ .group = "roster",
	    .name = "hand-over",
	    .summary = "Pass the seat to another installation",
	    .needs = NEED_WRITE,
	    .options = hand_over_options,
	    .size = sizeof(struct hand_over_values),
	    .run = hand_over_run },
	{ .name = NULL },
};
