/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "ceremony/print_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	APPROVALS = 4,
	GUESTS = 6, /* lines of the attendance page for who is in no role */
	LINE_BY_HAND = 28,
	HEAD_WORDS = 16,
	WORDS_A_ROW = 4,
};

static void
put_cells(struct print *print, const struct document_cell *cells, size_t count, unsigned least,
    bool first)
{
	if (!first)
		document_keep(print->form.document);
	document_cells(print->form.document,
	    &(struct document_shape){ .above = first ? 12 : 0, .least = least }, cells, count);
}

/* ---- Approval ------------------------------------------------------------------------------ */

void
print_approval(struct print *print)
{
	static const struct form_column columns[] = { { "Name", 280 }, { "Role", 220 },
		{ "Date", 180 }, { "Signature", 320 } };
	static const char *const blank[COUNT(columns)];
	struct form *form = &print->form;

	document_page(form->document);
	form_section(form, "Approval");
	form_paragraph(form,
	    "I have read the script with the SHA-256 at the foot of this page, and approve that it "
	    "is followed.");
	document_keep(form->document);
	form_table(form, columns, COUNT(columns));
	for (int i = 0; i < APPROVALS; i++) {
		document_keep(form->document);
		form_cells(form, columns, COUNT(columns), blank,
		    &(struct form_row){ .least = LINE_BY_HAND });
	}
}

/* ---- Exceptions ---------------------------------------------------------------------------- */

static void
put_exception(struct print *print, unsigned number)
{
	static const struct document_cell what[] = {
		{ 1000, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Expected", NULL },
	};
	static const struct document_cell happened[] = {
		{ 1000, DOCUMENT_PLAIN, DOCUMENT_FRAME, "What happened", NULL },
	};
	static const struct document_cell people[] = {
		{ 280, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Decided by (name)", NULL },
		{ 220, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Signature", NULL },
		{ 280, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Confirmed by (another name)", NULL },
		{ 220, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Signature", NULL },
	};
	static const struct document_cell outcome[] = {
		{ 200, DOCUMENT_PLAIN, DOCUMENT_FRAME | DOCUMENT_SHADE, NULL, "Outcome" },
		{ 200, DOCUMENT_PLAIN, DOCUMENT_FRAME | DOCUMENT_BOX, NULL, "retry" },
		{ 400, DOCUMENT_PLAIN, DOCUMENT_FRAME | DOCUMENT_BOX, NULL,
		    "deviation (of a step marked NEVER SKIP only if it was cut off)" },
		{ 200, DOCUMENT_PLAIN, DOCUMENT_FRAME | DOCUMENT_BOX, NULL, "stop" },
	};
	const struct document_cell head[] = {
		{ 400, DOCUMENT_NUMBER, DOCUMENT_SHADE | DOCUMENT_FRAME, NULL,
		    form_print(&print->form, "Exception no. %u", number) },
		{ 300, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Step", NULL },
		{ 300, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Time", NULL },
	};

	put_cells(print, head, COUNT(head), LINE_BY_HAND, true);
	put_cells(print, what, COUNT(what), 66, false);
	put_cells(print, happened, COUNT(happened), 94, false);
	put_cells(print, people, COUNT(people), 36, false);
	put_cells(print, outcome, COUNT(outcome), 20, false);
}

void
print_exceptions(struct print *print)
{
	if (print->input->exceptions == 0)
		return;
	document_page(print->form.document);
	form_section(&print->form, "Exceptions");
	form_paragraph(&print->form,
	    "One sheet for each time that something was not as the script expects. One person "
	    "decides, "
	    "another confirms; what is decided is read aloud before the ceremony goes on.");
	for (unsigned i = 1; i <= print->input->exceptions; i++)
		put_exception(print, i);
}

/* Who is to come; the deputy's name is there to be struck out, or the other's. */
static const char *
who_comes(struct print *print, const struct sheet_person *person)
{
	return person->deputy == NULL
		   ? person->name
		   : form_print(&print->form, "%s, or %s", person->name, person->deputy);
}

/* ---- Attendance ---------------------------------------------------------------------------- */

void
print_attendance(struct print *print)
{
	static const struct form_column columns[] = { { "Name", 260 }, { "Role", 200 },
		{ "In", 85 }, { "Out", 85 }, { "In", 85 }, { "Out", 85 }, { "Signature", 200 } };
	struct form *form = &print->form;
	const struct sheet *sheet = print->sheet;

	document_page(form->document);
	form_section(form, "Attendance");
	form_paragraph(form, "Whoever is in the room, with each time of coming and going.");
	form_table(form, columns, COUNT(columns));
	for (size_t i = 0; i < sheet->person_count + GUESTS; i++) {
		const char *texts[COUNT(columns)] = { NULL };

		if (i < sheet->person_count) {
			texts[0] = who_comes(print, &sheet->people[i]);
			texts[1] = sheet->people[i].role;
		}
		form_cells(form, columns, COUNT(columns), texts,
		    &(struct form_row){ .least = LINE_BY_HAND });
	}
}

/* ---- Signatures ---------------------------------------------------------------------------- */

static void
put_head_words(struct print *print)
{
	struct document_cell cells[WORDS_A_ROW];

	for (int first = 0; first < HEAD_WORDS; first += WORDS_A_ROW) {
		for (int i = 0; i < WORDS_A_ROW; i++) {
			cells[i] = (struct document_cell){ .share = 1000 / WORDS_A_ROW,
				.look = DOCUMENT_FRAME,
				.caption = form_print(&print->form, "%d", first + i + 1) };
		}
		document_keep(print->form.document);
		document_cells(print->form.document, &(struct document_shape){ .least = 26 }, cells,
		    WORDS_A_ROW);
	}
}

static void
put_signer(struct print *print, const struct script_role *role, const char *name)
{
	static const struct document_cell statement[] = {
		{ 300, DOCUMENT_PLAIN, DOCUMENT_FRAME | DOCUMENT_BOX, NULL, "followed as written" },
		{ 400, DOCUMENT_PLAIN, DOCUMENT_FRAME | DOCUMENT_BOX, NULL,
		    "followed with the deviations listed" },
		{ 300, DOCUMENT_PLAIN, DOCUMENT_FRAME | DOCUMENT_BOX, NULL, "I do NOT agree" },
	};
	static const struct document_cell sign[] = {
		{ 300, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Date and time", NULL },
		{ 700, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Signature", NULL },
	};
	const struct document_cell head[] = {
		{ 500, DOCUMENT_BOLD, DOCUMENT_SHADE | DOCUMENT_FRAME, "Name", name },
		{ 300, DOCUMENT_BOLD, DOCUMENT_SHADE | DOCUMENT_FRAME, "Role", role->name },
		{ 200, DOCUMENT_BOLD, DOCUMENT_SHADE | DOCUMENT_FRAME, "Signs",
		    role->signs == SCRIPT_SIGNS_CARD ? "by card, and here" : "here" },
	};

	put_cells(print, head, COUNT(head), LINE_BY_HAND, true);
	put_head_words(print);
	put_cells(print, statement, COUNT(statement), 20, false);
	put_cells(print, sign, COUNT(sign), 40, false);
}

static void
put_role(struct print *print, const struct script_role *role)
{
	bool any = false;

	for (size_t i = 0; i < print->sheet->person_count; i++) {
		if (strcmp(print->sheet->people[i].role, role->name) != 0)
			continue;
		put_signer(print, role, who_comes(print, &print->sheet->people[i]));
		any = true;
	}
	if (!any)
		put_signer(print, role, NULL);
}

void
print_signatures(struct print *print)
{
	const struct script_words *roles = &print->script->sign_off;

	document_page(print->form.document);
	form_section(&print->form, "Sign-off");
	form_paragraph(&print->form, "When the record is frozen, its head is read aloud as words. "
				     "Each signer writes the first "
				     "sixteen of them here by hand, compares them with a "
				     "neighbour's, chooses a statement and "
				     "signs. Any number of exceptions may be listed with it.");
	for (size_t i = 0; i < roles->count; i++) {
		const struct script_role *role = script_role(print->script, roles->word[i]);

		if (role != NULL)
			put_role(print, role);
	}
}
