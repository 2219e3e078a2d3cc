/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The records on a card over the generations: there is room for two, of the present and the next
 * generation (design.md, rule 5). What opens nothing any more is erased at the next visit.
 */
#ifndef CUSTODY_CARD_RECORDS_H
#define CUSTODY_CARD_RECORDS_H

#include "custody/card_header.h"
#include "custody/custody.h"
#include "roster/card.h"
#include "roster/quorum.h"

/*
 * Erases from the card what is there of dead and aborted generations, and says so in header and
 * roster. CARD_PIN_USER must have been verified.
 */
MUST_CHECK enum err card_records_tidy(struct custody *custody, struct card *card,
    const struct roster_card *known, const struct roster_quorum *quorum, struct err_trace *trace);

/*
 * Adds a record, or puts it in the place of one of the same generation: room is made first (by what
 * card_records_tidy erases; failing that by the oldest record, whose generation is then opened by
 * the roster's escrow or the binding sheet), then the header is written, then the record. `header`
 * has all but the list of shares. A record object that a broken write left is made anew from what
 * the roster knows of the card.
 */
struct card_record_add {
	const struct roster_card *known;
	const struct roster_quorum *quorum;
	const struct record *record;
	struct header *header;
};
MUST_CHECK enum err card_records_add(struct custody *custody, struct card *card,
    const struct card_record_add *add, struct err_trace *trace);

#endif
