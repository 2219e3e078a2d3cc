/* SPDX-License-Identifier: BSD-2-Clause */
/* The sheet's people and the script's quorums, as the roster knows them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/lint_rules.h"
#include "roster/absence.h"
#include "roster/policy.h"

bool
lint_find_person(struct lint *lint, const char *name, struct roster_person *out)
{
	struct err_trace trace = { 0 };

	return roster_person_find_any(lint->input->roster, name, out, &trace) == ERR_OK;
}

typedef void
see_person(struct lint *lint, const struct sheet_person *entry, const struct roster_person *person);

/* Everybody of the sheet whom the roster knows, deputies too. */
static void
each_known(struct lint *lint, see_person *see)
{
	for (size_t i = 0; i < lint->sheet->person_count; i++) {
		const struct sheet_person *entry = &lint->sheet->people[i];
		struct roster_person person;

		if (lint_find_person(lint, entry->name, &person))
			see(lint, entry, &person);
		if (entry->deputy != NULL && lint_find_person(lint, entry->deputy, &person))
			see(lint, entry, &person);
	}
}

static void
want_known(struct lint *lint, const struct sheet_person *entry, const char *name)
{
	struct roster_person person;

	if (name == NULL || lint_find_person(lint, name, &person))
		return;
	lint_sheet_fault(lint,
	    (struct lint_fault){ entry->place,
		"Write the name as 'quorate person list' has it, or add the person." },
	    "'%s', for '%s', is not in the roster", name, entry->role);
}

void
lint_unknown_people(struct lint *lint)
{
	for (size_t i = 0; i < lint->sheet->person_count; i++) {
		want_known(lint, &lint->sheet->people[i], lint->sheet->people[i].name);
		want_known(lint, &lint->sheet->people[i], lint->sheet->people[i].deputy);
	}
}

/* ---- absent-person --------------------------------------------------------------------------- */

static bool
is_away(struct lint *lint, const struct roster_person *person)
{
	struct roster_absence *absences = NULL;
	int64_t until = 0;
	size_t count = 0;
	bool away;

	if (lint->err == ERR_OK)
		lint->err = roster_absences(
		    lint->input->roster, &person->id, &absences, &count, lint->trace);
	away = lint->err == ERR_OK && roster_is_away(absences, count, lint->sheet->date, &until);
	free(absences);
	return away;
}

static void
want_there(struct lint *lint, const struct sheet_person *entry, const struct roster_person *person)
{
	char day[CLOCK_DATE];
	const bool left = roster_person_has_left(person, lint->sheet->date);

	if (!left && !is_away(lint, person))
		return;
	clock_format_date(lint->sheet->date, day);
	lint_sheet_fault(lint,
	    (struct lint_fault){ entry->place, "Name somebody else, or choose another day." },
	    "%s, for '%s', %s on %s", person->name, entry->role, left ? "has left" : "is away",
	    day);
}

void
lint_absent(struct lint *lint)
{
	each_known(lint, want_there);
}

/* ---- wrong-office ---------------------------------------------------------------------------- */

static void
want_office(struct lint *lint, const struct sheet_person *entry, const struct roster_person *person)
{
	const struct script_role *role = script_role(lint->script, entry->role);
	unsigned office = 0;

	if (role == NULL || role->as == NULL || !roster_role_parse(role->as, &office) ||
	    (person->roles & office) != 0)
		return;
	lint_sheet_fault(lint,
	    (struct lint_fault){ entry->place,
		"Name somebody with that role, or change it with 'quorate person edit'." },
	    "%s fills '%s', and is no %s in the roster", person->name, entry->role, role->as);
}

void
lint_offices(struct lint *lint)
{
	each_known(lint, want_office);
}

/* ---- lapsed-appointment ---------------------------------------------------------------------- */

/* In practice nobody signs duties; one that was signed and has ended is found there, too. */
static void
want_appointment(
    struct lint *lint, const struct sheet_person *entry, const struct roster_person *person)
{
	const struct script_role *role = script_role(lint->script, entry->role);
	const bool lapsed =
	    person->acknowledged_until != 0 && person->acknowledged_until < lint->sheet->date;
	const bool missing = person->acknowledged_until == 0 && role != NULL && role->as != NULL &&
			     strcmp(role->as, "custodian") == 0 &&
			     !roster_is_practice(lint->input->roster);

	if (!lapsed && !missing)
		return;
	lint_sheet_fault(lint,
	    (struct lint_fault){ entry->place,
		"Have the duties signed, and record it with 'quorate person appoint'." },
	    "%s, for '%s', has %s", person->name, entry->role,
	    lapsed ? "signed duties that end before that day" : "signed no duties");
}

void
lint_appointments(struct lint *lint)
{
	each_known(lint, want_appointment);
}

/* ---- same-line ------------------------------------------------------------------------------- */

void
lint_same_line(struct lint *lint)
{
	for (size_t i = 0; i < lint->sheet->person_count; i++) {
		const struct sheet_person *entry = &lint->sheet->people[i];
		struct roster_person person, deputy;

		if (entry->deputy == NULL || !lint_find_person(lint, entry->name, &person) ||
		    !lint_find_person(lint, entry->deputy, &deputy) ||
		    !roster_same_place(person.line, deputy.line))
			continue;
		lint_sheet_fault(lint,
		    (struct lint_fault){
			entry->place, "Name a deputy who reports to somebody else." },
		    "%s and the deputy, %s, are in one reporting line, '%s'", person.name,
		    deputy.name, person.line);
	}
}

/* ---- policy-broken --------------------------------------------------------------------------- */

static int64_t
limit(struct lint *lint, enum roster_policy which)
{
	int64_t value = 0;

	if (lint->err == ERR_OK)
		lint->err = roster_policy_get(lint->input->roster, which, 0, &value, lint->trace);
	return value;
}

/* How many names a list has; ${role} stands for all of the role's people. */
static size_t
count_names(struct lint *lint, const struct script_step *step, const char *list)
{
	const char *expanded =
	    lint->sheet == NULL || list == NULL ? NULL : lint_expanded(lint, step, list);
	size_t count = expanded != NULL && expanded[0] != '\0';

	for (; expanded != NULL && *expanded != '\0'; expanded++)
		count += *expanded == ',';
	return count;
}

static void
check_threshold(struct lint *lint, const struct script_step *step)
{
	const char *text = lint_option(&step->command, "--threshold");
	const size_t size = count_names(lint, step, lint_option(&step->command, "--custodian"));
	long threshold;

	if (text == NULL)
		text = lint_option(&step->command, "-m");
	threshold = text == NULL ? 0 : strtol(text, NULL, 10);
	if (size == 0 || threshold < 2 || (size_t)threshold < size ||
	    limit(lint, ROSTER_POLICY_ALL_OF_N) != 0)
		return;
	lint_script_fault(lint,
	    (struct lint_fault){ step->place,
		"Choose a lower threshold, or more custodians: one lost card would lose the key." },
	    "step %u, '%s', makes a quorum of %ld of %zu, and policy forbids all of N",
	    step->number, step->id, threshold, size);
}

void
lint_policy(struct lint *lint)
{
	const int64_t minutes = limit(lint, ROSTER_POLICY_SESSION_MINUTES);

	for (size_t i = 0; i < lint->script->session_count && lint->err == ERR_OK; i++)
		if (lint->script->sessions[i].minutes > minutes)
			lint_script_fault(lint,
			    (struct lint_fault){ lint->script->sessions[i].place,
				"Make it shorter or two of it; two people can change "
				"'session-minutes' beforehand." },
			    "a session of %u minutes, and policy allows %lld",
			    lint->script->sessions[i].minutes, (long long)minutes);
	for (size_t i = 0; i < lint->script->step_count && lint->err == ERR_OK; i++)
		if (lint_is_command(&lint->script->steps[i].command, "quorum", "create"))
			check_threshold(lint, &lint->script->steps[i]);
}
