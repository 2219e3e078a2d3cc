/* SPDX-License-Identifier: BSD-2-Clause */
/* The public header and the sealed records as they lie on a card: pcsc/ bytes, quorum/ forms. */
#ifndef CUSTODY_CARD_HEADER_H
#define CUSTODY_CARD_HEADER_H

#include "pcsc/card.h"
#include "quorum/header.h"
#include "quorum/record.h"

/* ERR_ABSENT: the card has none; ERR_FORMAT: it is damaged or not Quorate's. */
MUST_CHECK enum err
card_header_load(struct card *card, struct header *out, struct err_trace *trace);

/* Written, read back and compared. CARD_PIN_USER must have been verified. */
MUST_CHECK enum err
card_header_store(struct card *card, const struct header *header, struct err_trace *trace);

/* The records behind the PIN; none is success and a count of 0. */
MUST_CHECK enum err
card_records_load(struct card *card, struct record_set *out, struct err_trace *trace);
MUST_CHECK enum err
card_records_store(struct card *card, const struct record_set *set, struct err_trace *trace);

#endif
