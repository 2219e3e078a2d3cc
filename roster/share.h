/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where shares lie that are not simply on their card: a share that was given to another card of the
 * same custodian, and records that are on cards although nothing opens with them any more.
 */
#ifndef ROSTER_SHARE_H
#define ROSTER_SHARE_H

#include "roster/quorum.h"

/* The same share for another card of the same custodian; the card from before is given up. */
struct roster_share_replacement {
	unsigned generation;
	unsigned index;
	struct roster_id card; /* the new one: enrolled, without any share */
	uint8_t record[ROSTER_RECORD_SIZE];
};

/*
 * Seals the share to its new card in the roster; it counts as not delivered until it is. The
 * commitment stays: it is the same share. ERR_NOT_NOW unless the generation is live; ERR_ARGUMENT
 * unless both cards are one custodian's.
 */
MUST_CHECK enum err roster_share_replace(struct roster *roster, const struct roster_id *quorum,
    const struct roster_share_replacement *replacement, struct err_trace *trace);

/* The card's record of that generation is gone from the card. */
MUST_CHECK enum err roster_share_erased(struct roster *roster, const struct roster_id *quorum,
    unsigned generation, const struct roster_id *card, struct err_trace *trace);

/*
 * A record that a card has, or may have (its delivery was begun), of a generation that opens
 * nothing any more. One that was given up counts as exposure as long as copies of the roster may
 * have what was escrowed to it.
 */
struct roster_leftover {
	unsigned generation;
	enum roster_generation_state state; /* dead or aborted */
	struct roster_id card;
	struct roster_id custodian;
};

/* Oldest generation first; free() *out. */
MUST_CHECK enum err roster_leftover_list(struct roster *roster, const struct roster_id *quorum,
    struct roster_leftover **out, size_t *count, struct err_trace *trace);

#endif
