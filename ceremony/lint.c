/* SPDX-License-Identifier: BSD-2-Clause */
#include "ceremony/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/folder.h"
#include "ceremony/lint_rules.h"

enum needs { NEEDS_SHEET = 1 << 0, NEEDS_ROSTER = 1 << 1, NEEDS_COMMANDS = 1 << 2 };

static const struct rule {
	const char *word;
	lint_look *look;
	unsigned needs;
} rules[] = {
	/* the script alone */
	{ "unknown-role", lint_roles, 0 },
	{ "name-twice", lint_names_twice, 0 },
	{ "unknown-command", lint_commands, NEEDS_COMMANDS },
	{ "command-line", lint_command_lines, NEEDS_COMMANDS },
	{ "unknown-program", lint_programs, 0 },
	{ "shell", lint_shell, 0 },
	{ "two-people", lint_two_people, NEEDS_COMMANDS },
	{ "uses-before-made", lint_uses, 0 },
	{ "made-twice", lint_makes_twice, 0 },
	{ "no-backup", lint_backup, 0 },
	{ "no-restore-test", lint_restore_test, 0 },
	{ "no-receipt", lint_receipts, 0 },
	{ "decision", lint_deciding, 0 },
	{ "skips-never-skip", lint_skipping, 0 },
	{ "no-estimate", lint_estimates, 0 },
	{ "pattern", lint_patterns, 0 },
	{ "example", lint_examples, 0 },
	{ "session-range", lint_session_range, 0 },
	{ "session-time", lint_session_time, 0 },
	{ "no-sign-off", lint_sign_off, 0 },
	{ "root-auditor", lint_root_auditor, 0 },
	{ "root-security", lint_root_security, 0 },
	{ "root-witness", lint_root_witness, 0 },
	/* with the sheet */
	{ "wrong-sheet", lint_wrong_sheet, NEEDS_SHEET },
	{ "unknown-name", lint_unknown_names, NEEDS_SHEET },
	{ "option-from-sheet", lint_option_from_sheet, NEEDS_SHEET },
	{ "path-outside", lint_outside, NEEDS_SHEET },
	{ "output-exists", lint_exists, NEEDS_SHEET },
	{ "nobody-fills-role", lint_nobody, NEEDS_SHEET },
	{ "nobody-fills-seat", lint_seats, NEEDS_SHEET },
	{ "too-many-in-role", lint_too_many, NEEDS_SHEET },
	{ "excluded-roles", lint_excluded, NEEDS_SHEET },
	{ "one-copy", lint_copies, NEEDS_SHEET },
	{ "no-previous", lint_previous, NEEDS_SHEET },
	/* with the roster */
	{ "unknown-person", lint_unknown_people, NEEDS_SHEET | NEEDS_ROSTER },
	{ "absent-person", lint_absent, NEEDS_SHEET | NEEDS_ROSTER },
	{ "wrong-office", lint_offices, NEEDS_SHEET | NEEDS_ROSTER },
	{ "lapsed-appointment", lint_appointments, NEEDS_SHEET | NEEDS_ROSTER },
	{ "same-line", lint_same_line, NEEDS_SHEET | NEEDS_ROSTER },
	{ "unknown-card", lint_cards, NEEDS_ROSTER },
	{ "policy-broken", lint_policy, NEEDS_ROSTER },
};

const char *
lint_rule_word(size_t index)
{
	return index < sizeof(rules) / sizeof(*rules) ? rules[index].word : NULL;
}

/* ---- findings -------------------------------------------------------------------------------- */

static void
add(struct lint *lint, const char *file, const struct lint_fault *fault, const char *what)
{
	struct lint_findings *findings = lint->findings;
	struct lint_finding *more;

	if (lint->err != ERR_OK)
		return;
	more = reallocarray(findings->finding, findings->count + 1, sizeof(*more));
	if (more == NULL) {
		lint->err = FAIL(lint->trace, ERR_NOMEM, "no memory for a finding");
		return;
	}
	findings->finding = more;
	more += findings->count++;
	*more = (struct lint_finding){ .rule = lint->rule, .file = file, .place = fault->place };
	snprintf(more->what, sizeof(more->what), "%s", what);
	snprintf(more->todo, sizeof(more->todo), "%s", fault->todo);
}

void
lint_script_fault(struct lint *lint, struct lint_fault fault, const char *fmt, ...)
{
	char what[sizeof(lint->findings->finding->what)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	add(lint, FOLDER_SCRIPT, &fault, what);
}

void
lint_sheet_fault(struct lint *lint, struct lint_fault fault, const char *fmt, ...)
{
	char what[sizeof(lint->findings->finding->what)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	add(lint, FOLDER_SHEET, &fault, what);
}

bool
lint_has_word(const struct script_words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->word[i], word) == 0)
			return true;
	return false;
}

/* In the order of the files, the script first. */
static int
by_place(const void *a, const void *b)
{
	const struct lint_finding *x = a, *y = b;
	const int file = strcmp(x->file, y->file);

	if (file != 0)
		return file;
	if (x->place.line != y->place.line)
		return x->place.line < y->place.line ? -1 : 1;
	if (x->place.column != y->place.column)
		return x->place.column < y->place.column ? -1 : 1;
	return strcmp(x->what, y->what);
}

/* ---- all rules ------------------------------------------------------------------------------- */

static bool
can_look(const struct lint_input *input, const struct rule *rule)
{
	return ((rule->needs & NEEDS_SHEET) == 0 || input->sheet != NULL) &&
	       ((rule->needs & NEEDS_ROSTER) == 0 || input->roster != NULL) &&
	       ((rule->needs & NEEDS_COMMANDS) == 0 || input->commands != NULL);
}

enum err
lint(const struct lint_input *input, struct lint_findings *out, struct err_trace *trace)
{
	struct lint_findings findings = { .count = 0 };
	struct lint lint = { .input = input,
		.script = input->script,
		.sheet = input->sheet,
		.findings = &findings,
		.trace = trace };

	lint.err = arena_new(&lint.arena, trace);
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules) && lint.err == ERR_OK; i++) {
		if (!can_look(input, &rules[i]))
			continue;
		lint.rule = rules[i].word;
		rules[i].look(&lint);
	}
	arena_free(lint.arena);
	if (lint.err != ERR_OK) {
		lint_findings_free(&findings);
		return lint.err;
	}
	if (findings.count > 0)
		qsort(findings.finding, findings.count, sizeof(*findings.finding), by_place);
	*out = findings;
	return ERR_OK;
}

void
lint_findings_free(struct lint_findings *findings)
{
	free(findings->finding);
	*findings = (struct lint_findings){ .count = 0 };
}
