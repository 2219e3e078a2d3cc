/* SPDX-License-Identifier: BSD-2-Clause */
/* What the roster knows of cards: card list, card show. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/card_view.h"
#include "custody/whose.h"
#include "roster/card_report.h"
#include "roster/quorum.h"
#include "roster/stow.h"

/* ---- list ---------------------------------------------------------------------------------- */

struct list_values {
	const char *quorum;
};

static const struct option_row list_options[] = {
	{ .name = "quorum",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "those of one quorum",
	    .offset = offsetof(struct list_values, quorum) },
	{ .name = NULL },
};

static enum err
print_card(struct cli *cli, const struct roster_card *card, struct err_trace *trace)
{
	enum roster_condition condition = ROSTER_CONDITION_STALE;
	char name[ROSTER_NAME], time[CLI_TIME];
	const enum err err = card_view_condition(cli, card, &condition, trace);

	if (err != ERR_OK)
		return err;
	whose_name(cli->custody.roster, &card->custodian, name);
	fprintf(cli->out, "%-12s %-16s %s  %s%s, last proven %s\n", card->name, name, card->serial,
	    roster_condition_words(condition), card->exposed != 0 ? ", exposed" : "",
	    cli_time(card->proven, time));
	return ERR_OK;
}

static enum err
add_card(struct cli *cli, const struct roster_card *card, json_t *list, struct err_trace *trace)
{
	json_t *json = NULL;
	const enum err err = card_view_json(cli, card, &json, trace);

	if (err == ERR_OK && json_array_append_new(list, json) != 0)
		return FAIL(trace, ERR_NOMEM, "no memory for the JSON output");
	return err;
}

static enum err
run_list(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct list_values *v = values;
	struct roster_card *cards = NULL;
	json_t *list = json_array();
	size_t count = 0;
	enum err err = roster_card_list(cli->custody.roster, v->quorum, &cards, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (cli->line->json)
			err = add_card(cli, &cards[i], list, trace);
		else if (cards[i].state != ROSTER_CARD_ABANDONED)
			err = print_card(cli, &cards[i], trace);
	}
	free(cards);
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "cards", list), trace);
	json_decref(list);
	return err;
}

/* ---- show ---------------------------------------------------------------------------------- */

struct show_values {
	const char *card;
};

static const struct operand_row show_operands[] = {
	{ "CARD", "its short name, root/2", true, offsetof(struct show_values, card) },
	{ .metavar = NULL },
};

/* Everything about one card; free the lists. */
struct shown {
	struct roster_card card;
	enum roster_condition condition;
	struct roster_holding *holding;
	size_t holdings;
	struct roster_card_report *report;
	size_t reports;
	struct roster_stow *stow;
	size_t stows;
};

static void
shown_clear(struct shown *shown)
{
	free(shown->holding);
	free(shown->report);
	free(shown->stow);
}

static enum err
load(struct cli *cli, const char *name, struct shown *out, struct err_trace *trace)
{
	struct roster *roster = cli->custody.roster;
	struct roster_thing thing = { .kind = ROSTER_THING_CARD };
	enum err err = roster_card_by_name(roster, name, &out->card, trace);

	if (err == ERR_OK)
		err = card_view_condition(cli, &out->card, &out->condition, trace);
	if (err == ERR_OK)
		err = roster_card_holdings(
		    roster, &out->card.id, &out->holding, &out->holdings, trace);
	if (err == ERR_OK)
		err =
		    roster_card_reports(roster, &out->card.id, &out->report, &out->reports, trace);
	thing.id = out->card.id;
	return err == ERR_OK ? roster_stow_list(roster, &thing, &out->stow, &out->stows, trace)
			     : err;
}

static const char *
quorum_name(struct cli *cli, const struct roster_id *id, char out[ROSTER_NAME])
{
	struct roster_quorum quorum;
	const bool known = roster_quorum_get(cli->custody.roster, id, &quorum, NULL) == ERR_OK;

	snprintf(out, ROSTER_NAME, "%s", known ? quorum.name : "(unknown)");
	return out;
}

static void
print_holdings(struct cli *cli, const struct shown *shown)
{
	char name[ROSTER_NAME];

	for (size_t i = 0; i < shown->holdings; i++)
		fprintf(cli->out, "  %-12s %s, generation %u (%s)%s\n", i == 0 ? "share" : "",
		    quorum_name(cli, &shown->holding[i].quorum, name), shown->holding[i].generation,
		    roster_generation_word(shown->holding[i].state),
		    shown->holding[i].delivered == 0 ? ", not delivered yet" : "");
}

static void
print_reports(struct cli *cli, const struct shown *shown)
{
	char date[CLOCK_DATE], name[ROSTER_NAME];

	for (size_t i = 0; i < shown->reports; i++) {
		const struct roster_card_report *report = &shown->report[i];

		clock_format_date(report->happened, date);
		fprintf(cli->out, "  %-12s %s %s", i == 0 ? "reported" : "", date,
		    roster_report_word(report->report));
		if (roster_id_is_set(&report->reporter)) {
			whose_name(cli->custody.roster, &report->reporter, name);
			fprintf(cli->out, ", by %s", name);
		} else {
			fputs(", by the bag that it came out of", cli->out);
		}
		fprintf(cli->out, "%s%s\n", report->words[0] == '\0' ? "" : ": ", report->words);
	}
}

static void
print_stows(struct cli *cli, const struct shown *shown)
{
	char in[CLI_TIME], out[CLI_TIME];

	for (size_t i = 0; i < shown->stows; i++) {
		const struct roster_stow *stow = &shown->stow[i];

		fprintf(cli->out, "  %-12s bag %s in %s, %s to %s%s\n", i == 0 ? "stowed" : "",
		    stow->bag, stow->place, cli_time(stow->stowed, in),
		    stow->unstowed == 0 ? "now" : cli_time(stow->unstowed, out),
		    stow->suspected ? ": the bag was another, or not whole" : "");
	}
}

static void
print_shown(struct cli *cli, const struct shown *shown)
{
	const struct roster_card *card = &shown->card;
	char name[ROSTER_NAME], time[CLI_TIME];

	whose_name(cli->custody.roster, &card->custodian, name);
	fprintf(cli->out, "%s: %s's card, %s\n", card->name, name,
	    roster_condition_words(shown->condition));
	fprintf(
	    cli->out, "  %-12s %s (%s, %s)\n", "serial", card->serial, card->model, card->firmware);
	fprintf(cli->out, "  %-12s %s\n", "enrolled", cli_time(card->enrolled, time));
	fprintf(cli->out, "  %-12s %s\n", "last proven", cli_time(card->proven, time));
	fprintf(cli->out, "  %-12s %u\n", "tries left", card->tries_left);
	if (card->exposed != 0)
		fprintf(cli->out, "  %-12s since %s, for as long as its share opens anything\n",
		    "exposed", cli_time(card->exposed, time));
	print_holdings(cli, shown);
	print_reports(cli, shown);
	print_stows(cli, shown);
}

static json_t *
reports_json(struct cli *cli, const struct shown *shown)
{
	json_t *list = json_array();
	char name[ROSTER_NAME];

	for (size_t i = 0; i < shown->reports; i++) {
		const struct roster_card_report *report = &shown->report[i];

		name[0] = '\0';
		if (roster_id_is_set(&report->reporter))
			whose_name(cli->custody.roster, &report->reporter, name);
		json_array_append_new(
		    list, json_pack("{s:s, s:I, s:I, s:s, s:s}", "report",
			      roster_report_word(report->report), "happened",
			      (json_int_t)report->happened, "time", (json_int_t)report->time,
			      "reporter", name, "words", report->words));
	}
	return list;
}

static json_t *
stows_json(const struct shown *shown)
{
	json_t *list = json_array();

	for (size_t i = 0; i < shown->stows; i++) {
		const struct roster_stow *stow = &shown->stow[i];

		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:I, s:I, s:b}", "bag", stow->bag, "place",
			      stow->place, "stowed", (json_int_t)stow->stowed, "unstowed",
			      (json_int_t)stow->unstowed, "suspected", stow->suspected ? 1 : 0));
	}
	return list;
}

static enum err
print_json(struct cli *cli, const struct shown *shown, struct err_trace *trace)
{
	json_t *shares = json_array();
	char name[ROSTER_NAME];
	json_t *json = NULL;
	const enum err err = card_view_json(cli, &shown->card, &json, trace);

	if (err != ERR_OK) {
		json_decref(shares);
		return err;
	}
	for (size_t i = 0; i < shown->holdings; i++)
		json_array_append_new(
		    shares, json_pack("{s:s, s:i, s:s, s:I}", "quorum",
				quorum_name(cli, &shown->holding[i].quorum, name), "generation",
				(int)shown->holding[i].generation, "state",
				roster_generation_word(shown->holding[i].state), "delivered",
				(json_int_t)shown->holding[i].delivered));
	json_object_set_new(json, "shares", shares);
	json_object_set_new(json, "reports", reports_json(cli, shown));
	json_object_set_new(json, "stows", stows_json(shown));
	return cli_print_json(cli, json, trace);
}

static enum err
run_show(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct show_values *v = values;
	struct shown shown = { 0 };
	enum err err = load(cli, v->card, &shown, trace);

	if (err == ERR_OK && cli->line->json)
		err = print_json(cli, &shown, trace);
	else if (err == ERR_OK)
		print_shown(cli, &shown);
	shown_clear(&shown);
	return err;
}

const struct command cmd_card_list[] = {
	{ .group = "card",
	    .name = "list",
	    .summary = "List the cards that the roster knows, and what each is good for",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .options = list_options,
	    .size = sizeof(struct list_values),
	    .run = run_list },
	{ .group = "card",
	    .name = "show",
	    .summary = "Show one card: its state, shares, reports and bags",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .operands = show_operands,
	    .size = sizeof(struct show_values),
	    .run = run_show },
	{ .name = NULL },
};
