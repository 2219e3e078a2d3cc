/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "ceremony/format_file.h"
#include "ceremony/script_fields.h"

static enum err
take_sheet(const struct fields_reader *reader, const struct yaml_node *root, struct sheet **out)
{
	struct sheet_draft draft = { .version = 0 };
	struct sheet *sheet = NULL;
	enum err err = format_version(reader, root, "quorate-sheet", SHEET_VERSION);

	if (err == ERR_OK)
		err = fields_read(reader, &sheet_fields, root, &draft);
	if (err == ERR_OK)
		err = field_room(reader, 1, sizeof(*sheet), (void **)&sheet);
	if (err != ERR_OK)
		return err;
	*sheet = draft.sheet;
	*out = sheet;
	return ERR_OK;
}

enum err
sheet_parse(
    const char *file, const char *bytes, size_t len, struct sheet **out, struct err_trace *trace)
{
	struct format_file opened = { .arena = NULL };
	struct sheet *sheet = NULL;
	enum err err = format_open(
	    &(struct yaml_input){ .file = file, .bytes = bytes, .len = len }, &opened, trace);

	if (err == ERR_OK)
		err = take_sheet(&opened.reader, opened.root, &sheet);
	if (err != ERR_OK) {
		arena_free(opened.arena);
		return err;
	}
	sheet->arena = opened.arena;
	sheet->bytes = opened.bytes;
	sheet->len = len;
	memcpy(sheet->hash, opened.hash, sizeof(sheet->hash));
	*out = sheet;
	return ERR_OK;
}

enum err
sheet_read(const char *path, struct sheet **out, struct err_trace *trace)
{
	char *bytes = NULL;
	size_t len = 0;
	enum err err = format_read(path, &bytes, &len, trace);

	if (err != ERR_OK)
		return err;
	err = sheet_parse(path, bytes, len, out, trace);
	free(bytes);
	return err;
}

void
sheet_free(struct sheet *sheet)
{
	if (sheet != NULL)
		arena_free(sheet->arena);
}

const struct sheet_token *
sheet_token(const struct sheet *sheet, const char *name)
{
	for (size_t i = 0; i < sheet->token_count; i++)
		if (strcmp(sheet->tokens[i].name, name) == 0)
			return &sheet->tokens[i];
	return NULL;
}

const struct sheet_person *
sheet_seated(const struct sheet *sheet, const char *word)
{
	const struct script_seat seat = script_seat(word);
	unsigned nth = 0;

	for (size_t i = 0; i < sheet->person_count; i++)
		if (strcmp(sheet->people[i].role, seat.role) == 0 && ++nth == seat.nth)
			return &sheet->people[i];
	return NULL;
}

bool
sheet_fills(const struct sheet *sheet, const char *role, const char *name)
{
	for (size_t i = 0; i < sheet->person_count; i++) {
		const struct sheet_person *person = &sheet->people[i];

		if (strcmp(person->role, role) == 0 &&
		    (strcmp(person->name, name) == 0 ||
			(person->deputy != NULL && strcmp(person->deputy, name) == 0)))
			return true;
	}
	return false;
}

bool
sheet_token_is_software(const struct sheet_token *token)
{
	return (token->model != NULL && strstr(token->model, "SoftHSM") != NULL) ||
	       (token->uri != NULL && strstr(token->uri, "SoftHSM") != NULL);
}
