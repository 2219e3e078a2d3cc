/* SPDX-License-Identifier: BSD-2-Clause */
/* What lies in numbered bags in safes, and who had what: stow, unstow, custody. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "custody/whose.h"
#include "roster/card_report.h"
#include "roster/whereabouts.h"

struct stow_values {
	const char *thing;
	const char *bag;
	const char *place;
	const char *intact;
};

static const struct operand_row stow_operands[] = {
	{ "THING", "a card, root/2; a token by the name of its binding; an item", true,
	    offsetof(struct stow_values, thing) },
	{ .metavar = NULL },
};

#define BAG_ROW                                                                                    \
	{                                                                                          \
		.name = "bag", .kind = OPTION_TEXT, .metavar = "NUMBER",                           \
		.help = "the number printed on the bag", .required = true,                         \
		.offset = offsetof(struct stow_values, bag)                                        \
	}

static const struct option_row stow_options[] = {
	BAG_ROW,
	{ .name = "place",
	    .kind = OPTION_TEXT,
	    .metavar = "SAFE",
	    .help = "where the bag lies",
	    .required = true,
	    .offset = offsetof(struct stow_values, place) },
	{ .name = NULL },
};

static const struct option_row unstow_options[] = {
	BAG_ROW,
	{ .name = "intact",
	    .kind = OPTION_TEXT,
	    .metavar = "yes|no",
	    .help = "whether the bag was whole, as both saw it before it was opened",
	    .required = true,
	    .offset = offsetof(struct stow_values, intact) },
	{ .name = NULL },
};

static enum err
run_stow(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct stow_values *v = values;
	struct roster_stow stow = { .people = { cli->by[0], cli->by[1] } };
	enum err err = roster_thing_find(cli->custody.roster, v->thing, &stow.thing, trace);

	if (err == ERR_OK)
		err = cli_copy_text(stow.bag, sizeof(stow.bag), v->bag, "--bag", trace);
	if (err == ERR_OK)
		err = cli_copy_text(stow.place, sizeof(stow.place), v->place, "--place", trace);
	if (err == ERR_OK)
		err = roster_stow(cli->custody.roster, &stow, trace);
	if (err == ERR_OK)
		fprintf(cli->out, "%s lies in bag %s in %s, as the roster %s says.\n",
		    stow.thing.name, stow.bag, stow.place, roster_path(cli->custody.roster));
	return err;
}

static enum err
read_intact(const char *word, bool *out, struct err_trace *trace)
{
	if (strcmp(word, "yes") != 0 && strcmp(word, "no") != 0)
		return FAIL(trace, ERR_ARGUMENT, "--intact is yes or no, not '%.20s'", word);
	*out = strcmp(word, "yes") == 0;
	return ERR_OK;
}

static void
print_unstowed(struct cli *cli, const struct roster_unstow *unstow, const struct roster_stow *last,
    bool suspected)
{
	fprintf(cli->out, "%s is taken out of bag %s, as the roster %s says.\n", unstow->thing.name,
	    unstow->bag, roster_path(cli->custody.roster));
	if (!suspected)
		return;
	if (strcmp(unstow->bag, last->bag) != 0)
		fprintf(cli->out, "SUSPECTED: it was put into bag %s.\n", last->bag);
	if (!unstow->intact)
		fputs("SUSPECTED: its bag was not whole.\n", cli->out);
	if (unstow->thing.kind == ROSTER_THING_CARD)
		fputs("Nobody knows in whose hands the card was. It is not ready any more, and its "
		      "share counts as\nexposed until a re-key: quorate health says what that "
		      "means for the quorum.\n",
		    cli->out);
	else
		fputs("Nobody knows in whose hands it was. Do not use it before its maker's marks "
		      "and seals were\nchecked by two people; what was in it counts as exposed.\n",
		    cli->out);
}

static enum err
run_unstow(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct stow_values *v = values;
	struct roster_unstow unstow = { .people = { cli->by[0], cli->by[1] } };
	struct roster_stow last;
	bool suspected = false;
	enum err err = read_intact(v->intact, &unstow.intact, trace);

	if (err == ERR_OK)
		err = roster_thing_find(cli->custody.roster, v->thing, &unstow.thing, trace);
	if (err == ERR_OK)
		err = cli_copy_text(unstow.bag, sizeof(unstow.bag), v->bag, "--bag", trace);
	if (err == ERR_OK)
		err = roster_unstow(cli->custody.roster, &unstow, &suspected, trace);
	if (err == ERR_OK)
		err = roster_stow_last(cli->custody.roster, &unstow.thing, &last, trace);
	if (err == ERR_OK)
		print_unstowed(cli, &unstow, &last, suspected);
	return err;
}

/* ---- custody ------------------------------------------------------------------------------- */

struct custody_values {
	const char *at;
};

static const struct option_row custody_options[] = {
	{ .name = "at",
	    .kind = OPTION_TEXT,
	    .metavar = "DATE",
	    .help = "at the end of that day, in place of now",
	    .offset = offsetof(struct custody_values, at) },
	{ .name = NULL },
};

/* "bob and carol" */
enum { TWO = 2 * ROSTER_NAME + 8 };
static const char *
both(struct cli *cli, const struct roster_id people[2], char out[TWO])
{
	char first[ROSTER_NAME], second[ROSTER_NAME];

	whose_name(cli->custody.roster, &people[0], first);
	whose_name(cli->custody.roster, &people[1], second);
	snprintf(out, TWO, "%s and %s", first, second);
	return out;
}

static void
print_where(struct cli *cli, const struct roster_whereabouts *where)
{
	char holder[ROSTER_NAME] = "", since[CLI_TIME], people[TWO];

	if (where->thing.kind == ROSTER_THING_CARD)
		whose_name(cli->custody.roster, &where->custodian, holder);
	else
		snprintf(holder, sizeof(holder), "(%s)", roster_thing_word(where->thing.kind));
	fprintf(cli->out, "%-16s %-16s ", where->thing.name, holder);
	if (where->is_stowed)
		fprintf(cli->out, "in bag %s in %s since %s, put there by %s", where->stow.bag,
		    where->stow.place, cli_time(where->since, since),
		    both(cli, where->stow.people, people));
	else if (where->stow.unstowed != 0 && roster_id_is_set(&where->stow.openers[0]))
		fprintf(cli->out, "taken out of bag %s on %s by %s", where->stow.found_bag,
		    cli_time(where->since, since), both(cli, where->stow.openers, people));
	else
		fprintf(cli->out, "%s since %s",
		    where->thing.kind == ROSTER_THING_CARD ? "with its custodian" : "not stowed",
		    cli_time(where->since, since));
	if (where->report != ROSTER_REPORT_NONE)
		fprintf(cli->out, "; reported %s", roster_report_word(where->report));
	fputs(where->suspected ? "; SUSPECTED\n" : "\n", cli->out);
}

static json_t *
where_json(struct cli *cli, const struct roster_whereabouts *where)
{
	const struct roster_id *people =
	    where->is_stowed ? where->stow.people : where->stow.openers;
	char holder[ROSTER_NAME] = "", name[ROSTER_NAME];
	json_t *list = json_array();

	if (where->thing.kind == ROSTER_THING_CARD)
		whose_name(cli->custody.roster, &where->custodian, holder);
	for (int i = 0; i < 2 && roster_id_is_set(&people[i]); i++) {
		whose_name(cli->custody.roster, &people[i], name);
		json_array_append_new(list, json_string(name));
	}
	return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:I, s:o, s:s, s:b}", "thing",
	    where->thing.name, "kind", roster_thing_word(where->thing.kind), "custodian", holder,
	    "stowed", where->is_stowed ? 1 : 0, "bag", where->is_stowed ? where->stow.bag : "",
	    "place", where->is_stowed ? where->stow.place : "", "since", (json_int_t)where->since,
	    "people", list, "report", roster_report_word(where->report), "suspected",
	    where->suspected ? 1 : 0);
}

/* The last second of the day that was named; 0: now. */
static enum err
read_at(struct cli *cli, const char *text, int64_t *out, struct err_trace *trace)
{
	const struct clock_days days = { .last = roster_now(cli->custody.roster) };
	int64_t day = 0;
	enum err err = ERR_OK;

	if (text != NULL)
		err = clock_read_day(text, "--at", &days, &day, trace);
	if (err == ERR_OK)
		*out = text == NULL ? 0 : day + CLOCK_DAY - 1;
	return err;
}

static enum err
run_custody(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct custody_values *v = values;
	struct roster_whereabouts *things = NULL;
	json_t *list = json_array();
	size_t count = 0;
	int64_t at = 0;
	enum err err = read_at(cli, v->at, &at, trace);

	if (err == ERR_OK)
		err = roster_whereabouts(cli->custody.roster, at, &things, &count, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (cli->line->json)
			json_array_append_new(list, where_json(cli, &things[i]));
		else
			print_where(cli, &things[i]);
	}
	free(things);
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "custody", list), trace);
	if (err == ERR_OK && count == 0)
		fputs("The roster knows of no card, token or item then.\n", cli->out);
	json_decref(list);
	return err;
}

const struct command cmd_stow[] = {
	{ .name = "stow",
	    .summary = "Record that a card, a token or an item was put into a numbered bag",
	    .needs = NEED_WRITE | NEED_TWO,
	    .operands = stow_operands,
	    .options = stow_options,
	    .size = sizeof(struct stow_values),
	    .run = run_stow,
	    .notes =
		"A bag serves once. Example: quorate stow root/2 --bag A-1047 --place 'safe 1' "
		"--by ann,bob" },
	{ .name = "unstow",
	    .summary = "Record that it was taken out, of which bag, and whether that was whole",
	    .needs = NEED_WRITE | NEED_TWO,
	    .operands = stow_operands,
	    .options = unstow_options,
	    .size = sizeof(struct stow_values),
	    .run = run_unstow,
	    .notes =
		"Another number than at the last stowing, or a bag that is not whole, makes it "
		"suspected for good." },
	{ .name = "custody",
	    .summary = "Say who has what, and where; or had it on a day",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .options = custody_options,
	    .size = sizeof(struct custody_values),
	    .run = run_custody },
	{ .name = NULL },
};
