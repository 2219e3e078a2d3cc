/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "ceremony/report_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- People -------------------------------------------------------------------------------- */

static const char *
people(struct report *report, const json_t *role)
{
	const char *list = "";
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(role, "people"), i, one) {
		const char *deputy = json_string_value(json_object_get(one, "deputy"));
		const char *name = report_text(report, one, "name");

		if (deputy != NULL)
			name = form_print(&report->form, "%s (deputy: %s)", name, deputy);
		list = form_join(&report->form, list, ", ", name);
	}
	return list[0] == '\0' ? "not recorded" : list;
}

static void
put_roles(struct report *report)
{
	static const struct form_column columns[] = { { "Role", 190 }, { "Who, as planned", 270 },
		{ "Duty", 430 }, { "Signs", 110 } };
	const json_t *role;
	size_t i;

	form_section(&report->form, "Roles");
	form_table(&report->form, columns, COUNT(columns));
	json_array_foreach (json_object_get(report->json, "roles"), i, role) {
		const char *const texts[] = { report_text(report, role, "role"),
			people(report, role), report_text(report, role, "duty"),
			report_text(report, role, "signs") };

		form_cells(&report->form, columns, COUNT(columns), texts, &(struct form_row){ 0 });
	}
}

void
report_put_people(struct report *report)
{
	static const struct report_column appointments[] = { { "person", "Person", 220 },
		{ "recorded", "Recorded", 140 }, { "by", "Appointed by", 220 },
		{ "identity", "Identity", 150 }, { "background", "Check", 130 },
		{ "training", "Training", 140 }, { .member = NULL } };
	static const struct report_column attendance[] = { { "time", "Time", 270 },
		{ "person", "Person", 320 }, { "role", "Role", 210 }, { "in", "In", 90 },
		{ "deputy", "Deputy", 110 }, { .member = NULL } };
	static const struct report_column sessions[] = { { "time", "Time", 270 },
		{ "quorum", "Quorum", 420 }, { "open", "Open", 150 }, { "step", "At step", 160 },
		{ .member = NULL } };

	put_roles(report);
	form_section(&report->form, "Appointments");
	report_list(report, "appointments", appointments,
	    json_is_null(json_object_get(report->json, "appointments"))
		? "Not recorded: this report was made without a roster."
		: "Not recorded: the roster has none of these people.");
	form_section(&report->form, "Attendance");
	report_list(report, "attendance", attendance, "Not recorded.");
	form_section(&report->form, "Sessions of quorums");
	report_list(report, "sessions", sessions, "None was open.");
}

/* ---- Devices and keys ---------------------------------------------------------------------- */

static void
put_key(struct report *report, const json_t *key)
{
	struct form *form = &report->form;
	const struct document_cell cells[] = {
		{ 240, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Key", report_text(report, key, "label") },
		{ 150, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Algorithm",
		    report_text(report, key, "algorithm") },
		{ 610, DOCUMENT_FIXED, DOCUMENT_FRAME, "SHA-256 of its public key; sealed",
		    form_print(form, "%s; %s", report_text(report, key, "public_sha256"),
			report_text(report, key, "sealed")) },
	};

	document_keep(form->document);
	document_cells(form->document, &(struct document_shape){ 0 }, cells, COUNT(cells));
}

static void
put_device(struct report *report, const json_t *device)
{
	struct form *form = &report->form;
	const struct document_cell first[] = {
		{ 240, DOCUMENT_BOLD, DOCUMENT_FRAME | DOCUMENT_SHADE, "HSM",
		    report_text(report, device, "name") },
		{ 260, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Model",
		    report_text(report, device, "model") },
		{ 260, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Serial",
		    report_text(report, device, "serial") },
		{ 240, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Seen at the end",
		    report_text(report, device, "seen") },
	};
	const struct document_cell second[] = {
		{ 240, DOCUMENT_BOLD, DOCUMENT_FRAME, NULL,
		    json_is_true(json_object_get(device, "software")) ? "SOFTWARE TOKEN" : "" },
		{ 260, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Firmware",
		    report_text(report, device, "firmware") },
		{ 260, DOCUMENT_PLAIN, DOCUMENT_FRAME, "FIPS state",
		    report_text(report, device, "fips") },
		{ 240, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Certificate",
		    report_text(report, device, "certificate") },
	};
	const json_t *key;
	size_t i;

	document_cells(form->document, &(struct document_shape){ .above = 6 }, first, COUNT(first));
	document_keep(form->document);
	document_cells(form->document, &(struct document_shape){ 0 }, second, COUNT(second));
	json_array_foreach (json_object_get(device, "keys"), i, key)
		put_key(report, key);
}

static void
put_attributes(struct report *report)
{
	static const struct report_column keys[] = { { "step", "Step", 70 },
		{ "label", "Key", 170 }, { "type", "Type", 120 },
		{ "made_here", "Made on the token", 110 }, { "sensitive", "Sensitive", 130 },
		{ "extractable", "Extractable", 150 },
		{ "never_extractable", "Never extractable", 150 }, { "can_sign", "Signs", 100 },
		{ .member = NULL } };
	const json_t *list = json_object_get(report->json, "attributes"), *one;
	struct form *form = &report->form;
	size_t i;

	form_section(form, "Attributes of the keys, as read back from the tokens");
	report_list(report, "key_attributes", keys,
	    json_array_size(list) == 0 ? "Not recorded: no step's output shows them."
				       : "As the steps' outputs have them:");
	json_array_foreach (list, i, one) {
		if (report_text(report, one, "text")[0] == '{') /* in the table */
			continue;
		const struct document_cell cell = { 1000, DOCUMENT_FIXED, DOCUMENT_FRAME,
			form_print(form, "Step %s, %s", report_text(report, one, "step"),
			    report_text(report, one, "file")),
			report_text(report, one, "text") };

		document_where(form->document,
		    form_print(form, "the output of step %s", report_text(report, one, "step")));
		document_cells(form->document, &(struct document_shape){ .above = 6 }, &cell, 1);
	}
	document_where(form->document, NULL);
}

void
report_put_devices(struct report *report)
{
	static const struct report_column media[] = { { "name", "Medium", 300 },
		{ "label", "Label", 400 }, { "copy", "To take a copy", 300 }, { .member = NULL } };
	const json_t *device;
	size_t i;

	form_section(&report->form, "Devices and the keys in them");
	if (json_array_size(json_object_get(report->json, "devices")) == 0)
		form_paragraph(&report->form, "The sheet names no HSM.");
	json_array_foreach (json_object_get(report->json, "devices"), i, device)
		put_device(report, device);
	form_section(&report->form, "Source of the random numbers");
	form_paragraph(&report->form, report_text(report, report->json, "entropy"));
	put_attributes(report);
	form_section(&report->form, "Media, and copies of the evidence");
	report_list(report, "media", media, "The sheet names none.");
	form_note(&report->form,
	    "Copies are made and read back after the record is frozen; which ones exist is not in "
	    "the evidence unless its addendum says so.");
}

/* ---- Exceptions ---------------------------------------------------------------------------- */

static void
put_exception(struct report *report, const json_t *one)
{
	struct form *form = &report->form;
	const struct document_cell head[] = {
		{ 340, DOCUMENT_BOLD, DOCUMENT_FRAME | DOCUMENT_SHADE, NULL,
		    form_print(form, "Exception %s, at step %s", report_text(report, one, "number"),
			report_text(report, one, "step")) },
		{ 330, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Time", report_text(report, one, "time") },
		{ 330, DOCUMENT_BOLD, DOCUMENT_FRAME, "Outcome",
		    report_text(report, one, "outcome") },
	};
	const struct document_cell what[] = {
		{ 500, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Expected",
		    report_text(report, one, "expected") },
		{ 500, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Happened",
		    report_text(report, one, "happened") },
	};
	const struct document_cell who[] = {
		{ 500, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Decided by",
		    report_text(report, one, "decided") },
		{ 500, DOCUMENT_PLAIN, DOCUMENT_FRAME, "Confirmed by",
		    report_text(report, one, "confirmed") },
	};

	document_cells(form->document, &(struct document_shape){ .above = 6 }, head, COUNT(head));
	document_keep(form->document);
	document_cells(form->document, &(struct document_shape){ 0 }, what, COUNT(what));
	document_keep(form->document);
	document_cells(form->document, &(struct document_shape){ 0 }, who, COUNT(who));
}

static const char *
deviations(struct report *report)
{
	const json_t *phase, *step;
	const char *list = "";
	size_t i, j;

	json_array_foreach (json_object_get(report->json, "phases"), i, phase)
		json_array_foreach (json_object_get(phase, "steps"), j, step) {
			const char *result = json_string_value(json_object_get(step, "result"));

			if (result == NULL || strcmp(result, "deviation") != 0)
				continue;
			list = form_join(&report->form, list, "\n",
			    form_print(&report->form, "Step %s: %s",
				report_text(report, step, "step"),
				report_text(report, step, "title")));
		}
	return list;
}

void
report_put_exceptions(struct report *report)
{
	static const struct report_column interruptions[] = { { "time", "Time", 270 },
		{ "kind", "What", 140 }, { "step", "At step", 110 }, { "by", "By", 200 },
		{ "reason", "Why", 280 }, { .member = NULL } };
	static const struct report_column notes[] = { { "time", "Time", 270 },
		{ "step", "At step", 110 }, { "by", "By", 200 }, { "text", "Note", 420 },
		{ .member = NULL } };
	const json_t *exceptions = json_object_get(report->json, "exceptions"), *one;
	const char *list = deviations(report);
	size_t i;

	form_section(&report->form, "Deviations from the script");
	form_paragraph(&report->form, list[0] == '\0' ? "None was recorded." : list);
	form_section(&report->form, "Exceptions");
	if (json_array_size(exceptions) == 0)
		form_paragraph(&report->form, "None was recorded.");
	json_array_foreach (exceptions, i, one)
		put_exception(report, one);
	form_section(&report->form, "Interruptions");
	report_list(report, "interruptions", interruptions, "None was recorded.");
	form_section(&report->form, "Notes");
	report_list(report, "notes", notes, "None was recorded.");
}

/* ---- What can be trusted ------------------------------------------------------------------- */

/* A member of an addendum's line; a file is told by its name and hash. */
static const char *
member_text(struct report *report, const json_t *line, const char *name)
{
	const json_t *value = json_object_get(line, name);

	if (!json_is_object(value))
		return report_text(report, line, name);
	return form_print(&report->form, "%s\n%s",
	    report_text(report, value, json_object_get(value, "file") == NULL ? "name" : "file"),
	    report_text(report, value, "sha256"));
}

/* What a line has beside when it was written and of what kind it is. */
static const char *
addendum_text(struct report *report, json_t *line)
{
	static const char *const elsewhere[] = { "time", "kind", "n" };
	const char *what = "", *name;
	json_t *value;

	json_object_foreach(line, name, value)
	{
		bool said = false;

		for (size_t i = 0; i < COUNT(elsewhere); i++)
			said |= strcmp(name, elsewhere[i]) == 0;
		if (!said)
			what = form_join(&report->form, what, "\n",
			    form_print(
				&report->form, "%s: %s", name, member_text(report, line, name)));
	}
	return what;
}

static void
put_addendum(struct report *report)
{
	static const struct form_column columns[] = { { "Time", 270 }, { "Kind", 160 },
		{ "What", 570 } };
	const json_t *list = json_object_get(report->json, "addendum");
	struct form *form = &report->form;
	json_t *line;
	size_t i;

	form_section(form, "Addendum: bags, safes, access log, scans, video, time-stamps");
	if (json_array_size(list) == 0) {
		form_paragraph(form, "Not recorded: nothing was attached.");
		return;
	}
	form_table(form, columns, COUNT(columns));
	json_array_foreach (list, i, line) {
		const char *const texts[] = { report_text(report, line, "time"),
			report_text(report, line, "kind"), addendum_text(report, line) };

		form_cells(form, columns, COUNT(columns), texts, &(struct form_row){ 0 });
	}
}

void
report_put_trust(struct report *report)
{
	static const struct report_column statements[] = { { "person", "Person", 220 },
		{ "role", "Role", 180 }, { "says", "Says", 250 }, { "how", "How", 110 },
		{ "text", "Words of their own", 240 }, { .member = NULL } };
	static const struct report_column signatures[] = { { "card", "Card", 120 },
		{ "person", "Person", 160 }, { "role", "Role", 130 }, { "line", "Line", 80 },
		{ "right", "Right", 80 }, { "known", "Known", 100 },
		{ "fingerprint", "Fingerprint", 330 }, { .member = NULL } };
	static const struct report_column findings[] = { { "kind", "Finding", 170 },
		{ "note", "Note only", 130 }, { "what", "What", 700 }, { .member = NULL } };

	form_section(&report->form, "Statements at the sign-off");
	report_list(report, "statements", statements, "Not recorded.");
	form_section(&report->form, "Signatures of cards");
	report_list(report, "signatures", signatures, "Not recorded: no card signed.");
	form_section(&report->form, "What looking at all of the evidence found");
	report_list(report, "findings", findings, "Nothing: it is as it was signed.");
	put_addendum(report);
}

/* ---- Host, requirements -------------------------------------------------------------------- */

void
report_put_host(struct report *report)
{
	static const struct report_column preflight[] = { { "check", "Check", 220 },
		{ "verdict", "Verdict", 140 }, { "finding", "Finding", 400 },
		{ "accepted", "Accepted by", 240 }, { .member = NULL } };
	static const struct report_column approvals[] = { { "role", "Role", 250 },
		{ "person", "Person", 350 }, { "how", "By card or on paper", 200 },
		{ "when", "When", 200 }, { .member = NULL } };
	static const struct report_column programs[] = { { "name", "Program", 150 },
		{ "version", "Version", 250 }, { "path", "Path", 250 },
		{ "sha256", "SHA-256", 350 }, { .member = NULL } };

	form_section(&report->form, "Who approved the script");
	report_list(report, "approvals", approvals, "Not recorded.");
	form_section(&report->form, "The host before the ceremony");
	report_list(report, "preflight", preflight, "Not recorded.");
	form_section(&report->form, "Programs that were used");
	report_list(report, "programs", programs, "Not recorded.");
}

void
report_put_requirements(struct report *report)
{
	static const struct report_column columns[] = { { "standard", "Asked by", 250 },
		{ "asks", "What is asked", 340 }, { "answer", "What the evidence has", 410 },
		{ .member = NULL } };

	form_section(&report->form, "What auditors ask for, and where it is");
	form_paragraph(&report->form,
	    "In words of our own, after WebTrust for CAs, the CA/Browser Forum's Baseline "
	    "Requirements and ETSI EN 319 411-1. That something is answered does not say that a "
	    "requirement is met; what is not recorded is open, and has to be shown in another "
	    "way.");
	report_list(report, "requirements", columns, "");
}
