/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/placement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster/card.h"
#include "roster/person.h"

enum dimension { BY_PERSON, BY_SITE, BY_EMPLOYER, BY_LINE, BY_MODEL, DIMENSIONS };

static const struct {
	enum roster_policy limit;
	const char *words; /* before the place, in the text for people */
} dimensions[DIMENSIONS] = {
	[BY_PERSON] = { ROSTER_POLICY_SHARES_PER_PERSON, "with" },
	[BY_SITE] = { ROSTER_POLICY_SHARES_PER_SITE, "at the site" },
	[BY_EMPLOYER] = { ROSTER_POLICY_SHARES_PER_EMPLOYER, "with people of the employer" },
	[BY_LINE] = { ROSTER_POLICY_SHARES_PER_LINE, "with people who report to" },
	[BY_MODEL] = { ROSTER_POLICY_SHARES_PER_MODEL, "on cards of the model" },
};

/* The places of one share; an empty one is not known. */
struct place {
	char in[DIMENSIONS][ROSTER_NAME];
};

static enum err
find_place(
    struct roster *roster, const struct roster_id *id, struct place *out, struct err_trace *trace)
{
	struct roster_card card;
	struct roster_person person;
	enum err err = roster_card_get(roster, id, &card, trace);

	if (err == ERR_OK)
		err = roster_person_get(roster, &card.custodian, &person, trace);
	if (err != ERR_OK)
		return err;
	snprintf(out->in[BY_PERSON], ROSTER_NAME, "%s", person.name);
	snprintf(out->in[BY_SITE], ROSTER_NAME, "%s", person.site);
	snprintf(out->in[BY_EMPLOYER], ROSTER_NAME, "%s", person.employer);
	snprintf(out->in[BY_LINE], ROSTER_NAME, "%s", person.line);
	snprintf(out->in[BY_MODEL], ROSTER_NAME, "%.*s", ROSTER_NAME - 1, card.model);
	return ERR_OK;
}

/* Counts each place once, at its first share. */
static void
count(const struct place *places, unsigned shares, struct roster_crowd *crowd, enum dimension by,
    struct roster_placement *out)
{
	for (unsigned i = 0; i < shares; i++) {
		bool is_first = true;

		crowd->shares = 0;
		for (unsigned j = 0; j < shares; j++) {
			if (!roster_same_place(places[i].in[by], places[j].in[by]))
				continue;
			crowd->shares++;
			is_first = is_first && j >= i;
		}
		if (!is_first || crowd->shares <= crowd->allowed ||
		    out->crowds == sizeof(out->crowd) / sizeof(out->crowd[0]))
			continue;
		snprintf(crowd->where, sizeof(crowd->where), "%s", places[i].in[by]);
		out->crowd[out->crowds++] = *crowd;
	}
}

enum err
roster_placement_find(struct roster *roster, const struct roster_placing *placing, int64_t at,
    struct roster_placement *out, struct err_trace *trace)
{
	struct place *places = calloc(ROSTER_CARDS_MAX, sizeof(*places));
	struct roster_placement found = { 0 };
	int64_t allowed = 0;
	enum err err =
	    places == NULL ? FAIL(trace, ERR_NOMEM, "no memory for a placement") : ERR_OK;

	for (unsigned i = 0; i < placing->cards && err == ERR_OK; i++)
		err = find_place(roster, &placing->card[i], &places[i], trace);
	for (int by = 0; by < DIMENSIONS && err == ERR_OK; by++) {
		struct roster_crowd crowd = { .limit = dimensions[by].limit };

		err = roster_policy_get(roster, crowd.limit, at, &allowed, trace);
		if (err != ERR_OK)
			break;
		crowd.allowed = (unsigned)roster_policy_shares(allowed, placing->threshold);
		count(places, placing->cards, &crowd, (enum dimension)by, &found);
	}
	free(places);
	if (err == ERR_OK)
		*out = found;
	return err;
}

void
roster_crowd_format(const struct roster_crowd *crowd, char out[ROSTER_CROWD_TEXT])
{
	const char *words = "";

	for (int by = 0; by < DIMENSIONS; by++) {
		if (dimensions[by].limit == crowd->limit)
			words = dimensions[by].words;
	}
	snprintf(out, ROSTER_CROWD_TEXT, "%u shares would be %s '%s', where the policy allows %u",
	    crowd->shares, words, crowd->where, crowd->allowed);
}

enum err
roster_placement_check(
    struct roster *roster, const struct roster_placing *placing, struct err_trace *trace)
{
	struct roster_placement found;
	char words[ROSTER_CROWD_TEXT];
	const enum err err = roster_placement_find(roster, placing, 0, &found, trace);

	if (err != ERR_OK)
		return err;
	for (unsigned i = 0; i < found.crowds; i++) {
		const enum roster_policy limit = found.crowd[i].limit;

		if (limit == ROSTER_POLICY_SHARES_PER_MODEL && roster_is_practice(roster))
			continue;
		roster_policy_refused(roster, limit);
		roster_crowd_format(&found.crowd[i], words);
		err_next(trace,
		    "Choose other custodians or cards; the limit is '%s' of 'quorate "
		    "policy show'.",
		    roster_policy_row(limit)->name);
		return FAIL(trace, ERR_DENIED, "%s", words);
	}
	return ERR_OK;
}
