/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/print.h"

#include <string.h>

#include "ceremony/print_parts.h"

/* What each page shows in its corner. */
static void
put_mark(struct print *print)
{
	const char *mark = print->input->practice ? "PRACTICE" : "";
	bool software = false;

	for (size_t i = 0; i < print->sheet->token_count; i++)
		software |= sheet_token_is_software(&print->sheet->tokens[i]);
	if (software)
		mark = form_join(&print->form, mark, " · ", "SOFTWARE TOKEN");
	document_mark(print->form.document, mark);
}

static void
put_frame(struct print *print)
{
	struct form *form = &print->form;
	const uint8_t *hash = print->script->hash;

	put_mark(print);
	document_head(form->document, print->script->title);
	document_foot(
	    form->document, form_print(form, "Script of ceremony %s", print->script->name));
	document_seal(form->document,
	    form_print(form, "SHA-256 of this script: %s\nin words: %s",
		form_hex(form, hash, SHA256_SIZE), form_words(form, hash, SHA256_SIZE)));
}

const char *
print_person(struct print *print, const struct sheet_person *person)
{
	return person->deputy == NULL
		   ? person->name
		   : form_print(&print->form, "%s (deputy: %s)", person->name, person->deputy);
}

const char *
print_people(struct print *print, const char *role)
{
	const char *list = "";

	for (size_t i = 0; i < print->sheet->person_count; i++) {
		const struct sheet_person *person = &print->sheet->people[i];

		if (strcmp(person->role, role) == 0)
			list = form_join(&print->form, list, ", ", print_person(print, person));
	}
	return list;
}

enum err
print_pages(const struct print_input *input, const char *path, struct err_trace *trace)
{
	struct print print = { .input = input, .script = input->script, .sheet = input->sheet };
	enum err err = form_begin(&print.form, input->script->title, trace);

	if (err != ERR_OK)
		return err;
	put_frame(&print);
	print_cover(&print);
	print_approval(&print);
	print_roles(&print);
	print_devices(&print);
	print_tasks(&print);
	err = print_steps(&print, trace);
	if (err != ERR_OK) {
		form_drop(&print.form);
		return err;
	}
	print_afterwards(&print);
	print_exceptions(&print);
	print_attendance(&print);
	print_signatures(&print);
	return form_end(&print.form, path, trace);
}
