/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Quorate's shares of a quorum secret: SLIP-39 with one group of M of N, no passphrase, exponent 0,
 * extendable; carried as the packed form of 42 bytes, and outside a process only as a record sealed
 * to one card's key. A share that does not fit is named by what is wrong with it, so that the
 * caller can name its custodian and card: never "wrong shares".
 */
#ifndef QUORUM_SHARE_H
#define QUORUM_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"
#include "quorum/info.h"
#include "quorum/record.h"

enum {
	SHARE_SECRET_SIZE = 32,
	SHARE_SIZE = 42,
	SHARE_COMMITMENT_SIZE = 32,
};

/* What is wrong with one share. */
enum share_fault {
	SHARE_SOUND,
	SHARE_CORRUPT,  /* its checksum, its seal, its commitment, or the set's digest fails */
	SHARE_REPEATED, /* the same index was given before */
	SHARE_FOREIGN,  /* of another quorum or splitting */
	SHARE_STALE,    /* of an older generation */
	SHARE_EARLY,    /* of a later generation than the one wanted */
	SHARE_PRACTICE, /* of a practice run where a real share is wanted */
	SHARE_REAL,     /* a real share in a practice run */
	SHARE_FAULT__COUNT
};

/* "is corrupt", "is of an older generation": completes a sentence that names custodian and card. */
const char *share_fault_text(enum share_fault fault);

/* Which share a failure is about. Untouched when no one share can be named. */
struct share_suspect {
	enum share_fault fault;
	size_t position; /* in the array that was given */
};

struct share_plan {
	uint8_t threshold; /* M: 2 to N */
	uint8_t size;      /* N: at most 16; M = N is policy's business, not refused here */
};

/*
 * Splits 32 bytes into plan.size shares of 42 bytes; shares[i] has index i. The seed (32 bytes) is
 * used up: a second splitting needs another. Before it returns, every M-subset has been recombined
 * (share_prove).
 */
MUST_CHECK enum err share_split(const struct secret *secret, struct share_plan plan,
    const struct secret *seed, struct secret *shares[SHARE_COUNT_MAX], struct err_trace *trace);

/*
 * Recombines each of the subsets of M of the N shares up to SLIP-39's encrypted secret and its
 * digest, and decrypts one: all must give `secret`. At most C(16,8) = 12,870 subsets.
 */
MUST_CHECK enum err share_prove(const struct secret *const *shares, struct share_plan plan,
    const struct secret *secret, struct err_trace *trace);

/*
 * Rebuilds the secret from exactly M shares in any order. On failure *suspect (may be NULL) says
 * which share is corrupt, repeated or foreign; when all verify one by one and still do not fit
 * together, no one can be named: compare each with its commitment.
 */
MUST_CHECK enum err share_combine(const struct secret *const *shares, size_t count,
    struct share_suspect *suspect, struct secret **secret, struct err_trace *trace);

/*
 * The share with this index, from exactly M others of the same splitting in any order: the very
 * bytes that share_split gave it. Compare it with its commitment.
 */
MUST_CHECK enum err share_recompute(const struct secret *const *shares, size_t count, uint8_t index,
    struct secret **share, struct err_trace *trace);

/* What a share says of itself, after its checksum was verified. */
struct share_label {
	uint16_t set; /* SLIP-39's id: the same for all shares of one splitting */
	uint8_t index;
	uint8_t threshold;
};
MUST_CHECK enum err
share_read_label(const struct secret *share, struct share_label *out, struct err_trace *trace);

/* SHA-256("quorate/1 commitment" ‖ packed share). */
MUST_CHECK enum err share_commit(
    const struct secret *share, uint8_t commitment[SHARE_COMMITMENT_SIZE], struct err_trace *trace);

/* ERR_FORMAT when the share is not the one committed to. */
MUST_CHECK enum err share_check_commitment(const struct secret *share,
    const uint8_t commitment[SHARE_COMMITMENT_SIZE], struct err_trace *trace);

/*
 * Seals a share to a card's key (its DEC point) as the record that the card will hold. The share's
 * own index and M must be the place's. `ephemeral` (32 bytes or more of a seed) is used up.
 */
struct share_sealing {
	const struct share_place *place;
	const uint8_t *card_point; /* 65 bytes */
	const struct secret *share;
	const struct secret *ephemeral;
};
MUST_CHECK enum err
share_seal(const struct share_sealing *sealing, struct record *out, struct err_trace *trace);

/*
 * What a record is, against what is wanted, before anything is opened: SHARE_STALE, SHARE_EARLY,
 * SHARE_FOREIGN (another index, M or N in the same generation), SHARE_SOUND. Generation 0 in
 * `wanted` accepts every generation; nothing else is compared then.
 */
enum share_fault share_compare(const struct record *record, const struct share_place *wanted);

/*
 * Opens a record with its own values. `shared_x` is the x-coordinate of the card's ECDH with the
 * record's point (record_point). ERR_DENIED with *fault SHARE_PRACTICE or SHARE_REAL when it opens
 * only as the other kind; ERR_FORMAT with SHARE_CORRUPT when it was sealed to another card or
 * quorum or is damaged. `fault` may be NULL.
 */
struct share_opening {
	const uint8_t *quorum_id;  /* 16 bytes */
	const uint8_t *card_point; /* 65 bytes */
	const struct secret *shared_x;
	bool practice;
};
MUST_CHECK enum err share_open(const struct record *record, const struct share_opening *opening,
    enum share_fault *fault, struct secret **share, struct err_trace *trace);

#endif
