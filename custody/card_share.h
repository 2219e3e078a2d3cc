/* SPDX-License-Identifier: BSD-2-Clause */
/* A sealed share comes open: the card does its ECDH, the rest is done here. */
#ifndef CUSTODY_CARD_SHARE_H
#define CUSTODY_CARD_SHARE_H

#include <stdbool.h>

#include "pcsc/card.h"
#include "quorum/record.h"

struct secret;

struct card_share_of {
	const uint8_t *quorum_id; /* 16 bytes */
	bool practice;
};

/* CARD_PIN_USER must have been verified. The trace says what is wrong with a share that does not
 * open. */
MUST_CHECK enum err card_share_open(struct card *card, const struct card_share_of *of,
    const struct record *record, struct secret **share, struct err_trace *trace);

#endif
