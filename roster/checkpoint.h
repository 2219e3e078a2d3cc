/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checkpoints: cards sign the roster's head, which pins every event before it to people (rule 8).
 * The signature is ECDSA-SHA-256 (DER) over "quorate/1 checkpoint" ‖ head, by the card's SIG key.
 */
#ifndef ROSTER_CHECKPOINT_H
#define ROSTER_CHECKPOINT_H

#include "roster/roster.h"

enum { ROSTER_SIGNATURE_MAX = 80 };

/* SHA-256 over the sorted lines "writer n hash\n". Shown in hex and in words. */
MUST_CHECK enum err
roster_head(struct roster *roster, struct roster_hash *head, struct err_trace *trace);

/*
 * What cards are asked to sign now, taken once before the first of them: the head, the number that
 * this checkpoint gets, and the digest for the card.
 */
struct roster_checkpoint_request {
	unsigned number;
	struct roster_hash head;
	struct roster_hash digest; /* SHA-256("quorate/1 checkpoint" ‖ head) */
};
MUST_CHECK enum err roster_checkpoint_request(
    struct roster *roster, struct roster_checkpoint_request *out, struct err_trace *trace);

/*
 * One card's signature of that head; ERR_DENIED when it does not verify with the card's SIG point.
 * Several cards may sign one request, one after another.
 */
struct roster_signature {
	struct roster_id card;
	size_t len;
	uint8_t der[ROSTER_SIGNATURE_MAX];
};
MUST_CHECK enum err
roster_checkpoint_sign(struct roster *roster, const struct roster_checkpoint_request *request,
    const struct roster_signature *signature, struct err_trace *trace);

struct roster_checkpoint {
	unsigned number;
	struct roster_hash head;
	int64_t time;
	unsigned signers;
	struct roster_id signer[ROSTER_CARDS_MAX]; /* cards */
};

/* The newest; ERR_ABSENT when there is none. Its number and first 8 bytes go into card headers. */
MUST_CHECK enum err roster_checkpoint_last(
    struct roster *roster, struct roster_checkpoint *out, struct err_trace *trace);
/* free() *out */
MUST_CHECK enum err roster_checkpoint_list(
    struct roster *roster, struct roster_checkpoint **out, size_t *count, struct err_trace *trace);

/*
 * Whether this roster has the checkpoint that a card's header tells by number and the first 8 bytes
 * of its head: it was signed here, or noted when the card was adopted. *highest is the greatest
 * number that the roster knows.
 */
MUST_CHECK enum err roster_checkpoint_knows(struct roster *roster, unsigned number,
    const uint8_t head[8], bool *known, unsigned *highest, struct err_trace *trace);

/*
 * Whether a checkpoint that `signer` (a card present now) signed covers the enrolment of `card`:
 * then its key may be sealed to unseen (rule 4).
 */
MUST_CHECK enum err roster_card_is_pinned(struct roster *roster, const struct roster_id *card,
    const struct roster_id *signer, bool *pinned, struct err_trace *trace);

#endif
