/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/attendance.h"

#include <stdio.h>
#include <string.h>

#include "custody/issuing.h"
#include "custody/operation_state.h"
#include "roster/policy.h"

unsigned
attendance_needed(unsigned threshold, unsigned size, unsigned margin)
{
	unsigned spare = threshold + margin < size ? threshold + margin : size;
	unsigned seen = size - threshold + 1;

	return spare > seen ? spare : seen;
}

static bool
is_named(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* With every card that the person has here. */
static bool
excuse_one(struct issuing *issuing, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < issuing->members; i++) {
		if (strcmp(issuing->member[i].custodian, name) != 0)
			continue;
		issuing->member[i].later = true;
		found = true;
	}
	return found;
}

static enum err
excuse_people(struct issuing *issuing, const struct attendance *attendance, struct err_trace *trace)
{
	size_t found = 0;

	for (size_t i = 0; i < issuing->members; i++)
		issuing->member[i].later = false;
	for (size_t i = 0; i < attendance->later_count; i++)
		found += excuse_one(issuing, attendance->later[i]) ? 1 : 0;
	for (size_t i = 0; i < attendance->later_count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(attendance->later[i], attendance->later[j]) == 0)
				return FAIL(trace, ERR_ARGUMENT, "%s is named twice by --later",
				    attendance->later[i]);
	if (found == attendance->later_count)
		return ERR_OK;
	return FAIL(trace, ERR_ARGUMENT,
	    "--later names somebody whose card gets no share here: who does is in the plan");
}

static enum err
excuse_tokens(struct issuing *issuing, const struct attendance *attendance, struct err_trace *trace)
{
	size_t found = 0;

	for (size_t i = 0; i < issuing->tokens; i++) {
		struct issuing_token *token = &issuing->token[i];

		token->away = is_named(attendance->away, attendance->away_count, token->spec->name);
		found += token->away ? 1 : 0;
	}
	if (found == attendance->away_count)
		return ERR_OK;
	return FAIL(trace, ERR_ARGUMENT, "--away names a token that this is not about");
}

/* Those that have their share already, and those who are here to get it. */
static unsigned
count_coming(const struct issuing *issuing)
{
	unsigned count = 0;

	for (size_t i = 0; i < issuing->members; i++) {
		const struct issuing_member *member = &issuing->member[i];
		bool has =
		    issuing->generation != NULL && issuing_share(issuing, member)->delivered != 0;

		count += has || !member->later ? 1 : 0;
	}
	return count;
}

/*
 * Who left after it was begun gets no share: before it is sealed the operation must be given up,
 * for the plan is fixed; after that theirs is never delivered, as if they came later.
 */
static enum err
excuse_who_left(struct issuing *issuing, struct err_trace *trace)
{
	struct roster *roster = issuing->custody->roster;
	struct roster_person person;

	for (size_t i = 0; i < issuing->members; i++) {
		struct issuing_member *member = &issuing->member[i];
		enum err err = roster_person_get(roster, &member->card.custodian, &person, trace);

		if (err != ERR_OK)
			return err;
		if (!roster_person_has_left(&person, roster_now(roster)))
			continue;
		member->later = true;
		if (issuing->generation != NULL)
			continue;
		err_next(trace,
		    "Give this up, and begin again without them: quorate quorum abort %s --reason "
		    "TEXT "
		    "--by NAME",
		    issuing->quorum.name);
		return FAIL(trace, ERR_DENIED,
		    "%s has left, and gets no share; nothing is sealed yet", member->custodian);
	}
	return ERR_OK;
}

enum err
issuing_excuse(
    struct issuing *issuing, const struct attendance *attendance, struct err_trace *trace)
{
	const struct roster_plan *plan = &issuing->operation->plan;
	unsigned needed, coming;
	int64_t margin = 0;
	enum err err = excuse_people(issuing, attendance, trace);

	if (err == ERR_OK)
		err = excuse_tokens(issuing, attendance, trace);
	if (err == ERR_OK && attendance->people_count != 0 && attendance->people_count != 2)
		err = FAIL(trace, ERR_ARGUMENT, "--people names two who compare the receipts");
	for (size_t i = 0; err == ERR_OK && i < attendance->people_count; i++)
		issuing->people[i] = attendance->people[i];
	if (err != ERR_OK || !operation_makes_generation(issuing->operation))
		return err;
	err = excuse_who_left(issuing, trace);
	if (err != ERR_OK)
		return err;
	err = roster_policy_get(issuing->custody->roster, ROSTER_POLICY_MARGIN, 0, &margin, trace);
	if (err != ERR_OK)
		return err;
	needed = attendance_needed(plan->threshold, plan->cards, (unsigned)margin);
	coming = count_coming(issuing);
	if (coming >= needed)
		return ERR_OK;
	err_next(trace, "Wait until they are there: %u of the %u may come later.",
	    plan->cards - needed, plan->cards);
	return FAIL(trace, ERR_DENIED,
	    "%u cards would be proven before a token switches, and %u must be", coming, needed);
}
