/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/person_import.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "roster/person_internal.h"
#include "roster/roster_internal.h"

enum column { NAME, ROLES, CONTACT, SITE, EMPLOYER, LINE, DEPUTY, COLUMNS };

static const char *const column_names[COLUMNS + 1] = {
	[NAME] = "name",
	[ROLES] = "roles",
	[CONTACT] = "contact",
	[SITE] = "site",
	[EMPLOYER] = "employer",
	[LINE] = "line",
	[DEPUTY] = "deputy",
	[COLUMNS] = NULL,
};

enum { GROWTH = 256, ROLES_TEXT = 160 };

/* A row of the table; texts point into it, NULL for an empty field. */
struct entry {
	size_t line;
	const char *field[COLUMNS];
	struct roster_id id;
};

/* A name that is taken: by a line of the table, or (line 0) in the roster. */
struct taken {
	const char *name;
	size_t line;
	struct roster_id id;
};

struct import {
	struct roster *roster;
	struct csv *csv;
	int column_at[CSV_FIELDS_MAX]; /* of enum column */
	size_t columns;
	struct entry *entry;
	size_t entries;
	struct roster_person *person; /* of the roster */
	size_t people;
	struct taken *taken; /* sorted by name */
	size_t names;
};

static enum err
fail_columns(const char *text, struct err_trace *trace)
{
	err_next(trace, "The first line names the columns, separated by commas: name, roles, and "
			"as wanted contact, site, employer, line, deputy.");
	return FAIL(trace, ERR_FORMAT, "line 1: %.80s", text);
}

static enum err
read_columns(struct import *import, struct err_trace *trace)
{
	struct csv_row row = { 0 };
	unsigned seen = 0;
	char words[96];
	const enum err err = csv_next(import->csv, &row, trace);

	if (err != ERR_OK)
		return err;
	import->columns = row.count;
	for (size_t i = 0; i < row.count; i++) {
		const int at = member_word_at(column_names, row.field[i]);

		snprintf(words, sizeof(words), "'%.40s' is %s", row.field[i],
		    at < 0 ? "no column" : "there twice");
		if (at < 0 || (seen & 1U << at) != 0)
			return fail_columns(words, trace);
		seen |= 1U << at;
		import->column_at[i] = at;
	}
	if ((seen & 1U << NAME) == 0 || (seen & 1U << ROLES) == 0)
		return fail_columns("the columns name and roles are needed", trace);
	return ERR_OK;
}

/* A new entry of zeros at the end; NULL without memory. */
static struct entry *
add_entry(struct import *import)
{
	if (import->entries % GROWTH == 0) {
		struct entry *grown =
		    reallocarray(import->entry, import->entries + GROWTH, sizeof(*import->entry));

		if (grown == NULL)
			return NULL;
		import->entry = grown;
	}
	struct entry *entry = &import->entry[import->entries++];
	*entry = (struct entry){ 0 };
	return entry;
}

static enum err
read_entries(struct import *import, struct err_trace *trace)
{
	struct csv_row row = { 0 };
	enum err err = csv_next(import->csv, &row, trace);

	for (; err == ERR_OK && row.count > 0; err = csv_next(import->csv, &row, trace)) {
		if (row.count != import->columns)
			return FAIL(trace, ERR_FORMAT,
			    "line %zu: %zu fields, where the first line has %zu", row.line,
			    row.count, import->columns);
		struct entry *entry = add_entry(import);
		if (entry == NULL)
			return FAIL(trace, ERR_NOMEM, "no memory for a table");
		entry->line = row.line;
		for (size_t i = 0; i < row.count; i++)
			entry->field[import->column_at[i]] =
			    row.field[i][0] != '\0' ? row.field[i] : NULL;
		err = roster_id_new(&entry->id, trace);
		if (err != ERR_OK)
			return err;
	}
	return err;
}

static int
order(const void *a, const void *b)
{
	const struct taken *one = a;
	const struct taken *other = b;
	const int by_name = strcmp(one->name, other->name);

	return by_name != 0 ? by_name : (one->line > other->line) - (one->line < other->line);
}

/* Every name of the roster's present people and of the table, once. */
static enum err
list_names(struct import *import, struct err_trace *trace)
{
	const int64_t now = roster_now(import->roster);
	enum err err = roster_person_list(import->roster, &import->person, &import->people, trace);

	if (err != ERR_OK)
		return err;
	import->taken = calloc(import->people + import->entries + 1, sizeof(*import->taken));
	if (import->taken == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a table");
	for (size_t i = 0; i < import->people; i++) {
		if (!roster_person_has_left(&import->person[i], now))
			import->taken[import->names++] =
			    (struct taken){ import->person[i].name, 0, import->person[i].id };
	}
	for (size_t i = 0; i < import->entries; i++) {
		if (import->entry[i].field[NAME] == NULL)
			return FAIL(trace, ERR_ARGUMENT, "line %zu: there is no name",
			    import->entry[i].line);
		import->taken[import->names++] = (struct taken){ import->entry[i].field[NAME],
			import->entry[i].line, import->entry[i].id };
	}
	qsort(import->taken, import->names, sizeof(*import->taken), order);
	for (size_t i = 1; i < import->names; i++) {
		const struct taken *first = &import->taken[i - 1];

		if (strcmp(first->name, import->taken[i].name) != 0 || import->taken[i].line == 0)
			continue;
		err_next(trace, "Give one of them another name, such as one with an initial.");
		if (first->line == 0)
			return FAIL(trace, ERR_EXISTS, "line %zu: '%s' is in the roster already",
			    import->taken[i].line, first->name);
		return FAIL(trace, ERR_EXISTS, "line %zu: '%s' is in line %zu already",
		    import->taken[i].line, first->name, first->line);
	}
	return ERR_OK;
}

static int
compare_name(const void *key, const void *item)
{
	return strcmp(key, ((const struct taken *)item)->name);
}

static enum err
parse_roles(const char *text, unsigned *out, struct err_trace *trace)
{
	char words[ROLES_TEXT];
	unsigned roles = 0;
	unsigned role = 0;

	if (text == NULL || strlen(text) >= sizeof(words)) {
		err_next(trace, "Give custodian, deputy, administrator, security-officer, witness, "
				"auditor or keeper, several with blanks between.");
		return FAIL(
		    trace, ERR_ARGUMENT, text == NULL ? "there is no role" : "too many roles");
	}
	memcpy(words, text, strlen(text) + 1);
	for (char *at = words, *word; (word = strsep(&at, " ;")) != NULL;) {
		if (*word == '\0')
			continue;
		if (!roster_role_parse(word, &role)) {
			err_next(trace, "Roles are custodian, deputy, administrator, "
					"security-officer, witness, auditor and keeper.");
			return FAIL(trace, ERR_ARGUMENT, "'%s' is not a role", word);
		}
		roles |= role;
	}
	*out = roles;
	return ERR_OK;
}

static enum err
record_entry(struct import *import, const struct entry *entry, struct err_trace *trace)
{
	const struct taken *deputy = NULL;
	struct roster_person_add add = { .name = entry->field[NAME],
		.contact = entry->field[CONTACT],
		.site = entry->field[SITE],
		.employer = entry->field[EMPLOYER],
		.line = entry->field[LINE] };
	enum err err = parse_roles(entry->field[ROLES], &add.roles, trace);

	if (err != ERR_OK)
		return err;
	if (entry->field[DEPUTY] != NULL) {
		deputy = bsearch(entry->field[DEPUTY], import->taken, import->names,
		    sizeof(*import->taken), compare_name);
		if (deputy == NULL)
			return FAIL(trace, ERR_ABSENT,
			    "the deputy '%.64s' is neither in the table nor in the roster",
			    entry->field[DEPUTY]);
		if (roster_id_equal(&deputy->id, &entry->id))
			return FAIL(trace, ERR_ARGUMENT, "nobody is their own deputy");
		add.deputy = &deputy->id;
	}
	return person_record(import->roster, &add, &entry->id, trace);
}

static enum err
record_all(struct import *import, struct err_trace *trace)
{
	enum err err = roster_begin(import->roster, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < import->entries && err == ERR_OK; i++) {
		err = record_entry(import, &import->entry[i], trace);
		if (err != ERR_OK)
			err = FAIL(trace, err, "line %zu of the table is not taken",
			    import->entry[i].line);
	}
	return roster_end(import->roster, err, trace);
}

enum err
roster_person_import(
    struct roster *roster, const struct roster_table *table, size_t *count, struct err_trace *trace)
{
	struct import import = { .roster = roster };
	enum err err = csv_open(table->text, table->len, &import.csv, trace);

	if (err == ERR_OK)
		err = read_columns(&import, trace);
	if (err == ERR_OK)
		err = read_entries(&import, trace);
	if (err == ERR_OK)
		err = list_names(&import, trace);
	if (err == ERR_OK)
		err = record_all(&import, trace);
	if (err == ERR_OK)
		*count = import.entries;
	else
		err = FAIL(trace, err, "nobody was imported");
	csv_close(import.csv);
	free(import.entry);
	free(import.person);
	free(import.taken);
	return err;
}

static void
join_roles(unsigned roles, char out[ROLES_TEXT])
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned role = 1; role <= ROSTER_ROLES_ALL; role <<= 1) {
		if ((roles & role) != 0 && len < ROLES_TEXT)
			len += (size_t)snprintf(out + len, ROLES_TEXT - len, "%s%s",
			    len == 0 ? "" : ";", roster_role_word(role));
	}
}

/* A deputy who left would not be taken back in. */
static const char *
deputy_name(struct roster *roster, const struct roster_person *person, struct roster_person *deputy)
{
	if (!roster_id_is_set(&person->deputy) ||
	    roster_person_get(roster, &person->deputy, deputy, NULL) != ERR_OK ||
	    roster_person_has_left(deputy, roster_now(roster)))
		return "";
	return deputy->name;
}

enum err
roster_person_export(struct roster *roster, FILE *to, size_t *count, struct err_trace *trace)
{
	struct roster_person *people = NULL;
	struct roster_person deputy;
	size_t all = 0;
	size_t written = 0;
	char roles[ROLES_TEXT];
	const enum err err = roster_person_list(roster, &people, &all, trace);

	if (err != ERR_OK)
		return err;
	csv_write(to, column_names, COLUMNS);
	for (size_t i = 0; i < all; i++) {
		const struct roster_person *person = &people[i];

		if (roster_person_has_left(person, roster_now(roster)))
			continue;
		join_roles(person->roles, roles);
		csv_write(to,
		    (const char *const[]){ [NAME] = person->name,
			[ROLES] = roles,
			[CONTACT] = person->contact,
			[SITE] = person->site,
			[EMPLOYER] = person->employer,
			[LINE] = person->line,
			[DEPUTY] = deputy_name(roster, person, &deputy) },
		    COLUMNS);
		written++;
	}
	free(people);
	*count = written;
	return ERR_OK;
}
