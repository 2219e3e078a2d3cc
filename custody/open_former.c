/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands is opened: M cards of the generation from before give its secret back. From the last
 * of them to the end of the sealing nobody is awaited, and then it is forgotten; later it comes out
 * of the escrow that the new cards open.
 */
#include "custody/issuing.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/secret.h"
#include "custody/escrow_key.h"
#include "custody/gather.h"
#include "quorum/share.h"
#include "roster/generation.h"

static enum err
gather_former(struct issuing *issuing, bool want_secret, const char *purpose,
    struct gathered *gathered, struct err_trace *trace)
{
	const struct gather_request request = { .quorum = &issuing->quorum,
		.generation = issuing->former,
		.purpose = purpose,
		.want_secret = want_secret };
	struct collection collection = { .quorum = &issuing->quorum,
		.generation = issuing->former };

	visit_seen_release(&issuing->seen);
	issuing->seen = (struct visit_seen){ 0 };
	return gather(issuing->custody, &request, &collection, &issuing->seen, gathered, trace);
}

enum err
issuing_open_former(struct issuing *issuing, struct err_trace *trace)
{
	struct gathered gathered = { 0 };
	char purpose[64];
	enum err err;

	if (issuing->generation != NULL)
		return ERR_OK;
	snprintf(
	    purpose, sizeof(purpose), "open generation %u for its re-key", issuing->former->number);
	err = gather_former(issuing, true, purpose, &gathered, trace);
	if (err != ERR_OK)
		return err;
	issuing->former_secret = gathered.secret;
	issuing->former_prk = gathered.prk;
	gathered.secret = NULL;
	gathered.prk = NULL;
	gathered_end(issuing->custody, &gathered, false);
	return ERR_OK;
}

enum err
issuing_older_prk(struct issuing *issuing, unsigned generation, const struct secret **prk,
    struct err_trace *trace)
{
	const struct escrow_end end = { .quorum = &issuing->quorum.id,
		.generation = issuing->generation->number,
		.point = issuing->generation->escrow,
		.prk = issuing->prk,
		.practice = roster_is_practice(issuing->custody->roster) };
	struct roster_escrow row = { .kind = ROSTER_ESCROW_OLDER_SECRET,
		.generation = issuing->generation->number };
	struct issuing_older *older = &issuing->older[issuing->olders];
	struct roster_generation *of = NULL;
	enum err err;

	for (size_t i = 0; i < issuing->olders; i++)
		if (issuing->older[i].generation == generation) {
			*prk = issuing->older[i].prk;
			return ERR_OK;
		}
	if (issuing->olders == ROSTER_TOKENS_MAX)
		return FAIL(trace, ERR_INTERNAL, "tokens open with more generations than exist");
	roster_subject_of_generation(generation, row.subject);
	err = roster_escrow_get(issuing->custody->roster, &issuing->quorum.id, &row, &row, trace);
	if (err == ERR_OK)
		err = issuing_get_generation(issuing, generation, &of, trace);
	if (err == ERR_OK)
		err = escrow_row_prk(&end, &row, of, &older->prk, trace);
	free(of);
	if (err != ERR_OK)
		return FAIL(trace, err,
		    "what opens generation %u is not to be had from generation %u", generation,
		    issuing->generation->number);
	older->generation = generation;
	issuing->olders++;
	*prk = older->prk;
	return ERR_OK;
}
