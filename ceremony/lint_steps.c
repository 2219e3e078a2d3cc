/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps: their names, decisions, sessions, patterns and times. */
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "ceremony/lint_rules.h"

/* ---- name-twice ------------------------------------------------------------------------------ */

static struct lint_fault
rename_at(struct yaml_place place)
{
	return (struct lint_fault){ place, "Give one of them another name." };
}

/* What stands before the dot of ${…} in this ceremony: roles, steps and tokens share it. */
static const char *
taken_by(const struct lint *lint, const char *name, size_t steps)
{
	if (sheet_name_is_reserved(name))
		return "a word of the format";
	for (size_t i = 0; i < steps; i++)
		if (strcmp(lint->script->steps[i].id, name) == 0)
			return "a step";
	if (script_role(lint->script, name) != NULL)
		return "a role";
	if (lint->sheet != NULL && sheet_token(lint->sheet, name) != NULL)
		return "a token of the sheet";
	return NULL;
}

static void
role_names(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->role_count; i++) {
		const struct script_role *role = &lint->script->roles[i];

		if (script_role(lint->script, role->name) != role)
			lint_script_fault(
			    lint, rename_at(role->place), "there are two roles '%s'", role->name);
		if (sheet_name_is_reserved(role->name) ||
		    (lint->sheet != NULL && sheet_token(lint->sheet, role->name) != NULL))
			lint_script_fault(lint, rename_at(role->place),
			    "role '%s' has the name of something else", role->name);
	}
}

static void
record_names(struct lint *lint, const struct script_step *step)
{
	for (size_t i = 0; i < step->record_count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(step->records[i].name, step->records[j].name) == 0)
				lint_script_fault(lint, rename_at(step->records[i].place),
				    "step '%s' records '%s' twice", step->id,
				    step->records[i].name);
	for (size_t i = 0; i < step->choice_count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(step->choices[i].word, step->choices[j].word) == 0)
				lint_script_fault(lint, rename_at(step->place),
				    "step '%s' has the choice '%s' twice", step->id,
				    step->choices[i].word);
}

void
lint_names_twice(struct lint *lint)
{
	role_names(lint);
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];
		const char *taken = taken_by(lint, step->id, i);

		if (taken != NULL)
			lint_script_fault(lint, rename_at(step->place),
			    "step '%s' has the name of %s", step->id, taken);
		record_names(lint, step);
	}
}

/* ---- decisions ------------------------------------------------------------------------------- */

void
lint_deciding(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];

		if (step->choice_count == 1)
			lint_script_fault(lint,
			    (struct lint_fault){
				step->place, "Give a second choice, or leave 'decide' out." },
			    "step '%s' decides between one choice", step->id);
		for (size_t j = 0; j < step->choice_count; j++) {
			const char *to = step->choices[j].to;
			const struct script_step *target =
			    to == NULL ? NULL : script_step(lint->script, to);

			if (to != NULL && target == NULL)
				lint_script_fault(lint,
				    (struct lint_fault){
					step->place, "Name the id of a later step." },
				    "choice '%s' goes to '%s', which is no step",
				    step->choices[j].word, to);
			if (target != NULL && target->number <= step->number)
				lint_script_fault(lint,
				    (struct lint_fault){ step->place,
					"Go forward; what is to be done again is an "
					"exception with 'retry'." },
				    "choice '%s' goes back to step %u", step->choices[j].word,
				    target->number);
		}
	}
}

void
lint_skipping(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];

		for (size_t j = 0; j < step->choice_count; j++) {
			const char *to = step->choices[j].to;
			const struct script_step *target =
			    to == NULL ? NULL : script_step(lint->script, to);

			for (unsigned n = step->number; target != NULL && n + 1 < target->number;
			     n++)
				if (lint->script->steps[n].never_skip)
					lint_script_fault(lint,
					    (struct lint_fault){ step->place,
						"Go to that step, or let it be skipped." },
					    "choice '%s' skips step %u, '%s', which is never "
					    "skipped",
					    step->choices[j].word, n + 1,
					    lint->script->steps[n].id);
		}
	}
}

/* ---- times ----------------------------------------------------------------------------------- */

void
lint_estimates(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++)
		if (lint->script->steps[i].minutes == 0)
			lint_script_fault(lint,
			    (struct lint_fault){ lint->script->steps[i].place,
				"Say how many 'minutes' it takes; a dry run measures." },
			    "step '%s' has no estimate", lint->script->steps[i].id);
}

void
lint_session_range(struct lint *lint)
{
	const struct script *script = lint->script;

	for (size_t i = 0; i < script->session_count; i++) {
		const struct script_session *session = &script->sessions[i];

		if (session->last > script->step_count)
			lint_script_fault(lint,
			    (struct lint_fault){
				session->place, "Count the steps through all phases." },
			    "a session is over steps %u-%u, and there are %zu", session->first,
			    session->last, script->step_count);
		for (size_t j = 0; j < i; j++)
			if (session->first <= script->sessions[j].last &&
			    script->sessions[j].first <= session->last &&
			    strcmp(session->quorum, script->sessions[j].quorum) == 0)
				lint_script_fault(lint,
				    (struct lint_fault){
					session->place, "Let one end before the next begins." },
				    "two sessions of '%s' are open at step %u", session->quorum,
				    session->first > script->sessions[j].first
					? session->first
					: script->sessions[j].first);
	}
}

void
lint_session_time(struct lint *lint)
{
	const struct script *script = lint->script;

	for (size_t i = 0; i < script->session_count; i++) {
		const struct script_session *session = &script->sessions[i];
		unsigned minutes = 0;

		for (unsigned n = session->first; n <= session->last && n <= script->step_count;
		     n++)
			minutes += script->steps[n - 1].minutes;
		if (minutes > session->minutes)
			lint_script_fault(lint,
			    (struct lint_fault){ session->place,
				"Give it more time with 'for', or make two sessions of it." },
			    "the steps of the session take %u minutes, and it lasts %u", minutes,
			    session->minutes);
	}
}

/* ---- patterns -------------------------------------------------------------------------------- */

static void
want_pattern(
    struct lint *lint, const char *pattern, struct yaml_place place, const struct script_step *step)
{
	regex_t compiled;
	char why[128];
	int status;

	if (pattern == NULL)
		return;
	status = regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB);
	if (status == 0) {
		regfree(&compiled);
		return;
	}
	regerror(status, &compiled, why, sizeof(why));
	lint_script_fault(lint,
	    (struct lint_fault){ place, "Write an extended regular expression (man 7 regex)." },
	    "the pattern '%.80s' of step '%s' is none: %s", pattern, step->id, why);
}

void
lint_patterns(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];

		for (size_t j = 0; j < step->expect_count; j++)
			if (step->expects[j].kind == SCRIPT_EXPECT_PATTERN &&
			    strstr(step->expects[j].text, "${") == NULL)
				want_pattern(
				    lint, step->expects[j].text, step->expects[j].place, step);
		for (size_t j = 0; j < step->record_count; j++)
			want_pattern(lint, step->records[j].pattern, step->records[j].place, step);
	}
}

/* Whether the whole text matches; a pattern that is none matches everything: another rule's. */
static bool
matches(const char *pattern, const char *text)
{
	regex_t compiled;
	regmatch_t match;
	bool whole;

	if (regcomp(&compiled, pattern, REG_EXTENDED) != 0)
		return true;
	whole = regexec(&compiled, text, 1, &match, 0) == 0 && match.rm_so == 0 &&
		text[match.rm_eo] == '\0';
	regfree(&compiled);
	return whole;
}

/* What the format itself asks of a kind. */
static const char *const kind_patterns[SCRIPT_RECORD__COUNT] = {
	[SCRIPT_RECORD_NUMBER] = "[0-9]+([.,][0-9]+)?",
	[SCRIPT_RECORD_TIME] = "([0-9]{4}-[0-9]{2}-[0-9]{2} )?[0-9]{2}:[0-9]{2}",
	[SCRIPT_RECORD_HASH] = "[0-9a-fA-F]{64}",
	[SCRIPT_RECORD_STOW] = "[^,]+, *[^,]+",
	[SCRIPT_RECORD_UNSTOW] = "[^,]+, *(yes|no)",
};

void
lint_examples(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];

		for (size_t j = 0; j < step->record_count; j++) {
			const struct script_record *record = &step->records[j];
			const char *kind = kind_patterns[record->kind];
			const char *example = record->example;

			if (example == NULL)
				lint_script_fault(lint,
				    (struct lint_fault){ record->place,
					"Give an 'example': a dry run writes it down." },
				    "'%s' of step '%s' has no example", record->name, step->id);
			else if ((kind != NULL && !matches(kind, example)) ||
				 (record->pattern != NULL && !matches(record->pattern, example)))
				lint_script_fault(lint,
				    (struct lint_fault){ record->place, "Let the example match." },
				    "the example '%.60s' of '%s' is none", example, record->name);
		}
	}
}
