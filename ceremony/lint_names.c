/* SPDX-License-Identifier: BSD-2-Clause */
/* ${names}: that each is something, and that paths stay where they may be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ceremony/folder.h"
#include "ceremony/lint_rules.h"

/* ---- names ----------------------------------------------------------------------------------- */

struct recorded_before {
	const struct script *script;
	unsigned number; /* of the step that asks */
};

/* What earlier steps will have recorded has its example as value. */
static const char *
find_recorded(void *context, const char *id, const char *name)
{
	const struct recorded_before *before = context;
	const struct script_step *step = script_step(before->script, id);

	if (step == NULL || step->number >= before->number)
		return NULL;
	for (size_t i = 0; i < step->record_count; i++)
		if (strcmp(step->records[i].name, name) == 0)
			return step->records[i].example == NULL ? "" : step->records[i].example;
	return NULL;
}

static enum err
expand(struct lint *lint, const struct script_step *step, const char *word, char **out,
    struct err_trace *trace)
{
	struct recorded_before before = { lint->script, step->number };

	return sheet_expand(lint->sheet,
	    &(struct sheet_recorded){ .context = &before, .find = find_recorded }, word, out,
	    trace);
}

const char *
lint_expanded(struct lint *lint, const struct script_step *step, const char *word)
{
	struct err_trace trace = { 0 };
	char *expanded = NULL;
	const char *kept = NULL;

	if (expand(lint, step, word, &expanded, &trace) != ERR_OK)
		return NULL;
	kept = arena_text(lint->arena, expanded, strlen(expanded));
	free(expanded);
	return kept;
}

typedef void see_text(struct lint *lint, const struct script_step *step, const char *text);

static void
each_word(struct lint *lint, const struct script_step *step, const struct script_words *words,
    see_text *see)
{
	for (size_t i = 0; i < words->count; i++)
		see(lint, step, words->word[i]);
}

/* Every text of a step in which names are replaced. */
static void
each_text(struct lint *lint, see_text *see)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];

		each_word(lint, step, &step->command, see);
		each_word(lint, step, &step->practice, see);
		for (size_t j = 0; j < step->expect_count; j++) {
			if (step->expects[j].text != NULL)
				see(lint, step, step->expects[j].text);
			if (step->expects[j].path != NULL)
				see(lint, step, step->expects[j].path);
		}
		for (size_t j = 0; j < step->record_count; j++)
			if (step->records[j].about != NULL)
				see(lint, step, step->records[j].about);
	}
}

/* "${brought.NAME}" is expanded whatever the name: that it was said to be there is asked here. */
static void
want_brought(struct lint *lint, const struct script_step *step, const char *text)
{
	char what[160];

	for (const char *at = strstr(text, "${brought."); at != NULL;
	     at = strstr(at + 1, "${brought.")) {
		snprintf(what, sizeof(what), "file:%.*s}", (int)strcspn(at, "}"), at);
		if (!lint_is_there(lint, what, 0))
			lint_script_fault(lint,
			    (struct lint_fault){ step->place,
				"Say under 'given' that the file is there: 'kind: file'." },
			    "step %u, '%s': '%s' is not among what is given", step->number,
			    step->id, what + strlen("file:"));
	}
}

static void
want_name(struct lint *lint, const struct script_step *step, const char *text)
{
	struct err_trace trace = { 0 };
	char *expanded = NULL;

	if (expand(lint, step, text, &expanded, &trace) != ERR_OK)
		lint_script_fault(lint,
		    (struct lint_fault){ step->place, "Put it into the sheet, or mend the name. "
						      "What a step records has a name behind "
						      "it alone." },
		    "step %u, '%s': %s", step->number, step->id, trace.frame[0].text);
	free(expanded);
	want_brought(lint, step, text);
}

void
lint_unknown_names(struct lint *lint)
{
	each_text(lint, want_name);
}

/* ---- options from the sheet ------------------------------------------------------------------ */

static void
refuse_option(struct lint *lint, const struct script_step *step, const struct script_words *words)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *expanded = lint_expanded(lint, step, words->word[i]);

		if (words->word[i][0] == '$' && expanded != NULL && expanded[0] == '-')
			lint_script_fault(lint,
			    (struct lint_fault){ step->place,
				"Write options into the script, and values into the sheet." },
			    "step %u, '%s': '%s' becomes '%.60s', an option that nobody reviewed",
			    step->number, step->id, words->word[i], expanded);
	}
}

void
lint_option_from_sheet(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		refuse_option(lint, &lint->script->steps[i], &lint->script->steps[i].command);
		refuse_option(lint, &lint->script->steps[i], &lint->script->steps[i].practice);
	}
}

/* ---- paths ----------------------------------------------------------------------------------- */

static bool
is_in_media(const struct sheet *sheet, const char *path)
{
	for (size_t i = 0; i < sheet->medium_count; i++) {
		const size_t len = strlen(sheet->media[i].path);

		if (strncmp(path, sheet->media[i].path, len) == 0 &&
		    (path[len] == '/' || path[len] == '\0'))
			return true;
	}
	return false;
}

static bool
goes_up(const char *path)
{
	for (const char *at = path; at != NULL; at = strchr(at, '/')) {
		at += *at == '/';
		if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
			return true;
	}
	return false;
}

/* Commands run in evidence/files; what was brought lies in ../../brought. */
static bool
is_outside(const struct sheet *sheet, const char *path)
{
	static const char brought[] = "../../brought/";

	if (strncmp(path, brought, strlen(brought)) == 0)
		path += strlen(brought);
	return goes_up(path) || (path[0] == '/' && !is_in_media(sheet, path));
}

/* A word, or what stands behind its "=". */
static void
want_inside(struct lint *lint, const struct script_step *step, const char *word)
{
	const char *expanded = lint_expanded(lint, step, word);
	const char *equals = expanded == NULL ? NULL : strchr(expanded, '=');

	if (expanded == NULL || strncmp(expanded, "pkcs11:", 7) == 0)
		return;
	if (!is_outside(lint->sheet, expanded) &&
	    (expanded[0] != '-' || equals == NULL || !is_outside(lint->sheet, equals + 1)))
		return;
	lint_script_fault(lint,
	    (struct lint_fault){ step->place,
		"Write to the ceremony's own folder (a plain name) or to ${media.NAME}; read from "
		"${brought.NAME}." },
	    "step %u, '%s': '%.100s' lies outside the ceremony's folder and the sheet's media",
	    step->number, step->id, expanded);
}

void
lint_outside(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];

		for (size_t j = 1; j < step->command.count; j++)
			want_inside(lint, step, step->command.word[j]);
		for (size_t j = 1; j < step->practice.count; j++)
			want_inside(lint, step, step->practice.word[j]);
		for (size_t j = 0; j < step->expect_count; j++)
			if (step->expects[j].kind == SCRIPT_EXPECT_FILE)
				want_inside(lint, step, step->expects[j].path);
	}
}

/* ---- outputs --------------------------------------------------------------------------------- */

static void
want_no_file(struct lint *lint, const struct lint_flow *flow, void *context)
{
	const char *path;

	(void)context;
	if (flow->share != LINT_MAKES || strncmp(flow->what, "file:", 5) != 0)
		return;
	path = lint_expanded(lint, flow->step, flow->what + 5);
	if (path == NULL || path[0] != '/' || access(path, F_OK) != 0)
		return;
	lint_script_fault(lint,
	    (struct lint_fault){ flow->step->place,
		"Bring an empty medium, or write to another name: nothing is overwritten." },
	    "step %u, '%s', makes '%s', and it is there already", flow->step->number,
	    flow->step->id, path);
}

void
lint_exists(struct lint *lint)
{
	char *begun = NULL;

	/* What a ceremony that was begun has made is its own. */
	if (folder_path(lint->input->folder, FOLDER_EVIDENCE "/" EVIDENCE_RECORD, &begun, NULL) !=
		ERR_OK ||
	    access(begun, F_OK) != 0)
		lint_each_flow(lint, want_no_file, NULL);
	free(begun);
}
