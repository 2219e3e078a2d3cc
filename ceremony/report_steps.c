/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "ceremony/report_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { GUTTER = 84, REST = 1000 - GUTTER, COMMAND_WIDTH = 88, WORDS_MAX = 256 };

/* Beside the gutter, on the page of what came before. */
static void
put_beside(struct report *report, struct document_cell *cells, size_t count)
{
	cells[0] = (struct document_cell){ .share = GUTTER };
	document_keep(report->form.document);
	document_cells(report->form.document, &(struct document_shape){ 0 }, cells, count);
}

static void
put_wide(struct report *report, unsigned look, enum document_font font, const char *caption,
    const char *text)
{
	struct document_cell cells[] = { { 0 }, { REST, font, look, caption, text } };

	put_beside(report, cells, COUNT(cells));
}

static const char *
result_of(struct report *report, const json_t *step)
{
	static const struct {
		const char *result;
		const char *words;
	} results[] = {
		{ "as-written", "as written" },
		{ "deviation", "DEVIATION" },
		{ "practice", "stand-in, not rehearsed" },
	};
	const char *result = json_string_value(json_object_get(step, "result"));

	if (result == NULL)
		return "NOT DONE";
	for (size_t i = 0; i < COUNT(results); i++)
		if (strcmp(results[i].result, result) == 0)
			return results[i].words;
	return form_visible(&report->form, result);
}

static void
put_title(struct report *report, const json_t *step)
{
	const struct document_cell cells[] = {
		{ GUTTER, DOCUMENT_NUMBER, 0, NULL, report_text(report, step, "step") },
		{ REST - 220, DOCUMENT_NUMBER, 0, NULL, report_text(report, step, "title") },
		{ 220, DOCUMENT_BOLD, DOCUMENT_FRAME | DOCUMENT_SHADE,
		    json_is_true(json_object_get(step, "never_skip")) ? "never to be skipped"
								      : NULL,
		    result_of(report, step) },
	};

	document_cells(report->form.document,
	    &(struct document_shape){ .above = 16, .least = 19, .rule = true }, cells,
	    COUNT(cells));
}

/* ---- Attempts ------------------------------------------------------------------------------ */

static const char *
command_of(struct report *report, const json_t *list)
{
	const char *words[WORDS_MAX];
	size_t count = json_array_size(list);

	for (size_t i = 0; i < count && i < WORDS_MAX; i++) {
		const char *word = json_string_value(json_array_get(list, i));

		words[i] = form_visible(&report->form, word == NULL ? "" : word);
	}
	return form_command(
	    &report->form, count < WORDS_MAX ? count : WORDS_MAX, words, COMMAND_WIDTH);
}

static void
put_check(struct report *report, const json_t *check)
{
	const bool well = json_is_true(json_object_get(check, "well"));
	const char *kind = report_text(report, check, "kind");
	struct document_cell cells[] = {
		{ 0 },
		{ REST / 2, DOCUMENT_PLAIN, DOCUMENT_FRAME,
		    form_print(&report->form, "Expected (%s)", kind),
		    report_text(report, check, "expected") },
		{ REST - REST / 2, DOCUMENT_PLAIN, DOCUMENT_FRAME,
		    well ? "Actual: as expected" : "Actual: NOT AS EXPECTED",
		    report_text(report, check, "actual") },
	};

	put_beside(report, cells, COUNT(cells));
}

static const char *
output_of(struct report *report, const json_t *attempt, const char *name)
{
	const json_t *file = json_object_get(attempt, name);

	if (json_integer_value(json_object_get(file, "bytes")) == 0)
		return "nothing";
	return form_print(&report->form, "%s, %s bytes\nSHA-256 %s",
	    report_text(report, file, "file"), report_text(report, file, "bytes"),
	    report_text(report, file, "sha256"));
}

static void
put_outcome(struct report *report, const json_t *attempt)
{
	struct document_cell cells[] = {
		{ 0 },
		{ 270, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Begun",
		    report_text(report, attempt, "time") },
		{ 270, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Ended",
		    report_text(report, attempt, "ended") },
		{ 190, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Exit status",
		    report_text(report, attempt, "status") },
		{ REST - 730, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Seconds",
		    report_text(report, attempt, "seconds") },
	};

	if (json_is_null(json_object_get(attempt, "command"))) {
		put_wide(report, DOCUMENT_FRAME, DOCUMENT_PLAIN, "Begun", cells[1].text);
		return;
	}
	put_beside(report, cells, COUNT(cells));
	if (json_object_get(attempt, "ended") == NULL)
		return;
	put_wide(
	    report, DOCUMENT_FRAME, DOCUMENT_FIXED, "Output", output_of(report, attempt, "out"));
	if (json_integer_value(json_object_get(json_object_get(attempt, "err"), "bytes")) > 0)
		put_wide(report, DOCUMENT_FRAME, DOCUMENT_FIXED, "Messages",
		    output_of(report, attempt, "err"));
}

static void
put_attempt(struct report *report, const json_t *attempt, size_t of)
{
	const json_t *command = json_object_get(attempt, "command"), *check;
	size_t i;

	if (of > 1)
		put_wide(report, 0, DOCUMENT_BOLD, NULL,
		    form_print(
			&report->form, "Attempt %s", report_text(report, attempt, "attempt")));
	if (json_is_array(command))
		put_wide(report, DOCUMENT_FRAME | DOCUMENT_SHADE, DOCUMENT_FIXED,
		    json_is_true(json_object_get(attempt, "practice"))
			? "What stood in for the command of the script"
			: NULL,
		    command_of(report, command));
	json_array_foreach (json_object_get(attempt, "checks"), i, check)
		put_check(report, check);
	put_outcome(report, attempt);
}

/* ---- What people did ----------------------------------------------------------------------- */

static void
put_filled(struct report *report, const json_t *step)
{
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(step, "filled"), i, one) {
		const char *about = json_string_value(json_object_get(one, "about"));
		const char *label = report_text(report, one, "label");
		struct document_cell cells[] = {
			{ 0 },
			{ REST / 2, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Written down",
			    about == NULL ? label
					  : form_print(&report->form, "%s (%s)", label, about) },
			{ REST - REST / 2, DOCUMENT_PLAIN, DOCUMENT_FRAME,
			    report_text(report, one, "record"), report_text(report, one, "value") },
		};

		put_beside(report, cells, COUNT(cells));
	}
}

static void
put_decided(struct report *report, const json_t *step)
{
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(step, "decided"), i, one)
		put_wide(report, DOCUMENT_FRAME, DOCUMENT_PLAIN, "Decision",
		    form_print(&report->form, "%s  %s (%s)", report_text(report, one, "question"),
			report_text(report, one, "taken"), report_text(report, one, "by")));
}

static void
put_confirmed(struct report *report, const json_t *step)
{
	const char *list = "";
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(step, "confirmed"), i, one)
		list = form_join(&report->form, list, "; ",
		    form_print(&report->form, "%s (%s), %s", report_text(report, one, "person"),
			report_text(report, one, "role"), report_text(report, one, "time")));
	if (list[0] != '\0')
		put_wide(report, DOCUMENT_FRAME, DOCUMENT_PLAIN, "Confirmed by", list);
}

static void
put_step(struct report *report, const json_t *step)
{
	const json_t *attempts = json_object_get(step, "attempts"), *attempt;
	size_t i;

	document_where(report->form.document,
	    form_print(&report->form, "step %s", report_text(report, step, "step")));
	put_title(report, step);
	json_array_foreach (attempts, i, attempt)
		put_attempt(report, attempt, json_array_size(attempts));
	put_filled(report, step);
	put_decided(report, step);
	put_confirmed(report, step);
	document_where(report->form.document, NULL);
}

void
report_put_steps(struct report *report)
{
	const json_t *phase, *step;
	size_t i, j;

	document_page(report->form.document);
	json_array_foreach (json_object_get(report->json, "phases"), i, phase) {
		form_section(&report->form, form_print(&report->form, "Phase %zu: %s", i + 1,
						report_text(report, phase, "title")));
		json_array_foreach (json_object_get(phase, "steps"), j, step)
			put_step(report, step);
	}
}
