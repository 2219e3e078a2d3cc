/* SPDX-License-Identifier: BSD-2-Clause */
/* People as the commands on them take and show them. */
#ifndef CLI_PERSON_TEXT_H
#define CLI_PERSON_TEXT_H

#include <jansson.h>

#include "cli/cli.h"
#include "roster/person.h"

/* "custodian, auditor" */
enum { ROLES_TEXT = 128 };
const char *roles_text(unsigned roles, char out[ROLES_TEXT]);

/* ERR_ARGUMENT lists the roles. */
MUST_CHECK enum err roles_parse(const struct names *names, unsigned *out, struct err_trace *trace);

/* What the roster has of one person, as JSON. */
json_t *person_json(struct cli *cli, const struct roster_person *person);

/* Where they are: ", leaves on 2026-12-31", ", away until 2026-12-01"; empty when here. */
enum { PRESENCE_TEXT = 96 };
MUST_CHECK enum err person_presence(struct cli *cli, const struct roster_person *person,
    char out[PRESENCE_TEXT], struct err_trace *trace);

/* All of one person: what is known, cards, absences, appointments, history; --json too. */
MUST_CHECK enum err
person_print(struct cli *cli, const struct roster_person *person, struct err_trace *trace);

#endif
