/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A share for another card of its custodian: M cards give their shares, from them the missing one
 * is computed, compared with its commitment and sealed to the new card. The quorum's secret is not
 * rebuilt, and no HSM is touched.
 */
#include "custody/issuing.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "custody/attendant.h"
#include "custody/gather.h"
#include "quorum/seed.h"
#include "quorum/share.h"
#include "roster/share.h"

/* From the shares of others, and only the very one that was committed to. */
static enum err
compute(struct issuing *issuing, const struct collection *from, struct secret **out,
    struct err_trace *trace)
{
	const struct roster_share *row = issuing_share(issuing, &issuing->member[0]);
	struct secret *share = NULL;
	enum err err = share_recompute((const struct secret *const *)from->share, from->count,
	    (uint8_t)row->index, &share, trace);

	if (err == ERR_OK)
		err = share_check_commitment(share, row->commitment.bytes, trace);
	if (err != ERR_OK) {
		secret_free(share);
		return err;
	}
	*out = share;
	return ERR_OK;
}

static enum err
seal_to_card(const struct issuing *issuing, const struct secret *share,
    uint8_t out[ROSTER_RECORD_SIZE], struct err_trace *trace)
{
	const struct roster_generation *generation = issuing->generation;
	struct share_place place = { .practice = roster_is_practice(issuing->custody->roster),
		.generation = generation->number,
		.index = (uint8_t)issuing->member[0].index,
		.threshold = (uint8_t)generation->threshold,
		.size = (uint8_t)generation->size };
	struct secret *seed = NULL, *ephemeral = NULL;
	struct share_sealing what = {
		.place = &place, .card_point = issuing->member[0].card.dec, .share = share
	};
	struct record record;
	enum err err;

	memcpy(place.quorum_id, issuing->quorum.id.bytes, sizeof(place.quorum_id));
	err = seed_new(
	    (const struct secret *const *)issuing->entropy, issuing->entropies, &seed, trace);
	if (err == ERR_OK)
		err = seed_expand(
		    seed, (struct seed_use){ SEED_EPHEMERAL, 0, SEED_SIZE }, &ephemeral, trace);
	what.ephemeral = ephemeral;
	if (err == ERR_OK)
		err = share_seal(&what, &record, trace);
	if (err == ERR_OK)
		err = record_encode(&record, out, trace);
	secret_free(ephemeral);
	secret_free(seed);
	return err;
}

/* The share is the new card's from here on, and the old card is marked. */
static enum err
store(struct issuing *issuing, const struct roster_share_replacement *replacement,
    struct err_trace *trace)
{
	struct roster *roster = issuing->custody->roster;
	enum err err = roster_begin(roster, trace);

	if (err == ERR_OK)
		err = roster_share_replace(roster, &issuing->quorum.id, replacement, trace);
	if (err == ERR_OK)
		err = issuing_journal(
		    issuing, &(struct roster_step){ .kind = ROSTER_STEP_SEALED }, trace);
	return roster_end(roster, err, trace);
}

enum err
issuing_recompute(struct issuing *issuing, struct err_trace *trace)
{
	char purpose[ROSTER_NAME + 48];
	const struct gather_request request = { .quorum = &issuing->quorum,
		.generation = issuing->generation,
		.purpose = purpose,
		.want_shares = true,
		.without = &issuing_share(issuing, &issuing->member[0])->card };
	struct roster_share_replacement replacement = { .generation = issuing->generation->number,
		.index = issuing->member[0].index,
		.card = issuing->member[0].card.id };
	struct gathered gathered = { 0 };
	struct secret *share = NULL;
	enum err err;

	if (issuing_did(issuing, &(struct roster_step){ .kind = ROSTER_STEP_SEALED }))
		return ERR_OK;
	snprintf(purpose, sizeof(purpose), "give %s's share to another card",
	    issuing->member[0].custodian);
	err = gather(
	    issuing->custody, &request, &issuing->collection, &issuing->seen, &gathered, trace);
	if (err != ERR_OK)
		return err;
	err = compute(issuing, &issuing->collection, &share, trace);
	collection_drop(&issuing->collection);
	if (err == ERR_OK)
		err = seal_to_card(issuing, share, replacement.record, trace);
	secret_free(share);
	gathered_end(issuing->custody, &gathered, false);
	return err == ERR_OK ? store(issuing, &replacement, trace) : err;
}
