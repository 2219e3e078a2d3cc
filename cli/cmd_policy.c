/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"
#include "cli/cli.h"
#include "roster/person.h"
#include "roster/policy.h"

/* ---- show ---------------------------------------------------------------------------------- */

struct show_values {
	int64_t at;
};

static const struct option_row show_options[] = {
	{ .name = "at",
	    .kind = OPTION_DAY,
	    .metavar = "DATE",
	    .help = "as it was at the end of that day",
	    .offset = offsetof(struct show_values, at) },
	{ .name = NULL },
};

static const char *
name_of(struct cli *cli, const struct roster_id *id, struct roster_person *person)
{
	if (roster_person_get(cli->custody.roster, id, person, NULL) != ERR_OK)
		return "somebody unknown";
	return person->name;
}

/* When, why and by whom the limit got its value; nothing where it is the default. */
static json_t *
last_json(struct cli *cli, const struct roster_policy_last *last)
{
	struct roster_person first, second;

	return json_pack("{s:I, s:s, s:[s, s]}", "time", (json_int_t)last->time, "reason",
	    last->reason, "people", name_of(cli, &last->people[0], &first),
	    name_of(cli, &last->people[1], &second));
}

static void
print_last(struct cli *cli, const struct roster_policy_last *last)
{
	struct roster_person first, second;
	char date[CLOCK_DATE];

	clock_format_date(last->time, date);
	fprintf(cli->out, "%26ssince %s, by %s and %s: %s\n", "", date,
	    name_of(cli, &last->people[0], &first), name_of(cli, &last->people[1], &second),
	    last->reason);
}

static enum err
show_one(struct cli *cli, enum roster_policy which, int64_t at, json_t *values, json_t *changes,
    struct err_trace *trace)
{
	const struct roster_policy_row *row = roster_policy_row(which);
	struct roster_policy_last last;
	char text[ROSTER_POLICY_TEXT];
	int64_t value = 0;
	enum err err = roster_policy_get(cli->custody.roster, which, at, &value, trace);

	if (err != ERR_OK)
		return err;
	roster_policy_format(which, value, text);
	json_object_set_new(values, row->name, json_integer(value));
	if (!cli->line->json)
		fprintf(cli->out, "%-24s %8s %-8s %s\n", row->name, text, row->unit, row->meaning);
	err = roster_policy_last(cli->custody.roster, which, at, &last, trace);
	if (err == ERR_ABSENT)
		return ERR_OK;
	if (err == ERR_OK && cli->line->json)
		json_object_set_new(changes, row->name, last_json(cli, &last));
	else if (err == ERR_OK)
		print_last(cli, &last);
	return err;
}

static enum err
run_show(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct show_values *v = values;
	const int64_t at = v->at == 0 ? 0 : v->at + CLOCK_DAY - 1;
	json_t *limits = json_object();
	json_t *changes = json_object();
	enum err err = ERR_OK;

	for (int i = 0; err == ERR_OK && i < ROSTER_POLICY__COUNT; i++)
		err = show_one(cli, (enum roster_policy)i, at, limits, changes, trace);
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(
		    cli, json_pack("{s:o, s:o}", "policy", limits, "changed", changes), trace);
	json_decref(limits);
	json_decref(changes);
	return err;
}

/* ---- set ----------------------------------------------------------------------------------- */

struct set_values {
	const char *name;
	const char *value;
	const char *reason;
	struct names people;
};

static const struct operand_row set_operands[] = {
	{ "LIMIT", "its name, as 'quorate policy show' has it", true,
	    offsetof(struct set_values, name) },
	{ "VALUE", "a number, refused or allowed, or M-1", true,
	    offsetof(struct set_values, value) },
	{ .metavar = NULL },
};

static const struct option_row set_options[] = {
	{ .name = "reason",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "why; it stays in the log for ever",
	    .required = true,
	    .offset = offsetof(struct set_values, reason) },
	{ .name = "people",
	    .kind = OPTION_NAMES,
	    .metavar = "A,B",
	    .help = "the two people who decided it",
	    .required = true,
	    .offset = offsetof(struct set_values, people) },
	{ .name = NULL },
};

static enum err
find_people(
    struct cli *cli, const struct names *names, struct roster_id people[2], struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (names->count != 2) {
		err_next(trace, "Name them: --people alice,bob");
		return FAIL(
		    trace, ERR_ARGUMENT, "two people decide on the policy, not %zu", names->count);
	}
	for (int i = 0; i < 2 && err == ERR_OK; i++) {
		struct roster_person person;

		err = roster_person_find(cli->custody.roster, names->name[i], &person, trace);
		if (err == ERR_OK)
			people[i] = person.id;
	}
	return err;
}

static enum err
run_set(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct set_values *v = values;
	struct roster_policy_change change = { .reason = v->reason };
	char text[ROSTER_POLICY_TEXT];
	enum err err = roster_policy_find(v->name, &change.which, trace);

	if (err == ERR_OK)
		err = roster_policy_parse(change.which, v->value, &change.value, trace);
	if (err == ERR_OK)
		err = find_people(cli, &v->people, change.people, trace);
	if (err == ERR_OK)
		err = roster_policy_set(cli->custody.roster, &change, trace);
	if (err != ERR_OK)
		return err;
	roster_policy_format(change.which, change.value, text);
	fprintf(cli->out, "%s is %s from now on, in the roster %s.\n", v->name, text,
	    roster_path(cli->custody.roster));
	return ERR_OK;
}

const struct command cmd_policy[] = {
	{ .group = "policy",
	    .name = "show",
	    .summary = "Show the limits that are in force",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .options = show_options,
	    .size = sizeof(struct show_values),
	    .run = run_show },
	{ .group = "policy",
	    .name = "set",
	    .summary = "Change a limit",
	    .needs = NEED_WRITE,
	    .operands = set_operands,
	    .options = set_options,
	    .size = sizeof(struct set_values),
	    .run = run_set,
	    .notes = "A limit is not loosened while it holds something back: while an operation "
		     "or an activation\nthat it governs is under way, and for 24 hours after it "
		     "refused one.\n"
		     "Example: quorate policy set roll-call-days 90 --reason \"audit of May\" "
		     "--people alice,bob --by ann" },
	{ .name = NULL },
};
