/* SPDX-License-Identifier: BSD-2-Clause */
/* Checkpoints by command: cards of a quorum sign one head, one after another. */
#include <stdlib.h>
#include <string.h>

#include "custody/card_header.h"
#include "custody/checkpoint.h"
#include "custody/pin_entry.h"
#include "custody/visit.h"
#include "custody/whose.h"
#include "roster/quorum.h"

/* One share of the generation, with the texts that the questions borrow. */
struct signer {
	struct roster_card card;
	char custodian[ROSTER_NAME];
	bool passed; /* it signed, or its custodian gave way to another */
	bool has_signed;
};

struct round {
	struct custody *custody;
	const struct checkpoint_round *ask;
	struct roster_quorum quorum;
	struct roster_generation generation;
	struct checkpoint_signed out;
	struct visit_seen seen;
	size_t signers;
	struct signer signer[ROSTER_CARDS_MAX];
};

static enum err
list_signers(struct round *round, struct err_trace *trace)
{
	struct roster *roster = round->custody->roster;
	enum err err = ERR_OK;

	for (size_t i = 0; i < round->generation.size && err == ERR_OK; i++) {
		const struct roster_share *share = &round->generation.share[i];
		struct signer *signer = &round->signer[round->signers];

		if (share->delivered == 0)
			continue;
		err = roster_card_get(roster, &share->card, &signer->card, trace);
		whose_name(roster, &share->custodian, signer->custodian);
		round->signers++;
	}
	return err;
}

static enum err
load(struct round *round, struct err_trace *trace)
{
	struct roster *roster = round->custody->roster;
	enum err err = roster_quorum_find(roster, round->ask->quorum, &round->quorum, trace);

	if (err == ERR_OK && round->quorum.live == 0)
		err = FAIL(trace, ERR_NOT_NOW,
		    "quorum '%s' has no live generation: its cards have "
		    "nothing to vouch with",
		    round->quorum.name);
	if (err == ERR_OK)
		err = roster_generation_get(
		    roster, &round->quorum.id, round->quorum.live, &round->generation, trace);
	if (err == ERR_OK)
		err = list_signers(round, trace);
	if (err == ERR_OK)
		err = roster_checkpoint_request(roster, &round->out.request, trace);
	round->out.quorum = round->quorum.id;
	round->out.generation = round->quorum.live;
	return err;
}

static unsigned
wanted_cards(const struct round *round)
{
	return round->ask->cards != 0 ? round->ask->cards : round->generation.threshold;
}

static enum err
check_enough(const struct round *round, struct err_trace *trace)
{
	unsigned left = 0;

	for (size_t i = 0; i < round->signers; i++)
		left += !round->signer[i].passed;
	if (round->out.cards + left >= wanted_cards(round))
		return ERR_OK;
	return FAIL(trace, ERR_DENIED, "%u cards are to sign, and only %u could",
	    wanted_cards(round), round->out.cards + left);
}

static enum err
use_card(struct round *round, struct visit *visit, struct signer *signer, struct err_trace *trace)
{
	const struct pin_entry entry = { .owner = { signer->custodian, signer->card.name },
		.also_sign = true,
		.may_change = true };
	struct header header;
	bool verified = false;
	enum err err = card_header_load(visit->card, &header, trace);

	if (err == ERR_OK)
		err = checkpoint_check_header(round->custody, &header, signer->card.name, trace);
	if (err == ERR_OK)
		err = pin_entry_verify(round->custody, visit->card, &entry, &verified, trace);
	if (err != ERR_OK)
		return err;
	signer->passed = true;
	if (!verified)
		return ERR_OK;
	err =
	    checkpoint_sign(round->custody, visit->card, &signer->card, &round->out.request, trace);
	signer->has_signed = err == ERR_OK;
	round->out.cards += err == ERR_OK;
	return err;
}

/* Which signers the question is about: `which` of a visit counts in this list. */
static void
fill_ask(
    struct round *round, struct visit_ask *ask, struct visit_wanted *wanted, struct signer **which)
{
	for (size_t i = 0; i < round->signers; i++) {
		struct signer *signer = &round->signer[i];

		if (signer->has_signed)
			ask->through[ask->through_count++] = signer->custodian;
		if (signer->passed)
			continue;
		which[ask->wanted_count] = signer;
		wanted[ask->wanted_count++] = (struct visit_wanted){ signer->custodian,
			signer->card.name, signer->card.serial, signer->card.dec };
	}
	ask->wanted = wanted;
}

static enum err
next_card(struct round *round, struct err_trace *trace)
{
	struct visit_wanted wanted[ROSTER_CARDS_MAX];
	struct signer *which[ROSTER_CARDS_MAX] = { NULL };
	struct visit_ask ask = { .quorum = round->quorum.name,
		.generation = round->generation.number,
		.purpose = round->ask->purpose,
		.done = round->out.cards,
		.total = wanted_cards(round) };
	struct visit visit = { 0 };
	enum err err = check_enough(round, trace);

	fill_ask(round, &ask, wanted, which);
	if (err == ERR_OK)
		err = visit_begin(round->custody, &ask, &round->seen, &visit, trace);
	if (err != ERR_OK)
		return err;
	err = use_card(round, &visit, which[visit.which], trace);
	visit_end(round->custody, &visit,
	    which[visit.which]->has_signed ? "It signed; take the card out."
					   : "Take the card out.");
	return err;
}

enum err
checkpoint_gather(struct custody *custody, const struct checkpoint_round *ask,
    struct checkpoint_signed *out, struct err_trace *trace)
{
	struct round *round = calloc(1, sizeof(*round));
	unsigned breaks = 0;
	enum err err;

	if (round == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	round->custody = custody;
	round->ask = ask;
	err = load(round, trace);
	while (err == ERR_OK && round->out.cards < wanted_cards(round)) {
		err = next_card(round, trace);
		if (visit_broke_off(custody, err, &breaks, trace))
			err = ERR_OK;
	}
	visit_seen_release(&round->seen);
	if (err == ERR_OK)
		*out = round->out;
	else
		err = FAIL(trace, err, "%u of the cards that are to sign the roster's head did",
		    round->out.cards);
	free(round);
	return err;
}
