/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands: Quorate's own against its table, others against this machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ceremony/lint_rules.h"

static bool
is_quorate(const struct script_words *command)
{
	return command->count > 0 && strcmp(command->word[0], "quorate") == 0;
}

/* The words as the sheet has them; false where a name in them is nothing: another rule's. */
static bool
as_typed(struct lint *lint, const struct script_step *step, const struct script_words *words,
    struct script_words *out)
{
	const char **typed = arena_take(lint->arena, words->count * sizeof(*typed));

	if (typed == NULL)
		lint->err = FAIL(lint->trace, ERR_NOMEM, "no memory");
	for (size_t i = 0; typed != NULL && i < words->count; i++) {
		typed[i] = words->word[i];
		if (strchr(words->word[i], '$') == NULL)
			continue;
		typed[i] = lint->sheet == NULL ? NULL : lint_expanded(lint, step, words->word[i]);
		if (typed[i] == NULL)
			return false;
	}
	*out = (struct script_words){ words->count, typed };
	return typed != NULL;
}

/* Finds fault where the table refuses a step's command with `wanted`. */
static void
check_words(struct lint *lint, const struct script_step *step, const struct script_words *words,
    enum err wanted)
{
	struct err_trace trace = { 0 };
	struct script_words typed;
	enum err err;

	if (!is_quorate(words) || !as_typed(lint, step, words, &typed))
		return;
	err = lint->input->commands->check(typed.count, typed.word, &trace);
	if (err == ERR_OK || err != wanted)
		return;
	lint_script_fault(lint,
	    (struct lint_fault){ step->place,
		trace.next[0] != '\0' ? trace.next : "'quorate help' lists the commands." },
	    "step %u, '%s': %s", step->number, step->id, trace.frame[0].text);
}

static void
check_steps(struct lint *lint, enum err wanted)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];

		check_words(lint, step, &step->command, wanted);
		check_words(lint, step, &step->practice, wanted);
	}
}

void
lint_commands(struct lint *lint)
{
	check_steps(lint, ERR_ABSENT);
}

void
lint_command_lines(struct lint *lint)
{
	check_steps(lint, ERR_ARGUMENT);
}

/* The second of two is the first who confirms or must be present. */
void
lint_two_people(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];

		if (!is_quorate(&step->command) || step->confirm.count + step->present.count > 0 ||
		    !lint->input->commands->wants_two(step->command.count, step->command.word))
			continue;
		lint_script_fault(lint,
		    (struct lint_fault){
			step->place, "Name the second person's role under 'confirm'." },
		    "step %u, '%s', wants two people, and names nobody beside the administrator",
		    step->number, step->id);
	}
}

/* ---- programs -------------------------------------------------------------------------------- */

static bool
is_in_path(const char *program)
{
	const char *path = getenv("PATH");

	if (strchr(program, '/') != NULL)
		return access(program, X_OK) == 0;
	for (const char *at = path; at != NULL && *at != '\0';) {
		const size_t len = strcspn(at, ":");
		char whole[4096];

		snprintf(whole, sizeof(whole), "%.*s/%s", (int)len, at, program);
		if (access(whole, X_OK) == 0)
			return true;
		at += len + (at[len] == ':');
	}
	return false;
}

static void
want_program(struct lint *lint, const struct script_step *step, const struct script_words *words)
{
	if (words->count == 0 || is_quorate(words) || is_in_path(words->word[0]))
		return;
	lint_script_fault(lint, (struct lint_fault){ step->place, "Install it, or mend the name." },
	    "step %u, '%s': there is no program '%s' on this machine", step->number, step->id,
	    words->word[0]);
}

/* A vendor's tool with a stand-in is wanted where the ceremony is, and not before. */
void
lint_programs(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];

		want_program(
		    lint, step, step->practice.count > 0 ? &step->practice : &step->command);
	}
}

/* ---- shell ----------------------------------------------------------------------------------- */

static bool
is_shell(const char *word)
{
	static const char *const words[] = { "|", "||", "&", "&&", ";", "<", ">", ">>", "2>",
		"2>&1", "`" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return strncmp(word, "$(", 2) == 0 || word[0] == '`';
}

static void
find_shell(struct lint *lint, const struct script_step *step, const struct script_words *words)
{
	for (size_t i = 0; i < words->count; i++)
		if (is_shell(words->word[i]))
			lint_script_fault(lint,
			    (struct lint_fault){ step->place,
				"Write one command a step; its output is recorded and "
				"can be expected." },
			    "step %u, '%s', has '%s' for a shell, and there is none", step->number,
			    step->id, words->word[i]);
}

void
lint_shell(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		find_shell(lint, &lint->script->steps[i], &lint->script->steps[i].command);
		find_shell(lint, &lint->script->steps[i], &lint->script->steps[i].practice);
	}
}
