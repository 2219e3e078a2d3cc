/* SPDX-License-Identifier: BSD-2-Clause */
#include "custody/sign_round.h"

#include "custody/card_header.h"
#include "custody/checkpoint.h"
#include "custody/pin_entry.h"

static unsigned
count_left(const struct sign_round *round)
{
	unsigned left = 0;

	for (size_t i = 0; i < round->signers; i++)
		left += !round->signer[i].passed;
	return left;
}

static enum err
check_enough(const struct sign_round *round, struct err_trace *trace)
{
	const unsigned possible = round->signed_so_far + count_left(round);

	if (possible >= round->least)
		return ERR_OK;
	return FAIL(
	    trace, ERR_DENIED, "%u cards are to sign, and only %u could", round->least, possible);
}

struct turn {
	struct custody *custody;
	struct sign_round *round;
	struct sign_card *signer;
};

static enum err
use_card(const struct turn *turn, struct card *card, struct err_trace *trace)
{
	struct sign_card *signer = turn->signer;
	const struct pin_entry entry = { .owner = { signer->custodian, signer->card.name },
		.also_sign = true,
		.may_change = turn->round->signers > 1 };
	struct header header;
	bool verified = false;
	enum err err = card_header_load(card, &header, trace);

	if (err == ERR_OK)
		err = checkpoint_check_header(turn->custody, &header, signer->card.name, trace);
	if (err == ERR_OK)
		err = pin_entry_verify(turn->custody, card, &entry, &verified, trace);
	if (err != ERR_OK)
		return err;
	signer->passed = true;
	if (!verified)
		return ERR_OK;
	err = turn->round->sign(turn->round->context, card, &signer->card, trace);
	signer->has_signed = err == ERR_OK;
	turn->round->signed_so_far += err == ERR_OK;
	return err;
}

/* Which signers the question is about: `which` of a visit counts in this list. */
static void
fill_ask(struct sign_round *round, struct visit_ask *ask, struct visit_wanted *wanted,
    struct sign_card **which)
{
	for (size_t i = 0; i < round->signers; i++) {
		struct sign_card *signer = &round->signer[i];

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
next_card(struct custody *custody, struct sign_round *round, struct visit_seen *seen,
    struct err_trace *trace)
{
	struct visit_wanted wanted[VISIT_WANTED_MAX];
	struct sign_card *which[VISIT_WANTED_MAX] = { NULL };
	struct visit_ask ask = { .quorum = round->quorum,
		.generation = round->generation,
		.purpose = round->purpose,
		.done = round->signed_so_far,
		.total = round->wanted };
	struct visit visit = { 0 };
	enum err err = check_enough(round, trace);

	fill_ask(round, &ask, wanted, which);
	if (err == ERR_OK)
		err = visit_begin(custody, &ask, seen, &visit, trace);
	if (err != ERR_OK)
		return err;
	err = use_card(&(struct turn){ custody, round, which[visit.which] }, visit.card, trace);
	visit_end(custody, &visit,
	    which[visit.which]->has_signed ? "It signed; take the card out."
					   : "Take the card out.");
	return err;
}

enum err
sign_round_hold(struct custody *custody, struct sign_round *round, struct err_trace *trace)
{
	struct visit_seen seen = { 0 };
	unsigned breaks = 0;
	enum err err = check_enough(round, trace);

	while (err == ERR_OK && round->signed_so_far < round->wanted &&
	       (count_left(round) > 0 || round->signed_so_far < round->least)) {
		err = next_card(custody, round, &seen, trace);
		if (visit_broke_off(custody, err, &breaks, trace))
			err = ERR_OK;
	}
	visit_seen_release(&seen);
	return err;
}
