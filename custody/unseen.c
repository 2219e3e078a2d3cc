/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cards that get a share without being here today: their keys are in the roster alone, and somebody
 * must vouch for them (design.md, rule 4): a card that is here, by a checkpoint that it signed, or
 * two people, by the enrolment's receipt.
 */
#include "custody/issuing.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "custody/attendant.h"
#include "roster/checkpoint.h"
#include "roster/log.h"

enum { RECEIPT_BYTES = 16 };

/* A checkpoint that a card present now has signed covers this card's enrolment. */
static enum err
is_pinned(const struct issuing *issuing, const struct issuing_member *unseen, bool *pinned,
    struct err_trace *trace)
{
	enum err err = ERR_OK;

	*pinned = false;
	for (size_t i = 0; err == ERR_OK && !*pinned && i < issuing->members; i++)
		if (issuing->member[i].seen_now)
			err = roster_card_is_pinned(issuing->custody->roster, &unseen->card.id,
			    &issuing->member[i].card.id, pinned, trace);
	return err;
}

/* The two who compare it, as the command named them. */
static enum err
find_people(const struct issuing *issuing, const struct issuing_member *unseen,
    struct roster_id people[2], struct err_trace *trace)
{
	enum err err = ERR_OK;

	if (issuing->people[0] == NULL) {
		err_next(trace,
		    "Have %s come with the card, or let two people compare its enrolment receipt: "
		    "--people NAME,NAME.",
		    unseen->custodian);
		return FAIL(trace, ERR_DENIED,
		    "the key of %s's card %s is vouched for by no card that is here",
		    unseen->custodian, unseen->card.name);
	}
	for (int i = 0; err == ERR_OK && i < 2; i++) {
		struct roster_person person;

		err = roster_person_find(
		    issuing->custody->roster, issuing->people[i], &person, trace);
		if (err == ERR_OK)
			people[i] = person.id;
	}
	return err;
}

static enum err
confirm_receipt(
    const struct issuing *issuing, const struct issuing_member *unseen, struct err_trace *trace)
{
	struct attendant *attendant = issuing->custody->attendant;
	char words[WORDS_SIZE(RECEIPT_BYTES)], text[WORDS_SIZE(RECEIPT_BYTES) + 320];
	struct roster_id people[2];
	bool yes = false;
	enum err err = find_people(issuing, unseen, people, trace);

	if (err != ERR_OK)
		return err;
	words_encode(unseen->card.fingerprint.bytes, RECEIPT_BYTES, words);
	snprintf(text, sizeof(text),
	    "%.64s's card %.43s comes later, and no card that is here vouches for its key. Compare "
	    "its enrolment receipt. Are these the words on it? %s",
	    unseen->custodian, unseen->card.name, words);
	err = attendant->confirm(attendant->context, text, issuing->people, &yes, trace);
	if (err == ERR_OK && !yes)
		err = FAIL(trace, ERR_DENIED,
		    "the receipt of %s's card %s has other words: no share is sealed to its key",
		    unseen->custodian, unseen->card.name);
	return err == ERR_OK ? roster_card_confirm_receipt(
				   issuing->custody->roster, &unseen->card.id, people, trace)
			     : err;
}

/*
 * Checkpoints and receipts vouch for events; the key that is sealed to stands in a table. That the
 * one follows from the other is looked at now: nobody reads such a key from its card.
 */
static enum err
verify_roster(
    const struct issuing *issuing, const struct issuing_member *unseen, struct err_trace *trace)
{
	struct roster_verified verified = { .checkpoint = NULL };
	enum err err = roster_verify(issuing->custody->roster, &verified, trace);

	free(verified.checkpoint);
	if (err != ERR_FORMAT)
		return err;
	err_next(trace, "See 'quorate roster verify'; or have %s come with the card.",
	    unseen->custodian);
	return FAIL(trace, err,
	    "%s's card %s comes later, and its key in this roster cannot be believed",
	    unseen->custodian, unseen->card.name);
}

enum err
issuing_check_unseen(const struct issuing *issuing, struct err_trace *trace)
{
	bool verified = false;
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < issuing->members; i++) {
		const struct issuing_member *member = &issuing->member[i];
		bool pinned = false;

		if (!member->later)
			continue;
		if (!verified)
			err = verify_roster(issuing, member, trace);
		verified = true;
		if (err == ERR_OK)
			err = is_pinned(issuing, member, &pinned, trace);
		if (err == ERR_OK && !pinned)
			err = confirm_receipt(issuing, member, trace);
	}
	return err;
}
