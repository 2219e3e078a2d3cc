/* SPDX-License-Identifier: BSD-2-Clause */
/* Checkpoints by command: cards of a quorum sign one head, one after another. */
#include <stdlib.h>
#include <string.h>

#include "custody/checkpoint.h"
#include "custody/sign_round.h"
#include "custody/whose.h"
#include "roster/quorum.h"

struct round {
	struct custody *custody;
	const struct checkpoint_round *ask;
	struct roster_quorum quorum;
	struct roster_generation generation;
	struct checkpoint_signed out;
	struct sign_round cards;
};

static enum err
list_signers(struct round *round, struct err_trace *trace)
{
	struct roster *roster = round->custody->roster;
	enum err err = ERR_OK;

	for (size_t i = 0; i < round->generation.size && err == ERR_OK; i++) {
		const struct roster_share *share = &round->generation.share[i];
		struct sign_card *signer = &round->cards.signer[round->cards.signers];

		if (share->delivered == 0)
			continue;
		err = roster_card_get(roster, &share->card, &signer->card, trace);
		whose_name(roster, &share->custodian, signer->custodian);
		round->cards.signers++;
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

static enum err
sign_head(
    void *context, struct card *card, const struct roster_card *known, struct err_trace *trace)
{
	struct round *round = context;

	return checkpoint_sign(round->custody, card, known, &round->out.request, trace);
}

static enum err
hold(struct round *round, struct err_trace *trace)
{
	const unsigned wanted =
	    round->ask->cards != 0 ? round->ask->cards : round->generation.threshold;
	enum err err;

	round->cards.quorum = round->quorum.name;
	round->cards.generation = round->generation.number;
	round->cards.purpose = round->ask->purpose;
	round->cards.wanted = round->cards.least = wanted;
	round->cards.sign = sign_head;
	round->cards.context = round;
	err = sign_round_hold(round->custody, &round->cards, trace);
	round->out.cards = round->cards.signed_so_far;
	return err;
}

enum err
checkpoint_gather(struct custody *custody, const struct checkpoint_round *ask,
    struct checkpoint_signed *out, struct err_trace *trace)
{
	struct round *round = calloc(1, sizeof(*round));
	enum err err;

	if (round == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory");
	round->custody = custody;
	round->ask = ask;
	err = load(round, trace);
	if (err == ERR_OK)
		err = hold(round, trace);
	if (err == ERR_OK)
		*out = round->out;
	else
		err = FAIL(trace, err, "%u of the cards that are to sign the roster's head did",
		    round->out.cards);
	free(round);
	return err;
}
