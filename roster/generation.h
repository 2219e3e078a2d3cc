/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a generation ends. It is dead when nothing opens with it any more, which is the proof that
 * the cards of its custodians open nothing; it is aborted when it was given up before it opened
 * anything. Its number is never used again.
 */
#ifndef ROSTER_GENERATION_H
#define ROSTER_GENERATION_H

#include "roster/quorum.h"

/*
 * Whether a bound token's user or SO PIN still opens with it, or a recorded copy of a token
 * (token_copy.h).
 */
MUST_CHECK enum err roster_generation_opens(struct roster *roster, const struct roster_id *quorum,
    unsigned number, bool *out, struct err_trace *trace);

struct roster_generation_ending {
	unsigned generation;
	enum roster_generation_state state; /* dead or aborted */
};

/*
 * Ends it, and erases what the roster keeps of it: the sealed records, what is escrowed to it, and
 * its own secret where that is escrowed to a later one. ERR_NOT_NOW while something opens with it.
 */
MUST_CHECK enum err roster_generation_end(struct roster *roster, const struct roster_id *quorum,
    const struct roster_generation_ending *ending, struct err_trace *trace);

/* Ends every live generation but the newest one that opens nothing any more. */
MUST_CHECK enum err roster_generation_end_unused(
    struct roster *roster, const struct roster_id *quorum, struct err_trace *trace);

/* The subject of an older secret's escrow: the generation's number, left-padded. */
void roster_subject_of_generation(unsigned number, uint8_t out[ROSTER_SUBJECT_SIZE]);

#endif
