/* SPDX-License-Identifier: BSD-2-Clause */
/* Checkpoints: a card that is present signs the roster's head (design.md, rule 8). */
#ifndef CUSTODY_CHECKPOINT_H
#define CUSTODY_CHECKPOINT_H

#include "custody/custody.h"
#include "quorum/header.h"
#include "roster/card.h"
#include "roster/checkpoint.h"

/* As checkpoint_by_card, for a head that several cards sign: roster_checkpoint_request took it. */
MUST_CHECK enum err
checkpoint_sign(struct custody *custody, struct card *card, const struct roster_card *known,
    const struct roster_checkpoint_request *request, struct err_trace *trace);

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

/* Cards of a quorum's live generation that sign one head, one after another. */
struct checkpoint_round {
	const char *quorum;  /* its name */
	unsigned cards;      /* how many are to sign; 0: as many as its threshold */
	const char *purpose; /* "sign the roster's head" */
};

struct checkpoint_signed {
	struct roster_id quorum;
	unsigned generation;
	unsigned cards; /* that signed */
	struct roster_checkpoint_request request;
};

/*
 * Asks for the cards, verifies each one's PIN and has it sign. Each signature is in the roster
 * before the next card is asked for: a round that is broken off leaves those.
 */
MUST_CHECK enum err checkpoint_gather(struct custody *custody, const struct checkpoint_round *round,
    struct checkpoint_signed *out, struct err_trace *trace);

#endif
