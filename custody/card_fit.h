/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a card may be given a share, as far as the roster knows: before anybody is gathered. */
#ifndef CUSTODY_CARD_FIT_H
#define CUSTODY_CARD_FIT_H

#include "custody/custody.h"
#include "roster/card.h"
#include "roster/quorum.h"

/* For whom, and the generation whose escrow opens what is to be known of the card. */
struct card_fit {
	struct custody *custody;
	const struct roster_quorum *quorum;
	unsigned generation;
	const char *custodian;
};

/*
 * ERR_DENIED: it is gone, broken, or was in other hands. ERR_NOT_NOW: its admin PIN went with a
 * generation that was given up.
 */
MUST_CHECK enum err
card_fit_check(const struct card_fit *fit, const struct roster_card *card, struct err_trace *trace);

#endif
