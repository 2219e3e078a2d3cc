/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "ceremony/report_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { COLUMNS_MAX = 8 };

static const char not_recorded[] = "not recorded";

/* A value as text: a number, yes or no, a list by commas. */
static const char *
plain(struct report *report, const json_t *value)
{
	const char *list = "";
	const json_t *one;
	size_t i;

	if (json_is_string(value))
		return form_visible(&report->form, json_string_value(value));
	if (json_is_integer(value))
		return form_print(&report->form, "%lld", (long long)json_integer_value(value));
	if (json_is_boolean(value))
		return json_is_true(value) ? "yes" : "no";
	json_array_foreach (value, i, one)
		list = form_join(&report->form, list, ", ", plain(report, one));
	return list;
}

const char *
report_text(struct report *report, const json_t *object, const char *name)
{
	const char *text = plain(report, json_object_get(object, name));

	return text[0] == '\0' ? not_recorded : text;
}

void
report_list(
    struct report *report, const char *list, const struct report_column *columns, const char *none)
{
	const json_t *rows = json_object_get(report->json, list), *row;
	struct form_column titles[COLUMNS_MAX];
	const char *texts[COLUMNS_MAX];
	size_t count = 0, i;

	for (; count < COLUMNS_MAX && columns[count].member != NULL; count++)
		titles[count] = (struct form_column){ columns[count].title, columns[count].share };
	if (json_array_size(rows) == 0) {
		form_paragraph(&report->form, none);
		return;
	}
	form_table(&report->form, titles, count);
	json_array_foreach (rows, i, row) {
		for (size_t j = 0; j < count; j++)
			texts[j] = report_text(report, row, columns[j].member);
		document_where(
		    report->form.document, form_print(&report->form, "%s, entry %zu", list, i + 1));
		form_cells(&report->form, titles, count, texts, &(struct form_row){ 0 });
	}
	document_where(report->form.document, NULL);
}

/* ---- Each page's frame --------------------------------------------------------------------- */

static bool
is(const json_t *ceremony, const char *what)
{
	return json_is_true(json_object_get(ceremony, what));
}

static void
put_frame(struct report *report)
{
	const json_t *ceremony = json_object_get(report->json, "ceremony");
	const json_t *head = json_object_get(ceremony, "head");
	struct form *form = &report->form;
	const char *mark = is(ceremony, "practice") ? "PRACTICE" : "";

	if (is(ceremony, "software"))
		mark = form_join(form, mark, " · ", "SOFTWARE TOKEN");
	if (!is(ceremony, "frozen"))
		mark = form_join(form, mark, " · ", "NOT CLOSED");
	document_mark(form->document, mark);
	document_head(form->document, report_text(report, ceremony, "title"));
	document_foot(form->document,
	    form_print(form, "Report of ceremony %s", report_text(report, ceremony, "name")));
	document_seal(form->document,
	    json_is_object(head)
		? form_print(form, "Head of the evidence: %s\nin words: %s",
		      report_text(report, head, "sha256"), report_text(report, head, "words"))
		: "The evidence was never frozen: it has no head.");
}

/* ---- Cover --------------------------------------------------------------------------------- */

static void
put_fact(struct report *report, const char *label, const json_t *object, const char *name)
{
	form_fact(&report->form, label, report_text(report, object, name));
}

static const char *
mode_words(struct report *report, const json_t *ceremony)
{
	static const struct {
		const char *mode;
		const char *words;
	} modes[] = {
		{ "run", "the ceremony" },
		{ "dry-run", "a dry run in a sandbox: nothing of it is used" },
		{ "rehearsal", "a rehearsal: nothing of it is used" },
	};
	const char *mode = report_text(report, ceremony, "mode");

	for (size_t i = 0; i < COUNT(modes); i++)
		if (strcmp(modes[i].mode, mode) == 0)
			return is(ceremony, "practice") && i == 0
				   ? "the ceremony, in a practice roster: nothing of it is used"
				   : modes[i].words;
	return mode;
}

static void
put_head(struct report *report, const json_t *head)
{
	if (!json_is_object(head)) {
		form_fact(&report->form, "Head of the evidence", not_recorded);
		return;
	}
	form_fact(&report->form, "Head of the evidence",
	    form_print(&report->form, "%s\n%s", report_text(report, head, "sha256"),
		report_text(report, head, "words")));
}

static void
put_cover(struct report *report)
{
	const json_t *ceremony = json_object_get(report->json, "ceremony");
	const json_t *previous = json_object_get(ceremony, "previous");
	struct form *form = &report->form;
	const struct document_cell title = { .share = 1000,
		.font = DOCUMENT_COVER,
		.text = report_text(report, ceremony, "title") };

	document_cells(form->document, &(struct document_shape){ .least = 60 }, &title, 1);
	form_paragraph(form, report_text(report, ceremony, "purpose"));
	form_section(form, "When and where");
	form_fact(form, "Held as", mode_words(report, ceremony));
	put_fact(report, "Planned for", ceremony, "date");
	put_fact(report, "Begun (UTC)", ceremony, "begun");
	put_fact(report, "Last line of the record", ceremony, "ended");
	put_fact(report, "Place", ceremony, "place");
	put_fact(report, "Led by", ceremony, "by");
	form_section(form, "What this is a report of");
	put_fact(report, "Ceremony", ceremony, "name");
	put_fact(report, "SHA-256 of the script", ceremony, "script");
	put_fact(report, "SHA-256 of the sheet", ceremony, "sheet");
	put_head(report, json_object_get(ceremony, "head"));
	put_fact(report, "Head of the previous ceremony", previous, "head");
	put_fact(report, "Quorate", ceremony, "build");
	form_fact(form, "The evidence",
	    !is(ceremony, "frozen")        ? "was never closed: nothing of it is signed"
	    : is(report->json, "verifies") ? "verifies"
					   : "does NOT verify: see the findings below");
}

static void
put_references(struct report *report)
{
	static const struct report_column columns[] = { { "what", "Reference", 180 },
		{ "title", "Title", 470 }, { "where", "Where", 350 }, { .member = NULL } };

	form_section(&report->form, "References");
	report_list(report, "references", columns, "The script names none.");
}

enum err
report_pages(const json_t *json, const char *path, struct err_trace *trace)
{
	const json_t *ceremony = json_object_get(json, "ceremony");
	const char *title = json_string_value(json_object_get(ceremony, "title"));
	struct report report = { .json = json };
	enum err err =
	    form_begin(&report.form, title == NULL ? "Report of a ceremony" : title, trace);

	if (err != ERR_OK)
		return err;
	put_frame(&report);
	put_cover(&report);
	put_references(&report);
	report_put_people(&report);
	report_put_devices(&report);
	report_put_steps(&report);
	report_put_exceptions(&report);
	report_put_trust(&report);
	report_put_host(&report);
	report_put_requirements(&report);
	return form_end(&report.form, path, trace);
}
