/* SPDX-License-Identifier: BSD-2-Clause */
/* What if: the facts as they would be. Nothing is written. */
#include <stdlib.h>

#include "roster/health/facts.h"

static bool
is_among(const struct roster_id *id, const struct roster_id *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (roster_id_equal(id, &list[i]))
			return true;
	}
	return false;
}

static void
suppose_departure(struct fact_share *share, int64_t at)
{
	if (share->custodian.departed == 0 || share->custodian.departed > at)
		share->custodian.departed = at;
	share->fate = (struct roster_card_fate){ 0 };
}

static void
suppose_loss(struct fact_share *share, int64_t at)
{
	share->card.report = ROSTER_REPORT_LOST;
	share->card.reported = at;
	if (share->card.exposed == 0)
		share->card.exposed = at;
}

static enum err
suppose_absence(struct fact_share *share, int64_t at, struct err_trace *trace)
{
	struct roster_absence *all =
	    realloc(share->absence, (share->absences + 1) * sizeof(*share->absence));

	if (all == NULL)
		return FAIL(trace, ERR_NOMEM, "no memory for an absence");
	share->absence = all;
	share->absence[share->absences++] = (struct roster_absence){
		.person = share->custodian.id, .from = at, .until = FACT_FOR_EVER
	};
	return ERR_OK;
}

enum err
facts_suppose(struct facts *facts, const struct roster_question *question, int64_t at,
    struct err_trace *trace)
{
	enum err err = ERR_OK;

	facts->advisories = question->advisories;
	for (size_t i = 0; i < facts->shares && err == ERR_OK; i++) {
		struct fact_share *share = &facts->share[i];

		if (is_among(&share->custodian.id, question->depart, question->departs))
			suppose_departure(share, at);
		if (is_among(&share->card.id, question->lost, question->losses))
			suppose_loss(share, at);
		if (is_among(&share->custodian.id, question->away, question->aways))
			err = suppose_absence(share, at, trace);
	}
	return err;
}
