/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * People from a table and into one. The first line names the columns, in any order: name and roles
 * are needed; contact, site, employer, line and deputy may be there. Roles are separated by blanks
 * or semicolons; a deputy is somebody of the table or of the roster. All rows are taken or none.
 */
#ifndef ROSTER_PERSON_IMPORT_H
#define ROSTER_PERSON_IMPORT_H

#include <stdio.h>

#include "roster/roster.h"

enum { ROSTER_IMPORT_MAX = 16 * 1024 * 1024 };

/* ERR_FORMAT, ERR_ARGUMENT and ERR_EXISTS name the line. *count: the people who were added. */
struct roster_table {
	const char *text;
	size_t len;
};
MUST_CHECK enum err roster_person_import(struct roster *roster, const struct roster_table *table,
    size_t *count, struct err_trace *trace);

/* Those who are present, in the form that roster_person_import takes. */
MUST_CHECK enum err
roster_person_export(struct roster *roster, FILE *to, size_t *count, struct err_trace *trace);

#endif
