/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rules of lint share: how they find fault, and what steps use and make. */
#ifndef CEREMONY_LINT_RULES_H
#define CEREMONY_LINT_RULES_H

#include "ceremony/arena.h"
#include "ceremony/lint.h"
#include "roster/person.h"

struct lint {
	const struct lint_input *input;
	const struct script *script;
	const struct sheet *sheet; /* NULL where the rule does not need it */
	const char *rule;          /* the one that looks */
	struct lint_findings *findings;
	struct arena *arena; /* of what rules keep while they look */
	struct err_trace *trace;
	enum err err; /* the first that failed: nothing more is looked for then */
};

/* A place and what to do about it. */
struct lint_fault {
	struct yaml_place place;
	const char *todo;
};

void lint_script_fault(struct lint *lint, struct lint_fault fault, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
void lint_sheet_fault(struct lint *lint, struct lint_fault fault, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* A rule looks through everything and finds what it finds. */
typedef void lint_look(struct lint *lint);

bool lint_has_word(const struct script_words *words, const char *word);

/* ---- lint_flow.c: what steps use and make ------------------------------------------------------
 */

enum lint_share { LINT_USES, LINT_MAKES };

/* "key:root-ca"; what the command shows as well as what `uses` and `makes` say. */
struct lint_flow {
	const struct script_step *step;
	enum lint_share share;
	const char *what;
};

typedef void lint_flow_seen(struct lint *lint, const struct lint_flow *flow, void *context);
void lint_each_flow(struct lint *lint, lint_flow_seen *seen, void *context);

/* Whether it is given, or a step before number `before` makes it. */
bool lint_is_there(struct lint *lint, const char *what, unsigned before);

/* Whether a step behind number `behind` makes it. */
bool lint_comes_later(struct lint *lint, const char *what, unsigned behind);

/* The value of "--option VALUE" or "--option=VALUE"; NULL: not given. */
const char *lint_option(const struct script_words *command, const char *option);

/* Whether it is a command of Quorate's with these two words. */
bool lint_is_command(const struct script_words *command, const char *group, const char *name);

/* The first word behind the two that is no option, nor an option's value; NULL: none. */
const char *lint_operand(const struct script_words *command);

/* ---- lint_names.c ------------------------------------------------------------------------------
 */

/* The word as the sheet has it; NULL when a name in it is nothing. In the arena. */
const char *lint_expanded(struct lint *lint, const struct script_step *step, const char *word);

/* ---- lint_people.c -----------------------------------------------------------------------------
 */

/* The roster's person of that name, present or not; false when there is none. */
bool lint_find_person(struct lint *lint, const char *name, struct roster_person *out);

lint_look lint_roles, lint_names_twice, lint_deciding, lint_skipping, lint_estimates, lint_patterns,
    lint_examples, lint_shell, lint_sign_off, lint_root_auditor, lint_root_security,
    lint_root_witness, lint_session_range, lint_session_time, lint_receipts;
lint_look lint_uses, lint_makes_twice, lint_backup, lint_restore_test, lint_cards, lint_exists;
lint_look lint_commands, lint_command_lines, lint_programs, lint_two_people;
lint_look lint_unknown_names, lint_outside, lint_option_from_sheet;
lint_look lint_wrong_sheet, lint_nobody, lint_seats, lint_too_many, lint_excluded, lint_copies,
    lint_previous;
lint_look lint_unknown_people, lint_absent, lint_offices, lint_appointments, lint_same_line,
    lint_policy;

#endif
