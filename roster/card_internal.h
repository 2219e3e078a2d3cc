/* SPDX-License-Identifier: BSD-2-Clause */
/* Cards, as other files of roster/ need them. Internal to roster/. */
#ifndef ROSTER_CARD_INTERNAL_H
#define ROSTER_CARD_INTERNAL_H

#include "roster/card.h"
#include "roster/event.h"

/* The event that a card has this id, short name and custodian, which the caller has checked. */
MUST_CHECK enum err card_append_begin(struct roster *roster, const struct roster_card_begin *begin,
    unsigned number, const struct roster_id *id, struct err_trace *trace);

/* A card's short name in SQL: of the table that `card` names, with its dot. */
#define CARD_NAME_SQL(card)                                                                        \
	card "quorum || '/' || " card "number || iif(" card "twin, char(97 + min(" card            \
	     "twin, 25)), '')"

/* A card and its proof in the projections, after an event that proved it: its PIN is known. */
MUST_CHECK enum err card_note_proof(struct db *db, const struct roster_id *card, int64_t time,
    unsigned tries, struct err_trace *trace);

/* The card is suspected from this event on, in the projections: its bag was not what it should be.
 */
MUST_CHECK enum err card_note_suspicion(struct db *db, const struct roster_id *card,
    const struct event *event, struct err_trace *trace);

extern const struct event_type card_events[];
extern const struct event_type card_report_events[];

#endif
