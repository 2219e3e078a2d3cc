/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/rekey_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shell_word.h"
#include "custody/card_fit.h"
#include "custody/whose.h"
#include "roster/card.h"
#include "roster/card_condition.h"
#include "roster/person.h"

static bool
has_left(const struct rekeying *rekeying, const struct roster_person *person)
{
	return roster_person_has_left(person, roster_now(rekeying->custody->roster));
}

/* What it is good for, whenever it was proven last. */
static enum roster_condition
condition_of(const struct rekeying *rekeying, const struct roster_card *card)
{
	return roster_condition_of(card, INT64_MAX / 4, roster_now(rekeying->custody->roster));
}

static bool
can_open(enum roster_condition condition)
{
	return condition == ROSTER_CONDITION_READY || condition == ROSTER_CONDITION_STALE ||
	       condition == ROSTER_CONDITION_SUSPECTED;
}

static bool
is_named(const char *const *names, size_t count, const struct roster_person *person)
{
	char id[ROSTER_ID_TEXT];

	roster_id_format(&person->id, id);
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], person->name) == 0 ||
		    (strlen(names[i]) >= 8 && strncmp(names[i], id, strlen(names[i])) == 0))
			return true;
	return false;
}

static struct rekey_person *
list(struct rekeying *rekeying, const struct roster_person *person, const struct roster_card *card,
    enum rekey_change change)
{
	const struct attendance *attendance = &rekeying->request->attendance;
	struct rekey_person *listed = &rekeying->out->person[rekeying->out->people++];

	snprintf(listed->custodian, sizeof(listed->custodian), "%s", person->name);
	snprintf(listed->card, sizeof(listed->card), "%s", card->name);
	listed->change = change;
	listed->later =
	    change != REKEY_LEAVES && is_named(attendance->later, attendance->later_count, person);
	return listed;
}

static enum err
give_share(struct rekeying *rekeying, const struct roster_card *card, struct err_trace *trace)
{
	struct roster_plan *plan = &rekeying->out->plan;

	if (plan->cards == ROSTER_CARDS_MAX)
		return FAIL(
		    trace, ERR_ARGUMENT, "a quorum has at most %d custodians", ROSTER_CARDS_MAX);
	plan->card[plan->cards].card = card->id;
	plan->card[plan->cards].index = plan->cards;
	plan->cards++;
	return ERR_OK;
}

static enum err
check_card(const struct rekeying *rekeying, const char *custodian, const struct roster_card *card,
    struct err_trace *trace)
{
	const struct card_fit fit = { .custody = rekeying->custody,
		.quorum = &rekeying->quorum,
		.generation = rekeying->former->number,
		.custodian = custodian };

	return card_fit_check(&fit, card, trace);
}

/* Somebody of the generation that stands: stays, unless removed; who left cannot stay. */
static enum err
plan_former(struct rekeying *rekeying, const struct roster_share *share, bool *removed,
    struct err_trace *trace)
{
	const struct rekey_request *request = rekeying->request;
	struct rekey_person *listed;
	struct roster_person person;
	struct roster_card card, next;
	bool left;
	enum err err =
	    roster_person_get(rekeying->custody->roster, &share->custodian, &person, trace);

	if (err == ERR_OK)
		err = roster_card_get(rekeying->custody->roster, &share->card, &card, trace);
	if (err != ERR_OK)
		return err;
	left = has_left(rekeying, &person);
	*removed = is_named(request->remove, request->remove_count, &person);
	if (left && !*removed) {
		err_next(trace, "Say so: --remove %s.", person.name);
		return FAIL(trace, ERR_DENIED, "%s has left, and gets no share of a new generation",
		    person.name);
	}
	listed = list(rekeying, &person, &card, *removed ? REKEY_LEAVES : REKEY_STAYS);
	listed->opens = !left && share->delivered != 0 && share->erased == 0 &&
			can_open(condition_of(rekeying, &card));
	rekeying->out->openers += listed->opens ? 1 : 0;
	if (*removed)
		return ERR_OK;
	/* Whoever enrolled another card since gets the share on that one. */
	err = roster_card_of(
	    rekeying->custody->roster, rekeying->quorum.name, &person.id, &next, trace);
	if (err == ERR_OK)
		err = check_card(rekeying, person.name, &next, trace);
	if (err == ERR_OK)
		snprintf(listed->card, sizeof(listed->card), "%s", next.name);
	return err == ERR_OK ? give_share(rekeying, &next, trace) : err;
}

static enum err
plan_formers(struct rekeying *rekeying, struct err_trace *trace)
{
	size_t found = 0;
	enum err err = ERR_OK;

	for (unsigned i = 0; err == ERR_OK && i < rekeying->former->shares; i++) {
		bool removed = false;

		err = plan_former(rekeying, &rekeying->former->share[i], &removed, trace);
		found += removed ? 1 : 0;
	}
	if (err != ERR_OK || found == rekeying->request->remove_count)
		return err;
	err_next(trace, "'quorate quorum show %s' lists its custodians.", rekeying->quorum.name);
	return FAIL(trace, ERR_ABSENT,
	    "--remove names somebody who is not of generation %u, or somebody twice",
	    rekeying->former->number);
}

static enum err
plan_addition(struct rekeying *rekeying, const char *name, struct err_trace *trace)
{
	const struct rekey_forecast *out = rekeying->out;
	struct roster_person person;
	struct roster_card card;
	enum err err = roster_person_find(rekeying->custody->roster, name, &person, trace);

	if (err == ERR_OK && has_left(rekeying, &person))
		err = FAIL(trace, ERR_DENIED, "%s has left, and gets no share", person.name);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < out->people; i++)
		if (strcmp(out->person[i].custodian, person.name) == 0)
			return FAIL(trace, ERR_ARGUMENT, "%s %s already: --add is for others",
			    person.name, rekey_change_word(out->person[i].change));
	err = roster_card_of(
	    rekeying->custody->roster, rekeying->quorum.name, &person.id, &card, trace);
	if (err != ERR_OK || card.state != ROSTER_CARD_ENROLLED) {
		err_next_instead(trace,
		    "Enrol it: quorate card enrol --custodian %s --quorum %s --by NAME",
		    shell_word(person.name).text, rekeying->quorum.name);
		return FAIL(trace, ERR_ABSENT, "%s has no enrolled card for '%s'", person.name,
		    rekeying->quorum.name);
	}
	err = check_card(rekeying, person.name, &card, trace);
	if (err != ERR_OK)
		return err;
	(void)list(rekeying, &person, &card, REKEY_JOINS);
	rekeying->out->blanks++;
	return give_share(rekeying, &card, trace);
}

enum err
rekey_plan_people(struct rekeying *rekeying, struct err_trace *trace)
{
	enum err err = plan_formers(rekeying, trace);

	if (err == ERR_OK && rekeying->request->add_count > ROSTER_CARDS_MAX)
		err = FAIL(
		    trace, ERR_ARGUMENT, "a quorum has at most %d custodians", ROSTER_CARDS_MAX);
	for (size_t i = 0; err == ERR_OK && i < rekeying->request->add_count; i++)
		err = plan_addition(rekeying, rekeying->request->add[i], trace);
	return err;
}
