/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gathering: M custodians present their cards, in any order, and the generation's secret is rebuilt
 * for what needs it: an activation, a new key, a further token.
 */
#ifndef CUSTODY_GATHER_H
#define CUSTODY_GATHER_H

#include "custody/collect.h"
#include "custody/visit.h"

/* Which cards are left in their readers, for an agent that watches them. */
enum gather_stay { GATHER_STAY_NONE, GATHER_STAY_LAST, GATHER_STAY_ALL };

struct gather_request {
	const struct roster_quorum *quorum;
	const struct roster_generation *generation;
	const char *purpose; /* "activate root" */
	bool sign; /* the last card is to sign a checkpoint: its signing PIN is verified too */
	enum gather_stay stay;
	bool want_secret; /* the generation's secret itself, to be escrowed to the next */
	bool want_shares; /* the M shares as they are, left in `collection`; no secret is rebuilt */
	const struct roster_id *without; /* a card that is not asked for: it died; NULL: none */
};

/* Where a card was when it did its part. */
struct gathered_seat {
	char reader[READER_NAME];
	uint32_t events; /* of the reader then */
	char serial[CARD_SERIAL];
};

struct gathered {
	struct secret *prk;
	struct secret *secret; /* NULL unless wanted */
	size_t cards;
	size_t place[ROSTER_CARDS_MAX]; /* in the generation's shares, in the order presented */
	struct gathered_seat seat[ROSTER_CARDS_MAX]; /* likewise */
	struct visit last; /* still open: the card that completed the secret */
};

/*
 * Asks for cards until the secret is complete. Each card that did its part is recorded as proven.
 * `collection` may bring shares that cards gave in this operation already; it is empty afterwards
 * unless they are what is wanted.
 * On failure nothing is held. End with gathered_end.
 */
MUST_CHECK enum err
gather(struct custody *custody, const struct gather_request *request, struct collection *collection,
    struct visit_seen *seen, struct gathered *out, struct err_trace *trace);

/* Wipes the secrets and ends the last card's visit; `stay`: it stays where it is. */
void gathered_end(struct custody *custody, struct gathered *gathered, bool stay);

#endif
