/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster/health/gather.h"
#include "roster/share.h"

#include <stdlib.h>
#include <string.h>

#include "roster/roster_internal.h"

/* The last proof of the card for this very generation. */
static enum err
gather_proof(
    struct roster *roster, struct facts *facts, struct fact_share *share, struct err_trace *trace)
{
	return db_ask_integer(roster->db,
	    DB_CALL("SELECT max(time) FROM proof WHERE card = ?1 AND quorum = ?2 AND "
		    "generation = ?3",
		db_blob(share->card.id.bytes, ROSTER_ID_SIZE),
		db_blob(facts->quorum.bytes, ROSTER_ID_SIZE),
		db_integer(facts->generation[share->generation].number)),
	    0, &share->proven, trace);
}

static enum err
gather_fate(struct roster *roster, struct fact_share *share, struct err_trace *trace)
{
	struct roster_card_fate *fates = NULL;
	size_t count = 0;
	enum err err;

	if (share->custodian.departed == 0)
		return ERR_OK;
	err = roster_fates(roster, &share->custodian.id, &fates, &count, trace);
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (roster_id_equal(&fates[i].card, &share->card.id))
			share->fate = fates[i];
	}
	free(fates);
	return err;
}

/* A card from before, which the share was taken from, may be who knows where with its copy. */
static enum err
gather_former(
    struct roster *roster, struct facts *facts, struct fact_share *share, struct err_trace *trace)
{
	return db_ask_integer(roster->db,
	    DB_CALL("SELECT min(c.exposed) FROM card c WHERE c.custodian = ?1 AND c.id <> ?2 AND "
		    "c.exposed <> 0 AND EXISTS (SELECT 1 FROM proof p WHERE p.card = c.id AND "
		    "p.quorum = ?3 AND p.generation = ?4)",
		db_blob(share->custodian.id.bytes, ROSTER_ID_SIZE),
		db_blob(share->card.id.bytes, ROSTER_ID_SIZE),
		db_blob(facts->quorum.bytes, ROSTER_ID_SIZE),
		db_integer(facts->generation[share->generation].number)),
	    0, &share->former_exposed, trace);
}

static enum err
gather_share(struct roster *roster, struct facts *facts, const struct roster_share *from,
    struct err_trace *trace)
{
	struct fact_share *share = &facts->share[facts->shares++];
	enum err err = roster_card_get(roster, &from->card, &share->card, trace);

	share->generation = (unsigned)facts->generations;
	share->delivered = from->delivered;
	share->begun = from->begun;
	if (err == ERR_OK)
		err = roster_person_get(roster, &from->custodian, &share->custodian, trace);
	if (err == ERR_OK)
		err = gather_proof(roster, facts, share, trace);
	if (err == ERR_OK)
		err = gather_former(roster, facts, share, trace);
	if (err == ERR_OK)
		err = gather_fate(roster, share, trace);
	if (err == ERR_OK)
		err = roster_absences(
		    roster, &share->custodian.id, &share->absence, &share->absences, trace);
	return err;
}

static enum err
gather_generation(struct roster *roster, struct facts *facts, const struct roster_generation *from,
    struct err_trace *trace)
{
	struct fact_share *all =
	    realloc(facts->share, (facts->shares + from->shares) * sizeof(*facts->share));
	enum err err = ERR_OK;

	if (all == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for shares");
	facts->share = all;
	memset(&facts->share[facts->shares], 0, from->shares * sizeof(*facts->share));
	facts->generation[facts->generations] = (struct fact_generation){ .number = from->number,
		.threshold = from->threshold,
		.size = from->size,
		.shares = from->shares,
		.live = from->live };
	for (unsigned i = 0; i < from->shares && err == ERR_OK; i++)
		err = gather_share(roster, facts, &from->share[i], trace);
	facts->generations++;
	return err;
}

enum err
gather_shares(struct roster *roster, struct facts *facts, struct err_trace *trace)
{
	struct roster_generation *generations = NULL;
	size_t count = 0;
	size_t live = 0;
	enum err err = roster_generation_list(roster, &facts->quorum, &generations, &count, trace);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < count; i++)
		live += generations[i].state == ROSTER_GENERATION_LIVE;
	facts->generation = calloc(live + 1, sizeof(*facts->generation));
	if (facts->generation == NULL)
		err = FAIL(trace, ERR_NOMEM, "no memory for generations");
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		if (generations[i].state != ROSTER_GENERATION_LIVE)
			continue;
		/* Beyond what fits, only the newest are judged. */
		if (live-- <= ROSTER_LIVE_MAX)
			err = gather_generation(roster, facts, &generations[i], trace);
	}
	free(generations);
	return err;
}

enum err
gather_leftovers(struct roster *roster, struct facts *facts, struct err_trace *trace)
{
	struct roster_leftover *left = NULL;
	size_t count = 0;
	const enum err err = roster_leftover_list(roster, &facts->quorum, &left, &count, trace);

	for (size_t i = 0; err == ERR_OK && i < count; i++)
		facts->records_left += left[i].state == ROSTER_GENERATION_ABORTED ? 1 : 0;
	free(left);
	return err;
}
