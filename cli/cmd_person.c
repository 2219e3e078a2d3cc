/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "roster/person.h"
#include "roster/roster.h"

/* ---- add ----------------------------------------------------------------------------------- */

struct add_values {
	const char *name;
	struct names roles;
	const char *contact;
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
	{ .name = NULL },
};

/* "custodian, auditor" */
enum { ROLES_TEXT = 128 };
static const char *
roles_text(unsigned roles, char out[ROLES_TEXT])
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned role = 1; role <= ROSTER_ROLES_ALL; role <<= 1)
		if ((roles & role) != 0 && len < ROLES_TEXT)
			len += (size_t)snprintf(out + len, ROLES_TEXT - len, "%s%s",
			    len == 0 ? "" : ", ", roster_role_word(role));
	return out;
}

static enum err
parse_roles(const struct names *names, unsigned *out, struct err_trace *trace)
{
	unsigned roles = 0, role;

	for (size_t i = 0; i < names->count; i++) {
		if (!roster_role_parse(names->name[i], &role)) {
			err_next(trace, "Roles are custodian, deputy, administrator, "
					"security-officer, witness, "
					"auditor and keeper.");
			return FAIL(trace, ERR_ARGUMENT, "'%s' is not a role", names->name[i]);
		}
		roles |= role;
	}
	*out = roles;
	return ERR_OK;
}

static enum err
run_add(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct add_values *v = values;
	struct roster_person_add add = { .name = v->name, .contact = v->contact };
	struct roster_id id;
	char text[ROLES_TEXT];
	enum err err = parse_roles(&v->roles, &add.roles, trace);

	if (err == ERR_OK)
		err = roster_person_add(cli->custody.roster, &add, &id, trace);
	if (err == ERR_OK)
		fprintf(cli->out, "%s is in the roster %s: %s.\n", v->name,
		    roster_path(cli->custody.roster), roles_text(add.roles, text));
	return err;
}

/* ---- list and show ------------------------------------------------------------------------- */

static json_t *
person_json(const struct roster_person *person)
{
	json_t *roles = json_array();
	char id[ROSTER_ID_TEXT];

	for (unsigned role = 1; role <= ROSTER_ROLES_ALL; role <<= 1)
		if ((person->roles & role) != 0)
			json_array_append_new(roles, json_string(roster_role_word(role)));
	roster_id_format(&person->id, id);
	return json_pack("{s:s, s:s, s:s, s:o, s:I, s:I}", "id", id, "name", person->name,
	    "contact", person->contact, "roles", roles, "since", (json_int_t)person->since,
	    "departed", (json_int_t)person->departed);
}

static enum err
run_list(struct cli *cli, const void *values, struct err_trace *trace)
{
	struct roster_person *people = NULL;
	json_t *list = json_array();
	size_t count = 0;
	char text[ROLES_TEXT];
	enum err err = roster_person_list(cli->custody.roster, &people, &count, trace);

	(void)values;
	for (size_t i = 0; i < count; i++) {
		if (cli->line->json)
			json_array_append_new(list, person_json(&people[i]));
		else
			fprintf(cli->out, "%-20s %s%s\n", people[i].name,
			    roles_text(people[i].roles, text),
			    people[i].departed != 0 ? " (departed)" : "");
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
	{ "NAME", "the person", true, offsetof(struct show_values, name) },
	{ .metavar = NULL },
};

static enum err
run_show(struct cli *cli, const void *values, struct err_trace *trace)
{
	const struct show_values *v = values;
	struct roster_person person;
	char text[ROLES_TEXT], time[CLI_TIME];
	enum err err = roster_person_find(cli->custody.roster, v->name, &person, trace);

	if (err != ERR_OK)
		return err;
	if (cli->line->json)
		return cli_print_json(cli, person_json(&person), trace);
	fprintf(cli->out, "%s: %s, since %s\n", person.name, roles_text(person.roles, text),
	    cli_time(person.since, time));
	if (person.contact[0] != '\0')
		fprintf(cli->out, "  contact: %s\n", person.contact);
	return ERR_OK;
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
	    .notes = "Example: quorate person add alice --role custodian --by ann" },
	{ .group = "person",
	    .name = "list",
	    .summary = "List the people",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .run = run_list },
	{ .group = "person",
	    .name = "show",
	    .summary = "Show one person",
	    .needs = NEED_ROSTER | NEED_JSON,
	    .operands = show_operands,
	    .size = sizeof(struct show_values),
	    .run = run_show },
	{ .name = NULL },
};
