/* SPDX-License-Identifier: BSD-2-Clause */
/* Roles: which there are, who may fill two, who signs. */
#include <string.h>

#include "ceremony/lint_rules.h"

/* ---- unknown-role ---------------------------------------------------------------------------- */

static void
want_role(struct lint *lint, const char *role, struct yaml_place place, const char *where)
{
	if (role != NULL && script_role(lint->script, role) == NULL)
		lint_script_fault(lint,
		    (struct lint_fault){
			place, "Write it under 'roles', or name one that is there." },
		    "%s names the role '%s', which the script does not have", where, role);
}

static void
want_roles(
    struct lint *lint, const struct script_words *roles, struct yaml_place place, const char *where)
{
	for (size_t i = 0; i < roles->count; i++)
		want_role(lint, roles->word[i], place, where);
}

static void
want_seats(struct lint *lint, const struct script_step *step)
{
	for (size_t i = 0; i < step->confirm.count; i++) {
		const struct script_seat seat = script_seat(step->confirm.word[i]);

		want_role(lint, seat.role, step->place, "'confirm'");
	}
}

static void
want_owners(struct lint *lint, const struct script_task *tasks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		want_role(lint, tasks[i].owner, tasks[i].place, "a task");
}

void
lint_roles(struct lint *lint)
{
	const struct script *script = lint->script;
	unsigned office;

	for (size_t i = 0; i < script->role_count; i++) {
		const struct script_role *role = &script->roles[i];

		want_roles(lint, &role->excludes, role->place, "'excludes'");
		if (role->as != NULL && !roster_role_parse(role->as, &office))
			lint_script_fault(lint,
			    (struct lint_fault){ role->place,
				"It is one of custodian, deputy, administrator, security-officer, "
				"witness, auditor, keeper." },
			    "'as: %s' is no role of the roster", role->as);
	}
	for (size_t i = 0; i < script->given_count; i++)
		want_role(
		    lint, script->givens[i].custodians, script->givens[i].place, "what is given");
	for (size_t i = 0; i < script->step_count; i++) {
		const struct script_step *step = &script->steps[i];

		want_roles(lint, &step->present, step->place, "'present'");
		want_seats(lint, step);
	}
	want_owners(lint, script->preparation, script->preparation_count);
	want_owners(lint, script->afterwards, script->afterwards_count);
	want_roles(lint, &script->sign_off, (struct yaml_place){ 1, 1 }, "'sign_off'");
	for (size_t i = 0; lint->sheet != NULL && i < lint->sheet->person_count; i++)
		if (script_role(script, lint->sheet->people[i].role) == NULL)
			lint_sheet_fault(lint,
			    (struct lint_fault){ lint->sheet->people[i].place,
				"Give the person a role of the script." },
			    "the script has no role '%s'", lint->sheet->people[i].role);
}

/* ---- who signs ------------------------------------------------------------------------------- */

void
lint_sign_off(struct lint *lint)
{
	const struct script *script = lint->script;

	if (script->sign_off.count == 0)
		lint_script_fault(lint,
		    (struct lint_fault){ { 1, 1 }, "Name the roles that sign under 'sign_off'." },
		    "nobody signs at the end");
	for (size_t i = 0; i < script->sign_off.count; i++) {
		const struct script_role *role = script_role(script, script->sign_off.word[i]);

		if (role != NULL && role->signs == SCRIPT_SIGNS_NOT)
			lint_script_fault(lint,
			    (struct lint_fault){
				role->place, "Say 'signs: card' or 'signs: paper' of it." },
			    "role '%s' signs off, and does not say how", role->name);
	}
}

/* Whether somebody who signs stands for it. */
static bool
has_signer(const struct script *script, const char *stands_for)
{
	for (size_t i = 0; i < script->role_count; i++) {
		const struct script_role *role = &script->roles[i];

		if (role->stands_for != NULL && strcmp(role->stands_for, stands_for) == 0 &&
		    role->signs != SCRIPT_SIGNS_NOT && role->least > 0 &&
		    lint_has_word(&script->sign_off, role->name))
			return true;
	}
	return false;
}

static void
want_signer(struct lint *lint, const char *stands_for, const char *todo)
{
	if (strcmp(lint->script->kind, "root") == 0 && !has_signer(lint->script, stands_for))
		lint_script_fault(lint, (struct lint_fault){ { 1, 1 }, todo },
		    "the ceremony of a root is signed by nobody with 'stands_for: %s'", stands_for);
}

void
lint_root_auditor(struct lint *lint)
{
	if (!lint->script->video)
		want_signer(lint, "auditor",
		    "Give a role that signs off 'stands_for: auditor', or film all of it and say "
		    "'video: true'.");
}

void
lint_root_security(struct lint *lint)
{
	want_signer(lint, "security",
	    "Give the role responsible for security 'stands_for: security', and let it sign off.");
}

void
lint_root_witness(struct lint *lint)
{
	want_signer(lint, "independent-witness",
	    "Give an independent person's role 'stands_for: independent-witness', and let it sign "
	    "off.");
}

/* ---- the sheet's people ---------------------------------------------------------------------- */

void
lint_wrong_sheet(struct lint *lint)
{
	if (strcmp(lint->sheet->ceremony, lint->script->name) != 0)
		lint_sheet_fault(lint,
		    (struct lint_fault){
			{ 1, 1 }, "Bring the sheet that was written for this script." },
		    "this is the sheet of '%s', and the script is '%s'", lint->sheet->ceremony,
		    lint->script->name);
}

static size_t
people_in(const struct sheet *sheet, const char *role)
{
	size_t count = 0;

	for (size_t i = 0; i < sheet->person_count; i++)
		count += strcmp(sheet->people[i].role, role) == 0;
	return count;
}

void
lint_nobody(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->role_count; i++) {
		const struct script_role *role = &lint->script->roles[i];
		const size_t there = people_in(lint->sheet, role->name);

		if (there < role->least)
			lint_sheet_fault(lint,
			    (struct lint_fault){ { 1, 1 }, "Name them under 'people'." },
			    "role '%s' wants %u, and %zu fill it", role->name, role->least, there);
	}
}

/* One whom the role's own number says to be missing is found by that rule. */
static bool
is_nobody(const struct lint *lint, const char *word)
{
	const struct script_seat seat = script_seat(word);
	const struct script_role *role = script_role(lint->script, seat.role);

	return role != NULL && seat.nth > role->least && sheet_seated(lint->sheet, word) == NULL;
}

void
lint_seats(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->step_count; i++) {
		const struct script_step *step = &lint->script->steps[i];

		for (size_t j = 0; j < step->confirm.count; j++)
			if (is_nobody(lint, step->confirm.word[j]))
				lint_script_fault(lint,
				    (struct lint_fault){ step->place,
					"Name the person under 'people', or count anew." },
				    "step %u, '%s', is confirmed by '%s', whom the sheet has not",
				    step->number, step->id, step->confirm.word[j]);
	}
}

void
lint_too_many(struct lint *lint)
{
	for (size_t i = 0; i < lint->script->role_count; i++) {
		const struct script_role *role = &lint->script->roles[i];
		const size_t there = people_in(lint->sheet, role->name);

		if (there > role->most)
			lint_sheet_fault(lint,
			    (struct lint_fault){
				{ 1, 1 }, "Take people out, or raise 'most' in the script." },
			    "role '%s' is for %u at most, and %zu fill it", role->name, role->most,
			    there);
	}
}

static bool
is_person(const struct sheet_person *person, const char *name)
{
	return name != NULL && (strcmp(person->name, name) == 0 ||
				   (person->deputy != NULL && strcmp(person->deputy, name) == 0));
}

static bool
exclude(const struct script *script, const char *a, const char *b)
{
	const struct script_role *first = script_role(script, a), *second = script_role(script, b);

	return strcmp(a, b) == 0 || (first != NULL && lint_has_word(&first->excludes, b)) ||
	       (second != NULL && lint_has_word(&second->excludes, a));
}

void
lint_excluded(struct lint *lint)
{
	const struct sheet *sheet = lint->sheet;

	for (size_t i = 0; i < sheet->person_count; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct sheet_person *one = &sheet->people[i],
						  *other = &sheet->people[j];
			const char *both = is_person(other, one->name)     ? one->name
					   : is_person(other, one->deputy) ? one->deputy
									   : NULL;

			if (both != NULL && exclude(lint->script, one->role, other->role))
				lint_sheet_fault(lint,
				    (struct lint_fault){
					one->place, "Name somebody else for one of them." },
				    "%s fills '%s' and '%s', which exclude each other", both,
				    other->role, one->role);
		}
	}
}

/* ---- the rest of the sheet ------------------------------------------------------------------- */

void
lint_copies(struct lint *lint)
{
	size_t copies = 0;

	for (size_t i = 0; i < lint->sheet->medium_count; i++)
		copies += lint->sheet->media[i].takes_copy;
	if (copies < 2)
		lint_sheet_fault(lint,
		    (struct lint_fault){
			{ 1, 1 }, "Name two media with 'copy: true' under 'media'." },
		    "the evidence would be copied to %zu media; two is the least", copies);
}

static bool
wants_previous(const struct script *script, struct yaml_place *place)
{
	for (size_t i = 0; i < script->given_count; i++)
		if (script->givens[i].kind == SCRIPT_GIVEN_BUNDLE) {
			*place = script->givens[i].place;
			return true;
		}
	return false;
}

void
lint_previous(struct lint *lint)
{
	struct yaml_place place = { 0 };

	if (lint->sheet->previous == NULL && wants_previous(lint->script, &place))
		lint_script_fault(lint,
		    (struct lint_fault){
			place, "Name its folder and its head in the sheet under 'previous'." },
		    "the evidence of an earlier ceremony is given, and the sheet names none");
}
