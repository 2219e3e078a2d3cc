/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A roster that begins with what cards and tokens tell, because there is no other any more. What
 * came before is unknown: who did what, and every escrow. Each function adds one piece, as an event
 * that says that it was adopted; what a second sitting brings is added to the first's.
 */
#ifndef ROSTER_ADOPT_H
#define ROSTER_ADOPT_H

#include "roster/card.h"
#include "roster/quorum.h"

enum { ROSTER_HEAD_PREFIX = 8 }; /* what a card's header keeps of a checkpoint's head */

/*
 * ERR_EXISTS when the roster has a quorum of that name, or that id under another name; ERR_NOT_NOW
 * without the seat.
 */
MUST_CHECK enum err roster_adopt_quorum(
    struct roster *roster, const struct roster_id *id, const char *name, struct err_trace *trace);

/* A card as it was seen: its keys, and the last checkpoint that its header tells. */
struct roster_adopt_card {
	struct roster_card_begin card;
	unsigned number; /* of its short name */
	struct roster_card_keys keys;
	unsigned checkpoint; /* 0: none */
	uint8_t head[ROSTER_HEAD_PREFIX];
};

/* Its admin PIN is recorded as unknown. ERR_EXISTS when serial or short name is in the roster. */
MUST_CHECK enum err roster_adopt_card(struct roster *roster, const struct roster_adopt_card *adopt,
    struct roster_id *out, struct err_trace *trace);

/* What is known of a generation; the shares come one by one. */
struct roster_adopt_generation {
	unsigned number;
	unsigned threshold;
	unsigned size;
	enum roster_generation_state state;
	uint8_t check[ROSTER_CHECK_SIZE];  /* zero while fewer than M of its cards were seen */
	uint8_t escrow[ROSTER_POINT_SIZE]; /* likewise */
	bool unsure; /* a token that was not here may open with it: it does not die by itself */
};

/* Also of one that was adopted before and is known better now. */
MUST_CHECK enum err roster_adopt_generation(struct roster *roster, const struct roster_id *quorum,
    const struct roster_adopt_generation *adopt, struct err_trace *trace);

/* A share that its card gave back: sealed record and commitment. It counts as delivered. */
struct roster_adopt_share {
	unsigned generation;
	unsigned index;
	struct roster_id card;
	struct roster_hash commitment;
	uint8_t record[ROSTER_RECORD_SIZE];
};
MUST_CHECK enum err roster_adopt_share(struct roster *roster, const struct roster_id *quorum,
    const struct roster_adopt_share *adopt, struct err_trace *trace);

#endif
