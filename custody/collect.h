/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shares on their way back to a secret. A share comes only out of a card, behind its PIN, and is
 * compared with its commitment before it counts; while a person is awaited at most M − 1 shares of
 * a generation are held, and the last card presented completes the secret (design.md, words).
 */
#ifndef CUSTODY_COLLECT_H
#define CUSTODY_COLLECT_H

#include <stdbool.h>
#include <stddef.h>

#include "custody/custody.h"
#include "roster/quorum.h"

struct secret;

struct collection {
	const struct roster_quorum *quorum;
	const struct roster_generation *generation;
	size_t count;
	struct secret *share[ROSTER_CARDS_MAX];
	size_t place[ROSTER_CARDS_MAX]; /* in generation->share */
};

/* Wipes what is held. */
void collection_drop(struct collection *collection);

/* True when the share at this place of the generation is among those held. */
bool collection_has(const struct collection *collection, size_t place);

/*
 * Reads the generation's record from the card, has the card do its part, opens the share and
 * compares it with the commitment. CARD_PIN_USER must have been verified. A share that is not the
 * one that belongs there is named by custodian and card and by what is wrong with it.
 */
MUST_CHECK enum err collection_open_share(const struct custody *custody, struct card *card,
    const struct collection *collection, size_t place, struct secret **share,
    struct err_trace *trace);

/* Takes the share over; the caller's pointer becomes NULL. */
void collection_add(struct collection *collection, size_t place, struct secret **share);

/*
 * With exactly M shares: rebuilds the secret, turns it into the PRK, compares the check value that
 * the roster keeps, and wipes secret and shares, whatever happens. `secret` may be NULL; else it is
 * the caller's, and so are no shares.
 */
MUST_CHECK enum err collection_complete(struct collection *collection, struct secret **secret,
    struct secret **prk, struct err_trace *trace);

#endif
