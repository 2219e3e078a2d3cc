/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/print_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *
or_dash(const char *text)
{
	return text == NULL || text[0] == '\0' ? "–" : text;
}

/* ---- Cover --------------------------------------------------------------------------------- */

static void
put_hash(struct print *print, const char *what, const uint8_t hash[SHA256_SIZE])
{
	struct form *form = &print->form;

	form_fact(form, what,
	    form_print(form, "%s\n%s", form_hex(form, hash, SHA256_SIZE),
		form_words(form, hash, SHA256_SIZE)));
}

static const char *
duration(struct print *print)
{
	unsigned minutes = 0;

	for (size_t i = 0; i < print->script->step_count; i++)
		minutes += print->script->steps[i].minutes;
	return form_print(&print->form, "%u h %02u min, %zu steps in %zu phases", minutes / 60,
	    minutes % 60, print->script->step_count, print->script->phase_count);
}

static void
put_references(struct print *print)
{
	static const struct form_column columns[] = { { "Reference", 180 }, { "Title", 470 },
		{ "Where", 350 } };
	const struct script *script = print->script;

	if (script->reference_count == 0)
		return;
	form_section(&print->form, "References");
	form_table(&print->form, columns, COUNT(columns));
	for (size_t i = 0; i < script->reference_count; i++) {
		const struct script_reference *reference = &script->references[i];
		const char *const texts[] = { or_dash(reference->what), or_dash(reference->title),
			or_dash(reference->where) };

		document_where(print->form.document,
		    form_print(&print->form, "%s, line %u", "script.yaml", reference->place.line));
		form_cells(&print->form, columns, COUNT(columns), texts, &(struct form_row){ 0 });
	}
	document_where(print->form.document, NULL);
}

static void
put_kind(struct print *print)
{
	const struct document_cell cells[] = {
		{ 240, DOCUMENT_PLAIN, DOCUMENT_FRAME | DOCUMENT_SHADE, NULL, "Held as" },
		{ 380, DOCUMENT_PLAIN, DOCUMENT_FRAME | DOCUMENT_BOX, NULL, "the ceremony" },
		{ 380, DOCUMENT_PLAIN, DOCUMENT_FRAME | DOCUMENT_BOX, NULL,
		    "a rehearsal: nothing that is made is used" },
	};

	document_cells(print->form.document, &(struct document_shape){ 0 }, cells, COUNT(cells));
}

void
print_cover(struct print *print)
{
	struct form *form = &print->form;
	const struct script *script = print->script;
	const struct sheet *sheet = print->sheet;
	const struct document_cell title = {
		.share = 1000, .font = DOCUMENT_COVER, .text = script->title
	};
	char date[CLOCK_DATE];

	document_cells(form->document, &(struct document_shape){ .least = 60 }, &title, 1);
	if (script->purpose != NULL)
		document_text(form->document, script->purpose);
	clock_format_date(sheet->date, date);
	form_section(form, "When and where");
	form_fact(form, "Date and start",
	    form_print(form, "%s%s%s", date, sheet->start == NULL ? "" : ", ",
		sheet->start == NULL ? "" : sheet->start));
	form_fact(form, "Place", or_dash(sheet->place_name));
	form_fact(form, "Estimated", duration(print));
	form_fact(form, "Video", script->video ? "the whole of it is filmed" : "not asked for");
	put_kind(print);
	form_section(form, "What these pages are of");
	form_fact(form, "Script", script->name);
	put_hash(print, "SHA-256 of script.yaml", script->hash);
	put_hash(print, "SHA-256 of sheet.yaml", sheet->hash);
	if (sheet->previous_head != NULL)
		form_fact(form, "Head of the previous ceremony's evidence", sheet->previous_head);
	put_references(print);
}

/* ---- People -------------------------------------------------------------------------------- */

static const char *
signs(enum script_signing signing)
{
	switch (signing) {
	case SCRIPT_SIGNS_NOT:
		return "–";
	case SCRIPT_SIGNS_PAPER:
		return "on paper";
	case SCRIPT_SIGNS_CARD:
		return "by card";
	}
	return "–";
}

static const char *
duty_of(struct print *print, const struct script_role *role)
{
	struct form *form = &print->form;
	const char *text = or_dash(role->duty);
	const char *excludes = "";

	for (size_t i = 0; i < role->excludes.count; i++)
		excludes = form_join(form, excludes, ", ", role->excludes.word[i]);
	if (role->always)
		text = form_print(form, "%s\nIn the room at every step.", text);
	if (excludes[0] != '\0')
		text = form_print(form, "%s\nNobody fills this role and: %s.", text, excludes);
	return text;
}

void
print_roles(struct print *print)
{
	static const struct form_column columns[] = { { "Role", 190 }, { "Who", 270 },
		{ "Duty", 430 }, { "Signs", 110 } };
	struct form *form = &print->form;

	form_section(form, "Roles");
	form_table(form, columns, COUNT(columns));
	for (size_t i = 0; i < print->script->role_count; i++) {
		const struct script_role *role = &print->script->roles[i];
		const char *const texts[] = { role->name, or_dash(print_people(print, role->name)),
			duty_of(print, role), signs(role->signs) };

		document_where(form->document, form_print(form, "role %s, script.yaml, line %u",
						   role->name, role->place.line));
		form_cells(form, columns, COUNT(columns), texts, &(struct form_row){ 0 });
	}
	document_where(form->document, NULL);
}

/* ---- Devices and media --------------------------------------------------------------------- */

static void
put_token(struct print *print, const struct sheet_token *token)
{
	struct form *form = &print->form;
	const struct document_cell first[] = {
		{ 200, DOCUMENT_BOLD, DOCUMENT_FRAME | DOCUMENT_SHADE, "HSM", token->name },
		{ 300, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Model", or_dash(token->model) },
		{ 250, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Serial", or_dash(token->serial) },
		{ 250, DOCUMENT_PLAIN, DOCUMENT_FRAME, "In the register", or_dash(token->item) },
	};
	const struct document_cell second[] = {
		{ 200, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Firmware", or_dash(token->firmware) },
		{ 300, DOCUMENT_PLAIN, DOCUMENT_FRAME, "FIPS state", or_dash(token->fips) },
		{ 250, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Certificate", or_dash(token->certificate) },
		{ 250, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Compared with the device, initials", NULL },
	};

	document_where(form->document, form_print(form, "sheet.yaml, line %u", token->place.line));
	document_cells(form->document, &(struct document_shape){ .above = 6 }, first, COUNT(first));
	document_keep(form->document);
	document_cells(
	    form->document, &(struct document_shape){ .least = 26 }, second, COUNT(second));
}

static void
put_media(struct print *print)
{
	static const struct form_column columns[] = { { "Medium", 190 }, { "Label", 270 },
		{ "Mounted at", 350 }, { "Evidence copy", 190 } };
	struct form *form = &print->form;

	if (print->sheet->medium_count == 0)
		return;
	form_section(form, "Media");
	form_table(form, columns, COUNT(columns));
	for (size_t i = 0; i < print->sheet->medium_count; i++) {
		const struct sheet_medium *medium = &print->sheet->media[i];
		const char *const texts[] = { medium->name, or_dash(medium->label),
			or_dash(medium->path), medium->takes_copy ? "yes" : "no" };

		document_where(
		    form->document, form_print(form, "sheet.yaml, line %u", medium->place.line));
		form_cells(form, columns, COUNT(columns), texts, &(struct form_row){ 0 });
	}
	document_where(form->document, NULL);
}

void
print_devices(struct print *print)
{
	struct form *form = &print->form;
	const char *network = "";

	form_section(form, "Devices");
	if (print->sheet->token_count == 0)
		form_paragraph(form, "The sheet names no HSM.");
	for (size_t i = 0; i < print->sheet->token_count; i++)
		put_token(print, &print->sheet->tokens[i]);
	document_where(form->document, NULL);
	for (size_t i = 0; i < print->sheet->network.count; i++)
		network = form_join(form, network, ", ", print->sheet->network.word[i]);
	form_paragraph(
	    form, network[0] == '\0'
		      ? "No network interface of the host may be up."
		      : form_print(form, "Of the network, only these may be up: %s.", network));
	put_media(print);
}

/* ---- Tasks --------------------------------------------------------------------------------- */

static void
put_tasks(struct print *print, const char *title, const struct script_task *tasks, size_t count,
    bool before)
{
	static const struct form_column columns[] = { { "Task", 420 }, { "Owner", 220 },
		{ "Due", 150 }, { "Done on, initials", 210 } };
	struct form *form = &print->form;

	if (count == 0)
		return;
	form_section(form, title);
	form_table(form, columns, COUNT(columns));
	for (size_t i = 0; i < count; i++) {
		const int64_t days = (int64_t)tasks[i].days * CLOCK_DAY;
		const char *who = print_people(print, tasks[i].owner);
		char due[CLOCK_DATE];
		const char *const texts[] = { tasks[i].task,
			form_print(form, "%s%s%s", tasks[i].owner, who[0] == '\0' ? "" : ": ", who),
			due, NULL };

		clock_format_date(print->sheet->date + (before ? -days : days), due);
		document_where(
		    form->document, form_print(form, "script.yaml, line %u", tasks[i].place.line));
		form_cells(form, columns, COUNT(columns), texts,
		    &(struct form_row){ .least = 26, .box = true });
	}
	document_where(form->document, NULL);
}

void
print_tasks(struct print *print)
{
	put_tasks(print, "Preparation", print->script->preparation,
	    print->script->preparation_count, true);
}

void
print_afterwards(struct print *print)
{
	put_tasks(
	    print, "Afterwards", print->script->afterwards, print->script->afterwards_count, false);
}
