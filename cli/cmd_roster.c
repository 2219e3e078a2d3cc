/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "cli/cli.h"
#include "cli/roster_move.h"
#include "custody/whose.h"
#include "roster/log.h"
#include "roster/quorum.h"
#include "roster/roster.h"
#include "roster/seat.h"

/* ---- log ----------------------------------------------------------------------------------- */

struct log_values {
	const char *since;
	const char *until;
	const char *type;
	const char *about;
	const char *by_person;
	int64_t limit;
};

static const struct option_row log_options[] = {
	{ .name = "since",
	    .kind = OPTION_TEXT,
	    .metavar = "DATE",
	    .help = "from that day on (2026-11-23, or 2026-11-23T11:51:46Z)",
	    .offset = offsetof(struct log_values, since) },
	{ .name = "until",
	    .kind = OPTION_TEXT,
	    .metavar = "DATE",
	    .help = "up to the end of that day, or to that second",
	    .offset = offsetof(struct log_values, until) },
	{ .name = "type",
	    .kind = OPTION_TEXT,
	    .metavar = "TYPE",
	    .help = "of that type, such as card.enrol, or card for all that begin so",
	    .offset = offsetof(struct log_values, type) },
	{ .name = "about",
	    .kind = OPTION_TEXT,
	    .metavar = "WHAT",
	    .help = "about a person, a card (root/2) or a quorum",
	    .offset = offsetof(struct log_values, about) },
	{ .name = "by",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "that this person wrote",
	    .offset = offsetof(struct log_values, by_person) },
	{ .name = "limit",
	    .kind = OPTION_NUMBER,
	    .metavar = "COUNT",
	    .help = "the newest so many of them",
	    .min = 1,
	    .max = INT32_MAX,
	    .offset = offsetof(struct log_values, limit) },
	{ .name = NULL },
};

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

/* `last`: a day counts to its end. */
static enum err
parse_date(const char *text, bool last, int64_t *out, struct err_trace *trace)
{
	enum { DAY = 86400 };

	if (text == NULL)
		return ERR_OK;
	if (!clock_parse(text, out)) {
		err_next(trace, "write it as 2026-11-23, or 2026-11-23T11:51:46Z");
		return FAIL(trace, ERR_ARGUMENT, "'%.40s' is not a date", text);
	}
	if (last && strlen(text) < CLOCK_TEXT - 1)
		*out += DAY - 1;
	return ERR_OK;
}

/* A quorum's name, a card's or a person's, in this order. */
static enum err
find_about(
    struct cli *cli, const char *what, struct roster_log_filter *filter, struct err_trace *trace)
{
	struct roster *roster = cli->custody.roster;
	struct roster_quorum quorum;
	struct roster_card card;
	struct roster_person person;

	if (roster_quorum_find(roster, what, &quorum, NULL) == ERR_OK) {
		filter->about = quorum.id;
		filter->quorum = what;
		return ERR_OK;
	}
	if (roster_card_by_name(roster, what, &card, NULL) == ERR_OK) {
		filter->about = card.id;
		return ERR_OK;
	}
	const enum err err = roster_person_find_any(roster, what, &person, trace);
	if (err == ERR_OK)
		filter->about = person.id;
	return err == ERR_OK ? ERR_OK
			     : FAIL(trace, err, "there is no quorum, card or person '%.64s'", what);
}

static enum err
fill_filter(struct cli *cli, const struct log_values *v, struct roster_log_filter *filter,
    struct err_trace *trace)
{
	struct roster_person person;
	enum err err = parse_date(v->since, false, &filter->since, trace);

	if (err == ERR_OK)
		err = parse_date(v->until, true, &filter->until, trace);
	if (err == ERR_OK && v->about != NULL)
		err = find_about(cli, v->about, filter, trace);
	if (err == ERR_OK && v->by_person != NULL) {
		err = roster_person_find_any(cli->custody.roster, v->by_person, &person, trace);
		filter->by = person.id;
	}
	filter->type = v->type;
	filter->limit = (size_t)v->limit;
	return err;
}

static enum err
run_log(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct roster_log_filter filter = { 0 };
	const struct roster_log_walk walk = {
		.filter = &filter, .visit = print_entry, .context = cli
	};
	const enum err err = fill_filter(cli, values, &filter, trace);

	return err == ERR_OK ? roster_log(cli->custody.roster, &walk, trace) : err;
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

/* The newest of them; the others are in the JSON. */
enum { CHECKPOINTS_SHOWN = 8 };

static void
print_checkpoints(struct cli *cli, const struct roster_verified *verified)
{
	const size_t count = verified->checkpoints;
	const size_t from = count > CHECKPOINTS_SHOWN ? count - CHECKPOINTS_SHOWN : 0;

	if (from > 0)
		fprintf(cli->out, "  %zu older checkpoints, and\n", from);
	for (size_t i = from; i < count; i++)
		print_checkpoint(cli, &verified->checkpoint[i]);
	fprintf(cli->out, "  %lld of %lld events are pinned by checkpoints.\n",
	    (long long)verified->pinned, (long long)verified->events);
}

static void
print_installation(struct cli *cli, const struct roster_installation *installation)
{
	char time[CLI_TIME];
	char id[ROSTER_ID_TEXT];

	roster_id_format(&installation->writer, id);
	fprintf(cli->out,
	    "  installation %s (%.8s): %lld events, %lld pinned, the last of %s%s%s\n",
	    installation->name, id, (long long)installation->n, (long long)installation->pinned,
	    cli_time(installation->time, time), installation->has_seat ? "; it has the seat" : "",
	    installation->is_ours ? "; this one" : "");
}

static void
print_verified(struct cli *cli, const struct roster_verified *verified,
    const struct roster_installation *installations, size_t count)
{
	fprintf(cli->out,
	    "%s verifies: %lld events by %u %s; every hash, signature and table agrees.\n",
	    roster_path(cli->custody.roster), (long long)verified->events, verified->writers,
	    verified->writers == 1 ? "writer" : "writers");
	if (verified->erased > 0)
		fprintf(cli->out, "  %lld contents were erased, as events say.\n",
		    (long long)verified->erased);
	if (verified->unapplied > 0)
		fprintf(cli->out,
		    "  %lld events have no effect: they contradict what another installation "
		    "wrote before.\n",
		    (long long)verified->unapplied);
	for (size_t i = 0; i < count; i++)
		print_installation(cli, &installations[i]);
	cli_print_head(cli, "head", &verified->head);
	print_checkpoints(cli, verified);
	fputs("  Compare a checkpoint with one known from elsewhere (a card's header, paper): "
	      "without that, "
	      "this finds\n  accidents, not an editor who rewrote everything.\n",
	    cli->out);
}

static json_t *
installations_json(const struct roster_installation *installations, size_t count)
{
	json_t *list = json_array();
	char id[ROSTER_ID_TEXT];

	for (size_t i = 0; i < count; i++) {
		const struct roster_installation *one = &installations[i];

		roster_id_format(&one->writer, id);
		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:I, s:I, s:I, s:b, s:b}", "writer", id, "name",
			      one->name, "events", (json_int_t)one->n, "pinned",
			      (json_int_t)one->pinned, "last", (json_int_t)one->time, "seat",
			      one->has_seat ? 1 : 0, "this", one->is_ours ? 1 : 0));
	}
	return list;
}

static json_t *
checkpoints_json(struct cli *cli, const struct roster_verified *verified)
{
	json_t *list = json_array();
	char hex[ROSTER_HASH_TEXT];

	for (size_t i = 0; i < verified->checkpoints; i++) {
		const struct roster_checkpoint *one = &verified->checkpoint[i];
		json_t *signers = json_array();

		for (unsigned k = 0; k < one->signers; k++) {
			struct roster_card card;

			if (roster_card_get(cli->custody.roster, &one->signer[k], &card, NULL) ==
			    ERR_OK)
				json_array_append_new(signers, json_string(card.name));
		}
		hex_encode(one->head.bytes, sizeof(one->head.bytes), hex);
		json_array_append_new(
		    list, json_pack("{s:i, s:s, s:I, s:o}", "number", (int)one->number, "head", hex,
			      "time", (json_int_t)one->time, "cards", signers));
	}
	return list;
}

static json_t *
verified_json(struct cli *cli, const struct roster_verified *verified,
    const struct roster_installation *installations, size_t count)
{
	char hex[ROSTER_HASH_TEXT];

	hex_encode(verified->head.bytes, sizeof(verified->head.bytes), hex);
	return json_pack("{s:b, s:I, s:i, s:I, s:I, s:I, s:s, s:o, s:o}", "verified", 1, "events",
	    (json_int_t)verified->events, "writers", (int)verified->writers, "pinned",
	    (json_int_t)verified->pinned, "erased", (json_int_t)verified->erased, "without_effect",
	    (json_int_t)verified->unapplied, "head", hex, "installations",
	    installations_json(installations, count), "checkpoints",
	    checkpoints_json(cli, verified));
}

static enum err
run_verify(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct roster_verified verified = { .checkpoint = NULL };
	struct roster_installation *installations = NULL;
	size_t count = 0;
	enum err err = roster_verify(cli->custody.roster, &verified, trace);

	(void)values;
	if (err == ERR_OK)
		err = roster_installation_list(cli->custody.roster, &installations, &count, trace);
	if (err == ERR_OK && cli->line->json)
		err =
		    cli_print_json(cli, verified_json(cli, &verified, installations, count), trace);
	else if (err == ERR_OK)
		print_verified(cli, &verified, installations, count);
	free(installations);
	free(verified.checkpoint);
	return err;
}

const struct command cmd_roster[] = {
	{ .group = "roster",
	    .name = "pack",
	    .summary = "Write what another installation lacks, or everything: also the backup",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .operands = pack_operands,
	    .options = pack_options,
	    .size = sizeof(struct pack_values),
	    .run = pack_run },
	{ .group = "roster",
	    .name = "take",
	    .summary = "Verify a pack and add what is new in it",
	    .needs = NEED_WRITE | NEED_JSON,
	    .operands = take_operands,
	    .size = sizeof(struct take_values),
	    .run = take_run },
	{ .group = "roster",
	    .name = "hand-over",
	    .summary = "Pass the seat to another installation, or claim it from a dead one",
	    .needs = NEED_WRITE | NEED_ROOM_LATER,
	    .options = hand_over_options,
	    .size = sizeof(struct hand_over_values),
	    .run = hand_over_run },
	{ .group = "roster",
	    .name = "log",
	    .summary = "Print the events; with --json the very bytes that are hashed",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .options = log_options,
	    .size = sizeof(struct log_values),
	    .run = run_log },
	{ .group = "roster",
	    .name = "verify",
	    .summary = "Replay every event and compare everything",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .run = run_verify },
	{ .group = "roster",
	    .name = "checkpoint",
	    .summary = "Have cards sign the roster's head, which pins its past to people",
	    .needs = NEED_WRITE | NEED_ATTENDANT | NEED_CARDS | NEED_SECRETS,
	    .operands = checkpoint_operands,
	    .options = checkpoint_options,
	    .size = sizeof(struct checkpoint_values),
	    .run = checkpoint_run },
	{ .name = NULL },
};
