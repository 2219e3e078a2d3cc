/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first phase: before any secret exists, the key of every card in the room is read from the
 * card itself, without a PIN. Only to such keys, and to keys that a card present now has vouched
 * for, will a share be sealed (design.md, rule 4).
 */
#include "custody/issuing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/card_header.h"
#include "custody/checkpoint.h"

enum { CHALLENGE_SIZE = 32 };

/* Those not read yet, as the question wants them. */
static size_t
list_wanted(struct issuing *issuing, struct visit_wanted *wanted, size_t *member)
{
	size_t count = 0;

	for (size_t i = 0; i < issuing->members; i++) {
		struct issuing_member *m = &issuing->member[i];

		if (m->seen_now || m->later)
			continue;
		wanted[count] = (struct visit_wanted){ m->custodian, m->card.name, m->card.serial,
			m->card.dec };
		member[count++] = i;
	}
	return count;
}

/* A share on the card is one that the roster knows there, of this quorum. */
static enum err
check_shares(const struct issuing *issuing, const struct header *header,
    const struct issuing_member *member, struct err_trace *trace)
{
	struct roster_holding *holdings = NULL;
	size_t count = 0, known = 0;
	enum err err = roster_card_holdings(
	    issuing->custody->roster, &member->card.id, &holdings, &count, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < header->share_count; i++)
		for (size_t j = 0; j < count; j++)
			known += memcmp(header->quorum_id, holdings[j].quorum.bytes,
				     sizeof(header->quorum_id)) == 0 &&
					 header->share[i].generation == holdings[j].generation &&
					 header->share[i].index == holdings[j].index
				     ? 1
				     : 0;
	free(holdings);
	if (known == header->share_count)
		return ERR_OK;
	return FAIL(trace, ERR_NOT_NOW,
	    "%s's card %s holds a share of '%s', generation %u, that the roster does not know "
	    "there",
	    member->custodian, member->card.name, header->quorum_name,
	    header_newest(header)->generation);
}

/* Our kind of card, with no share but those that are known, and the keys that were enrolled. */
static enum err
check_card(struct issuing *issuing, struct card *card, const struct issuing_member *member,
    struct err_trace *trace)
{
	uint8_t fingerprint[SHA256_SIZE];
	struct header header;
	enum err err = card_header_load(card, &header, trace);

	if (err != ERR_OK)
		return FAIL(trace, err, "%s's card %s: its header cannot be read",
		    member->custodian, member->card.name);
	if (header.practice != roster_is_practice(issuing->custody->roster))
		return FAIL(trace, ERR_DENIED, "%s's card %s is a %s card", member->custodian,
		    member->card.name, header.practice ? "PRACTICE" : "real");
	err = checkpoint_check_header(issuing->custody, &header, member->card.name, trace);
	if (err == ERR_OK)
		err = check_shares(issuing, &header, member, trace);
	if (err == ERR_OK)
		err = card_fingerprint(card, fingerprint, trace);
	if (err == ERR_OK &&
	    memcmp(fingerprint, member->card.fingerprint.bytes, sizeof(fingerprint)) != 0)
		err = FAIL(trace, ERR_DENIED, "%s's card %s has other keys than those enrolled",
		    member->custodian, member->card.name);
	return err;
}

/* Randomness of the card's own, where it offers any. */
static enum err
take_entropy(struct issuing *issuing, struct card *card, struct err_trace *trace)
{
	struct secret *challenge = NULL;
	enum err err = secret_new(CHALLENGE_SIZE, &challenge, trace);

	if (err != ERR_OK)
		return err;
	if (card_challenge(card, CHALLENGE_SIZE, challenge, NULL) == ERR_OK)
		issuing->entropy[issuing->entropies++] = challenge;
	else
		secret_free(challenge);
	return ERR_OK;
}

static enum err
read_one(struct issuing *issuing, struct err_trace *trace)
{
	struct visit_wanted wanted[ROSTER_CARDS_MAX];
	size_t member[ROSTER_CARDS_MAX];
	struct visit_ask ask = { .quorum = issuing->quorum.name,
		.generation = issuing->operation->plan.generation,
		.purpose = "read the card's key (no PIN)",
		.wanted = wanted };
	struct visit visit = { 0 };
	struct issuing_member *found;
	enum err err;

	ask.wanted_count = list_wanted(issuing, wanted, member);
	for (size_t i = 0; i < issuing->members; i++)
		if (issuing->member[i].seen_now)
			ask.through[ask.through_count++] = issuing->member[i].custodian;
	ask.done = (unsigned)ask.through_count;
	ask.total = ask.done + (unsigned)ask.wanted_count;
	err = visit_begin(issuing->custody, &ask, &issuing->seen, &visit, trace);
	if (err != ERR_OK)
		return err;
	found = &issuing->member[member[visit.which]];
	err = check_card(issuing, visit.card, found, trace);
	if (err == ERR_OK)
		err = take_entropy(issuing, visit.card, trace);
	visit_end(issuing->custody, &visit, "The key was read; take the card out.");
	if (err == ERR_OK)
		found->seen_now = true;
	return err;
}

enum err
issuing_read_keys(struct issuing *issuing, struct err_trace *trace)
{
	struct visit_wanted wanted[ROSTER_CARDS_MAX];
	size_t member[ROSTER_CARDS_MAX];
	unsigned breaks = 0;

	if (issuing_did(issuing, &(struct roster_step){ .kind = ROSTER_STEP_SEALED }))
		return ERR_OK;
	while (list_wanted(issuing, wanted, member) > 0) {
		enum err err = read_one(issuing, trace);

		if (err != ERR_OK && !visit_broke_off(issuing->custody, err, &breaks, trace))
			return err;
	}
	return issuing_check_unseen(issuing, trace);
}
