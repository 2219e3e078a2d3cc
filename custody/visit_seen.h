/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one operation knows of the cards in the readers: which were looked at, so that none is asked
 * about twice, and which had to be named for a question. A card that was named and would do stays
 * ours until it is used or the operation is over: its visit has begun, and nothing has to be asked
 * of it again.
 */
#ifndef CUSTODY_VISIT_SEEN_H
#define CUSTODY_VISIT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pcsc/card.h"
#include "pcsc/reader.h"

struct visit_seen_card {
	char reader[READER_NAME];
	uint32_t events; /* the reader's, which tell this card from the one before and after it */
	bool looked_at;
	char serial[CARD_SERIAL]; /* empty until it was read */
	struct card *held;        /* NULL: not ours */
};

/* Begins zeroed. */
struct visit_seen {
	size_t count;
	struct visit_seen_card seen[READER_MAX];
};

/* What is known of the card that is in the reader now; never NULL. */
struct visit_seen_card *visit_seen_at(struct visit_seen *seen, const struct reader *reader);

/* Gives back the cards that are held; what is known of them stays. */
void visit_seen_release(struct visit_seen *seen);

#endif
