/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/stand_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* "  name: 'value'" with the quotes that YAML wants. */
static void
put(FILE *to, const char *indent, const char *name, const char *value)
{
	if (value == NULL)
		return;
	fprintf(to, "%s%s: '", indent, name);
	for (; *value != '\0'; value++) {
		if (*value == '\'')
			fputc('\'', to);
		fputc(*value, to);
	}
	fputs("'\n", to);
}

static void
put_quoted(FILE *to, const char *text)
{
	fputc('\'', to);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputc('\'', to);
		fputc(*text, to);
	}
	fputc('\'', to);
}

/* Roles stand together, whatever the order of the sheet. */
static void
put_people(FILE *to, const struct sheet *sheet)
{
	fputs("people:\n", to);
	for (size_t i = 0; i < sheet->person_count; i++) {
		const char *role = sheet->people[i].role;
		bool before = false;

		for (size_t k = 0; k < i; k++)
			before = before || strcmp(sheet->people[k].role, role) == 0;
		if (before)
			continue;
		fprintf(to, "  %s:\n", role);
		for (size_t k = i; k < sheet->person_count; k++) {
			const struct sheet_person *person = &sheet->people[k];

			if (strcmp(person->role, role) != 0)
				continue;
			fputs("    - {name: ", to);
			put_quoted(to, person->name);
			if (person->deputy != NULL) {
				fputs(", deputy: ", to);
				put_quoted(to, person->deputy);
			}
			fputs("}\n", to);
		}
	}
}

static void
put_tokens(FILE *to, const struct sheet *sheet, const struct stand_in *how)
{
	if (sheet->token_count > 0)
		fputs("tokens:\n", to);
	for (size_t i = 0; i < sheet->token_count; i++) {
		const struct sheet_token *token = &sheet->tokens[i];
		const char *label =
		    how->label == NULL ? NULL : how->label(how->context, token->name);
		char uri[200] = STAND_IN_FRESH;

		if (label != NULL)
			snprintf(uri, sizeof(uri),
			    "pkcs11:model=SoftHSM%%20v2;token=PRACTICE%%20%s", label);
		fprintf(to, "  %s:\n", token->name);
		put(to, "    ", "uri", uri);
		put(to, "    ", "serial", token->serial == NULL ? NULL : "none");
		put(to, "    ", "model", how->model);
		put(to, "    ", "firmware", how->firmware);
		put(to, "    ", "fips", "none");
		put(to, "    ", "item", token->item);
	}
}

static void
put_media(FILE *to, const struct sheet *sheet, const struct stand_in *how)
{
	char path[1024];

	if (sheet->medium_count > 0)
		fputs("media:\n", to);
	for (size_t i = 0; i < sheet->medium_count; i++) {
		const struct sheet_medium *medium = &sheet->media[i];

		snprintf(path, sizeof(path), "%s/media/%s", how->folder, medium->name);
		fprintf(to, "  %s:\n", medium->name);
		put(to, "    ", "path", path);
		put(to, "    ", "label", medium->label);
		if (medium->takes_copy)
			fputs("    copy: true\n", to);
	}
}

static const char *
value_of(const struct sheet_value *value, const struct stand_in *how)
{
	for (size_t i = 0; i < how->value_count; i++)
		if (strcmp(how->values[i].name, value->name) == 0)
			return how->values[i].value;
	return value->value;
}

static void
put_all(FILE *to, const struct sheet *sheet, const struct stand_in *how)
{
	char date[CLOCK_DATE];

	clock_format_date(sheet->date, date);
	fprintf(to, "quorate-sheet: 1\nceremony: %s\ndate: %s\n", sheet->ceremony, date);
	put(to, "", "start", sheet->start);
	put(to, "", "place", sheet->place_name);
	put_people(to, sheet);
	put_tokens(to, sheet, how);
	put_media(to, sheet, how);
	if (sheet->value_count > 0)
		fputs("values:\n", to);
	for (size_t i = 0; i < sheet->value_count; i++)
		put(to, "  ", sheet->values[i].name, value_of(&sheet->values[i], how));
	fputs("network: [lo]\n", to);
}

enum err
stand_in_sheet(
    const struct sheet *sheet, const struct stand_in *how, char **out, struct err_trace *trace)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for a sheet");
	put_all(to, sheet, how);
	if (fclose(to) != 0) {
		free(text);
		return FAIL(trace, ERR_NOMEM, "no memory for a sheet");
	}
	*out = text;
	return ERR_OK;
}
