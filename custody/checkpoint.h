/* SPDX-License-Identifier: BSD-2-Clause */
/* Checkpoints: a card that is present signs the roster's head (design.md, rule 8). */
#ifndef CUSTODY_CHECKPOINT_H
#define CUSTODY_CHECKPOINT_H

#include "custody/custody.h"
#include "quorum/header.h"
#include "roster/card.h"

/*
 * Has the card sign the roster's head and records the signature; then notes the checkpoint in the
 * card's header. CARD_PIN_USER and CARD_PIN_SIGN must have been verified in this visit.
 */
MUST_CHECK enum err checkpoint_by_card(struct custody *custody, struct card *card,
    const struct roster_card *known, struct err_trace *trace);

/*
 * The last checkpoint that the card took part in, and the newest generation that it holds a share
 * of, are such that this roster has them. Else the roster is an older copy, or went another way
 * since: ERR_NOT_NOW, before anything is done that rests on it.
 */
MUST_CHECK enum err checkpoint_check_header(const struct custody *custody,
    const struct header *header, const char *card, struct err_trace *trace);

#endif
