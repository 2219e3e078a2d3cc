/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a script, and a sheet with it, make sense: one row a rule, each finding with the place
 * and what to do. What is no YAML or not of the format never comes here: script_read refuses it.
 */
#ifndef CEREMONY_LINT_H
#define CEREMONY_LINT_H

#include "ceremony/script.h"
#include "ceremony/sheet.h"

struct roster;

/* The real command table, which lies above this folder. Words as on a command line. */
struct lint_commands {
	/* With `run`'s own additions. ERR_ABSENT: no such command; ERR_ARGUMENT: an option, a
	 * value, something that is missing. */
	enum err (*check)(size_t count, const char *const *words, struct err_trace *trace);
	/* Whether two people must give it. */
	bool (*wants_two)(size_t count, const char *const *words);
};

struct lint_input {
	const char
	    *folder; /* of the ceremony; outputs that exist are looked for in it; NULL: none */
	const struct script *script;
	const struct sheet *sheet; /* NULL: the script alone */
	struct roster *roster;     /* NULL: people, cards and policy are not looked at */
	const struct lint_commands *commands;
};

struct lint_finding {
	const char *rule; /* its word, static: "unknown-role" */
	const char *file; /* "script.yaml" or "sheet.yaml" */
	struct yaml_place place;
	char what[384];
	char todo[384];
};

struct lint_findings {
	struct lint_finding *finding;
	size_t count;
};

/* ERR_OK with findings too; lint_findings_free(out). */
MUST_CHECK enum err
lint(const struct lint_input *input, struct lint_findings *out, struct err_trace *trace);
void lint_findings_free(struct lint_findings *findings);

/* Each rule's word, for documents and the test that each has a bad script; NULL behind the last. */
const char *lint_rule_word(size_t index);

#endif
