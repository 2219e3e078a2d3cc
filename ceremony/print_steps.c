/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/print_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	GUTTER = 84, /* thousandths of the width, for a step's number and its box */
	REST = 1000 - GUTTER,
	COMMAND_WIDTH = 88, /* characters of fixed width */
	CONFIRMERS_A_ROW = 2,
	MINUTES_A_DAY = 24 * 60,
};

/* ---- Words of the day ---------------------------------------------------------------------- */

/* What will have been recorded by then is not known yet: the pages say where it comes from. */
static const char *
find_recorded(void *context, const char *step, const char *name)
{
	struct print *print = context;
	const struct script_step *from = script_step(print->script, step);

	if (from == NULL)
		return NULL;
	for (size_t i = 0; i < from->record_count; i++)
		if (strcmp(from->records[i].name, name) == 0)
			return form_print(&print->form, "‹%s of step %u›", name, from->number);
	return NULL;
}

static enum err
expand(struct print *print, const char *text, const char **out, struct err_trace *trace)
{
	const struct sheet_recorded recorded = { .context = print, .find = find_recorded };
	char *expanded = NULL;
	enum err err = sheet_expand(print->sheet, &recorded, text, &expanded, trace);

	if (err == ERR_OK)
		*out = form_take(&print->form, expanded);
	return err;
}

static enum err
expand_command(struct print *print, const struct script_words *command, const char **out,
    struct err_trace *trace)
{
	const char **words = calloc(command->count + 1, sizeof(*words));
	enum err err = ERR_OK;

	if (words == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for the pages");
	for (size_t i = 0; err == ERR_OK && i < command->count; i++)
		err = expand(print, command->word[i], &words[i], trace);
	if (err == ERR_OK)
		*out = form_command(&print->form, command->count, words, COMMAND_WIDTH);
	free(words);
	return err;
}

/* ---- Rows of a step ------------------------------------------------------------------------ */

/* Beside the gutter, with what came before. */
static void
put_beside(struct print *print, struct document_cell *cells, size_t count, unsigned least)
{
	const bool bare = cells[1].look == 0;

	cells[0] = (struct document_cell){ .share = GUTTER };
	document_keep(print->form.document);
	document_cells(print->form.document,
	    &(struct document_shape){ .above = print->bare || bare ? 3 : 0, .least = least }, cells,
	    count);
	print->bare = bare;
}

static void
put_line(struct print *print, unsigned look, enum document_font font, const char *text)
{
	struct document_cell cells[] = { { 0 }, { REST, font, look, NULL, text } };

	put_beside(print, cells, COUNT(cells), 0);
}

static void
put_title(struct print *print, const struct script_step *step)
{
	const struct document_cell cells[] = {
		{ GUTTER, DOCUMENT_NUMBER, DOCUMENT_BOX, NULL,
		    form_print(&print->form, "%u", step->number) },
		{ REST - 170, DOCUMENT_NUMBER, 0, NULL, step->title },
		{ 170, DOCUMENT_BOLD, step->never_skip ? DOCUMENT_FRAME | DOCUMENT_SHADE : 0, NULL,
		    step->never_skip ? "NEVER SKIP" : NULL },
	};

	document_cells(print->form.document,
	    &(struct document_shape){ .above = 18, .least = 19, .rule = true }, cells,
	    COUNT(cells));
	print->bare = true;
}

static enum err
expectation(struct print *print, const struct script_expect *expect, const char **out,
    struct err_trace *trace)
{
	static const char *const formats[SCRIPT_EXPECT__COUNT] = {
		[SCRIPT_EXPECT_TEXT] = "the output has",
		[SCRIPT_EXPECT_PATTERN] = "a line of the output matches",
		[SCRIPT_EXPECT_JSON] = "in the output is",
		[SCRIPT_EXPECT_FILE] = "is made",
	};
	struct form *form = &print->form;
	const char *text = NULL, *path = NULL;
	enum err err = ERR_OK;

	if (expect->text != NULL)
		err = expand(print, expect->text, &text, trace);
	if (err == ERR_OK && expect->path != NULL)
		err = expand(print, expect->path, &path, trace);
	if (err != ERR_OK)
		return err;
	if (expect->kind == SCRIPT_EXPECT_STATUS)
		*out = form_print(form, "exit status %d", expect->status);
	else if (expect->kind == SCRIPT_EXPECT_JSON)
		*out = form_print(form, "%s %s: %s", path, formats[expect->kind], text);
	else if (expect->kind != SCRIPT_EXPECT_FILE)
		*out = form_print(form, "%s: %s", formats[expect->kind], text);
	else if (text == NULL)
		*out = form_print(form, "the file %s is made", path);
	else
		*out = form_print(form, "the file %s has the SHA-256 %s", path, text);
	return ERR_OK;
}

static enum err
put_expected(struct print *print, const struct script_step *step, struct err_trace *trace)
{
	struct form *form = &print->form;
	const char *expected = "";
	struct document_cell cells[] = {
		{ 0 },
		{ REST / 2, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Expected", NULL },
		{ REST - REST / 2, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Actual:", NULL },
	};
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < step->expect_count; i++) {
		const char *one;

		err = expectation(print, &step->expects[i], &one, trace);
		if (err == ERR_OK)
			expected = form_join(form, expected, "\n", one);
	}
	cells[1].text = expected[0] == '\0' ? "done as the instruction says" : expected;
	if (err == ERR_OK)
		put_beside(print, cells, COUNT(cells), 38);
	return err;
}

static const char *
hint(const struct script_record *record)
{
	static const char *const hints[SCRIPT_RECORD__COUNT] = {
		[SCRIPT_RECORD_TEXT] = "written by hand",
		[SCRIPT_RECORD_NUMBER] = "a number",
		[SCRIPT_RECORD_TIME] = "HH:MM, or with the date before it",
		[SCRIPT_RECORD_HASH] = "64 hexadecimal digits",
		[SCRIPT_RECORD_STOW] = "bag number, safe",
		[SCRIPT_RECORD_UNSTOW] = "bag number, intact or not",
		[SCRIPT_RECORD_ACKNOWLEDGEMENT] = "signed receipt",
		[SCRIPT_RECORD_ACCESS] = "entry of the access log",
	};

	return hints[record->kind];
}

static enum err
put_records(struct print *print, const struct script_step *step, struct err_trace *trace)
{
	for (size_t i = 0; i < step->record_count; i++) {
		const struct script_record *record = &step->records[i];
		const char *about = NULL;
		struct document_cell cells[] = {
			{ 0 },
			{ 380, DOCUMENT_PLAIN, DOCUMENT_FRAME, "To be written down",
			    record->label },
			{ REST - 380, DOCUMENT_PLAIN, DOCUMENT_FRAME, hint(record), NULL },
		};

		if (record->about != NULL) {
			const enum err err = expand(print, record->about, &about, trace);

			if (err != ERR_OK)
				return err;
			cells[1].text = form_print(&print->form, "%s\n(%s)", record->label, about);
		}
		put_beside(print, cells, COUNT(cells), 32);
	}
	return ERR_OK;
}

static void
put_decision(struct print *print, const struct script_step *step)
{
	struct form *form = &print->form;

	if (step->question == NULL)
		return;
	put_line(print, DOCUMENT_FRAME | DOCUMENT_SHADE, DOCUMENT_BOLD,
	    form_print(form, "Decision: %s", step->question));
	for (size_t i = 0; i < step->choice_count; i++) {
		const struct script_choice *choice = &step->choices[i];
		const struct script_step *to = NULL;
		const char *text = choice->word;

		if (choice->to != NULL)
			to = script_step(print->script, choice->to);
		if (choice->text != NULL)
			text = form_print(form, "%s: %s", text, choice->text);
		if (to != NULL)
			text = form_print(form, "%s (go on with step %u)", text, to->number);
		put_line(print, DOCUMENT_FRAME | DOCUMENT_BOX, DOCUMENT_PLAIN, text);
	}
}

/* Two names with their initials a row. */
static void
put_confirmers(struct print *print, const struct script_step *step)
{
	const unsigned initials = 130,
		       name = (REST - CONFIRMERS_A_ROW * initials) / CONFIRMERS_A_ROW;

	for (size_t i = 0; i < step->confirm.count; i += CONFIRMERS_A_ROW) {
		struct document_cell cells[1 + 2 * CONFIRMERS_A_ROW] = { { 0 } };
		size_t count = 1;

		for (size_t j = i; j < i + CONFIRMERS_A_ROW && j < step->confirm.count; j++) {
			const char *role = step->confirm.word[j];
			const struct sheet_person *one = sheet_seated(print->sheet, role);

			cells[count++] = (struct document_cell){ .share = name,
				.look = DOCUMENT_FRAME,
				.caption = form_print(&print->form, "Confirmed by %s", role),
				.text = one != NULL ? print_person(print, one)
						    : print_people(print, role) };
			cells[count++] = (struct document_cell){
				.share = initials, .look = DOCUMENT_FRAME, .caption = "Initials"
			};
		}
		put_beside(print, cells, count, 32);
	}
}

/* ---- Times --------------------------------------------------------------------------------- */

/* Minutes since midnight from "09:00"; false when the sheet has no start. */
static bool
start_of(const struct sheet *sheet, unsigned *minutes)
{
	unsigned hour, minute;

	if (sheet->start == NULL || sscanf(sheet->start, "%2u:%2u", &hour, &minute) != 2)
		return false;
	*minutes = hour * 60 + minute;
	return true;
}

static const char *
planned(struct print *print, const struct script_step *step, unsigned before)
{
	unsigned start;

	if (!start_of(print->sheet, &start))
		return form_print(&print->form, "%u min", step->minutes);
	start = (start + before) % MINUTES_A_DAY;
	return form_print(
	    &print->form, "%u min, from %02u:%02u", step->minutes, start / 60, start % 60);
}

static void
put_times(struct print *print, const struct script_step *step, unsigned before)
{
	struct document_cell cells[] = {
		{ 0 },
		{ 275, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Planned", planned(print, step, before) },
		{ 190, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Begun at", NULL },
		{ 190, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Ended at", NULL },
		{ REST - 655, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Exceptions, by number", NULL },
	};

	put_beside(print, cells, COUNT(cells), 28);
}

/* ---- The whole ----------------------------------------------------------------------------- */

static void
put_present(struct print *print, const struct script_step *step)
{
	struct form *form = &print->form;
	const char *list = "";

	for (size_t i = 0; i < step->present.count; i++) {
		const char *role = step->present.word[i], *who = print_people(print, role);

		list = form_join(form, list, "; ",
		    who[0] == '\0' ? role : form_print(form, "%s (%s)", role, who));
	}
	if (list[0] != '\0')
		put_line(print, 0, DOCUMENT_PLAIN, form_print(form, "Present: %s", list));
}

static enum err
put_command(struct print *print, const struct script_step *step, struct err_trace *trace)
{
	const char *text;
	enum err err;

	if (step->command.count == 0)
		return ERR_OK;
	err = expand_command(print, &step->command, &text, trace);
	if (err != ERR_OK)
		return err;
	put_line(print, DOCUMENT_FRAME | DOCUMENT_SHADE, DOCUMENT_FIXED, text);
	if (step->practice.count == 0)
		return ERR_OK;
	err = expand_command(print, &step->practice, &text, trace);
	if (err == ERR_OK)
		put_line(print, 0, DOCUMENT_NOTE,
		    form_print(&print->form, "What stands in for it in a dry run: %s", text));
	return err;
}

static enum err
put_step(
    struct print *print, const struct script_step *step, unsigned before, struct err_trace *trace)
{
	const char *instruction = NULL;
	enum err err = ERR_OK;

	document_where(
	    print->form.document, form_print(&print->form, "step %u, script.yaml, line %u",
				      step->number, step->place.line));
	put_title(print, step);
	if (step->instruction != NULL)
		err = expand(print, step->instruction, &instruction, trace);
	if (err != ERR_OK)
		return err;
	if (instruction != NULL)
		put_line(print, 0, DOCUMENT_PLAIN, instruction);
	put_present(print, step);
	err = put_command(print, step, trace);
	if (err == ERR_OK)
		err = put_expected(print, step, trace);
	if (err == ERR_OK)
		err = put_records(print, step, trace);
	if (err != ERR_OK)
		return err;
	put_decision(print, step);
	put_confirmers(print, step);
	put_times(print, step, before);
	return ERR_OK;
}

/* A session over some of the steps, where its first one comes. */
static void
put_session(struct print *print, unsigned step)
{
	for (size_t i = 0; i < print->script->session_count; i++) {
		const struct script_session *session = &print->script->sessions[i];
		const struct document_cell cell = { 1000, DOCUMENT_BOLD,
			DOCUMENT_FRAME | DOCUMENT_SHADE, NULL,
			form_print(&print->form,
			    "Quorum %s is gathered here, once for steps %u to %u (for at most %u "
			    "min)",
			    session->quorum, session->first, session->last, session->minutes) };

		if (session->first != step)
			continue;
		document_cells(
		    print->form.document, &(struct document_shape){ .above = 12 }, &cell, 1);
		document_keep(print->form.document);
	}
}

enum err
print_steps(struct print *print, struct err_trace *trace)
{
	const struct script *script = print->script;
	unsigned minutes = 0;

	document_page(print->form.document);
	for (size_t i = 0; i < script->step_count; i++) {
		const struct script_step *step = &script->steps[i];
		enum err err;

		if (script->phases[step->phase].first == i)
			form_section(
			    &print->form, form_print(&print->form, "Phase %zu: %s", step->phase + 1,
					      script->phases[step->phase].title));
		put_session(print, step->number);
		err = put_step(print, step, minutes, trace);
		if (err != ERR_OK)
			return FAIL(trace, err,
			    "step %u, '%s', script.yaml, line %u, cannot be printed", step->number,
			    step->title, step->place.line);
		minutes += step->minutes;
	}
	document_where(print->form.document, NULL);
	return ERR_OK;
}
