/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a card must have to pass a roll-call: its keys, and the sealed records that were delivered
 * to it, byte for byte. Sealed records are compared by their hashes; no share is opened.
 */
#ifndef CUSTODY_ROLL_CALL_WANT_H
#define CUSTODY_ROLL_CALL_WANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "quorum/info.h"
#include "quorum/record.h"
#include "roster/card.h"
#include "roster/quorum.h"

enum { ROLL_CALL_KNOWN_MAX = 8 };

/* One sealed record: as it should be, or as it was found. */
struct roll_call_record {
	uint32_t generation;
	uint8_t hash[SHA256_SIZE]; /* SHA-256 of its 98 bytes */
	bool due;                  /* must be on the card; else it may be */
};

struct roll_call_want {
	struct roll_call_subject subject; /* of the newest due record; generation 0: no share */
	size_t count;
	struct roll_call_record record[ROLL_CALL_KNOWN_MAX]; /* newest first */
	bool retired;   /* it had shares, and none of them is of use any more */
	bool all_known; /* a record that is not among them does not belong on the card */
};

struct roll_call_found {
	size_t count;
	struct roll_call_record record[RECORDS_MAX];
};

/*
 * What the roster knows of the card: due are the records of generations that live, or are being
 * delivered, once they were delivered.
 */
MUST_CHECK enum err roll_call_want_of(struct roster *roster, const struct roster_card *card,
    struct roll_call_want *out, struct err_trace *trace);

MUST_CHECK enum err roll_call_found_in(
    const struct record_set *set, struct roll_call_found *out, struct err_trace *trace);

/*
 * Whether the card has what it must have. ERR_ABSENT: no share; ERR_NOT_NOW: that of another
 * generation; ERR_FORMAT: other bytes than were delivered. The words go on from the card's name:
 * "holds no share, …".
 */
MUST_CHECK enum err roll_call_compare(const struct roll_call_want *want,
    const struct roll_call_found *found, struct err_trace *trace);

/*
 * Records the proof, one for each share that is due (without one: of the card alone), as a whole or
 * not at all. `proof` has all but quorum and generation.
 */
MUST_CHECK enum err roll_call_record(struct roster *roster, const struct roll_call_want *want,
    const struct roster_proof *proof, struct err_trace *trace);

#endif
