/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card's admin PIN passes from the card's own into the quorum's keeping: a random one is escrowed
 * to the generation, the escrow stored, and only then the card's PIN changed (design.md, rule 6). A
 * crash in between leaves the card with one of the two, and resume finds out which.
 */
#ifndef CUSTODY_ADMIN_PIN_H
#define CUSTODY_ADMIN_PIN_H

#include "custody/issuing.h"

/*
 * True when the card's admin PIN was in the quorum's keeping before this operation, so that every
 * later generation has it in escrow; or that nobody knows it any more, since the quorum was
 * adopted: there is nothing to be done with it.
 */
bool admin_pin_is_kept(struct issuing *issuing, const struct issuing_member *member);

/*
 * Gives the card another admin PIN: member->admin_pin are what the escrow holds, the present one
 * and, where a change was broken off, the former. ERR_DENIED: the card has neither.
 */
MUST_CHECK enum err admin_pin_change(struct issuing *issuing, struct card *card,
    struct issuing_member *member, struct err_trace *trace);

/* Does nothing when the card has the escrowed PIN. The user PIN was verified in this visit. */
MUST_CHECK enum err admin_pin_into_escrow(struct issuing *issuing, struct card *card,
    struct issuing_member *member, struct err_trace *trace);

#endif
