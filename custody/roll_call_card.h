/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One card's part in a roll-call, in the room and at a distance alike: that it is the one enrolled,
 * that it opens a nonce sealed to its key behind its PIN, and what sealed records it holds. The
 * share stays sealed, and what the card computed leaves this process only as the opened nonce.
 */
#ifndef CUSTODY_ROLL_CALL_CARD_H
#define CUSTODY_ROLL_CALL_CARD_H

#include "custody/custody.h"
#include "custody/roll_call_want.h"
#include "quorum/header.h"
#include "quorum/roll_call.h"

/*
 * Without a PIN: the header can be read and is of the same kind (PRACTICE or real) and quorum, and
 * both keys of the card are those enrolled. ERR_DENIED: another card's; ERR_FORMAT: damaged.
 */
MUST_CHECK enum err roll_call_check_card(struct card *card, const struct roll_call_want *want,
    struct header *header, struct err_trace *trace);

/*
 * Has the card do its part and opens the nonce. CARD_PIN_USER must have been verified. ERR_FORMAT:
 * it is not for this card, or not a nonce.
 */
MUST_CHECK enum err roll_call_open_nonce(struct card *card, const struct roll_call_subject *subject,
    const struct roll_call_sealed *sealed, struct secret **nonce, struct err_trace *trace);

/* The records on the card, compared (roll_call_compare). CARD_PIN_USER must have been verified. */
MUST_CHECK enum err roll_call_check_records(struct card *card, const struct roll_call_want *want,
    struct roll_call_found *found, struct err_trace *trace);

/* What the card says that its firmware is, as at its enrolment; borrowed until the visit ends. */
const char *roll_call_firmware(const struct card *card);

/* A fresh nonce, sealed to the card with this DEC point; wipe the nonce when it was compared. */
MUST_CHECK enum err
roll_call_new_nonce(const struct roll_call_subject *subject, const uint8_t *card_point,
    struct roll_call_sealed *sealed, struct secret **nonce, struct err_trace *trace);

#endif
