/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Roll-calls at a distance: what a card was asked for, until when, and whether it answered. The
 * nonce itself is in no roster, only its hash: who has the roster cannot answer for a card.
 * Roll-calls in the room need no request; both end in a proof (quorum.h).
 */
#ifndef ROSTER_ROLL_CALL_H
#define ROSTER_ROLL_CALL_H

#include "roster/roster.h"

enum { ROSTER_REQUEST_DAYS_MAX = 90 };

struct roster_roll_call {
	struct roster_hash nonce_hash; /* SHA-256 of the nonce: what a request is found by */
	struct roster_id card;
	struct roster_id quorum; /* unset: the card held no share */
	unsigned generation;     /* 0: likewise */
	int64_t made;
	int64_t expires;
	int64_t answered; /* 0: not yet */
	bool withdrawn;   /* the same card was asked anew since */
};

/*
 * Records a request; `made`, `answered` and `withdrawn` are not read. An earlier one for the same
 * card is withdrawn by it. ERR_ARGUMENT: it would expire at once, or after more than
 * ROSTER_REQUEST_DAYS_MAX days; ERR_NOT_NOW: the card is not enrolled.
 */
MUST_CHECK enum err roster_roll_call_ask(
    struct roster *roster, const struct roster_roll_call *request, struct err_trace *trace);

/* ERR_ABSENT: this roster asked for no such nonce. */
MUST_CHECK enum err roster_roll_call_find(struct roster *roster,
    const struct roster_hash *nonce_hash, struct roster_roll_call *out, struct err_trace *trace);

/*
 * ERR_DENIED unless `der` is the ECDSA-SHA-256 signature of the message by that card's SIG key; the
 * words name the enrolled card that did sign it, where there is one.
 */
struct roster_signed {
	struct roster_id card;
	const void *message;
	size_t message_len;
	const uint8_t *der;
	size_t der_len;
};
MUST_CHECK enum err roster_card_signed(
    struct roster *roster, const struct roster_signed *what, struct err_trace *trace);

#endif
