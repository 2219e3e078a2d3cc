/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is in the roster, and what is known of them. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/person_text.h"
#include "roster/person.h"
#include "roster/roster.h"

/* ---- add ----------------------------------------------------------------------------------- */

struct add_values {
	const char *name;
	struct names roles;
	const char *contact;
	const char *site;
	const char *employer;
	const char *line;
	const char *deputy;
};

static const struct operand_row add_operands[] = {
	{ "NAME", "how the person is called here", true, offsetof(struct add_values, name) },
	{ .metavar = NULL },
};

static const struct option_row add_options[] = {
	{ .name = "role",
	    .kind = OPTION_NAMES,
	    .metavar = "ROLE",
	    .help = "custodian, deputy, administrator, security-officer, witness, auditor, keeper",
	    .required = true,
	    .offset = offsetof(struct add_values, roles) },
	{ .name = "contact",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "how to reach them",
	    .offset = offsetof(struct add_values, contact) },
	{ .name = "site",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "where they work",
	    .offset = offsetof(struct add_values, site) },
	{ .name = "employer",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "who employs them",
	    .offset = offsetof(struct add_values, employer) },
	{ .name = "line",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "whom they report to",
	    .offset = offsetof(struct add_values, line) },
	{ .name = "deputy",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "who stands in for them",
	    .offset = offsetof(struct add_values, deputy) },
	{ .name = NULL },
};

/* The deputy that was named, or none. */
static enum err
find_deputy(struct cli *cli, const char *name, struct roster_person *deputy,
    const struct roster_id **out, struct err_trace *trace)
{
	enum err err;

	*out = NULL;
	if (name == NULL)
		return ERR_OK;
	err = roster_person_find(cli->custody.roster, name, deputy, trace);
	if (err == ERR_OK)
		*out = &deputy->id;
	return err;
}

static enum err
run_add(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct add_values *v = values;
	struct roster_person_add add = { .name = v->name,
		.contact = v->contact,
		.site = v->site,
		.employer = v->employer,
		.line = v->line };
	struct roster_person deputy;
	struct roster_id id;
	char text[ROLES_TEXT];
	enum err err = roles_parse(&v->roles, &add.roles, trace);

	if (err == ERR_OK)
		err = find_deputy(cli, v->deputy, &deputy, &add.deputy, trace);
	if (err == ERR_OK)
		err = roster_person_add(cli->custody.roster, &add, &id, trace);
	if (err == ERR_OK)
		fprintf(cli->out, "%s is in the roster %s: %s.\n", v->name,
		    roster_path(cli->custody.roster), roles_text(add.roles, text));
	return err;
}

/* ---- edit ---------------------------------------------------------------------------------- */

struct edit_values {
	const char *name;
	const char *new_name;
	struct names roles;
	const char *contact;
	const char *site;
	const char *employer;
	const char *line;
	const char *deputy;
	struct names clear;
};

static const struct operand_row edit_operands[] = {
	{ "NAME", "the person", true, offsetof(struct edit_values, name) },
	{ .metavar = NULL },
};

static const struct option_row edit_options[] = {
	{ .name = "name",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "another name",
	    .offset = offsetof(struct edit_values, new_name) },
	{ .name = "role",
	    .kind = OPTION_NAMES,
	    .metavar = "ROLE",
	    .help = "all roles from now on",
	    .offset = offsetof(struct edit_values, roles) },
	{ .name = "contact",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "how to reach them",
	    .offset = offsetof(struct edit_values, contact) },
	{ .name = "site",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "where they work",
	    .offset = offsetof(struct edit_values, site) },
	{ .name = "employer",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "who employs them",
	    .offset = offsetof(struct edit_values, employer) },
	{ .name = "line",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "whom they report to",
	    .offset = offsetof(struct edit_values, line) },
	{ .name = "deputy",
	    .kind = OPTION_TEXT,
	    .metavar = "NAME",
	    .help = "who stands in for them",
	    .offset = offsetof(struct edit_values, deputy) },
	{ .name = "clear",
	    .kind = OPTION_NAMES,
	    .metavar = "WORD",
	    .help = "take away: contact, site, employer, line, deputy",
	    .offset = offsetof(struct edit_values, clear) },
	{ .name = NULL },
};

/* "" takes away; what is both given and taken away is a contradiction. */
static enum err
clear_one(const char *word, struct roster_person_edit *edit, struct err_trace *trace)
{
	static const struct roster_id nobody;
	const struct {
		const char *word;
		const char **text;
	} rows[] = {
		{ "contact", &edit->contact },
		{ "site", &edit->site },
		{ "employer", &edit->employer },
		{ "line", &edit->line },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].word, word) != 0)
			continue;
		if (*rows[i].text != NULL)
			return FAIL(trace, ERR_ARGUMENT, "--%s and --clear %s", word, word);
		*rows[i].text = "";
		return ERR_OK;
	}
	if (strcmp(word, "deputy") != 0 || edit->deputy != NULL) {
		err_next(trace, "These can be taken away: contact, site, employer, line, deputy.");
		return FAIL(trace, ERR_ARGUMENT, "--clear cannot be '%s'", word);
	}
	edit->deputy = &nobody;
	return ERR_OK;
}

static enum err
run_edit(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct edit_values *v = values;
	struct roster_person_edit edit = { .name = v->new_name,
		.contact = v->contact,
		.site = v->site,
		.employer = v->employer,
		.line = v->line };
	struct roster_person person, deputy;
	enum err err = roster_person_find(cli->custody.roster, v->name, &person, trace);

	if (err == ERR_OK)
		err = roles_parse(&v->roles, &edit.roles, trace);
	if (err == ERR_OK)
		err = find_deputy(cli, v->deputy, &deputy, &edit.deputy, trace);
	for (size_t i = 0; err == ERR_OK && i < v->clear.count; i++)
		err = clear_one(v->clear.name[i], &edit, trace);
	if (err == ERR_OK)
		err = roster_person_edit(cli->custody.roster, &person.id, &edit, trace);
	if (err == ERR_OK)
		err = roster_person_get(cli->custody.roster, &person.id, &person, trace);
	if (err == ERR_OK)
		fprintf(cli->out, "%s is changed in the roster %s.\n", person.name,
		    roster_path(cli->custody.roster));
	return err;
}

/* ---- list and show ------------------------------------------------------------------------- */

static enum err
print_line(struct cli *cli, const struct roster_person *person, struct err_trace *trace)
{
	char roles[ROLES_TEXT];
	char presence[PRESENCE_TEXT];
	const enum err err = person_presence(cli, person, presence, trace);

	if (err == ERR_OK)
		fprintf(cli->out, "%-20s %s%s\n", person->name, roles_text(person->roles, roles),
		    presence);
	return err;
}

static enum err
run_list(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct roster_person *people = NULL;
	json_t *list = json_array();
	size_t count = 0;
	enum err err = roster_person_list(cli->custody.roster, &people, &count, trace);

	(void)values;
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (cli->line->json)
			json_array_append_new(list, person_json(cli, &people[i]));
		else
			err = print_line(cli, &people[i], trace);
	}
	free(people);
	if (err == ERR_OK && cli->line->json)
		return cli_print_json(cli, json_pack("{s:o}", "people", list), trace);
	json_decref(list);
	return err;
}

struct show_values {
	const char *name;
};

static const struct operand_row show_operands[] = {
	{ "NAME", "the person, or the beginning of the id", true,
	    offsetof(struct show_values, name) },
	{ .metavar = NULL },
};

static enum err
run_show(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct show_values *v = values;
	struct roster_person person;
	enum err err = roster_person_find_any(cli->custody.roster, v->name, &person, trace);

	return err == ERR_OK ? person_print(cli, &person, trace) : err;
}

/* ---- erase --------------------------------------------------------------------------------- */

struct erase_values {
	const char *name;
	const char *reason;
};

static const struct operand_row erase_operands[] = {
	{ "NAME", "the person, who must have left", true, offsetof(struct erase_values, name) },
	{ .metavar = NULL },
};

static const struct option_row erase_options[] = {
	{ .name = "reason",
	    .kind = OPTION_TEXT,
	    .metavar = "TEXT",
	    .help = "why; it stays in the log for ever, so name nobody",
	    .required = true,
	    .offset = offsetof(struct erase_values, reason) },
	{ .name = NULL },
};

static enum err
run_erase(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct erase_values *v = values;
	struct roster_person person;
	enum err err = roster_person_find_any(cli->custody.roster, v->name, &person, trace);

	if (err == ERR_OK)
		err = roster_person_erase(cli->custody.roster, &person.id, v->reason, trace);
	if (err == ERR_OK)
		err = roster_person_get(cli->custody.roster, &person.id, &person, trace);
	if (err == ERR_OK)
		fprintf(cli->out,
		    "What the roster %s stored about them is erased; they are '%s' from now on.\n"
		    "Copies of the file and packs that were made before still have it.\n",
		    roster_path(cli->custody.roster), person.name);
	return err;
}

const struct command cmd_person[] = {
	{ .group = "person",
	    .name = "add",
	    .summary = "Put a person into the roster",
	    .needs = NEED_WRITE,
	    .operands = add_operands,
	    .options = add_options,
	    .size = sizeof(struct add_values),
	    .run = run_add,
	    .notes = "Example: quorate person add alice --role custodian --site Bern --by ann" },
	{ .group = "person",
	    .name = "edit",
	    .summary = "Change what is known of a person",
	    .needs = NEED_WRITE,
	    .operands = edit_operands,
	    .options = edit_options,
	    .size = sizeof(struct edit_values),
	    .run = run_edit },
	{ .group = "person",
	    .name = "list",
	    .summary = "List the people",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .run = run_list },
	{ .group = "person",
	    .name = "show",
	    .summary = "Show one person with the whole history",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .operands = show_operands,
	    .size = sizeof(struct show_values),
	    .run = run_show },
	{ .group = "person",
	    .name = "erase",
	    .summary = "Erase what is stored about somebody who left",
	    .needs = NEED_WRITE,
	    .operands = erase_operands,
	    .options = erase_options,
	    .size = sizeof(struct erase_values),
	    .run = run_erase },
	{ .name = NULL },
};
